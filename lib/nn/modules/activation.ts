// Activation layers: torch.nn.modules.activation.
import { type Args, arrange } from '../../_args'
import { AssertionError, ValueError } from '../../_errors'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import * as F from '../_functional/activation'
import type { DeviceOption, DtypeOption } from '../_types'
import { constant_ } from '../init'
import type { Parameter } from '../parameter'
import { Layer, empty_parameter, float_text, set_parameters, text } from './_layer'

const inplace_names = ['inplace'] as const

/** An activation whose only setting is whether it changes its input. */
abstract class Activation extends Layer {
  inplace: boolean

  constructor(...args: Args<[inplace?: boolean], typeof inplace_names>) {
    super()
    const [inplace = false] = arrange<[inplace?: boolean]>(`${new.target.name}.__init__`, inplace_names, 0, args)
    this.inplace = inplace
  }

  override extra_repr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

const suffix = (inplace: boolean): string => (inplace ? ', inplace=True' : '')

/** `max(0, x)`. @param inplace - change the input itself. Default: false. @see torch.nn.ReLU */
export class ReLU extends Activation {
  forward(input: Tensor): Tensor {
    return F.relu(input, this.inplace)
  }
}

/** `x * sigmoid(x)`. @see torch.nn.SiLU */
export class SiLU extends Activation {
  forward(input: Tensor): Tensor {
    return F.silu(input, this.inplace)
  }
}

/** `x * tanh(softplus(x))`. @see torch.nn.Mish */
export class Mish extends Activation {
  forward(input: Tensor): Tensor {
    return F.mish(input, this.inplace)
  }
}

/** `scale * (max(0, x) + min(0, alpha * (exp(x) - 1)))`. @see torch.nn.SELU */
export class SELU extends Activation {
  forward(input: Tensor): Tensor {
    return F.selu(input, this.inplace)
  }
}

/** `x * hardsigmoid(x)`. @see torch.nn.Hardswish */
export class Hardswish extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardswish(input, this.inplace)
  }

  override extra_repr(): string {
    return ''
  }
}

/** A piecewise linear sigmoid: `min(max(0, x / 6 + 1 / 2), 1)`. @see torch.nn.Hardsigmoid */
export class Hardsigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return F.hardsigmoid(input, this.inplace)
  }

  override extra_repr(): string {
    return ''
  }
}

/** `1 / (1 + exp(-x))`. @see torch.nn.Sigmoid */
export class Sigmoid extends Layer {
  forward(input: Tensor): Tensor {
    return input.sigmoid()
  }
}

/** The hyperbolic tangent. @see torch.nn.Tanh */
export class Tanh extends Layer {
  forward(input: Tensor): Tensor {
    return input.tanh()
  }
}

/** `log(sigmoid(x))`. @see torch.nn.LogSigmoid */
export class LogSigmoid extends Layer {
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input)
  }
}

/** `x / (1 + |x|)`. @see torch.nn.Softsign */
export class Softsign extends Layer {
  forward(input: Tensor): Tensor {
    return F.softsign(input)
  }
}

/** `x - tanh(x)`. @see torch.nn.Tanhshrink */
export class Tanhshrink extends Layer {
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input)
  }
}

const threshold_names = ['threshold', 'value', 'inplace'] as const
type ThresholdArgs = [threshold: number, value: number, inplace?: boolean]

/** x where it is greater than the threshold, else `value`. @see torch.nn.Threshold */
export class Threshold extends Layer {
  threshold: number
  value: number
  inplace: boolean

  constructor(...args: Args<ThresholdArgs, typeof threshold_names>) {
    super()
    const [threshold, value, inplace = false] = arrange<ThresholdArgs>('Threshold.__init__', threshold_names, 2, args)
    this.threshold = threshold
    this.value = value
    this.inplace = inplace
  }

  forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value, this.inplace)
  }

  override extra_repr(): string {
    return `threshold=${text(this.threshold)}, value=${text(this.value)}${suffix(this.inplace)}`
  }
}

const rrelu_names = ['lower', 'upper', 'inplace'] as const
type RReLUArgs = [lower?: number, upper?: number, inplace?: boolean]

/** Leaky ReLU whose slope is drawn for each element in training, and is the mean of `lower` and `upper` otherwise. @see torch.nn.RReLU */
export class RReLU extends Layer {
  lower: number
  upper: number
  inplace: boolean

  constructor(...args: Args<RReLUArgs, typeof rrelu_names>) {
    super()
    const [lower = 1 / 8, upper = 1 / 3, inplace = false] = arrange<RReLUArgs>('RReLU.__init__', rrelu_names, 0, args)
    this.lower = lower
    this.upper = upper
    this.inplace = inplace
  }

  forward(input: Tensor): Tensor {
    return F.rrelu(input, this.lower, this.upper, this.training, this.inplace)
  }

  override extra_repr(): string {
    return `lower=${float_text(this.lower)}, upper=${float_text(this.upper)}${suffix(this.inplace)}`
  }
}

const hardtanh_names = ['min_val', 'max_val', 'inplace', 'min_value', 'max_value'] as const
type HardtanhArgs = [min_val?: number, max_val?: number, inplace?: boolean, min_value?: number | null, max_value?: number | null]

function renamed(name: string, given: number | null | undefined, value: number): number {
  if (given == null) return value
  warn(`keyword argument \`${name}ue\` is deprecated and renamed to \`${name}\``, 'FutureWarning')
  return given
}

/**
 * x cut off at `min_val` and `max_val`. Default: -1 and 1.
 *
 * @throws {AssertionError} if max_val is not greater than min_val.
 * @see torch.nn.Hardtanh
 */
export class Hardtanh extends Layer {
  min_val: number
  max_val: number
  inplace: boolean

  constructor(...args: Args<HardtanhArgs, typeof hardtanh_names>) {
    super()
    const [min_val = -1, max_val = 1, inplace = false, min_value, max_value] = arrange<HardtanhArgs>('Hardtanh.__init__', hardtanh_names, 0, args)
    this.min_val = renamed('min_val', min_value, min_val)
    this.max_val = renamed('max_val', max_value, max_val)
    this.inplace = inplace
    if (this.max_val <= this.min_val) {
      throw new AssertionError(`max_val (${float_text(this.max_val)}) must be greater than min_val (${float_text(this.min_val)})`)
    }
  }

  forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.min_val, this.max_val, this.inplace)
  }

  override extra_repr(): string {
    return `min_val=${float_text(this.min_val)}, max_val=${float_text(this.max_val)}${suffix(this.inplace)}`
  }
}

/** `min(max(0, x), 6)`. @see torch.nn.ReLU6 */
export class ReLU6 extends Hardtanh {
  constructor(...args: Args<[inplace?: boolean], typeof inplace_names>) {
    const [inplace = false] = arrange<[inplace?: boolean]>('ReLU6.__init__', inplace_names, 0, args)
    super(0, 6, inplace)
  }

  override extra_repr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

const alpha_names = ['alpha', 'inplace'] as const
type AlphaArgs = [alpha?: number, inplace?: boolean]

/** `max(0, x) + min(0, alpha * (exp(x) - 1))`. Default: alpha 1. @see torch.nn.ELU */
export class ELU extends Layer {
  alpha: number
  inplace: boolean

  constructor(...args: Args<AlphaArgs, typeof alpha_names>) {
    super()
    const [alpha = 1, inplace = false] = arrange<AlphaArgs>(`${new.target.name}.__init__`, alpha_names, 0, args)
    this.alpha = alpha
    this.inplace = inplace
  }

  forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, this.inplace)
  }

  override extra_repr(): string {
    return `alpha=${float_text(this.alpha)}${suffix(this.inplace)}`
  }
}

/** `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`. Default: alpha 1. @see torch.nn.CELU */
export class CELU extends Layer {
  alpha: number
  inplace: boolean

  constructor(...args: Args<AlphaArgs, typeof alpha_names>) {
    super()
    const [alpha = 1, inplace = false] = arrange<AlphaArgs>('CELU.__init__', alpha_names, 0, args)
    this.alpha = alpha
    this.inplace = inplace
  }

  forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, this.inplace)
  }

  override extra_repr(): string {
    return `alpha=${float_text(this.alpha)}${suffix(this.inplace)}`
  }
}

const leaky_names = ['negative_slope', 'inplace'] as const
type LeakyArgs = [negative_slope?: number, inplace?: boolean]

/** `max(0, x) + negative_slope * min(0, x)`. Default: 0.01. @see torch.nn.LeakyReLU */
export class LeakyReLU extends Layer {
  negative_slope: number
  inplace: boolean

  constructor(...args: Args<LeakyArgs, typeof leaky_names>) {
    super()
    const [negative_slope = 0.01, inplace = false] = arrange<LeakyArgs>('LeakyReLU.__init__', leaky_names, 0, args)
    this.negative_slope = negative_slope
    this.inplace = inplace
  }

  forward(input: Tensor): Tensor {
    return F.leaky_relu(input, this.negative_slope, this.inplace)
  }

  override extra_repr(): string {
    return `negative_slope=${float_text(this.negative_slope)}${suffix(this.inplace)}`
  }
}

const dim_names = ['dim'] as const

/** `a * sigmoid(b)`, where a and b are the halves of the input along `dim`. Default: -1. @see torch.nn.GLU */
export class GLU extends Layer {
  dim: number

  constructor(...args: Args<[dim?: number], typeof dim_names>) {
    super()
    const [dim = -1] = arrange<[dim?: number]>('GLU.__init__', dim_names, 0, args)
    this.dim = dim
  }

  forward(input: Tensor): Tensor {
    return F.glu(input, this.dim)
  }

  override extra_repr(): string {
    return `dim=${text(this.dim)}`
  }
}

const approximate_names = ['approximate'] as const

/** `x * P(X <= x)` for a standard normal X. @param approximate - 'none' or 'tanh', a faster estimate. Default: 'none'. @see torch.nn.GELU */
export class GELU extends Layer {
  approximate: 'none' | 'tanh'

  constructor(...args: Args<[approximate?: 'none' | 'tanh'], typeof approximate_names>) {
    super()
    const [approximate = 'none'] = arrange<[approximate?: 'none' | 'tanh']>('GELU.__init__', approximate_names, 0, args)
    this.approximate = approximate
  }

  forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate })
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`
  }
}

const lambd_names = ['lambd'] as const

/** x outside of [-lambd, lambd], else 0. Default: 0.5. @see torch.nn.Hardshrink */
export class Hardshrink extends Layer {
  lambd: number

  constructor(...args: Args<[lambd?: number], typeof lambd_names>) {
    super()
    const [lambd = 0.5] = arrange<[lambd?: number]>('Hardshrink.__init__', lambd_names, 0, args)
    this.lambd = lambd
  }

  forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd)
  }

  override extra_repr(): string {
    return float_text(this.lambd)
  }
}

/** x moved towards 0 by lambd, 0 within [-lambd, lambd]. Default: 0.5. @see torch.nn.Softshrink */
export class Softshrink extends Layer {
  lambd: number

  constructor(...args: Args<[lambd?: number], typeof lambd_names>) {
    super()
    const [lambd = 0.5] = arrange<[lambd?: number]>('Softshrink.__init__', lambd_names, 0, args)
    this.lambd = lambd
  }

  forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd)
  }

  override extra_repr(): string {
    return float_text(this.lambd)
  }
}

const softplus_names = ['beta', 'threshold'] as const
type SoftplusArgs = [beta?: number, threshold?: number]

/** `log(1 + exp(beta * x)) / beta`; x itself where beta * x is above the threshold. Default: beta 1, threshold 20. @see torch.nn.Softplus */
export class Softplus extends Layer {
  beta: number
  threshold: number

  constructor(...args: Args<SoftplusArgs, typeof softplus_names>) {
    super()
    const [beta = 1, threshold = 20] = arrange<SoftplusArgs>('Softplus.__init__', softplus_names, 0, args)
    this.beta = beta
    this.threshold = threshold
  }

  forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold)
  }

  override extra_repr(): string {
    return `beta=${float_text(this.beta)}, threshold=${float_text(this.threshold)}`
  }
}

const prelu_names = ['num_parameters', 'init', 'device', 'dtype'] as const
type PReLUArgs = [num_parameters?: number, init?: number, device?: DeviceOption, dtype?: DtypeOption]

/**
 * `max(0, x) + weight * min(0, x)` with a slope that is learned.
 *
 * Parameters: weight (num_parameters), filled with `init`.
 * @param num_parameters - 1, or a slope for each channel. Default: 1.
 * @param init - Default: 0.25.
 * @see torch.nn.PReLU
 */
export class PReLU extends Layer {
  num_parameters: number
  init: number
  declare weight: Parameter

  constructor(...args: Args<PReLUArgs, typeof prelu_names>) {
    super()
    const [num_parameters = 1, init = 0.25, device, dtype] = arrange<PReLUArgs>('PReLU.__init__', prelu_names, 0, args)
    this.num_parameters = num_parameters
    this.init = init
    set_parameters(this, { weight: empty_parameter([num_parameters], { device, dtype }) })
    this.reset_parameters()
  }

  /** Fills the weight with `init`. */
  reset_parameters(): void {
    constant_(this.weight, this.init)
  }

  forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight)
  }

  override extra_repr(): string {
    return `num_parameters=${text(this.num_parameters)}`
  }
}

type DimArgs = [dim?: number | null]

/** A softmax along one dimension. */
abstract class AlongDim extends Layer {
  dim: number | null

  constructor(...args: Args<DimArgs, typeof dim_names>) {
    super()
    const [dim = null] = arrange<DimArgs>(`${new.target.name}.__init__`, dim_names, 0, args)
    this.dim = dim
  }

  override extra_repr(): string {
    return `dim=${text(this.dim)}`
  }
}

/** Softmax of -x along `dim`. @see torch.nn.Softmin */
export class Softmin extends AlongDim {
  forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim)
  }
}

/** `exp(x) / sum(exp(x))` along `dim`. @see torch.nn.Softmax */
export class Softmax extends AlongDim {
  forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim)
  }
}

/** The logarithm of softmax along `dim`. @see torch.nn.LogSoftmax */
export class LogSoftmax extends AlongDim {
  forward(input: Tensor): Tensor {
    return F.log_softmax(input, this.dim)
  }
}

/** Softmax over the channels of (N, C, H, W) or (C, H, W). @throws {ValueError} for other inputs. @see torch.nn.Softmax2d */
export class Softmax2d extends Layer {
  forward(input: Tensor): Tensor {
    const dims = input.dim()
    if (dims !== 3 && dims !== 4) throw new ValueError(`Softmax2d: expected input to be 3D or 4D, got ${dims}D instead`)
    return F.softmax(input, -3)
  }
}
