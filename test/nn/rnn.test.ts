// Recurrent layers and packed sequences beside Python's: values, gradients and messages; warnings, copies and conversions.
import { inspect } from 'node:util'
import torch, { nn } from 'torch-ts'
import { type Run, type Value, compare_with_python } from '../helpers/beside_python'
import { captured_warnings } from '../helpers/warnings'

const { RuntimeError } = torch
const { rnn } = nn.utils
const { PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence, unpack_sequence, unpad_sequence } = rnn

const randn = (...size: number[]): torch.Tensor => torch.randn(size)
const three = (): torch.Tensor[] => [torch.randn(2, 3), torch.randn(4, 3), torch.randn(1, 3)]
const sort_here = { enforce_sorted: false }

// The tables below write `rnn` for nn.utils.rnn, and `three` for three().
function in_python<Row extends readonly [string, ...unknown[]]>([code, ...rest]: Row): Row {
  const [rnn_code, three_code] = ['nn.utils.rnn.', '[torch.randn(2, 3), torch.randn(4, 3), torch.randn(1, 3)]']
  return [code.replace(/\brnn\./g, rnn_code).replace(/\bthree\b/g, three_code), ...rest] as unknown as Row
}

const runs: Run[] = [
  ['nn.RNN(3, 4) | torch.randn(5, 2, 3)', () => new nn.RNN(3, 4), () => [randn(5, 2, 3)]],
  ['nn.RNN(3, 4, 2, "relu", bidirectional=True) | torch.randn(5, 2, 3), torch.randn(4, 2, 4)',
    () => new nn.RNN(3, 4, 2, 'relu', { bidirectional: true }), () => [randn(5, 2, 3), randn(4, 2, 4)]],
  ['nn.RNN(3, 4, batch_first=True) | torch.randn(2, 5, 3), torch.randn(1, 2, 4)',
    () => new nn.RNN(3, 4, { batch_first: true }), () => [randn(2, 5, 3), randn(1, 2, 4)]],
  ['nn.RNN(3, 4, batch_first=True) | torch.randn(5, 3), torch.randn(1, 4)',
    () => new nn.RNN(3, 4, { batch_first: true }), () => [randn(5, 3), randn(1, 4)]],
  ['nn.RNN(3, 4, 2, dropout=0.5) | torch.randn(5, 2, 3)', () => new nn.RNN(3, 4, 2, { dropout: 0.5 }), () => [randn(5, 2, 3)]],
  ['nn.RNN(3, 4, nonlinearity="relu") | rnn.pack_sequence(three, enforce_sorted=False), torch.randn(1, 3, 4)',
    () => new nn.RNN(3, 4, { nonlinearity: 'relu' }), () => [pack_sequence(three(), sort_here), randn(1, 3, 4)]],
  ['nn.LSTM(3, 4, 2, bidirectional=True) | torch.randn(5, 2, 3)',
    () => new nn.LSTM(3, 4, 2, { bidirectional: true }), () => [randn(5, 2, 3)]],
  ['nn.LSTM(3, 4, 2, dropout=0.3, proj_size=2) | torch.randn(5, 2, 3), (torch.randn(2, 2, 2), torch.randn(2, 2, 4))',
    () => new nn.LSTM(3, 4, 2, { dropout: 0.3, proj_size: 2 }), () => [randn(5, 2, 3), [randn(2, 2, 2), randn(2, 2, 4)]]],
  ['nn.LSTM(3, 4, bias=False) | torch.randn(5, 3), (torch.randn(1, 4), torch.randn(1, 4))',
    () => new nn.LSTM(3, 4, { bias: false }), () => [randn(5, 3), [randn(1, 4), randn(1, 4)]]],
  ['nn.LSTM(3, 4, bidirectional=True, proj_size=3) | rnn.pack_sequence(three, enforce_sorted=False)',
    () => new nn.LSTM(3, 4, { bidirectional: true, proj_size: 3 }), () => [pack_sequence(three(), sort_here)]],
  ['nn.LSTM(3, 4) | rnn.pack_padded_sequence(torch.randn(4, 2, 3), [4, 2]), (torch.randn(1, 2, 4), torch.randn(1, 2, 4))',
    () => new nn.LSTM(3, 4), () => [pack_padded_sequence(randn(4, 2, 3), [4, 2]), [randn(1, 2, 4), randn(1, 2, 4)]]],
  ['nn.LSTM(3, 4, 2, dtype=torch.float64) | torch.randn(5, 2, 3).double()',
    () => new nn.LSTM(3, 4, 2, { dtype: torch.float64 }), () => [randn(5, 2, 3).double()]],
  ['nn.GRU(3, 4, 2, bidirectional=True, batch_first=True) | torch.randn(2, 5, 3)',
    () => new nn.GRU(3, 4, 2, { bidirectional: true, batch_first: true }), () => [randn(2, 5, 3)]],
  ['nn.GRU(3, 4, 3, dropout=0.2) | torch.randn(5, 3), torch.randn(3, 4)',
    () => new nn.GRU(3, 4, 3, { dropout: 0.2 }), () => [randn(5, 3), randn(3, 4)]],
  ['nn.GRU(3, 4, bias=False) | rnn.pack_sequence(three, enforce_sorted=False), torch.randn(1, 3, 4)',
    () => new nn.GRU(3, 4, { bias: false }), () => [pack_sequence(three(), sort_here), randn(1, 3, 4)]],
  ['nn.RNNCell(3, 4) | torch.randn(2, 3)', () => new nn.RNNCell(3, 4), () => [randn(2, 3)]],
  ['nn.RNNCell(3, 4, nonlinearity="relu") | torch.randn(3), torch.randn(4)',
    () => new nn.RNNCell(3, 4, { nonlinearity: 'relu' }), () => [randn(3), randn(4)]],
  ['nn.LSTMCell(3, 4) | torch.randn(2, 3)', () => new nn.LSTMCell(3, 4), () => [randn(2, 3)]],
  ['nn.LSTMCell(3, 4, bias=False) | torch.randn(3), (torch.randn(4), torch.randn(4))',
    () => new nn.LSTMCell(3, 4, { bias: false }), () => [randn(3), [randn(4), randn(4)]]],
  ['nn.GRUCell(3, 4) | torch.randn(2, 3), torch.randn(2, 4)', () => new nn.GRUCell(3, 4), () => [randn(2, 3), randn(2, 4)]],
  ['nn.GRUCell(3, 4) | torch.randn(3)', () => new nn.GRUCell(3, 4), () => [randn(3)]],
]

const tri = (): torch.Tensor[] => [torch.tensor([1, 2, 3]), torch.tensor([4, 5]), torch.tensor([6])]
const rows = (): torch.Tensor => torch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
const TRI = '[torch.tensor([1., 2, 3]), torch.tensor([4., 5]), torch.tensor([6.])]'
const ROWS = 'torch.tensor([[1., 2, 0], [3, 0, 0], [4, 5, 6]])'

const values: Value[] = [
  [`repr(rnn.pack_sequence(${TRI}))`, () => String(pack_sequence(tri()))],
  [`repr(rnn.pack_sequence(${TRI}[::-1], enforce_sorted=False))`, () => String(pack_sequence(tri().reverse(), sort_here))],
  [`repr(rnn.pack_padded_sequence(${ROWS}, [2, 1, 3], batch_first=True, enforce_sorted=False))`,
    () => String(pack_padded_sequence(rows(), [2, 1, 3], { batch_first: true, enforce_sorted: false }))],
  [`repr(rnn.pack_padded_sequence(${ROWS}, torch.tensor([3., 2, 2])))`,
    () => String(pack_padded_sequence(rows(), torch.tensor([3, 2, 2])))],
  [`rnn.pad_packed_sequence(rnn.pack_sequence(${TRI}[::-1], enforce_sorted=False), True, -1.0, total_length=4)`,
    () => pad_packed_sequence(pack_sequence(tri().reverse(), sort_here), true, -1, { total_length: 4 })],
  [`rnn.pad_packed_sequence(rnn.pack_sequence(${TRI}))`, () => pad_packed_sequence(pack_sequence(tri()))],
  [`rnn.pad_sequence(${TRI})`, () => pad_sequence(tri())],
  [`rnn.pad_sequence(iter(${TRI}), batch_first=True, padding_value=0.5, padding_side="left")`,
    () => pad_sequence(tri().values(), { batch_first: true, padding_value: 0.5, padding_side: 'left' })],
  ['rnn.pad_sequence(torch.ones(2, 3))', () => pad_sequence(torch.ones(2, 3))],
  [`rnn.unpad_sequence(rnn.pad_sequence(${TRI}), torch.tensor([3, 2, 1]))`,
    () => unpad_sequence(pad_sequence(tri()), torch.tensor([3n, 2n, 1n]))],
  [`rnn.unpack_sequence(rnn.pack_sequence(${TRI}[::-1], enforce_sorted=False))`,
    () => unpack_sequence(pack_sequence(tri().reverse(), sort_here))],
  ['rnn.invert_permutation(torch.tensor([2, 0, 1]))', () => rnn.invert_permutation(torch.tensor([2n, 0n, 1n]))],
  ['rnn.invert_permutation(None)', () => rnn.invert_permutation(null)],
  ['repr(rnn.PackedSequence(torch.ones(3), torch.tensor([2, 1])))',
    () => String(new PackedSequence(torch.ones(3), torch.tensor([2n, 1n])))],
  ['repr(rnn.PackedSequence((torch.ones(3), torch.tensor([2, 1])), sorted_indices=torch.tensor([1, 0])))',
    () => String(new PackedSequence([torch.ones(3), torch.tensor([2n, 1n])], { sorted_indices: torch.tensor([1n, 0n]) }))],
  [`repr(rnn.pack_sequence(${TRI}).to(torch.int32))`, () => String(pack_sequence(tri()).to(torch.int32))],
  [`repr(rnn.pack_sequence(${TRI}[::-1], enforce_sorted=False).half())`,
    () => String(pack_sequence(tri().reverse(), sort_here).half())],
]

const zeros = torch.zeros
const failures: Value[] = [
  ['nn.LSTM(3, 4, dropout=1.5)', () => new nn.LSTM(3, 4, { dropout: 1.5 })],
  ['nn.LSTM(3, 4, dropout=True)', () => new nn.LSTM(3, 4, { dropout: true as never })],
  ['nn.LSTM(3, 4, dropout=float("nan"))', () => new nn.LSTM(3, 4, { dropout: NaN })],
  ['nn.GRU(3, 4, bias=1)', () => new nn.GRU(3, 4, { bias: 1 as never })],
  ['nn.GRU(3, 4, bias=None)', () => new nn.GRU(3, 4, { bias: null as never })],
  ['nn.GRU(3, 4, batch_first="yes")', () => new nn.GRU(3, 4, { batch_first: 'yes' as never })],
  ['nn.RNN(3.5, 4)', () => new nn.RNN(3.5, 4)],
  ['nn.RNN("3", 4)', () => new nn.RNN('3' as never, 4)],
  ['nn.RNN(0, 4)', () => new nn.RNN(0, 4)],
  ['nn.RNN(3, 4.5)', () => new nn.RNN(3, 4.5)],
  ['nn.RNN(3, -4)', () => new nn.RNN(3, -4)],
  ['nn.LSTM(3, 4, 0)', () => new nn.LSTM(3, 4, 0)],
  ['nn.LSTM(3, 4, 1.5)', () => new nn.LSTM(3, 4, 1.5)],
  ['nn.LSTM(3, 4, proj_size=-1)', () => new nn.LSTM(3, 4, { proj_size: -1 })],
  ['nn.LSTM(3, 4, proj_size=4)', () => new nn.LSTM(3, 4, { proj_size: 4 })],
  ['nn.GRU(3, 4, proj_size=2)', () => new nn.GRU(3, 4, { proj_size: 2 } as never)],
  ['nn.RNN(3, 4, proj_size=0)', () => new nn.RNN(3, 4, { proj_size: 0 } as never)],
  ['nn.RNN(3, 4, nonlinearity="sin")', () => new nn.RNN(3, 4, { nonlinearity: 'sin' as 'tanh' })],
  ['nn.RNNBase("CNN", 3, 4)', () => new nn.RNNBase('CNN' as 'GRU', 3, 4)],
  ['nn.RNNBase("GRU", 3, 4)(torch.zeros(2, 2, 3))', () => new nn.RNNBase('GRU', 3, 4)(zeros(2, 2, 3))],
  ['nn.RNN(3, 4)(torch.zeros(2))', () => new nn.RNN(3, 4)(zeros(2))],
  ['nn.LSTM(3, 4)(torch.zeros(2))', () => new nn.LSTM(3, 4)(zeros(2))],
  ['nn.GRU(3, 4)(torch.zeros(1, 1, 1, 1))', () => new nn.GRU(3, 4)(zeros(1, 1, 1, 1))],
  ['nn.RNN(3, 4)(torch.zeros(2, 2, 5))', () => new nn.RNN(3, 4)(zeros(2, 2, 5))],
  ['nn.RNN(3, 4)(torch.zeros(2, 2, 3).double())', () => new nn.RNN(3, 4)(zeros(2, 2, 3).double())],
  ['nn.RNN(3, 4)(torch.zeros(2, 2, 3), torch.zeros(1, 3, 4))', () => new nn.RNN(3, 4)(zeros(2, 2, 3), zeros(1, 3, 4))],
  ['nn.RNN(3, 4)(torch.zeros(2, 2, 3), torch.zeros(2, 4))', () => new nn.RNN(3, 4)(zeros(2, 2, 3), zeros(2, 4))],
  ['nn.GRU(3, 4)(torch.zeros(2, 3), torch.zeros(1, 2, 4))', () => new nn.GRU(3, 4)(zeros(2, 3), zeros(1, 2, 4))],
  ['nn.LSTM(3, 4)(torch.zeros(2, 2, 3), (torch.zeros(1, 2, 4), torch.zeros(2, 4)))',
    () => new nn.LSTM(3, 4)(zeros(2, 2, 3), [zeros(1, 2, 4), zeros(2, 4)])],
  ['nn.LSTM(3, 4)(torch.zeros(2, 3), (torch.zeros(1, 4), torch.zeros(1, 1, 4)))',
    () => new nn.LSTM(3, 4)(zeros(2, 3), [zeros(1, 4), zeros(1, 1, 4)])],
  ['nn.LSTM(3, 4)(torch.zeros(2, 2, 3), (torch.zeros(1, 3, 4), torch.zeros(1, 2, 4)))',
    () => new nn.LSTM(3, 4)(zeros(2, 2, 3), [zeros(1, 3, 4), zeros(1, 2, 4)])],
  ['nn.LSTM(3, 4, proj_size=2)(torch.zeros(2, 2, 3), (torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)))',
    () => new nn.LSTM(3, 4, { proj_size: 2 })(zeros(2, 2, 3), [zeros(1, 2, 2), zeros(1, 2, 2)])],
  ['nn.LSTM(3, 4)(torch.zeros(2, 2, 3), (torch.zeros(1, 2, 4),))',
    () => new nn.LSTM(3, 4)(zeros(2, 2, 3), [zeros(1, 2, 4)] as never)],
  ['nn.LSTM(3, 4)(torch.zeros(2, 2, 3), torch.zeros(2, 2, 4))', () => new nn.LSTM(3, 4)(zeros(2, 2, 3), zeros(2, 2, 4) as never)],
  ['nn.RNN(3, 4)(rnn.pack_sequence([torch.zeros(2, 5)]))', () => new nn.RNN(3, 4)(pack_sequence([zeros(2, 5)]))],
  ['nn.RNN(3, 4)(rnn.pack_sequence([torch.zeros(2, 3)]), torch.zeros(1, 2, 4))',
    () => new nn.RNN(3, 4)(pack_sequence([zeros(2, 3)]), zeros(1, 2, 4))],
  ['nn.RNN(3, 4)(rnn.pack_sequence([torch.zeros(2)]))', () => new nn.RNN(3, 4)(pack_sequence([zeros(2)]))],
  ['nn.RNNCell(3, 4)(torch.zeros(1, 1, 3))', () => new nn.RNNCell(3, 4)(zeros(1, 1, 3))],
  ['nn.RNNCell(3, 4)(torch.zeros(3), torch.zeros(()))', () => new nn.RNNCell(3, 4)(zeros(3), zeros([]))],
  ['nn.RNNCell(3, 4)(torch.zeros(2, 5))', () => new nn.RNNCell(3, 4)(zeros(2, 5))],
  ['nn.RNNCell(3, 4, nonlinearity="sin")(torch.zeros(3))',
    () => new nn.RNNCell(3, 4, { nonlinearity: 'sin' as 'tanh' })(zeros(3))],
  ['nn.GRUCell(3, 4)(torch.zeros(3), torch.zeros(1, 1, 4))', () => new nn.GRUCell(3, 4)(zeros(3), zeros(1, 1, 4))],
  ['nn.LSTMCell(3, 4)(torch.zeros(()))', () => new nn.LSTMCell(3, 4)(zeros([]))],
  ['nn.LSTMCell(3, 4)(torch.zeros(3), (torch.zeros(4), torch.zeros(1, 1, 4)))',
    () => new nn.LSTMCell(3, 4)(zeros(3), [zeros(4), zeros(1, 1, 4)])],
  ['nn.LSTMCell(3, 4)(torch.zeros(3), (torch.zeros(4),))', () => new nn.LSTMCell(3, 4)(zeros(3), [zeros(4)] as never)],
  ['nn.LSTMCell(3, 4)(torch.zeros(2, 3), (torch.zeros(3, 4), torch.zeros(3, 4)))',
    () => new nn.LSTMCell(3, 4)(zeros(2, 3), [zeros(3, 4), zeros(3, 4)])],
  [`rnn.pack_sequence(${TRI}[::-1])`, () => pack_sequence(tri().reverse())],
  ['rnn.pack_padded_sequence(torch.zeros(3, 2), [3, 0])', () => pack_padded_sequence(zeros(3, 2), [3, 0])],
  ['rnn.pack_padded_sequence(torch.zeros(3, 2), [3])', () => pack_padded_sequence(zeros(3, 2), [3])],
  [`rnn.pad_packed_sequence(rnn.pack_sequence(${TRI}), total_length=2)`,
    () => pad_packed_sequence(pack_sequence(tri()), { total_length: 2 })],
  ['rnn.pad_sequence(3)', () => pad_sequence(3 as never)],
  ['rnn.pad_sequence([])', () => pad_sequence([])],
  ['rnn.pad_sequence([torch.ones(2)], padding_side="top")',
    () => pad_sequence([torch.ones(2)], { padding_side: 'top' as 'left' })],
  ['rnn.unpad_sequence(torch.ones(2, 3), torch.tensor([1, 2]))', () => unpad_sequence(torch.ones(2, 3), torch.tensor([1n, 2n]))],
  ['rnn.unpad_sequence(torch.ones(2, 3), torch.tensor([1, 2, 2]), True)',
    () => unpad_sequence(torch.ones(2, 3), torch.tensor([1n, 2n, 2n]), true)],
  ['rnn.PackedSequence(torch.ones(2))', () => new PackedSequence(torch.ones(2))],
  ['rnn.PackedSequence(torch.ones(2), torch.ones(2, dtype=torch.int64, device="meta"))',
    () => new PackedSequence(torch.ones(2), torch.ones([2], { dtype: torch.int64, device: 'meta' }))],
]

describe('beside Python', () => {
  compare_with_python('test/nn/rnn', runs.map(in_python), [...values, ...failures].map(in_python))
})

describe('recurrent layers', () => {
  it('warn of dropout in a single layer', async () => {
    const expected_warning = 'UserWarning: dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers '
      + 'greater than 1, but got dropout=0.25 and num_layers=1'
    expect(await captured_warnings(() => new nn.GRU(3, 4, { dropout: 0.25 }))).toEqual([expected_warning])
    expect(await captured_warnings(() => new nn.GRU(3, 4, 2, { dropout: 0.25 }))).toEqual([])
  })

  it('give their weights by layer and direction', () => {
    const lstm = new nn.LSTM(3, 4, 2, { bidirectional: true, proj_size: 2 })
    const layer = (suffix: string) => ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'].map(name => `${name}_l${suffix}`)
    const names = ['0', '0_reverse', '1', '1_reverse'].map(layer)
    expect(lstm.all_weights.map(weights => weights.length)).toEqual([5, 5, 5, 5])
    expect(lstm.all_weights.flat().every((weight, i) => weight === lstm.get_parameter(names.flat()[i]!))).toBe(true)
    expect(lstm.weight_hr_l1_reverse).toBe(lstm.all_weights[3]![4])
    expect([...lstm.weight_ih_l1.shape]).toEqual([16, 4])
  })

  it('use the weights that they have at the call', () => {
    const rnn_layer = new nn.RNN(1, 1, { bias: false })
    rnn_layer.weight_ih_l0 = new nn.Parameter(torch.tensor([[1]]))
    rnn_layer.weight_hh_l0 = new nn.Parameter(torch.tensor([[0]]))
    const [output, h_n] = rnn_layer(torch.tensor([[0.5], [1]]))
    expect(output.squeeze(1).tolist()).toEqual(torch.tensor([0.5, 1]).tanh().tolist())
    expect(h_n.equal(output.at(-1, null))).toBe(true)
  })

  it('can be converted, copied and loaded', () => {
    const lstm = new nn.LSTM(3, 4, 2).double()
    const input = torch.randn([5, 2, 3], { dtype: torch.float64 })
    const [output, [h_n, c_n]] = lstm(input)
    const copy = torch.copy.deepcopy(lstm)
    const loaded = new nn.LSTM(3, 4, 2, { dtype: torch.float64 })
    loaded.load_state_dict(lstm.state_dict())
    for (const other of [copy, loaded]) {
      expect(other.weight_ih_l0).not.toBe(lstm.weight_ih_l0)
      const [again, [h, c]] = other({ input })
      expect([again.equal(output), h.equal(h_n), c.equal(c_n)]).toEqual([true, true, true])
    }
  })

  it('take hx by keyword', () => {
    const gru = new nn.GRU(3, 4)
    const [input, hx] = [torch.randn(5, 2, 3), torch.randn(1, 2, 4)]
    expect(gru(input, { hx })[0].equal(gru(input, hx)[0])).toBe(true)
    expect(() => gru(input, { h: hx } as never)).toThrow(new TypeError("GRU.forward() got an unexpected keyword argument 'h'"))
  })

  it('check packed sequences for LSTM as for the others', () => {
    const packed = pack_sequence([torch.ones(2, 3)])
    const wrong_size = new RuntimeError('input.size(-1) must be equal to input_size. Expected 5, got 3')
    expect(() => new nn.LSTM(5, 4)(packed)).toThrow(wrong_size)
    const wrong_state = new RuntimeError('Expected hidden[0] size (1, 1, 4), got [1, 5, 4]')
    expect(() => new nn.LSTM(3, 4)(packed, [zeros(1, 5, 4), zeros(1, 1, 4)])).toThrow(wrong_state)
  })

  it('refuse a weight of another size', () => {
    const lstm = new nn.LSTM(3, 4, { bidirectional: true })
    lstm.weight_hh_l0_reverse = new nn.Parameter(torch.zeros(2, 2))
    expect(() => lstm(zeros(5, 3))).toThrow(new RuntimeError('Expected weight_hh_l0_reverse size (16, 4), got [2, 2]'))
  })

  it('give a packed sequence for a packed sequence, in the order of the input', () => {
    const gru = new nn.GRU(3, 4)
    const sequences = three()
    const [packed, h_n] = gru(pack_sequence(sequences, sort_here))
    const outputs = unpack_sequence(packed)
    sequences.forEach((sequence, i) => {
      const [output, h] = gru(sequence)
      expect([outputs[i]!.allclose(output, { atol: 1e-6 }), h_n.at(':', i).allclose(h, { atol: 1e-6 })]).toEqual([true, true])
    })
  })
})

describe('nn.utils.rnn', () => {
  it('has packed sequences that are tuples too', () => {
    const packed = pack_sequence(tri().reverse(), sort_here)
    const [data, batch_sizes, sorted_indices, unsorted_indices] = packed
    expect([data === packed.data, batch_sizes === packed.batch_sizes]).toEqual([true, true])
    expect([sorted_indices === packed.sorted_indices, unsorted_indices === packed.unsorted_indices]).toEqual([true, true])
    expect(packed).toHaveLength(4)
    expect(packed[1]).toBe(packed.batch_sizes)
    expect(inspect(packed)).toBe(String(packed))
    expect(torch.copy.deepcopy(packed).data.equal(packed.data)).toBe(true)
  })

  it('gives the same packed sequence where there is nothing to convert', () => {
    const packed = pack_sequence(tri())
    expect(packed.float()).toBe(packed)
    expect(packed.cpu()).toBe(packed)
    expect([packed.is_cuda, packed.is_pinned()]).toEqual([false, false])
    const others = [packed.double(), packed.half(), packed.long(), packed.int(), packed.short(), packed.char(), packed.byte()]
    const dtypes = ['float64', 'float16', 'int64', 'int32', 'int16', 'int8', 'uint8']
    expect(others.map(other => other.data.dtype.name)).toEqual(dtypes)
    expect(packed.double().batch_sizes).toBe(packed.batch_sizes)
  })

  it('transposes what unpad_sequence is given, as Python does', () => {
    const padded = pad_sequence(tri())
    unpad_sequence(padded, torch.tensor([3n, 2n, 1n]))
    expect(padded.equal(pad_sequence(tri(), { batch_first: true }))).toBe(true)
  })
})
