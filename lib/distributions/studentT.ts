// Student's t-distribution: torch.distributions.studentT.
import { type Args, arrange } from '../_args'
import { contiguous_format } from '../layout'
import type { Tensor } from '../tensor'
import { Chi2 } from './chi2'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, _standard_normal, broadcast_all } from './utils'

const LGAMMA_HALF = 0.5723649429247004 // math.lgamma(0.5)

const names = ['df', 'loc', 'scale', 'validate_args'] as const
type Params = [df: Parameter, loc?: Parameter, scale?: Parameter, validate_args?: boolean | null]

/**
 * A standard normal number over the root of a chi-squared one divided by its degrees of freedom, scaled and moved.
 *
 * @param df - degrees of freedom; positive.
 * @param loc - the mode. Default: 0.
 * @param scale - positive. Default: 1.
 * @see torch.distributions.StudentT
 */
export class StudentT extends Distribution {
  static override arg_constraints: Constraints = { df: constraints.positive, loc: constraints.real, scale: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  static override has_rsample = true
  declare df: Tensor
  declare loc: Tensor
  declare scale: Tensor
  declare _chi2: Chi2

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [df, loc = 0, scale = 1, validate_args] = arrange<Params>('StudentT.__init__', names, 1, args)
    ;[this.df, this.loc, this.scale] = broadcast_all(df, loc, scale)
    this._chi2 = new Chi2(this.df)
    this._init(this.df.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(StudentT, ['df', 'loc', 'scale', '_chi2'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    const mean = this.loc.clone({ memory_format: contiguous_format })
    return mean.set_at(this.df.le(1), NaN)
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get variance(): Tensor {
    const { df, scale } = this
    const variance = df.clone({ memory_format: contiguous_format })
    const finite = df.gt(2)
    variance.set_at(finite, scale.at(finite).pow(2).mul(df.at(finite)).div(df.at(finite).sub(2)))
    variance.set_at(df.le(2).bitwise_and(df.gt(1)), Infinity)
    return variance.set_at(df.le(1), NaN)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const x = _standard_normal(this._extended_shape(sample_shape), this.df)
    const z = this._chi2.rsample(sample_shape)
    return this.loc.add(this.scale.mul(x.mul(z.div(this.df).rsqrt())))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const { df, scale } = this
    const y = value.sub(this.loc).div(scale)
    const Z = scale.log().add(df.log().mul(0.5)).add(0.5 * Math.log(Math.PI)).add(df.mul(0.5).lgamma())
      .sub(df.add(1).mul(0.5).lgamma())
    return df.add(1).mul(-0.5).mul(y.pow(2).div(df).log1p()).sub(Z)
  }

  override entropy(): Tensor {
    const { df } = this
    const half = (): Tensor => df.add(1).mul(0.5)
    const lbeta = df.mul(0.5).lgamma().add(LGAMMA_HALF).sub(half().lgamma())
    return this.scale.log().add(half().mul(half().digamma().sub(df.mul(0.5).digamma()))).add(df.log().mul(0.5)).add(lbeta)
  }
}
