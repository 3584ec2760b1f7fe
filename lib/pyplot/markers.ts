// Markers of points: matplotlib's symbols as SVG paths.
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { type Element, type Paint, circle, path } from './elements'
import type { Point } from './geometry'

interface Shape {
  /** Closed or open lines through points in a square from -1 to 1, y upward; 'circle' for a circle of radius 1. */
  readonly lines: readonly (readonly Point[])[] | 'circle'
  /** Its size as a part of the marker's size. */
  readonly scale: number
  /** Whether it has an inside. */
  readonly filled: boolean
}

function polygon(points: readonly Point[], scale = 1): Shape {
  return { lines: [[...points, points[0]!]], scale, filled: true }
}

function strokes(lines: readonly (readonly Point[])[], scale = 1): Shape {
  return { lines, scale, filled: false }
}

/** Corners of a regular polygon, the first one on top; a second radius between them makes a star. */
function regular(corners: number, turn = 0, inner?: number): Shape {
  const count = inner === undefined ? corners : 2 * corners
  return polygon(Array.from({ length: count }, (_, i) => {
    const radius = inner !== undefined && i % 2 === 1 ? inner : 1
    const angle = Math.PI / 2 + turn + 2 * Math.PI * i / count
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const
  }))
}

const disc = (scale: number): Shape => ({ lines: 'circle', scale, filled: true })
const thin = 0.6

const shapes: Readonly<Record<string, Shape>> = {
  'o': disc(1),
  '.': disc(0.5),
  ',': polygon([[-1, -1], [1, -1], [1, 1], [-1, 1]], 0.08),
  's': polygon([[-1, -1], [1, -1], [1, 1], [-1, 1]]),
  'D': polygon([[0, -Math.SQRT2], [Math.SQRT2, 0], [0, Math.SQRT2], [-Math.SQRT2, 0]]),
  'd': polygon([[0, -Math.SQRT2], [Math.SQRT2 * thin, 0], [0, Math.SQRT2], [-Math.SQRT2 * thin, 0]]),
  '^': polygon([[0, 1], [-1, -1], [1, -1]]),
  'v': polygon([[0, -1], [-1, 1], [1, 1]]),
  '<': polygon([[-1, 0], [1, 1], [1, -1]]),
  '>': polygon([[1, 0], [-1, 1], [-1, -1]]),
  'p': regular(5),
  'h': regular(6),
  'H': regular(6, Math.PI / 6),
  '8': regular(8, Math.PI / 8),
  '*': regular(5, 0, 0.381966),
  'P': polygon([
    [-1 / 3, -1], [1 / 3, -1], [1 / 3, -1 / 3], [1, -1 / 3], [1, 1 / 3], [1 / 3, 1 / 3], [1 / 3, 1],
    [-1 / 3, 1], [-1 / 3, 1 / 3], [-1, 1 / 3], [-1, -1 / 3], [-1 / 3, -1 / 3],
  ]),
  'X': polygon([
    [-0.5, -1], [0, -0.5], [0.5, -1], [1, -0.5], [0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5], [-0.5, 1], [-1, 0.5], [-0.5, 0], [-1, -0.5],
  ]),
  'x': strokes([[[-1, -1], [1, 1]], [[-1, 1], [1, -1]]]),
  '+': strokes([[[-1, 0], [1, 0]], [[0, -1], [0, 1]]]),
  '|': strokes([[[0, -1], [0, 1]]]),
  '_': strokes([[[-1, 0], [1, 0]]]),
  '1': strokes([[[0, 0], [0, -1]], [[0, 0], [0.8, 0.5]], [[0, 0], [-0.8, 0.5]]]),
  '2': strokes([[[0, 0], [0, 1]], [[0, 0], [0.8, -0.5]], [[0, 0], [-0.8, -0.5]]]),
  '3': strokes([[[0, 0], [-1, 0]], [[0, 0], [0.5, 0.8]], [[0, 0], [0.5, -0.8]]]),
  '4': strokes([[[0, 0], [1, 0]], [[0, 0], [-0.5, 0.8]], [[0, 0], [-0.5, -0.8]]]),
}

/** Names that draw nothing. */
const nothing = ['None', 'none', ' ', '']

/** Whether a text names a marker or says that there is none. */
export function is_marker(name: string): boolean {
  return Object.hasOwn(shapes, name) || nothing.includes(name)
}

/** The marker of a name, or null where it says none. */
export function marker_of(name: unknown): string | null {
  if (typeof name !== 'string' || !is_marker(name)) throw new ValueError(`Unrecognized marker style ${repr(name)}`)
  return nothing.includes(name) ? null : name
}

/** Whether a marker has an inside to fill. */
export function is_filled(marker: string): boolean {
  return shapes[marker]!.filled
}

/** Points around a marker: those of its outline, or the corners around a circle. */
export function marker_points(marker: string, x: number, y: number, size: number): Point[] {
  const { lines, scale } = shapes[marker]!
  const outline = lines === 'circle' ? [[-1, -1], [1, 1]] as const : lines.flat()
  return outline.map(([dx, dy]) => [x + size / 2 * scale * dx, y - size / 2 * scale * dy])
}

/**
 * A marker around (x, y), in pixels.
 *
 * @param size - of the marker, in pixels
 */
export function draw_marker(marker: string, x: number, y: number, size: number, paint: Paint): Element {
  const { lines, scale, filled } = shapes[marker]!
  const radius = size / 2 * scale
  if (lines === 'circle') return circle(x, y, radius, paint)
  const outline = lines.map(points => points.map(([dx, dy], i) => `${i === 0 ? 'M' : 'L'}${x + radius * dx} ${y - radius * dy}`).join(''))
  return path(outline.join(filled ? 'Z' : '') + (filled ? 'Z' : ''), paint)
}
