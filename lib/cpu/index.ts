// The CPU by the interface of devices: torch.cpu.
import type { DeviceLike } from '../device'

/** Always true. @see torch.cpu.is_available */
export function is_available(): boolean {
  return true
}

/** Always true. @see torch.cpu.is_initialized */
export function is_initialized(): boolean {
  return true
}

/** 1: all cores are one device. @see torch.cpu.device_count */
export function device_count(): number {
  return 1
}

/** 'cpu'. @see torch.cpu.current_device */
export function current_device(): string {
  return 'cpu'
}

/** Does nothing: there is one device. @see torch.cpu.set_device */
export function set_device(_device: DeviceLike): void {}

/** Does nothing: operators have ended when they return. @see torch.cpu.synchronize */
export function synchronize(_device?: DeviceLike | null): void {}

export * as amp from './amp'
