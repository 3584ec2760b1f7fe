// Boxes that detections begin from: torchvision.models.detection.anchor_utils.
import { tensor } from '../../../_creation'
import { ValueError } from '../../../_errors'
import { arange, cat, stack } from '../../../generated/torch_functions'
import * as nn from '../../../nn'
import type { Tensor } from '../../../tensor'
import type { ImageList } from './transform'

type Numbers = readonly number[]

/**
 * Anchors of several sizes and shapes at each place of each feature map.
 *
 * @param sizes - for each map
 * @param aspect_ratios - height by width, for each map
 * @see torchvision.models.detection.anchor_utils.AnchorGenerator
 */
export class AnchorGenerator extends nn.Module {
  sizes: readonly Numbers[]
  aspect_ratios: readonly Numbers[]
  cell_anchors: readonly Tensor[]

  constructor(sizes: readonly Numbers[] | Numbers = [[128, 256, 512]], aspect_ratios: readonly Numbers[] | Numbers = [[0.5, 1, 2]]) {
    super()
    const each = (values: readonly Numbers[] | Numbers): readonly Numbers[] | null => Array.isArray(values[0]) ? values as readonly Numbers[] : null
    this.sizes = each(sizes) ?? (sizes as Numbers).map(size => [size])
    this.aspect_ratios = each(aspect_ratios) ?? this.sizes.map(() => aspect_ratios as Numbers)
    this.cell_anchors = this.sizes.map((row, i) => this.generate_anchors(row, this.aspect_ratios[i]!))
  }

  /** Anchors around (0, 0). */
  generate_anchors(scales: Numbers, aspect_ratios: Numbers): Tensor {
    const heights = tensor([...aspect_ratios]).sqrt()
    const size = (ratios: Tensor): Tensor => ratios.unsqueeze(1).mul(tensor([...scales]).unsqueeze(0)).view(-1)
    const [ws, hs] = [size(heights.reciprocal()), size(heights)]
    return stack([ws.neg(), hs.neg(), ws, hs], 1).div(2).round()
  }

  num_anchors_per_location(): number[] {
    return this.sizes.map((row, i) => row.length * this.aspect_ratios[i]!.length)
  }

  /** For each image of a batch the anchors of all maps (N, 4). */
  forward(image_list: ImageList, feature_maps: readonly Tensor[]): Tensor[] {
    if (feature_maps.length !== this.cell_anchors.length) {
      throw new ValueError(`There are ${feature_maps.length} feature maps, and sizes and aspect ratios of anchors for ${this.cell_anchors.length}`)
    }
    const { dtype, device } = feature_maps[0]!
    const [image_height, image_width] = [image_list.tensors.size(-2), image_list.tensors.size(-1)]
    const anchors = cat(feature_maps.map((map, i) => {
      const [height, width] = [map.size(-2), map.size(-1)]
      const axis = (size: number, stride: number): Tensor => arange(size, { dtype, device }).mul(stride)
      const y = axis(height, Math.floor(image_height / height)).unsqueeze(1).expand(height, width).reshape(-1)
      const x = axis(width, Math.floor(image_width / width)).unsqueeze(0).expand(height, width).reshape(-1)
      const base = this.cell_anchors[i]!.to({ dtype, device })
      return stack([x, y, x, y], 1).view(-1, 1, 4).add(base.view(1, -1, 4)).reshape(-1, 4)
    }))
    return image_list.image_sizes.map(() => anchors)
  }
}
