// Bounds for gradients: torch.nn.utils.clip_grad.
import { with_keywords } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { RuntimeError } from '../../_errors'
import { aten } from '../../_operators'
import { float_repr } from '../../_python_format'
import { warn } from '../../_warnings'
import { no_grad } from '../../autograd/grad_mode'
import { scalar_tensor } from '../../_creation'
import { stack } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { to_float } from './_python'

/** One tensor or several. */
export type TensorOrTensors = Tensor | Iterable<Tensor>
/** The order of a norm: a number, or 'inf'. */
export type NormType = number | 'inf' | '-inf'

const vector_norm = aten('linalg_vector_norm')
const foreach_norm = aten('_foreach_norm')
const foreach_mul_ = aten('_foreach_mul_.Tensor')
const foreach_clamp_min_ = aten('_foreach_clamp_min_.Scalar')
const foreach_clamp_max_ = aten('_foreach_clamp_max_.Scalar')

const FOREACH_DEVICES = ['cpu', 'cuda', 'xpu']

function list_of(tensors: TensorOrTensors): Tensor[] {
  return is_tensor(tensors) ? [tensors as Tensor] : [...tensors]
}

function grads_of(parameters: readonly Tensor[]): Tensor[] {
  return parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]))
}

/** Lists of tensors of one device and dtype each, and whether the operators for lists are to be used. */
function groups_of(tensors: readonly Tensor[], foreach: boolean | null): { group: Tensor[], together: boolean }[] {
  const groups = new Map<string, Tensor[]>()
  for (const tensor of tensors) {
    const key = `${String(tensor.device)} ${String(tensor.dtype)}`
    const group = groups.get(key)
    if (group) group.push(tensor)
    else groups.set(key, [tensor])
  }
  // PyTorch's hash map gives the last group first, and the norm of the norms depends on their order.
  return [...groups.values()].reverse().map(group => {
    const { type } = group[0]!.device
    const supported = FOREACH_DEVICES.includes(type)
    if (foreach === true && !supported) throw new RuntimeError(`foreach=True was passed, but can't use the foreach API on ${type} tensors`)
    return { group, together: supported && foreach !== false }
  })
}

function total_norm(tensors: readonly Tensor[], norm_type: number, error_if_nonfinite: boolean, foreach: boolean | null): Tensor {
  const [first] = tensors
  if (!first) return scalar_tensor(0)
  const norms = groups_of(tensors, foreach).flatMap(({ group, together }) => (
    together ? foreach_norm([group, norm_type]) as Tensor[] : group.map(tensor => vector_norm([tensor, norm_type]) as Tensor)))
  const { device } = first
  const total = vector_norm([stack(norms.map(norm => norm.to(device))), norm_type]) as Tensor
  if (error_if_nonfinite && !total.isfinite().item()) {
    throw new RuntimeError(`The total norm of order ${float_repr(norm_type)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. `
      + 'To disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`')
  }
  return total
}

function scale(parameters: readonly Tensor[], max_norm: number, total: Tensor, foreach: boolean | null): void {
  const grads = grads_of(parameters)
  if (grads.length === 0) return
  const factor = total.add(1e-6).reciprocal().mul(max_norm).clamp({ max: 1 })
  for (const { group, together } of groups_of(grads, foreach)) {
    const here = factor.to(group[0]!.device)
    if (together) foreach_mul_([group, here])
    else for (const grad of group) grad.mul_(here)
  }
}

/**
 * The norm of all elements of all tensors together, as if they were one vector.
 *
 * @param norm_type - its order; 'inf' for the largest magnitude. Default: 2.
 * @param error_if_nonfinite - throw if it is NaN or infinite. Default: false.
 * @param foreach - use the operators for lists of tensors. Default: where the device has them.
 * @throws {RuntimeError} see error_if_nonfinite.
 * @see torch.nn.utils.get_total_norm
 */
export const get_total_norm = with_keywords('_get_total_norm', ['tensors', 'norm_type', 'error_if_nonfinite', 'foreach'],
  (tensors: TensorOrTensors, norm_type: NormType = 2, error_if_nonfinite: boolean = false, foreach: boolean | null = null) => (
    no_grad(() => total_norm(list_of(tensors), to_float(norm_type), error_if_nonfinite, foreach))))

/**
 * Multiplies the gradients by `max_norm / (total_norm + 1e-6)` in place, unless that is more than 1.
 *
 * @param total_norm - what {@link get_total_norm} gave.
 * @see torch.nn.utils.clip_grads_with_norm_
 */
export const clip_grads_with_norm_ = with_keywords('_clip_grads_with_norm_', ['parameters', 'max_norm', 'total_norm', 'foreach'],
  (parameters: TensorOrTensors, max_norm: number, total_norm: Tensor, foreach: boolean | null = null): void => {
    no_grad(() => { scale(list_of(parameters), to_float(max_norm), total_norm, foreach) })
  })

function is_generator(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Generator]'
}

/**
 * Scales the gradients of parameters in place such that their norm, as if they were one vector, is at most `max_norm`.
 *
 * @param norm_type - the order of the norm; 'inf' for the largest magnitude. Default: 2.
 * @param error_if_nonfinite - throw if the norm is NaN or infinite. Default: false.
 * @param foreach - use the operators for lists of tensors. Default: where the device has them.
 * @returns the norm before.
 * @throws {RuntimeError} see error_if_nonfinite.
 * @example nn.utils.clip_grad_norm_(model.parameters(), 1)
 * @see torch.nn.utils.clip_grad_norm_
 */
export const clip_grad_norm_ = with_keywords('clip_grad_norm_', ['parameters', 'max_norm', 'norm_type', 'error_if_nonfinite', 'foreach'],
  (parameters: TensorOrTensors, max_norm: number, norm_type: NormType = 2, error_if_nonfinite: boolean = false, foreach: boolean | null = null) => (
    no_grad(() => {
      const list = list_of(parameters)
      if (list.length === 0 && is_generator(parameters)) warn('`parameters` is an empty generator, no gradient clipping will occur.')
      const total = total_norm(grads_of(list), to_float(norm_type), error_if_nonfinite, foreach)
      scale(list, to_float(max_norm), total, foreach)
      return total
    })))

/** {@link clip_grad_norm_} under its old name. @deprecated */
export const clip_grad_norm: typeof clip_grad_norm_ = (...args) => {
  warn('`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.', 'FutureWarning')
  return clip_grad_norm_(...args)
}

/** Clamps each element of the gradients to [-clip_value, clip_value] in place. @see torch.nn.utils.clip_grad_value_ */
export const clip_grad_value_ = with_keywords('clip_grad_value_', ['parameters', 'clip_value', 'foreach'],
  (parameters: TensorOrTensors, clip_value: number, foreach: boolean | null = null): void => {
    const bound = to_float(clip_value)
    no_grad(() => {
      for (const { group, together } of groups_of(grads_of(list_of(parameters)), foreach)) {
        if (together) {
          foreach_clamp_min_([group, -bound])
          foreach_clamp_max_([group, bound])
        } else {
          for (const grad of group) grad.clamp_({ min: -bound, max: bound })
        }
      }
    })
  })
