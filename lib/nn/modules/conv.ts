// Convolutions and their transposes: torch.nn.modules.conv.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { no_grad } from '../../autograd/grad_mode'
import { pad } from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import { contiguous_format } from '../../layout'
import type { Tensor } from '../../tensor'
import type { DeviceOption, DtypeOption, FactoryKwargs, Sizes } from '../_types'
import * as init from '../init'
import type { Parameter } from '../parameter'
import { empty_parameter, set_parameters, text } from './_layer'
import { Module } from './module'
import { pair, reverse_repeat, single, triple } from './utils'

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular'
/** 'valid': none; 'same': so much that the output has the input's size. */
export type Padding = Sizes | 'same' | 'valid'

interface Settings extends FactoryKwargs {
  in_channels: number
  out_channels: number
  kernel_size: number[]
  stride: number[]
  padding: number[] | 'same' | 'valid'
  dilation: number[]
  transposed: boolean
  output_padding: number[]
  groups: number
  bias: boolean
  padding_mode: PaddingMode
}

const PADDING_MODES = ['zeros', 'reflect', 'replicate', 'circular']

function check({ in_channels, out_channels, stride, padding, groups, padding_mode }: Settings): void {
  if (groups <= 0) throw new ValueError('groups must be a positive integer')
  if (in_channels % groups !== 0) throw new ValueError('in_channels must be divisible by groups')
  if (out_channels % groups !== 0) throw new ValueError('out_channels must be divisible by groups')
  if (typeof padding === 'string') {
    if (padding !== 'same' && padding !== 'valid') {
      throw new ValueError(`Invalid padding string '${String(padding)}', should be one of {'same', 'valid'}`)
    }
    if (padding === 'same' && stride.some(step => step !== 1)) throw new ValueError("padding='same' is not supported for strided convolutions")
  }
  if (!PADDING_MODES.includes(padding_mode)) {
    throw new ValueError(`padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${String(padding_mode)}'`)
  }
}

// The padding as F.pad takes it: the last dimension first, both ends of each.
function pad_sizes({ padding, dilation, kernel_size }: Settings): number[] {
  if (typeof padding !== 'string') return reverse_repeat(padding, 2)
  if (padding === 'valid') return new Array<number>(2 * kernel_size.length).fill(0)
  return kernel_size.map((size, d) => dilation[d]! * (size - 1)).reverse().flatMap(total => [Math.floor(total / 2), total - Math.floor(total / 2)])
}

/** What all convolutions have. */
export abstract class _ConvNd extends Module {
  in_channels: number
  out_channels: number
  kernel_size: number[]
  stride: number[]
  padding: number[] | 'same' | 'valid'
  dilation: number[]
  transposed: boolean
  output_padding: number[]
  groups: number
  padding_mode: PaddingMode
  _reversed_padding_repeated_twice: number[]
  declare weight: Parameter
  declare bias: Parameter | null

  constructor(given: Settings) {
    super()
    check(given)
    const { in_channels, out_channels, kernel_size, groups, transposed } = given
    this.in_channels = in_channels
    this.out_channels = out_channels
    this.kernel_size = kernel_size
    this.stride = given.stride
    this.padding = given.padding
    this.dilation = given.dilation
    this.transposed = transposed
    this.output_padding = given.output_padding
    this.groups = groups
    this.padding_mode = given.padding_mode
    this._reversed_padding_repeated_twice = pad_sizes(given)
    const channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups]
    const weight = empty_parameter([...channels, ...kernel_size], given)
    set_parameters(this, { weight, bias: given.bias ? empty_parameter([out_channels], given) : null })
    this.reset_parameters()
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    const { weight, bias } = this
    if (weight.is_contiguous()) {
      init.kaiming_uniform_(weight, { a: Math.sqrt(5) })
    } else {
      const values = torch.empty_like(weight, { memory_format: contiguous_format })
      init.kaiming_uniform_(values, { a: Math.sqrt(5) })
      no_grad(() => weight.copy_(values))
    }
    if (bias === null) return
    const [fan_in] = init._calculate_fan_in_and_fan_out(weight)
    const bound = fan_in > 0 ? 1 / Math.sqrt(fan_in) : 0
    init.uniform_(bias, 0 - bound, bound) // not -bound: -0 would give zeros with a sign
  }

  override extra_repr(): string {
    const parts = [text(this.in_channels), text(this.out_channels), `kernel_size=${text(this.kernel_size)}`, `stride=${text(this.stride)}`]
    const add = (name: 'padding' | 'dilation' | 'output_padding', usual: number): void => {
      const value = this[name]
      if (typeof value === 'string' || value.some(size => size !== usual)) parts.push(`${name}=${text(value)}`)
    }
    add('padding', 0)
    add('dilation', 1)
    add('output_padding', 0)
    if (this.groups !== 1) parts.push(`groups=${this.groups}`)
    if (this.bias === null) parts.push('bias=False')
    if (this.padding_mode !== 'zeros') parts.push(`padding_mode=${this.padding_mode}`)
    return parts.join(', ')
  }
}

/** A convolution that is no transpose. */
abstract class Convolver extends _ConvNd {
  override get _forward_names() {
    return ['input'] as const
  }
}

type Convolution = (input: Tensor, weight: Tensor, bias: Tensor | null, stride: number[], padding: number[] | string, dilation: number[],
  groups: number) => Tensor

function convolve(layer: _ConvNd, convolution: Convolution, input: Tensor): Tensor {
  const { weight, bias, stride, padding, dilation, groups, padding_mode } = layer
  if (padding_mode === 'zeros') return convolution(input, weight, bias, stride, padding, dilation, groups)
  const padded = pad(input, layer._reversed_padding_repeated_twice, padding_mode)
  return convolution(padded, weight, bias, stride, stride.map(() => 0), dilation, groups)
}

const conv_names = ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias', 'padding_mode',
  'device', 'dtype'] as const
type ConvArgs = [in_channels: number, out_channels: number, kernel_size: Sizes, stride?: Sizes, padding?: Padding, dilation?: Sizes,
  groups?: number, bias?: boolean, padding_mode?: PaddingMode, device?: DeviceOption, dtype?: DtypeOption]

function conv_settings(name: string, repeat: typeof pair, args: readonly unknown[]): Settings {
  const [in_channels, out_channels, kernel_size, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, padding_mode = 'zeros',
    device, dtype] = arrange<ConvArgs>(`${name}.__init__`, conv_names, 3, args)
  return {
    in_channels, out_channels, kernel_size: repeat(kernel_size), stride: repeat(stride), padding: typeof padding === 'string' ? padding : repeat(padding),
    dilation: repeat(dilation), transposed: false, output_padding: repeat(0), groups, bias, padding_mode, device, dtype,
  }
}

/**
 * Convolution over one dimension.
 *
 * Shape: (N, C_in, L) or (C_in, L) → (N, C_out, L_out), L_out = (L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1, rounded down.
 * Parameters: weight (out_channels, in_channels / groups, kernel_size) and bias (out_channels), both from U(-k, k),
 * k = sqrt(groups / (in_channels * kernel_size)).
 * @param padding - at both ends, or 'same' or 'valid'. Default: 0.
 * @param groups - into which the channels are split; each has filters of its own. Default: 1.
 * @param padding_mode - 'zeros', 'reflect', 'replicate' or 'circular'. Default: 'zeros'.
 * @throws {ValueError} if groups does not divide the channels.
 * @see torch.nn.Conv1d
 */
export class Conv1d extends Convolver {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    super(conv_settings('Conv1d', single, args))
  }

  forward(input: Tensor): Tensor {
    return convolve(this, torch.conv1d as Convolution, input)
  }
}

/**
 * Convolution over two dimensions: (N, C_in, H, W) or (C_in, H, W) → (N, C_out, H_out, W_out).
 *
 * Parameters and arguments as for {@link Conv1d}; sizes are numbers or arrays of two.
 * @see torch.nn.Conv2d
 */
export class Conv2d extends Convolver {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    super(conv_settings('Conv2d', pair, args))
  }

  forward(input: Tensor): Tensor {
    return convolve(this, torch.conv2d as Convolution, input)
  }
}

/**
 * Convolution over three dimensions: (N, C_in, D, H, W) or (C_in, D, H, W) → (N, C_out, D_out, H_out, W_out).
 *
 * Parameters and arguments as for {@link Conv1d}; sizes are numbers or arrays of three.
 * @see torch.nn.Conv3d
 */
export class Conv3d extends Convolver {
  constructor(...args: Args<ConvArgs, typeof conv_names>) {
    super(conv_settings('Conv3d', triple, args))
  }

  forward(input: Tensor): Tensor {
    return convolve(this, torch.conv3d as Convolution, input)
  }
}

// ---- transposes ----

const transpose_names = ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'output_padding', 'groups', 'bias', 'dilation',
  'padding_mode', 'device', 'dtype'] as const
type TransposeArgs = [in_channels: number, out_channels: number, kernel_size: Sizes, stride?: Sizes, padding?: Sizes, output_padding?: Sizes,
  groups?: number, bias?: boolean, dilation?: Sizes, padding_mode?: 'zeros', device?: DeviceOption, dtype?: DtypeOption]

function transpose_settings(name: string, repeat: typeof pair, args: readonly unknown[]): Settings {
  const [in_channels, out_channels, kernel_size, stride = 1, padding = 0, output_padding = 0, groups = 1, bias = true, dilation = 1,
    padding_mode = 'zeros', device, dtype] = arrange<TransposeArgs>(`${name}.__init__`, transpose_names, 3, args)
  if (padding_mode !== 'zeros') throw new ValueError(`Only "zeros" padding mode is supported for ${name}`)
  return {
    in_channels, out_channels, kernel_size: repeat(kernel_size), stride: repeat(stride), padding: repeat(padding), dilation: repeat(dilation),
    transposed: true, output_padding: repeat(output_padding), groups, bias, padding_mode, device, dtype,
  }
}

type Transposed = (input: Tensor, weight: Tensor, bias: Tensor | null, stride: number[], padding: number[], output_padding: number[],
  groups: number, dilation: number[]) => Tensor

/** What all transposed convolutions have. */
export abstract class _ConvTransposeNd extends _ConvNd {
  declare padding: number[]

  override get _forward_names() {
    return ['input', 'output_size'] as const
  }

  /** How much to add to the output so that it gets the wanted size. */
  _output_padding(input: Tensor, output_size: readonly number[] | null): number[] {
    if (output_size === null) return this.output_padding
    const dims = this.kernel_size.length
    const lead = input.dim() === dims + 2 ? 2 : 1
    const wanted = output_size.length === lead + dims ? output_size.slice(lead) : [...output_size]
    if (wanted.length !== dims) {
      throw new ValueError(`ConvTranspose${dims}D: for ${input.dim()}D input, output_size must have ${dims} or ${lead + dims} elements (got ${wanted.length})`)
    }
    const least = wanted.map((_, d) => (
      (input.size(d + lead) - 1) * this.stride[d]! - 2 * this.padding[d]! + this.dilation[d]! * (this.kernel_size[d]! - 1) + 1))
    const most = least.map((size, d) => size + this.stride[d]! - 1)
    if (wanted.some((size, d) => size < least[d]! || size > most[d]!)) {
      throw new ValueError(`requested an output size of [${wanted.join(', ')}], but valid sizes range from [${least.join(', ')}] to [${most.join(', ')}] `
        + `(for an input of torch.Size([${[...input.shape].slice(2).join(', ')}]))`)
    }
    return wanted.map((size, d) => size - least[d]!)
  }
}

function convolve_transposed(layer: _ConvTransposeNd, convolution: Transposed, input: Tensor, output_size: readonly number[] | null): Tensor {
  const { weight, bias, stride, padding, groups, dilation, padding_mode } = layer
  if (padding_mode !== 'zeros') throw new ValueError(`Only \`zeros\` padding mode is supported for ${layer._get_name()}`)
  return convolution(input, weight, bias, stride, padding, layer._output_padding(input, output_size), groups, dilation)
}

/**
 * Transposed convolution over one dimension: what maps the gradient of a {@link Conv1d}'s output to its input's.
 *
 * Shape: (N, C_in, L) or (C_in, L) → (N, C_out, L_out),
 * L_out = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.
 * Parameters: weight (in_channels, out_channels / groups, kernel_size) and bias (out_channels), both from U(-k, k),
 * k = sqrt(groups / (out_channels * kernel_size)).
 * @see torch.nn.ConvTranspose1d
 */
export class ConvTranspose1d extends _ConvTransposeNd {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    super(transpose_settings('ConvTranspose1d', single, args))
  }

  /** @param output_size - where several sizes are possible. Default: what output_padding says. */
  forward(input: Tensor, output_size: readonly number[] | null = null): Tensor {
    return convolve_transposed(this, torch.conv_transpose1d as Transposed, input, output_size)
  }
}

/**
 * Transposed convolution over two dimensions; parameters and arguments as for {@link ConvTranspose1d}.
 *
 * Shape: (N, C_in, H, W) or (C_in, H, W) → (N, C_out, H_out, W_out), sizes as for {@link ConvTranspose1d}.
 * @see torch.nn.ConvTranspose2d
 */
export class ConvTranspose2d extends _ConvTransposeNd {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    super(transpose_settings('ConvTranspose2d', pair, args))
  }

  /** @param output_size - where several sizes are possible. Default: what output_padding says. */
  forward(input: Tensor, output_size: readonly number[] | null = null): Tensor {
    return convolve_transposed(this, torch.conv_transpose2d as Transposed, input, output_size)
  }
}

/**
 * Transposed convolution over three dimensions; parameters and arguments as for {@link ConvTranspose1d}.
 *
 * Shape: (N, C_in, D, H, W) or (C_in, D, H, W) → (N, C_out, D_out, H_out, W_out), sizes as for {@link ConvTranspose1d}.
 * @see torch.nn.ConvTranspose3d
 */
export class ConvTranspose3d extends _ConvTransposeNd {
  constructor(...args: Args<TransposeArgs, typeof transpose_names>) {
    super(transpose_settings('ConvTranspose3d', triple, args))
  }

  /** @param output_size - where several sizes are possible. Default: what output_padding says. */
  forward(input: Tensor, output_size: readonly number[] | null = null): Tensor {
    return convolve_transposed(this, torch.conv_transpose3d as Transposed, input, output_size)
  }
}
