// Parameters that are functions of others: torch.nn.utils.parametrize.
import { type Args, bind } from '../../_args'
import { is_tensor as is_tensor_value } from '../../_dispatch'
import { KeyError, NotImplementedError, RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_name } from '../../_typename'
import { no_grad } from '../../autograd/grad_mode'
import type { Tensor } from '../../tensor'
import { del_attr, get_attr, member_kind, set_attr } from '../modules/_members'
import { ModuleDict, ModuleList } from '../modules/container'
import type { Module } from '../modules/module'
import { Parameter } from '../parameter'

const set_ = aten('set_.source_Tensor')

/** A module that computes a tensor from one or several others. With `right_inverse` the tensor can be assigned to. */
export interface Parametrization extends Module {
  /** What forward would have to get, to give `value`. */
  right_inverse?(value: Tensor): Tensor | readonly Tensor[]
}

// ---- the cache ----

let cache_users = 0
let cache = new Map<Module, Map<string, Tensor>>()

function leave_cache(): void {
  if (--cache_users === 0) cache = new Map()
}

class CacheGuard implements Disposable {
  [Symbol.dispose](): void {
    if (!this.#left) leave_cache()
    this.#left = true
  }

  #left = false
}

/**
 * Computes each parametrized tensor once, as long as the callback runs, or until the result is disposed of.
 *
 * @example parametrize.cached(() => model(x)); using _ = parametrize.cached()
 * @see torch.nn.utils.parametrize.cached
 */
export function cached(): Disposable
export function cached<T>(callback: () => T): T
export function cached<T>(callback?: () => T): T | Disposable {
  cache_users++
  if (callback === undefined) return new CacheGuard()
  let result: T
  try {
    result = callback()
  } catch (error) {
    leave_cache()
    throw error
  }
  if (result instanceof Promise) return result.finally(leave_cache) as T
  leave_cache()
  return result
}

function value_of(module: Module, name: string): Tensor {
  const parametrization = list_of(module, name)
  if (cache_users === 0) return parametrization.forward()
  const values = cache.get(module) ?? new Map<string, Tensor>()
  cache.set(module, values)
  const value = values.get(name) ?? parametrization() as Tensor
  values.set(name, value)
  return value
}

// ---- the list ----

const list_names = ['modules', 'original', 'unsafe'] as const

function register_tensor(module: Module, name: string, tensor: Tensor): void {
  if (tensor instanceof Parameter) module.register_parameter(name, tensor)
  else module.register_buffer(name, tensor)
}

function inverse_of(parametrization: Parametrization, value: unknown): unknown {
  return parametrization.right_inverse!(value as Tensor)
}

// As PyTorch does: a parametrization may have a right_inverse that is not implemented for its settings.
function inverse_if_there(parametrization: Parametrization, value: unknown): unknown {
  if (parametrization.right_inverse === undefined) return value
  try {
    return inverse_of(parametrization, value)
  } catch (error) {
    if (error instanceof NotImplementedError) return value
    throw error
  }
}

/**
 * The parametrizations of one tensor, applied one after the other, and what they start from: `original`, or `original0`,
 * `original1` and so on. It is the module `module.parametrizations.<name>`.
 *
 * @see torch.nn.utils.parametrize.ParametrizationList
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  unsafe: boolean
  /** Whether there is one original. */
  is_tensor: boolean
  /** How many originals there are. */
  ntensors: number
  declare original: Tensor

  constructor(...args: Args<[modules: readonly Parametrization[], original: Tensor, unsafe?: boolean], typeof list_names>) {
    const { modules, original, unsafe = false } = bind<{ modules: readonly Parametrization[], original: Tensor, unsafe?: boolean }>(
      'ParametrizationList.__init__', list_names, 2, args)
    if (modules.length === 0) throw new ValueError('ParametrizationList requires one or more modules.')
    super(modules)
    this.unsafe = unsafe
    const { shape, dtype } = original
    const start = no_grad(() => [...modules].reverse().reduce<unknown>((value, module) => inverse_if_there(module, value), original))
    this.is_tensor = is_tensor_value(start)
    if (!this.is_tensor && !Array.isArray(start)) {
      throw new ValueError(`'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got ${type_name(start)}`)
    }
    this.ntensors = this.is_tensor ? 1 : (start as unknown[]).length
    if (this.is_tensor) this.start_from_one(original, start as Tensor)
    else this.start_from_several(original, start as unknown[])
    if (!this.unsafe) this.check(shape, dtype)
  }

  private start_from_one(original: Tensor, start: Tensor): void {
    const refuse = (what: string, before: unknown, after: unknown): never => {
      throw new ValueError(`When \`right_inverse\` outputs one tensor, it may not change the ${what}.\n`
        + `original.${what}: ${String(before)}\nright_inverse(original).${what}: ${String(after)}`)
    }
    if (original.dtype !== start.dtype) refuse('dtype', original.dtype, start.dtype)
    if (String(original.device) !== String(start.device)) refuse('device', original.device, start.device)
    no_grad(() => set_([original, start]))
    register_tensor(this, 'original', original)
  }

  private start_from_several(original: Tensor, starts: readonly unknown[]): void {
    starts.forEach((start, i) => {
      if (!is_tensor_value(start)) {
        throw new ValueError("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
          + `Got element ${i} of the sequence with type ${type_name(start)}.`)
      }
      const tensor = start as Tensor
      const kept = original instanceof Parameter ? new Parameter(tensor, original.requires_grad) : tensor
      register_tensor(this, `original${i}`, kept.requires_grad_(original.requires_grad))
    })
  }

  private check(shape: Tensor['shape'], dtype: Tensor['dtype']): void {
    const value = (this as unknown as () => unknown)()
    if (!is_tensor_value(value)) throw new ValueError(`A parametrization must return a tensor. Got ${type_name(value)}.`)
    const refuse = (what: string, before: unknown, after: unknown): never => {
      throw new ValueError(`Registering a parametrization may not change the ${what} of the tensor, unless \`unsafe\` flag is enabled.\n`
        + `unparametrized ${what}: ${String(before)}\nparametrized ${what}: ${String(after)}`)
    }
    const tensor = value as Tensor
    if (tensor.dtype !== dtype) refuse('dtype', dtype, tensor.dtype)
    if (String(tensor.shape) !== String(shape)) refuse('shape', shape, tensor.shape)
  }

  /** The original of a number. */
  private original_at(i: number): Tensor {
    return get_attr(this, `original${i}`) as Tensor
  }

  /**
   * Changes the originals such that forward gives `value`.
   *
   * @throws {RuntimeError} if a parametrization has no right_inverse.
   */
  right_inverse(value: Tensor): void {
    no_grad(() => {
      let start: unknown = value
      for (const module of [...this].reverse()) {
        if (module.right_inverse === undefined) throw new RuntimeError(`parametrization ${type_name(module)} does not implement right_inverse.`)
        start = inverse_of(module, start)
      }
      if (this.is_tensor) this.set_one(start)
      else this.set_several(start)
    })
  }

  private set_one(start: unknown): void {
    if (!is_tensor_value(start)) throw new ValueError(`\`right_inverse\` should return a tensor. Got ${type_name(start)}`)
    const { dtype } = start as Tensor
    if (dtype !== this.original.dtype) {
      throw new ValueError(`The tensor returned by \`right_inverse\` has dtype ${String(dtype)} while \`original\` has dtype ${String(this.original.dtype)}`)
    }
    set_([this.original, start])
  }

  private set_several(starts: unknown): void {
    if (!Array.isArray(starts)) throw new ValueError(`'right_inverse' must return a sequence of tensors. Got ${type_name(starts)}.`)
    if (starts.length !== this.ntensors) {
      throw new ValueError(`'right_inverse' must return a sequence of tensors of length ${this.ntensors}. Got a sequence of length ${starts.length}.`)
    }
    starts.forEach((start: unknown, i) => {
      if (!is_tensor_value(start)) {
        throw new ValueError(`'right_inverse' must return a sequence of tensors or reference-type opaques. Got element ${i} of type ${type_name(start)}.`)
      }
      const tensor = start as Tensor
      const original = this.original_at(i)
      if (original.dtype !== tensor.dtype) {
        throw new ValueError(`Tensor ${i} returned by \`right_inverse\` has dtype ${String(tensor.dtype)} while \`original${i}\` has dtype ${String(original.dtype)}`)
      }
      set_([original, tensor])
    })
  }

  forward(): Tensor {
    const [first, ...others] = this
    const originals = this.is_tensor ? [this.original] : Array.from({ length: this.ntensors }, (_, i) => this.original_at(i))
    return others.reduce((value, module) => module(value) as Tensor, first!(...originals) as Tensor)
  }
}

// ---- the module's class ----

type Parametrized = Module & { parametrizations: ModuleDict<ParametrizationList> }
type Class = (abstract new (...args: never[]) => Module) & { readonly prototype: Module }

// The class that a module with parametrizations had, by the class that it has.
const classes_before = new WeakMap<object, Class>()

function list_of(module: Module, name: string): ParametrizationList {
  return (module as Parametrized).parametrizations.at(name)
}

// A class of the module's own in which the parametrized tensors are computed when they are read. Copies of a module share it,
// so it is never changed: the module gets another one.
function set_class(module: Module, names: readonly string[]): void {
  const base = type_before_parametrizations(module)
  if (names.length === 0) {
    Object.setPrototypeOf(module, base.prototype)
    return
  }
  const injected = class extends (base as unknown as new () => Module) {}
  Object.defineProperty(injected, 'name', { value: `Parametrized${base.name}` })
  classes_before.set(injected, base)
  for (const name of names) {
    Object.defineProperty(injected.prototype, name, {
      configurable: true,
      get(this: Module) { return value_of(this, name) },
      set(this: Module, value: Tensor) { list_of(this, name).right_inverse(value) },
    })
  }
  Object.setPrototypeOf(module, injected.prototype)
}

/** The class of a module; what it was before, if it has parametrizations. @see torch.nn.utils.parametrize.type_before_parametrizations */
export function type_before_parametrizations(module: Module): Class {
  const now = module.constructor as unknown as Class
  return classes_before.get(now) ?? now
}

// ---- the functions ----

/** Whether a module has a parametrized tensor, or one of that name. @see torch.nn.utils.parametrize.is_parametrized */
export function is_parametrized(module: Module, tensor_name: string | null | { tensor_name?: string | null } = null): boolean {
  const { parametrizations } = module as { parametrizations?: unknown }
  if (!(parametrizations instanceof ModuleDict)) return false
  const name = typeof tensor_name === 'object' ? tensor_name?.tensor_name ?? null : tensor_name
  return name === null ? parametrizations.length > 0 : parametrizations.contains(name)
}

const register_names = ['module', 'tensor_name', 'parametrization'] as const

/**
 * Makes a parameter or buffer of a module a function of others: from now on `module.<tensor_name>` is what the parametrization
 * makes of `module.parametrizations.<tensor_name>.original`. A second one for the same tensor is applied to what the first gives.
 *
 * @param unsafe - allow it to change shape or dtype, and do not check. Default: false.
 * @throws {ValueError} if there is no such tensor, or the parametrization changes its shape or dtype.
 * @example parametrize.register_parametrization(linear, 'weight', new Symmetric())
 * @see torch.nn.utils.parametrize.register_parametrization
 */
export function register_parametrization<M extends Module>(
  ...args: Args<[module: M, tensor_name: string, parametrization: Parametrization], typeof register_names, { unsafe?: boolean }>
): M {
  const { module, tensor_name, parametrization, unsafe = false }
    = bind<{ module: M, tensor_name: string, parametrization: Parametrization, unsafe?: boolean }>('register_parametrization', register_names, 3, args, ['unsafe'])
  parametrization.train(module.training)
  const kind = member_kind(module, tensor_name)
  if (is_parametrized(module, tensor_name)) {
    if (!unsafe) check_another(module, tensor_name, parametrization)
    const list = list_of(module, tensor_name)
    list.append(parametrization)
    list.unsafe ||= unsafe
  } else if (kind === 'parameter' || kind === 'buffer') {
    const list = new ParametrizationList([parametrization], get_attr(module, tensor_name) as Tensor, unsafe)
    del_attr(module, tensor_name)
    if (!is_parametrized(module)) (module as Module as Parametrized).parametrizations = new ModuleDict()
    const { parametrizations } = module as Module as Parametrized
    set_class(module, [...parametrizations.keys(), tensor_name])
    parametrizations.set_at(tensor_name, list)
  } else {
    throw new ValueError(`Module '${String(module)}' does not have a parameter, a buffer, or a parametrized element with name '${tensor_name}'`)
  }
  return module
}

function check_another(module: Module, name: string, parametrization: Parametrization): void {
  const before = get_attr(module, name) as Tensor
  const after = parametrization(before) as unknown
  if (!is_tensor_value(after)) throw new ValueError(`A parametrization must return a tensor. Got ${type_name(after)}.`)
  const refuse = (what: 'dtype' | 'shape', tensor: Tensor): never => {
    throw new ValueError(`Registering a parametrization may not change the ${what} of the tensor, unless the \`unsafe\` flag is enabled.\n`
      + `module.${name}.${what}: ${String(before[what])}\nparametrization(module.${name}).${what}: ${String(tensor[what])}`)
  }
  differing(before, after as Tensor, refuse)
  if (parametrization.right_inverse === undefined) return
  let inverse: unknown
  try {
    inverse = inverse_of(parametrization, after)
  } catch (error) {
    if (error instanceof NotImplementedError) return
    throw error
  }
  if (!is_tensor_value(inverse)) throw new ValueError(`parametrization.right_inverse must return a tensor. Got: ${type_name(inverse)}`)
  differing(before, inverse as Tensor, (what, tensor) => {
    throw new ValueError(`The tensor returned by parametrization.right_inverse must have the same ${what} as module.${name}, `
      + `unless the \`unsafe\` flag is enabled.\nmodule.${name}.${what}: ${String(before[what])}\nreturned ${what}: ${String(tensor[what])}`)
  })
}

function differing(before: Tensor, after: Tensor, refuse: (what: 'dtype' | 'shape', tensor: Tensor) => never): void {
  if (after.dtype !== before.dtype) refuse('dtype', after)
  if (String(after.shape) !== String(before.shape)) refuse('shape', after)
}

const remove_names = ['module', 'tensor_name', 'leave_parametrized'] as const

/**
 * Takes the parametrizations of a tensor away.
 *
 * @param leave_parametrized - whether the tensor keeps the value that they gave, or becomes the original again. Default: true.
 * @throws {ValueError} if there are none, or there are several originals to become again.
 * @see torch.nn.utils.parametrize.remove_parametrizations
 */
export function remove_parametrizations<M extends Module>(
  ...args: Args<[module: M, tensor_name: string, leave_parametrized?: boolean], typeof remove_names>
): M {
  const { module, tensor_name, leave_parametrized = true }
    = bind<{ module: M, tensor_name: string, leave_parametrized?: boolean }>('remove_parametrizations', remove_names, 2, args)
  if (!is_parametrized(module, tensor_name)) throw new ValueError(`Module ${String(module)} does not have a parametrization on ${tensor_name}`)
  const tensor = tensor_after(module, tensor_name, leave_parametrized)
  const { parametrizations } = module as Module as Parametrized
  parametrizations.delete_at(tensor_name)
  set_class(module, parametrizations.keys())
  register_tensor(module, tensor_name, tensor)
  if (parametrizations.length === 0) del_attr(module, 'parametrizations')
  return module
}

function tensor_after(module: Module, name: string, leave_parametrized: boolean): Tensor {
  const list = list_of(module, name)
  if (list.is_tensor) {
    if (leave_parametrized) no_grad(() => set_([list.original, get_attr(module, name)]))
    return list.original
  }
  if (!leave_parametrized) {
    throw new ValueError('Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.')
  }
  const value = get_attr(module, name) as Tensor
  return value.requires_grad ? new Parameter(value) : value
}

/**
 * Gives a module the parametrizations of another one and their originals.
 *
 * @param tensor_name - only those of this tensor. Default: all.
 * @see torch.nn.utils.parametrize.transfer_parametrizations_and_params
 */
export function transfer_parametrizations_and_params<M extends Module>(from_module: Module, to_module: M, tensor_name: string | null = null): M {
  if (!is_parametrized(from_module)) return to_module
  const { parametrizations } = from_module as Parametrized
  for (const name of tensor_name === null ? parametrizations.keys() : [tensor_name]) {
    if (!parametrizations.contains(name)) throw new KeyError(`'${name}'`)
    if (!(name in to_module)) set_attr(to_module, name, new Parameter(get_attr(from_module, name) as Tensor))
    const from = parametrizations.at(name)
    for (const parametrization of from) register_parametrization(to_module as Module, name, parametrization)
    const to = list_of(to_module, name)
    for (const original of from.is_tensor ? ['original'] : Array.from({ length: from.ntensors }, (_, i) => `original${i}`)) {
      set_attr(to, original, get_attr(from, original))
    }
  }
  return to_module
}
