// Reductions and normalisations that leave masked elements out: torch.masked, for strided tensors.
import { type Args, bind } from './_args'
import { scalar_tensor } from './_creation'
import { Complex } from './_dispatch'
import { AssertionError, IndexError, NotImplementedError, RuntimeError, ValueError } from './_errors'
import { aten } from './_operators'
import { iinfo } from './_type_info'
import { type dtype, bool, complex64, float32, float64, int64 } from './dtype'
import * as torch from './generated/torch_functions'
import type { Tensor } from './tensor'

type Dims = number | readonly number[] | null

/** Keywords of functions that give one value for each element. */
export interface MaskedOptions {
  /** Of the computation and the result. Default: the input's. */
  dtype?: dtype | null
  /** Elements where it is false are left out; it is broadcast to the input. Default: none are. */
  mask?: Tensor | null
}

/** Keywords of reductions. */
export interface ReductionOptions extends MaskedOptions {
  /** Keep reduced dimensions with size 1. Default: false. */
  keepdim?: boolean | null
}

// ---- masks ----

type Identity = 'zero' | 'one' | 'lowest' | 'highest' | 'nan'

function bound_of(identity: 'lowest' | 'highest', name: string, { dtype }: Tensor): number | bigint | Complex {
  const infinity = identity === 'lowest' ? -Infinity : Infinity
  if (dtype.is_floating_point) return infinity
  if (name === 'logsumexp' && dtype.is_complex) return new Complex(infinity, 0)
  if (dtype === bool || dtype.is_complex) throw new NotImplementedError(`identity of ${name} on ${dtype} input`)
  const { min, max } = iinfo(dtype)
  return identity === 'lowest' ? min : max
}

/** The value that changes nothing in a reduction, for masked elements. */
function identity_of(identity: Identity, name: string, input: Tensor): Tensor {
  const value = identity === 'zero' ? 0 : identity === 'one' ? 1 : identity === 'nan' ? NaN : bound_of(identity, name, input)
  return scalar_tensor(value, { dtype: input.dtype, device: input.device })
}

function mask_for(input: Tensor, mask: Tensor): Tensor {
  if (String(mask.shape) === String(input.shape)) return mask.to(bool)
  if (mask.ndim > input.ndim) {
    throw new IndexError('_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)')
  }
  return mask.clone().broadcast_to(input.shape).to(bool)
}

const where = aten('where')

/** The input with the identity of the operation in place of what is masked. */
function fill_masked(name: string, identity: Identity, input: Tensor, mask: Tensor | null | undefined, op: string = name): Tensor {
  if (input.layout.name !== 'strided') throw new ValueError(`masked ${name} expects strided tensor (got ${input.layout} tensor)`)
  if (mask == null) return input
  return where([mask_for(input, mask), input, identity_of(identity, op, input)]) as Tensor
}

function canonical_dims(dim: Dims | undefined, input: Tensor): number[] {
  const dims = typeof dim === 'number' ? [dim] : dim ?? []
  if (dims.length === 0) return Array.from({ length: input.ndim }, (_, i) => i)
  const range = Math.max(input.ndim, 1)
  dims.forEach((one, i) => {
    if (dims.indexOf(one) < i) throw new RuntimeError(`dim=${one} appears multiple times in the list of dims`)
    if (one >= range || one < -range) {
      throw new IndexError(`Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${one})`)
    }
  })
  return dims.map(one => (one + range) % range).sort((a, b) => a - b)
}

// ---- reductions ----

const reduction_names = ['input', 'dim'] as const
const reduction_keywords = ['keepdim', 'dtype', 'mask'] as const
const normalization_keywords = ['dtype', 'mask'] as const

type ReductionArgs = Args<[input: Tensor, dim?: Dims], typeof reduction_names, ReductionOptions>
type OneDim = Args<[input: Tensor, dim?: number | null], typeof reduction_names, ReductionOptions>

interface Reduction<D> extends Required<Omit<ReductionOptions, 'mask' | 'keepdim'>> {
  input: Tensor
  dim: D
  keepdim: boolean
  mask: Tensor | null
}

function reduction<D>(name: string, args: readonly unknown[]): Reduction<D> {
  type Bound = ReductionOptions & { input: Tensor, dim?: D }
  const { input, dim = null, keepdim, dtype = null, mask = null } = bind<Bound>(name, reduction_names, 1, args, reduction_keywords)
  return { input, dim: dim as D, keepdim: Boolean(keepdim), dtype, mask }
}

// Sums and products of narrow integers are int64.
function wide(input: Tensor): dtype {
  return /^(uint8|bool|int8|int16|int32)$/.test(input.dtype.name) ? int64 : input.dtype
}

/** The sum of the elements that are not masked. @see torch.masked.sum */
export function sum(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<Dims>('sum', args)
  return fill_masked('sum', 'zero', input, mask).sum(canonical_dims(dim, input), keepdim, { dtype: dtype ?? wide(input) })
}

/** The product of the elements that are not masked. @see torch.masked.prod */
export function prod(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<Dims>('prod', args)
  const start = fill_masked('prod', 'one', input, mask).to(dtype ?? wide(input))
  return canonical_dims(dim, input).reduceRight((product, one) => product.prod(one, keepdim), start)
}

/** The greatest of the elements that are not masked. @see torch.masked.amax */
export function amax(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<Dims>('amax', args)
  return fill_masked('amax', 'lowest', input, mask).amax(canonical_dims(dim, input), keepdim).to(dtype ?? input.dtype)
}

/** The smallest of the elements that are not masked. @see torch.masked.amin */
export function amin(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<Dims>('amin', args)
  return fill_masked('amin', 'highest', input, mask).amin(canonical_dims(dim, input), keepdim).to(dtype ?? input.dtype)
}

/** Where the greatest element is that is not masked; the place has the input's dtype, as in PyTorch. @see torch.masked.argmax */
export function argmax(...args: OneDim): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<number | null>('argmax', args)
  return fill_masked('argmax', 'lowest', input, mask).argmax(dim, keepdim).to(dtype ?? input.dtype)
}

/** Where the smallest element is that is not masked; the place has the input's dtype, as in PyTorch. @see torch.masked.argmin */
export function argmin(...args: OneDim): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<number | null>('argmin', args)
  return fill_masked('argmin', 'highest', input, mask).argmin(dim, keepdim).to(dtype ?? input.dtype)
}

/** log(sum(exp(x))) of the elements that are not masked. @see torch.masked.logsumexp */
export function logsumexp(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<Dims>('logsumexp', args)
  return fill_masked('logsumexp', 'lowest', input, mask).logsumexp(canonical_dims(dim, input), keepdim).to(dtype ?? input.dtype)
}

// How many elements are not masked.
function count_of(input: Tensor, mask: Tensor | null, dim: Dims, keepdim: boolean): Tensor {
  return (mask ?? torch.ones(input.shape, { dtype: bool, device: input.device })).sum(canonical_dims(dim, input), keepdim)
}

/** The mean of the elements that are not masked. @throws {ValueError} for integers without a dtype. @see torch.masked.mean */
export function mean(...args: ReductionArgs): Tensor {
  const { input, dim, keepdim, dtype, mask: given } = reduction<Dims>('mean', args)
  const type = dtype ?? input.dtype
  if (!type.is_floating_point && !type.is_complex) {
    const source = dtype === null ? 'Input' : 'Optional'
    throw new ValueError(`mean(): Could not infer output dtype. ${source} dtype must be either a floating point or complex dtype. Got: ${type}`)
  }
  const mask = given && mask_for(input, given)
  return sum(input, dim, { keepdim, dtype: type, mask }).div(count_of(input, mask, dim, keepdim))
}

/**
 * The lower median, along one dimension, of the elements that are not masked.
 *
 * @param dim - default: -1.
 * @throws {ValueError} if all of a row of integers are masked.
 * @see torch.masked.median
 */
export function median(...args: Args<[input: Tensor, dim?: number], typeof reduction_names, ReductionOptions>): Tensor {
  const { input, dim, keepdim, dtype, mask } = reduction<number | null>('median', args)
  const is_float = input.dtype.is_floating_point
  const filled = fill_masked('median', 'nan', is_float ? input : input.to(float32), mask)
  const { values } = filled.nanmedian(canonical_dims(dim ?? -1, input)[0], keepdim)
  if (is_float) return values
  if (values.isnan().any().item<boolean>()) {
    throw new ValueError('masked median expects no fully masked out rows if dtype is not floating point')
  }
  return values.to(dtype ?? input.dtype)
}

const norm_names = ['input', 'ord', 'dim'] as const
const vector_norm = aten('linalg_vector_norm')

/** The norm of the elements that are not masked. @param ord - the exponent. Default: 2. @see torch.masked.norm */
export function norm(...args: Args<[input: Tensor, ord?: number | null, dim?: Dims], typeof norm_names, ReductionOptions>): Tensor {
  type Bound = ReductionOptions & { input: Tensor, ord?: number | null, dim?: Dims }
  const { input, ord = 2, dim, keepdim, dtype, mask } = bind<Bound>('norm', norm_names, 1, args, reduction_keywords)
  if (mask != null && ord === -Infinity && !input.dtype.is_floating_point) throw new AssertionError(`input must be floating point, got ${input.dtype}`)
  const filled = fill_masked('norm', ord === -Infinity ? 'highest' : 'zero', input, mask)
  return vector_norm([filled, ord, canonical_dims(dim, input), Boolean(keepdim)], { dtype: dtype ?? input.dtype }) as Tensor
}

const var_names = ['input', 'dim', 'unbiased'] as const
const var_keywords = ['correction', ...reduction_keywords] as const

type VarArgs = Args<[input: Tensor, dim?: Dims, unbiased?: boolean | null], typeof var_names, ReductionOptions & { correction?: number | null }>

/** The variance of the elements that are not masked. @param unbiased - divide by n - 1, not by n. Default: true. @see torch.masked.var */
export function var_(...args: VarArgs): Tensor {
  return variance('var', args)
}

/** The standard deviation of the elements that are not masked. @see torch.masked.std */
export function std(...args: VarArgs): Tensor {
  return variance('std', args).sqrt()
}

function variance(name: string, args: readonly unknown[]): Tensor {
  type Bound = ReductionOptions & { input: Tensor, dim?: Dims, unbiased?: boolean | null, correction?: number | null }
  const bound = bind<Bound>(name, var_names, 1, args, var_keywords)
  const { input, dim = null, unbiased, correction, mask: given } = bound
  if (unbiased != null && correction != null) throw new AssertionError('Only one of unbiased and correction may be given')
  const is_float = (type: dtype): boolean => type.is_floating_point || type.is_complex
  const dtype = bound.dtype ?? (is_float(input.dtype) ? input.dtype : float32)
  const compute = is_float(dtype) ? dtype : float32
  const keepdim = Boolean(bound.keepdim)
  const mask = given ? mask_for(input, given) : null
  const counts = count_of(input, mask, dim, true)
  const centred = input.sub(sum(input, dim, { keepdim: true, dtype, mask }).div(counts))
  const total = sum(centred.mul(centred.conj()), dim, { keepdim, dtype: compute, mask })
  const count = keepdim ? counts : counts.reshape(total.shape)
  const taken = correction ?? (unbiased === false ? 0 : 1)
  const divisor = taken === 0 ? count : count.to(real_type(compute)).sub(taken).clamp({ min: 0 })
  return total.div(divisor).to(dtype)
}

function real_type(type: dtype): dtype {
  return type.is_complex ? type === complex64 ? float32 : float64 : type
}

// ---- one value for each element ----

const normalization_names = ['input', 'dim'] as const

type NormalizationArgs = Args<[input: Tensor, dim: number], typeof normalization_names, MaskedOptions>

function normalization(
  name: string, op: string, identity: Identity, args: readonly unknown[], compute: (filled: Tensor, dim: number, dtype: dtype) => Tensor,
): Tensor {
  type Bound = MaskedOptions & { input: Tensor, dim: number }
  const { input, dim, dtype, mask } = bind<Bound>(name, normalization_names, 2, args, normalization_keywords)
  const filled = fill_masked(name, identity, input, mask, op)
  return compute(filled, canonical_dims(dim, input)[0]!, dtype ?? input.dtype)
}

/** Sums of all elements up to each one, along a dimension; masked ones add nothing. @see torch.masked.cumsum */
export function cumsum(...args: NormalizationArgs): Tensor {
  return normalization('cumsum', 'sum', 'zero', args, (filled, dim, dtype) => filled.cumsum(dim, { dtype }))
}

/** Products of all elements up to each one, along a dimension; masked ones change nothing. @see torch.masked.cumprod */
export function cumprod(...args: NormalizationArgs): Tensor {
  return normalization('cumprod', 'prod', 'one', args, (filled, dim, dtype) => filled.cumprod(dim, { dtype }))
}

/** Softmax along a dimension; masked elements get 0. @see torch.masked.softmax */
export function softmax(...args: NormalizationArgs): Tensor {
  return normalization('softmax', 'amax', 'lowest', args, (filled, dim, dtype) => filled.softmax(dim, { dtype }))
}

/** The logarithm of {@link softmax}. @see torch.masked.log_softmax */
export function log_softmax(...args: NormalizationArgs): Tensor {
  return normalization('log_softmax', 'amax', 'lowest', args, (filled, dim, dtype) => filled.log_softmax(dim, { dtype }))
}

/** {@link softmax} of the negated input. @see torch.masked.softmin */
export function softmin(...args: NormalizationArgs): Tensor {
  return normalization('softmin', 'amin', 'highest', args, (filled, dim, dtype) => filled.neg().softmax(dim, { dtype }))
}

const normalize_names = ['input', 'ord', 'dim'] as const

/** The elements divided by their {@link norm} along a dimension. @param eps - the least divisor. Default: 1e-12. @see torch.masked.normalize */
export function normalize(
  ...args: Args<[input: Tensor, ord: number, dim: number], typeof normalize_names, MaskedOptions & { eps?: number }>
): Tensor {
  type Bound = MaskedOptions & { input: Tensor, ord: number, dim: number, eps?: number }
  const { input, ord, dim, dtype, mask, eps = 1e-12 } = bind<Bound>('normalize', normalize_names, 3, args, ['eps', ...normalization_keywords])
  const length = norm(input, ord, dim, { keepdim: true, dtype: dtype ?? input.dtype, mask })
  return fill_masked('normalize', 'zero', input, mask).div(length.maximum(length.new_full([], eps)))
}

const logaddexp_names = ['input', 'other'] as const
const logaddexp_keywords = ['dtype', 'input_mask', 'other_mask'] as const

/** log(exp(a) + exp(b)), where masked elements count as exp(a) = 0. @see torch.masked.logaddexp */
export function logaddexp(...args: Args<[input: Tensor, other: Tensor], typeof logaddexp_names,
  { dtype?: dtype | null, input_mask?: Tensor | null, other_mask?: Tensor | null }>): Tensor {
  type Bound = { input: Tensor, other: Tensor, input_mask?: Tensor, other_mask?: Tensor, dtype?: dtype }
  const { input, other, input_mask, other_mask, dtype } = bind<Bound>('logaddexp', logaddexp_names, 2, args, logaddexp_keywords)
  const [a, b] = [fill_masked('logaddexp', 'lowest', input, input_mask), fill_masked('logaddexp', 'lowest', other, other_mask)]
  return a.logaddexp(b).to(dtype ?? input.dtype)
}

export { var_ as var }
