// JPEG images decoded without the detour through `sharp`, by the library below `sharp`: see native/vips.cpp.
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

/**
 * Begins to decode a JPEG of one or three values a pixel, in a thread beside this one. The function waits for the pixels (H, W, C); it gives
 * null if the image is damaged or too large, or the library is not there.
 */
export function begin_jpeg(bytes: Uint8Array, max_pixels: number): () => Tensor | null {
  is_open ??= open()
  if (!is_open) return () => null
  const job = binding.vips_begin(bytes, max_pixels)
  return () => made(out => binding.vips_finish(out, job)) as Tensor | null
}
