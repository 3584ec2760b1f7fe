// Transforms of sizes and places; torchvision.transforms.v2._geometry.
import { type Args, bind } from '../../../_args'
import { ValueError } from '../../../_errors'
import { cat, rand as rand_tensor } from '../../../generated/torch_functions'
import type { Tensor } from '../../../tensor'
import { warn } from '../../../_warnings'
import * as tv from '../../tv_tensors'
import { Floats, check_sequence, log_uniform, py, randint, setup_angle, setup_size, tuple, uniform } from '../_base'
import type { Padding, PaddingMode } from '../_functional_image'
import type { Interpolation, Size } from '../functional'
import * as v1 from '../geometry'
import { perspective_coeffs, round_even } from '../_sizes'
import * as F from './functional'
import { parse_padding } from './functional/_resize'
import { RandomlyApplied, Transform } from './_transform'
import { type FillArg, check_padding, check_padding_mode, fill_of, has_any, query_size, setup_fill, two_numbers } from './_utils'

type Range = readonly [number, number] | readonly number[]
const two = 'Please provide only two dimensions (h, w) for size.'

/** Flips left and right, with probability p. Default: 0.5. @see torchvision.transforms.v2.RandomHorizontalFlip */
export class RandomHorizontalFlip extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomHorizontalFlip.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.horizontal_flip, inpt)
  }
}

/** Flips top and bottom, with probability p. Default: 0.5. @see torchvision.transforms.v2.RandomVerticalFlip */
export class RandomVerticalFlip extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomVerticalFlip.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.vertical_flip, inpt)
  }
}

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

const pad_names = ['padding', 'fill', 'padding_mode'] as const

/** More pixels around: see functional.pad. @see torchvision.transforms.v2.Pad */
export class Pad extends Transform {
  readonly padding: Padding
  readonly fill: FillArg
  readonly padding_mode: PaddingMode

  constructor(...args: Args<[padding: Padding, fill?: FillArg, padding_mode?: PaddingMode], typeof pad_names>) {
    super()
    const { padding, fill = 0, padding_mode = 'constant' } = bind('Pad.__init__', pad_names, 1, args)
    check_padding(padding, padding_mode)
    setup_fill(fill)
    this.padding = typeof padding === 'number' ? padding : [...padding as number[]]
    this.fill = fill as FillArg
    this.padding_mode = padding_mode as PaddingMode
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.pad, inpt, this.padding, fill_of(setup_fill(this.fill), inpt), this.padding_mode)
  }
}

const zoom_names = ['fill', 'side_range', 'p'] as const

/** The picture on a larger canvas, with probability p. @param side_range - of the factor. Default: (1, 4). @see torchvision.transforms.v2.RandomZoomOut */
export class RandomZoomOut extends RandomlyApplied<{ padding: number[] }> {
  readonly fill: FillArg
  readonly side_range: Range

  constructor(...args: Args<[fill?: FillArg, side_range?: Range, p?: number], typeof zoom_names>) {
    const { fill = 0, side_range = Floats.of_values([1, 4], true), p } = bind('RandomZoomOut.__init__', zoom_names, 0, args)
    super(p)
    setup_fill(fill)
    check_sequence(side_range, 'side_range', [2])
    const [low, high] = side_range as [number, number]
    if (low < 1 || low > high) throw new ValueError(`Invalid side range provided ${py(side_range)}.`)
    this.fill = fill as FillArg
    this.side_range = side_range as Range
  }

  override make_params(flat_inputs: readonly unknown[]): { padding: number[] } {
    const [height, width] = query_size(flat_inputs)
    const [low, high] = this.side_range as [number, number]
    const factor = rand_tensor(1).mul(high - low).add(low)
    const [w, h] = [part_of(width, factor), part_of(height, factor)]
    const [x, y] = [...rand_tensor(2)] as [Tensor, Tensor]
    const [left, top] = [part_of(w - width, x), part_of(h - height, y)]
    return { padding: [left, top, w - (left + width), h - (top + height)] }
  }

  override transform(inpt: unknown, { padding }: { padding: number[] }): unknown {
    return this._call_kernel(F.pad, inpt, padding, fill_of(setup_fill(this.fill), inpt))
  }
}

/** A whole number of pixels: the product in float32, as it is there. */
export const part_of = (size: number, part: Tensor): number => Math.trunc(part.mul(size).item<number>())

const rotation_names = ['degrees', 'interpolation', 'expand', 'center', 'fill'] as const

/** A turn by a random angle. @param degrees - a range, or d for (-d, d) @see torchvision.transforms.v2.RandomRotation */
export class RandomRotation extends Transform<{ angle: number }> {
  static readonly get_params = v1.RandomRotation.get_params
  readonly degrees: readonly number[]
  readonly interpolation: Interpolation
  readonly expand: boolean
  readonly fill: FillArg
  readonly center: readonly number[] | null

  constructor(...args: Args<
    [degrees: number | Range, interpolation?: Interpolation, expand?: boolean, center?: readonly number[] | null, fill?: FillArg],
    typeof rotation_names>) {
    super()
    const { degrees, interpolation = 'nearest', expand = false, center = null, fill = 0 } = bind('RandomRotation.__init__', rotation_names, 1, args)
    this.degrees = setup_angle(degrees as number, 'degrees')
    if (center !== null) check_sequence(center, 'center', [2])
    setup_fill(fill)
    this.interpolation = interpolation as Interpolation
    this.expand = expand as boolean
    this.fill = fill as FillArg
    this.center = center as readonly number[] | null
  }

  override make_params(): { angle: number } {
    return { angle: uniform(this.degrees[0]!, this.degrees[1]!) }
  }

  override transform(inpt: unknown, { angle }: { angle: number }): unknown {
    return this._call_kernel(F.rotate, inpt, angle, this.interpolation, this.expand, this.center, fill_of(setup_fill(this.fill), inpt))
  }
}

const affine_names = ['degrees', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'] as const
interface AffineParams { angle: number, translate: readonly number[], scale: number, shear: readonly number[] }

/**
 * Turned, moved, scaled and sheared at random.
 * @param degrees - a range, or d for (-d, d)
 * @param translate - the largest parts of width and height. Default: none.
 * @param scale - a range. Default: none.
 * @param shear - a range of angles, or two: of x and y. Default: none.
 * @see torchvision.transforms.v2.RandomAffine
 */
export class RandomAffine extends Transform<AffineParams> {
  static readonly get_params = v1.RandomAffine.get_params
  readonly degrees: readonly number[]
  readonly translate: Range | null
  readonly scale: Range | null
  readonly shear: readonly number[] | null
  readonly interpolation: Interpolation
  readonly fill: FillArg
  readonly center: readonly number[] | null

  constructor(...args: Args<[
    degrees: number | Range, translate?: Range | null, scale?: Range | null, shear?: number | readonly number[] | null, interpolation?: Interpolation,
    fill?: FillArg, center?: readonly number[] | null,
  ], typeof affine_names>) {
    super()
    const bound = bind('RandomAffine.__init__', affine_names, 1, args)
    const { degrees, translate = null, scale = null, shear = null, interpolation = 'nearest', fill = 0, center = null } = bound
    this.degrees = setup_angle(degrees as number, 'degrees')
    if (translate !== null) {
      check_sequence(translate, 'translate', [2])
      if (!(translate as number[]).every(t => t >= 0 && t <= 1)) throw new ValueError('translation values should be between 0 and 1')
    }
    if (scale !== null) {
      check_sequence(scale, 'scale', [2])
      if ((scale as number[]).some(s => s <= 0)) throw new ValueError('scale values should be positive')
    }
    if (center !== null) check_sequence(center, 'center', [2])
    setup_fill(fill)
    this.translate = translate as Range | null
    this.scale = scale as Range | null
    this.shear = shear === null ? null : setup_angle(shear as number, 'shear', [2, 4])
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
    this.center = center as readonly number[] | null
  }

  override make_params(flat_inputs: readonly unknown[]): AffineParams {
    const [height, width] = query_size(flat_inputs)
    const [angle, translate, scale, shear] = v1.RandomAffine.get_params(this.degrees, this.translate, this.scale, this.shear, [width, height])
    return { angle, translate, scale, shear }
  }

  override transform(inpt: unknown, { angle, translate, scale, shear }: AffineParams): unknown {
    const fill = fill_of(setup_fill(this.fill), inpt)
    return this._call_kernel(F.affine, inpt, angle, translate, scale, shear, this.interpolation, fill, this.center)
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

const perspective_names = ['distortion_scale', 'p', 'interpolation', 'fill'] as const

/** A random perspective, with probability p. Default: 0.5 and 0.5. @see torchvision.transforms.v2.RandomPerspective */
export class RandomPerspective extends RandomlyApplied<{ coefficients: number[] }> {
  static readonly get_params = v1.RandomPerspective.get_params
  readonly distortion_scale: number
  readonly interpolation: Interpolation
  readonly fill: FillArg

  constructor(...args: Args<[distortion_scale?: number, p?: number, interpolation?: Interpolation, fill?: FillArg], typeof perspective_names>) {
    const { distortion_scale = 0.5, p, interpolation = 'bilinear', fill = 0 } = bind('RandomPerspective.__init__', perspective_names, 0, args)
    super(p)
    if (!((distortion_scale as number) >= 0 && (distortion_scale as number) <= 1)) {
      throw new ValueError('Argument distortion_scale value should be between 0 and 1')
    }
    setup_fill(fill)
    this.distortion_scale = distortion_scale as number
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
  }

  override make_params(flat_inputs: readonly unknown[]): { coefficients: number[] } {
    const [height, width] = query_size(flat_inputs)
    return { coefficients: perspective_coeffs(...v1.RandomPerspective.get_params(width, height, this.distortion_scale)) }
  }

  override transform(inpt: unknown, { coefficients }: { coefficients: number[] }): unknown {
    return this._call_kernel(F.perspective, inpt, null, null, this.interpolation, fill_of(setup_fill(this.fill), inpt), coefficients)
  }
}

const elastic_names = ['alpha', 'sigma', 'interpolation', 'fill'] as const

/**
 * Pixels moved at random, near ones alike.
 * @param alpha - how far, for x and y. Default: 50.
 * @param sigma - how alike, for x and y. Default: 5.
 * @see torchvision.transforms.v2.ElasticTransform
 */
export class ElasticTransform extends Transform<{ displacement: Tensor }> {
  static readonly get_params = v1.ElasticTransform.get_params
  readonly alpha: readonly number[]
  readonly sigma: readonly number[]
  readonly interpolation: Interpolation
  readonly fill: FillArg

  constructor(...args: Args<
    [alpha?: number | readonly number[], sigma?: number | readonly number[], interpolation?: Interpolation, fill?: FillArg], typeof elastic_names>) {
    super()
    const { alpha = 50, sigma = 5, interpolation = 'bilinear', fill = 0 } = bind('ElasticTransform.__init__', elastic_names, 0, args)
    setup_fill(fill)
    this.alpha = two_numbers(alpha, 'alpha')
    this.sigma = two_numbers(sigma, 'sigma')
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
  }

  override make_params(flat_inputs: readonly unknown[]): { displacement: Tensor } {
    const [height, width] = query_size(flat_inputs)
    const along = (i: 0 | 1): Tensor => {
      const noise = rand_tensor(1, 1, height, width).mul(2).sub(1)
      const size = Math.trunc(8 * this.sigma[i]! + 1) | 1
      const move = this.sigma[i]! > 0 ? F.gaussian_blur(noise, [size, size], [...this.sigma]) : noise
      return move.mul(this.alpha[i]!).div(i === 0 ? width : height)
    }
    return { displacement: cat([along(0), along(1)], 1).permute([0, 2, 3, 1]) }
  }

  override transform(inpt: unknown, { displacement }: { displacement: Tensor }): unknown {
    return this._call_kernel(F.elastic, inpt, displacement, this.interpolation, fill_of(setup_fill(this.fill), inpt))
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
