// The Dirichlet distribution: torch.distributions.dirichlet.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import { aten } from '../_operators'
import { Function, type FunctionCtx, once_differentiable } from '../autograd/function'
import { one_hot } from '../generated/nn_functions'
import { xlogy } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape } from './distribution'
import { ExponentialFamily } from './exp_family'
import { minus } from './utils'

const sample_dirichlet = aten('_sample_dirichlet')
const dirichlet_grad = aten('_dirichlet_grad')

/** The gradient with respect to the concentration through a sample x. */
export function _Dirichlet_backward(x: Tensor, concentration: Tensor, grad_output: Tensor): Tensor {
  const total = concentration.sum(-1, true).expand_as(concentration)
  const grad = dirichlet_grad([x, concentration, total]) as Tensor
  return grad.mul(grad_output.sub(x.mul(grad_output).sum(-1, true)))
}

class _Dirichlet extends Function {
  static override forward(ctx: FunctionCtx, concentration: Tensor): Tensor {
    const x = sample_dirichlet([concentration]) as Tensor
    ctx.save_for_backward(x, concentration)
    return x
  }

  static override backward = once_differentiable((ctx: FunctionCtx, grad_output: Tensor): Tensor => {
    const [x, concentration] = ctx.saved_tensors
    return _Dirichlet_backward(x, concentration, grad_output)
  })
}

const names = ['concentration', 'validate_args'] as const
type Params = [concentration: Tensor, validate_args?: boolean | null]

/**
 * Vectors of positive numbers with sum 1, with a density proportional to the product of `x_i^(concentration_i - 1)`.
 *
 * @param concentration - often called alpha; positive, one for each element along the last dimension.
 * @throws {ValueError} if it has no dimension.
 * @see torch.distributions.Dirichlet
 */
export class Dirichlet extends ExponentialFamily {
  static override arg_constraints: Constraints = { concentration: constraints.independent(constraints.positive, 1) }
  static override support: constraints.Constraint = constraints.simplex
  static override has_rsample = true
  declare concentration: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [concentration, validate_args] = arrange<Params>('Dirichlet.__init__', names, 1, args)
    if (concentration.dim() < 1) throw new ValueError('`concentration` parameter must be at least one-dimensional.')
    this.concentration = concentration
    this._init(concentration.shape.slice(0, -1), concentration.shape.slice(-1), validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Dirichlet, _instance)
    made.concentration = this.concentration.expand([...batch_shape, ...this.event_shape])
    return this._expanded(made, batch_shape)
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    return _Dirichlet.apply(this.concentration.expand(this._extended_shape(sample_shape)))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return xlogy(this.concentration.sub(1), value).sum(-1).add(this.concentration.sum(-1).lgamma())
      .sub(this.concentration.lgamma().sum(-1))
  }

  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, true))
  }

  override get mode(): Tensor {
    const above = this.concentration.sub(1).clamp({ min: 0 })
    const mode = above.div(above.sum(-1, true))
    const mask = this.concentration.lt(1).all(-1)
    return mode.set_at(mask, one_hot(mode.at(mask).argmax(-1), above.size(-1)).to(mode))
  }

  override get variance(): Tensor {
    const total = this.concentration.sum(-1, true)
    return this.concentration.mul(total.sub(this.concentration)).div(total.pow(2).mul(total.add(1)))
  }

  override entropy(): Tensor {
    const k = this.concentration.size(-1)
    const a0 = this.concentration.sum(-1)
    return this.concentration.lgamma().sum(-1).sub(a0.lgamma()).sub(minus(k, a0).mul(a0.digamma()))
      .sub(this.concentration.sub(1).mul(this.concentration.digamma()).sum(-1))
  }

  override get _natural_params(): readonly Tensor[] {
    return [this.concentration]
  }

  override _log_normalizer(x: Tensor): Tensor {
    return x.lgamma().sum(-1).sub(x.sum(-1).lgamma())
  }
}
