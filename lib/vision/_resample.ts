// Resizing and moving of the pixels of images, in PIL's own arithmetic; the loops are in native/image_resample.cpp and image_move.cpp.
import { binding } from '../_C'
import type { Image } from './_image'

/** How values between pixels are found. */
export type Filter = 'nearest' | 'bilinear' | 'bicubic' | 'box' | 'hamming' | 'lanczos'

/** In the order of the tables of native/image_resample.cpp. */
const filters: readonly Filter[] = ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos']

const four = (fill: readonly number[]): Uint8Array => Uint8Array.from({ length: 4 }, (_, c) => fill[c] ?? 0)

/** The pixels that lie at these columns and rows of the source; -1 gives `fill`. */
export function gather(image: Image, columns: Int32Array, rows: Int32Array, fill: readonly number[]): Image {
  const result = image.blank(columns.length, rows.length)
  binding.image_gather(image.memory, image.width, image.height, image.channels, columns, rows, four(fill), result.memory)
  return result
}

/** A rectangle of an image. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** An image, or a part of it, in another size. */
export function resize(image: Image, width: number, height: number, filter: Filter, box?: Box): Image {
  const { left, top, width: from_width, height: from_height } = box ?? { left: 0, top: 0, width: image.width, height: image.height }
  if (filter === 'nearest') {
    const pick = (target: number, from: number, source: number): Int32Array =>
      Int32Array.from({ length: target }, (_, i) => from + Math.trunc((i + 0.5) * (source / target)))
    return gather(image, pick(width, left, from_width), pick(height, top, from_height), [])
  }
  const result = image.blank(width, height)
  const sizes = Int32Array.of(image.width, image.height, image.channels, left, top, from_width, from_height, width, height)
  binding.image_resize(image.memory, sizes, filters.indexOf(filter), result.memory)
  return result
}

/** Six numbers: where (x, y) of the result lies in the source. */
export type Matrix = readonly [number, number, number, number, number, number]

/** The pixels at the places that the numbers name: 6 of an affine transform, 8 of a perspective; `fill` where these are outside. */
export function transform(image: Image, width: number, height: number, numbers: readonly number[], filter: Filter, fill: readonly number[]): Image {
  const result = image.blank(width, height)
  const sizes = Int32Array.of(image.width, image.height, image.channels, width, height)
  const way = ['nearest', 'bilinear', 'bicubic'].indexOf(filter)
  binding.image_transform(image.memory, sizes, Float64Array.from(numbers), way, four(fill), result.memory)
  return result
}
