// Pooling functions of torch.nn.functional.
import { type Args, arrange, with_keywords } from '../../_args'
import { ValueError } from '../../_errors'
import { aten } from '../../_operators'
import * as raw from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { pair, single, triple } from '../modules/utils'
import type { Sizes } from '../_types'

export { avg_pool1d, adaptive_avg_pool1d } from '../../generated/torch_functions'
export { avg_pool2d, avg_pool3d } from '../../generated/nn_functions'

type Result = Tensor | [Tensor, Tensor]
type Operator = (args: readonly unknown[]) => unknown

// A function that also gives the places of the maxima if `return_indices` is true.
interface WithIndices<Required extends readonly unknown[], Options, Full extends readonly unknown[], Names extends readonly string[]> {
  (...args: [...Required, kwargs: Options & { return_indices: true }]): [Tensor, Tensor]
  (...args: Args<Full, Names>): Tensor
}

// ---- maxima ----

const max_pool_names = ['input', 'kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode', 'return_indices'] as const
type MaxPoolArgs = [input: Tensor, kernel_size: Sizes, stride?: Sizes | null, padding?: Sizes, dilation?: Sizes, ceil_mode?: boolean,
  return_indices?: boolean]
interface MaxPoolOptions { stride?: Sizes | null, padding?: Sizes, dilation?: Sizes, ceil_mode?: boolean }
type MaxPool = WithIndices<[input: Tensor, kernel_size: Sizes], MaxPoolOptions, MaxPoolArgs, typeof max_pool_names>

function max_pool(name: string, pool: Operator, with_indices: Operator): MaxPool {
  return with_keywords(name, max_pool_names,
    (input: Tensor, kernel_size: Sizes, stride: Sizes | null = null, padding: Sizes = 0, dilation: Sizes = 1, ceil_mode: boolean = false,
      return_indices: boolean = false) => (
      (return_indices ? with_indices : pool)([input, kernel_size, stride ?? [], padding, dilation, ceil_mode]) as Result)) as MaxPool
}

const max_pool1d_with_indices_op = aten('max_pool1d_with_indices')
const max_pool2d_with_indices_op = aten('max_pool2d_with_indices')
const max_pool3d_with_indices_op = aten('max_pool3d_with_indices')

/**
 * The largest value in each window of `kernel_size`.
 *
 * Shape: input (N, C, L) or (C, L).
 * @param stride - Default: kernel_size.
 * @param padding - -infinities at both ends; at most half of the kernel. Default: 0.
 * @param return_indices - give the places of the maxima too, for max_unpool1d. Default: false.
 * @see torch.nn.functional.max_pool1d
 */
export const max_pool1d = max_pool('max_pool1d', aten('max_pool1d'), max_pool1d_with_indices_op)

/** The largest value in each window; input (N, C, H, W) or (C, H, W), arguments as for {@link max_pool1d}. @see torch.nn.functional.max_pool2d */
export const max_pool2d = max_pool('max_pool2d', aten('max_pool2d'), max_pool2d_with_indices_op)

/** The largest value in each window; input (N, C, D, H, W) or (C, D, H, W), arguments as for {@link max_pool1d}. */
export const max_pool3d = max_pool('max_pool3d', aten('max_pool3d'), max_pool3d_with_indices_op)

// ---- adaptive ----

/** The output's size in each dimension; null: the input's. */
export type AdaptiveSizes = number | readonly (number | null)[]

function with_default(output_size: AdaptiveSizes, input: Tensor): Sizes {
  if (typeof output_size === 'number') return output_size
  const defaults = input.shape
  if (defaults.length <= output_size.length) throw new ValueError(`Input dimension should be at least ${output_size.length + 1}`)
  return output_size.map((size, i) => size ?? defaults[defaults.length - output_size.length + i]!)
}

/** The mean of each of as many windows as `output_size` says. @see torch.nn.functional.adaptive_avg_pool2d */
export const adaptive_avg_pool2d = with_keywords('adaptive_avg_pool2d', ['input', 'output_size'],
  (input: Tensor, output_size: AdaptiveSizes) => raw.adaptive_avg_pool2d(input, with_default(output_size, input)))

/** The mean of each of as many windows as `output_size` says. @see torch.nn.functional.adaptive_avg_pool3d */
export const adaptive_avg_pool3d = with_keywords('adaptive_avg_pool3d', ['input', 'output_size'],
  (input: Tensor, output_size: AdaptiveSizes) => raw.adaptive_avg_pool3d(input, with_default(output_size, input)))

const adaptive_max_names = ['input', 'output_size', 'return_indices'] as const
type AdaptiveMaxArgs = [input: Tensor, output_size: AdaptiveSizes, return_indices?: boolean]
type AdaptiveMaxPool = WithIndices<[input: Tensor, output_size: AdaptiveSizes], unknown, AdaptiveMaxArgs, typeof adaptive_max_names>

function adaptive_max_pool(name: string, pool: Operator): AdaptiveMaxPool {
  return with_keywords(name, adaptive_max_names, (input: Tensor, output_size: AdaptiveSizes, return_indices: boolean = false) => {
    const both = pool([input, with_default(output_size, input)]) as [Tensor, Tensor]
    return return_indices ? both : both[0]
  }) as AdaptiveMaxPool
}

/** The largest value of each of as many windows as `output_size` says. @see torch.nn.functional.adaptive_max_pool1d */
export const adaptive_max_pool1d = adaptive_max_pool('adaptive_max_pool1d', aten('adaptive_max_pool1d'))
/** The largest value of each of as many windows as `output_size` says. @see torch.nn.functional.adaptive_max_pool2d */
export const adaptive_max_pool2d = adaptive_max_pool('adaptive_max_pool2d', aten('adaptive_max_pool2d'))
/** The largest value of each of as many windows as `output_size` says. @see torch.nn.functional.adaptive_max_pool3d */
export const adaptive_max_pool3d = adaptive_max_pool('adaptive_max_pool3d', aten('adaptive_max_pool3d'))

// ---- fractional ----

const fractional_names = ['input', 'kernel_size', 'output_size', 'output_ratio', 'return_indices', '_random_samples'] as const
type FractionalArgs = [input: Tensor, kernel_size: Sizes, output_size?: Sizes | null, output_ratio?: Sizes | null, return_indices?: boolean,
  _random_samples?: Tensor | null]
interface FractionalOptions { output_size?: Sizes | null, output_ratio?: Sizes | null, _random_samples?: Tensor | null }
type FractionalMaxPool = WithIndices<[input: Tensor, kernel_size: Sizes], FractionalOptions, FractionalArgs, typeof fractional_names>

function fractional_max_pool(dims: 2 | 3, pool: Operator): FractionalMaxPool {
  const name = `fractional_max_pool${dims}d`
  const repeat = dims === 2 ? pair : triple
  return with_keywords(name, fractional_names,
    (input: Tensor, kernel_size: Sizes, output_size: Sizes | null = null, output_ratio: Sizes | null = null, return_indices: boolean = false,
      _random_samples: Tensor | null = null) => {
      if (output_size === null && output_ratio === null) {
        throw new ValueError(`${name} requires specifying either an output_size or an output_ratio`)
      }
      const { shape } = input
      const size = output_size ?? repeat(output_ratio!).map((ratio, i) => Math.trunc(shape.at(i - dims)! * ratio))
      const batch = shape.length === dims + 1 ? 1 : shape[0]!
      const samples = _random_samples ?? torch.rand([batch, shape.at(-dims - 1)!, dims], { dtype: input.dtype, device: input.device })
      const both = pool([input, kernel_size, size, samples]) as [Tensor, Tensor]
      return return_indices ? both : both[0]
    }) as FractionalMaxPool
}

/**
 * The largest value of each of windows whose places are drawn at random.
 *
 * @param output_size - the output's size; or give
 * @param output_ratio - the output's size as a part of the input's, between 0 and 1
 * @see torch.nn.functional.fractional_max_pool2d
 */
export const fractional_max_pool2d = fractional_max_pool(2, aten('fractional_max_pool2d'))
/** The largest value of each of windows whose places are drawn at random. @see torch.nn.functional.fractional_max_pool3d */
export const fractional_max_pool3d = fractional_max_pool(3, aten('fractional_max_pool3d'))

// ---- back to the size before max_pool ----

const unpool_names = ['input', 'indices', 'kernel_size', 'stride', 'padding', 'output_size'] as const

function unpool_size(input: Tensor, kernel: number[], stride: number[], padding: number[], output_size: readonly number[] | null): number[] {
  const dims = kernel.length
  const { shape } = input
  const sizes = kernel.map((size, d) => (shape.at(d - dims)! - 1) * stride[d]! + size - 2 * padding[d]!)
  let wanted = sizes
  if (output_size !== null) {
    wanted = output_size.length === dims + 2 ? output_size.slice(2) : [...output_size]
    if (wanted.length !== dims) {
      throw new ValueError(`output_size should be a sequence containing ${dims} or ${dims + 2} elements, but it has a length of '${wanted.length}'`)
    }
    for (let d = 0; d < dims; d++) {
      const [least, most] = [sizes[d]! - stride[d]!, sizes[d]! + stride[d]!]
      if (wanted[d]! > least && wanted[d]! < most) continue
      throw new ValueError(`invalid output_size "[${wanted.join(', ')}]" (dim ${d} must be between ${least} and ${most})`)
    }
  }
  const negative = wanted.findIndex(size => size < 0)
  if (negative < 0) return wanted
  throw new ValueError('max_unpooling: output_size must contain non-negative spatial dimensions, '
    + `but got output_size[${negative}]=${wanted[negative]}`)
}

type Unpool = (input: Tensor, indices: Tensor, size: number[], stride: number[], padding: number[]) => Tensor

function max_unpool(name: string, repeat: typeof pair, unpool: Unpool) {
  return with_keywords(name, unpool_names,
    (input: Tensor, indices: Tensor, kernel_size: Sizes, stride: Sizes | null = null, padding: Sizes = 0,
      output_size: readonly number[] | null = null) => {
      const kernel = repeat(kernel_size)
      const steps = stride === null ? kernel : repeat(stride)
      const pads = repeat(padding)
      return unpool(input, indices, unpool_size(input, kernel, steps, pads, output_size), steps, pads)
    })
}

/**
 * Puts each maximum back to its place and zeros elsewhere.
 *
 * @param indices - what max_pool1d gave with return_indices
 * @param output_size - where several sizes lead to the input's. Default: the smallest of them.
 * @see torch.nn.functional.max_unpool1d
 */
export const max_unpool1d = max_unpool('max_unpool1d', single,
  (input, indices, size) => raw.max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [...size, 1]).squeeze(-1))
/** Puts each maximum back to its place and zeros elsewhere. @see torch.nn.functional.max_unpool2d */
export const max_unpool2d = max_unpool('max_unpool2d', pair, (input, indices, size) => raw.max_unpool2d(input, indices, size))
/** Puts each maximum back to its place and zeros elsewhere. @see torch.nn.functional.max_unpool3d */
export const max_unpool3d = max_unpool('max_unpool3d', triple, (input, indices, size, stride, padding) => (
  raw.max_unpool3d(input, indices, size, stride, padding)))

// ---- power means ----

const lp_names = ['input', 'norm_type', 'kernel_size', 'stride', 'ceil_mode'] as const
type Average = (input: Tensor, kernel_size: Sizes, stride: Sizes, padding: Sizes, ceil_mode: boolean) => Tensor

function lp_pool(name: string, repeat: typeof pair, average: Average, maximum: MaxPool) {
  return with_keywords(name, lp_names,
    (input: Tensor, norm_type: number, kernel_size: Sizes, stride: Sizes | null = null, ceil_mode: boolean = false) => {
      if (norm_type === Infinity) return maximum(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
      if (norm_type === -Infinity) return maximum(input.abs().neg(), kernel_size, stride, 0, 1, ceil_mode).neg()
      const mean = average(input.pow(norm_type), kernel_size, stride ?? [], 0, ceil_mode)
      const count = repeat(kernel_size).reduce((product, size) => product * size, 1)
      return mean.sign().mul(mean.abs().relu()).mul(count).pow(1 / norm_type)
    })
}

/** `sum(x^p)^(1/p)` over each window, p being `norm_type`. @see torch.nn.functional.lp_pool1d */
export const lp_pool1d = lp_pool('lp_pool1d', single, torch.avg_pool1d, max_pool1d)
/** `sum(x^p)^(1/p)` over each window, p being `norm_type`. @see torch.nn.functional.lp_pool2d */
export const lp_pool2d = lp_pool('lp_pool2d', pair, raw.avg_pool2d, max_pool2d)
/** `sum(x^p)^(1/p)` over each window, p being `norm_type`. @see torch.nn.functional.lp_pool3d */
export const lp_pool3d = lp_pool('lp_pool3d', triple, raw.avg_pool3d, max_pool3d)

// ---- always with the places of the maxima ----

type WithBoth<Params extends readonly unknown[], Names extends readonly string[]> = (...args: Args<Params, Names>) => [Tensor, Tensor]

function with_indices<Params extends readonly unknown[], const Names extends readonly string[]>(
  name: string, names: Names, pool: (...args: never[]) => unknown,
): WithBoth<Params, Names> {
  const place = names.indexOf('return_indices')
  return (...args) => {
    const given = arrange<Params>(name, names, 2, args)
    const all = names.map((_, i) => given[i])
    all[place] = true
    return (pool as (...args: unknown[]) => unknown)(...all) as [Tensor, Tensor]
  }
}

type MaxWithBoth = WithBoth<MaxPoolArgs, typeof max_pool_names>
/** {@link max_pool1d} that always gives the places of the maxima. */
export const max_pool1d_with_indices: MaxWithBoth = with_indices('max_pool1d_with_indices', max_pool_names, max_pool1d)
/** {@link max_pool2d} that always gives the places of the maxima. */
export const max_pool2d_with_indices: MaxWithBoth = with_indices('max_pool2d_with_indices', max_pool_names, max_pool2d)
/** {@link max_pool3d} that always gives the places of the maxima. */
export const max_pool3d_with_indices: MaxWithBoth = with_indices('max_pool3d_with_indices', max_pool_names, max_pool3d)

type AdaptiveWithBoth = WithBoth<AdaptiveMaxArgs, typeof adaptive_max_names>
/** {@link adaptive_max_pool1d} that always gives the places of the maxima. */
export const adaptive_max_pool1d_with_indices: AdaptiveWithBoth
  = with_indices('adaptive_max_pool1d_with_indices', adaptive_max_names, adaptive_max_pool1d)
/** {@link adaptive_max_pool2d} that always gives the places of the maxima. */
export const adaptive_max_pool2d_with_indices: AdaptiveWithBoth
  = with_indices('adaptive_max_pool2d_with_indices', adaptive_max_names, adaptive_max_pool2d)
/** {@link adaptive_max_pool3d} that always gives the places of the maxima. */
export const adaptive_max_pool3d_with_indices: AdaptiveWithBoth
  = with_indices('adaptive_max_pool3d_with_indices', adaptive_max_names, adaptive_max_pool3d)

type FractionalWithBoth = WithBoth<FractionalArgs, typeof fractional_names>
/** {@link fractional_max_pool2d} that always gives the places of the maxima. */
export const fractional_max_pool2d_with_indices: FractionalWithBoth
  = with_indices('fractional_max_pool2d_with_indices', fractional_names, fractional_max_pool2d)
/** {@link fractional_max_pool3d} that always gives the places of the maxima. */
export const fractional_max_pool3d_with_indices: FractionalWithBoth
  = with_indices('fractional_max_pool3d_with_indices', fractional_names, fractional_max_pool3d)
