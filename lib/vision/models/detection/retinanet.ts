// RetinaNet: torchvision.models.detection.retinanet.
import { RuntimeError, ValueError } from '../../../_errors'
import { full } from '../../../_creation'
import { cat, where, zeros_like } from '../../../generated/torch_functions'
import { int64 } from '../../../dtype'
import * as nn from '../../../nn'
import type { LocalMetadata } from '../../../nn/modules/module'
import type { Tensor } from '../../../tensor'
import type { LayerMaker } from '../../_layers'
import { batched_nms, box_iou, clip_boxes_to_image, sigmoid_focal_loss } from '../../ops'
import { LastLevelP6P7 } from '../../ops/feature_pyramid_network'
import { Conv2dNormActivation, FrozenBatchNorm2d } from '../../ops/misc'
import { type ModelBuilder, type WeightsMember, Weights, type WeightsEnum, type WeightsMeta, make_enum, register_model } from '../_api'
import { type ImageClassification, ObjectDetection } from '../_presets'
import { _ovewrite_named_param, sequential } from '../_utils'
import { BASE_URL } from '../_weights_table'
import { ResNet50_Weights, resnet50 } from '../resnet'
import { _COCO_CATEGORIES } from './_categories'
import { BoxCoder, type BoxLoss, Matcher, _box_loss } from './_utils'
import { AnchorGenerator } from './anchor_utils'
import { _resnet_fpn_extractor, _validate_trainable_layers } from './backbone_utils'
import { GeneralizedRCNNTransform, type Target } from './transform'

/** Boxes (x1, y1, x2, y2) found in an image, by falling score. */
export interface Detections {
  boxes: Tensor
  scores: Tensor
  labels: Tensor
}

/** What training gives. */
export interface RetinaNetLosses {
  classification: Tensor
  bbox_regression: Tensor
}

interface Outputs {
  cls_logits: Tensor
  bbox_regression: Tensor
}

/** Three sizes from each power of two, in three shapes. */
function _default_anchorgen(): AnchorGenerator {
  const sizes = [32, 64, 128, 256, 512].map(size => [size, Math.trunc(size * 2 ** (1 / 3)), Math.trunc(size * 2 ** (2 / 3))])
  return new AnchorGenerator(sizes, sizes.map(() => [0.5, 1, 2]))
}

const mean_of = (losses: readonly Tensor[]): Tensor => losses.reduce((sum, loss) => sum.add(loss)).div(Math.max(1, losses.length))

/** Four convolutions and one that gives `columns` numbers for each anchor. */
abstract class Head extends nn.Module {
  conv: nn.Sequential

  constructor(in_channels: number, norm_layer: LayerMaker | null) {
    super()
    this.conv = sequential(Array.from({ length: 4 }, () => new Conv2dNormActivation(in_channels, in_channels, { norm_layer })))
  }

  override get _version(): number {
    return 2
  }

  // In version 1 the convolutions were not in pairs with norms.
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    for (const i of (local_metadata.version ?? 1) < 2 ? [0, 1, 2, 3] : []) {
      for (const type of ['weight', 'bias']) {
        const old_key = `${prefix}conv.${2 * i}.${type}`
        if (!(old_key in state_dict)) continue
        const value = state_dict[old_key]
        delete state_dict[old_key]
        state_dict[`${prefix}conv.${i}.0.${type}`] = value
      }
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }

  protected init_convolutions(): void {
    for (const layer of this.conv.modules()) {
      if (!(layer instanceof nn.Conv2d)) continue
      nn.init.normal_(layer.weight, { std: 0.01 })
      if (layer.bias !== null) nn.init.constant_(layer.bias, 0)
    }
  }

  /** The numbers of all anchors: (N, anchors, columns). */
  protected rows(features: readonly Tensor[], last: nn.Conv2d, columns: number): Tensor {
    return cat(features.map(map => {
      const x = last(this.conv(map))
      const [n, , h, w] = x.shape as unknown as [number, number, number, number]
      return x.view(n, -1, columns, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, columns)
    }), 1)
  }
}

/** Which class each anchor shows. @see torchvision.models.detection.retinanet.RetinaNetClassificationHead */
export class RetinaNetClassificationHead extends Head {
  cls_logits: nn.Conv2d
  num_classes: number
  num_anchors: number

  constructor(in_channels: number, num_anchors: number, num_classes: number, prior_probability = 0.01, norm_layer: LayerMaker | null = null) {
    super(in_channels, norm_layer)
    this.init_convolutions()
    this.cls_logits = new nn.Conv2d(in_channels, num_anchors * num_classes, { kernel_size: 3, stride: 1, padding: 1 })
    nn.init.normal_(this.cls_logits.weight, { std: 0.01 })
    nn.init.constant_(this.cls_logits.bias!, -Math.log((1 - prior_probability) / prior_probability))
    this.num_classes = num_classes
    this.num_anchors = num_anchors
  }

  compute_loss(targets: readonly Target[], { cls_logits }: Outputs, matched_idxs: readonly Tensor[]): Tensor {
    return mean_of(targets.map(({ labels }, i) => {
      const [logits, matched] = [cls_logits.at(i), matched_idxs[i]!]
      const [found] = where(matched.ge(0)) as unknown as [Tensor]
      const wanted = zeros_like(logits)
      if (found.numel() > 0) wanted.set_at([found, labels.at(matched.at(found))], 1)
      const valid = matched.ne(Matcher.BETWEEN_THRESHOLDS)
      return sigmoid_focal_loss(logits.at(valid), wanted.at(valid), { reduction: 'sum' }).div(Math.max(1, found.numel()))
    }))
  }

  forward(x: readonly Tensor[]): Tensor {
    return this.rows(x, this.cls_logits, this.num_classes)
  }
}

/** Where the box of each anchor is. @see torchvision.models.detection.retinanet.RetinaNetRegressionHead */
export class RetinaNetRegressionHead extends Head {
  bbox_reg: nn.Conv2d
  box_coder: BoxCoder
  _loss_type: BoxLoss

  constructor(in_channels: number, num_anchors: number, norm_layer: LayerMaker | null = null) {
    super(in_channels, norm_layer)
    this.bbox_reg = new nn.Conv2d(in_channels, num_anchors * 4, { kernel_size: 3, stride: 1, padding: 1 })
    nn.init.normal_(this.bbox_reg.weight, { std: 0.01 })
    nn.init.zeros_(this.bbox_reg.bias!)
    this.init_convolutions()
    this.box_coder = new BoxCoder([1, 1, 1, 1])
    this._loss_type = 'l1'
  }

  compute_loss(targets: readonly Target[], { bbox_regression }: Outputs, anchors: readonly Tensor[], matched_idxs: readonly Tensor[]): Tensor {
    return mean_of(targets.map(({ boxes }, i) => {
      const matched = matched_idxs[i]!
      const [found] = where(matched.ge(0)) as unknown as [Tensor]
      const loss = _box_loss(this._loss_type, this.box_coder, anchors[i]!.at(found), boxes.at(matched.at(found)), bbox_regression.at(i).at(found))
      return loss.div(Math.max(1, found.numel()))
    }))
  }

  forward(x: readonly Tensor[]): Tensor {
    return this.rows(x, this.bbox_reg, 4)
  }
}

/** Both heads. @see torchvision.models.detection.retinanet.RetinaNetHead */
export class RetinaNetHead extends nn.Module {
  classification_head: RetinaNetClassificationHead
  regression_head: RetinaNetRegressionHead

  constructor(in_channels: number, num_anchors: number, num_classes: number, norm_layer: LayerMaker | null = null) {
    super()
    this.classification_head = new RetinaNetClassificationHead(in_channels, num_anchors, num_classes, 0.01, norm_layer)
    this.regression_head = new RetinaNetRegressionHead(in_channels, num_anchors, norm_layer)
  }

  compute_loss(targets: readonly Target[], outputs: Outputs, anchors: readonly Tensor[], matched_idxs: readonly Tensor[]): RetinaNetLosses {
    return {
      classification: this.classification_head.compute_loss(targets, outputs, matched_idxs),
      bbox_regression: this.regression_head.compute_loss(targets, outputs, anchors, matched_idxs),
    }
  }

  forward(x: readonly Tensor[]): Outputs {
    return { cls_logits: this.classification_head(x), bbox_regression: this.regression_head(x) }
  }
}

/** What a {@link RetinaNet} can be made with. */
export interface RetinaNetOptions {
  /** Of the resized images' shorter side; several: one is drawn in training. Default: 800. */
  min_size?: number | readonly number[]
  /** Default: 1333. */
  max_size?: number
  /** Default: those of ImageNet. */
  image_mean?: readonly number[] | null
  image_std?: readonly number[] | null
  anchor_generator?: AnchorGenerator | null
  head?: RetinaNetHead | null
  proposal_matcher?: Matcher | null
  /** Detections with less are left out. Default: 0.05. */
  score_thresh?: number
  /** Default: 0.5. */
  nms_thresh?: number
  /** Default: 300. */
  detections_per_img?: number
  /** An anchor with more overlap is of a box. Default: 0.5. */
  fg_iou_thresh?: number
  /** One with less is of none. Default: 0.4. */
  bg_iou_thresh?: number
  /** Default: 1000. */
  topk_candidates?: number
}

/**
 * RetinaNet: a class and a box for each anchor. Takes an array of images (3, H, W) in [0, 1]; in training also targets.
 *
 * Gives losses in training, else detections.
 *
 * @param backbone - gives feature maps by name, and has `out_channels`
 * @param num_classes - with the background
 * @throws {ValueError} if `backbone` has no `out_channels`; {RuntimeError} for boxes without a size
 * @see torchvision.models.detection.RetinaNet; https://arxiv.org/abs/1708.02002
 */
export class RetinaNet extends nn.Module {
  backbone: nn.Module & ((x: Tensor) => Record<string, Tensor>)
  anchor_generator: AnchorGenerator
  head: RetinaNetHead
  proposal_matcher: Matcher
  box_coder: BoxCoder
  transform: GeneralizedRCNNTransform
  score_thresh: number
  nms_thresh: number
  detections_per_img: number
  topk_candidates: number

  constructor(backbone: nn.Module & { out_channels: number }, num_classes: number, options: RetinaNetOptions = {}) {
    super()
    if (!('out_channels' in backbone)) {
      throw new ValueError('backbone should contain an attribute out_channels specifying the number of output channels (assumed to be the same for ' +
        'all the levels)')
    }
    this.backbone = backbone as never
    this.anchor_generator = options.anchor_generator ?? _default_anchorgen()
    this.head = options.head ?? new RetinaNetHead(backbone.out_channels, this.anchor_generator.num_anchors_per_location()[0]!, num_classes)
    this.proposal_matcher = options.proposal_matcher ?? new Matcher(options.fg_iou_thresh ?? 0.5, options.bg_iou_thresh ?? 0.4, true)
    this.box_coder = new BoxCoder([1, 1, 1, 1])
    const { min_size = 800, max_size = 1333, image_mean, image_std } = options
    this.transform = new GeneralizedRCNNTransform(min_size, max_size, image_mean ?? [0.485, 0.456, 0.406], image_std ?? [0.229, 0.224, 0.225])
    this.score_thresh = options.score_thresh ?? 0.05
    this.nms_thresh = options.nms_thresh ?? 0.5
    this.detections_per_img = options.detections_per_img ?? 300
    this.topk_candidates = options.topk_candidates ?? 1000
  }

  compute_loss(targets: readonly Target[], outputs: Outputs, anchors: readonly Tensor[]): RetinaNetLosses {
    const matched = anchors.map((all, i) => targets[i]!.boxes.numel() === 0
      ? full([all.size(0)], Matcher.BELOW_LOW_THRESHOLD, { dtype: int64, device: all.device })
      : this.proposal_matcher.match(box_iou(targets[i]!.boxes, all)))
    return this.head.compute_loss(targets, outputs, anchors, matched)
  }

  /** Boxes of one image and feature map whose score is high enough. */
  private _of_level(regression: Tensor, logits: Tensor, anchors: Tensor, size: readonly [number, number]): [Tensor, Tensor, Tensor] {
    const all = logits.sigmoid().flatten()
    const [places] = where(all.gt(this.score_thresh)) as unknown as [Tensor]
    const [scores, order] = all.at(places).topk(Math.min(places.size(0), this.topk_candidates)) as unknown as [Tensor, Tensor]
    const chosen = places.at(order)
    const rows = chosen.div(logits.size(-1), { rounding_mode: 'floor' })
    const boxes = this.box_coder.decode_single(regression.at(rows), anchors.at(rows))
    return [clip_boxes_to_image(boxes, [...size]), scores, chosen.remainder(logits.size(-1))]
  }

  private _detect(
    outputs: Outputs, anchors: readonly Tensor[], counts: readonly number[], sizes: readonly (readonly [number, number])[],
  ): Detections[] {
    return sizes.map((size, i) => {
      const parts = (x: Tensor): Tensor[] => x.split([...counts]) as unknown as Tensor[]
      const [regression, logits, places] = [parts(outputs.bbox_regression.at(i)), parts(outputs.cls_logits.at(i)), parts(anchors[i]!)]
      const found = counts.map((_, level) => this._of_level(regression[level]!, logits[level]!, places[level]!, size))
      const [boxes, scores, labels] = [0, 1, 2].map(part => cat(found.map(one => one[part]!))) as [Tensor, Tensor, Tensor]
      const keep = batched_nms(boxes, scores, labels, this.nms_thresh).at(`:${this.detections_per_img}`)
      return { boxes: boxes.at(keep), scores: scores.at(keep), labels: labels.at(keep) }
    })
  }

  private _check_targets(images: readonly Tensor[], targets: readonly Target[] | null): void {
    if (!this.training) return
    if (targets === null) throw new RuntimeError('targets should not be none when in training mode')
    if (targets.length !== images.length) throw new ValueError(`There are ${images.length} images and ${targets.length} targets`)
    for (const { boxes } of targets) {
      if (boxes.dim() === 2 && boxes.size(-1) === 4) continue
      throw new RuntimeError('Expected target boxes to be a tensor of shape [N, 4].')
    }
    targets.forEach(({ boxes }, i) => {
      const [wrong] = where(boxes.at(':', '2:').le(boxes.at(':', ':2')).any(1)) as unknown as [Tensor]
      if (wrong.numel() === 0) return
      const box = (boxes.at(wrong.at(0).item()).tolist() as number[]).join(', ')
      throw new RuntimeError(`All bounding boxes should have positive height and width. Found invalid box [${box}] for target at index ${i}.`)
    })
  }

  /** Losses in training, which needs `targets`; else detections. */
  forward(images: readonly Tensor[], targets: readonly Target[] | null = null): Detections[] | RetinaNetLosses {
    this._check_targets(images, targets)
    const [batch, placed] = this.transform(images, targets) as ReturnType<GeneralizedRCNNTransform['forward']>
    const features: Tensor[] = Object.values(this.backbone(batch.tensors))
    const outputs = this.head(features)
    const anchors = this.anchor_generator(batch, features)
    if (this.training) return this.compute_loss(placed!, outputs, anchors)
    const places = features.map(map => map.size(2) * map.size(3))
    const each = Math.floor(outputs.cls_logits.size(1) / places.reduce((sum, count) => sum + count, 0))
    const found = this._detect(outputs, anchors, places.map(count => count * each), batch.image_sizes)
    return this.transform.postprocess(found, batch.image_sizes, images.map(image => [image.size(-2), image.size(-1)] as const))
  }
}

// ---- weights and builders ----

type Numbers = [file: string, num_params: number, box_map: number, ops: number, size: number]

function coco_weights(name: string, ...[file, num_params, box_map, _ops, _file_size]: Numbers): WeightsEnum<'COCO_V1' | 'DEFAULT'> {
  const meta = { num_params, categories: _COCO_CATEGORIES, min_size: [1, 1], _metrics: { 'COCO-val2017': { box_map } }, _ops, _file_size }
  const transforms = (() => new ObjectDetection()) as unknown as () => ImageClassification
  return make_enum(name, { COCO_V1: new Weights(BASE_URL + file, transforms, meta as unknown as WeightsMeta) }, 'COCO_V1')
}

export const RetinaNet_ResNet50_FPN_Weights = coco_weights(
  'RetinaNet_ResNet50_FPN_Weights', 'retinanet_resnet50_fpn_coco-eeacb38b.pth', 34014999, 36.4, 151.54, 130.267)
export const RetinaNet_ResNet50_FPN_V2_Weights = coco_weights(
  'RetinaNet_ResNet50_FPN_V2_Weights', 'retinanet_resnet50_fpn_v2_coco-5905b1c5.pth', 38198935, 41.5, 152.238, 146.037)

/** What the builders take beside `weights` and `progress`. */
export interface DetectionOptions extends RetinaNetOptions {
  /** With the background. Default: 91. */
  num_classes?: number | null
  /** Weights of the trunk: random ones if null. Default: those of ImageNet (of the v2 null), unless there are `weights`. */
  weights_backbone?: WeightsMember | string | null
  /** How many of five layers of a trained trunk are trained. Default: 3. */
  trainable_backbone_layers?: number | null
}

type Make = (weights_backbone: WeightsMember | string | null | undefined, is_trained: boolean, layers: number | null, num_classes: number,
  options: RetinaNetOptions) => RetinaNet

function register(
  name: string, weights: WeightsEnum<'COCO_V1' | 'DEFAULT'>, make: Make, load?: (model: RetinaNet, weights: WeightsMember, progress: boolean) => void,
): ModelBuilder<DetectionOptions, RetinaNet> {
  return register_model<DetectionOptions, RetinaNet>(name, {
    weights, ...load && { load },
    adapt: kwargs => {
      Object.assign(kwargs, { weights_backbone: null, _has_weights: true })
      if (kwargs['num_classes'] === null) delete kwargs['num_classes']
      _ovewrite_named_param(kwargs, 'num_classes', _COCO_CATEGORIES.length)
    },
    make: given => {
      const { num_classes, weights_backbone, trainable_backbone_layers = null, _has_weights = false, ...rest }
        = given as DetectionOptions & { _has_weights?: boolean }
      return make(weights_backbone, _has_weights, trainable_backbone_layers, num_classes ?? _COCO_CATEGORIES.length, rest)
    },
  })
}

// The first weights were trained with norms that add nothing to the variance.
function load_without_eps(model: RetinaNet, weights: WeightsMember, progress: boolean): void {
  model.load_state_dict(weights.get_state_dict({ progress, check_hash: true }))
  for (const module of model.modules()) if (module instanceof FrozenBatchNorm2d) module.eps = 0
}

/** {@link RetinaNet} on a ResNet with 50 layers. @see torchvision.models.detection.retinanet_resnet50_fpn */
export const retinanet_resnet50_fpn = register('retinanet_resnet50_fpn', RetinaNet_ResNet50_FPN_Weights,
  (given, has_weights, trainable, num_classes, options) => {
    const weights_backbone = given === undefined ? ResNet50_Weights.IMAGENET1K_V1 : given
    const is_trained = has_weights || weights_backbone !== null
    const layers = _validate_trainable_layers(is_trained, trainable, 5, 3)
    const backbone = resnet50({ weights: weights_backbone, norm_layer: is_trained ? FrozenBatchNorm2d : nn.BatchNorm2d })
    return new RetinaNet(_resnet_fpn_extractor(backbone, layers, [2, 3, 4], new LastLevelP6P7(256, 256)), num_classes, options)
  }, load_without_eps)

/** {@link RetinaNet} with norms in its heads and another loss of boxes. @see torchvision.models.detection.retinanet_resnet50_fpn_v2 */
export const retinanet_resnet50_fpn_v2 = register('retinanet_resnet50_fpn_v2', RetinaNet_ResNet50_FPN_V2_Weights,
  (weights_backbone = null, has_weights, trainable, num_classes, options) => {
    const layers = _validate_trainable_layers(has_weights || weights_backbone !== null, trainable, 5, 3)
    const backbone = _resnet_fpn_extractor(resnet50({ weights: weights_backbone }), layers, [2, 3, 4], new LastLevelP6P7(2048, 256))
    const anchor_generator = _default_anchorgen()
    const norm_layer = (channels: number): nn.Module => new nn.GroupNorm(32, channels)
    const head = new RetinaNetHead(backbone.out_channels, anchor_generator.num_anchors_per_location()[0]!, num_classes, norm_layer)
    head.regression_head._loss_type = 'giou'
    return new RetinaNet(backbone, num_classes, { anchor_generator, head, ...options })
  })
