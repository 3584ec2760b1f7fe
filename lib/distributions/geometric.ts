// The geometric distribution: torch.distributions.geometric.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import { tuple_repr } from '../_python_format'
import { finfo } from '../_type_info'
import { type_name } from '../_typename'
import { no_grad } from '../autograd/grad_mode'
import { zeros_like } from '../generated/torch_functions'
import { contiguous_format } from '../layout'
import { binary_cross_entropy_with_logits } from '../nn/_functional/loss'
import type { Tensor } from '../tensor'
import { add_probs_and_logits, set_probs_or_logits } from './_binary'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape, format_tensor } from './distribution'
import { type Parameter, broadcast_all, over } from './utils'

const names = ['probs', 'logits', 'validate_args'] as const
type Params = [probs?: Parameter | null, logits?: Parameter | null, validate_args?: boolean | null]

/**
 * The number of failures before the first success: 0, 1, 2, ...
 *
 * @param probs - the probability of a success, of (0, 1].
 * @param logits - its log odds; one of the two is given.
 * @throws {ValueError} unless exactly one of probs and logits is given, or if probs is 0.
 * @see torch.distributions.Geometric
 */
export class Geometric extends Distribution {
  static override arg_constraints: Constraints = { probs: constraints.unit_interval, logits: constraints.real }
  static override support: constraints.Constraint = constraints.nonnegative_integer
  declare probs: Tensor
  declare logits: Tensor
  declare _param: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [probs, logits, validate_args] = arrange<Params>('Geometric.__init__', names, 0, args)
    set_probs_or_logits(this, probs, logits)
    this._init(this._param.shape, [], validate_args)
    if (this._validate_args && probs != null) this.check_positive(this.probs)
  }

  private check_positive(value: Tensor): void {
    const valid = value.gt(0)
    if (valid.all().item<boolean>()) return
    throw new ValueError(`Expected parameter probs (${type_name(value)} of shape ${tuple_repr(value.shape)}) of distribution ${String(this)} `
      + `to be positive but found invalid values:\n${format_tensor(value.data.at(valid.bitwise_not()))}`)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Geometric, ['probs', 'logits', '_param'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return over(1, this.probs).sub(1)
  }

  override get mode(): Tensor {
    return zeros_like(this.probs)
  }

  override get variance(): Tensor {
    return over(1, this.probs).sub(1).div(this.probs)
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    return no_grad(() => {
      const u = this.probs.new_empty(shape).uniform_(finfo(this.probs.dtype).tiny, 1)
      return u.log().div(this.probs.neg().log1p()).floor()
    })
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [count, all] = broadcast_all(value, this.probs)
    const probs = all.clone({ memory_format: contiguous_format })
    probs.set_at(probs.eq(1).bitwise_and(count.eq(0)), 0)
    return count.mul(probs.neg().log1p()).add(this.probs.log())
  }

  override entropy(): Tensor {
    return binary_cross_entropy_with_logits(this.logits, this.probs, { reduction: 'none' }).div(this.probs)
  }
}

add_probs_and_logits(Geometric, true)
