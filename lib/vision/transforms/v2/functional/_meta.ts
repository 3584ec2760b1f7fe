// Sizes of inputs, formats of boxes; torchvision.transforms.v2.functional._meta.
import { type Args, with_keywords } from '../../../../_args'
import { is_tensor } from '../../../../_dispatch'
import { ValueError } from '../../../../_errors'
import { type_text } from '../../../../_typename'
import { cat, stack } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import { Image } from '../../../_image'
import {
  BoundingBoxFormat, BoundingBoxes, type BoxFormat, type CanvasSize, type ClampingMode, KeyPoints, Mask, Video, box_format,
  is_rotated_bounding_format, wrap,
} from '../../../tv_tensors'
import { type Input, is_pure_tensor } from './_registry'
import { clamped_rotated, converted_rotated } from './_rotated'

function unsupported(name: string, inpt: unknown): TypeError {
  return new TypeError(`Functional F.${name} does not support inputs of type ${type_text(inpt)}.`)
}

function sizes(inpt: Tensor, count: 2 | 3): number[] {
  const { shape } = inpt
  if (shape.length < 2) throw new TypeError(`Input tensor should have at least two dimensions, but got ${shape.length}`)
  return count === 3 && shape.length === 2 ? [1, ...shape] : [...shape.slice(-count)]
}

const has_canvas = (inpt: unknown): inpt is BoundingBoxes | KeyPoints => inpt instanceof BoundingBoxes || inpt instanceof KeyPoints

/** Channels, height and width of an image or video. @see torchvision.transforms.v2.functional.get_dimensions */
export function get_dimensions(inpt: Input): [channels: number, height: number, width: number] {
  if (inpt instanceof Image) return [inpt.channels, inpt.height, inpt.width]
  if (!is_tensor(inpt) || inpt instanceof Mask || has_canvas(inpt)) throw unsupported('get_dimensions', inpt)
  return sizes(inpt as Tensor, 3) as [number, number, number]
}

/** @see torchvision.transforms.v2.functional.get_num_channels */
export function get_num_channels(inpt: Input): number {
  return get_dimensions(inpt)[0]
}

/** Height and width; of boxes and points, those of their picture. @see torchvision.transforms.v2.functional.get_size */
export function get_size(inpt: Input): [height: number, width: number] {
  if (inpt instanceof Image) return [inpt.height, inpt.width]
  if (has_canvas(inpt)) return [...inpt.canvas_size]
  if (!is_tensor(inpt)) throw unsupported('get_size', inpt)
  return sizes(inpt as Tensor, 2) as [number, number]
}

/** How many images a video has. @see torchvision.transforms.v2.functional.get_num_frames */
export function get_num_frames(inpt: Tensor): number {
  if (!(inpt instanceof Video) && !is_pure_tensor(inpt)) throw unsupported('get_num_frames', inpt)
  return inpt.size(-4)
}

// ---- formats of boxes ----

type Halves = [first: Tensor, last: Tensor]
const halves = (boxes: Tensor): Halves => [boxes.narrow(-1, 0, 2), boxes.narrow(-1, 2, 2)]
const joined = (first: Tensor, last: Tensor): Tensor => cat([first, last], -1)

/** Integers are halved downwards. */
const half = (x: Tensor): Tensor => x.is_floating_point() ? x.div(2) : x.div(2, { rounding_mode: 'floor' })

/** The upper left corners of boxes by centre, and their sizes: in floats. */
function corner_and_size(boxes: Tensor): Halves {
  const [center, size] = halves(boxes.is_floating_point() ? boxes : boxes.float())
  return [center.sub(size.div(2)), size]
}

function to_corners(boxes: Tensor, format: BoundingBoxFormat): Tensor {
  if (format === BoundingBoxFormat.XYXY) return boxes
  const [first, last] = format === BoundingBoxFormat.CXCYWH ? corner_and_size(boxes) : halves(boxes)
  return joined(first, last.add(first)).to(boxes.dtype)
}

function from_corners(boxes: Tensor, format: BoundingBoxFormat): Tensor {
  if (format === BoundingBoxFormat.XYXY) return boxes
  const [first, last] = halves(boxes)
  const size = last.sub(first)
  return format === BoundingBoxFormat.XYWH ? joined(first, size) : joined(half(first.mul(2).add(size)), size)
}

/** Boxes in another format, whatever they are in. */
export function converted(boxes: Tensor, from: BoundingBoxFormat, to: BoundingBoxFormat): Tensor {
  if (from === to) return boxes
  if (is_rotated_bounding_format(from) !== is_rotated_bounding_format(to)) {
    throw new ValueError('Cannot convert between rotated and unrotated bounding boxes.')
  }
  if (is_rotated_bounding_format(from)) return converted_rotated(boxes, from, to)
  if (from === BoundingBoxFormat.XYWH && to === BoundingBoxFormat.CXCYWH) {
    const [corner, size] = halves(boxes)
    return joined(corner.add(half(size)), size)
  }
  if (from === BoundingBoxFormat.CXCYWH && to === BoundingBoxFormat.XYWH && boxes.is_floating_point()) return joined(...corner_and_size(boxes))
  return from_corners(to_corners(boxes, from), to)
}

const convert_names = ['inpt', 'old_format', 'new_format', 'inplace'] as const
type ConvertParams<T> = [inpt: T, old_format?: BoxFormat | null, new_format?: BoxFormat | null, inplace?: boolean]

/** In place where the number of columns stays. */
function rewritten(boxes: Tensor, made: Tensor, inplace: boolean): Tensor {
  return inplace && made !== boxes && made.size(-1) === boxes.size(-1) ? boxes.copy_(made) : made
}

/**
 * Boxes in another format.
 *
 * @param old_format - of plain tensors; BoundingBoxes know theirs
 * @throws {ValueError} if `old_format` is missing, or given for BoundingBoxes
 * @see torchvision.transforms.v2.functional.convert_bounding_box_format
 */
export const convert_bounding_box_format = with_keywords('convert_bounding_box_format', convert_names,
  (inpt: Tensor, old_format: BoxFormat | null = null, new_format: BoxFormat | null = null, inplace: boolean = false): Tensor => {
    if (new_format === null) throw new TypeError("convert_bounding_box_format() missing 1 required argument: 'new_format'")
    const to = box_format(new_format)
    if (is_pure_tensor(inpt)) {
      if (old_format === null) throw new ValueError('For pure tensor inputs, `old_format` has to be passed.')
      return rewritten(inpt, converted(inpt, box_format(old_format), to), inplace)
    }
    if (!(inpt instanceof BoundingBoxes)) {
      throw new TypeError(`Input can either be a plain tensor or a bounding box tv_tensor, but got ${type_text(inpt)} instead.`)
    }
    if (old_format !== null) throw new ValueError('For bounding box tv_tensor inputs, `old_format` must not be passed.')
    return wrap(rewritten(inpt.pure(), converted(inpt.pure(), inpt.format, to), inplace), { like: inpt, format: to })
  }) as <T extends Tensor>(...args: Args<ConvertParams<T>, typeof convert_names>) => T

/** Boxes cut off at the borders of their picture. */
export function clamped(boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, clamping_mode: ClampingMode): Tensor {
  if (clamping_mode === null) return boxes.clone()
  if (is_rotated_bounding_format(format)) return clamped_rotated(boxes, format, canvas_size, clamping_mode)
  const corners = to_corners(boxes.is_floating_point() ? boxes : boxes.float(), format).clone()
  for (const at of [0, 2]) {
    corners.narrow(-1, at, 1).clamp_(0, canvas_size[1])
    corners.narrow(-1, at + 1, 1).clamp_(0, canvas_size[0])
  }
  return from_corners(corners, format).to(boxes.dtype)
}

const clamp_names = ['inpt', 'format', 'canvas_size', 'clamping_mode'] as const
type ClampParams<T> = [inpt: T, format?: BoxFormat | null, canvas_size?: CanvasSize | null, clamping_mode?: ClampingMode | 'auto']
const clamping = [null, 'soft', 'hard', 'auto']

/** @internal Checks a mode of clamping. */
export function check_clamping(mode: unknown): void {
  if (!clamping.includes(mode as null)) throw new ValueError(`clamping_mode must be soft, hard, auto or None, got ${String(mode)}`)
}

/**
 * Boxes cut off at the borders of their picture.
 *
 * @param clamping_mode - 'soft', 'hard' (the same for upright boxes; rotated ones stay within), null: no change. Default: 'auto', that of the boxes.
 * @throws {ValueError} if a plain tensor comes without format, canvas_size and clamping_mode, or BoundingBoxes with format or canvas_size
 * @see torchvision.transforms.v2.functional.clamp_bounding_boxes
 */
export const clamp_bounding_boxes = with_keywords('clamp_bounding_boxes', clamp_names,
  (inpt: Tensor, format: BoxFormat | null = null, canvas_size: CanvasSize | null = null, clamping_mode: ClampingMode | 'auto' = 'auto'): Tensor => {
    check_clamping(clamping_mode)
    if (is_pure_tensor(inpt)) {
      if (format === null || canvas_size === null || clamping_mode === 'auto') {
        throw new ValueError('For pure tensor inputs, `format`, `canvas_size` and `clamping_mode` have to be passed.')
      }
      return clamped(inpt, box_format(format), canvas_size, clamping_mode)
    }
    if (!(inpt instanceof BoundingBoxes)) {
      throw new TypeError(`Input can either be a plain tensor or a bounding box tv_tensor, but got ${type_text(inpt)} instead.`)
    }
    if (format !== null || canvas_size !== null) {
      throw new ValueError('For bounding box tv_tensor inputs, `format` and `canvas_size` must not be passed.')
    }
    const mode = clamping_mode === 'auto' ? inpt.clamping_mode : clamping_mode
    return wrap(clamped(inpt.pure(), inpt.format, inpt.canvas_size, mode), { like: inpt })
  }) as <T extends Tensor>(...args: Args<ClampParams<T>, typeof clamp_names>) => T

const clamp_point_names = ['inpt', 'canvas_size'] as const

function clamped_points(points: Tensor, [height, width]: CanvasSize): Tensor {
  const [x, y] = (points.is_floating_point() ? points : points.float()).unbind(-1) as unknown as [Tensor, Tensor]
  return stack([x.clamp(0, width - 1), y.clamp(0, height - 1)], -1).to(points.dtype)
}

/**
 * Points moved onto the picture: x to 0 ... width - 1, y to 0 ... height - 1.
 *
 * @param canvas_size - of plain tensors; KeyPoints know theirs
 * @throws {ValueError} if a plain tensor comes without it, or KeyPoints with it
 * @see torchvision.transforms.v2.functional.clamp_keypoints
 */
export const clamp_keypoints = with_keywords('clamp_keypoints', clamp_point_names, (inpt: Tensor, canvas_size: CanvasSize | null = null): Tensor => {
  if (is_pure_tensor(inpt)) {
    if (canvas_size === null) throw new ValueError('For pure tensor inputs, `canvas_size` has to be passed.')
    return clamped_points(inpt, canvas_size)
  }
  if (!(inpt instanceof KeyPoints)) {
    throw new TypeError(`Input can either be a plain tensor or a keypoints tv_tensor, but got ${type_text(inpt)} instead.`)
  }
  if (canvas_size !== null) throw new ValueError('For keypoints tv_tensor inputs, `canvas_size` must not be passed.')
  return wrap(clamped_points(inpt.pure(), inpt.canvas_size), { like: inpt })
}) as <T extends Tensor>(...args: Args<[inpt: T, canvas_size?: CanvasSize | null], typeof clamp_point_names>) => T

// ---- what is left out ----

// As there: the second side is measured between the y of one point and the x of the next.
function sanitize_rotated_mask(boxes: Tensor, [h, w]: CanvasSize, min_size: number, min_area: number): Tensor {
  const column = (i: number): Tensor => boxes.select(-1, i)
  const side = (at: number): Tensor => column(at).sub(column(at + 2)).pow(2).add(column(at + 1).sub(column(at + 3)).pow(2)).sqrt()
  const [width, height] = [side(0), side(3)]
  return [
    height.ge(min_size), boxes.ge(0).all(-1), width.mul(height).ge(min_area), ...[0, 2, 4, 6].map(i => column(i).le(w)),
    ...[1, 3, 5, 7].map(i => column(i).le(h)),
  ].reduce((all, one) => all.bitwise_and(one), width.ge(min_size))
}

/** @internal Which boxes are large enough and within their picture. */
export function sanitize_mask(boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, min_size: number, min_area: number): Tensor {
  if (is_rotated_bounding_format(format)) {
    return sanitize_rotated_mask(converted(boxes, format, BoundingBoxFormat.XYXYXYXY), canvas_size, min_size, min_area)
  }
  const corners = to_corners(boxes, format)
  const column = (i: number): Tensor => corners.select(-1, i)
  const [width, height] = [column(2).sub(column(0)), column(3).sub(column(1))]
  const [h, w] = canvas_size
  return [
    height.ge(min_size), corners.ge(0).all(-1), width.mul(height).ge(min_area), column(0).le(w), column(2).le(w), column(1).le(h), column(3).le(h),
  ].reduce((all, one) => all.bitwise_and(one), width.ge(min_size))
}

const sanitize_names = ['bounding_boxes', 'format', 'canvas_size', 'min_size', 'min_area'] as const
type SanitizeParams<T> = [bounding_boxes: T, format?: BoxFormat | null, canvas_size?: CanvasSize | null, min_size?: number, min_area?: number]

/**
 * The boxes that are large enough and within their picture, and which those are.
 *
 * @param format - of plain tensors, with `canvas_size`; BoundingBoxes know theirs
 * @param min_size - of width and height. Default: 1.
 * @param min_area - Default: 1.
 * @see torchvision.transforms.v2.functional.sanitize_bounding_boxes
 */
export const sanitize_bounding_boxes = with_keywords('sanitize_bounding_boxes', sanitize_names,
  (
    bounding_boxes: Tensor, format: BoxFormat | null = null, canvas_size: CanvasSize | null = null, min_size: number = 1, min_area: number = 1,
  ): [boxes: Tensor, valid: Tensor] => {
    if (is_pure_tensor(bounding_boxes)) {
      if (format === null || canvas_size === null) {
        throw new ValueError('format and canvas_size cannot be None if bounding_boxes is a pure tensor. Set those to appropriate values or ' +
          'pass bounding_boxes as a tv_tensors.BoundingBoxes object.')
      }
      const valid = sanitize_mask(bounding_boxes, box_format(format), canvas_size, min_size, min_area)
      return [bounding_boxes.at(valid), valid]
    }
    if (!(bounding_boxes instanceof BoundingBoxes)) {
      throw new ValueError('bounding_boxes must be a tv_tensors.BoundingBoxes instance or a pure tensor.')
    }
    if (format !== null || canvas_size !== null) {
      throw new ValueError('format and canvas_size must be None when bounding_boxes is a tv_tensors.BoundingBoxes instance. Leave those to ' +
        'None or pass bounding_boxes as a pure tensor.')
    }
    const valid = sanitize_mask(bounding_boxes.pure(), bounding_boxes.format, bounding_boxes.canvas_size, min_size, min_area)
    return [wrap(bounding_boxes.at(valid), { like: bounding_boxes }), valid]
  }) as <T extends Tensor>(...args: Args<SanitizeParams<T>, typeof sanitize_names>) => [boxes: T, valid: Tensor]

/** @internal Which points, or groups of them, are on the picture. */
export function sanitize_points_mask(points: Tensor, [height, width]: CanvasSize): Tensor {
  const [x, y] = points.unbind(-1) as unknown as [Tensor, Tensor]
  const valid = x.ge(0).bitwise_and(x.lt(width)).bitwise_and(y.ge(0)).bitwise_and(y.lt(height))
  return valid.ndim > 1 ? valid.flatten({ start_dim: 1 }).all(1) : valid
}

const sanitize_point_names = ['key_points', 'canvas_size'] as const

/**
 * The points that are on their picture, and which those are; of groups (three dimensions and more), those with all points on it.
 *
 * @param canvas_size - of plain tensors; KeyPoints know theirs
 * @see torchvision.transforms.v2.functional.sanitize_keypoints
 */
export const sanitize_keypoints = with_keywords('sanitize_keypoints', sanitize_point_names,
  (key_points: Tensor, canvas_size: CanvasSize | null = null): [points: Tensor, valid: Tensor] => {
    if (is_pure_tensor(key_points)) {
      if (canvas_size === null) {
        throw new ValueError('canvas_size cannot be None if key_points is a pure tensor. ' +
          'Set it to an appropriate value or pass key_points as a tv_tensors.KeyPoints object.')
      }
      const valid = sanitize_points_mask(key_points, canvas_size)
      return [key_points.at(valid), valid]
    }
    if (!(key_points instanceof KeyPoints)) throw new ValueError('key_points must be a tv_tensors.KeyPoints instance or a pure tensor.')
    if (canvas_size !== null) {
      throw new ValueError(`canvas_size must be None when key_points is a tv_tensors.KeyPoints instance. Got canvas_size=(${canvas_size.join(', ')}). ` +
        'Leave it to None or pass key_points as a pure tensor.')
    }
    const valid = sanitize_points_mask(key_points.pure(), key_points.canvas_size)
    return [wrap(key_points.pure().at(valid), { like: key_points }), valid]
  }) as <T extends Tensor>(...args: Args<[key_points: T, canvas_size?: CanvasSize | null], typeof sanitize_point_names>) => [points: T, valid: Tensor]
