// The exponential distribution: torch.distributions.exponential.
import { type Args, arrange } from '../_args'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all, minus } from './utils'

const names = ['rate', 'validate_args'] as const
type Params = [rate: Parameter, validate_args?: boolean | null]

/**
 * Nonnegative numbers with the density `rate exp(-rate x)`.
 *
 * @param rate - 1 / mean; positive.
 * @see torch.distributions.Exponential
 */
export class Exponential extends ExponentialFamily {
  static override arg_constraints: Constraints = { rate: constraints.positive }
  static override support: constraints.Constraint = constraints.nonnegative
  static override has_rsample = true
  declare rate: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [rate, validate_args] = arrange<Params>('Exponential.__init__', names, 1, args)
    this.rate = broadcast_all(rate)[0]
    this._init(this.rate.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Exponential, ['rate'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.rate.reciprocal()
  }

  override get mode(): Tensor {
    return zeros_like(this.rate)
  }

  override get stddev(): Tensor {
    return this.rate.reciprocal()
  }

  override get variance(): Tensor {
    return this.rate.pow(-2)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return this.rate.new_empty(this._extended_shape(sample_shape)).exponential_().div(this.rate)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this.rate.log().sub(this.rate.mul(value))
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return minus(1, this.rate.neg().mul(value).exp())
  }

  override icdf(value: Tensor): Tensor {
    return value.neg().log1p().neg().div(this.rate)
  }

  override entropy(): Tensor {
    return minus(1, this.rate.log())
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.rate.neg()]
  }

  override _log_normalizer(x: Tensor): Tensor {
    return x.neg().log().neg()
  }

  override get _mean_carrier_measure(): number {
    return 0
  }
}
