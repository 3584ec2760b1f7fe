// The half-Cauchy distribution: torch.distributions.half_cauchy.
import { type Args, arrange } from '../_args'
import { as_tensor, full } from '../_creation'
import type { Tensor } from '../tensor'
import { Half } from './_half'
import { Cauchy } from './cauchy'
import type { Shape } from './distribution'
import type { Parameter } from './utils'

const names = ['scale', 'validate_args'] as const
type Params = [scale: Parameter, validate_args?: boolean | null]

/**
 * |x| for x of Cauchy(0, scale).
 *
 * @param scale - positive.
 * @see torch.distributions.HalfCauchy
 */
export class HalfCauchy extends Half<Cauchy> {
  constructor(...args: Args<Params, typeof names>) {
    const [scale, validate_args] = arrange<Params>('HalfCauchy.__init__', names, 1, args)
    super(new Cauchy(0, scale, false), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(HalfCauchy, _instance))
  }

  override get mean(): Tensor {
    const { dtype, device } = this.scale
    return full(this._extended_shape(), Infinity, { dtype, device })
  }

  override get variance(): Tensor {
    return this.base_dist.variance
  }

  protected override _operand(value: Tensor): Tensor {
    const { dtype, device } = this.scale
    return as_tensor(value, { dtype, device })
  }
}
