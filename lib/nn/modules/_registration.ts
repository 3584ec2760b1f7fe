// Hooks for all modules: the register_module_*_hook functions of torch/nn/modules/module.py.
import type { RemovableHandle, Tensor } from '../../tensor'
import type { Parameter } from '../parameter'
import {
  type BackwardPreHook, type ForwardHook, type ForwardHookWithKwargs, type ForwardPreHook, type FullBackwardHook, HookTable,
  add_backward_hook, check_hook, global_hooks,
} from './_hooks'
import type { Module } from './module'

type RegistrationHook<T> = (module: Module, name: string, value: T) => T | null | undefined | void

class RegistrationTable<T> extends HookTable<RegistrationHook<T>> {
  /** What the hooks make of a value that is about to be registered. */
  run(module: Module, name: string, value: unknown): T {
    return this.list().reduce((now, hook) => hook(module, name, now) ?? now, value as T)
  }
}

/** Called when a member is registered; assigning a field does not call them. */
export const registration_hooks = {
  buffer: new RegistrationTable<Tensor | null>(),
  parameter: new RegistrationTable<Parameter>(),
  module: new RegistrationTable<Module | null>(),
}

/** Calls a function whenever register_buffer is called; it may return another tensor. */
export function register_module_buffer_registration_hook(hook: RegistrationHook<Tensor | null>): RemovableHandle {
  check_hook('register_module_buffer_registration_hook', hook)
  return registration_hooks.buffer.add(hook)
}

/** Calls a function whenever add_module is called; it may return another module. */
export function register_module_module_registration_hook(hook: RegistrationHook<Module | null>): RemovableHandle {
  check_hook('register_module_module_registration_hook', hook)
  return registration_hooks.module.add(hook)
}

/** Calls a function whenever register_parameter is called; it may return another parameter. */
export function register_module_parameter_registration_hook(hook: RegistrationHook<Parameter>): RemovableHandle {
  check_hook('register_module_parameter_registration_hook', hook)
  return registration_hooks.parameter.add(hook)
}

/** Calls a function before every module's forward, before the module's own hooks. @see torch.nn.modules.module.register_module_forward_pre_hook */
export function register_module_forward_pre_hook(hook: ForwardPreHook): RemovableHandle {
  check_hook('register_module_forward_pre_hook', hook)
  return global_hooks.forward_pre.add({ hook, with_kwargs: false })
}

/** Calls a function after every module's forward, before the module's own hooks. @see torch.nn.modules.module.register_module_forward_hook */
export function register_module_forward_hook(hook: ForwardHook, options?: { with_kwargs?: false, always_call?: boolean }): RemovableHandle
export function register_module_forward_hook(hook: ForwardHookWithKwargs, options: { with_kwargs: true, always_call?: boolean }): RemovableHandle
export function register_module_forward_hook(
  hook: ForwardHook | ForwardHookWithKwargs, { with_kwargs = false, always_call = false }: { with_kwargs?: boolean, always_call?: boolean } = {},
): RemovableHandle {
  check_hook('register_module_forward_hook', hook)
  return global_hooks.forward.add({ hook, with_kwargs, always_call })
}

/** Calls a function with the gradients of every module's outputs. */
export function register_module_full_backward_pre_hook(hook: BackwardPreHook): RemovableHandle {
  check_hook('register_module_full_backward_pre_hook', hook)
  return global_hooks.backward_pre.add(hook)
}

/** Calls a function with the gradients of every module's inputs and outputs. */
export function register_module_full_backward_hook(hook: FullBackwardHook): RemovableHandle {
  check_hook('register_module_full_backward_hook', hook)
  return add_backward_hook(global_hooks, 'backward', hook)
}

/** Hooks the node that made each module's result. @deprecated Use {@link register_module_full_backward_hook}. */
export function register_module_backward_hook(hook: FullBackwardHook): RemovableHandle {
  check_hook('register_module_backward_hook', hook)
  return add_backward_hook(global_hooks, 'regular_backward', hook)
}
