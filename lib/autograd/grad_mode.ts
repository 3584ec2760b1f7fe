// Switching the recording of gradients on and off: torch.autograd.grad_mode.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { binding } from '../_C'

const GRAD = 1
const INFERENCE = 2

// A mode belongs to the thread. An asynchronous callback keeps its own across each await, while other work on the thread
// runs under the thread's: while such a callback is on its way, a hook switches modes whenever Node enters a piece of it.
const scopes = new AsyncLocalStorage<{ mode: number }>()
let pending = 0
const outside: number[] = []

const hook = createHook({
  before() {
    const scope = scopes.getStore()
    if (!scope) return
    outside.push(binding.mode())
    binding.set_mode(scope.mode)
  },
  after() {
    const scope = scopes.getStore()
    const mode = outside.pop()
    if (!scope || mode === undefined) return
    scope.mode = binding.mode()
    binding.set_mode(mode)
  },
})

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** A mode in force until it is disposed of: what `using _ = torch.no_grad()` holds. */
export class ModeGuard implements Disposable {
  readonly #before = binding.mode()

  constructor(mode: number) {
    binding.set_mode(mode)
  }

  /** Ends the mode; a second call does nothing. */
  [Symbol.dispose](): void {
    if (this.#done) return
    this.#done = true
    binding.set_mode(this.#before)
  }

  #done = false
}

function with_mode<T>(mode: number, callback: (() => T) | undefined, name: string): T | ModeGuard {
  if (callback === undefined) return new ModeGuard(mode)
  if (typeof callback !== 'function') throw new TypeError(`${name}() takes a function, or nothing: using _ = torch.${name}()`)
  const before = binding.mode()
  binding.set_mode(mode)
  let result: T
  try {
    result = scopes.run({ mode }, callback)
  } finally {
    binding.set_mode(before)
  }
  return is_promise(result) ? settled(result) as T : result
}

async function settled(promise: PromiseLike<unknown>): Promise<unknown> {
  if (pending++ === 0) hook.enable()
  try {
    return await promise
  } finally {
    if (--pending === 0) hook.disable()
  }
}

const with_bit = (bit: number, on: boolean): number => (on ? binding.mode() | bit : binding.mode() & ~bit)

/**
 * Runs a callback without recording gradients. The callback may be an async function: the mode then holds until its promise
 * settles, across each await, and not for other work in between. Without a callback, the mode holds until the result is
 * disposed of: `using _ = torch.no_grad()`.
 *
 * @returns what the callback returns
 * @see torch.no_grad
 */
export function no_grad(): ModeGuard
export function no_grad<T>(callback: () => T): T
export function no_grad<T>(callback?: () => T): T | ModeGuard {
  return with_mode(with_bit(GRAD, false), callback, 'no_grad')
}

/** Runs a callback with gradients recorded, also inside {@link no_grad}. @see torch.enable_grad */
export function enable_grad(): ModeGuard
export function enable_grad<T>(callback: () => T): T
export function enable_grad<T>(callback?: () => T): T | ModeGuard {
  return with_mode(with_bit(GRAD, true), callback, 'enable_grad')
}

/**
 * Switches recording on or off: at once and for good, or for a callback or a `using` scope.
 *
 * @see torch.set_grad_enabled
 */
export function set_grad_enabled(mode: boolean): ModeGuard
export function set_grad_enabled<T>(mode: boolean, callback: () => T): T
export function set_grad_enabled<T>(mode: boolean, callback?: () => T): T | ModeGuard {
  if (typeof mode !== 'boolean') throw new TypeError(`set_grad_enabled(): argument 'mode' must be bool, not ${typeof mode}`)
  return with_mode(with_bit(GRAD, mode), callback, 'set_grad_enabled')
}

/**
 * Runs a callback without recording gradients or view and version tracking: faster than {@link no_grad}, but its tensors
 * can never take part in autograd.
 *
 * @see torch.inference_mode
 */
export function inference_mode(mode?: boolean): ModeGuard
export function inference_mode<T>(callback: () => T): T
export function inference_mode<T>(mode: boolean, callback: () => T): T
export function inference_mode<T>(mode: boolean | (() => T) = true, callback?: () => T): T | ModeGuard {
  if (typeof mode === 'function') return inference_mode(true, mode)
  const bits = mode ? (binding.mode() | INFERENCE) & ~GRAD : (binding.mode() & ~INFERENCE) | GRAD
  return with_mode(bits, callback, 'inference_mode')
}

/** Whether gradients are being recorded. @see torch.is_grad_enabled */
export function is_grad_enabled(): boolean {
  return (binding.mode() & GRAD) !== 0
}

/** Whether inference mode is on. @see torch.is_inference_mode_enabled */
export function is_inference_mode_enabled(): boolean {
  return (binding.mode() & INFERENCE) !== 0
}
