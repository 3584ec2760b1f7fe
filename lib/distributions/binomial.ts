// The binomial distribution: torch.distributions.binomial.
import { type Args, arrange } from '../_args'
import { NotImplementedError } from '../_errors'
import type { Size } from '../_size'
import { no_grad } from '../autograd/grad_mode'
import { arange, binomial } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, set_count_and_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, Distribution, type Expand, LATER, type SampleShape, type Shape, wants_expand } from './distribution'
import { type Parameter, minus } from './utils'

// x where it is positive, with half of the gradient at 0.
function clamp_by_zero(x: Tensor): Tensor {
  return x.clamp({ min: 0 }).add(x).sub(x.clamp({ max: 0 })).div(2)
}

const names = ['total_count', 'probs', 'logits', 'validate_args'] as const
type Params = [total_count?: Parameter, probs?: Parameter | null, logits?: Parameter | null, validate_args?: boolean | null]

/**
 * The number of successes in so many trials.
 *
 * @param total_count - how many trials. Default: 1.
 * @param probs - the probability of a success.
 * @param logits - its log odds; one of the two is given.
 * @throws {ValueError} unless exactly one of probs and logits is given.
 * @see torch.distributions.Binomial
 */
export class Binomial extends Distribution {
  static override arg_constraints: Constraints = {
    total_count: constraints.nonnegative_integer, probs: constraints.unit_interval, logits: constraints.real,
  }

  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: true, event_dim: 0 })
  static override has_enumerate_support = true
  declare total_count: Tensor
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [total_count = 1, probs, logits, validate_args] = arrange<Params>('Binomial.__init__', names, 0, args)
    set_count_and_probs_or_logits(this, total_count, probs, logits)
    this._init(this._param.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Binomial, ['total_count', 'probs', 'logits', '_param'], batch_shape, _instance)
  }

  override get support(): constraints.Constraint {
    return constraints.integer_interval(0, this.total_count)
  }

  override get mean(): Tensor {
    return this.total_count.mul(this.probs)
  }

  override get mode(): Tensor {
    return this.total_count.add(1).mul(this.probs).floor().clamp({ max: this.total_count })
  }

  override get variance(): Tensor {
    return this.total_count.mul(this.probs).mul(minus(1, this.probs))
  }

  get param_shape(): Size {
    return this._param.size()
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    return no_grad(() => binomial(this.total_count.expand(shape), this.probs.expand(shape)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const { total_count, logits } = this
    const log_factorial_n = total_count.add(1).lgamma()
    const log_factorial_k = value.add(1).lgamma()
    const log_factorial_nmk = total_count.sub(value).add(1).lgamma()
    const normalize_term = total_count.mul(clamp_by_zero(logits)).add(total_count.mul(logits.abs().neg().exp().log1p()))
      .sub(log_factorial_n)
    return value.mul(logits).sub(log_factorial_k).sub(log_factorial_nmk).sub(normalize_term)
  }

  override entropy(): Tensor {
    this.common_count('entropy')
    const log_prob = this.log_prob(this.enumerate_support(false))
    return log_prob.exp().mul(log_prob).sum(0).neg()
  }

  override enumerate_support(expand: Expand = true): Tensor {
    const total_count = this.common_count('enumerate_support')
    const { dtype, device } = this._param
    const values = arange(1 + total_count, { dtype, device }).view([-1, ...this._batch_shape.map(() => 1)])
    return wants_expand(expand) ? values.expand([-1, ...this._batch_shape]) : values
  }

  private common_count(method: string): number {
    const total_count = Math.trunc(this.total_count.max().item())
    if (this.total_count.min().item() !== total_count) {
      throw new NotImplementedError(`Inhomogeneous total count not supported by \`${method}\`.`)
    }
    return total_count
  }
}

add_probs_and_logits(Binomial, true)
