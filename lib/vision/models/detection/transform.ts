// Images of several sizes as one batch, and boxes back: torchvision.models.detection.transform.
import { tensor } from '../../../_creation'
import { ValueError } from '../../../_errors'
import { empty, stack, zeros } from '../../../generated/torch_functions'
import * as nn from '../../../nn'
import type { Tensor } from '../../../tensor'

type Size = readonly [height: number, width: number]

/** Images in one tensor, zeros around the smaller ones, and the size of each. */
export interface ImageList {
  tensors: Tensor
  image_sizes: Size[]
}

/** What is known of an image: boxes (x1, y1, x2, y2) and the class of each. */
export interface Target {
  boxes: Tensor
  labels: Tensor
  [name: string]: unknown
}

const size_of = (image: Tensor): Size => [image.size(-2), image.size(-1)]

/** Boxes of an image that becomes one of another size. */
export function resize_boxes(boxes: Tensor, from: Size, to: Size): Tensor {
  const [y, x] = [Math.fround(to[0] / from[0]), Math.fround(to[1] / from[1])]
  const [x1, y1, x2, y2] = boxes.unbind(1) as unknown as [Tensor, Tensor, Tensor, Tensor]
  return stack([x1.mul(x), y1.mul(y), x2.mul(x), y2.mul(y)], 1)
}

/**
 * Normalises images, resizes them so that the shorter side is `min_size` (or the longer one `max_size`), and puts them into a batch.
 * @see torchvision.models.detection.transform.GeneralizedRCNNTransform
 */
export class GeneralizedRCNNTransform extends nn.Module {
  min_size: readonly number[]
  max_size: number
  image_mean: readonly number[]
  image_std: readonly number[]
  size_divisible: number

  constructor(
    min_size: number | readonly number[], max_size: number, image_mean: readonly number[], image_std: readonly number[], size_divisible = 32,
  ) {
    super()
    this.min_size = typeof min_size === 'number' ? [min_size] : min_size
    this.max_size = max_size
    this.image_mean = image_mean
    this.image_std = image_std
    this.size_divisible = size_divisible
  }

  forward(images: readonly Tensor[], targets: readonly Target[] | null = null): [images: ImageList, targets: Target[] | null] {
    const made = images.map((image, i) => {
      if (image.dim() !== 3) throw new ValueError(`images is expected to be a list of 3d tensors of shape [C, H, W], got ${image.shape}`)
      const resized = this.resize(this.normalize(image))
      const target = targets?.[i]
      return [resized, target && { ...target, boxes: resize_boxes(target.boxes, size_of(image), size_of(resized)) }] as const
    })
    const tensors = made.map(([image]) => image)
    return [{ tensors: this.batch_images(tensors), image_sizes: tensors.map(size_of) }, targets && made.map(([, target]) => target!)]
  }

  normalize(image: Tensor): Tensor {
    if (!image.is_floating_point()) {
      throw new TypeError(`Expected input images to be of floating type (in range [0, 1]), but found type ${image.dtype} instead`)
    }
    const { dtype, device } = image
    const column = (values: readonly number[]): Tensor => tensor([...values], { dtype, device }).view(-1, 1, 1)
    return image.sub(column(this.image_mean)).div(column(this.image_std))
  }

  /** In training, one of the sizes is drawn; else it is the last. */
  resize(image: Tensor): Tensor {
    const drawn = this.training ? Math.trunc(empty([1]).uniform_(0, this.min_size.length).item<number>()) : -1
    const [height, width] = size_of(image)
    const scale = Math.min(this.min_size.at(drawn)! / Math.min(height, width), this.max_size / Math.max(height, width))
    const size = [Math.floor(height * scale), Math.floor(width * scale)]
    return nn.functional.interpolate(image.unsqueeze(0), { size, mode: 'bilinear', align_corners: false }).squeeze(0)
  }

  batch_images(images: readonly Tensor[]): Tensor {
    const most = (dim: number): number => Math.max(...images.map(image => image.size(dim)))
    const up = (side: number): number => Math.ceil(side / this.size_divisible) * this.size_divisible
    const { dtype, device } = images[0]!
    const batch = zeros([images.length, most(0), up(most(1)), up(most(2))], { dtype, device })
    images.forEach((image, i) => {
      batch.select(0, i).narrow(0, 0, image.size(0)).narrow(1, 0, image.size(1)).narrow(2, 0, image.size(2)).copy_(image)
    })
    return batch
  }

  /** Detections in the places of the original images. */
  postprocess<T extends { boxes: Tensor }>(result: readonly T[], image_shapes: readonly Size[], original_image_sizes: readonly Size[]): T[] {
    return result.map((one, i) => ({ ...one, boxes: resize_boxes(one.boxes, image_shapes[i]!, original_image_sizes[i]!) }))
  }

  override toString(): string {
    const list = (values: readonly number[]): string => `[${values.join(', ')}]`
    const sizes = `(${this.min_size.join(', ')}${this.min_size.length === 1 ? ',' : ''})`
    return `GeneralizedRCNNTransform(\n    Normalize(mean=${list(this.image_mean)}, std=${list(this.image_std)})`
      + `\n    Resize(min_size=${sizes}, max_size=${this.max_size}, mode='bilinear')\n)`
  }
}
