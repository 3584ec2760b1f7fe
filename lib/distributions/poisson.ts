// The Poisson distribution: torch.distributions.poisson.
import { type Args, arrange } from '../_args'
import { no_grad } from '../autograd/grad_mode'
import { poisson } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all } from './utils'

const names = ['rate', 'validate_args'] as const
type Params = [rate: Parameter, validate_args?: boolean | null]

/**
 * Counts of events that happen independently at a constant rate.
 *
 * @param rate - the mean; from 0 on.
 * @see torch.distributions.Poisson
 */
export class Poisson extends ExponentialFamily {
  static override arg_constraints: Constraints = { rate: constraints.nonnegative }
  static override support: constraints.Constraint = constraints.nonnegative_integer
  declare rate: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [rate, validate_args] = arrange<Params>('Poisson.__init__', names, 1, args)
    this.rate = broadcast_all(rate)[0]
    this._init(this.rate.shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Poisson, ['rate'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.rate
  }

  override get mode(): Tensor {
    return this.rate.floor()
  }

  override get variance(): Tensor {
    return this.rate
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    return no_grad(() => poisson(this.rate.expand(shape)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const [rate, count] = broadcast_all(this.rate, value)
    return count.xlogy(rate).sub(rate).sub(count.add(1).lgamma())
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.rate.log()]
  }

  override _log_normalizer(x: Tensor): Tensor {
    return x.exp()
  }
}
