// MobileNet v3: torchvision.models.mobilenetv3.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, make } from '../_layers'
import { Conv2dNormActivation, SqueezeExcitation } from '../ops/misc'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { _make_divisible, init_mobile_module, sequential } from './_utils'

/** What one block is like; 'HS' is hardswish, 'RE' ReLU. */
class InvertedResidualConfig {
  readonly input_channels: number
  readonly expanded_channels: number
  readonly out_channels: number
  readonly use_hs: boolean

  constructor(input_channels: number, readonly kernel: number, expanded_channels: number, out_channels: number, readonly use_se: boolean,
    activation: 'RE' | 'HS', readonly stride: number, readonly dilation: number, width_mult: number) {
    this.input_channels = _make_divisible(input_channels * width_mult, 8)
    this.expanded_channels = _make_divisible(expanded_channels * width_mult, 8)
    this.out_channels = _make_divisible(out_channels * width_mult, 8)
    this.use_hs = activation === 'HS'
  }
}

const excitation = (channels: number, squeezed: number): nn.Module => new SqueezeExcitation(channels, squeezed, { scale_activation: nn.Hardsigmoid })

/** Many channels in between, with a filter for each, and perhaps squeeze and excitation. */
class InvertedResidual extends nn.Module {
  use_res_connect: boolean
  block: nn.Sequential
  out_channels: number
  /** Whether it halves the size: what comes before is a stage. */
  _is_cn: boolean

  constructor(cnf: InvertedResidualConfig, norm_layer: LayerMaker, se_layer: LayerMaker = excitation) {
    super()
    if (!(cnf.stride >= 1 && cnf.stride <= 2)) throw new ValueError('illegal stride value')
    this.use_res_connect = cnf.stride === 1 && cnf.input_channels === cnf.out_channels
    const { expanded_channels: expanded, dilation } = cnf
    const layers: nn.Module[] = []
    const activation_layer = cnf.use_hs ? nn.Hardswish : nn.ReLU
    if (expanded !== cnf.input_channels) {
      layers.push(new Conv2dNormActivation(cnf.input_channels, expanded, { kernel_size: 1, norm_layer, activation_layer }))
    }
    const stride = dilation > 1 ? 1 : cnf.stride
    layers.push(new Conv2dNormActivation(expanded, expanded,
      { kernel_size: cnf.kernel, stride, dilation, groups: expanded, norm_layer, activation_layer }))
    if (cnf.use_se) layers.push(make(se_layer, expanded, _make_divisible(Math.floor(expanded / 4), 8)))
    layers.push(new Conv2dNormActivation(expanded, cnf.out_channels, { kernel_size: 1, norm_layer, activation_layer: null }))
    this.block = sequential(layers)
    this.out_channels = cnf.out_channels
    this._is_cn = cnf.stride > 1
  }

  forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.use_res_connect ? result.add_(input) : result
  }
}

const names = ['inverted_residual_setting', 'last_channel', 'num_classes', 'block', 'norm_layer', 'dropout'] as const
type MobileNetArgs = [inverted_residual_setting: readonly InvertedResidualConfig[], last_channel: number, num_classes?: number,
  block?: LayerMaker | null, norm_layer?: LayerMaker | null, dropout?: number]

const usual_norm = (channels: number): nn.Module => new nn.BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 })

/**
 * MobileNet v3.
 *
 * @param inverted_residual_setting - what each block is like
 * @param last_channel - the size of the last hidden layer
 * @param num_classes - Default: 1000.
 * @param norm_layer - Default: nn.BatchNorm2d with eps 0.001 and momentum 0.01.
 * @param dropout - the chance. Default: 0.2.
 * @see torchvision.models.MobileNetV3; https://arxiv.org/abs/1905.02244
 */
export class MobileNetV3 extends nn.Module {
  features: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  classifier: nn.Sequential

  constructor(...args: Args<MobileNetArgs, typeof names>) {
    super()
    const [setting, last_channel, num_classes = 1000, block, norm, dropout = 0.2] = arrange<MobileNetArgs>('MobileNetV3.__init__', names, 2, args)
    if (setting.length === 0) throw new ValueError('The inverted_residual_setting should not be empty')
    if (!setting.every(one => one instanceof InvertedResidualConfig)) {
      throw new TypeError('The inverted_residual_setting should be List[InvertedResidualConfig]')
    }
    const norm_layer = norm ?? usual_norm
    const activation = { norm_layer, activation_layer: nn.Hardswish }
    const wide = setting.at(-1)!.out_channels
    this.features = sequential([
      new Conv2dNormActivation(3, setting[0]!.input_channels, { kernel_size: 3, stride: 2, ...activation }),
      ...setting.map(cnf => make(block ?? InvertedResidual, cnf, norm_layer)),
      new Conv2dNormActivation(wide, 6 * wide, { kernel_size: 1, ...activation }),
    ])
    this.avgpool = new nn.AdaptiveAvgPool2d(1)
    this.classifier = sequential([
      new nn.Linear(6 * wide, last_channel), new nn.Hardswish({ inplace: true }), new nn.Dropout({ p: dropout, inplace: true }),
      new nn.Linear(last_channel, num_classes),
    ])
    for (const module of this.modules()) init_mobile_module(module)
  }

  forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

interface Shape {
  /** Multiplies the number of channels. Default: 1. */
  width_mult?: number
  /** Half as many channels in the last stage. Default: false. */
  reduced_tail?: boolean
  /** Keep the size in the last stage and widen the filters. Default: false. */
  dilated?: boolean
}
type Options = Omit<Keywords<MobileNetArgs, typeof names>, 'inverted_residual_setting' | 'last_channel'> & Shape
type Row = [input: number, kernel: number, expanded: number, output: number, use_se: boolean, activation: 'RE' | 'HS', stride: number, dilation?: number]

function large(divider: number, dilation: number): Row[] {
  return [
    [16, 3, 16, 16, false, 'RE', 1], [16, 3, 64, 24, false, 'RE', 2], [24, 3, 72, 24, false, 'RE', 1],
    [24, 5, 72, 40, true, 'RE', 2], [40, 5, 120, 40, true, 'RE', 1], [40, 5, 120, 40, true, 'RE', 1],
    [40, 3, 240, 80, false, 'HS', 2], [80, 3, 200, 80, false, 'HS', 1], [80, 3, 184, 80, false, 'HS', 1], [80, 3, 184, 80, false, 'HS', 1],
    [80, 3, 480, 112, true, 'HS', 1], [112, 3, 672, 112, true, 'HS', 1], [112, 5, 672, 160 / divider, true, 'HS', 2, dilation],
    [160 / divider, 5, 960 / divider, 160 / divider, true, 'HS', 1, dilation], [160 / divider, 5, 960 / divider, 160 / divider, true, 'HS', 1, dilation],
  ]
}

function small(divider: number, dilation: number): Row[] {
  return [
    [16, 3, 16, 16, true, 'RE', 2], [16, 3, 72, 24, false, 'RE', 2], [24, 3, 88, 24, false, 'RE', 1],
    [24, 5, 96, 40, true, 'HS', 2], [40, 5, 240, 40, true, 'HS', 1], [40, 5, 240, 40, true, 'HS', 1],
    [40, 5, 120, 48, true, 'HS', 1], [48, 5, 144, 48, true, 'HS', 1], [48, 5, 288, 96 / divider, true, 'HS', 2, dilation],
    [96 / divider, 5, 576 / divider, 96 / divider, true, 'HS', 1, dilation], [96 / divider, 5, 576 / divider, 96 / divider, true, 'HS', 1, dilation],
  ]
}

function mobilenet_v3(name: string, rows: typeof large, last: number, weights: WeightsSet): ModelBuilder<Options, MobileNetV3> {
  return register_model(name, {
    weights,
    make: ({ width_mult = 1, reduced_tail = false, dilated = false, ...kwargs }: Options) => {
      const divider = reduced_tail ? 2 : 1
      const inverted_residual_setting = rows(divider, dilated ? 2 : 1).map(row => {
        const [input, kernel, expanded, output, use_se, activation, stride, dilation = 1] = row
        return new InvertedResidualConfig(input, kernel, expanded, output, use_se, activation, stride, dilation, width_mult)
      })
      return new MobileNetV3({ inverted_residual_setting, last_channel: _make_divisible(last / divider * width_mult, 8), ...kwargs })
    },
  })
}

export const MobileNet_V3_Large_Weights = weights_enum('MobileNet_V3_Large_Weights')
export const MobileNet_V3_Small_Weights = weights_enum('MobileNet_V3_Small_Weights')

/** {@link MobileNetV3}, the large one. @see torchvision.models.mobilenet_v3_large */
export const mobilenet_v3_large = mobilenet_v3('mobilenet_v3_large', large, 1280, MobileNet_V3_Large_Weights)
/** {@link MobileNetV3}, the small one. @see torchvision.models.mobilenet_v3_small */
export const mobilenet_v3_small = mobilenet_v3('mobilenet_v3_small', small, 1024, MobileNet_V3_Small_Weights)
