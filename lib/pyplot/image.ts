// Bitmaps of imshow: from data to colours, and from colours to the pixels of the figure (matplotlib.image).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { type ScalarMappable } from './artists'
import { normalize } from './colormaps'
import { type NumericArray, shape_repr } from './data'
import { pngjs } from './lazy'

/** RGBA bytes, rows from the top. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** A weight for each distance from the centre, in source pixels, up to a radius. */
interface Kernel {
  readonly radius: number
  weight(distance: number): number
}

const cube = (x: number) => (x > 0 ? x ** 3 : 0)
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kernels: Readonly<Record<string, Kernel>> = {
  bilinear: { radius: 1, weight: x => 1 - x },
  hanning: { radius: 1, weight: x => 0.5 + 0.5 * Math.cos(Math.PI * x) },
  bicubic: { radius: 2, weight: x => (cube(x + 2) - 4 * cube(x + 1) + 6 * cube(x) - 4 * cube(x - 1)) / 6 },
  lanczos: { radius: 3, weight: x => sinc(x) * sinc(x / 3) },
}

const crisp = ['nearest', 'none', 'auto', 'antialiased']

/** An interpolation's name, or matplotlib's error. */
export function check_interpolation(name: unknown): string {
  const known = [...crisp, ...Object.keys(kernels)]
  if (typeof name !== 'string' || !known.includes(name)) {
    throw new ValueError(
      `${repr(name)} is not a valid value for interpolation; supported values are ${known.map(repr).join(', ')}`,
    )
  }
  return name
}

/** Whether the pixels of the data stay visible as squares when they are enlarged. */
export function is_crisp(interpolation: string): boolean {
  return crisp.includes(interpolation)
}

/**
 * The shape of image data: `[height, width]` of values, or `[height, width, 3 | 4]` of colours; a last dimension of 1 is dropped.
 *
 * @throws {TypeError} for other shapes.
 */
export function image_shape({ shape }: NumericArray): { height: number; width: number; channels: number } {
  const [height, width, channels = 1] = shape
  if (shape.length < 2 || shape.length > 3 || ![1, 3, 4].includes(channels))
    throw new TypeError(`Invalid shape ${shape_repr(shape)} for image data`)
  return { height: height!, width: width!, channels }
}

/** Colours for values, by a map. */
export function values_to_pixels(
  values: readonly number[],
  width: number,
  height: number,
  { cmap, vmin, vmax }: ScalarMappable,
  alpha: number,
): Pixels {
  const rgba = new Uint8Array(4 * width * height)
  for (let i = 0; i < values.length; i++) {
    cmap!.write(normalize(values[i]!, vmin, vmax), rgba, 4 * i)
    if (alpha < 1) rgba[4 * i + 3] = Math.round(rgba[4 * i + 3]! * alpha)
  }
  return { width, height, rgba }
}

/** Whether colours are integers in 0..255 rather than fractions: plain numbers count as such if all are integers and one is above 1. */
function is_bytes({ values, kind }: NumericArray): boolean {
  return kind === 'int' || (kind === 'number' && values.every(Number.isInteger) && values.some(value => value > 1))
}

/** Pixels of data that are colours already. What lies outside the valid range is clipped, with a warning. */
export function colors_to_pixels(array: NumericArray, width: number, height: number, channels: number, alpha: number): Pixels {
  const scale = is_bytes(array) ? 1 : 255
  const rgba = new Uint8Array(4 * width * height).fill(255)
  let clipped = false
  for (let i = 0; i < array.values.length; i++) {
    const value = array.values[i]! * scale
    if (value < 0 || value > 255) clipped = true
    rgba[4 * Math.floor(i / channels) + (i % channels)] = Math.min(255, Math.max(0, scale === 1 ? value : Math.round(value)))
  }
  if (alpha < 1) for (let i = 3; i < rgba.length; i += 4) rgba[i] = Math.round(rgba[i]! * alpha)
  if (clipped)
    process.emitWarning(
      'Clipping input data to the valid range for imshow with RGB data ([0..1] for floats or [0..255] for integers).',
    )
  return { width, height, rgba }
}

/** The same picture upside down. */
export function flip_rows({ width, height, rgba }: Pixels): Pixels {
  const flipped = new Uint8Array(rgba.length)
  for (let row = 0; row < height; row++)
    flipped.set(rgba.subarray(4 * width * row, 4 * width * (row + 1)), 4 * width * (height - 1 - row))
  return { width, height, rgba: flipped }
}

/** Part of a line of source pixels, from `start` to `end` (either may be the greater), that `count` target pixels show. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly count: number
}

/** For one target pixel: the first source pixel and the weights from there on. */
interface Tap {
  readonly first: number
  readonly weights: readonly number[]
}

function taps({ start, end, count }: Stretch, size: number, interpolation: string): Tap[] {
  const step = (end - start) / count
  const shrink = Math.abs(step)
  const averaged = (interpolation === 'auto' || interpolation === 'antialiased') && shrink > 1
  const kernel = averaged ? kernels['hanning']! : kernels[interpolation]
  return Array.from({ length: count }, (_, i) => {
    const centre = start + (i + 0.5) * step
    if (!kernel) return { first: Math.min(size - 1, Math.max(0, Math.floor(centre))), weights: [1] }
    return kernel_tap(kernel, centre, Math.max(1, shrink), size)
  })
}

function kernel_tap(kernel: Kernel, centre: number, spread: number, size: number): Tap {
  const reach = kernel.radius * spread
  const first = Math.max(0, Math.ceil(centre - reach - 0.5))
  const last = Math.min(size - 1, Math.floor(centre + reach - 0.5))
  const weights = Array.from({ length: Math.max(1, last - first + 1) }, (_, i) =>
    kernel.weight(Math.abs(first + i + 0.5 - centre) / spread),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum > 0
    ? { first: Math.min(first, size - 1), weights: weights.map(weight => weight / sum) }
    : { first: Math.min(size - 1, Math.max(0, Math.floor(centre))), weights: [1] }
}

/**
 * The pixels of the figure that show a part of a picture: crisp squares when it is enlarged, averages when it is reduced, unless
 * `interpolation` says otherwise.
 */
export function resample(pixels: Pixels, across: Stretch, down: Stretch, interpolation: string): Pixels {
  const columns = taps(across, pixels.width, interpolation)
  const rows = taps(down, pixels.height, interpolation)
  if ([...columns, ...rows].every(tap => tap.weights.length === 1)) return pick(pixels, columns, rows)
  return blend_rows(blend_columns(pixels, columns), columns.length, rows)
}

/** One source pixel for each target pixel. */
function pick({ width, rgba }: Pixels, columns: readonly Tap[], rows: readonly Tap[]): Pixels {
  const source = new Uint32Array(rgba.slice().buffer)
  const target = new Uint32Array(columns.length * rows.length)
  let at = 0
  for (const row of rows) for (const column of columns) target[at++] = source[row.first * width + column.first]!
  return { width: columns.length, height: rows.length, rgba: new Uint8Array(target.buffer) }
}

/** Weighted sums along each row. Opacity is multiplied in, so that transparent pixels lend no colour to their neighbours. */
function blend_columns({ width, height, rgba }: Pixels, columns: readonly Tap[]): Float32Array {
  const sums = new Float32Array(4 * columns.length * height)
  for (let row = 0, target = 0; row < height; row++) {
    for (const { first, weights } of columns) {
      for (let i = 0, source = 4 * (row * width + first); i < weights.length; i++, source += 4) {
        const opacity = (weights[i]! * rgba[source + 3]!) / 255
        for (let c = 0; c < 3; c++) sums[target + c]! += opacity * rgba[source + c]!
        sums[target + 3]! += opacity
      }
      target += 4
    }
  }
  return sums
}

/** Weighted sums of rows of `width` pixels, and back to bytes. */
function blend_rows(lines: Float32Array, width: number, rows: readonly Tap[]): Pixels {
  const rgba = new Uint8Array(4 * width * rows.length)
  const sum = new Float64Array(4)
  rows.forEach(({ first, weights }, row) => {
    for (let column = 0; column < width; column++) {
      sum.fill(0)
      for (let i = 0; i < weights.length; i++) {
        const source = 4 * ((first + i) * width + column)
        for (let c = 0; c < 4; c++) sum[c]! += weights[i]! * lines[source + c]!
      }
      const target = 4 * (row * width + column)
      for (let c = 0; c < 3; c++) rgba[target + c] = sum[3]! > 0 ? clip(sum[c]! / sum[3]!) : 0
      rgba[target + 3] = clip(255 * sum[3]!)
    }
  })
  return { width, height: rows.length, rgba }
}

function clip(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)))
}

/** A picture as the URI of a PNG. */
export function data_uri({ width, height, rgba }: Pixels): string {
  const { PNG } = pngjs()
  const png = new PNG({ width, height })
  // Without filters: they cost most of the time, and squares of one colour are no smaller with them.
  png.data.set(rgba)
  return `data:image/png;base64,${PNG.sync.write(png, { filterType: 0, deflateLevel: 3 }).toString('base64')}`
}
