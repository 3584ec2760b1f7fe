// Helpers of distributions: torch.distributions.utils.
import { tensor } from '../_creation'
import { get_default_dtype } from '../_defaults'
import { is_tensor } from '../_dispatch'
import { ValueError } from '../_errors'
import { broadcast_tensors } from '../_functional/shape'
import { finfo } from '../_type_info'
import { enable_grad } from '../autograd/grad_mode'
import type { Device } from '../device'
import type { dtype } from '../dtype'
import { arange, empty, softmax } from '../generated/torch_functions'
import type { Tensor } from '../tensor'

/** The Euler-Mascheroni constant. */
export const euler_constant = 0.5772156649015329

/** A Python number. */
export type Numeric = number | bigint | boolean

/** A parameter of a distribution: a tensor, or a number that takes the type of the other parameters. */
export type Parameter = Tensor | Numeric

/** Whether a value is a Python number. */
export function is_number(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** Python's `left - right` of a number and a tensor. */
export function minus(left: number, right: Tensor): Tensor {
  return right.__rsub__(left)
}

/** Python's `left / right` of a number and a tensor. */
export function over(left: number, right: Tensor): Tensor {
  return right.__rtruediv__(left)
}

/**
 * The values as tensors of one shape. Numbers take the dtype and device of the first tensor, or else the default ones.
 *
 * @throws {ValueError} for a value that is neither a number nor a tensor.
 * @see torch.distributions.utils.broadcast_all
 */
export function broadcast_all(...values: readonly Parameter[]): Tensor[] {
  if (!values.every(value => is_tensor(value) || is_number(value))) {
    throw new ValueError('Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.')
  }
  const first = values.find(is_tensor) as Tensor | undefined
  const options = first ? { dtype: first.dtype, device: first.device } : { dtype: get_default_dtype() }
  const tensors = values.map(value => (is_tensor(value) ? value as Tensor : tensor(value as Numeric, options)))
  return broadcast_tensors(...tensors).map((one, i) => (one.is(tensors[i]) ? tensors[i] : one)) // a Parameter stays one
}

/** Numbers of the standard normal distribution. */
export function _standard_normal(shape: readonly number[], { dtype, device }: { dtype: dtype, device: Device }): Tensor {
  return empty(shape, { dtype, device }).normal_()
}

/** The sum over the last `dim` dimensions. */
export function _sum_rightmost(value: Tensor, dim: number): Tensor {
  return dim === 0 ? value : value.reshape([...value.shape.slice(0, -dim), -1]).sum(-1)
}

/**
 * The probabilities of logits: log odds if `is_binary`, else log probabilities along the last dimension, which need not be normalized.
 *
 * @see torch.distributions.utils.logits_to_probs
 */
export function logits_to_probs(logits: Tensor, is_binary = false): Tensor {
  return is_binary ? logits.sigmoid() : softmax(logits, -1)
}

/** Probabilities between eps and 1 - eps of their dtype. @see torch.distributions.utils.clamp_probs */
export function clamp_probs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype)
  return probs.clamp({ min: eps, max: 1 - eps })
}

/**
 * The logits of probabilities: log odds if `is_binary`, else log probabilities.
 *
 * @see torch.distributions.utils.probs_to_logits
 */
export function probs_to_logits(probs: Tensor, is_binary = false): Tensor {
  const clamped = clamp_probs(probs)
  return is_binary ? clamped.log().sub(clamped.neg().log1p()) : clamped.log()
}

const lazy_getters = new WeakSet<object>()

/**
 * Makes a property that is computed with gradients when it is first read, and kept; it can be set too.
 *
 * @see torch.distributions.utils.lazy_property
 */
export function lazy_property<T extends object>(type: { readonly prototype: T }, name: keyof T & string, wrapped: (self: T) => unknown): void {
  function set(this: T, value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
  }
  function get(this: T): unknown {
    const value = enable_grad(() => wrapped(this))
    set.call(this, value)
    return value
  }
  lazy_getters.add(get)
  Object.defineProperty(type.prototype, name, { get, set, configurable: true })
}

/** Whether a property is one of {@link lazy_property} that was not read yet. */
export function is_pending(self: object, name: string): boolean {
  for (let owner: object | null = self; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const found = Object.getOwnPropertyDescriptor(owner, name)
    if (found) return found.get !== undefined && lazy_getters.has(found.get)
  }
  return false
}

function lower_mask(n: number, diag: number, device: Device): Tensor {
  const places = arange(n, { device })
  return places.lt(places.view(-1, 1).add(diag + 1))
}

/**
 * The elements of the lower triangle of matrices, row by row.
 *
 * @param diag - the diagonal where the triangle ends. Default: 0.
 * @throws {ValueError} if there is no such diagonal.
 * @see torch.distributions.utils.tril_matrix_to_vec
 */
export function tril_matrix_to_vec(mat: Tensor, diag = 0): Tensor {
  const n = mat.shape.at(-1)!
  if (diag < -n || diag >= n) throw new ValueError(`diag (${diag}) provided is outside [${-n}, ${n - 1}].`)
  return mat.at('...', lower_mask(n, diag, mat.device))
}

/**
 * Lower triangular matrices of their elements, row by row.
 *
 * @param diag - the diagonal where the triangle ends. Default: 0.
 * @throws {ValueError} if no square matrix has so many.
 * @see torch.distributions.utils.vec_to_tril_matrix
 */
export function vec_to_tril_matrix(vec: Tensor, diag = 0): Tensor {
  const count = vec.shape.at(-1)!
  const root = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * count + 4 * Math.abs(diag) * (diag + 1)) ** 0.5) / 2
  const n = Math.round(root)
  if (n - root > finfo(vec.dtype).eps) {
    throw new ValueError(`The size of last dimension is ${count} which cannot be expressed as the lower triangular part of a square D x D matrix.`)
  }
  const mat = vec.new_zeros([...vec.shape.slice(0, -1), n, n])
  return mat.set_at(['...', lower_mask(n, diag, vec.device)], vec)
}
