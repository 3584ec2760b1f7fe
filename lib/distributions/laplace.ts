// The Laplace distribution: torch.distributions.laplace.
import { type Args, arrange } from '../_args'
import { finfo } from '../_type_info'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all, minus } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * Numbers with a density proportional to `exp(-|x - loc| / scale)`.
 *
 * @param loc - the mean.
 * @param scale - positive.
 * @see torch.distributions.Laplace
 */
export class Laplace extends Distribution {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  static override has_rsample = true
  declare loc: Tensor
  declare scale: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('Laplace.__init__', names, 2, args)
    ;[this.loc, this.scale] = broadcast_all(loc, scale)
    this._init(this.loc.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Laplace, ['loc', 'scale'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.loc
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(2)
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.SQRT2)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const u = this.loc.new_empty(this._extended_shape(sample_shape)).uniform_(finfo(this.loc.dtype).eps - 1, 1)
    return this.loc.sub(this.scale.mul(u.sign()).mul(u.abs().neg().log1p()))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this.scale.mul(2).log().neg().sub(value.sub(this.loc).abs().div(this.scale))
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const distance = value.sub(this.loc)
    return minus(0.5, distance.sign().mul(0.5).mul(distance.abs().neg().div(this.scale).expm1()))
  }

  override icdf(value: Tensor): Tensor {
    const term = value.sub(0.5)
    return this.loc.sub(this.scale.mul(term.sign()).mul(term.abs().mul(-2).log1p()))
  }

  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1)
  }
}
