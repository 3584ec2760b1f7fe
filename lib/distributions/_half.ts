// What |x| has in common with x, for an x that is symmetric about zero: the half-Cauchy and the half-normal distribution.
import { where, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, type Distribution, LATER } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { AbsTransform } from './transforms'

/** |x| for x of a symmetric distribution with a scale. */
export abstract class Half<Base extends Distribution & { readonly scale: Tensor }> extends TransformedDistribution {
  static override arg_constraints: Constraints = { scale: constraints.positive }
  static override support: constraints.Constraint = constraints.nonnegative
  static override has_rsample = true
  declare base_dist: Base

  constructor(base: Base, validate_args: boolean | null | undefined) {
    super(LATER)
    this._init_transformed(base, new AbsTransform(), validate_args)
  }

  get scale(): Tensor {
    return this.base_dist.scale
  }

  override get mode(): Tensor {
    return zeros_like(this.scale)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const x = this._operand(value)
    return where(x.ge(0), this.base_dist.log_prob(x).add(Math.LN2), -Infinity)
  }

  /** The value as log_prob computes with it, after its validation. */
  protected _operand(value: Tensor): Tensor {
    return value
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
