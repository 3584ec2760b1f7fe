// What a DataLoader and its workers say to each other.
import type { MessagePort } from 'node:worker_threads'

/** Places in the memory that both sides see: a count of messages and ends, the pass, and each worker's state. */
export const SIGNAL = 0
export const PASS = 1
export const STATES = 2
/** States of a worker; 0 before. */
export const READY = 1
export const ENDED = 2
/** The pass of workers that are to end. */
export const NO_PASS = -1

/** What a worker begins with. */
export interface Start {
  /** The file of the worker's program. */
  readonly program: string
  readonly port: MessagePort
  readonly control: Int32Array
  readonly group: number
  readonly id: number
  readonly num_workers: number
  readonly seed: number | bigint
  /** ES modules of the data set. */
  readonly modules: readonly string[]
  /** A {@link Job}, packed. */
  readonly job: unknown
  readonly is_stream: boolean
  readonly auto_collation: boolean
  readonly drop_last: boolean
}

/** What the worker does. */
export interface Job {
  readonly dataset: unknown
  readonly collate_fn: (samples: never) => unknown
  readonly worker_init_fn: ((worker_id: number) => unknown) | null
}

/** To a worker: a batch to read, a new pass to begin, or null to end. */
export type Task = { readonly pass: number, readonly index: number, readonly indices: unknown } | { readonly pass: number } | null

/** An error in a worker, with the class packed. */
export interface Failure {
  readonly name: string
  readonly text: string
  readonly code: unknown
  readonly type: unknown
}

/** From a worker. */
export type Answer =
  | { readonly kind: 'data', readonly pass: number, readonly index: number, readonly data: unknown }
  | { readonly kind: 'end', readonly pass: number, readonly index: number }
  | { readonly kind: 'failure', readonly pass: number, readonly index: number, readonly failure: Failure }
  | { readonly kind: 'crash', readonly text: string }
  | { readonly kind: 'no start', readonly text: string }
