// Dropout of squares and cubes: torchvision.ops.drop_block.
import { type Args, arrange, with_keywords } from '../../_args'
import { ValueError } from '../../_errors'
import { float_repr } from '../../_python_format'
import { empty } from '../../generated/torch_functions'
import { Module, functional as F } from '../../nn'
import type { Tensor } from '../../tensor'
import { one_minus } from './_utils'

function drop(dims: number, input: Tensor, p: number, given_size: number, inplace: boolean, eps: number, training: boolean): Tensor {
  if (p < 0 || p > 1) throw new ValueError(`drop probability has to be between 0 and 1, but got ${p}.`)
  if (input.dim() !== dims + 2) throw new ValueError(`input should be ${dims + 2} dimensional. Got ${input.dim()} dimensions.`)
  if (!training || p === 0) return input
  const [n, channels, ...sizes] = input.shape as unknown as [number, number, ...number[]]
  const block_size = Math.min(given_size, ...sizes)
  if (block_size % 2 === 0) throw new ValueError(`block size should be odd. Got ${block_size} which is even.`)
  const product = (values: readonly number[]): number => values.reduce((result, value) => result * value, 1)
  const centres = sizes.map(size => size - block_size + 1)
  const gamma = p * product(sizes) / (block_size ** dims * product(centres))
  const half = Math.floor(block_size / 2)
  const seeds = empty([n, channels, ...centres], { dtype: input.dtype, device: input.device }).bernoulli_(gamma)
  const padded = F.pad(seeds, new Array<number>(2 * dims).fill(half), { value: 0 })
  const pool = dims === 2 ? F.max_pool2d : F.max_pool3d
  const noise = one_minus(pool(padded, { kernel_size: block_size, stride: 1, padding: half }) as Tensor)
  const scale = noise.sum().add(eps).reciprocal().mul(noise.numel())
  return inplace ? input.mul_(noise).mul_(scale) : input.mul(noise).mul(scale)
}

const names = ['input', 'p', 'block_size', 'inplace', 'eps', 'training'] as const

/**
 * Sets squares of block_size to zero in (N, C, H, W), so that a part of about p is gone, and scales the rest.
 *
 * @param block_size - odd
 * @param eps - added to the number that is left. Default: 1e-6.
 * @throws {ValueError} for other shapes, or if p is not between 0 and 1.
 * @see torchvision.ops.drop_block2d; https://arxiv.org/abs/1810.12890
 */
export const drop_block2d = with_keywords('drop_block2d', names,
  (input: Tensor, p: number, block_size: number, inplace: boolean = false, eps: number = 1e-6, training: boolean = true): Tensor => (
    drop(2, input, p, block_size, inplace, eps, training)))

/** {@link drop_block2d} with cubes in (N, C, D, H, W). @see torchvision.ops.drop_block3d */
export const drop_block3d = with_keywords('drop_block3d', names,
  (input: Tensor, p: number, block_size: number, inplace: boolean = false, eps: number = 1e-6, training: boolean = true): Tensor => (
    drop(3, input, p, block_size, inplace, eps, training)))

const layer_names = ['p', 'block_size', 'inplace', 'eps'] as const
type LayerArgs = [p: number, block_size: number, inplace?: boolean, eps?: number]

/** {@link drop_block2d} in training. @see torchvision.ops.DropBlock2d */
export class DropBlock2d extends Module {
  p: number
  block_size: number
  inplace: boolean
  eps: number

  constructor(...args: Args<LayerArgs, typeof layer_names>) {
    super()
    const [p, block_size, inplace = false, eps = 1e-6] = arrange<LayerArgs>(`${new.target.name}.__init__`, layer_names, 2, args)
    this.p = p
    this.block_size = block_size
    this.inplace = inplace
    this.eps = eps
  }

  forward(input: Tensor): Tensor {
    return drop(2, input, this.p, this.block_size, this.inplace, this.eps, this.training)
  }

  override toString(): string {
    return `${this._get_name()}(p=${float_repr(this.p)}, block_size=${this.block_size}, inplace=${this.inplace ? 'True' : 'False'})`
  }
}

/** {@link drop_block3d} in training. @see torchvision.ops.DropBlock3d */
export class DropBlock3d extends DropBlock2d {
  override forward(input: Tensor): Tensor {
    return drop(3, input, this.p, this.block_size, this.inplace, this.eps, this.training)
  }
}
