// Sparse tensors in the places of another one. No PyTorch counterpart.
import { aten } from '../_operators'
import { sparse_coo_tensor } from '../generated/torch_functions'
import type { Tensor } from '../tensor'

const indices = aten('_indices')
const values = aten('_values')

/** A sparse tensor with other values in the same places. */
export function same_places(of: Tensor, elements: Tensor): Tensor {
  return sparse_coo_tensor(indices([of]) as Tensor, elements, of.shape)
}

/** The values of a sparse tensor: its own memory. */
export function values_of(sparse: Tensor): Tensor {
  return values([sparse]) as Tensor
}
