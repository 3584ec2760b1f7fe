// Attention of several heads: torch.nn.MultiheadAttention, which PyTorch has among the activations.
import { type Args, arrange } from '../../_args'
import { AssertionError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { is_grad_enabled } from '../../autograd/grad_mode'
import { is_autocast_enabled } from '../../amp/_state'
import { get_fastpath_enabled } from '../../backends/mha'
import { is_floating_point } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { canonical_mask, multi_head_attention_forward, none_or_dtype } from '../_functional/attention'
import type { DeviceOption, DtypeOption } from '../_types'
import { constant_, xavier_normal_, xavier_uniform_ } from '../init'
import type { Parameter } from '../parameter'
import { empty_parameter, set_parameters, text } from './_layer'
import { NonDynamicallyQuantizableLinear } from './linear'
import { Module } from './module'

const native_multi_head_attention = aten('_native_multi_head_attention')

type Optional = Tensor | null
/** Outputs, and the weights or null. */
export type Attended = [attn_output: Tensor, attn_output_weights: Tensor | null]

/** Where the fused operators work. @internal */
export function has_fast_path(tensor: Tensor | null): boolean {
  return tensor === null || ['cpu', 'cuda', 'privateuseone'].includes(tensor.device.type)
}

/** Whether autograd follows any of these tensors: the fused operators have no backward. @internal */
export function needs_backward(tensors: readonly (Tensor | null)[]): boolean {
  return is_grad_enabled() && tensors.some(tensor => tensor?.requires_grad)
}

const names = [
  'embed_dim', 'num_heads', 'dropout', 'bias', 'add_bias_kv', 'add_zero_attn', 'kdim', 'vdim', 'batch_first', 'device', 'dtype',
] as const
type AttentionArgs = [
  embed_dim: number, num_heads: number, dropout?: number, bias?: boolean, add_bias_kv?: boolean, add_zero_attn?: boolean, kdim?: number | null,
  vdim?: number | null, batch_first?: boolean, device?: DeviceOption, dtype?: DtypeOption,
]
const forward_names = [
  'query', 'key', 'value', 'key_padding_mask', 'need_weights', 'attn_mask', 'average_attn_weights', 'is_causal',
] as const

/**
 * Attention of several heads: each looks in its own projection of the keys for what fits the queries and averages the values there.
 *
 * Shape: query (L, N, E), key (S, N, kdim), value (S, N, vdim), N first with batch_first, or all without N; key_padding_mask (N, S);
 * attn_mask (L, S) or (N * num_heads, L, S) → `[output, weights]`: output as query, weights (N, L, S), or (N, num_heads, L, S) if they
 * are not averaged, or null if they are not needed.
 * Parameters: in_proj_weight (3 E, E), Xavier uniform, or q_proj_weight, k_proj_weight and v_proj_weight if kdim or vdim differs from E;
 * in_proj_bias (3 E), zeros; out_proj, a Linear whose bias is zeros; bias_k and bias_v (1, 1, E), Xavier normal.
 * @param dropout - probability to drop a weight in training. Default: 0.
 * @param add_bias_kv - whether a learned key and value are added to each sequence. Default: false.
 * @param add_zero_attn - whether a key and value of zeros are added. Default: false.
 * @throws {ValueError} if embed_dim or num_heads is not positive.
 * @throws {AssertionError} if num_heads does not divide embed_dim.
 * @example const [output, weights] = attention(query, key, value, { attn_mask: mask })
 * @see torch.nn.MultiheadAttention
 */
export class MultiheadAttention extends Module {
  embed_dim: number
  kdim: number
  vdim: number
  _qkv_same_embed_dim: boolean
  num_heads: number
  dropout: number
  batch_first: boolean
  head_dim: number
  add_zero_attn: boolean
  declare q_proj_weight: Parameter | null
  declare k_proj_weight: Parameter | null
  declare v_proj_weight: Parameter | null
  declare in_proj_weight: Parameter | null
  declare in_proj_bias: Parameter | null
  declare out_proj: NonDynamicallyQuantizableLinear
  declare bias_k: Parameter | null
  declare bias_v: Parameter | null

  constructor(...args: Args<AttentionArgs, typeof names>) {
    super()
    const [embed_dim, num_heads, dropout = 0, bias = true, add_bias_kv = false, add_zero_attn = false, kdim, vdim, batch_first = false, device, dtype]
      = arrange<AttentionArgs>('MultiheadAttention.__init__', names, 2, args)
    if (embed_dim <= 0 || num_heads <= 0) {
      throw new ValueError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${text(embed_dim)} and num_heads=${text(num_heads)} instead`)
    }
    this.embed_dim = embed_dim
    this.kdim = kdim ?? embed_dim
    this.vdim = vdim ?? embed_dim
    this._qkv_same_embed_dim = this.kdim === embed_dim && this.vdim === embed_dim
    this.num_heads = num_heads
    this.dropout = dropout
    this.batch_first = batch_first
    this.head_dim = Math.floor(embed_dim / num_heads)
    if (this.head_dim * num_heads !== embed_dim) throw new AssertionError('embed_dim must be divisible by num_heads')
    const parameter = (wanted: boolean, ...size: number[]): Parameter | null => (wanted ? empty_parameter(size, { device, dtype }) : null)
    const packed = this._qkv_same_embed_dim
    set_parameters(this, {
      q_proj_weight: parameter(!packed, embed_dim, embed_dim),
      k_proj_weight: parameter(!packed, embed_dim, this.kdim),
      v_proj_weight: parameter(!packed, embed_dim, this.vdim),
      in_proj_weight: parameter(packed, 3 * embed_dim, embed_dim),
      in_proj_bias: parameter(bias, 3 * embed_dim),
    })
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, device, dtype })
    this.bias_k = parameter(add_bias_kv, 1, 1, embed_dim)
    this.bias_v = parameter(add_bias_kv, 1, 1, embed_dim)
    this.add_zero_attn = add_zero_attn
    this._reset_parameters()
  }

  /** Draws the parameters anew, but for out_proj's weight. */
  _reset_parameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavier_uniform_(weight)
    }
    if (this.in_proj_bias !== null) {
      constant_(this.in_proj_bias, 0)
      constant_(this.out_proj.bias!, 0)
    }
    if (this.bias_k !== null) xavier_normal_(this.bias_k)
    if (this.bias_v !== null) xavier_normal_(this.bias_v)
  }

  override get _forward_names() {
    return forward_names
  }

  /**
   * @param key_padding_mask - true, or -inf, for the keys that do not count. Default: none.
   * @param need_weights - whether to give the weights, which takes a slower way. Default: true.
   * @param attn_mask - true, or -inf, where a query must not see a key; other numbers are added to the scores. Default: none.
   * @param average_attn_weights - whether the weights are the mean over the heads. Default: true.
   * @param is_causal - a hint that attn_mask is the causal one. Default: false.
   */
  forward(
    query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Optional = null, need_weights = true, attn_mask: Optional = null,
    average_attn_weights = true, is_causal = false,
  ): Attended {
    const float_mask = [attn_mask, key_padding_mask].some(mask => mask !== null && is_floating_point(mask))
    const padding = canonical_mask(key_padding_mask, 'key_padding_mask', query.dtype, [none_or_dtype(attn_mask), 'attn_mask'])
    const mask = canonical_mask(attn_mask, 'attn_mask', query.dtype)
    const why_not = this.unsuitable([query, key, value], padding, mask)
      ?? (float_mask ? 'floating-point masks are not supported for fast path.' : this.unsupported(query))
    if (why_not === null) {
      const [merged, mask_type] = this.merge_masks(mask, padding, query)
      const { embed_dim, num_heads, in_proj_weight, in_proj_bias, out_proj } = this
      if (in_proj_bias !== null) {
        return native_multi_head_attention([query, key, value, embed_dim, num_heads, in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias,
          merged, need_weights, average_attn_weights, mask_type]) as Attended
      }
    }
    if (query.is_nested || key.is_nested || value.is_nested) {
      throw new AssertionError('MultiheadAttention does not support NestedTensor outside of its fast path. '
        + `The fast path was not hit because ${why_not ?? ''}`)
    }
    return this.attend([query, key, value], padding, mask, need_weights, average_attn_weights, is_causal)
  }

  private attend(
    inputs: [Tensor, Tensor, Tensor], key_padding_mask: Optional, attn_mask: Optional, need_weights: boolean, average_attn_weights: boolean,
    is_causal: boolean,
  ): Attended {
    const swap = this.batch_first && inputs[0].dim() === 3
    const [query, key, value] = swap ? swapped(inputs) : inputs
    const [output, weights] = multi_head_attention_forward(
      query, key, value, this.embed_dim, this.num_heads, this.in_proj_weight, this.in_proj_bias, this.bias_k, this.bias_v, this.add_zero_attn,
      this.dropout, this.out_proj.weight, this.out_proj.bias, this.training, key_padding_mask, need_weights, attn_mask, !this._qkv_same_embed_dim,
      this.q_proj_weight, this.k_proj_weight, this.v_proj_weight, null, null, average_attn_weights, is_causal)
    return [swap ? output.transpose(1, 0) : output, weights]
  }

  // What keeps PyTorch from its fused operator, in its words: of the settings and inputs, then of the tensors. null: nothing does.
  private unsuitable([query, key, value]: readonly [Tensor, Tensor, Tensor], padding: Optional, mask: Optional): string | null {
    const { in_proj_weight, in_proj_bias } = this
    if (!get_fastpath_enabled()) return 'torch.backends.mha.get_fastpath_enabled() was not True'
    if (query.dim() !== 3) return `input not batched; expected query.dim() of 3 but got ${query.dim()}`
    if (query !== key || key !== value) return 'non-self attention was used (query, key, and value are not the same Tensor)'
    if (in_proj_bias !== null && query.dtype !== in_proj_bias.dtype) return mismatch(query, 'in_proj_bias', in_proj_bias)
    if (in_proj_weight === null) return 'in_proj_weight was None'
    if (query.dtype !== in_proj_weight.dtype) return mismatch(query, 'in_proj_weight', in_proj_weight)
    if (this.training) return 'training is enabled'
    if (this.num_heads % 2 !== 0) return 'self.num_heads is not even'
    if (!this.batch_first) return 'batch_first was not True'
    if (this.bias_k !== null) return 'self.bias_k was not None'
    if (this.bias_v !== null) return 'self.bias_v was not None'
    if (this.add_zero_attn) return 'add_zero_attn was enabled'
    if (!this._qkv_same_embed_dim) return '_qkv_same_embed_dim was not True'
    if (query.is_nested && (padding !== null || mask !== null)) {
      // The blanks are those of a line that PyTorch's source breaks within the text.
      return `supplying both src_key_padding_mask and src_mask at the same time${' '.repeat(34)}is not supported with NestedTensor input`
    }
    return is_autocast_enabled() ? 'autocast is enabled' : null
  }

  private unsupported(query: Tensor): string | null {
    const tensors = [query, this.in_proj_weight, this.in_proj_bias, this.out_proj.weight, this.out_proj.bias]
    if (!tensors.every(has_fast_path)) return 'some Tensor argument\'s device is neither one of cpu, cuda or privateuseone'
    return needs_backward(tensors) ? 'grad is enabled and at least one of query or the input/output projection weights or biases requires_grad' : null
  }

  /**
   * One mask for the fused operators, of both, with its type: 1 a padding mask, 2 one of all heads.
   *
   * @see torch.nn.MultiheadAttention.merge_masks
   */
  merge_masks(attn_mask: Optional, key_padding_mask: Optional, query: Tensor): [merged_mask: Tensor | null, mask_type: number | null] {
    if (attn_mask === null) return [key_padding_mask, key_padding_mask === null ? null : 1]
    const [batch, length] = query.shape as unknown as [number, number]
    const full = attn_mask.dim() === 3 ? attn_mask.view([batch, -1, length, length])
      : attn_mask.view([1, 1, length, length]).expand([batch, this.num_heads, -1, -1])
    if (key_padding_mask === null) return [full, 2]
    return [full.add(key_padding_mask.view([batch, 1, 1, length]).expand([-1, this.num_heads, -1, -1])), 2]
  }
}

function mismatch(query: Tensor, name: string, parameter: Tensor): string {
  return `dtypes of query (${String(query.dtype)}) and self.${name} (${String(parameter.dtype)}) don't match`
}

// What is one tensor stays one: the projection depends on it.
function swapped([query, key, value]: readonly [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
  const q = query.transpose(1, 0)
  const k = key === value && query === key ? q : key.transpose(1, 0)
  return [q, k, key === value ? k : value.transpose(1, 0)]
}
