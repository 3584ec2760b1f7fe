// Continuous relaxations of the categorical distribution: torch.distributions.relaxed_categorical.
import { type Args, arrange } from '../_args'
import { full_like } from '../_creation'
import type { Size } from '../_size'
import { rand } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Categorical } from './categorical'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { TransformedDistribution } from './transformed_distribution'
import { ExpTransform } from './transforms'
import { broadcast_all, clamp_probs } from './utils'

const names = ['temperature', 'probs', 'logits', 'validate_args'] as const
type Params = [temperature: Tensor, probs?: Tensor | null, logits?: Tensor | null, validate_args?: boolean | null]

/**
 * The logarithm of {@link RelaxedOneHotCategorical}.
 *
 * @see torch.distributions.relaxed_categorical.ExpRelaxedCategorical
 */
export class ExpRelaxedCategorical extends Distribution {
  static override _module = 'torch.distributions.relaxed_categorical'
  static override arg_constraints: Constraints = { probs: constraints.simplex, logits: constraints.real_vector }
  static override support: constraints.Constraint = constraints.real_vector
  static override has_rsample = true
  declare temperature: Tensor
  declare _categorical: Categorical

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [temperature, probs, logits, validate_args] = arrange<Params>('ExpRelaxedCategorical.__init__', names, 1, args)
    this._categorical = new Categorical(probs, logits)
    this.temperature = temperature
    this._init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(ExpRelaxedCategorical, _instance)
    made.temperature = this.temperature
    return this._expand_fields(ExpRelaxedCategorical, ['_categorical'], batch_shape, made)
  }

  get param_shape(): Size {
    return this._categorical.param_shape
  }

  get logits(): Tensor {
    return this._categorical.logits
  }

  get probs(): Tensor {
    return this._categorical.probs
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const { dtype, device } = this.logits
    const uniforms = clamp_probs(rand(this._extended_shape(sample_shape), { dtype, device }))
    const gumbels = uniforms.log().neg().log().neg()
    const scores = this.logits.add(gumbels).div(this.temperature)
    return scores.sub(scores.logsumexp(-1, true))
  }

  override log_prob(value: Tensor): Tensor {
    const K = this._categorical._num_events
    if (this._validate_args) this._validate_sample(value)
    const [logits, x] = broadcast_all(this.logits, value)
    const log_scale = full_like(this.temperature, K).lgamma().sub(this.temperature.log().mul(-(K - 1)))
    const score = logits.sub(x.mul(this.temperature))
    return score.sub(score.logsumexp(-1, true)).sum(-1).add(log_scale)
  }
}

/**
 * Vectors with sum 1 that are nearly one-hot for a low temperature: a categorical distribution with gradients through its samples,
 * also called Gumbel-softmax.
 *
 * @param temperature - positive.
 * @param probs - probabilities along the last dimension; they are normalized to sum 1.
 * @param logits - unnormalized log probabilities; one of the two is given.
 * @see torch.distributions.RelaxedOneHotCategorical
 */
export class RelaxedOneHotCategorical extends TransformedDistribution {
  static override _module = 'torch.distributions.relaxed_categorical'
  static override arg_constraints: Constraints = { probs: constraints.simplex, logits: constraints.real_vector }
  static override support: constraints.Constraint = constraints.simplex
  static override has_rsample = true
  declare base_dist: ExpRelaxedCategorical

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [temperature, probs, logits, validate_args] = arrange<Params>('RelaxedOneHotCategorical.__init__', names, 1, args)
    const base = new ExpRelaxedCategorical(temperature, probs, logits, validate_args)
    this._init_transformed(base, new ExpTransform(), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(RelaxedOneHotCategorical, _instance))
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
