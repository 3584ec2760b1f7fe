// Mixtures of the samples of a batch; torchvision.transforms.v2._augment.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../../_args'
import { tensor } from '../../../_creation'
import { is_tensor } from '../../../_dispatch'
import { ValueError } from '../../../_errors'
import { aten } from '../../../_operators'
import { type_text } from '../../../_typename'
import type { Tensor } from '../../../tensor'
import { Transform, randint, repr } from '../_base'

const names = ['alpha', 'num_classes'] as const

/** Arguments of {@link MixUp} and {@link CutMix}. */
export type MixArgs = Args<[], [], { alpha?: number, num_classes?: number | null }>

export interface Mixture {
  (images: Tensor, labels: Tensor): [Tensor, Tensor]
}

/** What both share: labels become probabilities. */
export abstract class Mixture extends Transform {
  readonly alpha: number
  readonly num_classes: number | null

  constructor(name: string, args: readonly unknown[]) {
    super()
    const { alpha = 1, num_classes = null } = bind(`${name}.__init__`, [], 0, args, names)
    this.alpha = alpha as number
    this.num_classes = num_classes as number | null
  }

  /** A share from the Beta distribution of `alpha`. */
  protected _draw(): number {
    const { alpha } = this
    return (aten('_sample_dirichlet')([tensor([[alpha, alpha]])]) as Tensor).at(0, 0).item<number>()
  }

  /** The mixed images, and the share of each image itself. */
  protected abstract _mix(images: Tensor): [Tensor, number]

  protected override __call__(images: Tensor, labels: Tensor): [Tensor, Tensor] {
    this._check(images, labels)
    const [mixed, share] = this._mix(images)
    const coded = labels.ndim === 1 ? aten('one_hot')([labels, this.num_classes]) as Tensor : labels
    const probabilities = coded.dtype.is_floating_point ? coded : coded.float()
    return [mixed, probabilities.roll(1, 0).mul_(1 - share).add_(probabilities.mul(share))]
  }

  private _check(images: Tensor, labels: Tensor): void {
    const { num_classes } = this
    if (!is_tensor(images)) throw new ValueError(`${this.constructor.name}() does not support PIL images, bounding boxes, keypoints and masks.`)
    if (!is_tensor(labels)) throw new ValueError(`The labels must be a tensor, but got ${type_text(labels)} instead.`)
    if (labels.ndim !== 1 && labels.ndim !== 2) {
      throw new ValueError('labels should be index based with shape (batch_size,) or probability based with shape (batch_size, num_classes), ' +
        `but got a tensor of shape ${labels.shape} instead.`)
    }
    if (labels.ndim === 2 && num_classes !== null && labels.size(-1) !== num_classes) {
      throw new ValueError('When passing 2D labels, the number of elements in last dimension must match num_classes: ' +
        `${labels.size(-1)} != ${num_classes}. You can Leave num_classes to None.`)
    }
    if (labels.ndim === 1 && num_classes === null) throw new ValueError('num_classes must be passed if the labels are index-based (1D)')
    if (images.ndim !== 4) throw new ValueError(`Expected a batched input with 4 dims, but got ${images.ndim} dimensions instead.`)
    if (images.size(0) !== labels.size(0)) {
      throw new ValueError('The batch size of the image or video does not match the batch size of the labels: ' +
        `${images.size(0)} != ${labels.size(0)}.`)
    }
  }

  override toString(): string {
    return repr(this.constructor.name, { alpha: this.alpha, num_classes: this.num_classes ?? undefined })
  }
}

/**
 * Each image of a batch blended with the one before it, and the labels alike.
 *
 * Shape: images (N, C, H, W) of floats; labels (N,) or (N, num_classes) → the same, and (N, num_classes)
 * @see torchvision.transforms.v2.MixUp; Zhang et al., "mixup: Beyond Empirical Risk Minimization", arXiv:1710.09412
 */
export class MixUp extends Mixture {
  constructor(...args: MixArgs) {
    super('MixUp', args)
  }

  protected override _mix(images: Tensor): [Tensor, number] {
    const share = this._draw()
    return [images.roll(1, 0).mul_(1 - share).add_(images.mul(share)), share]
  }
}

/**
 * A rectangle of each image of a batch from the one before it, and the labels mixed by its area. Shapes as of {@link MixUp}.
 * @see torchvision.transforms.v2.CutMix; Yun et al., "CutMix", arXiv:1905.04899
 */
export class CutMix extends Mixture {
  constructor(...args: MixArgs) {
    super('CutMix', args)
  }

  protected override _mix(images: Tensor): [Tensor, number] {
    const share = this._draw()
    const [height, width] = [images.size(-2), images.size(-1)]
    const [x, y] = [randint(0, width), randint(0, height)]
    const half = 0.5 * Math.sqrt(1 - share)
    const [half_width, half_height] = [Math.trunc(half * width), Math.trunc(half * height)]
    const [left, top] = [Math.max(x - half_width, 0), Math.max(y - half_height, 0)]
    const [w, h] = [Math.min(x + half_width, width) - left, Math.min(y + half_height, height) - top]
    const part = (batch: Tensor): Tensor => batch.narrow(-2, top, h).narrow(-1, left, w)
    const result = images.clone()
    part(result).copy_(part(images.roll(1, 0)))
    return [result, 1 - w * h / (width * height)]
  }
}
