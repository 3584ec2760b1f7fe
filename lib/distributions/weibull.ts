// The Weibull distribution: torch.distributions.weibull.
import { type Args, arrange } from '../_args'
import { ones_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { Exponential } from './exponential'
import { TransformedDistribution } from './transformed_distribution'
import { AffineTransform, PowerTransform, type Transform } from './transforms'
import { type Parameter, broadcast_all, euler_constant, minus } from './utils'

const names = ['scale', 'concentration', 'validate_args'] as const
type Params = [scale: Parameter, concentration: Parameter, validate_args?: boolean | null]

/**
 * Lifetimes: `scale x^(1 / concentration)` for x of Exponential(1).
 *
 * @param scale - often called lambda; positive.
 * @param concentration - the shape, often called k; positive.
 * @see torch.distributions.Weibull
 */
export class Weibull extends TransformedDistribution {
  static override arg_constraints: Constraints = { scale: constraints.positive, concentration: constraints.positive }
  static override support: constraints.Constraint = constraints.positive
  declare scale: Tensor
  declare concentration: Tensor
  declare concentration_reciprocal: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [scale, concentration, validate_args] = arrange<Params>('Weibull.__init__', names, 2, args)
    ;[this.scale, this.concentration] = broadcast_all(scale, concentration)
    this.concentration_reciprocal = this.concentration.reciprocal()
    this._init_transformed(new Exponential(ones_like(this.scale), validate_args), this.own_transforms(), validate_args)
  }

  private own_transforms(): Transform[] {
    return [new PowerTransform(this.concentration_reciprocal), new AffineTransform(0, this.scale)]
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Weibull, _instance)
    made.scale = this.scale.expand(batch_shape)
    made.concentration = this.concentration.expand(batch_shape)
    made.concentration_reciprocal = made.concentration.reciprocal()
    made._init_transformed(this.base_dist.expand(batch_shape), made.own_transforms(), false)
    made._validate_args = this._validate_args
    return made
  }

  override get mean(): Tensor {
    return this.scale.mul(this.concentration_reciprocal.add(1).lgamma().exp())
  }

  override get mode(): Tensor {
    return this.scale.mul(this.concentration.sub(1).div(this.concentration).pow(this.concentration.reciprocal()))
  }

  override get variance(): Tensor {
    const second = this.concentration_reciprocal.mul(2).add(1).lgamma().exp()
    return this.scale.pow(2).mul(second.sub(this.concentration_reciprocal.add(1).lgamma().mul(2).exp()))
  }

  override entropy(): Tensor {
    return minus(1, this.concentration_reciprocal).mul(euler_constant).add(this.scale.mul(this.concentration_reciprocal).log())
      .add(1)
  }
}
