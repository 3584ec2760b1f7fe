// torch-ts/pyplot: matplotlib.pyplot's names and defaults. `import plt from 'torch-ts/pyplot'`; nothing heavy is loaded before the first plot.
import type { Args } from '../_args'
import { type Options, bind, check } from './arguments'
import type { AxesImage, BarContainer, Line2D, Patches, PathCollection, ScalarMappable, Text } from './artists'
import type {
  Axes,
  BarArguments,
  BarhArguments,
  ErrorbarArguments,
  FillArguments,
  HistArguments,
  HlineArguments,
  HspanArguments,
  ImshowArguments,
  PlotArguments,
  ScatterArguments,
  TextArguments,
  VlineArguments,
  VspanArguments,
} from './axes'
import type { AxisArgument } from './axes_base'
import type { GridOptions, LegendOptions, TextOptions, TickOptions, TitleOptions } from './options'
import type { ScaleName } from './axis'
import type { Colorbar, ColorbarOptions } from './colorbar'
import type { Data } from './data'
import type { TightOptions } from './figure'
import type { SubplotParameters } from './gridspec'
import type { SaveOptions } from './output'
import { cla, clf, close, delaxes, fignum_exists, figure, gca, gcf, get_fignums, sca, show, subplot, subplots } from './state'
import { colormaps, get_cmap } from './colormaps'

export type { Coordinates, Data, ShapedArray, TensorLike } from './data'
export type { Color } from './colors'
export type { Axes } from './axes'
export type { Figure } from './figure'
export type { Colormap } from './colormaps'
export type { Colorbar } from './colorbar'
export type { Artist, AxesImage, BarContainer, Line2D, Patches, PathCollection, Text } from './artists'
export {
  cla,
  clf,
  close,
  colormaps,
  delaxes,
  fignum_exists,
  figure,
  gca,
  gcf,
  get_cmap,
  get_fignums,
  sca,
  show,
  subplot,
  subplots,
}

/**
 * Draws lines: `plot(y)`, `plot(x, y, 'r--o')`, `plot(x1, y1, x2, y2, { label: ['a', 'b'] })`. A matrix is one line for each column.
 *
 * @throws {ValueError} where x and y differ in length.
 * @see matplotlib.pyplot.plot
 */
export function plot(...args: PlotArguments): Line2D[] {
  return gca().plot(...args)
}

/**
 * Shows an image: `[height, width]` numbers by a colour map, or `[height, width, 3 | 4]` colours (floats in 0..1 or integers in 0..255).
 *
 * @example plt.imshow(data.at(0, 0), { cmap: 'gray', interpolation: 'none' })
 * @throws {TypeError} for other shapes: `Invalid shape (1, 28, 28) for image data`.
 * @see matplotlib.pyplot.imshow
 */
export function imshow(...args: ImshowArguments): AxesImage {
  return gca().imshow(...args)
}

/** Draws points at x, y; `s` are their areas in square points, `c` a colour, a list of colours, or numbers for the colour map. */
export function scatter(...args: ScatterArguments): PathCollection {
  return gca().scatter(...args)
}

/** Draws bars at x (numbers or categories) of some height. Default: width 0.8. */
export function bar(...args: BarArguments): BarContainer {
  return gca().bar(...args)
}

/** Draws lying bars at y (numbers or categories) of some width. Default: height 0.8. */
export function barh(...args: BarhArguments): BarContainer {
  return gca().barh(...args)
}

/** Writes each bar's length, or `labels`, at its end. */
export function bar_label(...args: Parameters<Axes['bar_label']>): Text[] {
  return gca().bar_label(...args)
}

/**
 * Counts values in bins (10 by default) as numpy does, and draws the counts. Returns `[counts, edges, patches]`.
 *
 * @see matplotlib.pyplot.hist
 */
export function hist(...args: HistArguments): [counts: number[], edges: number[], patches: Patches] {
  return gca().hist(...args)
}

/** Draws a line across the axes at `y` (0), from `xmin` to `xmax` in fractions of the width. */
export function axhline(...args: HlineArguments): Line2D {
  return gca().axhline(...args)
}

/** Draws a line up the axes at `x` (0), from `ymin` to `ymax` in fractions of the height. */
export function axvline(...args: VlineArguments): Line2D {
  return gca().axvline(...args)
}

/** Fills the band from `ymin` to `ymax` across the axes. */
export function axhspan(...args: HspanArguments): Patches {
  return gca().axhspan(...args)
}

/** Fills the band from `xmin` to `xmax` up the axes. */
export function axvspan(...args: VspanArguments): Patches {
  return gca().axvspan(...args)
}

/** Fills the area between two curves over x; the second is 0 by default. */
export function fill_between(...args: FillArguments): Patches {
  return gca().fill_between(...args)
}

/** Draws points with error bars: `errorbar(x, y, yerr, xerr, fmt)`. */
export function errorbar(...args: ErrorbarArguments): Line2D {
  return gca().errorbar(...args)
}

/** Writes text at a place in data coordinates. */
export function text(...args: TextArguments): Text {
  return gca().text(...args)
}

/** Draws lines on logarithmic axes. */
export function loglog(...args: PlotArguments): Line2D[] {
  return gca().loglog(...args)
}

/** Draws lines with a logarithmic x axis. */
export function semilogx(...args: PlotArguments): Line2D[] {
  return gca().semilogx(...args)
}

/** Draws lines with a logarithmic y axis. */
export function semilogy(...args: PlotArguments): Line2D[] {
  return gca().semilogy(...args)
}

/** Writes a title above the current axes. In a row of subplots where titles would overlap, those of default size become smaller. */
export function title(label: unknown, options: TitleOptions = {}): void {
  gca().set_title(label, options)
}

/** Writes a title over all axes of the figure. */
export function suptitle(t: unknown, options: TextOptions & { x?: number; y?: number } = {}): void {
  gcf().suptitle(t, options)
}

/** Names the x axis. */
export function xlabel(label: unknown, options: TextOptions & { labelpad?: number } = {}): void {
  gca().set_xlabel(label, options)
}

/** Names the y axis. */
export function ylabel(label: unknown, options: TextOptions & { labelpad?: number } = {}): void {
  gca().set_ylabel(label, options)
}

/** Sets the limits of the x axis, `left` and `right` (or a pair of them), and returns them; without arguments, returns them. */
export function xlim(...args: Parameters<Axes['set_xlim']>): [number, number] {
  return args.length === 0 ? gca().get_xlim() : gca().set_xlim(...args)
}

/** Sets the limits of the y axis, `bottom` and `top` (or a pair of them), and returns them; without arguments, returns them. */
export function ylim(...args: Parameters<Axes['set_ylim']>): [number, number] {
  return args.length === 0 ? gca().get_ylim() : gca().set_ylim(...args)
}

type TickArguments = Args<[ticks?: Data, labels?: Iterable<unknown>], ['ticks', 'labels'], TextOptions>

/** Puts the ticks of the x axis at `ticks`, with `labels` in place of their numbers, and returns their places. An empty list takes them away. */
export function xticks(...args: TickArguments): number[] {
  return change_ticks('x', args)
}

/** Puts the ticks of the y axis at `ticks`, with `labels` in place of their numbers, and returns their places. An empty list takes them away. */
export function yticks(...args: TickArguments): number[] {
  return change_ticks('y', args)
}

function change_ticks(letter: 'x' | 'y', args: readonly unknown[]): number[] {
  const axes = gca()
  const { ticks, labels, ...style } = bind(`${letter}ticks`, ['ticks', 'labels'], 0, args)
  if (ticks === undefined && labels !== undefined)
    throw new TypeError(`${letter}ticks(): Parameter 'labels' can't be set without setting 'ticks'`)
  const places = () => (letter === 'x' ? axes.get_xticks() : axes.get_yticks())
  if (ticks !== undefined) {
    const options = { ...style, ...(labels !== undefined && { labels: labels as Iterable<unknown> }) }
    if (letter === 'x') axes.set_xticks(ticks as Data, options)
    else axes.set_yticks(ticks as Data, options)
  } else if (Object.keys(style).length > 0) restyle(axes, letter, style)
  return places()
}

/** Changes labels and leaves the ticks where they are, as in `xticks({ rotation: 45 })`. */
function restyle(axes: Axes, letter: 'x' | 'y', { rotation, fontsize, size, color, ...rest }: Options): void {
  check('Text', rest, ['ha', 'horizontalalignment'])
  axes.tick_params({
    axis: letter,
    rotation: rotation as number | undefined,
    labelsize: (fontsize ?? size) as number | undefined,
    labelcolor: color as string | undefined,
    ha: (rest['ha'] ?? rest['horizontalalignment']) as 'left' | undefined,
  })
}

/** Chooses the scale of the x axis: 'linear' or 'log'. */
export function xscale(value: ScaleName): void {
  gca().set_xscale(value)
}

/** Chooses the scale of the y axis: 'linear' or 'log'. */
export function yscale(value: ScaleName): void {
  gca().set_yscale(value)
}

/** Draws lines across the axes at their ticks, or takes them away. */
export function grid(...args: Args<[visible?: boolean], ['visible'], GridOptions>): void {
  gca().grid(...args)
}

/** Shows a legend of everything that has a label; see Axes.legend. Default place: where it hides least. */
export function legend(
  ...args:
    | [options?: LegendOptions]
    | [labels: Iterable<string>, options?: LegendOptions]
    | [handles: Iterable<unknown>, labels: Iterable<string>, options?: LegendOptions]
): void {
  gca().legend(...(args as [LegendOptions?]))
}

/** Turns axes 'on' or 'off', makes units 'equal', or sets limits `[xmin, xmax, ymin, ymax]`; returns the limits. See Axes.axis. */
export function axis(argument?: AxisArgument): [number, number, number, number] {
  return gca().axis(argument)
}

/** Changes how ticks and their labels look. */
export function tick_params(options: TickOptions = {}): void {
  gca().tick_params(options)
}

/** Sets the free space around the data, as a fraction of its range. Default: 0.05. */
export function margins(x: number, y: number = x): void {
  gca().margins(x, y)
}

/**
 * Adds a bar that says what the colours of the last image or points mean.
 *
 * @throws {RuntimeError} if there are none.
 * @see matplotlib.pyplot.colorbar
 */
export function colorbar(...args: Args<[mappable?: ScalarMappable | null], ['mappable'], ColorbarOptions>): Colorbar {
  const { mappable, ...options } = bind('colorbar', ['mappable'], 0, args)
  return gcf().colorbar((mappable as ScalarMappable | undefined) ?? gca().mappable, options)
}

/** Sets margins and spaces of the current figure so that titles and labels do not overlap. Call it when all is plotted. */
export function tight_layout(options: TightOptions = {}): void {
  gcf().tight_layout(options)
}

/** Sets margins of the current figure (left, right, bottom, top, in fractions of it) and spaces between subplots (wspace, hspace). */
export function subplots_adjust(options: Partial<SubplotParameters> = {}): void {
  gcf().subplots_adjust(options)
}

/**
 * Writes the current figure to a .png or .svg file; without an extension, .png is added.
 *
 * @example plt.savefig('loss.png', { dpi: 200, bbox_inches: 'tight' })
 * @throws {ValueError} for other formats, Error for a folder that is not there.
 * @see matplotlib.pyplot.savefig
 */
export function savefig(...args: Args<[fname: string], ['fname'], SaveOptions>): void {
  const { fname, ...options } = bind('savefig', ['fname'], 1, args)
  gcf().savefig(fname as string, options)
}

const plt = {
  figure,
  subplot,
  subplots,
  gcf,
  gca,
  sca,
  clf,
  cla,
  close,
  delaxes,
  get_fignums,
  fignum_exists,
  show,
  savefig,
  plot,
  imshow,
  scatter,
  bar,
  barh,
  bar_label,
  hist,
  axhline,
  axvline,
  axhspan,
  axvspan,
  fill_between,
  errorbar,
  text,
  loglog,
  semilogx,
  semilogy,
  title,
  suptitle,
  xlabel,
  ylabel,
  xlim,
  ylim,
  xticks,
  yticks,
  xscale,
  yscale,
  grid,
  legend,
  axis,
  tick_params,
  margins,
  colorbar,
  tight_layout,
  subplots_adjust,
  get_cmap,
  colormaps,
}

export default plt
