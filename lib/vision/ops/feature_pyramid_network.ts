// Features of several sizes, enriched from the smallest to the largest: torchvision.ops.feature_pyramid_network.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { type_text } from '../../_typename'
import { Conv2d, Module, ModuleList, functional as F, init } from '../../nn'
import type { LocalMetadata } from '../../nn/modules/module'
import type { Tensor } from '../../tensor'
import type { LayerMaker } from '../_layers'
import { Conv2dNormActivation } from './misc'

type Level = [results: Tensor[], names: string[]]

/** Base of blocks that add levels to a {@link FeaturePyramidNetwork}. */
export abstract class ExtraFPNBlock extends Module {
  /** @param results - of the pyramid @param x - its inputs */
  abstract forward(results: Tensor[], x: readonly Tensor[], names: string[]): Level
}

const names = ['in_channels_list', 'out_channels', 'extra_blocks', 'norm_layer'] as const
type FPNArgs = [in_channels_list: readonly number[], out_channels: number, extra_blocks?: ExtraFPNBlock | null, norm_layer?: LayerMaker | null]

/**
 * A feature pyramid: takes feature maps by name, from the largest to the smallest, and gives as many with `out_channels` each.
 *
 * @param in_channels_list - the channels of each map
 * @param extra_blocks - adds levels at the end. Default: null.
 * @param norm_layer - after each convolution. Default: null.
 * @see torchvision.ops.FeaturePyramidNetwork; https://arxiv.org/abs/1612.03144
 */
export class FeaturePyramidNetwork extends Module {
  inner_blocks: ModuleList<Conv2dNormActivation>
  layer_blocks: ModuleList<Conv2dNormActivation>
  extra_blocks: ExtraFPNBlock | null

  constructor(...args: Args<FPNArgs, typeof names>) {
    super()
    const [in_channels_list, out_channels, extra_blocks = null, norm_layer = null]
      = arrange<FPNArgs>('FeaturePyramidNetwork.__init__', names, 2, args)
    this.inner_blocks = new ModuleList<Conv2dNormActivation>()
    this.layer_blocks = new ModuleList<Conv2dNormActivation>()
    for (const in_channels of in_channels_list) {
      if (in_channels === 0) throw new ValueError('in_channels=0 is currently not supported')
      const layers = { norm_layer, activation_layer: null }
      this.inner_blocks.append(new Conv2dNormActivation(in_channels, out_channels, { kernel_size: 1, padding: 0, ...layers }))
      this.layer_blocks.append(new Conv2dNormActivation(out_channels, out_channels, { kernel_size: 3, ...layers }))
    }
    for (const module of this.modules()) {
      if (!(module instanceof Conv2d)) continue
      init.kaiming_uniform_(module.weight, { a: 1 })
      if (module.bias !== null) init.constant_(module.bias, 0)
    }
    if (extra_blocks !== null && !(extra_blocks instanceof ExtraFPNBlock)) {
      throw new TypeError(`extra_blocks should be of type ExtraFPNBlock not ${type_text(extra_blocks)}`)
    }
    this.extra_blocks = extra_blocks
  }

  // In version 1 the blocks were single convolutions.
  override get _version(): number {
    return 2
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    if ((local_metadata.version ?? 1) < 2) {
      for (const key of Object.keys(state_dict)) {
        const [, head, type] = /^((?:inner|layer)_blocks\.\d+\.)(weight|bias)$/.exec(key.slice(prefix.length)) ?? []
        if (head === undefined || !key.startsWith(prefix)) continue
        state_dict[`${prefix}${head}0.${type}`] = state_dict[key]
        delete state_dict[key]
      }
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }

  forward(x: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const maps = Object.values(x)
    const last = maps.length - 1
    let inner = this.inner_blocks.at(last)(maps[last]!)
    const results = [this.layer_blocks.at(last)(inner)]
    for (let i = last - 1; i >= 0; i--) {
      const lateral = this.inner_blocks.at(i)(maps[i]!)
      inner = lateral.add(F.interpolate(inner, { size: [...lateral.shape].slice(-2), mode: 'nearest' }))
      results.unshift(this.layer_blocks.at(i)(inner))
    }
    const [found, titles] = this.extra_blocks === null ? [results, Object.keys(x)] : this.extra_blocks(results, maps, Object.keys(x))
    return Object.fromEntries(titles.map((name, i) => [name, found[i]!]))
  }
}

/** Adds a level 'pool': every other pixel of the last one. @see torchvision.ops.feature_pyramid_network.LastLevelMaxPool */
export class LastLevelMaxPool extends ExtraFPNBlock {
  forward(results: Tensor[], _x: readonly Tensor[], names: string[]): Level {
    const pooled = F.max_pool2d(results.at(-1)!, { kernel_size: 1, stride: 2, padding: 0 }) as Tensor
    return [[...results, pooled], [...names, 'pool']]
  }
}

/** Adds levels 'p6' and 'p7' by convolutions with stride. @see torchvision.ops.feature_pyramid_network.LastLevelP6P7 */
export class LastLevelP6P7 extends ExtraFPNBlock {
  p6: Conv2d
  p7: Conv2d
  use_P5: boolean

  constructor(in_channels: number, out_channels: number) {
    super()
    this.p6 = new Conv2d(in_channels, out_channels, 3, 2, 1)
    this.p7 = new Conv2d(out_channels, out_channels, 3, 2, 1)
    for (const module of [this.p6, this.p7]) {
      init.kaiming_uniform_(module.weight, { a: 1 })
      init.constant_(module.bias!, 0)
    }
    this.use_P5 = in_channels === out_channels
  }

  forward(results: Tensor[], x: readonly Tensor[], names: string[]): Level {
    const p6 = this.p6(this.use_P5 ? results.at(-1)! : x.at(-1)!)
    const p7 = this.p7(F.relu(p6))
    return [[...results, p6, p7], [...names, 'p6', 'p7']]
  }
}
