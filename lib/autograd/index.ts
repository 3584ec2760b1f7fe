// Automatic differentiation: torch.autograd.
import './_callbacks'
import { type Args, bind } from '../_args'
import { is_kwargs, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { warn } from '../_warnings'
import type { Tensor } from '../tensor'
import { run_grad_batched } from './_batched'
import { type Grads, type Place, type Tensors, place_list, run_backward, run_grad } from './_engine'
import { GradientEdge } from './_node'

export * from './grad_mode'
export * as forward_ad from './forward_ad'
export * as functional from './functional'
export * as grad_mode from './grad_mode'
export * as graph from './graph'
export { detect_anomaly, is_anomaly_check_nan_enabled, is_anomaly_enabled, set_detect_anomaly } from './anomaly_mode'
export { Function, FunctionCtx, once_differentiable, type Gradients, type VmapInfo } from './function'
export { GradcheckError, gradcheck, gradgradcheck, type GradcheckOptions } from './gradcheck'

const zeros_like = aten('zeros_like')

/** Tensors by name, such as a model's parameters. */
export type NamedTensors = Readonly<Record<string, Tensor>>

const list_of = (inputs: unknown): Place[] => place_list(is_kwargs(inputs) ? Object.values(inputs) : inputs)

const backward_names = ['tensors', 'grad_tensors', 'retain_graph', 'create_graph', 'grad_variables', 'inputs'] as const

/**
 * Computes the gradients of all leaves of the graphs of `tensors` and adds them to their `grad`.
 *
 * @param tensors - tensors, or edges of the graph.
 * @param grad_tensors - a gradient for each tensor; null for a tensor with one element. Default: none.
 * @param retain_graph - keep the graph for another backward. Default: the value of create_graph.
 * @param create_graph - record the computation of the gradients. Default: false.
 * @param grad_variables - deprecated name of grad_tensors.
 * @param inputs - compute these tensors' gradients only. Default: all leaves'.
 * @see torch.autograd.backward
 */
export function backward(...args: Args<[tensors: Tensors, grad_tensors?: Grads, retain_graph?: boolean | null, create_graph?: boolean,
  grad_variables?: Grads, inputs?: Tensors | NamedTensors | null], typeof backward_names>): void {
  const { tensors, grad_tensors, retain_graph, create_graph, grad_variables, inputs } = bind('backward', backward_names, 1, args)
  if (grad_variables != null) {
    warn('`grad_variables` is deprecated. Use `grad_tensors` instead.', 'FutureWarning')
    if (grad_tensors != null) {
      throw new RuntimeError('`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. '
        + 'Please only use `grad_tensors`.')
    }
  }
  run_backward(place_list(tensors), grad_tensors ?? grad_variables, retain_graph, create_graph, inputs == null ? inputs : list_of(inputs))
}

const grad_names = [
  'outputs', 'inputs', 'grad_outputs', 'retain_graph', 'create_graph', 'only_inputs', 'allow_unused', 'is_grads_batched', 'materialize_grads',
] as const

interface GradArguments {
  outputs: Tensors
  inputs: Tensors | NamedTensors
  grad_outputs?: Grads
  retain_graph?: boolean | null
  create_graph?: boolean
  only_inputs?: boolean
  allow_unused?: boolean | null
  is_grads_batched?: boolean
  materialize_grads?: boolean
}

function no_edges(outputs: readonly Place[]): Tensor[] {
  if (outputs.some(one => one instanceof GradientEdge)) throw new RuntimeError('Batched grads are not supported with GradientEdge')
  return outputs as Tensor[]
}

const batches = (grads: Grads | undefined): readonly unknown[] => (is_tensor(grads) ? [grads] : Array.isArray(grads) ? grads as unknown[] : [grads])

/**
 * The gradients of `outputs` with respect to `inputs`, without storing them.
 *
 * @param inputs - tensors, edges of the graph, or an object of tensors.
 * @param allow_unused - give null for inputs that the outputs do not depend on, in place of an error. Default: that of materialize_grads.
 * @param is_grads_batched - the first dimension of each grad_output counts independent ones.
 * @param materialize_grads - give zeros for such inputs. Default: false.
 * @returns one for each input
 * @see torch.autograd.grad
 */
export function grad<I extends NamedTensors>(kwargs: GradArguments & { inputs: I }): { [K in keyof I]: Tensor }
export function grad(...args: Args<[outputs: Tensors, inputs: Tensors, grad_outputs?: Grads, retain_graph?: boolean | null,
  create_graph?: boolean, only_inputs?: boolean, allow_unused?: boolean | null, is_grads_batched?: boolean, materialize_grads?: boolean],
  typeof grad_names>): Tensor[]
export function grad(...args: unknown[]): unknown {
  const {
    outputs, inputs, grad_outputs, retain_graph, create_graph, only_inputs = true, allow_unused, is_grads_batched = false, materialize_grads = false,
  } = bind<GradArguments>('grad', grad_names, 2, args)
  if (materialize_grads && allow_unused === false) {
    throw new ValueError('Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.')
  }
  if (!only_inputs) {
    warn('only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts of the graph, '
      + 'please use torch.autograd.backward.', 'FutureWarning')
  }
  const wanted = list_of(inputs)
  const may_be_unused = allow_unused ?? materialize_grads
  const grads = is_grads_batched
    ? run_grad_batched(no_edges(place_list(outputs)), wanted as Tensor[], batches(grad_outputs), retain_graph, create_graph, may_be_unused)
    : run_grad(place_list(outputs), wanted, grad_outputs, retain_graph, create_graph, may_be_unused)
  const results = materialize_grads ? materialized(grads, wanted, create_graph === true) : grads
  return is_kwargs(inputs) ? Object.fromEntries(Object.keys(inputs).map((name, i) => [name, results[i]])) : results
}

function materialized(grads: readonly (Tensor | null)[], inputs: readonly Place[], requires_grad: boolean): Tensor[] {
  return grads.map((grad, i) => {
    if (grad !== null) return grad
    const input = inputs[i]!
    if (input instanceof GradientEdge) throw new RuntimeError('materialize_grads cannot be used when the given input is a GradientEdge')
    const zeros = zeros_like([input]) as Tensor
    return requires_grad ? zeros.requires_grad_() : zeros
  })
}

/** Deprecated: throws. @see torch.autograd.variable */
export function variable(..._args: unknown[]): never {
  throw new RuntimeError('torch.autograd.variable(...) is deprecated, use torch.tensor(...) instead')
}
