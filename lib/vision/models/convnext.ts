// ConvNeXt: torchvision.models.convnext.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { ones } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, make } from '../_layers'
import { Conv2dNormActivation, Permute } from '../ops/misc'
import { StochasticDepth } from '../ops/stochastic_depth'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { sequential } from './_utils'

/** Layer normalisation over the channels of (N, C, H, W). */
class LayerNorm2d extends nn.LayerNorm {
  override forward(x: Tensor): Tensor {
    const last = nn.functional.layer_norm(x.permute(0, 2, 3, 1), this.normalized_shape, this.weight, this.bias, this.eps)
    return last.permute(0, 3, 1, 2)
  }
}

const block_norm = (channels: number): nn.Module => new nn.LayerNorm(channels, { eps: 1e-6 })
const usual_norm = (channels: number): nn.Module => new LayerNorm2d(channels, { eps: 1e-6 })

/** A filter of 7 x 7 for each channel and two linear layers, scaled, beside the identity. */
class CNBlock extends nn.Module {
  block: nn.Sequential
  declare layer_scale: nn.Parameter
  stochastic_depth: StochasticDepth

  constructor(dim: number, layer_scale: number, stochastic_depth_prob: number, norm_layer: LayerMaker | null = null) {
    super()
    this.block = sequential([
      new nn.Conv2d(dim, dim, { kernel_size: 7, padding: 3, groups: dim, bias: true }),
      new Permute([0, 2, 3, 1]),
      make(norm_layer ?? block_norm, dim),
      new nn.Linear({ in_features: dim, out_features: 4 * dim, bias: true }),
      new nn.GELU(),
      new nn.Linear({ in_features: 4 * dim, out_features: dim, bias: true }),
      new Permute([0, 3, 1, 2]),
    ])
    this.layer_scale = new nn.Parameter(ones(dim, 1, 1).mul(layer_scale))
    this.stochastic_depth = new StochasticDepth(stochastic_depth_prob, 'row')
  }

  forward(input: Tensor): Tensor {
    return this.stochastic_depth(this.layer_scale.mul(this.block(input))).add_(input)
  }
}

/** One stage of {@link ConvNeXt}: its channels, those of the next one or null, and how many blocks it has. */
export class CNBlockConfig {
  constructor(readonly input_channels: number, readonly out_channels: number | null, readonly num_layers: number) {}

  toString(): string {
    const { input_channels, out_channels, num_layers } = this
    return `CNBlockConfig(input_channels=${input_channels}, out_channels=${out_channels ?? 'None'}, num_layers=${num_layers})`
  }
}

const names = ['block_setting', 'stochastic_depth_prob', 'layer_scale', 'num_classes', 'block', 'norm_layer'] as const
type ConvNeXtArgs = [block_setting: readonly CNBlockConfig[], stochastic_depth_prob?: number, layer_scale?: number, num_classes?: number,
  block?: LayerMaker | null, norm_layer?: LayerMaker | null]
type Options = Omit<Keywords<ConvNeXtArgs, typeof names>, 'block_setting'>

/**
 * ConvNeXt.
 *
 * @param block_setting - what each stage is like
 * @param stochastic_depth_prob - the chance to leave out the last block; it grows from 0 at the first. Default: 0.
 * @param layer_scale - the first value of the blocks' scales. Default: 1e-6.
 * @param num_classes - Default: 1000.
 * @param norm_layer - Default: layer normalisation over the channels, with eps 1e-6.
 * @see torchvision.models.ConvNeXt; https://arxiv.org/abs/2201.03545
 */
export class ConvNeXt extends nn.Module {
  features: nn.Sequential
  avgpool: nn.AdaptiveAvgPool2d
  classifier: nn.Sequential

  constructor(...args: Args<ConvNeXtArgs, typeof names>) {
    super()
    const [setting, stochastic_depth_prob = 0, layer_scale = 1e-6, num_classes = 1000, block, norm]
      = arrange<ConvNeXtArgs>('ConvNeXt.__init__', names, 1, args)
    if (setting.length === 0) throw new ValueError('The block_setting should not be empty')
    if (!setting.every(one => one instanceof CNBlockConfig)) throw new TypeError('The block_setting should be List[CNBlockConfig]')
    const norm_layer = norm ?? usual_norm
    const layers: nn.Module[] = [new Conv2dNormActivation(3, setting[0]!.input_channels,
      { kernel_size: 4, stride: 4, padding: 0, norm_layer, activation_layer: null, bias: true })]
    const total = setting.reduce((sum, { num_layers }) => sum + num_layers, 0)
    let id = 0
    for (const { input_channels, out_channels, num_layers } of setting) {
      const stage: nn.Module[] = []
      for (let i = 0; i < num_layers; i++) {
        stage.push(make(block ?? CNBlock, input_channels, layer_scale, stochastic_depth_prob * id++ / (total - 1)))
      }
      layers.push(sequential(stage))
      if (out_channels === null) continue
      layers.push(sequential([make(norm_layer, input_channels), new nn.Conv2d(input_channels, out_channels, { kernel_size: 2, stride: 2 })]))
    }
    this.features = sequential(layers)
    this.avgpool = new nn.AdaptiveAvgPool2d(1)
    const last = setting.at(-1)!
    const channels = last.out_channels ?? last.input_channels
    this.classifier = sequential([make(norm_layer, channels), new nn.Flatten(1), new nn.Linear(channels, num_classes)])
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d || module instanceof nn.Linear)) continue
      nn.init.trunc_normal_(module.weight, { std: 0.02 })
      if (module.bias !== null) nn.init.zeros_(module.bias)
    }
  }

  forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)))
  }
}

function convnext(name: string, channels: readonly number[], depth: number, depth_prob: number,
  weights: WeightsSet): ModelBuilder<Options, ConvNeXt> {
  const counts = [3, 3, depth, 3]
  return register_model(name, {
    weights,
    make: ({ stochastic_depth_prob = depth_prob, ...kwargs }: Options) => new ConvNeXt({
      block_setting: channels.map((size, i) => new CNBlockConfig(size, channels[i + 1] ?? null, counts[i]!)), stochastic_depth_prob, ...kwargs,
    }),
  })
}

export const ConvNeXt_Tiny_Weights = weights_enum('ConvNeXt_Tiny_Weights')
export const ConvNeXt_Small_Weights = weights_enum('ConvNeXt_Small_Weights')
export const ConvNeXt_Base_Weights = weights_enum('ConvNeXt_Base_Weights')
export const ConvNeXt_Large_Weights = weights_enum('ConvNeXt_Large_Weights')

/** {@link ConvNeXt}, tiny. @see torchvision.models.convnext_tiny */
export const convnext_tiny = convnext('convnext_tiny', [96, 192, 384, 768], 9, 0.1, ConvNeXt_Tiny_Weights)
/** {@link ConvNeXt}, small. @see torchvision.models.convnext_small */
export const convnext_small = convnext('convnext_small', [96, 192, 384, 768], 27, 0.4, ConvNeXt_Small_Weights)
/** {@link ConvNeXt}, base. @see torchvision.models.convnext_base */
export const convnext_base = convnext('convnext_base', [128, 256, 512, 1024], 27, 0.5, ConvNeXt_Base_Weights)
/** {@link ConvNeXt}, large. @see torchvision.models.convnext_large */
export const convnext_large = convnext('convnext_large', [192, 384, 768, 1536], 27, 0.5, ConvNeXt_Large_Weights)
