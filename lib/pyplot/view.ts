// Axes as they lie on a canvas: their box in pixels, their limits and ticks, and the way from data to pixels.
import type { Axes } from './axes'
import type { Axis, ScaleView, Tick } from './axis'
import { type Box, inflate, intersection } from './geometry'
import { to_pixels } from './gridspec'

/** What is drawn on: its size in pixels, and pixels for one point (1/72 inch). */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly pt: number
  /** 'svg': bitmaps are embedded as they are, since viewers scale them; 'png': in the pixels of the canvas. */
  readonly format: 'svg' | 'png'
}

/** One axis on a canvas. */
export interface AxisView extends ScaleView {
  readonly axis: Axis
  /** Pixel of a value in scaled coordinates. */
  place(scaled: number): number
  /** Pixel of a value in data coordinates. */
  pixel(value: number): number
  /** A pixel as a part of the axis, from the left or the bottom. */
  part(pixel: number): number
}

/** Axes on a canvas. */
export interface View {
  readonly axes: Axes
  readonly box: Box
  /** The part of the box that is on the canvas. */
  readonly visible: Box | null
  /** The same without the outermost pixels of the canvas: resvg aborts the process on groups that end at its edge. */
  readonly inner: Box | null
  readonly x: AxisView
  readonly y: AxisView
}

function axis_view(axis: Axis, scale: ScaleView, start: number, end: number): AxisView {
  const [from, to] = scale.inverted ? [scale.high, scale.low] : [scale.low, scale.high]
  const place = (scaled: number) => start + ((scaled - from) / (to - from)) * (end - start)
  return {
    ...scale,
    axis,
    place,
    pixel: value => place(axis.scale.forward(value)),
    part: pixel => (pixel - start) / (end - start),
  }
}

/** How many tick labels fit: each takes about three letters' width, or two lines. */
function space_for(axis: Axis, length: number, pt: number): number {
  const size = axis.tick_style.fontsize ?? 10
  return Math.floor(length / pt / (size * (axis.letter === 'x' ? 3 : 2)))
}

/** The part of a box that has the wanted height over width; in the middle, or at the left or the top where there is room to spare. */
function fit({ x, y, width, height }: Box, ratio: number, anchor = 0.5): Box {
  const wide = Math.max(1, Math.round(Math.min(width, height / ratio)))
  const high = Math.max(1, Math.round(Math.min(height, width * ratio)))
  return { x: x + Math.round((width - wide) * anchor), y: y + Math.round((height - high) * anchor), width: wide, height: high }
}

/** Lengthens the limits of the axis that has pixels to spare, so that units are equally long on both. */
function equalize(x: ScaleView, y: ScaleView, box: Box, aspect: number): [ScaleView, ScaleView] {
  const [unit_x, unit_y] = [(x.high - x.low) / box.width, (y.high - y.low) / box.height / aspect]
  const widen = (scale: ScaleView, factor: number): ScaleView => {
    const [middle, half] = [(scale.low + scale.high) / 2, ((scale.high - scale.low) / 2) * factor]
    return { ...scale, low: middle - half, high: middle + half }
  }
  return unit_x < unit_y ? [widen(x, unit_y / unit_x), y] : [x, widen(y, unit_x / unit_y)]
}

/** Lays axes out on a canvas. */
export function view_of(axes: Axes, canvas: Canvas): View {
  const room = to_pixels(axes.rect(), canvas)
  const paper = { x: 0, y: 0, width: canvas.width, height: canvas.height }
  const { aspect } = axes
  const scales = (box: Box): [ScaleView, ScaleView] => [
    axes.xaxis.scale.view(space_for(axes.xaxis, box.width, canvas.pt)),
    axes.yaxis.scale.view(space_for(axes.yaxis, box.height, canvas.pt)),
  ]
  let [x, y] = scales(room)
  let box = room
  if (aspect !== null && axes.adjustable === 'box') {
    box = fit(room, (aspect * (y.high - y.low)) / (x.high - x.low))
    ;[x, y] = scales(box)
  } else if (aspect !== null) {
    const [wide, high] = equalize(x, y, box, aspect)
    x = retick(axes.xaxis, wide, space_for(axes.xaxis, box.width, canvas.pt))
    y = retick(axes.yaxis, high, space_for(axes.yaxis, box.height, canvas.pt))
  }
  if (axes.box_ratio !== null) box = fit(room, axes.box_ratio, 0)
  return {
    axes,
    box,
    visible: intersection(box, paper),
    inner: intersection(box, inflate(paper, -1)),
    x: axis_view(axes.xaxis, x, box.x, box.x + box.width),
    y: axis_view(axes.yaxis, y, box.y + box.height, box.y),
  }
}

function retick(axis: Axis, { low, high, inverted }: ScaleView, space: number): ScaleView {
  return { ...axis.scale.view_between(low, high, space), inverted }
}

/** Ticks that have a label, major ones and minor ones. */
export function labelled({ ticks, minor }: ScaleView): Tick[] {
  return [...ticks, ...minor].filter(tick => tick.label !== '')
}
