// The Bernoulli distribution: torch.distributions.bernoulli.
import { type Args, arrange } from '../_args'
import type { Size } from '../_size'
import { no_grad } from '../autograd/grad_mode'
import { arange, bernoulli, logit } from '../generated/torch_functions'
import { binary_cross_entropy_with_logits } from '../nn/_functional/loss'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, set_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, type Expand, LATER, type SampleShape, type Shape, wants_expand } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all, minus } from './utils'

const names = ['probs', 'logits', 'validate_args'] as const
type Params = [probs?: Parameter | null, logits?: Parameter | null, validate_args?: boolean | null]

/**
 * 1 with probability p, 0 with probability 1 - p.
 *
 * @param probs - the probability of 1.
 * @param logits - its log odds; one of the two is given.
 * @throws {ValueError} unless exactly one of probs and logits is given.
 * @see torch.distributions.Bernoulli
 */
export class Bernoulli extends ExponentialFamily {
  static override arg_constraints: Constraints = { probs: constraints.unit_interval, logits: constraints.real }
  static override support: constraints.Constraint = constraints.boolean
  static override has_enumerate_support = true
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [probs, logits, validate_args] = arrange<Params>('Bernoulli.__init__', names, 0, args)
    set_probs_or_logits(this, probs, logits)
    this._init(this._param.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Bernoulli, ['probs', 'logits', '_param'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.probs
  }

  override get mode(): Tensor {
    const mode = this.probs.ge(0.5).to(this.probs)
    return mode.set_at(this.probs.eq(0.5), NaN)
  }

  override get variance(): Tensor {
    return this.probs.mul(minus(1, this.probs))
  }

  get param_shape(): Size {
    return this._param.size()
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    return no_grad(() => bernoulli(this.probs.expand(shape)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [logits, target] = broadcast_all(this.logits, value)
    return binary_cross_entropy_with_logits(logits, target, { reduction: 'none' }).neg()
  }

  override entropy(): Tensor {
    return binary_cross_entropy_with_logits(this.logits, this.probs, { reduction: 'none' })
  }

  override enumerate_support(expand: Expand = true): Tensor {
    const { dtype, device } = this._param
    const values = arange(2, { dtype, device }).view([-1, ...this._batch_shape.map(() => 1)])
    return wants_expand(expand) ? values.expand([-1, ...this._batch_shape]) : values
  }

  override get _natural_params(): readonly Tensor[] {
    return [logit(this.probs)]
  }

  override _log_normalizer(x: Tensor): Tensor {
    return x.exp().log1p()
  }

  override get _mean_carrier_measure(): number {
    return 0
  }
}

add_probs_and_logits(Bernoulli, true)
