// The negative binomial distribution: torch.distributions.negative_binomial.
import { type Args, arrange } from '../_args'
import type { Size } from '../_size'
import { no_grad } from '../autograd/grad_mode'
import { log_sigmoid } from '../generated/nn_functions'
import { poisson } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, set_count_and_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { Gamma } from './gamma'
import { type Parameter, lazy_property } from './utils'

const names = ['total_count', 'probs', 'logits', 'validate_args'] as const
type Params = [total_count: Parameter, probs?: Parameter | null, logits?: Parameter | null, validate_args?: boolean | null]

/**
 * The number of successes before so many failures.
 *
 * @param total_count - how many failures; from 0 on, also a fraction.
 * @param probs - the probability of a success, of [0, 1).
 * @param logits - its log odds; one of the two is given.
 * @throws {ValueError} unless exactly one of probs and logits is given.
 * @see torch.distributions.NegativeBinomial
 */
export class NegativeBinomial extends Distribution {
  static override arg_constraints: Constraints = {
    total_count: constraints.greater_than_eq(0), probs: constraints._with_float_bounds(constraints.half_open_interval(0, 1)),
    logits: constraints.real,
  }

  static override support: constraints.Constraint = constraints.nonnegative_integer
  declare total_count: Tensor
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor
  declare readonly _gamma: Gamma

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [total_count, probs, logits, validate_args] = arrange<Params>('NegativeBinomial.__init__', names, 1, args)
    set_count_and_probs_or_logits(this, total_count, probs, logits)
    this._init(this._param.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(NegativeBinomial, ['total_count', 'probs', 'logits', '_param'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.total_count.mul(this.logits.exp())
  }

  override get mode(): Tensor {
    return this.total_count.sub(1).mul(this.logits.exp()).floor().clamp({ min: 0 })
  }

  override get variance(): Tensor {
    return this.mean.div(this.logits.neg().sigmoid())
  }

  get param_shape(): Size {
    return this._param.size()
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    return no_grad(() => poisson(this._gamma.sample(sample_shape)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const log_unnormalized = this.total_count.mul(log_sigmoid(this.logits.neg())).add(value.mul(log_sigmoid(this.logits)))
    const sum = this.total_count.add(value)
    const log_normalization = sum.lgamma().neg().add(value.add(1).lgamma()).add(this.total_count.lgamma())
    return log_unnormalized.sub(log_normalization.masked_fill(sum.eq(0), 0))
  }
}

add_probs_and_logits(NegativeBinomial, true)
lazy_property(NegativeBinomial, '_gamma', self => new Gamma(self.total_count, self.logits.neg().exp(), false))
