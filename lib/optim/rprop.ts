// Resilient backpropagation: torch.optim.rprop.
import { type Args, bind } from '../_args'
import { full_like } from '../_creation'
import { Complex } from '../_dispatch'
import { ValueError } from '../_errors'
import { where, zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { number_of } from './_forms'
import { type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_lr } from './_lane_optimizer'
import type { Scalar } from './_lanes'
import { type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link Rprop}. */
export interface RpropOptions extends LaneOptions {
  /** Size of the first step. Default: 1e-2. */
  lr: number | Tensor
  /** Factors of the step size when the gradient changes its sign, and when it keeps it. Default: [0.5, 1.2]. */
  etas: readonly [number, number]
  /** The least and the greatest step size. Default: [1e-6, 50]. */
  step_sizes: readonly [number, number]
  capturable: boolean
}

interface State {
  step: Tensor
  prev: Tensor
  step_size: Tensor
}

const names = ['params', 'lr', 'etas', 'step_sizes'] as const
const keywords = ['capturable', 'foreach', 'maximize', 'differentiable'] as const

/**
 * Steps by the sign of the gradient alone, each element's of its own size. For whole data sets rather than batches.
 *
 * @throws {ValueError} for a negative rate, or etas that are not 0 < etas[0] < 1 < etas[1].
 * @see torch.optim.Rprop
 */
export class Rprop extends LaneOptimizer<RpropOptions, State> {
  protected override readonly added_options = { foreach: null, maximize: false, differentiable: false, capturable: false }

  constructor(...args: Args<[
    params: Params<RpropOptions>, lr?: number | Tensor, etas?: readonly [number, number], step_sizes?: readonly [number, number],
  ], typeof names, LaneKeywords>) {
    const { params, ...given } = bind('Rprop.__init__', names, 1, args, keywords)
    const options: RpropOptions = {
      lr: 1e-2, etas: [0.5, 1.2], step_sizes: [1e-6, 50], foreach: null, maximize: false, differentiable: false, capturable: false,
      ...given,
    }
    check_lr(options.lr)
    const [minus, plus] = options.etas
    if (!(minus > 0 && minus < 1 && plus > 1)) throw new ValueError(`Invalid eta values: ${number_text(minus)}, ${number_text(plus)}`)
    super(params as Params<RpropOptions>, options)
  }

  protected override new_state(param: Tensor, grad: Tensor, group: ParamGroup<RpropOptions>): State {
    const lr = number_of(group.lr)
    const size = param.dtype.is_complex ? new Complex(lr, lr) : lr
    return { step: this.new_scalar(0, param, group), prev: zeros_like(param), step_size: full_like(grad, size) }
  }

  protected override advance(lanes: LanesOf<State>, _step: Scalar, _lr: Scalar, group: ParamGroup<RpropOptions>): void {
    const { etas: [shrink, grow], step_sizes: [least, greatest], differentiable } = group
    const { param, prev, step_size } = lanes
    const grad = group.maximize ? lanes.grad.neg() : lanes.grad
    const sign = grad.mul(prev.saved(differentiable)).sign()
    // A number takes the dtype of the tensor beside it, so each where has one.
    const grown = sign.map(one => where(one.gt(0), grow, one))
    const shrunk = grown.map(one => where(one.lt(0), shrink, one))
    const factor = shrunk.map(one => where(one.eq(0), 1, one))
    step_size.mul_(factor).map(one => one.clamp_(least, greatest))
    // Where the sign changed, the last step went too far: this one stays, and the next one forgets that there was a change.
    const followed = grad.map((one, i) => where(sign.tensors[i].lt(0), 0, one))
    param.addcmul_(followed.sign(), step_size.saved(differentiable), -1)
    prev.copy_(followed)
  }
}
