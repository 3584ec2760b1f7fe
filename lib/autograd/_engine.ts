// What torch.autograd checks before and after the engine runs: torch/autograd/__init__.py.
import { binding } from '../_C'
import { adopt, handle, is_tensor, take_values } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import type { Tensor } from '../tensor'

/** One tensor or several. */
export type Tensors = Tensor | readonly Tensor[]
/** A gradient for each output; null stands for ones. */
export type Grads = Tensor | null | readonly (Tensor | null)[]

/** A list of tensors, checked. */
export function tensor_list(value: unknown, name: string): Tensor[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  for (const one of list) {
    if (!is_tensor(one)) throw new TypeError(`argument '${name}' must be Tensor or tuple of Tensors, not ${one === null ? 'None' : typeof one}`)
  }
  return list as Tensor[]
}

function grad_handles(grads: unknown, outputs: readonly Tensor[]): number[] {
  if (grads == null) return []
  const list: unknown[] = Array.isArray(grads) ? grads : [grads]
  if (list.length !== outputs.length) throw new ValueError(`got ${outputs.length} tensors and ${list.length} gradients`)
  return list.map((grad, i) => {
    if (grad == null) return 0
    if (!is_tensor(grad)) throw new TypeError(`gradients can be either Tensors or None, but got ${typeof grad}`)
    check_grad(grad as Tensor, outputs[i]!, i)
    return handle(grad)
  })
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

const optional_bool = (value: unknown): boolean | undefined => (value == null ? undefined : value === true)

/** Runs the engine and adds the gradients to the leaves' grad. */
export function run_backward(tensors: readonly Tensor[], grads: unknown, retain_graph: unknown, create_graph: unknown, inputs: unknown): void {
  const wanted = inputs == null ? [] : tensor_list(inputs, 'inputs')
  if (inputs != null && wanted.length === 0) throw new RuntimeError('`inputs` argument to `backward()` cannot be empty.')
  binding.backward(tensors.map(handle), grad_handles(grads, tensors), optional_bool(retain_graph), create_graph === true, wanted.map(handle))
}

/** Runs the engine and gives the gradients; null for an input that was not used, if that is allowed. */
export function run_grad(
  outputs: readonly Tensor[], inputs: readonly Tensor[], grads: unknown, retain_graph: unknown, create_graph: unknown, allow_unused: boolean,
): (Tensor | null)[] {
  if (inputs.length === 0) throw new ValueError('grad requires non-empty inputs.')
  for (const input of inputs) {
    if (!input.requires_grad) throw new RuntimeError('One of the differentiated Tensors does not require grad')
  }
  binding.gradients(outputs.map(handle), inputs.map(handle), grad_handles(grads, outputs), optional_bool(retain_graph), create_graph === true, true)
  const result = take_values() as (Tensor | null)[]
  if (!allow_unused && result.includes(null)) {
    throw new RuntimeError('One of the differentiated Tensors appears to not have been used in the graph. '
      + 'Set allow_unused=True if this is the desired behavior.')
  }
  return result
}

/** Calls a hook of JavaScript's with a gradient that C++ handed over; gives the handle of what it returns, or 0. */
export function call_hook(hook: (grad: Tensor) => unknown, gradient: number): number {
  const result = hook(adopt(gradient) as Tensor)
  if (result == null) return 0
  if (!is_tensor(result)) throw new TypeError(`hook should return Tensor or nothing, not ${typeof result}`)
  return handle(result)
}
