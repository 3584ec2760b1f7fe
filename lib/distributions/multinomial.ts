// The multinomial distribution: torch.distributions.multinomial.
import { type Args, arrange } from '../_args'
import { tensor } from '../_creation'
import { NotImplementedError } from '../_errors'
import type { Size } from '../_size'
import { int64 } from '../dtype'
import { ones_like } from '../generated/torch_functions'
import { contiguous_format } from '../layout'
import type { Tensor } from '../tensor'
import { Binomial } from './binomial'
import { Categorical } from './categorical'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape, shape_of } from './distribution'
import { broadcast_all, minus } from './utils'

const names = ['total_count', 'probs', 'logits', 'validate_args'] as const
type Params = [total_count?: number, probs?: Tensor | null, logits?: Tensor | null, validate_args?: boolean | null]

/**
 * How often each of K outcomes happened in so many trials.
 *
 * Shape: probs or logits (*, K); samples (*, K).
 * @param total_count - how many trials. Default: 1.
 * @param probs - probabilities along the last dimension; they are normalized to sum 1.
 * @param logits - unnormalized log probabilities; one of the two is given.
 * @throws {NotImplementedError} if total_count is no integer.
 * @see torch.distributions.Multinomial
 */
export class Multinomial extends Distribution {
  static override _module = 'torch.distributions.multinomial'
  static override arg_constraints: Constraints = { probs: constraints.simplex, logits: constraints.real_vector }
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: true, event_dim: 1 })
  declare total_count: number
  declare _categorical: Categorical
  declare _binomial: Binomial

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [total_count = 1, probs, logits, validate_args] = arrange<Params>('Multinomial.__init__', names, 0, args)
    if (!Number.isInteger(total_count)) throw new NotImplementedError('inhomogeneous total_count is not supported')
    this.total_count = total_count
    this._categorical = new Categorical(probs, logits)
    this._binomial = new Binomial(total_count, this.probs)
    this._init(this._categorical.batch_shape, this._categorical.param_shape.slice(-1), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Multinomial, _instance)
    made.total_count = this.total_count
    made._binomial = this._binomial
    return this._expand_fields(Multinomial, ['_categorical'], batch_shape, made)
  }

  override get support(): constraints.Constraint {
    return constraints.multinomial(this.total_count)
  }

  override get mean(): Tensor {
    return this.probs.mul(this.total_count)
  }

  override get variance(): Tensor {
    return this.probs.mul(this.total_count).mul(minus(1, this.probs))
  }

  get logits(): Tensor {
    return this._categorical.logits
  }

  get probs(): Tensor {
    return this._categorical.probs
  }

  get param_shape(): Size {
    return this._categorical.param_shape
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = shape_of(sample_shape)
    const trials = this._categorical.sample([this.total_count, ...shape])
    const samples = trials.permute([...trials.shape.slice(1).map((_, i) => i + 1), 0])
    const counts = samples.new_zeros(this._extended_shape(shape))
    counts.scatter_add_(-1, samples, ones_like(samples))
    return counts.type_as(this.probs)
  }

  override entropy(): Tensor {
    const n = tensor(this.total_count, { dtype: int64 })
    const term1 = n.mul(this._categorical.entropy()).sub(n.add(1).lgamma())
    const support = this._binomial.enumerate_support(false).at('1:')
    const weights = support.add(1).lgamma()
    return term1.add(this._binomial.log_prob(support).exp().mul(weights).sum([0, -1]))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [all, counts] = broadcast_all(this.logits, value)
    const logits = all.clone({ memory_format: contiguous_format })
    const log_factorial_n = counts.sum(-1).add(1).lgamma()
    const log_factorial_xs = counts.add(1).lgamma().sum(-1)
    logits.set_at(counts.eq(0).bitwise_and(logits.eq(-Infinity)), 0)
    return log_factorial_n.sub(log_factorial_xs).add(logits.mul(counts).sum(-1))
  }
}
