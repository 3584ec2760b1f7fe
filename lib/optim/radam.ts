// Rectified Adam: torch.optim.radam.
import { type Args, bind } from '../_args'
import { where, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import {
  type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_betas, check_lr, check_not_negative,
} from './_lane_optimizer'
import { Lanes, type Scalar, minus, over, power, root, times } from './_lanes'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link RAdam}. */
export interface RAdamOptions extends LaneOptions {
  /** Default: 1e-3. */
  lr: number | Tensor
  /** Decay of the running averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** L2 penalty, or the parameters' decay if it is decoupled. Default: 0. */
  weight_decay: number
  /** Let the parameters decay by themselves. Default: false. */
  decoupled_weight_decay: boolean
  capturable: boolean
}

interface State {
  step: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
}

const names = ['params', 'lr', 'betas', 'eps', 'weight_decay', 'decoupled_weight_decay'] as const
const keywords = ['foreach', 'maximize', 'capturable', 'differentiable'] as const

/**
 * Adam whose first steps, in which the average square is uncertain, are plain averages of the gradient, and the next ones smaller.
 *
 * @throws {ValueError} for a negative rate, eps or weight decay, or betas outside [0, 1).
 * @see torch.optim.RAdam; Liu and others, arXiv:1908.03265
 */
export class RAdam extends LaneOptimizer<RAdamOptions, State> {
  protected override readonly decays_complex = false
  protected override readonly added_options = {
    foreach: null, maximize: false, differentiable: false, decoupled_weight_decay: false, capturable: false,
  }

  constructor(...args: Args<[
    params: Params<RAdamOptions>, lr?: number | Tensor, betas?: readonly [number, number], eps?: number, weight_decay?: number,
    decoupled_weight_decay?: boolean,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('RAdam.__init__', names, 1, args, keywords)
    const options: RAdamOptions = {
      lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, decoupled_weight_decay: false, foreach: null, maximize: false,
      capturable: false, differentiable: false, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.eps, 'Invalid epsilon value')
    check_betas(options.betas)
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    super(params as Params<RAdamOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<RAdamOptions>): State {
    return { step: this.new_scalar(0, param, group), exp_avg: zeros_like(param), exp_avg_sq: zeros_like(param) }
  }

  protected override advance(lanes: LanesOf<State>, counted: Scalar, lr: Scalar, group: ParamGroup<RAdamOptions>): void {
    const { betas: [beta1, beta2], eps, weight_decay, capturable } = group
    const { param, exp_avg, exp_avg_sq } = lanes
    const step = capturable || typeof counted === 'number' ? counted : counted.items()[0]
    let grad = group.maximize ? lanes.grad.neg() : lanes.grad
    if (weight_decay !== 0) {
      if (group.decoupled_weight_decay) param.mul_(minus(1, times(lr, weight_decay)))
      else grad = grad.add(param, weight_decay)
    }
    exp_avg.lerp_(grad, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, 1 - beta2)
    const decay = power(beta2, step)
    const correction = minus(1, decay)
    const average = exp_avg.div(minus(1, power(beta1, step)))
    // The length of the average, at last and now: how far the average square can be relied on.
    const longest = 2 / (1 - beta2) - 1
    const length = minus(longest, over(times(times(2, step), decay), correction))
    const adaptive = (): Lanes => exp_avg_sq.sqrt().add_(eps).reciprocal().mul(root(correction))
    if (typeof length === 'object') {
      const rectified = adaptive().mul(rectification(length, longest))
      const update = rectified.map((one, i) => where(length.tensors[i].gt(5), one, 1))
      param.add_(average.mul(lr).mul(update), -1)
    } else if (length > 5) {
      param.add_(average.mul(lr).mul(adaptive()).mul(rectification(length, longest)), -1)
    } else {
      param.add_(average.mul(lr), -1)
    }
  }
}

/** How much a step is to be trusted, by the length of its average. */
function rectification(length: Scalar, longest: number): Scalar {
  const now = times(times(minus(length, 4), minus(length, 2)), longest)
  return power(over(now, times((longest - 4) * (longest - 2), length)), 0.5)
}
