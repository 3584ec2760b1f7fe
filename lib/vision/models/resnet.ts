// ResNet, ResNeXt and Wide ResNet: torchvision.models.resnet.
import { type Args, type Keywords, arrange } from '../../_args'
import { NotImplementedError, ValueError } from '../../_errors'
import { flatten } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { _ovewrite_named_param, sequential } from './_utils'

function conv3x3(in_planes: number, out_planes: number, stride = 1, groups = 1, dilation = 1): nn.Conv2d {
  return new nn.Conv2d(in_planes, out_planes, { kernel_size: 3, stride, padding: dilation, groups, bias: false, dilation })
}

function conv1x1(in_planes: number, out_planes: number, stride = 1): nn.Conv2d {
  return new nn.Conv2d(in_planes, out_planes, { kernel_size: 1, stride, bias: false })
}

const block_names = ['inplanes', 'planes', 'stride', 'downsample', 'groups', 'base_width', 'dilation', 'norm_layer'] as const
type BlockArgs = [inplanes: number, planes: number, stride?: number, downsample?: nn.Module | null, groups?: number, base_width?: number,
  dilation?: number, norm_layer?: LayerMaker | null]

/** Two convolutions of 3 x 3 beside the identity. @see torchvision.models.resnet.BasicBlock */
export class BasicBlock extends nn.Module {
  static readonly expansion: number = 1
  conv1: nn.Conv2d
  bn1: TensorModule
  relu: nn.ReLU
  conv2: nn.Conv2d
  bn2: TensorModule
  downsample: TensorModule | null
  stride: number

  constructor(...args: Args<BlockArgs, typeof block_names>) {
    super()
    const [inplanes, planes, stride = 1, downsample = null, groups = 1, base_width = 64, dilation = 1, norm_layer]
      = arrange<BlockArgs>('BasicBlock.__init__', block_names, 2, args)
    if (groups !== 1 || base_width !== 64) throw new ValueError('BasicBlock only supports groups=1 and base_width=64')
    if (dilation > 1) throw new NotImplementedError('Dilation > 1 not supported in BasicBlock')
    const norm = norm_layer ?? nn.BatchNorm2d
    this.conv1 = conv3x3(inplanes, planes, stride)
    this.bn1 = make(norm, planes)
    this.relu = new nn.ReLU({ inplace: true })
    this.conv2 = conv3x3(planes, planes)
    this.bn2 = make(norm, planes)
    this.downsample = downsample as TensorModule | null
    this.stride = stride
  }

  forward(x: Tensor): Tensor {
    const inner = this.relu(this.bn1(this.conv1(x)))
    const out = this.bn2(this.conv2(inner))
    return this.relu(out.add_(this.downsample === null ? x : this.downsample(x)))
  }
}

/** A convolution of 3 x 3 between two of 1 x 1, beside the identity; the stride is in that of 3 x 3. @see torchvision.models.resnet.Bottleneck */
export class Bottleneck extends nn.Module {
  static readonly expansion: number = 4
  conv1: nn.Conv2d
  bn1: TensorModule
  conv2: nn.Conv2d
  bn2: TensorModule
  conv3: nn.Conv2d
  bn3: TensorModule
  relu: nn.ReLU
  downsample: TensorModule | null
  stride: number

  constructor(...args: Args<BlockArgs, typeof block_names>) {
    super()
    const [inplanes, planes, stride = 1, downsample = null, groups = 1, base_width = 64, dilation = 1, norm_layer]
      = arrange<BlockArgs>('Bottleneck.__init__', block_names, 2, args)
    const norm = norm_layer ?? nn.BatchNorm2d
    const width = Math.trunc(planes * (base_width / 64)) * groups
    this.conv1 = conv1x1(inplanes, width)
    this.bn1 = make(norm, width)
    this.conv2 = conv3x3(width, width, stride, groups, dilation)
    this.bn2 = make(norm, width)
    this.conv3 = conv1x1(width, planes * Bottleneck.expansion)
    this.bn3 = make(norm, planes * Bottleneck.expansion)
    this.relu = new nn.ReLU({ inplace: true })
    this.downsample = downsample as TensorModule | null
    this.stride = stride
  }

  forward(x: Tensor): Tensor {
    const inner = this.relu(this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x))))))
    const out = this.bn3(this.conv3(inner))
    return this.relu(out.add_(this.downsample === null ? x : this.downsample(x)))
  }
}

type BlockClass = (new (...args: Args<BlockArgs, typeof block_names>) => nn.Module) & { readonly expansion: number }
const names = ['block', 'layers', 'num_classes', 'zero_init_residual', 'groups', 'width_per_group', 'replace_stride_with_dilation',
  'norm_layer'] as const
type ResNetArgs = [block: BlockClass, layers: readonly number[], num_classes?: number, zero_init_residual?: boolean, groups?: number,
  width_per_group?: number, replace_stride_with_dilation?: readonly boolean[] | null, norm_layer?: LayerMaker | null]
type Options = Omit<Keywords<ResNetArgs, typeof names>, 'block' | 'layers'>

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d) {
    nn.init.kaiming_normal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' })
  } else if (module instanceof nn.BatchNorm2d || module instanceof nn.GroupNorm) {
    nn.init.constant_(module.weight!, 1)
    nn.init.constant_(module.bias!, 0)
  }
}

function zero_residual(module: nn.Module): void {
  const last = (module instanceof Bottleneck ? module.bn3 : module instanceof BasicBlock ? module.bn2 : null) as { weight?: Tensor | null } | null
  if (last?.weight != null) nn.init.constant_(last.weight, 0)
}

/**
 * A network of residual blocks in four layers.
 *
 * @param block - BasicBlock or Bottleneck
 * @param layers - how many blocks each layer has
 * @param num_classes - Default: 1000.
 * @param zero_init_residual - begin with each block as the identity. Default: false.
 * @param groups - of the convolutions of 3 x 3: ResNeXt. Default: 1.
 * @param width_per_group - Default: 64.
 * @param replace_stride_with_dilation - of layers 2, 3 and 4: keep the size and widen the filters instead. Default: none.
 * @param norm_layer - Default: nn.BatchNorm2d.
 * @see torchvision.models.ResNet; https://arxiv.org/abs/1512.03385
 */
export class ResNet extends nn.Module {
  inplanes: number
  dilation: number
  groups: number
  base_width: number
  _norm_layer: LayerMaker
  conv1: nn.Conv2d
  bn1: TensorModule
  relu: nn.ReLU
  maxpool: nn.MaxPool2d
  layer1: nn.Sequential
  layer2: nn.Sequential
  layer3: nn.Sequential
  layer4: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  fc: nn.Linear

  constructor(...args: Args<ResNetArgs, typeof names>) {
    super()
    const [block, layers, num_classes = 1000, zero_init_residual = false, groups = 1, width_per_group = 64, replace, norm_layer]
      = arrange<ResNetArgs>('ResNet.__init__', names, 2, args)
    const replace_stride_with_dilation = replace ?? [false, false, false]
    if (replace_stride_with_dilation.length !== 3) {
      const given = replace_stride_with_dilation.map(one => (one ? 'True' : 'False')).join(', ')
      throw new ValueError(`replace_stride_with_dilation should be None or a 3-element tuple, got [${given}]`)
    }
    this._norm_layer = norm_layer ?? nn.BatchNorm2d
    this.inplanes = 64
    this.dilation = 1
    this.groups = groups
    this.base_width = width_per_group
    this.conv1 = new nn.Conv2d(3, this.inplanes, { kernel_size: 7, stride: 2, padding: 3, bias: false })
    this.bn1 = make(this._norm_layer, this.inplanes)
    this.relu = new nn.ReLU({ inplace: true })
    this.maxpool = new nn.MaxPool2d({ kernel_size: 3, stride: 2, padding: 1 })
    this.layer1 = this._make_layer(block, 64, layers[0]!)
    this.layer2 = this._make_layer(block, 128, layers[1]!, 2, replace_stride_with_dilation[0])
    this.layer3 = this._make_layer(block, 256, layers[2]!, 2, replace_stride_with_dilation[1])
    this.layer4 = this._make_layer(block, 512, layers[3]!, 2, replace_stride_with_dilation[2])
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1])
    this.fc = new nn.Linear(512 * block.expansion, num_classes)
    for (const module of this.modules()) init_module(module)
    if (zero_init_residual) for (const module of this.modules()) zero_residual(module)
  }

  /** The blocks of one layer; the first one changes size and channels. */
  _make_layer(block: BlockClass, planes: number, blocks: number, stride = 1, dilate = false): nn.Sequential {
    const { _norm_layer: norm_layer, groups, base_width } = this
    const previous_dilation = this.dilation
    if (dilate) this.dilation *= stride
    const step = dilate ? 1 : stride
    const out_planes = planes * block.expansion
    const downsample = step !== 1 || this.inplanes !== out_planes
      ? sequential([conv1x1(this.inplanes, out_planes, step), make(norm_layer, out_planes)]) : null
    const layers = [new block(this.inplanes, planes, step, downsample, groups, base_width, previous_dilation, norm_layer)]
    this.inplanes = out_planes
    for (let i = 1; i < blocks; i++) layers.push(new block(out_planes, planes, { groups, base_width, dilation: this.dilation, norm_layer }))
    return sequential(layers)
  }

  forward(x: Tensor): Tensor {
    const stem = this.maxpool(this.relu(this.bn1(this.conv1(x))))
    const features = this.layer4(this.layer3(this.layer2(this.layer1(stem))))
    return this.fc(flatten(this.avgpool(features), 1))
  }
}

function resnet(name: string, block: BlockClass, layers: readonly number[], weights: WeightsSet, fixed: Options = {}): ModelBuilder<Options, ResNet> {
  return register_model(name, {
    weights,
    make: (given: Options) => {
      const kwargs: Record<string, unknown> = { ...given }
      for (const [param, value] of Object.entries(fixed)) _ovewrite_named_param(kwargs, param, value)
      return new ResNet({ block, layers, ...kwargs })
    },
  })
}

export const ResNet18_Weights = weights_enum('ResNet18_Weights')
export const ResNet34_Weights = weights_enum('ResNet34_Weights')
export const ResNet50_Weights = weights_enum('ResNet50_Weights')
export const ResNet101_Weights = weights_enum('ResNet101_Weights')
export const ResNet152_Weights = weights_enum('ResNet152_Weights')
export const ResNeXt50_32X4D_Weights = weights_enum('ResNeXt50_32X4D_Weights')
export const ResNeXt101_32X8D_Weights = weights_enum('ResNeXt101_32X8D_Weights')
export const ResNeXt101_64X4D_Weights = weights_enum('ResNeXt101_64X4D_Weights')
export const Wide_ResNet50_2_Weights = weights_enum('Wide_ResNet50_2_Weights')
export const Wide_ResNet101_2_Weights = weights_enum('Wide_ResNet101_2_Weights')

/** {@link ResNet} with 18 layers. @see torchvision.models.resnet18 */
export const resnet18 = resnet('resnet18', BasicBlock, [2, 2, 2, 2], ResNet18_Weights)
/** {@link ResNet} with 34 layers. @see torchvision.models.resnet34 */
export const resnet34 = resnet('resnet34', BasicBlock, [3, 4, 6, 3], ResNet34_Weights)
/** {@link ResNet} with 50 layers. @see torchvision.models.resnet50 */
export const resnet50 = resnet('resnet50', Bottleneck, [3, 4, 6, 3], ResNet50_Weights)
/** {@link ResNet} with 101 layers. @see torchvision.models.resnet101 */
export const resnet101 = resnet('resnet101', Bottleneck, [3, 4, 23, 3], ResNet101_Weights)
/** {@link ResNet} with 152 layers. @see torchvision.models.resnet152 */
export const resnet152 = resnet('resnet152', Bottleneck, [3, 8, 36, 3], ResNet152_Weights)
/** ResNeXt: {@link ResNet} with 50 layers and 32 groups of width 4. @see torchvision.models.resnext50_32x4d; https://arxiv.org/abs/1611.05431 */
export const resnext50_32x4d = resnet('resnext50_32x4d', Bottleneck, [3, 4, 6, 3], ResNeXt50_32X4D_Weights, { groups: 32, width_per_group: 4 })
/** ResNeXt: {@link ResNet} with 101 layers and 32 groups of width 8. @see torchvision.models.resnext101_32x8d */
export const resnext101_32x8d = resnet('resnext101_32x8d', Bottleneck, [3, 4, 23, 3], ResNeXt101_32X8D_Weights, { groups: 32, width_per_group: 8 })
/** ResNeXt: {@link ResNet} with 101 layers and 64 groups of width 4. @see torchvision.models.resnext101_64x4d */
export const resnext101_64x4d = resnet('resnext101_64x4d', Bottleneck, [3, 4, 23, 3], ResNeXt101_64X4D_Weights, { groups: 64, width_per_group: 4 })
/** Wide {@link ResNet} with 50 layers: the inner convolutions are twice as wide. @see torchvision.models.wide_resnet50_2; https://arxiv.org/abs/1605.07146 */
export const wide_resnet50_2 = resnet('wide_resnet50_2', Bottleneck, [3, 4, 6, 3], Wide_ResNet50_2_Weights, { width_per_group: 128 })
/** Wide {@link ResNet} with 101 layers. @see torchvision.models.wide_resnet101_2 */
export const wide_resnet101_2 = resnet('wide_resnet101_2', Bottleneck, [3, 4, 23, 3], Wide_ResNet101_2_Weights, { width_per_group: 128 })
