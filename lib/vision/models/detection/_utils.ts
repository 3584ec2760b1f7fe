// Boxes as offsets from anchors, and which box an anchor belongs to: torchvision.models.detection._utils.
import { ValueError } from '../../../_errors'
import { exp, log, stack } from '../../../generated/torch_functions'
import * as nn from '../../../nn'
import type { Tensor } from '../../../tensor'
import { complete_box_iou_loss, distance_box_iou_loss, generalized_box_iou_loss } from '../../ops'

const F = nn.functional
type Four = [Tensor, Tensor, Tensor, Tensor]
type Parts = [width: Tensor, height: Tensor, x: Tensor, y: Tensor]

/** Sizes and centres of boxes (x1, y1, x2, y2). */
function parts_of(boxes: Tensor): Parts {
  const [x1, y1, x2, y2] = boxes.unbind(1) as unknown as Four
  const [width, height] = [x2.sub(x1), y2.sub(y1)]
  return [width, height, x1.add(width.mul(0.5)), y1.add(height.mul(0.5))]
}

/** Boxes as offsets from others, and back. @see torchvision.models.detection._utils.BoxCoder */
export class BoxCoder {
  constructor(readonly weights: readonly [number, number, number, number], readonly bbox_xform_clip: number = Math.log(1000 / 16)) {}

  /** Offsets of `reference_boxes` from `proposals`: (N, 4) each. */
  encode_single(reference_boxes: Tensor, proposals: Tensor): Tensor {
    const [wx, wy, ww, wh] = this.weights
    const [width, height, x, y] = parts_of(proposals)
    const [to_width, to_height, to_x, to_y] = parts_of(reference_boxes)
    return stack([
      to_x.sub(x).mul(wx).div(width), to_y.sub(y).mul(wy).div(height), log(to_width.div(width)).mul(ww), log(to_height.div(height)).mul(wh),
    ], 1)
  }

  /** Boxes by their offsets from others: (N, 4) each. */
  decode_single(rel_codes: Tensor, boxes: Tensor): Tensor {
    const [wx, wy, ww, wh] = this.weights
    const [width, height, x, y] = parts_of(boxes.to(rel_codes.dtype))
    const [dx, dy, dw, dh] = rel_codes.unbind(1) as unknown as Four
    const bounded = (change: Tensor): Tensor => exp(change.clamp({ max: this.bbox_xform_clip }))
    const [cx, cy] = [dx.div(wx).mul(width).add(x), dy.div(wy).mul(height).add(y)]
    const [half_w, half_h] = [bounded(dw.div(ww)).mul(width).mul(0.5), bounded(dh.div(wh)).mul(height).mul(0.5)]
    return stack([cx.sub(half_w), cy.sub(half_h), cx.add(half_w), cy.add(half_h)], 1)
  }
}

/** Says for each anchor which box it belongs to: -1 for none, -2 between the thresholds. @see torchvision.models.detection._utils.Matcher */
export class Matcher {
  static readonly BELOW_LOW_THRESHOLD = -1
  static readonly BETWEEN_THRESHOLDS = -2

  /** @param allow_low_quality_matches - each box also has the anchors that fit it best */
  constructor(readonly high_threshold: number, readonly low_threshold: number, readonly allow_low_quality_matches = false) {
    if (low_threshold > high_threshold) throw new ValueError('low_threshold should be <= high_threshold')
  }

  /** @param quality - of each box (row) and anchor (column) */
  match(quality: Tensor): Tensor {
    if (quality.numel() === 0) {
      const what = quality.size(0) === 0 ? 'ground-truth' : 'proposal'
      throw new ValueError(`No ${what} boxes available for one of the images during training`)
    }
    const [values, all] = quality.max(0) as unknown as [Tensor, Tensor]
    const low = values.lt(this.low_threshold)
    const between = values.ge(this.low_threshold).bitwise_and(values.lt(this.high_threshold))
    const matches = all.masked_fill(low, Matcher.BELOW_LOW_THRESHOLD).masked_fill(between, Matcher.BETWEEN_THRESHOLDS)
    if (!this.allow_low_quality_matches) return matches
    const [best] = quality.max(1) as unknown as [Tensor]
    const is_best = quality.eq(best.unsqueeze(1)).any(0)
    return all.where(is_best, matches)
  }
}

/** How far boxes are from where they should be, in one of these measures. */
export type BoxLoss = 'l1' | 'smooth_l1' | 'ciou' | 'diou' | 'giou'

/** @internal */
export function _box_loss(type: BoxLoss, coder: BoxCoder, anchors: Tensor, wanted: Tensor, regression: Tensor): Tensor {
  if (type === 'l1') return F.l1_loss(regression, coder.encode_single(wanted, anchors), { reduction: 'sum' })
  if (type === 'smooth_l1') return F.smooth_l1_loss(regression, coder.encode_single(wanted, anchors), { reduction: 'sum' })
  const measure = { ciou: complete_box_iou_loss, diou: distance_box_iou_loss, giou: generalized_box_iou_loss }[type]
  return measure(coder.decode_single(regression, anchors), wanted, { reduction: 'sum' })
}
