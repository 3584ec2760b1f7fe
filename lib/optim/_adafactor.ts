// Adafactor: torch.optim._adafactor.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { get_default_dtype } from '../_defaults'
import { scalar_tensor } from '../_creation'
import { finfo } from '../_type_info'
import { float32, float64 } from '../dtype'
import { zeros_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { number_of, with_gradients } from './_forms'
import { c_pow } from './_c_math'
import { div, lesser, mul, neg, number, sub } from './_number'
import type { ParamState } from './_state_dict'
import { Optimizer, type ParamGroup, type Params, number_text } from './optimizer'

/** Options of {@link Adafactor}. */
export interface AdafactorOptions {
  /** The greatest relative step. Default: 1e-2. */
  lr: number | Tensor
  /** Power of the step count by which the averages' decay nears 1. Default: -0.8. */
  beta2_decay: number
  /** What keeps the divisor from zero (null: the dtype's eps), and the least size that a parameter counts for. Default: [null, 1e-3]. */
  eps: readonly [number | null, number]
  /** Root mean square past which an update is scaled down. Default: 1. */
  d: number
  /** Decay of the parameters. Default: 0. */
  weight_decay: number
  /** Accepted for PyTorch's sake: matrices differ in shape, so that lists save nothing. */
  foreach: boolean | null
  /** Climb instead of descend. Default: false. */
  maximize: boolean
}

interface State {
  step: Tensor
  row_var?: Tensor
  col_var?: Tensor
  variance?: Tensor
}

const names = ['params', 'lr', 'beta2_decay', 'eps', 'd', 'weight_decay'] as const
const keywords = ['foreach', 'maximize'] as const

/**
 * Steps in proportion to the parameters' size, over the root of the average square of the gradient, of which matrices keep the
 * means of rows and columns only.
 *
 * @throws {ValueError} for a negative rate, eps or weight decay, a positive beta2_decay, or d below 1.
 * @see torch.optim.Adafactor; Shazeer and Stern, arXiv:1804.04235
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  constructor(...args: Args<[
    params: Params<AdafactorOptions>, lr?: number | Tensor, beta2_decay?: number, eps?: readonly [number | null, number], d?: number,
    weight_decay?: number,
  ], typeof names, { foreach?: boolean | null, maximize?: boolean }>) {
    const { params, ...given } = bind('Adafactor.__init__', names, 1, args, keywords)
    const options: AdafactorOptions = {
      lr: 1e-2, beta2_decay: -0.8, eps: [null, 1e-3], d: 1, weight_decay: 0, foreach: null, maximize: false, ...given,
    }
    check(options)
    super(params as Params<AdafactorOptions>, options)
  }

  override __setstate__(state: { state: Map<unknown, ParamState>, param_groups: ParamGroup<AdafactorOptions>[] }): void {
    super.__setstate__(state)
    this.param_groups = this.param_groups.map(group => ({ ...group, foreach: group.foreach ?? null }))
    for (const one of this.state.values()) if (typeof one['step'] === 'number') one['step'] = new_step(one['step'])
  }

  protected override update_group(group: ParamGroup<AdafactorOptions>): void {
    const { params, grads } = with_gradients(group.params)
    // PyTorch takes the eps of the group's first parameter for all of them.
    const eps = group.eps[0] ?? (params.length > 0 ? finfo(params[0].dtype).eps : 0)
    params.forEach((param, i) => {
      if (param.dtype.is_complex) throw new RuntimeError('Adafactor does not support complex parameters')
      if (grads[i].is_sparse) throw new RuntimeError('Adafactor does not support sparse gradients')
      const state = this.state_of<State>(param)
      if (Object.keys(state).length === 0) Object.assign(state, new_state(grads[i]))
      advance(param, group.maximize ? grads[i].neg() : grads[i], state, group, eps)
    })
  }
}

function check({ lr, beta2_decay, eps, d, weight_decay }: AdafactorOptions): void {
  if (is_tensor(lr) && lr.numel() !== 1) throw new ValueError('Tensor lr must be 1-element')
  const wrong = (text: string, value: number): never => {
    throw new ValueError(`${text} but is: ${number_text(value)}`)
  }
  if (!(number_of(lr) >= 0)) wrong('Learning rate should be >= 0', number_of(lr))
  if (!(beta2_decay <= 0)) wrong('beta2_decay should be <= 0', beta2_decay)
  if (eps[0] !== null && !(eps[0] >= 0)) wrong('epsilon1 should be >= 0', eps[0])
  if (!(eps[1] >= 0)) wrong('epsilon2 should be >= 0', eps[1])
  if (!(d >= 1)) wrong('Clipping threshold d should be >= 1', d)
  if (!(weight_decay >= 0)) wrong('weight_decay should be >= 0', weight_decay)
}

function new_step(value: number): Tensor {
  return scalar_tensor(value, { dtype: get_default_dtype() === float64 ? float64 : float32 })
}

function new_state(grad: Tensor): State {
  const step = new_step(0)
  if (grad.dim() < 2) return { step, variance: zeros_like(grad) }
  const { shape } = grad
  return { step, row_var: grad.new_zeros(shape.with(-1, 1)), col_var: grad.new_zeros(shape.with(-2, 1)) }
}

function advance(param: Tensor, grad: Tensor, state: State, group: ParamGroup<AdafactorOptions>, eps: number): void {
  const lr = is_tensor(group.lr) ? (group.lr as Tensor).squeeze() : group.lr
  const step = state.step.add_(1).item()
  const weight = c_pow(step, group.beta2_decay)
  const relative = lesser(lr, 1 / c_pow(step, 0.5))
  const alpha = mul(Math.max(group.eps[1], norm(param) / c_pow(param.numel(), 0.5)), relative)
  if (group.weight_decay !== 0) param.mul_(sub(1, mul(lr, group.weight_decay)) as Tensor)
  const update = average_square(grad, state, weight, eps).clamp_({ min: eps * eps }).rsqrt_().mul_(grad)
  const scale = Math.max(1, norm(update) / (c_pow(update.numel(), 0.5) * group.d))
  param.add_(update, { alpha: number(div(neg(alpha), scale)) })
}

function norm(tensor: Tensor): number {
  return tensor.norm(2).item()
}

/** Brings the averages of the squared gradient up to date and gives what they say of each element. */
function average_square(grad: Tensor, { row_var, col_var, variance }: State, weight: number, eps: number): Tensor {
  if (variance) return variance.lerp_(grad.mul(grad), weight).clone()
  const mean_square = (dim: number): Tensor => grad.norm(2, dim, true).square_().div_(grad.size(dim))
  const rows = row_var!.lerp_(mean_square(-1), weight)
  const columns = col_var!.lerp_(mean_square(-2), weight)
  return rows.matmul(columns).div_(rows.mean(-2, true).clamp_({ min: eps }))
}
