// Chains and conversions; torchvision.transforms.v2._container, _type_conversion and _misc.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../../_args'
import { float32 } from '../../../dtype'
import type { dtype } from '../../../dtype'
import type { Tensor } from '../../../tensor'
import type { Image } from '../../_image'
import { type AnyTransform, Transform, describe, py } from '../_base'
import { to_dtype, to_image } from './functional'
import { Mixture } from './mix'

/** A transform of one input, or of several. */
export type Step = (...inputs: never[]) => unknown

export interface Compose<Output = Tensor> {
  (img: unknown): Output
  (img: unknown, ...others: unknown[]): unknown[]
}

/**
 * Applies transforms one after the other. With several inputs, such as an image and a label, the first one is transformed and the
 * others pass; {@link MixUp} and {@link CutMix} take the first two.
 * @see torchvision.transforms.v2.Compose
 */
export class Compose<Output = Tensor> extends Transform {
  readonly transforms: readonly Step[]

  constructor(...args: Args<[transforms: readonly Step[]], readonly ['transforms']>) {
    super()
    const { transforms } = bind('Compose.__init__', ['transforms'], 1, args)
    if (!Array.isArray(transforms)) throw new TypeError('Argument transforms should be a sequence of callables')
    this.transforms = transforms as Step[]
  }

  protected override __call__(...inputs: unknown[]): Output | unknown[] {
    const result = this.transforms.reduce((values, transform) => {
      if (transform instanceof Mixture) return [...transform(...values as [Tensor, Tensor]), ...values.slice(2)]
      return [(transform as AnyTransform)(values[0] as never), ...values.slice(1)]
    }, inputs)
    return result.length === 1 ? result[0] as Output : result
  }

  override toString(): string {
    return `${this.constructor.name}(\n${this.transforms.map(transform => `      ${describe(transform)}`).join('\n')}\n)`
  }
}

export interface ToImage {
  (inpt: Image | Tensor): Tensor
}

/** An image as a tensor (C, H, W) of its values: see functional.to_image. @see torchvision.transforms.v2.ToImage */
export class ToImage extends Transform {
  protected override __call__(inpt: Image | Tensor): Tensor {
    return to_image(inpt)
  }
}

export interface ToPureTensor {
  <T>(inpt: T): T
}

/** Leaves its input as it is: here every tensor is a pure one. @see torchvision.transforms.v2.ToPureTensor */
export class ToPureTensor extends Transform {
  protected override __call__(inpt: unknown): unknown {
    return inpt
  }
}

export interface Identity {
  <T>(inpt: T): T
}

/** Leaves its input as it is. @see torchvision.transforms.v2.Identity */
export class Identity extends Transform {
  protected override __call__(inpt: unknown): unknown {
    return inpt
  }
}

export interface ToDtype {
  (inpt: Tensor): Tensor
}

/** Another dtype, and with `scale` its range: see functional.to_dtype. @see torchvision.transforms.v2.ToDtype */
export class ToDtype extends Transform {
  readonly dtype: dtype
  readonly scale: boolean

  constructor(...args: Args<[dtype?: dtype, scale?: boolean], readonly ['dtype', 'scale']>) {
    super()
    const { dtype: type = float32, scale = false } = bind('ToDtype.__init__', ['dtype', 'scale'], 0, args)
    this.dtype = type as dtype
    this.scale = scale as boolean
  }

  protected override __call__(inpt: Tensor): Tensor {
    return to_dtype(inpt, this.dtype, this.scale)
  }

  override toString(): string {
    return `${this.constructor.name}(scale=${py(this.scale)})`
  }
}
