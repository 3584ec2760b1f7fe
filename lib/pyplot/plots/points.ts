// Points and pictures: scatter and imshow (matplotlib.collections, matplotlib.image).
import { ValueError } from '../../_errors'
import { bind, check, repr, unalias } from '../arguments'
import { AxesImage, PathCollection, color_limits, map_colors, one_of } from '../artists'
import { type Color, type RGBA, check_alpha, to_rgba, to_rgba_list, try_rgba } from '../colors'
import { type Colormap, get_cmap } from '../colormaps'
import { type NumericArray, is_sequence, plain, to_array, to_vector } from '../data'
import { check_interpolation, colors_to_pixels, flip_rows, image_shape, values_to_pixels } from '../image'
import { is_filled, marker_of } from '../markers'
import type { Core } from './core'
import { points_of } from './lines'

/** Keywords of points. */
export interface ScatterOptions {
  marker?: string
  cmap?: string | Colormap
  /** Values for the colour map's ends. Default: the data's. */
  vmin?: number
  vmax?: number
  alpha?: number
  /** Points. Default: 1.5. */
  linewidths?: number
  linewidth?: number
  lw?: number
  /** 'face' (default), 'none' or a colour. */
  edgecolors?: Color
  edgecolor?: Color
  facecolors?: Color
  color?: Color
  label?: unknown
}

/** What `c` says: a colour for all, or numbers for the colour map. */
function face_colors(
  axes: Core,
  c: unknown,
  count: number,
  options: Readonly<Record<string, unknown>>,
): { faces: RGBA[]; values: number[] | null } {
  const alpha = check_alpha(options['alpha'])
  if (c === undefined)
    return {
      faces: to_rgba_list(options['facecolor'] ?? options['color'] ?? axes.next_color('patches'), count, alpha),
      values: null,
    }
  if (typeof c === 'string') {
    if (!try_rgba(c))
      throw new ValueError(`'c' argument must be a color, a sequence of colors, or a sequence of numbers, not ${repr(c)}`)
    return { faces: to_rgba_list(c, count, alpha), values: null }
  }
  const list = plain(c)
  if (
    Array.isArray(list)
    && list.length > 0
    && list.every(item => typeof item === 'string' || (is_sequence(item) && try_rgba(item)))
  ) {
    if (list.length !== count && list.length !== 1)
      throw new ValueError(`'c' argument has ${list.length} elements, which is inconsistent with 'x' and 'y' with size ${count}.`)
    return { faces: to_rgba_list(list, count, alpha), values: null }
  }
  const values = to_vector(c, "'c' argument")
  if (values.length === count) return { faces: [], values }
  if (values.length === 3 || values.length === 4) return { faces: to_rgba_list(values, count, alpha), values: null }
  throw new ValueError(`'c' argument has ${values.length} elements, which is inconsistent with 'x' and 'y' with size ${count}.`)
}

/** `x, y, s, c`. */
export function scatter(axes: Core, args: readonly unknown[]): PathCollection {
  const {
    x: xdata,
    y: ydata,
    s = 36,
    c,
    marker: shape = 'o',
    cmap,
    vmin,
    vmax,
    label = '',
    ...given
  } = bind('scatter', ['x', 'y', 's', 'c'], 2, args)
  const options = unalias(given)
  check('PathCollection', options, ['alpha', 'linewidth', 'edgecolor', 'facecolor', 'color', 'zorder'])
  const x = axes.xaxis.scale.convert(xdata, 'x data')
  const y = axes.yaxis.scale.convert(ydata, 'y data')
  if (x.length !== y.length) throw new ValueError('x and y must be the same size')
  const areas = to_vector(s, 's')
  if (areas.length !== 1 && areas.length !== x.length)
    throw new ValueError(`s (size ${areas.length}) cannot be broadcast to match x and y (size ${x.length})`)
  const marker = marker_of(shape) ?? ','
  const map = get_cmap(cmap)
  const { faces, values } = face_colors(axes, c, x.length, options)
  const [low, high] = values ? color_limits(values, vmin as number | undefined, vmax as number | undefined) : [0, 1]
  const alpha = check_alpha(options['alpha'])
  const fill = values
    ? map_colors(values, { cmap: map, vmin: low, vmax: high }).map(color =>
        to_rgba(color, alpha === null || color[3] === 0 ? color[3] : alpha),
      )
    : faces
  const edge = options['edgecolor'] ?? options['color'] ?? 'face'
  const edges = edge === 'face' || !is_filled(marker) ? fill : to_rgba_list(edge, x.length, alpha)
  const sizes = x.map((_, i) => areas[areas.length === 1 ? 0 : i]!)
  const width = points_of('linewidths', options['linewidth'], 1.5)
  return axes.add(new PathCollection(x, y, sizes, marker, fill, edges, width, label, values ? map : null, low, high))
}

/** Keywords of images. */
export interface ImshowOptions {
  /** 'equal' (square pixels, the default), 'auto' (fill the axes) or height / width of a pixel. */
  aspect?: 'equal' | 'auto' | number
  /** 'nearest' and the like (default), 'bilinear', 'bicubic', 'hanning', 'lanczos'. */
  interpolation?: string
  alpha?: number
  /** Values for the colour map's ends. Default: the data's. */
  vmin?: number
  vmax?: number
  /** Where the first row is: 'upper' (default) or 'lower'. */
  origin?: 'upper' | 'lower'
  /** `[left, right, bottom, top]` in data coordinates. */
  extent?: readonly [number, number, number, number]
  label?: unknown
}

function pixels_of(array: NumericArray, cmap: Colormap, alpha: number, vmin: number | undefined, vmax: number | undefined) {
  const { width, height, channels } = image_shape(array)
  if (channels > 1) return { pixels: colors_to_pixels(array, width, height, channels, alpha), cmap: null, vmin: 0, vmax: 1 }
  const [low, high] = color_limits(array.values, vmin, vmax)
  const mappable = { cmap, vmin: low, vmax: high }
  return { pixels: values_to_pixels(array.values, width, height, mappable, alpha), ...mappable }
}

/** The aspect that a keyword gives: height over width of one unit, or null for whatever fits. */
export function aspect_of(aspect: unknown): number | null {
  if (aspect === 'auto') return null
  if (aspect === 'equal') return 1
  if (typeof aspect !== 'number') throw new ValueError(`could not convert string to float: ${repr(aspect)}`)
  if (!(aspect > 0 && aspect < Infinity)) throw new ValueError('aspect must be finite and positive ')
  return aspect
}

/** `X, cmap`; also sets the limits and the aspect of the axes. */
export function imshow(axes: Core & { aspect: number | null }, args: readonly unknown[]): AxesImage {
  const {
    X,
    cmap,
    norm,
    aspect = 'equal',
    interpolation = 'auto',
    alpha,
    vmin,
    vmax,
    origin = 'upper',
    extent,
    label = '',
    ...rest
  } = bind('imshow', ['X', 'cmap'], 1, args)
  if (norm !== undefined) throw new TypeError('imshow() takes vmin and vmax; norm is not supported')
  check('AxesImage', rest, ['zorder'])
  const upper = one_of('origin', origin, ['upper', 'lower']) === 'upper'
  const kind = check_interpolation(interpolation)
  const ratio = aspect_of(aspect)
  const map = get_cmap(cmap)
  const array = to_array(X, 'Image data')
  const { pixels, ...mappable } = pixels_of(
    array,
    map,
    check_alpha(alpha) ?? 1,
    vmin as number | undefined,
    vmax as number | undefined,
  )
  const { width, height } = pixels
  const bounds = extent === undefined ? null : to_vector(extent)
  if (bounds && bounds.length !== 4) throw new ValueError('extent must be a sequence of [left, right, bottom, top]')
  const [left, right, bottom, top] = (bounds ?? [
    -0.5,
    width - 0.5,
    upper ? height - 0.5 : -0.5,
    upper ? -0.5 : height - 0.5,
  ]) as [number, number, number, number]
  const image = new AxesImage(
    upper ? pixels : flip_rows(pixels),
    [left, right, bottom, top],
    kind,
    mappable.cmap,
    mappable.vmin,
    mappable.vmax,
    label,
  )
  axes.aspect = ratio
  if (!axes.xaxis.scale.limits) axes.xaxis.scale.inverted = left > right
  if (!axes.yaxis.scale.limits) axes.yaxis.scale.inverted = bottom > top
  return axes.add(image)
}
