// The Cauchy distribution: torch.distributions.cauchy.
import { type Args, arrange } from '../_args'
import { full } from '../_creation'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all, minus } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * The Cauchy or Lorentz distribution: that of the ratio of two normal numbers. It has no mean and an infinite variance.
 *
 * @param loc - the median.
 * @param scale - half of the width at half of the maximum; positive.
 * @see torch.distributions.Cauchy
 */
export class Cauchy extends Distribution {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  static override has_rsample = true
  declare loc: Tensor
  declare scale: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('Cauchy.__init__', names, 2, args)
    ;[this.loc, this.scale] = broadcast_all(loc, scale)
    this._init(this.loc.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Cauchy, ['loc', 'scale'], batch_shape, _instance)
  }

  private filled(value: number): Tensor {
    const { dtype, device } = this.loc
    return full(this._extended_shape(), value, { dtype, device })
  }

  override get mean(): Tensor {
    return this.filled(NaN)
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get variance(): Tensor {
    return this.filled(Infinity)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const eps = this.loc.new_empty(this._extended_shape(sample_shape)).cauchy_()
    return this.loc.add(eps.mul(this.scale))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return minus(-Math.log(Math.PI), this.scale.log()).sub(value.sub(this.loc).div(this.scale).pow(2).log1p())
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return value.sub(this.loc).div(this.scale).atan().div(Math.PI).add(0.5)
  }

  override icdf(value: Tensor): Tensor {
    return value.sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc)
  }

  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI))
  }
}
