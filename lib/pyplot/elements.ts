// The pieces that pictures are made of, as echarts' custom series takes them: paths, boxes, bitmaps and text, in pixels.
import type { TextStyle } from './artists'
import { type RGBA, css } from './colors'
import type { Box } from './geometry'
import { ascent, central, descent, digit_height, line_height, text_width } from './fonts'

/** One element of a custom series. */
export type Element = Readonly<Record<string, unknown>> & { readonly type: string }

/** How outlines and insides are painted; widths in pixels. */
export interface Paint {
  readonly fill?: RGBA
  readonly stroke?: RGBA
  readonly width?: number
  /** In pixels; empty for a solid line. */
  readonly dashes?: readonly number[]
  readonly cap?: 'butt' | 'round' | 'square'
}

/** Greatest width or size in pixels that is drawn. */
const most = 1e4

/** Points as pixels, within what is drawn. */
export function pixels(points: number, pt: number): number {
  return Math.min(points * pt, most)
}

function painted({ fill, stroke, width = 0, dashes = [], cap = 'butt' }: Paint): Element['style'] {
  const stroked = stroke && width > 0 && stroke[3] > 0
  return {
    fill: fill && fill[3] > 0 ? css(fill) : 'none',
    ...(stroked && {
      stroke: css(stroke),
      lineWidth: width,
      lineCap: cap,
      lineJoin: 'round',
      ...(dashes.length > 0 && { lineDash: dashes }),
    }),
  }
}

/** A shape given as SVG path. */
export function path(data: string, paint: Paint): Element {
  return { type: 'path', shape: { pathData: data }, style: painted(paint) }
}

/** A circle. */
export function circle(cx: number, cy: number, r: number, paint: Paint): Element {
  return { type: 'circle', shape: { cx, cy, r }, style: painted(paint) }
}

/** A rectangle, with rounded corners if `radius` is given. */
export function box({ x, y, width, height }: Box, paint: Paint, radius = 0): Element {
  return { type: 'rect', shape: { x, y, width, height, r: radius }, style: painted(paint) }
}

/** A straight line on the pixel grid, so that it is crisp. */
export function hairline(x1: number, y1: number, x2: number, y2: number, paint: Paint): Element {
  const width = crisp_width(paint.width ?? 1)
  const shift = width % 2 === 1 ? 0.5 : 0
  const snap = (value: number) => Math.round(value - shift) + shift
  const [horizontal, vertical] = [y1 === y2, x1 === x2]
  const [a, b] = vertical ? [snap(x1), snap(x1)] : [x1, x2]
  const [c, d] = horizontal ? [snap(y1), snap(y1)] : [y1, y2]
  return path(`M${a} ${c}L${b} ${d}`, { ...paint, width })
}

/** A line width in whole pixels. */
export function crisp_width(width: number): number {
  return Math.max(1, Math.round(width))
}

/** A bitmap. */
export function bitmap(uri: string, { x, y, width, height }: Box): Element {
  return { type: 'image', style: { image: uri, x, y, width, height } }
}

/** Families named in the SVG; the PNG is always drawn in the first one. */
export const font_family = 'DejaVu Sans, Verdana, sans-serif'

/** A text laid out: its elements and the box that it fills. */
export interface Layout {
  readonly elements: readonly Element[]
  readonly box: Box
}

/** Control characters and halves of surrogate pairs, which XML has no place for. */
const unprintable = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu

/**
 * Lays out text around a place; lines are split at line breaks.
 *
 * @param font_size - in pixels
 */
export function text(content: string, x: number, y: number, font_size: number, style: TextStyle): Layout {
  const size = Math.min(font_size, most / 10)
  const lines = content.replaceAll('\t', '    ').split('\n').map(line => line.replace(unprintable, '\ufffd'))
  const widths = lines.map(line => text_width(line, size, style.bold))
  const width = Math.max(...widths)
  const height = size * (ascent + descent + line_height * (lines.length - 1))
  const angle = (style.rotation * Math.PI) / 180
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))]
  const [across, down] = [width * cos + height * sin, width * sin + height * cos]
  const left = x - across * { left: 0, center: 0.5, right: 1 }[style.ha]
  const top = y - text_rise(style, size, down)
  const align = { left: -width / 2, center: 0, right: width / 2 }[style.ha]
  const elements = lines.map((line, i) => ({
    type: 'text',
    x: align,
    y: -height / 2 + size * (ascent + line_height * i - central),
    style: {
      text: line,
      fontSize: size,
      fontFamily: font_family,
      fill: css(style.color),
      align: style.ha,
      verticalAlign: 'middle',
      ...(style.bold && { fontWeight: 'bold' }),
      ...(style.italic && { fontStyle: 'oblique' }),
    },
  }))
  const group = {
    type: 'group',
    x: left + across / 2,
    y: top + down / 2,
    rotation: angle,
    children: elements.filter(element => element.style.text !== ''),
  }
  return { elements: group.children.length > 0 ? [group] : [], box: { x: left, y: top, width: across, height: down } }
}

/** How far the top of the text lies above its place. */
function text_rise({ va }: TextStyle, size: number, height: number): number {
  switch (va) {
    case 'top':
      return 0
    case 'center':
      return height / 2
    case 'bottom':
      return height
    case 'baseline':
      return height - descent * size
    case 'center_baseline':
      return height / 2 + (ascent - digit_height / 2) * size - ((ascent + descent) / 2) * size
  }
}
