// GoogLeNet: torchvision.models.googlenet.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { NamedTuple } from '../../_dispatch'
import { warn } from '../../_warnings'
import { cat, flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { adapt_classes, register_model, weights_enum } from './_api'
import { BasicConv2d, init_module, init_warning, transform_input } from './_inception'
import { _ovewrite_named_param, outputs_class, sequential } from './_utils'

const F = nn.functional

/** What {@link GoogLeNet} gives in training: the logits, and those of the two heads in between. */
export interface GoogLeNetOutputs extends NamedTuple {
  readonly logits: Tensor
  readonly aux_logits2: Tensor | null
  readonly aux_logits1: Tensor | null
}
export const GoogLeNetOutputs = outputs_class<GoogLeNetOutputs>('GoogLeNetOutputs', ['logits', 'aux_logits2', 'aux_logits1'])

/** Filters of 1 x 1, 3 x 3 and 5 x 5 and a pooling side by side. (The larger ones are of 3 x 3 too, as in torchvision.) */
class Inception extends nn.Module {
  branch1: TensorModule
  branch2: nn.Sequential
  branch3: nn.Sequential
  branch4: nn.Sequential

  constructor(in_channels: number, ch1x1: number, ch3x3red: number, ch3x3: number, ch5x5red: number, ch5x5: number, pool_proj: number,
    conv_block: LayerMaker = BasicConv2d) {
    super()
    this.branch1 = make(conv_block, in_channels, ch1x1, { kernel_size: 1 })
    this.branch2 = sequential([
      make(conv_block, in_channels, ch3x3red, { kernel_size: 1 }), make(conv_block, ch3x3red, ch3x3, { kernel_size: 3, padding: 1 }),
    ])
    this.branch3 = sequential([
      make(conv_block, in_channels, ch5x5red, { kernel_size: 1 }), make(conv_block, ch5x5red, ch5x5, { kernel_size: 3, padding: 1 }),
    ])
    this.branch4 = sequential([
      new nn.MaxPool2d({ kernel_size: 3, stride: 1, padding: 1, ceil_mode: true }), make(conv_block, in_channels, pool_proj, { kernel_size: 1 }),
    ])
  }

  forward(x: Tensor): Tensor {
    return cat([this.branch1(x), this.branch2(x), this.branch3(x), this.branch4(x)], 1)
  }
}

/** A classifier on features in between, for training. */
class InceptionAux extends nn.Module {
  conv: TensorModule
  fc1: nn.Linear
  fc2: nn.Linear
  dropout: nn.Dropout

  constructor(in_channels: number, num_classes: number, { dropout = 0.7 }: { dropout?: number } = {}) {
    super()
    this.conv = new BasicConv2d(in_channels, 128, { kernel_size: 1 })
    this.fc1 = new nn.Linear(2048, 1024)
    this.fc2 = new nn.Linear(1024, num_classes)
    this.dropout = new nn.Dropout({ p: dropout })
  }

  forward(x: Tensor): Tensor {
    const features = flatten(this.conv(F.adaptive_avg_pool2d(x, [4, 4])), 1)
    return this.fc2(this.dropout(F.relu(this.fc1(features), { inplace: true })))
  }
}

const names = ['num_classes', 'aux_logits', 'transform_input', 'init_weights', 'blocks', 'dropout', 'dropout_aux'] as const
type GoogLeNetArgs = [num_classes?: number, aux_logits?: boolean, transform_input?: boolean, init_weights?: boolean | null,
  blocks?: readonly LayerMaker[] | null, dropout?: number, dropout_aux?: number]
type Options = Keywords<GoogLeNetArgs, typeof names>

/**
 * GoogLeNet, Inception v1. In training it gives {@link GoogLeNetOutputs} if it has heads in between, else the logits.
 *
 * @param num_classes - Default: 1000.
 * @param aux_logits - add the heads in between. Default: true.
 * @param transform_input - change the normalisation of the images to the one of the weights. Default: false.
 * @param init_weights - draw the weights from truncated normal distributions. Default: true, with a warning.
 * @param blocks - three classes: of convolutions, of inception blocks and of heads
 * @param dropout - the chance. Default: 0.2.
 * @param dropout_aux - the chance in the heads in between. Default: 0.7.
 * @see torchvision.models.GoogLeNet; https://arxiv.org/abs/1409.4842
 */
export class GoogLeNet extends nn.Module {
  aux_logits: boolean
  transform_input: boolean
  conv1: TensorModule
  maxpool1: nn.MaxPool2d
  conv2: TensorModule
  conv3: TensorModule
  maxpool2: nn.MaxPool2d
  inception3a: TensorModule
  inception3b: TensorModule
  maxpool3: nn.MaxPool2d
  inception4a: TensorModule
  inception4b: TensorModule
  inception4c: TensorModule
  inception4d: TensorModule
  inception4e: TensorModule
  maxpool4: nn.MaxPool2d
  inception5a: TensorModule
  inception5b: TensorModule
  aux1: TensorModule | null
  aux2: TensorModule | null
  avgpool: nn.AdaptiveAvgPool2d
  dropout: nn.Dropout
  fc: nn.Linear

  constructor(...args: Args<GoogLeNetArgs, typeof names>) {
    super()
    const [num_classes = 1000, aux_logits = true, transform = false, init_weights = null, blocks = null, dropout = 0.2, dropout_aux = 0.7]
      = arrange<GoogLeNetArgs>('GoogLeNet.__init__', names, 0, args)
    if (init_weights === null) warn(init_warning('GoogleNet'), 'FutureWarning')
    const made = blocks ?? [BasicConv2d, Inception, InceptionAux]
    if (made.length !== 3) throw new ValueError(`blocks length should be 3 instead of ${made.length}`)
    const [conv_block, inception_block, aux_block] = made as [LayerMaker, LayerMaker, LayerMaker]
    const pool = (kernel_size: number): nn.MaxPool2d => new nn.MaxPool2d(kernel_size, { stride: 2, ceil_mode: true })
    this.aux_logits = aux_logits
    this.transform_input = transform
    this.conv1 = make(conv_block, 3, 64, { kernel_size: 7, stride: 2, padding: 3 })
    this.maxpool1 = pool(3)
    this.conv2 = make(conv_block, 64, 64, { kernel_size: 1 })
    this.conv3 = make(conv_block, 64, 192, { kernel_size: 3, padding: 1 })
    this.maxpool2 = pool(3)
    this.inception3a = make(inception_block, 192, 64, 96, 128, 16, 32, 32)
    this.inception3b = make(inception_block, 256, 128, 128, 192, 32, 96, 64)
    this.maxpool3 = pool(3)
    this.inception4a = make(inception_block, 480, 192, 96, 208, 16, 48, 64)
    this.inception4b = make(inception_block, 512, 160, 112, 224, 24, 64, 64)
    this.inception4c = make(inception_block, 512, 128, 128, 256, 24, 64, 64)
    this.inception4d = make(inception_block, 512, 112, 144, 288, 32, 64, 64)
    this.inception4e = make(inception_block, 528, 256, 160, 320, 32, 128, 128)
    this.maxpool4 = pool(2)
    this.inception5a = make(inception_block, 832, 256, 160, 320, 32, 128, 128)
    this.inception5b = make(inception_block, 832, 384, 192, 384, 48, 128, 128)
    this.aux1 = aux_logits ? make(aux_block, 512, num_classes, { dropout: dropout_aux }) : null
    this.aux2 = aux_logits ? make(aux_block, 528, num_classes, { dropout: dropout_aux }) : null
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1])
    this.dropout = new nn.Dropout({ p: dropout })
    this.fc = new nn.Linear(1024, num_classes)
    if (init_weights ?? true) for (const module of this.modules()) init_module(module, () => 0.01)
  }

  forward(x: Tensor): Tensor | GoogLeNetOutputs {
    const images = this.transform_input ? transform_input(x) : x
    const stem = this.maxpool2(this.conv3(this.conv2(this.maxpool1(this.conv1(images)))))
    const third = this.maxpool3(this.inception3b(this.inception3a(stem)))
    const first_half = this.inception4a(third)
    const aux1 = this.training && this.aux1 !== null ? this.aux1(first_half) : null
    const second_half = this.inception4d(this.inception4c(this.inception4b(first_half)))
    const aux2 = this.training && this.aux2 !== null ? this.aux2(second_half) : null
    const fifth = this.inception5b(this.inception5a(this.maxpool4(this.inception4e(second_half))))
    const logits = this.fc(this.dropout(flatten(this.avgpool(fifth), 1)))
    return this.training && this.aux_logits ? new GoogLeNetOutputs([logits, aux2, aux1]) : logits
  }
}

export const GoogLeNet_Weights = weights_enum('GoogLeNet_Weights')

/**
 * {@link GoogLeNet}; with weights, images are transformed and the heads in between are left out, unless told otherwise.
 * @see torchvision.models.googlenet
 */
export const googlenet = register_model('googlenet', {
  weights: GoogLeNet_Weights,
  adapt: (kwargs, weights) => {
    kwargs.transform_input ??= true
    _ovewrite_named_param(kwargs, 'aux_logits', true)
    _ovewrite_named_param(kwargs, 'init_weights', false)
    adapt_classes(kwargs, weights)
  },
  make: (kwargs: Options) => new GoogLeNet(kwargs),
  finish: (model, { aux_logits = false }) => {
    if (aux_logits) {
      warn('auxiliary heads in the pretrained googlenet model are NOT pretrained, so make sure to train them')
      return
    }
    model.aux_logits = false
    model.aux1 = null
    model.aux2 = null
  },
})
