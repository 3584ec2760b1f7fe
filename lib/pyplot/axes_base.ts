// Axes without their plots: titles, limits, ticks, scales, grid, legend (the first half of matplotlib.axes.Axes).
import { ValueError } from '../_errors'
import type { Args } from '../_args'
import { bind, check, repr, split, unalias } from './arguments'
import { type Artist, type TextStyle, one_of, text_keywords, text_style } from './artists'
import { type Axis, type ScaleName, Axis as AxisClass, type Scale } from './axis'
import { type Color, type RGBA, check_alpha, cycle_color, to_rgba } from './colors'
import { type Data, is_sequence, strings_of, to_vector } from './data'
import { dashes_of } from './format'
import { type LegendState, entries_of, location_of, relabelled } from './legend'
import type { Core } from './plots/core'
import type { GridOptions, LegendOptions, TextOptions, TickOptions, TitleOptions } from './options'
import { aspect_of } from './plots/points'

/** A title and its place. */
export interface Title {
  readonly text: string
  readonly style: TextStyle
  readonly pad: number
  readonly y: number | null
}

type XLimits = Args<[left?: number | readonly [number, number] | null, right?: number | null], ['left', 'right']>
type YLimits = Args<[bottom?: number | readonly [number, number] | null, top?: number | null], ['bottom', 'top']>
type Ticks =
  | [ticks: Data, options?: TextOptions & { labels?: Iterable<unknown> }]
  | [ticks: Data, labels: Iterable<unknown>, options?: TextOptions]
/** What `axis()` takes: 'on', 'off', 'equal', 'scaled', 'image', 'tight', 'auto', 'square', true, false or `[xmin, xmax, ymin, ymax]`. */
export type AxisArgument = 'on' | 'off' | 'equal' | 'scaled' | 'image' | 'tight' | 'auto' | 'square' | boolean | Data

function label_style(options: Readonly<Record<string, unknown>>, defaults: Partial<TextStyle>): TextStyle {
  check('Text', options, text_keywords)
  return text_style(options, defaults)
}

/** Titles, limits, ticks, scales, grid and legend of axes. */
export abstract class AxesBase implements Core {
  /** Pass it as `transform` to put text at fractions of the axes. */
  readonly transAxes = 'axes'
  /** @internal */ readonly artists: Artist[] = []
  /** @internal */ xaxis: Axis
  /** @internal */ yaxis: Axis
  /** @internal */ titles: Partial<Record<'left' | 'center' | 'right', Title>> = {}
  /** @internal */ axis_on = true
  /** @internal */ frame_on = true
  /** @internal */ axis_below = false
  /** @internal */ visible = true
  /** @internal */ facecolor: RGBA = [1, 1, 1, 1]
  /** Height over width of one unit, or null. @internal */ aspect: number | null = null
  /** @internal */ adjustable: 'box' | 'datalim' = 'box'
  /** @internal */ legend_state: LegendState | null = null
  private readonly cycles = { lines: 0, patches: 0 }

  /** @internal */
  constructor(xscale: Scale | undefined, yscale: Scale | undefined) {
    this.xaxis = new AxisClass('x', xscale)
    this.yaxis = new AxisClass('y', yscale)
    for (const axis of [this.xaxis, this.yaxis]) axis.scale.follow(() => this.artists)
  }

  /** @internal */
  add<T extends Artist>(artist: T): T {
    this.artists.push(artist)
    return artist
  }

  /** @internal */
  next_color(cycle: 'lines' | 'patches'): string {
    return cycle_color(this.cycles[cycle]++)
  }

  /** Empties the axes and puts back all defaults. */
  clear(): void {
    for (const axis of [this.xaxis, this.yaxis]) axis.scale.reset()
    const [x, y] = [new AxisClass('x', this.xaxis.scale), new AxisClass('y', this.yaxis.scale)]
    x.show_labels = this.xaxis.show_labels
    y.show_labels = this.yaxis.show_labels
    this.artists.length = 0
    Object.assign(this, {
      xaxis: x,
      yaxis: y,
      titles: {},
      axis_on: true,
      frame_on: true,
      axis_below: false,
      visible: true,
      facecolor: [1, 1, 1, 1],
      aspect: null,
      adjustable: 'box',
      legend_state: null,
    })
    Object.assign(this.cycles, { lines: 0, patches: 0 })
  }

  /** The same as {@link clear}. */
  cla(): void {
    this.clear()
  }

  /** Writes a title above the axes, in the middle or, by `loc`, at the left or right. */
  set_title(label: unknown, options: TitleOptions = {}): void {
    const { label: content, loc = 'center', pad = 6, y = null, ...rest } = bind('title', ['label'], 1, [label, options])
    const place = one_of('loc', loc, ['left', 'center', 'right'])
    this.titles[place] = {
      text: String(content),
      style: label_style(unalias(rest), { ha: place, va: 'baseline' }),
      pad: pad as number,
      y: y as number | null,
    }
  }

  get_title(loc: 'left' | 'center' | 'right' = 'center'): string {
    return this.titles[one_of('loc', loc, ['left', 'center', 'right'])]?.text ?? ''
  }

  /** Names the x axis. */
  set_xlabel(xlabel: unknown, options: TextOptions & { labelpad?: number } = {}): void {
    this.set_label(this.xaxis, 'xlabel', [xlabel, options])
  }

  get_xlabel(): string {
    return this.xaxis.label
  }

  /** Names the y axis. */
  set_ylabel(ylabel: unknown, options: TextOptions & { labelpad?: number } = {}): void {
    this.set_label(this.yaxis, 'ylabel', [ylabel, options])
  }

  get_ylabel(): string {
    return this.yaxis.label
  }

  private set_label(axis: Axis, name: 'xlabel' | 'ylabel', args: readonly unknown[]): void {
    const { [name]: content, labelpad = 4, ...rest } = bind(name, [name], 1, args)
    axis.label_style = label_style(unalias(rest), { ha: 'center', va: 'center', rotation: axis.letter === 'x' ? 0 : 90 })
    axis.label = String(content)
    axis.labelpad = labelpad as number
  }

  /** Sets the limits of the x axis, `left` and `right`; null or undefined keeps one. Returns the new ones. */
  set_xlim(...args: XLimits): [number, number] {
    return this.set_limits(this.xaxis, 'set_xlim', ['left', 'right'], args)
  }

  /** Sets the limits of the y axis, `bottom` and `top`; null or undefined keeps one. Returns the new ones. */
  set_ylim(...args: YLimits): [number, number] {
    return this.set_limits(this.yaxis, 'set_ylim', ['bottom', 'top'], args)
  }

  private set_limits(axis: Axis, name: string, names: readonly [string, string], args: readonly unknown[]): [number, number] {
    const bound = bind(name, names, 0, args)
    check('Axes', bound, names)
    let [first, second] = names.map(key => bound[key])
    if (is_sequence(first)) {
      const pair = [...(first as Iterable<unknown>)]
      if (pair.length !== 2)
        throw new ValueError(
          pair.length < 2
            ? `not enough values to unpack (expected 2, got ${pair.length})`
            : `too many values to unpack (expected 2, got ${pair.length})`,
        )
      ;[first, second] = pair
    }
    const limit = (value: unknown) => (value === undefined || value === null ? null : axis.scale.convert(value)[0]!)
    axis.scale.set_limits(limit(first), limit(second))
    return axis.scale.get_limits()
  }

  get_xlim(): [number, number] {
    return this.xaxis.scale.get_limits()
  }

  get_ylim(): [number, number] {
    return this.yaxis.scale.get_limits()
  }

  /** Turns the x axis round. */
  invert_xaxis(): void {
    invert(this.xaxis)
  }

  /** Turns the y axis round. */
  invert_yaxis(): void {
    invert(this.yaxis)
  }

  /** Puts the ticks of the x axis at `ticks`, with `labels` in place of their numbers; an empty list takes them away. */
  set_xticks(...args: Ticks): void {
    set_ticks(this.xaxis, 'set_xticks', args)
  }

  /** Puts the ticks of the y axis at `ticks`, with `labels` in place of their numbers; an empty list takes them away. */
  set_yticks(...args: Ticks): void {
    set_ticks(this.yaxis, 'set_yticks', args)
  }

  get_xticks(): number[] {
    return this.xaxis.scale.get_ticks(9)
  }

  get_yticks(): number[] {
    return this.yaxis.scale.get_ticks(9)
  }

  /** Labels for the ticks that there are. */
  set_xticklabels(labels: Iterable<unknown>, options: TextOptions = {}): void {
    set_ticks(this.xaxis, 'set_xticklabels', [this.get_xticks(), labels, options])
  }

  /** Labels for the ticks that there are. */
  set_yticklabels(labels: Iterable<unknown>, options: TextOptions = {}): void {
    set_ticks(this.yaxis, 'set_yticklabels', [this.get_yticks(), labels, options])
  }

  /** Changes how ticks and their labels look, on both axes or one. */
  tick_params(options: TickOptions = {}): void {
    const { axis = 'both', ...rest } = split([options])[1]
    one_of('axis', axis, ['x', 'y', 'both'])
    const known = [
      'labelsize',
      'labelrotation',
      'rotation',
      'labelcolor',
      'ha',
      'length',
      'direction',
      'bottom',
      'left',
      'labelbottom',
      'labelleft',
    ]
    const unknown = Object.keys(rest).find(key => !known.includes(key))
    if (unknown !== undefined)
      throw new ValueError(`keyword ${unknown} is not recognized; valid keywords are [${known.map(repr).join(', ')}]`)
    for (const one of [this.xaxis, this.yaxis]) if (axis === 'both' || axis === one.letter) change_ticks(one, rest)
  }

  /** Chooses the scale of the x axis: 'linear' or 'log'. */
  set_xscale(value: ScaleName): void {
    this.xaxis.set_scale(value)
  }

  /** Chooses the scale of the y axis: 'linear' or 'log'. */
  set_yscale(value: ScaleName): void {
    this.yaxis.set_scale(value)
  }

  /** Height over width of one unit: 'equal', a number, or 'auto'. `adjustable`: what gives way, the box or the limits. */
  set_aspect(aspect: 'equal' | 'auto' | number, options: { adjustable?: 'box' | 'datalim' } = {}): void {
    this.aspect = aspect_of(aspect)
    this.adjustable = one_of('adjustable', options.adjustable ?? 'box', ['box', 'datalim'])
  }

  /** Sets the free space around the data, as a fraction of its range: for both axes, or x and y. Default: 0.05. */
  margins(x: number, y: number = x): void {
    for (const [axis, margin] of [
      [this.xaxis, x],
      [this.yaxis, y],
    ] as const) {
      if (!(margin > -0.5)) throw new ValueError('margin must be greater than -0.5')
      axis.scale.margin = margin
    }
  }

  /** Hides axes, ticks, labels and frame; titles stay. */
  set_axis_off(): void {
    this.axis_on = false
  }

  /** Shows them again. */
  set_axis_on(): void {
    this.axis_on = true
  }

  set_visible(visible: boolean): void {
    this.visible = visible
  }

  set_facecolor(color: Color): void {
    this.facecolor = to_rgba(color)
  }

  /** Lines under the ticks, in front of or behind everything. */
  set_axisbelow(below: boolean): void {
    this.axis_below = below
  }

  /**
   * Turns axes on or off, chooses their proportions, or sets their limits `[xmin, xmax, ymin, ymax]`. Returns the limits.
   *
   * @throws {ValueError} for other strings, TypeError for other lists.
   * @see matplotlib.axes.Axes.axis
   */
  axis(argument?: AxisArgument): [number, number, number, number] {
    if (typeof argument === 'string') this.axis_word(argument)
    else if (typeof argument === 'boolean') this.axis_on = argument
    else if (argument !== undefined && argument !== null) {
      const limits = is_sequence(argument) ? to_vector(argument) : []
      if (limits.length !== 4)
        throw new TypeError('The first argument to axis() must be an iterable of the form [xmin, xmax, ymin, ymax]')
      this.set_xlim(limits[0]!, limits[1]!)
      this.set_ylim(limits[2]!, limits[3]!)
    }
    return [...this.get_xlim(), ...this.get_ylim()]
  }

  private axis_word(word: string): void {
    const known = ['on', 'off', 'equal', 'tight', 'scaled', 'auto', 'image', 'square']
    if (!known.includes(word)) throw new ValueError(`Unrecognized string ${repr(word)} to axis; try 'on' or 'off'`)
    if (word === 'on' || word === 'off') this.axis_on = word === 'on'
    else {
      this.aspect = word === 'tight' ? this.aspect : word === 'auto' ? null : 1
      this.adjustable = word === 'equal' ? 'datalim' : 'box'
      if (word === 'tight' || word === 'image') this.margins(0)
      if (word === 'square') this.make_square()
    }
  }

  private make_square(): void {
    const [[x0, x1], [y0, y1]] = [this.get_xlim(), this.get_ylim()]
    const edge = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))
    this.set_xlim(x0, x0 + edge)
    this.set_ylim(y0, y0 + edge)
  }

  /** Draws lines across the axes at their ticks, or takes them away. Without arguments, it does the one or the other. */
  grid(...args: Args<[visible?: boolean], ['visible'], GridOptions>): void {
    const { visible, which = 'major', axis = 'both', ...given } = bind('grid', ['visible', 'which', 'axis'], 0, args)
    one_of('which', which, ['major', 'minor', 'both'])
    one_of('axis', axis, ['x', 'y', 'both'])
    const style = unalias(given, { c: 'color' })
    const known = ['color', 'linestyle', 'linewidth', 'alpha']
    const unknown = Object.keys(style).find(key => !known.includes(key))
    if (unknown !== undefined)
      throw new ValueError(
        `keyword grid_${unknown} is not recognized; valid keywords are [${known.map(key => `'grid_${key}'`).join(', ')}]`,
      )
    const { color = '#b0b0b0', linestyle = '-', linewidth = 0.8, alpha } = style
    const lines = { color, linestyle, linewidth: linewidth as number, alpha: check_alpha(alpha) }
    to_rgba(color)
    dashes_of(linestyle, lines.linewidth)
    const asked = Object.keys(style).length > 0 ? visible !== false : (visible as boolean | undefined)
    for (const one of [this.xaxis, this.yaxis]) {
      if (axis !== 'both' && axis !== one.letter) continue
      const shown = asked ?? !one.grid
      one.grid = shown ? lines : null
      one.minor_grid = shown && which !== 'major'
    }
  }

  /**
   * Shows a legend of everything that has a label, or of `handles` or everything in order with `labels`.
   *
   * @example plt.legend(); plt.legend(['train', 'test'], { loc: 'upper left' })
   * @see matplotlib.axes.Axes.legend
   */
  legend(
    ...args:
      | [options?: LegendOptions]
      | [labels: Iterable<string>, options?: LegendOptions]
      | [handles: Iterable<unknown>, labels: Iterable<string>, options?: LegendOptions]
  ): void {
    const [positional, given] = split(args)
    const { loc = 'best', bbox_to_anchor, fontsize, title = '', ncols, ncol, frameon = true, framealpha = 0.8, ...rest } = given
    check('Legend', Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'handles' && key !== 'labels')), [])
    const names = positional.length === 2 ? positional[1] : positional.length === 1 ? positional[0] : rest['labels']
    const labels = names === undefined ? null : (strings_of(names) ?? [...(names as Iterable<unknown>)].map(String))
    const handles = positional.length === 2 ? positional[0] : rest['handles']
    const columns = Number(ncols ?? ncol ?? 1)
    if (!(Number.isInteger(columns) && columns > 0))
      throw new ValueError(`ncols must be a positive integer, not ${repr(ncols ?? ncol)}`)
    this.legend_state = {
      entries: handles !== undefined ? entries_of(handles, labels) : labels ? relabelled(this.artists, labels) : null,
      location: location_of(loc),
      anchor: bbox_to_anchor === undefined ? null : to_vector(bbox_to_anchor),
      fontsize: text_style({ fontsize: fontsize ?? 10 }).fontsize!,
      title: String(title),
      columns,
      frame: Boolean(frameon),
      frame_alpha: check_alpha(framealpha)!,
    }
    if (labels === null && handles === undefined && !this.artists.some(named)) {
      process.emitWarning(
        'No artists with labels found to put in legend.  Note that artists whose label start with an underscore are ignored when legend() is called with no argument.',
      )
    }
  }

  /**
   * Sets several properties: `ax.set({ title: 'Loss', xlabel: 'step', ylim: [0, 1] })`.
   *
   * @see matplotlib.axes.Axes.set
   */
  set(properties: {
    title?: unknown
    xlabel?: unknown
    ylabel?: unknown
    xlim?: readonly [number, number]
    ylim?: readonly [number, number]
    xticks?: Data
    yticks?: Data
    xscale?: ScaleName
    yscale?: ScaleName
    aspect?: 'equal' | 'auto' | number
  }): void {
    const setters: Readonly<Record<string, (value: never) => unknown>> = {
      title: value => this.set_title(value),
      xlabel: value => this.set_xlabel(value),
      ylabel: value => this.set_ylabel(value),
      xlim: value => this.set_xlim(value),
      ylim: value => this.set_ylim(value),
      xticks: value => this.set_xticks(value),
      yticks: value => this.set_yticks(value),
      xscale: value => this.set_xscale(value),
      yscale: value => this.set_yscale(value),
      aspect: value => this.set_aspect(value),
    }
    check('Axes', properties, Object.keys(setters))
    for (const [name, value] of Object.entries(properties)) if (value !== undefined) setters[name]!(value as never)
  }
}

function named(artist: Artist): boolean {
  return (
    (artist.label !== '' && !artist.label.startsWith('_'))
    || ('options' in artist && (artist.options as { labels?: unknown }).labels !== undefined)
  )
}

function invert({ scale }: Axis): void {
  if (scale.limits) scale.limits = [scale.limits[1], scale.limits[0]]
  scale.inverted = !scale.inverted
}

function set_ticks(axis: Axis, name: string, args: readonly unknown[]): void {
  const { ticks, labels, ...given } = bind(name, ['ticks', 'labels'], 1, args)
  const options = unalias(given)
  const styled = Object.keys(options).length > 0
  axis.set_ticks(ticks, labels, styled ? label_style(options, tick_defaults(axis)) : null)
}

function tick_defaults({ letter, tick_style }: Axis): Partial<TextStyle> {
  return letter === 'x' ? { ...tick_style, va: 'top' } : { ...tick_style, va: 'center_baseline' }
}

function change_ticks(axis: Axis, options: Readonly<Record<string, unknown>>): void {
  const { labelsize, labelrotation, rotation, labelcolor, ha, length, direction } = options
  const style = { fontsize: labelsize, rotation: labelrotation ?? rotation, color: labelcolor, horizontalalignment: ha }
  axis.tick_style = text_style(
    {
      ...Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined)),
      ...(labelcolor === undefined && { color: axis.tick_style.color }),
    },
    tick_defaults(axis),
  )
  if (typeof length === 'number') axis.tick_length = length
  if (direction !== undefined) axis.tick_direction = one_of('direction', direction, ['in', 'out'])
  const side = axis.letter === 'x' ? 'bottom' : 'left'
  if (options[side] !== undefined) axis.show_ticks = Boolean(options[side])
  if (options[`label${side}`] !== undefined) axis.show_labels = Boolean(options[`label${side}`])
}
