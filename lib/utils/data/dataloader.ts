// DataLoader: torch.utils.data.dataloader.
import { type Args, type Bound, bind } from '../../_args'
import { is_kwargs } from '../../_dispatch'
import { AssertionError, NotImplementedError, ValueError } from '../../_errors'
import { type_name, value_text } from '../../_typename'
import { warn } from '../../_warnings'
import { is_available as has_accelerator } from '../../cuda'
import type { Generator } from '../../random'
import { type Collated, default_collate, default_convert } from './_utils/collate'
import { END, type Fetcher, IterableFetcher, MapFetcher } from './_utils/fetch'
import { pin_memory } from './_utils/pin_memory'
import { type DatasetLike, IterableDataset, type Sized, length_of } from './dataset'
import { BatchSampler, RandomSampler, Sampler, SequentialSampler, draw_seed } from './sampler'

/** Of a stream there is no index to choose: endless, so that the stream alone decides when to stop. */
class InfiniteConstantSampler extends Sampler<undefined> {
  override* [Symbol.iterator](): Iterator<undefined> {
    for (;;) yield undefined
  }
}

const names = [
  'dataset', 'batch_size', 'shuffle', 'sampler', 'batch_sampler', 'num_workers', 'collate_fn', 'pin_memory', 'drop_last', 'timeout',
  'worker_init_fn', 'multiprocessing_context', 'generator',
] as const
const keywords = ['prefetch_factor', 'persistent_workers', 'pin_memory_device', 'in_order'] as const
const fixed = ['batch_size', 'batch_sampler', 'sampler', 'drop_last', 'dataset', 'persistent_workers'] as const

/** A data set of which no more is known than its samples. */
type AnyDataset<T> = DatasetLike<T> & { readonly length: number }

interface KeywordOptions {
  prefetch_factor?: number | null
  persistent_workers?: boolean
  pin_memory_device?: string
  in_order?: boolean
}

/** Arguments of {@link DataLoader}: any of them by position, the rest in one object. */
export type DataLoaderArgs<T, B, D extends DatasetLike<T>> = Args<[
  dataset: D & DatasetLike<T>, batch_size?: number | null, shuffle?: boolean | null, sampler?: Iterable<number> | null,
  batch_sampler?: Iterable<readonly number[]> | null, num_workers?: number, collate_fn?: ((samples: T[]) => B) | null,
  pin_memory?: boolean, drop_last?: boolean, timeout?: number, worker_init_fn?: ((worker_id: number) => void) | null,
  multiprocessing_context?: unknown, generator?: Generator | null,
], typeof names, KeywordOptions>

/**
 * Reads a data set in batches: `for (const [data, target] of loader)`, or `for await`, which lets other work of the process run
 * between batches.
 *
 * The order is that of PyTorch for the same seed: each pass draws one int64 from the generator, and a shuffling pass a
 * second one, which seeds the permutation.
 *
 * A data set may make whole batches at once by `get_batch` (as the built-in ones do) or read the samples of a batch at once
 * by `__getitems__`; else they are read by `at`, and `collate_fn` makes the batch.
 *
 * @param dataset - items by index, or an {@link IterableDataset}. Arrays and tensors are data sets too.
 * @param batch_size - samples in a batch; null for single samples, as they are. Default: 1.
 * @param shuffle - a new order for each pass. Default: false.
 * @param sampler - the order of indices: any iterable. Not with shuffle.
 * @param batch_sampler - the indices of each batch. Not with batch_size, shuffle, sampler and drop_last.
 * @param num_workers - must be 0 for now.
 * @param collate_fn - makes a batch of samples. Default: {@link default_collate}; without batches {@link default_convert}.
 * @param pin_memory - copy batches to pinned memory, where there is an accelerator. Default: false.
 * @param drop_last - leave the last batch out if it is smaller. Default: false.
 * @param generator - of the shuffling. Default: the default generator.
 * @throws {ValueError} for options that exclude each other.
 * @example new DataLoader(train_set, { batch_size: 64, shuffle: true })
 * @see torch.utils.data.DataLoader
 */
export class DataLoader<T, B = Collated<T>, D extends DatasetLike<T> = AnyDataset<T>> implements Iterable<B>, AsyncIterable<B> {
  declare readonly dataset: D
  declare readonly batch_size: number | null
  declare readonly sampler: Iterable<unknown>
  declare readonly batch_sampler: Iterable<readonly unknown[]> | null
  declare readonly drop_last: boolean
  declare readonly persistent_workers: boolean
  readonly num_workers: number
  readonly prefetch_factor: number | null
  collate_fn: (samples: never) => unknown
  pin_memory: boolean
  pin_memory_device: string
  timeout: number
  worker_init_fn: ((worker_id: number) => void) | null
  multiprocessing_context: unknown
  generator: Generator | null
  in_order: boolean
  /** @internal The length of a stream as it was last asked for. */
  _length_asked: number | null = null

  constructor(...args: DataLoaderArgs<T, B, D>) {
    // A data set may be a plain object, and then is no keyword arguments.
    const only: unknown = args.length === 1 ? args[0] : undefined
    const given = bind('DataLoader.__init__', names, 1, is_kwargs(only) && !('dataset' in only) ? [only, {}] : args, keywords)
    check_workers(given)
    const dataset = given['dataset'] as DatasetLike<T> & Sized
    const shuffle = Boolean(given['shuffle'])
    const is_stream = dataset instanceof IterableDataset
    if (is_stream) check_stream(given)
    const generator = (given['generator'] ?? null) as Generator | null
    const sampler = (given['sampler'] as Iterable<number> | undefined) ?? null
    if (sampler !== null && shuffle) throw new ValueError('sampler option is mutually exclusive with shuffle')
    const { batch_size, drop_last } = batch_options(given, shuffle)
    const order: Iterable<unknown> = sampler ?? (is_stream ? new InfiniteConstantSampler()
      : shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset))
    const batches = given['batch_sampler'] ?? (batch_size === null ? null : new BatchSampler(order, batch_size, drop_last))
    const values = {
      dataset, batch_size, drop_last, sampler: order, batch_sampler: batches, persistent_workers: Boolean(given['persistent_workers']),
    }
    for (const name of fixed) define_fixed(this, name, values[name])
    this.generator = generator
    this.collate_fn = (given['collate_fn'] as ((samples: never) => unknown) | undefined)
      ?? (batches === null ? default_convert : default_collate as (samples: never) => unknown)
    this.num_workers = 0
    this.prefetch_factor = null
    this.pin_memory = Boolean(given['pin_memory'])
    this.pin_memory_device = (given['pin_memory_device'] ?? '') as string
    this.timeout = (given['timeout'] ?? 0) as number
    this.worker_init_fn = (given['worker_init_fn'] ?? null) as ((worker_id: number) => void) | null
    this.multiprocessing_context = given['multiprocessing_context'] ?? null
    this.in_order = (given['in_order'] ?? true) as boolean
  }

  /** The number of batches: Python's `len(loader)`. @throws {TypeError} if the data set or sampler has no length. */
  get length(): number {
    if (!(this.dataset instanceof IterableDataset)) return length_of(this.batch_sampler ?? this.sampler)
    const length = this._length_asked = length_of(this.dataset)
    if (this.batch_size === null) return length
    return this.drop_last ? Math.floor(length / this.batch_size) : Math.ceil(length / this.batch_size)
  }

  /** Begins a pass. */
  [Symbol.iterator](): DataLoaderIterator<B> {
    return new DataLoaderIterator<B>(this as unknown as DataLoader<unknown, B>)
  }

  /** Begins a pass that gives way to the event loop before each batch. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const batches = this[Symbol.iterator]()
    const next = async (): Promise<IteratorResult<B>> => {
      await new Promise(resolve => setImmediate(resolve))
      return batches.next()
    }
    const iterator: AsyncIterableIterator<B> = {
      next,
      return: () => Promise.resolve(batches.return()),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }
}

/** One pass over a DataLoader. */
export class DataLoaderIterator<B> implements IterableIterator<B> {
  readonly #loader: DataLoader<unknown, B>
  readonly #indices: Iterator<unknown>
  readonly #fetcher: Fetcher
  readonly #pin: boolean
  #yielded = 0
  #ended = false

  /** @internal */
  constructor(loader: DataLoader<unknown, B>) {
    this.#loader = loader
    if (loader.pin_memory && !has_accelerator()) {
      warn("'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.")
    }
    this.#pin = loader.pin_memory && has_accelerator()
    this.#indices = (loader.batch_sampler ?? loader.sampler)[Symbol.iterator]()
    // The seed that PyTorch draws for its workers, also when there are none: later draws depend on it.
    draw_seed(loader.generator)
    if (loader.timeout !== 0) throw new AssertionError('_SingleProcessDataLoaderIter requires timeout == 0')
    const { dataset, collate_fn, drop_last } = loader
    const auto_collation = loader.batch_sampler !== null
    this.#fetcher = dataset instanceof IterableDataset
      ? new IterableFetcher(dataset as IterableDataset<unknown>, auto_collation, collate_fn, drop_last)
      : new MapFetcher(dataset as DatasetLike<unknown>, auto_collation, collate_fn)
  }

  /** The next batch. */
  next(): IteratorResult<B, undefined> {
    if (this.#ended) return { done: true, value: undefined }
    const index = this.#indices.next()
    const data = index.done ? END : this.#fetcher.fetch(index.value)
    if (data === END) {
      this.#ended = true
      return index.done ? { done: true, value: undefined } : this.return()
    }
    this.#yielded++
    this.#warn_of_length()
    return { done: false, value: (this.#pin ? pin_memory(data) : data) as B }
  }

  /** Ends the pass before its end, as `break` does. */
  return(): IteratorResult<B, undefined> {
    this.#ended = true
    this.#indices.return?.()
    this.#fetcher.close()
    return { done: true, value: undefined }
  }

  [Symbol.iterator](): this {
    return this
  }

  /** The number of batches of the whole pass. */
  get length(): number {
    return length_of(this.#loader.batch_sampler ?? this.#loader.sampler)
  }

  #warn_of_length(): void {
    const { _length_asked: asked, dataset } = this.#loader
    if (asked === null || this.#yielded <= asked) return
    warn(`Length of IterableDataset ${type_name(dataset)} was reported to be ${asked}(when accessing len(dataloader)), but ${this.#yielded} samples have been fetched. `)
  }
}

function define_fixed(loader: object, name: string, value: unknown): void {
  Object.defineProperty(loader, name, {
    enumerable: true,
    get: () => value,
    set: () => {
      throw new ValueError(`${name} attribute should not be set after ${loader.constructor.name} is initialized`)
    },
  })
}

function check_workers(given: Bound): void {
  const { num_workers = 0, timeout = 0, prefetch_factor, persistent_workers, multiprocessing_context } = given
  if (num_workers as number < 0) {
    throw new ValueError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
  }
  if (timeout as number < 0) throw new ValueError('timeout option should be non-negative')
  if (num_workers !== 0) throw new NotImplementedError('DataLoader: workers are not implemented yet; use num_workers: 0')
  if (prefetch_factor != null) {
    throw new ValueError('prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.')
  }
  if (persistent_workers) throw new ValueError('persistent_workers option needs num_workers > 0')
  if (multiprocessing_context != null) {
    throw new ValueError('multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0')
  }
}

function check_stream({ shuffle, sampler, batch_sampler }: Bound): void {
  for (const [name, value] of Object.entries({ shuffle, sampler, batch_sampler })) {
    if (value == null || (name === 'shuffle' && value === false)) continue
    throw new ValueError(`DataLoader with IterableDataset: expected unspecified ${name} option, but got ${name}=${value_text(value)}`)
  }
}

function batch_options(given: Bound, shuffle: boolean): { batch_size: number | null, drop_last: boolean } {
  const { batch_size = 1, drop_last = false, batch_sampler, sampler } = given
  if (batch_sampler != null) {
    if (batch_size !== 1 || shuffle || sampler != null || drop_last) {
      throw new ValueError('batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last')
    }
    return { batch_size: null, drop_last: false }
  }
  if (batch_size === null && drop_last) {
    throw new ValueError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
  }
  return { batch_size: batch_size as number | null, drop_last: drop_last as boolean }
}
