// Recurrent layers: torch.nn.modules.rnn. How they run is in _rnn_run.ts, the cells in _rnn_cells.ts.
import { type Args, arrange } from '../../_args'
import { is_kwargs } from '../../_dispatch'
import { IndexError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import type { DeviceOption, DtypeOption, FactoryKwargs } from '../_types'
import * as init from '../init'
import type { Parameter } from '../parameter'
import type { PackedSequence } from '../utils/rnn'
import { empty_parameter, float_text, set_parameters, text } from './_layer'
import { get_attr } from './_members'
import { GATES, type RNNMode, type Sequences, run, sizes_of } from './_rnn_run'
import { Module } from './module'

export { GRUCell, LSTMCell, RNNCell, RNNCellBase } from './_rnn_cells'

interface Settings extends FactoryKwargs {
  mode: RNNMode
  input_size: number
  hidden_size: number
  num_layers: number
  bias: boolean
  batch_first: boolean
  dropout: number
  bidirectional: boolean
  proj_size: number
}

function check_dropout({ dropout, num_layers }: Settings): void {
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
    throw new ValueError('dropout should be a number in range [0, 1] representing the probability of an element being zeroed')
  }
  if (dropout > 0 && num_layers === 1) {
    warn('dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, '
      + `but got dropout=${text(dropout)} and num_layers=${num_layers}`)
  }
}

function check_type(settings: Settings, name: 'bias' | 'batch_first' | 'input_size' | 'hidden_size', type: 'bool' | 'int'): void {
  const found = type_name(settings[name])
  if (found !== type) throw new TypeError(`${name} should be of type ${type}, got: ${found}`)
}

function check_settings(settings: Settings): void {
  const { mode, input_size, hidden_size, num_layers, proj_size } = settings
  check_dropout(settings)
  check_type(settings, 'bias', 'bool')
  check_type(settings, 'batch_first', 'bool')
  check_type(settings, 'input_size', 'int')
  if (input_size <= 0) throw new ValueError('input_size must be greater than zero')
  check_type(settings, 'hidden_size', 'int')
  if (hidden_size <= 0) throw new ValueError('hidden_size must be greater than zero')
  if (num_layers <= 0) throw new ValueError('num_layers must be greater than zero')
  if (proj_size < 0) throw new ValueError('proj_size should be a positive integer or zero to disable projections')
  if (proj_size >= hidden_size) throw new ValueError('proj_size has to be smaller than hidden_size')
  if (!Object.hasOwn(GATES, mode)) throw new ValueError(`Unrecognized RNN mode: ${String(mode)}`)
  const odd = [num_layers, proj_size].find(value => !Number.isInteger(value))
  if (odd !== undefined) throw new TypeError(`'${type_name(odd)}' object cannot be interpreted as an integer`)
}

const base_names = ['mode', 'input_size', 'hidden_size', 'num_layers', 'bias', 'batch_first', 'dropout', 'bidirectional', 'proj_size', 'device',
  'dtype'] as const
type BaseArgs = [mode: RNNMode, input_size: number, hidden_size: number, num_layers?: number, bias?: boolean, batch_first?: boolean,
  dropout?: number, bidirectional?: boolean, proj_size?: number, device?: DeviceOption, dtype?: DtypeOption]

const forward_names = ['input', 'hx'] as const
type ForwardNames = typeof forward_names
type WeightName = `${'weight_ih' | 'weight_hh' | 'weight_hr' | 'bias_ih' | 'bias_hh'}_l${number}`

/**
 * What RNN, LSTM and GRU share: their weights, in layers and directions.
 *
 * Shape: as {@link RNN}.
 * Parameters: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_hr_l0 if there is a projection; those of the backward direction
 * have the suffix _reverse; then those of layer 1, and so on. All are from U(-k, k), k = 1 / sqrt(hidden_size).
 * @throws {ValueError} for sizes that are not positive, or a dropout beyond [0, 1].
 * @see torch.nn.RNNBase
 */
export class RNNBase extends Module {
  [name: WeightName | `${WeightName}_reverse`]: Parameter
  mode: RNNMode
  input_size: number
  hidden_size: number
  num_layers: number
  bias: boolean
  batch_first: boolean
  dropout: number
  bidirectional: boolean
  proj_size: number
  /** The names of the weights of each layer and direction. @internal */
  readonly _all_weights: string[][] = []

  constructor(...args: Args<BaseArgs, typeof base_names>) {
    super()
    const [mode, input_size, hidden_size, num_layers = 1, bias = true, batch_first = false, dropout = 0, bidirectional = false, proj_size = 0,
      device, dtype] = arrange<BaseArgs>('RNNBase.__init__', base_names, 3, args)
    check_settings({ mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size })
    this.mode = mode
    this.input_size = input_size
    this.hidden_size = hidden_size
    this.num_layers = num_layers
    this.bias = bias
    this.batch_first = batch_first
    this.dropout = dropout
    this.bidirectional = bidirectional
    this.proj_size = proj_size
    for (let layer = 0; layer < num_layers; layer++) {
      add_weights(this, layer, '', { device, dtype })
      if (bidirectional) add_weights(this, layer, '_reverse', { device, dtype })
    }
    this.flatten_parameters()
    this.reset_parameters()
  }

  override get _forward_names(): ForwardNames {
    return forward_names
  }

  /** The weights in the order in which the operators take them; null where one is missing. @internal */
  get _flat_weights(): (Tensor | null)[] {
    return this._all_weights.flat().map(name => (get_attr(this, name) ?? null) as Tensor | null)
  }

  /** The weights of each layer and direction. */
  get all_weights(): Parameter[][] {
    return this._all_weights.map(names => names.map(name => get_attr(this, name) as Parameter))
  }

  /** Puts the weights next to each other in memory where that makes a device faster; on the CPU there is nothing to do. */
  flatten_parameters(): void {}

  override _apply(fn: (tensor: Tensor) => Tensor, recurse = true): this {
    super._apply(fn, recurse)
    this.flatten_parameters()
    return this
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    const bound = this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0
    for (const weight of this.parameters()) init.uniform_(weight, -bound, bound)
  }

  override extra_repr(): string {
    const { input_size, hidden_size, proj_size, num_layers, bias, batch_first, dropout, bidirectional } = this
    const others = [proj_size !== 0 && `proj_size=${proj_size}`, num_layers !== 1 && `num_layers=${num_layers}`, !bias && 'bias=False',
      batch_first && 'batch_first=True', dropout !== 0 && `dropout=${float_text(dropout)}`,
      bidirectional !== false && `bidirectional=${text(bidirectional)}`]
    return [input_size, hidden_size, ...others.filter(one => one !== false)].join(', ')
  }
}

function add_weights(layer: RNNBase, number: number, suffix: string, options: FactoryKwargs): void {
  const weights = sizes_of(layer, number).map(([name, size]) => [`${name}_l${number}${suffix}`, empty_parameter(size, options)] as const)
  set_parameters(layer, Object.fromEntries(weights))
  layer._all_weights.push(weights.map(([name]) => name))
}

function refuse_projection(args: readonly unknown[]): void {
  const last = args.at(-1)
  if (is_kwargs(last) && 'proj_size' in last) throw new ValueError('proj_size argument is only supported for LSTM, not RNN or GRU')
}

// ---- the layers ----

const rnn_names = ['input_size', 'hidden_size', 'num_layers', 'nonlinearity', 'bias', 'batch_first', 'dropout', 'bidirectional', 'device',
  'dtype'] as const
type RNNArgs = [input_size: number, hidden_size: number, num_layers?: number, nonlinearity?: 'tanh' | 'relu', bias?: boolean, batch_first?: boolean,
  dropout?: number, bidirectional?: boolean, device?: DeviceOption, dtype?: DtypeOption]

function rnn_settings(args: readonly unknown[]): [nonlinearity: 'tanh' | 'relu', base: BaseArgs] {
  refuse_projection(args)
  const [input_size, hidden_size, num_layers, nonlinearity = 'tanh', bias, batch_first, dropout, bidirectional, device, dtype]
    = arrange<RNNArgs>('RNNBase.__init__', rnn_names, 2, args)
  const mode = { tanh: 'RNN_TANH', relu: 'RNN_RELU' }[nonlinearity] as RNNMode | undefined
  if (mode === undefined) throw new ValueError(`Unknown nonlinearity '${String(nonlinearity)}'. Select from 'tanh' or 'relu'.`)
  return [nonlinearity, [mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype]]
}

export interface RNN {
  (...args: Args<[input: Tensor, hx?: Tensor | null], ForwardNames>): [output: Tensor, h_n: Tensor]
  (...args: Args<[input: PackedSequence, hx?: Tensor | null], ForwardNames>): [output: PackedSequence, h_n: Tensor]
}

/**
 * A recurrent network: `h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)` at each step t, in one or several layers.
 *
 * Shape: input (L, N, input_size), (N, L, input_size) with batch_first, (L, input_size) without a batch, or packed; hx
 * (D * num_layers, N, hidden_size), zeros by default → output (L, N, D * hidden_size), h_n as hx; D is 2 if bidirectional, else 1.
 * Parameters: see {@link RNNBase}.
 * @param num_layers - each layer takes the output of the one before. Default: 1.
 * @param nonlinearity - 'relu' in place of 'tanh'. Default: 'tanh'.
 * @param bias - whether b_ih and b_hh are there. Default: true.
 * @param batch_first - the batch is the first dimension of input and output, not of hx. Default: false.
 * @param dropout - the probability of dropping the outputs of each layer but the last. Default: 0.
 * @param bidirectional - a second direction that reads from the end. Default: false.
 * @see torch.nn.RNN
 */
export class RNN extends RNNBase {
  nonlinearity: 'tanh' | 'relu'

  constructor(...args: Args<RNNArgs, typeof rnn_names>) {
    const [nonlinearity, base] = rnn_settings(args)
    super(...base)
    this.nonlinearity = nonlinearity
  }

  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h_n: Tensor]
  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, h_n: Tensor]
  forward(input: Sequences, hx: Tensor | null = null): [output: Sequences, h_n: Tensor] {
    const [output, [h_n]] = run(this, input, hx && [hx])
    return [output, h_n!]
  }
}

const lstm_names = ['input_size', 'hidden_size', 'num_layers', 'bias', 'batch_first', 'dropout', 'bidirectional', 'proj_size', 'device',
  'dtype'] as const
type LSTMArgs = [input_size: number, hidden_size: number, num_layers?: number, bias?: boolean, batch_first?: boolean, dropout?: number,
  bidirectional?: boolean, proj_size?: number, device?: DeviceOption, dtype?: DtypeOption]
type Pair = readonly [h: Tensor, c: Tensor]

function pair_of(hx: Iterable<Tensor>): Pair {
  const [h, c] = hx
  if (h === undefined || c === undefined) throw new IndexError('tuple index out of range')
  return [h, c]
}

export interface LSTM {
  (...args: Args<[input: Tensor, hx?: Pair | null], ForwardNames>): [output: Tensor, state: [h_n: Tensor, c_n: Tensor]]
  (...args: Args<[input: PackedSequence, hx?: Pair | null], ForwardNames>): [output: PackedSequence, state: [h_n: Tensor, c_n: Tensor]]
}

/**
 * A recurrent network of long short-term memory: gates i, f, o and a candidate g from x_t and h_(t-1);
 * `c_t = f * c_(t-1) + i * g`, `h_t = o * tanh(c_t)`.
 *
 * Shape: as {@link RNN}, but hx is a pair `[h_0, c_0]` and so is what comes back; with proj_size, h and output have that size in place of
 * hidden_size. Parameters: see {@link RNNBase}; arguments as for {@link RNN}.
 * @param proj_size - project h to this size, which is smaller than hidden_size; 0: do not. Default: 0.
 * @see torch.nn.LSTM; Hochreiter and Schmidhuber, Long Short-Term Memory, 1997
 */
export class LSTM extends RNNBase {
  constructor(...args: Args<LSTMArgs, typeof lstm_names>) {
    super('LSTM', ...arrange<LSTMArgs>('RNNBase.__init__', lstm_names, 2, args))
  }

  forward(input: PackedSequence, hx?: Pair | null): [output: PackedSequence, state: [h_n: Tensor, c_n: Tensor]]
  forward(input: Tensor, hx?: Pair | null): [output: Tensor, state: [h_n: Tensor, c_n: Tensor]]
  forward(input: Sequences, hx: Pair | null = null): [output: Sequences, state: [h_n: Tensor, c_n: Tensor]] {
    const [output, state] = run(this, input, hx && pair_of(hx))
    return [output, state as unknown as [Tensor, Tensor]]
  }
}

const gru_names = ['input_size', 'hidden_size', 'num_layers', 'bias', 'batch_first', 'dropout', 'bidirectional', 'device', 'dtype'] as const
type GRUArgs = [input_size: number, hidden_size: number, num_layers?: number, bias?: boolean, batch_first?: boolean, dropout?: number,
  bidirectional?: boolean, device?: DeviceOption, dtype?: DtypeOption]

function gru_settings(args: readonly unknown[]): BaseArgs {
  refuse_projection(args)
  const [input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype]
    = arrange<GRUArgs>('RNNBase.__init__', gru_names, 2, args)
  return ['GRU', input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype]
}

export interface GRU {
  (...args: Args<[input: Tensor, hx?: Tensor | null], ForwardNames>): [output: Tensor, h_n: Tensor]
  (...args: Args<[input: PackedSequence, hx?: Tensor | null], ForwardNames>): [output: PackedSequence, h_n: Tensor]
}

/**
 * A gated recurrent network: gates r, z from x_t and h_(t-1), `n = tanh(W_in x_t + b_in + r * (W_hn h_(t-1) + b_hn))`,
 * `h_t = (1 - z) * n + z * h_(t-1)`.
 *
 * Shapes and arguments as for {@link RNN}, parameters as for {@link RNNBase}.
 *
 * Shape: as {@link RNN}.
 * @see torch.nn.GRU; Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014
 */
export class GRU extends RNNBase {
  constructor(...args: Args<GRUArgs, typeof gru_names>) {
    super(...gru_settings(args))
  }

  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h_n: Tensor]
  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, h_n: Tensor]
  forward(input: Sequences, hx: Tensor | null = null): [output: Sequences, h_n: Tensor] {
    const [output, [h_n]] = run(this, input, hx && [hx])
    return [output, h_n!]
  }
}
