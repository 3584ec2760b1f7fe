// JPEG images decoded at once, in the calling thread, by the library below `sharp`: see native/vips.cpp.
import { dirname } from 'node:path'
import { binding } from '../../_C'
import type { Raster } from './decode'

let is_open: boolean | undefined

/** The library that sharp's package brings for this platform; Windows has it in another form. */
function open(): boolean {
  const paths = [dirname(require.resolve('sharp'))]
  for (const platform of [process.platform, `${process.platform}musl`]) {
    let file: string
    try {
      file = require.resolve(`@img/sharp-libvips-${platform}-${process.arch}/binary`, { paths })
    } catch {
      continue
    }
    if (binding.vips_open(file)) return true
  }
  return false
}

/** The pixels of a JPEG of one or three values a pixel; null if it is damaged, too large, or the library is not there. */
export function decode_jpeg_here(bytes: Uint8Array, max_pixels: number): Raster | null {
  is_open ??= open()
  if (!is_open) return null
  const size = new Int32Array(3)
  const pixels = binding.vips_jpeg(bytes, max_pixels, size)
  const [width, height, channels] = size as unknown as [number, number, number]
  return pixels === undefined ? null : { data: new Uint8Array(pixels), width, height, channels }
}
