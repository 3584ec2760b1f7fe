// The older vmap, which computes batches of gradients: torch/_vmap_internals.py.
import { binding } from './_C'
import { is_tensor } from './_dispatch'
import { ValueError } from './_errors'
import { aten } from './_operators'
import { tree_type_text } from './_pytree'
import type { Tensor } from './tensor'

const add_batch_dim = aten('_add_batch_dim')
const remove_batch_dim = aten('_remove_batch_dim')

/**
 * Calls `func` with examples in the place of batches, all along dimension 0, and gives batches of what it gives.
 *
 * @param allow_null - a null stays as it is. Default: false, it throws.
 */
export function vmap_batches(
  func: (...examples: Tensor[]) => readonly (Tensor | null)[], batches: readonly Tensor[], allow_null = false,
): (Tensor | null)[] {
  const name = func.name === '' ? '<lambda>' : func.name
  for (const batch of batches) {
    if (batch.dim() > 0) continue
    throw new ValueError(`vmap(${name}, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of `
      + 'dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0.')
  }
  const sizes = batches.map(batch => batch.size(0))
  if (sizes.some(size => size !== sizes[0])) {
    throw new ValueError(`vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(', ')}] `
      + 'for the mapped dimension')
  }
  const level = binding.change_vmap_mode(1)
  try {
    const outputs = func(...batches.map(batch => add_batch_dim([batch, 0, level]) as Tensor))
    return outputs.map((output, i) => {
      if (output === null && allow_null) return null
      if (is_tensor(output)) return remove_batch_dim([output, level, sizes[0], 0]) as Tensor
      throw new ValueError(`vmap(${name}, ...): \`${name}\` must only return Tensors, got type ${tree_type_text(output)} for return ${i}.`)
    })
  } finally {
    binding.change_vmap_mode(-1)
  }
}
