// What Python's lists and dicts do, for the containers.
import { is_kwargs } from '../../_dispatch'
import { IndexError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'

/** The place that a Python index means in a list. @throws {IndexError} if there is none. */
export function place_of(index: number, length: number): number {
  if (!Number.isInteger(index)) throw new TypeError(`'${type_name(index)}' object cannot be interpreted as an integer`)
  if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`)
  return index < 0 ? index + length : index
}

/** The elements that Python's `list[start:stop:step]` gives. */
export function python_slice<T>(list: readonly T[], start: number | null = null, stop: number | null = null, step = 1): T[] {
  if (step === 0) throw new ValueError('slice step cannot be zero')
  const [least, most] = step > 0 ? [0, list.length] : [-1, list.length - 1]
  const bound = (index: number): number => Math.max(least, Math.min(index < 0 ? index + list.length : index, most))
  const from = start === null ? (step > 0 ? least : most) : bound(start)
  const to = stop === null ? (step > 0 ? most : least) : bound(stop)
  const result: T[] = []
  for (let i = from; step > 0 ? i < to : i > to; i += step) result.push(list[i]!)
  return result
}

export function is_iterable(value: unknown): value is Iterable<unknown> {
  return value != null && typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}

/** Values by name: an object, a Map, or pairs. */
export type NamedValues<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T> | Iterable<readonly [string, T]>

/** The pairs of what update() of a dict of modules or parameters takes. */
export function pairs_of<T>(title: string, given: NamedValues<T>): [string, T][] {
  if (is_kwargs(given)) return Object.entries(given as Record<string, T>)
  if (!is_iterable(given)) throw new TypeError(`${title}.update should be called with an iterable of key/value pairs, but got ${type_name(given)}`)
  return [...given as Iterable<readonly [string, T]>].map((pair: unknown, i) => {
    if (!Array.isArray(pair)) throw new TypeError(`${title} update sequence element #${i} should be Iterable; is ${type_name(pair)}`)
    if (pair.length !== 2) throw new ValueError(`${title} update sequence element #${i} has length ${pair.length}; 2 is required`)
    return pair as [string, T]
  })
}
