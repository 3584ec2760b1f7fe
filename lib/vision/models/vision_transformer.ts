// Vision Transformer: torchvision.models.vision_transformer.
import { type Args, type Keywords, arrange } from '../../_args'
import { AssertionError, ValueError } from '../../_errors'
import { cat, empty, zeros } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { LocalMetadata } from '../../nn/modules/module'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { Conv2dNormActivation, MLP } from '../ops/misc'
import { type ModelBuilder, type WeightsSet, adapt_classes, register_model, weights_enum } from './_api'
import { _ovewrite_named_param } from './_utils'

/** One convolution of a stem in place of the patches' projection. */
export interface ConvStemConfig {
  out_channels: number
  kernel_size: number
  stride: number
  /** Default: nn.BatchNorm2d. */
  norm_layer?: LayerMaker
  /** Default: nn.ReLU. */
  activation_layer?: LayerMaker
}

const usual_norm = (size: number): nn.Module => new nn.LayerNorm(size, { eps: 1e-6 })

/** The transformer's two linear layers. */
class MLPBlock extends MLP {
  constructor(in_dim: number, mlp_dim: number, dropout: number) {
    super(in_dim, [mlp_dim, in_dim], { activation_layer: nn.GELU, inplace: null, dropout })
    for (const module of this.modules()) {
      if (!(module instanceof nn.Linear)) continue
      nn.init.xavier_uniform_(module.weight)
      if (module.bias !== null) nn.init.normal_(module.bias, { std: 1e-6 })
    }
  }

  // In version 1 the layers were called linear_1 and linear_2.
  override get _version(): number {
    return 2
  }

  /** @internal */
  override _load_from_state_dict(state_dict: Record<string, unknown>, prefix: string, local_metadata: LocalMetadata, strict: boolean,
    missing_keys: string[], unexpected_keys: string[], error_msgs: string[]): void {
    if ((local_metadata.version ?? 1) < 2) {
      for (const i of [0, 1]) {
        for (const type of ['weight', 'bias']) {
          const old_key = `${prefix}linear_${i + 1}.${type}`
          if (!Object.hasOwn(state_dict, old_key)) continue
          state_dict[`${prefix}${3 * i}.${type}`] = state_dict[old_key]
          delete state_dict[old_key]
        }
      }
    }
    super._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
  }
}

function check_sequence(input: Tensor): void {
  if (input.dim() !== 3) throw new AssertionError(`Expected (batch_size, seq_length, hidden_dim) got ${String(input.shape)}`)
}

/** One layer of the encoder: normalisation comes first. */
class EncoderBlock extends nn.Module {
  num_heads: number
  ln_1: TensorModule
  self_attention: nn.MultiheadAttention
  dropout: nn.Dropout
  ln_2: TensorModule
  mlp: MLPBlock

  constructor(num_heads: number, hidden_dim: number, mlp_dim: number, dropout: number, attention_dropout: number, norm_layer: LayerMaker) {
    super()
    this.num_heads = num_heads
    this.ln_1 = make(norm_layer, hidden_dim)
    this.self_attention = new nn.MultiheadAttention(hidden_dim, num_heads, { dropout: attention_dropout, batch_first: true })
    this.dropout = new nn.Dropout(dropout)
    this.ln_2 = make(norm_layer, hidden_dim)
    this.mlp = new MLPBlock(hidden_dim, mlp_dim, dropout)
  }

  forward(input: Tensor): Tensor {
    check_sequence(input)
    const normal = this.ln_1(input)
    const [attended] = this.self_attention(normal, normal, normal, { need_weights: false }) as unknown as [Tensor, null]
    const x = this.dropout(attended).add(input)
    return x.add(this.mlp(this.ln_2(x)))
  }
}

/** The layers, after the positions are added. */
class Encoder extends nn.Module {
  declare pos_embedding: nn.Parameter
  dropout: nn.Dropout
  layers: nn.Sequential
  ln: TensorModule

  constructor(seq_length: number, num_layers: number, num_heads: number, hidden_dim: number, mlp_dim: number, dropout: number,
    attention_dropout: number, norm_layer: LayerMaker) {
    super()
    this.pos_embedding = new nn.Parameter(empty(1, seq_length, hidden_dim).normal_({ std: 0.02 }))
    this.dropout = new nn.Dropout(dropout)
    const layers = new Map<string, nn.Module>()
    for (let i = 0; i < num_layers; i++) {
      layers.set(`encoder_layer_${i}`, new EncoderBlock(num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer))
    }
    this.layers = new nn.Sequential(layers)
    this.ln = make(norm_layer, hidden_dim)
  }

  forward(input: Tensor): Tensor {
    check_sequence(input)
    return this.ln(this.layers(this.dropout(input.add(this.pos_embedding))))
  }
}

function conv_stem(configs: readonly ConvStemConfig[], hidden_dim: number): nn.Sequential {
  const stem = new nn.Sequential() as nn.Sequential
  let channels = 3
  configs.forEach(({ out_channels, kernel_size, stride, norm_layer = nn.BatchNorm2d, activation_layer = nn.ReLU }, i) => {
    stem.add_module(`conv_bn_relu_${i}`, new Conv2dNormActivation(channels, out_channels, { kernel_size, stride, norm_layer, activation_layer }))
    channels = out_channels
  })
  const conv_last = new nn.Conv2d({ in_channels: channels, out_channels: hidden_dim, kernel_size: 1 })
  stem.add_module('conv_last', conv_last)
  return stem
}

const names = ['image_size', 'patch_size', 'num_layers', 'num_heads', 'hidden_dim', 'mlp_dim', 'dropout', 'attention_dropout', 'num_classes',
  'representation_size', 'norm_layer', 'conv_stem_configs'] as const
type ViTArgs = [image_size: number, patch_size: number, num_layers: number, num_heads: number, hidden_dim: number, mlp_dim: number,
  dropout?: number, attention_dropout?: number, num_classes?: number, representation_size?: number | null, norm_layer?: LayerMaker,
  conv_stem_configs?: readonly ConvStemConfig[] | null]
type Options = Partial<Omit<Keywords<ViTArgs, typeof names>, 'patch_size' | 'num_layers' | 'num_heads' | 'hidden_dim' | 'mlp_dim'>>

function init_projection(projection: nn.Module): void {
  const last = projection instanceof nn.Sequential ? projection.at(-1) as nn.Conv2d : projection as nn.Conv2d
  if (projection instanceof nn.Sequential) {
    nn.init.normal_(last.weight, { mean: 0, std: Math.sqrt(2 / last.out_channels) })
  } else {
    nn.init.trunc_normal_(last.weight, { std: Math.sqrt(1 / (last.in_channels * last.kernel_size[0]! * last.kernel_size[1]!)) })
  }
  if (last.bias !== null) nn.init.zeros_(last.bias)
}

/**
 * Vision Transformer: an image's patches are the words of a transformer.
 *
 * @param image_size - height and width; a multiple of patch_size
 * @param dropout - the chance. Default: 0.
 * @param attention_dropout - that in the attention. Default: 0.
 * @param num_classes - Default: 1000.
 * @param representation_size - the size of a hidden layer before the classifier. Default: null, none.
 * @param norm_layer - Default: nn.LayerNorm with eps 1e-6.
 * @param conv_stem_configs - convolutions in place of the patches' projection. Default: null.
 * @see torchvision.models.VisionTransformer; https://arxiv.org/abs/2010.11929
 */
export class VisionTransformer extends nn.Module {
  image_size: number
  patch_size: number
  hidden_dim: number
  mlp_dim: number
  attention_dropout: number
  dropout: number
  num_classes: number
  representation_size: number | null
  norm_layer: LayerMaker
  declare class_token: nn.Parameter
  conv_proj: TensorModule
  encoder: Encoder
  seq_length: number
  heads: nn.Sequential

  constructor(...args: Args<ViTArgs, typeof names>) {
    super()
    const [image_size, patch_size, num_layers, num_heads, hidden_dim, mlp_dim, dropout = 0, attention_dropout = 0, num_classes = 1000,
      representation_size = null, norm_layer = usual_norm, conv_stem_configs] = arrange<ViTArgs>('VisionTransformer.__init__', names, 6, args)
    if (image_size % patch_size !== 0) throw new AssertionError('Input shape indivisible by patch size!')
    this.image_size = image_size
    this.patch_size = patch_size
    this.hidden_dim = hidden_dim
    this.mlp_dim = mlp_dim
    this.attention_dropout = attention_dropout
    this.dropout = dropout
    this.num_classes = num_classes
    this.representation_size = representation_size
    this.norm_layer = norm_layer
    this.conv_proj = conv_stem_configs ? conv_stem(conv_stem_configs, hidden_dim) as unknown as TensorModule
      : new nn.Conv2d({ in_channels: 3, out_channels: hidden_dim, kernel_size: patch_size, stride: patch_size })
    this.seq_length = Math.floor(image_size / patch_size) ** 2 + 1
    this.class_token = new nn.Parameter(zeros(1, 1, hidden_dim))
    this.encoder = new Encoder(this.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer)
    const pre_logits = representation_size === null ? null : new nn.Linear(hidden_dim, representation_size)
    const head = new nn.Linear(representation_size ?? hidden_dim, num_classes)
    this.heads = new nn.Sequential({ ...pre_logits !== null && { pre_logits, act: new nn.Tanh() }, head })
    init_projection(this.conv_proj)
    if (pre_logits !== null) {
      nn.init.trunc_normal_(pre_logits.weight, { std: Math.sqrt(1 / pre_logits.in_features) })
      nn.init.zeros_(pre_logits.bias!)
    }
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias!)
  }

  /** The patches as a sequence: (N, patches, hidden_dim). */
  _process_input(x: Tensor): Tensor {
    const [n, , height, width] = x.shape as unknown as [number, number, number, number]
    const { image_size, patch_size, hidden_dim } = this
    if (height !== image_size) throw new AssertionError(`Wrong image height! Expected ${image_size} but got ${height}!`)
    if (width !== image_size) throw new AssertionError(`Wrong image width! Expected ${image_size} but got ${width}!`)
    const patches = Math.floor(height / patch_size) * Math.floor(width / patch_size)
    return this.conv_proj(x).reshape(n, hidden_dim, patches).permute(0, 2, 1)
  }

  forward(x: Tensor): Tensor {
    const patches = this._process_input(x)
    const tokens = this.class_token.expand(patches.size(0), -1, -1)
    const encoded = this.encoder(cat([tokens, patches], 1))
    return this.heads(encoded.at(':', 0))
  }
}

/** Patches, layers, heads, and the sizes of hidden and MLP layers. */
type Shape = readonly [patch_size: number, num_layers: number, num_heads: number, hidden_dim: number, mlp_dim: number]

function vit(name: string, [patch_size, num_layers, num_heads, hidden_dim, mlp_dim]: Shape,
  weights: WeightsSet): ModelBuilder<Options, VisionTransformer> {
  return register_model(name, {
    weights,
    adapt: (kwargs, member) => {
      adapt_classes(kwargs, member)
      _ovewrite_named_param(kwargs, 'image_size', member.meta.min_size[0])
    },
    make: ({ image_size = 224, ...kwargs }: Options) => (
      new VisionTransformer({ image_size, patch_size, num_layers, num_heads, hidden_dim, mlp_dim, ...kwargs })),
  })
}

export const ViT_B_16_Weights = weights_enum('ViT_B_16_Weights')
export const ViT_B_32_Weights = weights_enum('ViT_B_32_Weights')
export const ViT_L_16_Weights = weights_enum('ViT_L_16_Weights')
export const ViT_L_32_Weights = weights_enum('ViT_L_32_Weights')
export const ViT_H_14_Weights = weights_enum('ViT_H_14_Weights')

/** {@link VisionTransformer}, base, patches of 16. @see torchvision.models.vit_b_16 */
export const vit_b_16 = vit('vit_b_16', [16, 12, 12, 768, 3072], ViT_B_16_Weights)
/** {@link VisionTransformer}, base, patches of 32. @see torchvision.models.vit_b_32 */
export const vit_b_32 = vit('vit_b_32', [32, 12, 12, 768, 3072], ViT_B_32_Weights)
/** {@link VisionTransformer}, large, patches of 16. @see torchvision.models.vit_l_16 */
export const vit_l_16 = vit('vit_l_16', [16, 24, 16, 1024, 4096], ViT_L_16_Weights)
/** {@link VisionTransformer}, large, patches of 32. @see torchvision.models.vit_l_32 */
export const vit_l_32 = vit('vit_l_32', [32, 24, 16, 1024, 4096], ViT_L_32_Weights)
/** {@link VisionTransformer}, huge, patches of 14. @see torchvision.models.vit_h_14 */
export const vit_h_14 = vit('vit_h_14', [14, 32, 16, 1280, 5120], ViT_H_14_Weights)

type State = Record<string, Tensor>

function resized(embedding: Tensor, image_size: number, patch_size: number, mode: 'bicubic' | 'bilinear' | 'nearest'): Tensor {
  const [, seq_length, hidden_dim] = embedding.shape as unknown as [number, number, number]
  const side = Math.floor(Math.sqrt(seq_length - 1))
  if (side * side !== seq_length - 1) {
    throw new ValueError(`seq_length is not a perfect square! Instead got seq_length_1d * seq_length_1d = ${side * side} and seq_length = ${seq_length - 1}`)
  }
  const size = Math.floor(image_size / patch_size)
  const grid = embedding.at(':', '1:').permute(0, 2, 1).reshape(1, hidden_dim, side, side)
  const larger = nn.functional.interpolate(grid, { size, mode, align_corners: true })
  return cat([embedding.at(':', ':1'), larger.reshape(1, hidden_dim, size ** 2).permute(0, 2, 1)], 1)
}

/**
 * A state_dict for another image size: the embedding of positions is resized.
 *
 * @param interpolation_mode - Default: 'bicubic'.
 * @param reset_heads - leave the classifier out. Default: false.
 * @throws {ValueError} if the embedding has another shape than that of a ViT.
 * @see torchvision.models.vision_transformer.interpolate_embeddings
 */
export function interpolate_embeddings(image_size: number, patch_size: number, model_state: State,
  interpolation_mode: 'bicubic' | 'bilinear' | 'nearest' = 'bicubic', reset_heads = false): State {
  const embedding = model_state['encoder.pos_embedding']!
  if (embedding.size(0) !== 1) throw new ValueError(`Unexpected position embedding shape: ${String(embedding.shape)}`)
  if (Math.floor(image_size / patch_size) ** 2 + 1 === embedding.size(1)) return model_state
  model_state['encoder.pos_embedding'] = resized(embedding, image_size, patch_size, interpolation_mode)
  return reset_heads ? Object.fromEntries(Object.entries(model_state).filter(([name]) => !name.startsWith('heads'))) : model_state
}
