// Operators on sparse tensors: torch.sparse.
import { binding } from './_C'
import { with_keywords } from './_args'
import { aten, operator_function } from './_operators'
import type { dtype } from './dtype'
import type { layout } from './layout'
import type { Tensor } from './tensor'
import type { Scalar } from './types'

interface Factors {
  /** Of the matrix that is added to. Default: 1. */
  beta?: Scalar
  /** Of the product. Default: 1. */
  alpha?: Scalar
}

/**
 * beta * mat + alpha * (mat1 @ mat2) for a sparse mat1, with gradients for it.
 *
 * @see torch.sparse.addmm
 */
export const addmm = operator_function('aten::_sparse_addmm') as unknown as (mat: Tensor, mat1: Tensor, mat2: Tensor, kwargs?: Factors) => Tensor

/**
 * The product of a sparse matrix and another one, with gradients for both.
 *
 * @param reduce - 'sum', 'mean', 'amax' or 'amin' of the products, for a CSR matrix on the CPU. Default: 'sum'.
 * @see torch.sparse.mm
 */
export const mm = operator_function('aten::_sparse_mm') as unknown as (sparse: Tensor, dense: Tensor, reduce?: string) => Tensor

/** alpha * (mat1 @ mat2) + beta * input, at the places that the CSR matrix `input` specifies. @see torch.sparse.sampled_addmm */
export const sampled_addmm = operator_function('aten::sparse_sampled_addmm') as unknown as
  (input: Tensor, mat1: Tensor, mat2: Tensor, kwargs?: Factors & { out?: Tensor }) => Tensor

/** Softmax along a dimension; elements that are not specified stay so. @see torch.sparse.softmax */
export const softmax = operator_function('aten::_sparse_softmax') as unknown as (input: Tensor, dim: number, kwargs?: { dtype?: dtype | null }) => Tensor

/** The logarithm of {@link softmax}. @see torch.sparse.log_softmax */
export const log_softmax = operator_function('aten::_sparse_log_softmax') as unknown as
  (input: Tensor, dim: number, kwargs?: { dtype?: dtype | null }) => Tensor

/** A sparse matrix with the rows of `diagonals` along the diagonals that `offsets` names. @see torch.sparse.spdiags */
export const spdiags = operator_function('aten::_spdiags') as unknown as
  (diagonals: Tensor, offsets: Tensor, shape: readonly number[], layout?: layout | null) => Tensor

/** The x of A x = B for a sparse CSR matrix A; CUDA only. @see torch.sparse.spsolve */
export const spsolve = operator_function('aten::_spsolve') as unknown as (A: Tensor, B: Tensor, kwargs?: { left?: boolean }) => Tensor

const sum_op = aten('_sparse_sum')

/**
 * The sum of all elements, or along dimensions; over all sparse dimensions it is dense.
 *
 * @see torch.sparse.sum
 */
export const sum = with_keywords('sum', ['input', 'dim', 'dtype'],
  (input: Tensor, dim: number | readonly number[] | null = null, dtype: dtype | null = null): Tensor =>
    sum_op([input, ...dim === null ? [] : [dim]], dtype && { dtype }) as Tensor)

/**
 * Checks the indices of sparse tensors as they are made, until the result is disposed of: `using _ = check_sparse_tensor_invariants()`.
 * `enable()` and `disable()` do so for good.
 *
 * @see torch.sparse.check_sparse_tensor_invariants
 */
export function check_sparse_tensor_invariants(enable: boolean = true): Disposable {
  const before = binding.get_switch('sparse_invariants')
  binding.set_switch('sparse_invariants', enable ? 1 : 0)
  return { [Symbol.dispose]: () => binding.set_switch('sparse_invariants', before) }
}

check_sparse_tensor_invariants.is_enabled = (): boolean => binding.get_switch('sparse_invariants') !== 0
check_sparse_tensor_invariants.enable = (): void => binding.set_switch('sparse_invariants', 1)
check_sparse_tensor_invariants.disable = (): void => binding.set_switch('sparse_invariants', 0)
