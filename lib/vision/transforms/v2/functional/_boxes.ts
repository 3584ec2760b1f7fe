// What geometric transforms make of bounding boxes; torchvision.transforms.v2.functional._geometry.
import { tensor } from '../../../../_creation'
import { RuntimeError, ValueError } from '../../../../_errors'
import { float32, int64 } from '../../../../dtype'
import type { dtype } from '../../../../dtype'
import { cat, matmul, ones, stack } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import {
  BoundingBoxFormat, type BoxFormat, type CanvasSize, type ClampingMode, box_format, is_rotated_bounding_format as is_rotated,
} from '../../../tv_tensors'
import { affine_matrix, identity_grid, turned_size } from './_grid'
import { clamped, converted } from './_meta'
import { rectangles } from './_rotated'

/** Boxes, and the size of the picture that they are on. */
export type Placed = [boxes: Tensor, canvas_size: CanvasSize]

const { XYXY, XYWH, XYWHR, CXCYWHR, XYXYXYXY } = BoundingBoxFormat
const floats_of = (boxes: Tensor): dtype => boxes.is_floating_point() ? boxes.dtype : float32

function flipped_rotated(boxes: Tensor, format: BoundingBoxFormat, size: number, dim: 0 | 1): Tensor {
  const mirror = (x: Tensor): Tensor => x.sub(size).neg()
  const columns = boxes.unbind(-1) as unknown as Tensor[]
  if (format === XYXYXYXY) return stack([2, 3, 0, 1, 6, 7, 4, 5].map(i => i % 2 === dim ? mirror(columns[i]!) : columns[i]!), -1)
  const [x, y, w, h, r] = columns as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const angle = dim === 0 ? r.neg() : r.neg().add(180)
  if (format === CXCYWHR) return stack(dim === 0 ? [mirror(x), y, w, h, angle] : [x, mirror(y), w, h, angle], -1)
  const radians = r.mul(Math.PI).div(180)
  const [right, up] = [x.add(w.mul(radians.cos())), y.sub(w.mul(radians.sin()))]
  return stack(dim === 0 ? [mirror(right), up, w, h, angle] : [right, mirror(up), w, h, angle], -1)
}

/** Flipped left and right (dim 0) or top and bottom (dim 1). */
export function flipped(boxes: Tensor, format: BoundingBoxFormat, size: number, dim: 0 | 1): Tensor {
  if (is_rotated(format)) return flipped_rotated(boxes, format, size, dim)
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
export function scaled(boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, size: CanvasSize, clamping_mode: ClampingMode): Placed {
  if (size[0] === canvas_size[0] && size[1] === canvas_size[1]) return [boxes, canvas_size]
  const by = [size[1] / canvas_size[1], size[0] / canvas_size[0]]
  const ratios = (times: number): Tensor => tensor(Array.from({ length: times }, () => by).flat(), { device: boxes.device })
  if (!is_rotated(format)) return [boxes.mul(ratios(2)).to(boxes.dtype), size]
  const made = rectangles(converted(boxes, format, XYXYXYXY).reshape([-1, 8]).mul(ratios(4)))
  return [converted(clamped(made, XYXYXYXY, size, clamping_mode), XYXYXYXY, format).to(boxes.dtype).reshape([...boxes.shape]), size]
}

/** What a move by (left, top) adds to the numbers of a box. */
function shift_of(boxes: Tensor, format: BoundingBoxFormat, left: number, top: number): Tensor {
  const times = format === XYXYXYXY ? 4 : format === XYXY ? 2 : 1
  const rest = format === XYWHR || format === CXCYWHR ? [0, 0, 0] : times === 1 ? [0, 0] : []
  return tensor([...Array.from({ length: times }, () => [left, top]).flat(), ...rest], { dtype: boxes.dtype, device: boxes.device })
}

/** @see torchvision.transforms.v2.functional.crop_bounding_boxes */
export function crop_bounding_boxes(
  bounding_boxes: Tensor, format: BoxFormat, top: number, left: number, height: number, width: number, clamping_mode: ClampingMode = 'soft',
): Placed {
  const its = box_format(format)
  const made = bounding_boxes.sub(shift_of(bounding_boxes, its, left, top))
  return [clamped(its === XYXYXYXY ? rectangles(made) : made, its, [height, width], clamping_mode), [height, width]]
}

/** @param sides - left, right, top, bottom @see torchvision.transforms.v2.functional.pad_bounding_boxes */
export function padded(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, sides: readonly number[], mode: string, clamping_mode: ClampingMode,
): Placed {
  if (mode !== 'constant') throw new ValueError(`Padding mode '${mode}' is not supported with bounding boxes`)
  const [left, right, top, bottom] = sides as [number, number, number, number]
  const size = [canvas_size[0] + top + bottom, canvas_size[1] + left + right] as const
  return [clamped(boxes.add(shift_of(boxes, format, left, top)), format, size, clamping_mode), size]
}

/** The corners of boxes one below the other: (4 N, 2). */
function corners_of(boxes: Tensor, format: BoundingBoxFormat): Tensor {
  if (is_rotated(format)) return converted(boxes, format, XYXYXYXY).reshape([-1, 2])
  const [x1, y1, x2, y2] = converted(boxes, format, XYXY).reshape([-1, 4]).unbind(-1) as unknown as [Tensor, Tensor, Tensor, Tensor]
  return stack([x1, y1, x2, y1, x2, y2, x1, y2], -1).reshape([-1, 2])
}

/** The boxes of four points each: those around them, or rectangles in their place. */
function around(points: Tensor, format: BoundingBoxFormat): Tensor {
  if (is_rotated(format)) return rectangles(points.reshape([-1, 8]))
  const fours = points.reshape([-1, 4, 2])
  return cat([fours.amin([1]), fours.amax([1])], 1)
}

/** Boxes of the format of {@link around}, cut off, in the format and shape of what they were made of. */
function restored(made: Tensor, format: BoundingBoxFormat, size: CanvasSize, clamping_mode: ClampingMode, like: Tensor): Tensor {
  const between = is_rotated(format) ? XYXYXYXY : XYXY
  return converted(clamped(made, between, size, clamping_mode), between, format).reshape([...like.shape]).to(like.dtype)
}

const with_ones = (points: Tensor, type: dtype): Tensor => cat([points, ones([points.size(0), 1], { device: points.device, dtype: type })], -1)

/** A turn, move, scaling and shearing. */
export interface Motion {
  angle: number
  translate: readonly number[]
  scale: number
  shear: readonly number[]
  center: readonly number[] | null
}

/** Points (N, 2) moved; with `expand`, how far the picture's new corner is from the old one, and its new size. */
export function moved_points(
  points: Tensor, canvas_size: CanvasSize, { angle, translate, scale, shear, center }: Motion, expand: boolean,
): [points: Tensor, corner: Tensor | null, size: CanvasSize] {
  const options = { dtype: points.dtype, device: points.device }
  const [height, width] = canvas_size
  const middle = center ?? [width * 0.5, height * 0.5]
  const matrix = tensor(affine_matrix(middle, angle, translate, scale, shear, false), options).reshape([2, 3]).t()
  const move = (all: Tensor): Tensor => matmul(with_ones(all, points.dtype), matrix)
  const made = move(points)
  if (!expand) return [made, null, canvas_size]
  const frame = tensor([[0, 0], [0, height], [width, height], [width, 0]], options)
  const [w, h] = turned_size(affine_matrix(middle, angle, translate, scale, shear), width, height)
  return [made, move(frame).amin([0], true), [h, w]]
}

/** What {@link affine_bounding_boxes} and a turn share. */
export function turned(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, motion: Motion, expand: boolean, clamping_mode: ClampingMode,
): Placed {
  if (boxes.numel() === 0) return [boxes, canvas_size]
  const floats = boxes.is_floating_point() ? boxes : boxes.float()
  const [points, corner, size] = moved_points(corners_of(floats, format), canvas_size, motion, expand)
  const made = around(points, format)
  const placed = corner === null ? made : made.sub(corner.repeat([1, made.size(-1) / 2]))
  return [restored(placed, format, size, clamping_mode, boxes), size]
}

/** Where points come from under a perspective: the inverse of its eight numbers. */
function perspective_thetas(c: readonly number[], type: dtype, device: Tensor['device'], what: string): [above: Tensor, below: Tensor] {
  const [c0, c1, c2, c3, c4, c5, c6, c7] = c as [number, number, number, number, number, number, number, number]
  const denom = c0 * c4 - c1 * c3
  if (denom === 0) {
    throw new RuntimeError(`Provided perspective_coeffs [${c.join(', ')}] can not be inverted to transform ${what}. ` +
      `Denominator is zero, denom=${denom}`)
  }
  const rows = [
    [(c4 - c5 * c7) / denom, (-c1 + c2 * c7) / denom, (c1 * c5 - c2 * c4) / denom],
    [(-c3 + c5 * c6) / denom, (c0 - c2 * c6) / denom, (-c0 * c5 + c2 * c3) / denom],
  ]
  const last = [(-c4 * c6 + c3 * c7) / denom, (-c0 * c7 + c1 * c6) / denom, 1]
  return [tensor(rows, { dtype: type, device }), tensor([last, last], { dtype: type, device })]
}

/** Points (N, 2) as they are seen from aside. */
export function projected(points: Tensor, coeffs: readonly number[], what: string): Tensor {
  const [above, below] = perspective_thetas(coeffs, floats_of(points), points.device, what)
  const homogeneous = with_ones(points.to(floats_of(points)), floats_of(points))
  return matmul(homogeneous, above.t()).div(matmul(homogeneous, below.t()))
}

export function seen_from_aside(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, coeffs: readonly number[], clamping_mode: ClampingMode,
): Tensor {
  if (boxes.numel() === 0) return boxes
  return restored(around(projected(corners_of(boxes, format), coeffs, 'bounding boxes'), format), format, canvas_size, clamping_mode, boxes)
}

/** @throws {TypeError} {ValueError} if it is no tensor of the size of the picture */
export function check_displacement(displacement: Tensor, height: number, width: number): void {
  const wanted = [1, height, width, 2]
  if (displacement.shape.join() !== wanted.join()) {
    throw new ValueError(`Argument displacement shape should be (${wanted.join(', ')}), but given ${displacement.shape}`)
  }
}

/** Where the pixels of points (N, 2) are displaced to. */
export function displaced_points(points: Tensor, [height, width]: CanvasSize, displacement: Tensor): Tensor {
  const options = { dtype: floats_of(points), device: points.device }
  const grid = identity_grid(height, width, options).sub(displacement.to(options)).select(0, 0)
  const [x, y] = points.to(int64).unbind(-1) as unknown as [Tensor, Tensor]
  const sizes = tensor([width, height], options)
  return grid.at(y.clamp(0, height - 1), x.clamp(0, width - 1)).add(1).mul(sizes.mul(0.5)).sub(0.5)
}

/** Boxes around the places where their corners are displaced to; of rotated ones the centres are. */
export function displaced(
  boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, displacement: Tensor, clamping_mode: ClampingMode,
): Tensor {
  check_displacement(displacement, ...canvas_size)
  if (boxes.numel() === 0) return boxes
  const move = (points: Tensor): Tensor => displaced_points(points.is_floating_point() ? points.ceil() : points, canvas_size, displacement)
  if (!is_rotated(format)) return restored(around(move(corners_of(boxes, format)), format).to(boxes.dtype), format, canvas_size, clamping_mode, boxes)
  const centred = converted(boxes, format, CXCYWHR).reshape([-1, 5])
  const made = cat([move(centred.narrow(1, 0, 2)), centred.narrow(1, 2, 3)], 1)
  return converted(clamped(made, CXCYWHR, canvas_size, clamping_mode), CXCYWHR, format).reshape([...boxes.shape])
}
