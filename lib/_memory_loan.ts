// A tensor's memory as a Uint8Array for the length of one synchronous call, and its filling from a file. No PyTorch counterpart.
import { binding } from './_C'
import { type TensorBase, handle } from './_dispatch'
import type { Source } from './_files'
import { crc32 } from './_zip/crc32'

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

const PIECE = 2 ** 19 // small enough to stay in the processor's cache between the copy and the checksum

/** Fills a CPU tensor's storage with `length` bytes of a source, from `at` on. Gives their CRC-32. */
export function fill_storage(storage: TensorBase, length: number, source: Source, at: number): number {
  let crc = binding.storage_read(handle(storage), length, source.origin, at)
  if (crc >= 0) return crc
  let next = at
  crc = 0
  with_memory(storage, 0, length, memory => {
    for (let start = 0; start < memory.length; start += PIECE) {
      const piece = memory.subarray(start, start + PIECE)
      source.fill(next, piece)
      next += piece.length
      crc = crc32(piece, crc)
    }
  })
  return crc
}
