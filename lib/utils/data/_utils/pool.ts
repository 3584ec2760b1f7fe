// The worker threads of one DataLoader iterator: their start, the messages, their end.
import path from 'node:path'
import { MessageChannel, type MessagePort, Worker, receiveMessageOnPort } from 'node:worker_threads'
import { binding } from '../../../_C'
import { RuntimeError } from '../../../_errors'
import { type Answer, ENDED, type Job, NO_PASS, PASS, SIGNAL, STATES, type Start, type Task } from './messages'
import { Packer } from './transport'

/** How long a worker may take to load torch-ts. */
const START_TIMEOUT = 120_000
/** How often workers are looked at that may have been killed, of which no message tells. */
const CHECK_INTERVAL = 250
/** How long workers may take to end when they are asked to. */
const END_TIMEOUT = 5000

// Beside this file, compiled as this file is.
const program = path.join(__dirname, 'worker_main' + path.extname(__filename))

// Evaluated, because a worker's own file could not be TypeScript. Imports of ES modules have to come from here.
const bootstrap = `
const { workerData } = require('node:worker_threads')
const fail = error => {
  workerData.port.postMessage({ kind: 'no start', text: String(error?.stack ?? error) })
  Atomics.add(workerData.control, ${SIGNAL}, 1)
  Atomics.notify(workerData.control, ${SIGNAL})
}
try {
  require(workerData.program).run(workerData, url => import(url)).catch(fail)
} catch (error) {
  fail(error)
}`

/** ts-node adds itself to the process, without an option that workers would inherit. */
function exec_arguments(): string[] | undefined {
  const is_there = (process as unknown as Record<symbol, unknown>)[Symbol.for('ts-node.register.instance')] !== undefined
  return is_there && !process.execArgv.some(one => one.includes('ts-node')) ? [...process.execArgv, '-r', 'ts-node/register'] : undefined
}

type Shared = Pick<Start, 'seed' | 'is_stream' | 'auto_collation' | 'drop_last'>

interface Member {
  readonly worker: Worker
  readonly thread_id: number
  readonly port: MessagePort
  readonly group: number
  has_exited: boolean
}

/** Something from one of the workers. */
export interface Received {
  readonly worker_id: number
  readonly answer: Answer
}

export class WorkerPool {
  readonly #members: Member[] = []
  readonly #control: Int32Array
  readonly #started = Date.now()
  // What came while someone awaits; else messages stay in their ports.
  readonly #arrived: Received[] = []
  #wake: (() => void) | null = null
  #listens = false
  #next = 0
  #is_closed = false

  constructor(readonly size: number, job: Job, { seed, ...shared }: Shared) {
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (STATES + size)))
    try {
      for (let id = 0; id < size; id++) this.#members.push(this.#start(id, job, { ...shared, seed: plus(seed, id) }))
    } catch (error) {
      this.close()
      throw error
    }
  }

  #start(id: number, job: Job, shared: Shared): Member {
    const group = binding.new_group()
    const { port1: port, port2 } = new MessageChannel()
    let worker: Worker
    try {
      const packer = new Packer('DataLoader', group)
      const packed = packer.pack(job)
      const start: Start = {
        ...shared, program, port: port2, control: this.#control, group, id, num_workers: this.size, modules: [...packer.modules], job: packed,
      }
      const argv = exec_arguments()
      worker = new Worker(bootstrap, {
        eval: true, env: process.env, workerData: start, transferList: [port2], name: `torch-ts-data-${id}`, ...(argv && { execArgv: argv }),
      })
    } catch (error) {
      port.close()
      binding.abandon_group(group)
      throw error
    }
    const member: Member = { worker, thread_id: worker.threadId, port, group, has_exited: false }
    worker.on('error', () => {}) // it has told by its port
    worker.once('exit', () => {
      member.has_exited = true
      this.#wake?.()
    })
    worker.unref()
    port.unref()
    return member
  }

  /** Says which pass the tasks that follow are of, so that workers leave out those of another. */
  begin(pass: number): void {
    Atomics.store(this.#control, PASS, pass)
    for (let id = 0; id < this.size; id++) this.send(id, { pass })
  }

  send(worker_id: number, task: Task): void {
    const { port, group } = this.#members[worker_id]!
    const is_read = task !== null && 'index' in task
    port.postMessage(is_read ? { ...task, indices: new Packer('The index that the sampler gives', group).pack(task.indices) } : task)
  }

  /** The thread id of a worker, which stands for PyTorch's pid. */
  thread_id(worker_id: number): number {
    return this.#members[worker_id]!.thread_id
  }

  /** The next message; waits for it, and blocks this thread meanwhile. Null if the time is over or `ended()` may have changed. */
  receive(milliseconds: number): Received | null {
    const seen = Atomics.load(this.#control, SIGNAL)
    const received = this.#take()
    if (received !== null) return received
    Atomics.wait(this.#control, SIGNAL, seen, Math.min(milliseconds, CHECK_INTERVAL))
    return this.#take()
  }

  /** The same, and other work of the process goes on meanwhile. */
  async receive_async(milliseconds: number): Promise<Received | null> {
    this.#listen()
    const received = this.#take()
    if (received !== null || this.ended().length > 0) return received
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, Math.min(milliseconds, CHECK_INTERVAL))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = null
    return this.#take()
  }

  // Events keep messages for whoever awaits; a loop that blocks never sees one, and takes them from the ports.
  #listen(): void {
    if (this.#listens) return
    this.#listens = true
    this.#members.forEach(({ port }, worker_id) => {
      port.on('message', (answer: Answer) => {
        this.#arrived.push({ worker_id, answer })
        this.#wake?.()
      })
      port.unref()
    })
  }

  #take(): Received | null {
    const first = this.#arrived.shift()
    if (first !== undefined) return first
    for (let i = 0; i < this.size; i++) {
      const worker_id = (this.#next + i) % this.size
      const message = receiveMessageOnPort(this.#members[worker_id]!.port) as { message: Answer } | undefined
      if (message === undefined) continue
      this.#next = worker_id + 1
      return { worker_id, answer: message.message }
    }
    return null
  }

  /** The workers that have ended, in whichever way. Ask before receiving: what they said last comes first. */
  ended(): number[] {
    return this.#members.map((_, id) => id).filter(id => this.#has_ended(id))
  }

  #has_ended(id: number): boolean {
    const { group, has_exited } = this.#members[id]!
    return has_exited || this.#state(id) === ENDED || binding.group_state(group) === 2
  }

  #state(id: number): number {
    return Atomics.load(this.#control, STATES + id)
  }

  /** Whether a worker still loads what it needs. */
  get is_starting(): boolean {
    return this.#members.some((_, id) => this.#state(id) === 0)
  }

  /** @throws {RuntimeError} if a worker takes too long to begin, as when an option of the process keeps it from starting */
  check_start(): void {
    if (Date.now() - this.#started < START_TIMEOUT) return
    const late = this.#members.findIndex(({ group }) => binding.group_state(group) === 0)
    if (late >= 0) throw new RuntimeError(`DataLoader worker ${late} did not start within ${START_TIMEOUT / 1000} seconds`)
  }

  /** Ends the workers, after the batch that each is reading; drops what they have sent. */
  close(): void {
    if (this.#is_closed) return
    this.#is_closed = true
    Atomics.store(this.#control, PASS, NO_PASS)
    for (const { port, group } of this.#members) {
      port.postMessage(null)
      port.close()
      binding.abandon_group(group)
    }
    setTimeout(() => this.#terminate(), END_TIMEOUT).unref()
  }

  /** Ends the workers now, whatever they do. */
  kill(): void {
    this.close()
    this.#terminate()
  }

  #terminate(): void {
    for (const { worker, has_exited } of this.#members) if (!has_exited) void worker.terminate()
  }
}

function plus(seed: number | bigint, id: number): number | bigint {
  const sum = BigInt(seed) + BigInt(id)
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum
}
