// Filled shapes: bar, barh, fill_between, axhspan, axvspan (matplotlib.patches).
import { ValueError } from '../../_errors'
import { bind, check, unalias } from '../arguments'
import { BarContainer, Patches, type PatchStyle, type Polygon, Segments, Text, one_of, text_style } from '../artists'
import { type Color, type RGBA, check_alpha, to_rgba, to_rgba_list } from '../colors'
import { is_sequence, plain, to_vector } from '../data'
import { dashes_of } from '../format'
import type { Core } from './core'
import { error_ends, points_of } from './lines'

/** Keywords of filled shapes. */
export interface PatchOptions {
  color?: Color
  facecolor?: Color
  fc?: Color
  edgecolor?: Color
  ec?: Color
  /** Points. */
  linewidth?: number
  lw?: number
  linestyle?: string
  ls?: string
  alpha?: number
  /** Name in the legend. */
  label?: unknown
}

/** Keywords of bars; colours may be lists, one for each bar. */
export interface BarOptions extends Omit<PatchOptions, 'color' | 'edgecolor' | 'ec'> {
  color?: Color | readonly Color[]
  edgecolor?: Color | readonly Color[]
  ec?: Color | readonly Color[]
  /** 'center' (default) or 'edge'. */
  align?: 'center' | 'edge'
  tick_label?: Iterable<unknown>
  /** Error bars along x. */
  xerr?: unknown
  /** Error bars along y. */
  yerr?: unknown
  ecolor?: Color
  /** Length of the error bars' caps, in points. Default: 0. */
  capsize?: number
  log?: boolean
}

const keywords = ['color', 'facecolor', 'edgecolor', 'linewidth', 'linestyle', 'alpha', 'label', 'zorder']

/** Keywords of a patch without short names, all known. */
export function patch_keywords(owner: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const full = unalias(options)
  check(owner, full, keywords)
  return full
}

/** Colours of `count` patches. Without an edge colour, shapes have no edge. */
export function patch_style(axes: Core, options: Readonly<Record<string, unknown>>, count: number, linewidth = 1): PatchStyle {
  const alpha = check_alpha(options['alpha'])
  const face = options['facecolor'] ?? options['color'] ?? axes.next_color('patches')
  const edge = options['edgecolor']
  const width = points_of('linewidth', options['linewidth'], linewidth)
  return {
    faces: to_rgba_list(face, count, alpha),
    edges: edge === undefined ? new Array<RGBA>(count).fill([0, 0, 0, 0]) : to_rgba_list(edge, count, alpha),
    linewidth: width,
    dashes: dashes_of(options['linestyle'] ?? '-', width) ?? [],
  }
}

/** Repeats single numbers; all lists must have one length. */
function broadcast(named: readonly (readonly [string, readonly number[]])[]): number[][] {
  const count = named.some(([, list]) => list.length === 0) ? 0 : Math.max(...named.map(([, list]) => list.length))
  const [first] = named.filter(([, list]) => list.length !== 1)
  const other = named.find(([, list]) => list.length !== 1 && list.length !== first![1].length)
  if (first && other) {
    throw new ValueError(
      `shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between '${first[0]}' with shape (${first[1].length},) and '${other[0]}' with shape (${other[1].length},).`,
    )
  }
  return named.map(([, list]) => (list.length === 1 ? new Array<number>(count).fill(list[0]!) : [...list]))
}

function rectangle(x0: number, x1: number, y0: number, y1: number): Polygon {
  return { x: [x0, x1, x1, x0], y: [y0, y0, y1, y1] }
}

function bar_labels(label: unknown, count: number): { label: unknown; labels?: string[] } {
  if (!is_sequence(label)) return { label }
  const labels = (plain(label) as unknown[]).map(String)
  if (labels.length !== count)
    throw new ValueError(`number of labels (${labels.length}) does not match number of bars (${count}).`)
  return { label: '', labels }
}

/** Bars: `x, height, width, bottom` or, lying, `y, width, height, left`. */
export function bar(axes: Core, name: 'bar' | 'barh', args: readonly unknown[]): BarContainer {
  const vertical = name === 'bar'
  const names = vertical ? (['x', 'height', 'width', 'bottom'] as const) : (['y', 'width', 'height', 'left'] as const)
  const [along, up] = vertical ? [axes.xaxis, axes.yaxis] : [axes.yaxis, axes.xaxis]
  const bound = bind(name, names, 2, args)
  const { align = 'center', tick_label, xerr, yerr, ecolor, capsize, log, ...rest } = bound
  const [place, length, thick, base] = names.map(key => bound[key])
  const options = patch_keywords(
    'Rectangle',
    Object.fromEntries(Object.entries(rest).filter(([key]) => !(names as readonly string[]).includes(key))),
  )
  one_of('align', align, ['center', 'edge'])
  if (log) up.set_scale('log')
  const [places, lengths, widths, bases] = broadcast([
    [names[0], along.scale.convert(place, `${names[0]} data`)],
    [names[1], up.scale.convert(length, `${names[1]} data`)],
    [names[2], to_vector(thick ?? 0.8)],
    [names[3], to_vector(base ?? 0)],
  ]) as [number[], number[], number[], number[]]
  const starts = places.map((at, i) => (align === 'center' ? at - widths[i]! / 2 : at))
  const ends = lengths.map((value, i) => bases[i]! + value)
  const polygons = starts.map((start, i) =>
    vertical
      ? rectangle(start, start + widths[i]!, bases[i]!, ends[i]!)
      : rectangle(bases[i]!, ends[i]!, start, start + widths[i]!),
  )
  const tips = starts.map((start, i) => ({ middle: start + widths[i]! / 2, end: ends[i]! }))
  const { label, labels } = bar_labels(options['label'] ?? '', places.length)
  const style = patch_style(axes, options, places.length)
  const bars = axes.add(
    new BarContainer(
      polygons,
      style,
      label,
      { [vertical ? 'sticky_y' : 'sticky_x']: [...new Set(bases)], ...(labels && { labels }) },
      vertical ? 'vertical' : 'horizontal',
      tips.map(({ middle, end }, i) => ({ ...(vertical ? { x: middle, y: end } : { x: end, y: middle }), length: lengths[i]! })),
    ),
  )
  if (xerr !== undefined || yerr !== undefined) add_errors(axes, bars, { xerr, yerr, ecolor, capsize, alpha: options['alpha'] })
  if (tick_label !== undefined)
    along.set_ticks(
      tips.map(({ middle }) => middle),
      tick_label,
      null,
    )
  return bars
}

function add_errors(
  axes: Core,
  bars: BarContainer,
  { xerr, yerr, ecolor = 'black', capsize, alpha }: Record<string, unknown>,
): void {
  const xs = bars.ends.map(({ x }) => x)
  const ys = bars.ends.map(({ y }) => y)
  const vertical =
    yerr === undefined ? [] : error_ends('yerr', yerr, ys).map(([low, high], i) => [xs[i]!, low, xs[i]!, high] as const)
  const horizontal =
    xerr === undefined ? [] : error_ends('xerr', xerr, xs).map(([low, high], i) => [low, ys[i]!, high, ys[i]!] as const)
  const style = { color: to_rgba(ecolor, check_alpha(alpha)), linewidth: 1.5, dashes: [] }
  axes.add(new Segments([...vertical, ...horizontal], style, points_of('capsize', capsize, 0)))
}

/** Keywords of the labels of bars. */
export interface BarLabelOptions {
  /** A function, or '%.2f' and the like. Default: '%g'. */
  fmt?: string | ((value: number) => string)
  label_type?: 'edge' | 'center'
  /** Distance from the bar's end, in points. Default: 0. */
  padding?: number
  fontsize?: number | string
  color?: Color
}

function format_number(fmt: unknown, value: number): string {
  if (typeof fmt === 'function') return String((fmt as (value: number) => unknown)(value))
  return String(fmt).replace(/%(?:\.(\d+))?([fgde%])/g, (_, digits: string | undefined, kind: string) => {
    if (kind === '%') return '%'
    if (kind === 'd') return String(Math.trunc(value))
    if (kind === 'e') return value.toExponential(Number(digits ?? 6))
    return kind === 'f' ? value.toFixed(Number(digits ?? 6)) : String(Number(value.toPrecision(Number(digits ?? 6) || 1)))
  })
}

/** Writes each bar's length, or `labels`, at its end. */
export function bar_label(axes: Core, args: readonly unknown[]): Text[] {
  const {
    container,
    labels,
    fmt = '%g',
    label_type = 'edge',
    padding = 0,
    ...given
  } = bind('bar_label', ['container', 'labels'], 1, args)
  if (!(container instanceof BarContainer)) throw new TypeError('bar_label(): container must be what bar() or barh() returned')
  one_of('label_type', label_type, ['edge', 'center'])
  const texts = labels === undefined ? null : [...(labels as Iterable<unknown>)].map(String)
  const options = unalias(given)
  const vertical = container.orientation === 'vertical'
  return container.ends.map(({ x, y, length }, i) => {
    const text = texts?.[i] ?? format_number(fmt, length)
    const centre = label_type === 'center'
    const sign = length < 0 ? -1 : 1
    const style = text_style(
      options,
      centre
        ? { ha: 'center', va: 'center_baseline' }
        : vertical
          ? { ha: 'center', va: sign > 0 ? 'bottom' : 'top' }
          : { ha: sign > 0 ? 'left' : 'right', va: 'center_baseline' },
    )
    const back = centre ? length / 2 : 0
    const away = centre ? 0 : sign * points_of('padding', padding, 0)
    return axes.add(
      vertical ? new Text(x, y - back, text, style, 'data', [0, away]) : new Text(x - back, y, text, style, 'data', [away, 0]),
    )
  })
}

/** Area between two curves: `x, y1, y2, where`; gaps where a value is NaN or `where` is false. */
export function fill_between(axes: Core, args: readonly unknown[]): Patches {
  const { x: xdata, y1, y2 = 0, where, ...given } = bind('fill_between', ['x', 'y1', 'y2', 'where'], 2, args)
  const options = patch_keywords('FillBetweenPolyCollection', given)
  const x = axes.xaxis.scale.convert(xdata, 'x data')
  const curve = (name: string, data: unknown) => {
    const values = axes.yaxis.scale.convert(data, `${name} data`)
    if (values.length !== x.length && is_sequence(data))
      throw new ValueError(`'x' has size ${x.length}, but '${name}' has an unequal size of ${values.length}`)
    return values.length === x.length ? values : new Array<number>(x.length).fill(values[0]!)
  }
  const [top, bottom] = [curve('y1', y1), curve('y2', y2)]
  const wanted = where === undefined ? null : to_vector(where)
  if (wanted && wanted.length !== x.length)
    throw new ValueError(`where size (${wanted.length}) does not match 'x' size (${x.length})`)
  const polygons: Polygon[] = []
  let run: number[] = []
  const close = () => {
    if (run.length > 1)
      polygons.push({
        x: [...run, ...run.toReversed()].map(i => x[i]!),
        y: [...run.map(i => top[i]!), ...run.toReversed().map(i => bottom[i]!)],
      })
    run = []
  }
  x.forEach((_, i) => {
    const drawn = (wanted === null || wanted[i] !== 0) && [x[i], top[i], bottom[i]].every(Number.isFinite)
    if (drawn) run.push(i)
    else close()
  })
  close()
  return axes.add(new Patches(polygons, patch_style(axes, options, polygons.length), options['label'] ?? ''))
}

/** A band across the whole axes: `ymin, ymax, xmin, xmax`, the last two as fractions of the width. */
export function span(axes: Core, name: 'axhspan' | 'axvspan', args: readonly unknown[]): Patches {
  const horizontal = name === 'axhspan'
  const names = horizontal ? (['ymin', 'ymax', 'xmin', 'xmax'] as const) : (['xmin', 'xmax', 'ymin', 'ymax'] as const)
  const bound = bind(name, names, 2, args)
  const given = Object.fromEntries(Object.entries(bound).filter(([key]) => !(names as readonly string[]).includes(key)))
  const options = patch_keywords('Rectangle', given)
  const [low, high] = [bound[names[0]], bound[names[1]]].map(
    edge => (horizontal ? axes.yaxis : axes.xaxis).scale.convert(edge)[0]!,
  ) as [number, number]
  const [from, to] = [to_vector(bound[names[2]] ?? 0)[0]!, to_vector(bound[names[3]] ?? 1)[0]!]
  const polygon = horizontal ? rectangle(from, to, low, high) : rectangle(low, high, from, to)
  return axes.add(
    new Patches([polygon], patch_style(axes, options, 1), options['label'] ?? '', { fractions: horizontal ? 'x' : 'y' }),
  )
}
