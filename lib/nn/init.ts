// Initial values for parameters: torch.nn.init. Every function changes the tensor in place, outside autograd, and returns it.
import { type Args, with_keywords } from '../_args'
import { ValueError } from '../_errors'
import { aten } from '../_operators'
import { warn } from '../_warnings'
import { no_grad } from '../autograd/grad_mode'
import { float64 } from '../dtype'
import { randperm } from '../generated/torch_functions'
import type { Generator } from '../random'
import type { Tensor } from '../tensor'
import type { Scalar } from '../types'

export type Nonlinearity = 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'conv_transpose1d' | 'conv_transpose2d' | 'conv_transpose3d'
  | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu'
export type FanMode = 'fan_in' | 'fan_out'
type MaybeGenerator = Generator | null

const uniform_op = aten('uniform_')
const normal_op = aten('normal_')
const scalar_tensor = aten('scalar_tensor')
const erf = aten('erf')
const where = aten('where.self')
const eye_out = aten('eye.m_out')
const empty_like = aten('empty_like')
const qr = aten('linalg_qr')

function fill_uniform(tensor: Tensor, low: number, high: number, generator: MaybeGenerator): Tensor {
  no_grad(() => uniform_op([tensor, low, high], { generator }))
  return tensor
}

function fill_normal(tensor: Tensor, mean: number, std: number, generator: MaybeGenerator): Tensor {
  no_grad(() => normal_op([tensor, mean, std], { generator }))
  return tensor
}

const LINEAR = ['linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d', 'sigmoid']

/**
 * By how much a nonlinearity should be counterbalanced so that signals keep their variance.
 *
 * @param param - the negative slope of leaky_relu. Default: 0.01.
 * @throws {ValueError} for an unknown nonlinearity.
 * @see torch.nn.init.calculate_gain
 */
export function calculate_gain(nonlinearity: Nonlinearity, param: number | null = null): number {
  if (LINEAR.includes(nonlinearity)) return 1
  if (nonlinearity === 'tanh') return 5 / 3
  if (nonlinearity === 'relu') return Math.sqrt(2)
  if (nonlinearity === 'selu') return 3 / 4
  if (nonlinearity !== 'leaky_relu') throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`)
  if (param !== null && typeof param !== 'number') throw new ValueError(`negative_slope ${String(param)} not a valid number`)
  return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2))
}

/** How many numbers lead into one of a layer's outputs, and how many one of its inputs leads to. @internal */
export function _calculate_fan_in_and_fan_out(tensor: Tensor): [fan_in: number, fan_out: number] {
  const shape = [...tensor.shape]
  if (shape.length < 2) throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  const field = shape.slice(2).reduce((product, size) => product * size, 1)
  return [shape[1]! * field, shape[0]! * field]
}

function correct_fan(tensor: Tensor, mode: string): number {
  const wanted = mode.toLowerCase()
  if (wanted !== 'fan_in' && wanted !== 'fan_out') throw new ValueError(`Mode ${wanted} not supported, please use one of ['fan_in', 'fan_out']`)
  const [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor)
  return wanted === 'fan_in' ? fan_in : fan_out
}

/** Numbers from the uniform distribution on [a, b). Default: [0, 1). @see torch.nn.init.uniform_ */
export const uniform_ = with_keywords('uniform_', ['tensor', 'a', 'b', 'generator'],
  (tensor: Tensor, a: number = 0, b: number = 1, generator: MaybeGenerator = null) => fill_uniform(tensor, a, b, generator))

/** Numbers from the normal distribution. Default: mean 0, std 1. @see torch.nn.init.normal_ */
export const normal_ = with_keywords('normal_', ['tensor', 'mean', 'std', 'generator'],
  (tensor: Tensor, mean: number = 0, std: number = 1, generator: MaybeGenerator = null) => fill_normal(tensor, mean, std, generator))

function normal_cdf(x: number): number {
  const value = erf([scalar_tensor([x / Math.sqrt(2)], { dtype: float64 })]) as Tensor
  return (1 + value.item()) / 2
}

function rounded(tensor: Tensor, value: number): number {
  return (scalar_tensor([value], { dtype: tensor.dtype }) as Tensor).item()
}

// Most of the distribution lies within: draw again what does not.
function redraw(tensor: Tensor, mean: number, std: number, low: number, high: number, generator: MaybeGenerator): void {
  let result = normal_op([tensor, mean, std], { generator }) as Tensor
  for (;;) {
    const outside = result.lt(low).bitwise_or(result.gt(high))
    if (!outside.any().item<boolean>()) break
    result = where([outside, normal_op([empty_like([result]), mean, std], { generator }), result]) as Tensor
  }
  if (result !== tensor) tensor.copy_(result)
}

// Little of it does: draw uniformly, and accept each with a chance in proportion to its density.
function reject(tensor: Tensor, mean: number, std: number, a: number, b: number, generator: MaybeGenerator): void {
  const mode = Math.max(a, Math.min(mean, b))
  const log_peak = -0.5 * ((mode - mean) / std) ** 2
  const log_density = (values: Tensor): Tensor => values.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak)
  const candidates = empty_like([tensor]) as Tensor
  const chances = empty_like([tensor]) as Tensor
  const rejected = (): Tensor => (uniform_op([chances], { generator }) as Tensor).log_().gt(log_density(candidates))
  uniform_op([tensor, a, b], { generator })
  candidates.copy_(tensor)
  let result = tensor
  let pending = rejected()
  while (pending.any().item<boolean>()) {
    uniform_op([candidates, a, b], { generator })
    result = where([pending, candidates, result]) as Tensor
    pending = where([pending, rejected(), pending]) as Tensor
  }
  if (result !== tensor) tensor.copy_(result)
}

/**
 * Numbers from the normal distribution, drawn again where they are not within [a, b].
 *
 * @param a - Default: -2.
 * @param b - Default: 2. Both are values, not multiples of std.
 * @see torch.nn.init.trunc_normal_
 */
export const trunc_normal_ = with_keywords('trunc_normal_', ['tensor', 'mean', 'std', 'a', 'b', 'generator'],
  (tensor: Tensor, mean: number = 0, std: number = 1, a: number = -2, b: number = 2, generator: MaybeGenerator = null) => {
    if (tensor.is_meta) return tensor
    if (mean < a - 2 * std || mean > b + 2 * std) {
      warn('mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.')
    }
    no_grad(() => {
      if (normal_cdf((b - mean) / std) - normal_cdf((a - mean) / std) > 0.3) {
        redraw(tensor, mean, std, rounded(tensor, a), rounded(tensor, b), generator)
      } else {
        reject(tensor, mean, std, a, b, generator)
      }
    })
    return tensor
  })

/** One value everywhere. @see torch.nn.init.constant_ */
export const constant_ = with_keywords('constant_', ['tensor', 'val'], (tensor: Tensor, val: Scalar) => no_grad(() => tensor.fill_(val)))

/** Ones. @see torch.nn.init.ones_ */
export const ones_ = with_keywords('ones_', ['tensor'], (tensor: Tensor) => no_grad(() => tensor.fill_(1)))

/** Zeros. @see torch.nn.init.zeros_ */
export const zeros_ = with_keywords('zeros_', ['tensor'], (tensor: Tensor) => no_grad(() => tensor.zero_()))

/** The identity matrix. @throws {ValueError} unless the tensor has 2 dimensions. @see torch.nn.init.eye_ */
export const eye_ = with_keywords('eye_', ['tensor'], (tensor: Tensor) => {
  if (tensor.dim() !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
  no_grad(() => eye_out([...tensor.shape], { out: tensor }))
  return tensor
})

/**
 * The Dirac delta function: a convolution with it gives its input back, for as many channels as there are.
 *
 * @param groups - of the convolution. Default: 1.
 * @throws {ValueError} unless the tensor has 3, 4 or 5 dimensions.
 * @see torch.nn.init.dirac_
 */
export const dirac_ = with_keywords('dirac_', ['tensor', 'groups'], (tensor: Tensor, groups: number = 1) => {
  const shape = [...tensor.shape]
  if (![3, 4, 5].includes(shape.length)) throw new ValueError('Only tensors with 3, 4, or 5 dimensions are supported')
  if (shape[0]! % groups !== 0) throw new ValueError('dim 0 must be divisible by groups')
  if (tensor.is_meta) return tensor
  const channels = shape[0]! / groups
  const centre = shape.slice(2).map(size => Math.floor(size / 2))
  no_grad(() => {
    tensor.zero_()
    for (let group = 0; group < groups; group++) {
      for (let d = 0; d < Math.min(channels, shape[1]!); d++) tensor.set_at([group * channels + d, d, ...centre], 1)
    }
  })
  return tensor
})

function xavier_std(tensor: Tensor, gain: number): number {
  const [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor)
  return gain * Math.sqrt(2 / (fan_in + fan_out))
}

/** Glorot's uniform distribution: `bound = gain * sqrt(6 / (fan_in + fan_out))`. @see torch.nn.init.xavier_uniform_ */
export const xavier_uniform_ = with_keywords('xavier_uniform_', ['tensor', 'gain', 'generator'],
  (tensor: Tensor, gain: number = 1, generator: MaybeGenerator = null) => {
    const bound = Math.sqrt(3) * xavier_std(tensor, gain)
    return fill_uniform(tensor, -bound, bound, generator)
  })

/** Glorot's normal distribution: `std = gain * sqrt(2 / (fan_in + fan_out))`. @see torch.nn.init.xavier_normal_ */
export const xavier_normal_ = with_keywords('xavier_normal_', ['tensor', 'gain', 'generator'],
  (tensor: Tensor, gain: number = 1, generator: MaybeGenerator = null) => fill_normal(tensor, 0, xavier_std(tensor, gain), generator))

type KaimingArgs = [tensor: Tensor, a?: number, mode?: FanMode, nonlinearity?: Nonlinearity, generator?: MaybeGenerator]
const kaiming_names = ['tensor', 'a', 'mode', 'nonlinearity', 'generator'] as const

function kaiming(name: string, fill: (tensor: Tensor, std: number, generator: MaybeGenerator) => Tensor) {
  return with_keywords(name, kaiming_names,
    (tensor: Tensor, a: number = 0, mode: FanMode = 'fan_in', nonlinearity: Nonlinearity = 'leaky_relu', generator: MaybeGenerator = null) => {
      if (tensor.shape.includes(0)) {
        warn('Initializing zero-element tensors is a no-op')
        return tensor
      }
      const fan = correct_fan(tensor, mode)
      return fill(tensor, calculate_gain(nonlinearity, a) / Math.sqrt(fan), generator)
    }) as (...args: Args<KaimingArgs, typeof kaiming_names>) => Tensor
}

/**
 * He's uniform distribution: `bound = gain * sqrt(3 / fan)`.
 *
 * @param a - the negative slope of leaky_relu. Default: 0.
 * @param mode - 'fan_in' keeps the variance in forward, 'fan_out' in backward. Default: 'fan_in'.
 * @param nonlinearity - Default: 'leaky_relu'.
 * @see torch.nn.init.kaiming_uniform_
 */
export const kaiming_uniform_ = kaiming('kaiming_uniform_', (tensor, std, generator) => {
  const bound = Math.sqrt(3) * std
  return fill_uniform(tensor, -bound, bound, generator)
})

/** He's normal distribution: `std = gain / sqrt(fan)`; parameters as for {@link kaiming_uniform_}. @see torch.nn.init.kaiming_normal_ */
export const kaiming_normal_ = kaiming('kaiming_normal_', (tensor, std, generator) => fill_normal(tensor, 0, std, generator))

/**
 * A (semi-)orthogonal matrix; dimensions after the first count as one.
 *
 * @param gain - a factor. Default: 1.
 * @throws {ValueError} for fewer than 2 dimensions.
 * @see torch.nn.init.orthogonal_
 */
export const orthogonal_ = with_keywords('orthogonal_', ['tensor', 'gain', 'generator'],
  (tensor: Tensor, gain: number = 1, generator: MaybeGenerator = null) => {
    if (tensor.dim() < 2) throw new ValueError('Only tensors with 2 or more dimensions are supported')
    if (tensor.numel() === 0 || tensor.is_meta) return tensor
    const rows = tensor.size(0)
    const columns = tensor.numel() / rows
    no_grad(() => {
      const random = normal_op([tensor.new_empty([rows, columns]), 0, 1], { generator }) as Tensor
      const [q, r] = qr([rows < columns ? random.t() : random]) as Iterable<Tensor> as [Tensor, Tensor]
      const unique = q.mul(r.diag(0).sign()) // the one with a positive diagonal of r
      tensor.view_as(rows < columns ? unique.t() : unique).copy_(rows < columns ? unique.t() : unique)
      tensor.mul_(gain)
    })
    return tensor
  })

/**
 * A sparse matrix: normal numbers, and zeros in part of each column.
 *
 * @param sparsity - the part of each column that is zero
 * @param std - of the other numbers. Default: 0.01.
 * @throws {ValueError} unless the tensor has 2 dimensions.
 * @see torch.nn.init.sparse_
 */
export const sparse_ = with_keywords('sparse_', ['tensor', 'sparsity', 'std', 'generator'],
  (tensor: Tensor, sparsity: number, std: number = 0.01, generator: MaybeGenerator = null) => {
    if (tensor.dim() !== 2) throw new ValueError('Only tensors with 2 dimensions are supported')
    if (tensor.is_meta) return tensor
    const [rows, columns] = [tensor.size(0), tensor.size(1)]
    const zeros = Math.ceil(sparsity * rows)
    no_grad(() => {
      normal_op([tensor, 0, std], { generator })
      for (let column = 0; column < columns; column++) {
        tensor.set_at([randperm(rows).at(`:${zeros}`), column], 0)
      }
    })
    return tensor
  })

// ---- names without the underscore ----

function deprecated<A extends readonly unknown[]>(name: string, current: (...args: A) => Tensor): (...args: A) => Tensor {
  return (...args) => {
    warn(`\`nn.init.${name}\` is now deprecated in favor of \`nn.init.${name}_\`.`, 'FutureWarning')
    return current(...args)
  }
}

/** @deprecated in favour of {@link uniform_} */
export const uniform = deprecated('uniform', uniform_)
/** @deprecated in favour of {@link normal_} */
export const normal = deprecated('normal', normal_)
/** @deprecated in favour of {@link constant_} */
export const constant = deprecated('constant', constant_)
/** @deprecated in favour of {@link eye_} */
export const eye = deprecated('eye', eye_)
/** @deprecated in favour of {@link dirac_} */
export const dirac = deprecated('dirac', dirac_)
/** @deprecated in favour of {@link xavier_uniform_} */
export const xavier_uniform = deprecated('xavier_uniform', xavier_uniform_)
/** @deprecated in favour of {@link xavier_normal_} */
export const xavier_normal = deprecated('xavier_normal', xavier_normal_)
/** @deprecated in favour of {@link kaiming_uniform_} */
export const kaiming_uniform = deprecated('kaiming_uniform', kaiming_uniform_)
/** @deprecated in favour of {@link kaiming_normal_} */
export const kaiming_normal = deprecated('kaiming_normal', kaiming_normal_)
/** @deprecated in favour of {@link orthogonal_} */
export const orthogonal = deprecated('orthogonal', orthogonal_)
/** @deprecated in favour of {@link sparse_} */
export const sparse = deprecated('sparse', sparse_)
