// One step of a recurrent layer: the cells of torch.nn.modules.rnn.
import { type Args, arrange } from '../../_args'
import { IndexError, RuntimeError, ValueError } from '../../_errors'
import { gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell, zeros } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import type { DeviceOption, DtypeOption } from '../_types'
import * as init from '../init'
import type { Parameter } from '../parameter'
import { empty_parameter, set_parameters, text } from './_layer'
import { Module } from './module'

const base_names = ['input_size', 'hidden_size', 'bias', 'num_chunks', 'device', 'dtype'] as const
type BaseArgs = [input_size: number, hidden_size: number, bias: boolean, num_chunks: number, device?: DeviceOption, dtype?: DtypeOption]

/** What the cells share: their weights, of as many gates as num_chunks says. @see torch.nn.RNNCellBase */
export class RNNCellBase extends Module {
  input_size: number
  hidden_size: number
  bias: boolean
  declare weight_ih: Parameter
  declare weight_hh: Parameter
  declare bias_ih: Parameter | null
  declare bias_hh: Parameter | null

  constructor(...args: Args<BaseArgs, typeof base_names>) {
    super()
    const [input_size, hidden_size, bias, num_chunks, device, dtype] = arrange<BaseArgs>('RNNCellBase.__init__', base_names, 4, args)
    this.input_size = input_size
    this.hidden_size = hidden_size
    this.bias = bias
    const gates = num_chunks * hidden_size
    const make = (...size: number[]): Parameter => empty_parameter(size, { device, dtype })
    set_parameters(this, {
      weight_ih: make(gates, input_size), weight_hh: make(gates, hidden_size), bias_ih: bias ? make(gates) : null, bias_hh: bias ? make(gates) : null,
    })
    this.reset_parameters()
  }

  override get _forward_names() {
    return ['input', 'hx'] as const
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    const bound = this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0
    for (const weight of this.parameters()) init.uniform_(weight, 0 - bound, bound)
  }

  override extra_repr(): string {
    const { input_size, hidden_size, bias } = this
    return `${text(input_size)}, ${text(hidden_size)}${bias === true ? '' : `, bias=${text(bias)}`}`
  }
}

function check_dims(cell: RNNCellBase, what: string, { ndim }: Tensor): void {
  if (ndim !== 1 && ndim !== 2) throw new ValueError(`${cell._get_name()}: Expected ${what} to be 1D or 2D, got ${ndim}D instead`)
}

function zero_state(cell: RNNCellBase, input: Tensor): Tensor {
  return zeros([input.size(0), cell.hidden_size], { dtype: input.dtype, device: input.device })
}

type Weights = [w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null]

function weights_of({ weight_ih, weight_hh, bias_ih, bias_hh }: RNNCellBase): Weights {
  return [weight_ih, weight_hh, bias_ih, bias_hh]
}

// A step of a cell with one state, with or without a batch.
function step(cell: RNNCellBase, operator: (input: Tensor, hx: Tensor, ...weights: Weights) => Tensor, input: Tensor, hx: Tensor | null): Tensor {
  const is_batched = input.dim() === 2
  const batch = is_batched ? input : input.unsqueeze(0)
  const state = hx === null ? zero_state(cell, batch) : is_batched ? hx : hx.unsqueeze(0)
  const result = operator(batch, state, ...weights_of(cell))
  return is_batched ? result : result.squeeze(0)
}

const rnn_names = ['input_size', 'hidden_size', 'bias', 'nonlinearity', 'device', 'dtype'] as const
type RNNCellArgs = [input_size: number, hidden_size: number, bias?: boolean, nonlinearity?: 'tanh' | 'relu', device?: DeviceOption, dtype?: DtypeOption]

/**
 * One step of a recurrent network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`.
 *
 * Shape: input (N, input_size) or (input_size), hx (N, hidden_size) or (hidden_size), zeros by default → as hx.
 * Parameters: weight_ih (hidden_size, input_size), weight_hh (hidden_size, hidden_size), bias_ih and bias_hh (hidden_size), all from U(-k, k),
 * k = 1 / sqrt(hidden_size).
 * @param bias - whether b_ih and b_hh are there. Default: true.
 * @param nonlinearity - 'relu' in place of 'tanh'. Default: 'tanh'.
 * @see torch.nn.RNNCell
 */
export class RNNCell extends RNNCellBase {
  nonlinearity: 'tanh' | 'relu'

  constructor(...args: Args<RNNCellArgs, typeof rnn_names>) {
    const [input_size, hidden_size, bias = true, nonlinearity = 'tanh', device, dtype] = arrange<RNNCellArgs>('RNNCell.__init__', rnn_names, 2, args)
    super(input_size, hidden_size, bias, 1, device, dtype)
    this.nonlinearity = nonlinearity
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    check_dims(this, 'input', input)
    if (hx !== null) check_dims(this, 'hidden', hx)
    const operator = { tanh: rnn_tanh_cell, relu: rnn_relu_cell }[this.nonlinearity] as typeof rnn_tanh_cell | undefined
    if (operator === undefined) throw new RuntimeError(`Unknown nonlinearity: ${String(this.nonlinearity)}`)
    return step(this, operator, input, hx)
  }

  override extra_repr(): string {
    return super.extra_repr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${String(this.nonlinearity)}`)
  }
}

const cell_names = ['input_size', 'hidden_size', 'bias', 'device', 'dtype'] as const
type CellArgs = [input_size: number, hidden_size: number, bias?: boolean, device?: DeviceOption, dtype?: DtypeOption]

/**
 * One step of an {@link LSTM}, from `[h, c]` to the next pair.
 *
 * Shape: input (N, input_size) or (input_size), hx a pair of (N, hidden_size) or (hidden_size), zeros by default → as hx.
 * Parameters: as {@link RNNCell}'s, with 4 * hidden_size rows: the gates i, f, g, o.
 * @param bias - whether b_ih and b_hh are there. Default: true.
 * @see torch.nn.LSTMCell
 */
export class LSTMCell extends RNNCellBase {
  constructor(...args: Args<CellArgs, typeof cell_names>) {
    const [input_size, hidden_size, bias = true, device, dtype] = arrange<CellArgs>('LSTMCell.__init__', cell_names, 2, args)
    super(input_size, hidden_size, bias, 4, device, dtype)
  }

  forward(input: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    check_dims(this, 'input', input)
    const given = hx && [...hx]
    given?.forEach((state, i) => check_dims(this, `hx[${i}]`, state))
    if (given !== null && given.length < 2) throw new IndexError('tuple index out of range')
    const is_batched = input.dim() === 2
    const batch = is_batched ? input : input.unsqueeze(0)
    const states = given === null ? new Array<Tensor>(2).fill(zero_state(this, batch)) : is_batched ? given : given.map(state => state.unsqueeze(0))
    const [h, c] = lstm_cell(batch, states, ...weights_of(this))
    return is_batched ? [h, c] : [h.squeeze(0), c.squeeze(0)]
  }
}

/**
 * One step of a {@link GRU}.
 *
 * Shape: as {@link RNNCell}. Parameters: as RNNCell's, with 3 * hidden_size rows: the gates r, z, n.
 * @param bias - whether b_ih and b_hh are there. Default: true.
 * @see torch.nn.GRUCell
 */
export class GRUCell extends RNNCellBase {
  constructor(...args: Args<CellArgs, typeof cell_names>) {
    const [input_size, hidden_size, bias = true, device, dtype] = arrange<CellArgs>('GRUCell.__init__', cell_names, 2, args)
    super(input_size, hidden_size, bias, 3, device, dtype)
  }

  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    check_dims(this, 'input', input)
    if (hx !== null) check_dims(this, 'hidden', hx)
    return step(this, gru_cell, input, hx)
  }
}
