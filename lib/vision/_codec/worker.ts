// The program of the thread that codes and decodes images with `sharp`; see ./bridge.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Sharp } from 'sharp'
import type { Header } from './sniff'

/** Pixels, row by row, the values of one side by side; or, from an encoder, the bytes of a file. */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
  channels: number
  /** How many images the file has; they lie below each other. */
  pages: number
}

export type Job =
  | { kind: 'decode', bytes: Uint8Array, header: Header, max_pixels: number, wide: boolean, all_pages: boolean, upright: boolean }
  | { kind: 'encode', data: Uint8Array, width: number, height: number, channels: number, format: string, options: object }

export type Answer = { id: number, error: null, pixels: Pixels } | { id: number, error: string }

function load(): typeof import('sharp') {
  const sharp = require('sharp') as typeof import('sharp')
  sharp.cache(false)
  sharp.concurrency(1) // one thread an image; several images run at once
  return sharp
}

let sharp: typeof import('sharp') | undefined

/** Without conversion between spaces of colour: the values that are stored, as PIL gives them. */
function plain(image: Sharp, channels: number | undefined, wide: boolean): Sharp {
  if (channels === 1) return image.toColourspace(wide ? 'grey16' : 'b-w')
  if (wide) return image.toColourspace('rgb16')
  return image
}

async function decode(job: Job & { kind: 'decode' }): Promise<Pixels> {
  const { bytes, header, max_pixels, wide, all_pages, upright } = job
  sharp ??= load()
  const options = { ignoreIcc: true, failOn: 'truncated', limitInputPixels: max_pixels, animated: all_pages } as const
  let image = sharp(bytes, options)
  if (upright) image = image.autoOrient()
  const known = header.format === 'jpeg' || header.format === 'png'
  const meta = known ? null : await image.metadata()
  const channels = header.channels ?? meta?.channels
  if (channels === 4 && header.format === 'jpeg') image = image.pipelineColourspace('cmyk').toColourspace('cmyk')
  else image = plain(image, channels, wide)
  const { data, info } = await image.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true })
  const pages = all_pages ? meta?.pages ?? 1 : 1
  return { data, width: info.width, height: info.height, channels: info.channels, pages }
}

async function encode(job: Job & { kind: 'encode' }): Promise<Pixels> {
  const { data, width, height, channels, format, options } = job
  sharp ??= load()
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 }
  const image = sharp(data, { raw }).toColourspace(channels < 3 ? 'b-w' : 'srgb')
  return { data: await image.toFormat(format as 'png', options).toBuffer(), width, height, channels, pages: 1 }
}

async function answer(id: number, job: Job): Promise<Answer> {
  try {
    return { id, error: null, pixels: await (job.kind === 'decode' ? decode(job) : encode(job)) }
  } catch (error) {
    return { id, error: (error as Error).message }
  }
}

if (parentPort !== null) {
  const { port, sent } = workerData as { port: MessagePort, sent: Int32Array<SharedArrayBuffer> }
  Atomics.store(sent, 1, 1)
  port.on('message', async ({ id, job }: { id: number, job: Job }) => {
    const result = await answer(id, job)
    port.postMessage(result, result.error === null ? [result.pixels.data.buffer as ArrayBuffer] : [])
    Atomics.add(sent, 0, 1)
    Atomics.notify(sent, 0)
  })
}
