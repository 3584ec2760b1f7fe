// Whether autocast is on, and its dtype, for each kind of device: torch.is_autocast_enabled and its kin.
import { binding } from '../_C'
import { type_name } from '../_typename'
import { warn } from '../_warnings'
import { dtype, dtype_of_code } from '../dtype'

function checked<T extends 'str' | 'bool'>(name: string, argument: string, place: number, value: unknown, type: T): asserts value is (T extends 'str' ? string : boolean) {
  if (typeof value === (type === 'str' ? 'string' : 'boolean')) return
  throw new TypeError(`${name}(): argument '${argument}' (position ${place}) must be ${type}, not ${type_name(value)}`)
}

/** Whether autocast can be used with a kind of device. @see torch.amp.is_autocast_available */
export function is_autocast_available(device_type: string): boolean {
  checked('_is_autocast_available', 'device_type', 1, device_type, 'str')
  return binding.autocast_available(device_type)
}

/** Whether autocast is on for a kind of device. Default: 'cuda'. @see torch.is_autocast_enabled */
export function is_autocast_enabled(device_type: string = 'cuda'): boolean {
  checked('is_autocast_enabled', 'device_type', 1, device_type, 'str')
  return binding.autocast_enabled(device_type)
}

/** Switches autocast on or off for good; {@link autocast} does it for a region. Default: of 'cuda'. @see torch.set_autocast_enabled */
export function set_autocast_enabled(enabled: boolean): void
export function set_autocast_enabled(device_type: string, enabled: boolean): void
export function set_autocast_enabled(...args: [boolean] | [string, boolean]): void {
  const [device_type, enabled] = args.length === 1 ? ['cuda', args[0]] : args
  checked('set_autocast_enabled', 'device_type', 1, device_type, 'str')
  checked('set_autocast_enabled', 'enabled', args.length, enabled, 'bool')
  binding.set_autocast_enabled(device_type, enabled)
}

/** The lower precision that autocast uses on a kind of device: bfloat16 on 'cpu', float16 on 'cuda'. @see torch.get_autocast_dtype */
export function get_autocast_dtype(device_type: string): dtype {
  checked('get_autocast_dtype', 'device_type', 1, device_type, 'str')
  return dtype_of_code(binding.autocast_dtype(device_type))
}

/** Sets the lower precision of a kind of device. @see torch.set_autocast_dtype */
export function set_autocast_dtype(device_type: string, type: dtype): void {
  checked('set_autocast_dtype', 'device_type', 1, device_type, 'str')
  if (!(type instanceof dtype)) throw new TypeError(`set_autocast_dtype(): argument 'dtype' (position 2) must be torch.dtype, not ${type_name(type)}`)
  binding.set_autocast_dtype(device_type, type.code)
}

/** Whether a region keeps the lower-precision copies that it makes of weights. @see torch.is_autocast_cache_enabled */
export function is_autocast_cache_enabled(): boolean {
  return binding.autocast_cache()
}

/** @see torch.set_autocast_cache_enabled */
export function set_autocast_cache_enabled(enabled: boolean): void {
  checked('set_autocast_cache_enabled', 'enabled', 1, enabled, 'bool')
  binding.set_autocast_cache(enabled)
}

/** Lets go of the copies of weights that open regions have made. @see torch.clear_autocast_cache */
export function clear_autocast_cache(): void {
  binding.clear_autocast_cache()
}

/** Notes that one more region is open on this thread, and says how many are. @see torch.autocast_increment_nesting */
export function autocast_increment_nesting(): number {
  return binding.nest_autocast(true)
}

/** Notes the end of a region. @see torch.autocast_decrement_nesting */
export function autocast_decrement_nesting(): number {
  return binding.nest_autocast(false)
}

function deprecated(name: string, replacement: string): void {
  warn(`torch.${name} is deprecated. Please use torch.${replacement} instead.`, 'DeprecationWarning')
}

function is_enabled_of(name: string, device_type: string): () => boolean {
  return () => {
    deprecated(`${name}()`, `is_autocast_enabled('${device_type}')`)
    return is_autocast_enabled(device_type)
  }
}

function set_enabled_of(name: string, device_type: string): (enabled: boolean) => void {
  return enabled => {
    deprecated(`${name}(enabled)`, `set_autocast_enabled('${device_type}', enabled)`)
    set_autocast_enabled(device_type, enabled)
  }
}

function get_dtype_of(name: string, device_type: string): () => dtype {
  return () => {
    deprecated(`${name}()`, `get_autocast_dtype('${device_type}')`)
    return get_autocast_dtype(device_type)
  }
}

function set_dtype_of(name: string, device_type: string): (type: dtype) => void {
  return type => {
    deprecated(`${name}(dtype)`, `set_autocast_dtype('${device_type}', dtype)`)
    set_autocast_dtype(device_type, type)
  }
}

/** @deprecated Use `is_autocast_enabled('cpu')`. @see torch.is_autocast_cpu_enabled */
export const is_autocast_cpu_enabled = is_enabled_of('is_autocast_cpu_enabled', 'cpu')
/** @deprecated Use `is_autocast_enabled('ipu')`. @see torch.is_autocast_ipu_enabled */
export const is_autocast_ipu_enabled = is_enabled_of('is_autocast_ipu_enabled', 'ipu')
/** @deprecated Use `is_autocast_enabled('xla')`. @see torch.is_autocast_xla_enabled */
export const is_autocast_xla_enabled = is_enabled_of('is_autocast_xla_enabled', 'xla')
/** @deprecated Use `set_autocast_enabled('cpu', enabled)`. @see torch.set_autocast_cpu_enabled */
export const set_autocast_cpu_enabled = set_enabled_of('set_autocast_cpu_enabled', 'cpu')
/** @deprecated Use `set_autocast_enabled('ipu', enabled)`. @see torch.set_autocast_ipu_enabled */
export const set_autocast_ipu_enabled = set_enabled_of('set_autocast_ipu_enabled', 'ipu')
/** @deprecated Use `set_autocast_enabled('xla', enabled)`. @see torch.set_autocast_xla_enabled */
export const set_autocast_xla_enabled = set_enabled_of('set_autocast_xla_enabled', 'xla')
/** @deprecated Use `get_autocast_dtype('cpu')`. @see torch.get_autocast_cpu_dtype */
export const get_autocast_cpu_dtype = get_dtype_of('get_autocast_cpu_dtype', 'cpu')
/** @deprecated Use `get_autocast_dtype('cuda')`. @see torch.get_autocast_gpu_dtype */
export const get_autocast_gpu_dtype = get_dtype_of('get_autocast_gpu_dtype', 'cuda')
/** @deprecated Use `get_autocast_dtype('ipu')`. @see torch.get_autocast_ipu_dtype */
export const get_autocast_ipu_dtype = get_dtype_of('get_autocast_ipu_dtype', 'ipu')
/** @deprecated Use `get_autocast_dtype('xla')`. @see torch.get_autocast_xla_dtype */
export const get_autocast_xla_dtype = get_dtype_of('get_autocast_xla_dtype', 'xla')
/** @deprecated Use `set_autocast_dtype('cpu', dtype)`. @see torch.set_autocast_cpu_dtype */
export const set_autocast_cpu_dtype = set_dtype_of('set_autocast_cpu_dtype', 'cpu')
/** @deprecated Use `set_autocast_dtype('cuda', dtype)`. @see torch.set_autocast_gpu_dtype */
export const set_autocast_gpu_dtype = set_dtype_of('set_autocast_gpu_dtype', 'cuda')
/** @deprecated Use `set_autocast_dtype('ipu', dtype)`. @see torch.set_autocast_ipu_dtype */
export const set_autocast_ipu_dtype = set_dtype_of('set_autocast_ipu_dtype', 'ipu')
/** @deprecated Use `set_autocast_dtype('xla', dtype)`. @see torch.set_autocast_xla_dtype */
export const set_autocast_xla_dtype = set_dtype_of('set_autocast_xla_dtype', 'xla')
