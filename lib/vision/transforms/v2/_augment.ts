// Erased parts, mixed batches, JPEG; torchvision.transforms.v2._augment.
import { type Args, bind } from '../../../_args'
import { tensor } from '../../../_creation'
import { is_tensor } from '../../../_dispatch'
import { ValueError } from '../../../_errors'
import { tree_flatten, tree_unflatten } from '../../../_pytree'
import { type_text } from '../../../_typename'
import { warn } from '../../../_warnings'
import { Beta } from '../../../distributions/beta'
import { float32 } from '../../../dtype'
import { empty } from '../../../generated/torch_functions'
import { one_hot } from '../../../nn/functional'
import type { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import * as tv from '../../tv_tensors'
import { Floats, check_sequence, log_uniform, py, randint, tuple, uniform } from '../_base'
import { round_even } from '../_sizes'
import * as v1 from '../colour'
import * as F from './functional'
import { RandomlyApplied, Transform } from './_transform'
import { type LabelsGetter, has_any, parse_labels_getter, query_chw, query_size } from './_utils'

type Range = readonly number[]
const erasing_names = ['p', 'scale', 'ratio', 'value', 'inplace'] as const
interface Rectangle { i: number, j: number, h: number, w: number, v: Tensor | null }

/**
 * A rectangle of images and videos replaced, with probability p.
 * @param scale - range of its part of the area. Default: (0.02, 0.33).
 * @param ratio - range of height / width. Default: (0.3, 3.3).
 * @param value - of its pixels: a number, one for each channel, or 'random'. Default: 0.
 * @see torchvision.transforms.v2.RandomErasing
 */
export class RandomErasing extends RandomlyApplied<Rectangle> {
  static readonly get_params = v1.RandomErasing.get_params
  readonly scale: Range
  readonly ratio: Range
  /** Null for random values. */
  readonly value: Range | null
  readonly inplace: boolean

  constructor(...args: Args<[p?: number, scale?: Range, ratio?: Range, value?: number | Range | 'random', inplace?: boolean], typeof erasing_names>) {
    const bound = bind('RandomErasing.__init__', erasing_names, 0, args)
    const { p, scale = tuple(0.02, 0.33), ratio = tuple(0.3, 3.3), value = 0, inplace = false } = bound
    super(p)
    if (typeof value !== 'number' && typeof value !== 'string' && !Array.isArray(value)) {
      throw new TypeError('Argument value should be either a number or str or a sequence')
    }
    if (typeof value === 'string' && value !== 'random') throw new ValueError("If value is str, it should be 'random'")
    if (!Array.isArray(scale)) throw new TypeError('Scale should be a sequence')
    if (!Array.isArray(ratio)) throw new TypeError('Ratio should be a sequence')
    if (scale[0] > scale[1] || ratio[0] > ratio[1]) warn('Scale and ratio should be of kind (min, max)')
    if (scale[0] < 0 || scale[1] > 1) throw new ValueError('Scale should be between 0 and 1')
    this.scale = scale
    this.ratio = ratio
    this.value = value === 'random' ? null : Floats.of_values(typeof value === 'number' ? [value] : value as number[], false)
    this.inplace = inplace as boolean
  }

  override make_params(flat_inputs: readonly unknown[]): Rectangle {
    const [channels, height, width] = query_chw(flat_inputs)
    const { value } = this
    if (value !== null && value.length !== 1 && value.length !== channels) {
      throw new ValueError(`If value is a sequence, it should have either a single value or ${channels} (number of inpt channels)`)
    }
    for (let n = 0; n < 10; n++) {
      const area = height * width * uniform(this.scale[0]!, this.scale[1]!)
      const aspect = log_uniform(this.ratio[0]!, this.ratio[1]!)
      const [h, w] = [round_even(Math.sqrt(area * aspect)), round_even(Math.sqrt(area / aspect))]
      if (!(h < height && w < width)) continue
      const v = value === null ? empty([channels, h, w], { dtype: float32 }).normal_() : tensor([...value]).view([-1, 1, 1])
      return { i: randint(0, height - h + 1), j: randint(0, width - w + 1), h, w, v }
    }
    return { i: 0, j: 0, h: height, w: width, v: null }
  }

  override transform(inpt: unknown, { i, j, h, w, v }: Rectangle): unknown {
    if (v === null) return inpt
    if (inpt instanceof tv.BoundingBoxes || inpt instanceof tv.KeyPoints || inpt instanceof tv.Mask) {
      warn(`${this.constructor.name}() is currently passing through inputs of type tv_tensors.${inpt.constructor.name}. ` +
        'This will likely change in the future.')
    }
    return this._call_kernel(F.erase, inpt, i, j, h, w, v, this.inplace)
  }
}

/** What MixUp and CutMix are made with. */
export interface MixOptions {
  /** Of the Beta distribution that the share of each sample is drawn from. Default: 1. */
  alpha?: number
  /** Needed for labels that are numbers of classes. */
  num_classes?: number | null
  /** 'default': the second input, or what has a key like 'labels'; or a function of the inputs. */
  labels_getter?: LabelsGetter
}

/** A share of each sample; of CutMix, also the part that comes from the one before. */
interface Mixture { lam: number, box?: readonly [x1: number, y1: number, x2: number, y2: number] }

export interface Mixed {
  (images: Tensor, labels: Tensor): [images: Tensor, labels: Tensor]
  <T>(inpt: T): T
}

/** What mixes each sample of a batch with the one before it. */
export abstract class Mixed extends Transform<Mixture> {
  readonly alpha: number
  readonly num_classes: number | null
  private readonly _labels_getter: LabelsGetter

  constructor(options: MixOptions = {}) {
    super()
    const { alpha = 1, num_classes = null, labels_getter = 'default' } =
      bind<MixOptions>(`${new.target.name}.__init__`, [], 0, [options], ['alpha', 'num_classes', 'labels_getter'])
    this.alpha = alpha
    this.num_classes = num_classes
    parse_labels_getter(labels_getter)
    this._labels_getter = labels_getter
  }

  protected override get _floats(): readonly string[] {
    return ['alpha']
  }

  /** @internal */
  protected _lam(): number {
    const alpha = tensor([this.alpha])
    return new Beta(alpha, alpha).sample().item<number>()
  }

  private _check_labels(labels: unknown): Tensor {
    if (!is_tensor(labels)) throw new ValueError(`The labels must be a tensor, but got ${type_text(labels)} instead.`)
    const found = labels as Tensor
    const { num_classes } = this
    if (found.ndim !== 1 && found.ndim !== 2) {
      throw new ValueError('labels should be index based with shape (batch_size,) or probability based with shape (batch_size, num_classes), ' +
        `but got a tensor of shape ${found.shape} instead.`)
    }
    if (found.ndim === 2 && num_classes !== null && found.size(-1) !== num_classes) {
      throw new ValueError('When passing 2D labels, the number of elements in last dimension must match num_classes: ' +
        `${found.size(-1)} != ${num_classes}. You can Leave num_classes to None.`)
    }
    if (found.ndim === 1 && num_classes === null) throw new ValueError('num_classes must be passed if the labels are index-based (1D)')
    return found
  }

  protected override __call__(...args: unknown[]): unknown {
    const inputs = args.length > 1 ? args : args[0]
    const [flat, spec] = tree_flatten(inputs)
    if (has_any(flat, Image, tv.BoundingBoxes, tv.Mask, tv.KeyPoints)) {
      throw new ValueError(`${this.constructor.name}() does not support PIL images, bounding boxes, keypoints and masks.`)
    }
    const labels = this._check_labels(parse_labels_getter(this._labels_getter)(inputs))
    const needs = this._needs_transform_list(flat)
    const params = this.make_params(flat.filter((_, i) => needs[i]))
    const outputs = flat.map((inpt, i) => {
      if (inpt === labels) return this._mix_labels(labels, params.lam)
      return needs[i] ? this._mix_batch(inpt as Tensor, labels.size(0), params) : inpt
    })
    return tree_unflatten(outputs, spec)
  }

  private _mix_labels(labels: Tensor, lam: number): Tensor {
    const rows = labels.ndim === 1 ? one_hot(labels, this.num_classes!) : labels
    const floats = rows.is_floating_point() ? rows : rows.float()
    return floats.roll(1, 0).mul_(1 - lam).add_(floats.mul(lam))
  }

  private _mix_batch(inpt: Tensor, batch_size: number, params: Mixture): unknown {
    const is_mixed = inpt instanceof tv.Image || inpt instanceof tv.Video || F.is_pure_tensor(inpt)
    if (!is_mixed) return inpt
    const expected = inpt instanceof tv.Video ? 5 : 4
    if (inpt.ndim !== expected) {
      throw new ValueError(`Expected a batched input with ${expected} dims, but got ${inpt.ndim} dimensions instead.`)
    }
    if (inpt.size(0) !== batch_size) {
      throw new ValueError('The batch size of the image or video does not match the batch size of the labels: ' +
        `${inpt.size(0)} != ${batch_size}.`)
    }
    return this.transform(inpt, params)
  }

  abstract override make_params(flat_inputs: readonly unknown[]): Mixture
  abstract override transform(inpt: Tensor, params: Mixture): Tensor
}

/**
 * Each sample of a batch blended with the one before it, and the labels likewise.
 * @example new v2.MixUp({ num_classes: 10 })(images, labels)
 * @see torchvision.transforms.v2.MixUp
 */
export class MixUp extends Mixed {
  override make_params(): Mixture {
    return { lam: this._lam() }
  }

  override transform(inpt: Tensor, { lam }: Mixture): Tensor {
    return tv.wrap(inpt.roll(1, 0).mul_(1 - lam).add_(inpt.mul(lam)), { like: inpt })
  }
}

/**
 * A rectangle of each image of a batch replaced by that of the one before it, and the labels mixed by its area.
 * @example new v2.CutMix({ num_classes: 10 })(images, labels)
 * @see torchvision.transforms.v2.CutMix
 */
export class CutMix extends Mixed {
  override make_params(flat_inputs: readonly unknown[]): Mixture {
    const lam = this._lam()
    const [height, width] = query_size(flat_inputs)
    const [x, y] = [randint(0, width), randint(0, height)]
    const r = 0.5 * Math.sqrt(1 - lam)
    const [half_w, half_h] = [Math.trunc(r * width), Math.trunc(r * height)]
    const [x1, y1] = [Math.max(x - half_w, 0), Math.max(y - half_h, 0)]
    const [x2, y2] = [Math.min(x + half_w, width), Math.min(y + half_h, height)]
    return { lam: 1 - (x2 - x1) * (y2 - y1) / (width * height), box: [x1, y1, x2, y2] }
  }

  override transform(inpt: Tensor, { box }: Mixture): Tensor {
    const [x1, y1, x2, y2] = box!
    const part = (x: Tensor): Tensor => x.narrow(-2, y1, y2 - y1).narrow(-1, x1, x2 - x1)
    const output = inpt.clone()
    part(output).copy_(part(inpt.roll(1, 0)))
    return output
  }
}

/** Compressed as JPEG and decoded. @param quality - 1 to 100, or a range @see torchvision.transforms.v2.JPEG */
export class JPEG extends Transform<{ quality: number }> {
  readonly quality: readonly number[]

  constructor(...args: Args<[quality: number | Range], readonly ['quality']>) {
    super()
    const { quality } = bind('JPEG.__init__', ['quality'], 1, args)
    if (typeof quality === 'boolean') throw new TypeError("quality can't be bool")
    if (typeof quality !== 'number') check_sequence(quality, 'quality', [2])
    const range = (typeof quality === 'number' ? [quality, quality] : quality) as number[]
    if (!(range[0]! >= 1 && range[0]! <= range[1]! && range[1]! <= 100 && range.every(Number.isInteger))) {
      throw new ValueError(`quality must be an integer from 1 to 100, got quality =${py(range)}`)
    }
    this.quality = range
  }

  override make_params(): { quality: number } {
    return { quality: randint(this.quality[0]!, this.quality[1]! + 1) }
  }

  override transform(inpt: unknown, { quality }: { quality: number }): unknown {
    return this._call_kernel(F.jpeg, inpt, quality)
  }
}
