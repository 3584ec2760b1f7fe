// Dropout layers: torch.nn.modules.dropout.
import { type Args, arrange } from '../../_args'
import { ValueError } from '../../_errors'
import type { Tensor } from '../../tensor'
import * as F from '../_functional/dropout'
import { Layer, float_text, text } from './_layer'

const names = ['p', 'inplace'] as const
type DropoutArgs = [p?: number, inplace?: boolean]

/** What the dropout layers share. */
abstract class _DropoutNd extends Layer {
  p: number
  inplace: boolean

  constructor(...args: Args<DropoutArgs, typeof names>) {
    super()
    const [p = 0.5, inplace = false] = arrange<DropoutArgs>(`${new.target.name}.__init__`, names, 0, args)
    if (p < 0 || p > 1) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${text(p)}`)
    this.p = p
    this.inplace = inplace
  }

  override extra_repr(): string {
    return `p=${float_text(this.p)}, inplace=${text(this.inplace)}`
  }
}

/**
 * Sets elements to zero with probability p in training and scales the others by 1 / (1 - p). Default: 0.5.
 *
 * Shape: (*) → the same.
 * @throws {ValueError} if p is not between 0 and 1.
 * @see torch.nn.Dropout
 */
export class Dropout extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.dropout(input, this.p, this.training, this.inplace)
  }
}

/**
 * {@link Dropout} of whole channels.
 *
 * Shape: (N, C, L) or (C, L) → the same.
 * @see torch.nn.Dropout1d
 */
export class Dropout1d extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.dropout1d(input, this.p, this.training, this.inplace)
  }
}

/**
 * {@link Dropout} of whole channels.
 *
 * Shape: (N, C, H, W) or (N, C, L) → the same.
 * @see torch.nn.Dropout2d
 */
export class Dropout2d extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this.training, this.inplace)
  }
}

/**
 * {@link Dropout} of whole channels.
 *
 * Shape: (N, C, D, H, W) or (C, D, H, W) → the same.
 * @see torch.nn.Dropout3d
 */
export class Dropout3d extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.dropout3d(input, this.p, this.training, this.inplace)
  }
}

/**
 * Dropout that keeps mean and variance of inputs to SELU.
 *
 * Shape: (*) → the same.
 * @see torch.nn.AlphaDropout
 */
export class AlphaDropout extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.alpha_dropout(input, this.p, this.training)
  }
}

/**
 * {@link AlphaDropout} of whole channels.
 *
 * Shape: (*) → the same.
 * @see torch.nn.FeatureAlphaDropout
 */
export class FeatureAlphaDropout extends _DropoutNd {
  forward(input: Tensor): Tensor {
    return F.feature_alpha_dropout(input, this.p, this.training)
  }
}
