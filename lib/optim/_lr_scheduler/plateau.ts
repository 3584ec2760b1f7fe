// The scheduler that watches a metric: ReduceLROnPlateau of torch.optim.lr_scheduler.
import { type Args, bind } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { value_text } from '../../_typename'
import { type Num, number } from '../_number'
import { type AnyOptimizer, LRScheduler, check_optimizer, set_value, values_of, warn_of_epoch } from './base'

const names = ['optimizer', 'mode', 'factor', 'patience', 'threshold', 'threshold_mode', 'cooldown', 'min_lr', 'eps'] as const

/**
 * The rate times factor when a metric has not got better for more than `patience` steps.
 *
 * @param mode - whether less ('min', the default) or more ('max') is better.
 * @param factor - default 0.1; patience - default 10.
 * @param threshold - how much better counts, as a share ('rel', the default threshold_mode) or as a difference ('abs'). Default: 1e-4.
 * @param cooldown - steps after a reduction in which nothing counts. Default: 0.
 * @param min_lr - of all groups, or of each. Default: 0.
 * @param eps - the least reduction that is made. Default: 1e-8.
 * @throws {ValueError} for a factor of 1 or more, or an unknown mode.
 * @example scheduler.step(validation_loss)
 * @see torch.optim.lr_scheduler.ReduceLROnPlateau
 */
export class ReduceLROnPlateau extends LRScheduler {
  declare factor: number
  declare default_min_lr: number | null
  declare min_lrs: number[]
  declare patience: number
  declare cooldown: number
  declare eps: number
  declare best: number
  declare cooldown_counter: number
  declare num_bad_epochs: number
  declare mode: 'min' | 'max'
  declare mode_worse: number
  declare threshold: number
  declare threshold_mode: 'rel' | 'abs'

  constructor(...args: Args<[
    optimizer: AnyOptimizer, mode?: 'min' | 'max', factor?: number, patience?: number, threshold?: number,
    threshold_mode?: 'rel' | 'abs', cooldown?: number, min_lr?: number | readonly number[], eps?: number,
  ], typeof names>) {
    const given = bind('ReduceLROnPlateau.__init__', names, 1, args)
    const { factor = 0.1, mode = 'min', threshold_mode = 'rel', min_lr = 0, patience = 10, cooldown = 0 } = given
    if (factor as number >= 1) throw new ValueError('Factor should be < 1.0.')
    const optimizer = given['optimizer'] as AnyOptimizer
    check_optimizer(optimizer)
    const { length } = optimizer.param_groups
    if (Array.isArray(min_lr) && min_lr.length !== length) throw new ValueError(`expected ${length} min_lrs, got ${min_lr.length}`)
    if (mode !== 'min' && mode !== 'max') throw new ValueError(`mode ${value_text(mode)} is unknown!`)
    if (threshold_mode !== 'rel' && threshold_mode !== 'abs') {
      throw new ValueError(`threshold mode ${value_text(threshold_mode)} is unknown!`)
    }
    super(optimizer, -1, {
      factor, default_min_lr: Array.isArray(min_lr) ? null : min_lr, patience, cooldown, eps: given['eps'] ?? 1e-8, mode, threshold_mode,
      min_lrs: Array.isArray(min_lr) ? [...min_lr as number[]] : new Array<unknown>(length).fill(min_lr),
      threshold: given['threshold'] ?? 1e-4, mode_worse: mode === 'min' ? Infinity : -Infinity,
    })
  }

  override _begin(): void {
    this.last_epoch = 0
    this._last_lr = values_of(this.optimizer, 'lr')
    this._reset()
  }

  /** Forgets what was seen. @internal */
  _reset(): void {
    this.best = this.mode_worse
    this.cooldown_counter = 0
    this.num_bad_epochs = 0
  }

  /** @param metrics - what is watched; a number or a tensor with one element. */
  override step(metrics: Num | null | undefined, epoch?: number | null): void
  override step(metrics?: Num | null, epoch?: number | null): void {
    if (metrics == null) throw new TypeError("ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'")
    if (epoch != null) warn_of_epoch()
    this.last_epoch = epoch ?? this.last_epoch + 1
    const current = number(metrics)
    if (this.#is_better(current)) {
      this.best = current
      this.num_bad_epochs = 0
    } else {
      this.num_bad_epochs++
    }
    if (this.in_cooldown) {
      this.cooldown_counter--
      this.num_bad_epochs = 0
    }
    if (this.num_bad_epochs > this.patience) {
      this.#reduce()
      this.cooldown_counter = this.cooldown
      this.num_bad_epochs = 0
    }
    this._last_lr = values_of(this.optimizer, 'lr')
  }

  /** Whether the rate was reduced less than `cooldown` steps ago. */
  get in_cooldown(): boolean {
    return this.cooldown_counter > 0
  }

  #reduce(): void {
    const { param_groups } = this.optimizer
    if (param_groups.length !== this.min_lrs.length) {
      if (this.default_min_lr === null) {
        throw new RuntimeError(`The number of param groups in the \`optimizer\` (${param_groups.length}) differs from when \`ReduceLROnPlateau\` was initialized (${this.min_lrs.length}), usually due to a new param group being added to the optimizer. Please modify the \`min_lrs\` field to match the length of the \`optimizer\` param groups.`)
      }
      this.min_lrs = param_groups.map(() => this.default_min_lr!)
    }
    param_groups.forEach((group, i) => {
      const old_lr = number(group['lr'] as Num)
      const new_lr = Math.max(old_lr * this.factor, this.min_lrs[i])
      if (old_lr - new_lr > this.eps) set_value(group, 'lr', new_lr)
    })
  }

  #is_better(value: number): boolean {
    const { best, threshold, mode, threshold_mode } = this
    if (mode === 'min') return value < (threshold_mode === 'rel' ? best * (1 - threshold) : best - threshold)
    return value > (threshold_mode === 'rel' ? best * (threshold + 1) : best + threshold)
  }

  override load_state_dict(state_dict: Record<string, unknown>): void {
    super.load_state_dict(state_dict)
    this.mode_worse = this.mode === 'min' ? Infinity : -Infinity
  }
}
