// What the classes of transforms share: calling, printing, random numbers in torchvision's order.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { tensor } from '../../_creation'
import { Callable } from '../../_callable'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { float_repr } from '../../_python_format'
import type { Tensor } from '../../tensor'
import type { Fill, InterpolationMode, Picture } from './functional'

/** A function or transform that takes a sample, whatever its type. */
export type AnyTransform = (input: never) => unknown

/** What transforms share: they are called like functions, and print as in Python. */
export abstract class Transform extends Callable {
  override toString(): string {
    return `${this.constructor.name}()`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

export interface PictureTransform {
  <T extends Picture>(img: T): T
}

/** A transform whose result is of the kind of its picture. */
export abstract class PictureTransform extends Transform {
  protected abstract override __call__(img: Picture): unknown
}

/** The text of a transform; a plain function prints as in Python, not as its source. */
export function describe(transform: (...args: never[]) => unknown): string {
  return transform instanceof Callable ? String(transform) : `<function ${transform.name || '<lambda>'}>`
}

/** Numbers that print as a tuple. */
export function tuple<T extends readonly unknown[]>(...values: T): T {
  return Object.freeze(values)
}

/** Floats: they print with a point. */
export class Floats extends Array<number> {
  static of_values(values: readonly number[], as_tuple: boolean): Floats {
    const made = new Floats()
    made.push(...values)
    return as_tuple ? Object.freeze(made) as Floats : made
  }
}

/** A value as Python prints it: frozen arrays are tuples. */
export function py(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : float_repr(value)
  if (!Array.isArray(value)) return String(value)
  const items = value.map(one => value instanceof Floats ? float_repr(one as number) : py(one))
  if (!Object.isFrozen(value)) return `[${items.join(', ')}]`
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
}

/** `name(key=value, ...)`; undefined values are left out. */
export function repr(name: string, fields: Record<string, unknown>, separator = ', '): string {
  const parts = Object.entries(fields).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${py(value)}`)
  return `${name}(${parts.join(separator)})`
}

/** As Python prints a member of an Enum. */
export const mode_repr = (mode: InterpolationMode): string => `InterpolationMode.${mode.toUpperCase().replace('-', '_')}`

// ---- random numbers ----

const [rand_, empty, randint_] = [aten('rand'), aten('empty'), aten('randint')]

/** One number in [0, 1). */
export const rand = (): number => (rand_([[1]]) as Tensor).item<number>()

/** One number between two. */
export const uniform = (low: number, high: number): number => (empty([[1]]) as Tensor).uniform_(low, high).item<number>()

/** One integer, `high` left out. */
export const randint = (low: number, high: number): number => (randint_([low, high, [1]]) as Tensor).item<number>()

/** e to a number between two, in the default dtype. */
export function log_uniform(low: number, high: number): number {
  const [a, b] = tensor([low, high]).log().tolist() as [number, number]
  return (empty([[1]]) as Tensor).uniform_(a, b).exp().item<number>()
}

// ---- arguments ----

/** Two numbers: one is taken twice. */
export function setup_size(size: number | readonly number[], message: string): readonly [number, number] {
  if (typeof size === 'number') return tuple(Math.trunc(size), Math.trunc(size))
  if (size.length === 1) return tuple(size[0]!, size[0]!)
  if (size.length !== 2) throw new ValueError(message)
  return size as readonly [number, number]
}

/** Checks that a list has one of these lengths. */
export function check_sequence(x: unknown, name: string, lengths: readonly number[]): void {
  const wanted = lengths.join(' or ')
  if (!Array.isArray(x)) throw new TypeError(`${name} should be a sequence of length ${wanted}.`)
  if (!lengths.includes(x.length)) throw new ValueError(`${name} should be a sequence of length ${wanted}.`)
}

/** A range of angles: a single one is taken in both directions. */
export function setup_angle(x: number | readonly number[], name: string, lengths: readonly number[] = [2]): Floats {
  if (typeof x === 'number') {
    if (x < 0) throw new ValueError(`If ${name} is a single number, it must be positive.`)
    return Floats.of_values([-x, x], false)
  }
  check_sequence(x, name, lengths)
  return Floats.of_values(x, false)
}

/** The value of new pixels for a picture: tensors get one for each channel. */
export function fill_for(fill: Fill, is_tensor: boolean, channels: number): Fill {
  return is_tensor && typeof fill === 'number' ? new Array<number>(channels).fill(fill) : fill
}
