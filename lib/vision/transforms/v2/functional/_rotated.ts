// Boxes with an angle: their formats, the rectangle in a parallelogram, cutting off at the borders; torchvision.transforms.v2.functional._meta.
import { float32, float64, int64 } from '../../../../dtype'
import { atan2, cat, max, min, ones_like, stack, where, zeros_like } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import { BoundingBoxFormat, type CanvasSize, type ClampingMode } from '../../../tv_tensors'

const { XYWHR, CXCYWHR, XYXYXYXY } = BoundingBoxFormat

type Four = [Tensor, Tensor, Tensor, Tensor]
type Eight = [...Four, ...Four]
const columns = <T extends readonly Tensor[]>(x: Tensor): T => x.unbind(-1) as unknown as T
const together = (parts: readonly Tensor[]): Tensor => stack([...parts], -1)
// The constants as float32 or float64 tensors take them: first times pi, then by 180.
const radians = (degrees: Tensor): Tensor => degrees.mul(Math.PI).div(180)

/** Corner to centre (sign 1) or centre to corner (-1). */
function shifted(boxes: Tensor, sign: 1 | -1): Tensor {
  const [x, y, w, h, r] = columns<[...Four, Tensor]>(boxes)
  const half = (side: Tensor): Tensor => side.div(-2, { rounding_mode: boxes.is_floating_point() ? null : 'floor' }).abs()
  const angle = radians(r)
  const [cos, sin, a, b] = [angle.cos(), angle.sin(), half(w), half(h)]
  const moved = sign === 1
    ? [x.add(a.mul(cos)).add(b.mul(sin)), y.sub(a.mul(sin)).add(b.mul(cos))]
    : [x.sub(a.mul(cos)).sub(b.mul(sin)), y.add(a.mul(sin)).sub(b.mul(cos))]
  return together([...moved, w, h, r])
}

function to_points(boxes: Tensor): Tensor {
  const [x, y, w, h, r] = columns<[...Four, Tensor]>(boxes)
  const angle = radians(r)
  const [cos, sin] = [angle.cos(), angle.sin()]
  return together([
    x, y, x.add(w.mul(cos)), y.sub(w.mul(sin)), x.add(w.mul(cos).add(h.mul(sin))), y.sub(w.mul(sin).sub(h.mul(cos))), x.add(h.mul(sin)),
    y.add(h.mul(cos)),
  ])
}

const is_wide = (x: Tensor): boolean => x.dtype === float32 || x.dtype === float64

function from_points(given: Tensor): Tensor {
  const boxes = is_wide(given) ? given : given.to(float32)
  const [x1, y1, x2, y2, x3, y3] = columns<Eight>(boxes)
  const length = (dx: Tensor, dy: Tensor): Tensor => dx.pow(2).add(dy.pow(2)).sqrt()
  const r = atan2(y1.sub(y2), x2.sub(x1)).div(Math.PI).mul(180)
  return together([x1, y1, length(x2.sub(x1), y2.sub(y1)), length(x3.sub(x2), y3.sub(y2)), r]).to(given.dtype)
}

/** Rotated boxes in another rotated format. */
export function converted_rotated(boxes: Tensor, from: BoundingBoxFormat, to: BoundingBoxFormat): Tensor {
  const corner = from === CXCYWHR ? shifted(boxes, -1) : from === XYXYXYXY ? from_points(boxes) : boxes
  return to === XYWHR ? corner : to === CXCYWHR ? shifted(corner, 1) : to_points(corner)
}

/** Rectangles in place of parallelograms (..., 8): the two points of the longer diagonal stay. */
export function rectangles(given: Tensor): Tensor {
  const [x1, y1, x2, y2, x3, y3, x4, y4] = columns<Eight>(is_wide(given) ? given : given.to(float32))
  const [cx, cy] = [x1.add(x3).div(2), y1.add(y3).div(2)]
  const wp = x2.sub(x1).pow(2).add(y2.sub(y1).pow(2)).sqrt()
  const hp = x4.sub(x1).pow(2).add(y4.sub(y1).pow(2)).sqrt()
  const [r12, r14] = [atan2(y1.sub(y2), x2.sub(x1)), atan2(y1.sub(y4), x4.sub(x1))]
  const between = r12.sub(r14)
  const sign = where(between.gt(Math.PI / 2), -1, 1)
  const w = where(wp.lt(hp), wp.mul(between.sin()), wp.add(hp.mul(between.cos()).mul(sign)))
  const h = where(wp.gt(hp), hp.mul(between.sin()), hp.add(wp.mul(between.cos()).mul(sign)))
  const angle = where(hp.gt(wp), r14.add(Math.PI / 2), r12)
  const [a, b] = [w.div(2), h.div(2)]
  const [a_cos, a_sin, b_cos, b_sin] = [a.mul(angle.cos()), a.mul(angle.sin()), b.mul(angle.cos()), b.mul(angle.sin())]
  return together([
    cx.sub(a_cos).sub(b_sin), cy.sub(b_cos).add(a_sin), cx.add(a_cos).sub(b_sin), cy.sub(b_cos).sub(a_sin),
    cx.add(a_cos).add(b_sin), cy.add(b_cos).sub(a_sin), cx.sub(a_cos).add(b_sin), cy.add(b_cos).add(a_sin),
  ]).reshape([...given.shape]).to(given.dtype)
}

// ---- cutting off ----

/** Which numbers to take so that the leftmost point comes first (of equal ones, the one above). */
function leftmost_first(boxes: Tensor): Tensor {
  const [x, y] = [boxes.at('...', '0::2'), boxes.at('...', '1::2')]
  const [y_max] = max(y.abs(), 1, true) as unknown as [Tensor]
  const [x_max] = max(x.abs(), 1, true) as unknown as [Tensor]
  const [, first] = min(y.div(y_max).add(x.div(x_max).mul(100)), 1) as unknown as [Tensor, Tensor]
  const steps = ones_like(boxes)
  steps.set_at(['...', 0], first.mul(2))
  return steps.cumsum(1).remainder(8).to(int64)
}

/** The lines y = a x + b from each point to the next one. */
function lines_of(boxes: Tensor): [slope: Tensor, intercept: Tensor] {
  const [x, y] = [boxes.at('...', '::2'), boxes.at('...', '1::2')]
  const diff = (values: Tensor): Tensor => values.diff({ append: values.at('...', '0:1') })
  const a = diff(y).div(diff(x))
  return [a, y.sub(a.mul(x))]
}

/** The points where each line meets the one before. */
function meeting_points(a: Tensor, b: Tensor): Tensor {
  const x = b.diff({ prepend: b.at('...', '3:4') }).neg().div(a.diff({ prepend: a.at('...', '3:4') }))
  const y = a.mul(x).add(b)
  return cat([x.unsqueeze(-1), y.unsqueeze(-1)], -1).view([a.size(0), 8])
}

/** Lines moved so that boxes stay right of x = 0: around what is left of them, or ('hard') within. */
function moved_intercepts(boxes: Tensor, original: Tensor, [height, width]: CanvasSize, mode: ClampingMode): Tensor {
  const [a, b] = lines_of(boxes)
  const [a1, a2, a3, a4] = columns<Four>(a)
  const [first, second, third, fourth] = columns<Four>(b)
  const [m1, m2, m3, m4] = columns<Four>(lines_of(original)[1])
  let [b1, b2, b3, b4] = [second.clamp(first, third).clamp(0, height), second, third, third.clamp(second, fourth).clamp(0, height)]
  if (mode === 'hard') {
    b1 = b4 = b1.add(b4).div(2)
    const above = [b1.mul(a2).div(a1), b3.mul(a2).div(a3), a1.sub(a2).mul(width).add(b1), a3.sub(a2).mul(width).add(b3)]
    b2 = (max(stack(above, 1), 1) as unknown as [Tensor])[0].clamp({ max: b2 })
    const at_bottom = (p: Tensor, q: Tensor, to: Tensor): Tensor => p.div(q).neg().add(1).mul(height).add(to.mul(p).div(q))
    const below = [at_bottom(a3, a4, b4), at_bottom(a3, a2, b2), a2.sub(a3).mul(width).add(b2), a4.sub(a3).mul(width).add(b4)]
    b3 = (min(stack(below, 1), 1) as unknown as [Tensor])[0].clamp({ min: b3 })
  }
  const low = b1.clamp(m1, m3)
  // In 'hard' mode the first and the last are one tensor, changed twice in place there.
  const last = b1 === b4 ? low.clamp(m2, m4) : b4.clamp(m2, m4)
  return together([b1 === b4 ? last : low, b2.clamp(m2, m4), b3.clamp(m1, m3), last])
}

function cut_left(boxes: Tensor, original: Tensor, canvas_size: CanvasSize, mode: ClampingMode): Tensor {
  const [a] = lines_of(boxes)
  const [x1, y1, x2, y2, x3, y3, x4, y4] = columns<Eight>(boxes)
  const cut = meeting_points(a, moved_intercepts(boxes, original, canvas_size, mode))
  const upright = boxes.clone()
  for (const at of [0, 6]) upright.select(-1, at).clamp_(0)
  const is_vertical = y1.isclose(y2).bitwise_or(y3.isclose(y4))
  const is_outside = [x1, x2, x3, x4].map(x => x.le(0)).reduce((all, one) => all.bitwise_and(one))
  const is_flat = y1.isclose(y4).bitwise_or(y2.isclose(y3)).bitwise_or(is_vertical.bitwise_and(x1.isclose(x2)))
  const cases: [Tensor, Tensor][] = [
    [x1.lt(0).bitwise_and(cut.isnan().any(-1).logical_not()), cut], [is_vertical, upright], [is_outside.bitwise_or(is_flat), zeros_like(boxes)],
  ]
  return cases.reduce((made, [condition, value]) => where(condition.unsqueeze(1), value, made), boxes)
}

/** (x, y) of each point as (y, width - x): a quarter turn against the clock. */
function turned(boxes: Tensor, width: number): Tensor {
  const [x, y] = [boxes.at(':', '::2'), boxes.at(':', '1::2')]
  return stack([y, x.neg().add(width)], -1).reshape([-1, 8])
}

/** Rotated boxes cut off at the borders of their picture: the left one, four times, with a quarter turn after each. */
export function clamped_rotated(boxes: Tensor, format: BoundingBoxFormat, canvas_size: CanvasSize, mode: ClampingMode): Tensor {
  if (mode === null) return boxes.clone()
  let made = (format === XYXYXYXY ? boxes : converted_rotated(boxes, format, XYXYXYXY)).reshape([-1, 8])
  let [original, size] = [made, canvas_size]
  for (let side = 0; side < 4; side++) {
    const order = leftmost_first(made)
    const reordered = (x: Tensor): Tensor => x.gather(1, order)
    original = reordered(original)
    made = reordered(cut_left(reordered(made), original, size, mode))
    original = reordered(original)
    made = turned(made, size[1])
    original = turned(original, size[1])
    size = [size[1], size[0]]
  }
  return (format === XYXYXYXY ? made : converted_rotated(made, XYXYXYXY, format)).reshape([...boxes.shape])
}
