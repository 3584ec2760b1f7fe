// Attention within shifted windows, for the Swin Transformers: part of torchvision.models.swin_transformer.
import { ValueError } from '../../_errors'
import { arange, clamp, log, ones, roll, sigmoid, stack, zeros } from '../../generated/torch_functions'
import * as nn from '../../nn'
import { meshgrid } from '../../_functional/shape'
import { no_grad } from '../../autograd/grad_mode'
import { float32 } from '../../dtype'
import type { Tensor } from '../../tensor'

const F = nn.functional

interface AttentionOptions {
  attention_dropout: number
  dropout: number
  training: boolean
  /** v2: the attention is the cosine, divided by exp of it. */
  logit_scale: Tensor | null
}

// The bias of each pair of places in a window, for each head.
function position_bias(table: Tensor, index: Tensor, [height, width]: readonly number[]): Tensor {
  const places = height! * width!
  return table.at(index).view(places, places, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
}

// Windows of the shifted image hold parts that are no neighbours: they do not see each other.
function window_mask(x: Tensor, height: number, width: number, window: readonly number[], shift: readonly number[], num_windows: number): Tensor {
  const mask = x.new_zeros([height, width])
  const cuts = (size: number, moved: number): string[] => [`0:-${size}`, `-${size}:-${moved}`, `-${moved}:`]
  let count = 0
  for (const down of cuts(window[0]!, shift[0]!)) {
    for (const across of cuts(window[1]!, shift[1]!)) mask.set_at([down, across], count++)
  }
  const [rows, columns] = window as [number, number]
  const parts = mask.view(height / rows, rows, width / columns, columns).permute(0, 2, 1, 3).reshape(num_windows, rows * columns)
  const differ = parts.unsqueeze(1).sub(parts.unsqueeze(2))
  return differ.masked_fill(differ.ne(0), -100).masked_fill(differ.eq(0), 0)
}

// v2: the keys have no bias.
function bias_of(bias: Tensor | null, has_scale: boolean): Tensor | null {
  if (bias === null || !has_scale) return bias
  const copy = bias.clone()
  const length = Math.floor(copy.numel() / 3)
  copy.at(`${length}:${2 * length}`).zero_()
  return copy
}

function scores(q: Tensor, k: Tensor, logit_scale: Tensor | null): Tensor {
  if (logit_scale === null) return q.mul(q.size(-1) ** -0.5).matmul(k.transpose(-2, -1))
  const cosine = F.normalize(q, { dim: -1 }).matmul(F.normalize(k, { dim: -1 }).transpose(-2, -1))
  return cosine.mul(clamp(logit_scale, { max: Math.log(100) }).exp())
}

// A shift in a dimension that is one window is none.
function shifts(shift_size: readonly number[], window: readonly number[], height: number, width: number): [number, number] {
  return [window[0]! >= height ? 0 : shift_size[0]!, window[1]! >= width ? 0 : shift_size[1]!]
}

function shifted_window_attention(input: Tensor, layer: ShiftedWindowAttention, relative_position_bias: Tensor, options: AttentionOptions): Tensor {
  const { window_size: window, num_heads, qkv, proj } = layer
  const { attention_dropout, dropout, training, logit_scale } = options
  const [batch, height, width, channels] = input.shape as unknown as [number, number, number, number]
  const [window_h, window_w] = window as unknown as [number, number]
  const padded = F.pad(input, [0, 0, 0, (window_w - width % window_w) % window_w, 0, (window_h - height % window_h) % window_h])
  const [rows, columns] = [padded.size(1), padded.size(2)]
  const shift = shifts(layer.shift_size, window, rows, columns)
  const is_shifted = shift[0] + shift[1] > 0
  const moved = is_shifted ? roll(padded, [-shift[0], -shift[1]], [1, 2]) : padded
  const [down, across] = [rows / window_h, columns / window_w]
  const num_windows = down * across
  const places = window_h * window_w
  const x = moved.view(batch, down, window_h, across, window_w, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch * num_windows, places, channels)

  const all = F.linear(x, qkv.weight, bias_of(qkv.bias, logit_scale !== null))
  const parts = all.reshape(x.size(0), places, 3, num_heads, Math.floor(channels / num_heads)).permute(2, 0, 3, 1, 4)
  const [q, k, v] = parts.unbind(0) as [Tensor, Tensor, Tensor]
  let attention = scores(q, k, logit_scale).add(relative_position_bias)
  if (is_shifted) {
    const mask = window_mask(x, rows, columns, window, shift, num_windows)
    attention = attention.view(x.size(0) / num_windows, num_windows, num_heads, places, places).add(mask.unsqueeze(1).unsqueeze(0))
    attention = attention.view(-1, num_heads, places, places)
  }
  attention = F.dropout(F.softmax(attention, { dim: -1 }), { p: attention_dropout, training })
  const mixed = attention.matmul(v).transpose(1, 2).reshape(x.size(0), places, channels)
  const projected = F.dropout(F.linear(mixed, proj.weight, proj.bias), { p: dropout, training })
  const image = projected.view(batch, down, across, window_h, window_w, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch, rows, columns, channels)
  const back = is_shifted ? roll(image, shift, [1, 2]) : image
  return back.at(':', `:${height}`, `:${width}`, ':').contiguous()
}

interface LayerOptions {
  qkv_bias?: boolean
  proj_bias?: boolean
  attention_dropout?: number
  dropout?: number
}

/**
 * Attention within windows of (N, H, W, C), with a bias for each difference of places.
 * @see torchvision.models.swin_transformer.ShiftedWindowAttention
 */
export class ShiftedWindowAttention extends nn.Module {
  window_size: readonly number[]
  shift_size: readonly number[]
  num_heads: number
  attention_dropout: number
  dropout: number
  qkv: nn.Linear
  proj: nn.Linear
  declare relative_position_bias_table: nn.Parameter
  declare relative_position_index: Tensor

  constructor(dim: number, window_size: readonly number[], shift_size: readonly number[], num_heads: number, options: LayerOptions = {}) {
    super()
    const { qkv_bias = true, proj_bias = true, attention_dropout = 0, dropout = 0 } = options
    if (window_size.length !== 2 || shift_size.length !== 2) throw new ValueError('window_size and shift_size must be of length 2')
    this.window_size = window_size
    this.shift_size = shift_size
    this.num_heads = num_heads
    this.attention_dropout = attention_dropout
    this.dropout = dropout
    this.qkv = new nn.Linear(dim, dim * 3, { bias: qkv_bias })
    this.proj = new nn.Linear(dim, dim, { bias: proj_bias })
    this.define_relative_position_bias_table()
    this.define_relative_position_index()
  }

  define_relative_position_bias_table(): void {
    const [height, width] = this.window_size as unknown as [number, number]
    this.relative_position_bias_table = new nn.Parameter(zeros((2 * height - 1) * (2 * width - 1), this.num_heads))
    nn.init.trunc_normal_(this.relative_position_bias_table, { std: 0.02 })
  }

  define_relative_position_index(): void {
    const [height, width] = this.window_size as unknown as [number, number]
    const places = stack(meshgrid([arange(height), arange(width)], { indexing: 'ij' })).flatten(1)
    const [down, across] = places.unsqueeze(2).sub(places.unsqueeze(1)).unbind(0) as [Tensor, Tensor]
    const index = down.add(height - 1).mul(2 * width - 1).add(across.add(width - 1))
    this.register_buffer('relative_position_index', index.flatten())
  }

  get_relative_position_bias(): Tensor {
    return position_bias(this.relative_position_bias_table, this.relative_position_index, this.window_size)
  }

  forward(x: Tensor): Tensor {
    const { attention_dropout, dropout, training } = this
    return shifted_window_attention(x, this, this.get_relative_position_bias(), { attention_dropout, dropout, training, logit_scale: null })
  }
}

/** {@link ShiftedWindowAttention} by cosine, with a small network for the bias. @see torchvision.models.swin_transformer.ShiftedWindowAttentionV2 */
export class ShiftedWindowAttentionV2 extends ShiftedWindowAttention {
  declare relative_coords_table: Tensor
  declare logit_scale: nn.Parameter
  cpb_mlp: nn.Sequential

  constructor(dim: number, window_size: readonly number[], shift_size: readonly number[], num_heads: number, options: LayerOptions = {}) {
    super(dim, window_size, shift_size, num_heads, options)
    this.logit_scale = new nn.Parameter(log(ones([num_heads, 1, 1]).mul(10)))
    this.cpb_mlp = new nn.Sequential(new nn.Linear(2, 512, { bias: true }), new nn.ReLU({ inplace: true }),
      new nn.Linear(512, num_heads, { bias: false })) as unknown as nn.Sequential
    const { bias } = this.qkv
    if (bias === null) return
    const length = Math.floor(bias.numel() / 3)
    no_grad(() => bias.at(`${length}:${2 * length}`).zero_())
  }

  override define_relative_position_bias_table(): void {
    const steps = this.window_size.map(size => arange(-(size - 1), size, { dtype: float32 }))
    const table = stack(meshgrid(steps, { indexing: 'ij' })).permute(1, 2, 0).contiguous().unsqueeze(0)
    this.window_size.forEach((size, i) => table.at(':', ':', ':', i).div_(size - 1))
    table.mul_(8)
    const sign = table.sign()
    const magnitude = table.mul(sign) // not abs, which libtorch has not for the meta device
    this.register_buffer('relative_coords_table', sign.mul(magnitude.add(1).log2()).div(3))
  }

  override get_relative_position_bias(): Tensor {
    const table = this.cpb_mlp(this.relative_coords_table).view(-1, this.num_heads)
    return sigmoid(position_bias(table, this.relative_position_index, this.window_size)).mul(16)
  }

  override forward(x: Tensor): Tensor {
    const { attention_dropout, dropout, training, logit_scale } = this
    return shifted_window_attention(x, this, this.get_relative_position_bias(), { attention_dropout, dropout, training, logit_scale })
  }
}
