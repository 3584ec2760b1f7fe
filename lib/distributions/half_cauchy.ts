// The half-Cauchy distribution: torch.distributions.half_cauchy.
import { type Args, arrange } from '../_args'
import { as_tensor, full } from '../_creation'
import { where, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Cauchy } from './cauchy'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { AbsTransform } from './transforms'
import type { Parameter } from './utils'

const names = ['scale', 'validate_args'] as const
type Params = [scale: Parameter, validate_args?: boolean | null]

/**
 * |x| for x of Cauchy(0, scale).
 *
 * @param scale - positive.
 * @see torch.distributions.HalfCauchy
 */
export class HalfCauchy extends TransformedDistribution {
  static override arg_constraints: Constraints = { scale: constraints.positive }
  static override support: constraints.Constraint = constraints.nonnegative
  static override has_rsample = true
  declare base_dist: Cauchy

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [scale, validate_args] = arrange<Params>('HalfCauchy.__init__', names, 1, args)
    this._init_transformed(new Cauchy(0, scale, false), new AbsTransform(), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(HalfCauchy, _instance))
  }

  get scale(): Tensor {
    return this.base_dist.scale
  }

  override get mean(): Tensor {
    const { dtype, device } = this.scale
    return full(this._extended_shape(), Infinity, { dtype, device })
  }

  override get mode(): Tensor {
    return zeros_like(this.scale)
  }

  override get variance(): Tensor {
    return this.base_dist.variance
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const { dtype, device } = this.scale
    const x = as_tensor(value, { dtype, device })
    return where(x.ge(0), this.base_dist.log_prob(x).add(Math.LN2), -Infinity)
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this.base_dist.cdf(value).mul(2).sub(1)
  }

  override icdf(prob: Tensor): Tensor {
    return this.base_dist.icdf(prob.add(1).div(2))
  }

  override entropy(): Tensor {
    return this.base_dist.entropy().sub(Math.LN2)
  }
}
