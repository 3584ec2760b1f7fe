// Backward hooks of one call of a module: torch.utils.hooks.BackwardHook.
import { is_tensor } from '../../_dispatch'
import { RuntimeError } from '../../_errors'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import { Function, type FunctionCtx } from '../../autograd/function'
import { is_grad_enabled } from '../../autograd/grad_mode'
import type { Tensor } from '../../tensor'
import type { BackwardPreHook, FullBackwardHook, Grads } from './_hooks'
import type { Module } from './module'

type OnBackward = (grads: Grads) => Grads

// Gives its tensors back; backward passes all their gradients through a function at once. PyTorch hooks the same node.
class BackwardHookFunction extends Function {
  static override forward(ctx: FunctionCtx, on_backward: OnBackward, materialize: boolean, ...tensors: Tensor[]): Tensor[] {
    ctx['on_backward'] = on_backward
    ctx.set_materialize_grads(materialize)
    ctx.mark_non_differentiable(...tensors.filter(tensor => !tensor.requires_grad))
    return tensors
  }

  static override backward(ctx: FunctionCtx, ...grads: Tensor[]): Grads {
    return [null, null, ...(ctx['on_backward'] as OnBackward)(grads.map(grad => grad ?? null))]
  }
}

/** Where the tensors among some values are; null if backward will not pass there. */
type Places = number[] | null

function at_places(places: number[], values: Grads, count: number): Grads {
  const all: Grads = new Array<null>(count).fill(null)
  places.forEach((place, i) => { all[place] = values[i] ?? null })
  return all
}

function listed(name: string, result: unknown, count: number, what: string): Grads {
  const list = Array.isArray(result) ? result as Grads : [result as Tensor]
  if (list.length === count) return list
  throw new RuntimeError(`${name} returned an invalid number of ${what}, got ${list.length}, but expected ${count}`)
}

const NO_INPUT = 'Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require gradients. '
  + 'See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more details.'

/** Leads the gradients of one call past the module's backward hooks. */
export class BackwardHook {
  #inputs: { count: number, places: Places } = { count: 0, places: null }
  #grad_output: Grads | null = null

  constructor(readonly module: Module, readonly hooks: readonly FullBackwardHook[], readonly pre_hooks: readonly BackwardPreHook[]) {}

  #lead(values: readonly unknown[], materialize: boolean, on_backward: (grads: Grads, places: number[]) => Grads): [unknown[], Places] {
    const places = values.flatMap((value, i) => (is_tensor(value) ? [i] : []))
    const tensors = places.map(place => values[place] as Tensor)
    if (!is_grad_enabled() || !tensors.some(tensor => tensor.requires_grad)) return [[...values], null]
    const led = BackwardHookFunction.apply(grads => on_backward(grads, places), materialize, ...tensors)
    const all = [...values]
    places.forEach((place, i) => { all[place] = led[i] })
    return [all, places]
  }

  /** The arguments of forward, with their gradients led past the hooks. */
  setup_inputs(args: readonly unknown[]): unknown[] {
    const [led, places] = this.#lead(args, true, (grads, found) => this.#leave(grads, args.length, found))
    this.#inputs = { count: args.length, places }
    return led
  }

  // Backward leaves the module: its hooks see the gradients of the inputs, and may replace them.
  #leave(grads: Grads, count: number, places: number[]): Grads {
    const grad_output = this.#grad_output
    if (grad_output === null) return grads // they did not come through the outputs, as in a double backward
    let grad_input = at_places(places, grads, count)
    for (const hook of this.hooks) {
      const result = hook(this.module, grad_input, grad_output) as unknown
      if (result != null) grad_input = listed('Backward hook', result, count, 'grad_input')
    }
    this.#grad_output = null
    return places.map(place => grad_input[place]!)
  }

  /** The result of forward, with its gradients led past the hooks. */
  setup_output(result: unknown): unknown {
    if (!is_tensor(result) && !Array.isArray(result)) {
      warn(`For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received ${type_text(result)}`)
    }
    const values: unknown[] = Array.isArray(result) ? result : [result]
    const [led] = this.#lead(values, false, (grads, places) => this.#enter(at_places(places, grads, values.length), places))
    return Array.isArray(result) ? led : led[0]
  }

  // Backward enters the module.
  #enter(grads: Grads, places: number[]): Grads {
    let grad_output = grads
    for (const hook of this.pre_hooks) {
      const result = hook(this.module, grad_output) as unknown
      if (result != null) grad_output = listed('Backward pre hook', result, grads.length, 'grad_output')
    }
    this.#grad_output = grad_output
    if (this.#inputs.places === null) this.#without_inputs(grad_output)
    return places.map(place => grad_output[place]!)
  }

  #without_inputs(grad_output: Grads): void {
    warn(NO_INPUT)
    const grad_input: Grads = new Array<null>(this.#inputs.count).fill(null)
    for (const hook of this.hooks) {
      const result = hook(this.module, grad_input, grad_output) as unknown
      if (result != null && !(Array.isArray(result) && result.every(one => one == null))) {
        throw new RuntimeError('Backward hook for Modules where no input requires gradient should always return None or None for all gradients.')
      }
    }
    this.#grad_output = null
  }
}
