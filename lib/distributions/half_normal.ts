// The half-normal distribution: torch.distributions.half_normal.
import { type Args, arrange } from '../_args'
import type { Tensor } from '../tensor'
import { Half } from './_half'
import type { Shape } from './distribution'
import { Normal } from './normal'
import type { Parameter } from './utils'

const names = ['scale', 'validate_args'] as const
type Params = [scale: Parameter, validate_args?: boolean | null]

/**
 * |x| for x of Normal(0, scale).
 *
 * @param scale - positive.
 * @see torch.distributions.HalfNormal
 */
export class HalfNormal extends Half<Normal> {
  constructor(...args: Args<Params, typeof names>) {
    const [scale, validate_args] = arrange<Params>('HalfNormal.__init__', names, 1, args)
    super(new Normal(0, scale, false), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(HalfNormal, _instance))
  }

  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI))
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(1 - 2 / Math.PI)
  }
}
