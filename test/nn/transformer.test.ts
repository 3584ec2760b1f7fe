// Transformers and AdaptiveLogSoftmaxWithLoss beside Python's: layers, stacks, the fused way with nested tensors; copies and hooks.
import torch, { nn } from 'torch-ts'
import { type Run, type Value, compare_with_python } from '../helpers/beside_python'

const F = nn.functional
const { generate_square_subsequent_mask } = nn.Transformer
const randn = (...size: number[]): torch.Tensor => torch.randn(size)
const bools = (rows: number[][]): torch.Tensor => torch.tensor(rows).to(torch.bool)
const first = { batch_first: true }
const small = { dropout: 0.25, batch_first: true }

const LAYER = 'nn.TransformerEncoderLayer(4, 2, 8, 0.25, batch_first=True'
const layer = (options: object = {}): nn.TransformerEncoderLayer => new nn.TransformerEncoderLayer(4, 2, 8, { ...small, ...options })
const decoder_layer = (options: object = {}): nn.TransformerDecoderLayer => new nn.TransformerDecoderLayer(4, 2, 8, { ...small, ...options })
const DECODER = 'nn.TransformerDecoderLayer(4, 2, 8, 0.25, batch_first=True'
const PADDING = 'torch.tensor([[0, 0, 1], [0, 1, 1]]).bool()'
const padding = (): torch.Tensor => bools([[0, 0, 1], [0, 1, 1]])
const causal = (): torch.Tensor => generate_square_subsequent_mask(3)
const CAUSAL = 'nn.Transformer.generate_square_subsequent_mask(3)'

class Doubling extends nn.Module {
  forward(src: torch.Tensor): torch.Tensor {
    return src.mul(2)
  }
}

const layers: Run[] = [
  ['nn.TransformerEncoderLayer(4, 2) | torch.randn(3, 2, 4)', () => new nn.TransformerEncoderLayer(4, 2), () => [randn(3, 2, 4)]],
  [`${LAYER}) | torch.randn(2, 3, 4)`, () => layer(), () => [randn(2, 3, 4)]],
  [`${LAYER}) | torch.randn(3, 4)`, () => layer(), () => [randn(3, 4)]],
  [`${LAYER}, activation="gelu") | torch.randn(2, 3, 4), None, ${PADDING}`,
    () => layer({ activation: 'gelu' }), () => [randn(2, 3, 4), null, padding()]],
  [`${LAYER}, activation=nn.GELU(), norm_first=True) | torch.randn(2, 3, 4), ${CAUSAL}`,
    () => layer({ activation: new nn.GELU(), norm_first: true }), () => [randn(2, 3, 4), causal()]],
  [`${LAYER}, activation=torch.tanh, bias=False) | torch.randn(2, 3, 4), src_key_padding_mask=${PADDING}, src_mask=${CAUSAL}, is_causal=True`,
    () => layer({ activation: torch.tanh, bias: false }),
    () => [randn(2, 3, 4), { src_key_padding_mask: padding(), src_mask: causal(), is_causal: true }]],
  [`${LAYER}, layer_norm_eps=1e-3, dtype=torch.float64) | torch.randn(2, 3, 4).double(), ${CAUSAL}.double()`,
    () => layer({ layer_norm_eps: 1e-3, dtype: torch.float64 }), () => [randn(2, 3, 4).double(), causal().double()]],
  ['nn.TransformerDecoderLayer(4, 2) | torch.randn(3, 2, 4), torch.randn(5, 2, 4)',
    () => new nn.TransformerDecoderLayer(4, 2), () => [randn(3, 2, 4), randn(5, 2, 4)]],
  [`${DECODER}, activation="gelu", norm_first=True) | torch.randn(2, 3, 4), torch.randn(2, 3, 4), ${CAUSAL}, tgt_is_causal=True, memory_key_padding_mask=${PADDING}`,
    () => decoder_layer({ activation: 'gelu', norm_first: true }),
    () => [randn(2, 3, 4), randn(2, 3, 4), causal(), { tgt_is_causal: true, memory_key_padding_mask: padding() }]],
  [`${DECODER}, activation=nn.ReLU(), bias=False) | torch.randn(3, 4), torch.randn(3, 4), memory_mask=${CAUSAL}, memory_is_causal=True`,
    () => decoder_layer({ activation: new nn.ReLU(), bias: false }),
    () => [randn(3, 4), randn(3, 4), { memory_mask: causal(), memory_is_causal: true }]],
]

const stacks: Run[] = [
  [`nn.TransformerEncoder(${LAYER}), 2) | torch.randn(2, 3, 4)`, () => new nn.TransformerEncoder(layer(), 2), () => [randn(2, 3, 4)]],
  [`nn.TransformerEncoder(${LAYER}), 2, nn.LayerNorm(4)) | torch.randn(2, 3, 4), src_key_padding_mask=${PADDING}`,
    () => new nn.TransformerEncoder(layer(), 2, new nn.LayerNorm(4)), () => [randn(2, 3, 4), { src_key_padding_mask: padding() }]],
  [`nn.TransformerEncoder(${LAYER}), 2) | torch.randn(2, 3, 4), src_key_padding_mask=torch.tensor([[1, 0, 0], [0, 0, 0]]).bool()`,
    () => new nn.TransformerEncoder(layer(), 2), () => [randn(2, 3, 4), { src_key_padding_mask: bools([[1, 0, 0], [0, 0, 0]]) }]],
  [`nn.TransformerEncoder(${LAYER}), 1, mask_check=False) | torch.randn(2, 3, 4), src_key_padding_mask=${PADDING}`,
    () => new nn.TransformerEncoder(layer(), 1, { mask_check: false }), () => [randn(2, 3, 4), { src_key_padding_mask: padding() }]],
  [`nn.TransformerEncoder(${LAYER}), 1, None, False) | torch.randn(2, 3, 4), None, ${PADDING}`,
    () => new nn.TransformerEncoder(layer(), 1, null, false), () => [randn(2, 3, 4), null, padding()]],
  [`nn.TransformerEncoder(${LAYER}), 2) | torch.randn(2, 3, 4), ${CAUSAL}, ${PADDING}, True`,
    () => new nn.TransformerEncoder(layer(), 2), () => [randn(2, 3, 4), causal(), padding(), true]],
  [`nn.TransformerEncoder(${LAYER}, norm_first=True), 1) | torch.randn(2, 3, 4), ${CAUSAL}`,
    () => new nn.TransformerEncoder(layer({ norm_first: true }), 1), () => [randn(2, 3, 4), causal()]],
  ['nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 1) | torch.randn(3, 2, 4), torch.zeros(3, 3)',
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), 1), () => [randn(3, 2, 4), torch.zeros(3, 3)]],
  ['nn.TransformerEncoder(nn.TransformerEncoderLayer(3, 3, 8, batch_first=True), 1) | torch.randn(2, 3, 3)',
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(3, 3, 8, first), 1), () => [randn(2, 3, 3)]],
  [`nn.TransformerEncoder(${LAYER}, bias=False), 1) | torch.randn(3, 4)`,
    () => new nn.TransformerEncoder(layer({ bias: false }), 1), () => [randn(3, 4)]],
  [`nn.TransformerEncoder(${LAYER}, activation=torch.sigmoid), 1) | torch.randn(2, 3, 4)`,
    () => new nn.TransformerEncoder(layer({ activation: torch.sigmoid }), 1), () => [randn(2, 3, 4)]],
  [`nn.TransformerDecoder(${DECODER}), 2, nn.LayerNorm(4)) | torch.randn(2, 3, 4), torch.randn(2, 5, 4), ${CAUSAL}`,
    () => new nn.TransformerDecoder(decoder_layer(), 2, new nn.LayerNorm(4)),
    () => [randn(2, 3, 4), randn(2, 5, 4), causal()]],
  [`nn.TransformerDecoder(${DECODER}), 1) | torch.randn(2, 3, 4), torch.randn(2, 3, 4), tgt_key_padding_mask=${PADDING}, tgt_is_causal=False`,
    () => new nn.TransformerDecoder(decoder_layer(), 1),
    () => [randn(2, 3, 4), randn(2, 3, 4), { tgt_key_padding_mask: padding(), tgt_is_causal: false }]],
  ['nn.Transformer(4, 2, 2, 1, 8) | torch.randn(3, 2, 4), torch.randn(5, 2, 4)',
    () => new nn.Transformer(4, 2, 2, 1, 8), () => [randn(3, 2, 4), randn(5, 2, 4)]],
  ['nn.Transformer(4, 2, 1, 2, 8, 0.0, "gelu", batch_first=True, norm_first=True, bias=False) | torch.randn(2, 3, 4), torch.randn(2, 3, 4), '
    + `${CAUSAL}, ${CAUSAL}, memory_key_padding_mask=${PADDING}`,
  () => new nn.Transformer(4, 2, 1, 2, 8, 0, 'gelu', { norm_first: true, bias: false, ...first }),
  () => [randn(2, 3, 4), randn(2, 3, 4), causal(), causal(), { memory_key_padding_mask: padding() }]],
  [`nn.Transformer(4, 2, 1, 1, 8, batch_first=True) | torch.randn(2, 3, 4), torch.randn(2, 3, 4), src_key_padding_mask=${PADDING}, src_is_causal=False`,
    () => new nn.Transformer(4, 2, 1, 1, 8, first),
    () => [randn(2, 3, 4), randn(2, 3, 4), { src_key_padding_mask: padding(), src_is_causal: false }]],
]

const adaptive: Run[] = [
  ['nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5]) | torch.randn(6, 8), torch.tensor([0, 9, 3, 1, 4, 2])',
    () => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5]), () => [randn(6, 8), torch.tensor([0n, 9n, 3n, 1n, 4n, 2n])]],
  ['nn.AdaptiveLogSoftmaxWithLoss(8, 10, [4, 9], div_value=2.0, head_bias=True) | torch.randn(2, 8), torch.tensor([3, 0])',
    () => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [4, 9], { div_value: 2, head_bias: true }), () => [randn(2, 8), torch.tensor([3n, 0n])]],
  ['nn.AdaptiveLogSoftmaxWithLoss(1, 4, (2,), 0.1) | torch.randn(1), torch.tensor(3)',
    () => new nn.AdaptiveLogSoftmaxWithLoss(1, 4, [2], 0.1), () => [randn(1), torch.tensor(3n)]],
]

const ADAPTIVE = 'nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5])'
const softmax = (): nn.AdaptiveLogSoftmaxWithLoss => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5])
const transformer = (): nn.Transformer => new nn.Transformer(4, 2, 1, 1, 8)

const values: Value[] = [
  ['nn.TransformerEncoderLayer(4, 2, activation="tanh")', () => new nn.TransformerEncoderLayer(4, 2, { activation: 'tanh' as 'relu' })],
  ['nn.TransformerDecoderLayer(4, 2, activation="constructor")', () => new nn.TransformerDecoderLayer(4, 2, { activation: 'constructor' as 'relu' })],
  ['nn.TransformerEncoderLayer(4, 3)', () => new nn.TransformerEncoderLayer(4, 3)],
  ['nn.TransformerEncoderLayer(4, 2, dropout=2)', () => new nn.TransformerEncoderLayer(4, 2, { dropout: 2 })],
  [`${LAYER})(torch.ones(2, 3, 4), torch.ones(3, 3, dtype=torch.int64))`,
    () => layer()(torch.ones(2, 3, 4), torch.ones([3, 3], { dtype: torch.int64 }))],
  ['nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 1.5)', () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 1.5)],
  ['nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 0, enable_nested_tensor=False)(torch.ones(2, 3, 4))',
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 0, { enable_nested_tensor: false })(torch.ones(2, 3, 4))],
  ['nn.TransformerEncoder(nn.Linear(4, 4), 1, None, False)(torch.ones(2, 3, 4))',
    () => (new nn.TransformerEncoder(new nn.Linear(4, 4), 1, null, false) as nn.Module)(torch.ones(2, 3, 4))],
  ['nn.TransformerDecoder(nn.Linear(4, 4), 1)(torch.ones(2, 3, 4), torch.ones(2, 3, 4))',
    () => new nn.TransformerDecoder(new nn.Linear(4, 4), 1)(torch.ones(2, 3, 4), torch.ones(2, 3, 4))],
  [`${LAYER})(torch.ones(2, 3, 4), 3)`, () => layer()(torch.ones(2, 3, 4), 3 as unknown as torch.Tensor)],
  [`${LAYER})(torch.ones(2, 3, 4), None, "x")`, () => layer()(torch.ones(2, 3, 4), null, 'x' as unknown as torch.Tensor)],
  ['nn.Transformer(4, 2, 1, 1, 8)(torch.ones(3, 2, 4), torch.ones(3, 1, 4))', () => transformer()(torch.ones(3, 2, 4), torch.ones(3, 1, 4))],
  ['nn.Transformer(4, 2, 1, 1, 8)(torch.ones(3, 2, 4), torch.ones(3, 2, 5))', () => transformer()(torch.ones(3, 2, 4), torch.ones(3, 2, 5))],
  ['nn.Transformer(4, 2, 1, 1, 8, batch_first=True)(torch.ones(1, 2, 4), torch.ones(2, 2, 4))',
    () => new nn.Transformer(4, 2, 1, 1, 8, first)(torch.ones(1, 2, 4), torch.ones(2, 2, 4))],
  ['nn.Transformer.generate_square_subsequent_mask(3)', () => generate_square_subsequent_mask(3)],
  ['nn.Transformer.generate_square_subsequent_mask(0, dtype=torch.float64)', () => generate_square_subsequent_mask(0, { dtype: torch.float64 })],
  [`${ADAPTIVE}.log_prob(torch.randn(3, 8))`, () => softmax().log_prob(randn(3, 8))],
  [`${ADAPTIVE}.predict(torch.randn(30, 8))`, () => softmax().predict(randn(30, 8))],
  [`${ADAPTIVE}.predict(torch.randn(9, 8) * 0 - 1)`, () => softmax().predict(randn(9, 8).mul(0).sub(1))],
  [`${ADAPTIVE}(torch.ones(2, 8), torch.tensor([1]))`, () => softmax()(torch.ones(2, 8), torch.tensor([1n]))],
  [`${ADAPTIVE}(torch.ones(1, 1, 8), torch.tensor([1]))`, () => softmax()(torch.ones(1, 1, 8), torch.tensor([1n]))],
  [`${ADAPTIVE}(torch.ones(1, 8), torch.tensor(1))`, () => softmax()(torch.ones(1, 8), torch.tensor(1n))],
  [`${ADAPTIVE}(torch.ones(1, 8), torch.tensor([[1]]))`, () => softmax()(torch.ones(1, 8), torch.tensor([[1n]]))],
  [`${ADAPTIVE}(torch.ones(2, 8), torch.tensor([1, 10]))`, () => softmax()(torch.ones(2, 8), torch.tensor([1n, 10n]))],
  ['nn.AdaptiveLogSoftmaxWithLoss(8, 10, [])', () => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [])],
  ...[[5, 2], [0, 2], [2, 10], [2, 2], [2, 3.5]].map((cutoffs): Value => [
    `nn.AdaptiveLogSoftmaxWithLoss(8, 10, ${JSON.stringify(cutoffs)})`, () => new nn.AdaptiveLogSoftmaxWithLoss(8, 10, cutoffs)]),
]

describe('transformers', () => {
  compare_with_python('transformers', [...layers, ...stacks, ...adaptive], values)

  it('takes an encoder and a decoder in place of its own', () => {
    const options = { d_model: 4, nhead: 2, custom_encoder: new Doubling(), custom_decoder: new nn.Bilinear(4, 4, 4) }
    const own = new nn.Transformer<Doubling, nn.Bilinear>(options)
    const children = [...own.named_children()].map(([name, child]) => `${name}: ${child._get_name()}`)
    expect(children).toEqual(['encoder: Doubling', 'decoder: Bilinear'])
    expect(own.decoder.in1_features).toBe(4)
  })

  it('takes layers of another class', () => {
    const stack = new nn.TransformerEncoder(new Doubling(), 2, { enable_nested_tensor: false })
    expect(stack.layers.at(1)(torch.ones(2)).tolist()).toEqual([2, 2])
    expect([...stack.parameters()]).toEqual([])
  })

  it('consists of copies, which share nothing', () => {
    const one = layer()
    const stack = new nn.TransformerEncoder(one, 2)
    torch.no_grad(() => stack.layers.at(0).linear1.weight.zero_())
    expect(one.linear1.weight.eq(0).any().item()).toBe(false)
    expect(stack.layers.at(1).linear1.weight.equal(one.linear1.weight)).toBe(true)
    expect(stack.layers.at(1).activation).toBe(F.relu)
  })

  it('calls the hooks within a layer, in place of the fused way', () => {
    const one = layer().eval()
    const x = randn(2, 3, 4)
    const calls: string[] = []
    const fused = torch.no_grad(() => one(x))
    const handle = one.linear1.register_forward_hook(() => void calls.push('linear1'))
    const apart = torch.no_grad(() => one(x))
    expect(calls).toEqual(['linear1'])
    expect(apart.allclose(fused, 1e-5, 1e-6)).toBe(true)
    handle.remove()
    expect(torch.no_grad(() => one(x)).equal(fused)).toBe(true)
    expect(calls).toEqual(['linear1'])
  })

  it('leaves zeros for the padding, in the fused way', () => {
    const stack = new nn.TransformerEncoder(layer(), 1).eval()
    const output = torch.no_grad(() => stack(randn(2, 3, 4), { src_key_padding_mask: padding() }))
    expect(output.eq(0).all(-1).tolist()).toEqual([[false, false, true], [false, true, true]])
  })
})

describe('nn.AdaptiveLogSoftmaxWithLoss', () => {
  it('gives its results by name and place', () => {
    const result = softmax()(randn(2, 8), torch.tensor([1n, 7n]))
    const [output, loss] = result
    expect(output).toBe(result.output)
    expect(loss).toBe(result.loss)
    expect(String(result)).toMatch(/^_ASMoutput\(output=tensor\(\[.*\], grad_fn=<AddBackward0>\), loss=tensor\(.*, grad_fn=<MeanBackward0>\)\)$/)
  })

  it('draws its parameters anew', () => {
    torch.manual_seed(3)
    const one = softmax()
    const before = one.state_dict({ keep_vars: false })
    const saved = Object.values(before).map(tensor => tensor.clone())
    torch.manual_seed(3)
    one.reset_parameters()
    expect(Object.values(one.state_dict()).every((tensor, i) => tensor.equal(saved[i]))).toBe(true)
  })
})
