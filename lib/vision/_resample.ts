// Resizing and moving of the pixels of images, in PIL's own arithmetic; the loops are in native/image_resample.cpp and image_move.cpp.
import { binding } from '../_C'
import type { Image } from './_image'

/** How values between pixels are found. */
export type Filter = 'nearest' | 'bilinear' | 'bicubic' | 'box' | 'hamming' | 'lanczos'

/** The pixels of an image. */
export interface Grid {
  data: Uint8Array
  width: number
  height: number
  channels: number
}

/** In the order of the tables of native/image_resample.cpp. */
const filters: readonly Filter[] = ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos']

/** The pixels that lie at these columns and rows of the source; -1 gives `fill`. */
export function gather({ data, width, height, channels }: Grid, columns: Int32Array, rows: Int32Array, fill: readonly number[]): Uint8Array {
  const result = new Uint8Array(columns.length * rows.length * channels)
  const values = Uint8Array.from({ length: 4 }, (_, c) => fill[c] ?? 0)
  binding.image_gather(data, width, height, channels, columns, rows, values, result)
  return result
}

/** A rectangle of an image. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** The pixels of an image, or of a part of it, in another size. */
export function resize(image: Grid, width: number, height: number, filter: Filter, box: Box = { left: 0, top: 0, ...image }): Uint8Array {
  if (filter === 'nearest') {
    const pick = (target: number, from: number, source: number): Int32Array =>
      Int32Array.from({ length: target }, (_, i) => from + Math.trunc((i + 0.5) * (source / target)))
    return gather(image, pick(width, box.left, box.width), pick(height, box.top, box.height), [])
  }
  const result = new Uint8Array(width * height * image.channels)
  const sizes = Int32Array.of(image.width, image.height, image.channels, box.left, box.top, box.width, box.height, width, height)
  binding.image_resize(image.data, sizes, filters.indexOf(filter), result)
  return result
}

/** Six numbers: where (x, y) of the result lies in the source. */
export type Matrix = readonly [number, number, number, number, number, number]

/** The pixels at the places that the numbers name: 6 of an affine transform, 8 of a perspective; `fill` where these are outside. */
export function transform(
  image: Grid, width: number, height: number, numbers: readonly number[], filter: Filter, fill: readonly number[],
): Uint8Array {
  const result = new Uint8Array(width * height * image.channels)
  const sizes = Int32Array.of(image.width, image.height, image.channels, width, height)
  const way = ['nearest', 'bilinear', 'bicubic'].indexOf(filter)
  binding.image_transform(image.data, sizes, Float64Array.from(numbers), way, Uint8Array.from({ length: 4 }, (_, c) => fill[c] ?? 0), result)
  return result
}

/** An image as {@link Grid}. */
export function grid_of(image: Image): Grid {
  const { data, width, height, channels } = image
  return { data, width, height, channels }
}
