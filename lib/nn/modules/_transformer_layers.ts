// The layers that transformers consist of: torch.nn.modules.transformer.
import { type Args, arrange } from '../../_args'
import { RuntimeError } from '../../_errors'
import { aten } from '../../_operators'
import { is_autocast_enabled } from '../../amp/_state'
import { get_fastpath_enabled } from '../../backends/mha'
import type { Tensor } from '../../tensor'
import { gelu, relu } from '../_functional/activation'
import { canonical_mask, none_or_dtype } from '../_functional/attention'
import type { DeviceOption, DtypeOption } from '../_types'
import { state_of } from './_members'
import { GELU, ReLU } from './activation'
import { MultiheadAttention, has_fast_path, needs_backward } from './attention'
import { Dropout } from './dropout'
import { Linear } from './linear'
import { Module } from './module'
import { LayerNorm } from './normalization'

const transformer_encoder_layer_fwd = aten('_transformer_encoder_layer_fwd')

type Optional = Tensor | null
/** A function of one tensor, or its name. */
export type Activation = 'relu' | 'gelu' | ((input: Tensor) => Tensor)

const names = [
  'd_model', 'nhead', 'dim_feedforward', 'dropout', 'activation', 'layer_norm_eps', 'batch_first', 'norm_first', 'bias', 'device', 'dtype',
] as const
type LayerArgs = [
  d_model: number, nhead: number, dim_feedforward?: number, dropout?: number, activation?: Activation, layer_norm_eps?: number,
  batch_first?: boolean, norm_first?: boolean, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption,
]

/** The arguments of a layer with their defaults. */
function with_defaults(name: string, args: readonly unknown[]) {
  const [d_model, nhead, dim_feedforward = 2048, dropout = 0.1, activation = relu, eps = 1e-5, batch_first = false, norm_first = false, bias = true,
    device, dtype] = arrange<LayerArgs>(`${name}.__init__`, names, 2, args)
  const factory = { bias, device, dtype }
  return {
    dropout, activation, norm_first,
    attention: () => new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...factory }),
    linear1: () => new Linear(d_model, dim_feedforward, factory),
    linear2: () => new Linear(dim_feedforward, d_model, factory),
    norm: () => new LayerNorm(d_model, { eps, ...factory }),
  }
}

function activation_of(activation: Activation): (input: Tensor) => Tensor {
  if (typeof activation !== 'string') return activation
  const known: Record<string, ((input: Tensor) => Tensor) | undefined> = { relu, gelu }
  const found = Object.hasOwn(known, activation) ? known[activation] : undefined
  if (found === undefined) throw new RuntimeError(`activation should be relu/gelu, not ${activation as string}`)
  return found
}

const encoder_forward_names = ['src', 'src_mask', 'src_key_padding_mask', 'is_causal'] as const

/**
 * Self-attention and two linear layers, each with dropout, a residual connection and a LayerNorm.
 *
 * Outside training, without gradients and with batch_first, PyTorch's fused operator computes all of it.
 *
 * Shape: src (S, N, E), (N, S, E) with batch_first, or (S, E); src_mask (S, S) or (N * nhead, S, S); src_key_padding_mask (N, S) → as src.
 * @param dim_feedforward - features between the linear layers. Default: 2048.
 * @param dropout - Default: 0.1.
 * @param activation - between the linear layers. Default: F.relu.
 * @param norm_first - normalise before attention and linear layers instead of after. Default: false.
 * @param bias - whether linear layers and norms have one. Default: true.
 * @throws {RuntimeError} for another activation's name.
 * @see torch.nn.TransformerEncoderLayer; Attention Is All You Need
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  norm_first: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  /** 1: relu, 2: gelu, 0: another. */
  activation_relu_or_gelu: number
  activation: (input: Tensor) => Tensor

  constructor(...args: Args<LayerArgs, typeof names>) {
    super()
    const { dropout, activation, norm_first, attention, linear1, linear2, norm } = with_defaults('TransformerEncoderLayer', args)
    this.self_attn = attention()
    this.linear1 = linear1()
    this.dropout = new Dropout(dropout)
    this.linear2 = linear2()
    this.norm_first = norm_first
    this.norm1 = norm()
    this.norm2 = norm()
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.activation = activation_of(activation)
    this.activation_relu_or_gelu = this.activation === relu || this.activation instanceof ReLU ? 1
      : this.activation === gelu || this.activation instanceof GELU ? 2 : 0
  }

  override get _forward_names() {
    return encoder_forward_names
  }

  /** @param is_causal - a hint that src_mask is the causal one. Default: false. */
  forward(src: Tensor, src_mask: Optional = null, src_key_padding_mask: Optional = null, is_causal = false): Tensor {
    const padding = canonical_mask(src_key_padding_mask, 'src_key_padding_mask', src.dtype, [none_or_dtype(src_mask), 'src_mask'])
    const mask = canonical_mask(src_mask, 'src_mask', src.dtype)
    if (this.takes_fast_path(src, mask, padding)) return this.fused(src, mask, padding)
    if (this.norm_first) {
      const x = src.add(this._sa_block(this.norm1(src), mask, padding, is_causal))
      return x.add(this._ff_block(this.norm2(x)))
    }
    const x = this.norm1(src.add(this._sa_block(src, mask, padding, is_causal)))
    return this.norm2(x.add(this._ff_block(x)))
  }

  private takes_fast_path(src: Tensor, mask: Optional, padding: Optional): boolean {
    const { self_attn } = this
    if (!get_fastpath_enabled() || src.dim() !== 3 || this.training) return false
    if (!self_attn.batch_first || self_attn.in_proj_bias === null || !self_attn._qkv_same_embed_dim || self_attn.num_heads % 2 === 1) return false
    if (this.activation_relu_or_gelu === 0 || this.norm1.eps !== this.norm2.eps) return false
    if ((src.is_nested && (padding !== null || mask !== null)) || is_autocast_enabled()) return false
    if ([...this.modules()].some(has_forward_hooks)) return false
    const tensors = [src, ...weights_of(this)]
    return tensors.every(has_fast_path) && !needs_backward(tensors)
  }

  private fused(src: Tensor, mask: Optional, padding: Optional): Tensor {
    const { self_attn, norm1, norm_first, activation_relu_or_gelu } = this
    const [merged, mask_type] = self_attn.merge_masks(mask, padding, src)
    const [in_weight, in_bias, out_weight, out_bias, ...others] = weights_of(this)
    return transformer_encoder_layer_fwd([src, self_attn.embed_dim, self_attn.num_heads, in_weight, in_bias, out_weight, out_bias,
      activation_relu_or_gelu === 2, norm_first, norm1.eps, ...others, merged, mask_type]) as Tensor
  }

  _sa_block(x: Tensor, attn_mask: Optional, key_padding_mask: Optional, is_causal = false): Tensor {
    return this.dropout1(this.self_attn(x, x, x, { attn_mask, key_padding_mask, need_weights: false, is_causal })[0])
  }

  _ff_block(x: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}

function has_forward_hooks(module: Module): boolean {
  const { hooks } = state_of(module)
  return hooks !== null && hooks.forward.size + hooks.forward_pre.size > 0
}

/** The parameters of a layer in the order in which the fused operator takes them. @internal */
export function weights_of({ self_attn, norm1, norm2, linear1, linear2 }: TransformerEncoderLayer): (Tensor | null)[] {
  const { in_proj_weight, in_proj_bias, out_proj } = self_attn
  return [in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias, norm1.weight, norm1.bias, norm2.weight, norm2.bias,
    linear1.weight, linear1.bias, linear2.weight, linear2.bias]
}

const decoder_forward_names = [
  'tgt', 'memory', 'tgt_mask', 'memory_mask', 'tgt_key_padding_mask', 'memory_key_padding_mask', 'tgt_is_causal', 'memory_is_causal',
] as const

/**
 * Self-attention, attention to the encoder's output and two linear layers, each with dropout, a residual connection and a LayerNorm.
 *
 * Shape: tgt (T, N, E), memory (S, N, E), N first with batch_first, or both without N → as tgt.
 * Arguments as for {@link TransformerEncoderLayer}.
 * @see torch.nn.TransformerDecoderLayer
 */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention
  multihead_attn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  norm_first: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  norm3: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  dropout3: Dropout
  activation: (input: Tensor) => Tensor

  constructor(...args: Args<LayerArgs, typeof names>) {
    super()
    const { dropout, activation, norm_first, attention, linear1, linear2, norm } = with_defaults('TransformerDecoderLayer', args)
    this.self_attn = attention()
    this.multihead_attn = attention()
    this.linear1 = linear1()
    this.dropout = new Dropout(dropout)
    this.linear2 = linear2()
    this.norm_first = norm_first
    this.norm1 = norm()
    this.norm2 = norm()
    this.norm3 = norm()
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.dropout3 = new Dropout(dropout)
    this.activation = activation_of(activation)
  }

  override get _forward_names() {
    return decoder_forward_names
  }

  /**
   * @param tgt_is_causal - a hint that tgt_mask is the causal one. Default: false.
   * @param memory_is_causal - a hint that memory_mask is the causal one. Default: false.
   */
  forward(
    tgt: Tensor, memory: Tensor, tgt_mask: Optional = null, memory_mask: Optional = null, tgt_key_padding_mask: Optional = null,
    memory_key_padding_mask: Optional = null, tgt_is_causal = false, memory_is_causal = false,
  ): Tensor {
    const own = (x: Tensor): Tensor => this._sa_block(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal)
    const other = (x: Tensor): Tensor => this._mha_block(x, memory, memory_mask, memory_key_padding_mask, memory_is_causal)
    if (this.norm_first) {
      let x = tgt.add(own(this.norm1(tgt)))
      x = x.add(other(this.norm2(x)))
      return x.add(this._ff_block(this.norm3(x)))
    }
    let x = this.norm1(tgt.add(own(tgt)))
    x = this.norm2(x.add(other(x)))
    return this.norm3(x.add(this._ff_block(x)))
  }

  _sa_block(x: Tensor, attn_mask: Optional, key_padding_mask: Optional, is_causal = false): Tensor {
    return this.dropout1(this.self_attn(x, x, x, { attn_mask, key_padding_mask, need_weights: false, is_causal })[0])
  }

  _mha_block(x: Tensor, mem: Tensor, attn_mask: Optional, key_padding_mask: Optional, is_causal = false): Tensor {
    return this.dropout2(this.multihead_attn(x, mem, mem, { attn_mask, key_padding_mask, need_weights: false, is_causal })[0])
  }

  _ff_block(x: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}
