// Copies of objects with all that they hold: Python's copy module, for tensors, modules and plain data.
import { blank_like } from './_callable'
import { is_tensor } from './_dispatch'
import { RuntimeError } from './_errors'
import { TapeValue } from './_tape'
import { preserve_format } from './layout'
import { copy_hooks } from './nn/modules/_hooks'
import { get_attr, init_state, is_module, set_attr, state_of } from './nn/modules/_members'
import type { Module } from './nn/modules/module'
import { Buffer, Parameter, is_lazy } from './nn/parameter'
import type { Tensor } from './tensor'

/** What was copied already, by the original: what is shared in the original is shared in the copy. */
export type Memo = Map<unknown, unknown>

/** An object that copies itself. */
interface Copyable {
  __deepcopy__(memo: Memo): unknown
}

/**
 * A copy of a value and of all that it holds: tensors, modules, arrays, plain objects, Maps, Sets, and objects of other classes by
 * their fields, unless these define `__deepcopy__(memo)`. Functions are not copied. A class with private fields (`#x`) must define it.
 *
 * @throws {RuntimeError} for a tensor that is no leaf of the graph.
 * @example const average = copy.deepcopy(model)
 * @see copy.deepcopy
 */
export function deepcopy<T>(x: T, memo: Memo = new Map()): T {
  if (typeof x !== 'object' && !is_module(x)) return x
  if (x === null || x instanceof TapeValue) return x
  if (memo.has(x)) return memo.get(x) as T
  const made = make(x, memo)
  memo.set(x, made)
  return made as T
}

function make(x: object, memo: Memo): unknown {
  if (typeof (x as Partial<Copyable>).__deepcopy__ === 'function') return (x as Copyable).__deepcopy__(memo)
  if (is_module(x)) return copy_module(x, memo)
  if (is_tensor(x)) return copy_tensor(x as Tensor, memo)
  if (ArrayBuffer.isView(x) && !(x instanceof DataView)) return (x as Uint8Array).slice()
  if (x instanceof Date) return new Date(x)
  return copy_fields(x, memo)
}

const NO_LEAF = 'Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. '
  + 'If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, '
  + 'see https://github.com/pytorch/pytorch/pull/103001'

function copy_tensor(x: Tensor, memo: Memo): Tensor {
  if (!x.is_leaf) throw new RuntimeError(NO_LEAF)
  if (is_lazy(x)) return new (x.constructor as new (...args: unknown[]) => Tensor)(x.requires_grad, x.device, x.dtype)
  const data = x.detach().clone({ memory_format: preserve_format })
  if (x instanceof Parameter) return new (x.constructor as typeof Parameter)(data, x.requires_grad)
  const copy = x instanceof Buffer ? new Buffer(data, x.requires_grad, x.persistent) : data.requires_grad_(x.requires_grad)
  if (x.grad !== null) copy.grad = deepcopy(x.grad, memo)
  return copy
}

function copy_module(module: Module, memo: Memo): Module {
  const copy = blank_like(module)
  memo.set(module, copy)
  init_state(copy)
  const [from, to] = [state_of(module), state_of(copy)]
  for (const [name, kind] of from.kinds) to.kinds.set(name, kind)
  for (const name of from.transient) to.transient.add(name)
  to.hooks = from.hooks && copy_hooks(from.hooks)
  for (const name of Object.keys(module)) set_attr(copy, name, deepcopy(get_attr(module, name), memo))
  return copy
}

function copy_fields(x: object, memo: Memo): object {
  if (x instanceof Map) {
    const copy = new Map<unknown, unknown>()
    memo.set(x, copy)
    for (const [key, value] of x) copy.set(deepcopy(key, memo), deepcopy(value, memo))
    return copy
  }
  if (x instanceof Set) {
    const copy = new Set<unknown>()
    memo.set(x, copy)
    for (const value of x) copy.add(deepcopy(value, memo))
    return copy
  }
  const copy = (Array.isArray(x) ? [] : Object.create(Object.getPrototypeOf(x) as object | null)) as Record<PropertyKey, unknown>
  memo.set(x, copy)
  for (const name of Reflect.ownKeys(x)) {
    const property = Object.getOwnPropertyDescriptor(x, name)!
    if (Array.isArray(x) && name === 'length') continue
    Object.defineProperty(copy, name, 'value' in property ? { ...property, value: deepcopy(property.value, memo) } : property)
  }
  return copy
}
