// Data sets: torch.utils.data.dataset.
import { type Args, bind } from '../../_args'
import { tensor } from '../../_creation'
import { is_kwargs } from '../../_dispatch'
import { AssertionError, IndexError, NotImplementedError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import { randperm } from '../../generated/torch_functions'
import { type Generator as RandomGenerator, default_generator } from '../../random'
import type { Tensor } from '../../tensor'

/** Something with a length: `length`, or Python's `__len__()`. */
export type Sized = { readonly length: number } | { __len__(): number }

/**
 * What a DataLoader takes: items by index, as `at(i)` or Python's `__getitem__(i)`. Arrays and tensors are data sets too.
 *
 * Optional: `length` or `__len__()`, which samplers need; `__getitems__(indices)`, PyTorch's protocol for the samples of a batch
 * at once; `get_batch(indices)`, which gives the batch collated, or null if the samples must be taken one by one.
 */
export type DatasetLike<T> = { at(index: number): T | undefined } | { __getitem__(index: number): T }

/** The optional methods of a data set, as code here looks for them. @internal */
export interface Protocol<T> {
  at?(index: number): T
  __getitem__?(index: number): T
  __getitems__?(indices: readonly number[]): T[]
  get_batch?(indices: readonly number[]): unknown
}

/** Python's `len(x)`. @throws {TypeError} if it has none. @internal */
export function length_of(sized: unknown): number {
  const { __len__, length } = sized as { __len__?: () => number, length?: number }
  const own = typeof __len__ === 'function' ? __len__.call(sized) : length
  if (typeof own !== 'number') throw new TypeError(`object of type '${type_name(sized)}' has no len()`)
  return own
}

/** Python's `dataset[index]`. @internal */
export function item_of<T>(dataset: DatasetLike<T>, index: number): T {
  const { at, __getitem__ } = dataset as Protocol<T>
  if (Array.isArray(dataset) && (index >= dataset.length || index < -dataset.length)) throw new IndexError('list index out of range')
  if (typeof at === 'function') return at.call(dataset, index)
  if (typeof __getitem__ === 'function') return __getitem__.call(dataset, index)
  throw new TypeError(`'${type_name(dataset)}' object is not subscriptable`)
}

/** How many prototypes up a property is defined; Infinity if nowhere. */
function depth_of(object: object, name: string): number {
  let depth = 0
  for (let level: object | null = object; level !== null; level = Object.getPrototypeOf(level) as object | null, depth++) {
    if (Object.hasOwn(level, name)) return depth
  }
  return Infinity
}

/**
 * Whether a batch method gives what the item methods would: a class that redefines how an item is read and inherits the method
 * for batches wants its own items in the batch. @internal
 */
export function speaks_for_items(dataset: object, method: '__getitems__' | 'get_batch'): boolean {
  const depth = depth_of(dataset, method)
  if (depth === Infinity || typeof (dataset as Protocol<unknown>)[method] !== 'function') return false
  const others = method === 'get_batch' ? ['at', '__getitem__', '__getitems__'] : ['at', '__getitem__']
  return others.every(name => depth <= depth_of(dataset, name))
}

/** The samples of these indices: by `__getitems__` if the data set has it. @internal */
export function items_of<T>(dataset: DatasetLike<T>, indices: readonly number[]): T[] {
  if (speaks_for_items(dataset, '__getitems__')) return (dataset as Required<Protocol<T>>).__getitems__(indices)
  return indices.map(index => item_of(dataset, index))
}

/** The collated batch of these indices, or null if the data set cannot make it at once. @internal */
export function batch_of(dataset: object, indices: readonly number[]): unknown {
  return speaks_for_items(dataset, 'get_batch') ? (dataset as Required<Protocol<unknown>>).get_batch(indices) : null
}

// The length comes from an interface, so that a subclass may define it as a getter, as a field or as Python's __len__.
export interface Dataset<T> { // eslint-disable-line @typescript-eslint/no-unused-vars
  readonly length: number
}

/**
 * Base class of data sets that map an index to a sample. A subclass defines `at(index)` (or `__getitem__(index)`) and `length`
 * (or `__len__()`).
 *
 * @example
 * class Squares extends utils.data.Dataset<[Tensor, Tensor]> {
 *   get length() { return 100 }
 *   at(i: number): [Tensor, Tensor] { return [torch.tensor(i), torch.tensor(i * i)] }
 * }
 * @see torch.utils.data.Dataset
 */
export class Dataset<T> {
  /** The sample of an index: Python's `dataset[index]`. */
  at(index: number): T {
    if (this.__getitem__ === Dataset.prototype.__getitem__) {
      throw new NotImplementedError('Subclasses of Dataset should implement __getitem__.')
    }
    return this.__getitem__(index)
  }

  /** The same as {@link at}; a subclass defines either. */
  __getitem__(index: number): T {
    if (this.at === Dataset.prototype.at) throw new NotImplementedError('Subclasses of Dataset should implement __getitem__.')
    return this.at(index)
  }

  /** Both data sets, one after the other: Python's `a + b`. */
  add(other: Dataset<T>): Dataset<T> {
    return new ConcatDataset([this, other])
  }
}

Object.defineProperty(Dataset.prototype, 'length', {
  configurable: true,
  get(this: object): number {
    const { __len__ } = this as { __len__?: () => number }
    if (typeof __len__ !== 'function') throw new TypeError(`object of type '${this.constructor.name}' has no len()`)
    return __len__.call(this)
  },
  set(this: object, value: number) {
    Object.defineProperty(this, 'length', { value, writable: true, configurable: true, enumerable: true })
  },
})

/**
 * Base class of data sets that are streams of samples. A subclass defines `[Symbol.iterator]`.
 *
 * @example class Lines extends utils.data.IterableDataset<string> { *[Symbol.iterator]() { yield* read_lines() } }
 * @see torch.utils.data.IterableDataset
 */
export abstract class IterableDataset<T> extends Dataset<T> implements Iterable<T> {
  abstract [Symbol.iterator](): Iterator<T>

  /** Both streams, one after the other. */
  override add(other: Dataset<T>): Dataset<T> {
    return new ChainDataset([this, other as IterableDataset<T>])
  }
}

/**
 * Samples that are rows of tensors: sample i is `[tensors[0].at(i), tensors[1].at(i), ...]`.
 *
 * @throws {AssertionError} if the tensors differ in the size of dim 0.
 * @example new TensorDataset(inputs, targets)
 * @see torch.utils.data.TensorDataset
 */
export class TensorDataset<const Tensors extends readonly Tensor[] = readonly Tensor[]>
  extends Dataset<{ -readonly [K in keyof Tensors]: Tensor }> {
  readonly tensors: Tensors

  constructor(...tensors: Tensors) {
    super()
    if (tensors.length === 0) throw new TypeError('TensorDataset.__init__() takes at least one tensor')
    const size = tensors[0].size(0)
    if (tensors.some(one => one.size(0) !== size)) throw new AssertionError('Size mismatch between tensors')
    this.tensors = tensors
  }

  override at(index: number): { -readonly [K in keyof Tensors]: Tensor } {
    return this.tensors.map(one => one.at(index)) as { -readonly [K in keyof Tensors]: Tensor }
  }

  override get length(): number {
    return this.tensors[0].size(0)
  }

  /** The samples of these indices, stacked, in one operation a tensor. */
  get_batch(indices: readonly number[]): Tensor[] | null {
    const size = this.length
    // What is no plain index goes the slow way, which knows it or has the right error.
    if (size > MAX_INT32 || !indices.every(i => Number.isInteger(i) && i >= -size && i < size)) return null
    if (this.tensors.some(one => one.layout.name !== 'strided')) return null
    const rows = tensor(Int32Array.from(indices, i => (i < 0 ? i + size : i)))
    return this.tensors.map(one => one.index_select(0, one.is_cpu ? rows : rows.to(one.device)))
  }
}

const MAX_INT32 = 2 ** 31 - 1

type Datasets = readonly Dataset<unknown>[] | Readonly<Record<string, Dataset<unknown>>>
type Sample<D> = D extends DatasetLike<infer T> ? T : never
type Stacked<D extends Datasets> = { -readonly [K in keyof D]: Sample<D[K]> }

/**
 * Data sets side by side: sample i is an array of their samples i, or an object of them by name.
 *
 * @throws {ValueError} if their lengths differ, or none is given.
 * @example new StackDataset(images, texts); new StackDataset({ image: images, text: texts })
 * @see torch.utils.data.StackDataset
 */
export class StackDataset<const D extends Datasets = Datasets> extends Dataset<Stacked<D>> {
  readonly datasets: D
  private readonly _length: number

  constructor(...datasets: D extends readonly unknown[] ? D : [datasets: D]) {
    super()
    const last = datasets.at(-1)
    const named = is_kwargs(last) && !('at' in last) && !('__getitem__' in last)
    if (named && datasets.length > 1) {
      throw new ValueError('Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given.')
    }
    this.datasets = (named ? last : datasets) as unknown as D
    const lengths = Object.values(this.datasets).map(length_of)
    if (lengths.length === 0) throw new ValueError('At least one dataset should be passed')
    if (lengths.some(length => length !== lengths[0])) throw new ValueError('Size mismatch between datasets')
    this._length = lengths[0]
  }

  override at(index: number): Stacked<D> {
    return this._combine(dataset => item_of(dataset, index))
  }

  __getitems__(indices: readonly number[]): Stacked<D>[] {
    const columns = this._combine(dataset => {
      const items = items_of(dataset, indices)
      if (items.length !== indices.length) {
        throw new ValueError(`Nested dataset's output size mismatch. Expected ${indices.length}, got ${items.length}`)
      }
      return items
    }) as Record<string, unknown[]>
    return indices.map((_, i) => this._combine((_, name) => columns[name][i]))
  }

  override get length(): number {
    return this._length
  }

  private _combine(one: (dataset: Dataset<unknown>, name: string) => unknown): Stacked<D> {
    const entries = Object.entries<Dataset<unknown>>(this.datasets as never).map(([name, set]) => [name, one(set, name)] as const)
    return (Array.isArray(this.datasets) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as Stacked<D>
  }
}

/**
 * Data sets one after the other.
 *
 * @throws {AssertionError} if there is none, or one is an IterableDataset.
 * @see torch.utils.data.ConcatDataset
 */
export class ConcatDataset<T> extends Dataset<T> {
  readonly datasets: DatasetLike<T>[]
  /** Where each data set ends. */
  readonly cumulative_sizes: number[]

  static cumsum(sequence: readonly unknown[]): number[] {
    let sum = 0
    return sequence.map(one => sum += length_of(one))
  }

  constructor(datasets: Iterable<DatasetLike<T>>) {
    super()
    this.datasets = [...datasets]
    if (this.datasets.length === 0) throw new AssertionError('datasets should not be an empty iterable')
    if (this.datasets.some(one => one instanceof IterableDataset)) throw new AssertionError('ConcatDataset does not support IterableDataset')
    this.cumulative_sizes = ConcatDataset.cumsum(this.datasets)
  }

  override get length(): number {
    return this.cumulative_sizes.at(-1)!
  }

  /** @throws {ValueError} if a negative index reaches past the start; {IndexError} if an index reaches past the end. */
  override at(index: number): T {
    const { length } = this
    if (index < -length) throw new ValueError('absolute value of index should not exceed dataset length')
    const wrapped = index < 0 ? index + length : index
    const place = this.cumulative_sizes.findIndex(end => end > wrapped)
    if (place < 0) throw new IndexError('list index out of range')
    return item_of(this.datasets[place], place === 0 ? wrapped : wrapped - this.cumulative_sizes[place - 1])
  }
}

/** Streams one after the other. @throws {AssertionError} if one is no IterableDataset. @see torch.utils.data.ChainDataset */
export class ChainDataset<T> extends IterableDataset<T> {
  constructor(readonly datasets: Iterable<IterableDataset<T>>) {
    super()
  }

  * [Symbol.iterator](): Iterator<T> {
    for (const dataset of checked_streams(this.datasets)) yield* dataset
  }

  override get length(): number {
    let total = 0
    for (const dataset of checked_streams(this.datasets)) total += length_of(dataset)
    return total
  }
}

function* checked_streams<T>(datasets: Iterable<IterableDataset<T>>): Generator<IterableDataset<T>> {
  for (const dataset of datasets) {
    if (!(dataset instanceof IterableDataset)) throw new AssertionError('ChainDataset only supports IterableDataset')
    yield dataset
  }
}

/** The samples of a data set at these indices. @see torch.utils.data.Subset */
export class Subset<T> extends Dataset<T> {
  constructor(readonly dataset: DatasetLike<T>, readonly indices: readonly number[]) {
    super()
  }

  override at(index: number): T {
    return item_of(this.dataset, this._index(index))
  }

  __getitems__(indices: readonly number[]): T[] {
    return items_of(this.dataset, indices.map(index => this._index(index)))
  }

  /** The collated batch, if the data set can make it at once; else null. */
  get_batch(indices: readonly number[]): unknown {
    return batch_of(this.dataset, indices.map(index => this._index(index)))
  }

  override get length(): number {
    return this.indices.length
  }

  private _index(index: number): number {
    const found = this.indices.at(index)
    if (found === undefined || !Number.isInteger(index)) throw new IndexError('list index out of range')
    return found
  }
}

const split_names = ['dataset', 'lengths', 'generator'] as const

/**
 * Splits a data set at random into subsets that share no sample.
 *
 * @param lengths - of the subsets; or fractions that sum to 1: each gets floor(fraction * length) samples, and what is left
 *   goes to the subsets in turn, one sample each.
 * @param generator - Default: the default generator.
 * @throws {ValueError} if the lengths do not sum to the data set's, or a fraction is not between 0 and 1.
 * @see torch.utils.data.random_split
 */
export function random_split<T>(
  ...args: Args<[
    dataset: DatasetLike<T> & Sized, lengths: readonly number[], generator?: RandomGenerator | null,
  ], typeof split_names>
): Subset<T>[] {
  const given = bind('random_split', split_names, 2, args)
  const dataset = given['dataset'] as DatasetLike<T>
  const size = length_of(dataset)
  const lengths = split_lengths(given['lengths'] as readonly number[], size)
  if (sum(lengths) !== size) throw new ValueError('Sum of input lengths does not equal the length of the input dataset!')
  const indices = randperm(size, { generator: given['generator'] as RandomGenerator | null ?? default_generator }).tolist<number[]>()
  let end = 0
  return lengths.map(length => new Subset(dataset, indices.slice(end, end += length)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function split_lengths(lengths: readonly number[], size: number): readonly number[] {
  const total = sum(lengths)
  if (total > 1 || Math.abs(total - 1) > 1e-9) return lengths
  const result = lengths.map((fraction, i) => {
    if (!(fraction >= 0 && fraction <= 1)) throw new ValueError(`Fraction at index ${i} is not between 0 and 1`)
    return Math.floor(size * fraction)
  })
  const left = size - sum(result)
  for (let i = 0; i < left; i++) result[i % result.length]++
  result.forEach((length, i) => {
    if (length === 0) warn(`Length of split at index ${i} is 0. This might result in an empty dataset.`)
  })
  return result
}
