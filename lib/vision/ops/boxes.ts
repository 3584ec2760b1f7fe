// Operators on boxes: torchvision.ops.boxes.
import { with_keywords } from '../../_args'
import { NotImplementedError, ValueError } from '../../_errors'
import { no_grad } from '../../autograd/grad_mode'
import { float32, int64 } from '../../dtype'
import { atan, maximum, minimum, rsub, stack, zeros } from '../../generated/torch_functions'
import { unique } from '../../_functional/unique'
import type { Tensor } from '../../tensor'
import * as convert from './_box_convert'
import { nms } from './_nms'
import { box_iou_rotated } from './_rotated_iou'
import { _upcast, one_minus } from './_utils'

export { nms }

/** Axis-aligned boxes by corners, by corner and size, by centre and size; the same rotated by degrees; four corners. */
export type BoxFormat = 'xyxy' | 'xywh' | 'cxcywh' | 'xywhr' | 'cxcywhr' | 'xyxyxyxy'
type PlainFormat = 'xyxy' | 'xywh' | 'cxcywh'

// Boxes of each class are moved to a place of their own.
function by_offsets(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: number): Tensor {
  if (boxes.numel() === 0) return zeros([0], { dtype: int64, device: boxes.device })
  const offsets = idxs.to(boxes).mul(boxes.max().add(1))
  return nms(boxes.add(offsets.unsqueeze(1)), scores, iou_threshold)
}

function by_class(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: number): Tensor {
  const kept: Tensor[] = []
  for (const id of unique(idxs) as Tensor) {
    const [places] = idxs.eq(id).nonzero({ as_tuple: true }) as [Tensor]
    kept.push(places.at(nms(boxes.at(places), scores.at(places), iou_threshold)))
  }
  const mask = zeros([scores.size(0)], { dtype: int64, device: scores.device })
  for (const places of kept) mask.set_at(places, 1)
  const [keep] = mask.nonzero({ as_tuple: true }) as [Tensor]
  return keep.at(scores.at(keep).sort({ descending: true })[1] as Tensor)
}

/**
 * {@link nms} within each class: boxes of different classes do not suppress each other.
 *
 * @param idxs - the class of each box
 * @returns the places of the boxes that are kept, by falling score
 * @see torchvision.ops.batched_nms
 */
export const batched_nms = with_keywords('batched_nms', ['boxes', 'scores', 'idxs', 'iou_threshold'],
  (boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: number): Tensor => {
    const most = boxes.device.type === 'cpu' ? 4000 : 100000 // as torchvision: which way is faster
    return boxes.numel() > most ? by_class(boxes, scores, idxs, iou_threshold) : by_offsets(boxes, scores, idxs, iou_threshold)
  })

/** The places of the boxes (x1, y1, x2, y2) with both sides at least min_size. @see torchvision.ops.remove_small_boxes */
export const remove_small_boxes = with_keywords('remove_small_boxes', ['boxes', 'min_size'], (boxes: Tensor, min_size: number): Tensor => {
  const widths = boxes.at('...', 2).sub(boxes.at('...', 0))
  const heights = boxes.at('...', 3).sub(boxes.at('...', 1))
  return widths.ge(min_size).bitwise_and(heights.ge(min_size)).nonzero({ as_tuple: true })[0]!
})

/** Boxes (x1, y1, x2, y2) cut off at the borders of an image. @param size - height and width @see torchvision.ops.clip_boxes_to_image */
export const clip_boxes_to_image = with_keywords('clip_boxes_to_image', ['boxes', 'size'],
  (boxes: Tensor, size: readonly [height: number, width: number]): Tensor => {
    const [height, width] = size
    const x = boxes.at('...', '0::2').clamp({ min: 0, max: width })
    const y = boxes.at('...', '1::2').clamp({ min: 0, max: height })
    return stack([x, y], boxes.dim()).reshape(boxes.shape)
  })

const formats = ['xyxy', 'xywh', 'cxcywh', 'xywhr', 'cxcywhr', 'xyxyxyxy']
const conversions: Readonly<Record<string, (boxes: Tensor) => Tensor>> = {
  'xywh xyxy': convert._box_xywh_to_xyxy,
  'cxcywh xyxy': convert._box_cxcywh_to_xyxy,
  'xyxy xywh': convert._box_xyxy_to_xywh,
  'xyxy cxcywh': convert._box_xyxy_to_cxcywh,
  'xywh cxcywh': boxes => convert._box_xyxy_to_cxcywh(convert._box_xywh_to_xyxy(boxes)),
  'cxcywh xywh': boxes => convert._box_xyxy_to_xywh(convert._box_cxcywh_to_xyxy(boxes)),
  'cxcywhr xywhr': convert._box_cxcywhr_to_xywhr,
  'xywhr cxcywhr': convert._box_xywhr_to_cxcywhr,
  'cxcywhr xyxyxyxy': boxes => convert._box_xywhr_to_xyxyxyxy(convert._box_cxcywhr_to_xywhr(boxes)),
  'xyxyxyxy cxcywhr': boxes => convert._box_xywhr_to_cxcywhr(convert._box_xyxyxyxy_to_xywhr(boxes)),
  'xywhr xyxyxyxy': convert._box_xywhr_to_xyxyxyxy,
  'xyxyxyxy xywhr': convert._box_xyxyxyxy_to_xywhr,
}

/**
 * Boxes in another format.
 *
 * @param in_fmt - 'xyxy': corners; 'xywh': corner and size; 'cxcywh': centre and size; 'xywhr', 'cxcywhr': with an angle in degrees,
 *   against the clock; 'xyxyxyxy': four corners
 * @throws {ValueError} for an unknown format; {NotImplementedError} from one with to one without angle.
 * @see torchvision.ops.box_convert
 */
export const box_convert = with_keywords('box_convert', ['boxes', 'in_fmt', 'out_fmt'],
  (boxes: Tensor, in_fmt: BoxFormat, out_fmt: BoxFormat): Tensor => {
    const message = `Unsupported Bounding Box Conversions for given in_fmt ${in_fmt} and out_fmt ${out_fmt}`
    if (!formats.includes(in_fmt) || !formats.includes(out_fmt)) throw new ValueError(message)
    if (in_fmt === out_fmt) return boxes.clone()
    const found = conversions[`${in_fmt} ${out_fmt}`]
    if (!found) throw new NotImplementedError(message)
    return found(boxes)
  })

/** The area of each box. @param fmt - Default: 'xyxy'. @see torchvision.ops.box_area */
export const box_area = with_keywords('box_area', ['boxes', 'fmt'], (boxes: Tensor, fmt: PlainFormat = 'xyxy'): Tensor => {
  if (!['xyxy', 'xywh', 'cxcywh'].includes(fmt)) throw new ValueError(`Unsupported Bounding Box area for given format ${fmt}`)
  const [a, b, c, d] = _upcast(boxes).unbind(-1) as unknown as [Tensor, Tensor, Tensor, Tensor]
  return fmt === 'xyxy' ? c.sub(a).mul(d.sub(b)) : c.mul(d)
})

// The corners of all pairs: those of boxes1 (..., N, 1, 2) and of boxes2 (..., 1, M, 2).
function corners(boxes: Tensor, fmt: PlainFormat, dim: number): [Tensor, Tensor] {
  const [first, second] = [boxes.at('...', ':2').unsqueeze(dim), boxes.at('...', '2:').unsqueeze(dim)]
  if (fmt === 'xyxy') return [first, second]
  return fmt === 'xywh' ? [first, first.add(second)] : [first.sub(second.div(2)), first.add(second.div(2))]
}

function product(sides: Tensor): Tensor {
  return sides.at('...', 0).mul(sides.at('...', 1))
}

function _box_inter_union(boxes1: Tensor, boxes2: Tensor, fmt: PlainFormat = 'xyxy'): [intersection: Tensor, union: Tensor] {
  const [area1, area2] = [box_area(boxes1, fmt), box_area(boxes2, fmt)]
  const [low1, high1] = corners(boxes1, fmt, -2)
  const [low2, high2] = corners(boxes2, fmt, -3)
  const intersection = product(_upcast(minimum(high1, high2).sub(maximum(low1, low2))).clamp({ min: 0 }))
  return [intersection, area1.unsqueeze(-1).add(area2.unsqueeze(-2)).sub(intersection)]
}

/**
 * Intersection over union of all pairs: (N, 4) and (M, 4) → (N, M).
 *
 * @param fmt - 'xyxy', 'xywh', 'cxcywh', or a rotated one (without gradient): 'cxcywhr', 'xywhr', 'xyxyxyxy'. Default: 'xyxy'.
 * @see torchvision.ops.box_iou
 */
export const box_iou = with_keywords('box_iou', ['boxes1', 'boxes2', 'fmt'], (boxes1: Tensor, boxes2: Tensor, fmt: BoxFormat = 'xyxy'): Tensor => {
  if (fmt === 'xyxy' || fmt === 'xywh' || fmt === 'cxcywh') {
    const [intersection, union] = _box_inter_union(boxes1, boxes2, fmt)
    return intersection.div(union)
  }
  if (formats.includes(fmt)) {
    const centred = (boxes: Tensor): Tensor => fmt === 'cxcywhr' ? boxes : box_convert(boxes, fmt, 'cxcywhr')
    return box_iou_rotated(centred(boxes1), centred(boxes2))
  }
  throw new ValueError(`Unsupported format '${String(fmt)}'. Supported axis-aligned formats: ('xyxy', 'xywh', 'cxcywh'). `
    + "Supported rotated formats: ('cxcywhr', 'xywhr', 'xyxyxyxy').")
})

// The sides of the smallest box around each pair.
function around(boxes1: Tensor, boxes2: Tensor): Tensor {
  const [low1, high1] = corners(boxes1, 'xyxy', -2)
  const [low2, high2] = corners(boxes2, 'xyxy', -3)
  return _upcast(maximum(high1, high2).sub(minimum(low1, low2))).clamp({ min: 0 })
}

/** Generalised IoU of all pairs of (x1, y1, x2, y2): also says how far apart they are. @see torchvision.ops.generalized_box_iou; https://arxiv.org/abs/1902.09630 */
export const generalized_box_iou = with_keywords('generalized_box_iou', ['boxes1', 'boxes2'], (boxes1: Tensor, boxes2: Tensor): Tensor => {
  const [intersection, union] = _box_inter_union(boxes1, boxes2)
  const area = product(around(boxes1, boxes2))
  return intersection.div(union).sub(area.sub(union).div(area))
})

function _box_diou_iou(boxes1: Tensor, boxes2: Tensor, eps: number): [diou: Tensor, iou: Tensor] {
  const iou = box_iou(boxes1, boxes2)
  const sides = around(boxes1, boxes2)
  const diagonal = sides.at('...', 0).pow(2).add(sides.at('...', 1).pow(2)).add(eps)
  const middle = (boxes: Tensor, i: number): Tensor => boxes.at('...', i).add(boxes.at('...', i + 2)).div(2)
  const apart = (i: number): Tensor => _upcast(middle(boxes1, i).unsqueeze(-1).sub(middle(boxes2, i).unsqueeze(-2))).pow(2)
  return [iou.sub(apart(0).add(apart(1)).div(diagonal)), iou]
}

/** Distance IoU of all pairs of (x1, y1, x2, y2): less by how far apart the centres are. @see torchvision.ops.distance_box_iou */
export const distance_box_iou = with_keywords('distance_box_iou', ['boxes1', 'boxes2', 'eps'],
  (boxes1: Tensor, boxes2: Tensor, eps: number = 1e-7): Tensor => _box_diou_iou(_upcast(boxes1), _upcast(boxes2), eps)[0])

/** Complete IoU of all pairs of (x1, y1, x2, y2): distance IoU less by how the shapes differ. @see torchvision.ops.complete_box_iou */
export const complete_box_iou = with_keywords('complete_box_iou', ['boxes1', 'boxes2', 'eps'],
  (given1: Tensor, given2: Tensor, eps: number = 1e-7): Tensor => {
    const [boxes1, boxes2] = [_upcast(given1), _upcast(given2)]
    const [diou, iou] = _box_diou_iou(boxes1, boxes2, eps)
    const ratio = (boxes: Tensor, dim: number): Tensor => {
      const side = (i: number): Tensor => boxes.at('...', i + 2).unsqueeze(dim).sub(boxes.at('...', i).unsqueeze(dim))
      return atan(side(0).div(side(1)))
    }
    const v = ratio(boxes1, -1).sub(ratio(boxes2, -2)).pow(2).mul(4 / Math.PI ** 2)
    const alpha = no_grad(() => v.div(one_minus(iou).add(v).add(eps)))
    return diou.sub(alpha.mul(v))
  })

/** The smallest box (x1, y1, x2, y2) around each mask of (N, H, W), inclusive; zeros for an empty one. @see torchvision.ops.masks_to_boxes */
export const masks_to_boxes = with_keywords('masks_to_boxes', ['masks'], (masks: Tensor): Tensor => {
  if (masks.numel() === 0) return zeros([0, 4], { device: masks.device, dtype: float32 })
  const rows = masks.bool().any(2).float()
  const columns = masks.bool().any(1).float()
  const first = (found: Tensor): Tensor => found.argmax(1)
  const last = (found: Tensor): Tensor => rsub(found.flip([1]).argmax(1), found.size(1) - 1)
  const boxes = stack([first(columns), first(rows), last(columns), last(rows)], 1).float()
  return boxes.masked_fill(rows.any(1).logical_not().unsqueeze(1), 0)
})
