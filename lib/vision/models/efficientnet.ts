// EfficientNet v1 and v2: torchvision.models.efficientnet.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, make } from '../_layers'
import { Conv2dNormActivation, SqueezeExcitation } from '../ops/misc'
import { StochasticDepth } from '../ops/stochastic_depth'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { _make_divisible, init_mobile_module, sequential } from './_utils'

/** One stage: how its blocks widen their input, the filters' size, the first stride, channels before and after, how many blocks. */
abstract class _MBConvConfig {
  constructor(readonly expand_ratio: number, readonly kernel: number, readonly stride: number, readonly input_channels: number,
    readonly out_channels: number, readonly num_layers: number, readonly block: LayerMaker) {}

  /** The configuration of the blocks after the first. */
  abstract later(): _MBConvConfig

  get expanded_channels(): number {
    return _make_divisible(this.input_channels * this.expand_ratio, 8)
  }
}

class MBConvConfig extends _MBConvConfig {
  constructor(expand_ratio: number, kernel: number, stride: number, input_channels: number, out_channels: number, num_layers: number,
    width_mult = 1, depth_mult = 1, block: LayerMaker = MBConv) {
    super(expand_ratio, kernel, stride, _make_divisible(input_channels * width_mult, 8), _make_divisible(out_channels * width_mult, 8),
      Math.ceil(num_layers * depth_mult), block)
  }

  later(): MBConvConfig {
    return Object.assign(Object.create(MBConvConfig.prototype) as MBConvConfig, this, { input_channels: this.out_channels, stride: 1 })
  }
}

class FusedMBConvConfig extends _MBConvConfig {
  constructor(expand_ratio: number, kernel: number, stride: number, input_channels: number, out_channels: number, num_layers: number,
    block: LayerMaker = FusedMBConv) {
    super(expand_ratio, kernel, stride, input_channels, out_channels, num_layers, block)
  }

  later(): FusedMBConvConfig {
    return Object.assign(Object.create(FusedMBConvConfig.prototype) as FusedMBConvConfig, this, { input_channels: this.out_channels, stride: 1 })
  }
}

/** Layers beside the identity where sizes agree. */
abstract class Residual extends nn.Module {
  use_res_connect: boolean
  block: nn.Sequential
  stochastic_depth: StochasticDepth
  out_channels: number

  constructor(cnf: _MBConvConfig, stochastic_depth_prob: number, layers: () => nn.Module[]) {
    super()
    if (!(cnf.stride >= 1 && cnf.stride <= 2)) throw new ValueError('illegal stride value')
    this.use_res_connect = cnf.stride === 1 && cnf.input_channels === cnf.out_channels
    this.block = sequential(layers())
    this.stochastic_depth = new StochasticDepth(stochastic_depth_prob, 'row')
    this.out_channels = cnf.out_channels
  }

  forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.use_res_connect ? this.stochastic_depth(result).add_(input) : result
  }
}

const silu = (): nn.SiLU => new nn.SiLU({ inplace: true })

/** Widened, a filter for each channel, squeeze and excitation, narrowed. */
class MBConv extends Residual {
  constructor(cnf: MBConvConfig, stochastic_depth_prob: number, norm_layer: LayerMaker, se_layer: LayerMaker = SqueezeExcitation) {
    super(cnf, stochastic_depth_prob, () => {
      const { input_channels, out_channels, expanded_channels: expanded, kernel, stride } = cnf
      const activation = { norm_layer, activation_layer: nn.SiLU }
      const layers: nn.Module[] = []
      if (expanded !== input_channels) layers.push(new Conv2dNormActivation(input_channels, expanded, { kernel_size: 1, ...activation }))
      layers.push(new Conv2dNormActivation(expanded, expanded, { kernel_size: kernel, stride, groups: expanded, ...activation }))
      layers.push(make(se_layer, expanded, Math.max(1, Math.floor(input_channels / 4)), { activation: silu }))
      layers.push(new Conv2dNormActivation(expanded, out_channels, { kernel_size: 1, norm_layer, activation_layer: null }))
      return layers
    })
  }
}

/** Widened by an ordinary convolution, narrowed. */
class FusedMBConv extends Residual {
  constructor(cnf: FusedMBConvConfig, stochastic_depth_prob: number, norm_layer: LayerMaker) {
    super(cnf, stochastic_depth_prob, () => {
      const { input_channels, out_channels, expanded_channels: expanded, kernel: kernel_size, stride } = cnf
      const activation = { norm_layer, activation_layer: nn.SiLU }
      if (expanded === input_channels) return [new Conv2dNormActivation(input_channels, out_channels, { kernel_size, stride, ...activation })]
      return [
        new Conv2dNormActivation(input_channels, expanded, { kernel_size, stride, ...activation }),
        new Conv2dNormActivation(expanded, out_channels, { kernel_size: 1, norm_layer, activation_layer: null }),
      ]
    })
  }
}

const names = ['inverted_residual_setting', 'dropout', 'stochastic_depth_prob', 'num_classes', 'norm_layer', 'last_channel'] as const
type EfficientNetArgs = [inverted_residual_setting: readonly _MBConvConfig[], dropout: number, stochastic_depth_prob?: number, num_classes?: number,
  norm_layer?: LayerMaker | null, last_channel?: number | null]
type Options = Partial<Omit<Keywords<EfficientNetArgs, typeof names>, 'inverted_residual_setting' | 'last_channel' | 'norm_layer'>>

/**
 * EfficientNet.
 *
 * @param inverted_residual_setting - what each stage is like
 * @param dropout - the chance before the classifier
 * @param stochastic_depth_prob - the chance to leave out the last block; it grows from 0 at the first. Default: 0.2.
 * @param num_classes - Default: 1000.
 * @param norm_layer - Default: nn.BatchNorm2d.
 * @param last_channel - channels before the classifier. Default: four times those of the last stage.
 * @see torchvision.models.EfficientNet; https://arxiv.org/abs/1905.11946; https://arxiv.org/abs/2104.00298
 */
export class EfficientNet extends nn.Module {
  features: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  classifier: nn.Sequential

  constructor(...args: Args<EfficientNetArgs, typeof names>) {
    super()
    const [setting, dropout, stochastic_depth_prob = 0.2, num_classes = 1000, norm, last_channel]
      = arrange<EfficientNetArgs>('EfficientNet.__init__', names, 2, args)
    if (setting.length === 0) throw new ValueError('The inverted_residual_setting should not be empty')
    if (!setting.every(one => one instanceof _MBConvConfig)) throw new TypeError('The inverted_residual_setting should be List[MBConvConfig]')
    const norm_layer = norm ?? nn.BatchNorm2d
    const activation = { norm_layer, activation_layer: nn.SiLU }
    const total = setting.reduce((sum, { num_layers }) => sum + num_layers, 0)
    let id = 0
    const stages = [
      new Conv2dNormActivation(3, setting[0]!.input_channels, { kernel_size: 3, stride: 2, ...activation }),
      ...setting.map(cnf => sequential(Array.from({ length: cnf.num_layers }, (_, i) => (
        make(cnf.block, i === 0 ? cnf : cnf.later(), stochastic_depth_prob * id++ / total, norm_layer))))),
    ]
    const inputs = setting.at(-1)!.out_channels
    const outputs = last_channel ?? 4 * inputs
    this.features = sequential([...stages, new Conv2dNormActivation(inputs, outputs, { kernel_size: 1, ...activation })])
    this.avgpool = new nn.AdaptiveAvgPool2d(1)
    this.classifier = sequential([new nn.Dropout({ p: dropout, inplace: true }), new nn.Linear(outputs, num_classes)])
    for (const module of this.modules()) {
      init_mobile_module(module, weight => {
        const range = 1 / Math.sqrt(weight.size(0))
        nn.init.uniform_(weight, -range, range)
      })
    }
  }

  forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

type Stage = readonly [expand_ratio: number, kernel: number, stride: number, input_channels: number, out_channels: number, num_layers: number]
const B_STAGES: readonly Stage[] = [
  [1, 3, 1, 32, 16, 1], [6, 3, 2, 16, 24, 2], [6, 5, 2, 24, 40, 2], [6, 3, 2, 40, 80, 3], [6, 5, 1, 80, 112, 3], [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
]

function efficientnet(name: string, usual_dropout: number, weights: WeightsSet, setting: () => _MBConvConfig[], eps: number | null, momentum = 0.1,
  last_channel: number | null = null): ModelBuilder<Options, EfficientNet> {
  const norm_layer = eps === null ? null : (channels: number): nn.Module => new nn.BatchNorm2d(channels, { eps, momentum })
  return register_model(name, {
    weights,
    make: ({ dropout = usual_dropout, ...kwargs }: Options) => (
      new EfficientNet({ inverted_residual_setting: setting(), dropout, last_channel, norm_layer, ...kwargs })),
  })
}

function first_version(name: string, width_mult: number, depth_mult: number, dropout: number, weights: WeightsSet, eps: number | null = null) {
  return efficientnet(name, dropout, weights, () => B_STAGES.map(stage => new MBConvConfig(...stage, width_mult, depth_mult)), eps, 0.01)
}

function second_version(name: string, fused: readonly Stage[], stages: readonly Stage[], dropout: number, weights: WeightsSet) {
  const setting = (): _MBConvConfig[] => [...fused.map(stage => new FusedMBConvConfig(...stage)), ...stages.map(stage => new MBConvConfig(...stage))]
  return efficientnet(name, dropout, weights, setting, 1e-3, 0.1, 1280)
}

export const EfficientNet_B0_Weights = weights_enum('EfficientNet_B0_Weights')
export const EfficientNet_B1_Weights = weights_enum('EfficientNet_B1_Weights')
export const EfficientNet_B2_Weights = weights_enum('EfficientNet_B2_Weights')
export const EfficientNet_B3_Weights = weights_enum('EfficientNet_B3_Weights')
export const EfficientNet_B4_Weights = weights_enum('EfficientNet_B4_Weights')
export const EfficientNet_B5_Weights = weights_enum('EfficientNet_B5_Weights')
export const EfficientNet_B6_Weights = weights_enum('EfficientNet_B6_Weights')
export const EfficientNet_B7_Weights = weights_enum('EfficientNet_B7_Weights')
export const EfficientNet_V2_S_Weights = weights_enum('EfficientNet_V2_S_Weights')
export const EfficientNet_V2_M_Weights = weights_enum('EfficientNet_V2_M_Weights')
export const EfficientNet_V2_L_Weights = weights_enum('EfficientNet_V2_L_Weights')

/** {@link EfficientNet} B0. @see torchvision.models.efficientnet_b0 */
export const efficientnet_b0 = first_version('efficientnet_b0', 1, 1, 0.2, EfficientNet_B0_Weights)
/** {@link EfficientNet} B1. @see torchvision.models.efficientnet_b1 */
export const efficientnet_b1 = first_version('efficientnet_b1', 1, 1.1, 0.2, EfficientNet_B1_Weights)
/** {@link EfficientNet} B2. @see torchvision.models.efficientnet_b2 */
export const efficientnet_b2 = first_version('efficientnet_b2', 1.1, 1.2, 0.3, EfficientNet_B2_Weights)
/** {@link EfficientNet} B3. @see torchvision.models.efficientnet_b3 */
export const efficientnet_b3 = first_version('efficientnet_b3', 1.2, 1.4, 0.3, EfficientNet_B3_Weights)
/** {@link EfficientNet} B4. @see torchvision.models.efficientnet_b4 */
export const efficientnet_b4 = first_version('efficientnet_b4', 1.4, 1.8, 0.4, EfficientNet_B4_Weights)
/** {@link EfficientNet} B5. @see torchvision.models.efficientnet_b5 */
export const efficientnet_b5 = first_version('efficientnet_b5', 1.6, 2.2, 0.4, EfficientNet_B5_Weights, 1e-3)
/** {@link EfficientNet} B6. @see torchvision.models.efficientnet_b6 */
export const efficientnet_b6 = first_version('efficientnet_b6', 1.8, 2.6, 0.5, EfficientNet_B6_Weights, 1e-3)
/** {@link EfficientNet} B7. @see torchvision.models.efficientnet_b7 */
export const efficientnet_b7 = first_version('efficientnet_b7', 2, 3.1, 0.5, EfficientNet_B7_Weights, 1e-3)
/** {@link EfficientNet} v2, small. @see torchvision.models.efficientnet_v2_s */
export const efficientnet_v2_s = second_version('efficientnet_v2_s',
  [[1, 3, 1, 24, 24, 2], [4, 3, 2, 24, 48, 4], [4, 3, 2, 48, 64, 4]],
  [[4, 3, 2, 64, 128, 6], [6, 3, 1, 128, 160, 9], [6, 3, 2, 160, 256, 15]], 0.2, EfficientNet_V2_S_Weights)
/** {@link EfficientNet} v2, medium. @see torchvision.models.efficientnet_v2_m */
export const efficientnet_v2_m = second_version('efficientnet_v2_m',
  [[1, 3, 1, 24, 24, 3], [4, 3, 2, 24, 48, 5], [4, 3, 2, 48, 80, 5]],
  [[4, 3, 2, 80, 160, 7], [6, 3, 1, 160, 176, 14], [6, 3, 2, 176, 304, 18], [6, 3, 1, 304, 512, 5]], 0.3, EfficientNet_V2_M_Weights)
/** {@link EfficientNet} v2, large. @see torchvision.models.efficientnet_v2_l */
export const efficientnet_v2_l = second_version('efficientnet_v2_l',
  [[1, 3, 1, 32, 32, 4], [4, 3, 2, 32, 64, 7], [4, 3, 2, 64, 96, 7]],
  [[4, 3, 2, 96, 192, 10], [6, 3, 1, 192, 224, 19], [6, 3, 2, 224, 384, 25], [6, 3, 1, 384, 640, 7]], 0.4, EfficientNet_V2_L_Weights)
