// What torch.autograd checks before and after the engine runs: torch/autograd/__init__.py.
import { binding } from '../_C'
import { handle, is_tensor, made, take_values } from '../_dispatch'
import { AssertionError, RuntimeError } from '../_errors'
import { show_warnings } from '../_memory'
import { aten } from '../_operators'
import { type_name } from '../_typename'
import type { Tensor } from '../tensor'
import { GradientEdge, node_handle } from './_node'

/** A tensor, or the place in the graph of one. */
export type Place = Tensor | GradientEdge
/** One tensor or several. */
export type Tensors = Place | readonly Place[]
/** A gradient for each output; null stands for ones. */
export type Grads = Tensor | null | readonly (Tensor | null)[]

const ones_like = aten('ones_like')

/** A list of tensors and edges, out of one or several. */
export function place_list(value: unknown): Place[] {
  if (is_tensor(value) || value instanceof GradientEdge) return [value as Place]
  if (!Array.isArray(value)) throw new TypeError(`'${type_name(value)}' object is not iterable`)
  return value as Place[]
}

function grad_list(grads: unknown, count: number): unknown[] {
  if (grads == null) return new Array<unknown>(count).fill(null)
  return is_tensor(grads) ? [grads] : place_list(grads)
}

// What an edge's gradient looks like, as a tensor.
function like(output: Place): Tensor {
  return output instanceof GradientEdge ? made(out => binding.edge_like(out, node_handle(output.node), output.output_nr)) as Tensor : output
}

function check_grad(grad: Tensor, output: Tensor, i: number): void {
  const [given, wanted] = [String(grad.shape), String(output.shape)]
  if (given !== wanted) {
    throw new RuntimeError(`Mismatch in shape: grad_output[${i}] has a shape of ${given} and output[${i}] has a shape of ${wanted}.`)
  }
  if (output.dtype.is_complex !== grad.dtype.is_complex) {
    throw new RuntimeError('For complex Tensors, both grad_output and output are required to have the same dtype. '
      + `Mismatch in dtype: grad_output[${i}] has a dtype of ${grad.dtype} and output[${i}] has a dtype of ${output.dtype}.`)
  }
}

function implicit_grad(output: Tensor): Tensor {
  if (output.numel() !== 1) throw new RuntimeError('grad can be implicitly created only for scalar outputs')
  if (!output.dtype.is_floating_point) {
    throw new RuntimeError(`grad can be implicitly created only for real scalar outputs but got ${output.dtype}`)
  }
  return ones_like([output]) as Tensor
}

function make_grads(outputs: readonly Place[], grads: readonly unknown[]): (Tensor | null)[] {
  return grads.slice(0, outputs.length).map((grad, i) => {
    const place = outputs[i]!
    if (!is_tensor(place) && !(place instanceof GradientEdge)) throw new AssertionError('Expected output to be a torch.Tensor')
    if (is_tensor(grad)) {
      if (!(is_tensor(place) && place.is_nested)) check_grad(grad as Tensor, like(place), i)
      return grad as Tensor
    }
    if (grad != null) throw new TypeError(`gradients can be either Tensors or None, but got ${type_name(grad)}`)
    return place instanceof GradientEdge || place.requires_grad ? implicit_grad(like(place)) : null
  })
}

// Pairs of numbers, as native/engine.cpp reads them.
function places(list: readonly Place[], name: string): number[] {
  return list.flatMap(one => {
    if (is_tensor(one)) return [handle(one), -1]
    if (one instanceof GradientEdge) return [node_handle(one.node), one.output_nr]
    throw new RuntimeError(`all ${name} have to be Tensors or GradientEdges, but got ${type_name(one)}`)
  })
}

function run(
  outputs: readonly Place[], grads: unknown, retain_graph: unknown, create_graph: unknown, inputs: readonly Place[], accumulate: boolean,
): void {
  const given = make_grads(outputs, grad_list(grads, outputs.length))
  if (given.length !== outputs.length) throw new RuntimeError(`got ${outputs.length} tensors and ${given.length} gradients`)
  const create = create_graph === true
  try {
    const retain = retain_graph == null ? create : retain_graph === true
    binding.run_backward(places(outputs, 'outputs'), given.map(grad => (grad === null ? 0 : handle(grad))), retain, create,
      places(inputs, 'inputs'), accumulate)
  } catch (error) {
    show_warnings() // anomaly mode tells of the forward call
    throw error
  }
}

/** Runs the engine and adds the gradients to the leaves' grad. */
export function run_backward(tensors: readonly Place[], grads: unknown, retain_graph: unknown, create_graph: unknown, inputs: unknown): void {
  const wanted = inputs == null ? [] : place_list(inputs)
  if (inputs != null && wanted.length === 0) throw new RuntimeError('`inputs` argument to `backward()` cannot be empty.')
  run(tensors, grads, retain_graph, create_graph, wanted, true)
}

/** Runs the engine and gives the gradients; null for an input that was not used, if that is allowed. */
export function run_grad(
  outputs: readonly Place[], inputs: readonly Place[], grads: unknown, retain_graph: unknown, create_graph: unknown, allow_unused: boolean,
): (Tensor | null)[] {
  if (inputs.length === 0) throw new RuntimeError('`inputs` argument to `grad()` cannot be empty.')
  run(outputs, grads, retain_graph, create_graph, inputs, false)
  const result = take_values() as (Tensor | null)[]
  const unused = result.indexOf(null)
  if (!allow_unused && unused >= 0) {
    throw new RuntimeError(`The differentiated Tensor at index ${unused} appears to not have been used in the graph. `
      + 'Set allow_unused=True if this is the desired behavior.')
  }
  return result
}
