// The Fisher-Snedecor distribution: torch.distributions.fishersnedecor.
import { type Args, arrange } from '../_args'
import { finfo } from '../_type_info'
import { contiguous_format } from '../layout'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { Gamma } from './gamma'
import { type Parameter, broadcast_all } from './utils'

const names = ['df1', 'df2', 'validate_args'] as const
type Params = [df1: Parameter, df2: Parameter, validate_args?: boolean | null]

/**
 * The ratio of two chi-squared numbers, each divided by its degrees of freedom: the F distribution.
 *
 * @param df1 - degrees of freedom of the numerator; positive.
 * @param df2 - those of the denominator; positive.
 * @see torch.distributions.FisherSnedecor
 */
export class FisherSnedecor extends Distribution {
  static override arg_constraints: Constraints = { df1: constraints.positive, df2: constraints.positive }
  static override support: constraints.Constraint = constraints.positive
  static override has_rsample = true
  declare df1: Tensor
  declare df2: Tensor
  declare _gamma1: Gamma
  declare _gamma2: Gamma

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [df1, df2, validate_args] = arrange<Params>('FisherSnedecor.__init__', names, 2, args)
    ;[this.df1, this.df2] = broadcast_all(df1, df2)
    this._gamma1 = new Gamma(this.df1.mul(0.5), this.df1)
    this._gamma2 = new Gamma(this.df2.mul(0.5), this.df2)
    this._init(this.df1.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(FisherSnedecor, ['df1', 'df2', '_gamma1', '_gamma2'], batch_shape, _instance)
  }

  // df2, and NaN up to `bound`.
  private df2_above(bound: number): Tensor {
    const df2 = this.df2.clone({ memory_format: contiguous_format })
    return df2.set_at(df2.le(bound), NaN)
  }

  override get mean(): Tensor {
    const df2 = this.df2_above(2)
    return df2.div(df2.sub(2))
  }

  override get mode(): Tensor {
    const mode = this.df1.sub(2).div(this.df1).mul(this.df2).div(this.df2.add(2))
    return mode.set_at(this.df1.le(2), NaN)
  }

  override get variance(): Tensor {
    const df2 = this.df2_above(4)
    return df2.pow(2).mul(2).mul(this.df1.add(df2).sub(2)).div(this.df1.mul(df2.sub(2).pow(2)).mul(df2.sub(4)))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    const x1 = this._gamma1.rsample(sample_shape).view(shape)
    const x2 = this._gamma2.rsample(sample_shape).view(shape)
    const { tiny } = finfo(x2.dtype)
    x2.clamp_({ min: tiny })
    return x1.div(x2).clamp_({ min: tiny })
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const ct1 = this.df1.mul(0.5)
    const ct2 = this.df2.mul(0.5)
    const ct3 = this.df1.div(this.df2)
    const t1 = ct1.add(ct2).lgamma().sub(ct1.lgamma()).sub(ct2.lgamma())
    const t2 = ct1.mul(ct3.log()).add(ct1.sub(1).mul(value.log()))
    const t3 = ct1.add(ct2).mul(ct3.mul(value).log1p())
    return t1.add(t2).sub(t3)
  }
}
