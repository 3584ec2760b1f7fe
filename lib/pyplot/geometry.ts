// Boxes, and lines and polygons cut to them. Renderers get no coordinate far outside of the picture: some abort the process on those.

/** A rectangle in pixels, y downward. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Point = readonly [x: number, y: number]

/** The smallest box around both. */
export function union(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y }
}

/** What both have in common, or null. */
export function intersection(a: Box, b: Box): Box | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const [width, height] = [Math.min(a.x + a.width, b.x + b.width) - x, Math.min(a.y + a.height, b.y + b.height) - y]
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

/** Whether boxes overlap or touch. */
export function touch(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height
}

/** A box with more room on each side. */
export function inflate({ x, y, width, height }: Box, across: number, down = across): Box {
  return { x: x - across, y: y - down, width: width + 2 * across, height: height + 2 * down }
}

/** The smallest box around points; there must be some. */
export function bounds(points: readonly Point[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** The part of a straight line that lies in a box, as fractions of its length, or null. */
export function clip_segment([x0, y0]: Point, [x1, y1]: Point, box: Box): readonly [from: number, to: number] | null {
  let [from, to] = [0, 1]
  for (const [start, end, low, high] of [
    [x0, x1, box.x, box.x + box.width],
    [y0, y1, box.y, box.y + box.height],
  ] as const) {
    if (Math.max(start, end) < low || Math.min(start, end) > high) return null
    if (start === end) continue
    const [a, b] = [(low - start) / (end - start), (high - start) / (end - start)]
    from = Math.max(from, Math.min(a, b))
    to = Math.min(to, Math.max(a, b))
  }
  return from <= to ? [from, to] : null
}

/** The parts of a line through points that lie in a box; coordinates that are not finite are gaps. */
export function clip_line(points: readonly Point[], box: Box): Point[][] {
  const pieces: Point[][] = []
  let piece: Point[] = []
  const finish = () => {
    if (piece.length > 0) pieces.push(piece)
    piece = []
  }
  points.forEach((point, i) => {
    const before = points[i - 1]
    if (!finite(point)) return finish()
    if (before === undefined || !finite(before)) {
      if (points[i + 1] === undefined || !finite(points[i + 1]!)) {
        if (inside(point, box)) pieces.push([point])
      } else if (inside(point, box)) piece = [point]
      return
    }
    const part = clip_segment(before, point, box)
    if (!part) return finish()
    const [from, to] = part
    if (from > 0 || piece.length === 0) {
      finish()
      piece = [along(before, point, from)]
    }
    piece.push(to < 1 ? along(before, point, to) : point)
    if (to < 1) finish()
  })
  finish()
  return pieces
}

function finite([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y)
}

function inside([x, y]: Point, box: Box): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

function along([x0, y0]: Point, [x1, y1]: Point, part: number): Point {
  return [x0 + part * (x1 - x0), y0 + part * (y1 - y0)]
}

/** The part of a polygon that lies in a box: cut by one edge of the box after the other. */
export function clip_polygon(points: readonly Point[], box: Box): Point[] {
  const edges = [
    [0, box.x, 1],
    [0, box.x + box.width, -1],
    [1, box.y, 1],
    [1, box.y + box.height, -1],
  ] as const
  return edges.reduce<readonly Point[]>(
    (polygon, [axis, edge, sign]) =>
      polygon.flatMap((point, i) => {
        const next = polygon[(i + 1) % polygon.length]!
        const [here, there] = [sign * (point[axis] - edge), sign * (next[axis] - edge)]
        const crossing = here < 0 !== there < 0 ? [along(point, next, here / (here - there))] : []
        return here >= 0 ? [point, ...crossing] : crossing
      }),
    points,
  ) as Point[]
}
