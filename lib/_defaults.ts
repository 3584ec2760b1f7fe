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

const tensor_types: Record<string, dtype> = { FloatTensor: float32, DoubleTensor: float64, HalfTensor: float16, BFloat16Tensor: bfloat16 }

/**
 * Sets the default dtype and device by the name of a tensor type, such as 'torch.DoubleTensor' or 'torch.cuda.FloatTensor'.
 *
 * @deprecated Use {@link set_default_dtype} and {@link set_default_device}.
 * @throws {TypeError} for another type.
 * @see torch.set_default_tensor_type
 */
export function set_default_tensor_type(t: string): void {
  const [, cuda, name] = /^torch\.(cuda\.)?(\w+)$/.exec(t) ?? []
  const type = tensor_types[name ?? '']
  if (!type) throw new TypeError(`invalid type object: ${t}; only floating-point types are supported as the default type`)
  set_default_dtype(type)
  set_default_device(cuda ? 'cuda' : null)
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
