// Backward hooks of a module: torch.utils.hooks.BackwardHook.
import { NotImplementedError } from '../../_errors'
import type { FullBackwardHook, BackwardPreHook } from './_hooks'
import type { Module } from './module'

export class BackwardHook {
  constructor(readonly module: Module, readonly hooks: FullBackwardHook[], readonly pre_hooks: BackwardPreHook[]) {
    throw new NotImplementedError('backward hooks')
  }

  setup_inputs(args: unknown[]): unknown[] {
    return args
  }

  setup_output(result: unknown): unknown {
    return result
  }
}
