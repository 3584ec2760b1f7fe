// SqueezeNet: torchvision.models.squeezenet.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { cat, flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { sequential } from './_utils'

/** Few channels, then many by filters of 1 x 1 and of 3 x 3 side by side. */
class Fire extends nn.Module {
  inplanes: number
  squeeze: nn.Conv2d
  squeeze_activation: nn.ReLU
  expand1x1: nn.Conv2d
  expand1x1_activation: nn.ReLU
  expand3x3: nn.Conv2d
  expand3x3_activation: nn.ReLU

  constructor(inplanes: number, squeeze_planes: number, expand1x1_planes: number, expand3x3_planes: number) {
    super()
    this.inplanes = inplanes
    this.squeeze = new nn.Conv2d(inplanes, squeeze_planes, { kernel_size: 1 })
    this.squeeze_activation = new nn.ReLU({ inplace: true })
    this.expand1x1 = new nn.Conv2d(squeeze_planes, expand1x1_planes, { kernel_size: 1 })
    this.expand1x1_activation = new nn.ReLU({ inplace: true })
    this.expand3x3 = new nn.Conv2d(squeeze_planes, expand3x3_planes, { kernel_size: 3, padding: 1 })
    this.expand3x3_activation = new nn.ReLU({ inplace: true })
  }

  forward(x: Tensor): Tensor {
    const squeezed = this.squeeze_activation(this.squeeze(x))
    return cat([this.expand1x1_activation(this.expand1x1(squeezed)), this.expand3x3_activation(this.expand3x3(squeezed))], 1)
  }
}

type Version = '1_0' | '1_1'
const names = ['version', 'num_classes', 'dropout'] as const
type SqueezeNetArgs = [version?: Version, num_classes?: number, dropout?: number]
type Options = Omit<Keywords<SqueezeNetArgs, typeof names>, 'version'>

function features_of(version: string): nn.Sequential {
  const relu = (): nn.ReLU => new nn.ReLU({ inplace: true })
  const pool = (): nn.MaxPool2d => new nn.MaxPool2d({ kernel_size: 3, stride: 2, ceil_mode: true })
  if (version === '1_0') {
    return sequential([
      new nn.Conv2d(3, 96, { kernel_size: 7, stride: 2 }), relu(), pool(),
      new Fire(96, 16, 64, 64), new Fire(128, 16, 64, 64), new Fire(128, 32, 128, 128), pool(),
      new Fire(256, 32, 128, 128), new Fire(256, 48, 192, 192), new Fire(384, 48, 192, 192), new Fire(384, 64, 256, 256), pool(),
      new Fire(512, 64, 256, 256),
    ])
  }
  if (version === '1_1') {
    return sequential([
      new nn.Conv2d(3, 64, { kernel_size: 3, stride: 2 }), relu(), pool(),
      new Fire(64, 16, 64, 64), new Fire(128, 16, 64, 64), pool(),
      new Fire(128, 32, 128, 128), new Fire(256, 32, 128, 128), pool(),
      new Fire(256, 48, 192, 192), new Fire(384, 48, 192, 192), new Fire(384, 64, 256, 256), new Fire(512, 64, 256, 256),
    ])
  }
  throw new ValueError(`Unsupported SqueezeNet version ${version}: 1_0 or 1_1 expected`)
}

/**
 * SqueezeNet: a small network without linear layers.
 *
 * @param version - '1_0', or '1_1' with less to compute. Default: '1_0'.
 * @param num_classes - Default: 1000.
 * @param dropout - the chance. Default: 0.5.
 * @see torchvision.models.SqueezeNet; https://arxiv.org/abs/1602.07360
 */
export class SqueezeNet extends nn.Module {
  num_classes: number
  features: nn.Sequential
  classifier: nn.Sequential

  constructor(...args: Args<SqueezeNetArgs, typeof names>) {
    super()
    const [version = '1_0', num_classes = 1000, dropout = 0.5] = arrange<SqueezeNetArgs>('SqueezeNet.__init__', names, 0, args)
    this.num_classes = num_classes
    this.features = features_of(version)
    const final_conv = new nn.Conv2d(512, num_classes, { kernel_size: 1 })
    this.classifier = sequential([new nn.Dropout({ p: dropout }), final_conv, new nn.ReLU({ inplace: true }), new nn.AdaptiveAvgPool2d([1, 1])])
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d)) continue
      if (module === final_conv) nn.init.normal_(module.weight, { mean: 0, std: 0.01 })
      else nn.init.kaiming_uniform_(module.weight)
      if (module.bias !== null) nn.init.constant_(module.bias, 0)
    }
  }

  forward(x: Tensor): Tensor {
    return flatten(this.classifier(this.features(x)), 1)
  }
}

function squeezenet(name: string, version: Version, weights: WeightsSet): ModelBuilder<Options, SqueezeNet> {
  return register_model(name, { weights, make: (kwargs: Options) => new SqueezeNet(version, kwargs) })
}

export const SqueezeNet1_0_Weights = weights_enum('SqueezeNet1_0_Weights')
export const SqueezeNet1_1_Weights = weights_enum('SqueezeNet1_1_Weights')

/** {@link SqueezeNet} of the paper. @see torchvision.models.squeezenet1_0 */
export const squeezenet1_0 = squeezenet('squeezenet1_0', '1_0', SqueezeNet1_0_Weights)
/** {@link SqueezeNet} with 2.4 times less to compute. @see torchvision.models.squeezenet1_1 */
export const squeezenet1_1 = squeezenet('squeezenet1_1', '1_1', SqueezeNet1_1_Weights)
