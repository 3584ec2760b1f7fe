import torch from 'torch-ts'
import { captured_warnings } from '../../helpers/warnings'

const { BatchSampler, DataLoader, Dataset, IterableDataset, SequentialSampler, Subset, TensorDataset, default_collate } = torch.utils.data
type Tensor = torch.Tensor

const items = (count: number) => Array.from({ length: count }, (_, i) => i)
const lists = (loader: Iterable<Tensor>) => Array.from(loader, batch => batch.tolist())

class Stream extends IterableDataset<number> {
  closed = 0

  constructor(readonly count: number, readonly claimed = count) {
    super()
  }

  override get length() {
    return this.claimed
  }

  * [Symbol.iterator]() {
    try {
      yield* items(this.count)
    } finally {
      this.closed++
    }
  }
}

describe('utils.data.DataLoader', () => {
  it('reads in order by default, one sample a batch', () => {
    const loader = new DataLoader(items(3))
    expect([lists(loader), loader.length, loader.batch_size, loader.dataset.length]).toEqual([[[0], [1], [2]], 3, 1, 3])
  })

  it('makes batches, the last of which may be smaller or left out', () => {
    expect(lists(new DataLoader(items(5), 2))).toEqual([[0, 1], [2, 3], [4]])
    const dropping = new DataLoader(items(5), { batch_size: 2, drop_last: true })
    expect([lists(dropping), dropping.length]).toEqual([[[0, 1], [2, 3]], 2])
  })

  it('takes samplers and batch samplers of any kind', () => {
    expect(lists(new DataLoader(items(5), { batch_size: 2, sampler: [4, 2, 0] }))).toEqual([[4, 2], [0]])
    expect(lists(new DataLoader(items(5), { batch_sampler: [[4, 2], [0, 0, 0]] }))).toEqual([[4, 2], [0, 0, 0]])
    const batch_sampler = new BatchSampler(new SequentialSampler(items(5)), 3, false)
    const loader = new DataLoader(items(5), { batch_sampler })
    expect([lists(loader), loader.length, loader.batch_size]).toEqual([[[0, 1, 2], [3, 4]], 2, null])
  })

  it('gives single samples without batch_size', () => {
    const loader = new DataLoader([new Float32Array(2), new Float32Array(3)], { batch_size: null })
    expect([lists(loader as Iterable<Tensor>), loader.length]).toEqual([[[0, 0], [0, 0, 0]], 2])
    expect([...new DataLoader(['a', 'b'], { batch_size: null, collate_fn: text => `${String(text)}!` })]).toEqual(['a!', 'b!'])
  })

  it('lets collate_fn make the batch', () => {
    expect([...new DataLoader(items(5), { batch_size: 2, collate_fn: samples => samples.join('+') })]).toEqual(['0+1', '2+3', '4'])
  })

  it('takes tensors, plain objects and anything with __getitem__ and __len__', () => {
    expect(lists(new DataLoader(torch.arange(3)))).toEqual([[0], [1], [2]])
    expect(lists(new DataLoader({ length: 2, at: (i: number) => i * 10 }, { batch_size: 2 }))).toEqual([[0, 10]])
    expect(lists(new DataLoader({ length: 2, at: (i: number) => i * 10 }))).toEqual([[0], [10]])
    expect(lists(new DataLoader({ dataset: items(2), batch_size: 2 }))).toEqual([[0, 1]])
    expect(lists(new DataLoader({ __getitem__: (i: number) => i, __len__: () => 2 }, 2))).toEqual([[0, 1]])
  })

  it('shuffles by its generator', () => {
    const loader = (seed: number) => {
      const generator = new torch.Generator().manual_seed(seed)
      return new DataLoader(items(10), { batch_size: 10, shuffle: true, generator })
    }
    expect(lists(loader(1))).toEqual(lists(loader(1)))
    expect(lists(loader(1))).not.toEqual(lists(loader(2)))
    const one = loader(1)
    expect(lists(one)).not.toEqual(lists(one))
  })

  it('draws from the default generator when a pass begins', () => {
    torch.manual_seed(0)
    torch.empty([], { dtype: torch.int64 }).random_()
    const expected = torch.rand(1).item()
    torch.manual_seed(0)
    const pass = new DataLoader(items(3))[Symbol.iterator]()
    expect([torch.rand(1).item(), pass.length]).toEqual([expected, 3])
  })

  it('reads by for await too, and lets timers run between batches', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    const seen: unknown[] = []
    for await (const batch of new DataLoader(items(200), 2)) {
      seen.push(batch.tolist())
      const until = Date.now() + 1
      while (Date.now() < until);
    }
    clearInterval(timer)
    expect([seen.length, ticks > 10]).toEqual([100, true])
  })

  it('types its batches', () => {
    const pairs = new DataLoader(new TensorDataset(torch.ones([4, 2]), torch.arange(4)), { batch_size: 4 })
    for (const [x, y] of pairs) expect([x.shape.numel(), y.sum().item()]).toEqual([8, 6])
    class Texts extends Dataset<{ text: string, label: number }> {
      override length = 2

      override at(i: number) {
        return { text: `t${i}`, label: i }
      }
    }
    for (const { text, label } of new DataLoader(new Texts(), 2)) expect([text.join(' '), label.dtype]).toEqual(['t0 t1', torch.int64])
    const samples: [Tensor, number][] = [[torch.ones(1), 1]]
    const annotated: torch.utils.data.DataLoader<[Tensor, number]> = new DataLoader<[Tensor, number]>(samples)
    for (const [, label] of annotated) expect(label.tolist()).toEqual([1])
    const named = new DataLoader(new Texts()).dataset
    expect(named).toBeInstanceOf(Texts)
  })

  it('fixes what iteration depends on', () => {
    const loader = new DataLoader(items(3)) as unknown as Record<string, unknown>
    for (const name of ['batch_size', 'batch_sampler', 'sampler', 'drop_last', 'dataset', 'persistent_workers']) {
      expect(() => {
        loader[name] = 1
      }).toThrow(new torch.ValueError(`${name} attribute should not be set after DataLoader is initialized`))
    }
  })

  it('throws for options that exclude each other', () => {
    const error = (options: object, set: object = items(3)) => {
      try {
        void [...new DataLoader(set as never, options)]
      } catch (thrown) {
        return String(thrown)
      }
      return 'nothing thrown'
    }
    const sampler = [0]
    expect(error({ sampler, shuffle: true })).toBe('ValueError: sampler option is mutually exclusive with shuffle')
    for (const options of [{ batch_size: 2 }, { shuffle: true }, { sampler }, { drop_last: true }]) {
      expect(error({ batch_sampler: [[0]], ...options })).toMatch(
        /^ValueError: (batch_)?sampler option is mutually exclusive with (batch_size, shuffle, sampler, and drop_last|shuffle)$/)
    }
    expect(error({ batch_size: null, drop_last: true })).toBe(
      'ValueError: batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
    expect(error({ batch_size: 0 })).toBe('ValueError: batch_size should be a positive integer value, but got batch_size=0')
    expect(error({ shuffle: true }, [])).toBe('ValueError: num_samples should be a positive integer value, but got num_samples=0')
    expect(error({ num_workers: -1 })).toBe('ValueError: num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
    expect(error({ num_workers: 1.5 })).toBe("TypeError: 'float' object cannot be interpreted as an integer")
    expect(error({ num_workers: 1, prefetch_factor: -1 })).toBe('ValueError: prefetch_factor option should be non-negative')
    expect(error({ num_workers: 1, prefetch_factor: 0 })).toBe('AssertionError: prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter')
    expect(error({ num_workers: 1, multiprocessing_context: 'fork' })).toBe('NotImplementedError: DataLoader: workers are threads of this process, so there is no multiprocessing_context to choose: leave it out')
    expect(error({ timeout: -1 })).toBe('ValueError: timeout option should be non-negative')
    expect(error({ timeout: 1 })).toBe('AssertionError: _SingleProcessDataLoaderIter requires timeout == 0')
    expect(error({ prefetch_factor: 2 })).toMatch('ValueError: prefetch_factor option could only be specified in multiprocessing.')
    expect(error({ persistent_workers: true })).toBe('ValueError: persistent_workers option needs num_workers > 0')
    expect(error({ multiprocessing_context: 'fork' })).toBe(
      'ValueError: multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0')
    expect(error({ batchsize: 2 })).toBe("TypeError: DataLoader.__init__() got an unexpected keyword argument 'batchsize'")
    const stream = new Stream(3)
    for (const [name, value, shown] of [['shuffle', true, 'True'], ['sampler', [0], 'list'], ['batch_sampler', [[0]], 'list']] as const) {
      expect(error({ [name]: value }, stream)).toBe(
        `ValueError: DataLoader with IterableDataset: expected unspecified ${name} option, but got ${name}=${shown}`)
    }
    expect(error({}, { length: 1 })).toBe("TypeError: 'dict' object is not subscriptable")
  })

  it('lets errors of the data set through', () => {
    class Broken extends Dataset<number> {
      override length = 3

      override at(i: number): number {
        if (i === 2) throw new RangeError('sample 2 is broken')
        return i
      }
    }
    const loader = new DataLoader(new Broken(), 2)[Symbol.iterator]()
    expect(loader.next().value!.tolist()).toEqual([0, 1])
    expect(() => loader.next()).toThrow(new RangeError('sample 2 is broken'))
  })

  it('warns of pin_memory where there is no accelerator', async () => {
    if (torch.cuda.is_available()) return
    expect(await captured_warnings(() => [...new DataLoader(items(2), { pin_memory: true })])).toEqual(
      ["UserWarning: 'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used."])
  })
})

describe('utils.data.DataLoader of a stream', () => {
  it('makes batches until the stream ends', () => {
    const loader = new DataLoader(new Stream(5), { batch_size: 2 })
    expect([lists(loader), loader.length]).toEqual([[[0, 1], [2, 3], [4]], 3])
    const dropping = new DataLoader(new Stream(5), { batch_size: 2, drop_last: true })
    expect([lists(dropping), dropping.length]).toEqual([[[0, 1], [2, 3]], 2])
    expect([...new DataLoader(new Stream(2), { batch_size: null })]).toEqual([0, 1])
  })

  it('closes the stream when a pass ends early', () => {
    const stream = new Stream(5)
    for (const _ of new DataLoader(stream)) break
    expect(stream.closed).toBe(1)
    expect(lists(new DataLoader(stream)).length).toBe(5)
    expect(stream.closed).toBe(2)
  })

  it('warns if the stream is longer than it said', async () => {
    const loader = new DataLoader(new Stream(3, 2))
    expect(await captured_warnings(() => lists(loader))).toEqual([])
    expect(loader.length).toBe(2)
    expect(await captured_warnings(() => lists(loader))).toEqual(
      ['UserWarning: Length of IterableDataset Stream was reported to be 2(when accessing len(dataloader)), but 3 samples have been fetched. '])
  })
})

describe('utils.data.DataLoader of a data set that makes batches', () => {
  class Batched extends Dataset<Tensor> {
    calls: string[] = []
    override length = 4

    override at(i: number) {
      this.calls.push(`at ${i}`)
      return torch.tensor(i)
    }

    get_batch(indices: readonly number[]): Tensor | null {
      this.calls.push(`batch ${indices.join()}`)
      return indices.includes(3) ? null : torch.tensor([...indices])
    }
  }

  it('asks for the batch, and for samples where there is none', () => {
    const set = new Batched()
    expect(lists(new DataLoader(set, 2))).toEqual([[0, 1], [2, 3]])
    expect(set.calls).toEqual(['batch 0,1', 'batch 2,3', 'at 2', 'at 3'])
    const subset = new Batched()
    expect(lists(new DataLoader(new Subset(subset, [2, 1]), 2))).toEqual([[2, 1]])
    expect(subset.calls).toEqual(['batch 2,1'])
  })

  it('asks for samples with another collate function', () => {
    const set = new Batched()
    expect(lists(new DataLoader(set, { batch_size: 4, collate_fn: samples => default_collate(samples) }))).toEqual([[0, 1, 2, 3]])
    expect(set.calls).toEqual(['at 0', 'at 1', 'at 2', 'at 3'])
  })

  it('asks for samples if a subclass reads them its own way', () => {
    class Doubled extends TensorDataset {
      override at(i: number) {
        return super.at(i).map(one => one.mul(2))
      }
    }
    class Listed extends Doubled {
      __getitems__(indices: readonly number[]) {
        return indices.map(() => [torch.tensor(7)])
      }
    }
    expect([...new DataLoader(new Doubled(torch.arange(3)), 3)][0][0].tolist()).toEqual([0, 2, 4])
    expect([...new DataLoader(new Listed(torch.arange(3)), 3)][0][0].tolist()).toEqual([7, 7, 7])
    class Odd extends Subset<number> {
      override at(i: number) {
        return super.at(i) + 1
      }
    }
    expect(lists(new DataLoader(new Odd(items(5), [0, 1]), 2))).toEqual([[1, 2]])
  })
})
