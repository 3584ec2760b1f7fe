// The golden cases of loaders, samplers and data sets: shared/conformance/loading.jsonl.
import torch from 'torch-ts'
import '../helpers/typescript_children'
import { decode_tensor, read_cases, type TensorValue, rows_of } from './values'

interface Case {
  id: string
  what: string
  dataset: string
  args?: never[]
  kwargs?: Record<string, never>
  sampler?: { class: 'SequentialSampler' }
  seed?: number
  generator_seed?: number
  epochs?: number
  order?: unknown
  after?: TensorValue
  batches?: TensorValue[][]
  length?: number
  items?: Record<string, number>
  cumulative_sizes?: number[]
}

const { data } = torch.utils
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)

/** The sampler or loader of a case, and how its elements look in the record. */
function iterable({ what, kwargs = {}, sampler, generator_seed }: Case, more = {}): Iterable<unknown> {
  const generator = generator_seed === undefined ? undefined : new torch.Generator().manual_seed(generator_seed) as never
  const options = { ...kwargs, generator }
  const items = numbers(100)
  switch (what) {
    case 'DataLoader': return new data.DataLoader(items, { ...options, ...more })
    case 'BatchSampler': return new data.BatchSampler({ sampler: new data[sampler!.class](items), ...options } as never)
    case 'RandomSampler': return new data.RandomSampler(items, options)
    case 'WeightedRandomSampler': return new data.WeightedRandomSampler(options as never)
    case 'SubsetRandomSampler': return new data.SubsetRandomSampler(options as never)
    case 'SequentialSampler': return new data.SequentialSampler(items)
    case 'DistributedSampler': return new data.DistributedSampler(items, options)
    default: throw new Error(`no class for ${what}`)
  }
}

function listed(elements: Iterable<unknown>): unknown[] {
  return Array.from(elements, element => (torch.is_tensor(element) ? element.tolist() : element))
}

function check_order(one: Case, more = {}): void {
  if (one.seed !== undefined) torch.manual_seed(one.seed)
  if (one.what === 'random_split') {
    const generator = one.generator_seed === undefined ? null : new torch.Generator().manual_seed(one.generator_seed)
    const parts = data.random_split(numbers(100), one.args![0] as number[], { generator })
    expect(parts.map(part => part.indices)).toEqual(one.order)
    return
  }
  const source = iterable(one, more)
  const order = one.epochs === undefined ? listed(source) : Array.from({ length: one.epochs }, () => listed(source))
  expect(order).toEqual(one.order)
  if (one.after) expect(torch.rand(3).equal(decode_tensor(one.after))).toBe(true)
}

function check_collate({ kwargs, batches }: Case, more: object[] = []): void {
  const set = new data.TensorDataset(torch.arange(12).float().reshape([6, 2]), torch.arange(6))
  const one_by_one = { ...kwargs, collate_fn: (samples: [torch.Tensor, torch.Tensor][]) => data.default_collate(samples) }
  for (const options of more.length > 0 ? more.map(one => ({ ...kwargs, ...one })) : [kwargs ?? {}, one_by_one]) {
    const got = [...new data.DataLoader(set, options)]
    expect(got.map(batch => batch.map(one => [one.dtype.name, one.tolist()]))).toEqual(
      batches!.map(batch => batch.map(record => [record.t, decode_tensor(record).tolist()])))
  }
}

function check_concat({ length, items, cumulative_sizes }: Case): void {
  const set = new data.ConcatDataset([numbers(10), numbers(5, 50)])
  expect([set.length, set.cumulative_sizes]).toEqual([length, cumulative_sizes])
  for (const [index, item] of Object.entries(items!)) expect(set.at(Number(index))).toBe(item)
}

describe('golden cases of loading', () => {
  it.each(rows_of(read_cases<Case>('loading')))('%s', (_, one) => {
    if (one === null) return
    if (one.what === 'ConcatDataset') check_concat(one)
    else if (one.what === 'collate') check_collate(one)
    else check_order(one)
  })

  // Orders and batches do not depend on who reads them.
  const with_workers = read_cases<Case>('loading').filter(({ what }) => what === 'DataLoader' || what === 'collate')
  it.each(rows_of(with_workers))('%s, with workers', (_, one) => {
    if (one === null) return
    if (one.what === 'collate') check_collate(one, [{ num_workers: 2 }])
    else check_order(one, { num_workers: 1 })
  })
})
