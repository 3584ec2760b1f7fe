// Convolutions that learn in_channels from the first input: the lazy ones of torch.nn.modules.conv.
import { type Args, arrange } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import type { Tensor } from '../../tensor'
import type { DeviceOption, DtypeOption, FactoryKwargs, Sizes } from '../_types'
import { UninitializedParameter } from '../parameter'
import { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type Padding, type PaddingMode, type _ConvNd } from './conv'
import { type LazyModule, has_uninitialized, make_lazy } from './lazy'
import type { Module } from './module'

type LazyConv = _ConvNd & LazyModule

// Puts parameters without a shape into a new lazy convolution.
function start(layer: LazyConv, out_channels: number, bias: boolean, { device, dtype }: FactoryKwargs, become: { prototype: Module }): void {
  layer.weight = new UninitializedParameter({ device, dtype })
  layer.out_channels = out_channels
  if (bias) layer.bias = new UninitializedParameter({ device, dtype })
  make_lazy(layer, become)
}

function channels_of(layer: LazyConv, input: Tensor): number {
  const dims = layer.kernel_size.length
  const given = input.dim()
  if (given === dims + 2) return input.size(1)
  if (given === dims + 1) return input.size(0)
  throw new RuntimeError(`Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${layer._get_name()}, `
    + `but got input of size: ${String(input.shape)}`)
}

function initialize(layer: LazyConv, input: Tensor): void {
  if (!layer.has_uninitialized_params()) return
  const { weight, bias, groups, out_channels, kernel_size, transposed } = layer
  const in_channels = channels_of(layer, input)
  if (in_channels % groups !== 0) throw new ValueError('in_channels must be divisible by groups')
  layer.in_channels = in_channels
  const channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups]
  if (weight instanceof UninitializedParameter) weight.materialize([...channels, ...kernel_size])
  if (bias instanceof UninitializedParameter) bias.materialize([out_channels])
  layer.reset_parameters()
}

const conv_names = ['out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias', 'padding_mode', 'device', 'dtype'] as const
type ConvArgs = [out_channels: number, kernel_size: Sizes, stride?: Sizes, padding?: Padding, dilation?: Sizes, groups?: number,
  bias?: boolean, padding_mode?: PaddingMode, device?: DeviceOption, dtype?: DtypeOption]

const transpose_names = ['out_channels', 'kernel_size', 'stride', 'padding', 'output_padding', 'groups', 'bias', 'dilation', 'padding_mode',
  'device', 'dtype'] as const
type TransposeArgs = [out_channels: number, kernel_size: Sizes, stride?: Sizes, padding?: Sizes, output_padding?: Sizes, groups?: number,
  bias?: boolean, dilation?: Sizes, padding_mode?: 'zeros', device?: DeviceOption, dtype?: DtypeOption]

/** {@link Conv1d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConv1d */
export class LazyConv1d extends Conv1d {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    const [out_channels, kernel_size, stride, padding, dilation, groups, bias = true, padding_mode, device, dtype]
      = arrange<ConvArgs>('LazyConv1d.__init__', conv_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, dilation, groups, bias: false, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, Conv1d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}

/** {@link Conv2d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConv2d */
export class LazyConv2d extends Conv2d {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    const [out_channels, kernel_size, stride, padding, dilation, groups, bias = true, padding_mode, device, dtype]
      = arrange<ConvArgs>('LazyConv2d.__init__', conv_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, dilation, groups, bias: false, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, Conv2d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}

/** {@link Conv3d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConv3d */
export class LazyConv3d extends Conv3d {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    const [out_channels, kernel_size, stride, padding, dilation, groups, bias = true, padding_mode, device, dtype]
      = arrange<ConvArgs>('LazyConv3d.__init__', conv_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, dilation, groups, bias: false, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, Conv3d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}

/** {@link ConvTranspose1d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConvTranspose1d */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    const [out_channels, kernel_size, stride, padding, output_padding, groups, bias = true, dilation, padding_mode, device, dtype]
      = arrange<TransposeArgs>('LazyConvTranspose1d.__init__', transpose_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, output_padding, groups, bias: false, dilation, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, ConvTranspose1d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}

/** {@link ConvTranspose2d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConvTranspose2d */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    const [out_channels, kernel_size, stride, padding, output_padding, groups, bias = true, dilation, padding_mode, device, dtype]
      = arrange<TransposeArgs>('LazyConvTranspose2d.__init__', transpose_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, output_padding, groups, bias: false, dilation, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, ConvTranspose2d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}

/** {@link ConvTranspose3d} whose in_channels is the number of channels of its first input. @see torch.nn.LazyConvTranspose3d */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    const [out_channels, kernel_size, stride, padding, output_padding, groups, bias = true, dilation, padding_mode, device, dtype]
      = arrange<TransposeArgs>('LazyConvTranspose3d.__init__', transpose_names, 2, args)
    super(0, 0, kernel_size, { stride, padding, output_padding, groups, bias: false, dilation, padding_mode, device, dtype })
    start(this, out_channels, bias, { device, dtype }, ConvTranspose3d)
  }

  has_uninitialized_params(): boolean {
    return has_uninitialized(this)
  }

  override reset_parameters(): void {
    if (!this.has_uninitialized_params() && this.in_channels !== 0) super.reset_parameters()
  }

  /** Takes in_channels from the input. */
  initialize_parameters(input: Tensor): void {
    initialize(this, input)
  }
}
