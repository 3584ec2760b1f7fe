// torch.unique and torch.unique_consecutive: the parts of torch.functional whose result depends on what is asked for.
import { bind } from '../_args'
import { aten } from '../_operators'
import type { Tensor } from '../tensor'

const unique_dim = aten('unique_dim')
const unique_all = aten('_unique2')
const consecutive = aten('unique_consecutive')

/** What {@link unique} and {@link unique_consecutive} take beside the tensor. */
export interface UniqueOptions<Inverse extends boolean = boolean, Counts extends boolean = boolean> {
  /** Also give the position, among the results, of each element. Default: false. */
  return_inverse?: Inverse
  /** Also give how often each result occurs. Default: false. */
  return_counts?: Counts
  /** Compare slices along this dimension. Default: none, single elements. */
  dim?: number | null
}

function chosen([output, inverse, counts]: readonly Tensor[], return_inverse: unknown, return_counts: unknown): Tensor | Tensor[] {
  const more = [...return_inverse ? [inverse!] : [], ...return_counts ? [counts!] : []]
  return more.length === 0 ? output! : [output!, ...more]
}

type Sorted = { sorted?: boolean }

const unique_names = ['input', 'sorted', 'return_inverse', 'return_counts', 'dim'] as const

/**
 * The different elements of a tensor (or slices, with `dim`), each once.
 *
 * @param sorted - in ascending order. Default: true.
 * @returns the elements; with return_inverse or return_counts a list [elements, inverse, counts] of what was asked for
 * @see torch.unique
 */
export function unique(input: Tensor, options?: UniqueOptions<false, false> & Sorted): Tensor
export function unique(input: Tensor, options: UniqueOptions<true, true> & Sorted): [Tensor, Tensor, Tensor]
export function unique(input: Tensor, options: UniqueOptions<true, false> & Sorted): [Tensor, Tensor]
export function unique(input: Tensor, options: UniqueOptions<false, true> & Sorted): [Tensor, Tensor]
export function unique(input: Tensor, options: UniqueOptions & Sorted): Tensor | Tensor[]
export function unique(input: Tensor, sorted: boolean, options?: UniqueOptions): Tensor | Tensor[]
export function unique(input: Tensor, sorted: boolean, return_inverse: boolean, return_counts?: boolean, dim?: number | null): Tensor | Tensor[]
export function unique(...args: unknown[]): Tensor | Tensor[] {
  const { input, sorted = true, return_inverse = false, return_counts = false, dim } = bind('unique', unique_names, 1, args)
  const flags = { sorted, return_inverse, return_counts }
  const found = dim == null ? unique_all([input], flags) : unique_dim([input, dim], flags)
  return chosen(found as Tensor[], return_inverse, return_counts)
}

const consecutive_names = ['input', 'return_inverse', 'return_counts', 'dim'] as const

/**
 * The first of each run of equal elements (or slices, with `dim`).
 *
 * @returns the elements; with return_inverse or return_counts a list [elements, inverse, counts] of what was asked for
 * @see torch.unique_consecutive
 */
export function unique_consecutive(input: Tensor, options?: UniqueOptions<false, false>): Tensor
export function unique_consecutive(input: Tensor, options: UniqueOptions<true, true>): [Tensor, Tensor, Tensor]
export function unique_consecutive(input: Tensor, options: UniqueOptions<true, false>): [Tensor, Tensor]
export function unique_consecutive(input: Tensor, options: UniqueOptions<false, true>): [Tensor, Tensor]
export function unique_consecutive(input: Tensor, options: UniqueOptions): Tensor | Tensor[]
export function unique_consecutive(input: Tensor, return_inverse: boolean, return_counts?: boolean, dim?: number | null): Tensor | Tensor[]
export function unique_consecutive(...args: unknown[]): Tensor | Tensor[] {
  const { input, return_inverse = false, return_counts = false, dim } = bind('unique_consecutive', consecutive_names, 1, args)
  return chosen(consecutive([input], { return_inverse, return_counts, dim }) as Tensor[], return_inverse, return_counts)
}
