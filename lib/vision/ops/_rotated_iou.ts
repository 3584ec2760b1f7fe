// Intersection over union of rotated boxes: torchvision.ops.box_iou for formats with an angle.
import { from_numpy } from '../../_creation'
import { float32, float64 } from '../../dtype'
import { type Tensor, elements } from '../../tensor'

type Point = [x: number, y: number]

/** The corners of a box by centre, size and degrees. */
function corners_of([cx, cy, w, h, degrees]: readonly number[]): Point[] {
  const angle = degrees! * Math.PI / 180
  const [cos, sin] = [Math.cos(angle) / 2, Math.sin(angle) / 2]
  const [a, b] = [[w! * cos, w! * sin], [h! * sin, h! * cos]] as [Point, Point]
  return [[cx! - a[0] - b[0], cy! + a[1] - b[1]], [cx! + a[0] - b[0], cy! - a[1] - b[1]],
    [cx! + a[0] + b[0], cy! - a[1] + b[1]], [cx! - a[0] + b[0], cy! + a[1] + b[1]]]
}

/** Twice the area of the triangle, positive on one side of the line from `a` to `b`. */
const side = (a: Point, b: Point, p: Point): number => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

function crossing(a: Point, b: Point, p: Point, q: Point): Point {
  const [from, to] = [side(a, b, p), side(a, b, q)]
  const part = from / (from - to)
  return [p[0] + (q[0] - p[0]) * part, p[1] + (q[1] - p[1]) * part]
}

/** What is left of a convex polygon on the inner side of each edge of another one. */
function clipped(polygon: readonly Point[], by: readonly Point[]): readonly Point[] {
  return by.reduce<readonly Point[]>((left, a, i) => {
    const b = by[(i + 1) % by.length]!
    return left.flatMap((p, j) => {
      const q = left[(j + 1) % left.length]!
      const [is_in, goes_in] = [side(a, b, p) >= 0, side(a, b, q) >= 0]
      return [...is_in ? [p] : [], ...is_in !== goes_in ? [crossing(a, b, p, q)] : []]
    })
  }, polygon)
}

function area(polygon: readonly Point[]): number {
  return Math.abs(polygon.reduce((sum, p, i) => {
    const q = polygon[(i + 1) % polygon.length]!
    return sum + p[0] * q[1] - q[0] * p[1]
  }, 0)) / 2
}

function overlap(one: readonly number[], other: readonly number[]): number {
  const areas = one[2]! * one[3]! + other[2]! * other[3]!
  if (one[2]! * one[3]! < 1e-14 || other[2]! * other[3]! < 1e-14) return 0
  // Moved to the middle of both, which keeps digits.
  const [x, y] = [(one[0]! + other[0]!) / 2, (one[1]! + other[1]!) / 2]
  const centred = (box: readonly number[]): Point[] => corners_of([box[0]! - x, box[1]! - y, ...box.slice(2)])
  const common = area(clipped(centred(one), centred(other)))
  return common / (areas - common)
}

/** Of all pairs of boxes (cx, cy, w, h, degrees): (N, 5) and (M, 5) → (N, M) of float32. */
export function box_iou_rotated(boxes1: Tensor, boxes2: Tensor): Tensor {
  const rows = (boxes: Tensor): number[][] => {
    const values = elements(boxes.detach().to(float64).cpu().contiguous()) as Float64Array
    return Array.from({ length: boxes.size(0) }, (_, i) => Array.from(values.subarray(i * 5, i * 5 + 5)))
  }
  const [first, second] = [rows(boxes1), rows(boxes2)]
  const made = Float64Array.from(first.flatMap(one => second.map(other => overlap(one, other))))
  return from_numpy(made).view([first.length, second.length]).to({ dtype: float32, device: boxes1.device })
}
