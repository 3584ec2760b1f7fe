// What is around the data: tick labels, axis labels and titles, laid out on a canvas.
import { type Element, type Layout, text } from './elements'
import { type Box, union } from './geometry'
import { type AxisView, type Canvas, type View, labelled } from './view'

/** Distance of tick labels from their ticks, and of a title from the axes, in points. */
const tick_pad = 3.5
const title_size = 12
const label_size = 10

/** Decorations of axes: their elements, and the box around the axes with all of them. */
export interface Decorations {
  readonly elements: readonly Element[]
  /** Axes, tick labels, axis labels and the height of the titles. */
  readonly outline: Box
  /** The same with the width of the titles. */
  readonly full: Box
}

/** Length of the ticks outside of the axes, in pixels. */
function outside({ axis, ticks, minor }: AxisView, pt: number): number {
  return axis.show_ticks && ticks.length + minor.length > 0 && axis.tick_direction === 'out' ? axis.tick_length * pt : 0
}

function tick_layouts(view: View, axis: AxisView, canvas: Canvas): Layout[] {
  if (!axis.axis.show_labels) return []
  const { box } = view
  const { tick_style, side } = axis.axis
  const size = (tick_style.fontsize ?? label_size) * canvas.pt
  const gap = outside(axis, canvas.pt) + tick_pad * canvas.pt
  return labelled(axis).map(({ value, label }) => {
    const place = axis.place(value)
    switch (side) {
      case 'bottom':
        return text(label, place, box.y + box.height + gap, size, { ...tick_style, va: 'top' })
      case 'top':
        return text(label, place, box.y - gap, size, { ...tick_style, va: 'bottom' })
      case 'left':
        return text(label, box.x - gap, place, size, { ...tick_style, ha: 'right' })
      case 'right':
        return text(label, box.x + box.width + gap, place, size, { ...tick_style, ha: 'left' })
    }
  })
}

/** The factor that all labels share, at the end of its axis. */
function factor_layout({ box }: View, axis: AxisView, labels: Box, canvas: Canvas): Layout | null {
  if (axis.factor === '' || !axis.axis.show_labels) return null
  const { side, tick_style } = axis.axis
  const size = label_size * canvas.pt
  const style = { ...tick_style, rotation: 0 }
  const pad = 3 * canvas.pt
  switch (side) {
    case 'bottom':
      return text(axis.factor, box.x + box.width, labels.y + labels.height + pad, size, { ...style, ha: 'right', va: 'top' })
    case 'top':
      return text(axis.factor, box.x + box.width, labels.y - pad, size, { ...style, ha: 'right', va: 'bottom' })
    case 'left':
      return text(axis.factor, box.x, box.y - pad, size, { ...style, ha: 'left', va: 'bottom' })
    case 'right':
      return text(axis.factor, box.x + box.width, box.y - pad, size, { ...style, ha: 'right', va: 'bottom' })
  }
}

function axis_label({ box }: View, { axis }: AxisView, labels: Box, canvas: Canvas): Layout | null {
  if (axis.label === '') return null
  const style = axis.label_style
  const size = (style.fontsize ?? label_size) * canvas.pt
  const pad = axis.labelpad * canvas.pt
  const [middle_x, middle_y] = [box.x + box.width / 2, box.y + box.height / 2]
  switch (axis.side) {
    case 'bottom':
      return text(axis.label, middle_x, labels.y + labels.height + pad, size, { ...style, va: 'top' })
    case 'top':
      return text(axis.label, middle_x, labels.y - pad, size, { ...style, va: 'bottom' })
    case 'left':
      return text(axis.label, labels.x - pad, middle_y, size, { ...style, ha: 'right', va: 'center' })
    case 'right':
      return text(axis.label, labels.x + labels.width + pad, middle_y, size, { ...style, ha: 'left', va: 'center' })
  }
}

/** Ticks, labels and label of one axis; `box` is around them and the axes. */
function axis_layouts(view: View, axis: AxisView, canvas: Canvas): { layouts: Layout[]; box: Box } {
  const reach = outside(axis, canvas.pt)
  const { box } = view
  const horizontal = axis.axis.letter === 'x'
  const { side } = axis.axis
  const ticked: Box = {
    x: box.x - (side === 'left' ? reach : 0),
    y: box.y - (side === 'top' ? reach : 0),
    width: box.width + (horizontal ? 0 : reach),
    height: box.height + (horizontal ? reach : 0),
  }
  const layouts = tick_layouts(view, axis, canvas)
  const labels = layouts.map(layout => layout.box).reduce(union, ticked)
  for (const more of [factor_layout(view, axis, labels, canvas), axis_label(view, axis, labels, canvas)])
    if (more) layouts.push(more)
  return { layouts, box: layouts.map(layout => layout.box).reduce(union, labels) }
}

/** The titles of axes above `top`, in pixels. `scale` makes those smaller whose size nobody chose. */
export function title_layouts(view: View, top: number, canvas: Canvas, scale: number): Layout[] {
  const { axes, box } = view
  const places = { left: box.x, center: box.x + box.width / 2, right: box.x + box.width }
  return (['left', 'center', 'right'] as const).flatMap(ha => {
    const title = axes.titles[ha]
    if (!title || title.text === '') return []
    const size = (title.style.fontsize ?? title_size * scale) * canvas.pt
    const y = title.y === null ? top - title.pad * canvas.pt : box.y + box.height * (1 - title.y) - title.pad * canvas.pt
    return [text(title.text, places[ha], y, size, { ...title.style, ha })]
  })
}

/** Lays out all that is around the data of axes. */
export function decorate(view: View, canvas: Canvas, title_scale = 1): Decorations {
  const { axes, box } = view
  const parts = axes.axis_on ? [axis_layouts(view, view.x, canvas), axis_layouts(view, view.y, canvas)] : []
  const around = parts.map(part => part.box).reduce(union, box)
  // Titles stand above ticks on top and above the factor of the y axis.
  const blocked =
    view.x.axis.side === 'top' || (axes.axis_on && view.y.factor !== '' && view.y.axis.show_labels && axes.titles.left)
  const titles = title_layouts(view, blocked ? around.y : box.y, canvas, title_scale)
  const tall = titles.map(title => ({ ...title.box, x: box.x, width: box.width }))
  return {
    elements: [...parts.flatMap(part => part.layouts), ...titles].flatMap(layout => layout.elements),
    outline: tall.reduce(union, around),
    full: titles.map(title => title.box).reduce(union, around),
  }
}

/** By how much the titles of axes in one row must shrink so that neighbours do not run into each other. */
export function title_scales(views: readonly View[], canvas: Canvas): Map<View, number> {
  const scales = new Map<View, number>()
  const gap = 0.5 * title_size * canvas.pt
  for (const view of views) {
    const row = views.filter(other => Math.abs(other.box.y - view.box.y) < 2).sort((a, b) => a.box.x - b.box.x)
    const boxes = row.map(other =>
      title_layouts(other, other.box.y, canvas, 1)
        .map(layout => layout.box)
        .reduce<Box | null>((a, b) => (a ? union(a, b) : b), null),
    )
    let scale = 1
    for (let i = 1; i < row.length; i++) {
      const [left, right] = [boxes[i - 1], boxes[i]]
      if (!left || !right) continue
      const distance = right.x + right.width / 2 - left.x - left.width / 2
      scale = Math.min(scale, distance / ((left.width + right.width) / 2 + gap))
    }
    scales.set(view, Math.max(0.5, scale))
  }
  return scales
}
