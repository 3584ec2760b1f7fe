// Saving and loading the state of modules: the state_dict parts of torch/nn/modules/module.py.
import { is_tensor } from '../../_dispatch'
import { AssertionError, RuntimeError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import { no_grad } from '../../autograd/grad_mode'
import type { Tensor } from '../../tensor'
import { Parameter, is_lazy } from '../parameter'
import { members, set_attr, state_of } from './_members'
import type { LocalMetadata, Module } from './module'

/** What {@link Module.state_dict} gives: the tensors by name, in order, and the versions of the modules that they come from. */
export class StateDict {
  [key: string]: Tensor
  /** By the module's name: `{ version }`. Python's `state_dict._metadata`. Not enumerable. */
  declare readonly _metadata: never

  constructor() {
    Object.defineProperty(this, '_metadata', { value: {}, writable: true })
  }
}

/** What the tensors of a checkpoint may come in. */
export type StateDictLike = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>

/** The names in which a module and a checkpoint differed. */
export class IncompatibleKeys implements Iterable<string[]> {
  constructor(readonly missing_keys: string[], readonly unexpected_keys: string[]) {}

  * [Symbol.iterator](): Iterator<string[]> {
    yield this.missing_keys
    yield this.unexpected_keys
  }

  toString(): string {
    if (this.missing_keys.length === 0 && this.unexpected_keys.length === 0) return '<All keys matched successfully>'
    const list = (keys: readonly string[]): string => `[${keys.map(key => `'${key}'`).join(', ')}]`
    return `_IncompatibleKeys(missing_keys=${list(this.missing_keys)}, unexpected_keys=${list(this.unexpected_keys)})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

type Metadata = Record<string, LocalMetadata>

export function metadata_of(state_dict: object): Metadata | undefined {
  return (state_dict as { _metadata?: Metadata })._metadata
}

const EXTRA_STATE = '_extra_state'

/** Puts a module's own state, without its children's, into `destination`; `extra`: its get_extra_state() too. */
export function save_own(module: Module, destination: Record<string, unknown>, prefix: string, keep_vars: boolean, extra: boolean): void {
  const { transient } = state_of(module)
  const buffers = members(module, 'buffer').filter(([name]) => !transient.has(name))
  for (const [name, tensor] of [...members(module, 'parameter'), ...buffers]) {
    if (tensor !== null) destination[prefix + name] = keep_vars || is_lazy(tensor) ? tensor : tensor.detach()
  }
  if (extra) destination[prefix + EXTRA_STATE] = module.get_extra_state()
}

/** What loading collects. */
export interface LoadReport { missing_keys: string[], unexpected_keys: string[], error_msgs: string[] }

function assign(module: Module, name: string, tensor: Tensor, input: Tensor): void {
  if (!(tensor instanceof Parameter)) set_attr(module, name, input)
  else if (input instanceof Parameter) set_attr(module, name, input.requires_grad_(tensor.requires_grad))
  else set_attr(module, name, new Parameter(input, tensor.requires_grad))
}

function load_tensor(module: Module, name: string, tensor: Tensor, key: string, given: unknown, by_assignment: boolean, error_msgs: string[]): void {
  if (!is_tensor(given)) {
    error_msgs.push(`While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${type_text(given)}`)
    return
  }
  const input = is_lazy(tensor) ? given as Tensor : fitting(tensor, given as Tensor, key, by_assignment, error_msgs)
  if (input === null) return
  try {
    if (by_assignment) assign(module, name, tensor, input)
    else no_grad(() => tensor.copy_(input))
  } catch (error) {
    error_msgs.push(`While copying the parameter named "${key}", whose dimensions in the model are ${String(tensor.shape)} and whose dimensions in the checkpoint are `
      + `${String(input.shape)}, an exception occurred : ${tuple_repr([`'${(error as Error).message}'`])}.`)
  }
}

// The tensor of a checkpoint if it has the right shape.
function fitting(tensor: Tensor, given: Tensor, key: string, by_assignment: boolean, error_msgs: string[]): Tensor | null {
  const { shape } = tensor
  // Scalars were tensors of one element before PyTorch 0.4.
  const input = shape.length === 0 && given.dim() === 1 && given.length === 1 ? given.at(0) : given
  if (String(input.shape) !== String(shape)) {
    error_msgs.push(`size mismatch for ${key}: copying a param with shape ${String(input.shape)} from checkpoint, the shape in current model is ${String(shape)}.`)
    return null
  }
  if (tensor.is_meta && !input.is_meta && !by_assignment) {
    warn(`for ${key}: copying from a non-meta parameter in the checkpoint to a meta parameter in the current model, which is a no-op. `
      + '(Did you mean to pass `assign=True` to assign items in the state dictionary to their corresponding key in the module instead of copying them in place?)')
  }
  return input
}

function load_extra_state(
  module: Module, state_dict: Record<string, unknown>, key: string, strict: boolean, extra: boolean, report: LoadReport,
): void {
  const given = Object.hasOwn(state_dict, key)
  if (extra) {
    if (given) module.set_extra_state(state_dict[key])
    else if (strict) report.missing_keys.push(key)
  } else if (strict && given) {
    report.unexpected_keys.push(key)
  }
}

/** Copies a module's own state, not its children's, from `state_dict`. `prefix`: its name and a dot; `extra`: set_extra_state() too. */
export function load_own(
  module: Module, state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean, extra: boolean,
  report: LoadReport,
): void {
  const { hooks, transient } = state_of(module)
  for (const hook of hooks?.load_pre.list() ?? []) {
    hook(module, state_dict as never, prefix, local_metadata as never, strict, report.missing_keys, report.unexpected_keys, report.error_msgs)
  }
  const buffers = members(module, 'buffer').filter(([name]) => !transient.has(name))
  const names = new Set<string>()
  for (const [name, tensor] of [...members(module, 'parameter'), ...buffers]) {
    if (tensor === null) continue
    names.add(name)
    const key = prefix + name
    if (Object.hasOwn(state_dict, key)) {
      load_tensor(module, name, tensor, key, state_dict[key], local_metadata.assign_to_params_buffers === true, report.error_msgs)
    } else if (strict) {
      report.missing_keys.push(key)
    }
  }
  const extra_key = prefix + EXTRA_STATE
  load_extra_state(module, state_dict, extra_key, strict, extra, report)
  if (strict) find_unexpected(module, state_dict, prefix, extra_key, names, report.unexpected_keys)
}

function find_unexpected(
  module: Module, state_dict: Record<string, unknown>, prefix: string, extra_key: string, names: ReadonlySet<string>, unexpected_keys: string[],
): void {
  const children = new Set(members(module, 'module').map(([name]) => name))
  for (const key of Object.keys(state_dict)) {
    if (!key.startsWith(prefix) || key === extra_key) continue
    const [first, ...rest] = key.slice(prefix.length).split('.') as [string, ...string[]]
    if (!(rest.length > 0 ? children : names).has(first)) unexpected_keys.push(key)
  }
}

function load_all(
  module: Module, state_dict: Record<string, unknown>, prefix: string, metadata: Metadata, by_assignment: boolean, report: LoadReport,
): void {
  const local_metadata: LocalMetadata = { ...metadata[prefix.slice(0, -1)], ...(by_assignment ? { assign_to_params_buffers: true } : {}) }
  module._load_from_state_dict(state_dict, prefix, local_metadata, true, report.missing_keys, report.unexpected_keys, report.error_msgs)
  for (const [name, child] of members(module, 'module')) {
    if (child === null) continue
    const child_prefix = `${prefix}${name}.`
    const entries = Object.entries(state_dict).filter(([key]) => key.startsWith(child_prefix))
    load_all(child, Object.fromEntries(entries), child_prefix, metadata, by_assignment, report)
  }
  const keys = new IncompatibleKeys(report.missing_keys, report.unexpected_keys)
  for (const hook of state_of(module).hooks?.load_post.list() ?? []) {
    if ((hook(module, keys) as unknown) != null) {
      throw new AssertionError('Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, '
        + 'if incompatible_keys need to be modified, it should be done inplace.')
    }
  }
}

/** Loads the state of a module and its descendants. */
export function load_state_dict(module: Module, given: StateDictLike, strict: boolean, by_assignment: boolean): IncompatibleKeys {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || is_tensor(given)) {
    throw new TypeError(`Expected state_dict to be dict-like, got ${type_text(given)}.`)
  }
  const copy: Record<string, unknown> = Object.fromEntries(given instanceof Map ? given as ReadonlyMap<string, unknown> : Object.entries(given))
  const report: LoadReport = { missing_keys: [], unexpected_keys: [], error_msgs: [] }
  load_all(module, copy, '', metadata_of(given) ?? {}, by_assignment, report)
  const { missing_keys, unexpected_keys, error_msgs } = report
  const quoted = (keys: readonly string[]): string => keys.map(key => `"${key}"`).join(', ')
  if (strict && unexpected_keys.length > 0) error_msgs.unshift(`Unexpected key(s) in state_dict: ${quoted(unexpected_keys)}. `)
  if (strict && missing_keys.length > 0) error_msgs.unshift(`Missing key(s) in state_dict: ${quoted(missing_keys)}. `)
  if (error_msgs.length > 0) {
    throw new RuntimeError(`Error(s) in loading state_dict for ${module._get_name()}:\n\t${error_msgs.join('\n\t')}`)
  }
  return new IncompatibleKeys(missing_keys, unexpected_keys)
}
