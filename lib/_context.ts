// Switches of the process: parts of torch/__init__.py about determinism, precision and warnings.
import { binding } from './_C'
import { RuntimeError } from './_errors'
import { type_text } from './_typename'
import { warn } from './_warnings'

const [OFF, WARN, ERROR] = [0, 1, 2]

/**
 * Makes operations that are not deterministic throw, and choose a deterministic way where there is one.
 *
 * @param options.warn_only - warn in place of throwing. Default: false.
 * @see torch.use_deterministic_algorithms
 */
export function use_deterministic_algorithms(mode: boolean, { warn_only = false }: { warn_only?: boolean } = {}): void {
  binding.set_switch('deterministic', mode ? warn_only ? WARN : ERROR : OFF)
}

/** Whether {@link use_deterministic_algorithms} is on. @see torch.are_deterministic_algorithms_enabled */
export function are_deterministic_algorithms_enabled(): boolean {
  return binding.get_switch('deterministic') !== OFF
}

/** Whether it only warns. @see torch.is_deterministic_algorithms_warn_only_enabled */
export function is_deterministic_algorithms_warn_only_enabled(): boolean {
  return binding.get_switch('deterministic') === WARN
}

const debug_modes = ['default', 'warn', 'error'] as const

/**
 * The same switch by name or number: 'default' (0), 'warn' (1), 'error' (2).
 *
 * @throws {TypeError} for another type; {RuntimeError} for another mode.
 * @see torch.set_deterministic_debug_mode
 */
export function set_deterministic_debug_mode(debug_mode: number | typeof debug_modes[number]): void {
  if (typeof debug_mode !== 'number' && typeof debug_mode !== 'string') {
    throw new TypeError(`debug_mode must be str or int, but got ${type_text(debug_mode)}`)
  }
  const mode = typeof debug_mode === 'string' ? debug_modes.indexOf(debug_mode) : debug_mode
  if (debug_modes[mode] === undefined) {
    const expected = typeof debug_mode === 'string' ? 'one of `default`, `warn`, `error`' : '0, 1, or 2'
    throw new RuntimeError(`invalid value of debug_mode, expected ${expected}, but got ${debug_mode}`)
  }
  binding.set_switch('deterministic', mode)
}

/** 0, 1 or 2. @see torch.get_deterministic_debug_mode */
export function get_deterministic_debug_mode(): number {
  return binding.get_switch('deterministic')
}

const precisions = ['highest', 'high', 'medium'] as const

/** How exact matrix products of float32 are on devices that offer less for speed. @see torch.get_float32_matmul_precision */
export function get_float32_matmul_precision(): typeof precisions[number] {
  return precisions[binding.get_switch('float32_matmul_precision')]!
}

/** Sets it; warns of another name. @see torch.set_float32_matmul_precision */
export function set_float32_matmul_precision(precision: typeof precisions[number]): void {
  const place = precisions.indexOf(precision)
  if (place >= 0) binding.set_switch('float32_matmul_precision', place)
  else warn(`${String(precision)} is not one of 'highest', 'high', or 'medium'; the current setFloat32MatmulPrecision call has no effect.`)
}

/** Makes numbers too small for full precision count as 0. @returns whether this CPU can. @see torch.set_flush_denormal */
export function set_flush_denormal(mode: boolean): boolean {
  return binding.set_flush_denormal(mode)
}

/** Whether libtorch warns each time, and not once. @see torch.is_warn_always_enabled */
export function is_warn_always_enabled(): boolean {
  return binding.get_switch('warn_always') !== 0
}

/** Sets it. Each text is still shown once; listen with process.on('warning'). @see torch.set_warn_always */
export function set_warn_always(b: boolean): void {
  binding.set_switch('warn_always', b ? 1 : 0)
}

/** What this libtorch was built with. */
export const has_lapack = binding.get_switch('has_lapack') !== 0
export const has_mkl = binding.get_switch('has_mkl') !== 0
export const has_openmp = binding.get_switch('has_openmp') !== 0
export const has_spectral = true
