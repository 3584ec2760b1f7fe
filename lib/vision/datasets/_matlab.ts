// Reads numeric arrays of MATLAB files (version 5), as SVHN and Flowers102 are stored; scipy.io.loadmat.
import zlib from 'node:zlib'
import { RuntimeError } from '../../_errors'

type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

const types: Record<number, new (buffer: ArrayBuffer) => Numbers> = {
  1: Int8Array, 2: Uint8Array, 3: Int16Array, 4: Uint16Array, 5: Int32Array, 6: Uint32Array, 7: Float32Array, 9: Float64Array,
}
const [matrix, compressed] = [14, 15]
const largest = 2 ** 31

/** Numbers in MATLAB's order: the first dimension runs fastest. */
export interface MatlabArray {
  shape: number[]
  data: Numbers
}

interface Element {
  type: number
  body: Buffer
  next: number
}

/** The element that begins at `at`; a short one has its data in its tag. */
function element(bytes: Buffer, at: number): Element {
  if (at + 8 > bytes.length) throw new RuntimeError('the file is truncated')
  const head = bytes.readUInt32LE(at)
  if (head >>> 16 !== 0) return { type: head & 0xffff, body: bytes.subarray(at + 4, at + 4 + Math.min(4, head >>> 16)), next: at + 8 }
  const length = bytes.readUInt32LE(at + 4)
  if (at + 8 + length > bytes.length) throw new RuntimeError('the file is truncated')
  const padded = head === compressed ? length : Math.ceil(length / 8) * 8
  return { type: head, body: bytes.subarray(at + 8, at + 8 + length), next: at + 8 + padded }
}

function numbers({ type, body }: Element): Numbers {
  if (type === 12 || type === 13) return Float64Array.from(new BigInt64Array(new Uint8Array(body).buffer), Number)
  const Type = types[type]
  if (Type === undefined) throw new RuntimeError(`values of type ${type} are not read`)
  return new Type(new Uint8Array(body).buffer)
}

function read_matrix(body: Buffer): [string, MatlabArray] | null {
  const flags = element(body, 0)
  const kind = flags.body[0]!
  const is_complex = (flags.body[1]! & 8) !== 0
  if (kind < 6 || kind > 15 || is_complex) return null // structures, cells, text
  const dims = element(body, flags.next)
  const name = element(body, dims.next)
  const shape = Array.from(numbers(dims))
  const data = numbers(element(body, name.next))
  if (shape.reduce((product, size) => product * size, 1) !== data.length) throw new RuntimeError('an array has another size than its shape')
  return [name.body.toString('latin1'), { shape, data }]
}

/** The numeric arrays of a file by name. @throws {RuntimeError} that names the file if it is damaged, or of another version */
export function read_matlab(bytes: Buffer, file: string): Record<string, MatlabArray> {
  const fail = (what: string): RuntimeError => new RuntimeError(`${file} is no MATLAB file of version 5: ${what}`)
  if (bytes.length < 136 || bytes.toString('latin1', 126, 128) !== 'IM') throw fail('it has another header')
  const found: Record<string, MatlabArray> = {}
  try {
    for (let at = 128; at < bytes.length;) {
      const outer = element(bytes, at)
      at = outer.next
      const one = outer.type === compressed ? element(zlib.inflateSync(outer.body, { maxOutputLength: largest }), 0) : outer
      const entry = one.type === matrix ? read_matrix(one.body) : null
      if (entry !== null) found[entry[0]] = entry[1]
    }
  } catch (error) {
    throw fail((error as Error).message)
  }
  return found
}
