// The levels of transforms: entering and leaving them, and the tensors wrapped for them. torch._C._functorch.
import { binding } from '../_C'
import { handle, is_tensor, made } from '../_dispatch'
import { tree_map } from '../_pytree'
import { read_ints } from '../_tape'
import { value_text } from '../_typename'
import type { Tensor } from '../tensor'

/** Kinds of levels, as at::functorch::TransformType counts them. */
export const Transform = { Vmap: 1, Grad: 2, Jvp: 3 } as const
/** What a tensor is wrapped by; the same numbers stand in native/functorch.cpp. */
export const Wrapper = { None: 0, Batched: 1, GradTracking: 2, Functional: 3 } as const

/** Any function of tensors and structures of them. */
export type Callback = (...args: never[]) => unknown

/** Runs `body` in a new level, which ends with it in any case. */
export function with_level<T>(kind: number, body: (level: number) => T, batch_size = 0, randomness = 0): T {
  const level = binding.push_level(kind, batch_size, randomness)
  try {
    return body(level)
  } finally {
    binding.pop_level()
  }
}

const GRAD = 1

/** Runs `body` with gradients recorded or not. */
export function with_grad_mode<T>(on: boolean, body: () => T): T {
  const before = binding.mode()
  binding.set_mode(on ? before | GRAD : before & ~GRAD)
  try {
    return body()
  } finally {
    binding.set_mode(before)
  }
}

/** Runs `body` with forward-mode derivatives computed or not. */
export function with_forward_mode<T>(on: boolean, body: () => T): T {
  const before = binding.forward_ad_enabled()
  binding.set_forward_ad_enabled(on)
  try {
    return body()
  } finally {
    binding.set_forward_ad_enabled(before)
  }
}

/** Runs `body` one level further out. */
export function with_lowered_level<T>(body: () => T): T {
  binding.lower_level()
  try {
    return body()
  } finally {
    binding.restore_level()
  }
}

const HOOKS = "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with your use case."

/** Runs `body`, in which no hooks on saved tensors may be set. */
export function without_saved_tensors_hooks<T>(body: () => T): T {
  const before = binding.disable_saved_tensors_hooks(HOOKS)
  try {
    return body()
  } finally {
    binding.disable_saved_tensors_hooks(before)
  }
}

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Calls a user's function. A level belongs to the thread and ends with the call, so the function cannot be asynchronous. */
export function call_user(api: string, func: Callback, args: readonly unknown[]): unknown {
  const result = func(...args as never[])
  if (!is_promise(result)) return result
  result.then(undefined, () => undefined) // its failure is of no interest any more
  throw new TypeError(`${api}: the function must not be asynchronous, but it returned a promise`)
}

/** A function that is to be transformed, checked. */
export function check_function(api: string, func: unknown): void {
  if (typeof func !== 'function') throw new TypeError(`${api}: expected a function, but got ${value_text(func)}`)
}

/** Sets requires_grad under a level, where users may not. */
export function require_grad(tensor: Tensor): Tensor {
  const before = binding.allow_requires_grad(true)
  try {
    return tensor.requires_grad_()
  } finally {
    binding.allow_requires_grad(before)
  }
}

/** The tensor as the level sees it. */
export function wrap_for_grad(tensor: Tensor, level: number): Tensor {
  return made(out => binding.wrap_for_grad(out, handle(tensor), level)) as Tensor
}

/** The tensor outside the level; itself if it is not wrapped for it. */
export function unwrap_for_grad(tensor: Tensor, level: number): Tensor {
  return (made(out => binding.unwrap_for_grad(out, handle(tensor), level)) as Tensor | null) ?? tensor
}

/** Wraps every tensor of a structure. */
export function wrap_all(tree: unknown, level: number): unknown {
  return tree_map(leaf => (is_tensor(leaf) ? wrap_for_grad(leaf as Tensor, level) : leaf), tree)
}

/** One example in the place of a batch. */
export function add_batch_dim(tensor: Tensor, dim: number, level: number): Tensor {
  return made(out => binding.add_batch_dim(out, handle(tensor), dim, level)) as Tensor
}

/** The batch that an example stands for; one that does not depend on the level is repeated. */
export function remove_batch_dim(tensor: Tensor, level: number, batch_size: number, out_dim: number): Tensor {
  return made(out => binding.remove_batch_dim(out, handle(tensor), level, batch_size, out_dim)) as Tensor
}

/** The batch without its place in it; null for a tensor that is not batched at the level. */
export function unwrap_batched(tensor: Tensor, level: number): [value: Tensor, dim: number | null] {
  const dim = binding.batch_dim(handle(tensor), level)
  return dim < 0 ? [tensor, null] : [wrapped_value(tensor)!, dim]
}

/** What a tensor is wrapped by, the level, and the batch's dimension. */
export function wrapper_of(tensor: Tensor): [kind: number, level: number, dim: number] {
  binding.wrapper(handle(tensor))
  return read_ints() as [number, number, number]
}

/** The tensor inside a wrapper, or null. */
export function wrapped_value(tensor: Tensor): Tensor | null {
  return made(out => binding.wrapped_value(out, handle(tensor))) as Tensor | null
}

/** A wrapper's tensor if its level has ended; otherwise the tensor itself. */
export function unwrap_dead(tensor: Tensor): Tensor {
  return (made(out => binding.unwrap_dead(out, handle(tensor))) as Tensor | null) ?? tensor
}

/** The innermost level. */
export interface Level {
  readonly kind: number
  readonly level: number
  readonly batch_size: number
  readonly randomness: number
  /** Whether derivatives were recorded outside it. */
  readonly mode_before: boolean
}

/** The innermost level, or null outside all transforms. */
export function top_level(): Level | null {
  binding.top_level()
  const [kind, level, batch_size, randomness, mode] = read_ints() as [number?, number?, number?, number?, number?]
  if (kind === undefined) return null
  return { kind, level: level!, batch_size: batch_size!, randomness: randomness!, mode_before: mode !== 0 }
}
