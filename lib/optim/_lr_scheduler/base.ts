// Base of the learning rate schedulers: LRScheduler of torch.optim.lr_scheduler.
import { is_tensor } from '../../_dispatch'
import { NotImplementedError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import { type Num, number } from '../_number'
import { Optimizer, type ParamGroup, outlives_scopes } from '../optimizer'

/** An optimizer with whatever options. */
export interface AnyOptimizer {
  defaults: object
  param_groups: ParamGroup[]
  step(closure?: null): unknown
  /** @internal */
  _opt_called: boolean
}

/** The step of each optimizer that has a scheduler, as it was when the first one came. */
const tracked = new WeakMap<AnyOptimizer, unknown>()

/**
 * Base class of schedulers. A subclass defines {@link get_lr}, which is called once by the constructor: so fields that it needs
 * are given to `super`, and declared without a value.
 *
 * @param fields - of the subclass, set before the first learning rates are computed.
 * @throws {TypeError} if it is given no optimizer.
 * @example
 * class InverseRoot extends LRScheduler {
 *   declare readonly scale: number
 *   constructor(optimizer: Optimizer, scale: number) { super(optimizer, -1, { scale }) }
 *   get_lr() { return this.base_lrs.map(lr => Number(lr) / Math.sqrt(1 + this.last_epoch / this.scale)) }
 * }
 * @see torch.optim.lr_scheduler.LRScheduler
 */
export class LRScheduler {
  declare optimizer: AnyOptimizer
  /** The learning rates of the groups before any scheduling. */
  declare base_lrs: Num[]
  /** How many steps were made. */
  declare last_epoch: number
  /** @internal */
  declare _step_count: number
  /** @internal */
  declare _last_lr: Num[]
  /** @internal */
  declare _is_initial: boolean
  /** @internal */
  declare _get_lr_called_within_step: boolean

  constructor(optimizer: AnyOptimizer, last_epoch = -1, fields: object = {}) {
    check_optimizer(optimizer)
    this.optimizer = optimizer
    Object.assign(this, fields)
    outlives_scopes(() => this._begin(last_epoch))
  }

  /** Notes the learning rates and computes the first ones. @internal */
  _begin(last_epoch: number): void {
    const { optimizer } = this
    if (last_epoch === -1) {
      for (const group of optimizer.param_groups) group['initial_lr'] ??= copy_of(group['lr'] as Num)
    } else {
      optimizer.param_groups.forEach((group, i) => {
        if (!('initial_lr' in group)) throw new ValueError(NOT_RESUMABLE.replace('[i]', `[${i}]`))
      })
    }
    this.base_lrs = values_of(optimizer, 'initial_lr')
    this.last_epoch = last_epoch
    if (!tracked.has(optimizer)) {
      tracked.set(optimizer, optimizer.step)
      optimizer._opt_called = false
    }
    this._initial_step()
  }

  /** @internal */
  _initial_step(): void {
    this._step_count = 0
    this._is_initial = true
    try {
      this.step()
    } finally {
      this._is_initial = false
    }
  }

  /** The scheduler's state as plain data: all its fields but for the optimizer. */
  state_dict(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this).filter(([name]) => name !== 'optimizer'))
  }

  /** Takes a state that {@link state_dict} gave. Load the optimizer's after it, or this overwrites the rates. */
  load_state_dict(state_dict: Record<string, unknown>): void {
    Object.assign(this, state_dict)
  }

  /** The learning rate of each group as of the last step. */
  get_last_lr(): Num[] {
    return this._last_lr
  }

  /** The learning rates of this step. Only for {@link step}: others call {@link get_last_lr}. */
  get_lr(): Num[] {
    throw new NotImplementedError()
  }

  /**
   * Sets the learning rates of the next epoch. Call it after optimizer.step().
   *
   * @param epoch - deprecated: computes the rates of that epoch.
   */
  step(epoch?: number | null): void {
    if (this._step_count === 1) this.#warn_of_order()
    this._step_count++
    if (epoch != null) warn(EPOCH_DEPRECATED)
    outlives_scopes(() => this._update_lr(epoch))
  }

  #warn_of_order(): void {
    if (tracked.get(this.optimizer) !== this.optimizer.step) {
      warn(`Seems like \`optimizer.step()\` has been overridden after learning rate scheduler initialization. Please, make sure to call \`optimizer.step()\` before \`lr_scheduler.step()\`. ${MORE}`)
    } else if (!this.optimizer._opt_called) {
      warn(`Detected call of \`lr_scheduler.step()\` before \`optimizer.step()\`. In PyTorch 1.1.0 and later, you should call them in the opposite order: \`optimizer.step()\` before \`lr_scheduler.step()\`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. ${MORE}`)
    }
  }

  /** @internal */
  _update_lr(epoch?: number | null): void {
    this.last_epoch = epoch ?? this.last_epoch + 1
    this._set_lr(epoch == null ? () => this.get_lr() : () => this._get_closed_form_lr?.() ?? this.get_lr())
  }

  /** Sets the rates that `get` computes. @internal */
  _set_lr(get: () => Num[]): void {
    this._get_lr_called_within_step = true
    const values = ((): Num[] => {
      try {
        return get()
      } finally {
        this._get_lr_called_within_step = false
      }
    })()
    const { param_groups } = this.optimizer
    if (values.length !== param_groups.length) {
      throw new ValueError(`zip() argument 2 is ${values.length < param_groups.length ? 'shorter' : 'longer'} than argument 1`)
    }
    param_groups.forEach((group, i) => set_value(group, 'lr', values[i]))
    this._last_lr = values_of(this.optimizer, 'lr')
  }

  /** The rates of {@link last_epoch}, computed without those before it. @internal */
  _get_closed_form_lr?(): Num[]

  /** The groups' current rates. @internal */
  protected current(): Num[] {
    return values_of(this.optimizer, 'lr')
  }

  /** The groups' current rates, each changed. @internal */
  protected changed(change: (lr: Num, i: number) => Num): Num[] {
    return this.optimizer.param_groups.map((group, i) => change(group['lr'] as Num, i))
  }

  /** Warns if get_lr is called by others than step. @internal */
  protected warn_outside_step(): void {
    if (!this._get_lr_called_within_step) {
      warn('To get the last learning rate computed by the scheduler, please use `get_last_lr()`.')
    }
  }
}

const MORE = 'See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate'
const EPOCH_DEPRECATED = 'The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose.'
const NOT_RESUMABLE = "param 'initial_lr' is not specified in param_groups[i] when resuming scheduler with last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 for a fresh training run (not recommended)"

/** @throws {TypeError} if it is none. */
export function check_optimizer(optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer)) throw new TypeError(`${type_name(optimizer)} is not an Optimizer`)
}

/** Warns that the number of an epoch was given. */
export function warn_of_epoch(): void {
  warn(EPOCH_DEPRECATED)
}

function copy_of(value: Num): Num {
  return is_tensor(value) ? (value as Tensor).clone() : value
}

/** An option of each group; tensors are copied. */
export function values_of(optimizer: AnyOptimizer, key: string): Num[] {
  return optimizer.param_groups.map(group => copy_of(group[key] as Num))
}

/** Sets an option of a group; a tensor keeps its identity and takes the value. */
export function set_value(group: ParamGroup, key: string, value: Num): void {
  const known = group[key]
  if (is_tensor(known)) (known as Tensor).fill_(number(value))
  else group[key] = value
}

/** One value for each group. @throws {ValueError} if there are more or fewer than groups. */
export function for_groups(name: string, optimizer: AnyOptimizer, value: Num | readonly Num[]): Num[] {
  const { length } = optimizer.param_groups
  if (!Array.isArray(value)) return Array.from({ length }, () => copy_of(value as Num))
  if (value.length !== length) {
    throw new ValueError(`${name} must have the same length as optimizer.param_groups. ${name} has ${value.length} values, param_groups has ${length}.`)
  }
  return (value as Num[]).map(copy_of)
}

/** The number of elements of a sorted list that are not greater: where `value` would be inserted. */
export function bisect_right(sorted: readonly number[], value: number): number {
  const place = sorted.findIndex(one => one > value)
  return place < 0 ? sorted.length : place
}
