// Categorical distributions of one-hot vectors: torch.distributions.one_hot_categorical.
import { type Args, arrange } from '../_args'
import type { Size } from '../_size'
import { one_hot } from '../generated/nn_functions'
import { eye } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Categorical } from './categorical'
import * as constraints from './constraints'
import { type Constraints, Distribution, type Expand, LATER, type SampleShape, type Shape, wants_expand } from './distribution'
import { minus } from './utils'

const names = ['probs', 'logits', 'validate_args'] as const
type Params = [probs?: Tensor | null, logits?: Tensor | null, validate_args?: boolean | null]

/**
 * Vectors with a 1 at the place of one of K outcomes, and 0 elsewhere.
 *
 * Shape: probs or logits (*, K); samples (*, K).
 * @param probs - probabilities along the last dimension; they are normalized to sum 1.
 * @param logits - unnormalized log probabilities; one of the two is given.
 * @see torch.distributions.OneHotCategorical
 */
export class OneHotCategorical extends Distribution {
  static override arg_constraints: Constraints = { probs: constraints.simplex, logits: constraints.real_vector }
  static override support: constraints.Constraint = constraints.one_hot
  static override has_enumerate_support = true
  declare _categorical: Categorical

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [probs, logits, validate_args] = arrange<Params>('OneHotCategorical.__init__', names, 0, args)
    this._categorical = new Categorical(probs, logits)
    this._init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(OneHotCategorical, ['_categorical'], batch_shape, _instance)
  }

  get _param(): Tensor {
    return this._categorical._param
  }

  get probs(): Tensor {
    return this._categorical.probs
  }

  get logits(): Tensor {
    return this._categorical.logits
  }

  override get mean(): Tensor {
    return this.probs
  }

  override get mode(): Tensor {
    return one_hot(this.probs.argmax(-1), this.probs.size(-1)).to(this.probs)
  }

  override get variance(): Tensor {
    return this.probs.mul(minus(1, this.probs))
  }

  get param_shape(): Size {
    return this._categorical.param_shape
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    return one_hot(this._categorical.sample(sample_shape), this._categorical._num_events).to(this.probs)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this._categorical.log_prob(value.max(-1).indices)
  }

  override entropy(): Tensor {
    return this._categorical.entropy()
  }

  override enumerate_support(expand: Expand = true): Tensor {
    const [n] = this.event_shape
    const { dtype, device } = this._param
    const values = eye(n, { dtype, device }).view([n, ...this.batch_shape.map(() => 1), n])
    return wants_expand(expand) ? values.expand([n, ...this.batch_shape, n]) : values
  }
}

/**
 * {@link OneHotCategorical} with gradients through its samples: those of the probabilities, by the straight-through estimator.
 *
 * @see torch.distributions.OneHotCategoricalStraightThrough
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  static override has_rsample = true

  override rsample(sample_shape: SampleShape = []): Tensor {
    const samples = this.sample(sample_shape)
    return samples.add(this.probs.sub(this.probs.detach()))
  }
}
