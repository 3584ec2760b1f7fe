// Batch normalisation folded into the layer before it: torch.nn.utils.fusion.
import { type Args, arrange, with_keywords } from '../../_args'
import { AssertionError } from '../../_errors'
import { deepcopy } from '../../copy'
import { ones_like, rsqrt, zeros_like } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import type { Linear } from '../modules/linear'
import type { Module } from '../modules/module'
import { Parameter } from '../parameter'

interface Weighted extends Module {
  weight: Parameter
  bias: Parameter | null
}

/** A batch normalisation that keeps running statistics. */
interface Normalization extends Module {
  num_features: number
  eps: number
  weight: Parameter | null
  bias: Parameter | null
  running_mean: Tensor | null
  running_var: Tensor | null
}

function statistics(bn: Normalization): [mean: Tensor, variance: Tensor] {
  const { running_mean, running_var } = bn
  if (running_mean === null || running_var === null) throw new AssertionError('bn.running_mean and bn.running_var must not be None')
  return [running_mean, running_var]
}

function check_eval(layer: Module, bn: Module): void {
  if (layer.training || bn.training) throw new AssertionError('Fusion only for eval!')
}

const weight_names = ['conv_w', 'conv_b', 'bn_rm', 'bn_rv', 'bn_eps', 'bn_w', 'bn_b', 'transpose'] as const

/**
 * The weight and bias of a convolution that does what the given one and a batch normalisation after it do.
 *
 * @param transpose - whether the convolution is a transposed one: its channels are in dim 1. Default: false.
 * @see torch.nn.utils.fuse_conv_bn_weights
 */
export const fuse_conv_bn_weights = with_keywords('fuse_conv_bn_weights', weight_names, (
  conv_w: Tensor, conv_b: Tensor | null, bn_rm: Tensor, bn_rv: Tensor, bn_eps: number, bn_w: Tensor | null, bn_b: Tensor | null,
  transpose: boolean = false,
): [weight: Parameter, bias: Parameter] => {
  const bias = conv_b ?? zeros_like(bn_rm)
  const scale = bn_w ?? ones_like(bn_rm)
  const shift = bn_b ?? zeros_like(bn_rm)
  const inverse = rsqrt(bn_rv.add(bn_eps))
  const others = new Array<number>(Math.max(conv_w.dim() - 2, 0)).fill(1)
  const shape = transpose ? [1, -1, ...others] : [-1, 1, ...others]
  const fused_w = conv_w.mul(scale.mul(inverse).reshape(shape)).to(conv_w.dtype)
  const fused_b = bias.sub(bn_rm).mul(inverse).mul(scale).add(shift).to((conv_b ?? conv_w).dtype)
  return [new Parameter(fused_w, conv_w.requires_grad), new Parameter(fused_b, bias.requires_grad)]
})

const conv_names = ['conv', 'bn', 'transpose'] as const

/**
 * A copy of a convolution that does what it and the batch normalisation after it do in evaluation mode.
 *
 * @param transpose - whether it is a transposed convolution. Default: false.
 * @throws {AssertionError} if one of the two is in training mode, or the normalisation has no running statistics.
 * @see torch.nn.utils.fuse_conv_bn_eval
 */
export function fuse_conv_bn_eval<C extends Weighted>(
  ...args: Args<[conv: C, bn: Normalization, transpose?: boolean], typeof conv_names>
): C {
  const [conv, bn, transpose = false] = arrange<[C, Normalization, boolean?]>('fuse_conv_bn_eval', conv_names, 2, args)
  check_eval(conv, bn)
  const fused = deepcopy(conv)
  const [mean, variance] = statistics(bn)
  const [weight, bias] = fuse_conv_bn_weights(fused.weight, fused.bias, mean, variance, bn.eps, bn.weight, bn.bias, transpose)
  fused.weight = weight
  fused.bias = bias
  return fused
}

const linear_weight_names = ['linear_w', 'linear_b', 'bn_rm', 'bn_rv', 'bn_eps', 'bn_w', 'bn_b'] as const

/** The weight and bias of a linear layer that does what the given one and a batch normalisation do. @see torch.nn.utils.fuse_linear_bn_weights */
export const fuse_linear_bn_weights = with_keywords('fuse_linear_bn_weights', linear_weight_names, (
  linear_w: Tensor, linear_b: Tensor | null, bn_rm: Tensor, bn_rv: Tensor, bn_eps: number, bn_w: Tensor, bn_b: Tensor,
): [weight: Parameter, bias: Parameter] => {
  const bias = linear_b ?? zeros_like(bn_rm)
  const scale = bn_w.mul(rsqrt(bn_rv.add(bn_eps)))
  const fused_w = linear_w.mul(scale.unsqueeze(-1).to(linear_w.dtype))
  const fused_b = bias.sub(bn_rm).mul(scale).add(bn_b).to((linear_b ?? linear_w).dtype)
  return [new Parameter(fused_w, linear_w.requires_grad), new Parameter(fused_b, bias.requires_grad)]
})

const linear_names = ['linear', 'bn'] as const

/**
 * A copy of a linear layer that does what it and the batch normalisation after it do in evaluation mode.
 *
 * @throws {AssertionError} if one of the two is in training mode, their numbers of features differ, or there are no running statistics.
 * @see torch.nn.utils.fuse_linear_bn_eval
 */
export function fuse_linear_bn_eval<L extends Linear>(...args: Args<[linear: L, bn: Normalization], typeof linear_names>): L {
  const [linear, bn] = arrange<[L, Normalization]>('fuse_linear_bn_eval', linear_names, 2, args)
  check_eval(linear, bn)
  const fused = deepcopy(linear)
  if (linear.out_features !== bn.num_features && bn.num_features !== 1) {
    throw new AssertionError('To fuse, linear.out_features == bn.num_features or bn.num_features == 1, '
      + `got linear.out_features=${linear.out_features} and bn.num_features=${bn.num_features}`)
  }
  const [mean, variance] = statistics(bn)
  const [weight, bias] = fuse_linear_bn_weights(fused.weight, fused.bias, mean, variance, bn.eps, bn.weight as Parameter, bn.bias as Parameter)
  fused.weight = weight
  fused.bias = bias
  return fused
}
