// Stochastic gradient descent: torch.optim.sgd.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { scope } from '../_scope'
import { value_text } from '../_typename'
import { empty_like } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { type FormOptions, by_device_and_dtype, cache_sized, check_forms, check_fused, choose_form, number_of, with_gradients } from './_forms'
import { Optimizer, type ParamGroup, type Params } from './optimizer'

/** Options of {@link SGD}. */
export interface SGDOptions extends FormOptions {
  /** Learning rate. Default: 1e-3. */
  lr: number | Tensor
  /** Factor of the running sum of gradients. Default: 0. */
  momentum: number
  /** How much less than the whole gradient joins that sum. Default: 0. */
  dampening: number
  /** L2 penalty. Default: 0. */
  weight_decay: number | Tensor
  /** Nesterov momentum. Default: false. */
  nesterov: boolean
  /** Climb instead of descend. Default: false. */
  maximize: boolean
  fused: boolean | null
}

const names = ['params', 'lr', 'momentum', 'dampening', 'weight_decay', 'nesterov'] as const
const keywords = ['maximize', 'foreach', 'differentiable', 'fused'] as const

interface State {
  momentum_buffer?: Tensor | null
}

type Buffers = (Tensor | null)[]

/**
 * Stochastic gradient descent, with momentum if wanted: `g += weight_decay p; b = momentum b + (1 - dampening) g; p -= lr b`.
 *
 * @throws {ValueError} for a negative rate, momentum or weight decay, or Nesterov momentum without momentum or with dampening.
 * @example new optim.SGD(model.parameters(), 0.01, { momentum: 0.5 })
 * @see torch.optim.SGD
 */
export class SGD extends Optimizer<SGDOptions> {
  /** What torch.amp's GradScaler sets for a fused step: the factor of the gradients, and whether one is infinite. */
  grad_scale: Tensor | null = null
  found_inf: Tensor | null = null
  /** @internal */
  readonly _step_supports_amp_scaling: boolean

  constructor(...args: Args<[
    params: Params<SGDOptions>, lr?: number | Tensor, momentum?: number, dampening?: number, weight_decay?: number | Tensor,
    nesterov?: boolean,
  ], typeof names, { maximize?: boolean, foreach?: boolean | null, differentiable?: boolean, fused?: boolean | null }>) {
    const { params, ...given } = bind('SGD.__init__', names, 1, args, keywords)
    const options: SGDOptions = {
      lr: 1e-3, momentum: 0, dampening: 0, weight_decay: 0, nesterov: false, maximize: false,
      foreach: null, differentiable: false, fused: null, ...given,
    }
    check(options)
    super(params as Params<SGDOptions>, options)
    check_forms(options)
    this._step_supports_amp_scaling = options.fused === true
  }

  override __setstate__(state: Parameters<Optimizer<SGDOptions>['__setstate__']>[0]): void {
    super.__setstate__(state)
    const added = { nesterov: false, maximize: false, foreach: null, differentiable: false, fused: false }
    this.param_groups = this.param_groups.map(group => ({ ...added, ...group }))
  }

  protected override update_group(group: ParamGroup<SGDOptions>): void {
    const { params, grads } = with_gradients(group.params)
    if (params.length === 0) return
    const buffers: Buffers = group.momentum === 0 ? [] : params.map(param => this.state_of<State>(param).momentum_buffer ?? null)
    // Temporaries are freed at once: the next ones then take their place in the cache.
    scope(() => {
      this.#update(params, grads, buffers, group)
      return buffers
    })
    buffers.forEach((momentum_buffer, i) => {
      this.state_of<State>(params[i]).momentum_buffer = momentum_buffer
    })
  }

  #update(params: Tensor[], grads: Tensor[], buffers: Buffers, group: ParamGroup<SGDOptions>): void {
    const is_sparse = grads.some(grad => grad.is_sparse)
    if (group.fused) {
      params.forEach(check_fused)
      if (is_sparse) throw new RuntimeError('`_fused_sgd` does not support sparse gradients')
      fused_sgd(params, grads, buffers, group, this.grad_scale, this.found_inf)
      return
    }
    const form = is_sparse && group.foreach == null ? 'single' : choose_form(params, group)
    if (form === 'single') single_sgd(params, grads, buffers, group)
    else if (group.foreach == null && fused_is_exact(params, grads, group)) fused_sgd(params, grads, buffers, group, null, null)
    else foreach_sgd(params, grads, buffers, group)
  }
}

function check({ lr, momentum, dampening, weight_decay, nesterov }: SGDOptions): void {
  if (is_tensor(lr) && lr.numel() !== 1) throw new ValueError('Tensor lr must be 1-element')
  if (number_of(lr) < 0) throw new ValueError(`Invalid learning rate: ${value_text(number_of(lr))}`)
  if (momentum < 0) throw new ValueError(`Invalid momentum value: ${momentum}`)
  if (number_of(weight_decay) < 0) throw new ValueError(`Invalid weight_decay value: ${value_text(number_of(weight_decay))}`)
  if (nesterov && (momentum <= 0 || dampening !== 0)) throw new ValueError('Nesterov momentum requires a momentum and zero dampening')
}

/**
 * Whether the fused kernel gives the bits of the separate operators on the CPU. It multiplies and adds in one rounding where
 * they round twice, which shows unless the products are exact: without momentum, or with one that is a power of two and no
 * dampening. Checked on x86-64 with AVX-512, AVX2 and neither, in float32 and float64, over weight decays and rates.
 */
function fused_is_exact(params: readonly Tensor[], grads: readonly Tensor[], group: ParamGroup<SGDOptions>): boolean {
  const { momentum, dampening, lr, weight_decay } = group
  const exact = momentum === 0 || (dampening === 0 && momentum > 2 ** -64 && Number.isInteger(Math.log2(momentum)))
  return exact && process.arch === 'x64' && typeof lr === 'number' && typeof weight_decay === 'number'
    && params.every((param, i) => param.is_cpu && param.is_contiguous() && grads[i].is_contiguous())
}

const fused_op = aten('_fused_sgd_')
const fused_tensor_lr_op = aten('_fused_sgd_.tensor_lr')
const foreach_add = aten('_foreach_add.List')
const foreach_add_ = aten('_foreach_add_.List')
const foreach_mul_ = aten('_foreach_mul_.Scalar')
const foreach_neg = aten('_foreach_neg')

/** Whether the hyperparameter is itself learned, through the step. */
function learns(value: number | Tensor): value is Tensor {
  return is_tensor(value) && (value as Tensor).requires_grad
}

function single_sgd(params: Tensor[], grads: Tensor[], buffers: Buffers, group: ParamGroup<SGDOptions>): void {
  const { momentum, dampening, weight_decay, nesterov, maximize } = group
  const lr = learns(group.lr) ? group.lr.squeeze() : number_of(group.lr)
  params.forEach((param, i) => {
    let grad = maximize ? grads[i].neg() : grads[i]
    if (learns(weight_decay)) grad = grad.addcmul_(param.clone(), weight_decay)
    else if (weight_decay !== 0) grad = grad.add(param, { alpha: number_of(weight_decay) })
    if (momentum !== 0) {
      const known = buffers[i]
      const buffer = buffers[i] = known?.mul_(momentum).add_(grad, { alpha: 1 - dampening }) ?? grad.detach().clone()
      grad = nesterov ? grad.add(buffer, { alpha: momentum }) : buffer
    }
    if (typeof lr === 'number') param.add_(grad, { alpha: -lr })
    else param.addcmul_(grad, lr, { value: -1 })
  })
}

function foreach_sgd(all_params: Tensor[], all_grads: Tensor[], all_buffers: Buffers, group: ParamGroup<SGDOptions>): void {
  const { momentum, dampening, nesterov, maximize } = group
  const lr = number_of(group.lr)
  const weight_decay = number_of(group.weight_decay)
  for (const at of foreach_places(all_params)) {
    const [params, given, buffers] = [at.map(i => all_params[i]), at.map(i => all_grads[i]), at.map(i => all_buffers[i])]
    let grads: readonly Tensor[] = maximize ? foreach_neg([given]) as Tensor[] : given
    if (weight_decay !== 0) {
      if (maximize) foreach_add_([grads, params], { alpha: weight_decay })
      else grads = foreach_add([grads, params], { alpha: weight_decay }) as Tensor[]
    }
    if (momentum !== 0) {
      const ready = add_to_buffers(buffers, grads, momentum, dampening)
      ready.forEach((buffer, i) => { all_buffers[at[i]] = buffer })
      grads = nesterov ? foreach_add([grads, ready], { alpha: momentum }) as Tensor[] : ready
    }
    if (given.some(grad => grad.is_sparse)) params.forEach((param, i) => param.add_(grads[i], { alpha: -lr }))
    else foreach_add_([params, grads], { alpha: -lr })
  }
}

/** Which parameters are updated together. */
function foreach_places(params: Tensor[]): (readonly number[])[] {
  const places = params.map((_, i) => i)
  if (params.every(param => param.is_cpu)) return cache_sized(places, params)
  return by_device_and_dtype([params, places] as const).map(([, at]) => at)
}

function add_to_buffers(
  buffers: readonly (Tensor | null)[], grads: readonly Tensor[], momentum: number, dampening: number,
): Tensor[] {
  const alpha = 1 - dampening
  if (buffers.some(buffer => buffer === null)) {
    return grads.map((grad, i) => buffers[i]?.mul_(momentum).add_(grad, { alpha }) ?? grad.detach().clone())
  }
  foreach_mul_([buffers, momentum])
  foreach_add_([buffers, grads], { alpha })
  return buffers as Tensor[]
}

function fused_sgd(all_params: Tensor[], all_grads: Tensor[], all_buffers: Buffers, group: ParamGroup<SGDOptions>,
  grad_scale: Tensor | null, found_inf: Tensor | null): void {
  const { lr, momentum, dampening, nesterov, maximize } = group
  const op = is_tensor(lr) ? fused_tensor_lr_op : fused_op
  const options = { weight_decay: number_of(group.weight_decay), momentum, lr, dampening, nesterov, maximize }
  const run = (is_first_step: boolean, places: number[]): void => {
    const lists = [all_params, all_grads, momentum === 0 ? all_params : all_buffers].map(list => places.map(i => list[i]))
    for (const [params, grads, buffers] of by_device_and_dtype(lists)) {
      const { device } = params[0]!
      op([params, grads, momentum === 0 ? [] : buffers],
        { ...options, is_first_step, grad_scale: grad_scale?.to(device), found_inf: found_inf?.to(device) })
    }
  }
  const places = all_params.map((_, i) => i)
  // A parameter that gets its first gradient later than others starts its buffer then.
  const first = momentum === 0 ? [] : places.filter(i => all_buffers[i] === null)
  for (const i of first) all_buffers[i] = empty_like(all_grads[i])
  if (first.length > 0) run(true, first)
  if (first.length < places.length) run(false, first.length === 0 ? places : places.filter(i => !first.includes(i)))
}
