// DataLoader: torch.utils.data.dataloader.
import os from 'node:os'
import { type Args, type Bound, bind } from '../../_args'
import { is_kwargs } from '../../_dispatch'
import { NotImplementedError, ValueError } from '../../_errors'
import { type_name, value_text } from '../../_typename'
import { warn } from '../../_warnings'
import type { Generator } from '../../random'
import { type DataLoaderIterator, SingleThreadIterator } from './_iterator'
import { type Collated, default_collate, default_convert } from './_utils/collate'
import { WorkerIterator } from './_worker_iterator'
import { type DatasetLike, IterableDataset, type Sized, length_of } from './dataset'
import { BatchSampler, RandomSampler, Sampler, SequentialSampler } from './sampler'

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
 * @param num_workers - threads that read batches ahead; 0 reads in this one. Data set and functions travel to them by the modules
 *   that export them: see docs/data.md. Default: 0.
 * @param collate_fn - makes a batch of samples. Default: {@link default_collate}; without batches {@link default_convert}.
 * @param pin_memory - copy batches to pinned memory, where there is an accelerator. Default: false.
 * @param drop_last - leave the last batch out if it is smaller. Default: false.
 * @param timeout - seconds to wait for a batch of a worker that has started; 0 for ever. Default: 0.
 * @param worker_init_fn - called in each worker with its number, after its seed is set.
 * @param generator - of the shuffling, and of the workers' seeds. Default: the default generator.
 * @param prefetch_factor - batches that each worker reads ahead. Default: 2.
 * @param persistent_workers - keep the workers for the next pass. Default: false.
 * @param in_order - give batches in the order of their indices; false gives whichever is there first. Default: true.
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
  /** @internal That of persistent workers. */
  declare _iterator: WorkerIterator<B> | null

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
    this.num_workers = (given['num_workers'] ?? 0) as number
    this.prefetch_factor = (given['prefetch_factor'] ?? (this.num_workers > 0 ? 2 : null)) as number | null
    this.pin_memory = Boolean(given['pin_memory'])
    this.pin_memory_device = (given['pin_memory_device'] ?? '') as string
    this.timeout = (given['timeout'] ?? 0) as number
    this.worker_init_fn = (given['worker_init_fn'] ?? null) as ((worker_id: number) => void) | null
    this.multiprocessing_context = given['multiprocessing_context'] ?? null
    this.in_order = (given['in_order'] ?? true) as boolean
    Object.defineProperty(this, '_iterator', { value: null, writable: true, enumerable: false })
    warn_of_many_workers(this.num_workers)
  }

  /** The number of batches: Python's `len(loader)`. @throws {TypeError} if the data set or sampler has no length. */
  get length(): number {
    if (!(this.dataset instanceof IterableDataset)) return length_of(this.batch_sampler ?? this.sampler)
    const length = this._length_asked = length_of(this.dataset)
    if (this.batch_size === null) return length
    return this.drop_last ? Math.floor(length / this.batch_size) : Math.ceil(length / this.batch_size)
  }

  /** Begins a pass. With workers this thread waits for each batch, unless it is there already. */
  [Symbol.iterator](): DataLoaderIterator<B> {
    const loader = this as unknown as DataLoader<unknown, B>
    if (this.num_workers === 0) return new SingleThreadIterator<B>(loader)
    if (!this.persistent_workers) return new WorkerIterator<B>(loader)
    if (this._iterator?.is_usable) this._iterator.restart()
    else this._iterator = new WorkerIterator<B>(loader)
    return this._iterator
  }

  /** Begins a pass that lets other work of the process run before each batch, and while workers read it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const batches = this[Symbol.iterator]()
    // Calls before the last one's answer wait their turn, as those of an async generator do.
    let last: Promise<unknown> = Promise.resolve()
    const next = (): Promise<IteratorResult<B>> => {
      const result = last.then(() => batches.next_async())
      last = result.catch(() => {})
      return result
    }
    const iterator: AsyncIterableIterator<B> = {
      next,
      return: () => Promise.resolve(batches.return()),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
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
  if (!Number.isInteger(num_workers)) throw new TypeError(`'${type_name(num_workers)}' object cannot be interpreted as an integer`)
  if (num_workers !== 0) {
    if (prefetch_factor != null && prefetch_factor as number < 0) throw new ValueError('prefetch_factor option should be non-negative')
    if (multiprocessing_context == null) return
    throw new NotImplementedError('DataLoader: workers are threads of this process, so there is no multiprocessing_context to choose: leave it out')
  }
  if (prefetch_factor != null) {
    throw new ValueError('prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.')
  }
  if (persistent_workers) throw new ValueError('persistent_workers option needs num_workers > 0')
  if (multiprocessing_context != null) {
    throw new ValueError('multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0')
  }
}

function warn_of_many_workers(count: number): void {
  const most = os.availableParallelism()
  if (count <= most) return
  const checked = process.platform === 'linux' ? '' : ' (`cpuset` is not taken into account)'
  warn(`This DataLoader will create ${count} worker processes in total. Our suggested max number of worker in current system is ${most}${checked}, which is smaller than what this DataLoader is going to create. Please be aware that excessive worker creation might get DataLoader running slow or even freeze, lower the worker number to avoid potential slowness/freeze if necessary.`)
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
