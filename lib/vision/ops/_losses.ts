// Losses of boxes and classes: torchvision.ops.giou_loss, diou_loss, ciou_loss and focal_loss.
import { with_keywords } from '../../_args'
import { ValueError } from '../../_errors'
import { float_repr } from '../../_python_format'
import { no_grad } from '../../autograd/grad_mode'
import { atan, maximum, minimum, sigmoid } from '../../generated/torch_functions'
import { functional as F } from '../../nn'
import type { Tensor } from '../../tensor'
import { type Reduction, _loss_inter_union, _upcast_non_float, columns, one_minus, reduce } from './_utils'

type Four = [Tensor, Tensor, Tensor, Tensor]

/**
 * `1 - GIoU` of the boxes (x1, y1, x2, y2) of each row.
 *
 * @param reduction - 'none', 'mean' or 'sum'. Default: 'none'.
 * @param eps - Default: 1e-7.
 * @see torchvision.ops.generalized_box_iou_loss; https://arxiv.org/abs/1902.09630
 */
export const generalized_box_iou_loss = with_keywords('generalized_box_iou_loss', ['boxes1', 'boxes2', 'reduction', 'eps'],
  (given1: Tensor, given2: Tensor, reduction: Reduction = 'none', eps: number = 1e-7): Tensor => {
    const [boxes1, boxes2] = [_upcast_non_float(given1), _upcast_non_float(given2)]
    const [intersection, union] = _loss_inter_union(boxes1, boxes2)
    const [width, height] = sides_around(boxes1, boxes2)
    const area = width.mul(height)
    const giou = intersection.div(union.add(eps)).sub(area.sub(union).div(area.add(eps)))
    return reduce(one_minus(giou), reduction, true)
  })

// The sides of the smallest box around each pair.
function sides_around(boxes1: Tensor, boxes2: Tensor): [width: Tensor, height: Tensor] {
  const [x1, y1, x2, y2] = columns<Four>(boxes1)
  const [x1g, y1g, x2g, y2g] = columns<Four>(boxes2)
  return [maximum(x2, x2g).sub(minimum(x1, x1g)), maximum(y2, y2g).sub(minimum(y1, y1g))]
}

function _diou_iou_loss(boxes1: Tensor, boxes2: Tensor, eps: number): [loss: Tensor, iou: Tensor] {
  const [intersection, union] = _loss_inter_union(boxes1, boxes2)
  const iou = intersection.div(union.add(eps))
  const [width, height] = sides_around(boxes1, boxes2)
  const diagonal = width.pow(2).add(height.pow(2)).add(eps)
  const [x1, y1, x2, y2] = columns<Four>(boxes1)
  const [x1g, y1g, x2g, y2g] = columns<Four>(boxes2)
  const across = x2.add(x1).div(2).sub(x1g.add(x2g).div(2))
  const down = y2.add(y1).div(2).sub(y1g.add(y2g).div(2))
  return [one_minus(iou).add(across.pow(2).add(down.pow(2)).div(diagonal)), iou]
}

/** `1 - DIoU` of the boxes of each row; parameters as for {@link generalized_box_iou_loss}. @see torchvision.ops.distance_box_iou_loss */
export const distance_box_iou_loss = with_keywords('distance_box_iou_loss', ['boxes1', 'boxes2', 'reduction', 'eps'],
  (boxes1: Tensor, boxes2: Tensor, reduction: Reduction = 'none', eps: number = 1e-7): Tensor => (
    reduce(_diou_iou_loss(_upcast_non_float(boxes1), _upcast_non_float(boxes2), eps)[0], reduction, true)))

/** `1 - CIoU` of the boxes of each row; parameters as for {@link generalized_box_iou_loss}. @see torchvision.ops.complete_box_iou_loss */
export const complete_box_iou_loss = with_keywords('complete_box_iou_loss', ['boxes1', 'boxes2', 'reduction', 'eps'],
  (given1: Tensor, given2: Tensor, reduction: Reduction = 'none', eps: number = 1e-7): Tensor => {
    const [boxes1, boxes2] = [_upcast_non_float(given1), _upcast_non_float(given2)]
    const [loss, iou] = _diou_iou_loss(boxes1, boxes2, 1e-7)
    const shape = (boxes: Tensor): Tensor => {
      const [x1, y1, x2, y2] = columns<Four>(boxes)
      return atan(x2.sub(x1).div(y2.sub(y1)))
    }
    const v = shape(boxes2).sub(shape(boxes1)).pow(2).mul(4 / Math.PI ** 2)
    const alpha = no_grad(() => v.div(one_minus(iou).add(v).add(eps)))
    return reduce(loss.add(alpha.mul(v)), reduction, true)
  })

/**
 * Focal loss of logits: cross entropy that counts easy examples less.
 *
 * @param targets - 0 or 1 for each input
 * @param alpha - the weight of positives, in [0, 1]; -1: none. Default: 0.25.
 * @param gamma - how much less easy examples count. Default: 2.
 * @param reduction - 'none', 'mean' or 'sum'. Default: 'none'.
 * @see torchvision.ops.sigmoid_focal_loss; https://arxiv.org/abs/1708.02002
 */
export const sigmoid_focal_loss = with_keywords('sigmoid_focal_loss', ['inputs', 'targets', 'alpha', 'gamma', 'reduction'],
  (inputs: Tensor, targets: Tensor, alpha: number = 0.25, gamma: number = 2, reduction: Reduction = 'none'): Tensor => {
    if (!(alpha >= 0 && alpha <= 1) && alpha !== -1) {
      const text = Number.isInteger(alpha) ? String(alpha) : float_repr(alpha)
      throw new ValueError(`Invalid alpha value: ${text}. alpha must be in the range [0,1] or -1 for ignore.`)
    }
    const p = sigmoid(inputs)
    const cross_entropy = F.binary_cross_entropy_with_logits(inputs, targets, { reduction: 'none' })
    const p_t = p.mul(targets).add(one_minus(p).mul(one_minus(targets)))
    const loss = cross_entropy.mul(one_minus(p_t).pow(gamma))
    if (alpha < 0) return reduce(loss, reduction, false)
    const alpha_t = targets.mul(alpha).add(one_minus(targets).mul(1 - alpha))
    return reduce(alpha_t.mul(loss), reduction, false)
  })
