// What new tensors are by default: torch.get_default_dtype, torch.set_default_device and their like.
import { binding } from './_C'
import { type Device, type DeviceLike, device } from './device'
import { bfloat16, dtype, dtype_of_code, float16, float32, float64 } from './dtype'

/** The floating point type that new tensors get when none is given; it is the process's. @see torch.get_default_dtype */
export function get_default_dtype(): dtype {
  return dtype_of_code(binding.default_dtype())
}

/** Sets it. @param d - a floating point type. @throws {TypeError} for another. @see torch.set_default_dtype */
export function set_default_dtype(d: dtype): void {
  if (!(d instanceof dtype) || ![float16, float32, float64, bfloat16].includes(d)) {
    throw new TypeError('only floating-point types are supported as the default type')
  }
  binding.set_default_dtype(d.code)
}

let chosen_device: Device | null = null

/** The device that was set as the default one, or null. @internal */
export function default_device(): Device | null {
  return chosen_device
}

/** Where functions such as torch.zeros and torch.tensor make tensors if no device is given. @see torch.get_default_device */
export function get_default_device(): Device {
  return chosen_device ?? device('cpu')
}

/** Sets it; null sets the CPU. It is this thread's. @throws {RuntimeError} if there is no such device. @see torch.set_default_device */
export function set_default_device(to: DeviceLike | null): void {
  chosen_device = to === null ? null : device(to)
}
