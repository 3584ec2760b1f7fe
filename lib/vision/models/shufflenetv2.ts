// ShuffleNet v2: torchvision.models.shufflenetv2.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { cat } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, make } from '../_layers'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { sequential } from './_utils'

// The channels of the groups take turns.
function channel_shuffle(x: Tensor, groups: number): Tensor {
  const [batch, channels, height, width] = x.shape as unknown as [number, number, number, number]
  const parts = x.view(batch, groups, Math.floor(channels / groups), height, width)
  return parts.transpose(1, 2).contiguous().view(batch, channels, height, width)
}

/** Half of the channels pass as they are, or through a filter with stride; then the halves are mixed. */
class InvertedResidual extends nn.Module {
  stride: number
  branch1: nn.Sequential
  branch2: nn.Sequential

  constructor(inp: number, oup: number, stride: number) {
    super()
    if (!(stride >= 1 && stride <= 3)) throw new ValueError('illegal stride value')
    const half = Math.floor(oup / 2)
    if (stride === 1 && inp !== half * 2) {
      throw new ValueError(`Invalid combination of stride ${stride}, inp ${inp} and oup ${oup} values. If stride == 1 then inp should be equal to oup // 2 << 1.`)
    }
    this.stride = stride
    const relu = (): nn.ReLU => new nn.ReLU({ inplace: true })
    const pointwise = (inputs: number): nn.Conv2d => new nn.Conv2d(inputs, half, { kernel_size: 1, stride: 1, padding: 0, bias: false })
    const depthwise = (channels: number): nn.Conv2d => new nn.Conv2d(channels, channels, 3, stride, 1, { bias: false, groups: channels })
    this.branch1 = sequential(stride > 1 ? [depthwise(inp), new nn.BatchNorm2d(inp), pointwise(inp), new nn.BatchNorm2d(half), relu()] : [])
    this.branch2 = sequential([
      pointwise(stride > 1 ? inp : half), new nn.BatchNorm2d(half), relu(),
      depthwise(half), new nn.BatchNorm2d(half),
      pointwise(half), new nn.BatchNorm2d(half), relu(),
    ])
  }

  forward(x: Tensor): Tensor {
    if (this.stride > 1) return channel_shuffle(cat([this.branch1(x), this.branch2(x)], 1), 2)
    const [kept, changed] = x.chunk(2, 1) as [Tensor, Tensor]
    return channel_shuffle(cat([kept, this.branch2(changed)], 1), 2)
  }
}

const names = ['stages_repeats', 'stages_out_channels', 'num_classes', 'inverted_residual'] as const
type ShuffleNetArgs = [stages_repeats: readonly number[], stages_out_channels: readonly number[], num_classes?: number,
  inverted_residual?: LayerMaker]
type Options = Omit<Keywords<ShuffleNetArgs, typeof names>, 'stages_repeats' | 'stages_out_channels'>

/**
 * ShuffleNet v2.
 *
 * @param stages_repeats - how many blocks each of the three stages has
 * @param stages_out_channels - after the first convolution, after each stage and after the last convolution
 * @param num_classes - Default: 1000.
 * @see torchvision.models.ShuffleNetV2; https://arxiv.org/abs/1807.11164
 */
export class ShuffleNetV2 extends nn.Module {
  _stage_out_channels: readonly number[]
  conv1: nn.Sequential
  maxpool: nn.MaxPool2d
  stage2: nn.Sequential
  stage3: nn.Sequential
  stage4: nn.Sequential
  conv5: nn.Sequential
  fc: nn.Linear

  constructor(...args: Args<ShuffleNetArgs, typeof names>) {
    super()
    const [repeats, channels, num_classes = 1000, block = InvertedResidual] = arrange<ShuffleNetArgs>('ShuffleNetV2.__init__', names, 2, args)
    if (repeats.length !== 3) throw new ValueError('expected stages_repeats as list of 3 positive ints')
    if (channels.length !== 5) throw new ValueError('expected stages_out_channels as list of 5 positive ints')
    const conv = (inputs: number, outputs: number, size: number, stride: number, padding: number): nn.Sequential => sequential([
      new nn.Conv2d(inputs, outputs, size, stride, padding, { bias: false }), new nn.BatchNorm2d(outputs), new nn.ReLU({ inplace: true }),
    ])
    const stage = (i: number): nn.Sequential => sequential(Array.from({ length: repeats[i]! }, (_, place) => (
      make(block, place === 0 ? channels[i]! : channels[i + 1]!, channels[i + 1]!, place === 0 ? 2 : 1))))
    this._stage_out_channels = channels
    this.conv1 = conv(3, channels[0]!, 3, 2, 1)
    this.maxpool = new nn.MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 })
    this.stage2 = stage(0)
    this.stage3 = stage(1)
    this.stage4 = stage(2)
    this.conv5 = conv(channels[3]!, channels[4]!, 1, 1, 0)
    this.fc = new nn.Linear(channels[4]!, num_classes)
  }

  forward(x: Tensor): Tensor {
    const stem = this.maxpool(this.conv1(x))
    const features = this.conv5(this.stage4(this.stage3(this.stage2(stem))))
    return this.fc(features.mean([2, 3]))
  }
}

function shufflenet(name: string, channels: readonly number[], weights: WeightsSet): ModelBuilder<Options, ShuffleNetV2> {
  return register_model(name, { weights, make: (kwargs: Options) => new ShuffleNetV2([4, 8, 4], channels, kwargs) })
}

export const ShuffleNet_V2_X0_5_Weights = weights_enum('ShuffleNet_V2_X0_5_Weights')
export const ShuffleNet_V2_X1_0_Weights = weights_enum('ShuffleNet_V2_X1_0_Weights')
export const ShuffleNet_V2_X1_5_Weights = weights_enum('ShuffleNet_V2_X1_5_Weights')
export const ShuffleNet_V2_X2_0_Weights = weights_enum('ShuffleNet_V2_X2_0_Weights')

/** {@link ShuffleNetV2} with half the channels. @see torchvision.models.shufflenet_v2_x0_5 */
export const shufflenet_v2_x0_5 = shufflenet('shufflenet_v2_x0_5', [24, 48, 96, 192, 1024], ShuffleNet_V2_X0_5_Weights)
/** {@link ShuffleNetV2}. @see torchvision.models.shufflenet_v2_x1_0 */
export const shufflenet_v2_x1_0 = shufflenet('shufflenet_v2_x1_0', [24, 116, 232, 464, 1024], ShuffleNet_V2_X1_0_Weights)
/** {@link ShuffleNetV2} with half as many channels again. @see torchvision.models.shufflenet_v2_x1_5 */
export const shufflenet_v2_x1_5 = shufflenet('shufflenet_v2_x1_5', [24, 176, 352, 704, 1024], ShuffleNet_V2_X1_5_Weights)
/** {@link ShuffleNetV2} with twice the channels. @see torchvision.models.shufflenet_v2_x2_0 */
export const shufflenet_v2_x2_0 = shufflenet('shufflenet_v2_x2_0', [24, 244, 488, 976, 2048], ShuffleNet_V2_X2_0_Weights)
