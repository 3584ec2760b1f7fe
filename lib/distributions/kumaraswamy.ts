// The Kumaraswamy distribution: torch.distributions.kumaraswamy.
import { type Args, arrange } from '../_args'
import { full_like } from '../_creation'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type Shape } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { AffineTransform, PowerTransform } from './transforms'
import { Uniform } from './uniform'
import { type Parameter, broadcast_all, euler_constant, minus, over } from './utils'

// The n-th moment.
function moment(a: Tensor, b: Tensor, n: number): Tensor {
  const arg1 = over(n, a).add(1)
  return b.mul(arg1.lgamma().add(b.lgamma()).sub(arg1.add(b).lgamma()).exp())
}

const names = ['concentration1', 'concentration0', 'validate_args'] as const
type Params = [concentration1: Parameter, concentration0: Parameter, validate_args?: boolean | null]

/**
 * Numbers of [0, 1], distributed much as Beta's, with a cdf in closed form: `1 - (1 - x^a)^b`.
 *
 * @param concentration1 - a; positive.
 * @param concentration0 - b; positive.
 * @see torch.distributions.Kumaraswamy
 */
export class Kumaraswamy extends TransformedDistribution {
  static override arg_constraints: Constraints = { concentration1: constraints.positive, concentration0: constraints.positive }
  static override support: constraints.Constraint = constraints.unit_interval
  static override has_rsample = true
  declare concentration1: Tensor
  declare concentration0: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [concentration1, concentration0, validate_args] = arrange<Params>('Kumaraswamy.__init__', names, 2, args)
    ;[this.concentration1, this.concentration0] = broadcast_all(concentration1, concentration0)
    const base = new Uniform(full_like(this.concentration0, 0), full_like(this.concentration0, 1), validate_args)
    this._init_transformed(base, [
      new PowerTransform(this.concentration0.reciprocal()), new AffineTransform(1, -1), new PowerTransform(this.concentration1.reciprocal()),
    ], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Kumaraswamy, _instance)
    made.concentration1 = this.concentration1.expand(batch_shape)
    made.concentration0 = this.concentration0.expand(batch_shape)
    return super.expand(batch_shape, made)
  }

  override get mean(): Tensor {
    return moment(this.concentration1, this.concentration0, 1)
  }

  override get mode(): Tensor {
    const [a, b] = [this.concentration1, this.concentration0]
    const log_mode = b.reciprocal().mul(b.neg().log1p()).sub(b.neg().mul(a).log1p())
    return log_mode.set_at(b.lt(1).bitwise_or(a.lt(1)), NaN).exp()
  }

  override get variance(): Tensor {
    return moment(this.concentration1, this.concentration0, 2).sub(this.mean.pow(2))
  }

  override entropy(): Tensor {
    const t1 = minus(1, this.concentration1.reciprocal())
    const t0 = minus(1, this.concentration0.reciprocal())
    const h0 = this.concentration0.add(1).digamma().add(euler_constant)
    return t0.add(t1.mul(h0)).sub(this.concentration1.log()).sub(this.concentration0.log())
  }
}
