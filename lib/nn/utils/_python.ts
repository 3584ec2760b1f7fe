// Python's conversions of numbers, for arguments: float(), round(). No PyTorch counterpart.
import { is_tensor } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'

const special = new Map([['inf', Infinity], ['infinity', Infinity], ['nan', NaN]])

function float_of_text(text: string): number {
  const trimmed = text.trim().toLowerCase()
  const named = special.get(trimmed.replace(/^[+-]/, ''))
  if (named !== undefined) return trimmed.startsWith('-') ? -named : named
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(trimmed)) throw new ValueError(`could not convert string to float: '${text}'`)
  return Number(trimmed)
}

/** Python's `float(value)`. @throws {TypeError} for what is neither a number nor a string. */
export function to_float(value: unknown): number {
  if (typeof value === 'string') return float_of_text(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
  if (is_tensor(value)) return Number((value as Tensor).item())
  throw new TypeError(`float() argument must be a string or a real number, not '${type_name(value)}'`)
}

/** Python's `round(value)`: a tie goes to the even neighbour. */
export function round(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
