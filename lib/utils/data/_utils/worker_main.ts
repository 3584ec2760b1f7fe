// The program of a DataLoader's worker thread: torch.utils.data._utils.worker._worker_loop.
import type { MessagePort } from 'node:worker_threads'
import { binding } from '../../../_C'
import { set_num_threads } from '../../../_config'
import { manual_seed } from '../../../random'
import type { DatasetLike, IterableDataset } from '../dataset'
import { END, type Fetcher, IterableFetcher, MapFetcher } from './fetch'
import { type Answer, ENDED, type Failure, type Job, NO_PASS, PASS, READY, SIGNAL, STATES, type Start, type Task } from './messages'
import { Packer, Unpacker } from './transport'
import { set_worker_info, set_worker_starting } from './worker'

/** Answers tasks until it is told to end. `load` imports an ES module. */
export async function run(start: Start, load: (url: string) => Promise<unknown>): Promise<void> {
  const { group, port, control, id, num_workers, seed } = start
  const post = poster(port, control)
  process.on('uncaughtExceptionMonitor', error => post({ kind: 'crash', text: text_of(error) }))
  process.on('exit', () => {
    Atomics.store(control, STATES + id, ENDED)
    signal(control)
  })
  binding.join_group(group)
  set_num_threads(1)
  set_worker_starting(true)
  const imported = new Map<string, unknown>()
  for (const url of start.modules) imported.set(url, await load(url))
  const job = new Unpacker(imported).unpack(start.job) as Job
  set_worker_starting(false)
  manual_seed(seed)
  Atomics.store(control, STATES + id, READY)
  signal(control)
  set_worker_info({ id, num_workers, seed, dataset: job.dataset })
  const worker = new Worker(start, job, post)
  port.on('message', (task: Task) => worker.answer(task))
  port.on('close', () => process.exit())
}

function signal(control: Int32Array): void {
  Atomics.add(control, SIGNAL, 1)
  Atomics.notify(control, SIGNAL)
}

type Post = (answer: Answer) => void

function poster(port: MessagePort, control: Int32Array): Post {
  return answer => {
    port.postMessage(answer)
    signal(control)
  }
}

/** The text of an error with its stack. */
function text_of(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { stack = '' } = error
  const head = `${error.name}: ${error.message}`
  const text = stack.includes(error.message) ? stack : `${head}\n${stack}`
  const is_private = error instanceof TypeError && /private m|whose class did not declare it|must be an instance of class/.test(error.message)
  return is_private ? `${text}\n${PRIVATE}` : text
}

const PRIVATE = 'A copy of an object in a worker has no #private fields. Give its class the method __reduce__(), which returns '
  + '[class, arguments] to make the copy by its constructor, or name the fields without #.'

class Worker {
  #fetcher: Fetcher | null = null
  #init_failure: Failure | null = null
  #has_ended = false

  constructor(readonly start: Start, readonly job: Job, readonly post: Post) {
    try {
      job.worker_init_fn?.(start.id)
      this.#fetcher = this.#new_fetcher()
    } catch (error) {
      this.#init_failure = this.#failure(error)
    }
  }

  answer(task: Task): void {
    const pass = Atomics.load(this.start.control, PASS)
    if (task === null || pass === NO_PASS) return this.#end()
    if (task.pass !== pass) return // of a pass that was left early
    if (!('index' in task)) return this.#begin()
    if (this.#has_ended) return
    this.post(this.#read(pass, task.index, task.indices))
  }

  #begin(): void {
    this.#has_ended = false
    try {
      this.#close()
      this.#fetcher = this.#new_fetcher()
    } catch (error) {
      this.#init_failure = this.#failure(error)
    }
  }

  #read(pass: number, index: number, indices: unknown): Answer {
    if (this.#init_failure !== null) {
      const failure = this.#init_failure
      this.#init_failure = null
      return { kind: 'failure', pass, index, failure }
    }
    try {
      if (this.#fetcher === null) throw new TypeError('the worker did not begin to read')
      const data = this.#fetcher.fetch(new Unpacker().unpack(indices))
      this.#has_ended = data === END
      if (data === END) return { kind: 'end', pass, index }
      return { kind: 'data', pass, index, data: new Packer('The batch', this.start.group).pack(data) }
    } catch (error) {
      return { kind: 'failure', pass, index, failure: this.#failure(error) }
    }
  }

  #new_fetcher(): Fetcher {
    const { is_stream, auto_collation, drop_last } = this.start
    const { dataset, collate_fn } = this.job
    return is_stream
      ? new IterableFetcher(dataset as IterableDataset<unknown>, auto_collation, collate_fn, drop_last)
      : new MapFetcher(dataset as DatasetLike<unknown>, auto_collation, collate_fn)
  }

  #failure(error: unknown): Failure {
    if (!(error instanceof Error)) return { name: typeof error, text: String(error), code: undefined, type: null }
    const { code } = error as { code?: unknown }
    return { name: error.name, text: text_of(error), code, type: packed_or_null(error.constructor) }
  }

  #close(): void {
    this.#fetcher?.close()
    this.#fetcher = null
  }

  #end(): void {
    try {
      this.#close()
    } finally {
      process.exit()
    }
  }
}

// A class that nobody exports cannot be made anew on the other side, which then throws a RuntimeError.
function packed_or_null(type: unknown): unknown {
  try {
    return new Packer('The error', 0).pack(type)
  } catch {
    return null
  }
}
