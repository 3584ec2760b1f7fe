// Colour bars: a strip beside axes that says what their colours mean (matplotlib.colorbar).
import { RuntimeError, ValueError } from '../_errors'
import { check } from './arguments'
import { AxesImage, type ScalarMappable, one_of } from './artists'
import { Axes, type Strip, rect_before, strip_rect } from './axes'
import type { Data } from './data'
import { type Pixels, values_to_pixels } from './image'

/** Keywords of colour bars. */
export interface ColorbarOptions {
  /** The axes that lend the room. Default: those of the image. */
  ax?: Axes
  label?: string
  orientation?: 'vertical' | 'horizontal'
  /** Part of the axes that the bar takes. Default: 0.15. */
  fraction?: number
  /** Part of the axes between them and the bar. Default: 0.05; 0.15 for horizontal ones. */
  pad?: number
  /** Part of the axes' height that the bar has. Default: 1. */
  shrink?: number
  /** Height over width. Default: 20. */
  aspect?: number
  ticks?: Data
}

/** A colour bar; `ax` are its axes. */
export class Colorbar {
  /** @internal */
  constructor(
    readonly ax: Axes,
    readonly mappable: ScalarMappable,
    readonly orientation: 'vertical' | 'horizontal',
  ) {}

  /** Names the bar along its long side. */
  set_label(label: unknown): void {
    if (this.orientation === 'vertical') this.ax.set_ylabel(label)
    else this.ax.set_xlabel(label)
  }

  /** Puts its ticks at values, with `labels` in place of their numbers. */
  set_ticks(ticks: Data, labels?: Iterable<unknown>): void {
    const options = labels === undefined ? {} : { labels }
    if (this.orientation === 'vertical') this.ax.set_yticks(ticks, options)
    else this.ax.set_xticks(ticks, options)
  }
}

function ramp(mappable: ScalarMappable, vertical: boolean): Pixels {
  const parts = Array.from({ length: 256 }, (_, i) => (vertical ? 255 - i : i) / 255)
  return values_to_pixels(parts, vertical ? 1 : 256, vertical ? 256 : 1, { cmap: mappable.cmap, vmin: 0, vmax: 1 }, 1)
}

function number_in(name: string, value: number, low: number, high: number): number {
  if (!(value > low && value < high))
    throw new ValueError(`${name} must be a number between ${low} and ${high}, not ${String(value)}`)
  return value
}

/** Makes a colour bar beside axes, which become smaller. */
export function add_colorbar(mappable: ScalarMappable | null | undefined, parent: Axes, options: ColorbarOptions): Colorbar {
  check('Colorbar', options as Readonly<Record<string, unknown>>, [
    'ax',
    'label',
    'orientation',
    'fraction',
    'pad',
    'shrink',
    'aspect',
    'ticks',
  ])
  if (!mappable?.cmap) {
    throw new RuntimeError(
      'No mappable was found to use for colorbar creation. First define a mappable such as an image (with imshow) or a contour set (with contourf).',
    )
  }
  const orientation = one_of('orientation', options.orientation ?? 'vertical', ['vertical', 'horizontal'])
  const vertical = orientation === 'vertical'
  const strip: Strip = {
    orientation,
    fraction: number_in('fraction', options.fraction ?? 0.15, 0, 0.9),
    pad: number_in('pad', options.pad ?? (vertical ? 0.05 : 0.15), -0.01, 0.9),
    shrink: number_in('shrink', options.shrink ?? 1, 0, 1.01),
  }
  const before = parent.strips.length
  parent.strips.push(strip)
  const axes = new Axes(parent.figure, null, () => strip_rect(rect_before(parent, before), strip))
  const aspect = number_in('aspect', options.aspect ?? 20, 0, 1e6)
  axes.box_ratio = vertical ? aspect : 1 / aspect
  const [long, short] = vertical ? [axes.yaxis, axes.xaxis] : [axes.xaxis, axes.yaxis]
  if (vertical) axes.yaxis.side = 'right'
  long.scale.set_limits(mappable.vmin, mappable.vmax)
  short.show_ticks = short.show_labels = false
  const [low, high] = long.scale.get_limits()
  axes.add(
    new AxesImage(
      ramp(mappable, vertical),
      vertical ? [0, 1, low, high] : [low, high, 0, 1],
      'bilinear',
      mappable.cmap,
      low,
      high,
      '',
    ),
  )
  short.scale.set_limits(0, 1)
  parent.colorbars.push(axes)
  parent.figure.axes.push(axes)
  const bar = new Colorbar(axes, mappable, orientation)
  if (options.ticks !== undefined) bar.set_ticks(options.ticks)
  if (options.label !== undefined) bar.set_label(options.label)
  return bar
}
