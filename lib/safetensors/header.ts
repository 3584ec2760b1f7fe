// The header of a safetensors file: what tensors it holds, and where. The Rust part of safetensors.
import type { Source } from '../_files'
import * as dtypes from '../dtype'
import type { dtype } from '../dtype'

/** A file that is not as the format wants it. @see safetensors.SafetensorError */
export class SafetensorError extends Error {
  constructor(message?: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'SafetensorError', configurable: true, writable: true })
  }
}

interface Kind { bits: number, dtype: dtype | null }

// In the order of alignment, which is the order of tensors in a file, from last to first.
const kinds = new Map<string, Kind>(([
  ['BOOL', 8, dtypes.bool], ['F4', 4, dtypes.float4_e2m1fn_x2], ['F6_E2M3', 6, null], ['F6_E3M2', 6, null], ['U8', 8, dtypes.uint8], ['I8', 8, dtypes.int8],
  ['F8_E5M2', 8, dtypes.float8_e5m2], ['F8_E4M3', 8, dtypes.float8_e4m3fn], ['F8_E8M0', 8, dtypes.float8_e8m0fnu],
  ['F8_E4M3FNUZ', 8, dtypes.float8_e4m3fnuz], ['F8_E5M2FNUZ', 8, dtypes.float8_e5m2fnuz], ['I16', 16, dtypes.int16], ['U16', 16, dtypes.uint16],
  ['F16', 16, dtypes.float16], ['BF16', 16, dtypes.bfloat16], ['I32', 32, dtypes.int32], ['U32', 32, dtypes.uint32], ['F32', 32, dtypes.float32],
  ['C64', 64, dtypes.complex64], ['F64', 64, dtypes.float64], ['I64', 64, dtypes.int64], ['U64', 64, dtypes.uint64],
] as const).map(([name, bits, type]) => [name, { bits, dtype: type }]))
const names = new Map([...kinds].map(([name, kind]) => [kind.dtype, name]))
const ranks = new Map([...kinds.keys()].map((name, i) => [name, i]))

/** A tensor of a file. `start` and `end` are places in the file. */
export interface TensorInfo {
  readonly name: string
  readonly kind: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

/** What a file holds, in the order of the data. */
export interface Header {
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly metadata: Readonly<Record<string, string>> | null
}

const LARGEST = 100_000_000

/** The dtype of a name of the format, as 'BF16'. @throws {SafetensorError} if torch has none. */
export function dtype_of(kind: string): dtype {
  const found = kinds.get(kind)?.dtype
  if (!found) throw new SafetensorError(`torch has no dtype for ${kind}`)
  return found
}

/** The format's name of a dtype. @throws {SafetensorError} if it has none. */
export function kind_of(type: dtype): string {
  const found = names.get(type)
  if (found === undefined) throw new SafetensorError(`safetensors files hold no ${String(type)}`)
  return found
}

// Two of these are in a byte, of which a tensor has one element.
function is_packed(kind: string): boolean {
  return kind === 'F4'
}

/** The shape that a tensor of a file has in torch. */
export function torch_shape({ kind, shape, name }: TensorInfo): number[] {
  if (!is_packed(kind)) return [...shape]
  const last = shape.at(-1)
  if (last === undefined || last % 2 !== 0) throw new SafetensorError(`the tensor ${name} has half a byte in its last dimension`)
  return [...shape.slice(0, -1), last / 2]
}

function wrong(what: string): SafetensorError {
  return new SafetensorError(`Error while deserializing header: ${what}`)
}

function in_json(what: string): SafetensorError {
  return wrong(`invalid JSON in header: ${what}`)
}

function is_object(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function whole_numbers(value: unknown, field: string): number[] {
  if (value === undefined) throw in_json(`missing field \`${field}\``)
  const fits = Array.isArray(value) && value.every(one => Number.isSafeInteger(one) && (one as number) >= 0)
  if (!fits) throw in_json(`invalid value of \`${field}\`: expected a list of whole numbers`)
  return value as number[]
}

function read_info(name: string, value: unknown, data: number): TensorInfo {
  if (!is_object(value)) throw in_json(`the tensor ${name} has no fields`)
  const kind = value['dtype']
  if (typeof kind !== 'string') throw in_json('missing field `dtype`')
  const shape = whole_numbers(value['shape'], 'shape')
  const offsets = whole_numbers(value['data_offsets'], 'data_offsets')
  if (!kinds.has(kind)) throw in_json(`unknown variant \`${kind}\`, expected one of ${[...kinds.keys()].map(one => `\`${one}\``).join(', ')}`)
  if (offsets.length !== 2) throw in_json(`invalid length ${offsets.length}, expected a tuple of size 2`)
  return { name, kind, shape, start: data + offsets[0]!, end: data + offsets[1]! }
}

function read_metadata(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return null
  if (!is_object(value) || Object.values(value).some(one => typeof one !== 'string')) throw in_json('invalid type in `__metadata__`: expected strings')
  return value as Record<string, string>
}

// No gaps and no overlaps: each tensor begins where the one before it ends, and the last ends with the file.
function check_places(tensors: readonly TensorInfo[], data: number, size: number): void {
  let at = data
  for (const { name, kind, shape, start, end } of tensors) {
    if (start !== at || end < start) throw wrong(`invalid offset for tensor \`${name}\``)
    at = end
    const bits = shape.reduce((product, length) => product * length, kinds.get(kind)!.bits)
    if (!Number.isSafeInteger(bits)) throw wrong('overflow computing buffer size from shape and/or element type')
    if (bits % 8 !== 0) throw wrong('The slice is slicing for subbytes dtypes, and the slice does not end up at a byte boundary, this is invalid.')
    if (bits / 8 !== end - start) throw wrong('invalid shape, data type, or offset for tensor')
  }
  if (at !== size) throw wrong('incomplete metadata, file not fully covered')
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw wrong('invalid UTF-8 in header')
  }
  try {
    const value: unknown = JSON.parse(text)
    if (is_object(value)) return value
  } catch (error) {
    throw in_json((error as Error).message)
  }
  throw in_json('invalid type: expected an object')
}

/** Reads and checks the header of a file. @throws {SafetensorError} in the Python package's words. */
export function read_header(source: Source): Header {
  if (source.size < 8) throw wrong('header too small')
  const first = source.read(0, 8)
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true))
  if (length > LARGEST) throw wrong('header too large')
  const data = 8 + length
  if (data > source.size) throw wrong('invalid header length')
  const { __metadata__: metadata, ...fields } = parse(source.read(8, length))
  const tensors = Object.entries(fields).map(([name, value]) => read_info(name, value, data)).sort((a, b) => a.start - b.start || a.end - b.end)
  check_places(tensors, data, source.size)
  return { tensors: new Map(tensors.map(one => [one.name, one])), metadata: read_metadata(metadata) }
}

/** A tensor that is to be written. */
export interface Outgoing { readonly name: string, readonly dtype: dtype, readonly shape: readonly number[], readonly nbytes: number }

/** Tensors in the order of a file: the largest elements first, so that all are aligned, then by name. */
export function in_file_order<T extends Outgoing>(tensors: readonly T[]): T[] {
  const rank = (one: T): number => ranks.get(kind_of(one.dtype))!
  return [...tensors].sort((a, b) => rank(b) - rank(a) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

/** The bytes before the data, a multiple of eight. */
export function header_bytes(tensors: readonly Outgoing[], metadata: Readonly<Record<string, string>> | null): Buffer {
  let at = 0
  const fields = tensors.map(({ name, dtype, shape, nbytes }) => {
    const kind = kind_of(dtype)
    const logical = is_packed(kind) ? shape.map((length, dim) => (dim === shape.length - 1 ? 2 * length : length)) : shape
    const info = { dtype: kind, shape: logical, data_offsets: [at, at += nbytes] }
    return `${JSON.stringify(name)}:${JSON.stringify(info)}`
  })
  const all = metadata === null ? fields : [`"__metadata__":${JSON.stringify(metadata)}`, ...fields]
  const json = Buffer.from(`{${all.join(',')}}`)
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8), 0)
  json.copy(bytes, 8)
  if (bytes.length - 8 > LARGEST) throw new SafetensorError('Error while serializing: header too large')
  return bytes
}
