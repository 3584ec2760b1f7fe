// The Gamma distribution: torch.distributions.gamma.
import { type Args, arrange } from '../_args'
import { as_tensor } from '../_creation'
import { aten } from '../_operators'
import { finfo } from '../_type_info'
import { xlogy } from '../generated/torch_functions'
import { gammainc } from '../generated/special'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all, minus } from './utils'

const standard_gamma = aten('_standard_gamma')

const names = ['concentration', 'rate', 'validate_args'] as const
type Params = [concentration: Parameter, rate: Parameter, validate_args?: boolean | null]

/**
 * Positive numbers with a density proportional to `x^(concentration - 1) exp(-rate x)`.
 *
 * @param concentration - the shape, often called alpha; positive.
 * @param rate - 1 / scale, often called beta; positive.
 * @see torch.distributions.Gamma
 */
export class Gamma extends ExponentialFamily {
  static override arg_constraints: Constraints = { concentration: constraints.positive, rate: constraints.positive }
  static override support: constraints.Constraint = constraints.nonnegative
  static override has_rsample = true
  declare concentration: Tensor
  declare rate: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [concentration, rate, validate_args] = arrange<Params>('Gamma.__init__', names, 2, args)
    ;[this.concentration, this.rate] = broadcast_all(concentration, rate)
    this._init(this.concentration.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Gamma, ['concentration', 'rate'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.concentration.div(this.rate)
  }

  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp({ min: 0 })
  }

  override get variance(): Tensor {
    return this.concentration.div(this.rate.pow(2))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    const value = (standard_gamma([this.concentration.expand(shape)]) as Tensor).div(this.rate.expand(shape))
    value.detach().clamp_({ min: finfo(value.dtype).tiny }) // in place, without record in the graph
    return value
  }

  override log_prob(value: Tensor): Tensor {
    const { dtype, device } = this.rate
    const x = as_tensor(value, { dtype, device })
    if (this._validate_args) this._validate_sample(x)
    return xlogy(this.concentration, this.rate).add(xlogy(this.concentration.sub(1), x)).sub(this.rate.mul(x))
      .sub(this.concentration.lgamma())
  }

  override entropy(): Tensor {
    return this.concentration.sub(this.rate.log()).add(this.concentration.lgamma())
      .add(minus(1, this.concentration).mul(this.concentration.digamma()))
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.concentration.sub(1), this.rate.neg()]
  }

  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.add(1).lgamma().add(x.add(1).mul(y.reciprocal().neg().log()))
  }

  override get _mean_carrier_measure(): number {
    return 0
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return gammainc(this.concentration, this.rate.mul(value))
  }
}
