// The inverse Gamma distribution: torch.distributions.inverse_gamma.
import { type Args, arrange } from '../_args'
import { where } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { Gamma } from './gamma'
import { TransformedDistribution } from './transformed_distribution'
import { PowerTransform } from './transforms'
import type { Parameter } from './utils'

const names = ['concentration', 'rate', 'validate_args'] as const
type Params = [concentration: Parameter, rate: Parameter, validate_args?: boolean | null]

/**
 * 1 / x for x of Gamma(concentration, rate).
 *
 * @param concentration - the shape, often called alpha; positive.
 * @param rate - 1 / scale, often called beta; positive.
 * @see torch.distributions.InverseGamma
 */
export class InverseGamma extends TransformedDistribution {
  static override arg_constraints: Constraints = { concentration: constraints.positive, rate: constraints.positive }
  static override support: constraints.Constraint = constraints.positive
  static override has_rsample = true
  declare base_dist: Gamma

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [concentration, rate, validate_args] = arrange<Params>('InverseGamma.__init__', names, 2, args)
    const base = new Gamma(concentration, rate, validate_args)
    this._init_transformed(base, new PowerTransform(base.rate.new_ones([]).neg()), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(InverseGamma, _instance))
  }

  get concentration(): Tensor {
    return this.base_dist.concentration
  }

  get rate(): Tensor {
    return this.base_dist.rate
  }

  override get mean(): Tensor {
    return where(this.concentration.gt(1), this.rate.div(this.concentration.sub(1)), Infinity)
  }

  override get mode(): Tensor {
    return this.rate.div(this.concentration.add(1))
  }

  override get variance(): Tensor {
    const result = this.rate.square().div(this.concentration.sub(1).square().mul(this.concentration.sub(2)))
    return where(this.concentration.gt(2), result, Infinity)
  }

  override entropy(): Tensor {
    return this.concentration.add(this.rate.log()).add(this.concentration.lgamma())
      .sub(this.concentration.add(1).mul(this.concentration.digamma()))
  }
}
