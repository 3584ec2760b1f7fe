// Where axes go in a figure: margins and the grid of subplots (matplotlib.gridspec).
import type { Box } from './geometry'
import type { Canvas } from './view'

/** Margins around the subplots, and spaces between them as parts of a subplot's average size. */
export interface SubplotParameters {
  left: number
  right: number
  bottom: number
  top: number
  wspace: number
  hspace: number
}

/** matplotlib's defaults. */
export const default_parameters: Readonly<SubplotParameters> = {
  left: 0.125,
  right: 0.9,
  bottom: 0.11,
  top: 0.88,
  wspace: 0.2,
  hspace: 0.2,
}

/** A rectangle in fractions of the figure, y upward. */
export interface Rect {
  readonly left: number
  readonly bottom: number
  readonly width: number
  readonly height: number
}

/** Cells of a grid, counted from 0 along the rows: from the cell `first` to the cell `last`. */
export interface SubplotSpec {
  readonly rows: number
  readonly columns: number
  readonly first: number
  readonly last: number
}

/** Rows and columns that a subplot covers. */
export function cells_of({ columns, first, last }: SubplotSpec): { top: number; bottom: number; left: number; right: number } {
  return { top: Math.floor(first / columns), bottom: Math.floor(last / columns), left: first % columns, right: last % columns }
}

/** The rectangle of a subplot. */
export function subplot_rect(spec: SubplotSpec, parameters: SubplotParameters): Rect {
  const { left, right, bottom, top, wspace, hspace } = parameters
  const width = (right - left) / (spec.columns + wspace * (spec.columns - 1))
  const height = (top - bottom) / (spec.rows + hspace * (spec.rows - 1))
  const cells = cells_of(spec)
  const x = (column: number) => left + column * width * (1 + wspace)
  const y = (row: number) => top - row * height * (1 + hspace)
  return {
    left: x(cells.left),
    width: x(cells.right) + width - x(cells.left),
    bottom: y(cells.bottom) - height,
    height: y(cells.top) - y(cells.bottom) + height,
  }
}

/** A rectangle in whole pixels. */
export function to_pixels({ left, bottom, width, height }: Rect, canvas: Canvas): Box {
  const [x0, x1] = [Math.round(left * canvas.width), Math.round((left + width) * canvas.width)]
  const [y0, y1] = [Math.round((1 - bottom - height) * canvas.height), Math.round((1 - bottom) * canvas.height)]
  return { x: x0, y: y0, width: Math.max(1, x1 - x0), height: Math.max(1, y1 - y0) }
}
