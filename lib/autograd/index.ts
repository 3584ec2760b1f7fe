// Automatic differentiation: torch.autograd.
import { set_callback } from '../_C'
import { type Args, bind } from '../_args'
import { kept } from '../_memory'
import type { Tensor } from '../tensor'
import { type Grads, type Tensors, call_hook, run_backward, run_grad, tensor_list } from './_engine'

export * from './grad_mode'
export * as forward_ad from './forward_ad'
export * as functional from './functional'
export { Function, FunctionCtx, once_differentiable, type Gradients, type VmapInfo } from './function'
export { GradcheckError, gradcheck, gradgradcheck, type GradcheckOptions } from './gradcheck'

const BACKWARD = 2

const backward_names = ['tensors', 'grad_tensors', 'retain_graph', 'create_graph', 'inputs'] as const

/**
 * Computes the gradients of all leaves of the graphs of `tensors` and adds them to their `grad`.
 *
 * @param grad_tensors - a gradient for each tensor; null for a tensor with one element. Default: none.
 * @param retain_graph - keep the graph for another backward. Default: the value of create_graph.
 * @param create_graph - record the computation of the gradients. Default: false.
 * @param inputs - compute these tensors' gradients only. Default: all leaves'.
 * @see torch.autograd.backward
 */
export function backward(...args: Args<[tensors: Tensors, grad_tensors?: Grads, retain_graph?: boolean | null, create_graph?: boolean,
  inputs?: Tensors | null], typeof backward_names>): void {
  const { tensors, grad_tensors, retain_graph, create_graph, inputs } = bind('backward', backward_names, 1, args)
  run_backward(tensor_list(tensors, 'tensors'), grad_tensors, retain_graph, create_graph, inputs)
}

const grad_names = ['outputs', 'inputs', 'grad_outputs', 'retain_graph', 'create_graph', 'only_inputs', 'allow_unused'] as const

/**
 * The gradients of `outputs` with respect to `inputs`, without storing them.
 *
 * @param allow_unused - give null for inputs that the outputs do not depend on, in place of an error. Default: false.
 * @returns one for each input
 * @see torch.autograd.grad
 */
export function grad(...args: Args<[outputs: Tensors, inputs: Tensors, grad_outputs?: Grads, retain_graph?: boolean | null,
  create_graph?: boolean, only_inputs?: boolean, allow_unused?: boolean], typeof grad_names>): Tensor[] {
  const { outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused } = bind('grad', grad_names, 2, args)
  return run_grad(tensor_list(outputs, 'outputs'), tensor_list(inputs, 'inputs'), grad_outputs, retain_graph, create_graph,
    allow_unused === true) as Tensor[]
}

// What C++ calls; the kinds are those of CallbackKind in native/callback.h.
set_callback((kind, id, argument) => {
  const kept_function = kept.get(id)
  if (kind === BACKWARD) return (kept_function as () => number)()
  return call_hook(kept_function as (grad: Tensor) => unknown, argument)
})
