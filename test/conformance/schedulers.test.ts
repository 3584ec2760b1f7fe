// The golden cases of schedulers: shared/conformance/schedulers.jsonl.
import torch from 'torch-ts'
import { decode, decode_fields, read_cases } from './values'

interface Record_ { scheduler: string, args: unknown[], kwargs: Record<string, unknown> }

interface Case extends Record_ {
  id: string
  optimizer: string
  optimizer_kwargs: Record<string, unknown>
  group_lrs: (number | null)[]
  lrs: number[][]
  momenta?: number[][]
  metrics?: number[]
  get_last_lr: number[]
  last_epoch: number | null
  state_keys: string[]
}

type Scheduler = torch.optim.lr_scheduler.LRScheduler
type Classes = Record<string, new (...args: unknown[]) => Scheduler>
const classes = { ...torch.optim.lr_scheduler, SWALR: torch.optim.swa_utils.SWALR } as unknown as Classes

function build({ scheduler, args, kwargs }: Record_, optimizer: torch.optim.Optimizer): Scheduler {
  const value = (one: unknown): unknown => decode(one, object => {
    if ('lambda' in object) return new Function('epoch', `return ${String(object['lambda'])}`)
    return 'scheduler' in object ? build(object as unknown as Record_, optimizer) : undefined
  })
  const first = scheduler === 'ChainedScheduler' ? [] : [optimizer]
  return new classes[scheduler](...first, ...args.map(value), decode_fields(kwargs))
}

function expect_close(got: unknown, want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  (got as number[]).forEach((value, i) => expect(Math.abs(value - want[i])).toBeLessThanOrEqual(1e-12 * Math.abs(want[i])))
}

describe('golden cases of schedulers', () => {
  it.each(read_cases<Case>('schedulers').map(one => [one.id, one] as const))('%s', (_, one) => {
    const groups = one.group_lrs.map(lr => ({ params: [torch.zeros(1, { requires_grad: true })], ...(lr === null ? {} : { lr }) }))
    const Optimizer = (torch.optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[one.optimizer]
    const optimizer = new Optimizer(groups, decode_fields(one.optimizer_kwargs))
    const scheduler = build(one, optimizer)
    one.lrs.forEach((lrs, k) => {
      if (k > 0) {
        optimizer.step()
        scheduler.step(one.metrics?.[k - 1])
      }
      expect_close(optimizer.param_groups.map(group => group['lr']), lrs)
      if (one.momenta) expect_close(optimizer.param_groups.map(group => group['momentum'] ?? (group['betas'] as number[])[0]), one.momenta[k])
    })
    expect_close(scheduler.get_last_lr(), one.get_last_lr)
    expect(scheduler.last_epoch ?? null).toEqual(one.last_epoch)
    expect(Object.keys(scheduler.state_dict()).sort()).toEqual([...one.state_keys].sort())
  })
})
