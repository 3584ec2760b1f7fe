// Keywords of titles, labels, grids, legends and ticks, as types.
import type { Color } from './colors'
import type { Location } from './legend'

/** Keywords of texts; matplotlib's short names (size, weight, style, ha, va) work too. */
export interface TextOptions {
  /** Points, or 'small', 'medium', 'large', ... */
  fontsize?: number | string
  size?: number | string
  color?: Color
  fontweight?: string | number
  weight?: string | number
  fontstyle?: string
  style?: string
  /** Degrees against the clock, or 'vertical'. */
  rotation?: number | 'vertical' | 'horizontal'
  ha?: 'left' | 'center' | 'right'
  horizontalalignment?: 'left' | 'center' | 'right'
  va?: 'top' | 'center' | 'bottom' | 'baseline'
  verticalalignment?: 'top' | 'center' | 'bottom' | 'baseline'
  alpha?: number
}

/** Keywords of titles. */
export interface TitleOptions extends TextOptions {
  loc?: 'left' | 'center' | 'right'
  /** Distance from the axes, in points. Default: 6. */
  pad?: number
  /** Height as a fraction of the axes. Default: just above them. */
  y?: number
}

/** Keywords of grids. */
export interface GridOptions {
  which?: 'major' | 'minor' | 'both'
  axis?: 'both' | 'x' | 'y'
  color?: Color
  c?: Color
  linestyle?: string
  ls?: string
  linewidth?: number
  lw?: number
  alpha?: number
}

/** Keywords of legends. */
export interface LegendOptions {
  /** 'best' (default), 'upper right', ..., its code 0..10, or the lower left corner in fractions of the axes. */
  loc?: Location | number | readonly [number, number]
  /** Point `[x, y]` or rectangle `[x, y, width, height]`, in fractions of the axes, that `loc` refers to. */
  bbox_to_anchor?: readonly number[]
  fontsize?: number | string
  title?: string
  ncols?: number
  ncol?: number
  frameon?: boolean
  framealpha?: number
  handles?: Iterable<unknown>
  labels?: Iterable<string>
}

/** Keywords of ticks. */
export interface TickOptions {
  axis?: 'both' | 'x' | 'y'
  labelsize?: number | string
  labelrotation?: number
  rotation?: number
  labelcolor?: Color
  /** Which part of a label is at its tick. */
  ha?: 'left' | 'center' | 'right'
  /** Points. */
  length?: number
  direction?: 'in' | 'out'
  bottom?: boolean
  left?: boolean
  labelbottom?: boolean
  labelleft?: boolean
}
