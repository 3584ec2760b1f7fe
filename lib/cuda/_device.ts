// Which CUDA devices there are, and what they can do.
import { binding } from '../_C'

/** The number of GPUs. 0 on a CPU build. @see torch.cuda.device_count */
export function device_count(): number {
  return binding.cuda_device_count()
}

/** Whether this libtorch was built with CUDA and a GPU is there. @see torch.cuda.is_available */
export function is_available(): boolean {
  return device_count() > 0
}

/** Whether the current device computes with bfloat16: each one does, older ones by emulation. @see torch.cuda.is_bf16_supported */
export function is_bf16_supported(): boolean {
  return is_available()
}
