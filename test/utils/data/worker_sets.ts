// Data sets and functions of the tests of workers, which load this file too.
import torch from 'torch-ts'
import { transforms, tv_tensors } from 'torch-ts/vision'

const { data } = torch.utils
const { v2 } = transforms
type Tensor = torch.Tensor

/** Squares of numbers; the transform is of the square. */
export class Squares extends data.Dataset<[Tensor, number]> {
  bad = -1
  constructor(readonly size: number, readonly transform: ((x: Tensor) => Tensor) | null = null) {
    super()
  }

  override get length(): number {
    return this.size
  }

  override at(i: number): [Tensor, number] {
    if (i === this.bad) this.misbehave(i)
    const x = torch.tensor([i * i])
    return [this.transform ? this.transform(x) : x, i]
  }

  misbehave(i: number): void {
    throw new RangeError(`no sample ${i}`)
  }
}

export const noisy = (x: Tensor): Tensor => x.add(torch.rand(1)).mul(torch.dropout(torch.ones(1), 0.5, true))

export class OwnError extends Error {
  override name = 'OwnError'
  code = 'E_OWN'
}

class HiddenError extends Error {
  override name = 'HiddenError'
}

export class Throwing extends Squares {
  override misbehave(i: number): void {
    throw i === 1 ? new OwnError('mine') : i === 2 ? new HiddenError('hidden') : 'a text'
  }
}

export class Exiting extends Squares {
  override misbehave(): void {
    process.exit(3)
  }
}

export class Crashing extends Squares {
  override misbehave(): void {
    queueMicrotask(() => { throw new Error('later') })
  }
}

export class Hanging extends Squares {
  override misbehave(): void {
    for (;;) Math.random()
  }
}

/** Pictures with a box, transformed at random: as in scripts/goldens/vision_workers.py. */
export class Pictures extends data.Dataset<[Tensor, Tensor]> {
  readonly transform = new v2.Compose([
    new v2.RandomResizedCrop(4, { antialias: false }), new v2.RandomHorizontalFlip(), new v2.RandomApply([new v2.ColorJitter(0.4, 0.3)], { p: 0.6 }),
    new v2.RandomErasing(0.5), new v2.ToDtype(torch.float32, { scale: true }), new v2.ClampBoundingBoxes(),
  ])

  override get length(): number {
    return 8
  }

  override at(i: number): [Tensor, Tensor] {
    const image = new tv_tensors.Image(torch.arange(3 * 6 * 7).mul(37).add(i * 11).remainder(256).to(torch.uint8).view(3, 6, 7))
    const boxes = new tv_tensors.BoundingBoxes([[1, 1, 5, 4]], { format: 'XYXY', canvas_size: [6, 7] })
    return this.transform(image, boxes) as [Tensor, Tensor]
  }
}

export class Hoarding extends Squares {
  override misbehave(): void {
    for (const kept: unknown[] = []; ;) kept.push(new Array(10_000).fill(kept.length))
  }
}

/** Waits for each sample until it may be read. */
export class Gated extends Squares {
  readonly gates: Int32Array
  constructor(size: number) {
    super(size)
    this.gates = new Int32Array(new SharedArrayBuffer(4 * size))
  }

  override at(i: number): [Tensor, number] {
    Atomics.wait(this.gates, i, 0)
    return super.at(i)
  }

  open(i: number): void {
    Atomics.store(this.gates, i, 1)
    Atomics.notify(this.gates, i)
  }
}

/** A share of 0 ... size - 1 for each worker: every num_workers-th. */
export class Stream extends data.IterableDataset<Tensor> {
  closed: Int32Array | null = null
  constructor(readonly size: number) {
    super()
  }

  override* [Symbol.iterator](): Generator<Tensor> {
    const { id, num_workers } = data.get_worker_info() ?? { id: 0, num_workers: 1 }
    try {
      for (let i = id; i < this.size; i += num_workers) yield torch.tensor(i)
    } finally {
      if (this.closed) Atomics.add(this.closed, 0, 1)
    }
  }
}

export class NoisyStream extends Stream {
  override* [Symbol.iterator](): Generator<Tensor> {
    for (const one of [...super[Symbol.iterator]()].map(one => one.add(torch.randn(1)))) yield one
  }
}

/** What a worker knows of itself. */
export class Infos extends data.Dataset<unknown> {
  offset = 0
  calls = 0
  override length = 4
  override at(i: number): unknown {
    const info = data.get_worker_info()!
    return {
      i, id: info.id, num_workers: info.num_workers, seed: info.seed, is_own: info.dataset === this, offset: this.offset,
      initial: torch.initial_seed(), threads: torch.get_num_threads(), calls: ++this.calls,
    }
  }
}

export const init = (id: number): void => {
  (data.get_worker_info()!.dataset as Infos).offset = 10 * (id + 1)
}

export const bad_init = (id: number): void => {
  throw new torch.ValueError(`no worker ${id}`)
}

export const first = <T>(samples: T[]): T => samples[0]

/** Counts the workers that live, in memory that all see. */
export class Counted extends Squares {
  readonly alive = new Int32Array(new SharedArrayBuffer(4))
}

export const count_worker = (): void => {
  const { alive } = data.get_worker_info()!.dataset as Counted
  Atomics.add(alive, 0, 1)
  process.on('exit', () => {
    Atomics.sub(alive, 0, 1)
    Atomics.notify(alive, 0)
  })
}

/** Echoes anything that it holds. */
export class Holder extends data.Dataset<unknown> {
  override length = 1
  constructor(public value: unknown) {
    super()
  }

  override at(): unknown {
    const { value } = this
    return typeof value === 'function' ? [value, (value as (x: number) => unknown)(-2)] : value
  }
}

export class Tagged extends Map<string, number> {
  tag = 'a tag'
}

export class Secret {
  readonly #value: number
  constructor(value: number) {
    this.#value = value
  }

  get value(): number {
    return this.#value
  }

  __reduce__(): [unknown, unknown[]] {
    return [Secret, [this.#value]]
  }
}

export class Sealed extends data.Dataset<number> {
  readonly #value = 3
  override length = 1
  override at(): number {
    return this.#value
  }
}

export class Stateful {
  constructor(public rows: number[]) {}
  __getstate__(): unknown {
    return this.rows.join(',')
  }

  __setstate__(state: string): void {
    this.rows = state.split(',').map(Number)
  }
}

export const tools = { negate: (x: number): number => -x }

export class Tools {
  static twice(x: number): number {
    return 2 * x
  }
}

export const same = (value: unknown): unknown => value
