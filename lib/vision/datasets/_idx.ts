// The IDX format of MNIST ("SN3 Pascal Vincent"): header and numbers. torchvision.datasets.mnist.read_sn3_pascalvincent_tensor.
import fs from 'node:fs'
import os from 'node:os'
import zlib from 'node:zlib'
import { RuntimeError } from '../../_errors'

const types = {
  0x08: { dtype: 'uint8', make: Uint8Array },
  0x09: { dtype: 'int8', make: Int8Array },
  0x0b: { dtype: 'int16', make: Int16Array },
  0x0c: { dtype: 'int32', make: Int32Array },
  0x0d: { dtype: 'float32', make: Float32Array },
  0x0e: { dtype: 'float64', make: Float64Array },
} as const

type TypeCode = keyof typeof types

/** Contents of an IDX file: numbers in row-major order. */
export interface IdxArray {
  dtype: (typeof types)[TypeCode]['dtype']
  shape: number[]
  data: InstanceType<(typeof types)[TypeCode]['make']>
}

/** Type, shape and the length in bytes that they ask for, of an IDX file that begins with `bytes`. */
export function idx_header(bytes: Buffer, file: string): { type: TypeCode; shape: number[]; header: number; total: number } {
  const fail = (what: string): RuntimeError => new RuntimeError(`${file} is not a valid IDX file: ${what}`)
  if (bytes.length < 4) throw fail(`it has ${bytes.length} bytes, less than a header`)
  if (bytes.readUInt16BE(0) !== 0) throw fail(`it begins with ${bytes.toString('hex', 0, 4)}, and should begin with 0000`)
  const type = bytes.readUInt8(2)
  const ndim = bytes.readUInt8(3)
  if (!(type in types)) throw fail(`unknown type code ${type}`)
  if (ndim < 1 || ndim > 3) throw fail(`it has ${ndim} dimensions, and should have 1 to 3`)
  const header = 4 * (ndim + 1)
  if (bytes.length < header) throw fail(`it has ${bytes.length} bytes, less than a header`)
  const shape = Array.from({ length: ndim }, (_, i) => bytes.readUInt32BE(4 * (i + 1)))
  const count = shape.reduce((product, size) => product * size, 1)
  return { type: type as TypeCode, shape, header, total: header + count * types[type as TypeCode].make.BYTES_PER_ELEMENT }
}

function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16()
  else if (width === 4) bytes.swap32()
  else if (width === 8) bytes.swap64()
}

/** Reads IDX bytes; multi-byte numbers are big-endian in the file and the machine's own afterwards. */
export function parse_idx(bytes: Buffer, file: string): IdxArray {
  const { type, shape, header, total } = idx_header(bytes, file)
  if (bytes.length !== total) {
    throw new RuntimeError(
      `${file} is not a valid IDX file: it has ${bytes.length} bytes, and its header [${shape.join(', ')}] asks for ${total}`)
  }
  const { dtype, make } = types[type]
  const width = make.BYTES_PER_ELEMENT
  let body = bytes.subarray(header)
  if (width > 1) {
    body = Buffer.from(new Uint8Array(body)) // a copy of its own: aligned, and free to be swapped
    if (os.endianness() === 'LE') swap(body, width)
  }
  return { dtype, shape, data: new make(body.buffer as ArrayBuffer, body.byteOffset, body.length / width) }
}

/** Reads an IDX file, or the same file with `.gz` behind its name when only that is there. */
export function read_idx(file: string, max_bytes: number): IdxArray {
  if (fs.existsSync(file) || !fs.existsSync(file + '.gz')) return parse_idx(fs.readFileSync(file), file)
  const gz = file + '.gz'
  try {
    return parse_idx(zlib.gunzipSync(fs.readFileSync(gz), { maxOutputLength: max_bytes }), gz)
  } catch (error) {
    if (error instanceof RuntimeError) throw error
    throw new RuntimeError(`${gz} is not a valid IDX file: ${(error as Error).message}`)
  }
}
