// One pass over a DataLoader in this thread, and what it shares with one in workers: _BaseDataLoaderIter, _SingleProcessDataLoaderIter.
import { AssertionError } from '../../_errors'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import { is_available as has_accelerator } from '../../cuda'
import { END, type Fetcher, IterableFetcher, MapFetcher } from './_utils/fetch'
import { pin_memory } from './_utils/pin_memory'
import type { DataLoader } from './dataloader'
import { type DatasetLike, IterableDataset, length_of } from './dataset'
import { draw_seed } from './sampler'

/** One pass over a DataLoader. */
export abstract class DataLoaderIterator<B> implements IterableIterator<B> {
  protected readonly _loader: DataLoader<unknown, B>
  protected readonly _base_seed: number | bigint
  protected _indices!: Iterator<unknown>
  protected _ended = false
  readonly #pin: boolean
  #yielded = 0

  /** @internal */
  constructor(loader: DataLoader<unknown, B>) {
    this._loader = loader
    if (loader.pin_memory && loader.pin_memory_device) {
      warn(`pin_memory_device is deprecated, the current accelerator will be used as the device,ignore pin_memory_device='${loader.pin_memory_device}'.`)
    }
    if (loader.pin_memory && !has_accelerator()) {
      warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.")
    }
    this.#pin = loader.pin_memory && has_accelerator()
    this._begin_pass()
    // The seed of the workers, which PyTorch draws also when there are none: later draws depend on it.
    this._base_seed = draw_seed(loader.generator)
  }

  /** Goes back to the first batch. */
  protected _begin_pass(): void {
    const { batch_sampler, sampler } = this._loader
    this._indices = (batch_sampler ?? sampler)[Symbol.iterator]()
    this._ended = false
    this.#yielded = 0
  }

  /** The next batch, or {@link END}. */
  protected abstract _read(): unknown

  /** The same while other work of the process goes on. */
  protected abstract _read_async(): Promise<unknown>

  /** Lets go of what the pass needed. */
  protected abstract _close(): void

  /** The next batch. */
  next(): IteratorResult<B, undefined> {
    return this._ended ? { done: true, value: undefined } : this.#result(this._read())
  }

  /** The next batch, as a promise; other work of the process goes on meanwhile. */
  async next_async(): Promise<IteratorResult<B, undefined>> {
    return this._ended ? { done: true, value: undefined } : this.#result(await this._read_async())
  }

  #result(data: unknown): IteratorResult<B, undefined> {
    if (data === END) return this.return()
    this.#yielded++
    this.#warn_of_length()
    return { done: false, value: (this.#pin ? pin_memory(data) : data) as B }
  }

  /** Ends the pass before its end, as `break` does. */
  return(): IteratorResult<B, undefined> {
    if (!this._ended) {
      this._ended = true
      this._indices.return?.()
      this._close()
    }
    return { done: true, value: undefined }
  }

  [Symbol.iterator](): this {
    return this
  }

  /** The number of batches of the whole pass. */
  get length(): number {
    return length_of(this._loader.batch_sampler ?? this._loader.sampler)
  }

  #warn_of_length(): void {
    const { _length_asked: asked, dataset, num_workers } = this._loader
    if (asked === null || this.#yielded <= asked) return
    const hint = 'For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset replica at each worker. '
      + 'Please see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples.'
    warn(`Length of IterableDataset ${type_name(dataset)} was reported to be ${asked}(when accessing len(dataloader)), but ${this.#yielded} samples have been fetched. ${num_workers > 0 ? hint : ''}`)
  }
}

/** A pass that reads in this thread. */
export class SingleThreadIterator<B> extends DataLoaderIterator<B> {
  readonly #fetcher: Fetcher

  /** @internal */
  constructor(loader: DataLoader<unknown, B>) {
    super(loader)
    if (loader.timeout !== 0) throw new AssertionError('_SingleProcessDataLoaderIter requires timeout == 0')
    const { dataset, collate_fn, drop_last } = loader
    const auto_collation = loader.batch_sampler !== null
    this.#fetcher = dataset instanceof IterableDataset
      ? new IterableFetcher(dataset as IterableDataset<unknown>, auto_collation, collate_fn, drop_last)
      : new MapFetcher(dataset as DatasetLike<unknown>, auto_collation, collate_fn)
  }

  protected override _read(): unknown {
    const index = this._indices.next()
    return index.done ? END : this.#fetcher.fetch(index.value)
  }

  protected override async _read_async(): Promise<unknown> {
    await new Promise(resolve => setImmediate(resolve))
    return this._read()
  }

  protected override _close(): void {
    this.#fetcher.close()
  }
}
