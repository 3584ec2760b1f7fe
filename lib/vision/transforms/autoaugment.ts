// Policies of augmentation; torchvision.transforms.autoaugment.
import { type Args, bind } from '../../_args'
import { tensor } from '../../_creation'
import { is_tensor } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import type { Tensor } from '../../tensor'
import { PictureTransform, fill_for, mode_repr, py, randint } from './_base'
import * as F from './functional'
import { type Fill, type Interpolation, type InterpolationMode, type Picture, interpolation_mode } from './functional'

/** @internal Magnitudes of an operation, and whether its sign is drawn. */
export type Magnitudes = readonly [values: Tensor | null, signed: boolean]
/** @internal Operations and their magnitudes. */
export type Space = Record<string, Magnitudes>

const [linspace, arange, rand] = [aten('linspace'), aten('arange'), aten('rand')]
/** @internal */
export const steps = (from: number, to: number, count: number): Tensor => linspace([from, to, count]) as Tensor
/** @internal */
export const bits = (from: number, count: number, range: number): Tensor =>
  (aten('rsub')([(arange([count]) as Tensor).div((count - 1) / range).round(), from]) as Tensor)

const degrees = (radians: number): number => radians * (180 / Math.PI)

/** One operation of a policy. */
function apply_op(img: Picture, name: string, magnitude: number, mode: InterpolationMode, fill: Fill): Picture {
  const shear = (x: number, y: number): Picture => F.affine(img, 0, [0, 0], 1, [x, y], mode, fill, [0, 0])
  const translate = (x: number, y: number): Picture => F.affine(img, 0, [x, y], 1, [0, 0], mode, fill)
  switch (name) {
    case 'ShearX': return shear(degrees(Math.atan(magnitude)), 0)
    case 'ShearY': return shear(0, degrees(Math.atan(magnitude)))
    case 'TranslateX': return translate(Math.trunc(magnitude), 0)
    case 'TranslateY': return translate(0, Math.trunc(magnitude))
    case 'Rotate': return F.rotate(img, magnitude, mode, false, null, fill)
    case 'Brightness': return F.adjust_brightness(img, 1 + magnitude)
    case 'Color': return F.adjust_saturation(img, 1 + magnitude)
    case 'Contrast': return F.adjust_contrast(img, 1 + magnitude)
    case 'Sharpness': return F.adjust_sharpness(img, 1 + magnitude)
    case 'Posterize': return F.posterize(img, Math.trunc(magnitude))
    case 'Solarize': return F.solarize(img, magnitude)
    case 'AutoContrast': return F.autocontrast(img)
    case 'Equalize': return F.equalize(img)
    case 'Invert': return F.invert(img)
    case 'Identity': return img
    default: throw new ValueError(`The provided operator ${name} is not recognized.`)
  }
}

/** @internal */
export const plain: Magnitudes = [null, false]

/** @internal What the operations of most policies draw from. */
export function space_of(bins: number, [height, width]: readonly [number, number]): Space {
  const signed = (to: number): Magnitudes => [steps(0, to, bins), true]
  return {
    ShearX: signed(0.3), ShearY: signed(0.3), TranslateX: signed(150 / 331 * width), TranslateY: signed(150 / 331 * height), Rotate: signed(30),
    Brightness: signed(0.9), Color: signed(0.9), Contrast: signed(0.9), Sharpness: signed(0.9), Posterize: [bits(8, bins, 4), false],
    Solarize: [steps(255, 0, bins), false], AutoContrast: plain, Equalize: plain,
  }
}

/** @internal */
export const item = (values: Tensor, i: number): number => values.select(0, i).item<number>()

/** Modes and fills of a policy's geometry. */
abstract class Policy extends PictureTransform {
  readonly interpolation: InterpolationMode
  readonly fill: Fill

  constructor(interpolation: unknown, fill: unknown) {
    super()
    this.interpolation = interpolation_mode(interpolation as Interpolation)
    this.fill = fill as Fill
  }

  /** The picture after an operation. */
  protected _apply(img: Picture, name: string, magnitude: number): Picture {
    const [channels] = F.get_dimensions(img)
    return apply_op(img, name, magnitude, this.interpolation, fill_for(this.fill, is_tensor(img), channels))
  }

  protected _repr(fields: Record<string, unknown>): string {
    const own = Object.entries(fields).map(([key, value]) => `${key}=${py(value)}`)
    return `${this.constructor.name}(${[...own, `interpolation=${mode_repr(this.interpolation)}`, `fill=${py(this.fill)}`].join(', ')})`
  }
}

/** The data set for which a policy was found. @see torchvision.transforms.AutoAugmentPolicy */
export enum AutoAugmentPolicy {
  IMAGENET = 'imagenet', CIFAR10 = 'cifar10', SVHN = 'svhn',
}

/** Pairs of operations, each with its probability and the number of its magnitude. */
const policies: Record<AutoAugmentPolicy, string> = {
  imagenet: `
    Posterize 0.4 8, Rotate 0.6 9
    Solarize 0.6 5, AutoContrast 0.6
    Equalize 0.8, Equalize 0.6
    Posterize 0.6 7, Posterize 0.6 6
    Equalize 0.4, Solarize 0.2 4
    Equalize 0.4, Rotate 0.8 8
    Solarize 0.6 3, Equalize 0.6
    Posterize 0.8 5, Equalize 1
    Rotate 0.2 3, Solarize 0.6 8
    Equalize 0.6, Posterize 0.4 6
    Rotate 0.8 8, Color 0.4 0
    Rotate 0.4 9, Equalize 0.6
    Equalize 0, Equalize 0.8
    Invert 0.6, Equalize 1
    Color 0.6 4, Contrast 1 8
    Rotate 0.8 8, Color 1 2
    Color 0.8 8, Solarize 0.8 7
    Sharpness 0.4 7, Invert 0.6
    ShearX 0.6 5, Equalize 1
    Color 0.4 0, Equalize 0.6
    Equalize 0.4, Solarize 0.2 4
    Solarize 0.6 5, AutoContrast 0.6
    Invert 0.6, Equalize 1
    Color 0.6 4, Contrast 1 8
    Equalize 0.8, Equalize 0.6`,
  cifar10: `
    Invert 0.1, Contrast 0.2 6
    Rotate 0.7 2, TranslateX 0.3 9
    Sharpness 0.8 1, Sharpness 0.9 3
    ShearY 0.5 8, TranslateY 0.7 9
    AutoContrast 0.5, Equalize 0.9
    ShearY 0.2 7, Posterize 0.3 7
    Color 0.4 3, Brightness 0.6 7
    Sharpness 0.3 9, Brightness 0.7 9
    Equalize 0.6, Equalize 0.5
    Contrast 0.6 7, Sharpness 0.6 5
    Color 0.7 7, TranslateX 0.5 8
    Equalize 0.3, AutoContrast 0.4
    TranslateY 0.4 3, Sharpness 0.2 6
    Brightness 0.9 6, Color 0.2 8
    Solarize 0.5 2, Invert 0
    Equalize 0.2, AutoContrast 0.6
    Equalize 0.2, Equalize 0.6
    Color 0.9 9, Equalize 0.6
    AutoContrast 0.8, Solarize 0.2 8
    Brightness 0.1 3, Color 0.7 0
    Solarize 0.4 5, AutoContrast 0.9
    TranslateY 0.9 9, TranslateY 0.7 9
    AutoContrast 0.9, Solarize 0.8 3
    Equalize 0.8, Invert 0.1
    TranslateY 0.7 9, AutoContrast 0.9`,
  svhn: `
    ShearX 0.9 4, Invert 0.2
    ShearY 0.9 8, Invert 0.7
    Equalize 0.6, Solarize 0.6 6
    Invert 0.9, Equalize 0.6
    Equalize 0.6, Rotate 0.9 3
    ShearX 0.9 4, AutoContrast 0.8
    ShearY 0.9 8, Invert 0.4
    ShearY 0.9 5, Solarize 0.2 6
    Invert 0.9, AutoContrast 0.8
    Equalize 0.6, Rotate 0.9 3
    ShearX 0.9 4, Solarize 0.3 3
    ShearY 0.8 8, Invert 0.7
    Equalize 0.9, TranslateY 0.6 6
    Invert 0.9, Equalize 0.6
    Contrast 0.3 3, Rotate 0.8 4
    Invert 0.8, TranslateY 0 2
    ShearY 0.7 6, Solarize 0.4 8
    Invert 0.6, Rotate 0.8 4
    ShearY 0.3 7, TranslateX 0.9 3
    ShearX 0.1 6, Invert 0.6
    Solarize 0.7 2, TranslateY 0.6 7
    ShearY 0.8 4, Invert 0.8
    ShearX 0.7 9, TranslateY 0.8 3
    ShearY 0.8 5, AutoContrast 0.7
    ShearX 0.7 2, Invert 0.1`,
}

/** @internal */
export type Step = readonly [name: string, p: number, magnitude: number | null]

/** @internal */
export function parse_policy(policy: string): Step[][] {
  const text = policies[policy as AutoAugmentPolicy]
  if (text === undefined) throw new ValueError(`The provided policy ${policy} is not recognized.`)
  const step = (one: string): Step => {
    const [name, p, magnitude] = one.trim().split(' ') as [string, string, string?]
    return [name, Number(p), magnitude === undefined ? null : Number(magnitude)]
  }
  return text.trim().split('\n').map(line => line.split(',').map(step))
}

const auto_names = ['policy', 'interpolation', 'fill'] as const

/** A pair of operations that was found to help on a data set. @see torchvision.transforms.AutoAugment */
export class AutoAugment extends Policy {
  readonly policy: AutoAugmentPolicy
  readonly policies: readonly (readonly Step[])[]

  constructor(...args: Args<[policy?: AutoAugmentPolicy | `${AutoAugmentPolicy}`, interpolation?: Interpolation, fill?: Fill], typeof auto_names>) {
    const { policy = 'imagenet', interpolation = 'nearest', fill = null } = bind('AutoAugment.__init__', auto_names, 0, args)
    super(interpolation, fill)
    this.policy = policy as AutoAugmentPolicy
    this.policies = parse_policy(policy as string)
  }

  /** The number of a pair, and for each of its operations a number in [0, 1) and a sign. */
  static get_params(transform_num: number): [number, number[], number[]] {
    const id = randint(0, transform_num)
    const probs = (rand([[2]]) as Tensor).tolist() as number[]
    return [id, probs, (aten('randint')([0, 2, [2]]) as Tensor).tolist() as number[]]
  }

  protected override __call__(img: Picture): Picture {
    const [, height, width] = F.get_dimensions(img)
    const [id, probs, signs] = AutoAugment.get_params(this.policies.length)
    const space: Space = { ...space_of(10, [height, width]), Invert: plain }
    return this.policies[id]!.reduce((picture, [name, p, bin], i) => {
      if (!(probs[i]! <= p)) return picture
      const [values, signed] = space[name]!
      const magnitude = bin === null ? 0 : item(values!, bin)
      return this._apply(picture, name, signed && signs[i] === 0 ? -magnitude : magnitude)
    }, img)
  }

  override toString(): string {
    return `${this.constructor.name}(policy=AutoAugmentPolicy.${this.policy.toUpperCase()}, fill=${py(this.fill)})`
  }
}

const rand_names = ['num_ops', 'magnitude', 'num_magnitude_bins', 'interpolation', 'fill'] as const

/** Some operations of one magnitude. @see torchvision.transforms.RandAugment */
export class RandAugment extends Policy {
  readonly num_ops: number
  readonly magnitude: number
  readonly num_magnitude_bins: number

  constructor(...args: Args<
    [num_ops?: number, magnitude?: number, num_magnitude_bins?: number, interpolation?: Interpolation, fill?: Fill], typeof rand_names>) {
    const bound = bind('RandAugment.__init__', rand_names, 0, args)
    const { num_ops = 2, magnitude = 9, num_magnitude_bins = 31, interpolation = 'nearest', fill = null } = bound
    super(interpolation, fill)
    this.num_ops = num_ops as number
    this.magnitude = magnitude as number
    this.num_magnitude_bins = num_magnitude_bins as number
  }

  protected override __call__(img: Picture): Picture {
    const [, height, width] = F.get_dimensions(img)
    const space: Space = { Identity: plain, ...space_of(this.num_magnitude_bins, [height, width]) }
    const names = Object.keys(space)
    let picture = img
    for (let n = 0; n < this.num_ops; n++) {
      const name = names[randint(0, names.length)]!
      const [values, signed] = space[name]!
      const magnitude = values === null ? 0 : item(values, this.magnitude)
      picture = this._apply(picture, name, signed && randint(0, 2) !== 0 ? -magnitude : magnitude)
    }
    return picture
  }

  override toString(): string {
    const { num_ops, magnitude, num_magnitude_bins } = this
    return this._repr({ num_ops, magnitude, num_magnitude_bins })
  }
}

const trivial_names = ['num_magnitude_bins', 'interpolation', 'fill'] as const

/** One operation of a random magnitude from a wide range. @see torchvision.transforms.TrivialAugmentWide */
export class TrivialAugmentWide extends Policy {
  readonly num_magnitude_bins: number

  constructor(...args: Args<[num_magnitude_bins?: number, interpolation?: Interpolation, fill?: Fill], typeof trivial_names>) {
    const { num_magnitude_bins = 31, interpolation = 'nearest', fill = null } = bind('TrivialAugmentWide.__init__', trivial_names, 0, args)
    super(interpolation, fill)
    this.num_magnitude_bins = num_magnitude_bins as number
  }

  protected override __call__(img: Picture): Picture {
    const bins = this.num_magnitude_bins
    const signed = (to: number): Magnitudes => [steps(0, to, bins), true]
    const space: Space = {
      Identity: plain, ShearX: signed(0.99), ShearY: signed(0.99), TranslateX: signed(32), TranslateY: signed(32), Rotate: signed(135),
      Brightness: signed(0.99), Color: signed(0.99), Contrast: signed(0.99), Sharpness: signed(0.99), Posterize: [bits(8, bins, 6), false],
      Solarize: [steps(255, 0, bins), false], AutoContrast: plain, Equalize: plain,
    }
    const names = Object.keys(space)
    const name = names[randint(0, names.length)]!
    const [values, is_signed] = space[name]!
    const magnitude = values === null ? 0 : item(values, randint(0, bins))
    return this._apply(img, name, is_signed && randint(0, 2) !== 0 ? -magnitude : magnitude)
  }

  override toString(): string {
    return this._repr({ num_magnitude_bins: this.num_magnitude_bins })
  }
}

const mix_names = ['severity', 'mixture_width', 'chain_depth', 'alpha', 'all_ops', 'interpolation', 'fill'] as const
type MixParams = [
  severity?: number, mixture_width?: number, chain_depth?: number, alpha?: number, all_ops?: boolean, interpolation?: Interpolation, fill?: Fill,
]

/** A mixture of chains of operations. @see torchvision.transforms.AugMix */
export class AugMix extends Policy {
  readonly severity: number
  readonly mixture_width: number
  readonly chain_depth: number
  readonly alpha: number
  readonly all_ops: boolean

  constructor(...args: Args<MixParams, typeof mix_names>) {
    const bound = bind('AugMix.__init__', mix_names, 0, args)
    const { severity = 3, mixture_width = 3, chain_depth = -1, alpha = 1, all_ops = true, interpolation = 'bilinear', fill = null } = bound
    super(interpolation, fill)
    this.severity = severity as number
    if (!(this.severity >= 1 && this.severity <= 10)) throw new ValueError(`The severity must be between [1, 10]. Got ${this.severity} instead.`)
    this.mixture_width = mixture_width as number
    this.chain_depth = chain_depth as number
    this.alpha = alpha as number
    this.all_ops = all_ops as boolean
  }

  private _space([height, width]: readonly [number, number]): Space {
    const signed = (to: number): Magnitudes => [steps(0, to, 10), true]
    const space: Space = {
      ShearX: signed(0.3), ShearY: signed(0.3), TranslateX: signed(width / 3), TranslateY: signed(height / 3), Rotate: signed(30),
      Posterize: [bits(4, 10, 4), false], Solarize: [steps(255, 0, 10), false], AutoContrast: plain, Equalize: plain,
    }
    if (!this.all_ops) return space
    return { ...space, Brightness: signed(0.9), Color: signed(0.9), Contrast: signed(0.9), Sharpness: signed(0.9) }
  }

  private _chain(batch: Tensor, space: Space): Tensor {
    const names = Object.keys(space)
    const depth = this.chain_depth > 0 ? this.chain_depth : randint(1, 4)
    let picture: Picture = batch
    for (let n = 0; n < depth; n++) {
      const name = names[randint(0, names.length)]!
      const [values, signed] = space[name]!
      const magnitude = values === null ? 0 : item(values, randint(0, this.severity))
      picture = this._apply(picture, name, signed && randint(0, 2) !== 0 ? -magnitude : magnitude)
    }
    return picture as Tensor
  }

  protected override __call__(img: Picture): Picture {
    const [, height, width] = F.get_dimensions(img)
    const source = is_tensor(img) ? img as Tensor : F.pil_to_tensor(img as never)
    const space = this._space([height, width])
    const batch = source.view([...new Array<number>(Math.max(4 - source.ndim, 0)).fill(1), ...source.shape])
    const size = batch.size(0)
    const ones = new Array<number>(batch.ndim - 1).fill(1)
    const dirichlet = (count: number): Tensor =>
      aten('_sample_dirichlet')([tensor(new Array<number>(count).fill(this.alpha)).expand([size, -1])]) as Tensor
    const share = dirichlet(2)
    const weights = dirichlet(this.mixture_width).mul(share.select(1, 1).view([size, -1]))
    const mix = share.select(1, 0).view([size, ...ones]).mul(batch)
    for (let i = 0; i < this.mixture_width; i++) mix.add_(weights.select(1, i).view([size, ...ones]).mul(this._chain(batch, space)))
    const result = mix.view([...source.shape]).to(source.dtype)
    return is_tensor(img) ? result : F.to_pil_image(result)
  }

  override toString(): string {
    const { severity, mixture_width, chain_depth, alpha, all_ops } = this
    return this._repr({ severity, mixture_width, chain_depth, alpha, all_ops }).replace(/alpha=(\d+),/, 'alpha=$1.0,')
  }
}
