// AlexNet: torchvision.models.alexnet.
import { type Args, type Keywords, arrange } from '../../_args'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { register_model, weights_enum } from './_api'
import { sequential } from './_utils'

const names = ['num_classes', 'dropout'] as const
type AlexNetArgs = [num_classes?: number, dropout?: number]

/**
 * AlexNet, for images of 63 x 63 and more.
 *
 * @param num_classes - Default: 1000.
 * @param dropout - the chance. Default: 0.5.
 * @see torchvision.models.AlexNet; https://arxiv.org/abs/1404.5997
 */
export class AlexNet extends nn.Module {
  features: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  classifier: nn.Sequential

  constructor(...args: Args<AlexNetArgs, typeof names>) {
    super()
    const [num_classes = 1000, dropout = 0.5] = arrange<AlexNetArgs>('AlexNet.__init__', names, 0, args)
    const relu = (): nn.ReLU => new nn.ReLU({ inplace: true })
    const pool = (): nn.MaxPool2d => new nn.MaxPool2d({ kernel_size: 3, stride: 2 })
    this.features = sequential([
      new nn.Conv2d(3, 64, { kernel_size: 11, stride: 4, padding: 2 }), relu(), pool(),
      new nn.Conv2d(64, 192, { kernel_size: 5, padding: 2 }), relu(), pool(),
      new nn.Conv2d(192, 384, { kernel_size: 3, padding: 1 }), relu(),
      new nn.Conv2d(384, 256, { kernel_size: 3, padding: 1 }), relu(),
      new nn.Conv2d(256, 256, { kernel_size: 3, padding: 1 }), relu(), pool(),
    ])
    this.avgpool = new nn.AdaptiveAvgPool2d([6, 6])
    this.classifier = sequential([
      new nn.Dropout({ p: dropout }), new nn.Linear(256 * 6 * 6, 4096), relu(),
      new nn.Dropout({ p: dropout }), new nn.Linear(4096, 4096), relu(),
      new nn.Linear(4096, num_classes),
    ])
  }

  forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

export const AlexNet_Weights = weights_enum('AlexNet_Weights')

/** {@link AlexNet}. @see torchvision.models.alexnet */
export const alexnet = register_model('alexnet', {
  weights: AlexNet_Weights, make: (kwargs: Keywords<AlexNetArgs, typeof names>) => new AlexNet(kwargs),
})
