// The accelerator of this libtorch, whichever it is: torch.accelerator. CUDA is the one that there is.
import { binding } from './_C'
import { RuntimeError, ValueError } from './_errors'
import { StateGuard } from './_thread_state'
import { warn } from './_warnings'
import * as cuda from './cuda'
import { type Device, type DeviceLike, device as to_device } from './device'

const NONE = 'Cannot access accelerator device when none is available.'

/** How many devices the accelerator has; 0 without one. @see torch.accelerator.device_count */
export function device_count(): number {
  return cuda.device_count()
}

/** Whether there is an accelerator with a device. @see torch.accelerator.is_available */
export function is_available(): boolean {
  return cuda.is_available()
}

/**
 * The kind of accelerator that this libtorch was built for, as a device without an index; null for a CPU build.
 *
 * @param check_available - null too where no device is there. Default: false.
 * @see torch.accelerator.current_accelerator
 * @example const device = torch.accelerator.current_accelerator(true) ?? 'cpu'
 */
export function current_accelerator(check_available: boolean = false): Device | null {
  return binding.has_cuda() && (!check_available || is_available()) ? to_device('cuda') : null
}

function required(): void {
  if (current_accelerator() === null) throw new RuntimeError(NONE)
}

function index_of(device: DeviceLike | null | undefined, optional: boolean): number {
  if (typeof device === 'number') {
    required()
    return device
  }
  const found = device == null ? null : to_device(device)
  if (found !== null) {
    const accelerator = current_accelerator()
    if (accelerator === null) throw new RuntimeError('Accelerator expected')
    if (accelerator.type !== found.type) throw new ValueError(`${found.type} doesn't match the current accelerator ${accelerator}.`)
  }
  if (found?.index != null) return found.index
  if (!optional) throw new ValueError(`Expected a torch.device with a specified index or an integer, but got:${String(found ?? 'None')}`)
  return current_device_index()
}

/** The index of the current device. @throws {RuntimeError} without an accelerator. @see torch.accelerator.current_device_index */
export function current_device_index(): number {
  required()
  return cuda.current_device()
}

/** Makes a device the current one; a negative index does nothing. @see torch.accelerator.set_device_index */
export function set_device_index(device: DeviceLike): void {
  const index = index_of(device, false)
  if (index >= 0) cuda.set_device(index)
}

/** @deprecated Use {@link current_device_index}. @see torch.accelerator.current_device_idx */
export function current_device_idx(): number {
  warn('Use `current_device_index` instead.', 'FutureWarning')
  return current_device_index()
}

/** @deprecated Use {@link set_device_index}. @see torch.accelerator.set_device_idx */
export function set_device_idx(device: DeviceLike): void {
  warn('Use `set_device_index` instead.', 'FutureWarning')
  set_device_index(device)
}

/** Makes a device the current one for a callback or a `using` scope; null changes nothing. @see torch.accelerator.device_index */
export function device_index(device: number | null): StateGuard
export function device_index<T>(device: number | null, callback: () => T): T
export function device_index<T>(device: number | null, callback?: () => T): T | StateGuard {
  const before = device === null ? -1 : current_device_index()
  if (device !== null) set_device_index(device)
  const guard = new StateGuard(() => { if (before >= 0) cuda.set_device(before) })
  if (callback === undefined) return guard
  try {
    return callback()
  } finally {
    guard[Symbol.dispose]()
  }
}

/** Waits until all work on a device is done. Default: the current one. @see torch.accelerator.synchronize */
export function synchronize(device?: DeviceLike | null): void {
  cuda.synchronize(index_of(device, true))
}

/** Gives cached memory back to the device; does nothing without one. @see torch.accelerator.empty_cache */
export function empty_cache(): void {
  cuda.empty_cache()
}

/** Bytes in tensors on a device. Default: the current one. @see torch.accelerator.memory_allocated */
export function memory_allocated(device?: DeviceLike | null): number {
  return cuda.memory_allocated(index_of(device, true))
}

/** The most bytes that tensors have taken. @see torch.accelerator.max_memory_allocated */
export function max_memory_allocated(device?: DeviceLike | null): number {
  return cuda.max_memory_allocated(index_of(device, true))
}

/** Bytes that the caching allocator holds. @see torch.accelerator.memory_reserved */
export function memory_reserved(device?: DeviceLike | null): number {
  return cuda.memory_reserved(index_of(device, true))
}
