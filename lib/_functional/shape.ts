// Functions of torch.functional that arrange tensors: broadcasting, splitting, grids, diagonal blocks.
import { with_keywords } from '../_args'
import { is_kwargs, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { tuple_repr } from '../_python_format'
import { Size } from '../_size'
import { type_text } from '../_typename'
import { int64 } from '../dtype'
import type { Tensor } from '../tensor'
import type { Int } from '../types'

/** Tensors as separate arguments, or one list of them. */
export type TensorArguments = readonly Tensor[] | readonly [readonly Tensor[]]

/** The tensors of `f(a, b)` or `f([a, b])`. */
export function tensors_of(args: readonly unknown[]): unknown[] {
  return args.length === 1 && Array.isArray(args[0]) ? args[0] as unknown[] : [...args]
}

/** Arguments of a function with any number of them, and the keywords that follow. */
export function split_keywords<Keywords>(args: readonly unknown[], name: string, allowed: readonly string[]): [unknown[], Partial<Keywords>] {
  const last = args.at(-1)
  if (!is_kwargs(last)) return [[...args], {}]
  const unknown = Object.keys(last).find(key => !allowed.includes(key))
  if (unknown !== undefined) throw new TypeError(`${name}() got an unexpected keyword argument '${unknown}'`)
  return [args.slice(0, -1), last as Partial<Keywords>]
}

const broadcast_op = aten('broadcast_tensors')

/** The tensors expanded to one common shape, as views. @see torch.broadcast_tensors */
export function broadcast_tensors(...tensors: TensorArguments): Tensor[] {
  return broadcast_op([tensors_of(tensors)]) as Tensor[]
}

/**
 * The shape that tensors of these shapes broadcast to.
 *
 * @throws {RuntimeError} if they do not.
 * @see torch.broadcast_shapes
 */
export function broadcast_shapes(...shapes: readonly (number | readonly number[])[]): Size {
  const lists = shapes.map(shape => (typeof shape === 'number' ? [shape] : shape))
  const dims = Math.max(0, ...lists.map(list => list.length))
  const common = new Array<number>(dims).fill(1)
  lists.forEach((list, argument) => {
    if (!Array.isArray(list)) throw new RuntimeError(`Input shapes should be of type ints, a tuple of ints, or a list of ints, got ${String(list)}`)
    for (let back = 1; back <= list.length; back++) {
      const size = list[list.length - back] as number
      const at = dims - back
      if (size === common[at]) continue
      if (common[at] === 1) {
        if (size < 0) throw new ValueError('Attempting to broadcast a dimension with negative length!')
        common[at] = size
      } else if (size !== 1) {
        throw new RuntimeError(`Attempting to broadcast a dimension of length ${size} at -${back}! Mismatching argument at index ${argument} had `
          + `${tuple_repr(list)}; but expected shape should be broadcastable to [${common.join(', ')}]`)
      }
    }
  })
  return Size.of_list(common)
}

const split_op = aten('split')
const split_with_sizes = aten('split_with_sizes')

/**
 * Splits a tensor into views along a dimension: into pieces of one size, of which the last may be smaller, or of given sizes.
 *
 * @param split_size_or_sections - the size of each piece, or a list of sizes that add up to that of the dimension.
 * @param dim - default: 0.
 * @see torch.split
 */
export const split = with_keywords('split', ['tensor', 'split_size_or_sections', 'dim'],
  (tensor: Tensor, split_size_or_sections: number | Tensor | readonly number[], dim: number = 0): Tensor[] =>
    (Array.isArray(split_size_or_sections) ? split_with_sizes : split_op)([tensor, split_size_or_sections, dim]) as Tensor[])

const meshgrid_op = aten('meshgrid')

/**
 * Coordinate grids of 1-dim tensors: the k-th result holds, at each place of the grid, the coordinate from the k-th tensor.
 *
 * @param tensors - 1-dim or 0-dim tensors, as arguments or as one list.
 * @param indexing - 'ij': the first dimension follows the first tensor; 'xy': it follows the second. Default: 'ij'.
 * @see torch.meshgrid
 */
export function meshgrid(...tensors: TensorArguments | [...tensors: TensorArguments, kwargs: { indexing?: 'ij' | 'xy' | null }]): Tensor[] {
  const [given, { indexing }] = split_keywords<{ indexing: string | null }>(tensors, 'meshgrid', ['indexing'])
  return meshgrid_op([tensors_of(given)], indexing == null ? null : { indexing }) as Tensor[]
}

const cartesian_prod_op = aten('cartesian_prod')

/** All combinations of one element of each 1-dim tensor, as rows. @see torch.cartesian_prod */
export function cartesian_prod(...tensors: readonly Tensor[]): Tensor {
  return cartesian_prod_op([tensors]) as Tensor
}

const block_diag_op = aten('block_diag')

/** A matrix with the tensors (2-dim at most) along its diagonal, and zeros elsewhere. @see torch.block_diag */
export function block_diag(...tensors: readonly Tensor[]): Tensor {
  return block_diag_op([tensors]) as Tensor
}

function at_least(dims: 1 | 2 | 3): { (tensor: Tensor): Tensor, (...tensors: TensorArguments): Tensor[] } {
  const op = aten(`atleast_${dims}d`)
  return ((...tensors: readonly unknown[]) => op([tensors.length === 1 ? tensors[0] : tensors])) as ReturnType<typeof at_least>
}

/** Views with one dimension at least: of one tensor, or a list of those of several. @see torch.atleast_1d */
export const atleast_1d = at_least(1)

/** Views with two dimensions at least: of one tensor, or a list of those of several. @see torch.atleast_2d */
export const atleast_2d = at_least(2)

/** Views with three dimensions at least: of one tensor, or a list of those of several. @see torch.atleast_3d */
export const atleast_3d = at_least(3)

function size_list(shape: unknown): bigint[] {
  if (typeof shape === 'number' || typeof shape === 'bigint') return size_list([shape])
  if (!Array.isArray(shape)) throw new TypeError(`expected 'shape' to be int or sequence of ints, but got ${type_text(shape)}`)
  const wrong = (shape as unknown[]).find(size => !Number.isInteger(size) && typeof size !== 'bigint')
  if (wrong !== undefined) throw new TypeError(`expected 'shape' sequence to only contain ints, but got ${type_text(wrong)}`)
  if ((shape as number[]).some(size => size < 0)) throw new ValueError(`'shape' cannot have negative values, but got ${tuple_repr(shape)}`)
  return (shape as number[]).map(BigInt)
}

/**
 * The coordinates, in an array of `shape`, of the elements at flat positions.
 *
 * @param indices - integers.
 * @returns one int64 tensor of the shape of `indices` for each dimension
 * @throws {TypeError} if the indices are no integers; {ValueError} for a negative size.
 * @see torch.unravel_index
 */
export const unravel_index = with_keywords('unravel_index', ['indices', 'shape'], (indices: Tensor, shape: Int | readonly Int[]): Tensor[] => {
  if (!is_tensor(indices)) throw new TypeError(`expected 'indices' to be a tensor, but got ${type_text(indices)}`)
  const { dtype } = indices
  if (dtype.is_complex || dtype.is_floating_point || dtype.name === 'bool') {
    throw new TypeError(`expected 'indices' to be integer dtype, but got ${dtype}`)
  }
  const sizes = size_list(shape)
  return sizes.map((size, dim) => {
    const step = sizes.slice(dim + 1).reduce((product, one) => product * one, 1n)
    return indices.to(int64).floor_divide(step).remainder(size)
  })
})
