// Other sizes, and parts of pictures; torchvision.transforms.v2._geometry.
import { type Args, bind } from '../../../_args'
import { ValueError } from '../../../_errors'
import { warn } from '../../../_warnings'
import { rand as rand_tensor } from '../../../generated/torch_functions'
import * as tv from '../../tv_tensors'
import { Floats, log_uniform, py, randint, setup_size, tuple, uniform } from '../_base'
import type { Padding, PaddingMode } from '../_functional_image'
import { round_even } from '../_sizes'
import type { Interpolation, Size } from '../functional'
import * as v1 from '../geometry'
import * as F from './functional'
import { parse_padding } from './functional/_resize'
import { Transform } from './_transform'
import { type FillArg, check_padding, check_padding_mode, fill_of, has_any, part_of, query_size, setup_fill } from './_utils'

type Range = readonly [number, number] | readonly number[]
const two = 'Please provide only two dimensions (h, w) for size.'

const resize_names = ['size', 'interpolation', 'max_size', 'antialias'] as const

/** Another size: see functional.resize. @see torchvision.transforms.v2.Resize */
export class Resize extends Transform {
  readonly size: readonly number[] | null
  readonly interpolation: Interpolation
  readonly max_size: number | null
  readonly antialias: boolean | null

  constructor(...args: Args<
    [size: Size | null, interpolation?: Interpolation, max_size?: number | null, antialias?: boolean | null], typeof resize_names>) {
    super()
    const { size, interpolation = 'bilinear', max_size = null, antialias = true } = bind('Resize.__init__', resize_names, 1, args)
    if (typeof size === 'number') this.size = [size]
    else if (Array.isArray(size) && (size.length === 1 || size.length === 2)) this.size = [...size as number[]]
    else if (size !== null) {
      throw new ValueError(`size can be an integer, a sequence of one or two integers, or None, but got ${py(size)} instead.`)
    } else if (typeof max_size !== 'number') {
      throw new ValueError(`max_size must be an integer when size is None, but got ${py(max_size)} instead.`)
    } else this.size = null
    this.interpolation = interpolation as Interpolation
    this.max_size = max_size as number | null
    this.antialias = antialias as boolean | null
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.resize, inpt, this.size, this.interpolation, this.max_size, this.antialias)
  }
}

/** The part in the middle. @see torchvision.transforms.v2.CenterCrop */
export class CenterCrop extends Transform {
  readonly size: readonly [number, number]

  constructor(...args: Args<[size: Size], readonly ['size']>) {
    super()
    this.size = setup_size(bind('CenterCrop.__init__', ['size'], 1, args)['size'] as Size, two)
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.center_crop, inpt, this.size)
  }
}

const resized_names = ['size', 'scale', 'ratio', 'interpolation', 'antialias'] as const
interface Part { top: number, left: number, height: number, width: number }

/**
 * A part of random size and shape at a random place, resized.
 * @param scale - range of the part of the area. Default: (0.08, 1).
 * @param ratio - range of width / height. Default: (3/4, 4/3).
 * @see torchvision.transforms.v2.RandomResizedCrop
 */
export class RandomResizedCrop extends Transform<Part> {
  static readonly get_params = v1.RandomResizedCrop.get_params
  readonly size: readonly [number, number]
  readonly scale: Range
  readonly ratio: Range
  readonly interpolation: Interpolation
  readonly antialias: boolean | null

  constructor(...args: Args<
    [size: Size, scale?: Range, ratio?: Range, interpolation?: Interpolation, antialias?: boolean | null], typeof resized_names>) {
    super()
    const bound = bind('RandomResizedCrop.__init__', resized_names, 1, args)
    const { size, scale = Floats.of_values([0.08, 1], true), ratio = tuple(3 / 4, 4 / 3), interpolation = 'bilinear', antialias = true } = bound
    this.size = setup_size(size as Size, two)
    if (!Array.isArray(scale) || scale.length !== 2) throw new TypeError('Scale should be a sequence of two floats.')
    if (!Array.isArray(ratio) || ratio.length !== 2) throw new TypeError('Ratio should be a sequence of two floats.')
    if (scale[0] > scale[1] || ratio[0] > ratio[1]) warn('Scale and ratio should be of kind (min, max)')
    this.scale = scale
    this.ratio = ratio
    this.interpolation = interpolation as Interpolation
    this.antialias = antialias as boolean | null
  }

  override make_params(flat_inputs: readonly unknown[]): Part {
    const [height, width] = query_size(flat_inputs)
    const [top, left, h, w] = resized_part(height, width, this.scale, this.ratio)
    return { top, left, height: h, width: w }
  }

  override transform(inpt: unknown, { top, left, height, width }: Part): unknown {
    return this._call_kernel(F.resized_crop, inpt, top, left, height, width, this.size, this.interpolation, this.antialias)
  }
}

function resized_part(height: number, width: number, scale: Range, ratio: Range): [number, number, number, number] {
  for (let i = 0; i < 10; i++) {
    const area = height * width * uniform(scale[0]!, scale[1]!)
    const aspect = log_uniform(ratio[0]!, ratio[1]!)
    const [w, h] = [round_even(Math.sqrt(area * aspect)), round_even(Math.sqrt(area / aspect))]
    if (w > 0 && w <= width && h > 0 && h <= height) return [randint(0, height - h + 1), randint(0, width - w + 1), h, w]
  }
  const own = width / height
  const [least, most] = [Math.min(...ratio), Math.max(...ratio)]
  const [h, w] = own < least ? [round_even(width / least), width] : own > most ? [height, round_even(height * most)] : [height, width]
  return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w]
}

/** What makes several pictures of one: no boxes and masks. */
abstract class Crops extends Transform {
  override check_inputs(flat_inputs: readonly unknown[]): void {
    if (!has_any(flat_inputs, tv.BoundingBoxes, tv.Mask)) return
    throw new TypeError(`BoundingBoxes'es and Mask's are not supported by ${this.constructor.name}()`)
  }
}

export interface FiveCrop {
  <T extends F.Input>(inpt: T): [T, T, T, T, T]
  <T = unknown>(...inputs: unknown[]): T
}

/** The four corners and the middle. @see torchvision.transforms.v2.FiveCrop */
export class FiveCrop extends Crops {
  readonly size: readonly [number, number]

  constructor(...args: Args<[size: Size], readonly ['size']>) {
    super()
    this.size = setup_size(bind('FiveCrop.__init__', ['size'], 1, args)['size'] as Size, two)
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.five_crop, inpt, this.size)
  }
}

export interface TenCrop {
  <T extends F.Input>(inpt: T): T[]
  <T = unknown>(...inputs: unknown[]): T
}

/** {@link FiveCrop} of the picture and of the flipped one. @see torchvision.transforms.v2.TenCrop */
export class TenCrop extends Crops {
  readonly size: readonly [number, number]
  readonly vertical_flip: boolean

  constructor(...args: Args<[size: Size, vertical_flip?: boolean], readonly ['size', 'vertical_flip']>) {
    super()
    const { size, vertical_flip = false } = bind('TenCrop.__init__', ['size', 'vertical_flip'], 1, args)
    this.size = setup_size(size as Size, two)
    this.vertical_flip = vertical_flip as boolean
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.ten_crop, inpt, this.size, this.vertical_flip)
  }
}

const crop_names = ['size', 'padding', 'pad_if_needed', 'fill', 'padding_mode'] as const
interface CropParams extends Part { needs_crop: boolean, padding: number[] | null }

/**
 * A part at a random place.
 * @param padding - around the picture first. Default: none.
 * @param pad_if_needed - pad a smaller picture. Default: false.
 * @see torchvision.transforms.v2.RandomCrop
 */
export class RandomCrop extends Transform<CropParams> {
  static readonly get_params = v1.RandomCrop.get_params
  readonly size: readonly [number, number]
  readonly padding: readonly number[] | null
  readonly pad_if_needed: boolean
  readonly fill: FillArg
  readonly padding_mode: PaddingMode

  constructor(...args: Args<
    [size: Size, padding?: Padding | null, pad_if_needed?: boolean, fill?: FillArg, padding_mode?: PaddingMode], typeof crop_names>) {
    super()
    const { size, padding = null, pad_if_needed = false, fill = 0, padding_mode = 'constant' } = bind('RandomCrop.__init__', crop_names, 1, args)
    this.size = setup_size(size as Size, two)
    if (padding !== null) check_padding(padding, padding_mode)
    else if (pad_if_needed) check_padding_mode(padding_mode)
    setup_fill(fill)
    this.padding = padding === null || padding === 0 ? null : parse_padding(padding as Padding)
    this.pad_if_needed = pad_if_needed as boolean
    this.fill = fill as FillArg
    this.padding_mode = padding_mode as PaddingMode
  }

  override make_params(flat_inputs: readonly unknown[]): CropParams {
    const [height, width] = this.size
    const [own_h, own_w] = query_size(flat_inputs)
    let [left, right, top, bottom] = (this.padding ?? [0, 0, 0, 0]) as [number, number, number, number]
    if (this.pad_if_needed) {
      const [y, x] = [Math.max(0, height - (own_h + top + bottom)), Math.max(0, width - (own_w + left + right))]
      ;[left, right, top, bottom] = [left + x, right + x, top + y, bottom + y]
    }
    const [full_h, full_w] = [own_h + top + bottom, own_w + left + right]
    if (full_h < height || full_w < width) {
      throw new ValueError(`Required crop size (${height}, ${width}) is larger than ${this.padding === null ? '' : 'padded '}input image size ` +
        `(${full_h}, ${full_w}).`)
    }
    const padding = [left, top, right, bottom]
    return {
      padding: padding.some(side => side !== 0) ? padding : null, needs_crop: full_h > height || full_w > width,
      top: full_h > height ? randint(0, full_h - height + 1) : 0, left: full_w > width ? randint(0, full_w - width + 1) : 0, height, width,
    }
  }

  override transform(inpt: unknown, { padding, needs_crop, top, left, height, width }: CropParams): unknown {
    const padded = padding === null ? inpt : this._call_kernel(F.pad, inpt, padding, fill_of(setup_fill(this.fill), inpt), this.padding_mode)
    return needs_crop ? this._call_kernel(F.crop, padded, top, left, height, width) : padded
  }
}

// ---- random sizes ----

type SizeOptions = [interpolation?: Interpolation, antialias?: boolean | null]

/** What is resized to a size that is drawn. */
abstract class Resized extends Transform<{ size: readonly number[] }> {
  abstract readonly interpolation: Interpolation
  abstract readonly antialias: boolean | null

  override transform(inpt: unknown, { size }: { size: readonly number[] }): unknown {
    return this._call_kernel(F.resize, inpt, size, this.interpolation, null, this.antialias)
  }
}

const jitter_names = ['target_size', 'scale_range', 'interpolation', 'antialias'] as const

/** A size between parts of a target size. @param scale_range - Default: (0.1, 2). @see torchvision.transforms.v2.ScaleJitter */
export class ScaleJitter extends Resized {
  readonly target_size: readonly [number, number]
  readonly scale_range: Range
  readonly interpolation: Interpolation
  readonly antialias: boolean | null

  constructor(...args: Args<[target_size: readonly [number, number], scale_range?: Range, ...SizeOptions], typeof jitter_names>) {
    super()
    const bound = bind('ScaleJitter.__init__', jitter_names, 1, args)
    const { target_size, scale_range = Floats.of_values([0.1, 2], true), interpolation = 'bilinear', antialias = true } = bound
    this.target_size = target_size as [number, number]
    this.scale_range = scale_range as Range
    this.interpolation = interpolation as Interpolation
    this.antialias = antialias as boolean | null
  }

  override make_params(flat_inputs: readonly unknown[]): { size: readonly number[] } {
    const [height, width] = query_size(flat_inputs)
    const [low, high] = this.scale_range as [number, number]
    const scale = rand_tensor(1).mul(high - low).add(low)
    const ratio = scale.mul(Math.min(this.target_size[1] / height, this.target_size[0] / width))
    return { size: [part_of(height, ratio), part_of(width, ratio)] }
  }
}

const shortest_names = ['min_size', 'max_size', 'interpolation', 'antialias'] as const

/**
 * A random size of the shorter side.
 * @param min_size - the sizes to choose from
 * @param max_size - of the longer side. Default: any.
 * @see torchvision.transforms.v2.RandomShortestSize
 */
export class RandomShortestSize extends Resized {
  readonly min_size: readonly number[]
  readonly max_size: number | null
  readonly interpolation: Interpolation
  readonly antialias: boolean | null

  constructor(...args: Args<[min_size: Size, max_size?: number | null, ...SizeOptions], typeof shortest_names>) {
    super()
    const { min_size, max_size = null, interpolation = 'bilinear', antialias = true } = bind('RandomShortestSize.__init__', shortest_names, 1, args)
    this.min_size = typeof min_size === 'number' ? [min_size] : [...min_size as number[]]
    this.max_size = max_size as number | null
    this.interpolation = interpolation as Interpolation
    this.antialias = antialias as boolean | null
  }

  override make_params(flat_inputs: readonly unknown[]): { size: readonly number[] } {
    const [height, width] = query_size(flat_inputs)
    const ratio = this.min_size[randint(0, this.min_size.length)]! / Math.min(height, width)
    const r = this.max_size === null ? ratio : Math.min(ratio, this.max_size / Math.max(height, width))
    return { size: [Math.trunc(height * r), Math.trunc(width * r)] }
  }
}

const random_resize_names = ['min_size', 'max_size', 'interpolation', 'antialias'] as const

/** A size of the shorter side from min_size to max_size, which is left out. @see torchvision.transforms.v2.RandomResize */
export class RandomResize extends Resized {
  readonly min_size: number
  readonly max_size: number
  readonly interpolation: Interpolation
  readonly antialias: boolean | null

  constructor(...args: Args<[min_size: number, max_size: number, ...SizeOptions], typeof random_resize_names>) {
    super()
    const { min_size, max_size, interpolation = 'bilinear', antialias = true } = bind('RandomResize.__init__', random_resize_names, 2, args)
    this.min_size = min_size as number
    this.max_size = max_size as number
    this.interpolation = interpolation as Interpolation
    this.antialias = antialias as boolean | null
  }

  override make_params(): { size: readonly number[] } {
    return { size: [randint(this.min_size, this.max_size)] }
  }
}
