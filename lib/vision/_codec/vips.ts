// JPEG images decoded at once, in the calling thread, by the library below `sharp`: see native/vips.cpp.
import { dirname } from 'node:path'
import { binding } from '../../_C'
import { made } from '../../_dispatch'
import type { Tensor } from '../../tensor'

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

/** The pixels (H, W, C) of a JPEG of one or three values a pixel; null if it is damaged, too large, or the library is not there. */
export function decode_jpeg_here(bytes: Uint8Array, max_pixels: number): Tensor | null {
  is_open ??= open()
  return is_open ? made(out => binding.vips_jpeg(out, bytes, max_pixels)) as Tensor | null : null
}
