// From images to tensors and back, other formats of boxes; torchvision.transforms.v2._type_conversion, ._meta, ._temporal.
import { type Args, bind } from '../../../_args'
import { ValueError } from '../../../_errors'
import { warn } from '../../../_warnings'
import { Tensor } from '../../../tensor'
import { Image, type ImageMode } from '../../_image'
import * as tv from '../../tv_tensors'
import { to_tensor } from '../functional'
import * as F from './functional'
import { Transform } from './_transform'
import type { TypeOrCheck } from './_utils'

export interface PILToTensor {
  (inpt: Image): Tensor
  <T = unknown>(...inputs: unknown[]): T
}

/** An image as a tensor (C, H, W) of its values, uint8. @see torchvision.transforms.v2.PILToTensor */
export class PILToTensor extends Transform {
  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [Image]
  }

  override transform(inpt: Image): Tensor {
    return F.pil_to_tensor(inpt)
  }
}

export interface ToImage {
  (inpt: Image | Tensor): tv.Image
  <T = unknown>(...inputs: unknown[]): T
}

/** A decoded image or a plain tensor as a tv_tensors.Image of the same values. @see torchvision.transforms.v2.ToImage */
export class ToImage extends Transform {
  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [F.is_pure_tensor, Image]
  }

  override transform(inpt: Tensor | Image): tv.Image {
    return F.to_image(inpt)
  }
}

export interface ToPILImage {
  (inpt: Tensor): Image
  <T = unknown>(...inputs: unknown[]): T
}

/** A tensor as a decoded image. @param mode - Default: by the number of channels. @see torchvision.transforms.v2.ToPILImage */
export class ToPILImage extends Transform {
  readonly mode: ImageMode | null

  constructor(...args: Args<[mode?: ImageMode | null], readonly ['mode']>) {
    super()
    this.mode = (bind('ToPILImage.__init__', ['mode'], 0, args)['mode'] ?? null) as ImageMode | null
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [F.is_pure_tensor, tv.Image]
  }

  override transform(inpt: Tensor): Image {
    return F.to_pil_image(inpt, this.mode)
  }
}

export interface ToPureTensor {
  (inpt: Tensor): Tensor
  <T = unknown>(...inputs: unknown[]): T
}

/** Tensors of tv_tensors as plain ones. @see torchvision.transforms.v2.ToPureTensor */
export class ToPureTensor extends Transform {
  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [tv.TVTensor]
  }

  override transform(inpt: tv.TVTensor): Tensor {
    return inpt.pure()
  }
}

/** Boxes in another format. @see torchvision.transforms.v2.ConvertBoundingBoxFormat */
export class ConvertBoundingBoxFormat extends Transform {
  readonly format: tv.BoxFormat

  constructor(...args: Args<[format: tv.BoxFormat], readonly ['format']>) {
    super()
    this.format = bind('ConvertBoundingBoxFormat.__init__', ['format'], 1, args)['format'] as tv.BoxFormat
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [tv.BoundingBoxes]
  }

  override transform(inpt: tv.BoundingBoxes): tv.BoundingBoxes {
    return F.convert_bounding_box_format(inpt, { new_format: this.format })
  }
}

/** Boxes cut off at the borders of their picture. @param clamping_mode - Default: 'auto'. @see torchvision.transforms.v2.ClampBoundingBoxes */
export class ClampBoundingBoxes extends Transform {
  readonly clamping_mode: tv.ClampingMode | 'auto'

  constructor(...args: Args<[clamping_mode?: tv.ClampingMode | 'auto'], readonly ['clamping_mode']>) {
    super()
    const { clamping_mode = 'auto' } = bind('ClampBoundingBoxes.__init__', ['clamping_mode'], 0, args)
    this.clamping_mode = clamping_mode as tv.ClampingMode
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [tv.BoundingBoxes]
  }

  override transform(inpt: tv.BoundingBoxes): tv.BoundingBoxes {
    return F.clamp_bounding_boxes(inpt, { clamping_mode: this.clamping_mode })
  }
}

/** Points moved onto their picture. @see torchvision.transforms.v2.ClampKeyPoints */
export class ClampKeyPoints extends Transform {
  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [tv.KeyPoints]
  }

  override transform(inpt: tv.KeyPoints): tv.KeyPoints {
    return F.clamp_keypoints(inpt)
  }
}

/** What later transforms do with boxes that leave the picture. @see torchvision.transforms.v2.SetClampingMode */
export class SetClampingMode extends Transform {
  readonly clamping_mode: tv.ClampingMode

  constructor(...args: Args<[clamping_mode: tv.ClampingMode], readonly ['clamping_mode']>) {
    super()
    const { clamping_mode } = bind('SetClampingMode.__init__', ['clamping_mode'], 1, args)
    if (![null, 'soft', 'hard'].includes(clamping_mode as null)) {
      throw new ValueError(`clamping_mode must be soft, hard or None, got ${String(clamping_mode)}`)
    }
    this.clamping_mode = clamping_mode as tv.ClampingMode
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [tv.BoundingBoxes]
  }

  override transform(inpt: tv.BoundingBoxes): tv.BoundingBoxes {
    return tv.wrap(inpt, { like: inpt, clamping_mode: this.clamping_mode })
  }
}

/** Images of a video at equal distances. @see torchvision.transforms.v2.UniformTemporalSubsample */
export class UniformTemporalSubsample extends Transform {
  readonly num_samples: number

  constructor(...args: Args<[num_samples: number], readonly ['num_samples']>) {
    super()
    this.num_samples = bind('UniformTemporalSubsample.__init__', ['num_samples'], 1, args)['num_samples'] as number
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [Tensor]
  }

  override transform(inpt: Tensor): Tensor {
    return this._call_kernel(F.uniform_temporal_subsample, inpt, this.num_samples)
  }
}

export interface ToTensor {
  (inpt: Image): Tensor
  <T = unknown>(...inputs: unknown[]): T
}

/** An image as floats in [0, 1]. @deprecated in favour of ToImage and ToDtype @see torchvision.transforms.v2.ToTensor */
export class ToTensor extends Transform {
  constructor() {
    super()
    warn('The transform `ToTensor()` is deprecated and will be removed in a future release. Instead, please use ' +
      '`v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])`.Output is equivalent up to float precision.')
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [Image]
  }

  override transform(inpt: Image): Tensor {
    return to_tensor(inpt)
  }
}
