// Adam with Nesterov momentum: torch.optim.nadam.
import { type Args, bind } from '../_args'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import {
  type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_betas, check_lr, check_not_negative,
} from './_lane_optimizer'
import { type Scalar, minus, negate, over, plus, power, times } from './_lanes'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link NAdam}. */
export interface NAdamOptions extends LaneOptions {
  /** Default: 2e-3. */
  lr: number | Tensor
  /** Decay of the running averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** L2 penalty, or the parameters' decay if it is decoupled. Default: 0. */
  weight_decay: number
  /** How fast the momentum grows to betas[0]. Default: 4e-3. */
  momentum_decay: number
  /** Let the parameters decay by themselves. Default: false. */
  decoupled_weight_decay: boolean
  capturable: boolean
}

interface State {
  step: Tensor
  mu_product: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
}

const names = ['params', 'lr', 'betas', 'eps', 'weight_decay', 'momentum_decay', 'decoupled_weight_decay'] as const
const keywords = ['foreach', 'maximize', 'capturable', 'differentiable'] as const

/**
 * Adam with Nesterov momentum that grows with the steps.
 *
 * @throws {ValueError} for a negative rate, eps or decay, or betas outside [0, 1).
 * @see torch.optim.NAdam; Dozat, Incorporating Nesterov Momentum into Adam
 */
export class NAdam extends LaneOptimizer<NAdamOptions, State> {
  protected override readonly scalars = ['step', 'mu_product'] as const
  protected override readonly on_device = 'params, mu_products and state_steps'
  protected override readonly decays_complex = false
  protected override readonly added_options = {
    maximize: false, foreach: null, capturable: false, differentiable: false, decoupled_weight_decay: false,
  }

  constructor(...args: Args<[
    params: Params<NAdamOptions>, lr?: number | Tensor, betas?: readonly [number, number], eps?: number, weight_decay?: number,
    momentum_decay?: number, decoupled_weight_decay?: boolean,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('NAdam.__init__', names, 1, args, keywords)
    const options: NAdamOptions = {
      lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, momentum_decay: 4e-3, decoupled_weight_decay: false,
      maximize: false, foreach: null, capturable: false, differentiable: false, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.eps, 'Invalid epsilon value')
    check_betas(options.betas)
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    check_not_negative(options.momentum_decay, 'Invalid momentum_decay value')
    super(params as Params<NAdamOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<NAdamOptions>): State {
    return {
      step: this.new_scalar(0, param, group), mu_product: this.new_scalar(1, param, group), exp_avg: zeros_like(param),
      exp_avg_sq: zeros_like(param),
    }
  }

  protected override advance(lanes: LanesOf<State>, counted: Scalar, lr: Scalar, group: ParamGroup<NAdamOptions>): void {
    const { betas: [beta1, beta2], eps, weight_decay, momentum_decay, differentiable, capturable } = group
    const { param, exp_avg, exp_avg_sq, mu_product } = lanes
    const step = capturable || typeof counted === 'number' ? counted : counted.items()[0]
    let grad = group.maximize ? lanes.grad.neg() : lanes.grad
    const correction = minus(1, power(beta2, step))
    if (weight_decay !== 0) {
      if (group.decoupled_weight_decay) param.mul_(minus(1, times(lr, weight_decay)))
      else grad = grad.add(param, weight_decay)
    }
    const momentum_at = (count: Scalar): Scalar => times(beta1, minus(1, times(0.5, power(0.96, times(count, momentum_decay)))))
    const mu = momentum_at(step)
    const mu_next = momentum_at(plus(step, 1))
    mu_product.mul_(mu)
    exp_avg.lerp_(grad, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, 1 - beta2)
    const spread = exp_avg_sq.div(correction).sqrt()
    const deviation = differentiable ? spread.add(eps) : spread.add_(eps)
    const product: Scalar = capturable || differentiable ? mu_product : mu_product.tensors[0].item()
    const of_grad = over(times(negate(lr), minus(1, mu)), minus(1, product))
    const of_average = over(times(negate(lr), mu_next), minus(1, times(product, mu_next)))
    if (capturable || differentiable) {
      param.addcdiv_(grad.mul(of_grad), deviation)
      param.addcdiv_(exp_avg.mul(of_average), deviation)
    } else {
      param.addcdiv_(grad, deviation, of_grad)
      param.addcdiv_(exp_avg, deviation, of_average)
    }
  }
}
