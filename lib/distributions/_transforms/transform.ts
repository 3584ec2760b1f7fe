// The base class of transforms, and those that are made of others or change the shape only.
import { type Args, arrange } from '../../_args'
import { Callable } from '../../_callable'
import { is_tensor } from '../../_dispatch'
import { NotImplementedError, ValueError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { Size } from '../../_size'
import type { Tensor } from '../../tensor'
import { zeros_like } from '../../generated/torch_functions'
import * as constraints from '../constraints'
import type { Constraint } from '../constraints'
import { type Shape, has_own_constructor, same_shape, size_of } from '../distribution'
import { _sum_rightmost } from '../utils'

const transform_names = ['cache_size'] as const

export interface Transform {
  /** y of x. */
  // eslint-disable-next-line @typescript-eslint/prefer-function-type -- it adds a call to the class
  (x: Tensor): Tensor
}

/**
 * The base class of invertible transforms with a computable log det jacobian. Call one for y of x, and its `inv` for x of y.
 *
 * A subclass defines `_call`, `_inverse` and `log_abs_det_jacobian`, and as static fields or getters `domain`, `codomain`, `bijective`
 * and `sign`.
 *
 * @param cache_size - 1 to keep the last pair of x and y, so that the inverse of y is x itself. Default: 0.
 * @throws {ValueError} for another cache_size.
 * @see torch.distributions.transforms.Transform
 */
export class Transform extends Callable {
  static bijective = false
  static domain: Constraint
  static codomain: Constraint
  static sign?: number

  readonly _cache_size: number
  protected _inv: Transform | null = null
  private cached: readonly [x: Tensor | null, y: Tensor | null] = [null, null]

  constructor(...args: Args<[cache_size?: number], typeof transform_names>) {
    super()
    const [cache_size = 0] = arrange<[number?]>('Transform.__init__', transform_names, 0, args)
    if (cache_size !== 0 && cache_size !== 1) throw new ValueError('cache_size must be 0 or 1')
    this._cache_size = cache_size
  }

  private get _type(): typeof Transform {
    return this.constructor as typeof Transform
  }

  /** Where x lies. */
  get domain(): Constraint {
    return this._type.domain
  }

  /** Where y lies. */
  get codomain(): Constraint {
    return this._type.codomain
  }

  /** Whether each y has one x. */
  get bijective(): boolean {
    return this._type.bijective
  }

  /** The sign of the derivative, 1 or -1, of a monotone transform of numbers. */
  get sign(): number | Tensor {
    const { sign } = this._type
    if (sign === undefined) throw new NotImplementedError()
    return sign
  }

  /** The number of last dimensions that are transformed together. @throws {ValueError} if they differ for x and y. */
  get event_dim(): number {
    if (this.domain.event_dim === this.codomain.event_dim) return this.domain.event_dim
    throw new ValueError('Please use either .domain.event_dim or .codomain.event_dim')
  }

  /** The inverse transform; its own inverse is this one. */
  get inv(): Transform {
    return this._inv ??= new _InverseTransform(this)
  }

  /** The transform with a cache of that size. Default: 1. */
  with_cache(cache_size = 1): Transform {
    if (this._cache_size === cache_size) return this
    if (has_own_constructor(this._type, Transform)) {
      throw new NotImplementedError(`<class '${this._type.name}'>.with_cache is not implemented`)
    }
    return new this._type(cache_size)
  }

  /** Python's ==. */
  equals(other: unknown): boolean {
    return this === other
  }

  protected override __call__(x: Tensor): Tensor {
    if (this._cache_size === 0) return this._call(x)
    const [x_old, y_old] = this.cached
    if (x === x_old) return y_old!
    const y = this._call(x)
    this.cached = [x, y]
    return y
  }

  /** x of y, from the cache if it is there. */
  _inv_call(y: Tensor): Tensor {
    if (this._cache_size === 0) return this._inverse(y)
    const [x_old, y_old] = this.cached
    if (y === y_old) return x_old!
    const x = this._inverse(y)
    this.cached = [x, y]
    return x
  }

  /** Computes y of x. */
  _call(_x: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** Computes x of y. */
  _inverse(_y: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** `log |dy/dx|`, for each event. */
  log_abs_det_jacobian(_x: Tensor, _y: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** The shape of y for that of x. */
  forward_shape(shape: Shape): Shape {
    return shape
  }

  /** The shape of x for that of y. */
  inverse_shape(shape: Shape): Shape {
    return shape
  }

  /** Python's repr. */
  override toString(): string {
    return `${this.constructor.name}()`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

class _InverseTransform extends Transform {
  constructor(private readonly forward: Transform) {
    super(forward._cache_size)
  }

  override get domain(): Constraint {
    return this.forward.codomain
  }

  override get codomain(): Constraint {
    return this.forward.domain
  }

  override get bijective(): boolean {
    return this.forward.bijective
  }

  override get sign(): number | Tensor {
    return this.forward.sign
  }

  override get inv(): Transform {
    return this.forward
  }

  override with_cache(cache_size = 1): Transform {
    return this.forward.with_cache(cache_size).inv
  }

  override equals(other: unknown): boolean {
    return other instanceof _InverseTransform && this.forward.equals(other.forward)
  }

  protected override __call__(x: Tensor): Tensor {
    return this.forward._inv_call(x)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return this.forward.log_abs_det_jacobian(y, x).neg()
  }

  override forward_shape(shape: Shape): Shape {
    return this.forward.inverse_shape(shape)
  }

  override inverse_shape(shape: Shape): Shape {
    return this.forward.forward_shape(shape)
  }

  override toString(): string {
    return `_InverseTransform(${String(this.forward)})`
  }
}

function nested(constraint: Constraint, event_dim: number): Constraint {
  return event_dim > constraint.event_dim ? constraints.independent(constraint, event_dim - constraint.event_dim) : constraint
}

/** Python's product of two signs. */
export function times_sign(a: number | Tensor, b: number | Tensor): number | Tensor {
  if (is_tensor(a)) return (a as Tensor).mul(b)
  return is_tensor(b) ? (b as Tensor).mul(a as number) : (a as number) * (b as number)
}

const compose_names = ['parts', 'cache_size'] as const
type ComposeParams = [parts: readonly Transform[], cache_size?: number]

/**
 * Several transforms, one after another.
 *
 * @param parts - the transforms, the first to be applied first.
 * @param cache_size - 1 to cache in each part. Default: 0.
 * @see torch.distributions.transforms.ComposeTransform
 */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[]

  constructor(...args: Args<ComposeParams, typeof compose_names>) {
    const [parts, cache_size = 0] = arrange<ComposeParams>('ComposeTransform.__init__', compose_names, 1, args)
    super(cache_size)
    this.parts = cache_size ? parts.map(part => part.with_cache(cache_size)) : [...parts]
  }

  override equals(other: unknown): boolean {
    return other instanceof ComposeTransform && equal_transforms(this.parts, other.parts)
  }

  override get domain(): Constraint {
    if (this.parts.length === 0) return constraints.real
    let { event_dim } = this.parts.at(-1)!.codomain
    for (const part of [...this.parts].reverse()) {
      event_dim = Math.max(event_dim + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
    }
    return nested(this.parts[0].domain, event_dim)
  }

  override get codomain(): Constraint {
    if (this.parts.length === 0) return constraints.real
    let { event_dim } = this.parts[0].domain
    for (const part of this.parts) {
      event_dim = Math.max(event_dim + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
    }
    return nested(this.parts.at(-1)!.codomain, event_dim)
  }

  override get bijective(): boolean {
    return this.parts.every(part => part.bijective)
  }

  override get sign(): number | Tensor {
    return this.parts.reduce<number | Tensor>((sign, part) => times_sign(sign, part.sign), 1)
  }

  override get inv(): Transform {
    if (this._inv === null) {
      const inverse = new ComposeTransform([...this.parts].reverse().map(part => part.inv))
      inverse._inv = this
      this._inv = inverse
    }
    return this._inv
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new ComposeTransform(this.parts, cache_size)
  }

  protected override __call__(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part(value), x)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    if (this.parts.length === 0) return zeros_like(x)
    const xs = [x]
    for (const part of this.parts.slice(0, -1)) xs.push(part(xs.at(-1)!))
    xs.push(y)
    let { event_dim } = this.domain
    const terms = this.parts.map((part, i) => {
      const term = _sum_rightmost(part.log_abs_det_jacobian(xs[i], xs[i + 1]), event_dim - part.domain.event_dim)
      event_dim += part.codomain.event_dim - part.domain.event_dim
      return term
    })
    return terms.reduce((sum, term) => sum.add(term))
  }

  override forward_shape(shape: Shape): Shape {
    return this.parts.reduce((size, part) => part.forward_shape(size), shape)
  }

  override inverse_shape(shape: Shape): Shape {
    return this.parts.reduceRight((size, part) => part.inverse_shape(size), shape)
  }

  override toString(): string {
    return `${this.constructor.name}(\n    ${this.parts.map(String).join(',\n    ')}\n)`
  }
}

/** Whether two lists hold equal transforms. */
export function equal_transforms(a: readonly Transform[], b: readonly Transform[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i] || one.equals(b[i]))
}

/** y = x. @see torch.distributions.transforms.identity_transform */
export const identity_transform = new ComposeTransform([])

const independent_names = ['base_transform', 'reinterpreted_batch_ndims', 'cache_size'] as const
type IndependentParams = [base_transform: Transform, reinterpreted_batch_ndims: number, cache_size?: number]

/**
 * A transform with so many of its batch dimensions as part of the event: its log det jacobian sums over them.
 *
 * @see torch.distributions.transforms.IndependentTransform
 */
export class IndependentTransform extends Transform {
  readonly base_transform: Transform
  readonly reinterpreted_batch_ndims: number

  constructor(...args: Args<IndependentParams, typeof independent_names>) {
    const [base_transform, reinterpreted_batch_ndims, cache_size = 0] =
      arrange<IndependentParams>('IndependentTransform.__init__', independent_names, 2, args)
    super(cache_size)
    this.base_transform = base_transform.with_cache(cache_size)
    this.reinterpreted_batch_ndims = reinterpreted_batch_ndims
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new IndependentTransform(this.base_transform, this.reinterpreted_batch_ndims, cache_size)
  }

  override get domain(): Constraint {
    return constraints.independent(this.base_transform.domain, this.reinterpreted_batch_ndims)
  }

  override get codomain(): Constraint {
    return constraints.independent(this.base_transform.codomain, this.reinterpreted_batch_ndims)
  }

  override get bijective(): boolean {
    return this.base_transform.bijective
  }

  override get sign(): number | Tensor {
    return this.base_transform.sign
  }

  override _call(x: Tensor): Tensor {
    if (x.dim() < this.domain.event_dim) throw too_few_dimensions()
    return this.base_transform(x)
  }

  override _inverse(y: Tensor): Tensor {
    if (y.dim() < this.codomain.event_dim) throw too_few_dimensions()
    return this.base_transform.inv(y)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return _sum_rightmost(this.base_transform.log_abs_det_jacobian(x, y), this.reinterpreted_batch_ndims)
  }

  override forward_shape(shape: Shape): Shape {
    return this.base_transform.forward_shape(shape)
  }

  override inverse_shape(shape: Shape): Shape {
    return this.base_transform.inverse_shape(shape)
  }

  override toString(): string {
    return `${this.constructor.name}(${String(this.base_transform)}, ${this.reinterpreted_batch_ndims})`
  }
}

/** The error for a value or shape with fewer dimensions than the event has. */
export function too_few_dimensions(): ValueError {
  return new ValueError('Too few dimensions on input')
}

const reshape_names = ['in_shape', 'out_shape', 'cache_size'] as const
type ReshapeParams = [in_shape: Shape, out_shape: Shape, cache_size?: number]

/**
 * Gives the last dimensions another shape.
 *
 * @throws {ValueError} if the shapes have different numbers of elements.
 * @see torch.distributions.transforms.ReshapeTransform
 */
export class ReshapeTransform extends Transform {
  static override bijective = true
  readonly in_shape: Size
  readonly out_shape: Size

  constructor(...args: Args<ReshapeParams, typeof reshape_names>) {
    const [in_shape, out_shape, cache_size] = arrange<ReshapeParams>('ReshapeTransform.__init__', reshape_names, 2, args)
    super(cache_size ?? 0)
    this.in_shape = size_of(in_shape)
    this.out_shape = size_of(out_shape)
    if (this.in_shape.numel() !== this.out_shape.numel()) {
      throw new ValueError('in_shape, out_shape have different numbers of elements')
    }
  }

  override get domain(): Constraint {
    return constraints.independent(constraints.real, this.in_shape.length)
  }

  override get codomain(): Constraint {
    return constraints.independent(constraints.real, this.out_shape.length)
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new ReshapeTransform(this.in_shape, this.out_shape, cache_size)
  }

  override _call(x: Tensor): Tensor {
    return x.reshape([...batch_of(x, this.in_shape), ...this.out_shape])
  }

  override _inverse(y: Tensor): Tensor {
    return y.reshape([...batch_of(y, this.out_shape), ...this.in_shape])
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return x.new_zeros(batch_of(x, this.in_shape))
  }

  override forward_shape(shape: Shape): Shape {
    return replace_end(shape, this.in_shape, this.out_shape)
  }

  override inverse_shape(shape: Shape): Shape {
    return replace_end(shape, this.out_shape, this.in_shape)
  }
}

function batch_of(x: Tensor, event: Shape): number[] {
  return x.shape.slice(0, x.dim() - event.length)
}

function replace_end(shape: Shape, end: Size, by: Size): Size {
  const cut = shape.length - end.length
  if (cut < 0) throw too_few_dimensions()
  const found = shape.slice(cut)
  if (!same_shape(found, end)) {
    const text = shape instanceof Size ? String(size_of(found)) : tuple_repr(found)
    throw new ValueError(`Shape mismatch: expected ${text} but got ${String(end)}`)
  }
  return size_of(shape.slice(0, cut), by)
}
