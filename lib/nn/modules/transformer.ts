// Transformers: torch.nn.modules.transformer. Their layers are in _transformer_layers.ts.
import { type Args, arrange, with_keywords } from '../../_args'
import { full } from '../../_creation'
import { AttributeError, RuntimeError } from '../../_errors'
import { aten } from '../../_operators'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import { is_autocast_enabled } from '../../amp/_state'
import { get_fastpath_enabled } from '../../backends/mha'
import { deepcopy } from '../../copy'
import { triu } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { canonical_mask, none_or_dtype } from '../_functional/attention'
import type { DeviceOption, DtypeOption } from '../_types'
import { xavier_uniform_ } from '../init'
import { type Activation, TransformerDecoderLayer, TransformerEncoderLayer, weights_of } from './_transformer_layers'
import { has_fast_path, needs_backward } from './attention'
import { ModuleList } from './container'
import { Module } from './module'
import { LayerNorm } from './normalization'

export { TransformerDecoderLayer, TransformerEncoderLayer, type Activation } from './_transformer_layers'

const nested_tensor_from_mask = aten('_nested_tensor_from_mask')
const is_left_aligned = aten('_nested_tensor_from_mask_left_aligned')

type Optional = Tensor | null

const causal_mask = with_keywords('generate_square_subsequent_mask', ['sz', 'device', 'dtype'],
  (sz: number, device: DeviceOption = null, dtype: DtypeOption = null) => triu(full([sz, sz], -Infinity, { dtype, device }), 1))

function clones<M extends Module>(module: M, count: number): ModuleList<M> {
  if (!Number.isInteger(count)) throw new TypeError(`'${type_name(count)}' object cannot be interpreted as an integer`)
  return new ModuleList(Array.from({ length: Math.max(count, 0) }, () => deepcopy(module)))
}

// Whether the batch comes first is asked of the first layer, so layers of another class need a self_attn too.
function first_of<L extends Module>(layers: ModuleList): L {
  const first = layers.at(0)
  if (!('self_attn' in first)) throw new AttributeError(`'${first._get_name()}' object has no attribute 'self_attn'`)
  return first as unknown as L
}

function length_of(src: Tensor, batch_first: boolean): number | null {
  if (src.is_nested) return null
  return src.size(src.dim() === 2 || !batch_first ? 0 : 1)
}

// Whether a mask may count as causal: as the caller says, or, if they do not, when it is the causal mask itself.
function is_causal_mask(mask: Optional, is_causal: boolean | null, length: number | null): boolean {
  if (is_causal !== null || mask === null) return is_causal === true
  const wanted = causal_mask(length ?? mask.size(-2), { device: mask.device, dtype: mask.dtype })
  return String(mask.shape) === String(wanted.shape) && mask.eq(wanted).all().item() as unknown as boolean
}

const encoder_names = ['encoder_layer', 'num_layers', 'norm', 'enable_nested_tensor', 'mask_check'] as const
type EncoderArgs<L> = [encoder_layer: L, num_layers: number, norm?: Module | null, enable_nested_tensor?: boolean, mask_check?: boolean]
const encoder_forward_names = ['src', 'mask', 'src_key_padding_mask', 'is_causal'] as const

/**
 * A stack of encoder layers: copies of one.
 *
 * Outside training, a src_key_padding_mask makes a nested tensor of a batch, so that nothing is computed for the padding; the outputs
 * there are zeros.
 *
 * Shape: src (S, N, E), (N, S, E) with batch_first, or (S, E); mask (S, S) or (N * nhead, S, S); src_key_padding_mask (N, S) → as src.
 * @param norm - applied to the result. Default: none.
 * @param enable_nested_tensor - Default: true.
 * @param mask_check - whether to look that the padding is at the end before nesting. Default: true.
 * @see torch.nn.TransformerEncoder
 */
export class TransformerEncoder<L extends Module = TransformerEncoderLayer> extends Module {
  layers: ModuleList<L>
  num_layers: number
  norm: Module | null
  enable_nested_tensor: boolean
  use_nested_tensor: boolean
  mask_check: boolean

  constructor(...args: Args<EncoderArgs<L>, typeof encoder_names>) {
    super()
    const [encoder_layer, num_layers, norm = null, enable_nested_tensor = true, mask_check = true]
      = arrange<EncoderArgs<L>>('TransformerEncoder.__init__', encoder_names, 2, args)
    this.layers = clones(encoder_layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
    this.enable_nested_tensor = enable_nested_tensor
    this.mask_check = mask_check
    const reason = enable_nested_tensor ? why_not_nested(encoder_layer) : null
    if (reason !== null) warn(`enable_nested_tensor is True, but self.use_nested_tensor is False because ${reason}`)
    this.use_nested_tensor = enable_nested_tensor && reason === null
  }

  override get _forward_names() {
    return encoder_forward_names
  }

  /** @param is_causal - a hint that mask is the causal one; null: look whether it is. Default: null. */
  forward(src: Tensor, mask: Optional = null, src_key_padding_mask: Optional = null, is_causal: boolean | null = null): Tensor {
    const padding = canonical_mask(src_key_padding_mask, 'src_key_padding_mask', src.dtype, [none_or_dtype(mask), 'mask'])
    const src_mask = canonical_mask(mask, 'mask', src.dtype)
    const first = first_of<TransformerEncoderLayer>(this.layers)
    const nested = this.takes_nested(src, src_mask, padding, first)
    let output = nested ? nested_tensor_from_mask([src, padding!.logical_not()], { mask_check: false }) as Tensor : src
    const causal = is_causal_mask(src_mask, is_causal, length_of(src, first.self_attn.batch_first))
    const masks = { src_mask, is_causal: causal, src_key_padding_mask: nested ? null : padding }
    for (const layer of this.layers as Iterable<Module>) output = layer(output, masks) as Tensor
    if (nested) output = output.to_padded_tensor(0, src.shape)
    return this.norm === null ? output : this.norm(output) as Tensor
  }

  private takes_nested(src: Tensor, mask: Optional, padding: Optional, first: TransformerEncoderLayer): boolean {
    if (!get_fastpath_enabled() || !this.use_nested_tensor || first.training || src.dim() !== 3 || padding === null) return false
    if (this.mask_check && !is_left_aligned([src, padding.logical_not()])) return false
    if (src.is_nested || mask !== null || is_autocast_enabled()) return false
    return has_fast_path(src) && !needs_backward([src, ...weights_of(first)])
  }
}

// Why an encoder of such layers never nests its input, in PyTorch's words; null: it may.
function why_not_nested(layer: Module): string | null {
  if (!(layer instanceof TransformerEncoderLayer)) return 'encoder_layer was not TransformerEncoderLayer'
  const { norm_first, self_attn, activation_relu_or_gelu, norm1, norm2 } = layer
  if (norm_first) return 'encoder_layer.norm_first was True'
  if (!self_attn.batch_first) return 'encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)'
  if (!self_attn._qkv_same_embed_dim) return 'encoder_layer.self_attn._qkv_same_embed_dim was not True'
  if (self_attn.in_proj_bias === null) return 'encoder_layer.self_attn was passed bias=False'
  if (activation_relu_or_gelu === 0) return 'encoder_layer.activation_relu_or_gelu was not True'
  if (norm1.eps !== norm2.eps) return 'encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps'
  return self_attn.num_heads % 2 === 1 ? 'encoder_layer.self_attn.num_heads is odd' : null
}

const decoder_names = ['decoder_layer', 'num_layers', 'norm'] as const
type DecoderArgs<L> = [decoder_layer: L, num_layers: number, norm?: Module | null]
const decoder_forward_names = [
  'tgt', 'memory', 'tgt_mask', 'memory_mask', 'tgt_key_padding_mask', 'memory_key_padding_mask', 'tgt_is_causal', 'memory_is_causal',
] as const

/**
 * A stack of decoder layers: copies of one.
 *
 * Shape: tgt (T, N, E), memory (S, N, E), N first with batch_first, or both without N → as tgt.
 * @param norm - applied to the result. Default: none.
 * @see torch.nn.TransformerDecoder
 */
export class TransformerDecoder<L extends Module = TransformerDecoderLayer> extends Module {
  layers: ModuleList<L>
  num_layers: number
  norm: Module | null

  constructor(...args: Args<DecoderArgs<L>, typeof decoder_names>) {
    super()
    const [decoder_layer, num_layers, norm = null] = arrange<DecoderArgs<L>>('TransformerDecoder.__init__', decoder_names, 2, args)
    this.layers = clones(decoder_layer, num_layers)
    this.num_layers = num_layers
    this.norm = norm
  }

  override get _forward_names() {
    return decoder_forward_names
  }

  /**
   * @param tgt_is_causal - a hint that tgt_mask is the causal one; null: look whether it is. Default: null.
   * @param memory_is_causal - a hint that memory_mask is the causal one. Default: false.
   */
  forward(
    tgt: Tensor, memory: Tensor, tgt_mask: Optional = null, memory_mask: Optional = null, tgt_key_padding_mask: Optional = null,
    memory_key_padding_mask: Optional = null, tgt_is_causal: boolean | null = null, memory_is_causal = false,
  ): Tensor {
    const first = first_of<TransformerDecoderLayer>(this.layers)
    const causal = is_causal_mask(tgt_mask, tgt_is_causal, length_of(tgt, first.self_attn.batch_first))
    const masks = { tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal: causal, memory_is_causal }
    let output = tgt
    for (const layer of this.layers as Iterable<Module>) output = layer(output, memory, masks) as Tensor
    return this.norm === null ? output : this.norm(output) as Tensor
  }
}

const names = [
  'd_model', 'nhead', 'num_encoder_layers', 'num_decoder_layers', 'dim_feedforward', 'dropout', 'activation', 'custom_encoder', 'custom_decoder',
  'layer_norm_eps', 'batch_first', 'norm_first', 'bias', 'device', 'dtype',
] as const
type TransformerArgs<E, D> = [
  d_model?: number, nhead?: number, num_encoder_layers?: number, num_decoder_layers?: number, dim_feedforward?: number, dropout?: number,
  activation?: Activation, custom_encoder?: E | null, custom_decoder?: D | null, layer_norm_eps?: number, batch_first?: boolean,
  norm_first?: boolean, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption,
]
const forward_names = [
  'src', 'tgt', 'src_mask', 'tgt_mask', 'memory_mask', 'src_key_padding_mask', 'tgt_key_padding_mask', 'memory_key_padding_mask',
  'src_is_causal', 'tgt_is_causal', 'memory_is_causal',
] as const

/**
 * An encoder and a decoder that attends to its output.
 *
 * Shape: src (S, N, E), tgt (T, N, E), N first with batch_first, or both without N; masks (S, S), (T, T) and (T, S); key padding masks
 * (N, S), (N, T) and (N, S) → as tgt.
 * Parameters: those of more than one dimension Xavier uniform, the others as in the layers.
 * @param d_model - E. Default: 512.
 * @param nhead - Default: 8.
 * @param num_encoder_layers - Default: 6.
 * @param num_decoder_layers - Default: 6.
 * @param activation - 'relu', 'gelu' or a function. Default: F.relu.
 * @param custom_encoder - in place of the usual one. Default: none.
 * @param custom_decoder - in place of the usual one. Default: none.
 * @example new nn.Transformer({ nhead: 16, num_encoder_layers: 12 })(src, tgt)
 * @see torch.nn.Transformer; Attention Is All You Need
 */
export class Transformer<E extends Module = TransformerEncoder, D extends Module = TransformerDecoder> extends Module {
  encoder: E
  decoder: D
  d_model: number
  nhead: number
  batch_first: boolean

  constructor(...args: Args<TransformerArgs<E, D>, typeof names>) {
    super()
    const [d_model = 512, nhead = 8, num_encoder_layers = 6, num_decoder_layers = 6, dim_feedforward, dropout, activation, custom_encoder,
      custom_decoder, eps = 1e-5, batch_first = false, norm_first, bias = true, device, dtype]
      = arrange<TransformerArgs<E, D>>('Transformer.__init__', names, 0, args)
    const layer = [d_model, nhead, dim_feedforward, dropout, activation, eps, batch_first, norm_first, bias, device, dtype] as const
    const norm = (): LayerNorm => new LayerNorm(d_model, { eps, bias, device, dtype })
    this.encoder = custom_encoder ?? new TransformerEncoder(new TransformerEncoderLayer(...layer), num_encoder_layers, norm()) as unknown as E
    this.decoder = custom_decoder ?? new TransformerDecoder(new TransformerDecoderLayer(...layer), num_decoder_layers, norm()) as unknown as D
    this._reset_parameters()
    this.d_model = d_model
    this.nhead = nhead
    this.batch_first = batch_first
  }

  override get _forward_names() {
    return forward_names
  }

  /**
   * @param src_is_causal - a hint that src_mask is the causal one; null: look whether it is. Default: null.
   * @param tgt_is_causal - the same of tgt_mask. Default: null.
   * @param memory_is_causal - a hint that memory_mask is the causal one. Default: false.
   * @throws {RuntimeError} if the batches of src and tgt differ, or their features from d_model.
   */
  forward(
    src: Tensor, tgt: Tensor, src_mask: Optional = null, tgt_mask: Optional = null, memory_mask: Optional = null,
    src_key_padding_mask: Optional = null, tgt_key_padding_mask: Optional = null, memory_key_padding_mask: Optional = null,
    src_is_causal: boolean | null = null, tgt_is_causal: boolean | null = null, memory_is_causal = false,
  ): Tensor {
    const batch = this.batch_first ? 0 : 1
    if (src.size(batch) !== tgt.size(batch) && src.dim() === 3) throw new RuntimeError('the batch number of src and tgt must be equal')
    if (src.size(-1) !== this.d_model || tgt.size(-1) !== this.d_model) {
      throw new RuntimeError('the feature number of src and tgt must be equal to d_model')
    }
    const { encoder, decoder } = this as { encoder: Module, decoder: Module }
    const memory = encoder(src, { mask: src_mask, src_key_padding_mask, is_causal: src_is_causal }) as Tensor
    return decoder(tgt, memory, {
      tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal,
    }) as Tensor
  }

  /**
   * The causal mask: -inf above the diagonal, 0 elsewhere.
   *
   * Shape: (sz, sz).
   * @see torch.nn.Transformer.generate_square_subsequent_mask
   */
  static generate_square_subsequent_mask(
    ...args: Args<[sz: number, device?: DeviceOption, dtype?: DtypeOption], readonly ['sz', 'device', 'dtype']>
  ): Tensor {
    return causal_mask(...args)
  }

  /** Draws the parameters of more than one dimension anew. */
  _reset_parameters(): void {
    for (const parameter of this.parameters()) if (parameter.dim() > 1) xavier_uniform_(parameter)
  }
}
