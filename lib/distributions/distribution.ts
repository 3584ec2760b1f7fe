// The base class of distributions: torch.distributions.distribution.
import { type Args, arrange } from '../_args'
import { is_kwargs, is_tensor } from '../_dispatch'
import { NotImplementedError, ValueError } from '../_errors'
import { float_repr, tuple_repr } from '../_python_format'
import { Size } from '../_size'
import { type_name } from '../_typename'
import { warn } from '../_warnings'
import { no_grad } from '../autograd/grad_mode'
import { Tensor } from '../tensor'
import type { Item } from '../types'
import { type Constraint, is_dependent } from './constraints'
import { is_pending } from './utils'

/** A shape. */
export type Shape = readonly number[]
/** What `sample` takes: a shape, by place or by name. */
export type SampleShape = Shape | { sample_shape?: Shape }
/** What `enumerate_support` takes: whether to expand over the batch, by place or by name. Default: true. */
export type Expand = boolean | { expand?: boolean }
/** Constraints of parameters by their names. */
export type Constraints = Readonly<Record<string, Constraint>>
/** A class of distributions. */
export interface DistributionClass<D extends Distribution = Distribution> {
  readonly prototype: D
  readonly name: string
}

/**
 * What a class of this library gives to `super()`: it sets its parameters first, which JavaScript allows after `super()` only, and
 * then calls `_init`, which is Python's `super().__init__`.
 *
 * @internal
 */
export const LATER = Symbol('later') as never

/** A tensor as Python's f'{x}' writes it: one without dimensions as a number. */
export function format_tensor(value: unknown): string {
  if (!(value instanceof Tensor) || value.constructor !== Tensor || value.dim() > 0) return String(value)
  const number = value.item<Item>()
  if (typeof number === 'boolean') return number ? 'True' : 'False'
  return typeof number === 'number' && value.dtype.is_floating_point ? float_repr(number) : String(number)
}

/** A Size of all sizes, one after another. */
export function size_of(...parts: readonly Shape[]): Size {
  return Size.of_list(parts.flat())
}

/** Whether two shapes are equal. */
export function same_shape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}

/** The shape that a call of `sample` names. */
export function shape_of(sample_shape: SampleShape): Size {
  const shape = is_kwargs(sample_shape) ? (sample_shape as { sample_shape?: Shape }).sample_shape ?? [] : sample_shape as Shape
  if (!Array.isArray(shape)) throw new TypeError(`'${type_name(shape)}' object is not iterable`)
  return Size.of_list(shape as number[])
}

/** Whether a call of `enumerate_support` asks to expand. */
export function wants_expand(expand: Expand): boolean {
  return typeof expand === 'object' ? expand.expand ?? true : expand
}

/** Whether a class, or one between it and `base`, has a constructor of its own. */
export function has_own_constructor(type: object, base: object): boolean {
  for (let one: object | null = type; one !== null && one !== base; one = Object.getPrototypeOf(one) as object | null) {
    if (/\bconstructor\s*\(/.test(Function.prototype.toString.call(one))) return true
  }
  return false
}

const names = ['batch_shape', 'event_shape', 'validate_args'] as const
type Params = [batch_shape?: Shape, event_shape?: Shape, validate_args?: boolean | null]

/**
 * The abstract base class of probability distributions.
 *
 * A subclass calls `super()`, sets its parameters and calls {@link _init} with its shapes. Where Python has attributes of the class, such as
 * `arg_constraints`, `support` and `has_rsample`, it defines static ones, or getters.
 *
 * @param batch_shape - the shape over which parameters are batched. Default: [].
 * @param event_shape - the shape of a single sample. Default: [].
 * @param validate_args - whether to check parameters and values. Default: {@link set_default_validate_args}'s, which is true.
 * @see torch.distributions.distribution.Distribution
 */
export class Distribution {
  static has_rsample = false
  static has_enumerate_support = false
  static _validate_args = true
  static arg_constraints?: Constraints
  static support?: Constraint | null
  /** Python's module of the class, for messages. */
  static _module = 'torch.distributions.distribution'

  declare _batch_shape: Size
  declare _event_shape: Size

  constructor(...args: Args<Params, typeof names>) {
    if ((args as unknown[])[0] === LATER) return
    const [batch_shape, event_shape, validate_args] = arrange<Params>('Distribution.__init__', names, 0, args)
    this._init(batch_shape, event_shape, validate_args)
  }

  /** Sets whether arguments are checked where a distribution does not say so itself. Default: true. */
  static set_default_validate_args(value: boolean): void {
    if (typeof value !== 'boolean') throw new ValueError()
    Distribution._validate_args = value
  }

  /**
   * Python's `super().__init__`: sets the shapes and checks the parameters, which must have been set.
   *
   * @throws {ValueError} for a bad one.
   */
  _init(batch_shape: Shape = [], event_shape: Shape = [], validate_args?: boolean | null): void {
    this._batch_shape = size_of(batch_shape)
    this._event_shape = size_of(event_shape)
    if (validate_args != null) this._validate_args = validate_args
    if (!this._validate_args) return
    for (const [name, constraint] of Object.entries(this._declared_constraints())) this._check_parameter(name, constraint)
  }

  private _declared_constraints(): Constraints {
    try {
      return this.arg_constraints
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error
      warn(`${this._class_text()} does not define \`arg_constraints\`. Please set \`arg_constraints = {}\` or initialize the distribution `
        + 'with `validate_args=False` to turn off validation.')
      return {}
    }
  }

  private _check_parameter(name: string, constraint: Constraint): void {
    if (is_dependent(constraint) || is_pending(this, name)) return
    const value = (this as unknown as Record<string, Tensor | undefined>)[name]
    if (value === undefined) return // of a subclass that sets it after super()
    if (constraint.check(value).all().item<boolean>()) return
    throw new ValueError(`Expected parameter ${name} (${type_name(value)} of shape ${tuple_repr(value.shape)}) of distribution ${String(this)} `
      + `to satisfy the constraint ${String(constraint)}, but found invalid values:\n${format_tensor(value)}`)
  }

  private _class_text(): string {
    const type = this._type
    return `<class '${Object.hasOwn(type, '_module') ? `${type._module}.` : ''}${type.name}'>`
  }

  /** The class of the distribution. */
  protected get _type(): typeof Distribution {
    return this.constructor as typeof Distribution
  }

  /** Whether arguments are checked: what the constructor was told, or else the default. */
  get _validate_args(): boolean {
    return Distribution._validate_args
  }

  set _validate_args(value: boolean) {
    Object.defineProperty(this, '_validate_args', { value, writable: true, enumerable: true, configurable: true })
  }

  // ---- what a distribution is ----

  /** Whether {@link rsample} is there. */
  get has_rsample(): boolean {
    return this._type.has_rsample
  }

  /** Whether {@link enumerate_support} is there. */
  get has_enumerate_support(): boolean {
    return this._type.has_enumerate_support
  }

  /** The shape over which parameters are batched. */
  get batch_shape(): Size {
    return this._batch_shape
  }

  /** The shape of a single sample. */
  get event_shape(): Size {
    return this._event_shape
  }

  /** The constraints of the parameters by name. */
  get arg_constraints(): Constraints {
    const found = this._type.arg_constraints
    if (found === undefined) throw new NotImplementedError()
    return found
  }

  /** The constraint that all samples satisfy. */
  get support(): Constraint | null {
    const found = this._type.support
    if (found === undefined) throw new NotImplementedError()
    return found
  }

  get mean(): Tensor {
    throw new NotImplementedError()
  }

  /** The most likely value. */
  get mode(): Tensor {
    throw new NotImplementedError(`${this._class_text()} does not implement mode`)
  }

  get variance(): Tensor {
    throw new NotImplementedError()
  }

  /** The standard deviation. */
  get stddev(): Tensor {
    return this.variance.sqrt()
  }

  // ---- samples and values ----

  /**
   * The distribution with its parameters expanded to a larger batch, as views.
   *
   * @throws {NotImplementedError} for a subclass without it.
   */
  expand(_batch_shape: Shape, _instance?: this | null): this {
    throw new NotImplementedError()
  }

  /** Samples, without gradient: of shape sample_shape + batch_shape + event_shape. Default: one. */
  sample(sample_shape: SampleShape = []): Tensor {
    return no_grad(() => this.rsample(sample_shape))
  }

  /** Samples through which gradients flow back to the parameters. @throws {NotImplementedError} if there is no such way. */
  rsample(_sample_shape: SampleShape = []): Tensor {
    throw new NotImplementedError()
  }

  /** Deprecated: n samples. */
  sample_n(n: number): Tensor {
    warn('`sample_n(n)` will be deprecated. Use `sample((n,))` instead.', 'FutureWarning')
    return this.sample([n])
  }

  /**
   * The logarithm of the density or probability of a value.
   *
   * @throws {ValueError} if values are checked and it lies outside of the support.
   */
  log_prob(_value: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** The cumulative distribution function. */
  cdf(_value: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** The inverse of the cumulative distribution function. */
  icdf(_value: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /**
   * All values of a discrete distribution along dimension 0.
   *
   * @param expand - whether to expand them over the batch. Default: true.
   */
  enumerate_support(_expand: Expand = true): Tensor {
    throw new NotImplementedError()
  }

  /** The entropy of each distribution of the batch. */
  entropy(): Tensor {
    throw new NotImplementedError()
  }

  /** exp(entropy). */
  perplexity(): Tensor {
    return this.entropy().exp()
  }

  // ---- for subclasses ----

  _extended_shape(sample_shape: SampleShape = []): Size {
    return size_of(shape_of(sample_shape), this._batch_shape, this._event_shape)
  }

  /**
   * Checks a value for log_prob, cdf or icdf.
   *
   * @throws {ValueError} if its shape does not fit, or it lies outside of the support.
   */
  _validate_sample(value: Tensor): void {
    if (!is_tensor(value)) throw new ValueError('The value argument to log_prob must be a Tensor')
    const actual = value.shape
    const event = this._event_shape
    if (!same_shape(event.length === 0 ? [] : actual.slice(-event.length), event)) {
      throw new ValueError(`The right-most size of value must match event_shape: ${String(actual)} vs ${String(event)}.`)
    }
    const expected = size_of(this._batch_shape, event)
    for (let back = 1; back <= Math.min(actual.length, expected.length); back++) {
      const [i, j] = [actual.at(-back), expected.at(-back)]
      if (i !== 1 && j !== 1 && i !== j) {
        throw new ValueError(`Value is not broadcastable with batch_shape+event_shape: ${String(actual)} vs ${String(expected)}.`)
      }
    }
    this._check_support(value)
  }

  private _check_support(value: Tensor): void {
    let support: Constraint | null
    try {
      support = this.support
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error
      warn(`${this._class_text()} does not define \`support\` to enable sample validation. Please initialize the distribution with `
        + '`validate_args=False` to turn off validation.')
      return
    }
    if (support!.check(value).all().item<boolean>()) return
    throw new ValueError(`Expected value argument (${type_name(value)} of shape ${tuple_repr(value.shape)}) to be within the support `
      + `(${String(support)}) of the distribution ${String(this)}, but found invalid values:\n${format_tensor(value)}`)
  }

  /** An instance to expand into: `_instance`, or a new one of this class, whose constructor does not run. */
  _get_checked_instance(cls: DistributionClass, _instance?: this | null): this {
    if (_instance != null) return _instance
    if (has_own_constructor(this._type, cls)) {
      throw new NotImplementedError(`Subclass ${this._type.name} of ${cls.name} that defines a custom __init__ method must also define a custom `
        + '.expand() method.')
    }
    return Object.create(Object.getPrototypeOf(this) as object) as this
  }

  /** Ends an `expand`: sets the shapes without a check. */
  _expanded(made: this, batch_shape: Shape, event_shape: Shape = this._event_shape): this {
    Distribution.prototype._init.call(made, batch_shape, event_shape, false)
    made._validate_args = this._validate_args
    return made
  }

  /** An `expand` that expands those of the fields that the distribution has: tensors and distributions of its batch shape. */
  _expand_fields(cls: DistributionClass, fields: readonly string[], batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(cls, _instance)
    const [from, to] = [this, made] as unknown as Record<string, { expand(shape: Shape): never }>[]
    for (const field of fields) if (Object.hasOwn(from, field)) to[field] = from[field].expand(batch_shape)
    return this._expanded(made, batch_shape)
  }

  /** Python's repr: the parameters, or their sizes. */
  toString(): string {
    const own = this as unknown as Record<string, Tensor>
    const parts = Object.keys(this.arg_constraints).filter(name => Object.hasOwn(this, name))
    const text = (value: Tensor): string => (value.numel() === 1 ? format_tensor(value) : String(value.size()))
    return `${this._type.name}(${parts.map(name => `${name}: ${text(own[name])}`).join(', ')})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
