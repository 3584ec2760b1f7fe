// Regions of interest from features of several sizes: torchvision.ops.poolers.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { int64 } from '../../dtype'
import { cat } from '../../generated/torch_functions'
import { Module } from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { Tensor } from '../../tensor'
import { convert_boxes_to_roi_format, pair_of } from './_utils'
import { box_area } from './boxes'
import { roi_align } from './roi_align'

const names = ['featmap_names', 'output_size', 'sampling_ratio'] as const
type PoolerArgs = [featmap_names: readonly string[], output_size: Sizes, sampling_ratio: number]
interface Keywords {
  /** The size of a box that belongs to canonical_level. Default: 224. */
  canonical_scale?: number
  /** Default: 4. */
  canonical_level?: number
}

/**
 * {@link roi_align} from the feature map that fits each box's size: large boxes from small maps.
 *
 * Takes maps by name, the boxes (L, 4) of each image, and the images' sizes; gives (K, C, height, width).
 * @param featmap_names - which maps to use
 * @see torchvision.ops.MultiScaleRoIAlign
 */
export class MultiScaleRoIAlign extends Module {
  featmap_names: readonly string[]
  sampling_ratio: number
  output_size: [number, number]
  /** How large each map is, as a part of the images; found at the first call. */
  scales: number[] | null
  canonical_scale: number
  canonical_level: number

  constructor(...args: Args<PoolerArgs, typeof names, Keywords>) {
    super()
    const [featmap_names, output_size, sampling_ratio, canonical_scale = 224, canonical_level = 4]
      = arrange<[...PoolerArgs, number?, number?]>('MultiScaleRoIAlign.__init__', names, 3, args, ['canonical_scale', 'canonical_level'])
    this.featmap_names = featmap_names
    this.sampling_ratio = sampling_ratio
    this.output_size = pair_of(output_size)
    this.scales = null
    this.canonical_scale = canonical_scale
    this.canonical_level = canonical_level
  }

  forward(x: Readonly<Record<string, Tensor>>, boxes: readonly Tensor[], image_shapes: readonly (readonly [number, number])[]): Tensor {
    const maps = Object.entries(x).filter(([name]) => this.featmap_names.includes(name)).map(([, map]) => map)
    this.scales ??= scales_of(maps, image_shapes)
    const { scales, output_size, sampling_ratio } = this
    const rois = convert_boxes_to_roi_format(boxes)
    if (maps.length === 1) return roi_align(maps[0]!, rois, output_size, scales[0]!, sampling_ratio)
    const levels = this.levels(boxes, scales)
    const parts: Tensor[] = []
    const order: Tensor[] = []
    maps.forEach((map, level) => {
      const [places] = levels.eq(level).nonzero({ as_tuple: true }) as [Tensor]
      parts.push(roi_align(map, rois.at(places), output_size, scales[level]!, sampling_ratio))
      order.push(places)
    })
    return cat(parts, 0).at(cat(order, 0).argsort())
  }

  // The number of the map for each box.
  private levels(boxes: readonly Tensor[], scales: readonly number[]): Tensor {
    const level = (scale: number): number => Math.trunc(-Math.log2(scale))
    const [lowest, highest] = [level(scales[0]!), level(scales.at(-1)!)]
    const sizes = cat(boxes.map(one => box_area(one)), 0).sqrt()
    const wanted = sizes.div(this.canonical_scale).log2().add(this.canonical_level).add(1e-6).floor()
    return wanted.clamp({ min: lowest, max: highest }).to(int64).sub(lowest)
  }

  override toString(): string {
    const list = this.featmap_names.map(name => `'${name}'`).join(', ')
    return `${this._get_name()}(featmap_names=[${list}], output_size=${tuple_repr(this.output_size)}, sampling_ratio=${this.sampling_ratio})`
  }
}

// The power of two next to each map's part of the largest image.
function scales_of(maps: readonly Tensor[], image_shapes: readonly (readonly [number, number])[]): number[] {
  if (image_shapes.length === 0) throw new ValueError('images list should not be empty')
  const height = Math.max(...image_shapes.map(([rows]) => rows))
  return maps.map(map => 2 ** Math.round(Math.log2(map.size(-2) / height)))
}
