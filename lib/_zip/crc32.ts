// The checksum of zip files.
import { binding } from '../_C'

/** The CRC-32 of bytes that follow others whose sum is `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  return binding.crc32(bytes, before)
}
