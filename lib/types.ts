// Types that signatures share.
import type { Complex } from './_dispatch'
import type { Tensor } from './tensor'

/** An integer argument. */
export type Int = number | bigint

/** A Python number: an integral `number` counts as an int where it is an operand. */
export type Scalar = number | bigint | boolean | Complex

/** What `item()` may give. */
export type Item = number | bigint | boolean | Complex

/** A result with named fields; it can be read by name, by place, or destructured as an array. */
export type Named<Field extends string> = { readonly [field in Field]: Tensor } & Iterable<Tensor> & {
  readonly [place: number]: Tensor
  readonly length: number
}

/** Nested arrays of numbers, as `torch.tensor` takes and `tolist` gives. */
export type Nested<T> = T | readonly Nested<T>[]
