// Tensors from JavaScript data: torch.tensor, torch.as_tensor, torch.from_numpy, torch.full. PyTorch's tensor_new.cpp.
import { binding } from './_C'
import { Complex, is_tensor, own } from './_dispatch'
import { RuntimeError, ValueError } from './_errors'
import { factory_function, with_grad } from './_factories'
import { set_index_array_maker } from './_indexing'
import { keep, kept } from './_memory'
import { write_ints } from './_tape'
import { set_tensor_maker } from './_tensor_methods'
import { type_name } from './_typename'
import { default_device, get_default_dtype } from './_defaults'
import type { DeviceLike } from './device'
import * as dtypes from './dtype'
import { type dtype, scalar_type } from './dtype'
import type { layout, memory_format } from './layout'
import { Tensor, type TypedArray } from './tensor'
import type { Nested, Scalar } from './types'

/** What torch.tensor takes. */
export type TensorData = Nested<Scalar | Tensor> | TypedArray | Uint8ClampedArray | Buffer

/** Keywords of functions that make a tensor from data. */
export interface TensorOptions {
  /** Default: what the data says; numbers are the default dtype, bigints int64, booleans bool. */
  dtype?: dtype | null
  /** Default: the CPU. */
  device?: DeviceLike | null
  requires_grad?: boolean
  pin_memory?: boolean
}

type Kind = 'bool' | 'int' | 'float' | 'complex'
const KINDS: Kind[] = ['bool', 'int', 'float', 'complex']

function kind_of(value: unknown): Kind {
  if (typeof value === 'number') return 'float'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof Complex) return 'complex'
  if (typeof value === 'string') throw new TypeError("new(): invalid data type 'str'")
  throw new RuntimeError(`Could not infer dtype of ${type_name(value)}`)
}

const MAX_DIMS = 64

interface Flat { shape: number[], values: unknown[], kind: Kind }

function flatten(data: unknown): Flat {
  const shape: number[] = []
  for (let level = data; is_list(level); level = level[0]) {
    if (shape.length === MAX_DIMS) throw new ValueError(`too many dimensions: arrays may be nested ${MAX_DIMS} deep`)
    shape.push(level.length)
    if (level.length === 0) break
  }
  const values: unknown[] = []
  let kind = 0
  const walk = (level: unknown, dim: number): void => {
    if (dim < shape.length) {
      if (!is_list(level)) throw new TypeError(`expected an array at dim ${dim}, but got ${typeof level}`)
      if (level.length !== shape[dim]) {
        throw new ValueError(`expected sequence of length ${shape[dim]} at dim ${dim} (got ${level.length})`)
      }
      for (let i = 0; i < level.length; i++) walk(level[i], dim + 1)
      return
    }
    if (is_list(level)) throw new ValueError(`too many dimensions: expected a number at dim ${dim}, but got an array`)
    const value = is_tensor(level) ? (level as Tensor).item() : level
    kind = Math.max(kind, KINDS.indexOf(kind_of(value)))
    values.push(value)
  }
  walk(data, 0)
  return { shape, values, kind: values.length === 0 ? 'float' : KINDS[kind]! }
}

function is_list(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function default_complex(): dtype {
  return get_default_dtype() === dtypes.float64 ? dtypes.complex128 : dtypes.complex64
}

// The elements in the widest array of their kind, and the dtype that they should have.
function pack({ values, kind }: Flat): { array: TypedArray, stored: dtype, wanted: dtype } {
  switch (kind) {
    case 'bool': return { array: Uint8Array.from(values as boolean[], value => (value ? 1 : 0)), stored: dtypes.bool, wanted: dtypes.bool }
    case 'int': return { array: BigInt64Array.from(values as bigint[], to_int64), stored: dtypes.int64, wanted: dtypes.int64 }
    case 'float': return { array: Float64Array.from(values as number[], Number), stored: dtypes.float64, wanted: get_default_dtype() }
    case 'complex': {
      const array = new Float64Array(values.length * 2)
      values.forEach((value, i) => {
        array[2 * i] = value instanceof Complex ? value.real : Number(value)
        array[2 * i + 1] = value instanceof Complex ? value.imag : 0
      })
      return { array, stored: dtypes.complex128, wanted: default_complex() }
    }
  }
}

function to_int64(value: bigint | boolean): bigint {
  const wide = BigInt(value)
  if (wide >= 2n ** 64n || wide < -(2n ** 63n)) throw new RangeError('Overflow when unpacking long long')
  return BigInt.asIntN(64, wide)
}

function from_array(array: TypedArray, stored: dtype, shape: readonly number[]): Tensor {
  write_ints(shape)
  return own(new Tensor(), out => binding.from_data(out, array, stored.code))
}

const typed_arrays: [new (...args: never[]) => TypedArray | Uint8ClampedArray, dtype][] = [
  [Float32Array, dtypes.float32], [Float64Array, dtypes.float64], [Uint8Array, dtypes.uint8], [Uint8ClampedArray, dtypes.uint8],
  [Int8Array, dtypes.int8], [Int16Array, dtypes.int16], [Uint16Array, dtypes.uint16], [Int32Array, dtypes.int32], [Uint32Array, dtypes.uint32],
  [BigInt64Array, dtypes.int64], [BigUint64Array, dtypes.uint64],
]

// By name: a typed array may come from another realm, as in jest.
function dtype_of_array(array: TypedArray): dtype {
  const name = Object.prototype.toString.call(array).slice(8, -1)
  const found = typed_arrays.find(([type]) => type.name === name)
  if (!found) throw new TypeError(`can't convert ${name} to a tensor`)
  return found[1]
}

function is_typed_array(data: unknown): data is TypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView)
}

function finish(tensor: Tensor, wanted: dtype, options: TensorOptions): Tensor {
  const dtype = options.dtype ?? wanted
  const device = options.device ?? default_device()
  const result = tensor.to({ dtype, ...device !== null && { device } })
  return options.requires_grad ? with_grad(result) : result
}

/**
 * A tensor with a copy of the data: a number, boolean or bigint, nested arrays of them, or a typed array.
 *
 * Numbers become the default dtype (also whole ones: JavaScript has no 2.0 beside 2), bigints int64, booleans bool, Complex
 * complex; typed arrays keep their type. `dtype` overrides.
 *
 * @throws {ValueError} if rows differ in length; {TypeError} for data of another kind.
 * @example torch.tensor([[1, 2], [3, 4]]); torch.tensor([1, 2], { dtype: torch.int64 }); torch.tensor(new Float32Array(8))
 * @see torch.tensor
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (binding.is_tracing()) binding.tracer_warn('torch.tensor', 1)
  if (is_tensor(data)) {
    const copy = (data as Tensor).detach().clone()
    return finish(copy, copy.dtype, options)
  }
  if (is_typed_array(data)) {
    const dtype = dtype_of_array(data)
    return finish(from_array(data, dtype, [data.length]), dtype, options)
  }
  const flat = flatten(data)
  const { array, stored, wanted } = pack(flat)
  return finish(from_array(array, stored, flat.shape), wanted, options)
}

/** A tensor of the data, without a copy where it is a tensor or a typed array already. @see torch.as_tensor */
export function as_tensor(data: TensorData, options: Pick<TensorOptions, 'dtype' | 'device'> = {}): Tensor {
  if (is_tensor(data)) return finish(data as Tensor, (data as Tensor).dtype, options)
  if (!is_typed_array(data)) return tensor(data, options)
  const shared = from_numpy(data)
  return finish(shared, shared.dtype, options)
}

/**
 * A tensor of the data, which shares memory with a tensor or a typed array unless told otherwise.
 *
 * @param options.copy - true: always copy; false: throw where a copy is needed; null: copy where needed. Default: null.
 * @throws {ValueError} if copy is false and a copy is needed.
 * @see torch.asarray
 */
export function asarray(obj: TensorData, options: Omit<TensorOptions, 'pin_memory'> & { copy?: boolean | null } = {}): Tensor {
  const { copy = null, requires_grad, ...kind } = options
  const shares = is_tensor(obj) || is_typed_array(obj)
  if (copy === false && !shares) throw new ValueError("can't alias arbitrary sequence into a tensor.")
  const source = as_tensor(obj)
  const result = as_tensor(source, kind)
  const is_copy = !result.is(source)
  if (copy === false && is_copy) {
    const [from, to] = result.dtype === source.dtype ? [`from device '${source.device}'`, `to '${result.device}'`]
      : [`with dtype '${scalar_type(source.dtype)}'`, `into dtype '${scalar_type(result.dtype)}'`]
    throw new ValueError(`can't alias tensor ${from} ${to}.`)
  }
  const own = copy && shares && !is_copy ? result.clone() : result
  if (requires_grad ?? source.requires_grad) return own.requires_grad ? own : with_grad(own)
  return own.requires_grad ? own.detach() : own
}

/**
 * A one-dimensional tensor on a typed array's own memory: changing one changes the other. The array must not be transferred
 * to another thread while the tensor is in use.
 *
 * @see torch.from_numpy
 */
export function from_numpy(array: TypedArray): Tensor {
  if (!is_typed_array(array)) throw new TypeError(`expected a typed array (got ${typeof array})`)
  return share_memory(array, dtype_of_array(array), [array.length])
}

/**
 * A one-dimensional tensor on the memory of an ArrayBuffer or Buffer.
 *
 * @param count - how many elements. Default: -1, all that follow.
 * @param offset - bytes to leave out at the start. Default: 0.
 * @see torch.frombuffer
 */
export function frombuffer(
  buffer: ArrayBuffer | ArrayBufferView, options: { dtype: dtype, count?: number, offset?: number, requires_grad?: boolean },
): Tensor {
  const bytes = ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer)
  const { dtype, count = -1, offset = 0 } = options
  if (bytes.length === 0 || count === 0) throw new ValueError(`both buffer length (${bytes.length}) and count (${count}) must not be 0`)
  if (offset < 0 || offset >= bytes.length) {
    throw new ValueError(`offset (${offset} bytes) must be non-negative and no greater than buffer length (${bytes.length} bytes) minus 1`)
  }
  const left = bytes.length - offset
  if (count < 0 && left % dtype.itemsize !== 0) {
    throw new ValueError(`buffer length (${left} bytes) after offset (${offset} bytes) must be a multiple of element size (${dtype.itemsize})`)
  }
  const length = count < 0 ? left / dtype.itemsize : count
  if (length * dtype.itemsize > left) {
    throw new ValueError(`requested buffer length (${length} * ${dtype.itemsize} bytes) after offset (${offset} bytes) must not be greater than actual buffer length (${bytes.length} bytes)`)
  }
  const made = share_memory(bytes.subarray(offset, offset + length * dtype.itemsize), dtype, [length])
  return options.requires_grad ? with_grad(made) : made
}

function share_memory(array: TypedArray, dtype: dtype, shape: readonly number[]): Tensor {
  if ((array.buffer as ArrayBuffer & { resizable?: boolean }).resizable) throw new ValueError('a resizable ArrayBuffer cannot be shared')
  write_ints(shape)
  const id = keep(array)
  try {
    return own(new Tensor(), out => binding.from_memory(out, array, dtype.code, id))
  } catch (error) {
    kept.delete(id)
    throw error
  }
}

const full_op = factory_function('aten::full')
const full_like_op = factory_function('aten::full_like', true)
const scalar_tensor_op = factory_function('aten::scalar_tensor')

/** Keywords of functions that make tensors of a given size. */
export interface FactoryOptions extends TensorOptions {
  out?: Tensor
  layout?: layout
}

// A number that is data is a float, unless a dtype says otherwise.
function data_dtype(value: Scalar, options: { dtype?: dtype | null }): dtype {
  if (options.dtype != null) return options.dtype
  const kind = kind_of(value)
  return kind === 'bool' ? dtypes.bool : kind === 'int' ? dtypes.int64 : kind === 'complex' ? default_complex() : get_default_dtype()
}

/** A tensor filled with one value. @see torch.full */
export function full(size: readonly number[] | { size: readonly number[], fill_value: Scalar } & FactoryOptions,
  fill_value?: Scalar | { fill_value: Scalar } & FactoryOptions, options: FactoryOptions = {}): Tensor {
  if (!Array.isArray(size)) {
    const { size: shape, fill_value: value, ...rest } = size as { size: readonly number[], fill_value: Scalar } & FactoryOptions
    return full(shape, value, rest)
  }
  if (typeof fill_value === 'object' && !(fill_value instanceof Complex)) {
    const { fill_value: value, ...rest } = fill_value
    return full(size, value, rest)
  }
  if (fill_value === undefined) throw new TypeError("full() missing 1 required positional argument: 'fill_value'")
  return full_op(size, fill_value, options.out ? { ...options } : { ...options, dtype: data_dtype(fill_value, options) }) as Tensor
}

/** A tensor of another one's size, dtype and device, filled with one value. @see torch.full_like */
export function full_like(input: Tensor, fill_value: Scalar, options: FactoryOptions & { memory_format?: memory_format } = {}): Tensor {
  return full_like_op(input, fill_value, { ...options }) as Tensor
}

/** A 0-dim tensor of a number. @see torch.scalar_tensor */
export function scalar_tensor(s: Scalar, options: TensorOptions & { layout?: layout } = {}): Tensor {
  return scalar_tensor_op(s, { ...options, dtype: data_dtype(s, options) }) as Tensor
}

// Inside an index numbers are positions, and those that are not whole are cut off, as in Python.
function position(value: unknown): bigint {
  if (typeof value === 'bigint') return to_int64(value)
  const number = Number(value)
  if (!Number.isFinite(number)) throw new ValueError(`cannot convert float ${number} to integer`)
  return BigInt(Math.trunc(number))
}

set_tensor_maker((data, options) => tensor(data as TensorData, options))

set_index_array_maker(data => {
  if (is_typed_array(data)) return tensor(data)
  const { shape, values, kind } = flatten(data)
  return kind === 'bool' ? from_array(Uint8Array.from(values as boolean[], Number), dtypes.bool, shape)
    : from_array(BigInt64Array.from(values, position), dtypes.int64, shape)
})
