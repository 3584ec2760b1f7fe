// Padding layers: torch.nn.modules.padding.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import { pad } from '../../generated/nn_functions'
import type { Tensor } from '../../tensor'
import type { Sizes } from '../_types'
import { Layer, text } from './_layer'

const names = ['padding'] as const
type PadArgs = [padding: Sizes]
type Dims = 1 | 2 | 3

/** Both ends of each dimension, the last one first. */
function ends(padding: Sizes, dims: Dims): number[] {
  return typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : Array.from(padding)
}

/** A padding layer whose only setting is how much. */
abstract class _PadNd extends Layer {
  padding: number[]

  constructor(dims: Dims, args: Args<PadArgs, typeof names>) {
    super()
    const [padding] = arrange<PadArgs>(`${new.target.name}.__init__`, names, 1, args)
    this.padding = ends(padding, dims)
  }

  override extra_repr(): string {
    return text(this.padding)
  }
}

// ---- circular ----

function pad_circularly(layer: _PadNd, input: Tensor): Tensor {
  const dims = input.dim()
  const least = layer.padding.length / 2 + 1
  if (dims !== least && dims !== least + 1) throw new ValueError(`expected ${least}D or ${least + 1}D input (got ${dims}D input)`)
  return pad(input, layer.padding, 'circular')
}

/**
 * Continues (N, C, L) or (C, L) at its other end.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): each size grows by its padding.
 * @param padding - at both ends, or [left, right]
 * @see torch.nn.CircularPad1d
 */
export class CircularPad1d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(1, args)
  }

  forward(input: Tensor): Tensor {
    return pad_circularly(this, input)
  }
}

/**
 * Continues images at their other ends.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): each size grows by its padding.
 * @param padding - at all ends, or [left, right, top, bottom]
 * @see torch.nn.CircularPad2d
 */
export class CircularPad2d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(2, args)
  }

  forward(input: Tensor): Tensor {
    return pad_circularly(this, input)
  }
}

/**
 * Continues volumes at their other ends.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): each size grows by its padding.
 * @param padding - at all ends, or [left, right, top, bottom, front, back]
 * @see torch.nn.CircularPad3d
 */
export class CircularPad3d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(3, args)
  }

  forward(input: Tensor): Tensor {
    return pad_circularly(this, input)
  }
}

// ---- reflection ----

/**
 * Mirrors (N, C, L) or (C, L) at its ends.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): each size grows by its padding.
 * @see torch.nn.ReflectionPad1d
 */
export class ReflectionPad1d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(1, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'reflect')
  }
}

/**
 * Mirrors images at their edges.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ReflectionPad2d
 */
export class ReflectionPad2d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(2, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'reflect')
  }
}

/**
 * Mirrors volumes at their faces.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ReflectionPad3d
 */
export class ReflectionPad3d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(3, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'reflect')
  }
}

// ---- replication ----

/**
 * Repeats the values at the ends of (N, C, L) or (C, L).
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): each size grows by its padding.
 * @see torch.nn.ReplicationPad1d
 */
export class ReplicationPad1d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(1, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'replicate')
  }
}

/**
 * Repeats the values at the edges of images.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ReplicationPad2d
 */
export class ReplicationPad2d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(2, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'replicate')
  }
}

/**
 * Repeats the values at the faces of volumes.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ReplicationPad3d
 */
export class ReplicationPad3d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(3, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'replicate')
  }
}

// ---- zeros and other constants ----

/**
 * Adds zeros at the ends of the last dimension.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): each size grows by its padding.
 * @see torch.nn.ZeroPad1d
 */
export class ZeroPad1d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(1, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', 0)
  }
}

/**
 * Adds zeros around the last two dimensions.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ZeroPad2d
 */
export class ZeroPad2d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(2, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', 0)
  }
}

/**
 * Adds zeros around the last three dimensions.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ZeroPad3d
 */
export class ZeroPad3d extends _PadNd {
  constructor(...args: Args<PadArgs, typeof names>) {
    super(3, args)
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', 0)
  }
}

const constant_names = ['padding', 'value'] as const
type ConstantArgs = [padding: Sizes, value: number]

/** What the constant padding layers share. */
abstract class _ConstantPadNd extends Layer {
  padding: number[]
  value: number

  constructor(dims: Dims, args: Args<ConstantArgs, typeof constant_names>) {
    super()
    const [padding, value] = arrange<ConstantArgs>(`${new.target.name}.__init__`, constant_names, 2, args)
    this.padding = ends(padding, dims)
    this.value = value
  }

  forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', this.value)
  }

  override extra_repr(): string {
    return `padding=${text(this.padding)}, value=${text(this.value)}`
  }
}

/**
 * Adds a constant at the ends of the last dimension.
 *
 * Shape: (N, C, L) or (C, L) → (N, C, L_out): each size grows by its padding.
 * @see torch.nn.ConstantPad1d
 */
export class ConstantPad1d extends _ConstantPadNd {
  constructor(...args: Args<ConstantArgs, typeof constant_names>) {
    super(1, args)
  }
}

/**
 * Adds a constant around the last two dimensions.
 *
 * Shape: (N, C, H, W) or (C, H, W) → (N, C, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ConstantPad2d
 */
export class ConstantPad2d extends _ConstantPadNd {
  constructor(...args: Args<ConstantArgs, typeof constant_names>) {
    super(2, args)
  }
}

/**
 * Adds a constant around the last three dimensions.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → (N, C, D_out, H_out, W_out): each size grows by its padding.
 * @see torch.nn.ConstantPad3d
 */
export class ConstantPad3d extends _ConstantPadNd {
  constructor(...args: Args<ConstantArgs, typeof constant_names>) {
    super(3, args)
  }
}
