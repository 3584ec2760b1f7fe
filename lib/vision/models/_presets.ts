// How images are prepared for pre-trained models: torchvision.transforms._presets.
import { float32, uint8 } from '../../dtype'
import { tensor } from '../../_creation'
import { Module, functional as F } from '../../nn'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'

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
    const pixels = img instanceof Image ? channels_first(img.pixels) : img
    const lead = [...pixels.shape].slice(0, -3)
    const batch = pixels.reshape([-1, ...[...pixels.shape].slice(-3)])
    const cropped = centre(this.resized(batch), this.crop_size)
    const values = cropped.dtype === uint8 ? cropped.to(float32).div(255) : cropped.to(float32)
    const [mean, std] = [this.mean, this.std].map(row => tensor(row, { dtype: float32, device: values.device }).view(-1, 1, 1)) as [Tensor, Tensor]
    return values.sub(mean).div(std).reshape([...lead, ...[...values.shape].slice(-3)])
  }

  private resized(batch: Tensor): Tensor {
    const [height, width] = [batch.size(-2), batch.size(-1)]
    const long = Math.trunc(this.resize_size * Math.max(height, width) / Math.min(height, width))
    const size = height <= width ? [this.resize_size, long] : [long, this.resize_size]
    if (size[0] === height && size[1] === width) return batch
    return F.interpolate(batch, { size, mode: this.interpolation, align_corners: false, antialias: true })
  }

  override toString(): string {
    const list = (values: readonly number[]): string => `[${values.join(', ')}]`
    return `ImageClassification(\n    crop_size=[${this.crop_size}]\n    resize_size=[${this.resize_size}]\n    mean=${list(this.mean)}\n    std=${list(this.std)}\n`
      + `    interpolation=InterpolationMode.${this.interpolation.toUpperCase()}\n)`
  }
}

function channels_first(pixels: Tensor): Tensor {
  return pixels.dim() === 2 ? pixels.unsqueeze(0) : pixels.permute(2, 0, 1)
}

// The middle; zeros where the image is smaller.
function centre(batch: Tensor, size: number): Tensor {
  const [height, width] = [batch.size(-2), batch.size(-1)]
  const before = (side: number): number => Math.max(0, Math.floor((size - side) / 2))
  const after = (side: number): number => Math.max(0, Math.floor((size - side + 1) / 2))
  const padded = height < size || width < size ? F.pad(batch, [before(width), after(width), before(height), after(height)]) : batch
  const from = (side: number): number => half_even((side - size) / 2)
  const [top, left] = [from(padded.size(-2)), from(padded.size(-1))]
  return padded.at('...', `${top}:${top + size}`, `${left}:${left + size}`)
}

// Python's round().
function half_even(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + floor % 2 : Math.round(value)
}
