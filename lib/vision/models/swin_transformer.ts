// Swin Transformer v1 and v2: torchvision.models.swin_transformer.
import { type Args, type Keywords, arrange } from '../../_args'
import { cat } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { MLP, Permute } from '../ops/misc'
import { StochasticDepth } from '../ops/stochastic_depth'
import { type ModelBuilder, type WeightsSet, register_model, weights_enum } from './_api'
import { ShiftedWindowAttention, ShiftedWindowAttentionV2 } from './_swin_attention'
import { sequential } from './_utils'

// The four pixels of each square of 2 x 2, one after the other in the channels.
function merge_squares(x: Tensor): Tensor {
  const [height, width] = [x.size(-3), x.size(-2)]
  const padded = nn.functional.pad(x, [0, 0, 0, width % 2, 0, height % 2])
  const part = (row: string, column: string): Tensor => padded.at('...', row, column, ':')
  return cat([part('0::2', '0::2'), part('1::2', '0::2'), part('0::2', '1::2'), part('1::2', '1::2')], -1)
}

/** Half the size and twice the channels. @see torchvision.models.swin_transformer.PatchMerging */
export class PatchMerging extends nn.Module {
  dim: number
  reduction: nn.Linear
  norm: TensorModule

  constructor(dim: number, norm_layer: LayerMaker = nn.LayerNorm) {
    super()
    this.dim = dim
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false })
    this.norm = make(norm_layer, 4 * dim)
  }

  forward(x: Tensor): Tensor {
    return this.reduction(this.norm(merge_squares(x)))
  }
}

/** {@link PatchMerging} that normalises after the reduction. */
export class PatchMergingV2 extends nn.Module {
  dim: number
  reduction: nn.Linear
  norm: TensorModule

  constructor(dim: number, norm_layer: LayerMaker = nn.LayerNorm) {
    super()
    this.dim = dim
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false })
    this.norm = make(norm_layer, 2 * dim)
  }

  forward(x: Tensor): Tensor {
    return this.norm(this.reduction(merge_squares(x)))
  }
}

interface BlockOptions {
  window_size: readonly number[]
  shift_size: readonly number[]
  mlp_ratio?: number
  dropout?: number
  attention_dropout?: number
  stochastic_depth_prob?: number
  norm_layer?: LayerMaker
  attn_layer?: LayerMaker
}

/** Attention within windows and two linear layers, each beside the identity. */
export class SwinTransformerBlock extends nn.Module {
  norm1: TensorModule
  attn: TensorModule
  stochastic_depth: StochasticDepth
  norm2: TensorModule
  mlp: MLP

  constructor(dim: number, num_heads: number, options: BlockOptions) {
    super()
    const { window_size, shift_size, mlp_ratio = 4, dropout = 0, attention_dropout = 0, stochastic_depth_prob = 0, norm_layer = nn.LayerNorm,
      attn_layer = ShiftedWindowAttention } = options
    this.norm1 = make(norm_layer, dim)
    this.attn = make(attn_layer, dim, window_size, shift_size, num_heads, { attention_dropout, dropout })
    this.stochastic_depth = new StochasticDepth(stochastic_depth_prob, 'row')
    this.norm2 = make(norm_layer, dim)
    this.mlp = new MLP(dim, [Math.trunc(dim * mlp_ratio), dim], { activation_layer: nn.GELU, inplace: null, dropout })
    for (const module of this.mlp.modules()) {
      if (!(module instanceof nn.Linear)) continue
      nn.init.xavier_uniform_(module.weight)
      if (module.bias !== null) nn.init.normal_(module.bias, { std: 1e-6 })
    }
  }

  forward(x: Tensor): Tensor {
    const attended = x.add(this.stochastic_depth(this.attn(this.norm1(x))))
    return attended.add(this.stochastic_depth(this.mlp(this.norm2(attended))))
  }
}

/** {@link SwinTransformerBlock} that normalises after each part. */
export class SwinTransformerBlockV2 extends SwinTransformerBlock {
  constructor(dim: number, num_heads: number, options: BlockOptions) {
    super(dim, num_heads, { attn_layer: ShiftedWindowAttentionV2, ...options })
  }

  override forward(x: Tensor): Tensor {
    const attended = x.add(this.stochastic_depth(this.norm1(this.attn(x))))
    return attended.add(this.stochastic_depth(this.norm2(this.mlp(attended))))
  }
}

const names = ['patch_size', 'embed_dim', 'depths', 'num_heads', 'window_size', 'mlp_ratio', 'dropout', 'attention_dropout',
  'stochastic_depth_prob', 'num_classes', 'norm_layer', 'block', 'downsample_layer'] as const
type SwinArgs = [patch_size: readonly number[], embed_dim: number, depths: readonly number[], num_heads: readonly number[],
  window_size: readonly number[], mlp_ratio?: number, dropout?: number, attention_dropout?: number, stochastic_depth_prob?: number,
  num_classes?: number, norm_layer?: LayerMaker | null, block?: LayerMaker | null, downsample_layer?: LayerMaker]
type Options = Partial<Omit<Keywords<SwinArgs, typeof names>, 'patch_size' | 'embed_dim' | 'depths' | 'num_heads' | 'window_size'>>

const usual_norm = (size: number): nn.Module => new nn.LayerNorm(size, { eps: 1e-5 })

/**
 * Swin Transformer: attention within windows, which are shifted in every other block.
 *
 * @param depths - how many blocks each stage has
 * @param num_heads - of the attention in each stage
 * @param mlp_ratio - the hidden size of the linear layers, as a multiple of their input's. Default: 4.
 * @param dropout - the chance. Default: 0.
 * @param attention_dropout - that in the attention. Default: 0.
 * @param stochastic_depth_prob - the chance to leave out the last block; it grows from 0 at the first. Default: 0.1.
 * @param num_classes - Default: 1000.
 * @param norm_layer - Default: nn.LayerNorm with eps 1e-5.
 * @see torchvision.models.SwinTransformer; https://arxiv.org/abs/2103.14030; https://arxiv.org/abs/2111.09883
 */
export class SwinTransformer extends nn.Module {
  num_classes: number
  features: nn.Sequential
  norm: TensorModule
  permute: Permute
  avgpool: nn.AdaptiveAvgPool2d
  flatten: nn.Flatten
  head: nn.Linear

  constructor(...args: Args<SwinArgs, typeof names>) {
    super()
    const [patch_size, embed_dim, depths, num_heads, window_size, mlp_ratio = 4, dropout = 0, attention_dropout = 0, stochastic_depth_prob = 0.1,
      num_classes = 1000, norm, block, downsample_layer = PatchMerging] = arrange<SwinArgs>('SwinTransformer.__init__', names, 5, args)
    const norm_layer = norm ?? usual_norm
    const total = depths.reduce((sum, depth) => sum + depth, 0)
    const layers: nn.Module[] = [sequential([
      new nn.Conv2d(3, embed_dim, { kernel_size: [patch_size[0]!, patch_size[1]!], stride: [patch_size[0]!, patch_size[1]!] }),
      new Permute([0, 2, 3, 1]), make(norm_layer, embed_dim),
    ])]
    let id = 0
    depths.forEach((depth, stage) => {
      const dim = embed_dim * 2 ** stage
      layers.push(sequential(Array.from({ length: depth }, (_, i) => make(block ?? SwinTransformerBlock, dim, num_heads[stage], {
        window_size, shift_size: window_size.map(size => (i % 2 === 0 ? 0 : Math.floor(size / 2))), mlp_ratio, dropout, attention_dropout,
        stochastic_depth_prob: stochastic_depth_prob * id++ / (total - 1), norm_layer,
      }))))
      if (stage < depths.length - 1) layers.push(make(downsample_layer, dim, norm_layer))
    })
    const num_features = embed_dim * 2 ** (depths.length - 1)
    this.num_classes = num_classes
    this.features = sequential(layers)
    this.norm = make(norm_layer, num_features)
    this.permute = new Permute([0, 3, 1, 2])
    this.avgpool = new nn.AdaptiveAvgPool2d(1)
    this.flatten = new nn.Flatten(1)
    this.head = new nn.Linear(num_features, num_classes)
    for (const module of this.modules()) {
      if (!(module instanceof nn.Linear)) continue
      nn.init.trunc_normal_(module.weight, { std: 0.02 })
      if (module.bias !== null) nn.init.zeros_(module.bias)
    }
  }

  forward(x: Tensor): Tensor {
    return this.head(this.flatten(this.avgpool(this.permute(this.norm(this.features(x))))))
  }
}

function swin(name: string, embed_dim: number, depths: readonly number[], num_heads: readonly number[], depth_prob: number, is_v2: boolean,
  weights: WeightsSet): ModelBuilder<Options, SwinTransformer> {
  const version = is_v2 ? { window_size: [8, 8], block: SwinTransformerBlockV2, downsample_layer: PatchMergingV2 } : { window_size: [7, 7] }
  return register_model(name, {
    weights,
    make: (kwargs: Options) => new SwinTransformer({
      patch_size: [4, 4], embed_dim, depths, num_heads, stochastic_depth_prob: depth_prob, ...version, ...kwargs,
    }),
  })
}

export const Swin_T_Weights = weights_enum('Swin_T_Weights')
export const Swin_S_Weights = weights_enum('Swin_S_Weights')
export const Swin_B_Weights = weights_enum('Swin_B_Weights')
export const Swin_V2_T_Weights = weights_enum('Swin_V2_T_Weights')
export const Swin_V2_S_Weights = weights_enum('Swin_V2_S_Weights')
export const Swin_V2_B_Weights = weights_enum('Swin_V2_B_Weights')

/** {@link SwinTransformer}, tiny. @see torchvision.models.swin_t */
export const swin_t = swin('swin_t', 96, [2, 2, 6, 2], [3, 6, 12, 24], 0.2, false, Swin_T_Weights)
/** {@link SwinTransformer}, small. @see torchvision.models.swin_s */
export const swin_s = swin('swin_s', 96, [2, 2, 18, 2], [3, 6, 12, 24], 0.3, false, Swin_S_Weights)
/** {@link SwinTransformer}, base. @see torchvision.models.swin_b */
export const swin_b = swin('swin_b', 128, [2, 2, 18, 2], [4, 8, 16, 32], 0.5, false, Swin_B_Weights)
/** {@link SwinTransformer} v2, tiny. @see torchvision.models.swin_v2_t */
export const swin_v2_t = swin('swin_v2_t', 96, [2, 2, 6, 2], [3, 6, 12, 24], 0.2, true, Swin_V2_T_Weights)
/** {@link SwinTransformer} v2, small. @see torchvision.models.swin_v2_s */
export const swin_v2_s = swin('swin_v2_s', 96, [2, 2, 18, 2], [3, 6, 12, 24], 0.3, true, Swin_V2_S_Weights)
/** {@link SwinTransformer} v2, base. @see torchvision.models.swin_v2_b */
export const swin_v2_b = swin('swin_v2_b', 128, [2, 2, 18, 2], [4, 8, 16, 32], 0.5, true, Swin_V2_B_Weights)
