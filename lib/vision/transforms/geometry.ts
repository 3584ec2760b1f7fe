// Transforms of sizes and places; torchvision.transforms.transforms.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { is_tensor } from '../../_dispatch'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import {
  Floats, PictureTransform, Transform, check_sequence, fill_for, log_uniform, mode_repr, py, rand, randint, repr, setup_angle, setup_size, tuple,
  uniform,
} from './_base'
import { round_even } from './_sizes'
import * as F from './functional'
import { type Fill, type Interpolation, InterpolationMode, type Padding, type PaddingMode, type Picture, interpolation_mode } from './functional'

type Range = readonly [number, number] | readonly number[]
const two = 'Please provide only two dimensions (h, w) for size.'

const resize_names = ['size', 'interpolation', 'max_size', 'antialias'] as const

/** Resizes: see functional.resize. @see torchvision.transforms.Resize */
export class Resize extends PictureTransform {
  readonly size: F.Size
  readonly interpolation: InterpolationMode
  readonly max_size: number | null
  readonly antialias: boolean | null

  constructor(...args: Args<
    [size: F.Size, interpolation?: Interpolation, max_size?: number | null, antialias?: boolean | null], typeof resize_names>) {
    super()
    const { size, interpolation = 'bilinear', max_size = null, antialias = true } = bind('Resize.__init__', resize_names, 1, args)
    if (typeof size !== 'number' && !Array.isArray(size)) throw new TypeError(`Size should be int or sequence. Got ${type_text(size)}`)
    if (Array.isArray(size) && size.length !== 1 && size.length !== 2) throw new ValueError('If size is a sequence, it should have 1 or 2 values')
    this.size = size as F.Size
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.max_size = max_size as number | null
    this.antialias = antialias as boolean | null
  }

  protected override __call__(img: Picture): Picture {
    return F.resize(img, this.size, this.interpolation, this.max_size, this.antialias)
  }

  override toString(): string {
    const { size, interpolation, max_size, antialias } = this
    return repr(this.constructor.name, { size, interpolation, max_size, antialias })
  }
}

/** The middle: see functional.center_crop. @see torchvision.transforms.CenterCrop */
export class CenterCrop extends PictureTransform {
  readonly size: readonly [number, number]

  constructor(...args: Args<[size: F.Size], readonly ['size']>) {
    super()
    this.size = setup_size(bind('CenterCrop.__init__', ['size'], 1, args)['size'] as F.Size, two)
  }

  protected override __call__(img: Picture): Picture {
    return F.center_crop(img, this.size)
  }

  override toString(): string {
    return repr(this.constructor.name, { size: this.size })
  }
}

const pad_names = ['padding', 'fill', 'padding_mode'] as const

/** More pixels around: see functional.pad. @see torchvision.transforms.Pad */
export class Pad extends PictureTransform {
  readonly padding: Padding
  readonly fill: Fill
  readonly padding_mode: PaddingMode

  constructor(...args: Args<[padding: Padding, fill?: Fill, padding_mode?: PaddingMode], typeof pad_names>) {
    super()
    const { padding, fill = 0, padding_mode = 'constant' } = bind('Pad.__init__', pad_names, 1, args)
    F.check_padding(padding, fill, padding_mode as string)
    this.padding = padding as Padding
    this.fill = fill as Fill
    this.padding_mode = padding_mode as PaddingMode
  }

  protected override __call__(img: Picture): Picture {
    return F.pad(img, this.padding, this.fill, this.padding_mode)
  }

  override toString(): string {
    const { padding, fill, padding_mode } = this
    return repr(this.constructor.name, { padding, fill, padding_mode })
  }
}

const crop_names = ['size', 'padding', 'pad_if_needed', 'fill', 'padding_mode'] as const

/**
 * A part at a random place.
 * @param padding - around the picture first. Default: none.
 * @param pad_if_needed - pad a smaller picture. Default: false.
 * @see torchvision.transforms.RandomCrop
 */
export class RandomCrop extends PictureTransform {
  readonly size: readonly [number, number]
  readonly padding: Padding | null
  readonly pad_if_needed: boolean
  readonly fill: Fill
  readonly padding_mode: PaddingMode

  constructor(...args: Args<
    [size: F.Size, padding?: Padding | null, pad_if_needed?: boolean, fill?: Fill, padding_mode?: PaddingMode], typeof crop_names>) {
    super()
    const { size, padding = null, pad_if_needed = false, fill = 0, padding_mode = 'constant' } = bind('RandomCrop.__init__', crop_names, 1, args)
    this.size = tuple(...setup_size(size as F.Size, two))
    this.padding = padding as Padding | null
    this.pad_if_needed = pad_if_needed as boolean
    this.fill = fill as Fill
    this.padding_mode = padding_mode as PaddingMode
  }

  /** Top, left, height and width. */
  static get_params(img: Picture, output_size: readonly [number, number]): [number, number, number, number] {
    const [, h, w] = F.get_dimensions(img)
    const [th, tw] = output_size
    if (h < th || w < tw) throw new ValueError(`Required crop size (${th}, ${tw}) is larger than input image size (${h}, ${w})`)
    if (w === tw && h === th) return [0, 0, h, w]
    return [randint(0, h - th + 1), randint(0, w - tw + 1), th, tw]
  }

  protected override __call__(img: Picture): Picture {
    const { size, fill, padding_mode } = this
    let picture = this.padding === null ? img : F.pad(img, this.padding, fill, padding_mode)
    const [, height, width] = F.get_dimensions(picture)
    if (this.pad_if_needed && width < size[1]) picture = F.pad(picture, [size[1] - width, 0], fill, padding_mode)
    if (this.pad_if_needed && height < size[0]) picture = F.pad(picture, [0, size[0] - height], fill, padding_mode)
    return F.crop(picture, ...RandomCrop.get_params(picture, size))
  }

  override toString(): string {
    return repr(this.constructor.name, { size: this.size, padding: this.padding })
  }
}

/** What happens with a probability. */
abstract class Sometimes extends PictureTransform {
  readonly p: number

  constructor(p: number) {
    super()
    this.p = p
  }

  override toString(): string {
    return repr(this.constructor.name, { p: this.p })
  }
}

/** Flips left and right, with probability p. Default: 0.5. @see torchvision.transforms.RandomHorizontalFlip */
export class RandomHorizontalFlip extends Sometimes {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super((bind('RandomHorizontalFlip.__init__', ['p'], 0, args)['p'] ?? 0.5) as number)
  }

  protected override __call__(img: Picture): Picture {
    return rand() < this.p ? F.hflip(img) : img
  }
}

/** Flips top and bottom, with probability p. Default: 0.5. @see torchvision.transforms.RandomVerticalFlip */
export class RandomVerticalFlip extends Sometimes {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super((bind('RandomVerticalFlip.__init__', ['p'], 0, args)['p'] ?? 0.5) as number)
  }

  protected override __call__(img: Picture): Picture {
    return rand() < this.p ? F.vflip(img) : img
  }
}

function check_fill(fill: unknown): Fill {
  if (fill === null) return 0
  if (typeof fill !== 'number' && !Array.isArray(fill)) throw new TypeError('Fill should be either a sequence or a number.')
  return fill as Fill
}

const perspective_names = ['distortion_scale', 'p', 'interpolation', 'fill'] as const

/** A random perspective, with probability p. Default: 0.5. @see torchvision.transforms.RandomPerspective */
export class RandomPerspective extends Sometimes {
  readonly distortion_scale: number
  readonly interpolation: InterpolationMode
  readonly fill: Fill

  constructor(...args: Args<[distortion_scale?: number, p?: number, interpolation?: Interpolation, fill?: Fill], typeof perspective_names>) {
    const { distortion_scale = 0.5, p = 0.5, interpolation = 'bilinear', fill = 0 } = bind('RandomPerspective.__init__', perspective_names, 0, args)
    super(p as number)
    this.distortion_scale = distortion_scale as number
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.fill = check_fill(fill)
  }

  /** Where the corners are, and where they go. */
  static get_params(width: number, height: number, distortion_scale: number): [number[][], number[][]] {
    const x = Math.trunc(distortion_scale * Math.floor(width / 2))
    const y = Math.trunc(distortion_scale * Math.floor(height / 2))
    const left = (): number => randint(0, x + 1)
    const top = (): number => randint(0, y + 1)
    const right = (): number => randint(width - x - 1, width)
    const bottom = (): number => randint(height - y - 1, height)
    const end = [[left(), top()], [right(), top()], [right(), bottom()], [left(), bottom()]]
    return [[[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], end]
  }

  protected override __call__(img: Picture): Picture {
    const [channels, height, width] = F.get_dimensions(img)
    if (!(rand() < this.p)) return img
    const [start, end] = RandomPerspective.get_params(width, height, this.distortion_scale)
    return F.perspective(img, start, end, this.interpolation, fill_for(this.fill, is_tensor(img), channels))
  }
}

const resized_names = ['size', 'scale', 'ratio', 'interpolation', 'antialias'] as const

/**
 * A part of random size and shape at a random place, resized.
 * @param scale - range of the part of the area. Default: (0.08, 1).
 * @param ratio - range of width / height. Default: (3/4, 4/3).
 * @see torchvision.transforms.RandomResizedCrop
 */
export class RandomResizedCrop extends PictureTransform {
  readonly size: readonly [number, number]
  readonly scale: Range
  readonly ratio: Range
  readonly interpolation: InterpolationMode
  readonly antialias: boolean | null

  constructor(...args: Args<
    [size: F.Size, scale?: Range, ratio?: Range, interpolation?: Interpolation, antialias?: boolean | null], typeof resized_names>) {
    super()
    const bound = bind('RandomResizedCrop.__init__', resized_names, 1, args)
    const { size, scale = Floats.of_values([0.08, 1], true), ratio = tuple(3 / 4, 4 / 3), interpolation = 'bilinear', antialias = true } = bound
    this.size = setup_size(size as F.Size, two)
    if (!Array.isArray(scale)) throw new TypeError('Scale should be a sequence')
    if (!Array.isArray(ratio)) throw new TypeError('Ratio should be a sequence')
    if (scale[0] > scale[1] || ratio[0] > ratio[1]) warn('Scale and ratio should be of kind (min, max)')
    this.scale = scale
    this.ratio = ratio
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.antialias = antialias as boolean | null
  }

  /** Top, left, height and width. */
  static get_params(img: Picture, scale: Range, ratio: Range): [number, number, number, number] {
    const [, height, width] = F.get_dimensions(img)
    const area = height * width
    for (let i = 0; i < 10; i++) {
      const target = area * uniform(scale[0]!, scale[1]!)
      const aspect = log_uniform(ratio[0]!, ratio[1]!)
      const w = round_even(Math.sqrt(target * aspect))
      const h = round_even(Math.sqrt(target / aspect))
      if (w > 0 && w <= width && h > 0 && h <= height) return [randint(0, height - h + 1), randint(0, width - w + 1), h, w]
    }
    const own = width / height
    const [least, most] = [Math.min(...ratio), Math.max(...ratio)]
    const [h, w] = own < least ? [round_even(width / least), width] : own > most ? [height, round_even(height * most)] : [height, width]
    return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w]
  }

  protected override __call__(img: Picture): Picture {
    return F.resized_crop(img, ...RandomResizedCrop.get_params(img, this.scale, this.ratio), this.size, this.interpolation, this.antialias)
  }

  override toString(): string {
    const rounded = (range: Range): Floats => Floats.of_values(range.map(value => Number(value.toFixed(4))), true)
    const { size, interpolation, antialias } = this
    return repr(this.constructor.name, { size, scale: rounded(this.scale), ratio: rounded(this.ratio), interpolation, antialias })
  }
}

export interface FiveCrop {
  <T extends Picture>(img: T): [T, T, T, T, T]
}

/** The four corners and the middle. @see torchvision.transforms.FiveCrop */
export class FiveCrop extends Transform {
  readonly size: readonly [number, number]

  constructor(...args: Args<[size: F.Size], readonly ['size']>) {
    super()
    this.size = setup_size(bind('FiveCrop.__init__', ['size'], 1, args)['size'] as F.Size, two)
  }

  protected override __call__(img: Picture): Picture[] {
    return F.five_crop(img, this.size)
  }

  override toString(): string {
    return repr(this.constructor.name, { size: this.size })
  }
}

export interface TenCrop {
  <T extends Picture>(img: T): T[]
}

/** {@link FiveCrop} of the picture and of the flipped one. @see torchvision.transforms.TenCrop */
export class TenCrop extends Transform {
  readonly size: readonly [number, number]
  readonly vertical_flip: boolean

  constructor(...args: Args<[size: F.Size, vertical_flip?: boolean], readonly ['size', 'vertical_flip']>) {
    super()
    const { size, vertical_flip = false } = bind('TenCrop.__init__', ['size', 'vertical_flip'], 1, args)
    this.size = setup_size(size as F.Size, two)
    this.vertical_flip = vertical_flip as boolean
  }

  protected override __call__(img: Picture): Picture[] {
    return F.ten_crop(img, this.size, this.vertical_flip)
  }

  override toString(): string {
    return repr(this.constructor.name, { size: this.size, vertical_flip: this.vertical_flip })
  }
}

const rotation_names = ['degrees', 'interpolation', 'expand', 'center', 'fill'] as const

/** A turn by a random angle. @param degrees - a range, or d for (-d, d). @see torchvision.transforms.RandomRotation */
export class RandomRotation extends PictureTransform {
  readonly degrees: readonly number[]
  readonly interpolation: InterpolationMode
  readonly expand: boolean
  readonly center: readonly number[] | null
  readonly fill: Fill

  constructor(...args: Args<
    [degrees: number | Range, interpolation?: Interpolation, expand?: boolean, center?: readonly number[] | null, fill?: Fill],
    typeof rotation_names>) {
    super()
    const { degrees, interpolation = 'nearest', expand = false, center = null, fill = 0 } = bind('RandomRotation.__init__', rotation_names, 1, args)
    this.degrees = setup_angle(degrees as number, 'degrees')
    if (center !== null) check_sequence(center, 'center', [2])
    this.center = center as readonly number[] | null
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.expand = expand as boolean
    this.fill = check_fill(fill)
  }

  static get_params(degrees: readonly number[]): number {
    return uniform(degrees[0]!, degrees[1]!)
  }

  protected override __call__(img: Picture): Picture {
    const fill = fill_for(this.fill, is_tensor(img), F.get_dimensions(img)[0])
    return F.rotate(img, RandomRotation.get_params(this.degrees), this.interpolation, this.expand, this.center, fill)
  }

  override toString(): string {
    const { degrees, interpolation, expand, center, fill } = this
    return repr(this.constructor.name, { degrees, interpolation, expand, center: center ?? undefined, fill })
  }
}

const affine_names = ['degrees', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'] as const

/**
 * Turned, moved, scaled and sheared at random.
 * @param degrees - a range, or d for (-d, d)
 * @param translate - the largest parts of width and height. Default: none.
 * @param scale - a range. Default: none.
 * @param shear - a range of angles, or two: of x and y. Default: none.
 * @see torchvision.transforms.RandomAffine
 */
export class RandomAffine extends PictureTransform {
  readonly degrees: readonly number[]
  readonly translate: Range | null
  readonly scale: Range | null
  readonly shear: readonly number[] | null
  readonly interpolation: InterpolationMode
  readonly fill: Fill
  readonly center: readonly number[] | null

  constructor(...args: Args<[
    degrees: number | Range, translate?: Range | null, scale?: Range | null, shear?: number | readonly number[] | null, interpolation?: Interpolation,
    fill?: Fill, center?: readonly number[] | null,
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
    this.translate = translate as Range | null
    this.scale = scale as Range | null
    this.shear = shear === null ? null : setup_angle(shear as number, 'shear', [2, 4])
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.fill = check_fill(fill)
    this.center = center as readonly number[] | null
  }

  /** Angle, translation, scale and shear. */
  static get_params(
    degrees: readonly number[], translate: Range | null, scale_ranges: Range | null, shears: readonly number[] | null, img_size: readonly number[],
  ): [number, [number, number], number, [number, number]] {
    const angle = uniform(degrees[0]!, degrees[1]!)
    const move = (i: 0 | 1): number => {
      const most = translate![i]! * img_size[i]!
      return round_even(uniform(-most, most))
    }
    const translations: [number, number] = translate === null ? [0, 0] : [move(0), move(1)]
    const scale = scale_ranges === null ? 1 : uniform(scale_ranges[0]!, scale_ranges[1]!)
    const x = shears === null ? 0 : uniform(shears[0]!, shears[1]!)
    const y = shears?.length === 4 ? uniform(shears[2]!, shears[3]!) : 0
    return [angle, translations, scale, [x, y]]
  }

  protected override __call__(img: Picture): Picture {
    const [channels, height, width] = F.get_dimensions(img)
    const { degrees, translate, scale, shear, interpolation, center } = this
    const params = RandomAffine.get_params(degrees, translate, scale, shear, [width, height])
    return F.affine(img, ...params, interpolation, fill_for(this.fill, is_tensor(img), channels), center)
  }

  override toString(): string {
    const { degrees, translate, scale, shear, interpolation, fill, center } = this
    const given = <T>(value: T | null): T | undefined => value ?? undefined
    return repr(this.constructor.name, {
      degrees, translate: given(translate), scale: given(scale), shear: given(shear),
      interpolation: interpolation === InterpolationMode.NEAREST ? undefined : interpolation, fill: fill === 0 ? undefined : fill,
      center: given(center),
    })
  }
}

const elastic_names = ['alpha', 'sigma', 'interpolation', 'fill'] as const

/** Each pixel moved a little, its neighbours alike. @see torchvision.transforms.ElasticTransform */
export class ElasticTransform extends PictureTransform {
  readonly alpha: readonly number[]
  readonly sigma: readonly number[]
  readonly interpolation: InterpolationMode
  readonly fill: readonly number[]

  constructor(...args: Args<[alpha?: number | Range, sigma?: number | Range, interpolation?: Interpolation, fill?: Fill], typeof elastic_names>) {
    super()
    const { alpha = 50, sigma = 5, interpolation = 'bilinear', fill = 0 } = bind('ElasticTransform.__init__', elastic_names, 0, args)
    const pair = (value: unknown, name: string): Floats => {
      if (typeof value === 'number') return Floats.of_values([value, value], false)
      if (!Array.isArray(value)) throw new TypeError(`${name} should be float or a sequence of floats. Got ${type_text(value)}`)
      if (value.length !== 2) throw new ValueError(`If ${name} is a sequence its length should be 2. Got ${value.length}`)
      return Floats.of_values(value as number[], false)
    }
    this.alpha = pair(alpha, 'alpha')
    this.sigma = pair(sigma, 'sigma')
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.fill = Floats.of_values(typeof fill === 'number' ? [fill] : fill as number[], false)
  }

  /** How far each pixel moves: (1, H, W, 2). */
  static get_params(alpha: readonly number[], sigma: readonly number[], size: readonly [number, number]): Tensor {
    const along = (i: 0 | 1): Tensor => {
      let move = (aten('rand')([[1, 1, ...size]]) as Tensor).mul(2).sub(1)
      if (sigma[i]! > 0) {
        const kernel = Math.trunc(8 * sigma[i]! + 1)
        move = F.gaussian_blur(move, [kernel | 1, kernel | 1], sigma)
      }
      return move.mul(alpha[i]!).div(size[1 - i]!)
    }
    return (aten('cat')([[along(0), along(1)], 1]) as Tensor).permute([0, 2, 3, 1])
  }

  protected override __call__(img: Picture): Picture {
    const [, height, width] = F.get_dimensions(img)
    return F.elastic_transform(img, ElasticTransform.get_params(this.alpha, this.sigma, [height, width]), this.interpolation, this.fill)
  }

  override toString(): string {
    const { alpha, sigma, interpolation, fill } = this
    return `${this.constructor.name}(alpha=${py(alpha)}, sigma=${py(sigma)}, interpolation=${mode_repr(interpolation)}, fill=${py(fill)})`
  }
}
