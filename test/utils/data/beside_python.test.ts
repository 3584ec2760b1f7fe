// Samplers, data sets and collation beside Python's, from the same seeds: orders, batches, texts of errors and warnings.
import torch from 'torch-ts'
import { type Value, compare_with_python } from '../../helpers/beside_python'

const { data } = torch.utils
const items = (count: number) => Array.from({ length: count }, (_, i) => i)
const generator = () => new torch.Generator().manual_seed(5)
const g = 'torch.Generator().manual_seed(5)'
const d = 'torch.utils.data.'
const parts = (subsets: { indices: readonly number[] }[]) => subsets.map(one => one.indices)

const samplers: Value[] = [
  [`list(${d}SequentialSampler(range(4)))`, () => [...new data.SequentialSampler(items(4))]],
  [`[list(s) for s in [${d}RandomSampler(range(10))] * 3] + [torch.rand(1)]`, () => {
    const sampler = new data.RandomSampler(items(10))
    return [[...sampler], [...sampler], [...sampler], torch.rand(1)]
  }],
  [`list(${d}RandomSampler(range(7), True, 70))`, () => [...new data.RandomSampler(items(7), true, 70)]],
  [`list(${d}RandomSampler(range(7), num_samples=17))`, () => [...new data.RandomSampler(items(7), { num_samples: 17 })]],
  [`[list(s) for s in [${d}RandomSampler(range(7), num_samples=3, generator=${g})] * 2]`, () => {
    const sampler = new data.RandomSampler(items(7), { num_samples: 3, generator: generator() })
    return [[...sampler], [...sampler]]
  }],
  [`len(${d}RandomSampler(range(7), num_samples=17))`, () => new data.RandomSampler(items(7), { num_samples: 17 }).length],
  [`${d}RandomSampler(range(7), replacement=1)`, () => new data.RandomSampler(items(7), 1 as never)],
  [`${d}RandomSampler(range(7), num_samples=0)`, () => new data.RandomSampler(items(7), { num_samples: 0 })],
  [`${d}RandomSampler(range(7), num_samples=1.5)`, () => new data.RandomSampler(items(7), { num_samples: 1.5 })],
  [`${d}RandomSampler([])`, () => new data.RandomSampler([])],
  [`list(${d}SubsetRandomSampler([3, 1, 4, 1, 5]))`, () => [...new data.SubsetRandomSampler([3, 1, 4, 1, 5])]],
  [`list(${d}SubsetRandomSampler([3, 1, 4], generator=${g}))`, () => [...new data.SubsetRandomSampler([3, 1, 4], generator())]],
  [`list(${d}WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 20))`,
    () => [...new data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 20)]],
  [`list(${d}WeightedRandomSampler([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, replacement=False, generator=${g}))`,
    () => [...new data.WeightedRandomSampler([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, { replacement: false, generator: generator() })]],
  [`list(${d}WeightedRandomSampler([1.0, 0.0], 2, False))`, () => [...new data.WeightedRandomSampler([1, 0], 2, false)]],
  [`${d}WeightedRandomSampler([[1.0]], 2)`, () => new data.WeightedRandomSampler([[1]] as never, 2)],
  [`${d}WeightedRandomSampler([1.0], True)`, () => new data.WeightedRandomSampler([1], true as never)],
  [`${d}WeightedRandomSampler([1.0], 1, 0.5)`, () => new data.WeightedRandomSampler([1], 1, 0.5 as never)],
  [`list(${d}BatchSampler(range(8), 3, False)), len(${d}BatchSampler(range(8), 3, True))`,
    () => [[...new data.BatchSampler(items(8), 3, false)], new data.BatchSampler(items(8), 3, true).length]],
  [`list(${d}BatchSampler(${d}RandomSampler(range(8)), 3, drop_last=True))`,
    () => [...new data.BatchSampler(new data.RandomSampler(items(8)), 3, { drop_last: true })]],
  [`${d}BatchSampler(range(8), 0, False)`, () => new data.BatchSampler(items(8), 0, false)],
  [`${d}BatchSampler(range(8), True, False)`, () => new data.BatchSampler(items(8), true as never, false)],
  [`${d}BatchSampler(range(8), 2.5, False)`, () => new data.BatchSampler(items(8), 2.5, false)],
  [`${d}BatchSampler(range(8), 2, 'no')`, () => new data.BatchSampler(items(8), 2, 'no' as never)],
]

// Each rank of each count, in two epochs, of sets that do and do not divide.
const distributed: Value[] = [[10, 3], [11, 4], [2, 5], [12, 4]].flatMap(([size, count]) =>
  [['True', 'False'], ['True', 'True'], ['False', 'False'], ['False', 'True']].map(([shuffle, drop_last]): Value => [
    `[[(s.set_epoch(e), list(s), len(s))[1:] for e in (0, 3)] for s in [${d}DistributedSampler(range(${size}), ${count}, r, ${shuffle}, 7, ${drop_last}) for r in range(${count})]]`,
    () => items(count).map(rank => {
      const sampler = new data.DistributedSampler(items(size), count, rank, shuffle === 'True', 7, drop_last === 'True')
      return [0, 3].map(epoch => {
        sampler.set_epoch(epoch)
        return [[...sampler], sampler.length]
      })
    }),
  ]))

const sets: Value[] = [
  [`${d}DistributedSampler(range(3), 2, 2)`, () => new data.DistributedSampler(items(3), 2, 2)],
  [`[p.indices for p in ${d}random_split(range(10), [3, 7])]`, () => parts(data.random_split(items(10), [3, 7]))],
  [`[p.indices for p in ${d}random_split(range(10), [0.35, 0.4, 0.25], generator=${g})]`,
    () => parts(data.random_split(items(10), [0.35, 0.4, 0.25], { generator: generator() }))],
  [`[p.indices for p in ${d}random_split(range(2), [0.1, 0.1, 0.8])]`, () => parts(data.random_split(items(2), [0.1, 0.1, 0.8]))],
  [`${d}random_split(range(10), [3, 6])`, () => data.random_split(items(10), [3, 6])],
  [`${d}random_split(range(10), [-0.5, 1.5])`, () => data.random_split(items(10), [-0.5, 1.5])],
  [`${d}random_split(range(10), [0.5, 0.4])`, () => data.random_split(items(10), [0.5, 0.4])],
  [`[${d}ConcatDataset([range(3), range(10, 14)])[i] for i in (0, 2, 3, 6, -1, -7)]`, () => {
    const both = new data.ConcatDataset([items(3), items(4).map(i => i + 10)])
    return [0, 2, 3, 6, -1, -7].map(i => both.at(i))
  }],
  [`${d}ConcatDataset([range(3)])[-4]`, () => new data.ConcatDataset([items(3)]).at(-4)],
  [`${d}ConcatDataset([])`, () => new data.ConcatDataset([])],
  [`list(${d}StackDataset(range(3), range(5, 8))[i] for i in range(3))`,
    () => items(3).map(i => new data.StackDataset(items(3) as never, items(3).map(i => i + 5) as never).at(i))],
  [`${d}StackDataset(range(3), range(4))`, () => new data.StackDataset(items(3) as never, items(4) as never)],
  [`${d}StackDataset()`, () => new data.StackDataset()],
  [`${d}TensorDataset(torch.ones(2), torch.ones(3))`, () => new data.TensorDataset(torch.ones(2), torch.ones(3))],
  [`list(${d}DataLoader(range(10), batch_size=4, shuffle=True, drop_last=True)) + [torch.rand(1)]`,
    () => [...new data.DataLoader(items(10), { batch_size: 4, shuffle: true, drop_last: true }), torch.rand(1)]],
  [`list(${d}DataLoader(range(10), batch_size=4, sampler=${d}RandomSampler(range(10), True, 9), generator=${g})) + [torch.rand(1)]`,
    () => {
      const sampler = new data.RandomSampler(items(10), true, 9)
      return [...new data.DataLoader(items(10), { batch_size: 4, sampler, generator: generator() }), torch.rand(1)]
    }],
  [`${d}DataLoader(range(3), num_workers=1, prefetch_factor=-1)`, () => new data.DataLoader(items(3), { num_workers: 1, prefetch_factor: -1 })],
  [`${d}DataLoader(range(3), persistent_workers=True)`, () => new data.DataLoader(items(3), { persistent_workers: true })],
  [`${d}DataLoader(range(3), batch_size=None, drop_last=True)`, () => new data.DataLoader(items(3), { batch_size: null, drop_last: true })],
  [`${d}DataLoader(range(3), batch_sampler=[[0]], shuffle=True)`, () => new data.DataLoader(items(3), { batch_sampler: [[0]], shuffle: true })],
  [`iter(${d}DataLoader(range(3), timeout=3))`, () => new data.DataLoader(items(3), { timeout: 3 })[Symbol.iterator]()],
]

const collated: Value[] = [
  [`${d}default_collate([[1, 2.5], [3, 4.5]])`, () => data.default_collate([[1, 2.5], [3, 4.5]])],
  [`list(${d}default_collate([{'a': torch.ones(2), 'b': [True, 2**40]}, {'a': torch.zeros(2), 'b': [False, 3]}]).values())`,
    () => Object.values(data.default_collate([{ a: torch.ones(2), b: [true, 2 ** 40] }, { a: torch.zeros(2), b: [false, 3] }]))],
  [`[t.dtype.__str__() for t in ${d}default_collate([(1, 2.5, True, torch.ones(1, dtype=torch.half)), (1, 2.5, False, torch.ones(1, dtype=torch.half))])]`,
    () => data.default_collate([[1n, 2.5, true, torch.ones(1, { dtype: torch.half })], [1n, 2.5, false, torch.ones(1, { dtype: torch.half })]])
      .map(one => String((one as torch.Tensor).dtype))],
  [`${d}default_collate(['a', 'b'])`, () => data.default_collate(['a', 'b'])],
  [`${d}default_collate([[1], [1, 2]])`, () => data.default_collate([[1], [1, 2]])],
  [`${d}default_collate([None])`, () => data.default_collate([null])],
  [`${d}default_collate([torch.ones(2), torch.ones(3)])`, () => data.default_collate([torch.ones(2), torch.ones(3)])],
  [`torch.utils.data._utils.collate.collate([1, 2])`, () => data._utils.collate.collate([1, 2])],
  [`${d}default_convert([1, 'a', torch.ones(1)])`, () => data.default_convert([1, 'a', torch.ones(1)])],
]

describe('utils.data beside Python', () => compare_with_python('utils.data', [], [...samplers, ...distributed, ...sets, ...collated]))
