// MobileNet v2: torchvision.models.mobilenetv2.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, make } from '../_layers'
import { Conv2dNormActivation } from '../ops/misc'
import { register_model, weights_enum } from './_api'
import { _make_divisible, init_mobile_module, python_list, python_round, sequential } from './_utils'

const block_names = ['inp', 'oup', 'stride', 'expand_ratio', 'norm_layer'] as const
type BlockArgs = [inp: number, oup: number, stride: number, expand_ratio: number, norm_layer?: LayerMaker | null]

/** Many channels in between, with a filter for each; the identity beside them if sizes agree. @see torchvision.models.mobilenetv2.InvertedResidual */
class InvertedResidual extends nn.Module {
  stride: number
  use_res_connect: boolean
  conv: nn.Sequential
  out_channels: number

  constructor(...args: Args<BlockArgs, typeof block_names>) {
    super()
    const [inp, oup, stride, expand_ratio, norm_layer] = arrange<BlockArgs>('InvertedResidual.__init__', block_names, 4, args)
    if (stride !== 1 && stride !== 2) throw new ValueError(`stride should be 1 or 2 instead of ${stride}`)
    const norm = norm_layer ?? nn.BatchNorm2d
    const hidden = python_round(inp * expand_ratio)
    const activation = { norm_layer: norm, activation_layer: nn.ReLU6 }
    this.stride = stride
    this.use_res_connect = stride === 1 && inp === oup
    this.conv = sequential([
      ...expand_ratio === 1 ? [] : [new Conv2dNormActivation(inp, hidden, { kernel_size: 1, ...activation })],
      new Conv2dNormActivation(hidden, hidden, { stride, groups: hidden, ...activation }),
      new nn.Conv2d(hidden, oup, 1, 1, 0, { bias: false }),
      make(norm, oup),
    ])
    this.out_channels = oup
  }

  forward(x: Tensor): Tensor {
    return this.use_res_connect ? x.add(this.conv(x)) : this.conv(x)
  }
}

/** Expansion, channels, repeats and stride of each stage. */
type Setting = readonly (readonly number[])[]

const usual_setting = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]
const names = ['num_classes', 'width_mult', 'inverted_residual_setting', 'round_nearest', 'block', 'norm_layer', 'dropout'] as const
type MobileNetArgs = [num_classes?: number, width_mult?: number, inverted_residual_setting?: Setting | null, round_nearest?: number,
  block?: LayerMaker | null, norm_layer?: LayerMaker | null, dropout?: number]

/**
 * MobileNet v2.
 *
 * @param num_classes - Default: 1000.
 * @param width_mult - multiplies the number of channels. Default: 1.
 * @param inverted_residual_setting - [expansion, channels, repeats, stride] of each stage
 * @param round_nearest - channels are multiples of it. Default: 8.
 * @param block - Default: the paper's inverted residual.
 * @param norm_layer - Default: nn.BatchNorm2d.
 * @param dropout - the chance. Default: 0.2.
 * @see torchvision.models.MobileNetV2; https://arxiv.org/abs/1801.04381
 */
export class MobileNetV2 extends nn.Module {
  last_channel: number
  features: nn.Sequential
  classifier: nn.Sequential

  constructor(...args: Args<MobileNetArgs, typeof names>) {
    super()
    const [num_classes = 1000, width_mult = 1, inverted_residual_setting, round_nearest = 8, block_class, norm, dropout = 0.2]
      = arrange<MobileNetArgs>('MobileNetV2.__init__', names, 0, args)
    const setting: Setting = inverted_residual_setting ?? usual_setting
    const block = block_class ?? InvertedResidual
    const norm_layer = norm ?? nn.BatchNorm2d
    if (setting[0]?.length !== 4) {
      throw new ValueError(`inverted_residual_setting should be non-empty or a 4-element list, got ${python_list(setting)}`)
    }
    const activation = { norm_layer, activation_layer: nn.ReLU6 }
    let channels = _make_divisible(32 * width_mult, round_nearest)
    this.last_channel = _make_divisible(1280 * Math.max(1, width_mult), round_nearest)
    const features: nn.Module[] = [new Conv2dNormActivation(3, channels, { stride: 2, ...activation })]
    for (const [expand_ratio, width, repeats, stride] of setting as readonly (readonly [number, number, number, number])[]) {
      const outputs = _make_divisible(width * width_mult, round_nearest)
      for (let i = 0; i < repeats; i++) {
        features.push(make(block, channels, outputs, i === 0 ? stride : 1, { expand_ratio, norm_layer }))
        channels = outputs
      }
    }
    features.push(new Conv2dNormActivation(channels, this.last_channel, { kernel_size: 1, ...activation }))
    this.features = sequential(features)
    this.classifier = sequential([new nn.Dropout({ p: dropout }), new nn.Linear(this.last_channel, num_classes)])
    for (const module of this.modules()) init_mobile_module(module)
  }

  forward(x: Tensor): Tensor {
    return this.classifier(flatten(nn.functional.adaptive_avg_pool2d(this.features(x), [1, 1]), 1))
  }
}

export const MobileNet_V2_Weights = weights_enum('MobileNet_V2_Weights')

/** {@link MobileNetV2}. @see torchvision.models.mobilenet_v2 */
export const mobilenet_v2 = register_model('mobilenet_v2', {
  weights: MobileNet_V2_Weights, make: (kwargs: Keywords<MobileNetArgs, typeof names>) => new MobileNetV2(kwargs),
})
