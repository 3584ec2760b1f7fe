// The uniform distribution: torch.distributions.uniform.
import { type Args, arrange } from '../_args'
import { rand } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all } from './utils'

const names = ['low', 'high', 'validate_args'] as const
type Params = [low: Parameter, high: Parameter, validate_args?: boolean | null]

/**
 * Numbers of [low, high), all equally likely.
 *
 * @see torch.distributions.Uniform
 */
export class Uniform extends Distribution {
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: false, event_dim: 0 })
  static override has_rsample = true
  declare low: Tensor
  declare high: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [low, high, validate_args] = arrange<Params>('Uniform.__init__', names, 2, args)
    ;[this.low, this.high] = broadcast_all(low, high)
    this._init(this.low.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Uniform, ['low', 'high'], batch_shape, _instance)
  }

  override get arg_constraints(): Constraints {
    return { low: constraints.less_than(this.high), high: constraints.greater_than(this.low) }
  }

  override get support(): constraints.Constraint {
    return constraints.interval(this.low, this.high)
  }

  override get mean(): Tensor {
    return this.high.add(this.low).div(2)
  }

  override get mode(): Tensor {
    return this.high.mul(NaN)
  }

  override get stddev(): Tensor {
    return this.high.sub(this.low).div(Math.sqrt(12))
  }

  override get variance(): Tensor {
    return this.high.sub(this.low).pow(2).div(12)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const { dtype, device } = this.low
    const u = rand(this._extended_shape(sample_shape), { dtype, device })
    return this.low.add(u.mul(this.high.sub(this.low)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const lb = this.low.le(value).type_as(this.low)
    const ub = this.high.gt(value).type_as(this.low)
    return lb.mul(ub).log().sub(this.high.sub(this.low).log())
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return value.sub(this.low).div(this.high.sub(this.low)).clamp({ min: 0, max: 1 })
  }

  override icdf(value: Tensor): Tensor {
    return value.mul(this.high.sub(this.low)).add(this.low)
  }

  override entropy(): Tensor {
    return this.high.sub(this.low).log()
  }
}
