// Adamax: torch.optim.adamax.
import { type Args, bind } from '../_args'
import { cat, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import {
  type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_betas, check_lr, check_not_negative,
} from './_lane_optimizer'
import { type Scalar, minus, negate, over, power } from './_lanes'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends LaneOptions {
  /** Default: 2e-3. */
  lr: number | Tensor
  /** Decay of the average gradient and of its greatest size. Default: [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** L2 penalty. Default: 0. */
  weight_decay: number
  capturable: boolean
}

interface State {
  step: Tensor
  exp_avg: Tensor
  exp_inf: Tensor
}

const names = ['params', 'lr', 'betas', 'eps', 'weight_decay', 'foreach'] as const
const keywords = ['maximize', 'differentiable', 'capturable'] as const

/**
 * Adam with the greatest size of the gradient, decaying, in place of the root of its average square.
 *
 * @throws {ValueError} for a negative rate, eps or weight decay, or betas outside [0, 1).
 * @see torch.optim.Adamax; Kingma and Ba, arXiv:1412.6980
 */
export class Adamax extends LaneOptimizer<AdamaxOptions, State> {
  protected override readonly added_options = { foreach: null, maximize: false, differentiable: false, capturable: false }

  constructor(...args: Args<[
    params: Params<AdamaxOptions>, lr?: number | Tensor, betas?: readonly [number, number], eps?: number, weight_decay?: number,
    foreach?: boolean | null,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('Adamax.__init__', names, 1, args, keywords)
    const options: AdamaxOptions = {
      lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, foreach: null, maximize: false, differentiable: false,
      capturable: false, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.eps, 'Invalid epsilon value')
    check_betas(options.betas)
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    super(params as Params<AdamaxOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<AdamaxOptions>): State {
    return { step: this.new_scalar(0, param, group), exp_avg: zeros_like(param), exp_inf: zeros_like(param) }
  }

  protected override advance(lanes: LanesOf<State>, step: Scalar, lr: Scalar, group: ParamGroup<AdamaxOptions>): void {
    const { betas: [beta1, beta2], eps, weight_decay, maximize, differentiable, capturable } = group
    const { param, exp_avg, exp_inf } = lanes
    let grad = maximize ? lanes.grad.neg() : lanes.grad
    if (weight_decay !== 0) grad = grad.add(param, weight_decay)
    exp_avg.lerp_(grad, 1 - beta1)
    const size = grad.abs().add_(eps)
    if (differentiable) {
      const greatest = exp_inf.mul_(beta2).map((one, i) => cat([one.unsqueeze(0), size.tensors[i].unsqueeze(0)], 0).amax(0))
      exp_inf.copy_(greatest)
    } else {
      exp_inf.mul_(beta2).maximum_(size)
    }
    if (capturable) {
      const factor = over(minus(power(beta1, step), 1), lr)
      param.addcdiv_(exp_avg, exp_inf.mul(factor))
      return
    }
    const count = typeof step === 'number' ? step : step.items()[0]
    param.addcdiv_(exp_avg.saved(differentiable), exp_inf.saved(differentiable), negate(over(lr, minus(1, power(beta1, count)))))
  }
}
