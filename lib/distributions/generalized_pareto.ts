// The generalized Pareto distribution: torch.distributions.generalized_pareto.
import { type Args, arrange } from '../_args'
import { tensor } from '../_creation'
import { isclose, ones_like, rand, where, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all, minus, over } from './utils'

const names = ['loc', 'scale', 'concentration', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, concentration: Parameter, validate_args?: boolean | null]

/**
 * The tail of another distribution beyond `loc`: exponential for concentration 0, bounded above for negative ones.
 *
 * @param loc - where the support begins.
 * @param scale - positive.
 * @param concentration - the shape, which may be 0 or negative.
 * @see torch.distributions.GeneralizedPareto
 */
export class GeneralizedPareto extends Distribution {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive, concentration: constraints.real }
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: false, event_dim: 0 })
  static override has_rsample = true
  declare loc: Tensor
  declare scale: Tensor
  declare concentration: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, concentration, validate_args] = arrange<Params>('GeneralizedPareto.__init__', names, 3, args)
    ;[this.loc, this.scale, this.concentration] = broadcast_all(loc, scale, concentration)
    this._init(this.loc.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(GeneralizedPareto, ['loc', 'scale', 'concentration'], batch_shape, _instance)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const { dtype, device } = this.loc
    return this.icdf(rand(this._extended_shape(sample_shape), { dtype, device }))
  }

  private z(x: Tensor): Tensor {
    return x.sub(this.loc).div(this.scale)
  }

  // Where the concentration is 0, and the concentration with 1 there.
  private safe_concentration(zero: Tensor): [eq_zero: Tensor, safe: Tensor] {
    const eq_zero = isclose(this.concentration, zero)
    return [eq_zero, where(eq_zero, ones_like(this.concentration), this.concentration)]
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const z = this.z(value)
    const [eq_zero, safe] = this.safe_concentration(tensor(0))
    const y = over(1, safe).add(ones_like(z))
    const where_nonzero = where(y.eq(0), y, y.mul(safe.mul(z).log1p()))
    return this.scale.log().neg().sub(where(eq_zero, z, where_nonzero))
  }

  /** log(1 - cdf). */
  log_survival_function(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const z = this.z(value)
    const [eq_zero, safe] = this.safe_concentration(tensor(0))
    return where(eq_zero, z.neg(), safe.mul(z).log1p().neg().div(safe))
  }

  log_cdf(value: Tensor): Tensor {
    return this.log_survival_function(value).exp().neg().log1p()
  }

  override cdf(value: Tensor): Tensor {
    return this.log_cdf(value).exp()
  }

  override icdf(value: Tensor): Tensor {
    const [eq_zero, safe] = this.safe_concentration(zeros_like(this.concentration))
    const logu = value.neg().log1p()
    const where_nonzero = this.loc.add(this.scale.div(safe).mul(safe.neg().mul(logu).expm1()))
    return where(eq_zero, this.loc.sub(this.scale.mul(logu)), where_nonzero)
  }

  override get mean(): Tensor {
    const valid = this.concentration.lt(1)
    const safe = where(valid, this.concentration, 0.5)
    return where(valid, this.loc.add(this.scale.div(minus(1, safe))), NaN)
  }

  override get variance(): Tensor {
    const valid = this.concentration.lt(0.5)
    const safe = where(valid, this.concentration, 0.25)
    return where(valid, this.scale.pow(2).div(minus(1, safe).pow(2).mul(minus(1, safe.mul(2)))), NaN)
  }

  override entropy(): Tensor {
    return this.scale.log().add(this.concentration).add(1).expand(this._batch_shape)
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get support(): constraints.Constraint {
    const upper = where(this.concentration.lt(0), this.loc.sub(this.scale.div(this.concentration)), Infinity)
    return constraints.interval(this.loc, upper)
  }
}
