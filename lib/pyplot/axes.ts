// Axes: where data are plotted (matplotlib.axes.Axes).
import type { Args } from '../_args'
import { bind, check, unalias } from './arguments'
import {
  type AxesImage,
  type BarContainer,
  type Line2D,
  type Patches,
  type PathCollection,
  type ScalarMappable,
  Text,
  text_keywords,
  text_style,
} from './artists'
import { AxesBase } from './axes_base'
import type { TextOptions } from './options'
import type { Color } from './colors'
import type { Colormap } from './colormaps'
import type { Coordinates, Data } from './data'
import type { Figure } from './figure'
import type { Rect, SubplotSpec } from './gridspec'
import {
  type BarLabelOptions,
  type BarOptions,
  type PatchOptions,
  bar as make_bars,
  bar_label as label_bars,
  fill_between as fill,
  span as make_span,
} from './plots/bars'
import { type Bins, type HistOptions, hist as make_histogram } from './plots/histogram'
import { type ErrorbarOptions, type LineOptions, across, errorbar as make_errorbar, plot as make_lines } from './plots/lines'
import { type ImshowOptions, type ScatterOptions, imshow as make_image, scatter as make_points } from './plots/points'

/** `[x], y, [format]`, as often as wanted, then keywords for all lines. */
export type PlotArguments = (Coordinates | string | LineOptions)[]

export type ImshowArguments = Args<[X: Data, cmap?: string | Colormap], ['X', 'cmap'], ImshowOptions>
export type ScatterArguments = Args<
  [x: Coordinates, y: Coordinates, s?: Data, c?: Color | readonly Color[] | Data],
  ['x', 'y', 's', 'c'],
  ScatterOptions
>
export type BarArguments = Args<
  [x: Coordinates, height: Coordinates, width?: Data, bottom?: Data],
  ['x', 'height', 'width', 'bottom'],
  BarOptions
>
export type BarhArguments = Args<
  [y: Coordinates, width: Coordinates, height?: Data, left?: Data],
  ['y', 'width', 'height', 'left'],
  BarOptions
>
export type HistArguments = Args<
  [x: Coordinates | readonly Data[], bins?: Bins, range?: readonly [number, number], density?: boolean],
  ['x', 'bins', 'range', 'density'],
  HistOptions & { weights?: Data | readonly Data[] }
>
export type HlineArguments = Args<[y?: Coordinates, xmin?: number, xmax?: number], ['y', 'xmin', 'xmax'], LineOptions>
export type VlineArguments = Args<[x?: Coordinates, ymin?: number, ymax?: number], ['x', 'ymin', 'ymax'], LineOptions>
export type HspanArguments = Args<
  [ymin: number, ymax: number, xmin?: number, xmax?: number],
  ['ymin', 'ymax', 'xmin', 'xmax'],
  PatchOptions
>
export type VspanArguments = Args<
  [xmin: number, xmax: number, ymin?: number, ymax?: number],
  ['xmin', 'xmax', 'ymin', 'ymax'],
  PatchOptions
>
export type FillArguments = Args<[x: Coordinates, y1: Data, y2?: Data, where?: Data], ['x', 'y1', 'y2', 'where'], PatchOptions>
export type ErrorbarArguments = Args<
  [x: Coordinates, y: Coordinates, yerr?: Data, xerr?: Data, fmt?: string],
  ['x', 'y', 'yerr', 'xerr', 'fmt'],
  Omit<ErrorbarOptions, 'fmt'>
>
export type TextArguments = Args<
  [x: Coordinates, y: Coordinates, s: unknown],
  ['x', 'y', 's'],
  TextOptions & { transform?: 'axes' }
>

/** A strip beside axes that a colour bar takes. */
export interface Strip {
  readonly orientation: 'vertical' | 'horizontal'
  readonly fraction: number
  readonly pad: number
  readonly shrink: number
}

/**
 * A pair of axes in a figure. Made by `subplot`, `subplots`, `gca` or `figure.add_subplot`.
 *
 * Data are numbers, nested arrays, typed arrays, tensors or iterables; a tensor that requires grad throws, as in Python.
 * NaN makes gaps.
 */
export class Axes extends AxesBase {
  /** The last thing drawn whose colours mean numbers. @internal */ mappable: ScalarMappable | null = null
  /** Height over width of the box, whatever the data. @internal */ box_ratio: number | null = null
  /** @internal */ readonly strips: Strip[] = []
  /** @internal */ readonly colorbars: Axes[] = []

  /** @internal @param place - the axes' rectangle, colour bars included */
  constructor(
    readonly figure: Figure,
    readonly spec: SubplotSpec | null,
    readonly place: () => Rect,
    shared: { x?: Axes; y?: Axes } = {},
  ) {
    super(shared.x?.xaxis.scale, shared.y?.yaxis.scale)
  }

  /** The axes' rectangle, colour bars left out. @internal */
  rect(): Rect {
    return this.strips.reduce(without_strip, this.place())
  }

  /** Draws lines through points: `[x], y, [format]`, again and again. A format is a colour, a marker and a line style: 'r--o'. */
  plot(...args: PlotArguments): Line2D[] {
    return make_lines(this, args)
  }

  /**
   * Shows an image: `[height, width]` numbers by a colour map, or `[height, width, 3 | 4]` colours (floats in 0..1 or integers in 0..255).
   *
   * @throws {TypeError} for other shapes.
   */
  imshow(...args: ImshowArguments): AxesImage {
    return (this.mappable = make_image(this, args))
  }

  /** Draws points at x, y; `s` are their areas in square points, `c` a colour, a list of colours, or numbers for the colour map. */
  scatter(...args: ScatterArguments): PathCollection {
    const points = make_points(this, args)
    if (points.cmap) this.mappable = points
    return points
  }

  /** Draws bars at x (numbers or categories), from `bottom` up. */
  bar(...args: BarArguments): BarContainer {
    return make_bars(this, 'bar', args)
  }

  /** Draws lying bars at y (numbers or categories), from `left` on. */
  barh(...args: BarhArguments): BarContainer {
    return make_bars(this, 'barh', args)
  }

  /** Writes each bar's length at its end. */
  bar_label(
    ...args: Args<[container: BarContainer, labels?: Iterable<unknown>], ['container', 'labels'], BarLabelOptions>
  ): Text[] {
    return label_bars(this, args)
  }

  /** Counts values in bins and draws the counts. Returns `[counts, edges, patches]`. */
  hist(...args: HistArguments): [counts: number[], edges: number[], patches: Patches]
  hist(...args: HistArguments): [number[] | number[][], number[], Patches | Patches[]] {
    return make_histogram(this, args)
  }

  /** Draws a line across the axes at `y`, from `xmin` to `xmax` in fractions of the width. */
  axhline(...args: HlineArguments): Line2D {
    return across(this, 'axhline', args)
  }

  /** Draws a line up the axes at `x`, from `ymin` to `ymax` in fractions of the height. */
  axvline(...args: VlineArguments): Line2D {
    return across(this, 'axvline', args)
  }

  /** Fills the band from `ymin` to `ymax` across the axes. */
  axhspan(...args: HspanArguments): Patches {
    return make_span(this, 'axhspan', args)
  }

  /** Fills the band from `xmin` to `xmax` up the axes. */
  axvspan(...args: VspanArguments): Patches {
    return make_span(this, 'axvspan', args)
  }

  /** Fills the area between two curves, `y2` being 0 by default. */
  fill_between(...args: FillArguments): Patches {
    return fill(this, args)
  }

  /** Draws points with error bars; errors are one size, one for each point, or two lists, below and above. */
  errorbar(...args: ErrorbarArguments): Line2D {
    return make_errorbar(this, args)
  }

  /** Writes text at a place in data coordinates, or in fractions of the axes with `{ transform: ax.transAxes }`. */
  text(...args: TextArguments): Text {
    const { x, y, s, transform, ...given } = bind('text', ['x', 'y', 's'], 3, args)
    const options = unalias(given)
    check('Text', options, text_keywords)
    const [px] = this.xaxis.scale.convert(x, 'x') as [number]
    const [py] = this.yaxis.scale.convert(y, 'y') as [number]
    return this.add(new Text(px, py, String(s), text_style(options), transform === this.transAxes ? 'axes' : 'data'))
  }

  /** Draws lines on logarithmic axes. */
  loglog(...args: PlotArguments): Line2D[] {
    this.set_xscale('log')
    return this.semilogy(...args)
  }

  /** Draws lines with a logarithmic x axis. */
  semilogx(...args: PlotArguments): Line2D[] {
    this.set_xscale('log')
    return this.plot(...args)
  }

  /** Draws lines with a logarithmic y axis. */
  semilogy(...args: PlotArguments): Line2D[] {
    this.set_yscale('log')
    return this.plot(...args)
  }

  override clear(): void {
    super.clear()
    this.mappable = null
  }

  /** Takes the axes out of their figure. */
  remove(): void {
    this.figure.delaxes(this)
  }
}

/** What a strip at the right or below leaves of a rectangle. */
function without_strip({ left, bottom, width, height }: Rect, { orientation, fraction, pad }: Strip): Rect {
  const rest = 1 - fraction - pad
  return orientation === 'vertical'
    ? { left, bottom, width: width * rest, height }
    : { left, bottom: bottom + height * (1 - rest), width, height: height * rest }
}

/** The strip itself. @internal */
export function strip_rect({ left, bottom, width, height }: Rect, { orientation, fraction, shrink }: Strip): Rect {
  return orientation === 'vertical'
    ? {
        left: left + width * (1 - fraction),
        bottom: bottom + (height * (1 - shrink)) / 2,
        width: width * fraction,
        height: height * shrink,
      }
    : { left: left + (width * (1 - shrink)) / 2, bottom, width: width * shrink, height: height * fraction }
}

/** The rectangle of axes before some of their strips are taken. @internal */
export function rect_before(axes: Axes, strips: number): Rect {
  return axes.strips.slice(0, strips).reduce(without_strip, axes.place())
}
