// Colour maps: from numbers in 0..1 to colours (matplotlib.colormaps).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import tables from './colormap_tables'
import type { RGBA } from './colors'

const size = 256

/** Evenly spaced colours, as hex digits; between them colours are interpolated. Brewer's and matplotlib's. */
const even: Readonly<Record<string, string>> = {
  gray: '000000 ffffff',
  binary: 'ffffff 000000',
  cool: '00ffff ff00ff',
  bwr: '0000ff ffffff ff0000',
  Greys: 'ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000',
  Blues: 'f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b',
  Greens: 'f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b',
  Oranges: 'fff5eb fee6ce fdd0a2 fdae6b fd8d3c f16913 d94801 a63603 7f2704',
  Purples: 'fcfbfd efedf5 dadaeb bcbddc 9e9ac8 807dba 6a51a3 54278f 3f007d',
  Reds: 'fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d',
  RdBu: '67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061',
}

type Points = readonly (readonly [position: number, value: number])[]

/** Red, green and blue as piecewise linear functions. */
const piecewise: Readonly<Record<string, readonly [Points, Points, Points]>> = {
  hot: [
    [
      [0, 0.0416],
      [0.365079, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.365079, 0],
      [0.746032, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.746032, 0],
      [1, 1],
    ],
  ],
  jet: [
    [
      [0, 0],
      [0.35, 0],
      [0.66, 1],
      [0.89, 1],
      [1, 0.5],
    ],
    [
      [0, 0],
      [0.125, 0],
      [0.375, 1],
      [0.64, 1],
      [0.91, 0],
      [1, 0],
    ],
    [
      [0, 0.5],
      [0.11, 1],
      [0.34, 1],
      [0.65, 0],
      [1, 0],
    ],
  ],
}

/** Value at place `index` of the table, rounded as matplotlib's arithmetic does. */
function interpolate(points: Points, index: number): number {
  const last = size - 1
  const at = last * (index * (1 / last))
  const right = points.findIndex(([position], i) => i > 0 && (position * last >= at || i === points.length - 1))
  const [[x0, y0], [x1, y1]] = [points[right - 1]!, points[right]!]
  if (index === 0 || index === last) return index === 0 ? y0 : y1
  return ((at - x0 * last) / (x1 * last - x0 * last)) * (y1 - y0) + y0
}

function even_points(colors: string, channel: number): Points {
  const list = colors.split(' ')
  return list.map((color, i) => [i / (list.length - 1), parseInt(color.slice(2 * channel, 2 * channel + 2), 16) / 255])
}

function reverse(points: Points): Points {
  return points.map(([position, value]) => [1 - position, value] as const).toReversed()
}

function table_of(name: string, reversed: boolean): Uint8Array | null {
  const packed = tables[name]
  if (packed !== undefined) {
    const table = Uint8Array.from(Buffer.from(packed, 'base64'))
    return reversed ? table.map((_, i) => table[3 * (size - 1 - Math.floor(i / 3)) + (i % 3)]!) : table
  }
  const hex = even[name]
  const channels = piecewise[name] ?? (hex === undefined ? null : [0, 1, 2].map(channel => even_points(hex, channel)))
  if (!channels) return null
  const ordered = reversed ? channels.map(reverse) : channels
  return Uint8Array.from({ length: 3 * size }, (_, i) => Math.trunc(interpolate(ordered[i % 3]!, Math.floor(i / 3)) * (size - 1)))
}

/** Names that {@link get_cmap} knows, those of reversed maps (`_r`) left out. */
export const colormaps: readonly string[] = [...Object.keys(tables), ...Object.keys(piecewise), ...Object.keys(even)].sort()

/** A table of 256 colours. */
export class Colormap {
  /** @internal */
  constructor(
    readonly name: string,
    private readonly table: Uint8Array,
  ) {}

  /** Writes the colour of `x` (0..1; NaN is transparent) as four bytes. */
  write(x: number, target: Uint8Array, offset: number): void {
    if (Number.isNaN(x)) return void target.fill(0, offset, offset + 4)
    const index = Math.min(size - 1, Math.max(0, Math.trunc(x * size)))
    for (let i = 0; i < 3; i++) target[offset + i] = this.table[3 * index + i]!
    target[offset + 3] = 255
  }

  /** The colour of `x` in 0..1. */
  color(x: number): RGBA {
    const bytes = new Uint8Array(4)
    this.write(x, bytes, 0)
    return [bytes[0]! / 255, bytes[1]! / 255, bytes[2]! / 255, bytes[3]! / 255]
  }
}

/**
 * The colour map of a name: viridis, plasma, inferno, magma, gray, Greys, binary, hot, cool, jet, bwr, RdBu, Blues, Greens, Oranges,
 * Purples or Reds, each with `_r` reversed. Default: viridis.
 *
 * @throws {ValueError} for another name.
 * @see matplotlib.pyplot.get_cmap
 */
export function get_cmap(name: unknown = 'viridis'): Colormap {
  if (name instanceof Colormap) return name
  const wanted = typeof name === 'string' ? name.replace(/^grey(_r)?$/, 'gray$1') : ''
  const base = wanted.replace(/_r$/, '')
  const table = colormaps.includes(base) ? table_of(base, wanted !== base) : null
  if (!table)
    throw new ValueError(
      `${repr(name)} is not a valid value for cmap; supported values are ${colormaps.map(repr).join(', ')}, and these with '_r'`,
    )
  return new Colormap(wanted, table)
}

/** Linear scaling of values to 0..1 (matplotlib.colors.Normalize): `(value - vmin) / (vmax - vmin)`; 0 where both are equal. */
export function normalize(value: number, vmin: number, vmax: number): number {
  return vmin === vmax ? value * 0 : (value - vmin) / (vmax - vmin)
}
