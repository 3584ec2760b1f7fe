// Transforms of images as functions, with PIL's values; torchvision.transforms._functional_pil.
import { binding } from '../../_C'
import { ValueError } from '../../_errors'
import { Image } from '../_image'
import { type Box, type Filter, type Matrix, gather, resize as resize_pixels, transform } from '../_resample'

/** A number for all channels, or one for each. */
export type Fill = number | readonly number[] | null

/** Padding: for all sides, (left and right, top and bottom), or (left, top, right, bottom). */
export type Padding = number | readonly number[]

export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric'

const range = (count: number, value: (i: number) => number): Int32Array => Int32Array.from({ length: count }, (_, i) => value(i))

/** Integers for each channel. @throws {ValueError} if their number is another */
function parse_fill(fill: Fill, { channels }: Image): number[] {
  const values = typeof fill === 'number' || fill === null ? [fill ?? 0] : fill
  if (values.length !== 1 && values.length !== channels) {
    throw new ValueError(`The number of elements in 'fill' does not match the number of channels of the image (${values.length} != ${channels})`)
  }
  return Array.from({ length: channels }, (_, c) => Math.min(255, Math.max(0, Math.trunc(values[values.length === 1 ? 0 : c]!))))
}

export function hflip(image: Image): Image {
  const { width, height } = image
  return gather(image, range(width, i => width - 1 - i), range(height, i => i), [])
}

export function vflip(image: Image): Image {
  const { width, height } = image
  return gather(image, range(width, i => i), range(height, i => height - 1 - i), [])
}

/** A part of an image; black where it goes beyond. */
export function crop(image: Image, top: number, left: number, height: number, width: number): Image {
  const is_inside = top >= 0 && left >= 0 && top + height <= image.height && left + width <= image.width
  if (is_inside) return resize_pixels(image, width, height, 'box', { left, top, width, height }) // copies rows
  const inside = (at: number, size: number): number => at >= 0 && at < size ? at : -1
  return gather(image, range(width, i => inside(left + i, image.width)), range(height, i => inside(top + i, image.height)), [0, 0, 0, 0])
}

/** Left, top, right and bottom. */
export function sides(padding: Padding): [number, number, number, number] {
  const list = typeof padding === 'number' ? [padding] : padding
  if (list.length === 1) return [list[0]!, list[0]!, list[0]!, list[0]!]
  if (list.length === 2) return [list[0]!, list[1]!, list[0]!, list[1]!]
  return [list[0]!, list[1]!, list[2]!, list[3]!]
}

/** Where a pixel beyond the edge comes from. */
function source_of(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at
  if (mode === 'constant') return -1
  if (mode === 'edge' || size === 1) return Math.min(size - 1, Math.max(0, at))
  const period = mode === 'reflect' ? 2 * (size - 1) : 2 * size
  const phase = ((at % period) + period) % period
  if (phase < size) return phase
  return mode === 'reflect' ? period - phase : period - 1 - phase
}

export function pad(image: Image, padding: Padding, fill: Fill, mode: PaddingMode): Image {
  const [left, top, right, bottom] = sides(padding)
  const values = mode === 'constant' ? parse_fill(fill, image) : []
  // What is negative is cut first: the rest repeats what is left.
  const cut = crop(image, Math.max(0, -top), Math.max(0, -left), image.height + Math.min(0, top) + Math.min(0, bottom),
    image.width + Math.min(0, left) + Math.min(0, right))
  const [l, t, r, b] = [left, top, right, bottom].map(side => Math.max(0, side)) as [number, number, number, number]
  const columns = range(cut.width + l + r, i => source_of(i - l, cut.width, mode))
  const rows = range(cut.height + t + b, i => source_of(i - t, cut.height, mode))
  return gather(cut, columns, rows, values)
}

/** Does work that mixes pixels: what is opaque counts more, as in PIL. */
function by_opacity(image: Image, filter: Filter, work: (image: Image) => Image): Image {
  if ((image.mode !== 'LA' && image.mode !== 'RGBA') || filter === 'nearest') return work(image)
  const weigh = (one: Image, is_back: boolean): Image => {
    const result = one.blank()
    binding.image_alpha(one.memory, one.channels, is_back, result.memory)
    return result
  }
  return weigh(work(weigh(image, false)), true)
}

/** @param box - the part that is resized. Default: all of it. */
export function resize(image: Image, [height, width]: readonly [number, number], filter: Filter, box?: Box): Image {
  if (!(height > 0 && width > 0)) throw new ValueError('height and width must be > 0')
  return by_opacity(image, filter, source => resize_pixels(source, width, height, source.mode === 'P' ? 'nearest' : filter, box))
}

function move(image: Image, width: number, height: number, numbers: readonly number[], filter: Filter, fill: Fill): Image {
  check_filter(filter)
  const values = parse_fill(fill, image)
  return by_opacity(image, filter, source => transform(source, width, height, numbers, filter, values))
}

function check_filter(filter: Filter): void {
  if (!['nearest', 'bilinear', 'bicubic'].includes(filter)) {
    throw new ValueError(`${filter} cannot be used. Use nearest, bilinear or bicubic`)
  }
}

export function affine(image: Image, matrix: Matrix, filter: Filter, fill: Fill): Image {
  return move(image, image.width, image.height, matrix, filter, fill)
}

export function perspective(image: Image, coeffs: readonly number[], filter: Filter, fill: Fill): Image {
  return move(image, image.width, image.height, coeffs, filter, fill)
}

/** A turn by a multiple of 90 degrees, counter-clockwise. */
function quarter_turns(image: Image, turns: number): Image {
  const turned = image.pixels.rot90(turns, [0, 1]).contiguous()
  return new Image(turned, turned.size(1), turned.size(0), image.mode, image.palette)
}

const to_15 = (value: number): number => Number(value.toFixed(15))

export function rotate(image: Image, angle: number, filter: Filter, expand: boolean, center: readonly number[] | null, fill: Fill): Image {
  check_filter(filter)
  const turn = ((angle % 360) + 360) % 360
  const { width: w, height: h } = image
  if (center === null && (turn === 0 || turn === 180)) return quarter_turns(image, turn / 90)
  if (center === null && (turn === 90 || turn === 270) && (expand || w === h)) return quarter_turns(image, turn / 90)
  const [cx, cy] = (center ?? [w / 2, h / 2]) as [number, number]
  const radians = -(turn * Math.PI / 180)
  const [cos, sin] = [to_15(Math.cos(radians)), to_15(Math.sin(radians))]
  const at = (x: number, y: number, c: number, f: number): [number, number] => [cos * x + sin * y + c, -sin * x + cos * y + f]
  let [c, f] = at(-cx, -cy, 0, 0)
  c += cx
  f += cy
  let [width, height] = [w, h]
  if (expand) {
    const corners = [[0, 0], [w, 0], [w, h], [0, h]].map(([x, y]) => at(x!, y!, c, f))
    const size = (axis: 0 | 1): number => {
      const values = corners.map(one => one[axis])
      return Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values))
    }
    ;[width, height] = [size(0), size(1)]
    ;[c, f] = at(-(width - w) / 2, -(height - h) / 2, c, f)
  }
  const matrix: Matrix = [cos, sin, c, -sin, cos, f]
  return move(image, width, height, matrix, filter, fill)
}

export function to_grayscale(image: Image, num_output_channels: number): Image {
  if (num_output_channels === 1) return image.convert('L')
  if (num_output_channels === 3) return image.convert('L').convert('RGB')
  throw new ValueError('num_output_channels should be either 1 or 3')
}
