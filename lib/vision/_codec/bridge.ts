// Coding and decoding of images that the caller waits for: `sharp` only has promises, so a thread of its own runs it.
import path from 'node:path'
import { MessageChannel, type MessagePort, Worker, receiveMessageOnPort } from 'node:worker_threads'
import { RuntimeError } from '../../_errors'
import type { Answer, Job, Pixels } from './worker'

/** In milliseconds: how long the thread may take to start, and how long a job may take. */
const patience = { start: 30_000, job: 120_000 }

interface Thread {
  port: MessagePort
  /** How many answers the thread has sent; whether it has started. */
  sent: Int32Array<SharedArrayBuffer>
  answers: Map<number, Answer>
  next: number
}

let thread: Thread | null = null

function start(): Thread {
  const { port1: port, port2 } = new MessageChannel()
  const sent = new Int32Array(new SharedArrayBuffer(8))
  // Beside this file, compiled as this file is: .js in the package, .ts under a loader for TypeScript.
  const program = path.join(__dirname, 'worker' + path.extname(__filename))
  const worker = new Worker(program, { workerData: { port: port2, sent }, transferList: [port2], env: process.env })
  worker.unref()
  port.unref()
  const forget = (): void => void (thread = null)
  worker.on('exit', forget)
  worker.on('error', forget)
  return thread = { port, sent, answers: new Map(), next: 0 }
}

/** Gives the thread a job and goes on; {@link wait} has the result. Jobs run beside each other. */
export function submit(job: Job): number {
  const { port, next } = thread ??= start()
  thread.next++
  port.postMessage({ id: next, job })
  return next
}

/**
 * Waits for a job.
 * @throws {RuntimeError} in the library's words if the image is damaged
 */
export function wait(id: number): Pixels {
  const { port, sent, answers } = thread!
  const begin = Date.now()
  for (;;) {
    const seen = Atomics.load(sent, 0)
    for (let got; (got = receiveMessageOnPort(port)) !== undefined;) {
      const answer = got.message as Answer
      answers.set(answer.id, answer)
    }
    const answer = answers.get(id)
    if (answer !== undefined) {
      answers.delete(id)
      if (answer.error !== null) throw new RuntimeError(answer.error)
      return answer.pixels
    }
    const started = Atomics.load(sent, 1) === 1
    if (Date.now() - begin > (started ? patience.job : patience.start)) {
      throw new RuntimeError(`The thread that decodes images does not ${started ? 'answer' : 'start'}`)
    }
    Atomics.wait(sent, 0, seen, 1000)
  }
}
