// Inception v3: torchvision.models.inception.
import { type Args, type Keywords, arrange } from '../../_args'
import type { NamedTuple } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { warn } from '../../_warnings'
import { cat, flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { adapt_classes, register_model, weights_enum } from './_api'
import { BasicConv2d, init_module, init_warning, transform_input } from './_inception'
import { _ovewrite_named_param, outputs_class } from './_utils'

const F = nn.functional

/** What {@link Inception3} gives in training: the logits, and those of the head in between. */
export interface InceptionOutputs extends NamedTuple {
  readonly logits: Tensor
  readonly aux_logits: Tensor | null
}
export const InceptionOutputs = outputs_class<InceptionOutputs>('InceptionOutputs', ['logits', 'aux_logits'])

// Branches are computed in torchvision's order, for the same bits in their sums of gradients.

// A maker of convolutions by size: padding keeps the size unless there is a stride.
function maker(conv_block: LayerMaker) {
  return (inputs: number, outputs: number, kernel_size: Sizes, options: { stride?: number, padding?: Sizes } = {}): TensorModule => (
    make(conv_block, inputs, outputs, { kernel_size, ...options }))
}

const WIDE = { kernel_size: [1, 7], padding: [0, 3] } as const
const HIGH = { kernel_size: [7, 1], padding: [3, 0] } as const

function mean_pool(x: Tensor): Tensor {
  return F.avg_pool2d(x, { kernel_size: 3, stride: 1, padding: 1 })
}

/** Filters of 1 x 1, 5 x 5 and twice 3 x 3, and a pooling. */
class InceptionA extends nn.Module {
  branch1x1: TensorModule
  branch5x5_1: TensorModule
  branch5x5_2: TensorModule
  branch3x3dbl_1: TensorModule
  branch3x3dbl_2: TensorModule
  branch3x3dbl_3: TensorModule
  branch_pool: TensorModule

  constructor(in_channels: number, { pool_features }: { pool_features: number }, conv_block: LayerMaker = BasicConv2d) {
    super()
    const conv = maker(conv_block)
    this.branch1x1 = conv(in_channels, 64, 1)
    this.branch5x5_1 = conv(in_channels, 48, 1)
    this.branch5x5_2 = conv(48, 64, 5, { padding: 2 })
    this.branch3x3dbl_1 = conv(in_channels, 64, 1)
    this.branch3x3dbl_2 = conv(64, 96, 3, { padding: 1 })
    this.branch3x3dbl_3 = conv(96, 96, 3, { padding: 1 })
    this.branch_pool = conv(in_channels, pool_features, 1)
  }

  forward(x: Tensor): Tensor {
    const single = this.branch1x1(x)
    const wide = this.branch5x5_2(this.branch5x5_1(x))
    const double = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)))
    return cat([single, wide, double, this.branch_pool(mean_pool(x))], 1)
  }
}

/** Halves the size. */
class InceptionB extends nn.Module {
  branch3x3: TensorModule
  branch3x3dbl_1: TensorModule
  branch3x3dbl_2: TensorModule
  branch3x3dbl_3: TensorModule

  constructor(in_channels: number, conv_block: LayerMaker = BasicConv2d) {
    super()
    const conv = maker(conv_block)
    this.branch3x3 = conv(in_channels, 384, 3, { stride: 2 })
    this.branch3x3dbl_1 = conv(in_channels, 64, 1)
    this.branch3x3dbl_2 = conv(64, 96, 3, { padding: 1 })
    this.branch3x3dbl_3 = conv(96, 96, 3, { stride: 2 })
  }

  forward(x: Tensor): Tensor {
    const single = this.branch3x3(x)
    const double = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)))
    return cat([single, double, F.max_pool2d(x, { kernel_size: 3, stride: 2 })], 1)
  }
}

/** Filters of 7 x 7, as rows and columns. */
class InceptionC extends nn.Module {
  branch1x1: TensorModule
  branch7x7_1: TensorModule
  branch7x7_2: TensorModule
  branch7x7_3: TensorModule
  branch7x7dbl_1: TensorModule
  branch7x7dbl_2: TensorModule
  branch7x7dbl_3: TensorModule
  branch7x7dbl_4: TensorModule
  branch7x7dbl_5: TensorModule
  branch_pool: TensorModule

  constructor(in_channels: number, { channels_7x7: c7 }: { channels_7x7: number }, conv_block: LayerMaker = BasicConv2d) {
    super()
    const conv = maker(conv_block)
    this.branch1x1 = conv(in_channels, 192, 1)
    this.branch7x7_1 = conv(in_channels, c7, 1)
    this.branch7x7_2 = make(conv_block, c7, c7, WIDE)
    this.branch7x7_3 = make(conv_block, c7, 192, HIGH)
    this.branch7x7dbl_1 = conv(in_channels, c7, 1)
    this.branch7x7dbl_2 = make(conv_block, c7, c7, HIGH)
    this.branch7x7dbl_3 = make(conv_block, c7, c7, WIDE)
    this.branch7x7dbl_4 = make(conv_block, c7, c7, HIGH)
    this.branch7x7dbl_5 = make(conv_block, c7, 192, WIDE)
    this.branch_pool = conv(in_channels, 192, 1)
  }

  forward(x: Tensor): Tensor {
    const plain = this.branch1x1(x)
    const single = this.branch7x7_3(this.branch7x7_2(this.branch7x7_1(x)))
    const double = this.branch7x7dbl_5(this.branch7x7dbl_4(this.branch7x7dbl_3(this.branch7x7dbl_2(this.branch7x7dbl_1(x)))))
    return cat([plain, single, double, this.branch_pool(mean_pool(x))], 1)
  }
}

/** Halves the size, with filters of 7 x 7 too. */
class InceptionD extends nn.Module {
  branch3x3_1: TensorModule
  branch3x3_2: TensorModule
  branch7x7x3_1: TensorModule
  branch7x7x3_2: TensorModule
  branch7x7x3_3: TensorModule
  branch7x7x3_4: TensorModule

  constructor(in_channels: number, conv_block: LayerMaker = BasicConv2d) {
    super()
    const conv = maker(conv_block)
    this.branch3x3_1 = conv(in_channels, 192, 1)
    this.branch3x3_2 = conv(192, 320, 3, { stride: 2 })
    this.branch7x7x3_1 = conv(in_channels, 192, 1)
    this.branch7x7x3_2 = make(conv_block, 192, 192, WIDE)
    this.branch7x7x3_3 = make(conv_block, 192, 192, HIGH)
    this.branch7x7x3_4 = conv(192, 192, 3, { stride: 2 })
  }

  forward(x: Tensor): Tensor {
    const three = this.branch3x3_2(this.branch3x3_1(x))
    const seven = this.branch7x7x3_4(this.branch7x7x3_3(this.branch7x7x3_2(this.branch7x7x3_1(x))))
    return cat([three, seven, F.max_pool2d(x, { kernel_size: 3, stride: 2 })], 1)
  }
}

/** Rows and columns of 3 side by side. */
class InceptionE extends nn.Module {
  branch1x1: TensorModule
  branch3x3_1: TensorModule
  branch3x3_2a: TensorModule
  branch3x3_2b: TensorModule
  branch3x3dbl_1: TensorModule
  branch3x3dbl_2: TensorModule
  branch3x3dbl_3a: TensorModule
  branch3x3dbl_3b: TensorModule
  branch_pool: TensorModule

  constructor(in_channels: number, conv_block: LayerMaker = BasicConv2d) {
    super()
    const conv = maker(conv_block)
    this.branch1x1 = conv(in_channels, 320, 1)
    this.branch3x3_1 = conv(in_channels, 384, 1)
    this.branch3x3_2a = conv(384, 384, [1, 3], { padding: [0, 1] })
    this.branch3x3_2b = conv(384, 384, [3, 1], { padding: [1, 0] })
    this.branch3x3dbl_1 = conv(in_channels, 448, 1)
    this.branch3x3dbl_2 = conv(448, 384, 3, { padding: 1 })
    this.branch3x3dbl_3a = conv(384, 384, [1, 3], { padding: [0, 1] })
    this.branch3x3dbl_3b = conv(384, 384, [3, 1], { padding: [1, 0] })
    this.branch_pool = conv(in_channels, 192, 1)
  }

  forward(x: Tensor): Tensor {
    const plain = this.branch1x1(x)
    const single = this.branch3x3_1(x)
    const split = cat([this.branch3x3_2a(single), this.branch3x3_2b(single)], 1)
    const double = this.branch3x3dbl_2(this.branch3x3dbl_1(x))
    const double_split = cat([this.branch3x3dbl_3a(double), this.branch3x3dbl_3b(double)], 1)
    return cat([plain, split, double_split, this.branch_pool(mean_pool(x))], 1)
  }
}

// How widely the weights of the head's layers are drawn.
const deviations = new WeakMap<nn.Module, number>()

/** A classifier on features in between, for training. */
class InceptionAux extends nn.Module {
  conv0: TensorModule
  conv1: TensorModule
  fc: nn.Linear

  constructor(in_channels: number, num_classes: number, conv_block: LayerMaker = BasicConv2d) {
    super()
    this.conv0 = make(conv_block, in_channels, 128, { kernel_size: 1 })
    this.conv1 = make(conv_block, 128, 768, { kernel_size: 5 })
    this.fc = new nn.Linear(768, num_classes)
    deviations.set(this.fc, 0.001)
  }

  forward(x: Tensor): Tensor {
    const features = this.conv1(this.conv0(F.avg_pool2d(x, { kernel_size: 5, stride: 3 })))
    return this.fc(flatten(F.adaptive_avg_pool2d(features, [1, 1]), 1))
  }
}

const names = ['num_classes', 'aux_logits', 'transform_input', 'inception_blocks', 'init_weights', 'dropout'] as const
type InceptionArgs = [num_classes?: number, aux_logits?: boolean, transform_input?: boolean, inception_blocks?: readonly LayerMaker[] | null,
  init_weights?: boolean | null, dropout?: number]
type Options = Keywords<InceptionArgs, typeof names>
const usual_blocks = [BasicConv2d, InceptionA, InceptionB, InceptionC, InceptionD, InceptionE, InceptionAux]

/**
 * Inception v3, for images of 299 x 299. In training it gives {@link InceptionOutputs} if it has a head in between, else the logits.
 *
 * @param num_classes - Default: 1000.
 * @param aux_logits - add the head in between. Default: true.
 * @param transform_input - change the normalisation of the images to the one of the weights. Default: false.
 * @param inception_blocks - seven classes: of convolutions, of the blocks A to E and of the head
 * @param init_weights - draw the weights from truncated normal distributions. Default: true, with a warning.
 * @param dropout - the chance. Default: 0.5.
 * @see torchvision.models.Inception3; https://arxiv.org/abs/1512.00567
 */
export class Inception3 extends nn.Module {
  aux_logits: boolean
  transform_input: boolean
  Conv2d_1a_3x3: TensorModule
  Conv2d_2a_3x3: TensorModule
  Conv2d_2b_3x3: TensorModule
  maxpool1: nn.MaxPool2d
  Conv2d_3b_1x1: TensorModule
  Conv2d_4a_3x3: TensorModule
  maxpool2: nn.MaxPool2d
  Mixed_5b: TensorModule
  Mixed_5c: TensorModule
  Mixed_5d: TensorModule
  Mixed_6a: TensorModule
  Mixed_6b: TensorModule
  Mixed_6c: TensorModule
  Mixed_6d: TensorModule
  Mixed_6e: TensorModule
  AuxLogits: TensorModule | null
  Mixed_7a: TensorModule
  Mixed_7b: TensorModule
  Mixed_7c: TensorModule
  avgpool: nn.AdaptiveAvgPool2d
  dropout: nn.Dropout
  fc: nn.Linear

  constructor(...args: Args<InceptionArgs, typeof names>) {
    super()
    const [num_classes = 1000, aux_logits = true, transform = false, inception_blocks = null, init_weights = null, dropout = 0.5]
      = arrange<InceptionArgs>('Inception3.__init__', names, 0, args)
    if (init_weights === null) warn(init_warning('inception_v3'), 'FutureWarning')
    const blocks = inception_blocks ?? usual_blocks
    if (blocks.length !== 7) throw new ValueError(`length of inception_blocks should be 7 instead of ${blocks.length}`)
    const [conv_block, a, b, c, d, e, aux] = blocks as [LayerMaker, LayerMaker, LayerMaker, LayerMaker, LayerMaker, LayerMaker, LayerMaker]
    const conv = maker(conv_block)
    this.aux_logits = aux_logits
    this.transform_input = transform
    this.Conv2d_1a_3x3 = conv(3, 32, 3, { stride: 2 })
    this.Conv2d_2a_3x3 = conv(32, 32, 3)
    this.Conv2d_2b_3x3 = conv(32, 64, 3, { padding: 1 })
    this.maxpool1 = new nn.MaxPool2d({ kernel_size: 3, stride: 2 })
    this.Conv2d_3b_1x1 = conv(64, 80, 1)
    this.Conv2d_4a_3x3 = conv(80, 192, 3)
    this.maxpool2 = new nn.MaxPool2d({ kernel_size: 3, stride: 2 })
    this.Mixed_5b = make(a, 192, { pool_features: 32 })
    this.Mixed_5c = make(a, 256, { pool_features: 64 })
    this.Mixed_5d = make(a, 288, { pool_features: 64 })
    this.Mixed_6a = make(b, 288)
    this.Mixed_6b = make(c, 768, { channels_7x7: 128 })
    this.Mixed_6c = make(c, 768, { channels_7x7: 160 })
    this.Mixed_6d = make(c, 768, { channels_7x7: 160 })
    this.Mixed_6e = make(c, 768, { channels_7x7: 192 })
    this.AuxLogits = aux_logits ? make(aux, 768, num_classes) : null
    this.Mixed_7a = make(d, 768)
    this.Mixed_7b = make(e, 1280)
    this.Mixed_7c = make(e, 2048)
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1])
    this.dropout = new nn.Dropout({ p: dropout })
    this.fc = new nn.Linear(2048, num_classes)
    if (init_weights ?? true) for (const module of this.modules()) init_module(module, one => deviations.get(one) ?? 0.1)
  }

  forward(x: Tensor): Tensor | InceptionOutputs {
    const images = this.transform_input ? transform_input(x) : x
    const first = this.maxpool1(this.Conv2d_2b_3x3(this.Conv2d_2a_3x3(this.Conv2d_1a_3x3(images))))
    const stem = this.maxpool2(this.Conv2d_4a_3x3(this.Conv2d_3b_1x1(first)))
    const fifth = this.Mixed_5d(this.Mixed_5c(this.Mixed_5b(stem)))
    const sixth = this.Mixed_6e(this.Mixed_6d(this.Mixed_6c(this.Mixed_6b(this.Mixed_6a(fifth)))))
    const aux = this.training && this.AuxLogits !== null ? this.AuxLogits(sixth) : null
    const seventh = this.Mixed_7c(this.Mixed_7b(this.Mixed_7a(sixth)))
    const logits = this.fc(flatten(this.dropout(this.avgpool(seventh)), 1))
    return this.training && this.aux_logits ? new InceptionOutputs([logits, aux]) : logits
  }
}

export const Inception_V3_Weights = weights_enum('Inception_V3_Weights')

/** {@link Inception3}; with weights, images are transformed unless told otherwise. @see torchvision.models.inception_v3 */
export const inception_v3 = register_model('inception_v3', {
  weights: Inception_V3_Weights,
  adapt: (kwargs, weights) => {
    kwargs.transform_input ??= true
    _ovewrite_named_param(kwargs, 'aux_logits', true)
    _ovewrite_named_param(kwargs, 'init_weights', false)
    adapt_classes(kwargs, weights)
  },
  make: (kwargs: Options) => new Inception3(kwargs),
  finish: (model, { aux_logits = true }) => {
    if (aux_logits) return
    model.aux_logits = false
    model.AuxLogits = null
  },
})
