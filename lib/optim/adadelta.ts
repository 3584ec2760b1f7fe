// Adadelta: torch.optim.adadelta.
import { type Args, bind } from '../_args'
import { ValueError } from '../_errors'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_lr, check_not_negative } from './_lane_optimizer'
import { type Scalar, negate } from './_lanes'
import { type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends LaneOptions {
  /** Factor of the steps. Default: 1. */
  lr: number | Tensor
  /** Decay of the running averages. Default: 0.9. */
  rho: number
  /** Keeps the divisor from zero. Default: 1e-6. */
  eps: number
  /** L2 penalty. Default: 0. */
  weight_decay: number
  capturable: boolean
}

interface State {
  step: Tensor
  square_avg: Tensor
  acc_delta: Tensor
}

const names = ['params', 'lr', 'rho', 'eps', 'weight_decay', 'foreach'] as const
const keywords = ['capturable', 'maximize', 'differentiable'] as const

/**
 * Steps as long as the past ones, in proportion to the gradient's size, so that they need no rate.
 *
 * @throws {ValueError} for a negative rate, eps or weight decay, or rho outside [0, 1].
 * @see torch.optim.Adadelta; Zeiler, arXiv:1212.5701
 */
export class Adadelta extends LaneOptimizer<AdadeltaOptions, State> {
  protected override readonly added_options = { foreach: null, maximize: false, differentiable: false, capturable: false }

  constructor(...args: Args<[
    params: Params<AdadeltaOptions>, lr?: number | Tensor, rho?: number, eps?: number, weight_decay?: number, foreach?: boolean | null,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('Adadelta.__init__', names, 1, args, keywords)
    const options: AdadeltaOptions = {
      lr: 1, rho: 0.9, eps: 1e-6, weight_decay: 0, maximize: false, capturable: false, foreach: null, differentiable: false, ...given,
    }
    check_lr(options.lr)
    if (!(options.rho >= 0 && options.rho <= 1)) throw new ValueError(`Invalid rho value: ${number_text(options.rho)}`)
    check_not_negative(options.eps, 'Invalid epsilon value')
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    super(params as Params<AdadeltaOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<AdadeltaOptions>): State {
    return { step: this.new_scalar(0, param, group), square_avg: zeros_like(param), acc_delta: zeros_like(param) }
  }

  protected override advance(lanes: LanesOf<State>, _step: Scalar, lr: Scalar, group: ParamGroup<AdadeltaOptions>): void {
    const { rho, eps, weight_decay, maximize, differentiable } = group
    const { param, square_avg, acc_delta } = lanes
    let grad = maximize ? lanes.grad.neg() : lanes.grad
    if (weight_decay !== 0) grad = grad.add(param, weight_decay)
    square_avg.mul_(rho).addcmul_(grad, grad, 1 - rho)
    const deviation = square_avg.add(eps).sqrt_()
    const delta = acc_delta.add(eps).sqrt_().saved(differentiable).div_(deviation).mul_(grad)
    acc_delta.mul_(rho).addcmul_(delta, delta, 1 - rho)
    param.add_(delta, negate(lr))
  }
}
