// A tensor's memory as a Uint8Array for the length of one synchronous call. No PyTorch counterpart.
import { binding } from './_C'
import { type TensorBase, handle } from './_dispatch'

// What one view may cover: fs and typed arrays have limits of 2 and 4 GB.
const LARGEST = 2 ** 30

/**
 * Gives the bytes [offset, offset + length) of a CPU tensor's storage to a function, without a copy; in several pieces if there are many.
 * The view has no bytes after the call: a function that needs them later copies them.
 */
export function with_memory(tensor: TensorBase, offset: number, length: number, use: (bytes: Uint8Array) => void): void {
  for (let done = 0; done < length; done += LARGEST) {
    const buffer = binding.lend(handle(tensor), offset + done, Math.min(LARGEST, length - done))
    try {
      use(new Uint8Array(buffer))
    } finally {
      binding.reclaim(buffer)
    }
  }
}
