// Flatten and its inverse: torch.nn.modules.flatten.
import { type Args, arrange } from '../../_args'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Layer, settings } from './_layer'

const flatten_names = ['start_dim', 'end_dim'] as const
type FlattenArgs = [start_dim?: number, end_dim?: number]

/**
 * Makes one dimension of those from start_dim to end_dim. Default: all but the first.
 *
 * Shape: (*, S_start, ..., S_end, *) → (*, S_start * ... * S_end, *).
 * @see torch.nn.Flatten
 */
export class Flatten extends Layer {
  start_dim: number
  end_dim: number

  constructor(...args: Args<FlattenArgs, typeof flatten_names>) {
    super()
    const [start_dim = 1, end_dim = -1] = arrange<FlattenArgs>('Flatten.__init__', flatten_names, 0, args)
    this.start_dim = start_dim
    this.end_dim = end_dim
  }

  forward(input: Tensor): Tensor {
    return input.flatten(this.start_dim, this.end_dim)
  }

  override extra_repr(): string {
    return settings(this, 'start_dim', 'end_dim')
  }
}

const unflatten_names = ['dim', 'unflattened_size'] as const
type UnflattenArgs = [dim: number, unflattened_size: readonly number[]]

function check_size(size: unknown): void {
  if (!Array.isArray(size)) throw new TypeError(`unflattened_size must be a tuple of ints, but found type ${type_name(size)}`)
  const wrong = size.findIndex(element => !Number.isInteger(element))
  if (wrong >= 0) throw new TypeError(`unflattened_size must be tuple of ints, but found element of type ${type_name(size[wrong])} at pos ${wrong}`)
}

/**
 * Makes several dimensions of one; one size may be -1.
 *
 * Shape: (*, S_dim, *) → (*, U_1, ..., U_n, *) with U_1 * ... * U_n = S_dim.
 * @throws {TypeError} for sizes that are no ints.
 * @see torch.nn.Unflatten
 */
export class Unflatten extends Layer {
  dim: number
  unflattened_size: readonly number[]

  constructor(...args: Args<UnflattenArgs, typeof unflatten_names>) {
    super()
    const [dim, unflattened_size] = arrange<UnflattenArgs>('Unflatten.__init__', unflatten_names, 2, args)
    check_size(unflattened_size)
    this.dim = dim
    this.unflattened_size = unflattened_size
  }

  forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattened_size)
  }

  override extra_repr(): string {
    return settings(this, 'dim', 'unflattened_size')
  }
}
