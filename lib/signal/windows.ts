// Windows for spectral analysis: torch.signal.windows.
import { type Args, bind } from '../_args'
import { get_default_dtype } from '../_defaults'
import { scalar_tensor, tensor } from '../_creation'
import { ValueError } from '../_errors'
import type { DeviceLike } from '../device'
import { type dtype, float32, float64 } from '../dtype'
import * as torch from '../generated/torch_functions'
import { type layout, strided } from '../layout'
import type { Tensor } from '../tensor'

/** Keywords of all windows. */
export interface WindowOptions {
  /** Symmetric, for filter design; false: periodic, for spectral analysis. Default: true. */
  sym?: boolean
  /** float32 or float64. Default: the default dtype. */
  dtype?: dtype | null
  layout?: layout
  device?: DeviceLike | null
  requires_grad?: boolean
}

const names = ['M'] as const
const keywords = ['sym', 'dtype', 'layout', 'device', 'requires_grad']

type WindowArgs<More = unknown> = Args<[M: number], typeof names, WindowOptions & More>

interface Window {
  M: number
  sym: boolean
  /** Where and of what type the window is. */
  options: { dtype: dtype, layout: layout, device: DeviceLike | null, requires_grad: boolean }
}

/** The arguments of a window; throws a ValueError in PyTorch's words. */
function window_of<More extends Record<string, unknown>>(name: string, args: readonly unknown[], more: More): Window & More {
  const bound = bind<WindowOptions & { M: number }>(name, names, 1, args, [...keywords, ...Object.keys(more)])
  const { M, sym = true, layout = strided, device = null, requires_grad = false } = bound
  const dtype = bound.dtype ?? get_default_dtype()
  const given = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, key in bound ? (bound as unknown as More)[key] : value])) as More
  return { M, sym, options: { dtype, layout, device, requires_grad }, ...given }
}

function check(name: string, { M, options: { dtype, layout } }: Window): void {
  if (M < 0) throw new ValueError(`${name} requires non-negative window length, got M=${M}`)
  if (layout !== strided) throw new ValueError(`${name} is implemented for strided tensors only, got: ${layout}`)
  if (dtype !== float32 && dtype !== float64) throw new ValueError(`${name} expects float32 or float64 dtypes, got: ${dtype}`)
}

// The number of intervals in a symmetric window, and in a periodic one.
const intervals = ({ M, sym }: Window): number => (sym ? M - 1 : M)
const centre = ({ M, sym }: Window): number => (!sym && M > 1 ? M : M - 1) / 2

function linspace({ M, options }: Window, start: number | Tensor, end: number | Tensor): Tensor {
  return torch.linspace(start as number, end as number, M, options)
}

/**
 * exp(-|n - center| / tau).
 *
 * @param center - default: the middle; must be so if symmetric.
 * @param tau - how far it is to 1 / e. Default: 1.
 * @see torch.signal.windows.exponential
 */
export function exponential(...args: WindowArgs<{ center?: number | null, tau?: number }>): Tensor {
  const window = window_of('exponential', args, { center: null as number | null, tau: 1 })
  check('exponential', window)
  if (window.tau <= 0) throw new ValueError(`Tau must be positive, got: ${window.tau} instead.`)
  if (window.sym && window.center !== null) throw new ValueError('Center must be None for symmetric windows')
  if (window.M === 0) return torch.empty([0], window.options)
  const middle = window.center ?? centre(window)
  const factor = 1 / window.tau
  return linspace(window, -middle * factor, (-middle + (window.M - 1)) * factor).abs().neg().exp()
}

/** sin(pi (n + 1/2) / M). @see torch.signal.windows.cosine */
export function cosine(...args: WindowArgs): Tensor {
  const window = window_of('cosine', args, {})
  check('cosine', window)
  if (window.M === 0) return torch.empty([0], window.options)
  const factor = Math.PI / (!window.sym && window.M > 1 ? window.M + 1 : window.M)
  return linspace(window, 0.5 * factor, (0.5 + (window.M - 1)) * factor).sin()
}

/** exp(-(n - middle)^2 / (2 std^2)). @param std - default: 1. @see torch.signal.windows.gaussian */
export function gaussian(...args: WindowArgs<{ std?: number }>): Tensor {
  const window = window_of('gaussian', args, { std: 1 })
  check('gaussian', window)
  if (window.std <= 0) throw new ValueError(`Standard deviation must be positive, got: ${window.std} instead.`)
  if (window.M === 0) return torch.empty([0], window.options)
  const start = -centre(window)
  const factor = 1 / (window.std * Math.SQRT2)
  return linspace(window, start * factor, (start + (window.M - 1)) * factor).pow(2).neg().exp()
}

/** Kaiser's window, made of Bessel functions. @param beta - its shape: greater is narrower. Default: 12. @see torch.signal.windows.kaiser */
export function kaiser(...args: WindowArgs<{ beta?: number }>): Tensor {
  const window = window_of('kaiser', args, { beta: 12 })
  const { M, options } = window
  check('kaiser', window)
  if (window.beta < 0) throw new ValueError(`beta must be non-negative, got: ${window.beta} instead.`)
  if (M < 2) return torch.ones([M], options)
  const beta = scalar_tensor(window.beta, { dtype: options.dtype, device: options.device })
  const start = beta.neg()
  const step = beta.mul(2).div(intervals(window))
  const k = linspace(window, start, beta.minimum(start.add(step.mul(M - 1))))
  return beta.mul(beta).sub(k.pow(2)).sqrt().i0().div(beta.i0())
}

/** 1 - |2 n / (M - 1) - 1|: a triangle. @see torch.signal.windows.bartlett */
export function bartlett(...args: WindowArgs): Tensor {
  const window = window_of('bartlett', args, {})
  check('bartlett', window)
  if (window.M < 2) return torch.ones([window.M], window.options)
  const step = 2 / intervals(window)
  return torch.rsub(linspace(window, -1, -1 + (window.M - 1) * step).abs(), 1)
}

/**
 * Sums of cosines: the sum over i of (-1)^i a[i] cos(2 pi i n / (M - 1)).
 *
 * @param a - the coefficients.
 * @see torch.signal.windows.general_cosine
 */
export function general_cosine(...args: WindowArgs<{ a: Iterable<number> }>): Tensor {
  const window = window_of('general_cosine', args, { a: undefined as Iterable<number> | undefined })
  if (window.a === undefined) throw new TypeError("general_cosine() missing 1 required keyword-only argument: 'a'")
  return sum_of_cosines(window, window.a)
}

function sum_of_cosines(window: Window, coefficients: Iterable<number>): Tensor {
  check('general_cosine', window)
  const { M, options: { layout: _, ...options } } = window
  if (M < 2) return torch.ones([M], options)
  if (typeof coefficients !== 'object' || coefficients === null || !(Symbol.iterator in coefficients)) throw new TypeError('Coefficients must be a list/tuple')
  const signed = [...coefficients].map((weight, i) => (i % 2 === 0 ? weight : -weight))
  if (signed.length === 0) throw new ValueError('Coefficients cannot be empty')
  const k = linspace(window, 0, (M - 1) * (2 * Math.PI / intervals(window)))
  const a = tensor(signed, options)
  const i = torch.arange(signed.length, options)
  return a.unsqueeze(-1).mul(i.unsqueeze(-1).mul(k).cos()).sum(0)
}

/** alpha - (1 - alpha) cos(2 pi n / (M - 1)). @param alpha - default: 0.54. @see torch.signal.windows.general_hamming */
export function general_hamming(...args: WindowArgs<{ alpha?: number }>): Tensor {
  const window = window_of('general_hamming', args, { alpha: 0.54 })
  return sum_of_cosines(window, [window.alpha, 1 - window.alpha])
}

/** 0.54 - 0.46 cos(2 pi n / (M - 1)). @see torch.signal.windows.hamming */
export function hamming(...args: WindowArgs): Tensor {
  return sum_of_cosines(window_of('hamming', args, {}), [0.54, 1 - 0.54])
}

/** (1 - cos(2 pi n / (M - 1))) / 2. @see torch.signal.windows.hann */
export function hann(...args: WindowArgs): Tensor {
  return sum_of_cosines(window_of('hann', args, {}), [0.5, 0.5])
}

/** 0.42 - 0.5 cos(2 pi n / (M - 1)) + 0.08 cos(4 pi n / (M - 1)). @see torch.signal.windows.blackman */
export function blackman(...args: WindowArgs): Tensor {
  const window = window_of('blackman', args, {})
  check('blackman', window)
  return sum_of_cosines(window, [0.42, 0.5, 0.08])
}

/** A sum of four cosines with low side lobes. @see torch.signal.windows.nuttall */
export function nuttall(...args: WindowArgs): Tensor {
  return sum_of_cosines(window_of('nuttall', args, {}), [0.3635819, 0.4891775, 0.1365995, 0.0106411])
}
