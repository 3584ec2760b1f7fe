// tight_layout: margins and spaces with room for all labels and titles (matplotlib._tight_layout).
import type { Axes } from './axes'
import { decorate } from './decorations'
import { type SubplotParameters, cells_of, subplot_rect, to_pixels } from './gridspec'
import { type Canvas, view_of } from './view'

function common_multiple(a: number, b: number): number {
  let [divisor, rest] = [a, b]
  while (rest > 0) [divisor, rest] = [rest, divisor % rest]
  return (a / divisor) * b
}

/** Free space, in pixels. */
export interface Padding {
  readonly edge: number
  readonly across: number
  readonly down: number
}

/** Most room that labels need at each line of the grid, before and after it. */
interface Gutters {
  readonly before: number[]
  readonly after: number[]
}

function gutters(count: number): Gutters {
  return { before: new Array<number>(count + 1).fill(0), after: new Array<number>(count + 1).fill(0) }
}

function room_at(list: number[], index: number, room: number): void {
  list[index] = Math.max(list[index]!, room)
}

/**
 * Margins and spaces that leave room for the labels and titles of all subplots; null if there is no such room.
 *
 * @param pad - free space at the figure's edge and, across and down, between labels, in pixels
 * @param reserved - at the top, for the figure's title, in pixels
 */
export function tight_parameters(
  axes: readonly Axes[],
  canvas: Canvas,
  pad: Padding,
  reserved: number,
): SubplotParameters | null {
  const subplots = axes.flatMap(one => (one.spec ? [{ one, spec: one.spec }] : []))
  if (subplots.length === 0) return null
  const rows = subplots.reduce((all, { spec }) => common_multiple(all, spec.rows), 1)
  const columns = subplots.reduce((all, { spec }) => common_multiple(all, spec.columns), 1)
  const [x, y] = [gutters(columns), gutters(rows)]
  for (const { one, spec } of subplots) {
    const cells = cells_of(spec)
    const needed = needed_room(one, canvas)
    const [across, down] = [columns / spec.columns, rows / spec.rows]
    room_at(x.after, cells.left * across, needed.left)
    room_at(x.before, (cells.right + 1) * across, needed.right)
    room_at(y.after, cells.top * down, needed.top)
    room_at(y.before, (cells.bottom + 1) * down, needed.bottom)
  }
  const between = (gutter: Gutters, count: number, free: number) =>
    Math.max(0, ...Array.from({ length: count - 1 }, (_, i) => gutter.before[i + 1]! + gutter.after[i + 1]! + free))
  const [gap_x, gap_y] = [between(x, columns, pad.across) / canvas.width, between(y, rows, pad.down) / canvas.height]
  const left = (x.after[0]! + pad.edge) / canvas.width
  const right = 1 - (x.before[columns]! + pad.edge) / canvas.width
  const top = 1 - (y.after[0]! + pad.edge + reserved) / canvas.height
  const bottom = (y.before[rows]! + pad.edge) / canvas.height
  const width = (right - left - gap_x * (columns - 1)) / columns
  const height = (top - bottom - gap_y * (rows - 1)) / rows
  if (!(width > 0 && height > 0)) return null
  return { left, right, top, bottom, wspace: gap_x / width, hspace: gap_y / height }
}

/** Room that labels and titles take outside a subplot's rectangle, in pixels; colour bars count too. */
function needed_room(axes: Axes, canvas: Canvas): { left: number; right: number; top: number; bottom: number } {
  const outer = to_pixels(subplot_rect(axes.spec!, axes.figure.parameters), canvas)
  const needed = { left: 0, right: 0, top: 0, bottom: 0 }
  for (const one of [axes, ...axes.colorbars]) {
    const view = view_of(one, canvas)
    const { outline } = decorate(view, canvas)
    // The width of a title does not count: it may reach over the neighbours' empty corners.
    needed.left = Math.max(needed.left, outer.x - outline.x)
    needed.right = Math.max(needed.right, outline.x + outline.width - outer.x - outer.width)
    needed.top = Math.max(needed.top, outer.y - outline.y)
    needed.bottom = Math.max(needed.bottom, outline.y + outline.height - outer.y - outer.height)
  }
  return needed
}
