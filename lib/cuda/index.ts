// CUDA devices: torch.cuda.
import { binding } from '../_C'
import { AssertionError } from '../_errors'
import { read_ints } from '../_tape'
import { type DeviceLike, device as to_device } from '../device'
import { manual_seed_cuda } from '../random'
import { device_count, is_available, is_bf16_supported } from './_device'

export { device_count, is_available, is_bf16_supported }
export * as amp from './amp'

// -1 stands for the current device.
function index_of(device: DeviceLike | null | undefined): number {
  if (device == null) return -1
  if (typeof device === 'number') return device
  const found = to_device(device)
  if (found.type !== 'cuda') throw new AssertionError(`Expected a cuda device, but got: ${found}`)
  return found.index ?? -1
}

/** Starts CUDA, which the first use does anyway. @throws {AssertionError} on a CPU build. @see torch.cuda.init */
export function init(): void {
  binding.cuda_init()
}

/** Waits until all work on the device is done. Default: the current device. @see torch.cuda.synchronize */
export function synchronize(device?: DeviceLike | null): void {
  binding.cuda_synchronize(index_of(device))
}

/** The index of the current device. @see torch.cuda.current_device */
export function current_device(): number {
  return binding.cuda_current_device()
}

/** Makes a device the current one. @see torch.cuda.set_device */
export function set_device(device: DeviceLike): void {
  binding.cuda_set_device(index_of(device))
}

function stats(device: DeviceLike | null | undefined): [number, number, number, number] {
  if (!is_available()) return [0, 0, 0, 0]
  binding.cuda_stats(index_of(device))
  return read_ints() as [number, number, number, number]
}

/** Bytes in tensors on the device; 0 without CUDA. @see torch.cuda.memory_allocated */
export function memory_allocated(device?: DeviceLike | null): number {
  return stats(device)[0]
}

/** The most bytes that tensors have taken. @see torch.cuda.max_memory_allocated */
export function max_memory_allocated(device?: DeviceLike | null): number {
  return stats(device)[1]
}

/** Bytes that the caching allocator holds. @see torch.cuda.memory_reserved */
export function memory_reserved(device?: DeviceLike | null): number {
  return stats(device)[2]
}

/** Gives cached memory back to the device. @see torch.cuda.empty_cache */
export function empty_cache(): void {
  if (is_available()) binding.empty_cache()
}

/** Seeds the current GPU's generator; does nothing without one. @see torch.cuda.manual_seed */
export function manual_seed(seed: number | bigint): void {
  manual_seed_cuda(seed)
}

/** Seeds every GPU's generator; does nothing without one. @see torch.cuda.manual_seed_all */
export function manual_seed_all(seed: number | bigint): void {
  manual_seed_cuda(seed)
}
