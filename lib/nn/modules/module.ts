// The base of all modules: torch.nn.Module.
import { type Args, bind } from '../../_args'
import { Callable } from '../../_callable'
import { is_tensor } from '../../_dispatch'
import { AttributeError, KeyError, RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text, typename } from '../../_typename'
import type { DeviceLike } from '../../device'
import * as dtypes from '../../dtype'
import { type RemovableHandle, type Tensor, type ToOptions, to_options } from '../../tensor'
import type { Parameter } from '../parameter'
import { Parameter as ParameterClass } from '../parameter'
import { apply_own, converter } from './_convert'
import {
  type BackwardPreHook, type ForwardHook, type ForwardHookWithKwargs, type ForwardPreHook, type ForwardPreHookWithKwargs, type FullBackwardHook,
  type LoadPostHook, type LoadPreHook, type StateDictPostHook, type StateDictPreHook, add_backward_hook, call_with_hooks,
  check_hook, global_hooks, hooks_of,
} from './_hooks'
import { get_attr, init_state, is_module, member_kind, members, register, run_forward, state_of } from './_members'
import { registration_hooks } from './_registration'
import { type IncompatibleKeys, StateDict, type StateDictLike, load_own, load_state_dict, metadata_of, save_own } from './_state_dict'

/** What a state_dict knows of a module beside its tensors. */
export interface LocalMetadata {
  version?: number
  assign_to_params_buffers?: boolean
}

/** Keywords of {@link Module.state_dict}. */
export interface StateDictOptions<D = StateDict> {
  /** Where to put the state. Default: a new StateDict. */
  destination?: D | null
  /** Put before every name. Default: ''. */
  prefix?: string
  /** Give the parameters themselves instead of detached tensors. Default: false. */
  keep_vars?: boolean
}

const empty_like = aten('empty_like')
const buffer_names = ['name', 'tensor', 'persistent'] as const
const named_names = ['prefix', 'recurse', 'remove_duplicate'] as const
const module_names = ['memo', 'prefix', 'remove_duplicate'] as const

type NamedArgs = Args<[prefix?: string, recurse?: boolean, remove_duplicate?: boolean], typeof named_names>

type Keywords<M, A extends readonly unknown[]> = M extends { readonly _forward_names: infer N extends readonly string[] } ? Args<A, N> : A
/* eslint-disable @typescript-eslint/no-explicit-any -- as PyTorch's Callable[..., Any]: a module that is not known more closely */
/** What a call of a module takes: forward's arguments, by keyword too where the module names them. */
export type ForwardArgs<M> = M extends { forward(...args: infer A extends unknown[]): unknown } ? Keywords<M, A> : any[]
/** What a call of a module gives: forward's result. */
export type ForwardResult<M> = M extends { forward(...args: never): infer R } ? R : any
/* eslint-enable @typescript-eslint/no-explicit-any */

export interface Module {
  // eslint-disable-next-line @typescript-eslint/prefer-function-type -- it is a class too, below
  (...args: ForwardArgs<this>): ForwardResult<this>
}

/**
 * Base of all neural network modules: a function with parameters, which may consist of other modules.
 *
 * A subclass sets its {@link Parameter}s, buffers and modules as fields and defines `forward`; calling the module, `model(x)`,
 * runs forward between the hooks. Fields count in the order in which they are defined: a field that the class declares without
 * `declare` is defined there, otherwise where it is assigned.
 *
 * Shape: none of its own.
 * @example
 * class Net extends nn.Module {
 *   fc = new nn.Linear(4, 2)
 *   forward(x: torch.Tensor) { return this.fc(x).relu() }
 * }
 * @see torch.nn.Module
 */
export class Module extends Callable {
  /** Whether the module is in training mode. */
  training = true

  constructor() {
    super()
    init_state(this)
  }

  /** The version of the module's state: it changes when the meaning of its names does. */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would be an own property of every module
  get _version(): number {
    return 1
  }

  /** The names of forward's parameters, for calls with keywords; without them forward gets the object of keywords itself. */
  get _forward_names(): readonly string[] | undefined {
    return undefined
  }

  protected override __call__(...args: unknown[]): unknown {
    const { hooks } = state_of(this)
    if ((hooks === null || !hooks.any) && !global_hooks.any) return run_forward(this, args)
    return call_with_hooks(this, args)
  }

  // ---- members ----

  /**
   * Adds a buffer: a tensor that belongs to the module's state and moves with it, but is no parameter.
   *
   * @param tensor - null: a buffer that is absent for now.
   * @param persistent - whether it is in the state_dict. Default: true.
   * @throws {KeyError} if the name is taken, empty or has a dot.
   * @see torch.nn.Module.register_buffer
   */
  register_buffer(...args: Args<[name: string, tensor: Tensor | null, persistent?: boolean], typeof buffer_names>): void {
    const { name, tensor = null, persistent } = bind('register_buffer', buffer_names, 1, args)
    check_name(this, 'buffer', name)
    if (tensor !== null && !is_tensor(tensor)) {
      throw new TypeError(`cannot assign '${typename(tensor)}' object to buffer '${name}' (torch Tensor or None required)`)
    }
    register(this, name, 'buffer', registration_hooks.buffer.run(this, name, tensor))
    if (persistent === false) state_of(this).transient.add(name)
    else state_of(this).transient.delete(name)
  }

  /**
   * Adds a parameter. The same as assigning it to a field, but for the checks.
   *
   * @param param - null: a parameter that is absent, such as the bias of a layer without one.
   * @throws {KeyError} if the name is taken, empty or has a dot.
   * @see torch.nn.Module.register_parameter
   */
  register_parameter(name: string, param: Parameter | null): void {
    check_name(this, 'parameter', name)
    if (param != null && !(param instanceof ParameterClass)) {
      throw new TypeError(`cannot assign '${typename(param)}' object to parameter '${name}' (torch.nn.Parameter or None required)`)
    }
    if (param?.grad_fn) {
      throw new ValueError(`Cannot assign non-leaf Tensor to parameter '${name}'. Model parameters must be created explicitly. To express '${name}' `
        + 'as a function of another Tensor, compute the value in the forward() method.')
    }
    register(this, name, 'parameter', param == null ? null : registration_hooks.parameter.run(this, name, param))
  }

  /** Adds a child. @param module - null: a child that is absent. @see torch.nn.Module.add_module */
  add_module(name: string, module: Module | null): void {
    if (module != null && !is_module(module)) throw new TypeError(`${typename(module)} is not a Module subclass`)
    check_name(this, 'module', name)
    register(this, name, 'module', registration_hooks.module.run(this, name, module ?? null))
  }

  /** Alias of {@link add_module}. */
  register_module(name: string, module: Module | null): void {
    this.add_module(name, module)
  }

  /** The module of a dotted name; '' is this one. @throws {AttributeError} if there is none. @see torch.nn.Module.get_submodule */
  get_submodule(target: string): Module {
    return target === '' ? this : target.split('.').reduce<Module>((module, name) => child_of(module, name), this)
  }

  /**
   * Puts a module at a dotted name.
   *
   * @param strict - only replace a module that is there. Default: false.
   * @see torch.nn.Module.set_submodule
   */
  set_submodule(target: string, module: Module, strict: boolean | { strict?: boolean } = false): void {
    if (target === '') throw new ValueError('Cannot set the submodule without a target name!')
    if (!is_module(module)) throw new ValueError(`\`module\` is not an nn.Module, found ${type_text(module)}`)
    const [parent, name] = locate(this, target)
    const only_replace = typeof strict === 'object' ? strict.strict === true : strict
    if (name in parent || only_replace) child_of(parent, name)
    register(parent, name, 'module', module)
  }

  /** The parameter of a dotted name. @throws {AttributeError} if there is none. @see torch.nn.Module.get_parameter */
  get_parameter(target: string): Parameter {
    const [module, name] = locate(this, target)
    const found = attribute(module, name)
    if (!(found instanceof ParameterClass)) throw new AttributeError(`\`${name}\` is not an nn.Parameter`)
    return found
  }

  /** The buffer of a dotted name. @throws {AttributeError} if there is none. @see torch.nn.Module.get_buffer */
  get_buffer(target: string): Tensor {
    const [module, name] = locate(this, target)
    const found = attribute(module, name)
    if (member_kind(module, name) !== 'buffer') throw new AttributeError(`\`${name}\` is not a buffer`)
    return found as Tensor
  }

  /**
   * The parameters with their dotted names: a module's own before its children's.
   *
   * @param prefix - put before each name. Default: ''.
   * @param recurse - also those of children, and theirs. Default: true.
   * @param remove_duplicate - give a shared parameter once. Default: true.
   * @see torch.nn.Module.named_parameters
   */
  named_parameters(...args: NamedArgs): Generator<[string, Parameter], void, undefined> {
    const { prefix = '', recurse = true, remove_duplicate = true } = bind('named_parameters', named_names, 0, args)
    return named_members(this, 'parameter', prefix as string, recurse as boolean, remove_duplicate as boolean) as Generator<[string, Parameter], void, undefined>
  }

  /** The parameters, as an optimizer takes them. @see torch.nn.Module.parameters */
  * parameters(recurse: boolean | { recurse?: boolean } = true): Generator<Parameter, void, undefined> {
    for (const [, param] of this.named_parameters({ recurse: option(recurse, 'recurse', true) })) yield param
  }

  /** The buffers with their dotted names; arguments as for {@link named_parameters}. @see torch.nn.Module.named_buffers */
  named_buffers(...args: NamedArgs): Generator<[string, Tensor], void, undefined> {
    const { prefix = '', recurse = true, remove_duplicate = true } = bind('named_buffers', named_names, 0, args)
    return named_members(this, 'buffer', prefix as string, recurse as boolean, remove_duplicate as boolean)
  }

  /** The buffers. @see torch.nn.Module.buffers */
  * buffers(recurse: boolean | { recurse?: boolean } = true): Generator<Tensor, void, undefined> {
    for (const [, buffer] of this.named_buffers({ recurse: option(recurse, 'recurse', true) })) yield buffer
  }

  /** The immediate children with their names; a shared one once. @see torch.nn.Module.named_children */
  * named_children(): Generator<[string, Module], void, undefined> {
    const seen = new Set<Module>()
    for (const [name, module] of members(this, 'module')) {
      if (module === null || seen.has(module)) continue
      seen.add(module)
      yield [name, module]
    }
  }

  /** The immediate children. @see torch.nn.Module.children */
  * children(): Generator<Module, void, undefined> {
    for (const [, module] of this.named_children()) yield module
  }

  /**
   * This module and all below it with their dotted names; this one's name is the prefix.
   *
   * @param memo - modules to leave out. Default: none.
   * @param prefix - Default: ''.
   * @param remove_duplicate - give a shared module once. Default: true.
   * @see torch.nn.Module.named_modules
   */
  named_modules(
    ...args: Args<[memo?: Set<Module> | null, prefix?: string, remove_duplicate?: boolean], typeof module_names>
  ): Generator<[string, Module], void, undefined> {
    const { memo, prefix = '', remove_duplicate = true } = bind('named_modules', module_names, 0, args)
    return walk(this, (memo as Set<Module> | null | undefined) ?? new Set(), prefix as string, remove_duplicate as boolean)
  }

  /** This module and all below it. @see torch.nn.Module.modules */
  * modules(remove_duplicate: boolean | { remove_duplicate?: boolean } = true): Generator<Module, void, undefined> {
    for (const [, module] of this.named_modules({ remove_duplicate: option(remove_duplicate, 'remove_duplicate', true) })) yield module
  }

  // ---- changing all of it ----

  /** Replaces each tensor's values by what `fn` makes of them, children first. @see torch.nn.Module._apply */
  _apply(fn: (tensor: Tensor) => Tensor, recurse = true): this {
    if (recurse) for (const module of this.children()) module._apply(fn)
    apply_own(this, fn)
    return this
  }

  /** Calls `fn` on every module below, then on this one: to initialise parameters, say. @see torch.nn.Module.apply */
  apply(fn: (module: Module) => unknown): this {
    for (const module of this.children()) module.apply(fn)
    fn(this)
    return this
  }

  /**
   * Moves the parameters and buffers to a device, a dtype or both, in place. The dtype concerns floating point and complex ones only.
   *
   * @throws {TypeError} if dtype is neither.
   * @example model.to('cuda:0'); model.to(torch.float64); model.to(device, dtype); model.to(tensor); model.to({ memory_format })
   * @see torch.nn.Module.to
   */
  to(other: Tensor, non_blocking?: boolean | ToOptions): this
  to(dtype: dtypes.dtype, non_blocking?: boolean | ToOptions): this
  to(device: DeviceLike | null, dtype?: dtypes.dtype | null | ToOptions, non_blocking?: boolean | ToOptions): this
  to(options: ToOptions): this
  to(...args: unknown[]): this {
    return this._apply(converter(to_options(args)))
  }

  /** To a CUDA device. Default: the current one. */
  cuda(device: DeviceLike | null = null): this {
    return this._apply(tensor => tensor.cuda(device ?? 'cuda'))
  }

  cpu(): this {
    return this._apply(tensor => tensor.cpu())
  }

  /** Casts all parameters and buffers. @see torch.nn.Module.type */
  type(dst_type: dtypes.dtype): this {
    return this._apply(tensor => tensor.type(dst_type))
  }

  /** Casts floating point parameters and buffers to float32. */
  float(): this {
    return cast(this, dtypes.float32)
  }

  /** Casts floating point parameters and buffers to float64. */
  double(): this {
    return cast(this, dtypes.float64)
  }

  /** Casts floating point parameters and buffers to float16. */
  half(): this {
    return cast(this, dtypes.float16)
  }

  /** Casts floating point parameters and buffers to bfloat16. */
  bfloat16(): this {
    return cast(this, dtypes.bfloat16)
  }

  /** The module itself: worker threads share all memory. @see torch.nn.Module.share_memory */
  share_memory(): this {
    return this
  }

  /** Moves parameters and buffers to a device without copying their values. @see torch.nn.Module.to_empty */
  to_empty({ device, recurse = true }: { device: DeviceLike | null, recurse?: boolean }): this {
    return this._apply(tensor => empty_like([tensor], { device }) as Tensor, recurse)
  }

  /** Sets training mode here and below: layers such as Dropout and BatchNorm behave differently in it. @see torch.nn.Module.train */
  train(mode = true): this {
    if (typeof mode !== 'boolean') throw new ValueError('training mode is expected to be boolean')
    this.training = mode
    for (const module of this.children()) module.train(mode)
    return this
  }

  /** Sets evaluation mode: `train(false)`. */
  eval(): this {
    return this.train(false)
  }

  /** Sets requires_grad of all parameters: false freezes the module. */
  requires_grad_(requires_grad = true): this {
    for (const param of this.parameters()) param.requires_grad_(requires_grad)
    return this
  }

  /** Takes the gradients of all parameters away. @param set_to_none - false: fills them with zeros. Default: true. */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = true): void {
    const to_none = option(set_to_none, 'set_to_none', true)
    for (const param of this.parameters()) {
      const { grad } = param
      if (grad === null) continue
      if (to_none) param.grad = null
      else if (grad.grad_fn !== null) grad.detach_().zero_()
      else grad.requires_grad_(false).zero_()
    }
  }

  // ---- state ----

  /** What the state_dict should hold beside tensors; define it together with {@link set_extra_state}. */
  get_extra_state(): unknown {
    throw new RuntimeError('Reached a code path in Module.get_extra_state() that should never be called.')
  }

  /** Takes back what {@link get_extra_state} gave. */
  set_extra_state(_state: unknown): void {
    throw new RuntimeError('Reached a code path in Module.set_extra_state() that should never be called.')
  }

  /** Puts the module's own state into `destination`. @internal */
  _save_to_state_dict(destination: Record<string, unknown>, prefix: string, keep_vars: boolean): void {
    save_own(this, destination, prefix, keep_vars, this.get_extra_state !== Module.prototype.get_extra_state)
  }

  /**
   * The parameters and persistent buffers by their dotted names. They share memory with the module's.
   *
   * @see torch.nn.Module.state_dict
   */
  state_dict<D extends object = StateDict>(options: StateDictOptions<D> = {}): D {
    const { prefix = '', keep_vars = false } = options
    const destination = options.destination ?? new StateDict() as unknown as D
    const local_metadata: LocalMetadata = { version: this._version }
    const metadata = metadata_of(destination)
    if (metadata) metadata[prefix.slice(0, -1)] = local_metadata
    const { hooks } = state_of(this)
    for (const hook of hooks?.state_dict_pre.list() ?? []) hook(this, prefix, keep_vars)
    this._save_to_state_dict(destination as Record<string, unknown>, prefix, keep_vars)
    for (const [name, module] of members(this, 'module')) module?.state_dict({ destination, prefix: `${prefix}${name}.`, keep_vars })
    for (const hook of hooks?.state_dict_post.list() ?? []) {
      const result = hook(this, destination as never, prefix, local_metadata as never) as unknown
      if (result != null) throw new RuntimeError('state_dict post-hook must return None')
    }
    return destination
  }

  /** Copies the module's own state from `state_dict`; subclasses upgrade old versions here. @internal */
  _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    const extra = this.set_extra_state !== Module.prototype.set_extra_state
    load_own(this, state_dict, prefix, local_metadata, strict, extra, { missing_keys, unexpected_keys, error_msgs })
  }

  /**
   * Copies parameters and buffers from `state_dict` into this module and those below it.
   *
   * @param state_dict - an object or a Map of tensors by name.
   * @param strict - whether the names must be exactly the module's. Default: true.
   * @param assign - take the given tensors themselves in place of copying their values. Default: false.
   * @returns the names that differ: `{ missing_keys, unexpected_keys }`
   * @throws {RuntimeError} that lists all differences.
   * @example model.load_state_dict(other.state_dict()); model.load_state_dict(weights, { strict: false })
   * @see torch.nn.Module.load_state_dict
   */
  load_state_dict(state_dict: StateDictLike, strict: boolean | { strict?: boolean, assign?: boolean } = true, assign = false): IncompatibleKeys {
    const by_keyword = typeof strict === 'object' ? strict : { strict, assign }
    return load_state_dict(this, state_dict, by_keyword.strict ?? true, by_keyword.assign ?? false)
  }

  // ---- hooks ----

  /**
   * Calls a function before each forward. It may return the arguments to use: an array, or a single one.
   *
   * @param prepend - call it before those that are there. Default: false.
   * @param with_kwargs - the hook gets `(module, args, kwargs)` and may return `[args, kwargs]`. Default: false.
   * @see torch.nn.Module.register_forward_pre_hook
   */
  register_forward_pre_hook(hook: ForwardPreHook, options?: { prepend?: boolean, with_kwargs?: false }): RemovableHandle
  register_forward_pre_hook(hook: ForwardPreHookWithKwargs, options: { prepend?: boolean, with_kwargs: true }): RemovableHandle
  register_forward_pre_hook(
    hook: ForwardPreHook | ForwardPreHookWithKwargs, { prepend = false, with_kwargs = false }: { prepend?: boolean, with_kwargs?: boolean } = {},
  ): RemovableHandle {
    check_hook('register_forward_pre_hook', hook)
    return hooks_of(this).forward_pre.add({ hook, with_kwargs }, prepend)
  }

  /**
   * Calls a function after each forward with the arguments and the result. It may return the result to use.
   *
   * @param prepend - call it before those that are there. Default: false.
   * @param with_kwargs - the hook gets `(module, args, kwargs, output)`. Default: false.
   * @param always_call - call it even if forward throws. Default: false.
   * @see torch.nn.Module.register_forward_hook
   */
  register_forward_hook(hook: ForwardHook, options?: { prepend?: boolean, with_kwargs?: false, always_call?: boolean }): RemovableHandle
  register_forward_hook(hook: ForwardHookWithKwargs, options: { prepend?: boolean, with_kwargs: true, always_call?: boolean }): RemovableHandle
  register_forward_hook(
    hook: ForwardHook | ForwardHookWithKwargs,
    { prepend = false, with_kwargs = false, always_call = false }: { prepend?: boolean, with_kwargs?: boolean, always_call?: boolean } = {},
  ): RemovableHandle {
    check_hook('register_forward_hook', hook)
    return hooks_of(this).forward.add({ hook, with_kwargs, always_call }, prepend)
  }

  /**
   * Calls a function with the gradients of the inputs and outputs whenever backward has computed those of the inputs. It may return
   * other gradients of the inputs.
   *
   * @see torch.nn.Module.register_full_backward_hook
   */
  register_full_backward_hook(hook: FullBackwardHook, { prepend = false }: { prepend?: boolean } = {}): RemovableHandle {
    check_hook('register_full_backward_hook', hook)
    return add_backward_hook(hooks_of(this), 'backward', hook, prepend)
  }

  /**
   * Hooks the node of the graph that made the result; its inputs may be other than the module's.
   *
   * @deprecated Use {@link register_full_backward_hook}.
   * @see torch.nn.Module.register_backward_hook
   */
  register_backward_hook(hook: FullBackwardHook): RemovableHandle {
    check_hook('register_backward_hook', hook)
    return add_backward_hook(hooks_of(this), 'regular_backward', hook)
  }

  /** Calls a function with the gradients of the outputs before backward enters the module. It may return others. */
  register_full_backward_pre_hook(hook: BackwardPreHook, { prepend = false }: { prepend?: boolean } = {}): RemovableHandle {
    check_hook('register_full_backward_pre_hook', hook)
    return hooks_of(this).backward_pre.add(hook, prepend)
  }

  /** Calls a function before state_dict collects this module's state. */
  register_state_dict_pre_hook(hook: StateDictPreHook): RemovableHandle {
    check_hook('register_state_dict_pre_hook', hook)
    return hooks_of(this).state_dict_pre.add(hook)
  }

  /** Calls a function after state_dict collected this module's state; it may change the dict in place. */
  register_state_dict_post_hook(hook: StateDictPostHook): RemovableHandle {
    check_hook('register_state_dict_post_hook', hook)
    return hooks_of(this).state_dict_post.add(hook)
  }

  /** Calls a function before load_state_dict loads this module's state; it may change the dict in place. */
  register_load_state_dict_pre_hook(hook: LoadPreHook): RemovableHandle {
    check_hook('register_load_state_dict_pre_hook', hook)
    return hooks_of(this).load_pre.add(hook)
  }

  /** Calls a function after load_state_dict loaded this module and those below; it may change the lists of names in place. */
  register_load_state_dict_post_hook(hook: LoadPostHook): RemovableHandle {
    check_hook('register_load_state_dict_post_hook', hook)
    return hooks_of(this).load_post.add(hook)
  }

  // ---- text ----

  /** The name in the repr: the class's. */
  _get_name(): string {
    return this.constructor.name
  }

  /** What the repr shows between the brackets; lines of their own if there are several. */
  extra_repr(): string {
    return ''
  }

  /** Python's repr. */
  override toString(): string {
    const extra = this.extra_repr()
    const extra_lines = extra === '' ? [] : extra.split('\n')
    const child_lines = members(this, 'module').map(([name, module]) => `(${name}): ${indented(module === null ? 'None' : module.toString())}`)
    if (extra_lines.length <= 1 && child_lines.length === 0) return `${this._get_name()}(${extra})`
    return `${this._get_name()}(\n  ${[...extra_lines, ...child_lines].join('\n  ')}\n)`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** The lines after the first moved two columns to the right. */
export function indented(text: string): string {
  return text.split('\n').map((line, i) => (i === 0 ? line : line.trim() === '' ? '' : `  ${line}`)).join('\n')
}

function option<T extends string>(value: boolean | Partial<Record<T, boolean>>, name: T, fallback: boolean): boolean {
  return typeof value === 'object' ? value[name] ?? fallback : value
}

function attribute(module: Module, name: string): unknown {
  if (!(name in module)) throw new AttributeError(`${module._get_name()} has no attribute \`${name}\``)
  return get_attr(module, name)
}

function child_of(module: Module, name: string): Module {
  const found = attribute(module, name)
  if (!is_module(found)) throw new AttributeError(`\`${name}\` is not an nn.Module`)
  return found
}

function* walk(module: Module, memo: Set<Module>, prefix: string, remove_duplicate: boolean): Generator<[string, Module], void, undefined> {
  if (memo.has(module)) return
  if (remove_duplicate) memo.add(module)
  yield [prefix, module]
  for (const [name, child] of members(module, 'module')) {
    if (child !== null) yield* child.named_modules(memo, prefix === '' ? name : `${prefix}.${name}`, remove_duplicate)
  }
}

function check_name(module: Module, kind: 'parameter' | 'buffer' | 'module', name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`${kind} name should be a string. Got ${typename(name)}`)
  const taken = name in module && get_attr(module, name) !== undefined && member_kind(module, name) !== kind
  if (kind === 'module' && taken) throw new KeyError(`attribute '${name}' already exists`)
  if (name.includes('.')) throw new KeyError(kind === 'module' ? `module name can't contain ".", got: ${name}` : `${kind} name can't contain "."`)
  if (name === '') throw new KeyError(`${kind} name can't be empty string ""`)
  if (taken) throw new KeyError(`attribute '${name}' already exists`)
}

function locate(module: Module, target: string): [Module, string] {
  const dot = target.lastIndexOf('.')
  return [module.get_submodule(target.slice(0, Math.max(dot, 0))), target.slice(dot + 1)]
}

function cast<M extends Module>(module: M, dtype: dtypes.dtype): M {
  return module._apply(tensor => (tensor.dtype.is_floating_point ? tensor.to(dtype) : tensor))
}

function* named_members(
  root: Module, kind: 'parameter' | 'buffer', prefix: string, recurse: boolean, remove_duplicate: boolean,
): Generator<[string, Tensor], void, undefined> {
  const seen = new Set<Tensor>()
  const modules: Iterable<[string, Module]> = recurse ? root.named_modules(null, prefix, remove_duplicate) : [[prefix, root]]
  for (const [module_prefix, module] of modules) {
    for (const [name, tensor] of members(module, kind)) {
      if (tensor === null || seen.has(tensor)) continue
      if (remove_duplicate) seen.add(tensor)
      yield [module_prefix === '' ? name : `${module_prefix}.${name}`, tensor]
    }
  }
}
