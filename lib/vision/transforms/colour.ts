// Transforms of colours; torchvision.transforms.transforms.
import { type Args, bind } from '../../_args'
import { tensor } from '../../_creation'
import { is_tensor } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { float_repr } from '../../_python_format'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import { Floats, PictureTransform, log_uniform, py, rand, randint, repr, setup_size, tuple, uniform } from './_base'
import { round_even } from './_sizes'
import * as F from './functional'
import type { Picture } from './functional'

type Range = readonly number[]
const jitter_names = ['brightness', 'contrast', 'saturation', 'hue'] as const

/**
 * Brightness, contrast, saturation and hue changed at random, in a random order.
 *
 * Each is a range of factors, or x for (1 - x, 1 + x); of hue, a range in [-0.5, 0.5], or x for (-x, x). Default: 0, no change.
 * @see torchvision.transforms.ColorJitter
 */
export class ColorJitter extends PictureTransform {
  readonly brightness: Range | null
  readonly contrast: Range | null
  readonly saturation: Range | null
  readonly hue: Range | null

  constructor(...args: Args<
    [brightness?: number | Range, contrast?: number | Range, saturation?: number | Range, hue?: number | Range], typeof jitter_names>) {
    super()
    const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = bind('ColorJitter.__init__', jitter_names, 0, args)
    this.brightness = factors(brightness, 'brightness')
    this.contrast = factors(contrast, 'contrast')
    this.saturation = factors(saturation, 'saturation')
    this.hue = factors(hue, 'hue', 0, [-0.5, 0.5])
  }

  /** The order, and the factor of each. */
  static get_params(
    brightness: Range | null, contrast: Range | null, saturation: Range | null, hue: Range | null,
  ): [number[], ...(number | null)[]] {
    const order = (aten('randperm')([4]) as Tensor).tolist() as number[]
    return [order, ...[brightness, contrast, saturation, hue].map(range => range && uniform(range[0]!, range[1]!))]
  }

  protected override __call__(img: Picture): Picture {
    const [order, ...factor] = ColorJitter.get_params(this.brightness, this.contrast, this.saturation, this.hue)
    const adjust = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]
    return order.reduce((picture, i) => factor[i] === null ? picture : adjust[i]!(picture, factor[i]!), img)
  }

  override toString(): string {
    const { brightness, contrast, saturation, hue } = this
    return repr(this.constructor.name, { brightness, contrast, saturation, hue })
  }
}

function factors(value: unknown, name: string, center = 1, bound: readonly [number, number] = [0, Infinity]): Range | null {
  let range: number[]
  if (typeof value === 'number') {
    if (value < 0) throw new ValueError(`If ${name} is a single number, it must be non negative.`)
    range = [center - value, center + value]
    if (center === 1) range[0] = Math.max(range[0]!, 0)
  } else if (Array.isArray(value) && value.length === 2) range = value as number[]
  else throw new TypeError(`${name} should be a single number or a list/tuple with length 2.`)
  const [low, high] = range as [number, number]
  if (!(bound[0] <= low && low <= high && high <= bound[1])) {
    const limits = center === 1 ? '(0, inf)' : '(-0.5, 0.5)'
    throw new ValueError(`${name} values should be between ${limits}, but got [${float_repr(low)}, ${float_repr(high)}].`)
  }
  return low === high && low === center ? null : Floats.of_values(range, true)
}

/** Grey, in 1 (default) or 3 channels. @see torchvision.transforms.Grayscale */
export class Grayscale extends PictureTransform {
  readonly num_output_channels: number

  constructor(...args: Args<[num_output_channels?: number], readonly ['num_output_channels']>) {
    super()
    this.num_output_channels = (bind('Grayscale.__init__', ['num_output_channels'], 0, args)['num_output_channels'] ?? 1) as number
  }

  protected override __call__(img: Picture): Picture {
    return F.rgb_to_grayscale(img, this.num_output_channels)
  }

  override toString(): string {
    return repr(this.constructor.name, { num_output_channels: this.num_output_channels })
  }
}

/** Grey with probability p, in as many channels as before. Default: 0.1. @see torchvision.transforms.RandomGrayscale */
export class RandomGrayscale extends PictureTransform {
  readonly p: number

  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super()
    this.p = (bind('RandomGrayscale.__init__', ['p'], 0, args)['p'] ?? 0.1) as number
  }

  protected override __call__(img: Picture): Picture {
    const [channels] = F.get_dimensions(img)
    return rand() < this.p ? F.rgb_to_grayscale(img, channels) : img
  }

  override toString(): string {
    return repr(this.constructor.name, { p: this.p })
  }
}

const erasing_names = ['p', 'scale', 'ratio', 'value', 'inplace'] as const
type ErasingParams = [p?: number, scale?: Range, ratio?: Range, value?: number | Range | 'random', inplace?: boolean]

/**
 * A rectangle of a tensor replaced, with probability p.
 * @param scale - range of its part of the area. Default: (0.02, 0.33).
 * @param ratio - range of height / width. Default: (0.3, 3.3).
 * @param value - of its pixels: a number, one for each channel, or 'random'. Default: 0.
 * @see torchvision.transforms.RandomErasing
 */
export class RandomErasing extends PictureTransform {
  readonly p: number
  readonly scale: Range
  readonly ratio: Range
  readonly value: number | Range | 'random'
  readonly inplace: boolean

  constructor(...args: Args<ErasingParams, typeof erasing_names>) {
    super()
    const bound = bind('RandomErasing.__init__', erasing_names, 0, args)
    const { p = 0.5, scale = tuple(0.02, 0.33), ratio = tuple(0.3, 3.3), value = 0, inplace = false } = bound
    if (typeof value !== 'number' && typeof value !== 'string' && !Array.isArray(value)) {
      throw new TypeError('Argument value should be either a number or str or a sequence')
    }
    if (typeof value === 'string' && value !== 'random') throw new ValueError("If value is str, it should be 'random'")
    if (!Array.isArray(scale)) throw new TypeError('Scale should be a sequence')
    if (!Array.isArray(ratio)) throw new TypeError('Ratio should be a sequence')
    if (scale[0] > scale[1] || ratio[0] > ratio[1]) warn('Scale and ratio should be of kind (min, max)')
    if (scale[0] < 0 || scale[1] > 1) throw new ValueError('Scale should be between 0 and 1')
    if ((p as number) < 0 || (p as number) > 1) throw new ValueError('Random erasing probability should be between 0 and 1')
    this.p = p as number
    this.scale = scale
    this.ratio = ratio
    this.value = value as number
    this.inplace = inplace as boolean
  }

  /** Top, left, height, width and the new pixels. */
  static get_params(img: Tensor, scale: Range, ratio: Range, value: Range | null): [number, number, number, number, Tensor] {
    const [channels, height, width] = F.get_dimensions(img)
    for (let n = 0; n < 10; n++) {
      const target = height * width * uniform(scale[0]!, scale[1]!)
      const aspect = log_uniform(ratio[0]!, ratio[1]!)
      const h = round_even(Math.sqrt(target * aspect))
      const w = round_even(Math.sqrt(target / aspect))
      if (!(h < height && w < width)) continue
      const pixels = value === null ? (aten('empty')([[channels, h, w]]) as Tensor).normal_() : tensor([...value]).view([-1, 1, 1])
      return [randint(0, height - h + 1), randint(0, width - w + 1), h, w, pixels]
    }
    return [0, 0, height, width, img]
  }

  protected override __call__(img: Picture): Picture {
    if (!(rand() < this.p)) return img
    if (!is_tensor(img)) throw new TypeError(`img should be Tensor Image. Got ${type_text(img)}`)
    const { value } = this
    const values = value === 'random' ? null : typeof value === 'number' ? [value] : value
    const [channels] = F.get_dimensions(img as Tensor)
    if (values !== null && values.length !== 1 && values.length !== channels) {
      throw new ValueError(`If value is a sequence, it should have either a single value or ${channels} (number of input channels)`)
    }
    return F.erase(img as Tensor, ...RandomErasing.get_params(img as Tensor, this.scale, this.ratio, values), this.inplace)
  }

  override toString(): string {
    const { p, scale, ratio, value, inplace } = this
    return repr(this.constructor.name, { p, scale, ratio, value, inplace })
  }
}

const blur_names = ['kernel_size', 'sigma'] as const

/** A blur by a random sigma from a range. Default: (0.1, 2). @see torchvision.transforms.GaussianBlur */
export class GaussianBlur extends PictureTransform {
  readonly kernel_size: readonly [number, number]
  readonly sigma: Range

  constructor(...args: Args<[kernel_size: number | Range, sigma?: number | Range], typeof blur_names>) {
    super()
    const { kernel_size, sigma = Floats.of_values([0.1, 2], true) } = bind('GaussianBlur.__init__', blur_names, 1, args)
    this.kernel_size = setup_size(kernel_size as number, 'Kernel size should be a tuple/list of two integers')
    if (this.kernel_size.some(size => size <= 0 || size % 2 === 0)) throw new ValueError('Kernel size value should be an odd and positive number.')
    if (typeof sigma === 'number') {
      if (sigma <= 0) throw new ValueError('If sigma is a single number, it must be positive.')
      this.sigma = tuple(sigma, sigma)
    } else if (Array.isArray(sigma) && sigma.length === 2) {
      if (!(sigma[0] > 0 && sigma[0] <= sigma[1])) throw new ValueError('sigma values should be positive and of the form (min, max).')
      this.sigma = sigma as Range
    } else throw new ValueError('sigma should be a single number or a list/tuple with length 2.')
  }

  static get_params(sigma_min: number, sigma_max: number): number {
    return uniform(sigma_min, sigma_max)
  }

  protected override __call__(img: Picture): Picture {
    const sigma = GaussianBlur.get_params(this.sigma[0]!, this.sigma[1]!)
    return F.gaussian_blur(img, this.kernel_size, [sigma, sigma])
  }

  override toString(): string {
    return repr(this.constructor.name, { kernel_size: this.kernel_size, sigma: this.sigma })
  }
}

/** One colour operation with probability p. Default: 0.5. */
abstract class Sometimes extends PictureTransform {
  readonly p: number

  constructor(p: unknown) {
    super()
    this.p = (p ?? 0.5) as number
  }

  protected abstract _apply(img: Picture): Picture

  protected override __call__(img: Picture): Picture {
    return rand() < this.p ? this._apply(img) : img
  }

  /** @internal What is printed before p. */
  protected _head(): string {
    return ''
  }

  override toString(): string {
    return `${this.constructor.name}(${this._head()}p=${py(this.p)})`
  }
}

/** @see torchvision.transforms.RandomInvert */
export class RandomInvert extends Sometimes {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomInvert.__init__', ['p'], 0, args)['p'])
  }

  protected override _apply(img: Picture): Picture {
    return F.invert(img)
  }
}

/** @see torchvision.transforms.RandomPosterize */
export class RandomPosterize extends Sometimes {
  readonly bits: number

  constructor(...args: Args<[bits: number, p?: number], readonly ['bits', 'p']>) {
    const { bits, p } = bind('RandomPosterize.__init__', ['bits', 'p'], 1, args)
    super(p)
    this.bits = bits as number
  }

  protected override _apply(img: Picture): Picture {
    return F.posterize(img, this.bits)
  }

  protected override _head(): string {
    return `bits=${py(this.bits)},`
  }
}

/** @see torchvision.transforms.RandomSolarize */
export class RandomSolarize extends Sometimes {
  readonly threshold: number

  constructor(...args: Args<[threshold: number, p?: number], readonly ['threshold', 'p']>) {
    const { threshold, p } = bind('RandomSolarize.__init__', ['threshold', 'p'], 1, args)
    super(p)
    this.threshold = threshold as number
  }

  protected override _apply(img: Picture): Picture {
    return F.solarize(img, this.threshold)
  }

  protected override _head(): string {
    return `threshold=${py(this.threshold)},`
  }
}

/** @see torchvision.transforms.RandomAdjustSharpness */
export class RandomAdjustSharpness extends Sometimes {
  readonly sharpness_factor: number

  constructor(...args: Args<[sharpness_factor: number, p?: number], readonly ['sharpness_factor', 'p']>) {
    const { sharpness_factor, p } = bind('RandomAdjustSharpness.__init__', ['sharpness_factor', 'p'], 1, args)
    super(p)
    this.sharpness_factor = sharpness_factor as number
  }

  protected override _apply(img: Picture): Picture {
    return F.adjust_sharpness(img, this.sharpness_factor)
  }

  protected override _head(): string {
    return `sharpness_factor=${py(this.sharpness_factor)},`
  }
}

/** @see torchvision.transforms.RandomAutocontrast */
export class RandomAutocontrast extends Sometimes {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomAutocontrast.__init__', ['p'], 0, args)['p'])
  }

  protected override _apply(img: Picture): Picture {
    return F.autocontrast(img)
  }
}

/** @see torchvision.transforms.RandomEqualize */
export class RandomEqualize extends Sometimes {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomEqualize.__init__', ['p'], 0, args)['p'])
  }

  protected override _apply(img: Picture): Picture {
    return F.equalize(img)
  }
}
