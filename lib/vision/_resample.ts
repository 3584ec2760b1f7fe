// Resizing and moving of the pixels of images, in PIL's own arithmetic (its Resample.c and Geometry.c).
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

const sinc = (x: number): number => x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI)

function cubic(distance: number): number {
  const x = Math.abs(distance)
  const a = -0.5
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
}

/** Reach and weight of each filter. */
const filters: Record<Exclude<Filter, 'nearest'>, readonly [number, (x: number) => number]> = {
  box: [0.5, x => x > -0.5 && x <= 0.5 ? 1 : 0],
  bilinear: [1, x => Math.max(0, 1 - Math.abs(x))],
  hamming: [1, x => Math.abs(x) >= 1 ? 0 : x === 0 ? 1 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI))],
  bicubic: [2, cubic],
  lanczos: [3, x => x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0],
}

const precision = 22
const half = 1 << precision - 1

interface Weights {
  /** First source pixel and how many of them, for each target pixel. */
  from: Int32Array
  count: Int32Array
  /** `reach` integers for each target pixel. */
  values: Int32Array
  reach: number
}

function weights_of(source: number, target: number, filter: Exclude<Filter, 'nearest'>): Weights {
  const [support, weight] = filters[filter]
  const scale = source / target
  const stretch = Math.max(scale, 1)
  const wide = support * stretch
  const reach = Math.ceil(wide) * 2 + 1
  const result = { from: new Int32Array(target), count: new Int32Array(target), values: new Int32Array(target * reach), reach }
  const row = new Float64Array(reach)
  for (let i = 0; i < target; i++) {
    const center = (i + 0.5) * scale
    const from = Math.max(0, Math.trunc(center - wide + 0.5))
    const count = Math.min(source, Math.trunc(center + wide + 0.5)) - from
    let sum = 0
    for (let k = 0; k < count; k++) sum += row[k] = weight((k + from - center + 0.5) * (1 / stretch))
    for (let k = 0; k < count; k++) {
      const value = (sum !== 0 ? row[k]! / sum : row[k]!) * (1 << precision)
      result.values[i * reach + k] = value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5)
    }
    result.from[i] = from
    result.count[i] = count
  }
  return result
}

const clip = (sum: number): number => sum <= 0 ? 0 : sum >= 2 ** 30 ? 255 : sum >> precision

/** Along the rows. */
function resize_rows({ data, width, height, channels }: Grid, target: number, filter: Exclude<Filter, 'nearest'>): Uint8Array {
  const { from, count, values, reach } = weights_of(width, target, filter)
  const result = new Uint8Array(target * height * channels)
  for (let y = 0, to = 0; y < height; y++) {
    const line = y * width * channels
    for (let x = 0; x < target; x++) {
      const start = line + from[x]! * channels
      const n = count[x]!
      const at = x * reach
      if (channels === 3) { // a third of the time
        let [r, g, b] = [half, half, half]
        for (let k = 0, i = start; k < n; k++, i += 3) {
          const weight = values[at + k]!
          r += data[i]! * weight
          g += data[i + 1]! * weight
          b += data[i + 2]! * weight
        }
        result[to++] = clip(r)
        result[to++] = clip(g)
        result[to++] = clip(b)
        continue
      }
      for (let c = 0; c < channels; c++) {
        let sum = half
        for (let k = 0, i = start + c; k < n; k++, i += channels) sum += data[i]! * values[at + k]!
        result[to++] = clip(sum)
      }
    }
  }
  return result
}

/** Along the columns. */
function resize_columns({ data, width, height, channels }: Grid, target: number, filter: Exclude<Filter, 'nearest'>): Uint8Array {
  const { from, count, values, reach } = weights_of(height, target, filter)
  const stride = width * channels
  const result = new Uint8Array(stride * target)
  const sums = new Float64Array(stride)
  for (let y = 0; y < target; y++) {
    sums.fill(half)
    for (let k = 0; k < count[y]!; k++) {
      const weight = values[y * reach + k]!
      const line = (from[y]! + k) * stride
      for (let i = 0; i < stride; i++) sums[i]! += data[line + i]! * weight
    }
    const to = y * stride
    for (let i = 0; i < stride; i++) result[to + i] = clip(sums[i]!)
  }
  return result
}

/** The pixels that lie at these columns and rows of the source; -1 gives `fill`. */
export function gather({ data, width, channels }: Grid, columns: Int32Array, rows: Int32Array, fill: readonly number[]): Uint8Array {
  const result = new Uint8Array(columns.length * rows.length * channels)
  let to = 0
  for (let j = 0; j < rows.length; j++) {
    const line = rows[j]! * width
    for (let i = 0; i < columns.length; i++) {
      const x = columns[i]!
      const inside = x >= 0 && line >= 0
      const from = (line + x) * channels
      for (let c = 0; c < channels; c++) result[to++] = inside ? data[from + c]! : fill[c]!
    }
  }
  return result
}

/** The pixels of an image in another size. */
export function resize(image: Grid, width: number, height: number, filter: Filter): Uint8Array {
  if (filter === 'nearest') {
    const pick = (target: number, source: number): Int32Array =>
      Int32Array.from({ length: target }, (_, i) => Math.trunc((i + 0.5) * (source / target)))
    return gather(image, pick(width, image.width), pick(height, image.height), [])
  }
  const steps = [
    (from: Grid): Grid => width === image.width ? from : { ...from, data: resize_rows(from, width, filter), width },
    (from: Grid): Grid => height === image.height ? from : { ...from, data: resize_columns(from, height, filter), height },
  ] as const
  // Each pass rounds, so the order counts: Pillow 13 takes the columns first where only they shrink.
  const [first, second] = height < image.height && width >= image.width ? [steps[1], steps[0]] : steps
  const { data } = second(first(image))
  return data === image.data ? data.slice() : data
}

/** Writes down where a pixel of the result lies in the source: no object for each pixel. */
type Way = (x: number, y: number, place: Float64Array) => void

const mix = (a: number, b: number, part: number): number => a + (b - a) * part

function curve(a: number, b: number, c: number, d: number, part: number): number {
  return b + part * (-a + c + part * (2 * (a - b) + c - d + part * (-a + b - c + d)))
}

/** The value at a place between four pixels: rows beyond the edge repeat the last one. */
function bilinear({ data, width, height, channels }: Grid, xin: number, yin: number, c: number): number {
  const x = Math.floor(xin - 0.5)
  const y = Math.floor(yin - 0.5)
  const dx = xin - 0.5 - x
  const left = (x < 0 ? 0 : x) * channels + c
  const right = (x + 1 < width ? x + 1 : width - 1) * channels + c
  const line = (y < 0 ? 0 : y) * width * channels
  const first = mix(data[line + left]!, data[line + right]!, dx)
  if (y + 1 >= height) return first
  const next = (y + 1) * width * channels
  return mix(first, mix(data[next + left]!, data[next + right]!, dx), yin - 0.5 - y)
}

/** The value at a place between sixteen pixels: rows beyond the edge repeat the last one. */
function bicubic({ data, width, height, channels }: Grid, xin: number, yin: number, c: number): number {
  const [x, y] = [Math.floor(xin - 0.5), Math.floor(yin - 0.5)]
  const [dx, dy] = [xin - 0.5 - x, yin - 0.5 - y]
  const at = (column: number, row: number): number => data[(row * width + Math.min(width - 1, Math.max(0, column))) * channels + c]!
  const across = (row: number): number => curve(at(x - 1, row), at(x, row), at(x + 1, row), at(x + 2, row), dx)
  const lines = [across(Math.min(height - 1, Math.max(0, y - 1)))]
  for (const row of [y, y + 1, y + 2]) lines.push(row >= 0 && row < height ? across(row) : lines[lines.length - 1]!)
  return Math.min(255, Math.max(0, curve(lines[0]!, lines[1]!, lines[2]!, lines[3]!, dy)))
}

/** The pixels at the places that `way` names; `fill` where these are outside. */
function transform(image: Grid, width: number, height: number, way: Way, filter: Filter, fill: readonly number[]): Uint8Array {
  const { data, channels } = image
  const result = new Uint8Array(width * height * channels)
  const place = new Float64Array(2)
  const between = filter === 'bilinear' ? bilinear : bicubic
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      way(x, y, place)
      const xin = place[0]!
      const yin = place[1]!
      const inside = xin >= 0 && xin < image.width && yin >= 0 && yin < image.height
      const from = inside ? (Math.floor(yin) * image.width + Math.floor(xin)) * channels : 0
      for (let c = 0; c < channels; c++) {
        result[to++] = !inside ? fill[c]! : filter === 'nearest' ? data[from + c]! : Math.trunc(between(image, xin, yin, c))
      }
    }
  }
  return result
}

/** Six numbers: where (x, y) of the result lies in the source. */
export type Matrix = readonly [number, number, number, number, number, number]

/** An affine transform; nearest pixels are found in 16 fractional bits. */
export function affine(image: Grid, width: number, height: number, matrix: Matrix, filter: Filter, fill: readonly number[]): Uint8Array {
  const [a, b, c, d, e, f] = matrix
  if (filter === 'nearest' && !(b === 0 && d === 0)) {
    const fix = (value: number): number => Math.floor(value * 65536 + 0.5)
    const [fa, fb, fd, fe] = [fix(a), fix(b), fix(d), fix(e)]
    const [x0, y0] = [fix(c + a * 0.5 + b * 0.5), fix(f + d * 0.5 + e * 0.5)]
    const fixed: Way = (x, y, place) => {
      place[0] = (x0 + fa * x + fb * y) / 65536
      place[1] = (y0 + fd * x + fe * y) / 65536
    }
    return transform(image, width, height, fixed, filter, fill)
  }
  const way: Way = (x, y, place) => {
    place[0] = a * (x + 0.5) + b * (y + 0.5) + c
    place[1] = d * (x + 0.5) + e * (y + 0.5) + f
  }
  return transform(image, width, height, way, filter, fill)
}

/** A perspective transform by eight numbers. */
export function perspective(image: Grid, coeffs: readonly number[], filter: Filter, fill: readonly number[]): Uint8Array {
  const [a, b, c, d, e, f, g, h] = coeffs as [number, number, number, number, number, number, number, number]
  const way: Way = (x, y, place) => {
    const [xin, yin] = [x + 0.5, y + 0.5]
    const below = g * xin + h * yin + 1
    place[0] = (a * xin + b * yin + c) / below
    place[1] = (d * xin + e * yin + f) / below
  }
  return transform(image, image.width, image.height, way, filter, fill)
}

/** An image as {@link Grid}. */
export function grid_of(image: Image): Grid {
  const { data, width, height, channels } = image
  return { data, width, height, channels }
}
