// Batches of gradients in one run of backward: is_grads_batched of torch.autograd.grad.
import { is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { Size } from '../_size'
import { type_name } from '../_typename'
import { vmap_batches } from '../_vmap_internals'
import type { Tensor } from '../tensor'
import { run_grad } from './_engine'

function check(grad: unknown, output: Tensor, i: number): void {
  if (!is_tensor(grad)) throw new TypeError(`gradients can be either Tensors or None, but got ${type_name(grad)}`)
  const first = (grad as Tensor).at(0)
  const [wanted, given] = [String(output.shape), String(first.shape)]
  if (given === wanted) return
  throw new RuntimeError('If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The sizes of the '
    + 'remaining dimensions are expected to match the shape of corresponding output, but a mismatch was detected: '
    + `grad_output[${i}] has a shape of ${String(Size.of_list(first.shape.slice(1)))} and output[${i}] has a shape of ${wanted}. `
    + 'If you only want some tensors in `grad_output` to be considered batched, consider using vmap.')
}

/** Gradients for each example of the batches in `grads`, along a new first dimension; null for an input that was not used. */
export function run_grad_batched(
  outputs: readonly Tensor[], inputs: readonly Tensor[], grads: readonly unknown[], retain_graph: unknown, create_graph: unknown,
  allow_unused: boolean,
): (Tensor | null)[] {
  if (grads.length !== outputs.length) throw new RuntimeError(`got ${outputs.length} tensors and ${grads.length} gradients`)
  grads.forEach((grad, i) => { check(grad, outputs[i]!, i) })
  const vjp = (...examples: Tensor[]): (Tensor | null)[] => run_grad(outputs, inputs, examples, retain_graph, create_graph, allow_unused)
  return vmap_batches(vjp, grads as readonly Tensor[], true)
}
