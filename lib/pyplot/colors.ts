// Colours as matplotlib names them, the colour cycle, and their CSS form (matplotlib.colors).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { is_sequence, plain } from './data'
import { echarts } from './lazy'

/** Red, green, blue and opacity, each in 0..1. */
export type RGBA = readonly [number, number, number, number]

/** A CSS name, `C0`..`C9`, `tab:blue`, one of bcmkrgyw, `#rrggbb`, a grey level in a string ('0.5'), 'none', or 3 or 4 numbers in 0..1. */
export type Color = string | readonly number[]

const tab10 = ['1f77b4', 'ff7f0e', '2ca02c', 'd62728', '9467bd', '8c564b', 'e377c2', '7f7f7f', 'bcbd22', '17becf']
const tab_names = ['blue', 'orange', 'green', 'red', 'purple', 'brown', 'pink', 'gray', 'olive', 'cyan']

/** Known without the library, since every figure needs them. */
const own_names: Readonly<Record<string, RGBA>> = {
  black: [0, 0, 0, 1],
  white: [1, 1, 1, 1],
  b: [0, 0, 1, 1],
  g: [0, 0.5, 0, 1],
  r: [1, 0, 0, 1],
  c: [0, 0.75, 0.75, 1],
  m: [0.75, 0, 0.75, 1],
  y: [0.75, 0.75, 0, 1],
  k: [0, 0, 0, 1],
  w: [1, 1, 1, 1],
}

/** The colour of place `index` in the cycle that lines, bars and points go through. */
export function cycle_color(index: number): string {
  return `#${tab10[index % tab10.length]}`
}

function from_hex(digits: string): RGBA {
  const full = digits.length <= 4 ? [...digits].map(digit => digit + digit).join('') : digits
  const [r, g, b, a = 255] = full.match(/../g)!.map(pair => parseInt(pair, 16)) as [number, number, number, number?]
  return [r / 255, g / 255, b / 255, a / 255]
}

function from_string(color: string): RGBA | null {
  if (/^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(color)) return from_hex(color.slice(1))
  if (color.toLowerCase() === 'none') return [0, 0, 0, 0]
  if (Object.hasOwn(own_names, color)) return own_names[color]!
  const cycle = /^C(\d+)$/.exec(color)
  if (cycle) return from_hex(tab10[Number(cycle[1]) % tab10.length]!)
  const tab = tab_names.indexOf(
    color
      .toLowerCase()
      .replace(/^tab:gre?y$/, 'tab:gray')
      .replace(/^tab:/, ''),
  )
  if (/^tab:/i.test(color)) return tab < 0 ? null : from_hex(tab10[tab]!)
  if (/^\s*[\d.]+(e[+-]?\d+)?\s*$/i.test(color)) {
    const level = Number(color)
    return level >= 0 && level <= 1 ? [level, level, level, 1] : null
  }
  if (/^rebeccapurple$/i.test(color)) return from_hex('663399')
  if (!/^[a-z]+$/i.test(color) || /^transparent$/i.test(color)) return null // echarts knows more forms, matplotlib does not
  const parsed = echarts().color.parse(color)
  return parsed ? [parsed[0]! / 255, parsed[1]! / 255, parsed[2]! / 255, 1] : null
}

function from_numbers(color: unknown): RGBA | null {
  if (!is_sequence(color)) return null
  const values = Array.from(plain(color) as ArrayLike<unknown>)
  if ((values.length !== 3 && values.length !== 4) || !values.every(value => typeof value === 'number')) return null
  const [r, g, b, a = 1] = values as [number, number, number, number?]
  if (!values.every(value => value >= 0 && value <= 1)) throw new ValueError('RGBA values should be within 0-1 range')
  return [r, g, b, a]
}

/** Red, green, blue and opacity of a colour, or null for what is none. */
export function try_rgba(color: unknown): RGBA | null {
  return typeof color === 'string' ? from_string(color) : from_numbers(color)
}

/**
 * Red, green, blue and opacity of a colour.
 *
 * @param alpha - replaces the colour's own opacity
 * @throws {ValueError} for what is no colour.
 * @see matplotlib.colors.to_rgba
 */
export function to_rgba(color: unknown, alpha?: number | null): RGBA {
  const rgba = try_rgba(color)
  if (!rgba) {
    throw new ValueError(
      `${repr(color)} is not a valid value for color: supported inputs are (r, g, b) and (r, g, b, a) 0-1 float tuples; '#rrggbb', '#rrggbbaa', '#rgb', '#rgba' strings; named color strings; string reprs of 0-1 floats for grayscale values; and 'C0', 'C1', ... strings for colors of the color cycle`,
    )
  }
  const transparent = typeof color === 'string' && color.toLowerCase() === 'none'
  return alpha == null || transparent ? rgba : [rgba[0], rgba[1], rgba[2], alpha]
}

/** One colour for each of `count` things: from one colour, or from a list of that many colours. */
export function to_rgba_list(color: unknown, count: number, alpha?: number | null): RGBA[] {
  const one = try_rgba(color)
  if (one || !is_sequence(color)) return new Array<RGBA>(count).fill(to_rgba(color, alpha))
  const list = [...(color as Iterable<unknown>)].map(item => to_rgba(item, alpha))
  return list.length === 0
    ? new Array<RGBA>(count).fill([0, 0, 0, 0])
    : Array.from({ length: count }, (_, i) => list[i % list.length]!)
}

/** A colour for SVG. */
export function css(color: RGBA): string {
  const [r, g, b] = color.slice(0, 3).map(part => Math.round(part * 255))
  return color[3] === 1 ? `rgb(${r},${g},${b})` : `rgba(${r},${g},${b},${Number(color[3].toFixed(4))})`
}

/** The opacity given in `alpha`. */
export function check_alpha(alpha: unknown): number | null {
  if (alpha === undefined || alpha === null) return null
  if (typeof alpha !== 'number') throw new TypeError(`alpha must be numeric or None, not ${typeof alpha}`)
  if (!(alpha >= 0 && alpha <= 1)) throw new ValueError(`alpha (${repr(alpha)}) is outside 0-1 range`)
  return alpha
}
