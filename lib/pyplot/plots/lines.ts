// Lines: plot, axhline, axvline, error bars (matplotlib.lines).
import { ValueError } from '../../_errors'
import { bind, check, is_options, split, unalias } from '../arguments'
import { Line2D, type LineStyle, type MarkerStyle, Segments } from '../artists'
import { type Color, check_alpha, to_rgba } from '../colors'
import { is_sequence, plain, shape_repr, strings_of, to_array, to_vector } from '../data'
import { type Format, dashes_of, parse_format } from '../format'
import { is_filled, marker_of } from '../markers'
import type { Core } from './core'

/** Keywords of lines; matplotlib's short names (c, lw, ls, ms, mfc, mec, mew) work too. */
export interface LineOptions {
  color?: Color
  c?: Color
  /** Points. Default: 1.5. */
  linewidth?: number
  lw?: number
  /** '-', '--', '-.', ':', their names, 'none', or `[0, [on, off, ...]]` in points. */
  linestyle?: string | readonly [number, readonly number[]]
  ls?: string | readonly [number, readonly number[]]
  marker?: string
  /** Points. Default: 6. */
  markersize?: number
  ms?: number
  markerfacecolor?: Color
  mfc?: Color
  markeredgecolor?: Color
  mec?: Color
  markeredgewidth?: number
  mew?: number
  alpha?: number
  zorder?: number
  /** Name in the legend; for several lines, a list. */
  label?: unknown
}

const keywords = [
  'color',
  'linewidth',
  'linestyle',
  'marker',
  'markersize',
  'markerfacecolor',
  'markeredgecolor',
  'markeredgewidth',
  'alpha',
  'zorder',
  'label',
]

/** Keywords of a line without its short names, all known. */
export function line_keywords(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const full = unalias(options, { c: 'color' })
  check('Line2D', full, keywords)
  return full
}

/** A width or size in points that a keyword gives. */
export function points_of(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity))
    throw new ValueError(`${name} must be a number of points, 0 or more, not ${String(value)}`)
  return value
}

/** How a line is drawn, from its keywords. */
export function line_style(options: Readonly<Record<string, unknown>>, color: unknown): LineStyle {
  const linewidth = points_of('linewidth', options['linewidth'], 1.5)
  return {
    color: to_rgba(color, check_alpha(options['alpha'])),
    linewidth,
    dashes: dashes_of(options['linestyle'] ?? '-', linewidth),
  }
}

function marker_style(options: Readonly<Record<string, unknown>>, color: unknown): MarkerStyle | null {
  const marker = options['marker'] === undefined ? null : marker_of(options['marker'])
  if (marker === null) return null
  const alpha = check_alpha(options['alpha'])
  return {
    marker,
    size: points_of('markersize', options['markersize'], 6),
    face: is_filled(marker) ? to_rgba(options['markerfacecolor'] ?? color, alpha) : [0, 0, 0, 0],
    edge: to_rgba(options['markeredgecolor'] ?? color, alpha),
    edge_width: points_of('markeredgewidth', options['markeredgewidth'], 1),
  }
}

/** A line from full keywords. */
function make_line(
  axes: Core,
  x: readonly number[],
  y: readonly number[],
  options: Readonly<Record<string, unknown>>,
  label: unknown,
): Line2D {
  const color = options['color'] ?? axes.next_color('lines')
  return axes.add(
    new Line2D(
      x,
      y,
      line_style(options, color),
      marker_style(options, color),
      label,
      null,
      (options['zorder'] as number | undefined) ?? 2,
    ),
  )
}

/** The arguments of plot, cut into `[x], y, format`. */
function groups(args: readonly unknown[]): { x: unknown; y: unknown; format: string | null }[] {
  const found: { x: unknown; y: unknown; format: string | null }[] = []
  for (let rest = [...args]; rest.length > 0;) {
    const [first, second] = rest
    if (typeof first === 'string')
      throw new ValueError(`${JSON.stringify(first)} is no data: plot takes [x], y, [format], and so on`)
    const has_y = rest.length > 1 && typeof second !== 'string'
    const used = has_y ? 2 : 1
    const format = typeof rest[used] === 'string' ? rest[used] : null
    found.push({ x: has_y ? first : undefined, y: has_y ? second : first, format })
    rest = rest.slice(format === null ? used : used + 1)
  }
  return found
}

/** Coordinates as columns: a list is one column, a matrix has several. */
function columns(axes: Core, letter: 'x' | 'y', data: unknown): { shape: number[]; columns: number[][] } {
  const axis = letter === 'x' ? axes.xaxis : axes.yaxis
  if (strings_of(data)) {
    const values = axis.scale.convert(data)
    return { shape: [values.length], columns: [values] }
  }
  const { values, shape } = to_array(is_sequence(data) ? data : [data], `${letter} data`)
  if (shape.length < 2) return { shape: [...shape], columns: [[...values]] }
  const [rows, count] = shape as [number, number]
  return {
    shape: [...shape],
    columns:
      shape.length > 2
        ? []
        : Array.from({ length: count }, (_, c) => Array.from({ length: rows }, (_, r) => values[r * count + c]!)),
  }
}

function pairs(axes: Core, x: unknown, y: unknown): [number[], number[]][] {
  const ys = columns(axes, 'y', y)
  const xs = x === undefined ? null : columns(axes, 'x', x)
  const rows = Array.from({ length: ys.shape[0]! }, (_, i) => i)
  const xshape = xs?.shape ?? [rows.length]
  if (xshape[0] !== ys.shape[0]) {
    throw new ValueError(
      `x and y must have same first dimension, but have shapes ${shape_repr(xshape)} and ${shape_repr(ys.shape)}`,
    )
  }
  if (xshape.length > 2 || ys.shape.length > 2) {
    throw new ValueError(`x and y can be no greater than 2D, but have shapes ${shape_repr(xshape)} and ${shape_repr(ys.shape)}`)
  }
  const [nx, ny] = [xs?.columns.length ?? 1, ys.columns.length]
  if (nx > 1 && ny > 1 && nx !== ny) throw new ValueError(`x has ${nx} columns but y has ${ny} columns`)
  return Array.from({ length: Math.max(nx, ny) }, (_, i) => [xs?.columns[nx > 1 ? i : 0] ?? rows, ys.columns[ny > 1 ? i : 0]!])
}

/** `[x], y, [format], ...`, then keywords for all lines. */
export function plot(axes: Core, args: readonly unknown[]): Line2D[] {
  const given = split(args)[1]
  const positional = is_options(args[args.length - 1]) ? args.slice(0, -1) : args
  const { label = '', ...options } = line_keywords(given)
  const lines: Line2D[] = []
  for (const { x, y, format } of groups(positional)) {
    const parsed: Format = format === null ? { color: null, linestyle: null, marker: null } : parse_format(format)
    const styled = { ...Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null)), ...options }
    const lists = pairs(axes, x, y)
    const labels = is_sequence(label) ? (plain(label) as unknown[]) : null
    if (labels && labels.length !== lists.length) {
      throw new ValueError(
        `label must be scalar or have the same length as the input data, but found ${labels.length} for ${lists.length} datasets.`,
      )
    }
    lists.forEach(([xs, ys], i) => lines.push(make_line(axes, xs, ys, styled, labels ? labels[i] : label)))
  }
  return lines
}

/** A line across the whole axes at one value of the other axis. */
export function across(axes: Core, name: 'axhline' | 'axvline', args: readonly unknown[]): Line2D {
  const [value, from, to] = name === 'axhline' ? (['y', 'xmin', 'xmax'] as const) : (['x', 'ymin', 'ymax'] as const)
  const { [value]: place = 0, [from]: start = 0, [to]: end = 1, ...given } = bind(name, [value, from, to], 0, args)
  const { label = '', ...options } = line_keywords(given)
  if (is_sequence(place)) throw new ValueError(`${value} must be a single scalar value, but got a list`)
  const [level] = (value === 'y' ? axes.yaxis : axes.xaxis).scale.convert(place) as [number]
  const color = options['color'] ?? axes.next_color('lines')
  const places = [to_vector(start)[0]!, to_vector(end)[0]!]
  const [x, y] = value === 'y' ? [places, [level, level]] : [[level, level], places]
  const zorder = (options['zorder'] as number | undefined) ?? 2
  return axes.add(
    new Line2D(x, y, line_style(options, color), marker_style(options, color), label, value === 'y' ? 'x' : 'y', zorder),
  )
}

/** Keywords of error bars, beside those of lines. */
export interface ErrorbarOptions extends LineOptions {
  fmt?: string
  ecolor?: Color
  elinewidth?: number
  /** Length of the caps, in points. Default: 0. */
  capsize?: number
}

/** Ends of error bars: `[lower, upper]` for each point, from a number, a list or two lists. */
export function error_ends(name: 'xerr' | 'yerr', error: unknown, values: readonly number[]): [number, number][] {
  const { values: sizes, shape } = to_array(error, name)
  const count = values.length
  const letter = name.charAt(0)
  const fits =
    shape.length === 0
    || (shape.length === 1 && (shape[0] === count || shape[0] === 1))
    || (shape.length === 2 && shape[0] === 2 && shape[1] === count)
  if (!fits) {
    throw new ValueError(
      `'${name}' (shape: ${shape_repr(shape)}) must be a scalar or a 1D or (2, n) array-like whose shape matches '${letter}' (shape: (${count},))`,
    )
  }
  if (sizes.some(size => size < 0)) throw new ValueError(`'${name}' must not contain negative values`)
  return values.map((value, i) => {
    const below = sizes.length === 1 ? sizes[0]! : sizes[i]!
    return [value - below, value + (shape.length === 2 ? sizes[count + i]! : below)]
  })
}

/** Points with error bars: `x, y, yerr, xerr`. */
export function errorbar(axes: Core, args: readonly unknown[]): Line2D {
  const {
    x: xdata,
    y: ydata,
    yerr,
    xerr,
    fmt = '',
    ecolor,
    elinewidth,
    capsize,
    ...given
  } = bind('errorbar', ['x', 'y', 'yerr', 'xerr', 'fmt'], 2, args)
  const options = line_keywords(given)
  const x = axes.xaxis.scale.convert(xdata, 'x data')
  const y = axes.yaxis.scale.convert(ydata, 'y data')
  if (x.length !== y.length) throw new ValueError("'x' and 'y' must have the same size")
  const vertical =
    yerr === undefined ? [] : error_ends('yerr', yerr, y).map(([low, high], i) => [x[i]!, low, x[i]!, high] as const)
  const horizontal =
    xerr === undefined ? [] : error_ends('xerr', xerr, x).map(([low, high], i) => [low, y[i]!, high, y[i]!] as const)
  const format = String(fmt)
  const parsed = format.toLowerCase() === 'none' ? { ...parse_format(''), linestyle: 'None' } : parse_format(format)
  const styled = { ...Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null)), ...options }
  const color = styled.color ?? axes.next_color('lines')
  const line = make_line(axes, x, y, { ...styled, color }, options['label'] ?? '')
  const style: LineStyle = {
    color: to_rgba(ecolor ?? color, check_alpha(options['alpha'])),
    linewidth: points_of('elinewidth', elinewidth ?? options['linewidth'], 1.5),
    dashes: [],
  }
  axes.add(new Segments([...vertical, ...horizontal], style, points_of('capsize', capsize, 0)))
  return line
}
