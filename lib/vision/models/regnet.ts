// RegNet X and Y: torchvision.models.regnet.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { Conv2dNormActivation, SqueezeExcitation } from '../ops/misc'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { _make_divisible, python_round } from './_utils'

/** The first layer of RegNet for ImageNet. */
class SimpleStemIN extends Conv2dNormActivation {
  constructor(width_in: number, width_out: number, norm_layer: LayerMaker, activation_layer: LayerMaker) {
    super(width_in, width_out, { kernel_size: 3, stride: 2, norm_layer, activation_layer })
  }
}

interface BlockOptions {
  group_width: number
  bottleneck_multiplier: number
  se_ratio: number | null
}

function bottleneck_layers(width_in: number, width_out: number, stride: number, norm_layer: LayerMaker, activation_layer: LayerMaker,
  { group_width, bottleneck_multiplier, se_ratio }: BlockOptions): Map<string, nn.Module> {
  const width = python_round(width_out * bottleneck_multiplier)
  const groups = Math.floor(width / group_width)
  const layers = new Map<string, nn.Module>()
  layers.set('a', new Conv2dNormActivation(width_in, width, { kernel_size: 1, stride: 1, norm_layer, activation_layer }))
  layers.set('b', new Conv2dNormActivation(width, width, { kernel_size: 3, stride, groups, norm_layer, activation_layer }))
  if (se_ratio) {
    layers.set('se', new SqueezeExcitation({ input_channels: width, squeeze_channels: python_round(se_ratio * width_in), activation: activation_layer }))
  }
  layers.set('c', new Conv2dNormActivation(width, width_out, { kernel_size: 1, stride: 1, norm_layer, activation_layer: null }))
  return layers
}

/** Convolutions of 1 x 1, 3 x 3 in groups, and 1 x 1. */
class BottleneckTransform extends nn.Sequential {
  constructor(...args: Parameters<typeof bottleneck_layers>) {
    super(bottleneck_layers(...args))
  }
}

/** {@link BottleneckTransform} beside the identity, or a projection. */
class ResBottleneckBlock extends nn.Module {
  proj: TensorModule | null
  f: BottleneckTransform
  activation: TensorModule

  constructor(width_in: number, width_out: number, stride: number, norm_layer: LayerMaker, activation_layer: LayerMaker, group_width = 1,
    bottleneck_multiplier = 1, se_ratio: number | null = null) {
    super()
    this.proj = width_in !== width_out || stride !== 1
      ? new Conv2dNormActivation(width_in, width_out, { kernel_size: 1, stride, norm_layer, activation_layer: null }) as nn.Module as TensorModule
      : null
    this.f = new BottleneckTransform(width_in, width_out, stride, norm_layer, activation_layer, { group_width, bottleneck_multiplier, se_ratio })
    this.activation = make(activation_layer, { inplace: true })
  }

  forward(x: Tensor): Tensor {
    const identity = this.proj === null ? x : this.proj(x)
    return this.activation(identity.add(this.f(x)))
  }
}

/** Blocks of one size. */
class AnyStage extends nn.Sequential {
  constructor(width_in: number, width_out: number, stride: number, depth: number, block: LayerMaker, norm_layer: LayerMaker,
    activation_layer: LayerMaker, options: BlockOptions, stage_index: number) {
    super()
    const { group_width, bottleneck_multiplier, se_ratio } = options
    for (let i = 0; i < depth; i++) {
      this.add_module(`block${stage_index}-${i}`, make(block, i === 0 ? width_in : width_out, width_out, i === 0 ? stride : 1, norm_layer,
        activation_layer, group_width, bottleneck_multiplier, se_ratio))
    }
  }
}

/** How the widths of the stages are made. */
interface Design {
  depth: number
  w_0: number
  w_a: number
  w_m: number
  group_width: number
  bottleneck_multiplier?: number
  se_ratio?: number | null
}

/** What the stages are like: depths, widths, widths of the groups, multipliers and strides. */
class BlockParams {
  constructor(readonly depths: readonly number[], readonly widths: readonly number[], readonly group_widths: readonly number[],
    readonly bottleneck_multipliers: readonly number[], readonly strides: readonly number[], readonly se_ratio: number | null = null) {}

  /** The stages of a width that grows in a straight line, put to powers of w_m, and to multiples of 8. */
  static from_init_params({ depth, w_0, w_a, w_m, group_width, bottleneck_multiplier = 1, se_ratio = null }: Design): BlockParams {
    if (w_a < 0 || w_0 <= 0 || w_m <= 1 || w_0 % 8 !== 0) throw new ValueError('Invalid RegNet settings')
    const block_widths = Array.from({ length: depth }, (_, i) => {
      const capacity = python_round(Math.log((i * w_a + w_0) / w_0) / Math.log(w_m))
      return python_round(w_0 * w_m ** capacity / 8) * 8
    })
    const widths = block_widths.filter((width, i) => width !== block_widths[i - 1])
    const depths = widths.map(width => block_widths.filter(one => one === width).length)
    const bottlenecks = widths.map(width => Math.trunc(width * bottleneck_multiplier))
    const group_widths = bottlenecks.map(width => Math.min(group_width, width))
    const fitting = bottlenecks.map((width, i) => Math.trunc(_make_divisible(width, group_widths[i]!) / bottleneck_multiplier))
    return new BlockParams(depths, fitting, group_widths, widths.map(() => bottleneck_multiplier), widths.map(() => 2), se_ratio)
  }
}

const names = ['block_params', 'num_classes', 'stem_width', 'stem_type', 'block_type', 'norm_layer', 'activation'] as const
type RegNetArgs = [block_params: BlockParams, num_classes?: number, stem_width?: number, stem_type?: LayerMaker | null,
  block_type?: LayerMaker | null, norm_layer?: LayerMaker | null, activation?: LayerMaker | null]
type Options = Omit<Keywords<RegNetArgs, typeof names>, 'block_params'>

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d) {
    const fan_out = module.kernel_size[0]! * module.kernel_size[1]! * module.out_channels
    nn.init.normal_(module.weight, { mean: 0, std: Math.sqrt(2 / fan_out) })
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.ones_(module.weight!)
    nn.init.zeros_(module.bias!)
  } else if (module instanceof nn.Linear) {
    nn.init.normal_(module.weight, { mean: 0, std: 0.01 })
    nn.init.zeros_(module.bias!)
  }
}

/**
 * RegNet.
 *
 * @param block_params - what the stages are like
 * @param num_classes - Default: 1000.
 * @param stem_width - channels after the first layer. Default: 32.
 * @param norm_layer - Default: nn.BatchNorm2d.
 * @param activation - Default: nn.ReLU.
 * @see torchvision.models.RegNet; https://arxiv.org/abs/2003.13678
 */
export class RegNet extends nn.Module {
  stem: TensorModule
  trunk_output: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  fc: nn.Linear

  constructor(...args: Args<RegNetArgs, typeof names>) {
    super()
    const [params, num_classes = 1000, stem_width = 32, stem_type, block_type, norm, activate] = arrange<RegNetArgs>('RegNet.__init__', names, 1, args)
    const norm_layer = norm ?? nn.BatchNorm2d
    const activation = activate ?? nn.ReLU
    this.stem = make(stem_type ?? SimpleStemIN, 3, stem_width, norm_layer, activation)
    let width = stem_width
    const stages = params.widths.map((width_out, i): [string, nn.Module] => {
      const options = { group_width: params.group_widths[i]!, bottleneck_multiplier: params.bottleneck_multipliers[i]!, se_ratio: params.se_ratio }
      const stage = new AnyStage(width, width_out, params.strides[i]!, params.depths[i]!, block_type ?? ResBottleneckBlock, norm_layer, activation,
        options, i + 1)
      width = width_out
      return [`block${i + 1}`, stage]
    })
    this.trunk_output = new nn.Sequential(new Map(stages))
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1])
    this.fc = new nn.Linear({ in_features: width, out_features: num_classes })
    for (const module of this.modules()) init_module(module)
  }

  forward(x: Tensor): Tensor {
    return this.fc(this.avgpool(this.trunk_output(this.stem(x))).flatten(1))
  }
}

function regnet(name: string, [depth, w_0, w_a, w_m, group_width]: readonly [number, number, number, number, number], se_ratio: number | null,
  weights: WeightsSet): ModelBuilder<Options, RegNet> {
  return register_model(name, {
    weights,
    make: (kwargs: Options) => new RegNet({ block_params: BlockParams.from_init_params({ depth, w_0, w_a, w_m, group_width, se_ratio }), ...kwargs }),
  })
}

export const RegNet_Y_400MF_Weights = weights_enum('RegNet_Y_400MF_Weights')
export const RegNet_Y_800MF_Weights = weights_enum('RegNet_Y_800MF_Weights')
export const RegNet_Y_1_6GF_Weights = weights_enum('RegNet_Y_1_6GF_Weights')
export const RegNet_Y_3_2GF_Weights = weights_enum('RegNet_Y_3_2GF_Weights')
export const RegNet_Y_8GF_Weights = weights_enum('RegNet_Y_8GF_Weights')
export const RegNet_Y_16GF_Weights = weights_enum('RegNet_Y_16GF_Weights')
export const RegNet_Y_32GF_Weights = weights_enum('RegNet_Y_32GF_Weights')
export const RegNet_Y_128GF_Weights = weights_enum('RegNet_Y_128GF_Weights')
export const RegNet_X_400MF_Weights = weights_enum('RegNet_X_400MF_Weights')
export const RegNet_X_800MF_Weights = weights_enum('RegNet_X_800MF_Weights')
export const RegNet_X_1_6GF_Weights = weights_enum('RegNet_X_1_6GF_Weights')
export const RegNet_X_3_2GF_Weights = weights_enum('RegNet_X_3_2GF_Weights')
export const RegNet_X_8GF_Weights = weights_enum('RegNet_X_8GF_Weights')
export const RegNet_X_16GF_Weights = weights_enum('RegNet_X_16GF_Weights')
export const RegNet_X_32GF_Weights = weights_enum('RegNet_X_32GF_Weights')

/** {@link RegNet} Y, 400 million operations. @see torchvision.models.regnet_y_400mf */
export const regnet_y_400mf = regnet('regnet_y_400mf', [16, 48, 27.89, 2.09, 8], 0.25, RegNet_Y_400MF_Weights)
/** {@link RegNet} Y, 800 million operations. @see torchvision.models.regnet_y_800mf */
export const regnet_y_800mf = regnet('regnet_y_800mf', [14, 56, 38.84, 2.4, 16], 0.25, RegNet_Y_800MF_Weights)
/** {@link RegNet} Y, 1.6 thousand million operations. @see torchvision.models.regnet_y_1_6gf */
export const regnet_y_1_6gf = regnet('regnet_y_1_6gf', [27, 48, 20.71, 2.65, 24], 0.25, RegNet_Y_1_6GF_Weights)
/** {@link RegNet} Y, 3.2 thousand million operations. @see torchvision.models.regnet_y_3_2gf */
export const regnet_y_3_2gf = regnet('regnet_y_3_2gf', [21, 80, 42.63, 2.66, 24], 0.25, RegNet_Y_3_2GF_Weights)
/** {@link RegNet} Y, 8 thousand million operations. @see torchvision.models.regnet_y_8gf */
export const regnet_y_8gf = regnet('regnet_y_8gf', [17, 192, 76.82, 2.19, 56], 0.25, RegNet_Y_8GF_Weights)
/** {@link RegNet} Y, 16 thousand million operations. @see torchvision.models.regnet_y_16gf */
export const regnet_y_16gf = regnet('regnet_y_16gf', [18, 200, 106.23, 2.48, 112], 0.25, RegNet_Y_16GF_Weights)
/** {@link RegNet} Y, 32 thousand million operations. @see torchvision.models.regnet_y_32gf */
export const regnet_y_32gf = regnet('regnet_y_32gf', [20, 232, 115.89, 2.53, 232], 0.25, RegNet_Y_32GF_Weights)
/** {@link RegNet} Y, 128 thousand million operations. @see torchvision.models.regnet_y_128gf */
export const regnet_y_128gf = regnet('regnet_y_128gf', [27, 456, 160.83, 2.52, 264], 0.25, RegNet_Y_128GF_Weights)
/** {@link RegNet} X, 400 million operations. @see torchvision.models.regnet_x_400mf */
export const regnet_x_400mf = regnet('regnet_x_400mf', [22, 24, 24.48, 2.54, 16], null, RegNet_X_400MF_Weights)
/** {@link RegNet} X, 800 million operations. @see torchvision.models.regnet_x_800mf */
export const regnet_x_800mf = regnet('regnet_x_800mf', [16, 56, 35.73, 2.28, 16], null, RegNet_X_800MF_Weights)
/** {@link RegNet} X, 1.6 thousand million operations. @see torchvision.models.regnet_x_1_6gf */
export const regnet_x_1_6gf = regnet('regnet_x_1_6gf', [18, 80, 34.01, 2.25, 24], null, RegNet_X_1_6GF_Weights)
/** {@link RegNet} X, 3.2 thousand million operations. @see torchvision.models.regnet_x_3_2gf */
export const regnet_x_3_2gf = regnet('regnet_x_3_2gf', [25, 88, 26.31, 2.25, 48], null, RegNet_X_3_2GF_Weights)
/** {@link RegNet} X, 8 thousand million operations. @see torchvision.models.regnet_x_8gf */
export const regnet_x_8gf = regnet('regnet_x_8gf', [23, 80, 49.56, 2.88, 120], null, RegNet_X_8GF_Weights)
/** {@link RegNet} X, 16 thousand million operations. @see torchvision.models.regnet_x_16gf */
export const regnet_x_16gf = regnet('regnet_x_16gf', [22, 216, 55.59, 2.1, 128], null, RegNet_X_16GF_Weights)
/** {@link RegNet} X, 32 thousand million operations. @see torchvision.models.regnet_x_32gf */
export const regnet_x_32gf = regnet('regnet_x_32gf', [23, 320, 69.86, 2, 168], null, RegNet_X_32GF_Weights)
