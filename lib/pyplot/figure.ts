// Figures: a size, axes in a grid, and a file to be written (matplotlib.figure.Figure).
import { ValueError } from '../_errors'
import { bind, check, repr, split, unalias } from './arguments'
import { type ScalarMappable, type TextStyle, text_keywords, text_style } from './artists'
import { Axes } from './axes'
import type { TextOptions } from './options'
import { type Colorbar, type ColorbarOptions, add_colorbar } from './colorbar'
import { type Color, to_rgba } from './colors'
import { is_sequence, to_vector } from './data'
import { type Layout, text } from './elements'
import { type SubplotParameters, type SubplotSpec, default_parameters, subplot_rect } from './gridspec'
import { type SaveOptions, save } from './output'
import { tight_parameters } from './tight_layout'
import type { Canvas } from './view'

/** Keywords of figures. */
export interface FigureOptions {
  /** Width and height in inches. Default: 6.4 by 4.8. */
  figsize?: readonly [number, number]
  /** Pixels per inch. Default: 100. */
  dpi?: number
  facecolor?: Color
  /** 'tight' or 'constrained': leave room for all labels whenever the figure is drawn. */
  layout?: 'none' | 'tight' | 'constrained'
  tight_layout?: boolean
}

/** Free space that tight_layout leaves, in parts of the font size. Default: 1.08 everywhere. */
export interface TightOptions {
  pad?: number
  h_pad?: number
  w_pad?: number
}

const figure_keywords = ['figsize', 'dpi', 'facecolor', 'layout', 'tight_layout']

/** Which of the subplots of a grid share an axis. */
export type Sharing = boolean | 'all' | 'row' | 'col' | 'none'

/** Keywords of grids of subplots. */
export interface GridOptions {
  sharex?: Sharing
  sharey?: Sharing
  /** Whether rows and columns of one are dropped from the result. Default: true. */
  squeeze?: boolean
}

/** What a grid of subplots is: axes, a list of them, or a list of rows. */
export type Grid<R extends number, C extends number> = number extends R | C
  ? Axes | Axes[] | Axes[][]
  : R extends 1
    ? C extends 1
      ? Axes
      : Axes[]
    : C extends 1
      ? Axes[]
      : Axes[][]

function positive(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw new ValueError(`${name} must be a positive integer, not ${repr(value)}`)
  return value
}

/**
 * The place that the arguments of subplot name: `rows, columns, index`, with index from 1 on or a pair of them, or three digits.
 *
 * @throws {ValueError} for places that are not there.
 */
export function spec_of(args: readonly unknown[]): SubplotSpec {
  let [rows, columns, index] = args.length === 0 ? [1, 1, 1] : args
  if (args.length === 1) {
    const code = Number(args[0])
    if (!Number.isInteger(code) || code < 100 || code > 999)
      throw new ValueError(`Single argument to subplot must be a three-digit integer, not ${repr(args[0])}`)
    ;[rows, columns, index] = [...String(code)].map(Number)
  } else if (args.length === 2 || args.length > 3) {
    throw new TypeError(`subplot() takes 1 or 3 positional arguments but ${args.length} were given`)
  }
  const count = positive('Number of rows', rows) * positive('Number of columns', columns)
  const inside = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= count
  if (is_sequence(index)) {
    const [first, last] = to_vector(index)
    if (!inside(first) || !inside(last))
      throw new ValueError(`num must be an integer with 1 <= num <= ${count}, not ${repr([first, last])}`)
    return { rows: rows as number, columns: columns as number, first: first! - 1, last: last! - 1 }
  }
  if (!inside(index)) throw new ValueError(`num must be an integer with 1 <= num <= ${count}, not ${repr(index)}`)
  return { rows: rows as number, columns: columns as number, first: (index as number) - 1, last: (index as number) - 1 }
}

function sharing(name: 'sharex' | 'sharey', value: unknown): 'all' | 'row' | 'col' | 'none' {
  const word = value === true ? 'all' : value === false || value === undefined ? 'none' : value
  if (word === 'all' || word === 'row' || word === 'col' || word === 'none') return word
  throw new ValueError(
    `${repr(value)} is not a valid value for ${name}. Supported values are 'all', 'row', 'col', 'none', False, True`,
  )
}

/** A figure; made by `figure` or `subplots`. */
export class Figure {
  readonly figsize: readonly [number, number]
  readonly dpi: number
  readonly axes: Axes[] = []
  /** @internal */ facecolor: Color = 'white'
  /** @internal */ parameters: SubplotParameters = { ...default_parameters }
  /** @internal */ current: Axes | null = null
  private readonly tight: boolean
  private title: { text: string; style: TextStyle; x: number; y: number } | null = null

  /** @internal */
  constructor(
    readonly number: number,
    readonly label: string,
    options: Readonly<Record<string, unknown>>,
  ) {
    check('Figure', options, figure_keywords)
    const { figsize = [6.4, 4.8], dpi = 100, facecolor, layout, tight_layout } = options as FigureOptions
    if (!is_sequence(figsize)) throw new TypeError(`figsize must be [width, height] in inches, not ${repr(figsize)}`)
    const size = to_vector(figsize)
    if (size.length !== 2 || size.some(edge => !(edge >= 0 && edge < Infinity)))
      throw new ValueError(`figure size must be positive finite not ${repr(size)}`)
    if (typeof dpi !== 'number' || !(dpi > 0 && dpi < Infinity))
      throw new ValueError(`dpi must be a positive number, not ${repr(dpi)}`)
    this.figsize = size as [number, number]
    this.dpi = dpi
    this.tight = tight_layout === true || layout === 'tight' || layout === 'constrained'
    if (facecolor !== undefined) this.set_facecolor(facecolor)
  }

  set_facecolor(color: Color): void {
    to_rgba(color)
    this.facecolor = color
  }

  /** Adds axes: `rows, columns, index`, three digits, or nothing for axes that fill the figure. */
  add_subplot(...args: (number | readonly [number, number])[]): Axes {
    return this.add_axes_at(spec_of(args), {})
  }

  private add_axes_at(spec: SubplotSpec, shared: { x?: Axes; y?: Axes }): Axes {
    const axes = new Axes(this, spec, () => subplot_rect(spec, this.parameters), shared)
    this.axes.push(axes)
    return (this.current = axes)
  }

  /** The axes at a place of the grid; they are made if there are none. @internal */
  subplot(spec: SubplotSpec): Axes {
    const found = this.axes.find(
      ({ spec: other }) => other && (Object.keys(spec) as (keyof SubplotSpec)[]).every(key => other[key] === spec[key]),
    )
    return (this.current = found ?? this.add_axes_at(spec, {}))
  }

  /** The current axes; they are made if there are none. */
  gca(): Axes {
    return this.current ?? this.add_subplot()
  }

  /**
   * Adds a grid of axes. Returns one, a list or a list of lists, as the grid has it.
   *
   * @see matplotlib.figure.Figure.subplots
   */
  subplots<R extends number = 1, C extends number = 1>(nrows?: R, ncols?: C, options?: GridOptions): Grid<R, C>
  subplots(...args: readonly unknown[]): Axes | Axes[] | Axes[][] {
    const {
      nrows = 1,
      ncols = 1,
      sharex,
      sharey,
      squeeze = true,
      ...rest
    } = bind('subplots', ['nrows', 'ncols', 'sharex', 'sharey'], 0, args)
    check('Figure', rest, [])
    const [rows, columns] = [positive('Number of rows', nrows), positive('Number of columns', ncols)]
    const [share_x, share_y] = [sharing('sharex', sharex), sharing('sharey', sharey)]
    const grid: Axes[][] = []
    for (let row = 0; row < rows; row++) {
      grid.push([])
      for (let column = 0; column < columns; column++) {
        const partner = (how: typeof share_x) =>
          ({ all: grid[0]![0], row: grid[row]![0], col: grid[0]![column], none: undefined })[how]
        const [x, y] = [partner(share_x), partner(share_y)]
        const at = row * columns + column
        const axes = this.add_axes_at({ rows, columns, first: at, last: at }, { ...(x && { x }), ...(y && { y }) })
        axes.xaxis.show_labels = row === rows - 1 || share_x === 'none' || share_x === 'row'
        axes.yaxis.show_labels = column === 0 || share_y === 'none' || share_y === 'col'
        grid[row]!.push(axes)
      }
    }
    if (squeeze === false) return grid
    if (rows === 1) return columns === 1 ? grid[0]![0]! : grid[0]!
    return columns === 1 ? grid.map(list => list[0]!) : grid
  }

  /** Removes axes. */
  delaxes(axes: Axes): void {
    const at = this.axes.indexOf(axes)
    if (at >= 0) this.axes.splice(at, 1)
    if (this.current === axes) this.current = this.axes.at(-1) ?? null
  }

  /** Makes axes the current ones. */
  sca(axes: Axes): Axes {
    return (this.current = axes)
  }

  /** Writes a title over all axes. */
  suptitle(t: unknown, options: TextOptions & { x?: number; y?: number } = {}): void {
    const { t: content, x = 0.5, y = 0.98, ...given } = bind('suptitle', ['t'], 1, [t, options])
    const style = unalias(given)
    check('Text', style, text_keywords)
    this.title = {
      text: String(content),
      style: text_style(style, { fontsize: 12, ha: 'center', va: 'top' }),
      x: x as number,
      y: y as number,
    }
  }

  /** The figure's title on a canvas. @internal */
  heading(canvas: Canvas): Layout | null {
    if (!this.title || this.title.text === '') return null
    const { text: content, style, x, y } = this.title
    return text(content, x * canvas.width, (1 - y) * canvas.height, style.fontsize! * canvas.pt, style)
  }

  /** Adds a bar that says what the colours of an image or of points mean. */
  colorbar(mappable?: ScalarMappable | null, options: ColorbarOptions = {}): Colorbar {
    const owner = this.axes.find(({ mappable: own, artists }) =>
      mappable ? own === mappable || artists.some(artist => (artist as unknown) === mappable) : own,
    )
    return add_colorbar(mappable, options.ax ?? owner ?? this.gca(), options)
  }

  /** Sets margins (left, right, bottom, top, in fractions of the figure) and spaces between subplots (wspace, hspace). */
  subplots_adjust(options: Partial<SubplotParameters> = {}): void {
    check('SubplotParams', options as Readonly<Record<string, unknown>>, Object.keys(default_parameters))
    const next = { ...this.parameters, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) }
    if (next.left >= next.right) throw new ValueError('left cannot be >= right')
    if (next.bottom >= next.top) throw new ValueError('bottom cannot be >= top')
    this.parameters = next
  }

  /** Sets margins and spaces so that titles and labels do not overlap. */
  tight_layout(options: TightOptions = {}): void {
    const { pad = 1.08, h_pad, w_pad, ...rest } = split([options])[1] as TightOptions
    check('Figure', rest, [])
    const pt = this.dpi / 72
    this.fit(
      { width: this.figsize[0] * this.dpi, height: this.figsize[1] * this.dpi, pt, format: 'png' },
      pad,
      h_pad ?? pad,
      w_pad ?? pad,
    )
  }

  private fit(canvas: Canvas, pad: number, down: number, across: number): void {
    const em = 10 * canvas.pt
    const heading = this.heading(canvas)
    const reserved = heading ? Math.max(0, heading.box.y + heading.box.height) : 0
    // Ticks depend on the size of the axes: the second round sees them as they will be.
    for (let round = 0; round < 2; round++) {
      const found = tight_parameters(this.axes, canvas, { edge: pad * em, down: down * em, across: across * em }, reserved)
      if (found) this.parameters = found
      else if (this.axes.length > 0) {
        process.emitWarning('Tight layout not applied. The axes cannot be made small enough to accommodate all Axes decorations.')
        return
      }
    }
  }

  /** Makes the layout for drawing. @internal */
  arrange(canvas: Canvas): void {
    if (this.tight) this.fit(canvas, 1.08, 1.08, 1.08)
  }

  /** Writes the figure to a .png or .svg file; see {@link SaveOptions}. */
  savefig(fname: string, options: SaveOptions = {}): void {
    save(this, fname, options)
  }

  /** Removes all axes and titles. */
  clear(): void {
    this.axes.length = 0
    this.current = null
    this.title = null
    this.parameters = { ...default_parameters }
  }

  /** The same as {@link clear}. */
  clf(): void {
    this.clear()
  }
}
