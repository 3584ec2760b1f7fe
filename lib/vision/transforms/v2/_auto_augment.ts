// Policies of augmentation; torchvision.transforms.v2._auto_augment.
import { type Args, bind } from '../../../_args'
import { tensor } from '../../../_creation'
import { is_tensor } from '../../../_dispatch'
import { ValueError } from '../../../_errors'
import { aten } from '../../../_operators'
import { tree_flatten, tree_unflatten } from '../../../_pytree'
import type { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import * as tv from '../../tv_tensors'
import { rand, randint } from '../_base'
import { max_value } from '../_functional_tensor'
import { type AutoAugmentPolicy, type Space, type Step, bits, item, parse_policy, plain, space_of, steps } from '../autoaugment'
import type { Interpolation } from '../functional'
import * as F from './functional'
import type { Input } from './functional'
import { get_size } from './functional/_meta'
import { Transform } from './_transform'
import { type FillArg, check_type, fill_of, pictures, setup_fill } from './_utils'

const degrees = (radians: number): number => radians * (180 / Math.PI)
const signed = (to: number, bins: number): Space[string] => [steps(0, to, bins), true]
const solarize = (bins: number): Space[string] => [steps(1, 0, bins), false]

/** What policies share: exactly one picture of a sample is augmented. */
abstract class Augmentation extends Transform {
  readonly interpolation: Interpolation
  readonly fill: FillArg

  constructor(interpolation: unknown, fill: unknown) {
    super()
    setup_fill(fill)
    this.interpolation = interpolation as Interpolation
    this.fill = fill as FillArg
  }

  protected abstract _augment(picture: Input, size: readonly [height: number, width: number]): Input

  protected override __call__(...inputs: unknown[]): unknown {
    const [flat, spec] = tree_flatten(inputs.length > 1 ? inputs : inputs[0])
    const needs = this._needs_transform_list(flat)
    const found: number[] = []
    flat.forEach((inpt, i) => {
      if (needs[i] && check_type(inpt, pictures)) found.push(i)
      else if (inpt instanceof tv.BoundingBoxes || inpt instanceof tv.Mask || inpt instanceof tv.KeyPoints) {
        throw new TypeError(`Inputs of type ${inpt.constructor.name} are not supported by ${this.constructor.name}()`)
      }
    })
    const [at] = found
    if (at === undefined) throw new TypeError('Found no image in the sample.')
    if (found.length > 1) {
      throw new TypeError(
        `Auto augment transformations are only properly defined for a single image or video, but found ${found.length}.`)
    }
    const picture = flat[at] as Input
    return tree_unflatten(flat.with(at, this._augment(picture, get_size(picture))), spec)
  }

  /** A picture after one operation. */
  protected _apply(picture: Input, name: string, magnitude: number): Input {
    const { interpolation } = this
    const fill = fill_of(setup_fill(this.fill), picture)
    const affine = (translate: number[], shear: number[], center: number[] | null): Input =>
      F.affine(picture, 0, translate, 1, shear, interpolation, fill, center)
    switch (name) {
      case 'Identity': return picture
      case 'ShearX': return affine([0, 0], [degrees(Math.atan(magnitude)), 0], [0, 0])
      case 'ShearY': return affine([0, 0], [0, degrees(Math.atan(magnitude))], [0, 0])
      case 'TranslateX': return affine([Math.trunc(magnitude), 0], [0, 0], null)
      case 'TranslateY': return affine([0, Math.trunc(magnitude)], [0, 0], null)
      case 'Rotate': return F.rotate(picture, magnitude, interpolation, false, null, fill)
      case 'Brightness': return F.adjust_brightness(picture, 1 + magnitude)
      case 'Color': return F.adjust_saturation(picture, 1 + magnitude)
      case 'Contrast': return F.adjust_contrast(picture, 1 + magnitude)
      case 'Sharpness': return F.adjust_sharpness(picture, 1 + magnitude)
      case 'Posterize': return F.posterize(picture, Math.trunc(magnitude))
      case 'Solarize': return F.solarize(picture, (is_tensor(picture) ? max_value((picture as Tensor).dtype) : 255) * magnitude)
      case 'AutoContrast': return F.autocontrast(picture)
      case 'Equalize': return F.equalize(picture)
      case 'Invert': return F.invert(picture)
      default: throw new ValueError(`No transform available for ${name}`)
    }
  }

  /** A picture after an operation of a space that is drawn; `bin` says which of its magnitudes. */
  protected _apply_random(picture: Input, space: Space, bin: () => number): Input {
    const names = Object.keys(space)
    const name = names[randint(0, names.length)]!
    const [values, has_sign] = space[name]!
    return this._apply(picture, name, values === null ? 0 : sign(item(values, bin()), has_sign))
  }
}

const sign = (magnitude: number, has_sign: boolean): number => has_sign && rand() <= 0.5 ? -magnitude : magnitude

const auto_names = ['policy', 'interpolation', 'fill'] as const

/** A pair of operations that was found to help on a data set. @see torchvision.transforms.v2.AutoAugment */
export class AutoAugment extends Augmentation {
  readonly policy: AutoAugmentPolicy
  private readonly _policies: readonly (readonly Step[])[]

  constructor(...args: Args<[policy?: AutoAugmentPolicy | `${AutoAugmentPolicy}`, interpolation?: Interpolation, fill?: FillArg], typeof auto_names>) {
    const { policy = 'imagenet', interpolation = 'nearest', fill = null } = bind('AutoAugment.__init__', auto_names, 0, args)
    super(interpolation, fill)
    this.policy = policy as AutoAugmentPolicy
    this._policies = parse_policy(policy as string)
  }

  protected override _augment(picture: Input, size: readonly [number, number]): Input {
    const space: Space = { ...space_of(10, size), Solarize: solarize(10), Invert: plain }
    return this._policies[randint(0, this._policies.length)]!.reduce((result, [name, p, bin]) => {
      if (!(rand() <= Math.fround(p))) return result
      const [values, has_sign] = space[name]!
      return this._apply(result, name, values === null ? 0 : sign(item(values, bin!), has_sign))
    }, picture)
  }

  override extra_repr(): string {
    return super.extra_repr().replace(/policy=(\w+)/, (_, name: string) => `policy=AutoAugmentPolicy.${name.toUpperCase()}`)
  }
}

const rand_names = ['num_ops', 'magnitude', 'num_magnitude_bins', 'interpolation', 'fill'] as const

/** Some operations of one magnitude. @see torchvision.transforms.v2.RandAugment */
export class RandAugment extends Augmentation {
  readonly num_ops: number
  readonly magnitude: number
  readonly num_magnitude_bins: number

  constructor(...args: Args<
    [num_ops?: number, magnitude?: number, num_magnitude_bins?: number, interpolation?: Interpolation, fill?: FillArg], typeof rand_names>) {
    const bound = bind('RandAugment.__init__', rand_names, 0, args)
    const { num_ops = 2, magnitude = 9, num_magnitude_bins = 31, interpolation = 'nearest', fill = null } = bound
    super(interpolation, fill)
    if (!Number.isInteger(num_ops) || (num_ops as number) < 0) {
      throw new ValueError(`num_ops should be a non-negative integer, but got ${String(num_ops)} instead.`)
    }
    this.num_ops = num_ops as number
    this.magnitude = magnitude as number
    this.num_magnitude_bins = num_magnitude_bins as number
  }

  protected override _augment(picture: Input, size: readonly [number, number]): Input {
    const bins = this.num_magnitude_bins
    const space: Space = { Identity: plain, ...space_of(bins, size), Solarize: solarize(bins) }
    let result = picture
    for (let n = 0; n < this.num_ops; n++) result = this._apply_random(result, space, () => this.magnitude)
    return result
  }
}

const trivial_names = ['num_magnitude_bins', 'interpolation', 'fill'] as const

/** One operation of a random magnitude from a wide range. @see torchvision.transforms.v2.TrivialAugmentWide */
export class TrivialAugmentWide extends Augmentation {
  readonly num_magnitude_bins: number

  constructor(...args: Args<[num_magnitude_bins?: number, interpolation?: Interpolation, fill?: FillArg], typeof trivial_names>) {
    const { num_magnitude_bins = 31, interpolation = 'nearest', fill = null } = bind('TrivialAugmentWide.__init__', trivial_names, 0, args)
    super(interpolation, fill)
    this.num_magnitude_bins = num_magnitude_bins as number
  }

  protected override _augment(picture: Input): Input {
    const bins = this.num_magnitude_bins
    const to = (most: number): Space[string] => signed(most, bins)
    const space: Space = {
      Identity: plain, ShearX: to(0.99), ShearY: to(0.99), TranslateX: to(32), TranslateY: to(32), Rotate: to(135), Brightness: to(0.99),
      Color: to(0.99), Contrast: to(0.99), Sharpness: to(0.99), Posterize: [bits(8, bins, 6), false], Solarize: solarize(bins),
      AutoContrast: plain, Equalize: plain,
    }
    return this._apply_random(picture, space, () => randint(0, bins))
  }
}

const mix_names = ['severity', 'mixture_width', 'chain_depth', 'alpha', 'all_ops', 'interpolation', 'fill'] as const
type MixParams = [
  severity?: number, mixture_width?: number, chain_depth?: number, alpha?: number, all_ops?: boolean, interpolation?: Interpolation, fill?: FillArg,
]

/** A mixture of chains of operations. @see torchvision.transforms.v2.AugMix */
export class AugMix extends Augmentation {
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

  protected override get _floats(): readonly string[] {
    return ['alpha']
  }

  private _space([height, width]: readonly [number, number]): Space {
    const to = (most: number): Space[string] => signed(most, 10)
    const space: Space = {
      ShearX: to(0.3), ShearY: to(0.3), TranslateX: to(width / 3), TranslateY: to(height / 3), Rotate: to(30), Posterize: [bits(4, 10, 4), false],
      Solarize: solarize(10), AutoContrast: plain, Equalize: plain,
    }
    return this.all_ops ? { ...space, Brightness: to(0.9), Color: to(0.9), Contrast: to(0.9), Sharpness: to(0.9) } : space
  }

  private _shares(count: number, batch_size: number): Tensor {
    return aten('_sample_dirichlet')([tensor(new Array<number>(count).fill(this.alpha)).expand([batch_size, -1])]) as Tensor
  }

  protected override _augment(picture: Input, size: readonly [number, number]): Input {
    const source = picture instanceof Image ? F.pil_to_tensor(picture) : picture instanceof tv.TVTensor ? picture.pure() : picture
    const missing = Math.max((picture instanceof tv.Video ? 5 : 4) - source.ndim, 0)
    const batch = source.reshape([...new Array<number>(missing).fill(1), ...source.shape])
    const sizes = [batch.size(0), ...new Array<number>(batch.ndim - 1).fill(1)]
    const share = this._shares(2, sizes[0]!)
    const weights = this._shares(this.mixture_width, sizes[0]!).mul(share.select(1, 1).reshape([sizes[0]!, -1]))
    const space = this._space(size)
    const mix = share.select(1, 0).reshape(sizes).mul(batch)
    for (let i = 0; i < this.mixture_width; i++) {
      let chain: Input = batch
      const depth = this.chain_depth > 0 ? this.chain_depth : randint(1, 4)
      for (let n = 0; n < depth; n++) chain = this._apply_random(chain, space, () => randint(0, this.severity))
      mix.add_(weights.select(1, i).reshape(sizes).mul(chain as Tensor))
    }
    const result = mix.reshape([...source.shape]).to(source.dtype)
    return picture instanceof Image ? F.to_pil_image(result) : tv.wrap(result, { like: picture })
  }
}
