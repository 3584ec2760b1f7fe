// Attention: MultiheadAttention and F.multi_head_attention_forward beside Python's, the fused way, copies and state.
import torch, { nn } from 'torch-ts'
import { aten } from '../../lib/_operators'
import { type Run, type Value, compare_with_python } from '../helpers/beside_python'

const F = nn.functional
const randn = (...size: number[]): torch.Tensor => torch.randn(size)
const self = (...size: number[]): torch.Tensor[] => new Array<torch.Tensor>(3).fill(torch.randn(size))
const two = (q: number[], kv: number[]): torch.Tensor[] => {
  const [query, key] = [torch.randn(q), torch.randn(kv)]
  return [query, key, key]
}
const padding = (): torch.Tensor => torch.tensor([[false, false, true], [false, true, true]])
const causal = (size: number): torch.Tensor => torch.ones([size, size], { dtype: torch.bool }).triu(1)
const PADDING = 'torch.tensor([[False, False, True], [False, True, True]])'
const CAUSAL = 'torch.ones(3, 3, dtype=torch.bool).triu(1)'
const SELF = '(x := torch.randn(2, 3, 4)), x, x'
const first = { batch_first: true }

const runs: Run[] = [
  ['nn.MultiheadAttention(4, 2) | (x := torch.randn(3, 2, 4)), x, x', () => new nn.MultiheadAttention(4, 2), () => self(3, 2, 4)],
  ['nn.MultiheadAttention(4, 2) | torch.randn(3, 2, 4), (x := torch.randn(5, 2, 4)), x',
    () => new nn.MultiheadAttention(4, 2), () => two([3, 2, 4], [5, 2, 4])],
  ['nn.MultiheadAttention(4, 2) | torch.randn(3, 2, 4), torch.randn(5, 2, 4), torch.randn(5, 2, 4)',
    () => new nn.MultiheadAttention(4, 2), () => [randn(3, 2, 4), randn(5, 2, 4), randn(5, 2, 4)]],
  ['nn.MultiheadAttention(4, 2) | (x := torch.randn(3, 4)), x, x', () => new nn.MultiheadAttention(4, 2), () => self(3, 4)],
  ['nn.MultiheadAttention(4, 2, dropout=0.5) | (x := torch.randn(3, 2, 4)), x, x, need_weights=False',
    () => new nn.MultiheadAttention(4, 2, { dropout: 0.5 }), () => [...self(3, 2, 4), { need_weights: false }]],
  ['nn.MultiheadAttention(4, 2, 0.5, bias=False) | (x := torch.randn(3, 2, 4)), x, x',
    () => new nn.MultiheadAttention(4, 2, 0.5, { bias: false }), () => self(3, 2, 4)],
  ['nn.MultiheadAttention(6, 3, kdim=4, vdim=5) | torch.randn(3, 2, 6), torch.randn(4, 2, 4), torch.randn(4, 2, 5)',
    () => new nn.MultiheadAttention(6, 3, { kdim: 4, vdim: 5 }), () => [randn(3, 2, 6), randn(4, 2, 4), randn(4, 2, 5)]],
  ['nn.MultiheadAttention(6, 3, kdim=4, bias=False, batch_first=True) | torch.randn(2, 3, 6), torch.randn(2, 4, 4), torch.randn(2, 4, 6)',
    () => new nn.MultiheadAttention(6, 3, { kdim: 4, bias: false, ...first }), () => [randn(2, 3, 6), randn(2, 4, 4), randn(2, 4, 6)]],
  [`nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True) | ${SELF}, ${PADDING}, attn_mask=${CAUSAL}`,
    () => new nn.MultiheadAttention(4, 2, { add_bias_kv: true, add_zero_attn: true, ...first }),
    () => [...self(2, 3, 4), padding(), { attn_mask: causal(3) }]],
  ['nn.MultiheadAttention(4, 2, add_bias_kv=True) | (x := torch.randn(3, 4)), x, x, torch.tensor([False, False, True]), need_weights=False',
    () => new nn.MultiheadAttention(4, 2, { add_bias_kv: true }),
    () => [...self(3, 4), torch.tensor([false, false, true]), { need_weights: false }]],
  // From here on evaluation takes the fused way, where it can.
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}`, () => new nn.MultiheadAttention(4, 2, first), () => self(2, 3, 4)],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, need_weights=False`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), { need_weights: false }]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, average_attn_weights=False`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), { average_attn_weights: false }]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, ${PADDING}`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), padding()]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, attn_mask=${CAUSAL}`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), { attn_mask: causal(3) }]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, ${PADDING}, False, ${CAUSAL}.expand(4, 3, 3)`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), padding(), false, causal(3).expand(4, 3, 3)]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, ${PADDING}, True, torch.randn(3, 3)`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), padding(), true, randn(3, 3)]],
  [`nn.MultiheadAttention(4, 2, batch_first=True) | ${SELF}, None, False, ${CAUSAL}, is_causal=True`,
    () => new nn.MultiheadAttention(4, 2, first), () => [...self(2, 3, 4), null, false, causal(3), { is_causal: true }]],
  [`nn.MultiheadAttention(6, 3, batch_first=True) | (x := torch.randn(2, 3, 6)), x, x, ${PADDING}, True, ${CAUSAL}, is_causal=True`,
    () => new nn.MultiheadAttention(6, 3, first), () => [...self(2, 3, 6), padding(), true, causal(3), { is_causal: true }]],
  ['nn.MultiheadAttention(4, 4, batch_first=True, dtype=torch.float64) | (x := torch.randn(2, 3, 4).double()), x, x',
    () => new nn.MultiheadAttention(4, 4, { dtype: torch.float64, ...first }), () => {
      const x = randn(2, 3, 4).double()
      return [x, x, x]
    }],
  ['nn.MultiheadAttention(256, 8, batch_first=True) | (x := torch.randn(2, 40, 256)), x, x',
    () => new nn.MultiheadAttention(256, 8, first), () => self(2, 40, 256)],
]

const ones = (...size: number[]): torch.Tensor => torch.ones(size)
type Three = [torch.Tensor, torch.Tensor, torch.Tensor]
const attend = (shapes: number[][], ...more: unknown[]): unknown => (
  (new nn.MultiheadAttention(4, 2) as nn.Module)(...shapes.map(size => torch.ones(size)), ...more))
const forward = (options: object, shapes: number[][] = [[3, 2, 4], [3, 2, 4], [3, 2, 4]]): unknown => F.multi_head_attention_forward(
  ...shapes.map(size => ones(...size)) as Three, 4, 2, ones(12, 4), ones(12), null, null, false, 0, ones(4, 4), null, options)
const FORWARD = 'F.multi_head_attention_forward(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), 4, 2, '
  + 'torch.ones(12, 4), torch.ones(12), None, None, False, 0.0, torch.ones(4, 4), None, '
const apart = { use_separate_proj_weight: true }
const weights = { q_proj_weight: ones(4, 4), k_proj_weight: ones(4, 4), v_proj_weight: ones(4, 4) }
const WEIGHTS = 'q_proj_weight=torch.ones(4, 4), k_proj_weight=torch.ones(4, 4), v_proj_weight=torch.ones(4, 4)'
const none = [null, null] as const
const bias_alone = (k: torch.Tensor | null, v: torch.Tensor | null): unknown => (
  F.multi_head_attention_forward(ones(3, 4), ones(3, 4), ones(3, 4), 4, 2, ones(12, 4), null, k, v, false, 0, ones(4, 4), null))

// What both refuse, and functions.
const values: Value[] = [
  ['nn.MultiheadAttention(0, 2)', () => new nn.MultiheadAttention(0, 2)],
  ['nn.MultiheadAttention(4, -1)', () => new nn.MultiheadAttention(4, -1)],
  ['nn.MultiheadAttention(5, 2)', () => new nn.MultiheadAttention(5, 2)],
  ['nn.MultiheadAttention(4, 2)(torch.ones(4), torch.ones(4), torch.ones(4))', () => attend([[4], [4], [4]])],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 4), torch.ones(3, 2, 4))', () => attend([[3, 2, 4], [3, 4], [3, 2, 4]])],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 2, 4))', () => attend([[3, 4], [3, 4], [3, 2, 4]])],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], ones(3))],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 1))',
    () => attend([[3, 4], [3, 4], [3, 4]], ones(3, 1))],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), attn_mask=torch.ones(3))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], { attn_mask: ones(3) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 4), attn_mask=torch.ones(3))',
    () => attend([[3, 4], [3, 4], [3, 4]], { attn_mask: ones(3) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 4), torch.ones(3, 4), torch.ones(3, 4), attn_mask=torch.ones(1, 3, 3))',
    () => attend([[3, 4], [3, 4], [3, 4]], { attn_mask: ones(1, 3, 3) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), attn_mask=torch.ones(2, 3))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], { attn_mask: ones(2, 3) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), attn_mask=torch.ones(2, 3, 3))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], { attn_mask: ones(2, 3, 3) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), attn_mask=torch.ones(3, 3, dtype=torch.int64))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], { attn_mask: torch.ones([3, 3], { dtype: torch.int64 }) })],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 3))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], ones(3, 3))],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(2, 4))',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], ones(2, 4))],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), 3)',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], 3)],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 6), torch.ones(3, 2, 6), torch.ones(3, 2, 6))', () => attend([[3, 2, 6], [3, 2, 6], [3, 2, 6]])],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(4, 2, 4))', () => attend([[3, 2, 4], [3, 2, 4], [4, 2, 4]])],
  ['nn.MultiheadAttention(4, 2)(torch.ones(3, 2, 4), torch.ones(3, 2, 4), torch.ones(3, 2, 4), is_causal=True)',
    () => attend([[3, 2, 4], [3, 2, 4], [3, 2, 4]], { is_causal: true })],
  ['nn.MultiheadAttention(4, 2, kdim=3)(torch.ones(3, 2, 4), torch.ones(3, 2, 5), torch.ones(3, 2, 4))',
    () => new nn.MultiheadAttention(4, 2, { kdim: 3 })(ones(3, 2, 4), ones(3, 2, 5), ones(3, 2, 4))],
  ['nn.MultiheadAttention(4, 2, kdim=3)(torch.ones(3, 2, 4), torch.ones(3, 2, 3), torch.ones(4, 2, 4))',
    () => new nn.MultiheadAttention(4, 2, { kdim: 3 })(ones(3, 2, 4), ones(3, 2, 3), ones(4, 2, 4))],
  [`${FORWARD}True)`, () => forward({ training: true })],
  [`${FORWARD}static_k=torch.ones(4, 5, 2), static_v=torch.randn(4, 5, 2))`, () => forward({ static_k: ones(4, 5, 2), static_v: randn(4, 5, 2) })],
  [`${FORWARD}static_k=torch.ones(3, 5, 2))`, () => forward({ static_k: ones(3, 5, 2) })],
  [`${FORWARD}static_k=torch.ones(4, 5, 3))`, () => forward({ static_k: ones(4, 5, 3) })],
  [`${FORWARD}static_v=torch.ones(3, 5, 2))`, () => forward({ static_v: ones(3, 5, 2) })],
  [`${FORWARD}static_v=torch.ones(4, 5, 3))`, () => forward({ static_v: ones(4, 5, 3) })],
  [`${FORWARD}use_separate_proj_weight=True, ${WEIGHTS})`, () => forward({ ...apart, ...weights })],
  [`${FORWARD}use_separate_proj_weight=True)`, () => forward(apart)],
  [`${FORWARD}use_separate_proj_weight=True, q_proj_weight=torch.ones(4, 4))`, () => forward({ ...apart, q_proj_weight: ones(4, 4) })],
  [`${FORWARD}use_separate_proj_weight=True, ${WEIGHTS.replace('torch.ones(4, 4)', 'torch.ones(5, 4)')})`,
    () => forward({ ...apart, ...weights, q_proj_weight: ones(5, 4) })],
  ...([['torch.ones(1, 1, 4), None', ones(1, 1, 4), null], ['None, torch.ones(1, 1, 4)', null, ones(1, 1, 4)]] as const).map(([code, k, v]): Value => [
    `F.multi_head_attention_forward(*[torch.ones(3, 4)] * 3, 4, 2, torch.ones(12, 4), None, ${code}, False, 0.0, torch.ones(4, 4), None)`,
    () => bias_alone(k, v)]),
  ['F.multi_head_attention_forward(*[torch.ones(3, 4)] * 3, 4, 2, None, None, None, None, False, 0.0, torch.ones(4, 4), None)',
    () => F.multi_head_attention_forward(ones(3, 4), ones(3, 4), ones(3, 4), 4, 2, ...none, ...none, false, 0, ones(4, 4), null)],
  ['F.multi_head_attention_forward(*[torch.ones(3, 4)] * 3, 4, 3, None, None, None, None, False, 0.0, torch.ones(4, 4), None)',
    () => F.multi_head_attention_forward(ones(3, 4), ones(3, 4), ones(3, 4), 4, 3, ...none, ...none, false, 0, ones(4, 4), null)],
  ['F.scaled_dot_product_attention(torch.randn(1, 2, 3, 4), torch.randn(1, 1, 5, 4), torch.randn(1, 1, 5, 4), scale=0.3, enable_gqa=True)',
    () => F.scaled_dot_product_attention(randn(1, 2, 3, 4), randn(1, 1, 5, 4), randn(1, 1, 5, 4), { scale: 0.3, enable_gqa: true })],
  ['F.scaled_dot_product_attention(torch.randn(2, 3, 4), torch.randn(2, 3, 4), torch.randn(2, 3, 4), is_causal=True)',
    () => F.scaled_dot_product_attention(randn(2, 3, 4), randn(2, 3, 4), randn(2, 3, 4), { is_causal: true })],
  ['nn.MultiheadAttention(4, 2)(*[torch._nested_tensor_from_mask(torch.ones(1, 2, 4), torch.tensor([[True, False]]))] * 3)',
    () => nested(new nn.MultiheadAttention(4, 2))],
  ['nn.MultiheadAttention(4, 2, batch_first=True)(*[torch._nested_tensor_from_mask(torch.ones(1, 2, 4), torch.tensor([[True, False]]))] * 3)',
    () => nested(new nn.MultiheadAttention(4, 2, first))],
  ['nn.MultiheadAttention(4, 2, batch_first=True).eval().requires_grad_(False)'
    + '(*[torch._nested_tensor_from_mask(torch.ones(1, 2, 4), torch.tensor([[True, False]]))] * 3, need_weights=False)',
    () => nested(new nn.MultiheadAttention(4, 2, first).eval().requires_grad_(false), { need_weights: false })],
]

function nested(module: nn.MultiheadAttention, ...more: unknown[]): unknown {
  const x = aten('_nested_tensor_from_mask')([ones(1, 2, 4), torch.tensor([[true, false]])])
  return (module as nn.Module)(x, x, x, ...more)
}

describe('nn.MultiheadAttention', () => {
  compare_with_python('nn.MultiheadAttention', runs, values)

  it('takes the slow way where the fused one is switched off', () => {
    const attention = new nn.MultiheadAttention(8, 2, first).eval()
    const x = randn(2, 3, 8)
    const mask = torch.tensor([[false, false, false], [false, false, true]])
    const run = (): torch.Tensor => torch.no_grad(() => attention(x, x, x, mask)[0])
    const fused = run()
    expect(torch.backends.mha.get_fastpath_enabled()).toBe(true)
    torch.backends.mha.set_fastpath_enabled(false)
    try {
      expect(run().equal(attention(x, x, x, mask)[0])).toBe(true)
    } finally {
      torch.backends.mha.set_fastpath_enabled(true)
    }
    expect(run().equal(fused)).toBe(true)
    expect(run().allclose(attention(x, x, x, mask)[0], 1e-5, 1e-6)).toBe(true)
  })

  it('copies and loads its state', () => {
    const attention = new nn.MultiheadAttention(4, 2, { add_bias_kv: true, kdim: 3 })
    const copy = torch.copy.deepcopy(attention)
    const [query, key, value] = [randn(3, 2, 4), randn(3, 2, 3), randn(3, 2, 4)]
    expect(copy(query, key, value)[0].equal(attention(query, key, value)[0])).toBe(true)
    torch.no_grad(() => copy.bias_k!.zero_())
    expect(attention.bias_k!.eq(0).any().item()).toBe(false)
    copy.load_state_dict(attention.state_dict())
    expect(copy(query, key, value)[0].equal(attention(query, key, value)[0])).toBe(true)
  })
})
