// Base of the optimizers: torch.optim.optimizer.
import { exchange_scope, is_kwargs, is_tensor } from '../_dispatch'
import { NotImplementedError, RuntimeError, ValueError } from '../_errors'
import { float_repr, tuple_repr } from '../_python_format'
import { type_name, type_text, typename, value_text } from '../_typename'
import { warn } from '../_warnings'
import { enable_grad, set_grad_enabled } from '../autograd/grad_mode'
import type { RemovableHandle, Tensor } from '../tensor'
import { Hooks } from './_hooks'
import { type OptimizerStateDict, type ParamState, pack, unpack } from './_state_dict'

/** A group of parameters and its options. */
export type ParamGroup<Options = object> = Options & {
  params: Tensor[]
  param_names?: string[]
  [option: string]: unknown
}

/** A group as it is given: options that are left out are the optimizer's. */
export type GroupInput<Options = object> = Partial<Options> & {
  params: Tensor | Iterable<Tensor> | Iterable<readonly [string, Tensor]>
  [option: string]: unknown
}

/** What an optimizer optimizes: tensors, tensors with names, or groups of them. */
export type Params<Options = object> =
  Iterable<Tensor> | Iterable<readonly [string, Tensor]> | Iterable<GroupInput<Options>>

/** What a closure gives: the loss. */
export type Loss = Tensor | number

/** A closure that computes the loss and its gradients anew. */
export type Closure<L = Loss> = () => L

type Call = [closure?: Closure | null]
type PreHook = (optimizer: Optimizer, args: Call, kwargs: object) => readonly [Call, object] | null | void
type PostHook = (optimizer: Optimizer, args: Call, kwargs: object) => void
type DictHook = (optimizer: Optimizer, state_dict: OptimizerStateDict) => OptimizerStateDict | null | void
type PlainHook = (optimizer: Optimizer) => void

const global_pre_hooks = new Hooks<PreHook>()
const global_post_hooks = new Hooks<PostHook>()

/** A hook before each step of all optimizers. @see torch.optim.optimizer.register_optimizer_step_pre_hook */
export function register_optimizer_step_pre_hook(hook: PreHook): RemovableHandle {
  return global_pre_hooks.add(hook)
}

/** A hook after each step of all optimizers. @see torch.optim.optimizer.register_optimizer_step_post_hook */
export function register_optimizer_step_post_hook(hook: PostHook): RemovableHandle {
  return global_post_hooks.add(hook)
}

/** Stands for an option that each group must give, if the optimizer has no default for it. */
export const required = Symbol('required')

/**
 * Base class of optimizers. A subclass defines {@link step}.
 *
 * @throws {ValueError} without parameters, for one that is in two groups, or one that is no leaf.
 * @see torch.optim.Optimizer
 */
export class Optimizer<Options extends object = object> {
  /** The options of groups that do not give them. */
  defaults: Options
  /** What the optimizer keeps for each parameter, such as momentum buffers. */
  state = new Map<unknown, ParamState>()
  param_groups: ParamGroup<Options>[] = []
  /** @internal Whether a step was made: schedulers warn if not. */
  _opt_called = false

  readonly #step_pre_hooks = new Hooks<PreHook>()
  readonly #step_post_hooks = new Hooks<PostHook>()
  readonly #state_dict_pre_hooks = new Hooks<PlainHook>()
  readonly #state_dict_post_hooks = new Hooks<DictHook>()
  readonly #load_pre_hooks = new Hooks<DictHook>()
  readonly #load_post_hooks = new Hooks<PlainHook>()

  constructor(params: Params<Options>, defaults: Options) {
    this.defaults = defaults
    // Python wraps the class's step too, so that hooks run whoever wrote it.
    const step = this.step
    this.step = <L extends Loss>(closure?: Closure<L> | null): L | null => this.#hooked(step as never, closure)
    if (is_tensor(params) || typeof params !== 'object' || params === null || !(Symbol.iterator in params)) {
      throw new TypeError(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${typename(params)}`)
    }
    const list = [...params as Iterable<unknown>]
    if (list.length === 0) throw new ValueError('optimizer got an empty parameter list')
    const groups = is_kwargs(list[0]) ? list : [{ params: list }]
    for (const group of groups) this.add_param_group(group as GroupInput<Options>)
  }

  /**
   * Updates the parameters by their gradients.
   *
   * @param closure - computes the loss and its gradients anew; most optimizers do without.
   * @returns the closure's loss, or null
   */
  step(closure?: null): null
  step<L extends Loss>(closure: Closure<L>): L
  step<L extends Loss>(closure?: Closure<L> | null): L | null
  step<L extends Loss>(closure?: Closure<L> | null): L | null {
    const loss = closure == null ? null : enable_grad(closure)
    outlives_scopes(() => {
      // Not no_grad(callback): that costs more than the step of a small model.
      const guard = set_grad_enabled(this.differentiable)
      try {
        for (const group of this.param_groups) this.update_group(group)
      } finally {
        guard[Symbol.dispose]()
      }
    })
    return loss
  }

  /** Updates the parameters of one group, without gradient recording: all that most optimizers define. @internal */
  protected update_group(_group: ParamGroup<Options>): void {
    throw new NotImplementedError()
  }

  /** Whether steps are recorded for backward. @internal */
  protected get differentiable(): boolean {
    return (this.defaults as { differentiable?: boolean }).differentiable === true
  }

  #hooked<L extends Loss>(step: (closure?: Closure<L> | null) => L | null, closure?: Closure<L> | null): L | null {
    let args: Call = closure == null ? [] : [closure]
    let kwargs: object = {}
    for (const hook of [...global_pre_hooks, ...this.#step_pre_hooks]) {
      const result = hook(this as Optimizer, args, kwargs)
      if (result == null) continue
      if (!Array.isArray(result) || result.length !== 2) {
        throw new RuntimeError(`${this.constructor.name}.step must return None or a tuple of (new_args, new_kwargs), but got ${value_text(result)}.`)
      }
      [args, kwargs] = result as [Call, object]
    }
    this._opt_called = true
    const loss = step.call(this, (args[0] ?? (kwargs as { closure?: Closure<L> }).closure) as Closure<L> | undefined)
    for (const hook of [...this.#step_post_hooks, ...global_post_hooks]) hook(this as Optimizer, args, kwargs)
    return loss
  }

  /**
   * Forgets the gradients.
   *
   * @param set_to_none - set them to null, which saves memory and lets steps skip parameters without gradient; else to zero.
   *   Default: true.
   */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = true): void {
    const to_none = typeof set_to_none === 'object' ? set_to_none.set_to_none ?? true : set_to_none
    for (const { params } of this.param_groups) {
      for (const param of params) {
        if (to_none) param.grad = null
        else if (param.grad !== null) clear(param.grad)
      }
    }
  }

  /**
   * Adds a group of parameters, with options of its own.
   *
   * @example optimizer.add_param_group({ params: model.head.parameters(), lr: 0.1 })
   */
  add_param_group(param_group: GroupInput<Options>): void {
    if (!is_kwargs(param_group)) throw new TypeError(`param_group must be a dict, but got ${type_text(param_group)}`)
    const { tensors, names } = parameters_of(param_group as { params?: unknown })
    const group: Record<string, unknown> = { ...param_group, params: tensors }
    if (names.length > 0) group['param_names'] = names
    for (const param of tensors) this.#check_param(param)
    for (const [name, value] of Object.entries(this.defaults)) {
      if (value === required && !(name in group)) {
        throw new ValueError(`parameter group didn't specify a value of required optimization parameter ${name}`)
      }
      if (group[name] === undefined) group[name] = value
    }
    this.#check_against_others(group as ParamGroup)
    this.param_groups.push(group as ParamGroup<Options>)
  }

  #check_param(param: Tensor): void {
    if (!is_tensor(param)) throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${type_name(param)}`)
    if (!this.differentiable && !(param.is_leaf || param.retains_grad)) throw new ValueError("can't optimize a non-leaf Tensor")
  }

  #check_against_others(group: ParamGroup): void {
    const own = new Set(group.params)
    if (own.size !== group.params.length) {
      warn('optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information')
    }
    for (const other of this.param_groups) {
      if ('param_names' in group !== 'param_names' in other) {
        const text = 'param_names' in group ? 'with names' : 'without names'
        throw new ValueError(`all optimizer param groups should be with/without names. cannot add param group ${text} to the optimizer`)
      }
    }
    if (this.param_groups.some(other => other.params.some(param => own.has(param)))) {
      throw new ValueError('some parameters appear in more than one parameter group')
    }
  }

  /**
   * The state as plain data, in PyTorch's layout: `{ state: Map { 0: {...} }, param_groups: [{ lr, ..., params: [0] }] }`.
   * Parameters are numbered in the order of the groups. Tensors are the optimizer's own, not copies.
   */
  state_dict(): OptimizerStateDict {
    const self = this as Optimizer
    for (const hook of this.#state_dict_pre_hooks) hook(self)
    let state_dict = pack(this.param_groups, this.state)
    for (const hook of this.#state_dict_post_hooks) state_dict = hook(self, state_dict) ?? state_dict
    return state_dict
  }

  /**
   * Takes a state that {@link state_dict} gave. Tensors are brought to the device and dtype of their parameters.
   *
   * @throws {ValueError} if the groups differ in number or size.
   */
  load_state_dict(state_dict: OptimizerStateDict): void {
    const self = this as Optimizer
    let loaded: OptimizerStateDict = { ...state_dict }
    for (const hook of this.#load_pre_hooks) loaded = hook(self, loaded) ?? loaded
    outlives_scopes(() => this.__setstate__(unpack(this.param_groups, loaded) as never))
    for (const hook of this.#load_post_hooks) hook(self)
  }

  /** Takes groups and state. A subclass adds the options that older versions did not save. @internal */
  __setstate__({ state, param_groups }: { state: Map<unknown, ParamState>, param_groups: ParamGroup<Options>[] }): void {
    this.state = state
    this.param_groups = param_groups
  }

  /** What is kept for a parameter; empty at first. @internal */
  protected state_of<S extends object = ParamState>(param: Tensor): S {
    let state = this.state.get(param)
    if (state === undefined) this.state.set(param, state = {})
    return state as S
  }

  /** A hook before each step; it may return `[args, kwargs]` for the step. */
  register_step_pre_hook(hook: PreHook): RemovableHandle {
    return this.#step_pre_hooks.add(hook)
  }

  /** A hook after each step. */
  register_step_post_hook(hook: PostHook): RemovableHandle {
    return this.#step_post_hooks.add(hook)
  }

  /** A hook before {@link state_dict}; `prepend`: before the hooks that are there. */
  register_state_dict_pre_hook(hook: PlainHook, prepend: boolean | { prepend?: boolean } = false): RemovableHandle {
    return this.#state_dict_pre_hooks.add(hook, prepends(prepend))
  }

  /** A hook after {@link state_dict}; it may change the dict or return another. */
  register_state_dict_post_hook(hook: DictHook, prepend: boolean | { prepend?: boolean } = false): RemovableHandle {
    return this.#state_dict_post_hooks.add(hook, prepends(prepend))
  }

  /** A hook before {@link load_state_dict}; it gets a shallow copy of the dict, and may change it or return another. */
  register_load_state_dict_pre_hook(hook: DictHook, prepend: boolean | { prepend?: boolean } = false): RemovableHandle {
    return this.#load_pre_hooks.add(hook, prepends(prepend))
  }

  /** A hook after {@link load_state_dict}. */
  register_load_state_dict_post_hook(hook: PlainHook, prepend: boolean | { prepend?: boolean } = false): RemovableHandle {
    return this.#load_post_hooks.add(hook, prepends(prepend))
  }

  /** Python's repr. */
  toString(): string {
    const groups = this.param_groups.map((group, i) => {
      const names = Object.keys(group).filter(name => name !== 'params').sort()
      return `\nParameter Group ${i}\n${names.map(name => `    ${name}: ${option_text(group[name])}\n`).join('')}`
    })
    return `${this.constructor.name} (${groups.join('')})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Runs a callback whose tensors a torch.scope around it must not free: the optimizer's state. @internal */
export function outlives_scopes<T>(callback: () => T): T {
  const scope = exchange_scope(null)
  try {
    return callback()
  } finally {
    exchange_scope(scope)
  }
}

const prepends = (prepend: boolean | { prepend?: boolean }): boolean => (typeof prepend === 'object' ? prepend.prepend === true : prepend)

function clear(grad: Tensor): void {
  if (grad.grad_fn !== null) grad.detach_()
  else grad.requires_grad_(false)
  grad.zero_()
}

/** The parameters of a group, and their names if they have some. */
function parameters_of(group: { params?: unknown }): { tensors: Tensor[], names: string[] } {
  const { params } = group
  if (params instanceof Set) {
    throw new TypeError('optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead.')
  }
  const given = is_tensor(params) ? [params] : [...params as Iterable<unknown>]
  const names: string[] = []
  const tensors = given.map(param => {
    if (!Array.isArray(param)) return param as Tensor
    names.push(param[0] as string)
    return param[1] as Tensor
  })
  if (names.length > 0 && names.length !== tensors.length) {
    throw new ValueError('all optimizer params should be with/without names. Some param names are missing')
  }
  return { tensors, names }
}

/** A number as Python prints it, as far as JavaScript knows: a whole one as an int. @internal */
export function number_text(value: number): string {
  return Number.isInteger(value) ? String(value) : float_repr(value)
}

/** What Python's f-strings make of a tensor: its value, if it is one number. */
function tensor_text(tensor: Tensor): string {
  if (tensor.dim() !== 0 || tensor.dtype.is_complex) return String(tensor)
  const value = tensor.item()
  return tensor.dtype.is_floating_point ? float_repr(value) : value_text(value)
}

function option_text(value: unknown): string {
  if (typeof value === 'number') return number_text(value)
  if (is_tensor(value)) return tensor_text(value as Tensor)
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? String(value) : value_text(value)
  const is_names = value.length > 0 && value.every(one => typeof one === 'string')
  return is_names ? `[${value.map(one => `'${String(one)}'`).join(', ')}]` : tuple_repr(value.map(option_text))
}
