// Convolution with filters whose places move: torchvision.ops.deform_conv.
import { type Args, arrange, with_keywords } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { arange, empty } from '../../generated/torch_functions'
import { Module, Parameter, init } from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { Tensor } from '../../tensor'
import { pair_of } from './_utils'

// Where the filter looks along one dimension, without offsets: (kernel, out).
function places(kernel: number, out: number, stride: number, padding: number, dilation: number, like: Tensor): Tensor {
  const options = { dtype: like.dtype, device: like.device }
  return arange(kernel, options).mul(dilation).view(-1, 1).add(arange(out, options).mul(stride).sub(padding))
}

// Values between pixels, zeros outside: input (N, G, C, H, W), places (N, G, P) → (N, G, C, P).
function samples(input: Tensor, y: Tensor, x: Tensor): Tensor {
  const [n, groups, channels, height, width] = input.shape as unknown as [number, number, number, number, number]
  const flat = input.reshape(n, groups, channels, height * width)
  const [top, left] = [y.detach().floor(), x.detach().floor()]
  const [down, across] = [y.sub(top), x.sub(left)]
  const corner = (row: Tensor, column: Tensor, weight: Tensor): Tensor => {
    const is_valid = row.ge(0).bitwise_and(row.lt(height)).bitwise_and(column.ge(0)).bitwise_and(column.lt(width))
    const index = row.clamp({ min: 0, max: height - 1 }).mul(width).add(column.clamp({ min: 0, max: width - 1 })).long()
    const values = flat.gather(3, index.unsqueeze(2).expand(-1, -1, channels, -1))
    return values.mul(weight.mul(is_valid).unsqueeze(2))
  }
  const [up, back] = [down.neg().add(1), across.neg().add(1)]
  return corner(top, left, up.mul(back)).add(corner(top, left.add(1), up.mul(across)))
    .add(corner(top.add(1), left, down.mul(back))).add(corner(top.add(1), left.add(1), down.mul(across)))
}

/**
 * Convolution where each place of the filter is moved by an offset, at each place of the output.
 *
 * Shape: input (N, C_in, H, W), offset (N, 2 * groups * kh * kw, H_out, W_out), weight (C_out, C_in / g, kh, kw) → (N, C_out, H_out, W_out).
 * @param offset - down and right, for each place of the filter, in pixels; several groups of channels may have their own
 * @param bias - (C_out). Default: null.
 * @param mask - factors of the samples, (N, groups * kh * kw, H_out, W_out): version 2. Default: null.
 * @throws {RuntimeError} for shapes that do not fit.
 * @see torchvision.ops.deform_conv2d; https://arxiv.org/abs/1811.11168
 */
export const deform_conv2d = with_keywords('deform_conv2d', ['input', 'offset', 'weight', 'bias', 'stride', 'padding', 'dilation', 'mask'],
  (input: Tensor, offset: Tensor, weight: Tensor, bias: Tensor | null = null, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1,
    mask: Tensor | null = null): Tensor => {
    const [n, channels, height, width] = input.shape as unknown as [number, number, number, number]
    const [out_channels, in_group, kh, kw] = weight.shape as unknown as [number, number, number, number]
    const groups = Math.floor(offset.size(1) / (2 * kh * kw))
    if (groups === 0) {
      throw new RuntimeError('the shape of the offset tensor at dimension 1 is not valid. It should be a multiple of 2 * weight.size[2] * weight.size[3].\n'
        + `Got offset.shape[1]=${offset.size(1)}, while 2 * weight.size[2] * weight.size[3]=${2 * kh * kw}`)
    }
    const [[sh, sw], [ph, pw], [dh, dw]] = [pair_of(stride), pair_of(padding), pair_of(dilation)]
    const [rows, columns] = [Math.floor((height + 2 * ph - dh * (kh - 1) - 1) / sh) + 1, Math.floor((width + 2 * pw - dw * (kw - 1) - 1) / sw) + 1]
    if (offset.size(2) !== rows || offset.size(3) !== columns) {
      throw new RuntimeError(`offset output dims: (${offset.size(2)}, ${offset.size(3)}) - computed output dims: (${rows}, ${columns})`)
    }
    const moved = offset.view(n, groups, kh, kw, 2, rows, columns)
    const y = moved.select(4, 0).add(places(kh, rows, sh, ph, dh, input).view(kh, 1, rows, 1)).reshape(n, groups, -1)
    const x = moved.select(4, 1).add(places(kw, columns, sw, pw, dw, input).view(1, kw, 1, columns)).reshape(n, groups, -1)
    const found = samples(input.reshape(n, groups, channels / groups, height, width), y, x)
    const weighted = mask === null ? found : found.mul(mask.reshape(n, groups, 1, -1))
    const filters = channels / in_group
    const seen = weighted.reshape(n, filters, in_group * kh * kw, rows * columns)
    const out = weight.reshape(1, filters, out_channels / filters, in_group * kh * kw).matmul(seen).view(n, out_channels, rows, columns)
    return bias === null ? out : out.add(bias.view(1, -1, 1, 1))
  })

const names = ['in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation', 'groups', 'bias'] as const
type DeformArgs = [in_channels: number, out_channels: number, kernel_size: Sizes, stride?: Sizes, padding?: Sizes, dilation?: Sizes, groups?: number,
  bias?: boolean]

/** {@link deform_conv2d} with weights of its own, drawn as those of nn.Conv2d. @see torchvision.ops.DeformConv2d */
export class DeformConv2d extends Module {
  in_channels: number
  out_channels: number
  kernel_size: [number, number]
  stride: [number, number]
  padding: [number, number]
  dilation: [number, number]
  groups: number
  declare weight: Parameter
  declare bias: Parameter | null

  constructor(...args: Args<DeformArgs, typeof names>) {
    super()
    const [in_channels, out_channels, kernel_size, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true]
      = arrange<DeformArgs>('DeformConv2d.__init__', names, 3, args)
    if (in_channels % groups !== 0) throw new ValueError('in_channels must be divisible by groups')
    if (out_channels % groups !== 0) throw new ValueError('out_channels must be divisible by groups')
    this.in_channels = in_channels
    this.out_channels = out_channels
    this.kernel_size = pair_of(kernel_size)
    this.stride = pair_of(stride)
    this.padding = pair_of(padding)
    this.dilation = pair_of(dilation)
    this.groups = groups
    this.register_parameter('weight', new Parameter(empty([out_channels, in_channels / groups, ...this.kernel_size])))
    this.register_parameter('bias', bias ? new Parameter(empty([out_channels])) : null)
    this.reset_parameters()
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    init.kaiming_uniform_(this.weight, { a: Math.sqrt(5) })
    if (this.bias === null) return
    const [fan_in] = init._calculate_fan_in_and_fan_out(this.weight)
    init.uniform_(this.bias, -1 / Math.sqrt(fan_in), 1 / Math.sqrt(fan_in))
  }

  /** @param mask - factors of the samples. Default: null. */
  forward(input: Tensor, offset: Tensor, mask: Tensor | null = null): Tensor {
    const { stride, padding, dilation } = this
    return deform_conv2d(input, offset, this.weight, this.bias, { stride, padding, dilation, mask })
  }

  override toString(): string {
    const parts = [`${this.in_channels}`, `${this.out_channels}`, `kernel_size=${tuple_repr(this.kernel_size)}`, `stride=${tuple_repr(this.stride)}`]
    if (this.padding.some(size => size !== 0)) parts.push(`padding=${tuple_repr(this.padding)}`)
    if (this.dilation.some(size => size !== 1)) parts.push(`dilation=${tuple_repr(this.dilation)}`)
    if (this.groups !== 1) parts.push(`groups=${this.groups}`)
    if (this.bias === null) parts.push('bias=False')
    return `${this._get_name()}(${parts.join(', ')})`
  }
}
