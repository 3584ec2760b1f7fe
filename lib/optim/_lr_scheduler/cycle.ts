// Schedulers of cycles, which move the momentum too: CyclicLR and OneCycleLR of torch.optim.lr_scheduler.
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { value_text } from '../../_typename'
import { c_cos, c_pow } from '../_c_math'
import { type Num, add, div, mul, sub } from '../_number'
import type { ParamGroup } from '../optimizer'
import { type AnyOptimizer, LRScheduler, check_optimizer, for_groups, set_value } from './base'

/** Sets what an optimizer calls its momentum. */
function set_momentum(group: ParamGroup, momentum: Num, use_beta1: boolean): void {
  if (use_beta1) group['betas'] = [momentum, ...(group['betas'] as Num[]).slice(1)]
  else group['momentum'] = momentum
}

/** Whether the momentum is the first of the betas. @throws {ValueError} if the optimizer has none. */
function uses_beta1({ defaults }: AnyOptimizer): boolean {
  if (!('momentum' in defaults) && !('betas' in defaults)) {
    throw new ValueError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled')
  }
  return 'betas' in defaults
}

/** Starts each group at its greatest momentum, and notes its bounds. */
function start_momenta(optimizer: AnyOptimizer, greatest: readonly Num[], least: readonly Num[], use_beta1: boolean): void {
  optimizer.param_groups.forEach((group, i) => {
    set_momentum(group, greatest[i], use_beta1)
    group['max_momentum'] = greatest[i]
    group['base_momentum'] = least[i]
  })
}

const cyclic_names = [
  'optimizer', 'base_lr', 'max_lr', 'step_size_up', 'step_size_down', 'mode', 'gamma', 'scale_fn', 'scale_mode', 'cycle_momentum',
  'base_momentum', 'max_momentum', 'last_epoch',
] as const

type CyclicMode = 'triangular' | 'triangular2' | 'exp_range'

/**
 * The rate between base_lr and max_lr, up and down along straight lines, and the momentum the other way round.
 *
 * @param step_size_up - steps of the way up. Default: 2000.
 * @param step_size_down - steps of the way down. Default: step_size_up.
 * @param mode - 'triangular': equal cycles (default); 'triangular2': each half as high; 'exp_range': lower by gamma each step.
 * @param scale_fn - the height of a cycle (or at an iteration, by scale_mode), instead of a mode.
 * @throws {ValueError} for an unknown mode, or an optimizer without momentum unless cycle_momentum is false.
 * @see torch.optim.lr_scheduler.CyclicLR; Smith, arXiv:1506.01186
 */
export class CyclicLR extends LRScheduler {
  declare max_lrs: Num[]
  declare total_size: number
  declare step_ratio: number
  declare mode: string
  declare gamma: number
  declare _scale_fn_custom: ((x: number) => number) | null
  declare scale_mode: 'cycle' | 'iterations'
  declare cycle_momentum: boolean
  declare use_beta1: boolean
  declare base_momentums: Num[]
  declare max_momentums: Num[]

  constructor(...args: Args<[
    optimizer: AnyOptimizer, base_lr: Num | readonly Num[], max_lr: Num | readonly Num[], step_size_up?: number,
    step_size_down?: number | null, mode?: CyclicMode, gamma?: number, scale_fn?: ((x: number) => number) | null,
    scale_mode?: 'cycle' | 'iterations', cycle_momentum?: boolean, base_momentum?: Num | readonly Num[],
    max_momentum?: Num | readonly Num[], last_epoch?: number,
  ], typeof cyclic_names>) {
    const given = bind('CyclicLR.__init__', cyclic_names, 3, args)
    const optimizer = given['optimizer'] as AnyOptimizer
    check_optimizer(optimizer)
    const { last_epoch = -1, mode = 'triangular', gamma = 1, scale_fn = null, cycle_momentum = true } = given
    const base_lrs = for_groups('base_lr', optimizer, given['base_lr'] as Num)
    if (last_epoch === -1) optimizer.param_groups.forEach((group, i) => set_value(group, 'lr', base_lrs[i]))
    const max_lrs = for_groups('max_lr', optimizer, given['max_lr'] as Num)
    const up = (given['step_size_up'] ?? 2000) as number
    const total_size = up + ((given['step_size_down'] ?? up) as number)
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode as string) && scale_fn === null) {
      throw new ValueError('mode is invalid and scale_fn is None')
    }
    const own_mode = mode === 'exp_range' ? 'iterations' : 'cycle'
    const scale_mode = scale_fn === null ? own_mode : given['scale_mode'] ?? 'cycle'
    const momenta = cycle_momentum ? cyclic_momenta(optimizer, given, last_epoch === -1) : {}
    super(optimizer, last_epoch as number, {
      max_lrs, total_size, step_ratio: up / total_size, mode, gamma, _scale_fn_custom: scale_fn, scale_mode, cycle_momentum, ...momenta,
    })
    this.base_lrs = base_lrs
  }

  /** The height of a cycle, or at an iteration. */
  scale_fn(x: number): number {
    if (this._scale_fn_custom !== null) return this._scale_fn_custom(x)
    return this.mode === 'triangular2' ? 1 / c_pow(2, x - 1) : this.mode === 'exp_range' ? c_pow(this.gamma, x) : 1
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const { last_epoch, total_size, step_ratio } = this
    const cycle = Math.floor(1 + last_epoch / total_size)
    const x = 1 + last_epoch / total_size - cycle
    const share = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1)
    const scale = this.scale_fn(this.scale_mode === 'cycle' ? cycle : last_epoch)
    if (this.cycle_momentum) {
      this.optimizer.param_groups.forEach((group, i) => {
        const height = mul(sub(this.max_momentums[i], this.base_momentums[i]), share)
        set_momentum(group, sub(this.max_momentums[i], mul(height, scale)), this.use_beta1)
      })
    }
    return this.base_lrs.map((lr, i) => add(lr, mul(mul(sub(this.max_lrs[i], lr), share), scale)))
  }

  /** A scale_fn that is a function is not saved; the fields of a callable object are. */
  override state_dict(): Record<string, unknown> {
    const custom = this._scale_fn_custom
    const is_plain = custom === null || Object.getPrototypeOf(custom) === Function.prototype
    return { ...super.state_dict(), _scale_fn_custom: is_plain ? null : { ...custom } }
  }

  override load_state_dict(state_dict: Record<string, unknown>): void {
    const { _scale_fn_custom: fields, ...rest } = state_dict
    super.load_state_dict(rest)
    if (fields != null && this._scale_fn_custom !== null) Object.assign(this._scale_fn_custom, fields)
  }
}

function cyclic_momenta(optimizer: AnyOptimizer, given: Record<string, unknown>, is_new: boolean): object {
  const use_beta1 = uses_beta1(optimizer)
  const base_momentums = for_groups('base_momentum', optimizer, (given['base_momentum'] ?? 0.8) as Num)
  const max_momentums = for_groups('max_momentum', optimizer, (given['max_momentum'] ?? 0.9) as Num)
  if (is_new) start_momenta(optimizer, max_momentums, base_momentums, use_beta1)
  return { use_beta1, base_momentums, max_momentums }
}

interface Phase {
  end_step: number
  start_lr: string
  end_lr: string
  start_momentum: string
  end_momentum: string
}

const one_cycle_names = [
  'optimizer', 'max_lr', 'total_steps', 'epochs', 'steps_per_epoch', 'pct_start', 'anneal_strategy', 'cycle_momentum', 'base_momentum',
  'max_momentum', 'div_factor', 'final_div_factor', 'three_phase', 'last_epoch',
] as const

/**
 * The rate up from max_lr / div_factor to max_lr and down to a final_div_factor-th of where it started, once; call step after
 * each batch.
 *
 * @param total_steps - of the cycle; or epochs and steps_per_epoch.
 * @param pct_start - the share of the way up. Default: 0.3.
 * @param anneal_strategy - 'cos' (default) or 'linear'.
 * @param div_factor - default 25; final_div_factor - default 1e4.
 * @param three_phase - down to where it started first, then to the end. Default: false.
 * @throws {ValueError} for counts that are no positive integers, and if it is stepped past the end.
 * @see torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, arXiv:1708.07120
 */
export class OneCycleLR extends LRScheduler {
  declare total_steps: number
  declare _schedule_phases: Phase[]
  declare _anneal_func_type: 'cos' | 'linear'
  declare cycle_momentum: boolean
  declare use_beta1: boolean

  constructor(...args: Args<[
    optimizer: AnyOptimizer, max_lr: Num | readonly Num[], total_steps?: number | null, epochs?: number | null,
    steps_per_epoch?: number | null, pct_start?: number, anneal_strategy?: 'cos' | 'linear', cycle_momentum?: boolean,
    base_momentum?: Num | readonly Num[], max_momentum?: Num | readonly Num[], div_factor?: number, final_div_factor?: number,
    three_phase?: boolean, last_epoch?: number,
  ], typeof one_cycle_names>) {
    const given = bind('OneCycleLR.__init__', one_cycle_names, 2, args)
    const optimizer = given['optimizer'] as AnyOptimizer
    check_optimizer(optimizer)
    const total_steps = steps_of(given)
    const { pct_start = 0.3, anneal_strategy = 'cos', cycle_momentum = true, last_epoch = -1 } = given
    if (!(pct_start as number >= 0 && pct_start as number <= 1)) {
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${value_text(pct_start)}`)
    }
    if (!['cos', 'linear'].includes(anneal_strategy as string)) {
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${value_text(anneal_strategy)}`)
    }
    const fields: Record<string, unknown> = {
      total_steps, _schedule_phases: phases(total_steps, pct_start as number, given['three_phase'] === true),
      _anneal_func_type: anneal_strategy, cycle_momentum,
    }
    const max_lrs = for_groups('max_lr', optimizer, given['max_lr'] as Num)
    if (last_epoch === -1) note_rates(optimizer, max_lrs, given)
    if (cycle_momentum) {
      fields['use_beta1'] = uses_beta1(optimizer)
      const greatest = for_groups('max_momentum', optimizer, (given['max_momentum'] ?? 0.95) as Num)
      const least = for_groups('base_momentum', optimizer, (given['base_momentum'] ?? 0.85) as Num)
      if (last_epoch === -1) start_momenta(optimizer, greatest, least, fields['use_beta1'] as boolean)
    }
    super(optimizer, last_epoch as number, fields)
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const { last_epoch, total_steps, _schedule_phases: phases } = this
    if (last_epoch > total_steps) {
      throw new ValueError(`Tried to step ${last_epoch} times. The specified number of total steps is ${total_steps}`)
    }
    const found = phases.findIndex(({ end_step }) => last_epoch <= end_step)
    const i = found < 0 ? phases.length - 1 : found
    const { end_step, start_lr, end_lr, start_momentum, end_momentum } = phases[i]
    const start_step = i === 0 ? 0 : phases[i - 1].end_step
    const share = (last_epoch - start_step) / (end_step - start_step)
    const strategy = this._anneal_func_type
    return this.optimizer.param_groups.map(group => {
      if (this.cycle_momentum) set_momentum(group, anneal(strategy, group[start_momentum], group[end_momentum], share), this.use_beta1)
      return anneal(strategy, group[start_lr], group[end_lr], share)
    })
  }

}

function anneal(strategy: 'cos' | 'linear', from: unknown, to: unknown, share: number): Num {
  const [start, end] = [from as Num, to as Num]
  if (strategy === 'linear') return add(mul(sub(end, start), share), start)
  return add(end, mul(div(sub(start, end), 2), c_cos(Math.PI * share) + 1))
}

function steps_of({ total_steps, epochs, steps_per_epoch }: Record<string, unknown>): number {
  const check = (name: string, value: unknown): number => {
    if (Number.isInteger(value) && value as number > 0) return value as number
    throw new ValueError(`Expected positive integer ${name}, but got ${value_text(value)}`)
  }
  if (total_steps != null) return check('total_steps', total_steps)
  if (epochs == null || steps_per_epoch == null) {
    throw new ValueError('You must define either total_steps OR (epochs AND steps_per_epoch)')
  }
  return check('epochs', epochs) * check('steps_per_epoch', steps_per_epoch)
}

function phases(total_steps: number, pct_start: number, three_phase: boolean): Phase[] {
  const phase = (end_step: number, start_lr: string, end_lr: string, start_momentum: string, end_momentum: string): Phase =>
    ({ end_step, start_lr, end_lr, start_momentum, end_momentum })
  const up = phase(pct_start * total_steps - 1, 'initial_lr', 'max_lr', 'max_momentum', 'base_momentum')
  if (!three_phase) return [up, phase(total_steps - 1, 'max_lr', 'min_lr', 'base_momentum', 'max_momentum')]
  const down = phase(2 * pct_start * total_steps - 2, 'max_lr', 'initial_lr', 'base_momentum', 'max_momentum')
  return [up, down, phase(total_steps - 1, 'initial_lr', 'min_lr', 'max_momentum', 'max_momentum')]
}

function note_rates(optimizer: AnyOptimizer, max_lrs: readonly Num[], given: Record<string, unknown>): void {
  optimizer.param_groups.forEach((group, i) => {
    group['initial_lr'] = div(max_lrs[i], (given['div_factor'] ?? 25) as number)
    group['max_lr'] = max_lrs[i]
    group['min_lr'] = div(group['initial_lr'] as Num, (given['final_div_factor'] ?? 1e4) as number)
  })
}
