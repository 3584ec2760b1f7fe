// Transforms of colours; torchvision.transforms.v2._color.
import { type Args, bind } from '../../../_args'
import { ValueError } from '../../../_errors'
import { float_repr } from '../../../_python_format'
import { randperm } from '../../../generated/torch_functions'
import type { Tensor } from '../../../tensor'
import { Floats, py, uniform } from '../_base'
import * as v1 from '../colour'
import * as F from './functional'
import { RandomlyApplied, Transform } from './_transform'
import { happens, query_chw } from './_utils'

type Range = readonly number[]

/** Grey, in 1 (default) or 3 channels. @see torchvision.transforms.v2.Grayscale */
export class Grayscale extends Transform {
  readonly num_output_channels: number

  constructor(...args: Args<[num_output_channels?: number], readonly ['num_output_channels']>) {
    super()
    this.num_output_channels = (bind('Grayscale.__init__', ['num_output_channels'], 0, args)['num_output_channels'] ?? 1) as number
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.rgb_to_grayscale, inpt, this.num_output_channels)
  }
}

/** Grey with probability p, in as many channels as before. Default: 0.1. @see torchvision.transforms.v2.RandomGrayscale */
export class RandomGrayscale extends RandomlyApplied<{ channels: number }> {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomGrayscale.__init__', ['p'], 0, args)['p'] ?? 0.1)
  }

  override make_params(flat_inputs: readonly unknown[]): { channels: number } {
    return { channels: query_chw(flat_inputs)[0] }
  }

  override transform(inpt: unknown, { channels }: { channels: number }): unknown {
    return this._call_kernel(F.rgb_to_grayscale, inpt, channels)
  }
}

/** Grey images in three channels. @see torchvision.transforms.v2.RGB */
export class RGB extends Transform {
  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.grayscale_to_rgb, inpt)
  }
}

const jitter_names = ['brightness', 'contrast', 'saturation', 'hue'] as const
type JitterArg = number | Range | null
const adjust = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue] as const
interface Jitter { order: readonly number[], factors: readonly (number | null)[] }

function range_of(value: unknown, name: string, center = 1, bound: readonly [number, number] = [0, Infinity]): Range | null {
  if (value === null || value === undefined) return null
  let range: number[]
  if (typeof value === 'number') {
    if (value < 0) throw new ValueError(`If ${name} is a single number, it must be non negative.`)
    range = [center === 1 ? Math.max(center - value, 0) : center - value, center + value]
  } else if (Array.isArray(value) && value.length === 2) range = value as number[]
  else throw new TypeError(`${name}=${py(value)} should be a single number or a sequence with length 2.`)
  const [low, high] = range as [number, number]
  if (!(bound[0] <= low && low <= high && high <= bound[1])) {
    const limits = center === 1 ? '(0, inf)' : '(-0.5, 0.5)'
    throw new ValueError(`${name} values should be between ${limits} and increasing, but got [${float_repr(low)}, ${float_repr(high)}].`)
  }
  return low === high && low === center ? null : Floats.of_values(range, true)
}

/**
 * Brightness, contrast, saturation and hue changed at random, in a random order.
 *
 * Each is a range of factors, or x for (1 - x, 1 + x); of hue, a range in [-0.5, 0.5], or x for (-x, x). Default: no change.
 * @see torchvision.transforms.v2.ColorJitter
 */
export class ColorJitter extends Transform<Jitter> {
  static readonly get_params = v1.ColorJitter.get_params
  readonly brightness: Range | null
  readonly contrast: Range | null
  readonly saturation: Range | null
  readonly hue: Range | null

  constructor(...args: Args<[brightness?: JitterArg, contrast?: JitterArg, saturation?: JitterArg, hue?: JitterArg], typeof jitter_names>) {
    super()
    const { brightness, contrast, saturation, hue } = bind('ColorJitter.__init__', jitter_names, 0, args)
    this.brightness = range_of(brightness, 'brightness')
    this.contrast = range_of(contrast, 'contrast')
    this.saturation = range_of(saturation, 'saturation')
    this.hue = range_of(hue, 'hue', 0, [-0.5, 0.5])
  }

  override make_params(): Jitter {
    const order = randperm(4).tolist() as number[]
    const ranges = [this.brightness, this.contrast, this.saturation, this.hue]
    return { order, factors: ranges.map(range => range && uniform(range[0]!, range[1]!)) }
  }

  override transform(inpt: unknown, { order, factors }: Jitter): unknown {
    return order.reduce((output, i) => factors[i] === null ? output : this._call_kernel(adjust[i]!, output, factors[i]), inpt)
  }
}

/** The channels in a random order. @see torchvision.transforms.v2.RandomChannelPermutation */
export class RandomChannelPermutation extends Transform<{ permutation: Tensor }> {
  override make_params(flat_inputs: readonly unknown[]): { permutation: Tensor } {
    return { permutation: randperm(query_chw(flat_inputs)[0]) }
  }

  override transform(inpt: unknown, { permutation }: { permutation: Tensor }): unknown {
    return this._call_kernel(F.permute_channels, inpt, permutation)
  }
}

const distort_names = ['brightness', 'contrast', 'saturation', 'hue', 'p'] as const
interface Distortion { steps: readonly (readonly [functional: (typeof adjust)[number], factor: number | null])[], permutation: Tensor | null }

/**
 * Each of brightness, contrast, saturation, hue and the order of channels changed with probability p. Default: 0.5.
 * @see torchvision.transforms.v2.RandomPhotometricDistort
 */
export class RandomPhotometricDistort extends Transform<Distortion> {
  readonly brightness: Range
  readonly contrast: Range
  readonly hue: Range
  readonly saturation: Range
  readonly p: number

  constructor(...args: Args<[brightness?: Range, contrast?: Range, saturation?: Range, hue?: Range, p?: number], typeof distort_names>) {
    super()
    const bound = bind<Record<string, Range> & { p?: number }>('RandomPhotometricDistort.__init__', distort_names, 0, args)
    const range = (name: string, low: number, high: number): Range => bound[name] ?? Floats.of_values([low, high], true)
    this.brightness = range('brightness', 0.875, 1.125)
    this.contrast = range('contrast', 0.5, 1.5)
    this.hue = range('hue', -0.05, 0.05)
    this.saturation = range('saturation', 0.5, 1.5)
    this.p = bound.p ?? 0.5
  }

  override make_params(flat_inputs: readonly unknown[]): Distortion {
    const [channels] = query_chw(flat_inputs)
    const factor = (range: Range): number | null => happens(this.p) ? uniform(range[0]!, range[1]!) : null
    const [brightness, contrast, saturation, hue] = [this.brightness, this.contrast, this.saturation, this.hue].map(factor) as (number | null)[]
    const is_first = happens(0.5)
    const steps: Distortion['steps'] = [
      [F.adjust_brightness, brightness!], [F.adjust_contrast, is_first ? contrast! : null], [F.adjust_saturation, saturation!], [F.adjust_hue, hue!],
      [F.adjust_contrast, is_first ? null : contrast!],
    ]
    return { steps, permutation: happens(this.p) ? randperm(channels) : null }
  }

  override transform(inpt: unknown, { steps, permutation }: Distortion): unknown {
    const output = steps.reduce((picture, [functional, factor]) => factor === null ? picture : this._call_kernel(functional, picture, factor), inpt)
    return permutation === null ? output : this._call_kernel(F.permute_channels, output, permutation)
  }
}

/** With probability p (default: 0.5), values that are equally frequent. @see torchvision.transforms.v2.RandomEqualize */
export class RandomEqualize extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomEqualize.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.equalize, inpt)
  }
}

/** With probability p (default: 0.5), the largest value minus each. @see torchvision.transforms.v2.RandomInvert */
export class RandomInvert extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomInvert.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.invert, inpt)
  }
}

/** With probability p (default: 0.5), only the upper bits. @see torchvision.transforms.v2.RandomPosterize */
export class RandomPosterize extends RandomlyApplied {
  readonly bits: number

  constructor(...args: Args<[bits: number, p?: number], readonly ['bits', 'p']>) {
    const { bits, p } = bind('RandomPosterize.__init__', ['bits', 'p'], 1, args)
    super(p)
    this.bits = bits as number
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.posterize, inpt, this.bits)
  }
}

/** With probability p (default: 0.5), values from a threshold on inverted. @see torchvision.transforms.v2.RandomSolarize */
export class RandomSolarize extends RandomlyApplied {
  readonly threshold: number

  constructor(...args: Args<[threshold: number, p?: number], readonly ['threshold', 'p']>) {
    const { threshold, p } = bind('RandomSolarize.__init__', ['threshold', 'p'], 1, args)
    super(p)
    this.threshold = threshold as number
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.solarize, inpt, this.threshold)
  }
}

/** With probability p (default: 0.5), values stretched to the whole range. @see torchvision.transforms.v2.RandomAutocontrast */
export class RandomAutocontrast extends RandomlyApplied {
  constructor(...args: Args<[p?: number], readonly ['p']>) {
    super(bind('RandomAutocontrast.__init__', ['p'], 0, args)['p'])
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.autocontrast, inpt)
  }
}

/** With probability p (default: 0.5), another sharpness. @see torchvision.transforms.v2.RandomAdjustSharpness */
export class RandomAdjustSharpness extends RandomlyApplied {
  readonly sharpness_factor: number

  constructor(...args: Args<[sharpness_factor: number, p?: number], readonly ['sharpness_factor', 'p']>) {
    const { sharpness_factor, p } = bind('RandomAdjustSharpness.__init__', ['sharpness_factor', 'p'], 1, args)
    super(p)
    this.sharpness_factor = sharpness_factor as number
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.adjust_sharpness, inpt, this.sharpness_factor)
  }
}
