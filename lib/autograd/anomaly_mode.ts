// Finding the operation whose backward fails: torch.autograd.anomaly_mode.
import { binding } from '../_C'
import { type StateGuard, ThreadState } from '../_thread_state'
import { warn } from '../_warnings'

const ENABLED = 1
const CHECK_NAN = 2

const anomaly = new ThreadState(() => binding.anomaly_mode(), bits => binding.set_anomaly_mode(bits))
const bits = (mode: boolean, check_nan: boolean): number => (mode ? ENABLED : 0) | (check_nan ? CHECK_NAN : 0)

/** Keywords of {@link detect_anomaly}. */
export interface AnomalyOptions {
  /** Throw when backward computes a NaN. Default: true. */
  check_nan?: boolean
}

/**
 * Runs a callback in anomaly mode: an error in backward comes with a warning that shows where in the program the failing
 * operation was called, and backward that gives NaN is such an error. Slow; for debugging. Without a callback the mode holds until the result
 * is disposed of: `using _ = torch.autograd.detect_anomaly()`. The mode is the process's, not the thread's.
 *
 * @see torch.autograd.detect_anomaly
 */
export function detect_anomaly(options?: AnomalyOptions): StateGuard
export function detect_anomaly<T>(callback: () => T): T
export function detect_anomaly<T>(options: AnomalyOptions, callback: () => T): T
export function detect_anomaly<T>(options: AnomalyOptions | (() => T) = {}, callback?: () => T): T | StateGuard {
  if (typeof options === 'function') return detect_anomaly({}, options)
  warn('Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.')
  return anomaly.scoped(bits(true, options.check_nan ?? true), callback, 'autograd.detect_anomaly')
}

/**
 * Switches anomaly mode on or off: at once and for good, or for a callback or a `using` scope.
 *
 * @param check_nan - throw when backward computes a NaN. Default: true.
 * @see torch.autograd.set_detect_anomaly
 */
export function set_detect_anomaly(mode: boolean, check_nan?: boolean | AnomalyOptions): StateGuard
export function set_detect_anomaly<T>(mode: boolean, check_nan: boolean | AnomalyOptions, callback: () => T): T
export function set_detect_anomaly<T>(mode: boolean, check_nan: boolean | AnomalyOptions = true, callback?: () => T): T | StateGuard {
  const check = typeof check_nan === 'object' ? check_nan.check_nan ?? true : check_nan
  return anomaly.scoped(bits(mode, check), callback, 'autograd.set_detect_anomaly')
}

/** Whether anomaly mode is on. @see torch.is_anomaly_enabled */
export function is_anomaly_enabled(): boolean {
  return (binding.anomaly_mode() & ENABLED) !== 0
}

/** Whether anomaly mode, when it is on, looks for NaN. @see torch.is_anomaly_check_nan_enabled */
export function is_anomaly_check_nan_enabled(): boolean {
  return (binding.anomaly_mode() & CHECK_NAN) !== 0
}

/** Switches anomaly mode on or off for good. @see torch.set_anomaly_enabled */
export function set_anomaly_enabled(enabled: boolean, check_nan = true): void {
  binding.set_anomaly_mode(bits(enabled, check_nan))
}
