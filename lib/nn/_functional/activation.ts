// Activations of torch.nn.functional.
import { with_keywords } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { warn } from '../../_warnings'
import type { dtype } from '../../dtype'
import * as raw from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import type { Scalar } from '../../types'

export {
  celu_, hardshrink, prelu, relu_, rrelu_, selu_, threshold_,
} from '../../generated/torch_functions'
export { elu_, gelu, hardtanh_, leaky_relu_, log_sigmoid as logsigmoid, softplus, softshrink } from '../../generated/nn_functions'

/** An activation without parameters, with its `inplace` flag. */
function activation(name: string, compute: (input: Tensor) => Tensor, change: (input: Tensor) => Tensor) {
  return with_keywords(name, ['input', 'inplace'], (input: Tensor, inplace: boolean = false) => (inplace ? change : compute)(input))
}

/** `max(0, x)`. @param inplace - change the input itself. Default: false. @see torch.nn.functional.relu */
export const relu = activation('relu', torch.relu, torch.relu_)

/** `min(max(0, x), 6)`. @see torch.nn.functional.relu6 */
export const relu6 = activation('relu6', raw.relu6, raw.relu6_)

/** x where it is greater than the threshold, else `value`. @see torch.nn.functional.threshold */
export const threshold = with_keywords('threshold', ['input', 'threshold', 'value', 'inplace'],
  (input: Tensor, threshold: Scalar, value: Scalar, inplace: boolean = false) => (
    (inplace ? torch.threshold_ : torch.threshold)(input, threshold, value)))

/** `a * sigmoid(b)`, where a and b are the halves of the input along `dim`. Default: -1. @see torch.nn.functional.glu */
export const glu = with_keywords('glu', ['input', 'dim'], (input: Tensor, dim: number = -1) => {
  if (input.dim() === 0) throw new RuntimeError('glu does not support scalars because halving size must be even')
  return raw.glu(input, dim)
})

/** x cut off at `min_val` and `max_val`. Default: -1 and 1. @see torch.nn.functional.hardtanh */
export const hardtanh = with_keywords('hardtanh', ['input', 'min_val', 'max_val', 'inplace'],
  (input: Tensor, min_val: Scalar = -1, max_val: Scalar = 1, inplace: boolean = false) => {
    if ((min_val as number) > (max_val as number)) throw new ValueError('min_val cannot be greater than max_val')
    return (inplace ? raw.hardtanh_ : raw.hardtanh)(input, min_val, max_val)
  })

/** `max(0, x) + min(0, alpha * (exp(x) - 1))`. @see torch.nn.functional.elu */
export const elu = with_keywords('elu', ['input', 'alpha', 'inplace'],
  (input: Tensor, alpha: Scalar = 1, inplace: boolean = false) => (inplace ? raw.elu_ : raw.elu)(input, alpha))

/** `scale * (max(0, x) + min(0, alpha * (exp(x) - 1)))` with the constants of the SELU paper. @see torch.nn.functional.selu */
export const selu = activation('selu', torch.selu, torch.selu_)

/** `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`. @see torch.nn.functional.celu */
export const celu = with_keywords('celu', ['input', 'alpha', 'inplace'],
  (input: Tensor, alpha: Scalar = 1, inplace: boolean = false) => (inplace ? torch.celu_ : torch.celu)(input, alpha))

/** `max(0, x) + negative_slope * min(0, x)`. Default: 0.01. @see torch.nn.functional.leaky_relu */
export const leaky_relu = with_keywords('leaky_relu', ['input', 'negative_slope', 'inplace'],
  (input: Tensor, negative_slope: Scalar = 0.01, inplace: boolean = false) => (inplace ? raw.leaky_relu_ : raw.leaky_relu)(input, negative_slope))

/** Leaky ReLU with a slope drawn for each element from [lower, upper] in training, their mean otherwise. @see torch.nn.functional.rrelu */
export const rrelu = with_keywords('rrelu', ['input', 'lower', 'upper', 'training', 'inplace'],
  (input: Tensor, lower: Scalar = 1 / 8, upper: Scalar = 1 / 3, training: boolean = false, inplace: boolean = false) => (
    (inplace ? torch.rrelu_ : torch.rrelu)(input, lower, upper, training)))

/** `x - tanh(x)`. @see torch.nn.functional.tanhshrink */
export const tanhshrink = with_keywords('tanhshrink', ['input'], (input: Tensor) => input.sub(input.tanh()))

/** `x / (1 + |x|)`. @see torch.nn.functional.softsign */
export const softsign = with_keywords('softsign', ['input'], (input: Tensor) => input.div(input.abs().add(1)))

/** The hyperbolic tangent. @see torch.nn.functional.tanh */
export const tanh = with_keywords('tanh', ['input'], (input: Tensor) => input.tanh())

/** `1 / (1 + exp(-x))`. @see torch.nn.functional.sigmoid */
export const sigmoid = with_keywords('sigmoid', ['input'], (input: Tensor) => input.sigmoid())

/** A piecewise linear sigmoid: `min(max(0, x / 6 + 1 / 2), 1)`. @see torch.nn.functional.hardsigmoid */
export const hardsigmoid = activation('hardsigmoid', raw.hardsigmoid, raw.hardsigmoid_)

/** `x * sigmoid(x)`. @see torch.nn.functional.silu */
export const silu = activation('silu', raw.silu, raw.silu_)

/** `x * tanh(softplus(x))`. @see torch.nn.functional.mish */
export const mish = activation('mish', raw.mish, raw.mish_)

/** `x * hardsigmoid(x)`. @see torch.nn.functional.hardswish */
export const hardswish = activation('hardswish', raw.hardswish, raw.hardswish_)

// ---- softmax and its kin ----

const softmax_op = aten('softmax.int')
const log_softmax_op = aten('log_softmax.int')
const softmax_names = ['input', 'dim', '_stacklevel', 'dtype'] as const

/** The dimension of PyTorch's first releases, for a call that names none. */
function implicit_dim(name: string, dims: number): number {
  warn(`Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`)
  return dims === 0 || dims === 1 || dims === 3 ? 0 : 1
}

/**
 * `exp(x) / sum(exp(x))` along `dim`.
 *
 * @param dtype - cast the input to it first. Default: the input's.
 * @see torch.nn.functional.softmax
 */
export const softmax = with_keywords('softmax', softmax_names,
  (input: Tensor, dim: number | null = null, _stacklevel: number = 3, dtype: dtype | null = null) => (
    softmax_op([input, dim ?? implicit_dim('softmax', input.dim()), dtype]) as Tensor))

/** Softmax of `-x`. @see torch.nn.functional.softmin */
export const softmin = with_keywords('softmin', softmax_names,
  (input: Tensor, dim: number | null = null, _stacklevel: number = 3, dtype: dtype | null = null) => (
    softmax_op([input.neg(), dim ?? implicit_dim('softmin', input.dim()), dtype]) as Tensor))

/** The logarithm of {@link softmax}, computed so that it is exact also for small probabilities. @see torch.nn.functional.log_softmax */
export const log_softmax = with_keywords('log_softmax', softmax_names,
  (input: Tensor, dim: number | null = null, _stacklevel: number = 3, dtype: dtype | null = null) => (
    log_softmax_op([input, dim ?? implicit_dim('log_softmax', input.dim()), dtype]) as Tensor))

/**
 * Samples from the Gumbel-softmax distribution.
 *
 * @param logits - log probabilities, which need not be normalised
 * @param tau - temperature. Default: 1.
 * @param hard - one-hot samples, with the gradient of the soft ones. Default: false.
 * @see torch.nn.functional.gumbel_softmax
 */
export const gumbel_softmax = with_keywords('gumbel_softmax', ['logits', 'tau', 'hard', 'eps', 'dim'],
  (logits: Tensor, tau: number = 1, hard: boolean = false, eps: number = 1e-10, dim: number = -1) => {
    if (eps !== 1e-10) warn('`eps` parameter is deprecated and has no effect.')
    const memory_format = contiguous_format
    const noise = torch.empty_like(logits, { memory_format }).exponential_().log().neg()
    const soft = softmax_op([logits.add(noise).div(tau), dim]) as Tensor
    if (!hard) return soft
    const index = soft.max(dim, true)[1]
    const one_hot = torch.zeros_like(logits, { memory_format }).scatter_(dim, index, 1)
    return one_hot.sub(soft.detach()).add(soft)
  })
