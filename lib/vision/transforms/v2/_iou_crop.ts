// A part that keeps enough of the boxes; torchvision.transforms.v2.RandomIoUCrop.
import { type Args, bind } from '../../../_args'
import { tensor } from '../../../_creation'
import { rand as rand_tensor } from '../../../generated/torch_functions'
import type { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import { box_iou } from '../../ops'
import * as tv from '../../tv_tensors'
import { Floats, randint } from '../_base'
import * as F from './functional'
import { Transform } from './_transform'
import { get_bounding_boxes, has_all, has_any, part_of, query_size } from './_utils'

interface Part { top: number, left: number, height: number, width: number, within: Tensor }

const names = ['min_scale', 'max_scale', 'min_aspect_ratio', 'max_aspect_ratio', 'sampler_options', 'trials'] as const
type Params = [
  min_scale?: number, max_scale?: number, min_aspect_ratio?: number, max_aspect_ratio?: number, sampler_options?: readonly number[] | null,
  trials?: number,
]

/**
 * A random part whose overlap with a box is at least one of `sampler_options`, or all of the picture. Boxes whose centre is
 * outside become zeros: {@link SanitizeBoundingBoxes} leaves them out.
 *
 * @throws {TypeError} if a sample has no picture or no boxes
 * @see torchvision.transforms.v2.RandomIoUCrop
 */
export class RandomIoUCrop extends Transform<Partial<Part>> {
  readonly min_scale: number
  readonly max_scale: number
  readonly min_aspect_ratio: number
  readonly max_aspect_ratio: number
  readonly options: readonly number[]
  readonly trials: number

  constructor(...args: Args<Params, typeof names>) {
    super()
    const bound = bind<Record<string, number> & { sampler_options?: readonly number[] | null }>('RandomIoUCrop.__init__', names, 0, args)
    this.min_scale = bound['min_scale'] ?? 0.3
    this.max_scale = bound['max_scale'] ?? 1
    this.min_aspect_ratio = bound['min_aspect_ratio'] ?? 0.5
    this.max_aspect_ratio = bound['max_aspect_ratio'] ?? 2
    this.options = bound.sampler_options ?? Floats.of_values([0, 0.1, 0.3, 0.5, 0.7, 0.9, 1], false)
    this.trials = bound['trials'] ?? 40
  }

  protected override get _floats(): readonly string[] {
    return ['min_scale', 'max_scale', 'min_aspect_ratio', 'max_aspect_ratio']
  }

  override check_inputs(flat_inputs: readonly unknown[]): void {
    if (has_all(flat_inputs, tv.BoundingBoxes) && has_any(flat_inputs, Image, tv.Image, F.is_pure_tensor)) return
    throw new TypeError(`${this.constructor.name}() requires input sample to contain tensor or PIL images and bounding boxes. ` +
      'Sample can also contain masks.')
  }

  override make_params(flat_inputs: readonly unknown[]): Partial<Part> {
    const size = query_size(flat_inputs)
    const boxes = get_bounding_boxes(flat_inputs)
    const corners = F.convert_bounding_box_format(boxes.pure(), boxes.format, 'XYXY')
    for (;;) {
      const overlap = this.options[randint(0, this.options.length)]!
      if (overlap >= 1) return {}
      for (let trial = 0; trial < this.trials; trial++) {
        const part = this._try(size, corners, overlap)
        if (part !== null) return part
      }
    }
  }

  private _try([full_h, full_w]: readonly [number, number], corners: Tensor, overlap: number): Part | null {
    const [x, y] = [...rand_tensor(2).mul(this.max_scale - this.min_scale).add(this.min_scale)] as [Tensor, Tensor]
    const [width, height] = [part_of(full_w, x), part_of(full_h, y)]
    const ratio = width / height
    if (!(this.min_aspect_ratio <= ratio && ratio <= this.max_aspect_ratio)) return null
    const [dx, dy] = [...rand_tensor(2)] as [Tensor, Tensor]
    const [left, top] = [part_of(full_w - width, dx), part_of(full_h - height, dy)]
    if (width === 0 || height === 0) return null
    const middle = (i: 0 | 1): Tensor => corners.select(-1, i).add(corners.select(-1, i + 2)).mul(0.5)
    const inside = (at: Tensor, from: number, size: number): Tensor => at.gt(from).bitwise_and(at.lt(from + size))
    const within = inside(middle(0), left, width).bitwise_and(inside(middle(1), top, height))
    if (!within.any().item<boolean>()) return null
    const area = tensor([[left, top, left + width, top + height]], { dtype: corners.dtype, device: corners.device })
    const most = box_iou(corners.at(within), area).max() as Tensor
    return most.lt(overlap).item<boolean>() ? null : { top, left, height, width, within }
  }

  override transform(inpt: unknown, { top, left, height, width, within }: Partial<Part>): unknown {
    if (within === undefined) return inpt
    const output = this._call_kernel(F.crop, inpt, top, left, height, width)
    if (output instanceof tv.BoundingBoxes) output.set_at(within.logical_not(), 0)
    return output
  }
}
