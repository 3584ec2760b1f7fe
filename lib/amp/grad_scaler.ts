// Scaling of losses, so that gradients of low precision do not vanish: torch.amp.grad_scaler.
import { type Args, bind } from '../_args'
import { full } from '../_creation'
import { exchange_scope, is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { type_name } from '../_typename'
import { warn } from '../_warnings'
import { no_grad } from '../autograd/grad_mode'
import { is_available } from '../cuda/_device'
import { float16, float32, int32 } from '../dtype'
import type { Closure, Loss, Optimizer } from '../optim/optimizer'
import type { Tensor } from '../tensor'

const check_and_unscale = aten('_amp_foreach_non_finite_check_and_unscale_')
const values_of = aten('_values')
const update_scale = aten('_amp_update_scale_')

const names = ['device', 'init_scale', 'growth_factor', 'backoff_factor', 'growth_interval', 'enabled'] as const

/** A tensor, or arrays of them however deep. */
export type Outputs = Tensor | readonly Outputs[]

/** What {@link GradScaler.state_dict} gives; empty for one that is not enabled. */
export interface GradScalerState {
  scale?: number
  growth_factor?: number
  backoff_factor?: number
  growth_interval?: number
  _growth_tracker?: number
}

interface OptimizerState {
  stage: 'ready' | 'unscaled' | 'stepped'
  found_inf_per_device: Map<string, Tensor>
}

type WithScale = Optimizer & { _step_supports_amp_scaling?: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }

// Copies of one tensor for the devices that ask for it.
class Copies {
  readonly by_device = new Map<string, Tensor>()
  readonly #master: Tensor

  constructor(master: Tensor) {
    this.#master = master
  }

  on(like: Tensor): Tensor {
    const name = String(like.device)
    let copy = this.by_device.get(name)
    if (!copy) this.by_device.set(name, copy = this.#master.to({ device: like.device, non_blocking: true, copy: true }))
    return copy
  }
}

/**
 * Scales the loss up, so that small gradients of float16 do not become zero, and the gradients down again before the step;
 * skips steps with infinite or NaN gradients, and adapts the scale.
 *
 * @param device - Default: 'cuda'.
 * @param init_scale - Default: 65536.
 * @param growth_factor - of the scale after `growth_interval` steps without inf or NaN. Default: 2.
 * @param backoff_factor - of the scale after a step with one. Default: 0.5.
 * @param growth_interval - Default: 2000.
 * @param enabled - if false, the scaler does nothing but the optimizer's step. Default: true.
 * @see torch.amp.GradScaler
 * @example
 * const scaler = new torch.amp.GradScaler('cuda')
 * scaler.scale(loss).backward()
 * scaler.step(optimizer)
 * scaler.update()
 */
export class GradScaler {
  #device: string
  #enabled: boolean
  #init_scale: number
  #growth_factor: number
  #backoff_factor: number
  #growth_interval: number
  #init_growth_tracker = 0
  #scale: Tensor | null = null
  #growth_tracker: Tensor | null = null
  #states = new Map<Optimizer, OptimizerState>()

  constructor(...args: Args<[device?: string, init_scale?: number, growth_factor?: number, backoff_factor?: number,
    growth_interval?: number, enabled?: boolean], typeof names>) {
    const given = bind<{ [name in typeof names[number]]?: never }>('GradScaler', names, 0, args)
    this.#device = given.device ?? 'cuda'
    this.#enabled = given.enabled ?? true
    this.#init_scale = given.init_scale ?? 2 ** 16
    this.#growth_factor = given.growth_factor ?? 2
    this.#backoff_factor = given.backoff_factor ?? 0.5
    this.#growth_interval = given.growth_interval ?? 2000
    if (this.#device === 'cuda' && this.#enabled && !is_available()) {
      warn('torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.')
      this.#enabled = false
    }
    if (!this.#enabled) return
    if (this.#growth_factor <= 1) throw new AssertionError('The growth factor must be > 1.0.')
    if (this.#backoff_factor >= 1) throw new AssertionError('The backoff factor must be < 1.0.')
  }

  /**
   * The outputs multiplied by the scale; unchanged if the scaler is not enabled.
   *
   * @throws {ValueError} for what is no tensor
   */
  scale<O extends Outputs>(outputs: O): O {
    if (!this.#enabled) return outputs
    let copies: Copies | null = null
    const scaled = (value: Outputs): Outputs => {
      if (is_tensor(value)) {
        const tensor = value as Tensor
        copies ??= new Copies(this.#started(tensor))
        return tensor.mul(copies.on(tensor))
      }
      if (Array.isArray(value)) return value.map(scaled)
      throw new ValueError('outputs must be a Tensor or an iterable of Tensors')
    }
    return scaled(outputs) as O
  }

  // The scale lives on the device of the first outputs; outside torch.scope, since it outlives a step.
  #started(like: Tensor): Tensor {
    if (this.#scale !== null) return this.#scale
    const scope = exchange_scope(null)
    try {
      this.#growth_tracker = full([], this.#init_growth_tracker, { dtype: int32, device: like.device })
      return this.#scale = full([], this.#init_scale, { dtype: float32, device: like.device })
    } finally {
      exchange_scope(scope)
    }
  }

  #checked(name: string): Tensor {
    if (this.#scale !== null) return this.#scale
    throw new AssertionError(`Attempted ${name} but _scale is None.  `
      + 'This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration.')
  }

  #state_of(optimizer: Optimizer): OptimizerState {
    let state = this.#states.get(optimizer)
    if (!state) this.#states.set(optimizer, state = { stage: 'ready', found_inf_per_device: new Map() })
    return state
  }

  #unscale_grads(optimizer: Optimizer, inv_scale: Tensor, allow_fp16: boolean): Map<string, Tensor> {
    const scales = new Copies(inv_scale)
    const found_infs = new Copies(full([], 0, { dtype: float32, device: inv_scale.device }))
    const grads = new Map<string, Tensor[]>()
    no_grad(() => {
      for (const param of optimizer.param_groups.flatMap(group => group.params)) {
        if (!is_tensor(param)) throw new AssertionError(`expected param to be torch.Tensor, got ${type_name(param)}`)
        if (param.grad === null) continue
        let grad: Tensor = param.grad
        if (!allow_fp16 && grad.dtype === float16) throw new ValueError('Attempting to unscale FP16 gradients.')
        if (grad.is_sparse) {
          // Not coalesced, a sparse gradient has several values for one element, and their sum may overflow.
          if (grad.dtype === float16) grad = param.grad = grad.coalesce()
          grad = values_of([grad]) as Tensor
        }
        const key = `${grad.device} ${grad.dtype}`
        const alike = grads.get(key)
        if (alike) alike.push(grad)
        else grads.set(key, [grad])
      }
      for (const alike of grads.values()) check_and_unscale([alike, found_infs.on(alike[0]!), scales.on(alike[0]!)])
    })
    return found_infs.by_device
  }

  /**
   * Divides the optimizer's gradients by the scale: to look at them or clip them before {@link step}, which does it otherwise.
   *
   * @throws {RuntimeError} if it was called since the last {@link update}, or after step
   */
  unscale_(optimizer: Optimizer): void {
    if (!this.#enabled) return
    const scale = this.#checked('unscale_')
    const state = this.#state_of(optimizer)
    if (state.stage === 'unscaled') throw new RuntimeError('unscale_() has already been called on this optimizer since the last update().')
    if (state.stage === 'stepped') throw new RuntimeError('unscale_() is being called after step().')
    state.found_inf_per_device = this.#unscale_grads(optimizer, scale.double().reciprocal().float(), false)
    state.stage = 'unscaled'
  }

  /**
   * Unscales the gradients, if {@link unscale_} did not, and lets the optimizer step unless one is infinite or NaN.
   *
   * @returns what the optimizer's step gives; null for a step that was skipped
   * @throws {RuntimeError} for a closure, and for a second step before {@link update}
   */
  step<L extends Loss>(optimizer: Optimizer, closure?: Closure<L> | null): L | null {
    if (!this.#enabled) return optimizer.step(closure)
    if (closure != null) throw new RuntimeError('Closure use is not currently supported if GradScaler is enabled.')
    const scale = this.#checked('step')
    const state = this.#state_of(optimizer)
    if (state.stage === 'stepped') throw new RuntimeError('step() has already been called since the last update().')
    if ((optimizer as WithScale)._step_supports_amp_scaling) return this.#fused_step(optimizer, state, scale) as null
    if (state.stage === 'ready') this.unscale_(optimizer)
    const found = [...state.found_inf_per_device.values()]
    if (found.length === 0) throw new AssertionError('No inf checks were recorded for this optimizer.')
    const result = found.some(one => one.item() !== 0) ? null : optimizer.step()
    state.stage = 'stepped'
    return result as null
  }

  // An optimizer whose fused kernel unscales the gradients, and skips the step itself.
  #fused_step(optimizer: WithScale, state: OptimizerState, scale: Tensor): unknown {
    if (state.stage === 'ready') this._check_inf_per_device(optimizer)
    const found = [...state.found_inf_per_device.values()].map(one => one.to({ device: scale.device, non_blocking: true }))
    const own_scale = optimizer.grad_scale ?? null
    optimizer.grad_scale = state.stage === 'unscaled' ? own_scale : own_scale === null ? scale : scale.mul(own_scale)
    optimizer.found_inf = found.reduce((sum, one) => sum.add(one), full([], 0, { dtype: float32, device: scale.device }))
    const result = optimizer.step()
    state.stage = 'stepped'
    optimizer.grad_scale = null
    optimizer.found_inf = null
    return result
  }

  /** @internal Whether each device's gradients have an inf or NaN, without unscaling them. */
  _check_inf_per_device(optimizer: Optimizer): Map<string, Tensor> {
    const scale = this.#checked('_check_inf_per_device')
    const one = full([], 1, { dtype: float32, device: scale.device })
    return this.#state_of(optimizer).found_inf_per_device = this.#unscale_grads(optimizer, one, true)
  }

  /** @internal What the last check found. */
  _found_inf_per_device(optimizer: Optimizer): Map<string, Tensor> {
    return this.#state_of(optimizer).found_inf_per_device
  }

  /**
   * Adapts the scale after the steps of an iteration: smaller if one was skipped, larger after `growth_interval` without.
   *
   * @param new_scale - sets the scale instead: a number, or a tensor of one element without requires_grad
   */
  update(new_scale?: number | Tensor | null): void {
    if (!this.#enabled) return
    const scale = this.#checked('update')
    if (typeof new_scale === 'number') scale.fill_(new_scale)
    else if (new_scale != null) this.#set_scale(scale, new_scale)
    else this.#adapt(scale)
    this.#states = new Map()
  }

  #set_scale(scale: Tensor, new_scale: Tensor): void {
    const fits = is_tensor(new_scale) && new_scale.device.type === this.#device && new_scale.numel() === 1 && !new_scale.requires_grad
    if (!fits) {
      throw new AssertionError('new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with requires_grad=False.')
    }
    scale.copy_(new_scale)
  }

  #adapt(scale: Tensor): void {
    const found = [...this.#states.values()].flatMap(state => [...state.found_inf_per_device.values()])
      .map(one => one.to({ device: scale.device, non_blocking: true }))
    if (found.length === 0) throw new AssertionError('No inf checks were recorded prior to update.')
    const combined = found.reduce((sum, one) => sum.add(one))
    update_scale([scale, this.#growth_tracker, combined, this.#growth_factor, this.#backoff_factor, this.#growth_interval])
  }

  /** The scale; 1 if the scaler is not enabled. */
  get_scale(): number {
    if (!this.#enabled) return 1
    return this.#scale === null ? this.#init_scale : this.#scale.item() as number
  }

  get_growth_factor(): number {
    return this.#growth_factor
  }

  set_growth_factor(new_factor: number): void {
    this.#growth_factor = new_factor
  }

  get_backoff_factor(): number {
    return this.#backoff_factor
  }

  set_backoff_factor(new_factor: number): void {
    this.#backoff_factor = new_factor
  }

  get_growth_interval(): number {
    return this.#growth_interval
  }

  set_growth_interval(new_interval: number): void {
    this.#growth_interval = new_interval
  }

  /** @internal Steps without inf or NaN since the scale last changed. */
  _get_growth_tracker(): number {
    if (!this.#enabled) return 0
    return this.#growth_tracker === null ? this.#init_growth_tracker : this.#growth_tracker.item() as number
  }

  is_enabled(): boolean {
    return this.#enabled
  }

  /** The scale and what adapts it, to be saved after {@link update}. */
  state_dict(): GradScalerState {
    if (!this.#enabled) return {}
    return {
      scale: this.get_scale(),
      growth_factor: this.#growth_factor,
      backoff_factor: this.#backoff_factor,
      growth_interval: this.#growth_interval,
      _growth_tracker: this._get_growth_tracker(),
    }
  }

  /** Takes over what {@link state_dict} gave. @throws {RuntimeError} for an empty one */
  load_state_dict(state_dict: GradScalerState): void {
    if (!this.#enabled) return
    if (Object.keys(state_dict).length === 0) {
      throw new RuntimeError('The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.')
    }
    const { scale, growth_factor, backoff_factor, growth_interval, _growth_tracker } = state_dict as Required<GradScalerState>
    this.#init_scale = scale
    this.#scale?.fill_(scale)
    this.#growth_factor = growth_factor
    this.#backoff_factor = backoff_factor
    this.#growth_interval = growth_interval
    this.#init_growth_tracker = _growth_tracker
    this.#growth_tracker?.fill_(_growth_tracker)
  }
}
