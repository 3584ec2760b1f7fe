// The logistic-normal distribution: torch.distributions.logistic_normal.
import { type Args, arrange } from '../_args'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import type { Independent } from './independent'
import { Normal } from './normal'
import { TransformedDistribution } from './transformed_distribution'
import { StickBreakingTransform } from './transforms'
import type { Parameter } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * Vectors with sum 1: those of Normal(loc, scale), with one element more, by StickBreakingTransform.
 *
 * @param loc - the means of the base distribution.
 * @param scale - its standard deviations; positive.
 * @see torch.distributions.LogisticNormal
 */
export class LogisticNormal extends TransformedDistribution {
  static override _module = 'torch.distributions.logistic_normal'
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.simplex
  static override has_rsample = true
  declare base_dist: Independent<Normal>

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('LogisticNormal.__init__', names, 2, args)
    const normal = new Normal(loc, scale, validate_args)
    const base = normal.batch_shape.length === 0 ? normal.expand([1]) : normal
    this._init_transformed(base, new StickBreakingTransform(), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(LogisticNormal, _instance))
  }

  get loc(): Tensor {
    return this.base_dist.base_dist.loc
  }

  get scale(): Tensor {
    return this.base_dist.base_dist.scale
  }
}
