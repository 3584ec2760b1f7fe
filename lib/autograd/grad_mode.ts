// Switching the recording of gradients on and off: torch.autograd.grad_mode.
import { binding } from '../_C'
import { StateGuard, ThreadState } from '../_thread_state'

const GRAD = 1
const INFERENCE = 2

const thread_mode = new ThreadState(() => binding.mode(), mode => binding.set_mode(mode))

/** A mode in force until it is disposed of: what `using _ = torch.no_grad()` holds. */
export class ModeGuard extends StateGuard {
  constructor(mode: number) {
    const before = binding.mode()
    binding.set_mode(mode)
    super(() => binding.set_mode(before))
  }
}

function with_mode<T>(mode: number, callback: (() => T) | undefined, name: string): T | ModeGuard {
  if (callback === undefined) return new ModeGuard(mode)
  if (typeof callback !== 'function') throw new TypeError(`${name}() takes a function, or nothing: using _ = torch.${name}()`)
  return thread_mode.run(mode, callback)
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

const multithreading = new ThreadState(() => binding.multithreading(), on => binding.set_multithreading(on))

/**
 * Whether backward may use a thread for each device: for good, or for a callback or a `using` scope. Hooks run on
 * JavaScript's thread either way.
 *
 * @see torch.autograd.set_multithreading_enabled
 */
export function set_multithreading_enabled(mode: boolean): StateGuard
export function set_multithreading_enabled<T>(mode: boolean, callback: () => T): T
export function set_multithreading_enabled<T>(mode: boolean, callback?: () => T): T | StateGuard {
  if (typeof mode !== 'boolean') throw new TypeError(`set_multithreading_enabled(): argument 'mode' must be bool, not ${typeof mode}`)
  return multithreading.scoped(mode, callback, 'autograd.set_multithreading_enabled')
}

/** Whether it may. @see torch.autograd.is_multithreading_enabled */
export function is_multithreading_enabled(): boolean {
  return binding.multithreading()
}
