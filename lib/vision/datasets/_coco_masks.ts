// Segments of COCO as masks: polygons and run lengths; pycocotools.mask.
import { from_numpy } from '../../_creation'
import { RuntimeError, ValueError } from '../../_errors'
import { type_text } from '../../_typename'
import type { Tensor } from '../../tensor'

// Boundaries are drawn five times as fine, as the reference does: its pixels are ours.
const scale = 5
const whole = (value: number): number => Math.trunc(value)

/** The points of the line from one corner to the next, both included. */
function line(xs: number, ys: number, xe: number, ye: number, out: [number, number][]): void {
  const [dx, dy] = [Math.abs(xe - xs), Math.abs(ye - ys)]
  const by_x = dx >= dy
  const flip = by_x ? xs > xe : ys > ye
  const [x, y] = flip ? [xe, ye] : [xs, ys]
  const [x2, y2] = flip ? [xs, ys] : [xe, ye]
  const steps = by_x ? dx : dy
  const slope = steps === 0 ? 0 : by_x ? (y2 - y) / dx : (x2 - x) / dy
  for (let i = 0; i <= steps; i++) {
    const t = flip ? steps - i : i
    out.push(by_x ? [x + t, whole(y + slope * t + 0.5)] : [whole(x + slope * t + 0.5), y + t])
  }
}

/** Where a boundary passes from one column of pixels to the next: places in a mask that is stored column by column. */
function crossings(points: readonly [number, number][], height: number, width: number): number[] {
  const found: number[] = []
  for (let i = 1; i < points.length; i++) {
    const [[u0, v0], [u, v]] = [points[i - 1]!, points[i]!]
    if (u === u0) continue
    const x = ((u < u0 ? u : u - 1) + 0.5) / scale - 0.5
    if (Math.floor(x) !== x || x < 0 || x > width - 1) continue
    const y = Math.ceil(Math.min(Math.max(((v < v0 ? v : v0) + 0.5) / scale - 0.5, 0), height))
    found.push(x * height + y)
  }
  return found
}

/** The pixels inside of a polygon [x, y, x, y, ...], column by column. */
function polygon(corners: readonly number[], height: number, width: number, mask: Uint8Array): void {
  const fine = corners.map(value => whole(scale * value + 0.5))
  const points: [number, number][] = []
  for (let i = 0; i < fine.length; i += 2) line(fine[i]!, fine[i + 1]!, fine[(i + 2) % fine.length]!, fine[(i + 3) % fine.length]!, points)
  const turns = crossings(points, height, width).sort((a, b) => a - b)
  for (let i = 0; i < turns.length; i += 2) mask.fill(1, turns[i], turns[i + 1] ?? height * width)
}

/** The run lengths in a text: numbers of five bits a character, from the third on as differences. */
function counts_of(text: string): number[] {
  const counts: number[] = []
  for (let at = 0; at < text.length;) {
    let value = 0
    for (let shift = 0, more = true; more; shift += 5) {
      const code = text.charCodeAt(at++) - 48
      if (!(code >= 0 && code < 64) || shift > 30) throw new RuntimeError('run lengths of a mask have an unknown character')
      value += (code & 31) * 2 ** shift
      more = (code & 32) !== 0
      if (!more && (code & 16) !== 0) value -= 2 ** (shift + 5)
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2]! : value)
  }
  return counts
}

interface RunLengths {
  counts: string | number[]
  size: [height: number, width: number]
}

/** A mask, uint8 (H, W), of an annotation's `segmentation`. @throws {ValueError} {RuntimeError} if it is no such thing */
export function segmentation_to_mask(segmentation: unknown, [h, w]: readonly [height: number, width: number]): Tensor {
  if (typeof segmentation !== 'object' || segmentation === null) {
    throw new ValueError(`COCO segmentation expected to be a dict or a list, got ${type_text(segmentation)}`)
  }
  if (Array.isArray(segmentation)) {
    const mask = new Uint8Array(h * w)
    const are_boxes = (segmentation[0] as number[] | undefined)?.length === 4
    for (const one of segmentation as number[][]) {
      const part = new Uint8Array(h * w)
      const [x, y, dx, dy] = one as [number, number, number, number]
      polygon(are_boxes ? [x, y, x, y + dy, x + dx, y + dy, x + dx, y] : one.slice(0, one.length - one.length % 2), h, w, part)
      part.forEach((value, i) => { mask[i]! |= value })
    }
    return from_numpy(mask).view([w, h]).t()
  }
  const { counts, size } = segmentation as RunLengths
  const [height, width] = size
  const runs = typeof counts === 'string' ? counts_of(counts) : counts
  if (runs.some(run => !(run >= 0)) || runs.reduce((sum, run) => sum + run, 0) !== height * width) {
    throw new RuntimeError(`run lengths of a mask do not add up to ${height} x ${width} pixels`)
  }
  const mask = new Uint8Array(height * width)
  let at = 0
  runs.forEach((run, i) => { mask.fill(i % 2, at, at += run) })
  return from_numpy(mask).view([width, height]).t()
}
