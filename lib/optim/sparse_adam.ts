// Adam for sparse gradients: torch.optim.sparse_adam.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { number_of, with_gradients } from './_forms'
import { check_betas } from './_lane_optimizer'
import { c_pow } from './_c_math'
import { same_places, values_of } from './_sparse'
import { Optimizer, type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link SparseAdam}. */
export interface SparseAdamOptions {
  /** Learning rate. Default: 1e-3. */
  lr: number | Tensor
  /** Decay of the running averages of the gradient and of its square. Default: [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Keeps the divisor from zero. Default: 1e-8. */
  eps: number
  /** Climb instead of descend. Default: false. */
  maximize: boolean
}

interface State {
  step: number
  exp_avg: Tensor
  exp_avg_sq: Tensor
}

const names = ['params', 'lr', 'betas', 'eps', 'maximize'] as const

/**
 * Adam that updates only the elements which a sparse gradient names, and their averages; for Embedding with `sparse`.
 *
 * @throws {ValueError} for a rate or eps that is not positive, betas outside [0, 1), and sparse or complex parameters.
 * @see torch.optim.SparseAdam
 */
export class SparseAdam extends Optimizer<SparseAdamOptions> {
  constructor(...args: Args<[
    params: Params<SparseAdamOptions>, lr?: number | Tensor, betas?: readonly [number, number], eps?: number, maximize?: boolean,
  ], typeof names>) {
    const { params, ...given } = bind('SparseAdam.__init__', names, 1, args)
    const options: SparseAdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false, ...given }
    if (is_tensor(options.lr) && options.lr.numel() !== 1) throw new ValueError('Tensor lr must be 1-element')
    const lr = number_of(options.lr)
    if (!(lr > 0)) throw new ValueError(`Invalid learning rate: ${number_text(lr)}`)
    if (!(options.eps > 0)) throw new ValueError(`Invalid epsilon value: ${number_text(options.eps)}`)
    check_betas(options.betas)
    super(params as Params<SparseAdamOptions>, options)
    const sparse = this.#places(param => param.is_sparse)
    if (sparse) throw new ValueError(`Sparse params at indices ${sparse}: SparseAdam requires dense parameter tensors`)
    const complex = this.#places(param => param.dtype.is_complex)
    if (complex) throw new ValueError(`Complex params at indices ${complex}: SparseAdam does not support complex parameters`)
  }

  /** Where such parameters are, as text: [[group, place], ...]; empty if nowhere. */
  #places(is_one: (param: Tensor) => boolean): string {
    const places = this.param_groups.flatMap(({ params }, i) => params.flatMap((param, j) => (is_one(param) ? [`[${i}, ${j}]`] : [])))
    return places.length === 0 ? '' : `[${places.join(', ')}]`
  }

  protected override update_group(group: ParamGroup<SparseAdamOptions>): void {
    const { params, grads } = with_gradients(group.params)
    params.forEach((param, i) => {
      if (!grads[i].is_sparse) throw new RuntimeError('SparseAdam does not support dense gradients, please consider Adam instead')
      const state = this.state_of<State>(param)
      if (Object.keys(state).length === 0) Object.assign(state, { step: 0, exp_avg: zeros_like(param), exp_avg_sq: zeros_like(param) })
      state.step++
      advance(param, group.maximize ? grads[i].neg() : grads[i], state, group)
    })
  }
}

function advance(param: Tensor, given: Tensor, state: State, { betas: [beta1, beta2], eps, lr }: ParamGroup<SparseAdamOptions>): void {
  const grad = given.coalesce() // squares do not add up: each place once
  const values = values_of(grad)
  if (values.numel() === 0) return
  const { exp_avg, exp_avg_sq, step } = state
  const average = values_of(exp_avg.sparse_mask(grad))
  const change = values.sub(average).mul_(1 - beta1)
  exp_avg.add_(same_places(grad, change))
  const square = values_of(exp_avg_sq.sparse_mask(grad))
  const square_change = values.pow(2).sub_(square).mul_(1 - beta2)
  exp_avg_sq.add_(same_places(grad, square_change))
  const deviation = square_change.add_(square).sqrt_().add_(eps)
  // A rate that is a tensor keeps its dtype's arithmetic, as in Python.
  const root = Math.sqrt(1 - c_pow(beta2, step))
  const correction = 1 - c_pow(beta1, step)
  const direction = change.add_(average).div_(deviation)
  const moves = is_tensor(lr) ? direction.mul((lr as Tensor).squeeze().mul(root).div(correction).neg())
    : direction.mul(-((lr as number) * root / correction))
  param.add_(same_places(grad, moves))
}
