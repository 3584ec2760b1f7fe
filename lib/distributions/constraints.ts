// Sets of values that parameters and samples lie in: torch.distributions.constraints.
import { type Args, arrange } from '../_args'
import { is_tensor } from '../_dispatch'
import { AssertionError, NotImplementedError, ValueError } from '../_errors'
import { float_repr } from '../_python_format'
import { finfo } from '../_type_info'
import { type_name } from '../_typename'
import { full } from '../_creation'
import { cholesky_ex, eigvalsh, norm } from '../generated/linalg'
import { cat as cat_tensors, isclose, stack as stack_tensors } from '../generated/torch_functions'
import type { Tensor } from '../tensor'

/** A bound: a number, or a tensor that the values are broadcast with. */
export type Bound = number | Tensor

type Class = new (...args: never[]) => object

/** A class that can be called without `new`, as Python's, with its arguments by position or keyword. */
interface CallableClass<C extends Class, Names extends readonly string[]> {
  new (...args: Args<ConstructorParameters<C>, Names>): InstanceType<C>
  (...args: Args<ConstructorParameters<C>, Names>): InstanceType<C>
  readonly prototype: InstanceType<C>
}

function callable<C extends Class, const Names extends readonly string[]>(
  type: C, names: Names, required = names.length,
): CallableClass<C, Names> {
  const arranged = (args: unknown[]): never[] => arrange<never[]>(`${type.name}.__init__`, names, required, args)
  return new Proxy(type, {
    apply: (target, _, args) => new target(...arranged(args)),
    construct: (target, args, called) => Reflect.construct(target, arranged(args), called) as object,
  }) as unknown as CallableClass<C, Names>
}

/**
 * The base class of constraints: regions over which a variable is valid.
 *
 * @see torch.distributions.constraints.Constraint
 */
export class Constraint {
  static is_discrete = false
  static event_dim = 0

  /** Whether the values are integers or the like. */
  get is_discrete(): boolean {
    return (this.constructor as typeof Constraint).is_discrete
  }

  /** The number of last dimensions that together make one value. */
  get event_dim(): number {
    return (this.constructor as typeof Constraint).event_dim
  }

  /** Whether each value satisfies the constraint: a bool for each event. */
  check(_value: Tensor): Tensor {
    throw new NotImplementedError()
  }

  /** Python's repr. */
  toString(): string {
    return `${this.constructor.name.slice(1)}()`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function require_constraint(base: unknown): void {
  if (!(base instanceof Constraint)) throw new AssertionError(`base_constraint must be a Constraint, got ${type_name(base)}`)
}

/** What is known about a constraint that depends on other variables. */
export interface DependentOptions {
  is_discrete?: boolean
  event_dim?: number
}

class _Dependent extends Constraint {
  constructor(private readonly options: DependentOptions = {}) {
    super()
  }

  override get is_discrete(): boolean {
    if (this.options.is_discrete === undefined) throw new NotImplementedError('.is_discrete cannot be determined statically')
    return this.options.is_discrete
  }

  override get event_dim(): number {
    if (this.options.event_dim === undefined) throw new NotImplementedError('.event_dim cannot be determined statically')
    return this.options.event_dim
  }

  override check(_value: Tensor): Tensor {
    throw new ValueError('Cannot determine validity of dependent constraint')
  }
}

/**
 * Whether a constraint depends on other variables, so that it cannot be checked.
 *
 * @see torch.distributions.constraints.is_dependent
 */
export function is_dependent(constraint: unknown): boolean {
  return constraint instanceof _Dependent
}

class _DependentProperty extends _Dependent {}

class _IndependentConstraint extends Constraint {
  constructor(readonly base_constraint: Constraint, readonly reinterpreted_batch_ndims: number) {
    super()
    require_constraint(base_constraint)
    if (!Number.isInteger(reinterpreted_batch_ndims)) {
      throw new AssertionError(`reinterpreted_batch_ndims must be an int, got ${type_name(reinterpreted_batch_ndims)}`)
    }
    if (reinterpreted_batch_ndims < 0) {
      throw new AssertionError(`reinterpreted_batch_ndims must be >= 0, got ${reinterpreted_batch_ndims}`)
    }
  }

  override get is_discrete(): boolean {
    return this.base_constraint.is_discrete
  }

  override get event_dim(): number {
    return this.base_constraint.event_dim + this.reinterpreted_batch_ndims
  }

  override check(value: Tensor): Tensor {
    const result = this.base_constraint.check(value)
    const kept = result.dim() - this.reinterpreted_batch_ndims
    if (kept < 0) throw new ValueError(`Expected value.dim() >= ${this.event_dim} but got ${value.dim()}`)
    return result.reshape([...result.shape.slice(0, kept), -1]).all(-1)
  }

  override toString(): string {
    return `${this.constructor.name.slice(1)}(${String(this.base_constraint)}, ${this.reinterpreted_batch_ndims})`
  }
}

/** Values that every component of a mixture accepts. @see torch.distributions.constraints.MixtureSameFamilyConstraint */
export class MixtureSameFamilyConstraint extends Constraint {
  constructor(readonly base_constraint: Constraint) {
    super()
    require_constraint(base_constraint)
  }

  override get is_discrete(): boolean {
    return this.base_constraint.is_discrete
  }

  override get event_dim(): number {
    return this.base_constraint.event_dim
  }

  override check(value: Tensor): Tensor {
    const result = this.base_constraint.check(value.unsqueeze(-1 - this.event_dim))
    if (value.dim() < this.event_dim) throw new ValueError(`Expected value.dim() >= ${this.event_dim} but got ${value.dim()}`)
    return result.reshape([...result.shape.slice(0, value.dim() - this.event_dim), -1]).all(-1)
  }

  override toString(): string {
    return `${this.constructor.name}(${String(this.base_constraint)})`
  }
}

// ---- numbers ----

function is_zero_or_one(value: Tensor): Tensor {
  return value.eq(0).bitwise_or(value.eq(1))
}

class _Boolean extends Constraint {
  static override is_discrete = true

  override check(value: Tensor): Tensor {
    return is_zero_or_one(value)
  }
}

class _OneHot extends Constraint {
  static override is_discrete = true
  static override event_dim = 1

  override check(value: Tensor): Tensor {
    return is_zero_or_one(value).all(-1).bitwise_and(value.sum(-1).eq(1))
  }
}

class _Real extends Constraint {
  override check(value: Tensor): Tensor {
    return value.eq(value) // false for NaN
  }
}

// Bounds that Python writes 0.0: JavaScript has no 0.0 beside 0.
const float_bounds = new WeakSet<Constraint>()

function _with_float_bounds<C extends Constraint>(constraint: C): C {
  float_bounds.add(constraint)
  return constraint
}

function at_least(value: Tensor, bound: Bound): Tensor {
  return is_tensor(bound) ? (bound as Tensor).le(value) : value.ge(bound as number)
}

function above(value: Tensor, bound: Bound): Tensor {
  return is_tensor(bound) ? (bound as Tensor).lt(value) : value.gt(bound as number)
}

abstract class _Bounded extends Constraint {
  protected bound_text(bound: Bound): string {
    if (!is_tensor(bound)) return number_text(bound as number, float_bounds.has(this))
    const { dtype } = bound as Tensor
    return (bound as Tensor).dim() === 0 ? number_text((bound as Tensor).item(), dtype.is_floating_point) : String(bound)
  }
}

function number_text(value: number, is_float: boolean): string {
  return is_float || !Number.isInteger(value) ? float_repr(value) : String(value)
}

abstract class _Between extends _Bounded {
  constructor(readonly lower_bound: Bound, readonly upper_bound: Bound) {
    super()
  }

  override toString(): string {
    return `${this.constructor.name.slice(1)}(lower_bound=${this.bound_text(this.lower_bound)}, upper_bound=${this.bound_text(this.upper_bound)})`
  }
}

abstract class _Below extends _Bounded {
  constructor(readonly upper_bound: Bound) {
    super()
  }

  override toString(): string {
    return `${this.constructor.name.slice(1)}(upper_bound=${this.bound_text(this.upper_bound)})`
  }
}

abstract class _Above extends _Bounded {
  constructor(readonly lower_bound: Bound) {
    super()
  }

  override toString(): string {
    return `${this.constructor.name.slice(1)}(lower_bound=${this.bound_text(this.lower_bound)})`
  }
}

function is_whole(value: Tensor): Tensor {
  return value.remainder(1).eq(0)
}

class _IntegerInterval extends _Between {
  static override is_discrete = true

  override check(value: Tensor): Tensor {
    return is_whole(value).bitwise_and(at_least(value, this.lower_bound)).bitwise_and(value.le(this.upper_bound))
  }
}

class _IntegerLessThan extends _Below {
  static override is_discrete = true

  override check(value: Tensor): Tensor {
    return is_whole(value).bitwise_and(value.le(this.upper_bound))
  }
}

class _IntegerGreaterThan extends _Above {
  static override is_discrete = true

  override check(value: Tensor): Tensor {
    return is_whole(value).bitwise_and(value.ge(this.lower_bound))
  }
}

class _GreaterThan extends _Above {
  override check(value: Tensor): Tensor {
    return above(value, this.lower_bound)
  }
}

class _GreaterThanEq extends _Above {
  override check(value: Tensor): Tensor {
    return at_least(value, this.lower_bound)
  }
}

class _LessThan extends _Below {
  override check(value: Tensor): Tensor {
    return value.lt(this.upper_bound)
  }
}

class _Interval extends _Between {
  override check(value: Tensor): Tensor {
    return at_least(value, this.lower_bound).bitwise_and(value.le(this.upper_bound))
  }
}

class _HalfOpenInterval extends _Between {
  override check(value: Tensor): Tensor {
    return at_least(value, this.lower_bound).bitwise_and(value.lt(this.upper_bound))
  }
}

// ---- vectors and matrices ----

class _Simplex extends Constraint {
  static override event_dim = 1

  override check(value: Tensor): Tensor {
    return value.ge(0).all(-1).bitwise_and(value.sum(-1).sub(1).abs().lt(1e-6))
  }
}

class _Multinomial extends Constraint {
  static override is_discrete = true
  static override event_dim = 1

  constructor(readonly upper_bound: Bound) {
    super()
  }

  override check(x: Tensor): Tensor {
    return x.ge(0).all(-1).bitwise_and(x.sum(-1).le(this.upper_bound))
  }
}

function is_lower_triangular(value: Tensor): Tensor {
  return value.tril().eq(value).view([...value.shape.slice(0, -2), -1]).min(-1).values
}

class _LowerTriangular extends Constraint {
  static override event_dim = 2

  override check(value: Tensor): Tensor {
    return is_lower_triangular(value)
  }
}

class _LowerCholesky extends Constraint {
  static override event_dim = 2

  override check(value: Tensor): Tensor {
    return is_lower_triangular(value).bitwise_and(value.diagonal({ dim1: -2, dim2: -1 }).gt(0).min(-1).values)
  }
}

class _CorrCholesky extends Constraint {
  static override event_dim = 2

  override check(value: Tensor): Tensor {
    const tolerance = finfo(value.dtype).eps * value.size(-1) * 10 // rounding errors of so many operations
    const row_norm = norm(value.detach(), { dim: -1 })
    return new _LowerCholesky().check(value).bitwise_and(row_norm.sub(1).abs().le(tolerance).all(-1))
  }
}

class _Square extends Constraint {
  static override event_dim = 2

  override check(value: Tensor): Tensor {
    const { shape, device } = value
    return full(shape.slice(0, -2), shape.at(-2) === shape.at(-1), { device })
  }
}

class _Symmetric extends _Square {
  override check(value: Tensor): Tensor {
    const square = super.check(value)
    if (!square.all().item<boolean>()) return square
    return isclose(value, value.mT, { atol: 1e-6 }).all(-2).all(-1)
  }
}

class _PositiveSemidefinite extends _Symmetric {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value)
    return symmetric.all().item<boolean>() ? eigvalsh(value).ge(0).all(-1) : symmetric
  }
}

class _PositiveDefinite extends _Symmetric {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value)
    return symmetric.all().item<boolean>() ? cholesky_ex(value).info.eq(0) : symmetric
  }
}

// ---- several constraints ----

function check_sequence(cseq: readonly unknown[]): void {
  if (!cseq.every(one => one instanceof Constraint)) throw new AssertionError('All elements of cseq must be Constraint instances')
}

function check_dim(dim: number, value: Tensor): void {
  if (dim < -value.dim() || dim >= value.dim()) {
    throw new AssertionError(`dim ${dim} out of range for value with ${value.dim()} dimensions`)
  }
}

class _Cat extends Constraint {
  readonly lengths: readonly number[]

  constructor(readonly cseq: readonly Constraint[], readonly dim: number = 0, lengths?: readonly number[] | null) {
    super()
    check_sequence(cseq)
    this.lengths = lengths ?? cseq.map(() => 1)
    if (this.lengths.length !== cseq.length) {
      throw new AssertionError(`lengths (${this.lengths.length}) must match cseq (${cseq.length})`)
    }
  }

  override get is_discrete(): boolean {
    return this.cseq.some(one => one.is_discrete)
  }

  override get event_dim(): number {
    return Math.max(...this.cseq.map(one => one.event_dim))
  }

  override check(value: Tensor): Tensor {
    check_dim(this.dim, value)
    let start = 0
    const checks = this.cseq.map((one, i) => {
      const part = value.narrow(this.dim, start, this.lengths[i])
      start += this.lengths[i]
      return one.check(part)
    })
    return cat_tensors(checks, this.dim)
  }
}

class _Stack extends Constraint {
  constructor(readonly cseq: readonly Constraint[], readonly dim: number = 0) {
    super()
    check_sequence(cseq)
  }

  override get is_discrete(): boolean {
    return this.cseq.some(one => one.is_discrete)
  }

  override get event_dim(): number {
    const dim = Math.max(...this.cseq.map(one => one.event_dim))
    return this.dim + dim < 0 ? dim + 1 : dim
  }

  override check(value: Tensor): Tensor {
    check_dim(this.dim, value)
    return stack_tensors(this.cseq.map((one, i) => one.check(value.select(this.dim, i))), this.dim)
  }
}

// ---- by their names ----

/** Depends on other variables; `dependent({ is_discrete, event_dim })` says what is known. */
export const dependent = Object.assign(
  Object.setPrototypeOf((options?: DependentOptions) => new _Dependent(options), _Dependent.prototype) as object, { options: {} },
) as unknown as _Dependent & ((options?: DependentOptions) => _Dependent)
/** What a class says about a support that depends on its parameters: `dependent_property({ is_discrete, event_dim })`. */
export const dependent_property = new Proxy(_DependentProperty, {
  apply: (target, _, args: [DependentOptions?]) => new target(...args),
}) as unknown as typeof _DependentProperty & ((options?: DependentOptions) => _DependentProperty)
/**
 * Another constraint, with so many of its batch dimensions as part of the event: `independent(constraint, reinterpreted_batch_ndims)`.
 */
export const independent = callable(_IndependentConstraint, ['base_constraint', 'reinterpreted_batch_ndims'])
/** 0 or 1. */
export const boolean = new _Boolean()
/** Vectors with one 1 among zeros. */
export const one_hot = new _OneHot()
/** Integers from 0 on. */
export const nonnegative_integer = new _IntegerGreaterThan(0)
/** Integers from 1 on. */
export const positive_integer = new _IntegerGreaterThan(1)
/** Integers of [lower_bound, upper_bound]. */
export const integer_interval = callable(_IntegerInterval, ['lower_bound', 'upper_bound'])
/** Numbers that are not NaN. */
export const real = new _Real()
/** Vectors without NaN. */
export const real_vector = independent(real, 1)
/** Numbers above 0. */
export const positive = _with_float_bounds(new _GreaterThan(0))
/** Numbers from 0 on. */
export const nonnegative = _with_float_bounds(new _GreaterThanEq(0))
/** Numbers above a bound. */
export const greater_than = callable(_GreaterThan, ['lower_bound'])
/** Numbers from a bound on. */
export const greater_than_eq = callable(_GreaterThanEq, ['lower_bound'])
/** Numbers below a bound. */
export const less_than = callable(_LessThan, ['upper_bound'])
/** Vectors of counts with at most so large a sum. */
export const multinomial = callable(_Multinomial, ['upper_bound'])
/** Numbers of [0, 1]. */
export const unit_interval = _with_float_bounds(new _Interval(0, 1))
/** Numbers of [lower_bound, upper_bound]. */
export const interval = callable(_Interval, ['lower_bound', 'upper_bound'])
/** Numbers of [lower_bound, upper_bound). */
export const half_open_interval = callable(_HalfOpenInterval, ['lower_bound', 'upper_bound'])
/** Vectors of nonnegative numbers with sum 1. */
export const simplex = new _Simplex()
/** Lower triangular matrices. */
export const lower_triangular = new _LowerTriangular()
/** Lower triangular matrices with a positive diagonal. */
export const lower_cholesky = new _LowerCholesky()
/** Lower triangular matrices with a positive diagonal and rows of norm 1. */
export const corr_cholesky = new _CorrCholesky()
/** Square matrices. */
export const square = new _Square()
/** Symmetric matrices. */
export const symmetric = new _Symmetric()
/** Positive semidefinite matrices. */
export const positive_semidefinite = new _PositiveSemidefinite()
/** Positive definite matrices. */
export const positive_definite = new _PositiveDefinite()
/** Pieces of a dimension that satisfy a constraint each: `cat(cseq, dim, lengths)`. */
export const cat = callable(_Cat, ['cseq', 'dim', 'lengths'], 1)
/** Places of a dimension that satisfy a constraint each: `stack(cseq, dim)`. */
export const stack = callable(_Stack, ['cseq', 'dim'], 1)

/** Bounds that print as floats. @internal */
export { _with_float_bounds, _IntegerLessThan }
