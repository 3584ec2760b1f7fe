// Decodes and encodes images; what lib/vision/_image and lib/vision/io stand on.
import { RuntimeError } from '../../_errors'
import type { Tensor } from '../../tensor'
import { decode_bmp, decode_pnm } from './bitmaps'
import { submit, wait } from './bridge'
import { type Indexed, decode_palette } from './palette'
import { type Header, sniff } from './sniff'
import { begin_jpeg } from './vips'

/** Pixels, row by row, the values of one side by side. */
export interface Raster {
  data: Uint8Array
  width: number
  height: number
  channels: number
}

/** More pixels than this are refused before they are decoded, as PIL refuses a "decompression bomb". */
export const max_pixels = 2 * (1024 * 1024 * 1024 / 4 / 3 | 0)

/** What is read from a file in the library's words, in PIL's. */
function explain(error: unknown, what: string): RuntimeError {
  const message = (error as Error).message
  if (message.includes('pixel limit')) {
    return new RuntimeError(`${what}: image size exceeds limit of ${max_pixels} pixels, could be decompression bomb DOS attack.`)
  }
  if (/premature end|truncated|read error|unexpected end|not enough/i.test(message)) return new RuntimeError(`${what}: image file is truncated`)
  return new RuntimeError(`${what}: broken data stream when reading image file (${message.split('\n')[0]})`)
}

/** Runs `work` on the header of an image; errors name `what`, the file or "input". */
function guarded<T>(bytes: Uint8Array, what: string, work: (header: Header) => T): T {
  const header = sniff(bytes)
  if (header === null) throw new RuntimeError(`cannot identify image file '${what}'`)
  try {
    return work(header)
  } catch (error) {
    throw explain(error, what)
  }
}

/** An image that may still be on its way: {@link Pending.finish} waits for it. */
export interface Pending<T> {
  finish(): T
}

export interface DecodeOptions {
  /** 16-bit values as they are, two bytes each; else their upper 8 bits. */
  wide?: boolean
  /** All images of an animation, below each other. */
  all_pages?: boolean
  /** Turned as its EXIF data says. */
  upright?: boolean
}

export interface Decoded extends Omit<Raster, 'data'> {
  /** A JPEG's are a tensor (H, W, C). */
  data: Uint8Array | Tensor
  header: Header
  /** How many images lie below each other. */
  pages: number
  wide: boolean
}

const grey_pair = (data: Uint8Array): Uint8Array => {
  const result = new Uint8Array(data.length / 2)
  for (let i = 0; i < result.length; i++) result[i] = data[(i >> 1) * 4 + (i & 1) * 3]!
  return result
}

/** Begins to decode an image of any format; palettes give colours. */
export function begin_decode(bytes: Uint8Array, what: string, options: DecodeOptions = {}): Pending<Decoded> {
  const { wide = false, all_pages = false, upright = false } = options
  return guarded(bytes, what, header => {
    if (header.format === 'bmp' || header.format === 'pnm') {
      const raster = header.format === 'bmp' ? decode_bmp(bytes) : decode_pnm(bytes)
      return { finish: () => ({ ...raster, header, pages: 1, wide: false }) }
    }
    const deep = wide && header.depth === 16
    const decode_elsewhere = (): Pending<Decoded> => {
      const id = submit({ kind: 'decode', bytes, header, max_pixels, wide: deep, all_pages, upright })
      return {
        finish: () => guarded(bytes, what, () => {
          const { data, width, height, channels, pages } = wait(id)
          const is_pair = header.format === 'png' && header.channels === 2 && channels === 4 && !deep
          if (is_pair) return { data: grey_pair(data), width, height, channels: 2, header, pages, wide: deep }
          return { data, width, height, channels, header, pages, wide: deep }
        }),
      }
    }
    if (header.format !== 'jpeg' || header.channels === 4 || upright) return decode_elsewhere()
    const finish_jpeg = begin_jpeg(bytes, max_pixels)
    return {
      finish: () => {
        const data = finish_jpeg()
        const [height = 0, width = 0, channels = 0] = data?.shape ?? []
        // What is damaged goes to sharp, which says why.
        if (data === null || channels !== header.channels) return decode_elsewhere().finish()
        return { data, width, height, channels, header, pages: 1, wide: false }
      },
    }
  })
}

/** Decodes an image of any format; palettes give colours. @throws {RuntimeError} that names `what` if the bytes are no image, or damaged */
export function decode(bytes: Uint8Array, what: string, options?: DecodeOptions): Decoded {
  return begin_decode(bytes, what, options).finish()
}

/** The numbers of the colours of a PNG with a palette; null for all other images. */
export function decode_indexed(bytes: Uint8Array, what: string): Indexed | null {
  return guarded(bytes, what, ({ palette }) => palette ? decode_palette(bytes, max_pixels) : null)
}

/** The bytes of an image file. `format`: png, jpeg, webp, gif or tiff. */
export function encode({ data, width, height, channels }: Raster, format: string, options: object = {}): Uint8Array {
  return wait(submit({ kind: 'encode', data, width, height, channels, format, options })).data
}
