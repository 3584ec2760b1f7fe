// Tensors that say what they hold: images, videos, masks, boxes. torchvision.tv_tensors.
import { tensor as make_tensor } from '../_creation'
import { NamedTuple, is_tensor, set_result_hook } from '../_dispatch'
import { ValueError } from '../_errors'
import { aten } from '../_operators'
import { type_text } from '../_typename'
import type { DeviceLike } from '../device'
import type { dtype } from '../dtype'
import { Tensor } from '../tensor'
import type { Nested } from '../types'
import { Image as PixelImage } from './_image'
import { pil_to_tensor } from './transforms/functional'

const alias_op = aten('alias')
const alias = (x: Tensor): Tensor => alias_op([x]) as Tensor

/** What all of these classes take beside their data. */
export interface TVTensorOptions {
  dtype?: dtype | null
  device?: DeviceLike | null
  /** Default: that of the data. */
  requires_grad?: boolean | null
}

/** What a tensor can be made of. */
export type TVData = Tensor | PixelImage | Nested<number>

function to_tensor(data: TVData, options: TVTensorOptions): Tensor {
  const { dtype = null, device = null, requires_grad = null } = options
  const source = data instanceof PixelImage ? pil_to_tensor(data) : data
  if (!is_tensor(source)) return make_tensor(source as number[], { dtype, device, requires_grad: requires_grad === true })
  const like = source as Tensor
  const result = dtype === null && device === null ? like : like.to({ dtype, device })
  return result.requires_grad === (requires_grad ?? like.requires_grad) ? result : result.requires_grad_(requires_grad ?? like.requires_grad)
}

/**
 * The base of all: a tensor on the memory of another one, with a class of its own.
 *
 * An operator on it gives a plain Tensor, as in torchvision; `clone`, `to`, `detach` and `requires_grad_` keep the class, and
 * {@link wrap} gives it back.
 * @see torchvision.tv_tensors.TVTensor
 */
export class TVTensor extends Tensor {
  constructor(data: TVData, options: TVTensorOptions = {}) {
    super()
    // One more tensor object of the same memory and history takes this one's place, and its class.
    return Object.setPrototypeOf(alias(to_tensor(data, options)), new.target.prototype) as this
  }

  /** A plain tensor given the class and the fields of this one. */
  protected _wrap(result: Tensor): this {
    return Object.setPrototypeOf(alias(result), Object.getPrototypeOf(this) as object) as this
  }

  /** The plain tensor. */
  pure(): Tensor {
    return alias(this)
  }

  override clone(kwargs?: Parameters<Tensor['clone']>[0]): this {
    return this._wrap(super.clone(kwargs))
  }

  override detach(): this {
    return this._wrap(super.detach())
  }

  override to(...args: unknown[]): this {
    const result = super.to(...args as [dtype])
    return result === this ? this : this._wrap(result)
  }

  /** @internal What is printed after the values. */
  protected _extra(): string | null {
    return ''
  }

  override toString(): string {
    const extra = this._extra()
    return extra === null ? super.toString() : `${super.toString().slice(0, -1)}, ${extra})`
  }
}

/**
 * An image or a batch of them: (..., C, H, W); two dimensions get a third.
 * @example new tv_tensors.Image(torch.zeros(3, 8, 8))
 * @throws {ValueError} if there are less than two dimensions
 * @see torchvision.tv_tensors.Image
 */
export class Image extends TVTensor {
  constructor(data: TVData, options: TVTensorOptions = {}) {
    const pixels = to_tensor(data, options)
    if (pixels.ndim < 2) throw new ValueError(`Tensor must be 2D or higher, got ${pixels.ndim}D tensor.`)
    super(pixels.ndim === 2 ? pixels.unsqueeze(0) : pixels)
  }
}

/** Images one after the other: (..., T, C, H, W). @throws {ValueError} for less than four dimensions @see torchvision.tv_tensors.Video */
export class Video extends TVTensor {
  constructor(data: TVData, options: TVTensorOptions = {}) {
    const frames = to_tensor(data, options)
    if (frames.ndim < 4) throw new ValueError(`Tensor must be 4D or higher, got ${frames.ndim}D tensor.`)
    super(frames)
  }
}

/** A mask or several: (..., H, W). @see torchvision.tv_tensors.Mask */
export class Mask extends TVTensor {
  protected override _extra(): null {
    return null
  }
}

/**
 * How the numbers of a box are meant: corners; corner and size; centre and size. The rotated ones: corner or centre, size and
 * degrees against the clock; four corners.
 * @see torchvision.tv_tensors.BoundingBoxFormat
 */
export enum BoundingBoxFormat {
  XYXY = 'XYXY', XYWH = 'XYWH', CXCYWH = 'CXCYWH', XYWHR = 'XYWHR', CXCYWHR = 'CXCYWHR', XYXYXYXY = 'XYXYXYXY',
}

/** A format, or its name in any case. */
export type BoxFormat = BoundingBoxFormat | keyof typeof BoundingBoxFormat | Lowercase<keyof typeof BoundingBoxFormat>

/** What transforms do with boxes that leave the picture: null leaves them. Of upright boxes 'soft' and 'hard' are the same. */
export type ClampingMode = 'soft' | 'hard' | null

/** Height and width of the picture of boxes or points. */
export type CanvasSize = readonly [height: number, width: number]

const rotated = ['XYWHR', 'CXCYWHR', 'XYXYXYXY']

/** @internal The format that a name means. */
export function box_format(format: BoxFormat): BoundingBoxFormat {
  const name = String(format).toUpperCase()
  if (!(name in BoundingBoxFormat)) throw new ValueError(`format should be ${Object.keys(BoundingBoxFormat).join(', ')}, got ${String(format)}`)
  return name as BoundingBoxFormat
}

/** Whether boxes of this format have an angle. @see torchvision.tv_tensors.is_rotated_bounding_format */
export function is_rotated_bounding_format(format: string): boolean {
  if (typeof format !== 'string') throw new ValueError(`format should be str or BoundingBoxFormat, got ${type_text(format)}`)
  return rotated.includes(format)
}

/** What boxes are made with. */
export interface BoundingBoxesOptions extends TVTensorOptions {
  format: BoxFormat
  canvas_size: CanvasSize
  /** Default: 'soft'. */
  clamping_mode?: ClampingMode
}

/**
 * Boxes of one picture: (N, 4), rotated ones (N, 5) or (N, 8) of floats; one dimension becomes one box.
 *
 * @param options.format - 'XYXY', 'XYWH', 'CXCYWH', 'XYWHR', 'CXCYWHR' or 'XYXYXYXY'
 * @param options.canvas_size - height and width of the picture
 * @example new tv_tensors.BoundingBoxes([[1, 2, 5, 6]], { format: 'XYXY', canvas_size: [8, 8] })
 * @see torchvision.tv_tensors.BoundingBoxes
 */
export class BoundingBoxes extends TVTensor {
  readonly format: BoundingBoxFormat
  readonly canvas_size: CanvasSize
  clamping_mode: ClampingMode

  constructor(data: TVData, options: BoundingBoxesOptions) {
    const boxes = to_tensor(data, options)
    const { format, canvas_size, clamping_mode = 'soft' } = options
    if (!boxes.is_floating_point() && is_rotated_bounding_format(box_format(format))) {
      throw new ValueError(`Rotated bounding boxes should be floating point tensors, got ${boxes.dtype}.`)
    }
    if (boxes.ndim !== 1 && boxes.ndim !== 2) throw new ValueError(`Expected a 1D or 2D tensor, got ${boxes.ndim}D`)
    if (clamping_mode !== null && !['hard', 'soft'].includes(clamping_mode)) {
      throw new ValueError(`clamping_mode must be None, hard or soft, got ${String(clamping_mode)}.`)
    }
    super(boxes.ndim === 1 ? boxes.unsqueeze(0) : boxes)
    this.format = box_format(format)
    this.canvas_size = Object.freeze([canvas_size[0], canvas_size[1]] as const)
    this.clamping_mode = clamping_mode
  }

  protected override _wrap(result: Tensor): this {
    const { format, canvas_size, clamping_mode } = this
    return Object.assign(super._wrap(result), { format, canvas_size, clamping_mode })
  }

  protected override _extra(): string {
    const { format, canvas_size, clamping_mode } = this
    return `format=BoundingBoxFormat.${format}, canvas_size=(${canvas_size.join(', ')}), clamping_mode=${clamping_mode ?? 'None'}`
  }
}

/** What points are made with. */
export interface KeyPointsOptions extends TVTensorOptions {
  canvas_size: CanvasSize
}

/**
 * Points (x, y) of one picture: (..., 2), as single points, polygons or skeletons; one dimension becomes one point.
 *
 * @param options.canvas_size - height and width of the picture
 * @example new tv_tensors.KeyPoints([[1, 2], [5, 6]], { canvas_size: [8, 8] })
 * @see torchvision.tv_tensors.KeyPoints
 */
export class KeyPoints extends TVTensor {
  readonly canvas_size: CanvasSize

  constructor(data: TVData, options: KeyPointsOptions) {
    const points = to_tensor(data, options)
    if (points.ndim !== 1 && points.size(-1) !== 2) throw new ValueError(`Expected a tensor of shape (..., 2), not ${points.shape}`)
    super(points.ndim === 1 ? points.unsqueeze(0) : points)
    this.canvas_size = Object.freeze([options.canvas_size[0], options.canvas_size[1]] as const)
  }

  protected override _wrap(result: Tensor): this {
    return Object.assign(super._wrap(result), { canvas_size: this.canvas_size })
  }

  protected override _extra(): string {
    return `canvas_size=(${this.canvas_size.join(', ')})`
  }
}

/** Fields of boxes, and of points, that {@link wrap} can change. */
export interface WrapOptions<T> {
  like: T
  format?: BoxFormat
  canvas_size?: CanvasSize
  clamping_mode?: ClampingMode
}

type Wrapping<T> = { _wrap(result: Tensor): T }

/** A tensor with the class and fields of another one. @see torchvision.tv_tensors.wrap */
export function wrap<T extends Tensor>(wrappee: Tensor, options: WrapOptions<T>): T {
  const { like, format, canvas_size, clamping_mode } = options
  if (!(like instanceof TVTensor)) return wrappee as T
  const has_canvas = like instanceof BoundingBoxes || like instanceof KeyPoints
  const made = (like as unknown as Wrapping<T>)._wrap(has_canvas && wrappee.ndim === 1 ? wrappee.unsqueeze(0) : wrappee)
  if (has_canvas && canvas_size !== undefined) Object.assign(made, { canvas_size: Object.freeze([...canvas_size]) })
  if (!(like instanceof BoundingBoxes)) return made
  return Object.assign(made, {
    ...format !== undefined && { format: box_format(format) }, ...clamping_mode !== undefined && { clamping_mode },
  })
}

// ---- the class of results ----

function first_tv_tensor(values: Iterable<unknown>): TVTensor | null {
  for (const value of values) {
    if (value instanceof TVTensor) return value
    const inner = Array.isArray(value) ? first_tv_tensor(value as unknown[]) : null
    if (inner !== null) return inner
  }
  return null
}

function of_class(result: unknown, like: TVTensor): unknown {
  if (result instanceof Tensor) return result instanceof TVTensor ? result : (like as unknown as Wrapping<Tensor>)._wrap(result)
  if (Array.isArray(result)) return (result as unknown[]).map(one => of_class(one, like))
  if (result instanceof NamedTuple) {
    for (let i = 0; i < result.length; i++) result[i] = of_class(result[i], like)
  }
  return result
}

function keep_class(args: readonly unknown[], result: unknown): unknown {
  const like = first_tv_tensor(args)
  return like === null ? result : of_class(result, like)
}

let keeps_class = false

/** What {@link set_return_type} gives: disposed of, or left by `using`, the former type is back. */
export class ReturnType implements Disposable {
  readonly #before: boolean

  constructor(before: boolean) {
    this.#before = before
  }

  [Symbol.dispose](): void {
    keeps_class = this.#before
    set_result_hook(keeps_class ? keep_class : null)
  }
}

/**
 * What operators on tensors of this module return: 'Tensor' (the default), or 'TVTensor', the class of their first such input.
 *
 * Transforms and their functions always return the class of their input.
 *
 * @example
 * tv_tensors.set_return_type('TVTensor')            // from now on
 * { using _ = tv_tensors.set_return_type('TVTensor') } // within a block
 * tv_tensors.set_return_type('TVTensor', () => image.add(2)) // within a function
 * @throws {ValueError} for other names
 * @see torchvision.tv_tensors.set_return_type
 */
export function set_return_type(return_type: string): ReturnType
export function set_return_type<T>(return_type: string, callback: () => T): T
export function set_return_type<T>(return_type: string, callback?: () => T): ReturnType | T {
  const name = String(return_type).toLowerCase()
  if (name !== 'tensor' && name !== 'tvtensor') throw new ValueError(`return_type must be 'TVTensor' or 'Tensor', got ${return_type}`)
  const before = new ReturnType(keeps_class)
  keeps_class = name === 'tvtensor'
  set_result_hook(keeps_class ? keep_class : null)
  if (!callback) return before
  try {
    return callback()
  } finally {
    before[Symbol.dispose]()
  }
}
