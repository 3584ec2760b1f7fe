// The continuous Bernoulli distribution: torch.distributions.continuous_bernoulli.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import type { Size } from '../_size'
import { no_grad } from '../autograd/grad_mode'
import { ones_like, rand, where, zeros_like } from '../generated/torch_functions'
import { binary_cross_entropy_with_logits } from '../nn/_functional/loss'
import type { Tensor } from '../tensor'
import { set_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all, clamp_probs, lazy_property, logits_to_probs, minus, over, probs_to_logits } from './utils'

const names = ['probs', 'logits', 'lims', 'validate_args'] as const
type Limits = readonly [lower: number, upper: number]
type Params = [probs?: Parameter | null, logits?: Parameter | null, lims?: Limits, validate_args?: boolean | null]

/**
 * Numbers of [0, 1] with a density proportional to `probs^x (1 - probs)^(1 - x)`. `probs` is no probability here, nor the mean.
 *
 * @param probs - a number of (0, 1).
 * @param logits - its log odds; one of the two is given.
 * @param lims - between them a Taylor series stands for formulas that are unstable near 0.5. Default: [0.499, 0.501].
 * @throws {ValueError} unless exactly one of probs and logits is given.
 * @see torch.distributions.ContinuousBernoulli
 */
export class ContinuousBernoulli extends ExponentialFamily {
  static override _module = 'torch.distributions.continuous_bernoulli'
  static override arg_constraints: Constraints = { probs: constraints.unit_interval, logits: constraints.real }
  static override support: constraints.Constraint = constraints.unit_interval
  static override has_rsample = true
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor
  declare _lims: Limits

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [probs, logits, lims = [0.499, 0.501], validate_args] = arrange<Params>('ContinuousBernoulli.__init__', names, 0, args)
    set_probs_or_logits(this, probs, logits)
    if (probs != null) {
      if (validate_args != null && !constraints.unit_interval.check(this.probs).all().item<boolean>()) {
        throw new ValueError('The parameter probs has invalid values')
      }
      this._param = this.probs = clamp_probs(this.probs)
    }
    this._lims = lims
    this._init(this._param.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(ContinuousBernoulli, _instance)
    made._lims = this._lims
    return this._expand_fields(ContinuousBernoulli, ['probs', 'logits', '_param'], batch_shape, made)
  }

  private outside_unstable_region(x: Tensor, shift = 0): Tensor {
    return x.le(this._lims[0] - shift).max(x.gt(this._lims[1] - shift))
  }

  private cut_probs(): Tensor {
    return where(this.outside_unstable_region(this.probs), this.probs, ones_like(this.probs).mul(this._lims[0]))
  }

  private choose(formula: Tensor, taylor: Tensor): Tensor {
    return where(this.outside_unstable_region(this.probs), formula, taylor)
  }

  /** The logarithm of the normalizing constant. */
  _cont_bern_log_norm(): Tensor {
    const cut = this.cut_probs()
    const below_half = where(cut.le(0.5), cut, zeros_like(cut))
    const above_half = where(cut.ge(0.5), cut, ones_like(cut))
    const log_norm = cut.neg().log1p().sub(cut.log()).abs().log()
      .sub(where(cut.le(0.5), below_half.mul(-2).log1p(), above_half.mul(2).sub(1).log()))
    const x = this.probs.sub(0.5).pow(2)
    return this.choose(log_norm, x.mul(104 / 45).add(4 / 3).mul(x).add(Math.LN2))
  }

  override get mean(): Tensor {
    const cut = this.cut_probs()
    const mus = cut.div(cut.mul(2).sub(1)).add(over(1, cut.neg().log1p().sub(cut.log())))
    const x = this.probs.sub(0.5)
    return this.choose(mus, x.pow(2).mul(16 / 45).add(1 / 3).mul(x).add(0.5))
  }

  override get stddev(): Tensor {
    return this.variance.sqrt()
  }

  override get variance(): Tensor {
    const cut = this.cut_probs()
    const vars = cut.mul(cut.sub(1)).div(minus(1, cut.mul(2)).pow(2)).add(over(1, cut.neg().log1p().sub(cut.log()).pow(2)))
    const x = this.probs.sub(0.5).pow(2)
    return this.choose(vars, minus(1 / 12, minus(1 / 15, x.mul(128 / 945)).mul(x)))
  }

  get param_shape(): Size {
    return this._param.size()
  }

  private uniform(sample_shape: SampleShape): Tensor {
    const { dtype, device } = this.probs
    return rand(this._extended_shape(sample_shape), { dtype, device })
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const u = this.uniform(sample_shape)
    return no_grad(() => this.icdf(u))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return this.icdf(this.uniform(sample_shape))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [logits, target] = broadcast_all(this.logits, value)
    return binary_cross_entropy_with_logits(logits, target, { reduction: 'none' }).neg().add(this._cont_bern_log_norm())
  }

  override cdf(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const cut = this.cut_probs()
    const cdfs = cut.pow(value).mul(minus(1, cut).pow(minus(1, value))).add(cut).sub(1).div(cut.mul(2).sub(1))
    const unbounded = this.choose(cdfs, value)
    return where(value.le(0), zeros_like(value), where(value.ge(1), ones_like(value), unbounded))
  }

  override icdf(value: Tensor): Tensor {
    const cut = this.cut_probs()
    const log_rest = (): Tensor => cut.neg().log1p()
    const formula = cut.neg().add(value.mul(cut.mul(2).sub(1))).log1p().sub(log_rest()).div(cut.log().sub(log_rest()))
    return this.choose(formula, value)
  }

  override entropy(): Tensor {
    const log_probs0 = this.probs.neg().log1p()
    const log_probs1 = this.probs.log()
    return this.mean.mul(log_probs0.sub(log_probs1)).sub(this._cont_bern_log_norm()).sub(log_probs0)
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.logits]
  }

  override _log_normalizer(x: Tensor): Tensor {
    const outside = this.outside_unstable_region(x, 0.5)
    const cut = where(outside, x, ones_like(x).mul(this._lims[0] - 0.5))
    const log_norm = cut.expm1().abs().log().sub(cut.abs().log())
    const taylor = x.mul(0.5).add(x.pow(2).div(24)).sub(x.pow(4).div(2880))
    return where(outside, log_norm, taylor)
  }

  override get _mean_carrier_measure(): number {
    return 0
  }
}

lazy_property(ContinuousBernoulli, 'logits', self => probs_to_logits(self.probs, true))
lazy_property(ContinuousBernoulli, 'probs', self => clamp_probs(logits_to_probs(self.logits, true)))
