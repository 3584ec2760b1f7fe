// Functions of torch that are Python code there: torch.functional and parts of torch/__init__.py.
import { is_tensor as is_base } from './_dispatch'
import type { FactoryOptions } from './_creation'
import { factory_function } from './_factories'
import { aten } from './_operators'
import type { Tensor } from './tensor'

export {
  atleast_1d, atleast_2d, atleast_3d, block_diag, broadcast_shapes, broadcast_tensors, cartesian_prod, meshgrid, split, unravel_index,
  type TensorArguments,
} from './_functional/shape'
export { cdist, chain_matmul, einsum, lu, norm, tensordot, type LuOptions, type Subscript } from './_functional/linear_algebra'
export { lobpcg, type OrthoParams } from './_functional/lobpcg'
export { pca_lowrank, svd_lowrank } from './_functional/low_rank'
export { stft } from './_functional/spectral'
export { unique, unique_consecutive, type UniqueOptions } from './_functional/unique'

/** Whether a value is a Tensor. @see torch.is_tensor */
export function is_tensor(obj: unknown): obj is Tensor {
  return is_base(obj)
}

/** The number of elements. @see torch.numel */
export function numel(input: Tensor): number {
  return input.numel()
}

const real_op = aten('real')
const imag_op = aten('imag')

/** The real part of a complex tensor, as a view; a real tensor itself. @see torch.real */
export function real(input: Tensor): Tensor {
  return real_op([input]) as Tensor
}

/** The imaginary part of a complex tensor, as a view. @throws {RuntimeError} for a real tensor. @see torch.imag */
export function imag(input: Tensor): Tensor {
  return imag_op([input]) as Tensor
}

const nonzero_op = aten('nonzero')
const nonzero_tuple = aten('nonzero_numpy')

/**
 * The indices of the elements that are not zero: one row each, or with `as_tuple` one tensor for each dimension.
 *
 * @see torch.nonzero
 */
export function nonzero(input: Tensor, options?: { as_tuple?: false, out?: Tensor | null }): Tensor
export function nonzero(input: Tensor, options: { as_tuple: true }): Tensor[]
export function nonzero(input: Tensor, options: { as_tuple?: boolean, out?: Tensor | null } = {}): Tensor | Tensor[] {
  const { as_tuple = false, out } = options
  return as_tuple ? nonzero_tuple([input]) as Tensor[] : nonzero_op([input], out == null ? null : { out }) as Tensor
}

/** The index of the tensor's CUDA device, or -1 on the CPU. @see torch.get_device */
export function get_device(input: Tensor): number {
  return input.get_device()
}

/** Whether a tensor was made under inference_mode. @see torch.is_inference */
export function is_inference(input: Tensor): boolean {
  return input.is_inference()
}

/** False: there is no Vulkan here. @see torch.is_vulkan_available */
export function is_vulkan_available(): boolean {
  return false
}

/**
 * A one-dimensional tensor on the contents of a file.
 *
 * @param shared - map the file, so that changes of the tensor go there, and make it if need be; otherwise read it. Default: false.
 * @param size - how many elements. Default: 0.
 * @see torch.from_file
 */
export const from_file = factory_function('aten::from_file') as unknown as (filename: string, shared?: boolean | null, size?: number,
  kwargs?: Pick<FactoryOptions, 'dtype' | 'layout' | 'device' | 'pin_memory' | 'requires_grad'>) => Tensor

/** Products of sparse and dense matrices by their old names. @see torch.mm, torch.hspmm, torch.sspaddmm */
export { hspmm as hsmm, mm as dsmm, mm as spmm, sspaddmm as saddmm } from './generated/torch_functions'
