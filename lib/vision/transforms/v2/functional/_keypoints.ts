// What geometric transforms make of points; torchvision.transforms.v2.functional._geometry.
import { tensor } from '../../../../_creation'
import { ValueError } from '../../../../_errors'
import { stack } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import type { CanvasSize } from '../../../tv_tensors'
import { type Motion, check_displacement, displaced_points, moved_points, projected } from './_boxes'

/** Points, and the size of the picture that they are on. */
export type PlacedPoints = [points: Tensor, canvas_size: CanvasSize]

/** Flipped left and right (dim 0) or top and bottom (dim 1): the last pixel is the first one. */
export function flipped_points(points: Tensor, size: number, dim: 0 | 1): Tensor {
  const xy = points.unbind(-1) as unknown as [Tensor, Tensor]
  xy[dim] = xy[dim].sub(size - 1).neg()
  return stack(xy, -1)
}

/** Points of a picture of `canvas_size` that becomes one of `size`. */
export function scaled_points(points: Tensor, canvas_size: CanvasSize, size: CanvasSize): PlacedPoints {
  if (size[0] === canvas_size[0] && size[1] === canvas_size[1]) return [points, canvas_size]
  return [points.mul(tensor([size[1] / canvas_size[1], size[0] / canvas_size[0]], { device: points.device })).to(points.dtype), size]
}

const corner = (points: Tensor, left: number, top: number): Tensor => tensor([left, top], { dtype: points.dtype, device: points.device })

export function cropped_points(points: Tensor, top: number, left: number, height: number, width: number): PlacedPoints {
  return [points.sub(corner(points, left, top)), [height, width]]
}

/** @param sides - left, right, top, bottom */
export function padded_points(points: Tensor, canvas_size: CanvasSize, sides: readonly number[], mode: string): PlacedPoints {
  if (mode !== 'constant') throw new ValueError(`Padding mode '${mode}' is not supported with KeyPoints (supported modes are constant)`)
  const [left, right, top, bottom] = sides as [number, number, number, number]
  return [points.add(corner(points, left, top)), [canvas_size[0] + top + bottom, canvas_size[1] + left + right]]
}

export function turned_points(points: Tensor, canvas_size: CanvasSize, motion: Motion, expand: boolean): PlacedPoints {
  if (points.numel() === 0) return [points, canvas_size]
  const floats = points.is_floating_point() ? points : points.float()
  const [made, from, size] = moved_points(floats.reshape([-1, 2]), canvas_size, motion, expand)
  return [(from === null ? made : made.sub(from)).reshape([...points.shape]).to(points.dtype), size]
}

export function points_from_aside(points: Tensor, coeffs: readonly number[]): Tensor {
  if (points.numel() === 0) return points
  return projected(points.reshape([-1, 2]), coeffs, 'keypoints').to(points.dtype).reshape([...points.shape])
}

export function points_displaced(points: Tensor, canvas_size: CanvasSize, displacement: Tensor): Tensor {
  check_displacement(displacement, ...canvas_size)
  if (points.numel() === 0) return points
  return displaced_points(points.reshape([-1, 2]), canvas_size, displacement).to(points.dtype).reshape([...points.shape])
}
