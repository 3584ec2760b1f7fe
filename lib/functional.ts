// Functions of torch that are Python code there: torch.functional and parts of torch/__init__.py.
import { is_tensor as is_base } from './_dispatch'
import { aten } from './_operators'
import { Size } from './_size'
import type { Tensor } from './tensor'

/** Whether a value is a Tensor. @see torch.is_tensor */
export function is_tensor(obj: unknown): obj is Tensor {
  return is_base(obj)
}



/** The number of elements. @see torch.numel */
export function numel(input: Tensor): number {
  return input.numel()
}

const broadcast = aten('broadcast_tensors')

/** The tensors expanded to one common shape. @see torch.broadcast_tensors */
export function broadcast_tensors(...tensors: readonly Tensor[] | [readonly Tensor[]]): Tensor[] {
  return broadcast([tensors.flat()]) as Tensor[]
}

/** The shape that tensors of these shapes broadcast to. @see torch.broadcast_shapes */
export function broadcast_shapes(...shapes: readonly (number | readonly number[])[]): Size {
  const lists = shapes.map(shape => (typeof shape === 'number' ? [shape] : shape))
  const dims = Math.max(0, ...lists.map(list => list.length))
  const result = new Array<number>(dims).fill(1)
  for (const list of lists) {
    list.forEach((size, i) => {
      const at = dims - list.length + i
      if (size < 0) throw new RangeError(`Trying to create tensor with negative dimension (${size}): (${size})`)
      if (size === 1 || size === result[at]) return
      if (result[at] !== 1) {
        throw new Error(`Shape mismatch: objects cannot be broadcast to a single shape`)
      }
      result[at] = size
    })
  }
  return Size.of_list(result)
}
