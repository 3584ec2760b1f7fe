// Samplers: the order in which a DataLoader reads a data set. torch.utils.data.sampler.
import { type Args, bind } from '../../_args'
import { as_tensor } from '../../_creation'
import { NotImplementedError, ValueError } from '../../_errors'
import { value_text } from '../../_typename'
import { float64, int64 } from '../../dtype'
import { empty, multinomial, randint, randperm } from '../../generated/torch_functions'
import { Generator } from '../../random'
import { Tensor } from '../../tensor'
import { type Sized, length_of } from './dataset'

// As in Dataset: a subclass may define its length as a getter, a field or __len__.
export interface Sampler<T> { // eslint-disable-line @typescript-eslint/no-unused-vars
  readonly length: number
}

/** Base class of samplers. A subclass defines `[Symbol.iterator]`, and `length` if it has one. @see torch.utils.data.Sampler */
export class Sampler<T> implements Iterable<T> {
  [Symbol.iterator](): Iterator<T> {
    throw new NotImplementedError()
  }
}

Object.defineProperty(Sampler.prototype, 'length', {
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

/** A seed drawn from a generator (the default one, if none is given): one int64, as Python draws it. @internal */
export function draw_seed(generator: Generator | null = null): number | bigint {
  return empty([], { dtype: int64 }).random_({ generator }).item<number | bigint>()
}

/** Indices 0, 1, 2 ... in order. @see torch.utils.data.SequentialSampler */
export class SequentialSampler extends Sampler<number> {
  constructor(readonly data_source: Sized) {
    super()
  }

  override* [Symbol.iterator](): Iterator<number> {
    const { length } = this
    for (let i = 0; i < length; i++) yield i
  }

  override get length(): number {
    return length_of(this.data_source)
  }
}

const random_names = ['data_source', 'replacement', 'num_samples', 'generator'] as const

/**
 * Indices in random order.
 *
 * Without a generator, each pass draws a seed from the default one and permutes by a generator of its own.
 *
 * @param replacement - draw each index anew, so that one may come twice. Default: false.
 * @param num_samples - how many to draw. Default: the length of the data source.
 * @param generator - Default: see above.
 * @throws {ValueError} if num_samples is no positive integer.
 * @see torch.utils.data.RandomSampler
 */
export class RandomSampler extends Sampler<number> {
  readonly data_source: Sized
  readonly replacement: boolean
  generator: Generator | null
  private readonly _num_samples: number | null

  constructor(...args: Args<[
    data_source: Sized, replacement?: boolean, num_samples?: number | null, generator?: Generator | null,
  ], typeof random_names>) {
    super()
    const given = bind('RandomSampler.__init__', random_names, 1, args)
    this.data_source = given['data_source'] as Sized
    this.replacement = (given['replacement'] ?? false) as boolean
    this._num_samples = (given['num_samples'] ?? null) as number | null
    this.generator = (given['generator'] ?? null) as Generator | null
    if (typeof this.replacement !== 'boolean') {
      throw new TypeError(`replacement should be a boolean value, but got replacement=${value_text(this.replacement)}`)
    }
    check_positive('num_samples', this.num_samples)
  }

  get num_samples(): number {
    return this._num_samples ?? length_of(this.data_source)
  }

  override* [Symbol.iterator](): Iterator<number> {
    const size = length_of(this.data_source)
    const generator = this.generator ?? new Generator().manual_seed(draw_seed())
    const { num_samples } = this
    // Python's chunks: 32 draws or one permutation at a time, and what is left. Other chunks would give other numbers.
    const chunk = this.replacement ? 32 : size
    const draw = (count: number): number[] => {
      if (this.replacement) return randint(size, [count], { generator }).tolist<number[]>()
      const permutation = randperm(size, { generator }).tolist<number[]>()
      return count === size ? permutation : permutation.slice(0, count)
    }
    for (let i = 0; i < Math.floor(num_samples / chunk); i++) yield* draw(chunk)
    yield* draw(num_samples % chunk)
  }

  override get length(): number {
    return this.num_samples
  }
}

/** The given indices in random order. @see torch.utils.data.SubsetRandomSampler */
export class SubsetRandomSampler extends Sampler<number> {
  readonly indices: readonly number[]
  generator: Generator | null

  constructor(...args: Args<[indices: readonly number[], generator?: Generator | null], typeof subset_names>) {
    super()
    const given = bind('SubsetRandomSampler.__init__', subset_names, 1, args)
    this.indices = given['indices'] as readonly number[]
    this.generator = (given['generator'] ?? null) as Generator | null
  }

  override* [Symbol.iterator](): Iterator<number> {
    const order = randperm(this.indices.length, { generator: this.generator }).tolist<number[]>()
    for (const i of order) yield this.indices[i]
  }

  override get length(): number {
    return this.indices.length
  }
}

const subset_names = ['indices', 'generator'] as const
const weighted_names = ['weights', 'num_samples', 'replacement', 'generator'] as const

/**
 * Indices drawn with the given probabilities.
 *
 * @param weights - one for each index; they need not sum to 1.
 * @param num_samples - how many to draw.
 * @param replacement - one index may come twice. Default: true.
 * @throws {ValueError} if num_samples is no positive integer, or the weights are no list.
 * @see torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler extends Sampler<number> {
  /** The weights, float64. */
  readonly weights: Tensor
  readonly num_samples: number
  readonly replacement: boolean
  generator: Generator | null

  constructor(...args: Args<[
    weights: readonly number[] | Tensor, num_samples: number, replacement?: boolean, generator?: Generator | null,
  ], typeof weighted_names>) {
    super()
    const given = bind('WeightedRandomSampler.__init__', weighted_names, 2, args)
    const { num_samples, replacement = true, generator = null } = given
    check_positive('num_samples', num_samples)
    if (typeof replacement !== 'boolean') {
      throw new ValueError(`replacement should be a boolean value, but got replacement=${value_text(replacement)}`)
    }
    const weights = as_tensor(given['weights'] as readonly number[], { dtype: float64 })
    if (weights.dim() !== 1) {
      const { shape } = weights
      throw new ValueError(`weights should be a 1d sequence but given weights have shape (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`)
    }
    this.weights = weights
    this.num_samples = num_samples as number
    this.replacement = replacement
    this.generator = generator as Generator | null
  }

  override* [Symbol.iterator](): Iterator<number> {
    yield* multinomial(this.weights, this.num_samples, this.replacement, { generator: this.generator }).tolist<number[]>()
  }

  override get length(): number {
    return this.num_samples
  }
}

const batch_names = ['sampler', 'batch_size', 'drop_last'] as const

/**
 * Batches of another sampler's indices.
 *
 * @param sampler - any iterable; the batch sampler's length needs its length.
 * @param drop_last - leave the last batch out if it is smaller.
 * @throws {ValueError} if batch_size is no positive integer.
 * @see torch.utils.data.BatchSampler
 */
export class BatchSampler<T = number> extends Sampler<T[]> {
  readonly sampler: Iterable<T>
  readonly batch_size: number
  readonly drop_last: boolean

  constructor(...args: Args<[sampler: Iterable<T>, batch_size: number, drop_last: boolean], typeof batch_names>) {
    super()
    const { sampler, batch_size, drop_last } = bind('BatchSampler.__init__', batch_names, 3, args)
    check_positive('batch_size', batch_size)
    if (typeof drop_last !== 'boolean') {
      throw new ValueError(`drop_last should be a boolean value, but got drop_last=${value_text(drop_last)}`)
    }
    this.sampler = sampler as Iterable<T>
    this.batch_size = batch_size as number
    this.drop_last = drop_last
  }

  override* [Symbol.iterator](): Iterator<T[]> {
    let batch: T[] = []
    for (const index of this.sampler) {
      batch.push(index)
      if (batch.length < this.batch_size) continue
      yield batch
      batch = []
    }
    if (batch.length > 0 && !this.drop_last) yield batch
  }

  override get length(): number {
    const batches = length_of(this.sampler) / this.batch_size
    return this.drop_last ? Math.floor(batches) : Math.ceil(batches)
  }
}

function check_positive(name: string, value: unknown): void {
  if (Number.isInteger(value) && value as number > 0) return
  throw new ValueError(`${name} should be a positive integer value, but got ${name}=${value_text(value)}`)
}
