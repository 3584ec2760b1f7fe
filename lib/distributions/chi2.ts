// The chi-squared distribution: torch.distributions.chi2.
import { type Args, arrange } from '../_args'
import { is_tensor } from '../_dispatch'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import type { Constraints, Shape } from './distribution'
import { Gamma } from './gamma'
import type { Parameter } from './utils'

const names = ['df', 'validate_args'] as const
type Params = [df: Parameter, validate_args?: boolean | null]

/**
 * The sum of the squares of `df` standard normal numbers: Gamma(df / 2, 1 / 2).
 *
 * @param df - degrees of freedom; positive.
 * @see torch.distributions.Chi2
 */
export class Chi2 extends Gamma {
  static override arg_constraints: Constraints = { df: constraints.positive }

  constructor(...args: Args<Params, typeof names>) {
    const [df, validate_args] = arrange<Params>('Chi2.__init__', names, 1, args)
    super(is_tensor(df) ? (df as Tensor).mul(0.5) : 0.5 * Number(df), 0.5, validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return super.expand(batch_shape, this._get_checked_instance(Chi2, _instance))
  }

  get df(): Tensor {
    return this.concentration.mul(2)
  }
}
