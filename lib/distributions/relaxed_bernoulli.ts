// Continuous relaxations of the Bernoulli distribution: torch.distributions.relaxed_bernoulli.
import { type Args, arrange } from '../_args'
import type { Size } from '../_size'
import { rand } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, set_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { SigmoidTransform } from './transforms'
import { type Parameter, broadcast_all, clamp_probs } from './utils'

const names = ['temperature', 'probs', 'logits', 'validate_args'] as const
type Params = [temperature: Tensor, probs?: Parameter | null, logits?: Parameter | null, validate_args?: boolean | null]

/**
 * The logit of {@link RelaxedBernoulli}.
 *
 * @see torch.distributions.relaxed_bernoulli.LogitRelaxedBernoulli
 */
export class LogitRelaxedBernoulli extends Distribution {
  static override _module = 'torch.distributions.relaxed_bernoulli'
  static override arg_constraints: Constraints = { probs: constraints.unit_interval, logits: constraints.real }
  static override support: constraints.Constraint = constraints.real
  declare temperature: Tensor
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [temperature, probs, logits, validate_args] = arrange<Params>('LogitRelaxedBernoulli.__init__', names, 1, args)
    this.temperature = temperature
    set_probs_or_logits(this, probs, logits)
    this._init(this._param.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(LogitRelaxedBernoulli, _instance)
    made.temperature = this.temperature
    return this._expand_fields(LogitRelaxedBernoulli, ['probs', 'logits', '_param'], batch_shape, made)
  }

  get param_shape(): Size {
    return this._param.size()
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    const probs = clamp_probs(this.probs.expand(shape))
    const uniforms = clamp_probs(rand(shape, { dtype: probs.dtype, device: probs.device }))
    return uniforms.log().sub(uniforms.neg().log1p()).add(probs.log()).sub(probs.neg().log1p()).div(this.temperature)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [logits, x] = broadcast_all(this.logits, value)
    const diff = logits.sub(x.mul(this.temperature))
    return this.temperature.log().add(diff).sub(diff.exp().log1p().mul(2))
  }
}

add_probs_and_logits(LogitRelaxedBernoulli, true)

/**
 * Numbers of (0, 1) that are near 0 or 1 for a low temperature: a Bernoulli distribution with gradients through its samples.
 *
 * @param temperature - positive.
 * @param probs - the probability of 1.
 * @param logits - its log odds; one of the two is given.
 * @see torch.distributions.RelaxedBernoulli
 */
export class RelaxedBernoulli extends TransformedDistribution {
  static override _module = 'torch.distributions.relaxed_bernoulli'
  static override arg_constraints: Constraints = { probs: constraints.unit_interval, logits: constraints.real }
  static override support: constraints.Constraint = constraints.unit_interval
  static override has_rsample = true
  declare base_dist: LogitRelaxedBernoulli

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [temperature, probs, logits, validate_args] = arrange<Params>('RelaxedBernoulli.__init__', names, 1, args)
    this._init_transformed(new LogitRelaxedBernoulli(temperature, probs, logits), new SigmoidTransform(), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(RelaxedBernoulli, _instance))
  }

  get temperature(): Tensor {
    return this.base_dist.temperature
  }

  get logits(): Tensor {
    return this.base_dist.logits
  }

  get probs(): Tensor {
    return this.base_dist.probs
  }
}
