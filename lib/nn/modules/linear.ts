// Linear layers: torch.nn.modules.linear.
import { type Args, arrange } from '../../_args'
import { AssertionError, ValueError } from '../../_errors'
import { linear } from '../../generated/nn_functions'
import { bilinear } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import type { DeviceOption, DtypeOption } from '../_types'
import * as init from '../init'
import { type Parameter, UninitializedParameter } from '../parameter'
import { Layer, empty_parameter, set_parameters, settings } from './_layer'
import { has_uninitialized, make_lazy } from './lazy'
import { Module } from './module'

/**
 * Gives its input back; takes any arguments.
 *
 * Shape: (*) → the same.
 * @see torch.nn.Identity
 */
export class Identity extends Layer {
  constructor(..._args: unknown[]) {
    super()
  }

  forward(input: Tensor): Tensor {
    return input
  }
}

const linear_names = ['in_features', 'out_features', 'bias', 'device', 'dtype'] as const
type LinearArgs = [in_features: number, out_features: number, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * `y = x A^T + b`.
 *
 * Shape: (*, in_features) → (*, out_features).
 * Parameters: weight (out_features, in_features) and bias (out_features), both from U(-k, k), k = 1 / sqrt(in_features).
 * @param bias - whether b is there. Default: true.
 * @see torch.nn.Linear
 */
export class Linear extends Layer {
  in_features: number
  out_features: number
  declare weight: Parameter
  declare bias: Parameter | null

  constructor(...args: Args<LinearArgs, typeof linear_names>) {
    super()
    const [in_features, out_features, bias = true, device, dtype] = arrange<LinearArgs>('Linear.__init__', linear_names, 2, args)
    this.in_features = in_features
    this.out_features = out_features
    const weight = empty_parameter([out_features, in_features], { device, dtype })
    set_parameters(this, { weight, bias: bias ? empty_parameter([out_features], { device, dtype }) : null })
    this.reset_parameters()
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    init.kaiming_uniform_(this.weight, { a: Math.sqrt(5) })
    if (this.bias === null) return
    const [fan_in] = init._calculate_fan_in_and_fan_out(this.weight)
    const bound = fan_in > 0 ? 1 / Math.sqrt(fan_in) : 0
    init.uniform_(this.bias, 0 - bound, bound) // not -bound: -0 would give zeros with a sign
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias)
  }

  override extra_repr(): string {
    return `${settings(this, 'in_features', 'out_features')}, bias=${this.bias === null ? 'False' : 'True'}`
  }
}

const bilinear_names = ['in1_features', 'in2_features', 'out_features', 'bias', 'device', 'dtype'] as const
type BilinearArgs = [in1_features: number, in2_features: number, out_features: number, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * `y = x1^T A x2 + b`.
 *
 * Shape: (*, in1_features), (*, in2_features) → (*, out_features).
 * Parameters: weight (out_features, in1_features, in2_features) and bias (out_features), both from U(-k, k), k = 1 / sqrt(in1_features).
 * @throws {ValueError} if in1_features is not positive.
 * @see torch.nn.Bilinear
 */
export class Bilinear extends Module {
  in1_features: number
  in2_features: number
  out_features: number
  declare weight: Parameter
  declare bias: Parameter | null

  constructor(...args: Args<BilinearArgs, typeof bilinear_names>) {
    super()
    const [in1_features, in2_features, out_features, bias = true, device, dtype] = arrange<BilinearArgs>('Bilinear.__init__', bilinear_names, 3, args)
    this.in1_features = in1_features
    this.in2_features = in2_features
    this.out_features = out_features
    const weight = empty_parameter([out_features, in1_features, in2_features], { device, dtype })
    set_parameters(this, { weight, bias: bias ? empty_parameter([out_features], { device, dtype }) : null })
    this.reset_parameters()
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    if (this.in1_features <= 0) throw new ValueError(`in1_features must be > 0, but got (in1_features=${this.in1_features})`)
    const bound = 1 / Math.sqrt(this.weight.size(1))
    init.uniform_(this.weight, -bound, bound)
    if (this.bias !== null) init.uniform_(this.bias, -bound, bound)
  }

  override get _forward_names() {
    return ['input1', 'input2'] as const
  }

  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias)
  }

  override extra_repr(): string {
    return `${settings(this, 'in1_features', 'in2_features', 'out_features')}, bias=${this.bias === null ? 'False' : 'True'}`
  }
}

/** {@link Linear} under the name that it has within MultiheadAttention. */
export class NonDynamicallyQuantizableLinear extends Linear {}

const lazy_names = ['out_features', 'bias', 'device', 'dtype'] as const
type LazyArgs = [out_features: number, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * {@link Linear} whose in_features is the size of its first input's last dimension.
 *
 * Shape: (*, in_features) → (*, out_features).
 * @see torch.nn.LazyLinear
 */
export class LazyLinear extends Linear {
  constructor(...args: Args<LazyArgs, typeof lazy_names>) {
    const [out_features, bias = true, device, dtype] = arrange<LazyArgs>('LazyLinear.__init__', lazy_names, 1, args)
    super(0, 0, false)
    this.weight = new UninitializedParameter({ device, dtype })
    this.out_features = out_features
    if (bias) this.bias = new UninitializedParameter({ device, dtype })
    make_lazy(this, Linear)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_features !== 0) super.reset_parameters()
  }

  /** Takes in_features from the input. */
  initialize_parameters(input: Tensor): void {
    const features = input.size(-1)
    const { weight, bias } = this
    if (weight instanceof UninitializedParameter) {
      this.in_features = features
      weight.materialize([this.out_features, features])
      if (bias instanceof UninitializedParameter) bias.materialize([this.out_features])
      this.reset_parameters()
    }
    if (this.in_features !== 0) return
    if (features !== weight.size(-1)) {
      throw new AssertionError(`The in_features inferred from input: ${features} is not equal to in_features from self.weight: ${weight.size(-1)}`)
    }
    this.in_features = features
  }
}
