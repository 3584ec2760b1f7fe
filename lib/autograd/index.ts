// Automatic differentiation: torch.autograd.
import { binding, set_callback } from '../_C'
import { type TensorBase, adopt, handle, is_tensor, take_values } from '../_dispatch'
import { ValueError } from '../_errors'
import { kept } from '../_memory'
import { type Args, bind } from '../_args'
import type { Tensor } from '../tensor'

export * from './grad_mode'

type Tensors = Tensor | readonly Tensor[]
type Grads = Tensor | null | readonly (Tensor | null)[]

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function handles(value: unknown, name: string): number[] {
  return list(value).map(one => {
    if (!is_tensor(one)) throw new TypeError(`argument '${name}' must be tuple of Tensors, not ${one === null ? 'None' : typeof one}`)
    return handle(one)
  })
}

function grad_handles(value: unknown, count: number, name: string): number[] {
  if (value == null) return []
  const given = list(value)
  if (given.length !== count) throw new ValueError(`got ${count} tensors and ${given.length} gradients`)
  return given.map(one => (one == null ? 0 : handles(one, name)[0]!))
}

const optional_bool = (value: unknown): boolean | undefined => (value == null ? undefined : value === true)

const backward_names = ['tensors', 'grad_tensors', 'retain_graph', 'create_graph', 'inputs'] as const

/**
 * Computes the gradients of all leaves of the graphs of `tensors` and adds them to their `grad`.
 *
 * @see torch.autograd.backward
 */
export function backward(...args: Args<[tensors: Tensors, grad_tensors?: Grads, retain_graph?: boolean | null, create_graph?: boolean,
  inputs?: Tensors | null], typeof backward_names>): void {
  const given = bind('backward', backward_names, 1, args)
  const tensors = handles(given['tensors'], 'tensors')
  binding.backward(tensors, grad_handles(given['grad_tensors'], tensors.length, 'grad_tensors'), optional_bool(given['retain_graph']),
    given['create_graph'] === true, given['inputs'] == null ? [] : handles(given['inputs'], 'inputs'))
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
  const given = bind('grad', grad_names, 2, args)
  const outputs = handles(given['outputs'], 'outputs')
  binding.gradients(outputs, handles(given['inputs'], 'inputs'), grad_handles(given['grad_outputs'], outputs.length, 'grad_outputs'),
    optional_bool(given['retain_graph']), given['create_graph'] === true, given['allow_unused'] === true)
  return take_values() as Tensor[]
}

// What C++ calls when a gradient arrives at a tensor with a hook.
set_callback((_kind, id, gradient) => {
  const hook = kept.get(id) as (grad: TensorBase) => unknown
  const result = hook(adopt(gradient))
  if (result == null) return 0
  if (!is_tensor(result)) throw new TypeError(`a hook must return a Tensor or nothing, not ${typeof result}`)
  return handle(result)
})
