// RMSprop: torch.optim.rmsprop.
import { type Args, bind } from '../_args'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_lr, check_not_negative } from './_lane_optimizer'
import { type Scalar, negate } from './_lanes'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends LaneOptions {
  /** Default: 1e-2. */
  lr: number | Tensor
  /** Decay of the average square of the gradient. Default: 0.99. */
  alpha: number
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** L2 penalty. Default: 0. */
  weight_decay: number
  /** Factor of the running sum of steps. Default: 0. */
  momentum: number
  /** Divide by the deviation from the average gradient. Default: false. */
  centered: boolean
  capturable: boolean
}

interface State {
  step: Tensor
  square_avg: Tensor
  momentum_buffer?: Tensor
  grad_avg?: Tensor
}

const names = [
  'params', 'lr', 'alpha', 'eps', 'weight_decay', 'momentum', 'centered', 'capturable', 'foreach', 'maximize', 'differentiable',
] as const

/**
 * Steps of the gradient over the root of the running average of its square.
 *
 * @throws {ValueError} for a negative rate, eps, momentum, weight decay or alpha.
 * @see torch.optim.RMSprop; Hinton's lecture notes
 */
export class RMSprop extends LaneOptimizer<RMSpropOptions, State> {
  protected override readonly added_options = {
    momentum: 0, centered: false, foreach: null, maximize: false, differentiable: false, capturable: false,
  }

  constructor(...args: Args<[
    params: Params<RMSpropOptions>, lr?: number | Tensor, alpha?: number, eps?: number, weight_decay?: number, momentum?: number,
    centered?: boolean, capturable?: boolean, foreach?: boolean | null, maximize?: boolean, differentiable?: boolean,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('RMSprop.__init__', names, 1, args)
    const options: RMSpropOptions = {
      lr: 1e-2, alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0, centered: false, capturable: false, foreach: null,
      maximize: false, differentiable: false, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.eps, 'Invalid epsilon value')
    check_not_negative(options.momentum, 'Invalid momentum value')
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    check_not_negative(options.alpha, 'Invalid alpha value')
    super(params as Params<RMSpropOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<RMSpropOptions>): State {
    const state: State = { step: this.new_scalar(0, param, group), square_avg: zeros_like(param) }
    if (group.momentum > 0) state.momentum_buffer = zeros_like(param)
    if (group.centered) state.grad_avg = zeros_like(param)
    return state
  }

  protected override advance(lanes: LanesOf<State>, _step: Scalar, lr: Scalar, group: ParamGroup<RMSpropOptions>): void {
    const { alpha, eps, weight_decay, momentum, differentiable } = group
    const { param, square_avg, grad_avg, momentum_buffer } = lanes
    let grad = group.maximize ? lanes.grad.neg() : lanes.grad
    if (weight_decay !== 0) grad = grad.add(param, weight_decay)
    square_avg.mul_(alpha).addcmul_(grad, grad, 1 - alpha)
    if (group.centered) grad_avg.lerp_(grad, 1 - alpha)
    const spread = group.centered ? square_avg.addcmul(grad_avg, grad_avg, -1).sqrt_() : square_avg.sqrt()
    const deviation = differentiable ? spread.add(eps) : spread.add_(eps)
    if (momentum > 0) {
      momentum_buffer.mul_(momentum).addcdiv_(grad, deviation)
      param.add_(momentum_buffer, negate(lr))
    } else {
      param.addcdiv_(grad, deviation, negate(lr))
    }
  }
}
