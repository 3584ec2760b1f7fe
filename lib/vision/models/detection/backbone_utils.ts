// Trunks with a feature pyramid: torchvision.models.detection.backbone_utils.
import { ValueError } from '../../../_errors'
import { warn } from '../../../_warnings'
import * as nn from '../../../nn'
import type { Tensor } from '../../../tensor'
import type { LayerMaker } from '../../_layers'
import { type ExtraFPNBlock, FeaturePyramidNetwork, LastLevelMaxPool } from '../../ops/feature_pyramid_network'
import { IntermediateLayerGetter } from '../_utils'
import type { ResNet } from '../resnet'

/** A trunk and a pyramid of its features: gives maps of `out_channels` by name. @see torchvision.models.detection.backbone_utils.BackboneWithFPN */
export class BackboneWithFPN extends nn.Module {
  body: IntermediateLayerGetter
  fpn: FeaturePyramidNetwork
  out_channels: number

  constructor(
    backbone: nn.Module, return_layers: Readonly<Record<string, string>>, in_channels_list: readonly number[], out_channels: number,
    extra_blocks: ExtraFPNBlock | null = null, norm_layer: LayerMaker | null = null,
  ) {
    super()
    this.body = new IntermediateLayerGetter(backbone, return_layers)
    this.fpn = new FeaturePyramidNetwork(in_channels_list, out_channels, extra_blocks ?? new LastLevelMaxPool(), norm_layer)
    this.out_channels = out_channels
  }

  forward(x: Tensor): Record<string, Tensor> {
    return this.fpn(this.body(x))
  }
}

/** @internal Puts a pyramid on a ResNet, of which the first layers are frozen. */
export function _resnet_fpn_extractor(
  backbone: ResNet, trainable_layers: number, returned_layers: readonly number[] = [1, 2, 3, 4], extra_blocks: ExtraFPNBlock | null = null,
): BackboneWithFPN {
  if (trainable_layers < 0 || trainable_layers > 5) throw new ValueError(`Trainable layers should be in the range [0,5], got ${trainable_layers}`)
  const trained = ['layer4', 'layer3', 'layer2', 'layer1', 'conv1'].slice(0, trainable_layers)
  if (trainable_layers === 5) trained.push('bn1')
  for (const [name, parameter] of backbone.named_parameters()) {
    if (!trained.some(layer => name.startsWith(layer))) parameter.requires_grad_(false)
  }
  if (Math.min(...returned_layers) <= 0 || Math.max(...returned_layers) >= 5) {
    throw new ValueError(`Each returned layer should be in the range [1,4]. Got [${returned_layers.join(', ')}]`)
  }
  const return_layers = Object.fromEntries(returned_layers.map((layer, i) => [`layer${layer}`, String(i)]))
  const channels = returned_layers.map(layer => Math.floor(backbone.inplanes / 8) * 2 ** (layer - 1))
  return new BackboneWithFPN(backbone, return_layers, channels, 256, extra_blocks)
}

/** @internal How many layers of a trunk are trained: all of one that begins with random weights. */
export function _validate_trainable_layers(is_trained: boolean, given: number | null, max_value: number, default_value: number): number {
  if (!is_trained && given !== null) {
    warn('Changing trainable_backbone_layers has no effect if neither pretrained nor pretrained_backbone have been set to True, falling back to ' +
      `trainable_backbone_layers=${max_value} so that all layers are trainable`)
  }
  const layers = is_trained ? given ?? default_value : max_value
  if (layers < 0 || layers > max_value) throw new ValueError(`Trainable backbone layers should be in the range [0,${max_value}], got ${layers} `)
  return layers
}
