// Reads MATLAB files (version 5), as labels of SVHN, Flowers102, StanfordCars and others are stored; scipy.io.loadmat.
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

/** What a file holds: numbers, text, a cell array, a structure array, a sparse matrix (as its dense one), null for the rest. */
export type MatlabValue = MatlabArray | string | MatlabValue[] | Fields[] | null

/** One structure. */
export interface Fields {
  [field: string]: MatlabValue
}

const text_of = (e: Element): string =>
  e.type === 4 ? String.fromCharCode(...numbers(e)) : e.body.toString(e.type === 16 ? 'utf8' : e.type === 17 ? 'utf16le' : 'latin1')

const deepest = 16

/** A value whose head has been read: `at` is where its parts begin. */
function read_value(body: Buffer, depth = 0): [name: string, value: MatlabValue] {
  if (body.length === 0) return ['', null]
  if (depth > deepest) throw new RuntimeError('values are nested too deeply')
  const flags = element(body, 0)
  const kind = flags.body[0]!
  const dims = element(body, flags.next)
  const head = element(body, dims.next)
  const name = head.body.toString('latin1')
  const shape = Array.from(numbers(dims))
  const count = shape.reduce((product, size) => product * size, 1)
  let at = head.next
  const next = (): Element => {
    const one = element(body, at)
    at = one.next
    return one
  }
  const inner = (): MatlabValue => read_value(next().body, depth + 1)[1]
  // A part takes eight bytes or more: a count that does not fit is refused before anything is made.
  if ((kind === 1 || kind === 2) && count * 8 > body.length - at) throw new RuntimeError('an array has another size than its shape')
  if (kind === 1) return [name, Array.from({ length: count }, inner)]
  if (kind === 2) return [name, structures(count, next, inner)]
  if (kind === 4) return [name, count === 0 ? '' : text_of(next())]
  if (kind === 5) return [name, dense(shape, Array.from(numbers(next())), Array.from(numbers(next())), Array.from(numbers(next())))]
  if (kind < 6 || kind > 15 || (flags.body[1]! & 8) !== 0) return [name, null]
  const data = numbers(next())
  if (count !== data.length) throw new RuntimeError('an array has another size than its shape')
  return [name, { shape, data }]
}

function structures(count: number, next: () => Element, inner: () => MatlabValue): Fields[] {
  const [length] = numbers(next())
  const names = next().body.toString('latin1')
  const fields = Array.from({ length: Math.floor(names.length / Math.max(length!, 1)) }, (_, i) =>
    names.slice(i * length!, (i + 1) * length!).split('\0')[0]!)
  return Array.from({ length: count }, () => Object.fromEntries(fields.map(field => [field, inner()])))
}

function dense(shape: number[], rows: number[], columns: number[], values: number[]): MatlabArray {
  const [height, width] = shape as [number, number]
  if (height * width > largest) throw new RuntimeError('a matrix is too large')
  const data = new Float64Array(height * width)
  for (let column = 0; column < width; column++) {
    for (let i = columns[column]!; i < columns[column + 1]!; i++) {
      if (!(rows[i]! < height)) throw new RuntimeError('a sparse matrix has a place outside its shape')
      data[column * height + rows[i]!] = values[i] ?? 0
    }
  }
  return { shape, data }
}

/** The values of a file by name. @throws {RuntimeError} that names the file if it is damaged, or of another version */
export function read_matlab_values(bytes: Buffer, file: string): Record<string, MatlabValue> {
  const fail = (what: string): RuntimeError => new RuntimeError(`${file} is no MATLAB file of version 5: ${what}`)
  if (bytes.length < 136 || bytes.toString('latin1', 126, 128) !== 'IM') throw fail('it has another header')
  const found: Record<string, MatlabValue> = {}
  try {
    for (let at = 128; at < bytes.length;) {
      const outer = element(bytes, at)
      at = outer.next
      const one = outer.type === compressed ? element(zlib.inflateSync(outer.body, { maxOutputLength: largest }), 0) : outer
      if (one.type !== matrix) continue
      const [name, value] = read_value(one.body)
      found[name] = value
    }
  } catch (error) {
    throw fail((error as Error).message)
  }
  return found
}

const is_array = (value: MatlabValue): value is MatlabArray => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The numeric arrays of a file by name. @throws {RuntimeError} as {@link read_matlab_values} */
export function read_matlab(bytes: Buffer, file: string): Record<string, MatlabArray> {
  return Object.fromEntries(Object.entries(read_matlab_values(bytes, file)).filter((entry): entry is [string, MatlabArray] => is_array(entry[1])))
}
