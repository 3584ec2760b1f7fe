// Schedulers of schedulers: SequentialLR and ChainedScheduler of torch.optim.lr_scheduler.
import { type Args, bind } from '../../_args'
import { ValueError } from '../../_errors'
import { type AnyOptimizer, LRScheduler, bisect_right, set_value, values_of } from './base'
import { ReduceLROnPlateau } from './plateau'

/** A scheduler that has others, whose state is theirs. */
abstract class Compound extends LRScheduler {
  declare readonly _schedulers: readonly LRScheduler[]

  override state_dict(): Record<string, unknown> {
    return { ...super.state_dict(), _schedulers: this._schedulers.map(one => one.state_dict()) }
  }

  override load_state_dict(state_dict: Record<string, unknown>): void {
    const { _schedulers, ...rest } = state_dict
    Object.assign(this, rest);
    (_schedulers as Record<string, unknown>[]).forEach((one, i) => this._schedulers[i].load_state_dict(one))
  }
}

function check(name: string, optimizer: AnyOptimizer, schedulers: readonly LRScheduler[]): void {
  schedulers.forEach((scheduler, i) => {
    if (!(scheduler instanceof LRScheduler)) throw new TypeError(`${name} at index ${i} should have \`optimizer\` as its attribute.`)
    if (scheduler instanceof ReduceLROnPlateau) {
      throw new ValueError(`${name} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when calling \`step\`, but got one at index ${i} in the given schedulers sequence.`)
    }
    if (scheduler.optimizer !== optimizer) {
      throw new ValueError(`${name} expects all schedulers to belong to the same optimizer, but got scheduler ${scheduler.constructor.name} at index ${i} has ${String(scheduler.optimizer)}, which is different from ${optimizer.constructor.name}.`)
    }
  })
}

const sequential_names = ['optimizer', 'schedulers', 'milestones', 'last_epoch'] as const

/**
 * Schedulers one after the other: the next one from each milestone on, as from its own start.
 *
 * @throws {ValueError} unless there is one milestone fewer than schedulers, and all are of this optimizer.
 * @example new SequentialLR(optimizer, [warm_up, decay], { milestones: [5] })
 * @see torch.optim.lr_scheduler.SequentialLR
 */
export class SequentialLR extends Compound {
  declare readonly _milestones: readonly number[]

  constructor(...args: Args<[
    optimizer: AnyOptimizer, schedulers: readonly LRScheduler[], milestones: readonly number[], last_epoch?: number,
  ], typeof sequential_names>) {
    const given = bind('SequentialLR.__init__', sequential_names, 3, args)
    const { optimizer, schedulers, milestones } = given as { optimizer: AnyOptimizer, schedulers: LRScheduler[], milestones: number[] }
    if (schedulers.length < 1) throw new ValueError('SequentialLR expects at least one scheduler, but got no scheduler.')
    check('SequentialLR', optimizer, schedulers)
    if (milestones.length !== schedulers.length - 1) {
      throw new ValueError(`Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`)
    }
    super(optimizer, (given['last_epoch'] ?? -1) as number, { _schedulers: schedulers, _milestones: milestones })
  }

  override _begin(last_epoch: number): void {
    this.last_epoch = last_epoch + 1
    // Making the schedulers was a step of each: undo all, and do that of the one which begins.
    for (const group of this.optimizer.param_groups) set_value(group, 'lr', group['initial_lr'] as number)
    this.recursive_undo()
    const first = this._schedulers[bisect_right(this._milestones, 0)]
    first._initial_step()
    this._last_lr = first.get_last_lr()
  }

  /** Takes back the first step of all schedulers, also of those within others. */
  recursive_undo(scheduler: LRScheduler = this): void {
    if (scheduler instanceof Compound) scheduler._schedulers.forEach(one => this.recursive_undo(one))
    else scheduler.last_epoch--
  }

  override step(): void {
    this.last_epoch++
    const i = bisect_right(this._milestones, this.last_epoch)
    const scheduler = this._schedulers[i]
    if (i > 0 && this._milestones[i - 1] === this.last_epoch) scheduler._update_lr(0)
    else scheduler.step()
    this._last_lr = scheduler.get_last_lr()
  }
}

const chained_names = ['schedulers', 'optimizer'] as const

/**
 * Schedulers that all act in each step, one on the other's rates.
 *
 * @throws {ValueError} unless there is a scheduler, and all are of one optimizer.
 * @see torch.optim.lr_scheduler.ChainedScheduler
 */
export class ChainedScheduler extends Compound {
  constructor(...args: Args<[schedulers: readonly LRScheduler[], optimizer?: AnyOptimizer | null], typeof chained_names>) {
    const given = bind('ChainedScheduler.__init__', chained_names, 1, args)
    const schedulers = given['schedulers'] as LRScheduler[]
    if (schedulers.length < 1) {
      throw new ValueError('ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.')
    }
    const optimizer = (given['optimizer'] ?? (schedulers[0] as Partial<LRScheduler>).optimizer) as AnyOptimizer
    check('ChainedScheduler', optimizer, schedulers)
    super(optimizer, -1, { _schedulers: schedulers })
  }

  override _begin(): void {
    this._last_lr = values_of(this.optimizer, 'lr')
  }

  override step(): void {
    for (const scheduler of this._schedulers) scheduler.step()
    this._last_lr = values_of(this.optimizer, 'lr')
  }
}
