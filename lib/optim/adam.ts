// Adam: torch.optim.adam.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { by_device_and_dtype, check_forms, check_fused, number_of } from './_forms'
import {
  type Columns, type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_betas, check_lr, check_not_negative,
} from './_lane_optimizer'
import { Lanes, type Scalar, minus, negate, over, power, root, times } from './_lanes'
import { type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link Adam}. */
export interface AdamOptions extends LaneOptions {
  /** Learning rate. Default: 1e-3. */
  lr: number | Tensor
  /** Decay of the running averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number | Tensor, number | Tensor]
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** L2 penalty, or the parameters' decay if it is decoupled. Default: 0; of AdamW 1e-2. */
  weight_decay: number | Tensor
  /** Divide by the greatest average of the square so far. Default: false. */
  amsgrad: boolean
  capturable: boolean
  fused: boolean | null
  /** Let the parameters decay by themselves, as AdamW does. Default: false. */
  decoupled_weight_decay: boolean
}

interface State {
  step: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
  max_exp_avg_sq?: Tensor
}

/** @internal */
export const adam_names = ['params', 'lr', 'betas', 'eps', 'weight_decay', 'amsgrad'] as const
const keywords = ['foreach', 'maximize', 'capturable', 'differentiable', 'fused', 'decoupled_weight_decay'] as const

interface AdamKeywords extends LaneKeywords {
  fused?: boolean | null
  decoupled_weight_decay?: boolean
}

/** Arguments of {@link Adam} and AdamW. */
export type AdamArgs<Keywords> = Args<[
  params: Params<AdamOptions>, lr?: number | Tensor, betas?: readonly [number | Tensor, number | Tensor], eps?: number,
  weight_decay?: number | Tensor, amsgrad?: boolean,
], typeof adam_names, Keywords>

/**
 * Adam: steps of the running average of the gradient over the root of that of its square.
 *
 * @throws {ValueError} for a negative rate, eps or weight decay, or betas outside [0, 1).
 * @example new optim.Adam(model.parameters(), { lr: 1e-3, betas: [0.9, 0.999] })
 * @see torch.optim.Adam; Kingma and Ba, arXiv:1412.6980
 */
export class Adam extends LaneOptimizer<AdamOptions, State> {
  /** What torch.amp's GradScaler sets for a fused step: the factor of the gradients, and whether one is infinite. */
  grad_scale: Tensor | null = null
  found_inf: Tensor | null = null
  /** @internal */
  readonly _step_supports_amp_scaling: boolean
  protected override readonly added_options = {
    amsgrad: false, maximize: false, foreach: null, capturable: false, differentiable: false, decoupled_weight_decay: false, fused: null,
  }

  constructor(...args: AdamArgs<AdamKeywords>) {
    const { params, ...given } = bind('Adam.__init__', adam_names, 1, args, keywords)
    const options: AdamOptions = {
      lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, amsgrad: false, maximize: false, foreach: null, capturable: false,
      differentiable: false, fused: null, decoupled_weight_decay: false, ...given,
    }
    check(options)
    const betas = options.betas.map(beta => (is_tensor(beta) ? (beta as Tensor).squeeze() : beta))
    super(params as Params<AdamOptions>, { ...options, betas: betas as unknown as AdamOptions['betas'] })
    check_forms(options)
    this._step_supports_amp_scaling = options.fused === true
  }

  protected override check_grad(grad: Tensor): void {
    if (grad.is_sparse) throw new RuntimeError('Adam does not support sparse gradients, please consider SparseAdam instead')
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<AdamOptions>): State {
    if (group.fused) check_fused(param)
    const state: State = { step: this.new_scalar(0, param, group), exp_avg: zeros_like(param), exp_avg_sq: zeros_like(param) }
    if (group.amsgrad) state.max_exp_avg_sq = zeros_like(param)
    return state
  }

  protected override update_group(group: ParamGroup<AdamOptions>): void {
    if (group.foreach && is_tensor(group.lr) && !group.capturable) {
      throw new RuntimeError('lr as a Tensor is not supported for capturable=False and foreach=True')
    }
    super.update_group(group)
  }

  protected override advance(lanes: LanesOf<State>, step: Scalar, lr: Scalar, group: ParamGroup<AdamOptions>): void {
    const { differentiable, eps } = group
    const { param, exp_avg, exp_avg_sq, max_exp_avg_sq } = lanes
    const [beta1, beta2] = group.betas.map(beta => like_param(beta, param))
    const grad = decayed(lanes, lr, group)
    exp_avg.lerp_(grad, minus(1, beta1))
    if (differentiable && typeof beta2 === 'object') exp_avg_sq.lerp_(grad.mul(grad), minus(1, beta2))
    else exp_avg_sq.mul_(beta2).addcmul_(grad, grad, minus(1, beta2))
    const step_size = over(lr, minus(1, power(beta1, step)))
    const correction = root(minus(1, power(beta2, step)))
    if (group.amsgrad) {
      if (differentiable) max_exp_avg_sq.copy_(max_exp_avg_sq.saved(true).maximum(exp_avg_sq))
      else max_exp_avg_sq.maximum_(exp_avg_sq)
    }
    const deviation = (group.amsgrad ? max_exp_avg_sq : exp_avg_sq).sqrt()
    if (typeof step === 'number') {
      param.addcdiv_(exp_avg, deviation.div_(correction as number).add_(eps), negate(step_size))
      return
    }
    // addcdiv_ takes a number only: the step size goes into the divisor.
    const factor = negate(step_size)
    param.addcdiv_(exp_avg.saved(differentiable), deviation.div(times(correction, factor)).add_(over(eps, factor)))
  }

  protected override fused({ params, grads, states }: Columns<State>, group: ParamGroup<AdamOptions>): void {
    const { amsgrad, lr, eps, maximize } = group
    const name = group.decoupled_weight_decay ? '_fused_adamw_' : '_fused_adam_'
    const op = fused_ops[is_tensor(lr) ? `${name}.tensor_lr` : name]
    const [beta1, beta2] = group.betas.map(number_of)
    const options = { amsgrad, lr, beta1, beta2, weight_decay: number_of(group.weight_decay), eps, maximize }
    const maxima = amsgrad ? states.map(state => state.max_exp_avg_sq!) : params
    const column = (state: 'step' | 'exp_avg' | 'exp_avg_sq'): Tensor[] => states.map(one => one[state])
    const all = [params, grads, column('exp_avg'), column('exp_avg_sq'), maxima, column('step')]
    for (const [some, of_some, averages, squares, greatest, steps] of by_device_and_dtype(all)) {
      const { device } = some[0]
      const found_inf = this.found_inf?.to(device)
      add_to_all([steps, 1])
      op([some, of_some, averages, squares, amsgrad ? greatest : [], steps],
        { ...options, grad_scale: this.grad_scale?.to(device), found_inf })
      if (found_inf) subtract_from_all([steps, steps.map(() => found_inf)]) // a skipped step does not count
    }
  }
}

const add_to_all = aten('_foreach_add_.Scalar')
const subtract_from_all = aten('_foreach_sub_.List')
const fused_ops = Object.fromEntries(
  ['_fused_adam_', '_fused_adam_.tensor_lr', '_fused_adamw_', '_fused_adamw_.tensor_lr'].map(name => [name, aten(name)]))

function like_param(beta: number | Tensor, param: Lanes): Scalar {
  if (!is_tensor(beta)) return beta as number
  return param.map(one => (beta as Tensor).to({ device: one.device, dtype: one.dtype }))
}

/** The gradient that counts, after weight decay. */
function decayed({ param, grad }: LanesOf<State>, lr: Scalar, group: ParamGroup<AdamOptions>): Lanes {
  const { weight_decay, maximize } = group
  const direction = maximize ? grad.neg() : grad
  if (weight_decay === 0) return direction
  if (group.decoupled_weight_decay) {
    const decay = is_tensor(weight_decay) ? param.map(() => weight_decay as Tensor) : weight_decay as number
    param.mul_(minus(1, times(lr, decay)))
    return direction
  }
  if (group.differentiable && is_tensor(weight_decay) && (weight_decay as Tensor).requires_grad) {
    return direction.addcmul(param.saved(true), param.map(() => weight_decay as Tensor))
  }
  return direction.add(param, number_of(weight_decay))
}

function check({ lr, eps, betas, weight_decay, foreach, capturable }: AdamOptions): void {
  if (is_tensor(lr) && foreach && !capturable) {
    throw new ValueError('lr as a Tensor is not supported for capturable=False and foreach=True')
  }
  check_lr(lr)
  check_not_negative(eps, 'Invalid epsilon value')
  check_betas(betas)
  if (!(number_of(weight_decay) >= 0)) throw new ValueError(`Invalid weight_decay value: ${number_text(number_of(weight_decay))}`)
  if (is_tensor(betas[0]) !== is_tensor(betas[1])) throw new ValueError('betas must be either both floats or both Tensors')
  betas.forEach((beta, i) => {
    if (!is_tensor(beta)) return
    if (foreach && !capturable) {
      throw new ValueError(`betas[${i}] as a Tensor is not supported for capturable=False and foreach=True`)
    }
    if ((beta as Tensor).numel() !== 1) throw new ValueError(`Tensor betas[${i}] must be 1-element`)
  })
}
