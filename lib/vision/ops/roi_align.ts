// Regions of interest as small images of one size: torchvision.ops.roi_align, roi_pool, ps_roi_align and ps_roi_pool.
import { type Args, arrange, with_keywords } from '../../_args'
import { RuntimeError } from '../../_errors'
import { float_repr, tuple_repr } from '../../_python_format'
import { empty, stack } from '../../generated/torch_functions'
import { Module } from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { Tensor } from '../../tensor'
import { align_weights, cell_borders, own_channels, pool_weights, round_half_away, weighted_sums } from './_regions'
import { type Boxes, pair_of, rois_of } from './_utils'

type Five = [images: Tensor, x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor]

function parts_of(input: Tensor, boxes: Boxes, scale: number, offset: number): Five {
  const rois = rois_of(boxes).detach()
  if (rois.dtype !== input.dtype) {
    throw new RuntimeError(`Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'rois'; but type ${input.type()} `
      + `does not equal ${rois.type()}`)
  }
  const [images, ...sides] = rois.unbind(1) as unknown as Five
  return [images, ...sides.map(side => side.mul(scale).sub(offset))] as unknown as Five
}

function aligned_sums(input: Tensor, boxes: Boxes, size: Sizes, scale: number, sampling_ratio: number, aligned: boolean): Tensor {
  const [images, x1, y1, x2, y2] = parts_of(input, boxes, scale, aligned ? 0.5 : 0)
  const [height, width] = pair_of(size)
  const length = (from: Tensor, to: Tensor): Tensor => (aligned ? to.sub(from) : to.sub(from).clamp({ min: 1 }))
  const down = align_weights(y1, length(y1, y2), height, sampling_ratio, input.size(2))
  const across = align_weights(x1, length(x1, x2), width, sampling_ratio, input.size(3))
  return weighted_sums(input, images, down, across)
}

/**
 * The mean of bilinear samples in each cell of a grid over each region.
 *
 * Shape: input (N, C, H, W), boxes (K, 5) with the image's number first, or a list of (L, 4) for each image → (K, C, height, width).
 * @param boxes - (x1, y1, x2, y2); no gradients flow to them
 * @param output_size - height and width of the grid
 * @param spatial_scale - from the boxes' coordinates to the input's. Default: 1.
 * @param sampling_ratio - samples for each cell in each direction; not above 0: one for each row or column. Default: -1.
 * @param aligned - move boxes by half a pixel, so that they fit the pixels' centres. Default: false.
 * @see torchvision.ops.roi_align; https://arxiv.org/abs/1703.06870
 */
export const roi_align = with_keywords('roi_align', ['input', 'boxes', 'output_size', 'spatial_scale', 'sampling_ratio', 'aligned'],
  (input: Tensor, boxes: Boxes, output_size: Sizes, spatial_scale: number = 1, sampling_ratio: number = -1, aligned: boolean = false): Tensor => (
    aligned_sums(input, boxes, output_size, spatial_scale, sampling_ratio, aligned)))

/**
 * {@link roi_align} where each cell of the grid has channels of its own: (N, C * height * width, H, W) → (K, C, height, width).
 * @see torchvision.ops.ps_roi_align; https://arxiv.org/abs/1711.07264
 */
export const ps_roi_align = with_keywords('ps_roi_align', ['input', 'boxes', 'output_size', 'spatial_scale', 'sampling_ratio'],
  (input: Tensor, boxes: Boxes, output_size: Sizes, spatial_scale: number = 1, sampling_ratio: number = -1): Tensor => {
    const [height, width] = pair_of(output_size)
    check_channels(input, height, width)
    return own_channels(aligned_sums(input, boxes, output_size, spatial_scale, sampling_ratio, true), height, width)
  })

function check_channels(input: Tensor, height: number, width: number): void {
  if (input.size(1) % (height * width) !== 0) throw new RuntimeError('input channels must be a multiple of pooling height * pooling width')
}

// Whole pixels; `more`: whether the last one counts too.
function pixels(input: Tensor, boxes: Boxes, scale: number, more: number): { images: Tensor, x: [Tensor, Tensor], y: [Tensor, Tensor] } {
  const [images, ...sides] = parts_of(input, boxes, scale, 0)
  const [x1, y1, x2, y2] = sides.map(round_half_away) as [Tensor, Tensor, Tensor, Tensor]
  const length = (from: Tensor, to: Tensor): Tensor => to.sub(from).add(more).clamp({ min: 1 })
  return { images, x: [x1, length(x1, x2)], y: [y1, length(y1, y2)] }
}

/**
 * The mean over each cell, in whole pixels, where each cell has channels of its own: (N, C * height * width, H, W) → (K, C, height, width).
 * Parameters as for {@link roi_align}.
 * @see torchvision.ops.ps_roi_pool; https://arxiv.org/abs/1605.06409
 */
export const ps_roi_pool = with_keywords('ps_roi_pool', ['input', 'boxes', 'output_size', 'spatial_scale'],
  (input: Tensor, boxes: Boxes, output_size: Sizes, spatial_scale: number = 1): Tensor => {
    const [height, width] = pair_of(output_size)
    check_channels(input, height, width)
    const { images, x, y } = pixels(input, boxes, spatial_scale, 0)
    const sums = weighted_sums(input, images, pool_weights(...y, height, input.size(2)), pool_weights(...x, width, input.size(3)))
    return own_channels(sums, height, width)
  })

type Borders = [first: number[][], last: number[][]]

// The largest value of each cell of one region: (C, height, width).
function largest(image: Tensor, [tops, bottoms]: Borders, [lefts, rights]: Borders, region: number): Tensor {
  const none = image.new_zeros([image.size(0)])
  const rows = tops[region]!.map((top, i) => stack(lefts[region]!.map((left, j) => {
    const [bottom, right] = [bottoms[region]![i]!, rights[region]![j]!]
    if (bottom <= top || right <= left) return none
    return image.at(':', `${top}:${bottom}`, `${left}:${right}`).flatten(1).max(1)[0] as Tensor
  }), 1))
  return stack(rows, 1)
}

/** The largest value of each cell, in whole pixels. Parameters as for {@link roi_align}. @see torchvision.ops.roi_pool; https://arxiv.org/abs/1504.08083 */
export const roi_pool = with_keywords('roi_pool', ['input', 'boxes', 'output_size', 'spatial_scale'],
  (input: Tensor, boxes: Boxes, output_size: Sizes, spatial_scale: number = 1): Tensor => {
    const [height, width] = pair_of(output_size)
    const { images, x, y } = pixels(input, boxes, spatial_scale, 1)
    const numbers = (borders: readonly Tensor[]): Borders => borders.map(one => one.tolist<number[][]>()) as Borders
    const rows = numbers(cell_borders(...y, height, input.size(2)))
    const columns = numbers(cell_borders(...x, width, input.size(3)))
    const pooled = images.tolist<number[]>().map((image, region) => largest(input.at(image), rows, columns, region))
    return pooled.length > 0 ? stack(pooled, 0) : empty([0, input.size(1), height, width], { dtype: input.dtype, device: input.device })
  })

// ---- modules ----

function size_text(size: Sizes): string {
  return typeof size === 'number' ? String(size) : tuple_repr(size)
}

const align_names = ['output_size', 'spatial_scale', 'sampling_ratio', 'aligned'] as const
type AlignArgs = [output_size: Sizes, spatial_scale: number, sampling_ratio: number, aligned?: boolean]

/** {@link roi_align} with fixed settings. @see torchvision.ops.RoIAlign */
export class RoIAlign extends Module {
  output_size: Sizes
  spatial_scale: number
  sampling_ratio: number
  aligned: boolean

  constructor(...args: Args<AlignArgs, typeof align_names>) {
    super()
    const [output_size, spatial_scale, sampling_ratio, aligned = false] = arrange<AlignArgs>('RoIAlign.__init__', align_names, 3, args)
    this.output_size = output_size
    this.spatial_scale = spatial_scale
    this.sampling_ratio = sampling_ratio
    this.aligned = aligned
  }

  forward(input: Tensor, rois: Boxes): Tensor {
    return roi_align(input, rois, this.output_size, this.spatial_scale, this.sampling_ratio, this.aligned)
  }

  override toString(): string {
    return `${this._get_name()}(output_size=${size_text(this.output_size)}, spatial_scale=${float_repr(this.spatial_scale)}, `
      + `sampling_ratio=${this.sampling_ratio}, aligned=${this.aligned ? 'True' : 'False'})`
  }
}

const ps_align_names = ['output_size', 'spatial_scale', 'sampling_ratio'] as const
type PSAlignArgs = [output_size: Sizes, spatial_scale: number, sampling_ratio: number]

/** {@link ps_roi_align} with fixed settings. @see torchvision.ops.PSRoIAlign */
export class PSRoIAlign extends Module {
  output_size: Sizes
  spatial_scale: number
  sampling_ratio: number

  constructor(...args: Args<PSAlignArgs, typeof ps_align_names>) {
    super()
    const [output_size, spatial_scale, sampling_ratio] = arrange<PSAlignArgs>('PSRoIAlign.__init__', ps_align_names, 3, args)
    this.output_size = output_size
    this.spatial_scale = spatial_scale
    this.sampling_ratio = sampling_ratio
  }

  forward(input: Tensor, rois: Boxes): Tensor {
    return ps_roi_align(input, rois, this.output_size, this.spatial_scale, this.sampling_ratio)
  }

  override toString(): string {
    return `${this._get_name()}(output_size=${size_text(this.output_size)}, spatial_scale=${float_repr(this.spatial_scale)}, `
      + `sampling_ratio=${this.sampling_ratio})`
  }
}

const pool_names = ['output_size', 'spatial_scale'] as const
type PoolArgs = [output_size: Sizes, spatial_scale: number]

/** What the pooling modules share. */
abstract class Pool extends Module {
  output_size: Sizes
  spatial_scale: number

  constructor(...args: Args<PoolArgs, typeof pool_names>) {
    super()
    const [output_size, spatial_scale] = arrange<PoolArgs>(`${new.target.name}.__init__`, pool_names, 2, args)
    this.output_size = output_size
    this.spatial_scale = spatial_scale
  }

  override toString(): string {
    return `${this._get_name()}(output_size=${size_text(this.output_size)}, spatial_scale=${float_repr(this.spatial_scale)})`
  }
}

/** {@link roi_pool} with fixed settings. @see torchvision.ops.RoIPool */
export class RoIPool extends Pool {
  forward(input: Tensor, rois: Boxes): Tensor {
    return roi_pool(input, rois, this.output_size, this.spatial_scale)
  }
}

/** {@link ps_roi_pool} with fixed settings. @see torchvision.ops.PSRoIPool */
export class PSRoIPool extends Pool {
  forward(input: Tensor, rois: Boxes): Tensor {
    return ps_roi_pool(input, rois, this.output_size, this.spatial_scale)
  }
}
