// Distributions of transformed values: torch.distributions.transformed_distribution.
import { type Args, arrange } from '../_args'
import { is_tensor } from '../_dispatch'
import { ValueError } from '../_errors'
import { no_grad } from '../autograd/grad_mode'
import type { Tensor } from '../tensor'
import { times_sign } from './_transforms/transform'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape, same_shape, size_of } from './distribution'
import { Independent } from './independent'
import { ComposeTransform, Transform } from './transforms'
import { _sum_rightmost, minus } from './utils'

const names = ['base_distribution', 'transforms', 'validate_args'] as const
type Params = [base_distribution: Distribution, transforms: Transform | readonly Transform[], validate_args?: boolean | null]

function list_of(transforms: unknown): readonly Transform[] {
  if (transforms instanceof Transform) return [transforms]
  if (!Array.isArray(transforms)) throw new ValueError(`transforms must be a Transform or list, but was ${String(transforms)}`)
  if (!transforms.every(one => one instanceof Transform)) {
    throw new ValueError('transforms must be a Transform or a list of Transforms')
  }
  return transforms as Transform[]
}

/**
 * The distribution of y = f(x) for x of a base distribution: the density of y is that of x over `|dy/dx|`.
 *
 * @param transforms - f, or a list of transforms, the first to be applied first.
 * @throws {ValueError} if they are no transforms, or the base distribution has too few dimensions for them.
 * @see torch.distributions.TransformedDistribution
 */
export class TransformedDistribution extends Distribution {
  static override _module = 'torch.distributions.transformed_distribution'
  static override arg_constraints: Constraints = {}
  static override support: constraints.Constraint = constraints.dependent_property({ is_discrete: false })
  declare base_dist: Distribution
  declare transforms: readonly Transform[]

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    if ((args as unknown[])[0] === LATER) return
    this._init_transformed(...arrange<Params>('TransformedDistribution.__init__', names, 2, args))
  }

  /** What a subclass calls when its parameters are set: Python's `super().__init__`. */
  _init_transformed(...[base, transforms, validate_args]: Params): void {
    this.transforms = list_of(transforms)
    const transform = new ComposeTransform(this.transforms)
    const { domain, codomain } = transform
    const base_shape = size_of(base.batch_shape, base.event_shape)
    const base_event_dim = base.event_shape.length
    if (base_shape.length < domain.event_dim) {
      throw new ValueError(`base_distribution needs to have shape with size at least ${domain.event_dim}, but got ${String(base_shape)}.`)
    }
    const forward_shape = transform.forward_shape(base_shape)
    const expanded = transform.inverse_shape(forward_shape)
    if (!same_shape(base_shape, expanded)) base = base.expand(expanded.slice(0, expanded.length - base_event_dim))
    const reinterpreted = domain.event_dim - base_event_dim
    this.base_dist = reinterpreted > 0 ? new Independent(base, reinterpreted) : base
    const event_dim = Math.max(codomain.event_dim, base_event_dim + codomain.event_dim - domain.event_dim)
    const cut = forward_shape.length - event_dim
    this._init(forward_shape.slice(0, cut), forward_shape.slice(cut), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(TransformedDistribution, _instance)
    const shape = this.transforms.reduceRight<Shape>((size, one) => one.inverse_shape(size), size_of(batch_shape, this.event_shape))
    made.base_dist = this.base_dist.expand(shape.slice(0, shape.length - this.base_dist.event_shape.length))
    made.transforms = this.transforms
    return this._expanded(made, batch_shape)
  }

  override get support(): constraints.Constraint | null {
    if (this._type.support !== TransformedDistribution.support) return super.support
    if (this.transforms.length === 0) return this.base_dist.support
    const { codomain } = this.transforms.at(-1)!
    const more = this.event_shape.length - codomain.event_dim
    return more > 0 ? constraints.independent(codomain, more) : codomain
  }

  override get has_rsample(): boolean {
    return this._type.has_rsample || this.base_dist.has_rsample
  }

  private transformed(x: Tensor): Tensor {
    return this.transforms.reduce((value, one) => one(value), x)
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    return no_grad(() => this.transformed(this.base_dist.sample(sample_shape)))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return this.transformed(this.base_dist.rsample(sample_shape))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    let event_dim = this.event_shape.length
    let log_prob: Tensor | null = null
    let y = value
    for (const one of [...this.transforms].reverse()) {
      const x = one.inv(y)
      event_dim += one.domain.event_dim - one.codomain.event_dim
      const term = _sum_rightmost(one.log_abs_det_jacobian(x, y), event_dim - one.domain.event_dim)
      log_prob = log_prob === null ? minus(0, term) : log_prob.sub(term)
      y = x
    }
    const base = _sum_rightmost(this.base_dist.log_prob(y), event_dim - this.base_dist.event_shape.length)
    return log_prob === null ? base.add(0) : log_prob.add(base)
  }

  // A decreasing transform turns the cdf round.
  private monotonized(value: Tensor): Tensor {
    const sign = this.transforms.reduce<number | Tensor>((product, one) => times_sign(product, one.sign), 1)
    if (sign === 1) return value
    const centered = value.sub(0.5)
    return (is_tensor(sign) ? (sign as Tensor).mul(centered) : centered.mul(sign as number)).add(0.5)
  }

  override cdf(value: Tensor): Tensor {
    const x = this.transforms.reduceRight((y, one) => one.inv(y), value)
    if (this._validate_args) this.base_dist._validate_sample(x)
    return this.monotonized(this.base_dist.cdf(x))
  }

  override icdf(value: Tensor): Tensor {
    return this.transformed(this.base_dist.icdf(this.monotonized(value)))
  }
}
