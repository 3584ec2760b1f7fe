// Boxes from one format to another: torchvision.ops._box_convert.
import { atan2, stack } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { columns } from './_utils'

type Four = [Tensor, Tensor, Tensor, Tensor]
type Five = [...Four, Tensor]
type Eight = [...Four, ...Four]

function joined(parts: readonly Tensor[]): Tensor {
  return stack([...parts], -1)
}

// Rotated boxes of integers are rounded at the end.
function rotated(boxes: Tensor, parts: readonly Tensor[]): Tensor {
  const made = joined(parts)
  return boxes.is_floating_point() ? made : made.round_().to(boxes.dtype)
}

function angle(r: Tensor): [cos: Tensor, sin: Tensor] {
  const radians = r.mul(Math.PI).div(180)
  return [radians.cos(), radians.sin()]
}

export function _box_cxcywh_to_xyxy(boxes: Tensor): Tensor {
  const [cx, cy, w, h] = columns<Four>(boxes)
  return joined([cx.sub(w.mul(0.5)), cy.sub(h.mul(0.5)), cx.add(w.mul(0.5)), cy.add(h.mul(0.5))])
}

export function _box_xyxy_to_cxcywh(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = columns<Four>(boxes)
  return joined([x1.add(x2).div(2), y1.add(y2).div(2), x2.sub(x1), y2.sub(y1)])
}

export function _box_xywh_to_xyxy(boxes: Tensor): Tensor {
  const [x, y, w, h] = columns<Four>(boxes)
  return joined([x, y, x.add(w), y.add(h)])
}

export function _box_xyxy_to_xywh(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = columns<Four>(boxes)
  return joined([x1, y1, x2.sub(x1), y2.sub(y1)])
}

export function _box_cxcywhr_to_xywhr(boxes: Tensor): Tensor {
  const [cx, cy, w, h, r] = columns<Five>(boxes)
  const [cos, sin] = angle(r)
  const x1 = cx.sub(w.div(2).mul(cos)).sub(h.div(2).mul(sin))
  const y1 = cy.sub(h.div(2).mul(cos)).add(w.div(2).mul(sin))
  return rotated(boxes, [x1, y1, w, h, r])
}

export function _box_xywhr_to_cxcywhr(boxes: Tensor): Tensor {
  const [x1, y1, w, h, r] = columns<Five>(boxes)
  const [cos, sin] = angle(r)
  const cx = x1.add(w.div(2).mul(cos)).add(h.div(2).mul(sin))
  const cy = y1.sub(w.div(2).mul(sin)).add(h.div(2).mul(cos))
  return rotated(boxes, [cx, cy, w, h, r])
}

export function _box_xywhr_to_xyxyxyxy(boxes: Tensor): Tensor {
  const [x1, y1, w, h, r] = columns<Five>(boxes)
  const [cos, sin] = angle(r)
  const [x2, y2] = [x1.add(w.mul(cos)), y1.sub(w.mul(sin))]
  const [x3, y3] = [x2.add(h.mul(sin)), y2.add(h.mul(cos))]
  return rotated(boxes, [x1, y1, x2, y2, x3, y3, x1.add(h.mul(sin)), y1.add(h.mul(cos))])
}

export function _box_xyxyxyxy_to_xywhr(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2, x3, y3] = columns<Eight>(boxes)
  const r = atan2(y1.sub(y2), x2.sub(x1)).mul(180).div(Math.PI)
  const w = x2.sub(x1).pow(2).add(y1.sub(y2).pow(2)).sqrt()
  const h = x3.sub(x2).pow(2).add(y3.sub(y2).pow(2)).sqrt()
  return rotated(boxes, [x1, y1, w, h, r])
}
