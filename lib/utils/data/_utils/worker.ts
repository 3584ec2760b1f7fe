// What a data set can know of the worker that it runs in: torch.utils.data._utils.worker.

/** Of a worker: its number, how many there are, its seed and its data set. @see torch.utils.data.get_worker_info */
export interface WorkerInfo {
  readonly id: number
  readonly num_workers: number
  readonly seed: number | bigint
  readonly dataset: unknown
}

/** The worker that this code runs in; null in the main thread. @see torch.utils.data.get_worker_info */
export function get_worker_info(): WorkerInfo | null {
  return null // there are no workers yet: DataLoader takes num_workers 0
}
