// The Gumbel distribution: torch.distributions.gumbel.
import { type Args, arrange } from '../_args'
import { full_like } from '../_creation'
import { finfo } from '../_type_info'
import { ones_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { AffineTransform, ExpTransform } from './transforms'
import { Uniform } from './uniform'
import { type Parameter, broadcast_all, euler_constant, is_number } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * The distribution of the greatest of many numbers: `loc - scale log(-log(u))` for a uniform u.
 *
 * @param loc - the mode.
 * @param scale - positive.
 * @see torch.distributions.Gumbel
 */
export class Gumbel extends TransformedDistribution {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  declare loc: Tensor
  declare scale: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('Gumbel.__init__', names, 2, args)
    ;[this.loc, this.scale] = broadcast_all(loc, scale)
    const { tiny, eps } = finfo(this.loc.dtype)
    const base = is_number(loc) && is_number(scale) ? new Uniform(tiny, 1 - eps, validate_args)
      : new Uniform(full_like(this.loc, tiny), full_like(this.loc, 1 - eps), validate_args)
    this._init_transformed(base, [
      new ExpTransform().inv, new AffineTransform(0, ones_like(this.scale).neg()),
      new ExpTransform().inv, new AffineTransform(is_number(loc) ? Number(loc) : loc, this.scale.neg()),
    ], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Gumbel, _instance)
    made.loc = this.loc.expand(batch_shape)
    made.scale = this.scale.expand(batch_shape)
    return super.expand(batch_shape, made)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const y = this.loc.sub(value).div(this.scale)
    return y.sub(y.exp()).sub(this.scale.log())
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.mul(euler_constant))
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.PI / Math.sqrt(6))
  }

  override get variance(): Tensor {
    return this.stddev.pow(2)
  }

  override entropy(): Tensor {
    return this.scale.log().add(1 + euler_constant)
  }
}
