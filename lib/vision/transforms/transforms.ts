// Transforms of images as callable objects; torchvision.transforms.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../_args'
import { Callable } from '../../_callable'
import { float_repr } from '../../_python_format'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'
import type { Image } from '../_image'
import { type PerChannel, normalize, to_tensor, to_tensor_batched } from './functional'

/** A function or transform that takes a sample, whatever its type. */
export type AnyTransform = (input: never) => unknown

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

/** What the transforms of this file share: they are called like functions, and print as in Python. */
abstract class Transform extends Callable {
  override toString(): string {
    return `${this.constructor.name}()`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
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
    for (const transform of this.transforms) img = transform(img as never)
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

/** The text of a transform; a plain function prints as in Python, not as its source. */
export function describe(transform: (...args: never[]) => unknown): string {
  return transform instanceof Callable ? String(transform) : `<function ${transform.name || '<lambda>'}>`
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

  batched(batch: Tensor): Tensor | null {
    // A batch of what is too small for an image, or of another number of channels, must fail as each sample does.
    const channels = batch.ndim === 4 ? batch.shape[1] : undefined
    const fits = (values: PerChannel): boolean => typeof values === 'number' || values.length === 1 || values.length === channels
    if (channels === undefined || !batch.dtype.is_floating_point || !fits(this.mean) || !fits(this.std)) return null
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
