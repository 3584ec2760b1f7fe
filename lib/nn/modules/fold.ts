// Images to patches and back: torch.nn.modules.fold.
import { type Args, arrange } from '../../_args'
import type { Tensor } from '../../tensor'
import { fold, unfold } from '../_functional/vision'
import type { Sizes } from '../_types'
import { Layer, settings } from './_layer'

const fold_names = ['output_size', 'kernel_size', 'dilation', 'padding', 'stride'] as const
type FoldArgs = [output_size: Sizes, kernel_size: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]

/**
 * Puts patches (N, C * kernel size, L) together to images (N, C, *output_size), adding up where they overlap.
 *
 * Shape: (N, C * kernel elements, blocks) or without N → (N, C, H_out, W_out).
 * @see torch.nn.Fold
 */
export class Fold extends Layer {
  output_size: Sizes
  kernel_size: Sizes
  dilation: Sizes
  padding: Sizes
  stride: Sizes

  constructor(...args: Args<FoldArgs, typeof fold_names>) {
    super()
    const [output_size, kernel_size, dilation = 1, padding = 0, stride = 1] = arrange<FoldArgs>('Fold.__init__', fold_names, 2, args)
    this.output_size = output_size
    this.kernel_size = kernel_size
    this.dilation = dilation
    this.padding = padding
    this.stride = stride
  }

  forward(input: Tensor): Tensor {
    return fold(input, this.output_size, this.kernel_size, this.dilation, this.padding, this.stride)
  }

  override extra_repr(): string {
    return settings(this, 'output_size', 'kernel_size', 'dilation', 'padding', 'stride')
  }
}

const unfold_names = ['kernel_size', 'dilation', 'padding', 'stride'] as const
type UnfoldArgs = [kernel_size: Sizes, dilation?: Sizes, padding?: Sizes, stride?: Sizes]

/**
 * The patches of images (N, C, H, W) as columns: (N, C * kernel size, L).
 *
 * Shape: (N, C, H, W) → (N, C * kernel elements, blocks).
 * @see torch.nn.Unfold
 */
export class Unfold extends Layer {
  kernel_size: Sizes
  dilation: Sizes
  padding: Sizes
  stride: Sizes

  constructor(...args: Args<UnfoldArgs, typeof unfold_names>) {
    super()
    const [kernel_size, dilation = 1, padding = 0, stride = 1] = arrange<UnfoldArgs>('Unfold.__init__', unfold_names, 1, args)
    this.kernel_size = kernel_size
    this.dilation = dilation
    this.padding = padding
    this.stride = stride
  }

  forward(input: Tensor): Tensor {
    return unfold(input, this.kernel_size, this.dilation, this.padding, this.stride)
  }

  override extra_repr(): string {
    return settings(this, 'kernel_size', 'dilation', 'padding', 'stride')
  }
}
