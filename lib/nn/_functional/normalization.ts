// Normalisation functions of torch.nn.functional.
import { with_keywords } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import * as raw from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { float_text } from '../modules/_layer'

type Maybe = Tensor | null

const batch_norm_op = aten('batch_norm')
const instance_norm_op = aten('instance_norm')
const layer_norm_op = aten('layer_norm')
const rms_norm_op = aten('rms_norm')
const group_norm_op = aten('group_norm')
const vector_norm = aten('linalg_vector_norm')
const CUDNN_ENABLED = true

function check_batch(sizes: readonly number[], shown: string): void {
  const count = sizes.reduce((product, size, i) => (i === 1 ? product : product * size), 1)
  if (count === 1) throw new ValueError(`Expected more than 1 value per channel when training, got input size ${shown}`)
}

/**
 * Batch normalisation: `(x - mean) / sqrt(var + eps) * weight + bias` for each channel (dim 1).
 *
 * @param training - take mean and variance from the batch, and move the running ones. Default: false.
 * @param momentum - the batch's part in the new running values. Default: 0.1.
 * @throws {ValueError} in training with one value per channel.
 * @see torch.nn.functional.batch_norm
 */
export const batch_norm = with_keywords('batch_norm', ['input', 'running_mean', 'running_var', 'weight', 'bias', 'training', 'momentum', 'eps'],
  (input: Tensor, running_mean: Maybe, running_var: Maybe, weight: Maybe = null, bias: Maybe = null, training: boolean = false,
    momentum: number = 0.1, eps: number = 1e-5) => {
    if (training) check_batch(input.shape, String(input.shape))
    if (training && eps <= 0) throw new ValueError(`batch_norm eps must be positive during training, but got ${float_text(eps)}`)
    if (eps < 0) throw new ValueError(`batch_norm eps must be non-negative, but got ${float_text(eps)}`)
    return batch_norm_op([input, weight, bias, running_mean, running_var, training, momentum, eps, CUDNN_ENABLED]) as Tensor
  })

/**
 * Instance normalisation: as {@link batch_norm}, but with the mean and variance of each channel of each sample.
 *
 * @param use_input_stats - Default: true; false takes the running ones.
 * @throws {ValueError} if a channel has one value.
 * @see torch.nn.functional.instance_norm
 */
export const instance_norm = with_keywords('instance_norm',
  ['input', 'running_mean', 'running_var', 'weight', 'bias', 'use_input_stats', 'momentum', 'eps'],
  (input: Tensor, running_mean: Maybe = null, running_var: Maybe = null, weight: Maybe = null, bias: Maybe = null,
    use_input_stats: boolean = true, momentum: number = 0.1, eps: number = 1e-5) => {
    if (use_input_stats && [...input.shape].slice(2).reduce((product, size) => product * size, 1) === 1) {
      throw new ValueError(`Expected more than 1 spatial element when training, got input size ${String(input.shape)}`)
    }
    return instance_norm_op([input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, CUDNN_ENABLED]) as Tensor
  })

/** Layer normalisation over the last dimensions, whose sizes are `normalized_shape`. @see torch.nn.functional.layer_norm */
export const layer_norm = with_keywords('layer_norm', ['input', 'normalized_shape', 'weight', 'bias', 'eps'],
  (input: Tensor, normalized_shape: readonly number[], weight: Maybe = null, bias: Maybe = null, eps: number = 1e-5) => (
    layer_norm_op([input, normalized_shape, weight, bias, eps, CUDNN_ENABLED]) as Tensor))

/** `x / sqrt(mean(x^2) + eps) * weight` over the last dimensions. @param eps - Default: the dtype's epsilon. @see torch.nn.functional.rms_norm */
export const rms_norm = with_keywords('rms_norm', ['input', 'normalized_shape', 'weight', 'eps'],
  (input: Tensor, normalized_shape: readonly number[], weight: Maybe = null, eps: number | null = null) => (
    rms_norm_op([input, normalized_shape, weight, eps]) as Tensor))

/** Group normalisation: the channels (dim 1) in `num_groups` groups, each with its own mean and variance. @see torch.nn.functional.group_norm */
export const group_norm = with_keywords('group_norm', ['input', 'num_groups', 'weight', 'bias', 'eps'],
  (input: Tensor, num_groups: number, weight: Maybe = null, bias: Maybe = null, eps: number = 1e-5) => {
    const shape = [...input.shape]
    if (shape.length < 2) throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${shape.length}`)
    const sizes = [Math.floor(shape[0]! * shape[1]! / num_groups), num_groups, ...shape.slice(2)]
    check_batch(sizes, `[${sizes.join(', ')}]`)
    return group_norm_op([input, num_groups, weight, bias, eps, CUDNN_ENABLED]) as Tensor
  })

/** Divides each value by `(k + alpha * mean(x^2 over size neighbouring channels))^beta`. @see torch.nn.functional.local_response_norm */
export const local_response_norm = with_keywords('local_response_norm', ['input', 'size', 'alpha', 'beta', 'k'],
  (input: Tensor, size: number, alpha: number = 1e-4, beta: number = 0.75, k: number = 1) => {
    const shape = [...input.shape]
    if (shape.length < 3) {
      throw new ValueError(`Expected 3D or higher dimensionality                          input (got ${shape.length} dimensions)`)
    }
    if (input.numel() === 0) return input
    const ends = [Math.floor(size / 2), Math.floor((size - 1) / 2)]
    const squares = input.mul(input)
    const mean = shape.length === 3
      ? raw.avg_pool2d(raw.pad(squares.unsqueeze(1), [0, 0, ...ends]), [size, 1], 1).squeeze(1)
      : raw.avg_pool3d(raw.pad(squares.view([shape[0]!, 1, shape[1]!, shape[2]!, -1]), [0, 0, 0, 0, ...ends]), [size, 1, 1], 1)
        .squeeze(1).view(shape)
    return input.div(mean.mul(alpha).add(k).pow(beta))
  })

/**
 * Divides by the p-norm along `dim`, which is at least `eps`. Default: p 2, dim 1, eps 1e-12.
 *
 * @param out - where to put the result; it is not differentiable then. Default: a new tensor.
 * @see torch.nn.functional.normalize
 */
export const normalize = with_keywords('normalize', ['input', 'p', 'dim', 'eps', 'out'],
  (input: Tensor, p: number = 2, dim: number | readonly number[] = 1, eps: number = 1e-12, out: Maybe = null) => {
    const norm = vector_norm([input, p, typeof dim === 'number' ? [dim] : dim, true]) as Tensor
    if (out === null) return input.div(norm.clamp_min(eps).expand_as(input))
    return torch.div(input, norm.clamp_min_(eps).expand_as(input), { out })
  })

