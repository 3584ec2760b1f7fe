// Any operator of the loaded libraries by name: torch.ops.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { binding, open_library } from './_C'
import { invoke, operator } from './_dispatch'
import { RuntimeError } from './_errors'

/** An operator: call it to choose the overload by the arguments, or name one: `torch.ops.aten.add.Tensor(x, y)`. */
export interface OpOverloadPacket {
  (...args: unknown[]): unknown
  readonly [overload: string]: OpOverload
}

/** One overload. */
export interface OpOverload {
  (...args: unknown[]): unknown
  /** The schema as text. */
  readonly _schema: string
}

/** The type of {@link ops}. */
export type Ops = { load_library: typeof load_library } & Readonly<Record<string, OpNamespace>>

export type OpNamespace = Readonly<Record<string, OpOverloadPacket>>

// What JavaScript itself asks any object for.
const not_operators = new Set(['then', 'toJSON', 'constructor', 'prototype', 'asymmetricMatch', 'nodeType', 'tagName', 'apply', 'bind', 'call',
  'toString'])

/** An object whose members are found at their first use. */
export function lazy<T extends object>(target: T, find: (name: string) => unknown): T {
  const known = new Map<string, unknown>()
  return new Proxy(target, {
    get(self, name, receiver) {
      if (typeof name === 'symbol' || not_operators.has(name) || name.startsWith('$$') || name.startsWith('@@')) return Reflect.get(self, name, receiver)
      if (!known.has(name)) known.set(name, find(name))
      return known.get(name)
    },
  })
}

function overload(qualified: string): OpOverload {
  const op = operator(qualified)
  const call = (...args: unknown[]): unknown => invoke(op, args)
  return Object.defineProperty(call, '_schema', { get: () => binding.schemas(op.id) }) as unknown as OpOverload
}

function packet(qualified: string): OpOverloadPacket {
  const op = operator(qualified)
  const call = (...args: unknown[]): unknown => invoke(op, args)
  return lazy(call, name => overload(`${qualified}.${name === 'default' ? '' : name}`)) as unknown as OpOverloadPacket
}

/**
 * Loads a shared library whose operators are then in {@link ops}: one that registers them by TORCH_LIBRARY.
 *
 * @throws {RuntimeError} if the file is not there or is no library for this libtorch.
 * @see torch.ops.load_library
 */
export function load_library(file: string): void {
  if (typeof file !== 'string') throw new TypeError(`load_library(): argument 'path' must be str, not ${typeof file}`)
  const full = path.resolve(file)
  if (!existsSync(full)) throw new RuntimeError(`Could not load this library: ${full}: no such file`)
  try {
    open_library(full)
  } catch (error) {
    throw new RuntimeError(`Could not load this library: ${full}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * Every operator of every loaded library: `torch.ops.aten.add(x, y)`, `torch.ops.aten.add.Tensor(x, y)`.
 *
 * @throws {RuntimeError} at the first use of a name that no library has registered.
 * @see torch.ops
 */
export const ops = lazy({ load_library }, space => (space === 'load_library' ? load_library
  : lazy({}, name => packet(`${space}::${name}`)))) as unknown as Ops
