// Compile-only: attention and transformers give what their forward gives, and refuse keywords and types that they do not know.
import torch, { nn } from 'torch-ts'

const x = torch.ones(2, 3, 4)
const attention = new nn.MultiheadAttention(4, 2, { batch_first: true })
const [output, weights] = attention(x, x, x, { need_weights: false })
export const tensors: [torch.Tensor, torch.Tensor | null] = [output, weights]

const stack = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { activation: new nn.GELU() }), 2)
export const encoded: torch.Tensor = stack(x, { is_causal: true })
export const weight: nn.Parameter = stack.layers.at(0).linear1.weight

class Decoder extends nn.Module {
  forward(tgt: torch.Tensor): torch.Tensor {
    return tgt
  }
}
const custom = new nn.Transformer<nn.TransformerEncoder, Decoder>({ d_model: 4, nhead: 2, custom_decoder: new Decoder() })
export const decoder: Decoder = custom.decoder
export const decoded: torch.Tensor = custom(x, x, { tgt_mask: nn.Transformer.generate_square_subsequent_mask(3) })

const softmax = new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [2, 5])
export const loss: torch.Tensor = softmax(torch.ones(1, 8), torch.tensor([1n])).loss

// @ts-expect-error -- no such keyword
attention(x, x, x, { mask: x })
// @ts-expect-error -- a value is missing
attention(x, x)
// @ts-expect-error -- no such activation
export const layer = new nn.TransformerEncoderLayer(4, 2, { activation: 'tanh' })
