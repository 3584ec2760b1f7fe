// How recurrent layers run: the checks and calls of forward in torch.nn.modules.rnn.
import { is_tensor } from '../../_dispatch'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { tuple_repr } from '../../_python_format'
import { zeros } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { PackedSequence } from '../utils/rnn'
import { get_attr } from './_members'
import type { RNNBase } from './rnn'

/** What a layer computes. */
export type RNNMode = 'LSTM' | 'GRU' | 'RNN_TANH' | 'RNN_RELU'

/** How many gates are stacked in the weights. */
export const GATES: Readonly<Record<RNNMode, number>> = { LSTM: 4, GRU: 3, RNN_TANH: 1, RNN_RELU: 1 }
const operators = { LSTM: aten('lstm'), GRU: aten('gru'), RNN_TANH: aten('rnn_tanh'), RNN_RELU: aten('rnn_relu') }

/** The weights of one layer in each direction, with their sizes. */
export function sizes_of(layer: RNNBase, number: number): [name: string, size: number[]][] {
  const { mode, input_size, hidden_size, proj_size } = layer
  const gates = GATES[mode] * hidden_size
  const output_size = proj_size > 0 ? proj_size : hidden_size
  const width = number === 0 ? input_size : output_size * (layer.bidirectional ? 2 : 1)
  const sizes: [string, number[]][] = [['weight_ih', [gates, width]], ['weight_hh', [gates, output_size]]]
  if (layer.bias) sizes.push(['bias_ih', [gates]], ['bias_hh', [gates]])
  if (proj_size > 0) sizes.push(['weight_hr', [proj_size, hidden_size]])
  return sizes
}

// The hidden state, and LSTM's cell state after it.
type States = readonly Tensor[]

function zero_states(layer: RNNBase, batch: number, { dtype, device }: Tensor): States {
  const { mode, hidden_size, proj_size } = layer
  const count = layer.num_layers * (layer.bidirectional ? 2 : 1)
  const hidden = zeros([count, batch, proj_size > 0 ? proj_size : hidden_size], { dtype, device })
  return mode === 'LSTM' ? [hidden, zeros([count, batch, hidden_size], { dtype, device })] : [hidden]
}

function check_input(layer: RNNBase, input: Tensor, dims: number): void {
  const dtype = layer._flat_weights[0]?.dtype
  if (dtype !== undefined && input.dtype !== dtype) {
    throw new ValueError(`RNN input dtype (${String(input.dtype)}) does not match weight dtype (${String(dtype)}). `
      + `Convert input: input.to(${String(dtype)}), or convert model: model.to(${String(input.dtype)})`)
  }
  if (input.dim() !== dims) throw new RuntimeError(`input must have ${dims} dimensions, got ${input.dim()}`)
  if (layer.input_size !== input.size(-1)) {
    throw new RuntimeError(`input.size(-1) must be equal to input_size. Expected ${layer.input_size}, got ${input.size(-1)}`)
  }
}

function is_same(shape: readonly number[], size: readonly number[]): boolean {
  return shape.length === size.length && size.every((value, dim) => value === shape[dim])
}

function check_states(layer: RNNBase, states: States, batch: number): void {
  const { mode, hidden_size, proj_size } = layer
  const count = layer.num_layers * (layer.bidirectional ? 2 : 1)
  states.forEach((state, i) => {
    const wanted = [count, batch, i === 0 && proj_size > 0 ? proj_size : hidden_size]
    if (is_same(state.shape, wanted)) return
    throw new RuntimeError(`Expected hidden${mode === 'LSTM' ? `[${i}]` : ''} size ${tuple_repr(wanted)}, got [${state.shape.join(', ')}]`)
  })
}

function check_dims(layer: RNNBase, input: Tensor, states: States | null): void {
  const dims = input.dim()
  const name = layer.mode.replace(/_.*/, '')
  if (dims !== 2 && dims !== 3) {
    throw new ValueError(`${name}: Expected input to be 2D or 3D, got ${dims}D${name === 'RNN' ? ' tensor' : ''} instead`)
  }
  if (states === null || states.every(state => state.dim() === dims)) return
  const found = states.map(state => `${state.dim()}-D`)
  const [which, got] = layer.mode === 'LSTM' ? ['hx and cx', `${tuple_repr(found)} tensors`] : ['hx', `${found[0]} tensor`]
  throw new RuntimeError(`For ${dims === 3 ? 'batched 3' : 'unbatched 2'}-D input, ${which} should also be ${dims}-D but got ${got}`)
}

function permuted(states: States, permutation: Tensor | null): States {
  return permutation === null ? states : states.map(state => state.index_select(1, permutation))
}

// oneDNN, which computes LSTM, reads beyond a weight that is too small. The other operators check them.
function check_weights(layer: RNNBase): void {
  const directions = layer.bidirectional ? 2 : 1
  layer._all_weights.forEach((names, i) => {
    for (const [place, [, size]] of sizes_of(layer, Math.floor(i / directions)).entries()) {
      const name = names[place]!
      const weight = get_attr(layer, name)
      if (!is_tensor(weight)) continue // the operator tells
      const { shape } = weight as Tensor
      if (!is_same(shape, size)) throw new RuntimeError(`Expected ${name} size ${tuple_repr(size)}, got [${shape.join(', ')}]`)
    }
  })
}

function compute(layer: RNNBase, input: Tensor, states: States, batch_sizes: Tensor | null): [Tensor, ...States] {
  const { mode, bias, num_layers, dropout, training, bidirectional } = layer
  if (mode === 'LSTM') check_weights(layer)
  const settings = [layer._flat_weights, bias, num_layers, dropout, training, bidirectional]
  const hx = mode === 'LSTM' ? states : states[0]
  const args = batch_sizes === null ? [input, hx, ...settings, layer.batch_first] : [input, batch_sizes, hx, ...settings]
  return operators[mode](args) as [Tensor, ...States]
}

function run_packed(layer: RNNBase, input: PackedSequence, given: States | null): [PackedSequence, States] {
  const { data, batch_sizes, sorted_indices, unsorted_indices } = input
  const batch = batch_sizes.at(0).item()
  const states = given === null ? zero_states(layer, batch, data) : permuted(given, sorted_indices)
  check_input(layer, data, 2) // Python's LSTM does not: oneDNN then reads beyond a weight that is too small
  check_states(layer, states, batch)
  const [output, ...after] = compute(layer, data, states, batch_sizes)
  return [new PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices), permuted(after, unsorted_indices)]
}

function run_padded(layer: RNNBase, input: Tensor, given: States | null): [Tensor, States] {
  check_dims(layer, input, given)
  const is_batched = input.dim() === 3
  const batch_dim = layer.batch_first ? 0 : 1
  const sequences = is_batched ? input : input.unsqueeze(batch_dim)
  const batch = sequences.size(batch_dim)
  const states = given === null ? zero_states(layer, batch, input) : is_batched ? given : given.map(state => state.unsqueeze(1))
  check_input(layer, sequences, 3)
  check_states(layer, states, batch)
  const [output, ...after] = compute(layer, sequences, states, null)
  return is_batched ? [output, after] : [output.squeeze(batch_dim), after.map(state => state.squeeze(1))]
}

/** What a layer takes and gives. */
export type Sequences = Tensor | PackedSequence

/** Runs a layer; `states` are hx, zeros if null. Gives the output and the states after it. */
export function run(layer: RNNBase, input: Sequences, states: States | null): [Sequences, States] {
  return input instanceof PackedSequence ? run_packed(layer, input, states) : run_padded(layer, input, states)
}
