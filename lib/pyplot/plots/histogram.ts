// Histograms: numpy's bins and matplotlib's bars.
import { ValueError } from '../../_errors'
import { bind } from '../arguments'
import { Patches, type Polygon, one_of } from '../artists'
import { type Color, to_rgba_list } from '../colors'
import { is_sequence, plain, to_array, to_vector } from '../data'
import { type PatchOptions, patch_keywords, patch_style } from './bars'
import type { Core } from './core'

/** Keywords of histograms. */
export interface HistOptions extends Omit<PatchOptions, 'color' | 'label'> {
  color?: Color | readonly Color[]
  /** Name in the legend; for several lists of values, a list. */
  label?: unknown
  cumulative?: boolean
  histtype?: 'bar' | 'barstacked' | 'step' | 'stepfilled'
  orientation?: 'vertical' | 'horizontal'
  /** Width of the bars as a part of that of the bins. */
  rwidth?: number
  log?: boolean
}

/** Number of bins, their edges, or a rule's name: 'auto', 'fd', 'sturges', 'sqrt', 'rice', 'scott'. */
export type Bins = number | string | Iterable<number> | ArrayLike<number>

function range_of(values: readonly number[], range: unknown): [number, number] {
  if (range !== undefined) {
    const [low, high] = to_vector(range) as [number, number]
    if (low > high) throw new ValueError('max must be larger than min in range parameter.')
    if (!Number.isFinite(low) || !Number.isFinite(high))
      throw new ValueError(
        `supplied range of [${low}, ${high}] is not finite`.replaceAll('Infinity', 'inf').replaceAll('NaN', 'nan'),
      )
    return low === high ? [low - 0.5, high + 0.5] : [low, high]
  }
  const known = values.filter(value => !Number.isNaN(value))
  if (known.length === 0) return [0, 1]
  const [low, high] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as const, [
    Infinity,
    -Infinity,
  ] as const)
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new ValueError(`supplied range of [${low}, ${high}] is not finite`.replaceAll('Infinity', 'inf'))
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

function percentile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1)
  const below = Math.floor(at)
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!)
}

/** Widths of bins by numpy's rules; 0 where a rule has none. */
const rules: Readonly<Record<string, (values: readonly number[], range: number) => number>> = {
  sqrt: (values, range) => range / Math.sqrt(values.length),
  sturges: (values, range) => range / (Math.log2(values.length) + 1),
  rice: (values, range) => range / (2 * Math.cbrt(values.length)),
  scott: values => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return Math.cbrt((24 * Math.sqrt(Math.PI)) / values.length) * Math.sqrt(variance)
  },
  fd: values => {
    const sorted = [...values].sort((a, b) => a - b)
    return (2 * (percentile(sorted, 0.75) - percentile(sorted, 0.25))) / Math.cbrt(values.length)
  },
  auto: (values, range) => {
    const fd = rules['fd']!(values, range)
    return fd > 0
      ? Math.min(Math.max(fd, rules['sqrt']!(values, range) / 2), rules['sturges']!(values, range))
      : rules['sturges']!(values, range)
  },
}

function rule_count(rule: string, values: readonly number[], low: number, high: number): number {
  if (!Object.hasOwn(rules, rule)) throw new ValueError(`'${rule}' is not a valid estimator for \`bins\``)
  const inside = values.filter(value => value >= low && value <= high)
  if (inside.length === 0) return 1
  const least = inside.reduce((a, b) => Math.min(a, b)),
    most = inside.reduce((a, b) => Math.max(a, b))
  const width = rules[rule]!(inside, most - least)
  return width > 0 ? Math.ceil((high - low) / width) : 1
}

/**
 * Edges of bins.
 *
 * @see numpy.histogram_bin_edges
 */
export function bin_edges(values: readonly number[], bins: unknown, range: unknown): number[] {
  if (is_sequence(bins)) {
    const edges = to_vector(bins)
    if (edges.some((edge, i) => i > 0 && edge < edges[i - 1]!))
      throw new ValueError('`bins` must increase monotonically, when an array')
    return edges
  }
  if (typeof bins !== 'string' && !Number.isInteger(Number(bins)))
    throw new TypeError('`bins` must be an integer, a string, or an array')
  const [low, high] = range_of(values, range)
  const count = typeof bins === 'string' ? rule_count(bins, values, low, high) : Number(bins)
  if (count < 1) throw new ValueError('`bins` must be positive, when an integer')
  if (count > 2 ** 24) throw new ValueError(`${count} bins are too many`)
  const step = (high - low) / count
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + i * step))
}

/**
 * Sums weights in bins that are open on the right, but for the last.
 *
 * @see numpy.histogram
 */
export function count_in_bins(values: readonly number[], edges: readonly number[], weights: readonly number[] | null): number[] {
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0)
  const [first, last] = [edges[0]!, edges[edges.length - 1]!]
  values.forEach((value, at) => {
    if (!(value >= first && value <= last)) return
    let low = 0,
      high = counts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (value >= edges[middle]!) low = middle
      else high = middle - 1
    }
    counts[low]! += weights ? weights[at]! : 1
  })
  return counts
}

/** Lists of values: one list, a list of lists, or a matrix whose columns are lists. */
function datasets(axes: Core, data: unknown): number[][] {
  const list = plain(data)
  const nested = Array.isArray(list) && list.length > 0 && is_sequence(list[0])
  if (!nested) return [axes.xaxis.scale.convert(data, 'x data')]
  if (data !== null && typeof data === 'object' && 'shape' in data) {
    const { values, shape } = to_array(data, 'x data')
    if (shape.length !== 2) throw new ValueError('x must have 2 or fewer dimensions')
    return Array.from({ length: shape[1]! }, (_, c) => Array.from({ length: shape[0]! }, (_, r) => values[r * shape[1]! + c]!))
  }
  return list.map(part => to_vector(part, 'x data'))
}

function normalized(counts: readonly number[], edges: readonly number[], density: boolean, cumulative: boolean): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const heights = density ? counts.map((count, i) => count / (edges[i + 1]! - edges[i]!) / total) : [...counts]
  if (!cumulative) return heights
  let sum = 0
  return heights.map((height, i) => (sum += density ? height * (edges[i + 1]! - edges[i]!) : height))
}

/** The outline of a histogram as one shape. */
function staircase(edges: readonly number[], heights: readonly number[], bottoms: readonly number[], filled: boolean): Polygon {
  const x = heights.flatMap((_, i) => [edges[i]!, edges[i + 1]!])
  const top = heights.flatMap((height, i) => [bottoms[i]! + height, bottoms[i]! + height])
  const base = bottoms.flatMap(bottom => [bottom, bottom])
  if (filled) return { x: [...x, ...x.toReversed()], y: [...top, ...base.toReversed()] }
  return { x: [x[0]!, ...x, x[x.length - 1]!], y: [base[0]!, ...top, base[base.length - 1]!] }
}

/** `x, bins, range, density`; gives `[counts, edges, patches]`, counts and patches as lists where x is a list of lists. */
export function hist(axes: Core, args: readonly unknown[]): [number[] | number[][], number[], Patches | Patches[]] {
  const {
    x: data,
    bins = 10,
    range,
    density = false,
    weights,
    cumulative = false,
    histtype = 'bar',
    orientation = 'vertical',
    rwidth,
    log,
    label = '',
    color,
    ...given
  } = bind('hist', ['x', 'bins', 'range', 'density'], 1, args)
  const type = one_of('histtype', histtype, ['bar', 'barstacked', 'step', 'stepfilled'])
  const vertical = one_of('orientation', orientation, ['vertical', 'horizontal']) === 'vertical'
  const options = patch_keywords('Rectangle', given)
  const lists = datasets(axes, data)
  const edges = bin_edges(lists.flat(), bins, range)
  if (log) (vertical ? axes.yaxis : axes.xaxis).set_scale('log')
  const loads = weights === undefined ? null : datasets(axes, weights)
  if (loads && (loads.length !== lists.length || loads.some((load, i) => load.length !== lists[i]!.length)))
    throw new ValueError('weights should have the same shape as x')
  const counts = lists.map((list, i) =>
    normalized(count_in_bins(list, edges, loads?.[i] ?? null), edges, Boolean(density), Boolean(cumulative)),
  )
  const labels = is_sequence(label) ? (plain(label) as unknown[]).map(String) : []
  const colors = color === undefined ? [] : lists.length === 1 ? [color] : to_rgba_list(color, lists.length)
  const part = (rwidth as number | undefined) ?? (lists.length > 1 && type === 'bar' ? 0.8 : 1)
  const below = counts[0]!.map(() => 0)
  const patches = counts.map((heights, index) => {
    const bottoms = [...below]
    if (type === 'barstacked')
      heights.forEach((height, i) => {
        below[i]! += height
      })
    const polygons = type.startsWith('bar')
      ? bars(edges, heights, bottoms, part, type === 'bar' ? index : 0, type === 'bar' ? counts.length : 1)
      : [staircase(edges, heights, bottoms, type === 'stepfilled')]
    const named = labels[index] ?? (index === 0 && labels.length === 0 ? label : '')
    return axes.add(
      make_patches(
        axes,
        polygons,
        { ...options, ...(colors.length > 0 && { color: colors[index] }) },
        named,
        type === 'step',
        vertical,
      ),
    )
  })
  return lists.length === 1 ? [counts[0]!, edges, patches[0]!] : [counts, edges, patches]
}

/** The bars of one list of `count` lists that stand side by side. */
function bars(
  edges: readonly number[],
  heights: readonly number[],
  bottoms: readonly number[],
  part: number,
  index: number,
  count: number,
): Polygon[] {
  return heights.map((height, i) => {
    const bin = edges[i + 1]! - edges[i]!
    const width = (part * bin) / count
    const left = edges[i]! + ((1 - part) * bin) / 2 + index * width
    return {
      x: [left, left + width, left + width, left],
      y: [bottoms[i]!, bottoms[i]!, bottoms[i]! + height, bottoms[i]! + height],
    }
  })
}

function make_patches(
  axes: Core,
  polygons: readonly Polygon[],
  options: Readonly<Record<string, unknown>>,
  label: unknown,
  outline: boolean,
  vertical: boolean,
): Patches {
  const turned = vertical ? polygons : polygons.map(({ x, y }) => ({ x: y, y: x }))
  const style = patch_style(axes, options, polygons.length)
  const drawn = outline
    ? {
        ...style,
        faces: style.faces.map(() => [0, 0, 0, 0] as const),
        edges: options['edgecolor'] === undefined ? style.faces : style.edges,
      }
    : style
  return new Patches(turned, drawn, label, { [vertical ? 'sticky_y' : 'sticky_x']: [0], open: outline })
}
