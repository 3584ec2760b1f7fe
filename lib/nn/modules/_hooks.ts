// Hooks of modules, and the call of a module that has some: torch/utils/hooks.py and the hook parts of torch/nn/modules/module.py.
import { type Kwargs, is_kwargs } from '../../_dispatch'
import { RuntimeError } from '../../_errors'
import { warn } from '../../_warnings'
import type { RemovableHandle, Tensor } from '../../tensor'
import { BackwardHook } from './_backward_hook'
import { run_forward, state_of } from './_members'
import { hook_last_node } from './_regular_backward_hook'
import type { Module } from './module'

/** The gradients of a module's inputs or outputs: null for what is no tensor or has no gradient. */
export type Grads = (Tensor | null)[]
type Nothing = null | undefined | void

/** Called before forward; may return the arguments to use. */
export type ForwardPreHook = (module: Module, args: unknown[]) => unknown
export type ForwardPreHookWithKwargs = (module: Module, args: unknown[], kwargs: Kwargs) => [unknown[], Kwargs] | Nothing
/** Called after forward; may return the result to use. */
export type ForwardHook = (module: Module, args: unknown[], output: never) => unknown
export type ForwardHookWithKwargs = (module: Module, args: unknown[], kwargs: Kwargs, output: never) => unknown
/** Called with the gradients of the outputs before they enter the module; may return others. */
export type BackwardPreHook = (module: Module, grad_output: Grads) => Grads | Nothing
/** Called with the gradients of the inputs; may return others. */
export type FullBackwardHook = (module: Module, grad_input: Grads, grad_output: Grads) => Grads | Nothing

export interface PreEntry { hook: ForwardPreHook | ForwardPreHookWithKwargs, with_kwargs: boolean }
export interface ForwardEntry { hook: ForwardHook | ForwardHookWithKwargs, with_kwargs: boolean, always_call: boolean }

/** Hooks in the order in which they are called. */
export class HookTable<Entry> {
  #entries: { readonly entry: Entry }[] = []

  get size(): number {
    return this.#entries.length
  }

  /** A copy: a hook may remove itself. */
  list(): Entry[] {
    return this.#entries.map(({ entry }) => entry)
  }

  /** Takes away the entries for which `unwanted` holds. */
  drop(unwanted: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter(({ entry }) => !unwanted(entry))
  }

  /** Adds the entries of another table. */
  add_all(other: HookTable<Entry>): void {
    for (const entry of other.list()) this.add(entry)
  }

  add(entry: Entry, prepend = false): RemovableHandle {
    const item = { entry }
    this.#entries = prepend ? [item, ...this.#entries] : [...this.#entries, item]
    const remove = (): void => {
      this.#entries = this.#entries.filter(other => other !== item)
    }
    return { remove, [Symbol.dispose]: remove }
  }
}

/** The hooks of one call: a module's own, or the ones for all modules. */
export class CallHooks {
  readonly forward_pre = new HookTable<PreEntry>()
  readonly forward = new HookTable<ForwardEntry>()
  readonly backward_pre = new HookTable<BackwardPreHook>()
  readonly backward = new HookTable<FullBackwardHook>()
  readonly regular_backward = new HookTable<FullBackwardHook>()

  get any(): boolean {
    return this.forward_pre.size + this.forward.size + this.backward_pre.size + this.backward.size
      + this.regular_backward.size > 0
  }
}

export type StateDictPreHook = (module: Module, prefix: string, keep_vars: boolean) => void
export type StateDictPostHook = (module: Module, state_dict: never, prefix: string, local_metadata: never) => void
export type LoadPreHook = (module: Module, state_dict: never, prefix: string, local_metadata: never, strict: boolean,
  missing_keys: string[], unexpected_keys: string[], error_msgs: string[]) => void
export type LoadPostHook = (module: Module, incompatible_keys: { missing_keys: string[], unexpected_keys: string[] }) => void

/** All hooks of one module. */
export class ModuleHooks extends CallHooks {
  readonly state_dict_pre = new HookTable<StateDictPreHook>()
  readonly state_dict_post = new HookTable<StateDictPostHook>()
  readonly load_pre = new HookTable<LoadPreHook>()
  readonly load_post = new HookTable<LoadPostHook>()
}

/** A module's hooks for a copy of it. */
export function copy_hooks(hooks: ModuleHooks): ModuleHooks {
  const copy = new ModuleHooks()
  for (const name of Object.keys(copy) as (keyof ModuleHooks)[]) (copy[name] as HookTable<unknown>).add_all(hooks[name] as HookTable<unknown>)
  return copy
}

/** The hooks of every module. */
export const global_hooks = new CallHooks()

/** A module's hooks, made at the first use. */
export function hooks_of(module: Module): ModuleHooks {
  const state = state_of(module)
  return state.hooks ??= new ModuleHooks()
}

/** Adds a backward hook, full or regular. @throws {RuntimeError} if there are hooks of the other kind. */
export function add_backward_hook(hooks: CallHooks, kind: 'backward' | 'regular_backward', hook: FullBackwardHook, prepend = false): RemovableHandle {
  const other = kind === 'backward' ? hooks.regular_backward : hooks.backward
  if (other.size > 0) {
    const where = hooks === global_hooks ? 'as a global Module hook' : 'on a single Module'
    throw new RuntimeError(`Cannot use both regular backward hooks and full backward hooks ${where}. Please use only one of them.`)
  }
  return hooks[kind].add(hook, prepend)
}

export function check_hook(name: string, hook: unknown): void {
  if (typeof hook !== 'function') throw new TypeError(`${name}(): argument 'hook' must be a function, not ${hook === null ? 'None' : typeof hook}`)
}

// ---- the call ----

interface Call { args: unknown[], kwargs: Kwargs }

// Python tells positional from keyword arguments; here a plain object at the end holds the keywords.
function split(given: readonly unknown[]): Call {
  const last = given[given.length - 1]
  return is_kwargs(last) ? { args: given.slice(0, -1), kwargs: last } : { args: [...given], kwargs: {} }
}

function join({ args, kwargs }: Call): unknown[] {
  return Object.keys(kwargs).length === 0 ? args : [...args, kwargs]
}

function run_pre_hooks(module: Module, entries: readonly PreEntry[], call: Call): Call {
  let { args, kwargs } = call
  for (const { hook, with_kwargs } of entries) {
    if (with_kwargs) {
      const result = (hook as ForwardPreHookWithKwargs)(module, args, kwargs) as unknown
      if (result == null) continue
      if (!Array.isArray(result) || result.length !== 2) {
        throw new RuntimeError(`forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got ${String(result)}.`)
      }
      [args, kwargs] = result as [unknown[], Kwargs]
    } else {
      const result = (hook as ForwardPreHook)(module, args)
      if (result != null) args = Array.isArray(result) ? result as unknown[] : [result]
    }
  }
  return { args, kwargs }
}

function run_forward_hook(module: Module, { hook, with_kwargs }: ForwardEntry, { args, kwargs }: Call, result: unknown): unknown {
  const output = with_kwargs
    ? (hook as ForwardHookWithKwargs)(module, args, kwargs, result as never)
    : (hook as ForwardHook)(module, args, result as never)
  return output ?? result
}

function silenced(error: unknown): void {
  warn('module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: '
    + (error instanceof Error ? error.message : String(error)))
}

/** Calls a module's forward between its hooks. */
export function call_with_hooks(module: Module, given: readonly unknown[]): unknown {
  const own = state_of(module).hooks
  const hooks = own === null ? [global_hooks] : [global_hooks, own]
  const forward_hooks = hooks.flatMap(table => table.forward.list())
  const called = new Set<ForwardEntry>()
  let call = split(given)
  let result: unknown = null
  try {
    call = run_pre_hooks(module, hooks.flatMap(table => table.forward_pre.list()), call)
    const backward_hooks = hooks.flatMap(table => table.backward.list())
    const backward_pre_hooks = hooks.flatMap(table => table.backward_pre.list())
    const backward = backward_hooks.length + backward_pre_hooks.length > 0
      ? new BackwardHook(module, backward_hooks, backward_pre_hooks) : null
    if (backward) call = { ...call, args: backward.setup_inputs(call.args) }
    result = run_forward(module, join(call))
    for (const entry of forward_hooks) {
      called.add(entry)
      result = run_forward_hook(module, entry, call, result)
    }
    const regular = hooks.flatMap(table => table.regular_backward.list())
    if (regular.length > 0) hook_last_node(module, regular, call.args, result)
    return backward ? backward.setup_output(result) : result
  } catch (error) {
    for (const entry of forward_hooks) {
      if (!entry.always_call || called.has(entry)) continue
      try {
        result = run_forward_hook(module, entry, call, result)
      } catch (another) {
        silenced(another)
      }
    }
    throw error
  }
}
