// Compile-only: calls of recurrent layers give what they were given, a tensor or a packed sequence.
import torch, { nn } from 'torch-ts'

const lstm = new nn.LSTM(3, 4, { bidirectional: true })
const [output, [h_n, c_n]] = lstm(torch.ones(2, 3))
export const tensors: torch.Tensor[] = [output, h_n, c_n]

const packed = nn.utils.rnn.pack_sequence([torch.ones(2, 3)])
const [packed_output] = lstm(packed, { hx: [h_n, c_n] })
export const sequence: nn.utils.rnn.PackedSequence = packed_output
export const data: torch.Tensor = packed_output[0]

export const hidden: torch.Tensor = new nn.Sequential(new nn.GRU(3, 4))(torch.ones(2, 3))[1]
export const cell: [torch.Tensor, torch.Tensor] = new nn.LSTMCell(3, 4)(torch.ones(3), [torch.ones(4), torch.ones(4)])
export const weight: nn.Parameter = lstm.weight_ih_l0_reverse

// @ts-expect-error -- no tensor
lstm(3)
// @ts-expect-error -- only LSTM has projections
export const gru = new nn.GRU(3, 4, { proj_size: 2 })
// @ts-expect-error -- no such weight
export const none = lstm.weight_xh_l0
