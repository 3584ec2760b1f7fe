// What a data set can know of the worker that it runs in: torch.utils.data._utils.worker.

/** Of a worker: its number, how many there are, its seed and its copy of the data set. @see torch.utils.data.get_worker_info */
export interface WorkerInfo {
  readonly id: number
  readonly num_workers: number
  readonly seed: number | bigint
  readonly dataset: unknown
}

let info: WorkerInfo | null = null
let is_starting = false

/**
 * The worker that this code runs in; null in the main thread. A stream reads its share by it: without that, each worker gives
 * the whole stream.
 *
 * @see torch.utils.data.get_worker_info
 */
export function get_worker_info(): WorkerInfo | null {
  return info
}

/** @internal */
export function set_worker_info(to: WorkerInfo): void {
  info = to
}

/** Whether this thread is a worker that loads the modules of its data set. @internal */
export function is_worker_starting(): boolean {
  return is_starting
}

/** @internal */
export function set_worker_starting(to: boolean): void {
  is_starting = to
}
