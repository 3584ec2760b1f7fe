// The categorical distribution: torch.distributions.categorical.
import { type Args, arrange } from '../_args'
import { full } from '../_creation'
import { ValueError } from '../_errors'
import { broadcast_tensors } from '../_functional/shape'
import type { Size } from '../_size'
import { finfo } from '../_type_info'
import { int64 } from '../dtype'
import { arange, multinomial } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, check_one_of } from './_binary'
import * as constraints from './constraints'
import {
  type Constraints, Distribution, type Expand, LATER, type SampleShape, type Shape, shape_of, wants_expand,
} from './distribution'

const names = ['probs', 'logits', 'validate_args'] as const
type Params = [probs?: Tensor | null, logits?: Tensor | null, validate_args?: boolean | null]

/**
 * An integer of 0 to K - 1, each with a probability of its own.
 *
 * Shape: probs or logits (*, K); samples (*), of dtype int64.
 * @param probs - probabilities along the last dimension; they are normalized to sum 1.
 * @param logits - unnormalized log probabilities; one of the two is given.
 * @throws {ValueError} unless exactly one of probs and logits is given.
 * @see torch.distributions.Categorical
 */
export class Categorical extends Distribution {
  static override arg_constraints: Constraints = { probs: constraints.simplex, logits: constraints.real_vector }
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: true, event_dim: 0 })
  static override has_enumerate_support = true
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor
  declare _num_events: number

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [probs, logits, validate_args] = arrange<Params>('Categorical.__init__', names, 0, args)
    check_one_of(probs, logits)
    if (probs != null) {
      if (probs.dim() < 1) throw new ValueError('`probs` parameter must be at least one-dimensional.')
      this.probs = probs.div(probs.sum(-1, true))
    } else {
      if (logits!.dim() < 1) throw new ValueError('`logits` parameter must be at least one-dimensional.')
      this.logits = logits!.sub(logits!.logsumexp(-1, true))
    }
    this._param = probs != null ? this.probs : this.logits
    this._num_events = this._param.size(-1)
    this._init(this._param.shape.slice(0, -1), [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Categorical, _instance)
    const shape = [...batch_shape, this._num_events]
    for (const field of ['probs', 'logits', '_param'] as const) {
      if (Object.hasOwn(this, field)) made[field] = this[field].expand(shape)
    }
    made._num_events = this._num_events
    return this._expanded(made, batch_shape)
  }

  override get support(): constraints.Constraint {
    return constraints.integer_interval(0, this._num_events - 1)
  }

  get param_shape(): Size {
    return this._param.size()
  }

  override get mean(): Tensor {
    const { dtype, device } = this.probs
    return full(this._extended_shape(), NaN, { dtype, device })
  }

  override get mode(): Tensor {
    return this.probs.argmax(-1)
  }

  override get variance(): Tensor {
    return this.mean
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = shape_of(sample_shape)
    const samples = multinomial(this.probs.reshape(-1, this._num_events), shape.numel(), true).T
    return samples.reshape(this._extended_shape(shape))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [index, log_pmf] = broadcast_tensors(value.long().unsqueeze(-1), this.logits)
    return log_pmf.gather(-1, index.at('...', ':1')).squeeze(-1)
  }

  override entropy(): Tensor {
    const logits = this.logits.clamp({ min: finfo(this.logits.dtype).min })
    return logits.mul(this.probs).sum(-1).neg()
  }

  override enumerate_support(expand: Expand = true): Tensor {
    const values = arange(this._num_events, { dtype: int64, device: this._param.device })
      .view([-1, ...this._batch_shape.map(() => 1)])
    return wants_expand(expand) ? values.expand([-1, ...this._batch_shape]) : values
  }
}

add_probs_and_logits(Categorical, false)
