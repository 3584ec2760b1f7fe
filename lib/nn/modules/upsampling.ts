// Layers that enlarge images: torch.nn.modules.upsampling.
import { type Args, arrange } from '../../_args'
import type { Tensor } from '../../tensor'
import { type InterpolationMode, interpolate } from '../_functional/vision'
import type { Sizes } from '../_types'
import { Layer, float_text, text } from './_layer'
import { tuple_repr } from '../../_python_format'

const names = ['size', 'scale_factor', 'mode', 'align_corners', 'recompute_scale_factor'] as const
type UpsampleArgs = [size?: Sizes | null, scale_factor?: Sizes | null, mode?: InterpolationMode, align_corners?: boolean | null,
  recompute_scale_factor?: boolean | null]

/**
 * Resizes the spatial dimensions of (N, C, ...); arguments as for nn.functional.interpolate.
 *
 * Shape: (N, C, L), (N, C, H, W) or (N, C, D, H, W) → the same with the sizes `size`, or scaled by `scale_factor`.
 * @see torch.nn.Upsample
 */
export class Upsample extends Layer {
  name: string
  size: Sizes | null
  scale_factor: Sizes | null
  mode: InterpolationMode
  align_corners: boolean | null
  recompute_scale_factor: boolean | null

  constructor(...args: Args<UpsampleArgs, typeof names>) {
    super()
    const [size = null, scale_factor = null, mode = 'nearest', align_corners = null, recompute_scale_factor = null]
      = arrange<UpsampleArgs>(`${new.target.name}.__init__`, names, 0, args)
    this.name = new.target.name
    this.size = size
    this.scale_factor = scale_factor === 0 ? null : scale_factor
    this.mode = mode
    this.align_corners = align_corners
    this.recompute_scale_factor = recompute_scale_factor
  }

  forward(input: Tensor): Tensor {
    return interpolate(input, this.size, this.scale_factor, this.mode, this.align_corners, this.recompute_scale_factor)
  }

  override extra_repr(): string {
    const { size, scale_factor, mode } = this
    if (scale_factor === null) return `size=${text(size)}, mode='${mode}'`
    const factors = typeof scale_factor === 'number' ? float_text(scale_factor) : tuple_repr(scale_factor.map(float_text))
    return `scale_factor=${factors}, mode='${mode}'`
  }
}

const short_names = ['size', 'scale_factor'] as const
type ShortArgs = [size?: Sizes | null, scale_factor?: Sizes | null]

/**
 * Enlarges images by repeating pixels.
 *
 * Shape: (N, C, H, W) → (N, C, H_out, W_out).
 * @see torch.nn.UpsamplingNearest2d
 */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: Args<ShortArgs, typeof short_names>) {
    const [size, scale_factor] = arrange<ShortArgs>('UpsamplingNearest2d.__init__', short_names, 0, args)
    super({ size, scale_factor, mode: 'nearest' })
  }
}

/**
 * Enlarges images bilinearly, with aligned corners.
 *
 * Shape: (N, C, H, W) → (N, C, H_out, W_out).
 * @see torch.nn.UpsamplingBilinear2d
 */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: Args<ShortArgs, typeof short_names>) {
    const [size, scale_factor] = arrange<ShortArgs>('UpsamplingBilinear2d.__init__', short_names, 0, args)
    super({ size, scale_factor, mode: 'bilinear', align_corners: true })
  }
}
