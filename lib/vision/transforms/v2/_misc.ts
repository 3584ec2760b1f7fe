// Dtypes, normalization, functions of the user, boxes that are left out; torchvision.transforms.v2._misc.
/* eslint-disable @typescript-eslint/prefer-function-type -- what merges with a class must be an interface */
import { type Args, bind } from '../../../_args'
import { is_tensor } from '../../../_dispatch'
import { ValueError } from '../../../_errors'
import { tree_flatten, tree_unflatten } from '../../../_pytree'
import { tuple_repr } from '../../../_python_format'
import { type_text } from '../../../_typename'
import { warn } from '../../../_warnings'
import { dtype, float32 } from '../../../dtype'
import { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import * as tv from '../../tv_tensors'
import { setup_size, uniform } from '../_base'
import type { PerChannel } from '../functional'
import * as v1 from '../colour'
import * as F from './functional'
import { sanitize_mask, sanitize_points_mask } from './functional/_meta'
import type { InputClass } from './functional'
import { Transform } from './_transform'
import { type LabelsGetter, type TypeOrCheck, check_type, get_bounding_boxes, get_keypoints, has_any, parse_labels_getter, two_numbers } from './_utils'

/** No change. @see torchvision.transforms.v2.Identity */
export class Identity extends Transform {
  override transform(inpt: unknown): unknown {
    return inpt
  }
}

export interface Lambda {
  <T = unknown>(...inputs: unknown[]): T
}

/**
 * Applies a function of the user to each part of a sample.
 * @param types - the classes of the parts. Default: all.
 * @example new v2.Lambda((x: torch.Tensor) => x.mul(2), torch.Tensor)
 * @see torchvision.transforms.v2.Lambda
 */
export class Lambda extends Transform {
  readonly lambd: (inpt: never) => unknown
  readonly types: readonly InputClass[]

  constructor(lambd: (inpt: never) => unknown, ...types: InputClass[]) {
    super()
    this.lambd = lambd
    this.types = types
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [() => true]
  }

  override transform(inpt: unknown): unknown {
    return this.types.length === 0 || check_type(inpt, this.types) ? this.lambd(inpt as never) : inpt
  }

  override extra_repr(): string {
    const names = this.types.length === 0 ? ["'object'"] : this.types.map(type => `'${type.name}'`)
    return `${this.lambd.name || '<lambda>'}, types=[${names.join(', ')}]`
  }
}

function no_images(transform: object, sample: readonly unknown[]): void {
  if (has_any(sample, Image)) throw new TypeError(`${transform.constructor.name}() does not support PIL images.`)
}

const linear_names = ['transformation_matrix', 'mean_vector'] as const

/** (x - mean) @ matrix of the flat picture, as for whitening. @see torchvision.transforms.v2.LinearTransformation */
export class LinearTransformation extends Transform {
  readonly transformation_matrix: Tensor
  readonly mean_vector: Tensor

  constructor(...args: Args<[transformation_matrix: Tensor, mean_vector: Tensor], typeof linear_names>) {
    super()
    const { transformation_matrix: matrix, mean_vector: mean } =
      bind<{ transformation_matrix: Tensor, mean_vector: Tensor }>('LinearTransformation.__init__', linear_names, 2, args)
    const sizes = tuple_repr(matrix.shape.map(String))
    if (matrix.size(0) !== matrix.size(1)) throw new ValueError(`transformation_matrix should be square. Got ${sizes} rectangular matrix.`)
    if (mean.size(0) !== matrix.size(0)) {
      throw new ValueError(
        `mean_vector should have the same length ${mean.size(0)} as any one of the dimensions of the transformation_matrix [${sizes}]`)
    }
    if (matrix.dtype !== mean.dtype) throw new ValueError(`Input tensors should have the same dtype. Got ${matrix.dtype} and ${mean.dtype}`)
    this.transformation_matrix = matrix
    this.mean_vector = mean
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [F.is_pure_tensor, tv.Image, tv.Video]
  }

  override check_inputs(flat_inputs: readonly unknown[]): void {
    no_images(this, flat_inputs)
  }

  override transform(inpt: Tensor): Tensor {
    const { shape } = inpt
    const sizes = shape.slice(-3)
    const n = sizes.reduce((product, size) => product * size, 1)
    const matrix = this.transformation_matrix
    if (n !== matrix.size(0)) {
      throw new ValueError(`Input tensor and transformation matrix have incompatible shape.[${sizes.join(' x ')}] != ${matrix.size(0)}`)
    }
    const flat = inpt.reshape([-1, n]).sub(this.mean_vector)
    return tv.wrap(flat.mm(matrix.to(flat.dtype)).reshape([...shape]), { like: inpt })
  }
}

const normalize_names = ['mean', 'std', 'inplace'] as const

/** (x - mean) / std of each channel of floats. @see torchvision.transforms.v2.Normalize */
export class Normalize extends Transform {
  readonly mean: PerChannel
  readonly std: PerChannel
  readonly inplace: boolean

  constructor(...args: Args<[mean: readonly number[], std: readonly number[], inplace?: boolean], typeof normalize_names>) {
    super()
    const { mean, std, inplace = false } = bind('Normalize.__init__', normalize_names, 2, args)
    this.mean = mean as number[]
    this.std = std as number[]
    this.inplace = inplace as boolean
  }

  override check_inputs(flat_inputs: readonly unknown[]): void {
    no_images(this, flat_inputs)
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.normalize, inpt, this.mean, this.std, this.inplace)
  }
}

/** A blur by a random sigma from a range. Default: (0.1, 2). @see torchvision.transforms.v2.GaussianBlur */
export class GaussianBlur extends Transform<{ sigma: number[] }> {
  static readonly get_params = v1.GaussianBlur.get_params
  readonly kernel_size: readonly [number, number]
  readonly sigma: readonly number[]

  constructor(...args: Args<[kernel_size: number | readonly number[], sigma?: number | readonly number[]], readonly ['kernel_size', 'sigma']>) {
    super()
    const { kernel_size, sigma = [0.1, 2] } = bind('GaussianBlur.__init__', ['kernel_size', 'sigma'], 1, args)
    this.kernel_size = setup_size(kernel_size as number, 'Kernel size should be a tuple/list of two integers')
    if (this.kernel_size.some(size => size <= 0 || size % 2 === 0)) throw new ValueError('Kernel size value should be an odd and positive number.')
    this.sigma = two_numbers(sigma, 'sigma')
    if (!(this.sigma[0]! > 0 && this.sigma[0]! <= this.sigma[1]!)) {
      throw new ValueError(`sigma values should be positive and of the form (min, max). Got [${this.sigma.join(', ')}]`)
    }
  }

  override make_params(): { sigma: number[] } {
    const sigma = uniform(this.sigma[0]!, this.sigma[1]!)
    return { sigma: [sigma, sigma] }
  }

  override transform(inpt: unknown, { sigma }: { sigma: number[] }): unknown {
    return this._call_kernel(F.gaussian_blur, inpt, this.kernel_size, sigma)
  }
}

const noise_names = ['mean', 'sigma', 'clip'] as const

/** Normal noise added to images. Default: mean 0, sigma 0.1, cut off at the range. @see torchvision.transforms.v2.GaussianNoise */
export class GaussianNoise extends Transform {
  readonly mean: number
  readonly sigma: number
  readonly clip: boolean

  constructor(...args: Args<[mean?: number, sigma?: number, clip?: boolean], typeof noise_names>) {
    super()
    const { mean = 0, sigma = 0.1, clip = true } = bind('GaussianNoise.__init__', noise_names, 0, args)
    this.mean = mean as number
    this.sigma = sigma as number
    this.clip = clip as boolean
  }

  protected override get _floats(): readonly string[] {
    return ['mean', 'sigma']
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.gaussian_noise, inpt, this.mean, this.sigma, this.clip)
  }
}

/** A dtype, or a Map from classes (and 'others') to dtypes; null: no change. */
export type DtypeArg = dtype | ReadonlyMap<InputClass | 'others', dtype | null>

/**
 * Another dtype: of images and videos, or by class.
 * @param scale - whether values of images and videos go to the range of the dtype. Default: false.
 * @example new v2.ToDtype(torch.float32, { scale: true })
 * @see torchvision.transforms.v2.ToDtype
 */
export class ToDtype extends Transform {
  readonly dtype: DtypeArg
  readonly scale: boolean

  constructor(...args: Args<[dtype: DtypeArg, scale?: boolean], readonly ['dtype', 'scale']>) {
    super()
    const { dtype: type, scale = false } = bind('ToDtype.__init__', ['dtype', 'scale'], 1, args)
    if (!(type instanceof dtype) && !(type instanceof Map)) throw new ValueError(`dtype must be a dict or a torch.dtype, got ${type_text(type)} instead`)
    if (type instanceof Map && type.has(Tensor) && (type.has(tv.Image) || type.has(tv.Video))) {
      warn('Got `dtype` values for `torch.Tensor` and either `tv_tensors.Image` or `tv_tensors.Video`. Note that a plain `torch.Tensor` will ' +
        '*not* be transformed by this (or any other transformation) in case a `tv_tensors.Image` or `tv_tensors.Video` is present in the input.')
    }
    this.dtype = type
    this.scale = scale as boolean
  }

  protected override get _transformed_types(): readonly TypeOrCheck[] {
    return [Tensor]
  }

  private _dtype_of(inpt: Tensor, is_picture: boolean): dtype | null {
    if (this.dtype instanceof dtype) return is_picture ? this.dtype : null
    const found = this.dtype.get(inpt.constructor as InputClass) ?? this.dtype.get('others')
    if (found === undefined) {
      throw new ValueError(`No dtype was specified for type ${type_text(inpt)}. If you only need to convert the dtype of images or videos, you can ` +
        'just pass e.g. dtype=torch.float32. If you pass a Map as dtype, you can use "others" as a catch-all key, with null to pass through the ' +
        'rest of the inputs.')
    }
    return found
  }

  override transform(inpt: Tensor): Tensor {
    const is_picture = check_type(inpt, [F.is_pure_tensor, tv.Image, tv.Video])
    const type = this._dtype_of(inpt, is_picture)
    if (type !== null) return this._call_kernel(F.to_dtype, inpt, type, this.scale)
    if (this.scale && is_picture) warn('scale was set to True but no dtype was specified for images or videos: no scaling will be done.')
    return inpt
  }
}

/** Another dtype and the range of that. Default: float32. @see torchvision.transforms.v2.ConvertImageDtype */
export class ConvertImageDtype extends Transform {
  readonly dtype: dtype

  constructor(...args: Args<[dtype?: dtype], readonly ['dtype']>) {
    super()
    this.dtype = (bind('ConvertImageDtype.__init__', ['dtype'], 0, args)['dtype'] ?? float32) as dtype
  }

  override transform(inpt: unknown): unknown {
    return this._call_kernel(F.to_dtype, inpt, this.dtype, true)
  }
}

/** @internal Which rows stay, and the tensors that have such rows. */
interface Sanitizing {
  valid: Tensor
  labels: readonly Tensor[]
}

function labels_in(getter: LabelsGetter, inputs: unknown): Tensor[] {
  const found = parse_labels_getter(getter)(inputs)
  const labels = (found === null ? [] : Array.isArray(found) ? found : [found]) as Tensor[]
  const wrong = labels.find(label => !is_tensor(label))
  if (wrong === undefined) return labels
  throw new ValueError(`The labels in the input to forward() must be a tensor or None, got ${type_text(wrong)} instead.`)
}

function check_counts(rows: Tensor, labels: readonly Tensor[], what: string, and: string): void {
  for (const label of labels) {
    if (label.size(0) === rows.size(0)) continue
    throw new ValueError(`${what} (shape=${rows.shape})${and} must match the number of labels.Found labels with shape=${label.shape}).`)
  }
}

/** A sample of whose boxes or points those stay for which `mask_of` says so. */
function sanitized(
  transform: Transform<Sanitizing> & { labels_getter: LabelsGetter }, args: readonly unknown[],
  mask_of: (flat: readonly unknown[], labels: readonly Tensor[]) => Tensor,
): unknown {
  const inputs = args.length > 1 ? args : args[0]
  const labels = labels_in(transform.labels_getter, inputs)
  const [flat, spec] = tree_flatten(inputs)
  const valid = mask_of(flat, labels)
  return tree_unflatten(flat.map(inpt => transform.transform(inpt, { valid, labels })), spec)
}

const sanitize_names = ['min_size', 'min_area', 'labels_getter'] as const

/**
 * Leaves out boxes that are too small or not within their picture, and their labels and masks.
 *
 * @param min_size - of width and height. Default: 1.
 * @param min_area - Default: 1.
 * @param labels_getter - 'default': what has a key like 'labels'; a function that gives the tensors; null: no labels
 * @see torchvision.transforms.v2.SanitizeBoundingBoxes
 */
export class SanitizeBoundingBoxes extends Transform<Sanitizing> {
  readonly min_size: number
  readonly min_area: number
  readonly labels_getter: LabelsGetter

  constructor(...args: Args<[min_size?: number, min_area?: number, labels_getter?: LabelsGetter], typeof sanitize_names>) {
    super()
    const { min_size = 1, min_area = 1, labels_getter = 'default' } = bind('SanitizeBoundingBoxes.__init__', sanitize_names, 0, args)
    if ((min_size as number) < 1) throw new ValueError(`min_size must be >= 1, got ${String(min_size)}.`)
    if ((min_area as number) < 1) throw new ValueError(`min_area must be >= 1, got ${String(min_area)}.`)
    parse_labels_getter(labels_getter)
    this.min_size = min_size as number
    this.min_area = min_area as number
    this.labels_getter = labels_getter as LabelsGetter
  }

  protected override get _floats(): readonly string[] {
    return ['min_size', 'min_area']
  }

  protected override __call__(...args: unknown[]): unknown {
    return sanitized(this, args, (flat, labels) => {
      const boxes = get_bounding_boxes(flat)
      check_counts(boxes, labels, 'Number of boxes', ' and')
      return sanitize_mask(boxes.pure(), boxes.format, boxes.canvas_size, this.min_size, this.min_area)
    })
  }

  override transform(inpt: unknown, { valid, labels }: Sanitizing): unknown {
    if (labels.includes(inpt as Tensor)) return (inpt as Tensor).at(valid)
    if (!(inpt instanceof tv.BoundingBoxes) && !(inpt instanceof tv.Mask)) return inpt
    // A mask of the whole picture has no rows of its own for boxes.
    return inpt.ndim > 0 && inpt.size(0) === valid.size(0) ? tv.wrap(inpt.pure().at(valid), { like: inpt as Tensor }) : inpt
  }
}

/**
 * Leaves out points, or groups of them, that are not on their picture, and their labels.
 *
 * @param labels_getter - 'default': what has a key like 'labels'; a function that gives the tensors. Default: null, no labels.
 * @see torchvision.transforms.v2.SanitizeKeyPoints
 */
export class SanitizeKeyPoints extends Transform<Sanitizing> {
  readonly labels_getter: LabelsGetter

  constructor(...args: Args<[labels_getter?: LabelsGetter], readonly ['labels_getter']>) {
    super()
    this.labels_getter = (bind('SanitizeKeyPoints.__init__', ['labels_getter'], 0, args)['labels_getter'] ?? null) as LabelsGetter
    parse_labels_getter(this.labels_getter)
  }

  protected override __call__(...args: unknown[]): unknown {
    return sanitized(this, args, (flat, labels) => {
      const points = get_keypoints(flat)
      check_counts(points, labels, 'Number of kepyoints', '') // the words are torchvision's
      return sanitize_points_mask(points.pure(), points.canvas_size)
    })
  }

  override transform(inpt: unknown, { valid, labels }: Sanitizing): unknown {
    if (labels.includes(inpt as Tensor)) return (inpt as Tensor).at(valid)
    return inpt instanceof tv.KeyPoints ? tv.wrap(inpt.pure().at(valid), { like: inpt }) : inpt
  }
}
