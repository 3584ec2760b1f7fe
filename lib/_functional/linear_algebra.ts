// Products, norms and factorisations of torch.functional.
import { with_keywords } from '../_args'
import { is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import type { dtype } from '../dtype'
import type { Tensor } from '../tensor'
import { split_keywords, tensors_of } from './shape'

const einsum_op = aten('einsum')

/** The place of an operand's dimension in the sublist form of {@link einsum}: 0 to 51, or '...'. */
export type Subscript = number | '...'

function letter(subscript: unknown): string {
  if (subscript === '...') return '...'
  const place = Number(subscript)
  if (!(place >= 0 && place < 52)) throw new ValueError('einsum(): subscript in subscript list is not within the valid range [0, 52)')
  return String.fromCharCode(place < 26 ? 65 + place : 97 + place - 26)
}

function equation_of(args: readonly unknown[]): [equation: string, operands: unknown[]] {
  const word = (subscripts: unknown): string => (subscripts as unknown[]).map(letter).join('')
  const pairs = args.length - args.length % 2
  const terms = args.slice(0, pairs).filter((_, i) => i % 2 === 1).map(word)
  const result = pairs < args.length ? `->${word(args[pairs])}` : ''
  return [terms.join(',') + result, args.slice(0, pairs).filter((_, i) => i % 2 === 0)]
}

/**
 * Sums of products of the operands' elements, as Einstein's notation says: 'ij,jk->ik' is a matrix product.
 *
 * Also `einsum(a, [0, 1], b, [1, 2], [0, 2])`, with numbers in place of letters.
 * @param equation - a letter for each dimension of each operand, and of the result after '->'. Default: those that occur once.
 * @throws {RuntimeError} if the letters do not fit the operands.
 * @example torch.einsum('bij,bjk->bik', a, b)
 * @see torch.einsum
 */
export function einsum(equation: string, ...operands: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor
export function einsum(...operands_and_sublists: readonly (Tensor | readonly Subscript[])[]): Tensor
export function einsum(...args: readonly unknown[]): Tensor {
  if (args.length < 2) {
    throw new ValueError('einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list')
  }
  const [equation, operands] = is_tensor(args[0]) ? equation_of(args) : [args[0], args.slice(1)]
  return einsum_op([equation, tensors_of(operands)]) as Tensor
}

const tensordot_op = aten('tensordot')

type DimPair = readonly [readonly number[], readonly number[]]

function last_and_first(count: number): DimPair {
  const places = Array.from({ length: count }, (_, i) => i)
  return [places.map(i => i - count), places]
}

function dims_of(a: Tensor, b: Tensor, dims: unknown): DimPair {
  if (Array.isArray(dims)) {
    if (dims.length !== 2) throw new ValueError(`too ${dims.length < 2 ? 'few' : 'many'} values to unpack (expected 2)`)
    return dims as unknown as DimPair
  }
  if (is_tensor(dims)) {
    const tensor = dims as Tensor
    if (tensor.numel() <= 1) return dims_of_count(tensor.item(), Infinity)
    if (tensor.shape[0] !== 2) throw new AssertionError(`dims tensor must have size 2 in first dimension, got ${tensor.shape[0]}`)
    return tensor.tolist<unknown>() as DimPair
  }
  if (typeof dims !== 'number') {
    throw new RuntimeError(`tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, but got dims=${String(dims)}`)
  }
  return dims_of_count(dims, Math.min(a.dim(), b.dim()))
}

function dims_of_count(count: number, most: number): DimPair {
  if (count < 0) throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${count}`)
  if (count > most) throw new RuntimeError(`tensordot expects dims < ndim_a or ndim_b, but got dims=${count}`)
  return last_and_first(count)
}

/**
 * Sums products over several dimensions of two tensors at once.
 *
 * @param dims - how many of the last dimensions of `a` meet the first of `b`, or two lists that name them. Default: 2.
 * @returns a tensor with the dimensions of `a` that are left, then those of `b`
 * @see torch.tensordot
 */
export const tensordot = with_keywords('tensordot', ['a', 'b', 'dims', 'out'],
  (a: Tensor, b: Tensor, dims: number | Tensor | readonly (readonly number[])[] = 2, out: Tensor | null = null): Tensor =>
    tensordot_op([a, b, ...dims_of(a, b, dims)], out && { out }) as Tensor)

const cdist_op = aten('cdist')
const compute_modes = { use_mm_for_euclid_dist_if_necessary: null, use_mm_for_euclid_dist: 1, donot_use_mm_for_euclid_dist: 2 }

/**
 * Distances between all pairs of rows of two batches.
 *
 * Shape: x1 (..., P, M), x2 (..., R, M) → (..., P, R).
 * @param p - the norm's exponent. Default: 2.
 * @param compute_mode - whether Euclidean distances may be found by a matrix product, which is faster and less exact; by default for P or R > 25.
 * @see torch.cdist
 */
export const cdist = with_keywords('cdist', ['x1', 'x2', 'p', 'compute_mode'],
  (x1: Tensor, x2: Tensor, p: number = 2, compute_mode: keyof typeof compute_modes = 'use_mm_for_euclid_dist_if_necessary'): Tensor => {
    if (!(compute_mode in compute_modes)) throw new ValueError(`${compute_mode} is not a valid value for compute_mode`)
    return cdist_op([x1, x2, p, compute_modes[compute_mode]]) as Tensor
  })

const chain_matmul_op = aten('chain_matmul')

/** The product of a chain of matrices, in the order that takes the fewest steps. Use linalg.multi_dot instead. @see torch.chain_matmul */
export function chain_matmul(...matrices: readonly Tensor[] | [...matrices: readonly Tensor[], kwargs: { out?: Tensor | null }]): Tensor {
  const [given, { out }] = split_keywords<{ out: Tensor | null }>(matrices, 'chain_matmul', ['out'])
  return chain_matmul_op([given], out == null ? null : { out }) as Tensor
}

const vector_norm = aten('linalg_vector_norm')
const matrix_norm_of_name = aten('linalg_matrix_norm.str_ord')
const matrix_norm_of_name_out = aten('linalg_matrix_norm.str_ord_out')
const sparse_norm = aten('norm')
const frobenius_norm = aten('frobenius_norm')

/**
 * The norm of a matrix or vector, or of the rows along dimensions. Use linalg.vector_norm or linalg.matrix_norm instead.
 *
 * @param p - the exponent, 'fro' (Frobenius) or 'nuc' (the sum of singular values). Default: 'fro'.
 * @param dim - the dimensions to reduce. Default: all.
 * @param dtype - of the computation and the result. Default: the input's.
 * @see torch.norm
 */
export const norm = with_keywords('norm', ['input', 'p', 'dim', 'keepdim', 'out', 'dtype'],
  (input: Tensor, p: number | 'fro' | 'nuc' | null = 'fro', dim: number | readonly number[] | null = null, keepdim: boolean = false,
    out: Tensor | null = null, dtype: dtype | null = null): Tensor => {
    const dims = typeof dim === 'number' ? [dim] : dim
    const kwargs = { ...dtype && { dtype }, ...out && { out } }
    if (input.layout.name !== 'strided') return norm_of_sparse(input, p, dims, keepdim, kwargs)
    if (typeof p !== 'string') return vector_norm([input, p ?? 2, dims, keepdim], kwargs) as Tensor
    if (p === 'fro' && (dims === null || dims.length <= 2)) return vector_norm([input, 2, dims, keepdim], kwargs) as Tensor
    const op = out ? matrix_norm_of_name_out : matrix_norm_of_name
    return op([input, p, dims ?? all_dims(input), keepdim], kwargs) as Tensor
  })

function all_dims(input: Tensor): number[] {
  return Array.from({ length: input.dim() }, (_, i) => i)
}

function norm_of_sparse(
  input: Tensor, p: unknown, dims: readonly number[] | null, keepdim: boolean, kwargs: { dtype?: dtype, out?: Tensor },
): Tensor {
  if (p === 'fro') {
    if (kwargs.dtype) throw new ValueError('dtype argument is not supported in frobenius norm')
    return frobenius_norm([input, dims ?? all_dims(input), keepdim], kwargs) as Tensor
  }
  if (typeof p === 'string') throw new RuntimeError(`only valid string values are 'fro' and 'nuc', found ${p}`)
  return sparse_norm([input, p, dims ?? all_dims(input), keepdim], kwargs) as Tensor
}

const lu_op = aten('_lu_with_info')

/** What {@link lu} takes beside the matrices. */
export interface LuOptions<Infos extends boolean = boolean> {
  /** Exchange rows for accuracy; without it CUDA only. Default: true. */
  pivot?: boolean
  /** Also give, for each matrix, 0 or the place of the first zero pivot, in place of an error. Default: false. */
  get_infos?: Infos
  out?: readonly Tensor[] | null
}

interface Lu {
  (A: Tensor, options?: LuOptions<false>): [LU: Tensor, pivots: Tensor]
  (A: Tensor, options: LuOptions<true>): [LU: Tensor, pivots: Tensor, infos: Tensor]
  (A: Tensor, pivot: boolean, get_infos?: boolean, out?: readonly Tensor[] | null): Tensor[]
}

/**
 * The LU factorisation of batches of matrices, packed in one tensor, and the pivots. Use linalg.lu_factor or linalg.lu instead.
 *
 * @see torch.lu
 */
export const lu = with_keywords('lu', ['A', 'pivot', 'get_infos', 'out'],
  (A: Tensor, pivot: boolean = true, get_infos: boolean = false, out: readonly Tensor[] | null = null) => {
    const results = (lu_op([A, pivot, !get_infos]) as { [place: number]: Tensor } & Iterable<Tensor>)
    const wanted = [...results].slice(0, get_infos ? 3 : 2)
    if (out === null) return wanted
    if (!Array.isArray(out)) throw new TypeError(`argument 'out' must be tuple of Tensors, not ${typeof out}`)
    if (out.length !== wanted.length) throw new TypeError(`expected tuple of ${wanted.length} elements but got ${out.length}`)
    wanted.forEach((result, i) => out[i].resize_as_(result).copy_(result))
    return out
  }) as unknown as Lu
