// The Beta distribution: torch.distributions.beta.
import { type Args, arrange } from '../_args'
import { tensor } from '../_creation'
import { stack } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { Dirichlet } from './dirichlet'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { type Parameter, broadcast_all, is_number, minus } from './utils'

const names = ['concentration1', 'concentration0', 'validate_args'] as const
type Params = [concentration1: Parameter, concentration0: Parameter, validate_args?: boolean | null]

/**
 * Numbers of [0, 1] with a density proportional to `x^(concentration1 - 1) (1 - x)^(concentration0 - 1)`.
 *
 * @param concentration1 - often called alpha; positive.
 * @param concentration0 - often called beta; positive.
 * @see torch.distributions.Beta
 */
export class Beta extends ExponentialFamily {
  static override arg_constraints: Constraints = { concentration1: constraints.positive, concentration0: constraints.positive }
  static override support: constraints.Constraint = constraints.unit_interval
  static override has_rsample = true
  declare _dirichlet: Dirichlet

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [concentration1, concentration0, validate_args] = arrange<Params>('Beta.__init__', names, 2, args)
    const both = is_number(concentration1) && is_number(concentration0) ? tensor([Number(concentration1), Number(concentration0)])
      : stack(broadcast_all(concentration1, concentration0), -1)
    this._dirichlet = new Dirichlet(both, validate_args)
    this._init(this._dirichlet.batch_shape, [], validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    return this._expand_fields(Beta, ['_dirichlet'], batch_shape, _instance)
  }

  override get mean(): Tensor {
    return this.concentration1.div(this.concentration1.add(this.concentration0))
  }

  override get mode(): Tensor {
    return this._dirichlet.mode.at('...', 0)
  }

  override get variance(): Tensor {
    const total = this.concentration1.add(this.concentration0)
    return this.concentration1.mul(this.concentration0).div(total.pow(2).mul(total.add(1)))
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return this._dirichlet.rsample(sample_shape).select(-1, 0)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this._dirichlet.log_prob(stack([value, minus(1, value)], -1))
  }

  override entropy(): Tensor {
    return this._dirichlet.entropy()
  }

  get concentration1(): Tensor {
    return this._dirichlet.concentration.at('...', 0)
  }

  get concentration0(): Tensor {
    return this._dirichlet.concentration.at('...', 1)
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.concentration1, this.concentration0]
  }

  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    return x.lgamma().add(y.lgamma()).sub(x.add(y).lgamma())
  }
}
