// Regions in which operators choose their precision: torch.amp.autocast_mode.
import { type Args, bind } from '../_args'
import { is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { StateGuard, ThreadState } from '../_thread_state'
import { type_text } from '../_typename'
import { warn } from '../_warnings'
import type { FunctionCtx } from '../autograd/function'
import { is_available, is_bf16_supported } from '../cuda/_device'
import { type dtype, bfloat16, float16, float64 } from '../dtype'
import type { Tensor } from '../tensor'
import {
  autocast_decrement_nesting, autocast_increment_nesting, clear_autocast_cache, get_autocast_dtype, is_autocast_available,
  is_autocast_cache_enabled, is_autocast_enabled, set_autocast_cache_enabled, set_autocast_dtype, set_autocast_enabled,
} from './_state'

/** The options of {@link autocast} beside the kind of device. */
export interface AutocastOptions {
  /** The lower precision: float16 or bfloat16. Default: {@link get_autocast_dtype}'s. */
  dtype?: dtype | null
  /** Whether the region casts at all. Default: true. */
  enabled?: boolean
  /** Whether copies of weights are kept within the region. Default: as it is now, which is true at first. */
  cache_enabled?: boolean | null
}

interface Autocast {
  enabled: boolean
  dtype: dtype
  cache: boolean
}

const names = ['device_type', 'dtype', 'enabled', 'cache_enabled'] as const

type AutocastArgs = [device_type: string, dtype?: dtype | null, enabled?: boolean, cache_enabled?: boolean | null]

const states = new Map<string, ThreadState<Autocast>>()

function state_of(device_type: string): ThreadState<Autocast> {
  let state = states.get(device_type)
  if (!state) states.set(device_type, state = new ThreadState(() => read(device_type), to => write(device_type, to)))
  return state
}

function read(device_type: string): Autocast {
  return { enabled: is_autocast_enabled(device_type), dtype: get_autocast_dtype(device_type), cache: is_autocast_cache_enabled() }
}

function write(device_type: string, { enabled, dtype, cache }: Autocast): void {
  set_autocast_enabled(device_type, enabled)
  set_autocast_dtype(device_type, dtype)
  set_autocast_cache_enabled(cache)
}

function end_region(): void {
  if (autocast_decrement_nesting() === 0) clear_autocast_cache()
}

// Whether a region may cast to this dtype; warns if it may not.
function is_usable(device_type: string, type: dtype): boolean {
  if (device_type === 'cuda') {
    if (!is_available()) {
      warn('CUDA is not available or torch_xla is imported. Disabling autocast.')
      return false
    }
    if (type === bfloat16 && !is_bf16_supported()) {
      throw new RuntimeError('Current CUDA Device does not support bfloat16. Please switch dtype to float16.')
    }
    return true
  }
  if (type === bfloat16 || type === float16) return true
  const name = device_type.toUpperCase()
  warn(`In ${name} autocast, but the target dtype is not supported. Disabling autocast.\n`
    + `${name} Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.`)
  return false
}

/**
 * A region in which matrix products and convolutions run in lower precision, and what needs range in float32. Put the
 * forward pass and the loss into it; run backward outside. Without a callback the region lasts until the result is disposed
 * of. A callback may be an async function.
 *
 * @param device_type - 'cpu', 'cuda', ...
 * @throws {ValueError} for a device type that is no string
 * @throws {RuntimeError} for one without autocast
 * @see torch.autocast
 * @example
 * const loss = torch.autocast('cpu', { dtype: torch.bfloat16 }, () => F.cross_entropy(model(x), target))
 * loss.backward()
 * @example
 * using _ = torch.autocast('cuda')
 */
export function autocast(...args: Args<AutocastArgs, typeof names>): StateGuard
export function autocast<T>(device_type: string, callback: () => T): T
export function autocast<T>(device_type: string, options: AutocastOptions, callback: () => T): T
export function autocast<T>(device_type: string, dtype: dtype, callback: () => T): T
export function autocast(...args: unknown[]): unknown {
  const last = args[args.length - 1]
  const callback = typeof last === 'function' ? last as () => unknown : null
  const given = bind<{ device_type: string } & AutocastOptions>('autocast', names, 1, callback ? args.slice(0, -1) : args)
  const { device_type } = given
  if (typeof device_type !== 'string') throw new ValueError(`Expected \`device_type\` of type \`str\`, got: \`${type_text(device_type)}\``)
  const type = given.dtype ?? get_autocast_dtype(device_type)
  if (!is_autocast_available(device_type)) throw new RuntimeError(`User specified an unsupported autocast device_type '${device_type}'`)
  const enabled = (given.enabled ?? true) && is_usable(device_type, type)
  const state: Autocast = { enabled, dtype: type, cache: given.cache_enabled ?? is_autocast_cache_enabled() }
  autocast_increment_nesting()
  if (callback) return state_of(device_type).run(state, callback, end_region)
  const before = read(device_type)
  write(device_type, state)
  return new StateGuard(() => {
    end_region()
    write(device_type, before)
  })
}

function cast(value: unknown, device_type: string, type: dtype): unknown {
  if (is_tensor(value)) {
    const tensor = value as Tensor
    const is_eligible = tensor.is_floating_point() && tensor.device.type === device_type && tensor.dtype !== float64
    return is_eligible ? tensor.to(type) : tensor
  }
  if (Array.isArray(value)) return value.map(one => cast(one, device_type, type))
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [cast(key, device_type, type), cast(one, device_type, type)]))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cast(one, device_type, type)]))
}

interface Context extends FunctionCtx {
  _dtype?: dtype
  _fwd_used_autocast?: boolean
}

type Method<Rest extends never[], Result> = (ctx: never, ...rest: Rest) => Result

/** What custom_fwd and custom_bwd give without a function: it takes one, also as a decorator. */
export type MethodDecorator = <F extends Method<never[], unknown>>(method: F, context?: unknown) => F

function checked_device_type(options: { device_type: string } | undefined): string {
  const device_type = options?.device_type
  if (typeof device_type !== 'string') throw new ValueError(`Expected \`device_type\` of type \`str\`, got: \`${type_text(device_type)}\``)
  return device_type
}

/** The options of {@link custom_fwd}. */
export interface CustomForwardOptions {
  device_type: string
  /** In a region with autocast: the floating-point arguments get this dtype, and forward runs with autocast off. */
  cast_inputs?: dtype | null
}

/**
 * Wraps `forward` of an autograd.Function, so that {@link custom_bwd}'s backward runs with the same autocast. Without a function
 * it gives a decorator.
 *
 * @see torch.amp.custom_fwd
 * @example
 * static override forward = custom_fwd((ctx: FunctionCtx, x: Tensor) => x.exp(), { device_type: 'cuda', cast_inputs: torch.float32 })
 */
export function custom_fwd(options: CustomForwardOptions): MethodDecorator
export function custom_fwd<F extends Method<never[], unknown>>(fwd: F, options: CustomForwardOptions): F
export function custom_fwd(fwd: Method<never[], unknown> | CustomForwardOptions, options?: CustomForwardOptions): unknown {
  if (typeof fwd !== 'function') return (method: Method<never[], unknown>) => custom_fwd(method, fwd)
  const device_type = checked_device_type(options)
  const cast_inputs = options?.cast_inputs ?? null
  return function (this: unknown, ctx: Context, ...args: unknown[]): unknown {
    const call = (values: unknown[]): unknown => (fwd as (...all: unknown[]) => unknown).call(this, ctx, ...values)
    const is_on = is_autocast_enabled(device_type)
    ctx._dtype = get_autocast_dtype(device_type)
    ctx._fwd_used_autocast = cast_inputs === null && is_on
    if (cast_inputs === null || !is_on) return call(args)
    return autocast(device_type, { enabled: false }, () => call(args.map(one => cast(one, device_type, cast_inputs))))
  }
}

/** Wraps `backward` of an autograd.Function whose forward {@link custom_fwd} wraps. @see torch.amp.custom_bwd */
export function custom_bwd(options: { device_type: string }): MethodDecorator
export function custom_bwd<F extends Method<never[], unknown>>(bwd: F, options: { device_type: string }): F
export function custom_bwd(bwd: Method<never[], unknown> | { device_type: string }, options?: { device_type: string }): unknown {
  if (typeof bwd !== 'function') return (method: Method<never[], unknown>) => custom_bwd(method, bwd)
  const device_type = checked_device_type(options)
  return function (this: unknown, ctx: Context, ...args: unknown[]): unknown {
    const region: AutocastOptions = { enabled: ctx._fwd_used_autocast ?? false, dtype: ctx._dtype ?? null }
    return autocast(device_type, region, () => (bwd as (...all: unknown[]) => unknown).call(this, ctx, ...args))
  }
}
