// What axes hold: lines, patches, points, images and text, in data coordinates, ready to be drawn (matplotlib's artists).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { type RGBA, to_rgba } from './colors'
import { type Colormap, normalize } from './colormaps'
import { type Span, join_spans, span_of } from './data'
import type { Pixels } from './image'

/** The room that an artist takes in data coordinates, and values where automatic limits get no margin. */
export interface Extent {
  readonly x: Span | null
  readonly y: Span | null
  readonly sticky_x: readonly number[]
  readonly sticky_y: readonly number[]
}

/** Anything drawn in axes. */
export abstract class Artist {
  /** Name in the legend; '' and names that begin with _ are left out of it. */
  label = ''
  visible = true
  /** What has a greater one is drawn later: images 0, patches 1, lines 2, text 3. */
  zorder: number

  constructor(zorder: number, label: unknown = '') {
    this.zorder = zorder
    this.label = String(label)
  }

  /** @internal */
  abstract extent(): Extent

  get_label(): string {
    return this.label
  }

  set_label(label: unknown): void {
    this.label = String(label)
  }

  set_visible(visible: boolean): void {
    this.visible = visible
  }
}

/** How markers look; sizes in points. */
export interface MarkerStyle {
  readonly marker: string
  readonly size: number
  readonly face: RGBA
  readonly edge: RGBA
  readonly edge_width: number
}

/** How a line looks; widths in points, dashes in line widths (empty: solid, null: no line). */
export interface LineStyle {
  readonly color: RGBA
  readonly linewidth: number
  readonly dashes: readonly number[] | null
}

/** A line through points; NaN makes a gap. What `plot` and `axhline` return. */
export class Line2D extends Artist {
  /** @internal @param fractions - axis whose coordinates are fractions of the axes' width or height */
  constructor(
    readonly x: readonly number[],
    readonly y: readonly number[],
    readonly style: LineStyle,
    readonly markers: MarkerStyle | null,
    label: unknown,
    readonly fractions: 'x' | 'y' | null = null,
    zorder = 2,
  ) {
    super(zorder, label)
  }

  override extent(): Extent {
    return {
      x: this.fractions === 'x' ? null : span_of(this.x),
      y: this.fractions === 'y' ? null : span_of(this.y),
      sticky_x: [],
      sticky_y: [],
    }
  }

  get_xdata(): number[] {
    return [...this.x]
  }

  get_ydata(): number[] {
    return [...this.y]
  }
}

/** A closed outline. */
export interface Polygon {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** How patches look: one colour each. */
export interface PatchStyle {
  readonly faces: readonly RGBA[]
  readonly edges: readonly RGBA[]
  readonly linewidth: number
  readonly dashes: readonly number[]
}

/** Filled shapes: bars, histograms, areas. */
export class Patches extends Artist {
  /**
   * @internal
   * @param options - `labels`: one for each patch, in place of one for all; `fractions`: see Line2D; `open`: not closed by a line
   */
  constructor(
    readonly polygons: readonly Polygon[],
    readonly style: PatchStyle,
    label: unknown,
    readonly options: {
      readonly sticky_x?: readonly number[]
      readonly sticky_y?: readonly number[]
      readonly labels?: readonly string[]
      readonly fractions?: 'x' | 'y' | null
      readonly open?: boolean
    } = {},
  ) {
    super(1, label)
  }

  override extent(): Extent {
    const { fractions, sticky_x = [], sticky_y = [] } = this.options
    return {
      x: fractions === 'x' ? null : span_of(this.polygons.flatMap(polygon => polygon.x)),
      y: fractions === 'y' ? null : span_of(this.polygons.flatMap(polygon => polygon.y)),
      sticky_x,
      sticky_y,
    }
  }
}

/** The bars of one call of `bar` or `barh`. */
export class BarContainer extends Patches {
  /** @internal @param ends - where each bar ends, away from its base: `[x, y]` and its length */
  constructor(
    polygons: readonly Polygon[],
    style: PatchStyle,
    label: unknown,
    options: Patches['options'],
    readonly orientation: 'vertical' | 'horizontal',
    readonly ends: readonly { readonly x: number; readonly y: number; readonly length: number }[],
  ) {
    super(polygons, style, label, options)
  }
}

/** Separate straight lines, such as error bars, with caps across their ends. */
export class Segments extends Artist {
  /** @internal @param caps - length of the caps in points, `[0, 0]` for none: caps across vertical and horizontal lines */
  constructor(
    readonly lines: readonly (readonly [x0: number, y0: number, x1: number, y1: number])[],
    readonly style: LineStyle,
    readonly capsize = 0,
    label: unknown = '',
  ) {
    super(2, label)
  }

  override extent(): Extent {
    return {
      x: span_of(this.lines.flatMap(([x0, , x1]) => [x0, x1])),
      y: span_of(this.lines.flatMap(([, y0, , y1]) => [y0, y1])),
      sticky_x: [],
      sticky_y: [],
    }
  }
}

/** Numbers shown as colours; what `colorbar` explains. */
export interface ScalarMappable {
  readonly cmap: Colormap | null
  readonly vmin: number
  readonly vmax: number
}

/** The limits of a colour map: those given, else the data's least and greatest. */
export function color_limits(values: readonly number[], vmin: number | undefined, vmax: number | undefined): [number, number] {
  const span = span_of(values)
  const [low, high] = [vmin ?? span?.min ?? 0, vmax ?? span?.max ?? 1]
  if (low > high) throw new ValueError('minvalue must be less than or equal to maxvalue')
  return [low, high]
}

/** Colours of numbers by a map. */
export function map_colors(values: readonly number[], { cmap, vmin, vmax }: ScalarMappable): RGBA[] {
  return values.map(value => cmap!.color(normalize(value, vmin, vmax)))
}

/** Points with sizes and colours of their own; what `scatter` returns. */
export class PathCollection extends Artist implements ScalarMappable {
  /** @internal @param sizes - areas in square points */
  constructor(
    readonly x: readonly number[],
    readonly y: readonly number[],
    readonly sizes: readonly number[],
    readonly marker: string,
    readonly faces: readonly RGBA[],
    readonly edges: readonly RGBA[],
    readonly linewidth: number,
    label: unknown,
    readonly cmap: Colormap | null,
    readonly vmin: number,
    readonly vmax: number,
  ) {
    super(1, label)
  }

  override extent(): Extent {
    const seen = this.x.map((x, i) => Number.isFinite(x) && Number.isFinite(this.y[i]))
    return {
      x: span_of(this.x.filter((_, i) => seen[i])),
      y: span_of(this.y.filter((_, i) => seen[i])),
      sticky_x: [],
      sticky_y: [],
    }
  }

  get_clim(): [number, number] {
    return [this.vmin, this.vmax]
  }
}

/** A picture; what `imshow` returns. */
export class AxesImage extends Artist implements ScalarMappable {
  /** @internal @param bounds - `[left, right, bottom, top]` in data coordinates */
  constructor(
    readonly pixels: Pixels,
    readonly bounds: readonly [number, number, number, number],
    readonly interpolation: string,
    readonly cmap: Colormap | null,
    readonly vmin: number,
    readonly vmax: number,
    label: unknown,
  ) {
    super(0, label)
  }

  override extent(): Extent {
    const [left, right, bottom, top] = this.bounds
    return { x: span_of([left, right]), y: span_of([bottom, top]), sticky_x: [left, right], sticky_y: [bottom, top] }
  }

  get_clim(): [number, number] {
    return [this.vmin, this.vmax]
  }
}

export type HorizontalAlignment = 'left' | 'center' | 'right'
export type VerticalAlignment = 'top' | 'center' | 'bottom' | 'baseline' | 'center_baseline'

/** How text looks. `fontsize` null: the default of its place. */
export interface TextStyle {
  readonly fontsize: number | null
  readonly color: RGBA
  readonly bold: boolean
  readonly italic: boolean
  /** Degrees, against the clock. */
  readonly rotation: number
  readonly ha: HorizontalAlignment
  readonly va: VerticalAlignment
}

/** Text at a place. */
export class Text extends Artist {
  /** @internal @param offset - in points, to the right and up */
  constructor(
    readonly x: number,
    readonly y: number,
    readonly text: string,
    readonly style: TextStyle,
    readonly coordinates: 'data' | 'axes' = 'data',
    readonly offset: readonly [number, number] = [0, 0],
  ) {
    super(3)
  }

  override extent(): Extent {
    return { x: null, y: null, sticky_x: [], sticky_y: [] }
  }

  get_text(): string {
    return this.text
  }
}

const size_names: Readonly<Record<string, number>> = {
  'xx-small': 5.79,
  'x-small': 6.94,
  'small': 8.33,
  'medium': 10,
  'large': 12,
  'x-large': 14.4,
  'xx-large': 17.28,
  'larger': 12,
  'smaller': 8.33,
}

/** A font size in points, from a number or a name such as 'large'. */
export function font_size(size: unknown): number {
  if (typeof size === 'number' && size > 0 && size < Infinity) return size
  if (typeof size === 'string' && Object.hasOwn(size_names, size)) return size_names[size]!
  if (typeof size === 'number') throw new ValueError(`Fontsize must be a positive finite number, not ${repr(size)}`)
  throw new ValueError(
    `${repr(size)} is not a valid value for fontsize; use a number of points or one of ${Object.keys(size_names).join(', ')}`,
  )
}

/** Keywords of all texts. */
export const text_keywords: readonly string[] = [
  'fontsize',
  'color',
  'fontweight',
  'fontstyle',
  'rotation',
  'horizontalalignment',
  'verticalalignment',
  'alpha',
]

/** One of a list, or matplotlib's error. */
export function one_of<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if ((allowed as readonly unknown[]).includes(value)) return value as T
  throw new ValueError(`${repr(value)} is not a valid value for ${name}. Supported values are ${allowed.map(repr).join(', ')}`)
}

/** Reads the keywords of a text over the defaults of its place. */
export function text_style(options: Readonly<Record<string, unknown>>, defaults: Partial<TextStyle> = {}): TextStyle {
  const { fontsize, color = 'black', fontweight, fontstyle, rotation, horizontalalignment, verticalalignment, alpha } = options
  const degrees = rotation === 'vertical' ? 90 : rotation === 'horizontal' ? 0 : (rotation ?? defaults.rotation ?? 0)
  if (typeof degrees !== 'number' || !Number.isFinite(degrees))
    throw new ValueError(`rotation must be 'vertical', 'horizontal' or a number, not ${repr(rotation)}`)
  return {
    fontsize: fontsize === undefined ? (defaults.fontsize ?? null) : font_size(fontsize),
    color: to_rgba(color, alpha as number | undefined),
    bold:
      typeof fontweight === 'number'
        ? fontweight >= 600
        : ['bold', 'heavy', 'extra bold', 'black', 'semibold', 'demibold', 'demi'].includes(String(fontweight)),
    italic: fontstyle === 'italic' || fontstyle === 'oblique',
    rotation: degrees,
    ha: one_of('horizontalalignment', horizontalalignment ?? defaults.ha ?? 'left', ['left', 'center', 'right']),
    va: one_of('verticalalignment', verticalalignment ?? defaults.va ?? 'baseline', [
      'top',
      'center',
      'bottom',
      'baseline',
      'center_baseline',
    ]),
  }
}

/** Both extents. */
export function join_extents(a: Extent, b: Extent): Extent {
  return {
    x: join_spans(a.x, b.x),
    y: join_spans(a.y, b.y),
    sticky_x: [...a.sticky_x, ...b.sticky_x],
    sticky_y: [...a.sticky_y, ...b.sticky_y],
  }
}
