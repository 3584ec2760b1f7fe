// Which arguments a transform differentiates with respect to: parts of torch/_functorch/eager_transforms.py.
import { RuntimeError } from '../_errors'
import { python_text, tree_type_text } from '../_pytree'
import type { Tensor } from '../tensor'

/** The place of an argument, or an array of places. */
export type Argnums = number | readonly number[]

/** The argument at a place, or those at several. */
export type At<A extends readonly unknown[], N> =
  N extends number ? A[N] : N extends readonly number[] ? { -readonly [K in keyof N]: A[N[K] & keyof A] } : A[0]

/** A structure of outputs with a structure of inputs in the place of each tensor. */
export type Nest<R, In> = R extends Tensor ? In : R extends object ? { -readonly [K in keyof R]: Nest<R[K], In> } : unknown

function wrap(argnum: unknown, count: number): number {
  if (!Number.isInteger(argnum)) throw new RuntimeError(`argnum must be int, got: ${tree_type_text(argnum)}`)
  const place = argnum as number
  if (place >= 0 && place < count) return place
  if (place < 0 && place >= -count) return place + count
  throw new RuntimeError(`Got argnum=${place}, but only ${count} positional inputs`)
}

/** The places from 0 on; throws if there are no such arguments. */
export function places(argnums: unknown, count: number): number[] {
  if (!Array.isArray(argnums)) {
    if (!Number.isInteger(argnums)) throw new RuntimeError(`argnums must be int or Tuple[int, ...], got: ${tree_type_text(argnums)}`)
    return [wrap(argnums, count)]
  }
  const found = argnums.map(argnum => wrap(argnum, count))
  if (found.length === 0) throw new RuntimeError('argnums must be non-empty')
  if (new Set(found).size !== found.length) throw new RuntimeError(`argnums elements must be unique, got ${python_text(found)}`)
  return found
}

/** The arguments at these places: one for a number, an array for an array. */
export function slice_argnums(args: readonly unknown[], argnums: Argnums): unknown {
  const found = places(argnums, args.length)
  return Array.isArray(argnums) ? found.map(place => args[place]) : args[found[0]!]
}
