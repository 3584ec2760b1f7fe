// From a figure to SVG, through echarts: a grid with two axes for each subplot, and series for what is drawn in it.
import type {
  CustomSeriesOption,
  EChartsOption,
  GridComponentOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts'
import { type Artist, AxesImage, Line2D, Patches, PathCollection, Segments, Text } from './artists'
import { to_rgba } from './colors'
import { decorate, title_scales } from './decorations'
import {
  type Element,
  type Layout,
  type Paint,
  bitmap,
  box as rectangle,
  crisp_width,
  hairline,
  path,
  pixels,
  text,
} from './elements'
import type { Figure } from './figure'
import { dashes_of } from './format'
import { type Box, type Point, bounds, clip_line, clip_polygon, inflate, intersection, touch, union } from './geometry'
import { data_uri, is_crisp, resample } from './image'
import { echarts } from './lazy'
import { draw_legend } from './legend'
import { draw_marker, marker_points } from './markers'
import { type AxisView, type Canvas, type View, view_of } from './view'

/** Axes lie over each other in their order: each gets a range of echarts' z. */
const layers = 100
const black = to_rgba('black')

/** A figure as SVG, and the box that is drawn on, in pixels. */
export interface Drawing {
  readonly svg: string
  readonly used: Box
}

function custom(index: number, z: number, children: readonly Element[], clip: boolean): CustomSeriesOption[] {
  if (children.length === 0) return []
  const group = { type: 'group', children }
  return [
    {
      type: 'custom',
      coordinateSystem: 'cartesian2d',
      xAxisIndex: index,
      yAxisIndex: index,
      z: layers * index + z,
      silent: true,
      clip,
      data: [0],
      renderItem: () => group as unknown as ReturnType<NonNullable<CustomSeriesOption['renderItem']>>,
    },
  ]
}

/** Where both coordinates lead, as pixels. */
function places(view: View, x: readonly number[], y: readonly number[], fractions: 'x' | 'y' | null | undefined): Point[] {
  const { box } = view
  const px = fractions === 'x' ? (part: number) => box.x + part * box.width : (value: number) => view.x.pixel(value)
  const py = fractions === 'y' ? (part: number) => box.y + (1 - part) * box.height : (value: number) => view.y.pixel(value)
  return x.map((value, i) => [px(value), py(y[i]!)])
}

/**
 * Whether what is drawn around some points is in the visible part of the axes. What is not must be left out: resvg aborts the process on
 * a clipped group that lies outside of the canvas (thx/resvg-js#413).
 */
function seen({ inner }: View, points: readonly Point[]): boolean {
  return inner !== null && points.length > 0 && touch(inner, bounds(points))
}

/** A line through points; those that lie (nearly) on the one before are left out. */
function line_path(points: readonly Point[]): string {
  let [kept_x, kept_y] = [NaN, NaN]
  const kept = points.filter(([x, y], i) => {
    if (i < points.length - 1 && Math.abs(x - kept_x) < 0.3 && Math.abs(y - kept_y) < 0.3) return false
    kept_x = x
    kept_y = y
    return true
  })
  return `M${kept.map(([x, y]) => `${x} ${y}`).join('L')}`
}

function line(view: View, { x, y, style, fractions }: Line2D, pt: number): Element[] {
  const { color, dashes, linewidth } = style
  const width = pixels(linewidth, pt)
  if (dashes === null || width === 0) return []
  const paint = { stroke: color, width, dashes: dashes.map(dash => dash * width), cap: dashes.length > 0 ? 'butt' : 'square' } as const
  const pieces = clip_line(places(view, x, y, fractions), inflate(view.box, width + 2)).filter(piece => seen(view, piece))
  return pieces.map(piece => path(line_path(piece), paint))
}

function line_markers(view: View, { x, y, markers, fractions }: Line2D, pt: number): Element[] {
  if (!markers) return []
  const paint = { fill: markers.face, stroke: markers.edge, width: pixels(markers.edge_width, pt) }
  return places(view, x, y, fractions).flatMap(place => marker_at(view, place, markers.marker, pixels(markers.size, pt), paint))
}

function points(view: View, { x, y, sizes, marker, faces, edges, linewidth }: PathCollection, pt: number): Element[] {
  const width = pixels(linewidth, pt)
  return places(view, x, y, null).flatMap((place, i) =>
    marker_at(view, place, marker, pixels(Math.sqrt(sizes[i]!), pt), { fill: faces[i]!, stroke: edges[i]!, width }),
  )
}

function marker_at(view: View, [x, y]: Point, marker: string, size: number, paint: Paint): Element[] {
  if (!Number.isFinite(x) || !Number.isFinite(y) || !(size >= 0) || !seen(view, marker_points(marker, x, y, size))) return []
  return [draw_marker(marker, x, y, size, paint)]
}

/** Filled shapes; rectangles are put on whole pixels, so that bars that touch leave no seam. */
function patches(view: View, { polygons, style, options }: Patches, pt: number): Element[] {
  const width = pixels(style.linewidth, pt)
  return polygons.flatMap((polygon, i) => {
    const corners = places(view, polygon.x, polygon.y, options.fractions)
    if (corners.some(corner => corner.some(Number.isNaN))) return []
    const room = inflate(view.box, width + 2)
    const pieces = options.open
      ? clip_line(corners, room)
      : [
          clip_polygon(
            corners.map(corner => corner.map(clamp) as unknown as Point),
            room,
          ),
        ]
    const paint = { fill: style.faces[i]!, stroke: style.edges[i]!, width, dashes: style.dashes.map(dash => dash * width) }
    const drawn = (
      is_upright(corners) ? pieces.map(piece => piece.map(corner => corner.map(Math.round) as unknown as Point)) : pieces
    ).filter(piece => seen(view, piece))
    return drawn.map(piece => path(`M${piece.map(([x, y]) => `${x} ${y}`).join('L')}${options.open ? '' : 'Z'}`, paint))
  })
}

function is_upright([a, b, c, d, ...more]: readonly Point[]): boolean {
  return d !== undefined && more.length === 0 && a![1] === b![1] && b![0] === c![0] && c![1] === d[1] && a![0] === d[0]
}

/** Infinity has no place in arithmetic. */
function clamp(pixel: number): number {
  return Math.min(1e15, Math.max(-1e15, pixel))
}

function segments(view: View, { lines, style, capsize }: Segments, pt: number): Element[] {
  const paint = { stroke: style.color, width: pixels(style.linewidth, pt) }
  const cap = pixels(capsize, pt)
  const draw_piece = (piece: readonly Point[], of: Paint) =>
    piece.length > 1 && seen(view, piece) ? [path(`M${piece.map(([x, y]) => `${x} ${y}`).join('L')}`, of)] : []
  return lines.flatMap(([x0, y0, x1, y1]) => {
    const ends = places(view, [x0, x1], [y0, y1], null)
    const bars = clip_line(ends, inflate(view.box, paint.width + 2)).flatMap(piece => draw_piece(piece, paint))
    const across = x0 === x1 ? ([cap, 0] as const) : ([0, cap] as const)
    const caps =
      cap === 0
        ? []
        : ends
            .filter(end => end.every(Number.isFinite))
            .flatMap(([x, y]) =>
              draw_piece(
                [
                  [x - across[0], y - across[1]],
                  [x + across[0], y + across[1]],
                ],
                { ...paint, width: pt },
              ),
            )
    return [...bars, ...caps]
  })
}

/** The part of a picture that is seen, drawn in the pixels of the canvas. */
function picture(
  { visible, x, y }: View,
  { pixels, bounds: [left, right, bottom, top], interpolation }: AxesImage,
  canvas: Canvas,
): Element[] {
  if (pixels.width === 0 || pixels.height === 0 || !visible) return []
  const across = stretch(x.pixel(left), x.pixel(right), pixels.width, visible.x, visible.x + visible.width)
  const down = stretch(y.pixel(top), y.pixel(bottom), pixels.height, visible.y, visible.y + visible.height)
  if (!across || !down) return []
  const whole = across.start === 0 && across.end === pixels.width && down.start === 0 && down.end === pixels.height
  const shown =
    canvas.format === 'svg' && whole && is_crisp(interpolation) ? pixels : resample(pixels, across, down, interpolation)
  return [bitmap(data_uri(shown), { x: across.from, y: down.from, width: across.count, height: down.count })]
}

/** Which pixels of the canvas, within low..high, show which part of `size` source pixels that lie from `a` to `b`. */
function stretch(
  a: number,
  b: number,
  size: number,
  low: number,
  high: number,
): { from: number; start: number; end: number; count: number } | null {
  const from = Math.max(low, Math.round(Math.min(a, b)))
  const to = Math.min(high, Math.round(Math.max(a, b)))
  if (!(to > from)) return null
  const source = (pixel: number) => {
    const place = Math.min(size, Math.max(0, ((pixel - a) / (b - a)) * size))
    return Math.abs(place - Math.round(place)) < 1e-6 ? Math.round(place) : place
  }
  return { from, start: source(from), end: source(to), count: to - from }
}

/** A text of the axes, if it is anywhere near the canvas. */
function text_layout(
  { box, x, y }: View,
  { x: tx, y: ty, text: content, style, coordinates, offset }: Text,
  canvas: Canvas,
): Layout | null {
  const { pt } = canvas
  const [px, py] = coordinates === 'axes' ? [box.x + tx * box.width, box.y + (1 - ty) * box.height] : [x.pixel(tx), y.pixel(ty)]
  if (!Number.isFinite(px) || !Number.isFinite(py) || content === '') return null
  const layout = text(content, px + offset[0] * pt, py - offset[1] * pt, (style.fontsize ?? 10) * pt, style)
  return near(layout.box, canvas) ? layout : null
}

/** Whether a box lies on the canvas or within its size of it: there `savefig` with 'tight' may still find it. */
function near(box: Box, { width, height }: Canvas): boolean {
  return intersection(inflate(box, 0.01), { x: -width, y: -height, width: 3 * width, height: 3 * height }) !== null
}

/** The series that draw one artist. */
function draw(view: View, index: number, artist: Artist, canvas: Canvas): CustomSeriesOption[] {
  const { pt } = canvas
  if (artist instanceof Line2D)
    return custom(index, artist.zorder, [...line(view, artist, pt), ...line_markers(view, artist, pt)], true)
  if (artist instanceof AxesImage) return custom(index, artist.zorder, picture(view, artist, canvas), true)
  if (artist instanceof Patches) return custom(index, artist.zorder, patches(view, artist, pt), true)
  if (artist instanceof PathCollection) return custom(index, artist.zorder, points(view, artist, pt), true)
  if (artist instanceof Segments) return custom(index, artist.zorder, segments(view, artist, pt), true)
  return artist instanceof Text ? custom(index, artist.zorder, text_layout(view, artist, canvas)?.elements ?? [], false) : []
}

function grid_lines({ box }: View, axis: AxisView, pt: number): Element[] {
  const { grid, minor_grid } = axis.axis
  if (!grid) return []
  const width = pixels(grid.linewidth, pt)
  const dashes = dashes_of(grid.linestyle, grid.linewidth)
  if (!dashes) return []
  const paint = { stroke: to_rgba(grid.color, grid.alpha), width, dashes: dashes.map(dash => dash * width) }
  return [...axis.ticks, ...(minor_grid ? axis.minor : [])].map(({ value }) => {
    const at = axis.place(value)
    return axis.axis.letter === 'x'
      ? hairline(at, box.y, at, box.y + box.height, paint)
      : hairline(box.x, at, box.x + box.width, at, paint)
  })
}

/** Ticks between the powers of ten: echarts has no ticks of two lengths. */
function minor_ticks({ box }: View, axis: AxisView, pt: number): Element[] {
  if (!axis.axis.show_ticks) return []
  const length = 2 * pt * (axis.axis.tick_direction === 'out' ? 1 : -1)
  const paint = { stroke: black, width: 0.6 * pt }
  return axis.minor.map(({ value }) => {
    const at = axis.place(value)
    switch (axis.axis.side) {
      case 'bottom':
        return hairline(at, box.y + box.height, at, box.y + box.height + length, paint)
      case 'top':
        return hairline(at, box.y, at, box.y - length, paint)
      case 'left':
        return hairline(box.x, at, box.x - length, at, paint)
      case 'right':
        return hairline(box.x + box.width, at, box.x + box.width + length, at, paint)
    }
  })
}

/** The frame; its lines lie on whole pixels. */
function frame(box: Box, pt: number): Element {
  const width = crisp_width(0.8 * pt)
  const shift = width % 2 === 1 ? 0.5 : 0
  return { ...rectangle({ ...box, x: box.x + shift, y: box.y + shift }, { stroke: black, width }), z2: 1 }
}

/** echarts' axes go from 0 to 1: it need not know of limits and logarithms. */
function axis_option(axis: AxisView, index: number, shown: boolean, pt: number) {
  const { show_ticks, tick_length, tick_direction } = axis.axis
  return {
    type: 'value' as const,
    gridIndex: index,
    z: layers * index + 2.4,
    min: 0,
    max: 1,
    silent: true,
    axisLine: { show: false, onZero: false },
    axisLabel: { show: false },
    splitLine: { show: false },
    minorTick: { show: false },
    axisTick: {
      show: shown && show_ticks && axis.ticks.length > 0,
      length: tick_length * pt,
      inside: tick_direction === 'in',
      customValues: axis.ticks.map(tick => axis.part(axis.place(tick.value))),
      lineStyle: { color: '#000', width: crisp_width(0.8 * pt) },
    },
  }
}

/** All that echarts needs for one pair of axes. */
interface Part {
  readonly grid: GridComponentOption
  readonly x: XAXisComponentOption
  readonly y: YAXisComponentOption
  readonly series: readonly CustomSeriesOption[]
  readonly used: Box
}

function part_of(view: View, index: number, canvas: Canvas, title_scale: number): Part {
  const { axes, box } = view
  const { pt } = canvas
  const decorations = decorate(view, canvas, title_scale)
  const wanted = axes.legend_state && draw_legend(axes.legend_state, view, canvas)
  const legend = wanted && near(wanted.box, canvas) ? wanted : null
  const background = axes.axis_on ? [rectangle(box, { fill: axes.facecolor })] : []
  const free = axes.artists
    .filter(artist => artist instanceof Text && artist.visible)
    .flatMap(artist => text_layout(view, artist as Text, canvas)?.box ?? [])
  const ticks = axes.axis_on ? [...minor_ticks(view, view.x, pt), ...minor_ticks(view, view.y, pt)] : []
  const lines = axes.axis_on ? [...grid_lines(view, view.x, pt), ...grid_lines(view, view.y, pt)] : []
  return {
    grid: { left: box.x, top: box.y, width: box.width, height: box.height, outerBoundsMode: 'none', z: layers * index },
    x: { ...axis_option(view.x, index, axes.axis_on, pt), position: view.x.axis.side as 'bottom' | 'top' },
    y: { ...axis_option(view.y, index, axes.axis_on, pt), position: view.y.axis.side as 'left' | 'right' },
    series: [
      ...custom(index, -1, background, false),
      ...axes.artists.filter(artist => artist.visible).flatMap(artist => draw(view, index, artist, canvas)),
      ...custom(index, axes.axis_below ? 0.5 : 1.5, lines, false),
      ...custom(index, 2.3, ticks, false),
      ...custom(index, 2.5, axes.axis_on && axes.frame_on ? [frame(box, pt)] : [], false),
      ...custom(index, 3, decorations.elements, false),
      ...custom(index, 5, legend?.elements ?? [], false),
    ],
    used: [...free, ...(legend ? [legend.box] : [])].reduce(union, decorations.full),
  }
}

/** Draws a figure. */
export function render(figure: Figure, canvas: Canvas, background: string | null): Drawing {
  const views = figure.axes.filter(axes => axes.visible).map(axes => view_of(axes, canvas))
  const scales = title_scales(views, canvas)
  const parts = views.map((view, i) => part_of(view, i, canvas, scales.get(view)!))
  const heading = figure.heading(canvas)
  const option: EChartsOption = {
    animation: false,
    backgroundColor: background ?? 'transparent',
    grid: parts.map(part => part.grid),
    xAxis: parts.map(part => part.x),
    yAxis: parts.map(part => part.y),
    series: parts.flatMap(part => part.series) as EChartsOption['series'],
    graphic: {
      elements: (heading?.elements ?? []).map(element => ({
        ...element,
        z: layers * (parts.length + 1),
        silent: true,
      })) as unknown as [],
    },
  }
  const chart = echarts().init(null, null, { renderer: 'svg', ssr: true, width: canvas.width, height: canvas.height })
  let svg: string
  try {
    chart.setOption(option)
    svg = chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
  const boxes = [...parts.map(part => part.used), ...(heading ? [heading.box] : [])]
  return {
    svg: tidy(svg),
    used: boxes.length > 0 ? boxes.reduce(union) : { x: 0, y: 0, width: canvas.width, height: canvas.height },
  }
}

/** Leaves out what echarts adds for mouse and keyboard, and keeps the pixels of bitmaps sharp. Texts hold no bare quotes or angle brackets. */
function tidy(svg: string): string {
  return svg
    .replace(/ (?:class="zr\d+-[\w-]+"|ecmeta_\w+="[^"]*"|pointer-events="[^"]*")/g, '')
    .replace(/<style ?>[^]*?<\/style>\n?/g, '')
    .replaceAll('<image ', '<image preserveAspectRatio="none" style="image-rendering:crisp-edges;image-rendering:pixelated" ')
}
