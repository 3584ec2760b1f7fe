// The default floating point type: torch.get_default_dtype, torch.set_default_dtype.
import { binding } from './_C'
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
