// DataLoader with worker threads.
import fs from 'node:fs'
import threads from 'node:worker_threads'
import torch, { nn } from 'torch-ts'
import { datasets, transforms } from 'torch-ts/vision'
import golden_pictures from '../../fixtures/vision_workers.json'
import { make_images, make_labels } from '../../helpers/idx'
import { python_torch } from '../../helpers/python'
import { temporary_folder } from '../../helpers/temporary'
import '../../helpers/typescript_children'
import * as sets from './worker_sets'

const { DataLoader, TensorDataset } = torch.utils.data
const { Squares, Stream } = sets

type Batch = [torch.Tensor, torch.Tensor]
const listed = (batches: Iterable<unknown>): unknown[] => Array.from(batches, one => (one as Batch).map(part => part.tolist()))

function caught(run: () => unknown): Error & Record<string, unknown> {
  try {
    run()
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  throw new Error('nothing was thrown')
}

describe('utils.data.DataLoader with workers', () => {
  const folder = temporary_folder()

  it('gives the batches that it gives without, in order, by for and by for await', async () => {
    const wanted = listed(new DataLoader(new Squares(10), { batch_size: 3 }))
    const loader = new DataLoader(new Squares(10), { batch_size: 3, num_workers: 2, prefetch_factor: 1 })
    expect(loader.length).toBe(4)
    expect(listed(loader)).toEqual(wanted)
    const got: unknown[] = []
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    for await (const batch of loader) got.push(batch.map(part => part.tolist()))
    clearInterval(timer)
    expect(got).toEqual(wanted)
    expect(turns).toBeGreaterThan(3)
  })

  it('shares the memory of tensors, both ways', () => {
    const x = torch.arange(6).view([3, 2])
    const rows = [...new DataLoader(new TensorDataset(x), { batch_size: null, num_workers: 1 })]
    expect(rows.map(([row]) => row.data_ptr() - x.data_ptr())).toEqual([0, 16, 32])
  })

  it('draws the numbers that Python draws', () => {
    const python = python_torch()
    if (!python) return console.log('skipped: no Python torch')
    const program = `
import json, torch
from torch.utils import data
class Squares(data.Dataset):
    def __len__(self): return 10
    def __getitem__(self, i):
        x = torch.tensor([i * i])
        return (x + torch.rand(1)) * torch.dropout(torch.ones(1), 0.5, True), i
class Stream(data.IterableDataset):
    def __iter__(self):
        info = data.get_worker_info()
        return iter([torch.tensor(i) + torch.randn(1) for i in range(info.id, 7, info.num_workers)])
def passes(loader, count): return [[[part.tolist() for part in batch] for batch in loader] for _ in range(count)]
out = []
torch.manual_seed(0)
out.append(passes(data.DataLoader(Squares(), batch_size=3, shuffle=True, num_workers=2), 2))
out.append(torch.rand(1).item())
g = torch.Generator().manual_seed(1)
out.append(passes(data.DataLoader(Squares(), batch_size=4, shuffle=True, num_workers=2, persistent_workers=True, generator=g), 2))
out.append(torch.rand(1).item())
out.append(passes(data.DataLoader(Stream(), batch_size=2, num_workers=2, drop_last=True), 1))
print(json.dumps(out))`
    const passes = (loader: Iterable<Iterable<torch.Tensor>>, count: number) =>
      Array.from({ length: count }, () => Array.from(loader, batch => Array.from(batch, part => part.tolist())))
    const set = new Squares(10, sets.noisy)
    torch.manual_seed(0)
    const generator = new torch.Generator().manual_seed(1)
    expect([
      passes(new DataLoader(set, { batch_size: 3, shuffle: true, num_workers: 2 }), 2),
      torch.rand(1).item(),
      passes(new DataLoader(set, { batch_size: 4, shuffle: true, num_workers: 2, persistent_workers: true, generator }), 2),
      torch.rand(1).item(),
      passes(new DataLoader(new sets.NoisyStream(7), { batch_size: 2, num_workers: 2, drop_last: true }), 1),
    ]).toEqual(JSON.parse(python.run(program)))
  })

  it('reads data sets of torch-ts, and sets made of them', () => {
    const raw = folder('MNIST', 'raw')
    fs.mkdirSync(raw, { recursive: true })
    for (const part of ['train', 't10k']) {
      fs.writeFileSync(`${raw}/${part}-images-idx3-ubyte`, make_images(6))
      fs.writeFileSync(`${raw}/${part}-labels-idx1-ubyte`, make_labels(6))
    }
    const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
    const mnist = new datasets.MNIST(folder(), { transform })
    const { data } = torch.utils
    const set = new data.StackDataset({
      images: new data.ConcatDataset([mnist, new data.Subset(mnist, [1, 2])]), numbers: new data.TensorDataset(torch.arange(8)),
    } as never)
    const text = (batch: unknown) => JSON.stringify(batch, (_, value: unknown) => (torch.is_tensor(value) ? value.tolist() : value))
    const read = (num_workers: number) => [mnist, set].map(one =>
      Array.from(new DataLoader(one as typeof mnist, { batch_size: 4, num_workers }), text))
    expect(read(1)).toEqual(read(0))
  })

  it('draws what torchvision draws, for transforms of v2 in two workers', () => {
    const loader = new DataLoader(new sets.Pictures(), { batch_size: 2, shuffle: true, num_workers: 2 })
    torch.manual_seed(5)
    for (const epoch of golden_pictures) {
      const batches = [...loader] as Batch[]
      expect(batches).toHaveLength(epoch.length)
      epoch.forEach(([sum, places, boxes], i) => {
        const [images, found] = batches[i]!
        expect(images.double().sum().item<number>()).toBeCloseTo(sum as number, 3)
        const values = images.at(':', ':', 1, 2).flatten().tolist() as number[]
        ;(places as number[]).forEach((value, j) => { expect(values[j]).toBeCloseTo(value, 4) })
        expect(found.sub(torch.tensor(boxes as number[][][])).abs().max().item<number>()).toBeLessThan(1e-4)
      })
    }
  })

  it('reads streams, of which each worker gives its share', () => {
    const loader = new DataLoader(new Stream(7), { batch_size: 2, num_workers: 2 })
    expect(Array.from(loader, batch => batch.tolist())).toEqual([[0, 2], [1, 3], [4, 6], [5]])
    const uneven = new DataLoader(new Stream(3), { batch_size: null, num_workers: 2, persistent_workers: true })
    for (let pass = 0; pass < 2; pass++) expect(Array.from(uneven, one => one.item())).toEqual([0, 1, 2])
  })

  it('tells workers what they are, and lets worker_init_fn prepare them', () => {
    const options = { batch_size: null, num_workers: 2, generator: new torch.Generator().manual_seed(0) }
    const infos = [...new DataLoader(new sets.Infos(), { ...options, worker_init_fn: sets.init })] as Record<string, number>[]
    const seed = BigInt(infos[0]['seed'])
    for (const [i, info] of infos.entries()) {
      expect(info).toEqual({
        i, id: i % 2, num_workers: 2, seed: info['initial'], initial: info['seed'], is_own: true, offset: 10 * (i % 2 + 1), threads: 1, calls: i < 2 ? 1 : 2,
      })
      expect(BigInt(info['seed'])).toBe(seed + BigInt(i % 2))
    }
    expect(torch.utils.data.get_worker_info()).toBeNull()
  })

  it('keeps persistent workers and their copy of the data set, also after a pass that was left', () => {
    const loader = new DataLoader(new sets.Infos(), { batch_size: null, num_workers: 2, persistent_workers: true, prefetch_factor: 1 })
    const calls = (): number[] => Array.from(loader, info => (info as { calls: number }).calls)
    expect(calls()).toEqual([1, 1, 2, 2])
    for (const info of loader) {
      expect((info as { i: number }).i).toBe(0)
      break
    }
    const [a, b, c, d] = calls()
    expect([c - a, d - b]).toEqual([1, 1])
    expect(a).toBeGreaterThanOrEqual(3)
  })

  it('gives batches out of order with in_order false', () => {
    const set = new sets.Gated(4)
    const batches = new DataLoader(set, { batch_size: null, num_workers: 2, in_order: false, prefetch_factor: 1 })[Symbol.iterator]()
    const order: number[] = []
    for (const opened of [1, 2, 3, 0]) {
      set.open(opened)
      order.push(Number(batches.next().value![1]))
    }
    expect(order).toEqual([1, 2, 3, 0])
    expect(batches.next().done).toBe(true)
  })
})

describe('utils.data.DataLoader with a worker that fails', () => {
  it('throws the error here, with its class, stack and samples, and reads on', () => {
    const set = new Squares(6)
    set.bad = 3
    const batches = new DataLoader(set, { batch_size: 2, num_workers: 2 })[Symbol.iterator]()
    expect(batches.next().value![1].tolist()).toEqual([0, 1])
    const error = caught(() => batches.next())
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toMatch(/^Caught RangeError in DataLoader worker process 1\.\nOriginal RangeError: no sample 3\n {4}at Squares\.misbehave \(.*worker_sets/)
    expect(error.message).toMatch(/\n\(while it read the batch of samples \[2, 3\]\)$/)
    expect(error).toMatchObject({ worker_id: 1, indices: [2, 3] })
    expect(batches.next().value![1].tolist()).toEqual([4, 5])
    expect(batches.next().done).toBe(true)
  })

  it('knows classes that are exported, and makes a RuntimeError of others', () => {
    const failure = (bad: number) => {
      const set = new sets.Throwing(4)
      set.bad = bad
      return caught(() => listed(new DataLoader(set, { num_workers: 1 })))
    }
    expect(failure(1)).toBeInstanceOf(sets.OwnError)
    expect(failure(1)).toMatchObject({ code: 'E_OWN', message: expect.stringMatching(/^Caught OwnError in DataLoader worker process 0\.\nOriginal/) as string })
    expect(failure(2)).toMatchObject({ name: 'RuntimeError', message: expect.stringMatching(/^Caught HiddenError .*\nOriginal .*hidden/) as string })
    expect(failure(3)).toMatchObject({ name: 'RuntimeError', message: 'Caught string in DataLoader worker process 0.\nOriginal a text\n(while it read the batch of samples [3])' })
  })

  it('throws what worker_init_fn threw', async () => {
    const loader = new DataLoader(new Squares(2), { num_workers: 1, worker_init_fn: sets.bad_init })
    const error = caught(() => listed(loader))
    expect(error).toBeInstanceOf(torch.ValueError)
    expect(error.message).toMatch(/^Caught ValueError in DataLoader worker process 0\.\nOriginal ValueError: no worker 0/)
    await expect((async () => { for await (const _ of loader); })()).rejects.toThrow(/^Caught ValueError/)
  })

  it('reports a worker that ended, and does not wait for ever', async () => {
    const ended = /^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly/
    for (const Kind of [sets.Exiting, sets.Crashing]) {
      const set = new Kind(8)
      set.bad = 2
      const loader = new DataLoader(set, { num_workers: 2 })
      const error = caught(() => listed(loader))
      expect(error).toMatchObject({ name: 'RuntimeError', message: expect.stringMatching(ended) as string })
      expect(/\nOriginal .*Error: later\n {4}at /.test(error.message)).toBe(Kind === sets.Crashing)
      await expect((async () => { for await (const _ of loader); })()).rejects.toThrow(ended)
    }
  })

  describe('and of which someone else decides', () => {
    const { Worker: Real } = threads
    let started: threads.Worker[] = []
    let limits: threads.ResourceLimits | undefined

    beforeEach(() => {
      started = []
      const Kept = class extends Real {
        constructor(file: string, options: threads.WorkerOptions) {
          super(file, { ...options, ...limits && { resourceLimits: limits } })
          started.push(this)
        }
      }
      Object.defineProperty(threads, 'Worker', { value: Kept, configurable: true, enumerable: true, writable: true })
    })

    afterEach(() => {
      limits = undefined
      Object.defineProperty(threads, 'Worker', { value: Real, configurable: true, enumerable: true, writable: true })
    })

    it('reports one that was terminated while it read', async () => {
      const set = new sets.Hanging(4)
      set.bad = 1
      const batches = new DataLoader(set, { batch_size: null, num_workers: 1 })[Symbol.asyncIterator]()
      expect((await batches.next()).done).toBe(false)
      const next = batches.next()
      await started[0]!.terminate()
      await expect(next).rejects.toThrow(/^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly/)
    })

    it('reports one that ran out of memory, and goes on', async () => {
      limits = { maxOldGenerationSizeMb: 96 }
      const set = new sets.Hoarding(4)
      set.bad = 2
      const loader = new DataLoader(set, { num_workers: 1 })
      expect(() => listed(loader)).toThrow(/^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly/)
      await expect((async () => { for await (const _ of loader); })()).rejects.toThrow(/ exited unexpectedly/)
      set.bad = -1
      expect(listed(loader)).toHaveLength(4)
    })
  })

  it('stops waiting after the timeout', async () => {
    const set = new sets.Hanging(4)
    set.bad = 1
    const loader = new DataLoader(set, { batch_size: null, num_workers: 1, timeout: 1 })
    const batches = loader[Symbol.iterator]()
    expect(batches.next().done).toBe(false)
    expect(() => batches.next()).toThrow(new torch.RuntimeError('DataLoader timed out after 1 seconds'))
    await expect((async () => { for await (const _ of loader); })()).rejects.toThrow('DataLoader timed out after 1 seconds')
  })
})

describe('what travels to a worker', () => {
  const echo = (value: unknown): unknown => {
    const loader = new DataLoader(new sets.Holder(value), { batch_size: null, num_workers: 1, collate_fn: sets.same as never })
    return loader[Symbol.iterator]().next().value
  }

  it('is data of all kinds, instances of exported classes, and exported functions', () => {
    const circle: Record<string, unknown> = { a: 1 }
    circle['self'] = circle
    const generator = new torch.Generator().manual_seed(3)
    const packed = echo({
      plain: [1, 2n, 'three', null, undefined, -0, new Float32Array([1.5]), new Date(0), /x/g], map: new Map([['a', new Set([1])]]),
      circle, generator, dtype: torch.float16, device: torch.device('cpu'), size: torch.ones([2, 3]).shape,
      parameter: new nn.Parameter(torch.ones(2)), frozen: new nn.Parameter(torch.ones(2), false), module: new nn.Linear(2, 1),
      tagged: Object.assign(new sets.Tagged([['k', 1]]), { tag: 'b' }), secret: new sets.Secret(7), stateful: new sets.Stateful([1, 2]),
      transform: new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.25])]),
    }) as Record<string, never>
    expect(packed['plain']).toEqual([1, 2n, 'three', null, undefined, -0, new Float32Array([1.5]), new Date(0), /x/g])
    expect(packed['map']).toEqual(new Map([['a', new Set([1])]]))
    expect(packed['circle']['self']).toBe(packed['circle'])
    expect(torch.rand(2, { generator: packed['generator'] }).equal(torch.rand(2, { generator }))).toBe(true)
    expect([packed['dtype'], packed['device']]).toEqual([torch.float16, torch.device('cpu')])
    expect(String(packed['size'])).toBe('torch.Size([2, 3])')
    expect([packed['parameter'], packed['frozen']].map((one: nn.Parameter) => [one instanceof nn.Parameter, one.requires_grad])).toEqual([[true, true], [true, false]])
    const linear = packed['module'] as nn.Linear
    expect(String(linear)).toBe('Linear(in_features=2, out_features=1, bias=True)')
    expect(linear(torch.zeros(1, 2)).equal(linear.bias!.view([1, 1]))).toBe(true)
    expect(packed['tagged']).toBeInstanceOf(sets.Tagged)
    expect([packed['tagged']['tag'], [...packed['tagged'] as Iterable<unknown>]]).toEqual(['b', [['k', 1]]])
    expect((packed['secret'] as sets.Secret).value).toBe(7)
    expect(packed['stateful']).toEqual(new sets.Stateful([1, 2]))
    expect(String(packed['transform'])).toBe('Compose(\n    ToTensor()\n    Normalize(mean=[0.5], std=[0.25])\n)')
  })

  it('finds functions by their export, also inside objects and classes, and those of JavaScript', () => {
    const { negate } = sets.tools
    const functions = [negate, sets.Tools['twice'], Math.abs, String, torch.relu]
    expect(echo(functions)).toEqual(functions)
    expect(echo(negate)).toEqual([negate, 2])
  })

  it('is not what no module exports: the error says where it is and what to do', () => {
    const local = (x: number): number => x + 1
    class Local extends Squares {}
    const refusal = (value: unknown) => caught(() => echo(value)).message.replace(/ of \S*?, which/, ', which')
    const guide = '. Functions and classes travel to workers by the module that exports them: put it into a file of its own and write `export` before it, or use num_workers: 0. See docs/data.md.'
    expect(refusal({ list: [0, local] })).toBe(`DataLoader.dataset.value.list[1] cannot travel to another thread: it is the function 'local', which no module exports${guide}`)
    expect(refusal(new Local(2))).toBe(`DataLoader.dataset.value cannot travel to another thread: it is the class 'Local', which no module exports${guide}`)
    expect(refusal(new transforms.Lambda((x: unknown) => x))).toMatch(/^DataLoader\.dataset\.value\.lambd cannot travel to another thread: it is the function without a name, which/)
    expect(refusal(Symbol('s'))).toMatch(/^DataLoader\.dataset\.value cannot travel to another thread: it is a symbol\./)
    expect(refusal(Promise.resolve())).toMatch(/it is a Promise\./)
    expect(() => new DataLoader(new Squares(2), { num_workers: 1, collate_fn: () => 1 })[Symbol.iterator]()).toThrow(/^DataLoader\.collate_fn cannot travel/)
    expect(torch.memory_stats()).toBeDefined()
  })

  it('has no private fields: the error of the worker says so', () => {
    expect(() => [...new DataLoader(new sets.Sealed(), { num_workers: 1 })]).toThrow(/A copy of an object in a worker has no #private fields\. Give its class the method __reduce__\(\)/)
  })
})
