// VGG: torchvision.models.vgg.
import { type Args, type Keywords, arrange } from '../../_args'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import type { TensorModule } from '../_layers'
import { type ModelBuilder, type WeightsSet, adapt_classes, register_model, weights_enum } from './_api'
import { sequential } from './_utils'

const names = ['features', 'num_classes', 'init_weights', 'dropout'] as const
type VGGArgs = [features: nn.Module, num_classes?: number, init_weights?: boolean, dropout?: number]
type Options = Omit<Keywords<VGGArgs, typeof names>, 'features'>

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d) {
    nn.init.kaiming_normal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' })
    if (module.bias !== null) nn.init.constant_(module.bias, 0)
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.constant_(module.weight!, 1)
    nn.init.constant_(module.bias!, 0)
  } else if (module instanceof nn.Linear) {
    nn.init.normal_(module.weight, 0, 0.01)
    nn.init.constant_(module.bias!, 0)
  }
}

/**
 * VGG: convolutions of 3 x 3 in five stages, then three linear layers.
 *
 * @param features - the convolutions; they give 512 channels
 * @param num_classes - Default: 1000.
 * @param init_weights - draw the weights as the paper does; false: leave those of the layers. Default: true.
 * @param dropout - the chance. Default: 0.5.
 * @see torchvision.models.VGG; https://arxiv.org/abs/1409.1556
 */
export class VGG extends nn.Module {
  features: TensorModule
  avgpool: nn.AdaptiveAvgPool2d
  classifier: nn.Sequential

  constructor(...args: Args<VGGArgs, typeof names>) {
    super()
    const [features, num_classes = 1000, init_weights = true, dropout = 0.5] = arrange<VGGArgs>('VGG.__init__', names, 1, args)
    this.features = features as TensorModule
    this.avgpool = new nn.AdaptiveAvgPool2d([7, 7])
    this.classifier = sequential([
      new nn.Linear(512 * 7 * 7, 4096), new nn.ReLU(true), new nn.Dropout({ p: dropout }),
      new nn.Linear(4096, 4096), new nn.ReLU(true), new nn.Dropout({ p: dropout }),
      new nn.Linear(4096, num_classes),
    ])
    if (init_weights) for (const module of this.modules()) init_module(module)
  }

  forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

type Config = readonly (number | 'M')[]

/** The convolutions of a configuration: numbers are channels, 'M' is a pooling layer. */
function make_layers(config: Config, batch_norm: boolean): nn.Sequential {
  const layers: nn.Module[] = []
  let in_channels = 3
  for (const size of config) {
    if (size === 'M') {
      layers.push(new nn.MaxPool2d({ kernel_size: 2, stride: 2 }))
      continue
    }
    layers.push(new nn.Conv2d(in_channels, size, { kernel_size: 3, padding: 1 }))
    if (batch_norm) layers.push(new nn.BatchNorm2d(size))
    layers.push(new nn.ReLU({ inplace: true }))
    in_channels = size
  }
  return sequential(layers)
}

// How many convolutions each stage has.
function stages(...counts: readonly number[]): Config {
  return [64, 128, 256, 512, 512].flatMap((channels, i) => [...new Array<number>(counts[i]!).fill(channels), 'M' as const])
}

const configs = { A: stages(1, 1, 2, 2, 2), B: stages(2, 2, 2, 2, 2), D: stages(2, 2, 3, 3, 3), E: stages(2, 2, 4, 4, 4) }

function vgg(name: string, config: keyof typeof configs, batch_norm: boolean, weights: WeightsSet): ModelBuilder<Options, VGG> {
  return register_model(name, {
    weights,
    adapt: (kwargs, member) => {
      kwargs.init_weights = false
      adapt_classes(kwargs, member)
    },
    make: (kwargs: Options) => new VGG({ features: make_layers(configs[config], batch_norm), ...kwargs }),
  })
}

export const VGG11_Weights = weights_enum('VGG11_Weights')
export const VGG11_BN_Weights = weights_enum('VGG11_BN_Weights')
export const VGG13_Weights = weights_enum('VGG13_Weights')
export const VGG13_BN_Weights = weights_enum('VGG13_BN_Weights')
export const VGG16_Weights = weights_enum('VGG16_Weights')
export const VGG16_BN_Weights = weights_enum('VGG16_BN_Weights')
export const VGG19_Weights = weights_enum('VGG19_Weights')
export const VGG19_BN_Weights = weights_enum('VGG19_BN_Weights')

/** {@link VGG} with 11 layers. @see torchvision.models.vgg11 */
export const vgg11 = vgg('vgg11', 'A', false, VGG11_Weights)
/** {@link VGG} with 11 layers and batch normalisation. @see torchvision.models.vgg11_bn */
export const vgg11_bn = vgg('vgg11_bn', 'A', true, VGG11_BN_Weights)
/** {@link VGG} with 13 layers. @see torchvision.models.vgg13 */
export const vgg13 = vgg('vgg13', 'B', false, VGG13_Weights)
/** {@link VGG} with 13 layers and batch normalisation. @see torchvision.models.vgg13_bn */
export const vgg13_bn = vgg('vgg13_bn', 'B', true, VGG13_BN_Weights)
/** {@link VGG} with 16 layers. @see torchvision.models.vgg16 */
export const vgg16 = vgg('vgg16', 'D', false, VGG16_Weights)
/** {@link VGG} with 16 layers and batch normalisation. @see torchvision.models.vgg16_bn */
export const vgg16_bn = vgg('vgg16_bn', 'D', true, VGG16_BN_Weights)
/** {@link VGG} with 19 layers. @see torchvision.models.vgg19 */
export const vgg19 = vgg('vgg19', 'E', false, VGG19_Weights)
/** {@link VGG} with 19 layers and batch normalisation. @see torchvision.models.vgg19_bn */
export const vgg19_bn = vgg('vgg19_bn', 'E', true, VGG19_BN_Weights)
