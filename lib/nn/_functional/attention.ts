// Attention functions of torch.nn.functional.
import { with_keywords } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { AssertionError, AttributeError, RuntimeError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { Size } from '../../_size'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import type { dtype } from '../../dtype'
import { bool } from '../../dtype'
import { linear, pad, scaled_dot_product_attention } from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { softmax } from './activation'
import { dropout } from './dropout'

type Optional = Tensor | null
type Three = [query: Tensor, key: Tensor, value: Tensor]

function assert(condition: boolean, message: () => string): void {
  if (!condition) throw new AssertionError(message())
}

function same(shape: readonly number[], wanted: readonly number[]): boolean {
  return shape.length === wanted.length && shape.every((size, i) => size === wanted[i])
}

// ---- masks ----

/** The dtype of an optional mask. @internal */
export function none_or_dtype(input: unknown): dtype | null {
  if (input === null || input === undefined) return null
  if (is_tensor(input)) return (input as Tensor).dtype
  throw new RuntimeError('input to _none_or_dtype() must be None or torch.Tensor')
}

/**
 * A mask as numbers to add to the scores: -inf where a boolean one is true.
 *
 * @param other - dtype and name of the mask that should be of the same type; null: not checked.
 * @internal
 */
export function canonical_mask(mask: Optional, name: string, target_type: dtype, other: [type: dtype | null, name: string] | null = null): Optional {
  if (mask === null) return null
  if (!is_tensor(mask)) throw new AttributeError(`'${type_name(mask)}' object has no attribute 'dtype'`)
  const is_float = mask.dtype.is_floating_point
  assert(mask.dtype === bool || is_float, () => `only bool and floating types of ${name} are supported`)
  if (other?.[0] && mask.dtype !== other[0]) {
    warn(`Support for mismatched ${name} and ${other[1]} is deprecated. Use same type for both instead.`)
  }
  return is_float ? mask : torch.zeros_like(mask, { dtype: target_type }).masked_fill_(mask, -Infinity)
}

function check_attn_mask(mask: Tensor, query: Tensor, key: Tensor, num_heads: number, words: string): void {
  const dims = mask.dim()
  assert(dims === 2 || dims === 3, () => `For ${words} \`query\`, expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${dims}-D tensor instead`)
  if (query.dim() === 3 || dims === 2) return
  const wanted = [num_heads, query.shape[0]!, key.shape[0]!]
  assert(same(mask.shape, wanted), () => `Expected \`attn_mask\` shape to be ${tuple_repr(wanted)} but got ${String(mask.shape)}`)
}

// Whether there is a dimension for the batch.
function check_dims([query, key, value]: Three, key_padding_mask: Optional, attn_mask: Optional, num_heads: number): boolean {
  const dims = query.dim()
  assert(dims === 2 || dims === 3, () => `query should be unbatched 2D or batched 3D tensor but received ${dims}-D query tensor`)
  const words = dims === 3 ? 'batched (3-D)' : 'unbatched (2-D)'
  assert(key.dim() === dims && value.dim() === dims, () => (
    `For ${words} \`query\`, expected \`key\` and \`value\` to be ${dims}-D but found ${key.dim()}-D and ${value.dim()}-D tensors respectively`))
  assert(key_padding_mask === null || key_padding_mask.dim() === dims - 1, () => (
    `For ${words} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${dims - 1}-D but found ${key_padding_mask!.dim()}-D tensor instead`))
  if (attn_mask !== null) check_attn_mask(attn_mask, query, key, num_heads, words)
  return dims === 3
}

// The mask with a dimension for batch and heads.
function with_heads(mask: Tensor, batch_heads: number, tgt_len: number, src_len: number): Tensor {
  const dims = mask.dim()
  if (dims !== 2 && dims !== 3) throw new RuntimeError(`attn_mask's dimension ${dims} is not supported`)
  const wanted = dims === 2 ? [tgt_len, src_len] : [batch_heads, tgt_len, src_len]
  if (!same(mask.shape, wanted)) {
    throw new RuntimeError(`The shape of the ${dims}D attn_mask is ${String(mask.shape)}, but should be ${tuple_repr(wanted)}.`)
  }
  return dims === 2 ? mask.unsqueeze(0) : mask
}

function merged_mask(attn_mask: Optional, key_padding_mask: Optional, batch: number, num_heads: number, src_len: number): Optional {
  if (key_padding_mask === null) return attn_mask
  const [rows, columns] = key_padding_mask.shape
  assert(rows === batch, () => `Expected key_padded_mask.shape[0] to be ${batch}, but got ${rows}`)
  assert(columns === src_len, () => `Expected key_padded_mask.shape[1] to be ${src_len}, but got ${columns}`)
  const padding = key_padding_mask.view([batch, 1, 1, src_len]).expand([-1, num_heads, -1, -1]).reshape([batch * num_heads, 1, src_len])
  return attn_mask === null ? padding : attn_mask.add(padding)
}

// ---- projections ----

function first_of_stack(packed: Tensor, parts: number, features: number): Tensor {
  return packed.unflatten(-1, [parts, features]).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
}

// One product where the inputs are the same tensor, as PyTorch: the digits depend on it.
function project_packed([query, key, value]: Three, weight: Tensor, bias: Optional): Three {
  const features = query.size(-1)
  if (key === value && query === key) {
    const stack = first_of_stack(linear(query, weight, bias), 3, features)
    return [stack.select(0, 0), stack.select(0, 1), stack.select(0, 2)]
  }
  if (key === value) {
    const [w_q, w_kv] = weight.split([features, features * 2]) as [Tensor, Tensor]
    const [b_q = null, b_kv = null] = bias?.split([features, features * 2]) ?? []
    const q = linear(query, w_q, b_q)
    const stack = first_of_stack(linear(key, w_kv, b_kv), 2, features)
    return [q, stack.select(0, 0), stack.select(0, 1)]
  }
  const [w_q, w_k, w_v] = weight.chunk(3) as Three
  const [b_q = null, b_k = null, b_v = null] = bias?.chunk(3) ?? []
  return [linear(query, w_q, b_q), linear(key, w_k, b_k), linear(value, w_v, b_v)]
}

const INPUTS = ['query', 'key', 'value'] as const

function project_apart(inputs: Three, weights: readonly Optional[], bias: Optional): Three {
  weights.forEach((weight, i) => assert(weight !== null, () => `use_separate_proj_weight is True but ${INPUTS[i]![0]}_proj_weight is None`))
  const biases = bias?.chunk(3) ?? []
  const rows = inputs[0].size(-1)
  const sizes = inputs.map(input => [rows, input.size(-1)])
  sizes.forEach((size, i) => assert(same(weights[i]!.shape, size), () => (
    `expecting ${INPUTS[i]} weights shape of ${tuple_repr(size)}, but got ${String(weights[i]!.shape)}`)))
  biases.forEach((one, i) => assert(same(one.shape, [rows]), () => (
    `expecting ${INPUTS[i]} bias shape of ${tuple_repr([rows])}, but got ${String(one.shape)}`)))
  return inputs.map((input, i) => linear(input, weights[i]!, biases[i] ?? null)) as Three
}

function check_key_and_value(key: Tensor, value: Tensor, apart: boolean): void {
  if (!apart) {
    assert(same(key.shape, value.shape), () => `key shape ${String(key.shape)} does not match value shape ${String(value.shape)}`)
    return
  }
  const [k, v] = [key, value].map(one => Size.of_list(one.shape.slice(0, 2))) as [Size, Size]
  assert(same(k, v), () => `key's sequence and batch dims ${String(k)} do not match value's ${String(v)}`)
}

// (length, batch, features) to (batch * heads, length, features of a head).
function split_heads(x: Tensor, batch_heads: number, head_dim: number): Tensor {
  return x.view([x.shape[0]!, batch_heads, head_dim]).transpose(0, 1)
}

function split_or_static(x: Tensor, given: Optional, name: string, batch_heads: number, head_dim: number): Tensor {
  if (given === null) return split_heads(x, batch_heads, head_dim)
  assert(given.size(0) === batch_heads, () => `expecting ${name}.size(0) of ${batch_heads}, but got ${given.size(0)}`)
  assert(given.size(2) === head_dim, () => `expecting ${name}.size(2) of ${head_dim}, but got ${given.size(2)}`)
  return given
}

function check_bias(bias_k: Optional, bias_v: Optional, static_k: Optional, static_v: Optional): boolean {
  if (bias_k === null || bias_v === null) {
    assert(bias_k === null, () => 'bias_k is set but bias_v is None')
    assert(bias_v === null, () => 'bias_v is set but bias_k is None')
    return false
  }
  assert(static_k === null, () => 'bias cannot be added to static key.')
  assert(static_v === null, () => 'bias cannot be added to static value.')
  return true
}

function one_more(mask: Optional): Optional {
  return mask === null ? null : pad(mask, [0, 1])
}

// ---- attention ----

interface Sizes { batch: number, num_heads: number, head_dim: number, tgt_len: number, src_len: number }

// Scores, weights and outputs, one by one: (length * batch, features) and (batch, heads, target, source).
function attend_with_weights([q, k, v]: Three, mask: Optional, p: number, { batch, num_heads, head_dim, tgt_len, src_len }: Sizes): [Tensor, Tensor] {
  const scaled = q.mul(Math.sqrt(1 / q.size(-1)))
  const scores = mask === null ? torch.bmm(scaled, k.transpose(-2, -1)) : torch.baddbmm(mask, scaled, k.transpose(-2, -1))
  const soft = softmax(scores, -1)
  const weights = p > 0 ? dropout(soft, p) : soft
  const output = torch.bmm(weights, v).transpose(0, 1).reshape([tgt_len * batch, num_heads * head_dim])
  return [output, weights.view([batch, num_heads, tgt_len, src_len])]
}

function attend([q, k, v]: Three, mask: Optional, p: number, is_causal: boolean, { batch, num_heads, head_dim, tgt_len, src_len }: Sizes): Tensor {
  const shared = mask !== null && mask.size(0) === 1 && mask.dim() === 3
  const full = mask === null ? null : shared ? mask.unsqueeze(0) : mask.view([batch, num_heads, -1, src_len])
  const heads = (x: Tensor, length: number): Tensor => x.view([batch, num_heads, length, head_dim])
  const output = scaled_dot_product_attention(heads(q, tgt_len), heads(k, src_len), heads(v, src_len), full, p, is_causal)
  return output.permute([2, 0, 1, 3]).reshape([batch * tgt_len, num_heads * head_dim])
}

/**
 * Attention of several heads, with the weights of {@link nn.MultiheadAttention} given one by one.
 *
 * Shape: query (L, N, E) or (L, E), key (S, N, E) or (S, E), value as key; key_padding_mask (N, S) or (S); attn_mask (L, S) or
 * (N * num_heads, L, S) → output as query, and the weights (N, L, S), or (N, num_heads, L, S) if they are not averaged.
 * @param embed_dim_to_check - E
 * @param key_padding_mask - true, or -inf, for the keys that do not count. Default: none.
 * @param need_weights - whether to give the weights, which takes the slower way. Default: true.
 * @param attn_mask - true, or -inf, where a query must not see a key. Default: none.
 * @param use_separate_proj_weight - take q_proj_weight, k_proj_weight and v_proj_weight in place of in_proj_weight. Default: false.
 * @param is_causal - a hint that attn_mask is the causal one. Default: false.
 * @returns `[output, weights or null]`
 * @throws {AssertionError} if the shapes do not fit.
 * @see torch.nn.functional.multi_head_attention_forward
 */
export const multi_head_attention_forward = with_keywords('multi_head_attention_forward', [
  'query', 'key', 'value', 'embed_dim_to_check', 'num_heads', 'in_proj_weight', 'in_proj_bias', 'bias_k', 'bias_v', 'add_zero_attn', 'dropout_p',
  'out_proj_weight', 'out_proj_bias', 'training', 'key_padding_mask', 'need_weights', 'attn_mask', 'use_separate_proj_weight', 'q_proj_weight',
  'k_proj_weight', 'v_proj_weight', 'static_k', 'static_v', 'average_attn_weights', 'is_causal',
], (
  query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number, num_heads: number, in_proj_weight: Optional, in_proj_bias: Optional,
  bias_k: Optional, bias_v: Optional, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Optional,
  training: boolean = true, key_padding_mask: Optional = null, need_weights: boolean = true, attn_mask: Optional = null,
  use_separate_proj_weight: boolean = false, q_proj_weight: Optional = null, k_proj_weight: Optional = null, v_proj_weight: Optional = null,
  static_k: Optional = null, static_v: Optional = null, average_attn_weights: boolean = true, is_causal: boolean = false,
): [attn_output: Tensor, attn_output_weights: Tensor | null] => {
  const is_batched = check_dims([query, key, value], key_padding_mask, attn_mask, num_heads)
  const inputs: Three = is_batched ? [query, key, value] : [query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)]
  const [tgt_len, batch, embed_dim] = inputs[0].shape as unknown as [number, number, number]
  const batch_heads = batch * num_heads

  let padding = is_batched ? key_padding_mask : key_padding_mask?.unsqueeze(0) ?? null
  padding = canonical_mask(padding, 'key_padding_mask', query.dtype, [none_or_dtype(attn_mask), 'attn_mask'])
  if (is_causal && attn_mask === null) {
    throw new RuntimeError('Need attn_mask if specifying the is_causal hint. You may use the Transformer module method '
      + '`generate_square_subsequent_mask` to create this mask.')
  }
  const causal = is_causal && padding === null
  let mask = causal && !need_weights ? null : canonical_mask(attn_mask, 'attn_mask', query.dtype)

  assert(embed_dim === embed_dim_to_check, () => `was expecting embedding dimension of ${embed_dim_to_check}, but got ${embed_dim}`)
  const head_dim = Math.floor(embed_dim / num_heads)
  assert(head_dim * num_heads === embed_dim, () => `embed_dim ${embed_dim} not divisible by num_heads ${num_heads}`)
  check_key_and_value(inputs[1], inputs[2], use_separate_proj_weight)
  assert(use_separate_proj_weight || in_proj_weight !== null, () => 'use_separate_proj_weight is False but in_proj_weight is None')
  let [q, k, v] = use_separate_proj_weight ? project_apart(inputs, [q_proj_weight, k_proj_weight, v_proj_weight], in_proj_bias)
    : project_packed(inputs, in_proj_weight!, in_proj_bias)

  if (mask !== null) mask = with_heads(mask, batch_heads, tgt_len, inputs[1].shape[0]!)
  if (check_bias(bias_k, bias_v, static_k, static_v)) {
    k = torch.cat([k, bias_k!.repeat([1, batch, 1])])
    v = torch.cat([v, bias_v!.repeat([1, batch, 1])])
    ;[mask, padding] = [one_more(mask), one_more(padding)]
  }
  q = split_heads(q, batch_heads, head_dim)
  k = split_or_static(k, static_k, 'static_k', batch_heads, head_dim)
  v = split_or_static(v, static_v, 'static_v', batch_heads, head_dim)
  if (add_zero_attn) {
    k = torch.cat([k, k.new_zeros([batch_heads, 1, head_dim])], 1)
    v = torch.cat([v, v.new_zeros([batch_heads, 1, head_dim])], 1)
    ;[mask, padding] = [one_more(mask), one_more(padding)]
  }
  const src_len = k.size(1)
  mask = merged_mask(mask, padding, batch, num_heads, src_len)

  const sizes = { batch, num_heads, head_dim, tgt_len, src_len }
  const p = training ? dropout_p : 0
  const [heads, weights] = need_weights ? attend_with_weights([q, k, v], mask, p, sizes) : [attend([q, k, v], mask, p, causal, sizes), null]
  const projected = linear(heads, out_proj_weight, out_proj_bias)
  const output = projected.view([tgt_len, batch, projected.size(1)])
  const averaged = weights !== null && average_attn_weights ? weights.mean(1) : weights
  return is_batched ? [output, averaged] : [output.squeeze(1), averaged?.squeeze(0) ?? null]
})
