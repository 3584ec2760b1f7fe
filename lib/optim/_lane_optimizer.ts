// Base of the optimizers that update each element of a parameter by itself. No PyTorch counterpart: what its _single_tensor_ and
// _multi_tensor_ functions have in common.
import { is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { get_default_dtype } from '../_defaults'
import { float32, float64 } from '../dtype'
import { scalar_tensor } from '../_creation'
import { scope } from '../_scope'
import type { Tensor } from '../tensor'
import { type Form, type FormOptions, cache_sized, choose_form, number_of, with_gradients } from './_forms'
import { Lanes, type Scalar } from './_lanes'
import type { ParamState } from './_state_dict'
import { Optimizer, type ParamGroup, number_text } from './optimizer'

/** Options that these optimizers share. */
export interface LaneOptions extends FormOptions {
  /** Learning rate. */
  lr: number | Tensor
  /** Climb instead of descend. Default: false. */
  maximize: boolean
  /** Keep step counts on the device, so that the step can be captured in a graph. Default: false. */
  capturable?: boolean
}

/** Keywords that most of these optimizers take. */
export interface LaneKeywords {
  foreach?: boolean | null
  maximize?: boolean
  capturable?: boolean
  differentiable?: boolean
}

/** What an update rule gets: the parameters, their gradients and their state. */
export type LanesOf<S> = { readonly param: Lanes, readonly grad: Lanes } & { readonly [K in keyof S]-?: Lanes }

/** Parameters that have gradients, these, and their state. */
export interface Columns<S> {
  params: Tensor[]
  grads: Tensor[]
  states: S[]
}

const add_to_all = aten('_foreach_add_.Scalar')
const devices = ['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']

/** An optimizer whose rule is written for lanes. */
export abstract class LaneOptimizer<O extends LaneOptions, S extends { step: Tensor }> extends Optimizer<O> {
  /** State that is one number for a parameter. Parameters with the same numbers are updated together. */
  protected readonly scalars: readonly (keyof S & string)[] = ['step']
  /** Whether the weight decay of complex parameters is complex arithmetic, as in some of PyTorch's rules; it rounds differently. */
  protected readonly decays_complex: boolean = true
  /** What a capturable step needs on the device, for the message. */
  protected readonly on_device: string = 'params and state_steps'

  /** The state of a parameter before its first step. */
  protected abstract new_state(param: Tensor, grad: Tensor, group: ParamGroup<O>): S

  /** The update rule. `step` counts from 1; it is a tensor if the step is captured or recorded. */
  protected abstract advance(lanes: LanesOf<S>, step: Scalar, lr: Scalar, group: ParamGroup<O>): void

  /** The step by one kernel, where there is one. */
  protected fused(_columns: Columns<S>, _group: ParamGroup<O>): void {
    throw new RuntimeError(`${this.constructor.name} has no fused form`)
  }

  /** Checks a gradient; most rules take dense ones only. */
  protected check_grad(grad: Tensor): void {
    if (grad.is_sparse) throw new RuntimeError(`${this.constructor.name} does not support sparse gradients`)
  }

  /** A step count or other number of a parameter's state, on the CPU unless kernels want it on the device. */
  protected new_scalar(value: number, param: Tensor, group: ParamGroup<O>): Tensor {
    const dtype = group.fused || get_default_dtype() !== float64 ? float32 : float64
    return scalar_tensor(value, { dtype, device: group.capturable || group.fused ? param.device : 'cpu' })
  }

  protected override update_group(group: ParamGroup<O>): void {
    const { params, grads } = with_gradients(group.params)
    if (params.length === 0) return
    const states = params.map((param, i) => this.#state(param, grads[i], group))
    if (group.fused) this.fused({ params, grads, states }, group)
    else if (this.decays_complex && params.some(param => param.dtype.is_complex)) this.#advance_complex({ params, grads, states }, group)
    else this.#advance_all({ params, grads, states }, group)
  }

  #state(param: Tensor, grad: Tensor, group: ParamGroup<O>): S {
    this.check_grad(grad)
    const known = this.state_of<S>(param)
    if (Object.keys(known).length > 0) return known
    const state = this.new_state(param, grad, group)
    this.state.set(param, state as unknown as ParamState)
    return state
  }

  #advance_complex({ params, grads, states }: Columns<S>, group: ParamGroup<O>): void {
    const { weight_decay, maximize, decoupled_weight_decay } = group
    if (!weight_decay || decoupled_weight_decay) {
      this.#advance_all({ params, grads, states }, group)
      return
    }
    const alpha = number_of(weight_decay as number | Tensor)
    const decayed = grads.map((grad, i) => (maximize ? grad.neg() : grad).add(params[i], { alpha }))
    const rest = { ...group, weight_decay: 0, maximize: false } as unknown as ParamGroup<O>
    this.#advance_all({ params, grads: decayed, states }, rest)
  }

  #advance_all(columns: Columns<S>, group: ParamGroup<O>): void {
    const { params, states } = columns
    const { capturable = false, differentiable } = group
    if (capturable) this.#check_devices(columns)
    add_to_all([states.map(state => state.step), 1])
    const form = group.foreach == null && is_tensor(group.lr) && !capturable ? 'single' : choose_form(params, group)
    const foreach = form === 'foreach'
    const keys = capturable || !foreach ? null : this.#keys(states)
    const is_complex = params.some(param => param.dtype.is_complex)
    for (const places of buckets(params, form, keys)) {
      const lane = (of: (i: number) => Tensor): Lanes => new Lanes(places.map(is_complex ? i => real(of(i)) : of), foreach)
      const lanes: Record<string, Lanes> = { param: lane(i => params[i]), grad: lane(i => columns.grads[i]) }
      for (const name of Object.keys(states[places[0]])) lanes[name] = lane(i => states[i][name as keyof S] as Tensor)
      const step = capturable || differentiable ? lanes['step'] : states[places[0]].step.item()
      const lr = is_tensor(group.lr) ? lane(() => (group.lr as Tensor).squeeze()) : group.lr as number
      // The rule's temporaries are freed at once: the next one then takes their place in the cache.
      scope(() => this.advance(lanes as LanesOf<S>, step, lr, group))
    }
  }

  #keys(states: readonly S[]): (string | number)[] {
    const { scalars } = this
    if (scalars.length === 1) return states.map(state => state.step.item())
    return states.map(state => scalars.map(name => (state[name] as Tensor).item()).join())
  }

  #check_devices({ params, states }: Columns<S>): void {
    const { scalars } = this
    const right = params.every((param, i) => {
      const { type } = param.device
      return devices.includes(type) && scalars.every(name => (states[i][name] as Tensor).device.type === type)
    })
    if (right) return
    const list = devices.map(name => `'${name}'`).join(', ')
    throw new AssertionError(`If capturable=True, ${this.on_device} must be on supported devices: [${list}].`)
  }

  /** Options that state dicts of older versions lack. */
  protected abstract readonly added_options: Partial<O>

  override __setstate__(state: { state: Map<unknown, ParamState>, param_groups: ParamGroup<O>[] }): void {
    super.__setstate__(state)
    this.param_groups = this.param_groups.map(group => ({ ...this.added_options, ...group }))
    for (const group of this.param_groups) {
      for (const param of group.params) {
        const known = this.state.get(param) ?? {}
        for (const name of this.scalars) {
          const value = known[name]
          if (typeof value === 'number') known[name] = this.new_scalar(value, param, group)
        }
      }
    }
  }
}

const view_as_real = aten('view_as_real')

/** A complex parameter is updated as the pairs of reals that it is. */
function real(tensor: Tensor): Tensor {
  return tensor.dtype.is_complex ? view_as_real([tensor]) as Tensor : tensor
}

/** Which parameters are updated together: those on one device, of one dtype and with equal keys. */
function buckets(params: readonly Tensor[], form: Form, keys: readonly (string | number)[] | null): number[][] {
  if (form === 'single') return params.map((_, i) => [i])
  const all_cpu = params.every(param => param.is_cpu)
  const groups = new Map<string | number, number[]>()
  params.forEach((param, i) => {
    const place = all_cpu && !params[0].dtype.is_complex ? '' : `${String(param.device)} ${param.dtype.name} `
    const key = place === '' ? keys?.[i] ?? '' : `${place}${keys?.[i] ?? ''}`
    const group = groups.get(key)
    if (group) group.push(i)
    else groups.set(key, [i])
  })
  const found = [...groups.values()]
  return all_cpu ? found.flatMap(group => cache_sized(group, params)) : found
}

// ---- checks of arguments ----

/** @throws {ValueError} if it is a tensor of several elements, or negative. */
export function check_lr(lr: number | Tensor): void {
  if (is_tensor(lr) && lr.numel() !== 1) throw new ValueError('Tensor lr must be 1-element')
  check_not_negative(number_of(lr), 'Invalid learning rate')
}

/** @throws {ValueError} if it is negative or NaN. */
export function check_not_negative(value: number, message: string): void {
  if (!(value >= 0)) throw new ValueError(`${message}: ${number_text(value)}`)
}

/** @throws {ValueError} if one is not in [0, 1). */
export function check_betas(betas: readonly (number | Tensor)[]): void {
  betas.forEach((beta, i) => {
    const value = number_of(beta)
    if (!(value >= 0 && value < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${number_text(value)}`)
  })
}
