// Forward-mode automatic differentiation by dual numbers: torch.autograd.forward_ad.
import { binding } from '../_C'
import { NamedTuple, handle, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { aten } from '../_operators'
import { type_text } from '../_typename'
import type { Tensor } from '../tensor'

const make_dual_op = aten('_make_dual')
const unpack_dual_op = aten('_unpack_dual')

let current_level = -1

/** The level in force; -1 without one. @internal */
export function current_dual_level(): number {
  return current_level
}

/**
 * Begins a level, in which dual tensors can be made. There is one at a time in a process.
 *
 * @throws {RuntimeError} inside another level.
 * @see torch.autograd.forward_ad.enter_dual_level
 */
export function enter_dual_level(): number {
  const level = binding.enter_dual_level()
  if (level !== current_level + 1) {
    binding.exit_dual_level(level)
    throw new RuntimeError('Entering a new forward AD level but the current level is not valid. Make sure you did not modify it directly.')
  }
  current_level = level
  return level
}

/**
 * Ends a level: the tangents of its tensors are gone.
 *
 * @throws {RuntimeError} for another level than the last one.
 * @see torch.autograd.forward_ad.exit_dual_level
 */
export function exit_dual_level({ level = current_level }: { level?: number | null } = {}): void {
  if ((level ?? current_level) !== current_level || current_level < 0) {
    throw new RuntimeError('Trying to exit a forward AD level that was not the last one that was created. This is not supported.')
  }
  binding.exit_dual_level(current_level)
  current_level--
}

/** A level until it is disposed of: what `using _ = dual_level()` holds. */
export class DualLevel implements Disposable {
  /** Ends the level; a second call does nothing. */
  [Symbol.dispose](): void {
    if (this.#done) return
    this.#done = true
    exit_dual_level({ level: this.level })
  }

  readonly level = enter_dual_level()
  #done = false
}

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

async function settled(promise: PromiseLike<unknown>, level: DualLevel): Promise<unknown> {
  try {
    return await promise
  } finally {
    level[Symbol.dispose]()
  }
}

/**
 * Runs a callback in a level of its own, in which dual tensors can be made. The level of an async callback ends when its promise
 * settles. Without a callback it ends when the result is disposed of: `using _ = dual_level()`.
 *
 * @returns what the callback returns
 * @example fwAD.dual_level(() => fwAD.unpack_dual(f(fwAD.make_dual(x, v))).tangent)
 * @see torch.autograd.forward_ad.dual_level
 */
export function dual_level(): DualLevel
export function dual_level<T>(callback: () => T): T
export function dual_level<T>(callback?: () => T): T | DualLevel {
  if (callback !== undefined && typeof callback !== 'function') {
    throw new TypeError('dual_level() takes a function, or nothing: using _ = dual_level()')
  }
  const level = new DualLevel()
  if (callback === undefined) return level
  let result: T | undefined
  try {
    result = callback()
  } finally {
    if (!is_promise(result)) level[Symbol.dispose]()
  }
  return is_promise(result) ? settled(result, level) as T : result
}

function check_real(tensor: unknown, name: string): void {
  if (!is_tensor(tensor)) throw new TypeError(`make_dual(): argument '${name}' must be Tensor, not ${type_text(tensor)}`)
  const { dtype } = tensor as Tensor
  const part = name === 'tensor' ? 'primal' : name
  if (!dtype.is_floating_point && !dtype.is_complex) throw new ValueError(`Expected ${part} to be floating point or complex, but got: ${dtype}`)
}

/**
 * A view of a tensor that carries a tangent: what is computed from it carries the derivative along that tangent.
 *
 * @throws {RuntimeError} outside a level, or if the shapes differ; {ValueError} if one is not floating point or complex.
 * @see torch.autograd.forward_ad.make_dual
 */
export function make_dual(tensor: Tensor, tangent: Tensor, { level = null }: { level?: number | null } = {}): Tensor {
  const used = level ?? current_level
  if (used < 0) throw new RuntimeError('Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.')
  check_real(tensor, 'tensor')
  check_real(tangent, 'tangent')
  return make_dual_op([tensor, tangent, used]) as Tensor
}

/** A tensor's value and its tangent, by name or place; the tangent is null if it has none. */
export class UnpackedDualTensor extends NamedTuple {
  /** The value. */
  get primal(): Tensor {
    return this[0] as Tensor
  }

  /** The derivative along the tangents of the inputs. */
  get tangent(): Tensor | null {
    return (this[1] ?? null) as Tensor | null
  }

  override toString(): string {
    return `UnpackedDualTensor(primal=${String(this.primal)}, tangent=${this.tangent === null ? 'None' : String(this.tangent)})`
  }
}
for (const [key, value] of Object.entries({ length: 2, _name: 'UnpackedDualTensor', _fields: ['primal', 'tangent'] })) {
  Object.defineProperty(UnpackedDualTensor.prototype, key, { value })
}

/**
 * The two parts of a tensor made in a level; outside of any, its value alone.
 *
 * @see torch.autograd.forward_ad.unpack_dual
 */
export function unpack_dual(tensor: Tensor, { level = null }: { level?: number | null } = {}): UnpackedDualTensor {
  const used = level ?? current_level
  if (!is_tensor(tensor)) throw new TypeError(`unpack_dual(): argument 'tensor' must be Tensor, not ${type_text(tensor)}`)
  handle(tensor)
  if (used < 0) return new UnpackedDualTensor([tensor, null])
  return new UnpackedDualTensor([...unpack_dual_op([tensor, used]) as Iterable<unknown>])
}
