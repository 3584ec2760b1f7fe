// Transforms of the pieces of a dimension.
import { type Args, arrange } from '../../_args'
import { AssertionError } from '../../_errors'
import type { Tensor } from '../../tensor'
import { cat, stack } from '../../generated/torch_functions'
import * as constraints from '../constraints'
import type { Constraint } from '../constraints'
import { _sum_rightmost } from '../utils'
import { Transform } from './transform'

function cached(tseq: readonly Transform[], cache_size: number): Transform[] {
  if (!tseq.every(one => one instanceof Transform)) throw new AssertionError('All elements of tseq must be Transform instances')
  return cache_size ? tseq.map(one => one.with_cache(cache_size)) : [...tseq]
}

function check_dim(dim: number, name: string, value: Tensor): void {
  const dims = value.dim()
  if (dim < -dims || dim >= dims) throw new AssertionError(`dim ${dim} out of range for ${name} with ${dims} dimensions`)
}

const cat_names = ['tseq', 'dim', 'lengths', 'cache_size'] as const
type CatParams = [tseq: readonly Transform[], dim?: number, lengths?: readonly number[] | null, cache_size?: number]

/**
 * A transform for each piece of a dimension, as torch.cat puts them together.
 *
 * @param lengths - the lengths of the pieces. Default: 1 each.
 * @throws {AssertionError} if there are not as many lengths as transforms, or a value does not fit.
 * @see torch.distributions.transforms.CatTransform
 */
export class CatTransform extends Transform {
  readonly transforms: readonly Transform[]
  readonly lengths: readonly number[]
  readonly dim: number

  constructor(...args: Args<CatParams, typeof cat_names>) {
    const [tseq, dim = 0, lengths, cache_size = 0] = arrange<CatParams>('CatTransform.__init__', cat_names, 1, args)
    super(cache_size)
    this.transforms = cached(tseq, cache_size)
    this.lengths = lengths ?? tseq.map(() => 1)
    if (this.lengths.length !== tseq.length) {
      throw new AssertionError(`lengths (${this.lengths.length}) must match transforms (${tseq.length})`)
    }
    this.dim = dim
  }

  override get event_dim(): number {
    return Math.max(...this.transforms.map(one => one.event_dim))
  }

  /** The length of the dimension. */
  get length(): number {
    return this.lengths.reduce((sum, one) => sum + one, 0)
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new CatTransform(this.transforms, this.dim, this.lengths, cache_size)
  }

  private check_length(name: string, value: Tensor): void {
    const size = value.size(this.dim)
    if (size !== this.length) throw new AssertionError(`${name}.size(${this.dim}) = ${size} must equal length ${this.length}`)
  }

  private pieces(value: Tensor): Tensor[] {
    let start = 0
    return this.lengths.map(length => {
      start += length
      return value.narrow(this.dim, start - length, length)
    })
  }

  override _call(x: Tensor): Tensor {
    check_dim(this.dim, 'tensor', x)
    this.check_length('x', x)
    return cat(this.pieces(x).map((piece, i) => this.transforms[i](piece)), this.dim)
  }

  override _inverse(y: Tensor): Tensor {
    check_dim(this.dim, 'tensor', y)
    this.check_length('y', y)
    return cat(this.pieces(y).map((piece, i) => this.transforms[i].inv(piece)), this.dim)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    for (const [name, value] of [['x', x], ['y', y]] as const) {
      check_dim(this.dim, name, value)
      this.check_length(name, value)
    }
    const ys = this.pieces(y)
    const terms = this.pieces(x).map((piece, i) => {
      const one = this.transforms[i]
      const term = one.log_abs_det_jacobian(piece, ys[i])
      return one.event_dim < this.event_dim ? _sum_rightmost(term, this.event_dim - one.event_dim) : term
    })
    const dim = (this.dim >= 0 ? this.dim - x.dim() : this.dim) + this.event_dim
    return dim < 0 ? cat(terms, dim) : terms.slice(1).reduce((sum, term) => sum.add(term), terms[0].add(0))
  }

  override get bijective(): boolean {
    return this.transforms.every(one => one.bijective)
  }

  override get domain(): Constraint {
    return constraints.cat(this.transforms.map(one => one.domain), this.dim, this.lengths)
  }

  override get codomain(): Constraint {
    return constraints.cat(this.transforms.map(one => one.codomain), this.dim, this.lengths)
  }
}

const stack_names = ['tseq', 'dim', 'cache_size'] as const
type StackParams = [tseq: readonly Transform[], dim?: number, cache_size?: number]

/**
 * A transform for each place of a dimension, as torch.stack puts them together.
 *
 * @throws {AssertionError} if a value has not as many places.
 * @see torch.distributions.transforms.StackTransform
 */
export class StackTransform extends Transform {
  readonly transforms: readonly Transform[]
  readonly dim: number

  constructor(...args: Args<StackParams, typeof stack_names>) {
    const [tseq, dim = 0, cache_size = 0] = arrange<StackParams>('StackTransform.__init__', stack_names, 1, args)
    super(cache_size)
    this.transforms = cached(tseq, cache_size)
    this.dim = dim
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new StackTransform(this.transforms, this.dim, cache_size)
  }

  private places(name: string, value: Tensor, in_message: string): Tensor[] {
    check_dim(this.dim, in_message, value)
    const size = value.size(this.dim)
    if (size !== this.transforms.length) {
      throw new AssertionError(`${name}.size(${this.dim}) = ${size} must equal len(transforms) ${this.transforms.length}`)
    }
    return this.transforms.map((_, i) => value.select(this.dim, i))
  }

  override _call(x: Tensor): Tensor {
    return stack(this.places('x', x, 'tensor').map((place, i) => this.transforms[i](place)), this.dim)
  }

  override _inverse(y: Tensor): Tensor {
    return stack(this.places('y', y, 'tensor').map((place, i) => this.transforms[i].inv(place)), this.dim)
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const [xs, ys] = [this.places('x', x, 'x'), this.places('y', y, 'y')]
    return stack(this.transforms.map((one, i) => one.log_abs_det_jacobian(xs[i], ys[i])), this.dim)
  }

  override get bijective(): boolean {
    return this.transforms.every(one => one.bijective)
  }

  override get domain(): Constraint {
    return constraints.stack(this.transforms.map(one => one.domain), this.dim)
  }

  override get codomain(): Constraint {
    return constraints.stack(this.transforms.map(one => one.codomain), this.dim)
  }
}
