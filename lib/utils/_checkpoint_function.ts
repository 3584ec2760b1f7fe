// Checkpoints by a backward inside backward: torch.utils.checkpoint.CheckpointFunction.
import { binding } from '../_C'
import { is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { type_name } from '../_typename'
import { warn } from '../_warnings'
import { run_backward } from '../autograd/_engine'
import { Function, type FunctionCtx } from '../autograd/function'
import { enable_grad } from '../autograd/grad_mode'
import type { Tensor } from '../tensor'
import { surroundings } from './_checkpoint_state'

type Run = (...args: unknown[]) => unknown

const requires_grad = (value: unknown): value is Tensor => is_tensor(value) && (value as Tensor).requires_grad

/** Copies of the tensors among the arguments that are out of the graph. @see torch.utils.checkpoint.detach_variable */
export function detach_variable(inputs: readonly unknown[]): unknown[] {
  if (!Array.isArray(inputs)) throw new RuntimeError(`Only tuple of tensors is supported. Got Unsupported input type: ${type_name(inputs)}`)
  return inputs.map(input => (is_tensor(input) ? (input as Tensor).detach().requires_grad_((input as Tensor).requires_grad) : input as unknown))
}

/** Warns if no argument requires grad. @see torch.utils.checkpoint.check_backward_validity */
export function check_backward_validity(inputs: readonly unknown[]): void {
  if (!inputs.some(requires_grad)) warn('None of the inputs have requires_grad=True. Gradients will be None')
}

interface Context extends FunctionCtx {
  run_function: Run
  around: (run: () => void) => void
  inputs: unknown[]
}

/** Runs a function without recording it, and records it in backward. @see torch.utils.checkpoint.CheckpointFunction */
export class CheckpointFunction extends Function {
  static override forward(ctx: FunctionCtx, run_function: Run, preserve_rng_state: boolean, ...args: unknown[]): unknown {
    check_backward_validity(args)
    Object.assign(ctx, {
      run_function, around: surroundings(args, preserve_rng_state), inputs: args.map(arg => (is_tensor(arg) ? null : arg)),
      places: args.flatMap((arg, i) => (is_tensor(arg) ? [i] : [])),
    })
    ctx.save_for_backward(...args.filter(is_tensor) as Tensor[])
    return run_function(...args)
  }

  static override backward(ctx: FunctionCtx, ...grads: Tensor[]): (Tensor | null)[] {
    if (!binding.is_checkpoint_valid()) {
      throw new RuntimeError('When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to '
        + '.backward(). To resolve this error, you can either set use_reentrant=False, or call .backward() without passing the `inputs` argument.')
    }
    const { run_function, around, inputs, places } = ctx as Context & { places: number[] }
    const all = [...inputs]
    ctx.saved_tensors.forEach((tensor, i) => { all[places[i]!] = tensor })
    const detached = detach_variable(all)
    let outputs: unknown
    around(() => { outputs = enable_grad(() => run_function(...detached)) })
    const list: unknown[] = Array.isArray(outputs) ? outputs : [outputs]
    const wanted = list.flatMap((output, i) => (requires_grad(output) ? [[output, grads[i]!] as const] : []))
    if (wanted.length === 0) throw new RuntimeError('none of output has requires_grad=True, this checkpoint() is not necessary')
    run_backward(wanted.map(([output]) => output), wanted.map(([, grad]) => grad), null, false, null)
    return [null, null, ...detached.map(input => (is_tensor(input) ? (input as Tensor).grad : null))]
  }
}
