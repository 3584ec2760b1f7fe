import torch from 'torch-ts'
import { captured_warnings } from '../../helpers/warnings'

const {
  ChainDataset, ConcatDataset, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, random_split,
} = torch.utils.data

class Numbers extends Dataset<number> {
  constructor(readonly first: number, readonly count: number) {
    super()
  }

  override get length() {
    return this.count
  }

  override at(index: number) {
    return this.first + index
  }
}

class Python extends Dataset<string> {
  __len__() {
    return 3
  }

  override __getitem__(index: number) {
    return `item ${index}`
  }
}

class Stream extends IterableDataset<number> {
  constructor(readonly from: number, readonly to: number) {
    super()
  }

  * [Symbol.iterator]() {
    for (let i = this.from; i < this.to; i++) yield i
  }
}

describe('utils.data.Dataset', () => {
  it('reads items by at and by __getitem__, whichever the subclass defines', () => {
    const python = new Python()
    expect([python.at(1), python.__getitem__(2), python.length]).toEqual(['item 1', 'item 2', 3])
    const numbers = new Numbers(10, 4)
    expect([numbers.at(1), numbers.__getitem__(2), numbers.length]).toEqual([11, 12, 4])
  })

  it('takes the length as a field too', () => {
    class Field extends Dataset<number> {
      override length = 7
    }
    class Assigned extends Dataset<number> {
      constructor() {
        super();
        (this as { length: number }).length = 8
      }
    }
    expect([new Field().length, new Assigned().length]).toEqual([7, 8])
  })

  it('throws where the subclass defines nothing', () => {
    class Nothing extends Dataset<number> {}
    expect(() => new Nothing().at(0)).toThrow(new torch.NotImplementedError('Subclasses of Dataset should implement __getitem__.'))
    expect(() => new Nothing().__getitem__(0)).toThrow('Subclasses of Dataset should implement __getitem__.')
    expect(() => new Nothing().length).toThrow(new TypeError("object of type 'Nothing' has no len()"))
  })

  it('add joins two', () => {
    const both = new Numbers(0, 2).add(new Numbers(10, 2))
    expect(Array.from({ length: both.length }, (_, i) => both.at(i))).toEqual([0, 1, 10, 11])
    expect([...new Stream(0, 2).add(new Stream(5, 7)) as unknown as Iterable<number>]).toEqual([0, 1, 5, 6])
  })
})

describe('utils.data.TensorDataset', () => {
  const x = torch.arange(12).view(6, 2)
  const y = torch.arange(6)

  it('gives rows of its tensors', () => {
    const set = new TensorDataset(x, y)
    const [row, label] = set.at(-1)
    expect([set.length, row.tolist(), label.item()]).toEqual([6, [10, 11], 5])
    expect(() => set.at(6)).toThrow('index 6 is out of bounds for dimension 0 with size 6')
  })

  it('throws if the sizes differ', () => {
    expect(() => new TensorDataset(x, torch.arange(5))).toThrow(new torch.AssertionError('Size mismatch between tensors'))
  })

  it('makes the batch that stacking the rows makes', () => {
    const permuted = torch.randn([4, 3, 2, 2, 2]).permute([0, 2, 1, 3, 4])
    const cases = [x, x.t().contiguous().t(), permuted, torch.randn(5), torch.ones([3, 0]),
      torch.randn([3, 4, 2, 2]).contiguous({ memory_format: torch.channels_last }), torch.arange(3).eq(1)]
    for (const one of cases) {
      const indices = [2, 0, -1, 2]
      const [batch] = new TensorDataset(one).get_batch(indices)!
      const stacked = torch.stack(indices.map(i => one.at(i)))
      expect([batch.equal(stacked), batch.dtype, batch.stride()]).toEqual([true, stacked.dtype, stacked.stride()])
    }
  })

  it('leaves to single rows what is no plain index', () => {
    const set = new TensorDataset(x)
    expect([set.get_batch([0, 6]), set.get_batch([-7]), set.get_batch([0.5])]).toEqual([null, null, null])
    expect(new TensorDataset(x.float().to_sparse()).get_batch([0])).toBeNull()
  })

  it('keeps the graph', () => {
    const w = torch.ones([3, 2], { requires_grad: true })
    new TensorDataset(w).get_batch([0, 0, 2])![0].sum().backward()
    expect(w.grad!.tolist()).toEqual([[2, 2], [0, 0], [1, 1]])
  })
})

describe('utils.data.StackDataset', () => {
  it('puts data sets side by side', () => {
    const listed = new StackDataset(new Numbers(0, 3), new Python())
    expect([listed.length, listed.at(1), listed.__getitems__([2, 0])]).toEqual([3, [1, 'item 1'], [[2, 'item 2'], [0, 'item 0']]])
    const named = new StackDataset({ number: new Numbers(0, 3), text: new Python() })
    expect([named.at(1), named.__getitems__([2])]).toEqual([{ number: 1, text: 'item 1' }, [{ number: 2, text: 'item 2' }]])
  })

  it('checks its arguments', () => {
    expect(() => new StackDataset(new Numbers(0, 3), new Numbers(0, 4))).toThrow(new torch.ValueError('Size mismatch between datasets'))
    expect(() => new StackDataset()).toThrow(new torch.ValueError('At least one dataset should be passed'))
    expect(() => new StackDataset(new Python(), { a: new Python() } as never)).toThrow(
      'Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given.')
  })

  it('throws if a data set gives too few items', () => {
    class Short extends Numbers {
      __getitems__() {
        return [1]
      }
    }
    expect(() => new StackDataset(new Short(0, 3)).__getitems__([0, 1])).toThrow("Nested dataset's output size mismatch. Expected 2, got 1")
  })
})

describe('utils.data.ConcatDataset', () => {
  const set = new ConcatDataset([new Numbers(0, 10), new Numbers(50, 5)])

  it('finds the data set of an index', () => {
    expect([set.length, set.cumulative_sizes]).toEqual([15, [10, 15]])
    expect([0, 9, 10, -1, -15].map(i => set.at(i))).toEqual([0, 9, 50, 54, 0])
  })

  it('checks indices and data sets', () => {
    expect(() => set.at(-16)).toThrow(new torch.ValueError('absolute value of index should not exceed dataset length'))
    expect(() => set.at(15)).toThrow(new torch.IndexError('list index out of range'))
    expect(() => new ConcatDataset([])).toThrow(new torch.AssertionError('datasets should not be an empty iterable'))
    expect(() => new ConcatDataset([new Stream(0, 1)])).toThrow(new torch.AssertionError('ConcatDataset does not support IterableDataset'))
  })
})

describe('utils.data.ChainDataset', () => {
  it('reads streams one after the other', () => {
    expect([...new ChainDataset([new Stream(0, 2), new Stream(7, 9)])]).toEqual([0, 1, 7, 8])
  })

  it('has a length if all streams have', () => {
    class Sized extends Stream {
      override get length() {
        return this.to - this.from
      }
    }
    expect(new ChainDataset([new Sized(0, 2), new Sized(7, 9)]).length).toBe(4)
    expect(() => new ChainDataset([new Stream(0, 2)]).length).toThrow(new TypeError("object of type 'Stream' has no len()"))
    expect(() => [...new ChainDataset([new Numbers(0, 1) as never])]).toThrow(new torch.AssertionError('ChainDataset only supports IterableDataset'))
  })
})

describe('utils.data.Subset', () => {
  it('reads the chosen items, one by one and in batches', () => {
    const subset = new Subset(new Numbers(0, 10), [7, 3, 5])
    expect([subset.length, subset.at(0), subset.at(-1), subset.__getitems__([2, 0])]).toEqual([3, 7, 5, [5, 7]])
    expect(() => subset.at(3)).toThrow(new torch.IndexError('list index out of range'))
    expect(subset.get_batch([0])).toBeNull()
  })

  it('makes batches at once where its data set can', () => {
    const inner = new Subset(new TensorDataset(torch.arange(10)), [1, 3, 5, 7, 9])
    const [batch] = new Subset(inner, [4, 0]).get_batch([1, 0]) as torch.Tensor[]
    expect(batch.tolist()).toEqual([1, 9])
  })
})

describe('utils.data.random_split', () => {
  const sizes = (lengths: number[], count = 10) => random_split(new Numbers(0, count), lengths).map(part => part.length)

  it('splits by lengths and by fractions', () => {
    expect([sizes([7, 3]), sizes([0.5, 0.5], 11), sizes([0.3, 0.3, 0.4], 11)]).toEqual([[7, 3], [6, 5], [4, 3, 4]])
  })

  it('shares out all samples, by the generator', () => {
    const split = () => random_split(new Numbers(0, 10), [6, 4], { generator: new torch.Generator().manual_seed(3) })
    const all = split().flatMap(part => [...part.indices])
    expect([...all].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(split().flatMap(part => [...part.indices])).toEqual(all)
  })

  it('checks the lengths', () => {
    expect(() => sizes([7, 4])).toThrow(new torch.ValueError('Sum of input lengths does not equal the length of the input dataset!'))
    expect(() => sizes([1.5, -0.5])).toThrow(new torch.ValueError('Fraction at index 0 is not between 0 and 1'))
  })

  it('warns of an empty part', async () => {
    expect(await captured_warnings(() => sizes([0.05, 0.95], 3))).toEqual([])
    expect(await captured_warnings(() => sizes([0.5, 0.5], 1))).toEqual(
      ['UserWarning: Length of split at index 1 is 0. This might result in an empty dataset.'])
  })
})
