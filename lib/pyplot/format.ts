// matplotlib's short formats for lines, such as 'r--o', and its line styles.
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { try_rgba } from './colors'
import { is_sequence, to_vector } from './data'
import { is_marker } from './markers'

/** What a format string says; null where it says nothing. */
export interface Format {
  readonly color: string | null
  readonly linestyle: string | null
  readonly marker: string | null
}

const linestyles: Readonly<Record<string, readonly number[] | null>> = {
  '-': [],
  'solid': [],
  '--': [3.7, 1.6],
  'dashed': [3.7, 1.6],
  '-.': [6.4, 1.6, 1, 1.6],
  'dashdot': [6.4, 1.6, 1, 1.6],
  ':': [1, 1.65],
  'dotted': [1, 1.65],
  'None': null,
  'none': null,
  ' ': null,
  '': null,
}

/**
 * The dashes of a line style, in line widths: empty for a solid line, null for none at all.
 *
 * @param style - '-', '--', '-.', ':', their names, 'none', or `[offset, [on, off, ...]]` in points
 */
export function dashes_of(style: unknown, linewidth: number): readonly number[] | null {
  if (typeof style === 'string' && Object.hasOwn(linestyles, style)) return linestyles[style]!
  if (Array.isArray(style) && style.length === 2 && is_sequence(style[1]))
    return to_vector(style[1]).map(length => length / (linewidth || 1))
  throw new ValueError(`${repr(style)} is not a valid value for ls.`)
}

/** What begins at `place`, as [kind, text], or null. */
function token_at(format: string, place: number): [keyof Format, string] | null {
  const two = format.slice(place, place + 2)
  if (two === '--' || two === '-.') return ['linestyle', two]
  const one = format.charAt(place)
  if (one === '-' || one === ':') return ['linestyle', one]
  const cycle = /^C\d+/.exec(format.slice(place))
  if (cycle) return ['color', cycle[0]]
  if ('bgrcmykw'.includes(one)) return ['color', one]
  return one !== ' ' && is_marker(one) ? ['marker', one] : null
}

/**
 * Reads a format: a colour, a line style and a marker in any order, or one colour name.
 * A marker without a line style means no line.
 *
 * @throws {ValueError} for anything else.
 */
export function parse_format(format: string): Format {
  if (!/^\d$/.test(format) && try_rgba(format)) return { color: format, linestyle: null, marker: null }
  const found: Record<keyof Format, string | null> = { color: null, linestyle: null, marker: null }
  const fail = (reason: string): never => {
    throw new ValueError(`${repr(format)} is not a valid format string (${reason})`)
  }
  for (let place = 0; place < format.length;) {
    const token = token_at(format, place)
    if (!token) return fail(`unrecognized character ${repr(format.charAt(place))}`)
    const [kind, text] = token
    if (found[kind] !== null) fail(`two ${kind} symbols`)
    found[kind] = text
    place += text.length
  }
  if (found.marker !== null && found.linestyle === null) found.linestyle = 'None'
  return found
}
