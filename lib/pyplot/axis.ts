// One axis: its scale, limits and ticks, which axes may share, and how it is labelled (matplotlib.axis).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { type Artist, type TextStyle, one_of, text_style } from './artists'
import { type Span, join_spans, span_of, strings_of, to_vector } from './data'
import { type Labels, linear_labels, linear_ticks, log_label, log_minor_labelled, log_minor_ticks, log_ticks } from './ticker'

export type ScaleName = 'linear' | 'log'

/** A tick at `value`, in scaled coordinates (logarithms on a logarithmic axis). */
export interface Tick {
  readonly value: number
  readonly label: string
}

/** What a scale looks like on an axis of some length. */
export interface ScaleView {
  /** Limits in scaled coordinates, low before high. */
  readonly low: number
  readonly high: number
  readonly inverted: boolean
  readonly ticks: readonly Tick[]
  readonly minor: readonly Tick[]
  /** Factor of all labels, such as '1e6', or ''. */
  readonly factor: string
}

/** Smaller limits count as 0. */
const negligible = 1e21 * 2 ** -1022

/** Greater limits would have an infinite distance. */
const greatest = 2 ** 1022

/** Widens limits that are (nearly) equal, as matplotlib does. */
function nonsingular(low: number, high: number): [number, number] {
  const most = Math.max(Math.abs(low), Math.abs(high))
  if (most >= negligible && high - low > most * 1e-15) return [low, high]
  return most < negligible ? [-0.05, 0.05] : [low - 0.05 * Math.abs(low), high + 0.05 * Math.abs(high)]
}

/** Scale, limits and ticks in data coordinates; shared by axes made with sharex or sharey. */
export class Scale {
  type: ScaleName = 'linear'
  /** Limits that were set, left (or bottom) first; null while they follow the data. */
  limits: readonly [number, number] | null = null
  inverted = false
  margin = 0.05
  ticks: readonly number[] | null = null
  labels: readonly string[] | null = null
  /** Values that automatic limits show beside the data: ticks that were set. */
  private reach: Span | null = null
  /** Places of categories. */
  private readonly categories = new Map<string, number>()
  /** Lists of artists that the automatic limits cover. */
  private readonly owners: (() => readonly Artist[])[] = []

  constructor(readonly letter: 'x' | 'y') {}

  /** Adds artists whose data the automatic limits must show. */
  follow(artists: () => readonly Artist[]): void {
    this.owners.push(artists)
  }

  /** Coordinates as numbers; strings get places in the order they come. */
  convert(data: unknown, what?: string): number[] {
    const strings = strings_of(data)
    if (!strings) return to_vector(data, what)
    return strings.map(name => {
      if (!this.categories.has(name)) this.categories.set(name, this.categories.size)
      return this.categories.get(name)!
    })
  }

  /** Back to the state of new axes. */
  reset(): void {
    Object.assign(this, { type: 'linear', limits: null, inverted: false, margin: 0.05, ticks: null, labels: null, reach: null })
    this.categories.clear()
  }

  /** Data to scaled coordinates. Where a logarithm does not exist, far below everything. */
  forward(value: number): number {
    if (this.type === 'linear') return value
    return value > 0 ? Math.log10(value) : Number.isNaN(value) ? NaN : -1000
  }

  private backward(value: number): number {
    return this.type === 'linear' ? value : 10 ** value
  }

  /** Sets limits; null keeps one. */
  set_limits(first: number | null, second: number | null): void {
    const [old_first, old_second] = this.get_limits()
    const [a, b] = [first ?? old_first, second ?? old_second]
    if (!Number.isFinite(a) || !Number.isFinite(b)) throw new ValueError('Axis limits cannot be NaN or Inf')
    if (this.type === 'log' && (a <= 0 || b <= 0))
      return process.emitWarning(`Attempt to set non-positive ${this.letter}lim on a log-scaled axis will be ignored.`)
    if (a === b)
      process.emitWarning(
        `Attempting to set identical low and high ${this.letter}lims makes transformation singular; automatically expanding.`,
      )
    const [low, high] = nonsingular(Math.min(a, b), Math.max(a, b))
    this.inverted = a > b
    this.limits = this.inverted ? [high, low] : [low, high]
  }

  /** The limits, set or automatic. */
  get_limits(): [number, number] {
    if (this.limits) return [...this.limits]
    const [low, high] = this.automatic()
    return this.inverted ? [high, low] : [low, high]
  }

  private automatic(): [number, number] {
    let span: Span | null = null
    const sticky: number[] = []
    for (const artist of this.owners.flatMap(artists => artists())) {
      const extent = artist.extent()
      span = join_spans(span, extent[this.letter])
      sticky.push(...extent[this.letter === 'x' ? 'sticky_x' : 'sticky_y'])
    }
    const [min, max] = this.bounds(span)
    const delta = span ? (this.forward(max) - this.forward(min)) * this.margin : 0
    const tolerance = 1e-5 * (max - min)
    const floor = Math.max(...sticky.filter(edge => edge <= min + tolerance))
    const ceiling = Math.min(...sticky.filter(edge => edge >= max - tolerance))
    const low = Math.max(this.backward(this.forward(min) - delta), floor)
    const high = Math.min(this.backward(this.forward(max) + delta), ceiling)
    return [Math.min(low, this.reach?.min ?? low), Math.max(high, this.reach?.max ?? high)]
  }

  /** Fixes ticks and their labels (null: numbers), and widens the limits so that they are seen. */
  set_ticks(ticks: readonly number[], labels: readonly string[] | null): void {
    this.ticks = ticks
    this.labels = labels
    this.reach = span_of(this.type === 'log' ? ticks.filter(tick => tick > 0) : ticks)
    if (!this.limits || !this.reach) return
    const [low, high] = [Math.min(...this.limits, this.reach.min), Math.max(...this.limits, this.reach.max)]
    this.limits = this.inverted ? [high, low] : [low, high]
  }

  /** Least and greatest value to show, never equal. */
  private bounds(span: Span | null): [number, number] {
    if (this.type === 'linear') return span ? nonsingular(span.min, span.max) : [0, 1]
    if (!span || span.max <= 0) return [1, 10]
    const min = span.min > 0 ? span.min : span.minpos
    return min < span.max ? [min, span.max] : [10 ** Math.ceil(Math.log10(min) - 1), 10 ** Math.floor(Math.log10(min) + 1)]
  }

  /** Places of ticks in data coordinates, as they are now. */
  get_ticks(space: number): number[] {
    return this.view(space).ticks.map(tick => this.backward(tick.value))
  }

  /** Limits and ticks for an axis along which `space` labels fit. */
  view(space: number): ScaleView {
    const [first, second] = this.get_limits().map(limit => Math.min(greatest, Math.max(-greatest, limit))) as [number, number]
    return {
      ...this.view_between(this.forward(Math.min(first, second)), this.forward(Math.max(first, second)), space),
      inverted: first > second,
    }
  }

  /** The same for other limits, in scaled coordinates. */
  view_between(low: number, high: number, space: number): ScaleView {
    const inside = (tick: Tick) => tick.value >= low - 1e-10 * (high - low) && tick.value <= high + 1e-10 * (high - low)
    const { ticks, factor } = this.all_ticks(low, high, space)
    const majors = ticks.filter(inside)
    return { low, high, inverted: false, ticks: majors, minor: this.minor_ticks(low, high, majors), factor }
  }

  private minor_ticks(low: number, high: number, majors: readonly Tick[]): Tick[] {
    if (this.type === 'linear') return []
    const strided = majors.length > 1 && majors[1]!.value - majors[0]!.value > 1.5
    if (this.ticks === null && strided) return []
    const labelled = this.ticks === null && majors.length < 2
    return log_minor_ticks(low, high).map(value => ({
      value,
      label: labelled && log_minor_labelled(value, high - low) ? log_label(value) : '',
    }))
  }

  private all_ticks(low: number, high: number, space: number): { ticks: Tick[]; factor: string } {
    const places = this.ticks ?? (this.categories.size > 0 ? [...this.categories.values()] : null)
    const names = this.labels ?? (this.ticks === null && this.categories.size > 0 ? [...this.categories.keys()] : null)
    if (places && names)
      return { ticks: places.map((place, i) => ({ value: this.forward(place), label: names[i] ?? '' })), factor: '' }
    if (this.type === 'log') {
      const values = places ? places.map(place => this.forward(place)) : log_ticks(low, high, Math.min(9, Math.max(2, space)))
      return { ticks: values.map(value => ({ value, label: log_label(value) })), factor: '' }
    }
    const values = places ?? linear_ticks(low, high, Math.min(9, Math.max(1, space)))
    const { texts, factor }: Labels = linear_labels(values, low, high)
    return { ticks: values.map((value, i) => ({ value, label: texts[i]! })), factor }
  }
}

/** How lines of a grid look. */
export interface GridStyle {
  readonly color: unknown
  readonly linestyle: unknown
  readonly linewidth: number
  readonly alpha: number | null
}

/** One axis of axes: its scale and how it is drawn. */
export class Axis {
  label = ''
  label_style: TextStyle = text_style({})
  labelpad = 4
  grid: GridStyle | null = null
  minor_grid = false
  side: 'bottom' | 'top' | 'left' | 'right'
  /** Whether ticks and their labels are drawn. */
  show_ticks = true
  show_labels = true
  tick_style: TextStyle
  tick_length = 3.5
  tick_direction: 'in' | 'out' | 'inout' = 'out'

  constructor(
    readonly letter: 'x' | 'y',
    public scale = new Scale(letter),
  ) {
    this.side = letter === 'x' ? 'bottom' : 'left'
    this.tick_style = text_style({}, letter === 'x' ? { ha: 'center', va: 'top' } : { ha: 'right', va: 'center_baseline' })
  }

  /** Sets places of ticks, and their labels if there are any. */
  set_ticks(ticks: unknown, labels: unknown, style: TextStyle | null): void {
    const names = labels === undefined ? null : label_list(labels)
    const places = this.scale.convert(ticks)
    if (names && names.length !== places.length) {
      throw new ValueError(
        `The number of FixedLocator locations (${places.length}), usually from a call to set_ticks, does not match the number of labels (${names.length}).`,
      )
    }
    this.scale.set_ticks(places, names)
    if (style) this.tick_style = style
  }

  /** Chooses the scale. */
  set_scale(name: unknown): void {
    if (name !== 'linear' && name !== 'log')
      throw new ValueError(`${repr(name)} is not a valid value for scale. Supported values are 'linear', 'log'`)
    this.scale.type = one_of('scale', name, ['linear', 'log'])
    if (name === 'log' && this.scale.limits?.some(limit => limit <= 0)) this.scale.limits = null
  }
}

function label_list(labels: unknown): string[] {
  return [...(labels as Iterable<unknown>)].map(label =>
    typeof label === 'number' ? String(label).replace('-', '\u2212') : String(label),
  )
}
