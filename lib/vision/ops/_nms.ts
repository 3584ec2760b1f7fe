// Non-maximum suppression: torchvision.ops.nms, one of torchvision's compiled operators.
import { with_keywords } from '../../_args'
import { from_numpy } from '../../_creation'
import { RuntimeError } from '../../_errors'
import { float32, float64, int64 } from '../../dtype'
import { zeros } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'

function check(boxes: Tensor, scores: Tensor): void {
  if (boxes.dim() !== 2) throw new RuntimeError(`boxes should be a 2d tensor, got ${boxes.dim()}D`)
  if (boxes.size(1) !== 4) throw new RuntimeError(`boxes should have 4 elements in dimension 1, got ${boxes.size(1)}`)
  if (scores.dim() !== 1) throw new RuntimeError(`scores should be a 1d tensor, got ${scores.dim()}D`)
  if (boxes.size(0) !== scores.size(0)) {
    throw new RuntimeError(`boxes and scores should have same number of elements in dimension 0, got ${boxes.size(0)} and ${scores.size(0)}`)
  }
}

type Floats = Float32Array | Float64Array

// In the order of falling scores, each box that is left takes away those after it that it covers too much. All numbers are rounded to the boxes'
// type, as in torchvision's loop, so that its decisions on the border are the same.
function suppress(corners: Floats, order: BigInt64Array, threshold: number, round: (value: number) => number): BigInt64Array {
  const count = order.length
  const column = (): Float64Array => new Float64Array(count)
  const [x1, y1, x2, y2, areas] = [column(), column(), column(), column(), column()]
  for (let i = 0; i < count; i++) {
    const at = Number(order[i]) * 4
    x1[i] = corners[at]!
    y1[i] = corners[at + 1]!
    x2[i] = corners[at + 2]!
    y2[i] = corners[at + 3]!
    areas[i] = round(round(x2[i]! - x1[i]!) * round(y2[i]! - y1[i]!))
  }
  const gone = new Uint8Array(count)
  const keep: bigint[] = []
  for (let i = 0; i < count; i++) {
    if (gone[i]) continue
    keep.push(order[i]!)
    const [left, top, right, bottom, area] = [x1[i]!, y1[i]!, x2[i]!, y2[i]!, areas[i]!]
    for (let j = i + 1; j < count; j++) {
      if (gone[j]) continue
      const width = round((x2[j]! < right ? x2[j]! : right) - (x1[j]! > left ? x1[j]! : left))
      if (width <= 0) continue
      const height = round((y2[j]! < bottom ? y2[j]! : bottom) - (y1[j]! > top ? y1[j]! : top))
      if (height <= 0) continue
      const overlap = round(width * height)
      if (round(overlap / round(round(area + areas[j]!) - overlap)) > threshold) gone[j] = 1
    }
  }
  return BigInt64Array.from(keep)
}

/**
 * Non-maximum suppression: of boxes (x1, y1, x2, y2) that overlap by more than `iou_threshold`, only the one with the highest score is kept.
 *
 * @param scores - of each box
 * @returns the places of the boxes that are kept, by falling score: int64
 * @throws {RuntimeError} for other shapes.
 * @see torchvision.ops.nms
 */
export const nms = with_keywords('nms', ['boxes', 'scores', 'iou_threshold'], (boxes: Tensor, scores: Tensor, iou_threshold: number): Tensor => {
  check(boxes, scores)
  if (boxes.numel() === 0) return zeros([0], { dtype: int64, device: boxes.device })
  const dtype = boxes.dtype === float64 ? float64 : float32
  const corners = boxes.detach().to({ device: 'cpu', dtype }).contiguous().numpy() as Floats
  const [, order] = scores.detach().cpu().sort({ stable: true, dim: 0, descending: true }) as unknown as [Tensor, Tensor]
  const keep = suppress(corners, order.contiguous().numpy() as BigInt64Array, iou_threshold, dtype === float64 ? value => value : Math.fround)
  return from_numpy(keep).to(boxes.device)
})
