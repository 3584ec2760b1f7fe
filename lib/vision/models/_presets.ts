// How images are prepared for pre-trained models: torchvision.transforms._presets.
import { float32 } from '../../dtype'
import { Module } from '../../nn'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'
import * as functional from '../transforms/functional'

/** What the preparation depends on. */
export interface Preset {
  readonly crop_size: number
  /** Default: 256. */
  readonly resize_size?: number
  /** Default: those of ImageNet. */
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
  /** Default: 'bilinear'. */
  readonly interpolation?: 'bilinear' | 'bicubic'
}

/**
 * Prepares images for a classifier: the shorter side is resized, the middle cut out, values normalised.
 *
 * Takes an Image, or a tensor (..., 3, H, W): uint8, or floating point in [0, 1]. Gives float32 (..., 3, crop_size, crop_size).
 * @example const preprocess = models.ResNet50_Weights.DEFAULT.transforms(); model(preprocess(image).unsqueeze(0))
 * @see torchvision.transforms._presets.ImageClassification
 */
export class ImageClassification extends Module {
  readonly crop_size: number
  readonly resize_size: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly interpolation: 'bilinear' | 'bicubic'

  constructor({ crop_size, resize_size = 256, mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225], interpolation = 'bilinear' }: Preset) {
    super()
    this.crop_size = crop_size
    this.resize_size = resize_size
    this.mean = mean
    this.std = std
    this.interpolation = interpolation
  }

  /** Prepares one image, or a batch of one size. */
  forward(img: Image | Tensor): Tensor {
    const resized = functional.resize(img, [this.resize_size], { interpolation: this.interpolation })
    const cut = functional.center_crop(resized, [this.crop_size])
    const pixels = cut instanceof Image ? functional.pil_to_tensor(cut) : cut as Tensor
    return functional.normalize(functional.convert_image_dtype(pixels, float32), this.mean, this.std)
  }

  override toString(): string {
    const list = (values: readonly number[]): string => `[${values.join(', ')}]`
    return `ImageClassification(\n    crop_size=[${this.crop_size}]\n    resize_size=[${this.resize_size}]\n    mean=${list(this.mean)}\n    std=${list(this.std)}\n`
      + `    interpolation=InterpolationMode.${this.interpolation.toUpperCase()}\n)`
  }
}

/**
 * Prepares images for a model of segmentation: the shorter side is resized, values normalised.
 *
 * Takes an Image, or a tensor (..., 3, H, W): uint8, or floating point in [0, 1]. Gives float32.
 * @see torchvision.transforms._presets.SemanticSegmentation
 */
export class SemanticSegmentation extends Module {
  readonly resize_size: number | null
  readonly mean: readonly number[] = [0.485, 0.456, 0.406]
  readonly std: readonly number[] = [0.229, 0.224, 0.225]

  constructor({ resize_size }: { resize_size: number | null }) {
    super()
    this.resize_size = resize_size
  }

  /** Prepares one image, or a batch of one size. */
  forward(img: Image | Tensor): Tensor {
    const resized = this.resize_size === null ? img : functional.resize(img, [this.resize_size])
    const pixels = resized instanceof Image ? functional.pil_to_tensor(resized) : resized as Tensor
    return functional.normalize(functional.convert_image_dtype(pixels, float32), this.mean, this.std)
  }

  override toString(): string {
    const size = this.resize_size === null ? 'None' : `[${this.resize_size}]`
    return `SemanticSegmentation(\n    resize_size=${size}\n    mean=[${this.mean.join(', ')}]\n    std=[${this.std.join(', ')}]\n`
      + '    interpolation=InterpolationMode.BILINEAR\n)'
  }
}

/** Images as floats in [0, 1], for models of detection. @see torchvision.transforms._presets.ObjectDetection */
export class ObjectDetection extends Module {
  forward(img: Image | Tensor): Tensor {
    return functional.convert_image_dtype(img instanceof Image ? functional.pil_to_tensor(img) : img, float32)
  }
}
