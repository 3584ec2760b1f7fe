// Models that give each pixel a class: torchvision.models.segmentation.
import { NotImplementedError } from '../../_errors'
import { cat } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import {
  type ModelBuilder, Weights, type WeightsEnum, type WeightsMember, type WeightsMeta, type WeightsSet, make_enum, register_model,
} from './_api'
import { BASE_URL } from './_weights_table'
import { type ImageClassification, SemanticSegmentation } from './_presets'
import { IntermediateLayerGetter, _ovewrite_named_param } from './_utils'
import { MobileNet_V3_Large_Weights, mobilenet_v3_large } from './mobilenetv3'
import { ResNet101_Weights, ResNet50_Weights, resnet101, resnet50 } from './resnet'

const F = nn.functional

/** The classes of Pascal VOC. */
const categories = [
  '__background__', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog', 'horse', 'motorbike',
  'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor',
]

/** Scores (N, C, H, W) of each pixel; `aux` if the model has an auxiliary classifier. */
export interface Segmented {
  out: Tensor
  aux?: Tensor
}

const enlarged = (x: Tensor, like: Tensor): Tensor =>
  F.interpolate(x, { size: [...like.shape].slice(-2), mode: 'bilinear', align_corners: false })

type TensorModule = nn.Module & ((x: Tensor) => Tensor)
type Backbone = nn.Module & ((x: Tensor) => Record<string, Tensor>)

class SegmentationModel extends nn.Module {
  backbone: Backbone
  classifier: TensorModule
  aux_classifier: TensorModule | null

  /** @param backbone - gives features by name: 'out', and 'aux' for `aux_classifier` */
  constructor(backbone: nn.Module, classifier: nn.Module, aux_classifier: nn.Module | null = null) {
    super()
    this.backbone = backbone as Backbone
    this.classifier = classifier as TensorModule
    this.aux_classifier = aux_classifier as TensorModule | null
  }

  forward(x: Tensor): Segmented {
    const { out, aux } = this.backbone(x)
    const result: Segmented = { out: enlarged(this.classifier(out!), x) }
    if (this.aux_classifier !== null) result.aux = enlarged(this.aux_classifier(aux!), x)
    return result
  }
}

/** A fully convolutional network. @see torchvision.models.segmentation.FCN; https://arxiv.org/abs/1411.4038 */
export class FCN extends SegmentationModel {}

/** DeepLabV3: filters of several widths. @see torchvision.models.segmentation.DeepLabV3; https://arxiv.org/abs/1706.05587 */
export class DeepLabV3 extends SegmentationModel {}

class FCNHead extends nn.Sequential {
  constructor(in_channels: number, channels: number) {
    const inter = Math.floor(in_channels / 4)
    super(
      new nn.Conv2d(in_channels, inter, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(inter), new nn.ReLU(), new nn.Dropout(0.1),
      new nn.Conv2d(inter, channels, 1))
  }
}

class ASPPConv extends nn.Sequential {
  constructor(in_channels: number, out_channels: number, dilation: number) {
    super(
      new nn.Conv2d(in_channels, out_channels, 3, { padding: dilation, dilation, bias: false }), new nn.BatchNorm2d(out_channels), new nn.ReLU())
  }
}

class ASPPPooling extends nn.Sequential {
  constructor(in_channels: number, out_channels: number) {
    super(new nn.AdaptiveAvgPool2d(1), new nn.Conv2d(in_channels, out_channels, 1, { bias: false }), new nn.BatchNorm2d(out_channels), new nn.ReLU())
  }

  override forward(x: Tensor): Tensor {
    return enlarged(super.forward(x) as Tensor, x)
  }
}

/** Filters of several widths beside each other, and the mean of the picture. */
class ASPP extends nn.Module {
  convs: nn.ModuleList
  project: nn.Sequential

  constructor(in_channels: number, atrous_rates: readonly number[], out_channels = 256) {
    super()
    const first = new nn.Sequential(new nn.Conv2d(in_channels, out_channels, 1, { bias: false }), new nn.BatchNorm2d(out_channels), new nn.ReLU())
    this.convs = new nn.ModuleList([
      first, ...atrous_rates.map(rate => new ASPPConv(in_channels, out_channels, rate)), new ASPPPooling(in_channels, out_channels),
    ])
    this.project = new nn.Sequential(
      new nn.Conv2d((atrous_rates.length + 2) * out_channels, out_channels, 1, { bias: false }), new nn.BatchNorm2d(out_channels), new nn.ReLU(),
      new nn.Dropout(0.5))
  }

  forward(x: Tensor): Tensor {
    return this.project(cat([...this.convs].map(conv => (conv as TensorModule)(x)), 1))
  }
}

class DeepLabHead extends nn.Sequential {
  constructor(in_channels: number, num_classes: number, atrous_rates: readonly number[] = [12, 24, 36]) {
    super(
      new ASPP(in_channels, atrous_rates), new nn.Conv2d(256, 256, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(256), new nn.ReLU(),
      new nn.Conv2d(256, num_classes, 1))
  }
}

class LRASPPHead extends nn.Module {
  cbr: nn.Sequential
  scale: nn.Sequential
  low_classifier: nn.Conv2d
  high_classifier: nn.Conv2d

  constructor(low_channels: number, high_channels: number, num_classes: number, inter_channels: number) {
    super()
    this.cbr = new nn.Sequential(
      new nn.Conv2d(high_channels, inter_channels, 1, { bias: false }), new nn.BatchNorm2d(inter_channels), new nn.ReLU({ inplace: true }))
    this.scale = new nn.Sequential(
      new nn.AdaptiveAvgPool2d(1), new nn.Conv2d(high_channels, inter_channels, 1, { bias: false }), new nn.Sigmoid())
    this.low_classifier = new nn.Conv2d(low_channels, num_classes, 1)
    this.high_classifier = new nn.Conv2d(inter_channels, num_classes, 1)
  }

  forward({ low, high }: Record<string, Tensor>): Tensor {
    const x = (this.cbr(high!)).mul(this.scale(high!))
    return this.low_classifier(low!).add(this.high_classifier(enlarged(x, low!)))
  }
}

/** Few, small layers on a MobileNet. @see torchvision.models.segmentation.LRASPP; https://arxiv.org/abs/1905.02244 */
export class LRASPP extends nn.Module {
  backbone: Backbone
  classifier: LRASPPHead

  /** @param backbone - gives features by name: 'low' and 'high' */
  constructor(backbone: nn.Module, low_channels: number, high_channels: number, num_classes: number, inter_channels = 128) {
    super()
    this.backbone = backbone as Backbone
    this.classifier = new LRASPPHead(low_channels, high_channels, num_classes, inter_channels)
  }

  forward(input: Tensor): Segmented {
    return { out: enlarged(this.classifier(this.backbone(input)), input) }
  }
}

// ---- weights ----

type Numbers = [file: string, num_params: number, miou: number, pixel_acc: number, ops: number, size: number]

function voc_weights(name: string, ...[file, num_params, miou, pixel_acc, _ops, _file_size]: Numbers): WeightsEnum<'COCO_WITH_VOC_LABELS_V1' | 'DEFAULT'> {
  const meta = { num_params, categories, min_size: [1, 1], _metrics: { 'COCO-val2017-VOC-labels': { miou, pixel_acc } }, _ops, _file_size }
  const transforms = (): SemanticSegmentation => new SemanticSegmentation({ resize_size: 520 })
  const weights = new Weights(BASE_URL + file, transforms as unknown as () => ImageClassification, meta as unknown as WeightsMeta)
  return make_enum(name, { COCO_WITH_VOC_LABELS_V1: weights }, 'COCO_WITH_VOC_LABELS_V1')
}

export const FCN_ResNet50_Weights = voc_weights('FCN_ResNet50_Weights', 'fcn_resnet50_coco-1167a1af.pth', 35322218, 60.5, 91.4, 152.717, 135.009)
export const FCN_ResNet101_Weights = voc_weights('FCN_ResNet101_Weights', 'fcn_resnet101_coco-7ecb50ca.pth', 54314346, 63.7, 91.9, 232.738, 207.711)
export const DeepLabV3_ResNet50_Weights = voc_weights(
  'DeepLabV3_ResNet50_Weights', 'deeplabv3_resnet50_coco-cd0a2569.pth', 42004074, 66.4, 92.4, 178.722, 160.515)
export const DeepLabV3_ResNet101_Weights = voc_weights(
  'DeepLabV3_ResNet101_Weights', 'deeplabv3_resnet101_coco-586e9e4e.pth', 60996202, 67.4, 92.4, 258.743, 233.217)
export const DeepLabV3_MobileNet_V3_Large_Weights = voc_weights(
  'DeepLabV3_MobileNet_V3_Large_Weights', 'deeplabv3_mobilenet_v3_large-fc3c493d.pth', 11029328, 60.3, 91.2, 10.452, 42.301)
export const LRASPP_MobileNet_V3_Large_Weights = voc_weights(
  'LRASPP_MobileNet_V3_Large_Weights', 'lraspp_mobilenet_v3_large-d234d4ea.pth', 3221538, 57.9, 91.2, 2.086, 12.49)

// ---- builders ----

/** What the builders take beside `weights` and `progress`. */
export interface SegmentationOptions {
  /** Default: 21. */
  num_classes?: number | null
  /** Whether there is an auxiliary classifier. Default: false; true with weights. */
  aux_loss?: boolean | null
  /** Weights of the trunk. Default: those of ImageNet, unless there are `weights`; null: random ones. */
  weights_backbone?: WeightsMember | string | null
}

function register<M extends nn.Module>(
  name: string, weights: WeightsSet, make: (num_classes: number, aux: boolean, weights_backbone: WeightsMember | string | null | undefined) => M,
  has_aux = true,
): ModelBuilder<SegmentationOptions, M> {
  return register_model<SegmentationOptions, M>(name, {
    weights,
    adapt: kwargs => {
      kwargs['weights_backbone'] = null
      for (const [param, value] of [['num_classes', categories.length], ...has_aux ? [['aux_loss', true]] : []] as [string, unknown][]) {
        if (kwargs[param] === null) delete kwargs[param]
        _ovewrite_named_param(kwargs, param, value)
      }
    },
    make: ({ num_classes, aux_loss, weights_backbone }) => {
      if (aux_loss && !has_aux) throw new NotImplementedError('This model does not use auxiliary loss')
      return make(num_classes ?? categories.length, aux_loss ?? false, weights_backbone)
    },
  })
}

type ResNetBuilder = typeof resnet50

/** The trunk of a ResNet that keeps its size in the last two layers. */
function resnet_trunk(builder: ResNetBuilder, weights: WeightsMember | string | null | undefined, first: WeightsMember, aux: boolean): nn.Module {
  const backbone = builder({ weights: weights === undefined ? first : weights, replace_stride_with_dilation: [false, true, true] })
  return new IntermediateLayerGetter(backbone, { layer4: 'out', ...aux && { layer3: 'aux' } })
}

function on_resnet<M extends SegmentationModel>(
  name: string, weights: WeightsSet, Model: new (backbone: nn.Module, classifier: nn.Module, aux: nn.Module | null) => M,
  Head: new (in_channels: number, num_classes: number) => nn.Module, builder: ResNetBuilder, first: WeightsMember,
): ModelBuilder<SegmentationOptions, M> {
  return register(name, weights, (num_classes, aux, weights_backbone) => {
    const backbone = resnet_trunk(builder, weights_backbone, first, aux)
    const aux_classifier = aux ? new FCNHead(1024, num_classes) : null
    return new Model(backbone, new Head(2048, num_classes), aux_classifier)
  })
}

/** The layers of a MobileNet v3, and the places where a stage ends: the first, those that halve the size, the last. */
function mobile_stages(
  weights: WeightsMember | string | null | undefined,
): [features: nn.Module, places: number[], channels: (place: number) => number] {
  const chosen = weights === undefined ? MobileNet_V3_Large_Weights.IMAGENET1K_V1 : weights
  const { features } = mobilenet_v3_large({ weights: chosen, dilated: true })
  const layers = [...features] as unknown as { _is_cn?: boolean, out_channels: number }[]
  const places = [0, ...layers.flatMap((layer, i) => layer._is_cn === true ? [i] : []), layers.length - 1]
  return [features, places, place => layers[place]!.out_channels]
}

/** {@link FCN} on a ResNet with 50 layers. @see torchvision.models.segmentation.fcn_resnet50 */
export const fcn_resnet50 = on_resnet('fcn_resnet50', FCN_ResNet50_Weights, FCN, FCNHead, resnet50, ResNet50_Weights.IMAGENET1K_V1)
/** {@link FCN} on a ResNet with 101 layers. @see torchvision.models.segmentation.fcn_resnet101 */
export const fcn_resnet101 = on_resnet('fcn_resnet101', FCN_ResNet101_Weights, FCN, FCNHead, resnet101, ResNet101_Weights.IMAGENET1K_V1)
/** {@link DeepLabV3} on a ResNet with 50 layers. @see torchvision.models.segmentation.deeplabv3_resnet50 */
export const deeplabv3_resnet50 = on_resnet(
  'deeplabv3_resnet50', DeepLabV3_ResNet50_Weights, DeepLabV3, DeepLabHead, resnet50, ResNet50_Weights.IMAGENET1K_V1)
/** {@link DeepLabV3} on a ResNet with 101 layers. @see torchvision.models.segmentation.deeplabv3_resnet101 */
export const deeplabv3_resnet101 = on_resnet(
  'deeplabv3_resnet101', DeepLabV3_ResNet101_Weights, DeepLabV3, DeepLabHead, resnet101, ResNet101_Weights.IMAGENET1K_V1)

/** {@link DeepLabV3} on a MobileNet v3. @see torchvision.models.segmentation.deeplabv3_mobilenet_v3_large */
export const deeplabv3_mobilenet_v3_large = register(
  'deeplabv3_mobilenet_v3_large', DeepLabV3_MobileNet_V3_Large_Weights, (num_classes, aux, weights_backbone) => {
    const [features, places, channels] = mobile_stages(weights_backbone)
    const [out, low] = [places.at(-1)!, places.at(-4)!]
    const backbone = new IntermediateLayerGetter(features, { [out]: 'out', ...aux && { [low]: 'aux' } })
    const aux_classifier = aux ? new FCNHead(channels(low), num_classes) : null
    return new DeepLabV3(backbone, new DeepLabHead(channels(out), num_classes), aux_classifier)
  })

/** {@link LRASPP} on a MobileNet v3. @see torchvision.models.segmentation.lraspp_mobilenet_v3_large */
export const lraspp_mobilenet_v3_large = register('lraspp_mobilenet_v3_large', LRASPP_MobileNet_V3_Large_Weights, (num_classes, _, weights_backbone) => {
  const [features, places, channels] = mobile_stages(weights_backbone)
  const [high, low] = [places.at(-1)!, places.at(-4)!]
  return new LRASPP(new IntermediateLayerGetter(features, { [low]: 'low', [high]: 'high' }), channels(low), channels(high), num_classes)
}, false)
