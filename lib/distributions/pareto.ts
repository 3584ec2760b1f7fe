// The Pareto distribution: torch.distributions.pareto.
import { type Args, arrange } from '../_args'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { Exponential } from './exponential'
import { TransformedDistribution } from './transformed_distribution'
import { AffineTransform, ExpTransform } from './transforms'
import { type Parameter, broadcast_all } from './utils'

const names = ['scale', 'alpha', 'validate_args'] as const
type Params = [scale: Parameter, alpha: Parameter, validate_args?: boolean | null]

/**
 * Numbers from `scale` on with a density proportional to `x^-(alpha + 1)`.
 *
 * @param scale - the smallest value; positive.
 * @param alpha - the shape; positive.
 * @see torch.distributions.Pareto
 */
export class Pareto extends TransformedDistribution {
  static override arg_constraints: Constraints = { alpha: constraints.positive, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: false, event_dim: 0 })
  declare scale: Tensor
  declare alpha: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [scale, alpha, validate_args] = arrange<Params>('Pareto.__init__', names, 2, args)
    ;[this.scale, this.alpha] = broadcast_all(scale, alpha)
    const base = new Exponential(this.alpha, validate_args)
    this._init_transformed(base, [new ExpTransform(), new AffineTransform(0, this.scale)], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Pareto, _instance)
    made.scale = this.scale.expand(batch_shape)
    made.alpha = this.alpha.expand(batch_shape)
    return super.expand(batch_shape, made)
  }

  override get mean(): Tensor {
    const a = this.alpha.clamp({ min: 1 }) // infinite below
    return a.mul(this.scale).div(a.sub(1))
  }

  override get mode(): Tensor {
    return this.scale
  }

  override get variance(): Tensor {
    const a = this.alpha.clamp({ min: 2 }) // infinite below
    return this.scale.pow(2).mul(a).div(a.sub(1).pow(2).mul(a.sub(2)))
  }

  override get support(): constraints.Constraint {
    return constraints.greater_than_eq(this.scale)
  }

  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal().add(1))
  }
}
