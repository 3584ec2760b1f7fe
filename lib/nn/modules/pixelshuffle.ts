// Channels to pixels and back: torch.nn.modules.pixelshuffle.
import { type Args, arrange } from '../../_args'
import { pixel_shuffle, pixel_unshuffle } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { Layer, settings } from './_layer'

const up_names = ['upscale_factor'] as const

/**
 * (*, C r^2, H, W) → (*, C, H r, W r), r being `upscale_factor`.
 *
 * Shape: (*, C * r^2, H, W) → (*, C, H * r, W * r), r = upscale_factor.
 * @see torch.nn.PixelShuffle
 */
export class PixelShuffle extends Layer {
  upscale_factor: number

  constructor(...args: Args<[upscale_factor: number], typeof up_names>) {
    super()
    const [upscale_factor] = arrange<[number]>('PixelShuffle.__init__', up_names, 1, args)
    this.upscale_factor = upscale_factor
  }

  forward(input: Tensor): Tensor {
    return pixel_shuffle(input, this.upscale_factor)
  }

  override extra_repr(): string {
    return settings(this, 'upscale_factor')
  }
}

const down_names = ['downscale_factor'] as const

/**
 * (*, C, H r, W r) → (*, C r^2, H, W), r being `downscale_factor`.
 *
 * Shape: (*, C, H * r, W * r) → (*, C * r^2, H, W), r = downscale_factor.
 * @see torch.nn.PixelUnshuffle
 */
export class PixelUnshuffle extends Layer {
  downscale_factor: number

  constructor(...args: Args<[downscale_factor: number], typeof down_names>) {
    super()
    const [downscale_factor] = arrange<[number]>('PixelUnshuffle.__init__', down_names, 1, args)
    this.downscale_factor = downscale_factor
  }

  forward(input: Tensor): Tensor {
    return pixel_unshuffle(input, this.downscale_factor)
  }

  override extra_repr(): string {
    return settings(this, 'downscale_factor')
  }
}
