// Batch dimensions as part of the event: torch.distributions.independent.
import { type Args, arrange } from '../_args'
import { NotImplementedError, ValueError } from '../_errors'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, type Expand, LATER, type SampleShape, type Shape, size_of } from './distribution'
import { _sum_rightmost } from './utils'

const names = ['base_distribution', 'reinterpreted_batch_ndims', 'validate_args'] as const
type Params<D> = [base_distribution: D, reinterpreted_batch_ndims: number, validate_args?: boolean | null]

/**
 * A distribution with its last batch dimensions as part of the event: log_prob and entropy sum over them.
 *
 * @param reinterpreted_batch_ndims - how many.
 * @throws {ValueError} if the base distribution has not as many.
 * @see torch.distributions.Independent
 */
export class Independent<D extends Distribution = Distribution> extends Distribution {
  static override arg_constraints: Constraints = {}
  static override support: constraints.Constraint = constraints.dependent_property()
  declare base_dist: D
  declare reinterpreted_batch_ndims: number

  constructor(...args: Args<Params<D>, typeof names>) {
    super(LATER)
    const [base, ndims, validate_args] = arrange<Params<D>>('Independent.__init__', names, 2, args)
    if (ndims > base.batch_shape.length) {
      throw new ValueError('Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), '
        + `actual ${ndims} vs ${base.batch_shape.length}`)
    }
    const shape = size_of(base.batch_shape, base.event_shape)
    const cut = shape.length - ndims - base.event_shape.length
    this.base_dist = base
    this.reinterpreted_batch_ndims = ndims
    this._init(shape.slice(0, cut), shape.slice(cut), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Independent, _instance)
    made.base_dist = this.base_dist.expand([...batch_shape, ...this.event_shape.slice(0, this.reinterpreted_batch_ndims)])
    made.reinterpreted_batch_ndims = this.reinterpreted_batch_ndims
    return this._expanded(made, batch_shape)
  }

  override get has_rsample(): boolean {
    return this.base_dist.has_rsample
  }

  override get has_enumerate_support(): boolean {
    return this.reinterpreted_batch_ndims === 0 && this.base_dist.has_enumerate_support
  }

  override get support(): constraints.Constraint | null {
    const { support } = this.base_dist
    return this.reinterpreted_batch_ndims > 0 ? constraints.independent(support!, this.reinterpreted_batch_ndims) : support
  }

  override get mean(): Tensor {
    return this.base_dist.mean
  }

  override get mode(): Tensor {
    return this.base_dist.mode
  }

  override get variance(): Tensor {
    return this.base_dist.variance
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    return this.base_dist.sample(sample_shape)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return this.base_dist.rsample(sample_shape)
  }

  override log_prob(value: Tensor): Tensor {
    return _sum_rightmost(this.base_dist.log_prob(value), this.reinterpreted_batch_ndims)
  }

  override entropy(): Tensor {
    return _sum_rightmost(this.base_dist.entropy(), this.reinterpreted_batch_ndims)
  }

  override enumerate_support(expand: Expand = true): Tensor {
    if (this.reinterpreted_batch_ndims > 0) throw new NotImplementedError('Enumeration over cartesian product is not implemented')
    return this.base_dist.enumerate_support(expand)
  }

  override toString(): string {
    return `${this._type.name}(${String(this.base_dist)}, ${this.reinterpreted_batch_ndims})`
  }
}
