// Modules called with other parameters than their own: torch.nn.utils.stateless.
import { is_kwargs, is_tensor } from '../../_dispatch'
import { AttributeError, KeyError, RuntimeError, ValueError } from '../../_errors'
import { value_text } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import { del_attr, get_attr, is_module, member_kind, register, set_attr, state_of } from '../modules/_members'
import type { Module } from '../modules/module'

/** Tensors by their dotted names in a module. */
export type NamedTensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>

/** Keywords of functional_call. */
export interface FunctionalCallOptions {
  /** Forward's keyword arguments. */
  kwargs?: Readonly<Record<string, unknown>> | null
  /** Use a tensor for all names that share one in the module. Default: true. */
  tie_weights?: boolean
  /** The names must be exactly the module's. Default: false. */
  strict?: boolean
}

/** A tensor that is absent. */
const MISSING = Symbol('missing')
type Held = Tensor | null | typeof MISSING

function named_tensors(module: Module): [string, Tensor][] {
  return [...module.named_parameters({ remove_duplicate: false }), ...module.named_buffers({ remove_duplicate: false })]
}

// The given tensors also under the names that share a tensor with theirs.
function tie(module: Module, given: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const names_of = new Map<Tensor, string[]>()
  for (const [name, tensor] of named_tensors(module)) names_of.set(tensor, [...names_of.get(tensor) ?? [], name])
  const all = new Map(given)
  for (const names of names_of.values()) {
    const found = names.filter(name => given.has(name))
    if (names.length < 2 || found.length === 0) continue
    const values = new Set(found.map(name => given.get(name)!))
    if (values.size > 1) {
      const list = [...names].sort().map(name => `'${name}'`).join(', ')
      throw new ValueError(`functional_call got multiple values for keys [${list}], which are tied. Consider using tie_weights=False`)
    }
    for (const name of names) all.set(name, given.get(found[0]!)!)
  }
  return all
}

function check_names(module: Module, given: ReadonlyMap<string, Tensor>): void {
  const own = new Set(named_tensors(module).map(([name]) => name))
  const list = (names: string[]): string => names.sort().map(name => `'${name}'`).join(', ')
  const unexpected = [...given.keys()].filter(name => !own.has(name))
  const missing = [...own].filter(name => !given.has(name))
  const messages: string[] = []
  if (unexpected.length > 0) messages.push(`Unexpected key(s): ${list(unexpected)}.`)
  if (missing.length > 0) messages.push(`Missing key(s): ${list(missing)}.`)
  if (messages.length > 0) throw new RuntimeError(`Error(s) in reparametrizing for ${module._get_name()}:\n\t${messages.join('\n\t')}`)
}

function owner_of(root: Module, path: readonly string[]): Module {
  return path.reduce((module, name, i) => {
    const found = get_attr(module, name)
    if (!(name in module)) throw new AttributeError(`${module._get_name()} has no attribute \`${name}\``)
    if (!is_module(found)) throw new TypeError(`submodule \`${path.slice(0, i + 1).join('.')}\`: ${value_text(found)} is not an instance of torch.nn.Module`)
    return found
  }, root)
}

// Puts a tensor in the place of a module's own, which it gives back.
function swap(root: Module, full_name: string, tensor: Held): Held {
  const path = full_name.split('.')
  const name = path.pop()!
  const module = owner_of(root, path)
  if (tensor !== MISSING && tensor !== null && !is_tensor(tensor)) throw new TypeError(`${value_text(tensor)} is not an instance of torch.Tensor`)
  if (name === '') throw new KeyError('tensor name can\'t be empty string ""')
  const before = name in module ? get_attr(module, name) : MISSING
  if (before !== MISSING && before != null && !is_tensor(before)) {
    throw new TypeError(`attribute \`${name}\`: ${value_text(before)} is not an instance of torch.Tensor`)
  }
  if (tensor === MISSING) del_attr(module, name)
  else put(module, name, tensor)
  return before as Held
}

// A tensor that is no Parameter would be refused under a parameter's name, but not under a buffer's.
function put(module: Module, name: string, tensor: Tensor | null): void {
  if (state_of(module).kinds.has(name) || member_kind(module, name) !== undefined) register(module, name, 'buffer', tensor)
  else set_attr(module, name, tensor)
}

type Swapped = Map<string, { before: Held, kind: ReturnType<typeof member_kind> }>

function swap_in(module: Module, tensors: ReadonlyMap<string, Tensor>, swapped: Swapped): void {
  for (const [name, tensor] of tensors) {
    const path = name.split('.')
    const own = path.pop()!
    const kind = member_kind(owner_of(module, path), own)
    swapped.set(name, { before: swap(module, name, tensor), kind })
  }
}

// Puts the module's own tensors back; gives those that were there, which forward may have replaced.
function swap_back(module: Module, swapped: Swapped): Map<string, Held> {
  const after = new Map<string, Held>()
  for (const [name, { before, kind }] of swapped) {
    after.set(name, swap(module, name, before))
    const path = name.split('.')
    const own = path.pop()!
    if (kind !== undefined) register(owner_of(module, path), own, kind, before)
  }
  return after
}

function is_map(tensors: NamedTensors): tensors is ReadonlyMap<string, Tensor> {
  return tensors instanceof Map
}

// A buffer that forward assigned anew is the given dict's from then on.
function write_back(given: NamedTensors, after: ReadonlyMap<string, Held>): void {
  for (const name of is_map(given) ? [...given.keys()] : Object.keys(given)) {
    const tensor = after.get(name)
    if (tensor === undefined || tensor === MISSING) continue
    if (is_map(given)) (given as Map<string, Tensor | null>).set(name, tensor)
    else if ((given as Record<string, Tensor | null>)[name] !== tensor) (given as Record<string, Tensor | null>)[name] = tensor
  }
}

/** torch.nn.utils.stateless._functional_call: {@link functional_call} without its warning. @internal */
export function _functional_call(module: Module, given: NamedTensors, args: unknown, options: FunctionalCallOptions): unknown {
  const { kwargs, tie_weights = true, strict = false } = options
  const positional = args == null ? [] : Array.isArray(args) ? args as unknown[] : [args]
  const named = new Map<string, Tensor>(is_map(given) ? given : Object.entries(given))
  const tensors = tie_weights ? tie(module, named) : named
  if (strict) check_names(module, tensors)
  const swapped: Swapped = new Map()
  const call = module as unknown as (...values: unknown[]) => unknown
  try {
    swap_in(module, tensors, swapped)
    return kwargs == null || Object.keys(kwargs).length === 0 ? call(...positional) : call(...positional, kwargs)
  } finally {
    write_back(given, swap_back(module, swapped))
  }
}

const OPTIONS = ['args', 'kwargs', 'tie_weights', 'strict']

/**
 * The arguments after the first two: `args`, `kwargs`, and an object of keywords in place of any of them. @internal
 */
export function call_arguments(rest: readonly unknown[]): [args: unknown, options: FunctionalCallOptions] {
  const last = rest[rest.length - 1]
  const by_keyword = is_kwargs(last) && Object.keys(last).length > 0 && Object.keys(last).every(key => OPTIONS.includes(key))
  const { args, ...options } = (by_keyword ? last : {}) as FunctionalCallOptions & { args?: unknown }
  const [first, kwargs] = by_keyword ? rest.slice(0, -1) : rest
  return [first ?? args, kwargs === undefined ? options : { ...options, kwargs: kwargs as FunctionalCallOptions['kwargs'] }]
}

/** torch.func.functional_call under its old name. @deprecated @see torch.nn.utils.stateless.functional_call */
export function functional_call(
  module: Module, parameters_and_buffers: NamedTensors,
  ...rest: [args?: unknown, kwargs?: Readonly<Record<string, unknown>> | FunctionalCallOptions | null]
): unknown {
  warn('`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future version of PyTorch. '
    + 'Please use `torch.func.functional_call` instead which is a drop-in replacement.', 'FutureWarning')
  return _functional_call(module, parameters_and_buffers, ...call_arguments(rest))
}
