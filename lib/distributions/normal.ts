// The normal distribution: torch.distributions.normal.
import { type Args, arrange } from '../_args'
import { no_grad } from '../autograd/grad_mode'
import { normal } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, _standard_normal, broadcast_all, over } from './utils'

const names = ['loc', 'scale', 'validate_args'] as const
type Params = [loc: Parameter, scale: Parameter, validate_args?: boolean | null]

/**
 * The normal or Gaussian distribution.
 *
 * @param loc - the mean.
 * @param scale - the standard deviation; positive.
 * @example new torch.distributions.Normal(0, 1).sample([3])
 * @see torch.distributions.Normal
 */
export class Normal extends ExponentialFamily {
  static override arg_constraints: Constraints = { loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  static override has_rsample = true
  declare loc: Tensor
  declare scale: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, scale, validate_args] = arrange<Params>('Normal.__init__', names, 2, args)
    ;[this.loc, this.scale] = broadcast_all(loc, scale)
    this._init(this.loc.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Normal, ['loc', 'scale'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.loc
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get stddev(): Tensor {
    return this.scale
  }

  override get variance(): Tensor {
    return this.stddev.pow(2)
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    return no_grad(() => normal(this.loc.expand(shape), this.scale.expand(shape)))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const eps = _standard_normal(this._extended_shape(sample_shape), this.loc)
    return this.loc.add(eps.mul(this.scale))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const variance = this.scale.pow(2)
    return value.sub(this.loc).pow(2).neg().div(variance.mul(2)).sub(this.scale.log()).sub(Math.log(Math.sqrt(2 * Math.PI)))
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return value.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5)
  }

  override icdf(value: Tensor): Tensor {
    return this.loc.add(this.scale.mul(value.mul(2).sub(1).erfinv()).mul(Math.SQRT2))
  }

  override entropy(): Tensor {
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI))
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.loc.div(this.scale.pow(2)), this.scale.pow(2).reciprocal().mul(-0.5)]
  }

  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.pow(2).mul(-0.25).div(y).add(over(-Math.PI, y).log().mul(0.5))
  }

  override get _mean_carrier_measure(): number {
    return 0
  }
}
