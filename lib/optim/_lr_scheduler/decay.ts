// Schedulers that multiply the rates: LambdaLR, MultiplicativeLR, StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR and
// PolynomialLR of torch.optim.lr_scheduler.
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { c_pow } from '../_c_math'
import { type Num, mul } from '../_number'
import { type AnyOptimizer, LRScheduler, bisect_right } from './base'

/** The factor of an epoch. */
export type Lambda = (epoch: number) => number

const lambda_names = ['optimizer', 'lr_lambda', 'last_epoch'] as const
type LambdaArgs = Args<[optimizer: AnyOptimizer, lr_lambda: Lambda | readonly Lambda[], last_epoch?: number], typeof lambda_names>

/** One function for each group. */
function lambdas_of(optimizer: AnyOptimizer, given: Lambda | readonly Lambda[]): Lambda[] {
  const { length } = optimizer.param_groups
  if (!Array.isArray(given)) return new Array<Lambda>(length).fill(given as Lambda)
  if (given.length !== length) throw new ValueError(`Expected ${length} lr_lambdas, but got ${given.length}`)
  return [...given as Lambda[]]
}

abstract class LambdaScheduler extends LRScheduler {
  declare readonly lr_lambdas: Lambda[]

  /** Functions are not saved; the fields of callable objects are. */
  override state_dict(): Record<string, unknown> {
    const lambdas = this.lr_lambdas.map(one => (Object.getPrototypeOf(one) === Function.prototype ? null : { ...one }))
    return { ...super.state_dict(), lr_lambdas: lambdas }
  }

  override load_state_dict(state_dict: Record<string, unknown>): void {
    const { lr_lambdas, ...rest } = state_dict
    Object.assign(this, rest);
    (lr_lambdas as (object | null)[]).forEach((fields, i) => {
      if (fields !== null) Object.assign(this.lr_lambdas[i], fields)
    })
  }
}

/**
 * The initial rate times a function of the epoch; one function, or one for each group.
 *
 * @throws {ValueError} if there are more or fewer functions than groups.
 * @example new LambdaLR(optimizer, epoch => 0.95 ** epoch)
 * @see torch.optim.lr_scheduler.LambdaLR
 */
export class LambdaLR extends LambdaScheduler {
  constructor(...args: LambdaArgs) {
    const { optimizer, lr_lambda, last_epoch = -1 } = bind('LambdaLR.__init__', lambda_names, 2, args)
    const lr_lambdas = lambdas_of(optimizer as AnyOptimizer, lr_lambda as Lambda)
    super(optimizer as AnyOptimizer, last_epoch as number, { lr_lambdas })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    return this.base_lrs.map((lr, i) => mul(lr, this.lr_lambdas[i](this.last_epoch)))
  }
}

/**
 * The rate so far times a function of the epoch.
 *
 * @throws {ValueError} if there are more or fewer functions than groups; {TypeError} if one is no function.
 * @see torch.optim.lr_scheduler.MultiplicativeLR
 */
export class MultiplicativeLR extends LambdaScheduler {
  constructor(...args: LambdaArgs) {
    const { optimizer, lr_lambda, last_epoch = -1 } = bind('MultiplicativeLR.__init__', lambda_names, 2, args)
    const lr_lambdas = lambdas_of(optimizer as AnyOptimizer, lr_lambda as Lambda)
    const wrong = lr_lambdas.findIndex(one => typeof one !== 'function')
    if (wrong >= 0) throw new TypeError(`lr_lambda should be a function, but got ${type_name(lr_lambdas[wrong])}`)
    super(optimizer as AnyOptimizer, last_epoch as number, { lr_lambdas })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    if (this._is_initial) return this.current()
    return this.changed((lr, i) => mul(lr, this.lr_lambdas[i](this.last_epoch)))
  }
}

const step_names = ['optimizer', 'step_size', 'gamma', 'last_epoch'] as const

/** The rate times gamma (0.1) every step_size epochs. @see torch.optim.lr_scheduler.StepLR */
export class StepLR extends LRScheduler {
  declare step_size: number
  declare gamma: number

  constructor(...args: Args<[optimizer: AnyOptimizer, step_size: number, gamma?: number, last_epoch?: number], typeof step_names>) {
    const { optimizer, step_size, gamma = 0.1, last_epoch = -1 } = bind('StepLR.__init__', step_names, 2, args)
    super(optimizer as AnyOptimizer, last_epoch as number, { step_size, gamma })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    if (this.last_epoch === 0 || this.last_epoch % this.step_size !== 0) return this.current()
    return this.changed(lr => mul(lr, this.gamma))
  }

  override _get_closed_form_lr(): Num[] {
    const factor = c_pow(this.gamma, Math.floor(this.last_epoch / this.step_size))
    return this.base_lrs.map(lr => mul(lr, factor))
  }
}

const multi_step_names = ['optimizer', 'milestones', 'gamma', 'last_epoch'] as const

/** The rate times gamma (0.1) at each milestone. @see torch.optim.lr_scheduler.MultiStepLR */
export class MultiStepLR extends LRScheduler {
  /** How often each epoch is a milestone: Python's Counter. */
  declare milestones: Map<number, number>
  declare gamma: number

  constructor(...args: Args<[
    optimizer: AnyOptimizer, milestones: Iterable<number>, gamma?: number, last_epoch?: number,
  ], typeof multi_step_names>) {
    const { optimizer, milestones: given, gamma = 0.1, last_epoch = -1 } = bind('MultiStepLR.__init__', multi_step_names, 2, args)
    const milestones = new Map<number, number>()
    for (const epoch of given as Iterable<number>) milestones.set(epoch, (milestones.get(epoch) ?? 0) + 1)
    super(optimizer as AnyOptimizer, last_epoch as number, { milestones, gamma })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const times = this.milestones.get(this.last_epoch)
    if (times === undefined) return this.current()
    const factor = c_pow(this.gamma, times)
    return this.changed(lr => mul(lr, factor))
  }

  override _get_closed_form_lr(): Num[] {
    const all = Array.from(this.milestones, ([epoch, times]) => new Array<number>(times).fill(epoch)).flat()
    const factor = c_pow(this.gamma, bisect_right(all.sort((a, b) => a - b), this.last_epoch))
    return this.base_lrs.map(lr => mul(lr, factor))
  }
}

const constant_names = ['optimizer', 'factor', 'total_iters', 'last_epoch'] as const

/**
 * The rate times factor (1/3) for total_iters (5) epochs, then the rate itself.
 *
 * @throws {ValueError} if factor is not between 0 and 1.
 * @see torch.optim.lr_scheduler.ConstantLR
 */
export class ConstantLR extends LRScheduler {
  declare factor: number
  declare total_iters: number

  constructor(...args: Args<[
    optimizer: AnyOptimizer, factor?: number, total_iters?: number, last_epoch?: number,
  ], typeof constant_names>) {
    const { optimizer, factor = 1 / 3, total_iters = 5, last_epoch = -1 } = bind('ConstantLR.__init__', constant_names, 1, args)
    if (factor as number > 1 || factor as number < 0) {
      throw new ValueError('Constant multiplicative factor expected to be between 0 and 1.')
    }
    super(optimizer as AnyOptimizer, last_epoch as number, { factor, total_iters })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    if (this.last_epoch === 0) return this.changed(lr => mul(lr, this.factor))
    return this.last_epoch === this.total_iters ? this.changed(lr => mul(lr, 1 / this.factor)) : this.current()
  }

  override _get_closed_form_lr(): Num[] {
    const factor = this.factor + (this.last_epoch >= this.total_iters ? 1 : 0) * (1 - this.factor)
    return this.base_lrs.map(lr => mul(lr, factor))
  }
}

const linear_names = ['optimizer', 'start_factor', 'end_factor', 'total_iters', 'last_epoch'] as const

/**
 * The rate times a factor that goes from start_factor (1/3) to end_factor (1) in total_iters (5) epochs.
 *
 * @throws {ValueError} if a factor is not between 0 and 1, or start_factor is 0.
 * @see torch.optim.lr_scheduler.LinearLR
 */
export class LinearLR extends LRScheduler {
  declare start_factor: number
  declare end_factor: number
  declare total_iters: number

  constructor(...args: Args<[
    optimizer: AnyOptimizer, start_factor?: number, end_factor?: number, total_iters?: number, last_epoch?: number,
  ], typeof linear_names>) {
    const { optimizer, last_epoch = -1, ...given } = bind('LinearLR.__init__', linear_names, 1, args)
    const fields = { start_factor: 1 / 3, end_factor: 1, total_iters: 5, ...given }
    if (fields.start_factor > 1 || fields.start_factor <= 0) {
      throw new ValueError('Starting multiplicative factor expected to be greater than 0 and less or equal to 1.')
    }
    if (fields.end_factor > 1 || fields.end_factor < 0) {
      throw new ValueError('Ending multiplicative factor expected to be between 0 and 1.')
    }
    super(optimizer as AnyOptimizer, last_epoch as number, fields)
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const { last_epoch, start_factor, end_factor, total_iters } = this
    if (last_epoch === 0) return this.changed(lr => mul(lr, start_factor))
    if (this._is_initial || last_epoch > total_iters) return this.current()
    const rise = end_factor - start_factor
    return this.changed(lr => mul(lr, 1 + rise / (total_iters * start_factor + (last_epoch - 1) * rise)))
  }

  override _get_closed_form_lr(): Num[] {
    const { last_epoch, start_factor, end_factor, total_iters } = this
    const factor = start_factor + (end_factor - start_factor) * Math.min(total_iters, last_epoch) / total_iters
    return this.base_lrs.map(lr => mul(lr, factor))
  }
}

const exponential_names = ['optimizer', 'gamma', 'last_epoch'] as const

/** The rate times gamma every epoch. @see torch.optim.lr_scheduler.ExponentialLR */
export class ExponentialLR extends LRScheduler {
  declare gamma: number

  constructor(...args: Args<[optimizer: AnyOptimizer, gamma: number, last_epoch?: number], typeof exponential_names>) {
    const { optimizer, gamma, last_epoch = -1 } = bind('ExponentialLR.__init__', exponential_names, 2, args)
    super(optimizer as AnyOptimizer, last_epoch as number, { gamma })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    return this._is_initial ? this.current() : this.changed(lr => mul(lr, this.gamma))
  }

  override _get_closed_form_lr(): Num[] {
    const factor = c_pow(this.gamma, this.last_epoch)
    return this.base_lrs.map(lr => mul(lr, factor))
  }
}

const polynomial_names = ['optimizer', 'total_iters', 'power', 'last_epoch'] as const

/** The rate times (1 - epoch / total_iters) to a power, until total_iters (5). @see torch.optim.lr_scheduler.PolynomialLR */
export class PolynomialLR extends LRScheduler {
  declare total_iters: number
  declare power: number

  constructor(...args: Args<[
    optimizer: AnyOptimizer, total_iters?: number, power?: number, last_epoch?: number,
  ], typeof polynomial_names>) {
    const { optimizer, total_iters = 5, power = 1, last_epoch = -1 } = bind('PolynomialLR.__init__', polynomial_names, 1, args)
    super(optimizer as AnyOptimizer, last_epoch as number, { total_iters, power })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const { last_epoch, total_iters, power } = this
    if (this._is_initial || last_epoch > total_iters) return this.current()
    const factor = c_pow((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters), power)
    return this.changed(lr => mul(lr, factor))
  }

  override _get_closed_form_lr(): Num[] {
    const { last_epoch, total_iters, power } = this
    return this.base_lrs.map(lr => mul(lr, c_pow(1 - Math.min(total_iters, last_epoch) / total_iters, power)))
  }
}
