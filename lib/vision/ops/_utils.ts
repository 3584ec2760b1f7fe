// Helpers of the operators on boxes: torchvision.ops._utils.
import { full_like } from '../../_creation'
import { is_tensor } from '../../_dispatch'
import { AssertionError, ValueError } from '../../_errors'
import { float32, float64, int32, int64 } from '../../dtype'
import { cat, maximum, minimum, rsub, where } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'

/** Regions of interest: (K, 5) with the image's number first, or for each image its boxes (L, 4). */
export type Boxes = Tensor | readonly Tensor[]

export type Reduction = 'none' | 'mean' | 'sum'

/** Boxes of each image as one tensor with the image's number first. */
export function convert_boxes_to_roi_format(boxes: readonly Tensor[]): Tensor {
  const ids = boxes.map((one, i) => full_like(one.at(':', ':1'), i))
  return cat([cat(ids, 0), cat([...boxes], 0)], 1)
}

/** The regions in one tensor. @throws {AssertionError} for other shapes. */
export function rois_of(boxes: Boxes): Tensor {
  if (is_tensor(boxes)) {
    if ((boxes as Tensor).size(1) !== 5) throw new AssertionError('The boxes tensor shape is not correct as Tensor[K, 5]')
    return boxes as Tensor
  }
  if (!Array.isArray(boxes)) throw new AssertionError('boxes is expected to be a Tensor[L, 5] or a List[Tensor[K, 4]]')
  if ((boxes as readonly Tensor[]).some(one => one.size(1) !== 4)) {
    throw new AssertionError('The shape of the tensor in the boxes list is not correct as List[Tensor[L, 4]]')
  }
  return convert_boxes_to_roi_format(boxes as readonly Tensor[])
}

/** In a type whose products do not overflow so soon. */
export function _upcast(t: Tensor): Tensor {
  if (t.is_floating_point()) return t.dtype === float32 || t.dtype === float64 ? t : t.float()
  return t.dtype === int32 || t.dtype === int64 ? t : t.int()
}

/** In float32, unless it is float32 or float64. */
export function _upcast_non_float(t: Tensor): Tensor {
  return t.dtype === float32 || t.dtype === float64 ? t : t.float()
}

/** The columns of (..., n). */
export function columns<T extends readonly Tensor[]>(boxes: Tensor): T {
  return boxes.unbind(-1) as unknown as T
}

/** Intersection and union of the boxes of each row. */
export function _loss_inter_union(boxes1: Tensor, boxes2: Tensor): [intersection: Tensor, union: Tensor] {
  const [x1, y1, x2, y2] = columns<[Tensor, Tensor, Tensor, Tensor]>(boxes1)
  const [x1g, y1g, x2g, y2g] = columns<[Tensor, Tensor, Tensor, Tensor]>(boxes2)
  const width = minimum(x2, x2g).sub(maximum(x1, x1g))
  const height = minimum(y2, y2g).sub(maximum(y1, y1g))
  const overlap = height.gt(0).bitwise_and(width.gt(0))
  const intersection = where(overlap, width.mul(height), width.new_zeros([]))
  const union = x2.sub(x1).mul(y2.sub(y1)).add(x2g.sub(x1g).mul(y2g.sub(y1g))).sub(intersection)
  return [intersection, union]
}

/** What the losses do at the end. @throws {ValueError} for another reduction. */
export function reduce(loss: Tensor, reduction: Reduction, empty_mean: boolean): Tensor {
  if (reduction === 'none') return loss
  if (reduction === 'mean') return empty_mean && loss.numel() === 0 ? loss.sum().mul(0) : loss.mean()
  if (reduction === 'sum') return loss.sum()
  throw new ValueError(`Invalid Value for arg 'reduction': '${String(reduction)} \n Supported reduction modes: 'none', 'mean', 'sum'`)
}

/** An array of a row's numbers, once for both dimensions. */
export function pair_of(size: number | readonly number[]): [number, number] {
  return typeof size === 'number' ? [size, size] : [size[0]!, size[1]!]
}

/** `1 - x`. */
export function one_minus(x: Tensor): Tensor {
  return rsub(x, 1)
}
