// The checksum of zip files.
import zlib from 'node:zlib'
import { binding } from '../_C'

/** The CRC-32 of bytes that follow others whose sum is `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const fast = binding.crc32(bytes, before)
  return fast < 0 ? zlib.crc32(bytes, before) : zlib.crc32(bytes.subarray(bytes.length & ~15), fast)
}
