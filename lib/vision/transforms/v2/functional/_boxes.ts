// What geometric transforms make of bounding boxes; torchvision.transforms.v2.functional._geometry.
import { tensor } from '../../../../_creation'
import { RuntimeError, ValueError } from '../../../../_errors'
import { float32, int64 } from '../../../../dtype'
import type { dtype } from '../../../../dtype'
import { cat, matmul, ones, stack } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import { BoundingBoxFormat, type BoxFormat, type CanvasSize, type ClampingMode, box_format } from '../../../tv_tensors'
import { affine_matrix, identity_grid, turned_size } from './_grid'
import { clamped, converted } from './_meta'

/** Boxes, and the size of the picture that they are on. */
export type Placed = [boxes: Tensor, canvas_size: CanvasSize]

const { XYXY, XYWH } = BoundingBoxFormat
const floats_of = (boxes: Tensor): dtype => boxes.is_floating_point() ? boxes.dtype : float32

/** Flipped left and right (dim 0) or top and bottom (dim 1). */
export function flipped(boxes: Tensor, format: BoundingBoxFormat, size: number, dim: 0 | 1): Tensor {
  const columns = boxes.clone().unbind(-1) as unknown as Tensor[]
  const mirror = (x: Tensor): Tensor => x.sub(size).neg()
  const [low, high] = [columns[dim]!, columns[dim + 2]!]
  if (format === XYXY) [columns[dim], columns[dim + 2]] = [mirror(high), mirror(low)]
  else columns[dim] = mirror(format === XYWH ? low.add(high) : low)
  return stack(columns, -1)
}

/** @see torchvision.transforms.v2.functional.horizontal_flip_bounding_boxes */
export function horizontal_flip_bounding_boxes(bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize): Tensor {
  return flipped(bounding_boxes, box_format(format), canvas_size[1], 0)
}

/** @see torchvision.transforms.v2.functional.vertical_flip_bounding_boxes */
export function vertical_flip_bounding_boxes(bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize): Tensor {
  return flipped(bounding_boxes, box_format(format), canvas_size[0], 1)
}

/** Boxes of a picture of `canvas_size` that becomes one of `size`. */
export function scaled(boxes: Tensor, canvas_size: CanvasSize, size: CanvasSize): Placed {
  if (size[0] === canvas_size[0] && size[1] === canvas_size[1]) return [boxes, canvas_size]
  const [x, y] = [size[1] / canvas_size[1], size[0] / canvas_size[0]]
  return [boxes.mul(tensor([x, y, x, y], { device: boxes.device })).to(boxes.dtype), size]
}

/** Boxes whose picture begins elsewhere, and has another size. */
export function moved(boxes: Tensor, format: BoundingBoxFormat, left: number, top: number, size: CanvasSize, clamping_mode: ClampingMode): Placed {
  const by = format === XYXY ? [left, top, left, top] : [left, top, 0, 0]
  return [clamped(boxes.add(tensor(by, { dtype: boxes.dtype, device: boxes.device })), format, size, clamping_mode), size]
}

/** @see torchvision.transforms.v2.functional.crop_bounding_boxes */
export function crop_bounding_boxes(
  bounding_boxes: Tensor, format: BoxFormat, top: number, left: number, height: number, width: number, clamping_mode: ClampingMode = 'soft',
): Placed {
  return moved(bounding_boxes, box_format(format), -left, -top, [height, width], clamping_mode)
}

/** @param sides - left, right, top, bottom @see torchvision.transforms.v2.functional.pad_bounding_boxes */
export function padded(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, sides: readonly number[], mode: string, clamping_mode: ClampingMode,
): Placed {
  if (mode !== 'constant') throw new ValueError(`Padding mode '${mode}' is not supported with bounding boxes`)
  const [left, right, top, bottom] = sides as [number, number, number, number]
  return moved(boxes, format, left, top, [canvas_size[0] + top + bottom, canvas_size[1] + left + right], clamping_mode)
}

/** The corners of boxes one below the other: (4 N, 2). */
function corners_of(boxes: Tensor, format: BoundingBoxFormat): Tensor {
  const [x1, y1, x2, y2] = converted(boxes, format, XYXY).reshape([-1, 4]).unbind(-1) as unknown as [Tensor, Tensor, Tensor, Tensor]
  return stack([x1, y1, x2, y1, x2, y2, x1, y2], -1).reshape([-1, 2])
}

/** The boxes around four points each. */
function around(points: Tensor): Tensor {
  const fours = points.reshape([-1, 4, 2])
  return cat([fours.amin([1]), fours.amax([1])], 1)
}

const with_ones = (points: Tensor, type: dtype): Tensor => cat([points, ones([points.size(0), 1], { device: points.device, dtype: type })], -1)

/** What {@link affine_bounding_boxes} and a turn share. */
export function turned(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, angle: number, translate: readonly number[], scale: number,
  shear: readonly number[], center: readonly number[] | null, expand: boolean, clamping_mode: ClampingMode,
): Placed {
  if (boxes.numel() === 0) return [boxes, canvas_size]
  const floats = boxes.is_floating_point() ? boxes : boxes.float()
  const options = { dtype: floats.dtype, device: floats.device }
  const [height, width] = canvas_size
  const middle = center ?? [width * 0.5, height * 0.5]
  const matrix = tensor(affine_matrix(middle, angle, translate, scale, shear, false), options).reshape([2, 3]).t()
  const move = (points: Tensor): Tensor => matmul(with_ones(points, floats.dtype), matrix)
  let made = around(move(corners_of(floats, format)))
  let size = canvas_size
  if (expand) {
    const frame = tensor([[0, 0], [0, height], [width, height], [width, 0]], options)
    made = made.sub(move(frame).amin([0], true).repeat([1, 2]))
    const [w, h] = turned_size(affine_matrix(middle, angle, translate, scale, shear), width, height)
    size = [h, w]
  }
  return [converted(clamped(made, XYXY, size, clamping_mode), XYXY, format).reshape([...boxes.shape]).to(boxes.dtype), size]
}

/** Where points come from under a perspective: the inverse of its eight numbers. */
function perspective_thetas(c: readonly number[], type: dtype, device: Tensor['device']): [above: Tensor, below: Tensor] {
  const [c0, c1, c2, c3, c4, c5, c6, c7] = c as [number, number, number, number, number, number, number, number]
  const denom = c0 * c4 - c1 * c3
  if (denom === 0) {
    throw new RuntimeError(`Provided perspective_coeffs [${c.join(', ')}] can not be inverted to transform bounding boxes. ` +
      `Denominator is zero, denom=${denom}`)
  }
  const rows = [
    [(c4 - c5 * c7) / denom, (-c1 + c2 * c7) / denom, (c1 * c5 - c2 * c4) / denom],
    [(-c3 + c5 * c6) / denom, (c0 - c2 * c6) / denom, (-c0 * c5 + c2 * c3) / denom],
  ]
  const last = [(-c4 * c6 + c3 * c7) / denom, (-c0 * c7 + c1 * c6) / denom, 1]
  return [tensor(rows, { dtype: type, device }), tensor([last, last], { dtype: type, device })]
}

export function seen_from_aside(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, coeffs: readonly number[], clamping_mode: ClampingMode,
): Tensor {
  if (boxes.numel() === 0) return boxes
  const [above, below] = perspective_thetas(coeffs, floats_of(boxes), boxes.device)
  const points = with_ones(corners_of(boxes, format).to(floats_of(boxes)), floats_of(boxes))
  const made = around(matmul(points, above.t()).div(matmul(points, below.t())))
  return converted(clamped(made, XYXY, canvas_size, clamping_mode), XYXY, format).reshape([...boxes.shape]).to(boxes.dtype)
}

/** @throws {TypeError} {ValueError} if it is no tensor of the size of the picture */
export function check_displacement(displacement: Tensor, height: number, width: number): void {
  const wanted = [1, height, width, 2]
  if (displacement.shape.join() !== wanted.join()) {
    throw new ValueError(`Argument displacement shape should be (${wanted.join(', ')}), but given ${displacement.shape}`)
  }
}

/** Boxes around the places where their corners are displaced to. */
export function displaced(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, displacement: Tensor, clamping_mode: ClampingMode,
): Tensor {
  const [height, width] = canvas_size
  check_displacement(displacement, height, width)
  if (boxes.numel() === 0) return boxes
  const options = { dtype: floats_of(boxes), device: boxes.device }
  const grid = identity_grid(height, width, options).sub(displacement.to(options)).select(0, 0)
  const corners = corners_of(boxes, format)
  const [x, y] = (corners.is_floating_point() ? corners.ceil() : corners).to(int64).unbind(-1) as unknown as [Tensor, Tensor]
  const sizes = tensor([width, height], options)
  const points = grid.at(y.clamp(0, height - 1), x.clamp(0, width - 1)).add(1).mul(sizes.mul(0.5)).sub(0.5)
  return converted(clamped(around(points).to(boxes.dtype), XYXY, canvas_size, clamping_mode), XYXY, format).reshape([...boxes.shape])
}
