// MaxViT: torchvision.models.maxvit.
import { type Args, type Keywords, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { arange, empty, softmax, stack } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Tensor } from '../../tensor'
import { type LayerMaker, type TensorModule, make } from '../_layers'
import { Conv2dNormActivation, SqueezeExcitation } from '../ops/misc'
import { StochasticDepth } from '../ops/stochastic_depth'
import { adapt_classes, register_model, weights_enum } from './_api'
import { _ovewrite_named_param } from './_utils'

type Size = readonly [height: number, width: number]

/** The size after a convolution of 3 x 3 with stride 2. */
const halved = ([height, width]: Size): Size => [Math.floor((height - 1) / 2) + 1, Math.floor((width - 1) / 2) + 1]

/** What all layers share. */
interface Settings {
  squeeze_ratio: number
  expansion_ratio: number
  norm_layer: LayerMaker
  activation_layer: LayerMaker
  head_dim: number
  mlp_ratio: number
  mlp_dropout: number
  attention_dropout: number
  partition_size: number
}

/** Many channels in between, with a filter for each, squeeze and excitation, beside the identity. */
class MBConv extends nn.Module {
  proj: TensorModule
  stochastic_depth: TensorModule
  layers: nn.Sequential

  constructor(in_channels: number, out_channels: number, stride: number, drop: number, settings: Settings) {
    super()
    const { squeeze_ratio, expansion_ratio, norm_layer, activation_layer } = settings
    const projection = (): nn.Module[] => [new nn.Conv2d(in_channels, out_channels, { kernel_size: 1, stride: 1, bias: true })]
    const pool = (): nn.Module[] => stride === 2 ? [new nn.AvgPool2d({ kernel_size: 3, stride, padding: 1 })] : []
    this.proj = (stride !== 1 || in_channels !== out_channels ? new nn.Sequential(...pool(), ...projection()) : new nn.Identity()) as TensorModule
    const [mid, squeezed] = [Math.trunc(out_channels * expansion_ratio), Math.trunc(out_channels * squeeze_ratio)]
    this.stochastic_depth = (drop > 0 ? new StochasticDepth(drop, 'row') : new nn.Identity()) as TensorModule
    const shared = { norm_layer, activation_layer, inplace: null }
    this.layers = new nn.Sequential({
      pre_norm: make(norm_layer, in_channels),
      conv_a: new Conv2dNormActivation(in_channels, mid, { kernel_size: 1, stride: 1, padding: 0, ...shared }),
      conv_b: new Conv2dNormActivation(mid, mid, { kernel_size: 3, stride, padding: 1, groups: mid, ...shared }),
      squeeze_excitation: new SqueezeExcitation(mid, squeezed, { activation: nn.SiLU }),
      conv_c: new nn.Conv2d(mid, out_channels, { kernel_size: 1, bias: true }),
    })
  }

  forward(x: Tensor): Tensor {
    return this.proj(x).add(this.stochastic_depth(this.layers(x)))
  }
}

/** For each pair of places in a square, which row of the table of biases is theirs. */
function relative_position_index(size: number): Tensor {
  const numbers = arange(size * size)
  const places = stack([numbers.div(size, { rounding_mode: 'floor' }), numbers.remainder(size)])
  const apart = places.unsqueeze(2).sub(places.unsqueeze(1)).add(size - 1)
  return apart.select(0, 0).mul(2 * size - 1).add(apart.select(0, 1))
}

/** Attention of the places of a window, with a bias for how far they are apart. */
class RelativePositionalMultiHeadAttention extends nn.Module {
  n_heads: number
  head_dim: number
  size: number
  max_seq_len: number
  to_qkv: nn.Linear
  scale_factor: number
  merge: nn.Linear
  relative_position_bias_table: nn.Parameter
  declare relative_position_index: Tensor

  constructor(feat_dim: number, head_dim: number, max_seq_len: number) {
    super()
    if (feat_dim % head_dim !== 0) throw new ValueError(`feat_dim: ${feat_dim} must be divisible by head_dim: ${head_dim}`)
    this.n_heads = feat_dim / head_dim
    this.head_dim = head_dim
    this.size = Math.trunc(Math.sqrt(max_seq_len))
    this.max_seq_len = max_seq_len
    this.to_qkv = new nn.Linear(feat_dim, feat_dim * 3)
    this.scale_factor = feat_dim ** -0.5
    this.merge = new nn.Linear(feat_dim, feat_dim)
    this.relative_position_bias_table = new nn.Parameter(empty([(2 * this.size - 1) ** 2, this.n_heads]))
    this.register_buffer('relative_position_index', relative_position_index(this.size))
    nn.init.trunc_normal_(this.relative_position_bias_table, { std: 0.02 })
  }

  get_relative_positional_bias(): Tensor {
    const bias = this.relative_position_bias_table.at(this.relative_position_index.view(-1)).view(this.max_seq_len, this.max_seq_len, -1)
    return bias.permute(2, 0, 1).contiguous().unsqueeze(0)
  }

  forward(x: Tensor): Tensor {
    const [batch, windows, places, channels] = x.shape as unknown as [number, number, number, number]
    const heads = (part: Tensor): Tensor => part.reshape(batch, windows, places, this.n_heads, this.head_dim).permute(0, 1, 3, 2, 4)
    const [q, k, v] = this.to_qkv(x).chunk(3, -1).map(heads) as [Tensor, Tensor, Tensor]
    const scores = q.matmul(k.mul(this.scale_factor).transpose(-2, -1))
    const weights = softmax(scores.add(this.get_relative_positional_bias()), -1)
    return this.merge(weights.matmul(v).permute(0, 1, 3, 2, 4).reshape(batch, windows, places, channels))
  }
}

class SwapAxes extends nn.Module {
  constructor(readonly a: number, readonly b: number) {
    super()
  }

  forward(x: Tensor): Tensor {
    return x.swapaxes(this.a, this.b)
  }
}

/** A picture as windows of p x p places: (N, windows, places, C). */
class WindowPartition extends nn.Module {
  forward(x: Tensor, p: number): Tensor {
    const [n, c, h, w] = x.shape as unknown as [number, number, number, number]
    return x.reshape(n, c, h / p, p, w / p, p).permute(0, 2, 4, 3, 5, 1).reshape(n, h / p * (w / p), p * p, c)
  }
}

/** The picture that the windows are of. */
class WindowDepartition extends nn.Module {
  forward(x: Tensor, p: number, rows: number, columns: number): Tensor {
    const [n, , , c] = x.shape as unknown as [number, number, number, number]
    return x.reshape(n, rows, columns, p, p, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, rows * p, columns * p)
  }
}

/** Attention within windows, or ('grid') of places that are far apart, then linear layers; each beside the identity. */
class PartitionAttentionLayer extends nn.Module {
  n_heads: number
  head_dim: number
  n_partitions: number
  partition_type: 'grid' | 'window'
  grid_size: Size
  p: number
  g: number
  partition_op: WindowPartition
  departition_op: WindowDepartition
  partition_swap: TensorModule
  departition_swap: TensorModule
  attn_layer: nn.Sequential
  mlp_layer: nn.Sequential
  stochastic_dropout: StochasticDepth

  constructor(in_channels: number, partition_type: 'grid' | 'window', grid_size: Size, drop: number, settings: Settings) {
    super()
    const { head_dim, partition_size, mlp_ratio, activation_layer, attention_dropout, mlp_dropout } = settings
    this.n_heads = Math.floor(in_channels / head_dim)
    this.head_dim = head_dim
    this.n_partitions = Math.floor(grid_size[0] / partition_size)
    this.partition_type = partition_type
    this.grid_size = grid_size
    ;[this.p, this.g] = partition_type === 'window' ? [partition_size, this.n_partitions] : [this.n_partitions, partition_size]
    const swap = (): TensorModule => (partition_type === 'grid' ? new SwapAxes(-2, -3) : new nn.Identity()) as TensorModule
    this.partition_op = new WindowPartition()
    this.departition_op = new WindowDepartition()
    this.partition_swap = swap()
    this.departition_swap = swap()
    this.attn_layer = new nn.Sequential(
      new nn.LayerNorm(in_channels), new RelativePositionalMultiHeadAttention(in_channels, head_dim, partition_size ** 2),
      new nn.Dropout(attention_dropout))
    this.mlp_layer = new nn.Sequential(
      new nn.LayerNorm(in_channels), new nn.Linear(in_channels, in_channels * mlp_ratio), make(activation_layer),
      new nn.Linear(in_channels * mlp_ratio, in_channels), new nn.Dropout(mlp_dropout))
    this.stochastic_dropout = new StochasticDepth(drop, 'row')
  }

  forward(input: Tensor): Tensor {
    const [rows, columns] = this.grid_size.map(size => Math.floor(size / this.p)) as [number, number]
    let x = this.partition_swap(this.partition_op(input, this.p))
    x = x.add(this.stochastic_dropout(this.attn_layer(x)))
    x = x.add(this.stochastic_dropout(this.mlp_layer(x)))
    return this.departition_op(this.departition_swap(x), this.p, rows, columns)
  }
}

/** Convolutions, attention within windows, attention between them. */
class MaxVitLayer extends nn.Module {
  layers: nn.Sequential

  constructor(in_channels: number, out_channels: number, stride: number, grid_size: Size, drop: number, settings: Settings) {
    super()
    this.layers = new nn.Sequential({
      MBconv: new MBConv(in_channels, out_channels, stride, drop, settings),
      window_attention: new PartitionAttentionLayer(out_channels, 'window', grid_size, drop, settings),
      grid_attention: new PartitionAttentionLayer(out_channels, 'grid', grid_size, drop, settings),
    })
  }

  forward(x: Tensor): Tensor {
    return this.layers(x)
  }
}

/** Layers of one size, which the first one halves. */
class MaxVitBlock extends nn.Module {
  layers: nn.ModuleList
  grid_size: Size

  constructor(in_channels: number, out_channels: number, input_grid_size: Size, drops: readonly number[], settings: Settings) {
    super()
    this.grid_size = halved(input_grid_size)
    this.layers = new nn.ModuleList(drops.map((drop, i) =>
      new MaxVitLayer(i === 0 ? in_channels : out_channels, out_channels, i === 0 ? 2 : 1, this.grid_size, drop, settings)))
  }

  forward(input: Tensor): Tensor {
    return [...this.layers].reduce((x, layer) => (layer as TensorModule)(x), input)
  }
}

const names = [
  'input_size', 'stem_channels', 'partition_size', 'block_channels', 'block_layers', 'head_dim', 'stochastic_depth_prob', 'norm_layer',
  'activation_layer', 'squeeze_ratio', 'expansion_ratio', 'mlp_ratio', 'mlp_dropout', 'attention_dropout', 'num_classes',
] as const
type MaxVitArgs = [
  input_size: Size, stem_channels: number, partition_size: number, block_channels: readonly number[], block_layers: readonly number[],
  head_dim: number,
  stochastic_depth_prob: number, norm_layer?: LayerMaker | null, activation_layer?: LayerMaker, squeeze_ratio?: number, expansion_ratio?: number,
  mlp_ratio?: number, mlp_dropout?: number, attention_dropout?: number, num_classes?: number,
]

const usual_norm = (channels: number): nn.Module => new nn.BatchNorm2d(channels, { eps: 1e-3, momentum: 0.01 })
const size_text = ([height, width]: Size): string => `(${height}, ${width})`

/** @throws {ValueError} if a block has a size that windows do not fill */
function check_sizes(input_size: Size, blocks: number, partition_size: number): void {
  const sizes: Size[] = []
  for (let size = halved(input_size); sizes.length < blocks;) sizes.push(size = halved(size))
  const wrong = sizes.findIndex(size => size.some(side => side % partition_size !== 0))
  if (wrong < 0) return
  throw new ValueError(`Input size ${size_text(sizes[wrong]!)} of block ${wrong} is not divisible by partition size ${partition_size}. ` +
    `Consider changing the partition size or the input size.\nCurrent configuration yields the following block input sizes: [${sizes.map(size_text).join(', ')}].`)
}

function init_module(module: nn.Module): void {
  if (module instanceof nn.Conv2d || module instanceof nn.Linear) {
    nn.init.normal_(module.weight, { std: 0.02 })
    if (module.bias !== null) nn.init.zeros_(module.bias)
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.constant_(module.weight!, 1)
    nn.init.constant_(module.bias!, 0)
  }
}

/**
 * MaxViT: convolutions, and attention within windows and between them.
 *
 * @param input_size - of the images: windows must fill it in each block
 * @param stem_channels - channels after the first convolutions
 * @param partition_size - the side of a window
 * @param block_channels - channels of each block
 * @param block_layers - how many layers each block has
 * @param head_dim - channels of a head of attention
 * @param stochastic_depth_prob - of the last layer; from 0 on
 * @param norm_layer - Default: nn.BatchNorm2d with eps 0.001 and momentum 0.01.
 * @param activation_layer - Default: nn.GELU.
 * @param num_classes - Default: 1000.
 * @throws {ValueError} if windows do not fill the size of a block
 * @see torchvision.models.MaxVit; https://arxiv.org/abs/2204.01697
 */
export class MaxVit extends nn.Module {
  stem: nn.Sequential
  partition_size: number
  blocks: nn.ModuleList
  classifier: nn.Sequential

  constructor(...args: Args<MaxVitArgs, typeof names>) {
    super()
    const [
      input_size, stem_channels, partition_size, block_channels, block_layers, head_dim, stochastic_depth_prob, norm, activation_layer = nn.GELU,
      squeeze_ratio = 0.25, expansion_ratio = 4, mlp_ratio = 4, mlp_dropout = 0, attention_dropout = 0, num_classes = 1000,
    ] = arrange<MaxVitArgs>('MaxVit.__init__', names, 7, args)
    const norm_layer = norm ?? usual_norm
    const settings = {
      squeeze_ratio, expansion_ratio, norm_layer, activation_layer, head_dim, mlp_ratio, mlp_dropout, attention_dropout, partition_size,
    }
    check_sizes(input_size, block_channels.length, partition_size)
    this.stem = new nn.Sequential(
      new Conv2dNormActivation(3, stem_channels, { kernel_size: 3, stride: 2, norm_layer, activation_layer, bias: false, inplace: null }),
      new Conv2dNormActivation(stem_channels, stem_channels, { kernel_size: 3, stride: 1, norm_layer: null, activation_layer: null, bias: true }))
    this.partition_size = partition_size
    const total = block_layers.reduce((sum, layers) => sum + layers, 0)
    const step = stochastic_depth_prob / Math.max(total - 1, 1)
    const drops = Array.from({ length: total }, (_, i) => i === total - 1 && i > 0 ? stochastic_depth_prob : i * step)
    const blocks: MaxVitBlock[] = []
    block_channels.forEach((channels, i) => {
      const from = block_layers.slice(0, i).reduce((sum, layers) => sum + layers, 0)
      const [inputs, size] = i === 0 ? [stem_channels, halved(input_size)] : [block_channels[i - 1]!, blocks[i - 1]!.grid_size]
      blocks.push(new MaxVitBlock(inputs, channels, size, drops.slice(from, from + block_layers[i]!), settings))
    })
    this.blocks = new nn.ModuleList(blocks)
    const last = block_channels.at(-1)!
    this.classifier = new nn.Sequential(
      new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.LayerNorm(last), new nn.Linear(last, last), new nn.Tanh(),
      new nn.Linear(last, num_classes, { bias: false }))
    for (const module of this.modules()) init_module(module)
  }

  forward(x: Tensor): Tensor {
    return this.classifier([...this.blocks].reduce((features, block) => (block as TensorModule)(features), this.stem(x)))
  }
}

type Options = Omit<Partial<Keywords<MaxVitArgs, typeof names>>,
  'stem_channels' | 'partition_size' | 'block_channels' | 'block_layers' | 'head_dim' | 'stochastic_depth_prob'>

export const MaxVit_T_Weights = weights_enum('MaxVit_T_Weights')

/** {@link MaxVit}, the smallest. @param input_size - Default: [224, 224]. @see torchvision.models.maxvit_t */
export const maxvit_t = register_model('maxvit_t', {
  weights: MaxVit_T_Weights,
  adapt: (kwargs, weights) => {
    adapt_classes(kwargs, weights)
    const given = kwargs['input_size'] as Size | undefined
    const size = weights.meta.min_size
    if (given !== undefined && String(given) === String(size)) delete kwargs['input_size']
    _ovewrite_named_param(kwargs, 'input_size', size)
  },
  make: ({ input_size = [224, 224], ...kwargs }: Options) => new MaxVit({
    input_size, stem_channels: 64, block_channels: [64, 128, 256, 512], block_layers: [2, 2, 5, 2], head_dim: 32, stochastic_depth_prob: 0.2,
    partition_size: 7, ...kwargs,
  }),
})
