// Transforms of images as callable objects; torchvision.transforms.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../_args'
import { from_numpy } from '../../_creation'
import { get_default_dtype } from '../../_defaults'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { float_repr } from '../../_python_format'
import { type_name } from '../../_typename'
import { type dtype, float32 } from '../../dtype'
import { type Tensor, elements } from '../../tensor'
import { Image, type ImageMode } from '../_image'
import { type AnyTransform, Transform, describe, py, rand } from './_base'
import {
  type PerChannel, convert_image_dtype, normalize, pil_to_tensor, scaled_values, to_pil_image, to_planes, to_tensor, to_tensor_batched,
} from './functional'

export { type AnyTransform, describe } from './_base'

/** A transform that can also take a whole batch. */
export interface Batched {
  /**
   * The transform of a batch: the same bits as of each sample, then stacked. Grey images come as uint8 (N, H, W), tensors with a
   * first dimension of N. Null if it has no such form for this batch: then samples are transformed one by one.
   */
  batched(batch: Tensor): Tensor | null
}

/** The batched form of a transform, or null. @internal */
export function apply_batched(transform: AnyTransform, batch: Tensor): Tensor | null {
  return 'batched' in transform ? (transform as unknown as Batched).batched(batch) : null
}

export interface Compose<Output = Tensor> {
  (img: unknown): Output
}

/**
 * Applies transforms one after the other.
 * @example new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
 * @see torchvision.transforms.Compose
 */
export class Compose<Output = Tensor> extends Transform implements Batched {
  readonly transforms: readonly AnyTransform[]

  constructor(...args: Args<[transforms: readonly AnyTransform[]], readonly ['transforms']>) {
    super()
    this.transforms = bind('Compose.__init__', ['transforms'], 1, args)['transforms'] as AnyTransform[]
  }

  protected override __call__(img: unknown): Output {
    for (let i = 0; i < this.transforms.length; i++) {
      const [transform, next] = [this.transforms[i]!, this.transforms[i + 1]]
      const both = img instanceof Image && transform.constructor === ToTensor && next?.constructor === Normalize
        ? (next as unknown as Normalize)._of_image(img) : null
      img = both ?? transform(img as never)
      if (both !== null) i++
    }
    return img as Output
  }

  batched(batch: Tensor): Tensor | null {
    let result: Tensor | null = batch
    for (const transform of this.transforms) {
      result = apply_batched(transform, result)
      if (result === null) return null
    }
    return result
  }

  override toString(): string {
    return `${this.constructor.name}(${this.transforms.map((transform) => `\n    ${describe(transform)}`).join('')}\n)`
  }
}

export interface ToTensor {
  (pic: Image): Tensor
}

/**
 * Converts an image with values in [0, 255] to a tensor (C, H, W) of the default dtype in [0, 1].
 * @see torchvision.transforms.ToTensor
 */
export class ToTensor extends Transform implements Batched {
  protected override __call__(pic: Image): Tensor {
    return to_tensor(pic)
  }

  batched(batch: Tensor): Tensor | null {
    return to_tensor_batched(batch)
  }
}

export interface Normalize {
  (img: Tensor): Tensor
}

const normalize_names = ['mean', 'std', 'inplace'] as const

/**
 * Normalizes each channel of a float tensor (..., C, H, W): (x - mean) / std.
 *
 * @param mean - one number per channel
 * @param std - one number per channel
 * @param inplace - change the tensor itself. Default: false.
 * @see torchvision.transforms.Normalize
 */
export class Normalize extends Transform implements Batched {
  readonly mean: PerChannel
  readonly std: PerChannel
  readonly inplace: boolean

  constructor(...args: Args<[mean: PerChannel, std: PerChannel, inplace?: boolean], typeof normalize_names>) {
    super()
    const { mean, std, inplace = false } = bind('Normalize.__init__', normalize_names, 2, args)
    this.mean = mean as PerChannel
    this.std = std as PerChannel
    this.inplace = inplace as boolean
  }

  protected override __call__(img: Tensor): Tensor {
    return normalize(img, this.mean, this.std, this.inplace)
  }

  private _fits(channels: number): boolean {
    return [this.mean, this.std].every(values => typeof values === 'number' || values.length === 1 || values.length === channels)
  }

  // What each of the 256 values of an image becomes by ToTensor and this, for the means and deviations that the key names.
  private _tables: { key: string, tables: Float32Array } = { key: '', tables: new Float32Array() }

  /** What ToTensor and then this make of an image, in one step; null where they must be asked one by one. @internal */
  _of_image(img: Image): Tensor | null {
    const { channels } = img
    if (get_default_dtype() !== float32 || !this._fits(channels)) return null
    const key = [channels, this.mean, this.std].join()
    if (this._tables.key !== key) {
      const values = from_numpy(scaled_values(channels)).view([channels, 1, 256])
      this._tables = { key, tables: elements(normalize(values, this.mean, this.std)) as Float32Array }
    }
    return to_planes(img, this._tables.tables)
  }

  batched(batch: Tensor): Tensor | null {
    // A batch of what is too small for an image, or of another number of channels, must fail as each sample does.
    const channels = batch.ndim === 4 ? batch.shape[1] : undefined
    if (channels === undefined || !batch.dtype.is_floating_point || !this._fits(channels)) return null
    return normalize(batch, this.mean, this.std, this.inplace)
  }

  override toString(): string {
    const one = (value: number): string => (Number.isInteger(value) ? String(value) : float_repr(value))
    const list = (values: PerChannel): string => (typeof values === 'number' ? one(values) : `[${values.map(one).join(', ')}]`)
    return `${this.constructor.name}(mean=${list(this.mean)}, std=${list(this.std)})`
  }
}

export interface Lambda<Input = never, Output = unknown> {
  (img: Input): Output
}

/**
 * Applies a function of the user.
 * @throws {TypeError} if `lambd` is no function
 * @see torchvision.transforms.Lambda
 */
export class Lambda<Input = never, Output = unknown> extends Transform {
  readonly lambd: (img: Input) => Output

  constructor(...args: Args<[lambd: (img: Input) => Output], readonly ['lambd']>) {
    super()
    const { lambd } = bind('Lambda.__init__', ['lambd'], 1, args)
    if (typeof lambd !== 'function') {
      throw new TypeError(`Argument lambd should be callable, got '${type_name(lambd)}'`)
    }
    this.lambd = lambd as (img: Input) => Output
  }

  protected override __call__(img: Input): Output {
    return this.lambd(img)
  }
}

export interface PILToTensor {
  (pic: Image): Tensor
}

/** Converts an image to a tensor (C, H, W) of its values, uint8. @see torchvision.transforms.PILToTensor */
export class PILToTensor extends Transform {
  protected override __call__(pic: Image): Tensor {
    return pil_to_tensor(pic)
  }
}

export interface ToPILImage {
  (pic: Tensor): Image
}

/** Converts a tensor to an image: see functional.to_pil_image. @see torchvision.transforms.ToPILImage */
export class ToPILImage extends Transform {
  readonly mode: ImageMode | null

  constructor(...args: Args<[mode?: ImageMode | null], readonly ['mode']>) {
    super()
    this.mode = (bind('ToPILImage.__init__', ['mode'], 0, args)['mode'] ?? null) as ImageMode | null
  }

  protected override __call__(pic: Tensor): Image {
    return to_pil_image(pic, this.mode)
  }

  override toString(): string {
    return `${this.constructor.name}(${this.mode === null ? '' : `mode=${this.mode}`})`
  }
}

export interface ConvertImageDtype {
  (image: Tensor): Tensor
}

/** Converts values to the range of another dtype: see functional.convert_image_dtype. @see torchvision.transforms.ConvertImageDtype */
export class ConvertImageDtype extends Transform {
  readonly dtype: dtype

  constructor(...args: Args<[dtype: dtype], readonly ['dtype']>) {
    super()
    this.dtype = bind('ConvertImageDtype.__init__', ['dtype'], 1, args)['dtype'] as dtype
  }

  protected override __call__(image: Tensor): Tensor {
    return convert_image_dtype(image, this.dtype)
  }
}

const linear_names = ['transformation_matrix', 'mean_vector'] as const

export interface LinearTransformation {
  (tensor: Tensor): Tensor
}

/** (x - mean) @ matrix of the flat picture, as for whitening. @see torchvision.transforms.LinearTransformation */
export class LinearTransformation extends Transform {
  readonly transformation_matrix: Tensor
  readonly mean_vector: Tensor

  constructor(...args: Args<[transformation_matrix: Tensor, mean_vector: Tensor], typeof linear_names>) {
    super()
    const { transformation_matrix: matrix, mean_vector: mean } =
      bind<{ transformation_matrix: Tensor, mean_vector: Tensor }>('LinearTransformation.__init__', linear_names, 2, args)
    if (matrix.size(0) !== matrix.size(1)) {
      throw new ValueError(`transformation_matrix should be square. Got (${matrix.shape.join(', ')}) rectangular matrix.`)
    }
    if (mean.size(0) !== matrix.size(0)) {
      throw new ValueError(
        `mean_vector should have the same length ${mean.size(0)} as any one of the dimensions of the transformation_matrix [(${matrix.shape.join(', ')})]`)
    }
    this.transformation_matrix = matrix
    this.mean_vector = mean
  }

  protected override __call__(tensor: Tensor): Tensor {
    const { shape } = tensor
    const sizes = shape.slice(-3)
    const n = sizes.reduce((product, size) => product * size, 1)
    if (n !== this.transformation_matrix.size(0)) {
      throw new ValueError(
        `Input tensor and transformation matrix have incompatible shape.[${sizes.join(' x ')}] != ${this.transformation_matrix.size(0)}`)
    }
    const flat = tensor.view([-1, n]).sub(this.mean_vector)
    return flat.mm(this.transformation_matrix.to(flat.dtype)).view([...shape])
  }

  override toString(): string {
    const list = (x: unknown): string => Array.isArray(x) ? `[${x.map(list).join(', ')}]` : float_repr(x as number)
    return `${this.constructor.name}(transformation_matrix=${list(this.transformation_matrix.tolist())}, mean_vector=${list(this.mean_vector.tolist())})`
  }
}

/** Transforms of which some are applied, by chance. */
abstract class Several extends Transform {
  readonly transforms: readonly AnyTransform[]

  constructor(transforms: unknown) {
    super()
    if (!Array.isArray(transforms)) throw new TypeError('Argument transforms should be a sequence')
    this.transforms = transforms as AnyTransform[]
  }

  override toString(): string {
    return `${this.constructor.name}(${this.transforms.map(transform => `\n    ${describe(transform)}`).join('')}\n)`
  }
}

export interface RandomApply {
  <T>(img: T): T
}

/** All of the transforms with probability p, else none. Default: 0.5. @see torchvision.transforms.RandomApply */
export class RandomApply extends Several {
  readonly p: number

  constructor(...args: Args<[transforms: readonly AnyTransform[], p?: number], readonly ['transforms', 'p']>) {
    const { transforms, p = 0.5 } = bind('RandomApply.__init__', ['transforms', 'p'], 1, args)
    super(transforms)
    this.p = p as number
  }

  protected override __call__(img: unknown): unknown {
    if (this.p < rand()) return img
    return this.transforms.reduce((picture, transform) => transform(picture as never), img)
  }

  override toString(): string {
    return `${this.constructor.name}(\n    p=${py(this.p)}${this.transforms.map(transform => `\n    ${describe(transform)}`).join('')}\n)`
  }
}

export interface RandomOrder {
  <T>(img: T): T
}

/** All of the transforms in a random order, by torch's random numbers (in Python: by `random`). @see torchvision.transforms.RandomOrder */
export class RandomOrder extends Several {
  constructor(...args: Args<[transforms: readonly AnyTransform[]], readonly ['transforms']>) {
    super(bind('RandomOrder.__init__', ['transforms'], 1, args)['transforms'])
  }

  protected override __call__(img: unknown): unknown {
    const order = (aten('randperm')([this.transforms.length]) as Tensor).tolist() as number[]
    return order.reduce((picture, i) => this.transforms[i]!(picture as never), img)
  }
}

export interface RandomChoice {
  <T>(img: T): T
}

/** One of the transforms, by torch's random numbers (in Python: by `random`). @see torchvision.transforms.RandomChoice */
export class RandomChoice extends Several {
  readonly p: readonly number[] | null

  constructor(...args: Args<[transforms: readonly AnyTransform[], p?: readonly number[] | null], readonly ['transforms', 'p']>) {
    const { transforms, p = null } = bind('RandomChoice.__init__', ['transforms', 'p'], 1, args)
    super(transforms)
    if (p !== null && !Array.isArray(p)) throw new TypeError('Argument p should be a sequence')
    if (Array.isArray(p) && p.length !== this.transforms.length) throw new ValueError('The number of weights does not match the population')
    this.p = p as readonly number[] | null
  }

  protected override __call__(img: unknown): unknown {
    const weights = this.p ?? this.transforms.map(() => 1)
    let left = rand() * weights.reduce((sum, weight) => sum + weight, 0)
    const chosen = weights.findIndex(weight => (left -= weight) < 0)
    return this.transforms[chosen < 0 ? weights.length - 1 : chosen]!(img as never)
  }

  override toString(): string {
    return `${super.toString()}(p=${py(this.p)})`
  }
}
