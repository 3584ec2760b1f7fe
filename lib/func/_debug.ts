// Looking into wrapped tensors: torch.func.debug_unwrap.
import type { Tensor } from '../tensor'
import { wrapped_value } from './_levels'

/**
 * The plain tensor inside a wrapped one, to be looked at in a debugger; what is computed with it under a transform is undefined.
 *
 * @param recurse - unwrap all levels. Default: true.
 * @see torch.func.debug_unwrap
 */
export function debug_unwrap(tensor: Tensor, { recurse = true }: { recurse?: boolean } = {}): Tensor {
  const value = wrapped_value(tensor)
  if (value === null) return tensor
  return recurse ? debug_unwrap(value) : value
}
