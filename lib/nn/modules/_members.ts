// What a module consists of: its own properties that are parameters, buffers and modules. PyTorch keeps a dict for each kind.
import { arrange } from '../../_args'
import { is_kwargs, is_tensor } from '../../_dispatch'
import { NotImplementedError } from '../../_errors'
import { typename } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Buffer, Parameter } from '../parameter'
import type { ModuleHooks } from './_hooks'
import type { Module } from './module'

export type Kind = 'parameter' | 'buffer' | 'module'

/** What a module knows beside its properties. */
export interface ModuleState {
  /** Names that were registered, or once found, with their kinds: a tensor under a buffer's name is the buffer, null stays a member. */
  readonly kinds: Map<string, Kind>
  /** Buffers that are not in the state_dict. */
  readonly transient: Set<string>
  hooks: ModuleHooks | null
}

const STATE = Symbol.for('torch.nn.Module') // registered, so that a module can travel to another thread

/** Gives a new module its state. */
export function init_state(module: Module): void {
  const state: ModuleState = { kinds: new Map(), transient: new Set(), hooks: null }
  Object.defineProperty(module, STATE, { value: state })
}

export function state_of(module: Module): ModuleState {
  return (module as unknown as { [STATE]: ModuleState })[STATE]
}

/** Whether a value is a module (of this copy of torch-ts). */
export function is_module(value: unknown): value is Module {
  return typeof value === 'function' && STATE in value
}

/** A property by name. */
export function get_attr(module: Module, name: string): unknown {
  return (module as unknown as Record<string, unknown>)[name]
}

export function set_attr(module: Module, name: string, value: unknown): void {
  (module as unknown as Record<string, unknown>)[name] = value
}

/** While a trace is recorded: runs a module's forward in a part of the graph that is its own. */
export const tracing: { scope: ((module: Module, forward: () => unknown) => unknown) | null } = { scope: null }

/** Calls a module's forward. @throws {NotImplementedError} if its class defines none. */
export function run_forward(module: Module, args: readonly unknown[]): unknown {
  const { forward } = module as { forward?: (...args: readonly unknown[]) => unknown }
  if (forward === undefined) throw new NotImplementedError(`Module [${module._get_name()}] is missing the required "forward" function`)
  const names = module._forward_names
  const given = names !== undefined && is_kwargs(args[args.length - 1]) ? arrange(`${module._get_name()}.forward`, names, forward.length, args) : args
  if (tracing.scope !== null) return tracing.scope(module, () => forward.apply(module, given as unknown[]))
  return forward.apply(module, given as unknown[])
}

/** Takes a member away. */
export function del_attr(module: Module, name: string): void {
  delete (module as unknown as Record<string, unknown>)[name]
  const { kinds, transient } = state_of(module)
  kinds.delete(name)
  transient.delete(name)
}

const INTEGER = /^(0|[1-9]\d*)$/

// JavaScript puts names that are whole numbers first, in ascending order; a container's members come in the order of registration.
function names_of(module: Module): string[] {
  const names = Object.keys(module)
  if (!INTEGER.test(names[0] ?? '')) return names
  const present = new Set(names)
  const registered = [...state_of(module).kinds.keys()].filter(name => present.has(name))
  return [...new Set([...registered, ...names])]
}

const titles = { parameter: 'parameter', buffer: 'buffer', module: 'child module' }
const expected = { parameter: 'torch.nn.Parameter', buffer: 'torch.Tensor', module: 'torch.nn.Module' }

// Python refuses the assignment itself; here it is found at the next use of the module's members.
function refuse(name: string, kind: Kind, value: unknown): never {
  throw new TypeError(`cannot assign '${typename(value)}' as ${titles[kind]} '${name}' (${expected[kind]} or None expected)`)
}

function kind_by_value(value: unknown): Kind | undefined {
  if (typeof value === 'function') return is_module(value) ? 'module' : undefined
  return value instanceof Parameter ? 'parameter' : value instanceof Buffer ? 'buffer' : undefined
}

function kind_of(state: ModuleState, name: string, value: unknown): Kind | undefined {
  const found = kind_by_value(value)
  const before = state.kinds.get(name)
  if (found !== undefined) {
    if (found !== before) state.kinds.set(name, found)
    if (before === undefined && value instanceof Buffer && !value.persistent) state.transient.add(name)
    return found
  }
  if (before === undefined || value == null || (before === 'buffer' && is_tensor(value))) return before
  return refuse(name, before, value)
}

type Value<K extends Kind> = K extends 'parameter' ? Parameter : K extends 'buffer' ? Tensor : Module

/** A module's own members of one kind with their names, null where one is registered as null, in the order of definition. */
export function members<K extends Kind>(module: Module, kind: K): [name: string, value: Value<K> | null][] {
  const state = state_of(module)
  const found: [string, Value<K> | null][] = []
  for (const name of names_of(module)) {
    const value = get_attr(module, name)
    if (kind_of(state, name, value) === kind) found.push([name, (value ?? null) as Value<K> | null])
  }
  return found
}

/** The kind of a member by its name; undefined if there is none. */
export function member_kind(module: Module, name: string): Kind | undefined {
  return Object.hasOwn(module, name) ? kind_of(state_of(module), name, get_attr(module, name)) : undefined
}

/** Sets a member and notes its kind. */
export function register(module: Module, name: string, kind: Kind, value: unknown): void {
  const { kinds } = state_of(module)
  kinds.set(name, kind)
  set_attr(module, name, value)
}
