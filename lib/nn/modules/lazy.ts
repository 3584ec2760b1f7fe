// Modules that learn the sizes of their parameters from the first input: torch.nn.modules.lazy.
import type { Kwargs } from '../../_dispatch'
import { RuntimeError } from '../../_errors'
import { no_grad } from '../../autograd/grad_mode'
import type { Tensor } from '../../tensor'
import { is_lazy } from '../parameter'
import { hooks_of } from './_hooks'
import { members } from './_members'
import type { Module } from './module'

/** A module whose parameters may have no shape yet. */
export interface LazyModule extends Module {
  /** Gives the parameters their shapes, which the arguments of forward tell. */
  initialize_parameters(...args: unknown[]): void
  has_uninitialized_params(): boolean
}

/** Whether one of a module's own parameters or buffers has no shape yet. */
export function has_uninitialized(module: Module): boolean {
  return [...members(module, 'parameter'), ...members(module, 'buffer')].some(([, tensor]) => is_lazy(tensor))
}

// A state_dict tells the shapes too.
function shapes_from_state_dict(module: Module, state_dict: Readonly<Record<string, Tensor>>, prefix: string): void {
  for (const [name, tensor] of [...members(module, 'parameter'), ...members(module, 'buffer')]) {
    const given = Object.hasOwn(state_dict, prefix + name) ? state_dict[prefix + name] : undefined
    if (given !== undefined && is_lazy(tensor) && !is_lazy(given)) no_grad(() => tensor.materialize(given.shape))
  }
}

/** Lets the first call of forward, or a state_dict, give a new module's parameters their shapes; the module then becomes one of `become`. */
export function make_lazy(module: LazyModule, become: { prototype: Module }): void {
  const initialize = (self: Module, args: unknown[], kwargs: Kwargs): void => {
    const lazy = self as LazyModule
    lazy.initialize_parameters(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : []))
    if (lazy.has_uninitialized_params()) throw new RuntimeError(`module ${lazy._get_name()} has not been fully initialized`)
    const { forward_pre, load_pre } = hooks_of(lazy)
    forward_pre.drop(({ hook }) => hook === initialize)
    load_pre.drop(hook => hook === shapes_from_state_dict)
    Object.setPrototypeOf(lazy, become.prototype)
  }
  module.register_load_state_dict_pre_hook(shapes_from_state_dict)
  module.register_forward_pre_hook(initialize, { with_kwargs: true })
}
