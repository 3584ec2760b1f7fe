// Reads the samples of a batch: torch.utils.data._utils.fetch.
import { type DatasetLike, type IterableDataset, batch_of, item_of, items_of } from '../dataset'
import { default_collate } from './collate'

type Collate = (data: never) => unknown

/** What a fetcher gives when the stream has ended. */
export const END = Symbol('end')

/** Reads batches, or single samples if the loader makes none. */
export interface Fetcher {
  fetch(index: unknown): unknown
  /** Ends the reading of a stream before its end. */
  close(): void
}

/**
 * Reads by index. With the default collate function a data set that can make a whole batch at once (`get_batch`) is asked
 * for it: the same bits, in a few operations for all samples.
 */
export class MapFetcher implements Fetcher {
  constructor(readonly dataset: DatasetLike<unknown>, readonly auto_collation: boolean, readonly collate_fn: Collate) {}

  fetch(index: unknown): unknown {
    if (!this.auto_collation) return this.collate_fn(item_of(this.dataset, index as number) as never)
    const indices = index as readonly number[]
    const batch = this.collate_fn === default_collate ? batch_of(this.dataset, indices) : null
    return batch ?? this.collate_fn(items_of(this.dataset, indices) as never)
  }

  close(): void {}
}

/** Reads a stream. */
export class IterableFetcher implements Fetcher {
  readonly #stream: Iterator<unknown>
  #ended = false

  constructor(
    dataset: IterableDataset<unknown>, readonly auto_collation: boolean, readonly collate_fn: Collate,
    readonly drop_last: boolean,
  ) {
    this.#stream = dataset[Symbol.iterator]()
  }

  fetch(index: unknown): unknown {
    if (!this.auto_collation) {
      const sample = this.#next()
      return sample === END ? END : this.collate_fn(sample as never)
    }
    const { length } = index as readonly unknown[]
    const data: unknown[] = []
    while (data.length < length) {
      const sample = this.#next()
      if (sample === END) break
      data.push(sample)
    }
    return data.length === 0 || (this.drop_last && data.length < length) ? END : this.collate_fn(data as never)
  }

  close(): void {
    if (!this.#ended) this.#stream.return?.()
    this.#ended = true
  }

  #next(): unknown {
    if (this.#ended) return END
    const step = this.#stream.next()
    this.#ended = step.done === true
    return this.#ended ? END : step.value
  }
}
