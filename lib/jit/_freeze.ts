// Modules made faster for inference: torch/jit/_freeze.py, torch/jit/_fuser.py, and oneDNN's fusion of torch/jit/__init__.py.
import { type Args, bind } from '../_args'
import { binding } from '../_C'
import { take_values } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { type_text } from '../_typename'
import { ScriptModule } from './_script'
import { SCRIPT, ScriptObject, script_id } from './_values'

const freeze_names = ['mod', 'preserved_attrs', 'optimize_numerics'] as const
const optimize_names = ['mod', 'other_methods'] as const

/**
 * A copy of a module in evaluation mode with its parameters and attributes as constants in its graph, which is then simplified.
 *
 * @param preserved_attrs - names of attributes and methods to keep beside forward.
 * @param optimize_numerics - fold batch norms and the like, which may change last bits. Default: true.
 * @throws {RuntimeError} in training mode.
 * @see torch.jit.freeze
 */
export function freeze(
  ...args: Args<[mod: ScriptModule, preserved_attrs?: readonly string[] | null, optimize_numerics?: boolean], typeof freeze_names>
): ScriptModule {
  const { mod, preserved_attrs, optimize_numerics = true } = bind<
    { mod: ScriptModule, preserved_attrs?: readonly string[] | null, optimize_numerics?: boolean }
  >('freeze', freeze_names, 1, args)
  if (!(mod instanceof ScriptModule)) {
    throw new RuntimeError("Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'.")
  }
  if (mod.training) throw new RuntimeError('Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing.')
  const names = (preserved_attrs ?? []).join('\n')
  return new ScriptModule(new ScriptObject(out => binding.script_freeze(out, script_id(mod[SCRIPT]), names, optimize_numerics)))
}

/**
 * Freezes a module, if it is not frozen, and fuses its operators for inference on the device of its parameters.
 *
 * @param other_methods - methods to optimize beside forward.
 * @see torch.jit.optimize_for_inference
 */
export function optimize_for_inference(
  ...args: Args<[mod: ScriptModule, other_methods?: readonly string[] | null], typeof optimize_names>
): ScriptModule {
  const { mod, other_methods } = bind<{ mod: ScriptModule, other_methods?: readonly string[] | null }>(
    'optimize_for_inference', optimize_names, 1, args)
  if (!(mod instanceof ScriptModule)) {
    throw new RuntimeError('optimize_for_inference expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your '
      + `'nn.Module'. Got ${type_text(mod)}`)
  }
  const frozen = 'training' in mod && Object.getOwnPropertyDescriptor(mod, 'training')?.get ? freeze(mod, other_methods ?? null) : mod
  return new ScriptModule(new ScriptObject(out => binding.script_optimize(out, script_id(frozen[SCRIPT]), (other_methods ?? []).join('\n'))))
}

/** What shapes the fuser compiles for, and how often it does so again. */
export type FusionStrategy = ['STATIC' | 'DYNAMIC', number][]

/** Sets how the fuser specializes, and gives the strategy before. @see torch.jit.set_fusion_strategy */
export function set_fusion_strategy(strategy: FusionStrategy): FusionStrategy {
  for (const [kind] of strategy) {
    if (kind !== 'STATIC' && kind !== 'DYNAMIC') throw new RuntimeError(`FusionBehavior only supported 'STATIC' or 'DYNAMIC', got: ${String(kind)}`)
  }
  binding.set_fusion_strategy(strategy.flatMap(([kind, depth]) => [kind === 'STATIC', depth]))
  const before = take_values() as (boolean | number)[]
  return Array.from({ length: before.length / 2 }, (_, i) => [before[2 * i] ? 'STATIC' : 'DYNAMIC', before[2 * i + 1] as number])
}

/**
 * Sets whether scripts use oneDNN's graphs, fused from several operators. Default: false.
 *
 * @throws {RuntimeError} if this libtorch does not have them.
 * @see torch.jit.enable_onednn_fusion
 */
export function enable_onednn_fusion(enabled: boolean): void {
  if (typeof enabled !== 'boolean') throw new TypeError(`enable_onednn_fusion(): argument 'enabled' must be bool, not ${type_text(enabled)}`)
  binding.onednn_fusion(enabled)
}

/** @see torch.jit.onednn_fusion_enabled */
export function onednn_fusion_enabled(): boolean {
  return binding.onednn_fusion()
}
