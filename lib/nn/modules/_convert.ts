// Moving a module's tensors to another device or dtype in place: Module._apply and Module.to of torch/nn/modules/module.py.
import { NotImplementedError } from '../../_errors'
import { warn } from '../../_warnings'
import { no_grad } from '../../autograd/grad_mode'
import type { Tensor, ToOptions } from '../../tensor'
import { dtype } from '../../dtype'
import { Parameter } from '../parameter'
import { members, set_attr } from './_members'
import type { Module } from './module'

// The tensor keeps its identity, so that an optimizer still has it. Kinds of tensors that cannot change places give false.
function set_data(tensor: Tensor, data: Tensor): boolean {
  try {
    tensor.data = data
    return true
  } catch (error) {
    if (error instanceof Error && error.message.includes('incompatible tensor type')) return false
    throw error
  }
}

function convert_parameter(module: Module, name: string, param: Parameter, fn: (tensor: Tensor) => Tensor): void {
  const { grad } = param
  const data = no_grad(() => fn(param))
  let kept = param
  if (!set_data(param, data)) set_attr(module, name, kept = new Parameter(data, param.requires_grad))
  if (grad === null) return
  const grad_data = no_grad(() => fn(grad))
  if (kept === param && set_data(grad, grad_data)) return
  kept.grad = grad_data.requires_grad_(grad.requires_grad)
}

/** Replaces the values of a module's own parameters, their gradients and buffers by what `fn` makes of them. */
export function apply_own(module: Module, fn: (tensor: Tensor) => Tensor): void {
  for (const [name, param] of members(module, 'parameter')) {
    if (param !== null) convert_parameter(module, name, param, fn)
  }
  for (const [name, buffer] of members(module, 'buffer')) {
    if (buffer !== null) set_attr(module, name, fn(buffer))
  }
}

const META = 'Cannot copy out of meta tensor; no data!'

/** What Module.to does to each tensor. */
export function converter(options: ToOptions): (tensor: Tensor) => Tensor {
  const { dtype: wanted, device, non_blocking, memory_format } = options
  if (wanted instanceof dtype) check_dtype(wanted)
  return tensor => {
    const floating = tensor.dtype.is_floating_point || tensor.dtype.is_complex
    const format = memory_format != null && [4, 5].includes(tensor.dim()) ? { memory_format } : {}
    try {
      return tensor.to({ device, dtype: floating ? wanted : null, non_blocking, ...format })
    } catch (error) {
      if (!(error instanceof NotImplementedError) || error.message !== META) throw error
      throw new NotImplementedError(`${META} Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() `
        + 'when moving module from meta to a different device.')
    }
  }
}

function check_dtype(wanted: dtype): void {
  if (!wanted.is_floating_point && !wanted.is_complex) {
    throw new TypeError(`nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${String(wanted)}`)
  }
  if (wanted.is_complex) {
    warn('Complex modules are a new feature under active development whose design may change, and some modules might not work as '
      + 'expected when using complex tensors as parameters or buffers.')
  }
}
