// Classes and functions that the user marks as safe to load: torch.serialization.add_safe_globals and its kin.
import { ValueError } from '../_errors'
import { UnpicklingError } from '../_pickle/errors'
import { Finisher, Global } from '../_pickle/values'

type Class = new (...args: never[]) => object
type Callable = (...args: never[]) => unknown

/**
 * A class or a function that files may use; alone, it is known as `__main__.` and its own name, and with a text by that full name of
 * Python's, as in `[Config, 'my_package.config.Config']`.
 */
export type SafeGlobal = Class | Callable | readonly [Class | Callable, string]

let added: SafeGlobal[] = []

function is_same(a: SafeGlobal, b: SafeGlobal): boolean {
  return a === b || Array.isArray(a) && Array.isArray(b) && a[0] === b[0] && a[1] === b[1]
}

/**
 * Lets files use classes and functions, which reading them then runs: a function is called with the file's arguments, and an object gets
 * the file's fields (or its `__setstate__(state)` is called). Only for files that you trust.
 *
 * @example torch.serialization.add_safe_globals([[Config, '__main__.Config']])
 * @see torch.serialization.add_safe_globals
 */
export function add_safe_globals(safe_globals: readonly SafeGlobal[]): void {
  for (const one of safe_globals) if (!added.some(other => is_same(one, other))) added.push(one)
}

/** What {@link add_safe_globals} got. @see torch.serialization.get_safe_globals */
export function get_safe_globals(): SafeGlobal[] {
  return [...added]
}

/** Forgets what {@link add_safe_globals} got. @see torch.serialization.clear_safe_globals */
export function clear_safe_globals(): void {
  added = []
}

/** What {@link safe_globals} gives back; at its end the globals that it added are forgotten. */
export class SafeGlobals implements Disposable {
  constructor(private readonly globals: readonly SafeGlobal[]) {
    add_safe_globals(globals)
  }

  [Symbol.dispose](): void {
    added = added.filter(one => !this.globals.some(other => is_same(one, other)))
  }
}

/**
 * Adds safe globals for a callback, or until the result is disposed of: `using _ = torch.serialization.safe_globals([Config])`.
 *
 * @see torch.serialization.safe_globals
 */
export function safe_globals(globals: readonly SafeGlobal[]): SafeGlobals
export function safe_globals<T>(globals: readonly SafeGlobal[], callback: () => T): T
export function safe_globals<T>(globals: readonly SafeGlobal[], callback?: () => T): T | SafeGlobals {
  const guard = new SafeGlobals(globals)
  if (!callback) return guard
  try {
    return callback()
  } finally {
    guard[Symbol.dispose]()
  }
}

function is_class(value: Class | Callable): value is Class {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

function set_fields(instance: object, state: unknown): void {
  const value = new Finisher(() => null).finish(state)
  const own = instance as { __setstate__?: (state: unknown) => void }
  if (typeof own.__setstate__ === 'function') return own.__setstate__(value)
  const [fields, slots] = Array.isArray(value) && value.length === 2 ? value as [object | null, object | null] : [value as object | null, null]
  for (const part of [fields, slots]) {
    for (const [name, one] of part instanceof Map ? part as Map<string, unknown> : Object.entries(part ?? {})) {
      Object.defineProperty(instance, name, { value: one, writable: true, configurable: true, enumerable: true })
    }
  }
}

/** The user's globals by their full names. */
export function user_globals(): Map<string, Global> {
  return new Map(added.map(one => {
    const [target, name] = Array.isArray(one) ? one as readonly [Class | Callable, string] : [one as Class | Callable, `__main__.${(one as Class).name}`]
    if (Array.isArray(one) && one.length !== 2) {
      throw new ValueError(`Expected tuple of length 2 (global, str of callable full path), but got tuple of length: ${one.length}`)
    }
    if (typeof target !== 'function' || typeof name !== 'string') throw new TypeError(`Expected second item in tuple to be str of callable full path, but got: ${typeof name}`)
    const plain = (args: readonly unknown[]): never[] => args.map(arg => new Finisher(() => null).finish(arg)) as never[]
    const call = is_class(target) ? (args: readonly unknown[]) => new target(...plain(args)) : (args: readonly unknown[]) => target(...plain(args))
    const create = is_class(target) ? () => Object.create(target.prototype as object) as object : null
    return [name, new Global(name, call, create, is_class(target) ? set_fields : null)]
  }))
}

/** BUILD on an object of a class that the user added. @throws {UnpicklingError} for any other object. */
export function build_instance(instance: unknown, state: unknown): void {
  const known = added.some(one => {
    const target = Array.isArray(one) ? one[0] as unknown : one
    return typeof target === 'function' && typeof instance === 'object' && instance !== null && Object.getPrototypeOf(instance) === target.prototype
  })
  if (!known) throw new UnpicklingError('Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, '
    + `but got ${typeof instance === 'object' && instance !== null ? instance.constructor.name : typeof instance}`)
  set_fields(instance as object, state)
}
