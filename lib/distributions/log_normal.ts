// The log-normal distribution: torch.distributions.log_normal.
import { type Args, arrange } from '../_args'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { Normal } from './normal'
import { TransformedDistribution } from './transformed_distribution'
import { ExpTransform } from './transforms'
import type { Parameter } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * exp(x) for x of Normal(loc, scale).
 *
 * @param loc - the mean of the logarithm.
 * @param scale - its standard deviation; positive.
 * @see torch.distributions.LogNormal
 */
export class LogNormal extends TransformedDistribution {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.positive
  static override has_rsample = true
  declare base_dist: Normal

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('LogNormal.__init__', names, 2, args)
    this._init_transformed(new Normal(loc, scale, validate_args), new ExpTransform(), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(LogNormal, _instance))
  }

  get loc(): Tensor {
    return this.base_dist.loc
  }

  get scale(): Tensor {
    return this.base_dist.scale
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.pow(2).div(2)).exp()
  }

  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp()
  }

  override get variance(): Tensor {
    const scale_sq = this.scale.pow(2)
    return scale_sq.expm1().mul(this.loc.mul(2).add(scale_sq).exp())
  }

  override entropy(): Tensor {
    return this.base_dist.entropy().add(this.loc)
  }
}
