// Legends: what they say, where they stand and how they look (matplotlib.legend).
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { type Artist, Line2D, Patches, PathCollection, Segments, text_style } from './artists'
import type { RGBA } from './colors'
import { type Element, box as rectangle, path, pixels, text } from './elements'
import { text_width } from './fonts'
import { type Box, type Point, bounds, clip_segment, intersection } from './geometry'
import { draw_marker } from './markers'
import type { Canvas, View } from './view'

/** matplotlib's places, by code. */
const locations = [
  'best',
  'upper right',
  'upper left',
  'lower left',
  'lower right',
  'right',
  'center left',
  'center right',
  'lower center',
  'upper center',
  'center',
] as const

export type Location = (typeof locations)[number]

/** How a legend was asked for. */
export interface LegendState {
  /** What it names; null: everything with a label. */
  readonly entries: readonly Entry[] | null
  readonly location: Location | readonly [x: number, y: number]
  /** Place that `location` refers to, as fractions of the axes; null: the axes. */
  readonly anchor: readonly number[] | null
  readonly fontsize: number
  readonly title: string
  readonly columns: number
  readonly frame: boolean
  readonly frame_alpha: number
}

/** One line of a legend. */
export interface Entry {
  readonly artist: Artist
  readonly label: string
  /** Which of an artist's patches is shown. */
  readonly part?: number
}

/** A location's name from a name, a code or a pair of fractions. */
export function location_of(loc: unknown): LegendState['location'] {
  if ((locations as readonly unknown[]).includes(loc)) return loc as Location
  if (typeof loc === 'string')
    throw new ValueError(`${repr(loc)} is not a valid value for loc. Supported values are ${locations.map(repr).join(', ')}`)
  if (typeof loc === 'number' && loc in locations) return locations[loc]!
  if (Array.isArray(loc) && loc.length === 2 && loc.every(Number.isFinite)) return loc as unknown as [number, number]
  throw new ValueError(`loc must be string, coordinate tuple, or an integer 0-10, not ${repr(loc)}`)
}

/** Everything that has a label. */
export function labelled_entries(artists: readonly Artist[]): Entry[] {
  const named = (label: string) => label !== '' && !label.startsWith('_')
  return artists
    .filter(artist => artist.visible)
    .flatMap((artist): Entry[] => {
      if (artist instanceof Patches && artist.options.labels)
        return artist.options.labels.map((label, part) => ({ artist, label, part })).filter(({ label }) => named(label))
      return named(artist.label) ? [{ artist, label: artist.label }] : []
    })
}

const clear: RGBA = [0, 0, 0, 0]

/** The sample in front of a label, in a box of its own. */
function handle({ artist, part = 0 }: Entry, at: Box, pt: number): Element[] {
  const [middle_x, middle_y] = [at.x + at.width / 2, at.y + at.height / 2]
  if (artist instanceof Line2D) return line_handle(artist, at, pt)
  if (artist instanceof PathCollection) {
    const size = pixels(Math.sqrt(artist.sizes[0] ?? 36), pt)
    const paint = { fill: artist.faces[0] ?? clear, stroke: artist.edges[0] ?? clear, width: pixels(artist.linewidth, pt) }
    return [draw_marker(artist.marker, middle_x, middle_y, size, paint)]
  }
  if (artist instanceof Segments)
    return [
      path(`M${at.x} ${middle_y}H${at.x + at.width}`, { stroke: artist.style.color, width: pixels(artist.style.linewidth, pt) }),
    ]
  if (!(artist instanceof Patches)) return []
  const { faces, edges, linewidth } = artist.style
  return [rectangle(at, { fill: faces[part] ?? clear, stroke: edges[part] ?? clear, width: pixels(linewidth, pt) })]
}

function line_handle({ style, markers }: Line2D, at: Box, pt: number): Element[] {
  const width = pixels(style.linewidth, pt)
  const [middle_x, middle_y] = [at.x + at.width / 2, at.y + at.height / 2]
  const line =
    style.dashes === null || width === 0
      ? []
      : [
          path(`M${at.x} ${middle_y}L${at.x + at.width} ${middle_y}`, {
            stroke: style.color,
            width,
            dashes: style.dashes.map(dash => dash * width),
            cap: style.dashes.length > 0 ? 'butt' : 'square',
          }),
        ]
  if (!markers) return line
  const paint = { fill: markers.face, stroke: markers.edge, width: pixels(markers.edge_width, pt) }
  return [...line, draw_marker(markers.marker, middle_x, middle_y, pixels(markers.size, pt), paint)]
}

/** Measures of a legend, in pixels. */
interface Plan {
  readonly entries: readonly Entry[]
  readonly em: number
  readonly widths: readonly number[]
  readonly rows: number
  readonly width: number
  readonly height: number
}

function plan({ fontsize, columns, title, entries: given }: LegendState, artists: readonly Artist[], canvas: Canvas): Plan {
  const entries = given ?? labelled_entries(artists)
  const em = fontsize * canvas.pt
  const rows = Math.ceil(entries.length / columns)
  const used = Math.ceil(entries.length / Math.max(1, rows))
  const widths = Array.from(
    { length: used },
    (_, c) => 2.8 * em + Math.max(0, ...entries.slice(c * rows, (c + 1) * rows).map(({ label }) => text_width(label, em))),
  )
  const lines = entries.slice(0, rows).length
  const body = widths.reduce((sum, width) => sum + width, 0) + 2 * em * Math.max(0, used - 1)
  return {
    entries,
    em,
    widths,
    rows,
    width: Math.max(body, title === '' ? 0 : text_width(title, em)) + 0.8 * em,
    height: lines * em + Math.max(0, lines - 1) * 0.5 * em + 0.8 * em + (title === '' ? 0 : 1.5 * em),
  }
}

/** Top left corner of a legend at one of the named places inside of a box. */
function corner(location: Location, { width, height }: Plan, box: Box, pad: number): { x: number; y: number } {
  const x = /left/.test(location)
    ? box.x + pad
    : /right/.test(location)
      ? box.x + box.width - pad - width
      : box.x + (box.width - width) / 2
  const y = /upper/.test(location)
    ? box.y + pad
    : /lower/.test(location)
      ? box.y + box.height - pad - height
      : box.y + (box.height - height) / 2
  return { x, y }
}

/** Points of what is drawn, and whether a line leads to each from the one before, in pixels: a legend should not hide them. */
function obstacles({ axes, x, y }: View): { at: Point; joined: boolean }[] {
  return axes.artists
    .filter(artist => artist.visible)
    .flatMap(artist => {
      const joined = artist instanceof Line2D && artist.style.dashes !== null
      if (!(artist instanceof Line2D || artist instanceof PathCollection) || (artist instanceof Line2D && artist.fractions))
        return []
      return artist.x.map((value, i) => ({ at: [x.pixel(value), y.pixel(artist.y[i]!)] as const, joined: joined && i > 0 }))
    })
}

/** Boxes around the patches. */
function shapes({ axes, x, y }: View): Box[] {
  const patches = axes.artists.filter(
    artist => artist instanceof Patches && artist.visible && !artist.options.fractions,
  ) as Patches[]
  return patches.flatMap(({ polygons }) =>
    polygons.map(polygon => bounds(polygon.x.map((value, i) => [x.pixel(value), y.pixel(polygon.y[i]!)]))),
  )
}

/** The place where a legend hides least. */
function best(layout: Plan, view: View, around: Box, pad: number): { x: number; y: number } {
  const points = obstacles(view)
  const boxes = shapes(view)
  let found = { badness: Infinity, x: 0, y: 0 }
  for (const location of locations.slice(1)) {
    const place = corner(location, layout, around, pad)
    const legend = { ...place, width: layout.width, height: layout.height }
    const hidden = points.filter(({ at, joined }, i) => clip_segment(at, joined ? points[i - 1]!.at : at, legend))
    const badness = hidden.length + boxes.filter(other => intersection(legend, other)).length
    if (badness < found.badness) found = { badness, ...place }
  }
  return found
}

/** The box in which the named places are: the axes, or a point or rectangle in fractions of them. */
function anchor_box({ anchor }: LegendState, { box }: View): Box {
  if (!anchor) return box
  const [x = 0, y = 0, width = 0, height = 0] = anchor
  return {
    x: box.x + x * box.width,
    y: box.y + (1 - y - height) * box.height,
    width: width * box.width,
    height: height * box.height,
  }
}

function place_of(state: LegendState, layout: Plan, view: View): { x: number; y: number } {
  const around = anchor_box(state, view)
  const pad = 0.5 * layout.em
  if (typeof state.location !== 'string') {
    const [x, y] = state.location
    return { x: around.x + x * around.width, y: around.y + (1 - y) * around.height - layout.height }
  }
  return state.location === 'best' ? best(layout, view, around, pad) : corner(state.location, layout, around, pad)
}

/** Draws the legend of axes; null if it names nothing. */
export function draw_legend(state: LegendState, view: View, canvas: Canvas): { elements: Element[]; box: Box } | null {
  const layout = plan(state, view.axes.artists, canvas)
  if (layout.entries.length === 0 && state.title === '') return null
  const { em } = layout
  const { x, y } = place_of(state, layout, view)
  const frame: Box = { x, y, width: layout.width, height: layout.height }
  const elements: Element[] = []
  if (state.frame) {
    elements.push(
      rectangle(
        frame,
        { fill: [1, 1, 1, state.frame_alpha], stroke: [0.8, 0.8, 0.8, state.frame_alpha], width: canvas.pt },
        0.2 * em,
      ),
    )
  }
  const style = text_style({}, { ha: 'left', va: 'center_baseline' })
  let top = y + 0.4 * em
  if (state.title !== '') {
    elements.push(...text(state.title, x + layout.width / 2, top + em / 2, em, { ...style, ha: 'center' }).elements)
    top += 1.5 * em
  }
  layout.entries.forEach((entry, i) => {
    const [column, row] = [Math.floor(i / layout.rows), i % layout.rows]
    const left = x + 0.4 * em + layout.widths.slice(0, column).reduce((sum, width) => sum + width + 2 * em, 0)
    const middle = top + row * 1.5 * em + em / 2
    elements.push(...handle(entry, { x: left, y: middle - 0.35 * em, width: 2 * em, height: 0.7 * em }, canvas.pt))
    elements.push(...text(entry.label, left + 2.8 * em, middle, em, style).elements)
  })
  return { elements, box: frame }
}

/** Entries of a list of artists, such as what several calls of plot and bar returned. */
export function entries_of(handles: unknown, labels: readonly string[] | null): Entry[] {
  const artists = [...(handles as Iterable<unknown>)].flat()
  return artists.flatMap((artist, i) => {
    if (!(
      artist instanceof Line2D
      || artist instanceof Patches
      || artist instanceof PathCollection
      || artist instanceof Segments
    )) {
      throw new TypeError('legend(): handles must be what plot(), bar(), hist() or scatter() returned')
    }
    return labels && i >= labels.length ? [] : [{ artist, label: labels?.[i] ?? artist.label }]
  })
}

/** Entries that give labels to what is there, in order. */
export function relabelled(artists: readonly Artist[], labels: readonly string[]): Entry[] {
  const candidates = artists.filter(
    artist => artist instanceof Line2D || artist instanceof PathCollection || artist instanceof Patches,
  )
  return labels.slice(0, candidates.length).map((label, i) => ({ artist: candidates[i]!, label }))
}
