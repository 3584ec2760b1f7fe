// Adagrad: torch.optim.adagrad.
import { type Args, bind } from '../_args'
import { full_like } from '../_creation'
import { Complex, is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { aten } from '../_operators'
import type { Tensor } from '../tensor'
import { by_device_and_dtype, check_forms, check_fused } from './_forms'
import {
  type Columns, type LaneKeywords, LaneOptimizer, type LaneOptions, type LanesOf, check_lr, check_not_negative,
} from './_lane_optimizer'
import { type Scalar, negate, over } from './_lanes'
import { same_places, values_of } from './_sparse'
import type { ParamState } from './_state_dict'
import type { ParamGroup, Params } from './optimizer'

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends LaneOptions {
  /** Default: 1e-2. */
  lr: number | Tensor
  /** Decay of the rate. Default: 0. */
  lr_decay: number
  /** L2 penalty; not with sparse gradients. Default: 0. */
  weight_decay: number
  /** Where the sum of squares starts. Default: 0. */
  initial_accumulator_value: number
  /** Keeps the divisor from zero. Default: 1e-10. */
  eps: number
  fused: boolean | null
}

interface State {
  step: Tensor
  sum: Tensor
}

const names = ['params', 'lr', 'lr_decay', 'weight_decay', 'initial_accumulator_value', 'eps', 'foreach'] as const
const keywords = ['maximize', 'differentiable', 'fused'] as const

/**
 * Steps of the gradient over the root of the sum of its squares. Takes sparse gradients too.
 *
 * @throws {ValueError} for a negative rate, decay, start or eps.
 * @see torch.optim.Adagrad; Duchi and others, Adaptive Subgradient Methods
 */
export class Adagrad extends LaneOptimizer<AdagradOptions, State> {
  /** What torch.amp's GradScaler sets for a fused step. */
  grad_scale: Tensor | null = null
  found_inf: Tensor | null = null
  /** @internal */
  readonly _step_supports_amp_scaling: boolean
  protected override readonly added_options = { foreach: null, maximize: false, differentiable: false, fused: null }

  constructor(...args: Args<[
    params: Params<AdagradOptions>, lr?: number | Tensor, lr_decay?: number, weight_decay?: number, initial_accumulator_value?: number,
    eps?: number, foreach?: boolean | null,
  ], typeof names, Omit<LaneKeywords, 'capturable'> & { fused?: boolean | null }>) {
    const { params, ...given } = bind('Adagrad.__init__', names, 1, args, keywords)
    const options: AdagradOptions = {
      lr: 1e-2, lr_decay: 0, eps: 1e-10, weight_decay: 0, initial_accumulator_value: 0, foreach: null, maximize: false,
      differentiable: false, fused: null, ...given,
    }
    check_lr(options.lr)
    check_not_negative(options.lr_decay, 'Invalid lr_decay value')
    check_not_negative(options.weight_decay, 'Invalid weight_decay value')
    check_not_negative(options.initial_accumulator_value, 'Invalid initial_accumulator_value value')
    check_not_negative(options.eps, 'Invalid epsilon value')
    super(params as Params<AdagradOptions>, options)
    check_forms(options)
    this._step_supports_amp_scaling = options.fused === true
    for (const group of this.param_groups) {
      for (const param of group.params) this.state.set(param, this.new_state(param, param, group) as unknown as ParamState)
    }
  }

  protected override new_state(param: Tensor, _grad: Tensor, group: ParamGroup<AdagradOptions>): State {
    if (group.fused) check_fused(param)
    const { initial_accumulator_value: start } = this.defaults
    return { step: this.new_scalar(0, param, group), sum: full_like(param, param.dtype.is_complex ? new Complex(start, start) : start) }
  }

  protected override check_grad(): void {}

  /** Puts the sums into memory that other threads and processes can share. */
  share_memory(): void {
    for (const state of this.state.values()) (state['sum'] as Tensor & { share_memory_?(): unknown }).share_memory_?.()
  }

  protected override update_group(group: ParamGroup<AdagradOptions>): void {
    const is_sparse = group.params.some(param => param.grad?.is_sparse)
    super.update_group(is_sparse ? { ...group, foreach: false } : group)
  }

  protected override advance(lanes: LanesOf<State>, counted: Scalar, lr: Scalar, group: ParamGroup<AdagradOptions>): void {
    const { lr_decay, weight_decay, eps, maximize, differentiable } = group
    const { param, sum } = lanes
    const step = typeof counted === 'number' ? counted : counted.items()[0]
    let grad = maximize ? lanes.grad.neg() : lanes.grad
    const is_sparse = grad.tensors[0].is_sparse
    if (weight_decay !== 0) {
      if (is_sparse) throw new RuntimeError('weight_decay option is not compatible with sparse gradients')
      grad = grad.add(param, weight_decay)
    }
    const rate = negate(over(lr, 1 + (step - 1) * lr_decay))
    if (is_sparse) {
      sparse_step(param.tensors[0], grad.tensors[0], sum.tensors[0], typeof rate === 'number' ? rate : rate.items()[0], eps)
      return
    }
    sum.addcmul_(grad, grad, 1)
    const deviation = differentiable ? sum.sqrt().add(eps) : sum.sqrt().add_(eps)
    param.addcdiv_(grad, deviation, rate)
  }

  protected override fused({ params, grads, states }: Columns<State>, group: ParamGroup<AdagradOptions>): void {
    if (grads.some(grad => grad.is_sparse) || params.some(param => param.dtype.is_complex)) {
      throw new RuntimeError('`fused` does not support sparse grad or complex param')
    }
    const { lr, lr_decay, weight_decay, eps, maximize } = group
    const op = is_tensor(lr) ? fused_tensor_lr_op : fused_op
    const all = [params, grads, states.map(state => state.sum), states.map(state => state.step)]
    for (const [some, of_some, sums, steps] of by_device_and_dtype(all)) {
      const { device } = some[0]
      const found_inf = this.found_inf?.to(device)
      add_to_all([steps, 1])
      op([some, of_some, sums, steps],
        { lr, lr_decay, weight_decay, eps, maximize, grad_scale: this.grad_scale?.to(device), found_inf })
      if (found_inf) subtract_from_all([steps, steps.map(() => found_inf)]) // a skipped step does not count
    }
  }
}

const add_to_all = aten('_foreach_add_.Scalar')
const subtract_from_all = aten('_foreach_sub_.List')
const fused_op = aten('_fused_adagrad_')
const fused_tensor_lr_op = aten('_fused_adagrad_.tensor_lr')

function sparse_step(param: Tensor, given: Tensor, sum: Tensor, rate: number, eps: number): void {
  const grad = given.coalesce() // squares do not add up: each place once
  const values = values_of(grad)
  sum.add_(same_places(grad, values.pow(2)))
  const deviation = values_of(sum.sparse_mask(grad)).sqrt_().add_(eps)
  param.add_(same_places(grad, values.div(deviation)), { alpha: rate })
}
