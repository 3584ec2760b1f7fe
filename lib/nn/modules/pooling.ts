// Pooling layers: torch.nn.modules.pooling.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import type { Tensor } from '../../tensor'
import * as F from '../_functional/pooling'
import type { Sizes } from '../_types'
import { Layer, settings, text } from './_layer'
import { Module } from './module'
import { pair, single, triple } from './utils'

// ---- maxima ----

const max_pool_names = ['kernel_size', 'stride', 'padding', 'dilation', 'return_indices', 'ceil_mode'] as const
type MaxPoolArgs = [kernel_size: Sizes, stride?: Sizes | null, padding?: Sizes, dilation?: Sizes, return_indices?: boolean, ceil_mode?: boolean]

/** What the max pooling layers share. */
export abstract class _MaxPoolNd extends Layer {
  kernel_size: Sizes
  stride: Sizes
  padding: Sizes
  dilation: Sizes
  return_indices: boolean
  ceil_mode: boolean

  constructor(...args: Args<MaxPoolArgs, typeof max_pool_names>) {
    super()
    const [kernel_size, stride, padding = 0, dilation = 1, return_indices = false, ceil_mode = false]
      = arrange<MaxPoolArgs>(`${new.target.name}.__init__`, max_pool_names, 1, args)
    this.kernel_size = kernel_size
    this.stride = stride ?? kernel_size
    this.padding = padding
    this.dilation = dilation
    this.return_indices = return_indices
    this.ceil_mode = ceil_mode
  }

  override extra_repr(): string {
    return settings(this, 'kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode')
  }
}

function max_pool(layer: _MaxPoolNd, pool: typeof F.max_pool1d, input: Tensor): Tensor {
  const { kernel_size, stride, padding, dilation, ceil_mode, return_indices } = layer
  return pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
}

/**
 * The largest value in each window of `kernel_size`.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out), L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1, rounded down.
 * @param stride - Default: kernel_size.
 * @param padding - -infinities at both ends. Default: 0.
 * @param return_indices - forward gives `[output, indices]`, for MaxUnpool1d. Default: false.
 * @param ceil_mode - round sizes up. Default: false.
 * @see torch.nn.MaxPool1d
 */
export class MaxPool1d extends _MaxPoolNd {
  forward(input: Tensor): Tensor {
    return max_pool(this, F.max_pool1d, input)
  }
}

/**
 * The largest value in each window of (N, C, H, W) or (C, H, W); arguments as for {@link MaxPool1d}.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out), sizes as for {@link MaxPool1d}.
 * @see torch.nn.MaxPool2d
 */
export class MaxPool2d extends _MaxPoolNd {
  forward(input: Tensor): Tensor {
    return max_pool(this, F.max_pool2d, input)
  }
}

/**
 * The largest value in each window of (N, C, D, H, W) or (C, D, H, W); arguments as for {@link MaxPool1d}.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out), sizes as for {@link MaxPool1d}.
 * @see torch.nn.MaxPool3d
 */
export class MaxPool3d extends _MaxPoolNd {
  forward(input: Tensor): Tensor {
    return max_pool(this, F.max_pool3d, input)
  }
}

const unpool_names = ['kernel_size', 'stride', 'padding'] as const
type UnpoolArgs = [kernel_size: Sizes, stride?: Sizes | null, padding?: Sizes]

/** What the unpooling layers share. */
abstract class _MaxUnpoolNd extends Module {
  kernel_size: number[]
  stride: number[]
  padding: number[]

  constructor(repeat: typeof pair, args: Args<UnpoolArgs, typeof unpool_names>) {
    super()
    const [kernel_size, stride, padding = 0] = arrange<UnpoolArgs>(`${new.target.name}.__init__`, unpool_names, 1, args)
    this.kernel_size = repeat(kernel_size)
    this.stride = repeat(stride ?? kernel_size)
    this.padding = repeat(padding)
  }

  override get _forward_names() {
    return ['input', 'indices', 'output_size'] as const
  }

  override extra_repr(): string {
    return settings(this, 'kernel_size', 'stride', 'padding')
  }
}

/**
 * Puts maxima back to where {@link MaxPool1d} with return_indices found them, and zeros elsewhere.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): that of the input to the pooling, or output_size.
 * @see torch.nn.MaxUnpool1d
 */
export class MaxUnpool1d extends _MaxUnpoolNd {
  constructor(...args: Args<UnpoolArgs, typeof unpool_names>) {
    super(single, args)
  }

  forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool1d(input, indices, this.kernel_size, this.stride, this.padding, output_size)
  }
}

/**
 * Puts maxima back to where {@link MaxPool2d} with return_indices found them, and zeros elsewhere.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): that of the input to the pooling, or output_size.
 * @see torch.nn.MaxUnpool2d
 */
export class MaxUnpool2d extends _MaxUnpoolNd {
  constructor(...args: Args<UnpoolArgs, typeof unpool_names>) {
    super(pair, args)
  }

  forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool2d(input, indices, this.kernel_size, this.stride, this.padding, output_size)
  }
}

/**
 * Puts maxima back to where {@link MaxPool3d} with return_indices found them, and zeros elsewhere.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): that of the input to the pooling, or output_size.
 * @see torch.nn.MaxUnpool3d
 */
export class MaxUnpool3d extends _MaxUnpoolNd {
  constructor(...args: Args<UnpoolArgs, typeof unpool_names>) {
    super(triple, args)
  }

  forward(input: Tensor, indices: Tensor, output_size: readonly number[] | null = null): Tensor {
    return F.max_unpool3d(input, indices, this.kernel_size, this.stride, this.padding, output_size)
  }
}

// ---- means ----

const avg_pool1d_names = ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad'] as const
type AvgPool1dArgs = [kernel_size: Sizes, stride?: Sizes | null, padding?: Sizes, ceil_mode?: boolean, count_include_pad?: boolean]

/**
 * The mean of each window of `kernel_size`.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out), L_out = (L + 2 padding - kernel_size) / stride + 1, rounded down.
 * @param stride - Default: kernel_size.
 * @param padding - zeros at both ends. Default: 0.
 * @param ceil_mode - round sizes up. Default: false.
 * @param count_include_pad - whether those zeros count. Default: true.
 * @see torch.nn.AvgPool1d
 */
export class AvgPool1d extends Layer {
  kernel_size: number[]
  stride: number[]
  padding: number[]
  ceil_mode: boolean
  count_include_pad: boolean

  constructor(...args: Args<AvgPool1dArgs, typeof avg_pool1d_names>) {
    super()
    const [kernel_size, stride, padding = 0, ceil_mode = false, count_include_pad = true]
      = arrange<AvgPool1dArgs>('AvgPool1d.__init__', avg_pool1d_names, 1, args)
    this.kernel_size = single(kernel_size)
    this.stride = single(stride ?? kernel_size)
    this.padding = single(padding)
    this.ceil_mode = ceil_mode
    this.count_include_pad = count_include_pad
  }

  forward(input: Tensor): Tensor {
    return F.avg_pool1d(input, this.kernel_size, this.stride, this.padding, this.ceil_mode, this.count_include_pad)
  }

  override extra_repr(): string {
    return settings(this, 'kernel_size', 'stride', 'padding')
  }
}

const avg_pool_names = [...avg_pool1d_names, 'divisor_override'] as const
type AvgPoolArgs = [...AvgPool1dArgs, divisor_override?: number | null]

/** What AvgPool2d and AvgPool3d share. */
abstract class _AvgPoolNd extends Layer {
  kernel_size: Sizes
  stride: Sizes
  padding: Sizes
  ceil_mode: boolean
  count_include_pad: boolean
  divisor_override: number | null

  constructor(...args: Args<AvgPoolArgs, typeof avg_pool_names>) {
    super()
    const [kernel_size, stride, padding = 0, ceil_mode = false, count_include_pad = true, divisor_override = null]
      = arrange<AvgPoolArgs>(`${new.target.name}.__init__`, avg_pool_names, 1, args)
    this.kernel_size = kernel_size
    this.stride = stride ?? kernel_size
    this.padding = padding
    this.ceil_mode = ceil_mode
    this.count_include_pad = count_include_pad
    this.divisor_override = divisor_override
  }

  override extra_repr(): string {
    return settings(this, 'kernel_size', 'stride', 'padding')
  }
}

/**
 * The mean of each window of (N, C, H, W) or (C, H, W); arguments as for {@link AvgPool1d}.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out), sizes as for {@link AvgPool1d}.
 * @param divisor_override - divide by it rather than the window's size. Default: none.
 * @see torch.nn.AvgPool2d
 */
export class AvgPool2d extends _AvgPoolNd {
  forward(input: Tensor): Tensor {
    return F.avg_pool2d(input, this.kernel_size, this.stride, this.padding, this.ceil_mode, this.count_include_pad, this.divisor_override)
  }
}

/**
 * The mean of each window of (N, C, D, H, W) or (C, D, H, W); arguments as for {@link AvgPool2d}.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out), sizes as for {@link AvgPool1d}.
 * @see torch.nn.AvgPool3d
 */
export class AvgPool3d extends _AvgPoolNd {
  forward(input: Tensor): Tensor {
    return F.avg_pool3d(input, this.kernel_size, this.stride, this.padding, this.ceil_mode, this.count_include_pad, this.divisor_override)
  }
}

// ---- windows at random places ----

const fractional_names = ['kernel_size', 'output_size', 'output_ratio', 'return_indices', '_random_samples'] as const
type FractionalArgs = [kernel_size: Sizes, output_size?: Sizes | null, output_ratio?: Sizes | null, return_indices?: boolean,
  _random_samples?: Tensor | null]

/** What the fractional pooling layers share. */
abstract class _FractionalMaxPoolNd extends Layer {
  kernel_size: number[]
  return_indices: boolean
  declare _random_samples: Tensor | null
  output_size: number[] | null
  output_ratio: number[] | null

  constructor(repeat: typeof pair, args: Args<FractionalArgs, typeof fractional_names>) {
    super()
    const { name } = new.target
    const [kernel_size, output_size = null, output_ratio = null, return_indices = false, _random_samples = null]
      = arrange<FractionalArgs>(`${name}.__init__`, fractional_names, 1, args)
    if (repeat === triple && [kernel_size].flat().some(size => size <= 0)) {
      throw new ValueError(`kernel_size must be greater than 0, but got ${text(kernel_size)}`)
    }
    this.kernel_size = repeat(kernel_size)
    this.return_indices = return_indices
    this.register_buffer('_random_samples', _random_samples)
    this.output_size = output_size === null ? null : repeat(output_size)
    this.output_ratio = output_ratio === null ? null : repeat(output_ratio)
    if (output_size === null && output_ratio === null) {
      throw new ValueError(`${name} requires specifying either an output size, or a pooling ratio`)
    }
    if (output_size !== null && output_ratio !== null) throw new ValueError('only one of output_size and output_ratio may be specified')
    if (this.output_ratio?.some(ratio => !(ratio > 0 && ratio < 1))) {
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${text(output_ratio)})`)
    }
  }
}

function fractional_max_pool(layer: _FractionalMaxPoolNd, pool: typeof F.fractional_max_pool2d, input: Tensor): Tensor {
  return pool(input, layer.kernel_size, layer.output_size, layer.output_ratio, layer.return_indices, layer._random_samples)
}

/**
 * The largest value of each of windows whose places are drawn at random.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): output_size, or output_ratio of the input.
 * @param output_size - the output's size; or give
 * @param output_ratio - the output's size as a part of the input's, between 0 and 1
 * @throws {ValueError} unless one of the two is given.
 * @see torch.nn.FractionalMaxPool2d
 */
export class FractionalMaxPool2d extends _FractionalMaxPoolNd {
  constructor(...args: Args<FractionalArgs, typeof fractional_names>) {
    super(pair, args)
  }

  forward(input: Tensor): Tensor {
    return fractional_max_pool(this, F.fractional_max_pool2d, input)
  }
}

/**
 * {@link FractionalMaxPool2d} for volumes.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): output_size, or output_ratio of the input.
 * @see torch.nn.FractionalMaxPool3d
 */
export class FractionalMaxPool3d extends _FractionalMaxPoolNd {
  constructor(...args: Args<FractionalArgs, typeof fractional_names>) {
    super(triple, args)
  }

  forward(input: Tensor): Tensor {
    return fractional_max_pool(this, F.fractional_max_pool3d, input)
  }
}

// ---- power means ----

const lp_names = ['norm_type', 'kernel_size', 'stride', 'ceil_mode'] as const
type LPPoolArgs = [norm_type: number, kernel_size: Sizes, stride?: Sizes | null, ceil_mode?: boolean]

/** What the power mean layers share. */
abstract class _LPPoolNd extends Layer {
  norm_type: number
  kernel_size: Sizes
  stride: Sizes | null
  ceil_mode: boolean

  constructor(...args: Args<LPPoolArgs, typeof lp_names>) {
    super()
    const [norm_type, kernel_size, stride = null, ceil_mode = false] = arrange<LPPoolArgs>(`${new.target.name}.__init__`, lp_names, 2, args)
    this.norm_type = norm_type
    this.kernel_size = kernel_size
    this.stride = stride
    this.ceil_mode = ceil_mode
  }

  override extra_repr(): string {
    return settings(this, 'norm_type', 'kernel_size', 'stride', 'ceil_mode')
  }
}

/**
 * `sum(x^p)^(1/p)` over each window, p being `norm_type`.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out), sizes as for {@link AvgPool1d} without padding.
 * @see torch.nn.LPPool1d
 */
export class LPPool1d extends _LPPoolNd {
  forward(input: Tensor): Tensor {
    return F.lp_pool1d(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode)
  }
}

/**
 * `sum(x^p)^(1/p)` over each window of an image.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out), sizes as for {@link AvgPool1d} without padding.
 * @see torch.nn.LPPool2d
 */
export class LPPool2d extends _LPPoolNd {
  forward(input: Tensor): Tensor {
    return F.lp_pool2d(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode)
  }
}

/**
 * `sum(x^p)^(1/p)` over each window of a volume.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out), sizes as for {@link AvgPool1d} without padding.
 * @see torch.nn.LPPool3d
 */
export class LPPool3d extends _LPPoolNd {
  forward(input: Tensor): Tensor {
    return F.lp_pool3d(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode)
  }
}

// ---- as many windows as the output has places ----

const adaptive_max_names = ['output_size', 'return_indices'] as const
type AdaptiveMaxArgs = [output_size: F.AdaptiveSizes, return_indices?: boolean]

/** What the adaptive max pooling layers share. */
abstract class _AdaptiveMaxPoolNd extends Layer {
  output_size: F.AdaptiveSizes
  return_indices: boolean

  constructor(...args: Args<AdaptiveMaxArgs, typeof adaptive_max_names>) {
    super()
    const [output_size, return_indices = false] = arrange<AdaptiveMaxArgs>(`${new.target.name}.__init__`, adaptive_max_names, 1, args)
    this.output_size = output_size
    this.return_indices = return_indices
  }

  override extra_repr(): string {
    return settings(this, 'output_size')
  }
}

/**
 * The largest value of each of as many windows as the output has places.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): output_size.
 * @param output_size - the size of the output
 * @param return_indices - forward gives `[output, indices]`. Default: false.
 * @see torch.nn.AdaptiveMaxPool1d
 */
export class AdaptiveMaxPool1d extends _AdaptiveMaxPoolNd {
  forward(input: Tensor): Tensor {
    return F.adaptive_max_pool1d(input, this.output_size, this.return_indices)
  }
}

/**
 * {@link AdaptiveMaxPool1d} for images; null for a size is the input's.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): output_size.
 * @see torch.nn.AdaptiveMaxPool2d
 */
export class AdaptiveMaxPool2d extends _AdaptiveMaxPoolNd {
  forward(input: Tensor): Tensor {
    return F.adaptive_max_pool2d(input, this.output_size, this.return_indices)
  }
}

/**
 * {@link AdaptiveMaxPool1d} for volumes; null for a size is the input's.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): output_size.
 * @see torch.nn.AdaptiveMaxPool3d
 */
export class AdaptiveMaxPool3d extends _AdaptiveMaxPoolNd {
  forward(input: Tensor): Tensor {
    return F.adaptive_max_pool3d(input, this.output_size, this.return_indices)
  }
}

const adaptive_avg_names = ['output_size'] as const
type AdaptiveAvgArgs<Size> = [output_size: Size]

/** What the adaptive average pooling layers share. */
abstract class _AdaptiveAvgPoolNd<Size> extends Layer {
  output_size: Size

  constructor(...args: Args<AdaptiveAvgArgs<Size>, typeof adaptive_avg_names>) {
    super()
    const [output_size] = arrange<AdaptiveAvgArgs<Size>>(`${new.target.name}.__init__`, adaptive_avg_names, 1, args)
    this.output_size = output_size
  }

  override extra_repr(): string {
    return settings(this, 'output_size')
  }
}

/**
 * The mean of each of as many windows as the output has places.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): output_size.
 * @see torch.nn.AdaptiveAvgPool1d
 */
export class AdaptiveAvgPool1d extends _AdaptiveAvgPoolNd<Sizes> {
  forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool1d(input, this.output_size)
  }
}

/**
 * {@link AdaptiveAvgPool1d} for images; null for a size is the input's.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): output_size.
 * @see torch.nn.AdaptiveAvgPool2d
 */
export class AdaptiveAvgPool2d extends _AdaptiveAvgPoolNd<F.AdaptiveSizes> {
  forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool2d(input, this.output_size)
  }
}

/**
 * {@link AdaptiveAvgPool1d} for volumes; null for a size is the input's.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): output_size.
 * @see torch.nn.AdaptiveAvgPool3d
 */
export class AdaptiveAvgPool3d extends _AdaptiveAvgPoolNd<F.AdaptiveSizes> {
  forward(input: Tensor): Tensor {
    return F.adaptive_avg_pool3d(input, this.output_size)
  }
}
