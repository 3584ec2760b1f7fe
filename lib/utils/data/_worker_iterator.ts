// Passes over a DataLoader whose batches are read by worker threads: _MultiProcessingDataLoaderIter.
import { AssertionError, RuntimeError } from '../../_errors'
import { DataLoaderIterator } from './_iterator'
import { END } from './_utils/fetch'
import type { Answer, Failure } from './_utils/messages'
import { type Received, WorkerPool } from './_utils/pool'
import { Unpacker } from './_utils/transport'
import { get_worker_info, is_worker_starting } from './_utils/worker'
import type { DataLoader } from './dataloader'
import { IterableDataset } from './dataset'

const STARTING = `
        An attempt has been made to start a worker before the
        current worker has finished its bootstrapping phase.

        This probably means that the script that is running is also the
        module of a data set or function, which the workers load again,
        and that it does not keep them from running all of it. Wrap it:

            import { isMainThread } from 'node:worker_threads'
            if (isMainThread) main()

        or put the data set into a file of its own.`

/** A batch that was asked for. */
interface Pending {
  readonly worker_id: number
  readonly indices: unknown
  answer: Answer | null
}

// Iterators that nobody refers to any more let go of their workers.
const forgotten = new FinalizationRegistry<WorkerPool>(pool => pool.close())

/** A pass that workers read, or several of them with persistent workers. */
export class WorkerIterator<B> extends DataLoaderIterator<B> {
  readonly #pool: WorkerPool
  readonly #pending = new Map<number, Pending>()
  /** Batches to give before others: those that came when their turn was not yet, if the order does not matter. */
  #early: [index: number, pending: Pending][] = []
  #pass = 0
  #next_to_send = 0
  #next_to_give = 0
  #next_worker = 0
  /** Of each worker: whether it has more to read in this pass, and how many batches it was asked for. */
  #is_active: boolean[] = []
  #loads: number[] = []
  #is_closed = false

  /** @internal */
  constructor(loader: DataLoader<unknown, B>) {
    super(loader)
    if (is_worker_starting()) throw new RuntimeError(STARTING)
    if (get_worker_info() !== null) throw new AssertionError('daemonic processes are not allowed to have children')
    const { dataset, collate_fn, drop_last, num_workers, prefetch_factor, batch_sampler } = loader
    const worker_init_fn = loader.worker_init_fn
    if (!(prefetch_factor! > 0)) throw new AssertionError('prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter')
    const is_stream = dataset instanceof IterableDataset
    this.#pool = new WorkerPool(num_workers, { dataset, collate_fn, worker_init_fn },
      { seed: this._base_seed, is_stream, auto_collation: batch_sampler !== null, drop_last })
    forgotten.register(this, this.#pool, this)
    this.#begin()
  }

  /** Begins another pass with the same workers. @internal */
  restart(): void {
    this._begin_pass()
    this.#pass++
    // What workers have ready of a pass that was left holds tensors, which are ours to free.
    const left = [...this.#pending.values(), ...this.#early.map(([, pending]) => pending)]
    for (const { answer } of left) if (answer?.kind === 'data') new Unpacker().unpack(answer.data)
    this.#pending.clear()
    this.#early = []
    this.#pool.begin(this.#pass)
    this.#begin()
  }

  /** Whether another pass is possible: no worker has ended. @internal */
  get is_usable(): boolean {
    return !this.#is_closed && this.#pool.ended().length === 0
  }

  #begin(): void {
    this.#next_to_send = this.#next_to_give = this.#next_worker = 0
    this.#is_active = new Array<boolean>(this.#pool.size).fill(true)
    this.#loads = new Array<number>(this.#pool.size).fill(0)
    for (let i = 0; i < this.#most; i++) this.#send_next()
  }

  /** How many batches may be on their way. */
  get #most(): number {
    return this._loader.prefetch_factor! * this.#pool.size
  }

  /** Asks the next worker for the next batch. */
  #send_next(): void {
    const step = this._indices.next()
    if (step.done) return
    const worker_id = this.#choose_worker()
    if (worker_id === null) return
    const index = this.#next_to_send++
    this.#pending.set(index, { worker_id, indices: step.value, answer: null })
    this.#loads[worker_id]++
    this.#pool.send(worker_id, { pass: this.#pass, index, indices: step.value })
  }

  // One after the other; out of order, the next that has room.
  #choose_worker(): number | null {
    const { size } = this.#pool
    const share = Math.floor(this.#most / this.#is_active.filter(Boolean).length)
    for (let i = 0; i < size; i++) {
      const worker_id = this.#next_worker
      this.#next_worker = (worker_id + 1) % size
      if (this.#is_active[worker_id] && (this._loader.in_order || this.#loads[worker_id] < share)) return worker_id
    }
    return null
  }

  protected override _read(): unknown {
    for (;;) {
      const ready = this.#ready()
      if (ready !== null) return ready.value
      this.#accept(this.#receive())
    }
  }

  protected override async _read_async(): Promise<unknown> {
    for (;;) {
      const ready = this.#ready()
      if (ready !== null) return ready.value
      this.#accept(await this.#receive_async())
    }
  }

  /** The next batch, if it is there; the end, if no batch is to come. */
  #ready(): { value: unknown } | null {
    const early = this.#early.shift()
    if (early !== undefined) return { value: this.#give(...early) }
    for (; this.#next_to_give < this.#next_to_send; this.#next_to_give++) {
      const pending = this.#pending.get(this.#next_to_give)
      if (pending === undefined) continue // given out of order
      if (pending.answer !== null) return { value: this.#give(this.#next_to_give++, pending) }
      if (this.#is_active[pending.worker_id]) return null
      this.#pending.delete(this.#next_to_give) // of a stream that has ended
    }
    return { value: END }
  }

  #give(index: number, { worker_id, indices, answer }: Pending): unknown {
    this.#pending.delete(index)
    this.#loads[worker_id]--
    this.#send_next()
    if (answer?.kind === 'failure') throw caught(answer.failure, worker_id, indices)
    return new Unpacker().unpack((answer as Answer & { kind: 'data' }).data)
  }

  #accept({ worker_id, answer }: Received): void {
    if (answer.kind === 'no start') this.#fail(`DataLoader worker ${worker_id} could not start.\nOriginal ${answer.text}`)
    if (answer.kind === 'crash') this.#fail_of_end([worker_id], answer.text)
    if (!('pass' in answer)) return
    if (answer.pass !== this.#pass) {
      if (answer.kind === 'data') new Unpacker().unpack(answer.data)
      return
    }
    if (answer.kind === 'end') {
      this.#is_active[worker_id] = false
      this.#send_next()
      return
    }
    const pending = this.#pending.get(answer.index)
    if (pending === undefined) return
    pending.answer = answer
    if (this._loader.in_order) return
    this.#pending.delete(answer.index)
    this.#early.push([answer.index, pending])
  }

  #receive(): Received {
    const patience = this.#patience()
    for (;;) {
      const ended = this.#pool.ended()
      const received = this.#pool.receive(patience.left())
      if (received !== null) return received
      this.#check(ended, patience)
    }
  }

  async #receive_async(): Promise<Received> {
    const patience = this.#patience()
    for (;;) {
      const ended = this.#pool.ended()
      const received = await this.#pool.receive_async(patience.left())
      if (received !== null) return received
      this.#check(ended, patience)
    }
  }

  // The time of a worker's start does not count: a thread takes longer for that than a process that is forked.
  #patience(): { left: () => number } {
    const { timeout } = this._loader
    let end = 0
    return {
      left: () => {
        if (timeout === 0) return Infinity
        if (end === 0 || this.#pool.is_starting) end = performance.now() + timeout * 1000
        return Math.max(0, end - performance.now())
      },
    }
  }

  #check(ended: number[], patience: { left: () => number }): void {
    if (ended.length > 0) this.#fail_of_end(ended)
    if (patience.left() === 0) this.#fail(`DataLoader timed out after ${this._loader.timeout} seconds`)
    try {
      this.#pool.check_start()
    } catch (error) {
      this.#stop(true)
      throw error
    }
  }

  #fail_of_end(ended: readonly number[], text?: string): never {
    const ids = ended.map(id => this.#pool.thread_id(id)).join(', ')
    this.#fail(`DataLoader worker (pid(s) ${ids}) exited unexpectedly${text === undefined ? '' : `\nOriginal ${text}`}`)
  }

  #fail(message: string): never {
    this.#stop(true)
    throw new RuntimeError(message)
  }

  #stop(at_once: boolean): void {
    this._ended = true
    this.#is_closed = true
    forgotten.unregister(this)
    if (at_once) this.#pool.kill()
    else this.#pool.close()
  }

  protected override _close(): void {
    if (!this._loader.persistent_workers) this.#stop(false)
  }
}

const MOST_INDICES = 20

/** The error of a worker as one of this thread: of its class where that is known, with its text and stack in the message. */
function caught({ name, text, code, type }: Failure, worker_id: number, indices: unknown): Error {
  const list = Array.isArray(indices) && indices.some(one => one !== undefined) ? indices : []
  const shown = list.slice(0, MOST_INDICES).map(String).join(', ') + (list.length > MOST_INDICES ? ', ...' : '')
  const where = list.length === 0 ? '' : `\n(while it read the batch of samples [${shown}])`
  const message = `Caught ${name} in DataLoader worker process ${worker_id}.\nOriginal ${text}${where}`
  const error = instance(type, message)
  if (code !== undefined) Object.assign(error, { code })
  return Object.assign(error, { worker_id, indices })
}

function instance(type: unknown, message: string): Error {
  try {
    const Class = new Unpacker().unpack(type) as new (message: string) => unknown
    const error = new Class(message)
    if (error instanceof Error && error.message === message) return error
  } catch {
    // of a class that takes other arguments, or that this thread does not have
  }
  return new RuntimeError(message)
}
