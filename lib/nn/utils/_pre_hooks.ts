// Hooks that compute a module's tensor before each forward: what weight_norm, spectral_norm and prune share.
import type { Callable } from '../../_callable'
import { type ForwardPreHook, hooks_of } from '../modules/_hooks'
import { state_of } from '../modules/_members'
import type { Module } from '../modules/module'

/** A module's own forward pre-hooks in their order. */
export function pre_hooks_of(module: Module): unknown[] {
  return state_of(module).hooks?.forward_pre.list().map(({ hook }) => hook) ?? []
}

/** Adds an object whose call computes the tensor. */
export function add_pre_hook(module: Module, hook: Callable): void {
  module.register_forward_pre_hook(hook as unknown as ForwardPreHook)
}

export function drop_pre_hook(module: Module, hook: unknown): void {
  hooks_of(module).forward_pre.drop(entry => entry.hook as unknown === hook)
}
