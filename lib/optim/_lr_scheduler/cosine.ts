// Schedulers along a cosine: CosineAnnealingLR and CosineAnnealingWarmRestarts of torch.optim.lr_scheduler.
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { type_text, value_text } from '../../_typename'
import { c_cos } from '../_c_math'
import { type Num, add, div, mul, sub } from '../_number'
import { number_text } from '../optimizer'
import { type AnyOptimizer, LRScheduler } from './base'

const annealing_names = ['optimizer', 'T_max', 'eta_min', 'last_epoch'] as const

/** eta_min + (lr - eta_min) (1 + cos) / 2. */
function between(eta_min: number, base_lr: Num, angle: number): Num {
  return add(eta_min, div(mul(sub(base_lr, eta_min), 1 + c_cos(angle)), 2))
}

/** The rate down to eta_min (0) in T_max epochs, along half a cosine, and up again. @see torch.optim.lr_scheduler.CosineAnnealingLR */
export class CosineAnnealingLR extends LRScheduler {
  declare T_max: number
  declare eta_min: number

  constructor(...args: Args<[optimizer: AnyOptimizer, T_max: number, eta_min?: number, last_epoch?: number], typeof annealing_names>) {
    const { optimizer, T_max, eta_min = 0, last_epoch = -1 } = bind('CosineAnnealingLR.__init__', annealing_names, 2, args)
    super(optimizer as AnyOptimizer, last_epoch as number, { T_max, eta_min })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const { T_max, eta_min, last_epoch } = this
    if (this._is_initial) return this.current()
    if (this._step_count === 1 && last_epoch > 0) return this.base_lrs.map(lr => between(eta_min, lr, last_epoch * Math.PI / T_max))
    // At the bottom the next rate is no multiple of this one.
    if (modulo(last_epoch - 1 - T_max, 2 * T_max) === 0) {
      const rise = 1 - c_cos(Math.PI / T_max)
      return this.changed((lr, i) => add(lr, div(mul(sub(this.base_lrs[i], eta_min), rise), 2)))
    }
    const ratio = (1 + c_cos(Math.PI * last_epoch / T_max)) / (1 + c_cos(Math.PI * (last_epoch - 1) / T_max))
    return this.changed(lr => add(mul(ratio, sub(lr, eta_min)), eta_min))
  }

  override _get_closed_form_lr(): Num[] {
    return this.base_lrs.map(lr => between(this.eta_min, lr, Math.PI * this.last_epoch / this.T_max))
  }
}

/** Python's %, which has the divisor's sign. */
function modulo(a: number, b: number): number {
  return ((a % b) + b) % b
}

const restart_names = ['optimizer', 'T_0', 'T_mult', 'eta_min', 'last_epoch'] as const

/**
 * The rate down to eta_min (0) along half a cosine again and again: first in T_0 epochs, then in T_mult (1) times as many as before.
 *
 * @throws {ValueError} if T_0 or T_mult is no positive integer.
 * @see torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  declare T_0: number
  declare T_i: number
  declare T_mult: number
  declare T_cur: number
  declare eta_min: number

  constructor(...args: Args<[
    optimizer: AnyOptimizer, T_0: number, T_mult?: number, eta_min?: number, last_epoch?: number,
  ], typeof restart_names>) {
    const { optimizer, T_0, T_mult = 1, eta_min = 0, last_epoch = -1 } = bind('CosineAnnealingWarmRestarts.__init__', restart_names, 2, args)
    if (!(T_0 as number > 0 && Number.isInteger(T_0))) throw new ValueError(`Expected positive integer T_0, but got ${value_text(T_0)}`)
    if (!(T_mult as number >= 1 && Number.isInteger(T_mult))) {
      throw new ValueError(`Expected integer T_mult >= 1, but got ${value_text(T_mult)}`)
    }
    if (typeof eta_min !== 'number') {
      throw new ValueError(`Expected float or int eta_min, but got ${value_text(eta_min)} of type ${type_text(eta_min)}`)
    }
    super(optimizer as AnyOptimizer, last_epoch as number, { T_0, T_i: T_0, T_mult, eta_min, T_cur: last_epoch })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    return this.base_lrs.map(lr => between(this.eta_min, lr, Math.PI * this.T_cur / this.T_i))
  }

  /** @param epoch - may have a fraction: how far the training is within an epoch. Default: the next one. */
  override step(epoch?: number | null): void {
    const given = epoch ?? (this.last_epoch < 0 ? 0 : null)
    if (given === null) next(this)
    else go_to(this, given)
    this.last_epoch = Math.floor(given ?? this.last_epoch + 1)
    this._set_lr(() => this.get_lr())
  }

}

// Functions, since the base's constructor calls step, and private methods are there after it only.
function next(scheduler: CosineAnnealingWarmRestarts): void {
  scheduler.T_cur++
  if (scheduler.T_cur < scheduler.T_i) return
  scheduler.T_cur %= scheduler.T_i
  scheduler.T_i *= scheduler.T_mult
}

function go_to(scheduler: CosineAnnealingWarmRestarts, epoch: number): void {
  const { T_0, T_mult } = scheduler
  if (epoch < 0) throw new ValueError(`Expected non-negative epoch, but got ${number_text(epoch)}`)
  if (epoch < T_0) {
    scheduler.T_i = T_0
    scheduler.T_cur = epoch
  } else if (T_mult === 1) {
    scheduler.T_cur = epoch % T_0
  } else {
    const n = Math.trunc(Math.log(epoch / T_0 * (T_mult - 1) + 1) / Math.log(T_mult))
    scheduler.T_cur = epoch - T_0 * (T_mult ** n - 1) / (T_mult - 1)
    scheduler.T_i = T_0 * T_mult ** n
  }
}
