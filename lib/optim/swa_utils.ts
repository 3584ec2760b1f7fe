// Averages of a model's parameters over its training: torch.optim.swa_utils.
import { type Args, bind } from '../_args'
import { tensor } from '../_creation'
import { AssertionError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { value_text } from '../_typename'
import { no_grad } from '../autograd/grad_mode'
import { deepcopy } from '../copy'
import type { DeviceLike } from '../device'
import { int64 } from '../dtype'
import { _BatchNorm } from '../nn/modules/batchnorm'
import { type ForwardArgs, type ForwardResult, Module } from '../nn/modules/module'
import type { Tensor } from '../tensor'
import { c_cos } from './_c_math'
import { type AnyOptimizer, LRScheduler, for_groups } from './_lr_scheduler/base'
import { type Num, add, div, mul, sub } from './_number'

/** Gives the new average of a parameter, from the average so far, the parameter and how many were averaged. */
export type AvgFn = (averaged_param: Tensor, current_param: Tensor, num_averaged: Tensor) => Tensor

/** Changes the averages of all parameters in place. */
export type MultiAvgFn = (averaged_params: readonly Tensor[], current_params: readonly Tensor[], num_averaged: Tensor) => void

const foreach_lerp_ = aten('_foreach_lerp_.Scalar')
const foreach_sub = aten('_foreach_sub.List')
const foreach_addcdiv_ = aten('_foreach_addcdiv_.Scalar')

function is_inexact({ dtype }: Tensor): boolean {
  return dtype.is_floating_point || dtype.is_complex
}

function check_decay(decay: number): void {
  if (decay < 0 || decay > 1) {
    throw new ValueError(`Invalid decay value ${value_text(decay)} provided. Please provide a value in [0,1] range.`)
  }
}

/** An exponential moving average, for multi_avg_fn. @see torch.optim.swa_utils.get_ema_multi_avg_fn */
export function get_ema_multi_avg_fn(decay = 0.999): MultiAvgFn {
  check_decay(decay)
  return (averages, currents) => no_grad(() => {
    if (is_inexact(averages[0])) foreach_lerp_([averages, currents, 1 - decay])
    else averages.forEach((average, i) => average.copy_(average.mul(decay).add(currents[i].mul(1 - decay))))
  })
}

/** The mean of all that were averaged, for multi_avg_fn. @see torch.optim.swa_utils.get_swa_multi_avg_fn */
export function get_swa_multi_avg_fn(): MultiAvgFn {
  return (averages, currents, num_averaged) => no_grad(() => {
    if (is_inexact(averages[0])) {
      // The share as Python has it: the reciprocal of an int64 tensor, which is float32.
      foreach_lerp_([averages, currents, num_averaged.add(1).reciprocal().item()])
      return
    }
    const differences = foreach_sub([currents, averages]) as Tensor[]
    foreach_addcdiv_([averages, differences, averages.map(() => num_averaged.add(1)), 1])
  })
}

/** An exponential moving average, for avg_fn. @see torch.optim.swa_utils.get_ema_avg_fn */
export function get_ema_avg_fn(decay = 0.999): AvgFn {
  check_decay(decay)
  return (average, current) => no_grad(() => average.mul(decay).add(current.mul(1 - decay)))
}

/** The mean of all that were averaged, for avg_fn. @see torch.optim.swa_utils.get_swa_avg_fn */
export function get_swa_avg_fn(): AvgFn {
  return (average, current, num_averaged) => no_grad(() => average.add(current.sub(average).div(num_averaged.add(1))))
}

const averaged_names = ['model', 'device', 'avg_fn', 'multi_avg_fn', 'use_buffers'] as const

/**
 * A copy of a model with the average of its parameters.
 *
 * @param device - where the average is kept. Default: where the model is.
 * @param avg_fn - how one parameter is averaged; multi_avg_fn - how all are, at once. Default: their mean.
 * @param use_buffers - average buffers too; else they are copied. Default: false.
 * @throws {AssertionError} if both functions are given.
 * @example const ema = new AveragedModel(model, { multi_avg_fn: get_ema_multi_avg_fn(0.999) }); ema.update_parameters(model)
 * @see torch.optim.swa_utils.AveragedModel
 */
export class AveragedModel<M extends Module = Module> extends Module {
  readonly module: M
  declare n_averaged: Tensor
  avg_fn: AvgFn | null
  multi_avg_fn: MultiAvgFn | null
  use_buffers: boolean

  constructor(...args: Args<[
    model: M, device?: DeviceLike | null, avg_fn?: AvgFn | null, multi_avg_fn?: MultiAvgFn | null, use_buffers?: boolean,
  ], typeof averaged_names>) {
    super()
    const given = bind('AveragedModel.__init__', averaged_names, 1, args)
    const device = (given['device'] ?? null) as DeviceLike | null
    this.avg_fn = (given['avg_fn'] ?? null) as AvgFn | null
    this.multi_avg_fn = (given['multi_avg_fn'] ?? null) as MultiAvgFn | null
    if (this.avg_fn !== null && this.multi_avg_fn !== null) {
      throw new AssertionError('Only one of avg_fn and multi_avg_fn should be provided')
    }
    this.module = deepcopy(given['model'] as M)
    if (device !== null) this.module.to(device)
    this.register_buffer('n_averaged', tensor(0, { dtype: int64, device }))
    this.use_buffers = given['use_buffers'] === true
  }

  forward(...args: ForwardArgs<M>): ForwardResult<M> {
    return (this.module as unknown as (...args: unknown[]) => ForwardResult<M>)(...args)
  }

  /** Takes the model's parameters into the average. */
  update_parameters(model: Module): void {
    no_grad(() => {
      const own = this.use_buffers ? [...this.module.parameters(), ...this.module.buffers()] : [...this.parameters()]
      const theirs = this.use_buffers ? [...model.parameters(), ...model.buffers()] : [...model.parameters()]
      const averages = own.slice(0, theirs.length).map(one => one.detach())
      const currents = averages.map((average, i) => theirs[i].detach().to(average.device))
      if (this.n_averaged.item() === 0) averages.forEach((average, i) => average.copy_(currents[i]))
      else this.#average(averages, currents)
      if (!this.use_buffers) this.#copy_buffers(model)
      this.n_averaged.add_(1)
    })
  }

  #average(averages: readonly Tensor[], currents: readonly Tensor[]): void {
    const { avg_fn, n_averaged } = this
    if (avg_fn !== null) {
      averages.forEach((average, i) => average.copy_(avg_fn(average, currents[i], n_averaged.to(average.device))))
      return
    }
    for (const [some, current] of lists_by_kind(averages, currents)) {
      const count = n_averaged.to(some[0].device)
      if (this.multi_avg_fn !== null) {
        this.multi_avg_fn(some, current, count)
      } else if (some[0].is_cuda) {
        get_swa_multi_avg_fn()(some, current, count)
      } else {
        const mean = get_swa_avg_fn()
        some.forEach((average, i) => average.copy_(mean(average, current[i], count)))
      }
    }
  }

  #copy_buffers(model: Module): void {
    const theirs = [...model.buffers()];
    [...this.module.buffers()].forEach((buffer, i) => buffer.detach().copy_(theirs[i].detach().to(buffer.device)))
  }
}

/** Lists of one device and dtype each: an average function may take them for alike, also on the CPU. */
function lists_by_kind(averages: readonly Tensor[], currents: readonly Tensor[]): [Tensor[], Tensor[]][] {
  const kinds = new Map<string, [Tensor[], Tensor[]]>()
  averages.forEach((average, i) => {
    const key = `${String(average.device)} ${average.dtype.name}`
    const lists = kinds.get(key) ?? [[], []]
    kinds.set(key, lists)
    lists[0].push(average)
    lists[1].push(currents[i])
  })
  return [...kinds.values()]
}

/**
 * Computes the running statistics of a model's batch norms anew, as means over all batches of a loader. For averaged models,
 * whose activations no training has seen.
 *
 * @param loader - of inputs, or of arrays that begin with the input.
 * @param device - where inputs are sent first.
 * @see torch.optim.swa_utils.update_bn
 */
export function update_bn(loader: Iterable<unknown>, model: Module, device: DeviceLike | null = null): void {
  no_grad(() => {
    const norms = [...model.modules()].filter(one => one instanceof _BatchNorm)
    if (norms.length === 0) return
    const momenta = norms.map(norm => norm.momentum)
    const was_training = model.training
    for (const norm of norms) norm.reset_running_stats()
    model.train()
    for (const norm of norms) norm.momentum = null // a cumulative mean
    for (const batch of loader) {
      const input = (Array.isArray(batch) ? batch[0] : batch) as Tensor;
      (model as unknown as (input: Tensor) => unknown)(device === null ? input : input.to(device))
    }
    norms.forEach((norm, i) => { norm.momentum = momenta[i] })
    model.train(was_training)
  })
}

const swalr_names = ['optimizer', 'swa_lr', 'anneal_epochs', 'anneal_strategy', 'last_epoch'] as const

/**
 * The rate to swa_lr in anneal_epochs (10) epochs, along half a cosine ('cos', the default) or a line ('linear'), where it stays.
 *
 * @throws {ValueError} for an unknown strategy, or epochs that are no integer from 0 on.
 * @see torch.optim.swa_utils.SWALR
 */
export class SWALR extends LRScheduler {
  declare anneal_epochs: number
  declare _anneal_strategy: 'cos' | 'linear'

  constructor(...args: Args<[
    optimizer: AnyOptimizer, swa_lr: Num | readonly Num[], anneal_epochs?: number, anneal_strategy?: 'cos' | 'linear', last_epoch?: number,
  ], typeof swalr_names>) {
    const given = bind('SWALR.__init__', swalr_names, 2, args)
    const { anneal_epochs = 10, anneal_strategy = 'cos', last_epoch = -1 } = given
    const optimizer = given['optimizer'] as AnyOptimizer
    const swa_lrs = for_groups('swa_lr', optimizer, given['swa_lr'] as Num)
    optimizer.param_groups.forEach((group, i) => { group['swa_lr'] = swa_lrs[i] })
    if (!['cos', 'linear'].includes(anneal_strategy as string)) {
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${value_text(anneal_strategy)}`)
    }
    if (!(Number.isInteger(anneal_epochs) && anneal_epochs as number >= 0)) {
      throw new ValueError(`anneal_epochs must be equal or greater than 0, got ${value_text(anneal_epochs)}`)
    }
    super(optimizer, last_epoch as number, { anneal_epochs, _anneal_strategy: anneal_strategy })
  }

  override get_lr(): Num[] {
    this.warn_outside_step()
    const epochs = Math.max(1, this.anneal_epochs)
    const step = this.anneal_epochs === 0 ? Math.max(1, this._step_count - 1) : this._step_count - 1
    const share_at = (at: number): number => {
      const t = Math.max(0, Math.min(1, at / epochs))
      return this._anneal_strategy === 'cos' ? (1 - c_cos(Math.PI * t)) / 2 : t
    }
    const before = share_at(step - 1)
    const now = share_at(step)
    return this.optimizer.param_groups.map(group => {
      const { lr, swa_lr } = group as unknown as { lr: Num, swa_lr: Num }
      const initial = before === 1 ? swa_lr : div(sub(lr, mul(before, swa_lr)), 1 - before)
      return add(mul(swa_lr, now), mul(initial, 1 - now))
    })
  }
}
