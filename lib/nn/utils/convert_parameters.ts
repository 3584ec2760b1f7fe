// Parameters as one vector: torch.nn.utils.convert_parameters.
import { with_keywords } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { slice } from '../../_indexing'
import { typename } from '../../_typename'
import { cat } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'

// The number of a parameter's GPU, or -1: all must have the same.
function check_device(param: Tensor, before: number | null): number {
  const { type, index } = param.device
  const found = type === 'cuda' ? index ?? 0 : -1
  if (before !== null && found !== before) throw new TypeError('Found two parameters on different devices, this is currently not supported.')
  return found
}

/** All elements of the parameters, one after the other: a tensor of one dimension. @see torch.nn.utils.parameters_to_vector */
export const parameters_to_vector = with_keywords('parameters_to_vector', ['parameters'], (parameters: Iterable<Tensor>) => {
  let device: number | null = null
  const parts: Tensor[] = []
  for (const param of parameters) {
    device = check_device(param, device)
    parts.push(param.view(-1))
  }
  return cat(parts)
})

/**
 * Makes slices of `vec` the data of the parameters, in order; they share its memory.
 *
 * @throws {RuntimeError} if there are too few elements.
 * @see torch.nn.utils.vector_to_parameters
 */
export const vector_to_parameters = with_keywords('vector_to_parameters', ['vec', 'parameters'], (vec: Tensor, parameters: Iterable<Tensor>): void => {
  if (!is_tensor(vec)) throw new TypeError(`expected torch.Tensor, but got: ${typename(vec)}`)
  let device: number | null = null
  let pointer = 0
  for (const param of parameters) {
    device = check_device(param, device)
    const count = param.numel()
    param.data = vec.at(slice(pointer, pointer + count)).view_as(param).detach()
    pointer += count
  }
})
