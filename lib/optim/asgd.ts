// Averaged stochastic gradient descent: torch.optim.asgd.
import { type Args, bind } from '../_args'
import { maximum, ones_like, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { number_of } from './_forms'
import { type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_lr, check_not_negative } from './_lane_optimizer'
import { Lanes, type Scalar, minus, over, plus, power, times } from './_lanes'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link ASGD}. */
export interface ASGDOptions extends LaneOptions {
  /** Default: 1e-2. */
  lr: number | Tensor
  /** Decay of the parameters. Default: 1e-4. */
  lambd: number
  /** Power of the rate's decrease. Default: 0.75. */
  alpha: number
  /** The step at which averaging begins. Default: 1e6. */
  t0: number
  /** L2 penalty. Default: 0. */
  weight_decay: number
  capturable: boolean
}

interface State {
  step: Tensor
  eta: Tensor
  mu: Tensor
  ax: Tensor
}

const names = [
  'params', 'lr', 'lambd', 'alpha', 't0', 'weight_decay', 'foreach', 'maximize', 'differentiable', 'capturable',
] as const

/**
 * Stochastic gradient descent that keeps the average of the parameters: `state.ax`.
 *
 * @throws {ValueError} for a negative rate or weight decay.
 * @see torch.optim.ASGD; Polyak and Juditsky, Acceleration of stochastic approximation by averaging
 */
export class ASGD extends LaneOptimizer<ASGDOptions, State> {
  protected override readonly scalars = ['step', 'eta', 'mu'] as const
  protected override readonly on_device = 'params, mus, etas, and state_steps'
  protected override readonly decays_complex = false
  protected override readonly added_options = { foreach: null, maximize: false, differentiable: false, capturable: false }

  constructor(...args: Args<[
    params: Params<ASGDOptions>, lr?: number | Tensor, lambd?: number, alpha?: number, t0?: number, weight_decay?: number,
    foreach?: boolean | null, maximize?: boolean, differentiable?: boolean, capturable?: boolean,
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('ASGD.__init__', names, 1, args)
    const options: ASGDOptions = {
      lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weight_decay: 0, foreach: null, maximize: false, differentiable: false,
      capturable: false, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    super(params as Params<ASGDOptions>, options)
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<ASGDOptions>): State {
    const scalar = (value: number): Tensor => this.new_scalar(value, param, group).to(param.device)
    return { step: scalar(0), eta: scalar(number_of(group.lr)), mu: scalar(1), ax: zeros_like(param) }
  }

  protected override advance(lanes: LanesOf<State>, counted: Scalar, lr: Scalar, group: ParamGroup<ASGDOptions>): void {
    const { lambd, alpha, t0, weight_decay, capturable } = group
    const { param, ax, eta, mu } = lanes
    const step = capturable || typeof counted === 'number' ? counted : counted.items()[0]
    let grad = group.maximize ? lanes.grad.neg() : lanes.grad
    if (weight_decay !== 0) grad = grad.add(param, weight_decay)
    if (capturable) {
      param.mul_(minus(1, times(lambd, eta)))
      param.addcmul_(grad, eta, -1)
    } else {
      const rate = eta.tensors[0].item()
      param.mul_(1 - lambd * rate)
      param.add_(grad, -rate)
    }
    if (capturable || mu.tensors[0].item() !== 1) ax.add_(param.sub(ax).mul_(mu))
    else ax.copy_(param)
    set_all(eta, over(lr, power(plus(1, times(times(lambd, lr), step)), alpha)))
    if (typeof step === 'number') set_all(mu, 1 / Math.max(1, step - t0))
    else mu.copy_(step.map(one => maximum(one.sub(t0), ones_like(one)).reciprocal()))
  }
}

function set_all(lanes: Lanes, value: Scalar): void {
  if (typeof value === 'object') lanes.copy_(value)
  else lanes.map(one => one.fill_(value))
}
