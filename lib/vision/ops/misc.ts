// Blocks of layers: torchvision.ops.misc.
import { type Args, arrange } from '../../_args'
import { float_repr } from '../../_python_format'
import { warn } from '../../_warnings'
import { ones, permute, zeros } from '../../generated/torch_functions'
import { AdaptiveAvgPool2d, BatchNorm2d, BatchNorm3d, Conv2d, Conv3d, Dropout, Linear, Module, ReLU, Sequential, Sigmoid } from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { LocalMetadata } from '../../nn/modules/module'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'

const frozen_names = ['num_features', 'eps'] as const

/**
 * Batch normalisation with fixed statistics and affine values, which are buffers: `x * scale + shift` for each channel.
 *
 * @param eps - added to the variance. Default: 1e-5.
 * @see torchvision.ops.FrozenBatchNorm2d
 */
export class FrozenBatchNorm2d extends Module {
  eps: number
  declare weight: Tensor
  declare bias: Tensor
  declare running_mean: Tensor
  declare running_var: Tensor

  constructor(...args: Args<[num_features: number, eps?: number], typeof frozen_names>) {
    super()
    const [num_features, eps = 1e-5] = arrange<[number, number?]>('FrozenBatchNorm2d.__init__', frozen_names, 1, args)
    this.eps = eps
    this.register_buffer('weight', ones(num_features))
    this.register_buffer('bias', zeros(num_features))
    this.register_buffer('running_mean', zeros(num_features))
    this.register_buffer('running_var', ones(num_features))
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    delete state_dict[`${prefix}num_batches_tracked`]
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }

  forward(x: Tensor): Tensor {
    const [weight, bias, mean, variance] = [this.weight, this.bias, this.running_mean, this.running_var].map(one => one.reshape(1, -1, 1, 1))
    const scale = weight!.mul(variance!.add(this.eps).rsqrt())
    return x.mul(scale).add(bias!.sub(mean!.mul(scale)))
  }

  override toString(): string {
    return `${this._get_name()}(${this.weight.size(0)}, eps=${float_repr(this.eps)})`
  }
}

const norm_activation_names = ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'groups', 'norm_layer', 'activation_layer',
  'dilation', 'inplace', 'bias'] as const
type NormActivationArgs = [in_channels: number, out_channels: number, kernel_size?: Sizes, stride?: Sizes, padding?: Sizes | string | null,
  groups?: number, norm_layer?: LayerMaker | null, activation_layer?: LayerMaker | null, dilation?: Sizes, inplace?: boolean | null,
  bias?: boolean | null]
const with_conv_names = [...norm_activation_names, 'conv_layer'] as const
type WithConvArgs = [...NormActivationArgs, conv_layer?: LayerMaker]
type Settings = Required<WithConvArgs>

// So much that a convolution with stride 1 keeps the size.
function same_padding(kernel_size: Sizes, dilation: Sizes): Sizes {
  if (typeof kernel_size === 'number' && typeof dilation === 'number') return Math.floor((kernel_size - 1) / 2) * dilation
  const dims = typeof kernel_size === 'number' ? (dilation as readonly number[]).length : kernel_size.length
  const at = (sizes: Sizes, d: number): number => (typeof sizes === 'number' ? sizes : sizes[d]!)
  return Array.from({ length: dims }, (_, d) => Math.floor((at(kernel_size, d) - 1) / 2) * at(dilation, d))
}

function layers_of(settings: Settings): Module[] {
  const [in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace, bias, conv_layer]
    = settings
  const conv = make(conv_layer, in_channels, out_channels, kernel_size, stride, padding ?? same_padding(kernel_size, dilation),
    { dilation, groups, bias: bias ?? norm_layer === null })
  const layers: Module[] = [conv]
  if (norm_layer !== null) layers.push(make(norm_layer, out_channels))
  if (activation_layer !== null) layers.push(make(activation_layer, inplace === null ? {} : { inplace }))
  return layers
}

function settings_of(name: string, norm: LayerMaker, conv: LayerMaker, names: readonly string[], args: readonly unknown[]): Settings {
  const [in_channels, out_channels, kernel_size = 3, stride = 1, padding = null, groups = 1, norm_layer = norm, activation_layer = ReLU,
    dilation = 1, inplace = true, bias = null, conv_layer = conv] = arrange<WithConvArgs>(`${name}.__init__`, names, 2, args)
  return [in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace, bias, conv_layer]
}

/** What {@link Conv2dNormActivation} and {@link Conv3dNormActivation} share; use those. @see torchvision.ops.misc.ConvNormActivation */
export class ConvNormActivation extends Sequential {
  out_channels: number

  constructor(...args: Args<WithConvArgs, typeof with_conv_names>) {
    const settings = settings_of('ConvNormActivation', BatchNorm2d, Conv2d, with_conv_names, args)
    super(...layers_of(settings))
    this.out_channels = settings[1]
    if (new.target === ConvNormActivation) {
      warn("Don't use ConvNormActivation directly, please use Conv2dNormActivation and Conv3dNormActivation instead.")
    }
  }
}

/**
 * A convolution over two dimensions, a norm layer and an activation.
 *
 * @param kernel_size - Default: 3.
 * @param padding - Default: null, as much as keeps the size.
 * @param norm_layer - a class, or a function of the channels that makes the layer; null: none. Default: nn.BatchNorm2d.
 * @param activation_layer - Default: nn.ReLU; null: none.
 * @param inplace - given to the activation; null: not given. Default: true.
 * @param bias - of the convolution. Default: null, only if there is no norm layer.
 * @see torchvision.ops.Conv2dNormActivation
 */
export class Conv2dNormActivation extends ConvNormActivation {
  constructor(...args: Args<NormActivationArgs, typeof norm_activation_names>) {
    super(...settings_of('Conv2dNormActivation', BatchNorm2d, Conv2d, norm_activation_names, args))
  }
}

/** {@link Conv2dNormActivation} over three dimensions, with nn.BatchNorm3d. @see torchvision.ops.Conv3dNormActivation */
export class Conv3dNormActivation extends ConvNormActivation {
  constructor(...args: Args<NormActivationArgs, typeof norm_activation_names>) {
    super(...settings_of('Conv3dNormActivation', BatchNorm3d, Conv3d, norm_activation_names, args))
  }
}

const excitation_names = ['input_channels', 'squeeze_channels', 'activation', 'scale_activation'] as const
type ExcitationArgs = [input_channels: number, squeeze_channels: number, activation?: LayerMaker, scale_activation?: LayerMaker]

/**
 * Scales each channel by a value that two small layers compute from the means of all channels.
 *
 * @param activation - between the layers. Default: nn.ReLU.
 * @param scale_activation - after them. Default: nn.Sigmoid.
 * @see torchvision.ops.SqueezeExcitation; https://arxiv.org/abs/1709.01507
 */
export class SqueezeExcitation extends Module {
  avgpool: AdaptiveAvgPool2d
  fc1: Conv2d
  fc2: Conv2d
  activation: TensorModule
  scale_activation: TensorModule

  constructor(...args: Args<ExcitationArgs, typeof excitation_names>) {
    super()
    const [input_channels, squeeze_channels, activation = ReLU, scale_activation = Sigmoid]
      = arrange<ExcitationArgs>('SqueezeExcitation.__init__', excitation_names, 2, args)
    this.avgpool = new AdaptiveAvgPool2d(1)
    this.fc1 = new Conv2d(input_channels, squeeze_channels, 1)
    this.fc2 = new Conv2d(squeeze_channels, input_channels, 1)
    this.activation = make(activation)
    this.scale_activation = make(scale_activation)
  }

  forward(input: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(input)))
    return this.scale_activation(this.fc2(squeezed)).mul(input)
  }
}

const mlp_names = ['in_channels', 'hidden_channels', 'norm_layer', 'activation_layer', 'inplace', 'bias', 'dropout'] as const
type MLPArgs = [in_channels: number, hidden_channels: readonly number[], norm_layer?: LayerMaker | null, activation_layer?: LayerMaker,
  inplace?: boolean | null, bias?: boolean, dropout?: number]

function mlp_layers(args: readonly unknown[]): Module[] {
  const [in_channels, hidden_channels, norm_layer = null, activation_layer = ReLU, inplace = null, bias = true, dropout = 0]
    = arrange<MLPArgs>('MLP.__init__', mlp_names, 2, args)
  const params = inplace === null ? {} : { inplace }
  const last = hidden_channels.length - 1
  return hidden_channels.flatMap((size, i) => {
    const layers: Module[] = [new Linear(i === 0 ? in_channels : hidden_channels[i - 1]!, size, { bias })]
    if (i < last && norm_layer !== null) layers.push(make(norm_layer, size))
    if (i < last) layers.push(make(activation_layer, params))
    layers.push(new Dropout(dropout, params))
    return layers
  })
}

/**
 * Linear layers, each followed by dropout, and all but the last by a norm layer and an activation.
 *
 * @param hidden_channels - the sizes after each linear layer
 * @param norm_layer - Default: null, none.
 * @param activation_layer - Default: nn.ReLU.
 * @param dropout - the chance. Default: 0.
 * @see torchvision.ops.MLP
 */
export class MLP extends Sequential {
  constructor(...args: Args<MLPArgs, typeof mlp_names>) {
    super(...mlp_layers(args))
  }
}

/** Puts the dimensions into another order. @see torchvision.ops.Permute */
export class Permute extends Module {
  dims: readonly number[]

  constructor(...args: Args<[dims: readonly number[]], readonly ['dims']>) {
    super()
    const [dims] = arrange<[readonly number[]]>('Permute.__init__', ['dims'], 1, args)
    this.dims = dims
  }

  forward(x: Tensor): Tensor {
    return permute(x, this.dims)
  }
}
