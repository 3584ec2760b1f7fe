// Transforms of functions, and functions of modules' parameters: torch.func.
import './_custom_function'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { type_text } from '../_typename'
import { stack } from '../generated/torch_functions'
import type { ModuleList } from '../nn/modules/container'
import type { ForwardResult, Module } from '../nn/modules/module'
import { type FunctionalCallOptions, type NamedTensors, _functional_call, call_arguments } from '../nn/utils/stateless'
import type { Tensor } from '../tensor'

export { grad, grad_and_value, vjp, jvp, type GradOptions, type JvpOptions, type VjpFunction } from './_transforms'
export { hessian, jacfwd, jacrev, linearize, type JacfwdOptions, type JacrevOptions } from './_jacobians'
export { vmap, type Dims, type Randomness } from './_vmap'
export { rearrange } from './_einops'
export { debug_unwrap } from './_debug'
export { replace_all_batch_norm_modules_ } from './_batch_norm'
export type { Argnums } from './_argnums'
export type { FunctionalCallOptions, NamedTensors } from '../nn/utils/stateless'

function is_dict(value: unknown): value is NamedTensors {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !is_tensor(value)
}

function entries_of(dict: NamedTensors): [string, Tensor][] {
  return dict instanceof Map ? [...dict as ReadonlyMap<string, Tensor>] : Object.entries(dict)
}

function merged(dicts: readonly unknown[]): NamedTensors {
  if (!dicts.every(is_dict)) throw new ValueError('Expected all elements of parameter_and_buffer_dicts to be dictionaries')
  const all = dicts.flatMap(entries_of)
  const counts = new Map<string, number>()
  for (const [name] of all) counts.set(name, (counts.get(name) ?? 0) + 1)
  const repeated = [...counts].filter(([, count]) => count > 1).map(([name]) => `'${name}'`)
  if (repeated.length > 0) throw new ValueError(`[${repeated.join(', ')}] appeared in multiple dictionaries; behavior of functional call is ambiguous`)
  return new Map(all)
}

/**
 * Calls a module with the given tensors in the place of its parameters and buffers, which it gets back afterwards.
 *
 * @param parameter_and_buffer_dicts - tensors by their dotted names: an object or a Map, or an array of these without common names.
 * @param args - an array of forward's arguments, or one argument.
 * @param kwargs - forward's keyword arguments. An object of nothing but `args`, `kwargs`, `tie_weights` and `strict` is
 *   functional_call's own keywords instead: write `{ kwargs: { strict } }` for a forward that takes such a name.
 * @returns what the module gives.
 * @throws {RuntimeError} with `strict: true`, if the names are not exactly the module's.
 * @throws {ValueError} if names that share a tensor get different ones, unless `tie_weights: false`.
 * @example torch.func.functional_call(model, Object.fromEntries(model.named_parameters()), [x])
 * @see torch.func.functional_call
 */
export function functional_call<M extends Module>(
  module: M, parameter_and_buffer_dicts: NamedTensors | readonly NamedTensors[],
  ...rest: [args?: unknown, kwargs?: Readonly<Record<string, unknown>> | FunctionalCallOptions | null, options?: FunctionalCallOptions]
    | [keywords: FunctionalCallOptions & { args?: unknown }]
): ForwardResult<M> {
  const dicts: unknown = parameter_and_buffer_dicts
  if (!Array.isArray(dicts) && !is_dict(dicts)) {
    throw new ValueError(`Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got ${type_text(dicts)}`)
  }
  const given = Array.isArray(dicts) ? merged(dicts) : dicts
  return _functional_call(module, given, ...call_arguments(rest)) as ForwardResult<M>
}

function stacked(tensors: readonly Tensor[], name: string): Tensor {
  const learned = tensors.filter(({ requires_grad }) => requires_grad).length
  if (learned > 0 && learned < tensors.length) throw new RuntimeError(`Expected ${name} from each model to have the same .requires_grad`)
  const result = stack(tensors)
  return learned > 0 ? result.detach().requires_grad_() : result
}

/**
 * The parameters and the buffers of several modules of one class, each stacked along a new first dimension.
 *
 * @throws {RuntimeError} if there are no modules, or they differ in class or mode.
 * @see torch.func.stack_module_state
 */
export function stack_module_state(models: readonly Module[] | ModuleList): [params: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  const list = [...models]
  const [first] = list
  if (!first) throw new RuntimeError('stack_module_state: Expected at least one model, got 0.')
  if (list.some(({ training }) => training !== first.training)) {
    throw new RuntimeError('stack_module_state: Expected all models to have the same training/eval mode.')
  }
  if (list.some(model => model.constructor !== first.constructor)) {
    throw new RuntimeError('stack_module_state: Expected all models to be of the same class.')
  }
  const collect = (kind: 'named_parameters' | 'named_buffers'): Record<string, Tensor> => {
    const all = list.map(model => new Map<string, Tensor>(model[kind]()))
    return Object.fromEntries([...all[0]!.keys()].map(name => [name, stacked(all.map(tensors => tensors.get(name)!), name)]))
  }
  return [collect('named_parameters'), collect('named_buffers')]
}
