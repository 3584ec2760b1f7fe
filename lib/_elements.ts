// A tensor's elements as JavaScript values: typed arrays, nested arrays. Tensor.tolist in PyTorch is tensor_list.cpp.
import { binding } from './_C'
import { Complex, handle } from './_dispatch'
import { aten } from './_operators'
import * as dtypes from './dtype'
import type { dtype } from './dtype'
import type { Tensor } from './tensor'

/** The arrays that can hold a tensor's elements as they are. */
export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
  | BigInt64Array | BigUint64Array | Float32Array | Float64Array

type TypedArrayClass = new (buffer: ArrayBuffer) => TypedArray

const array_types: Record<string, TypedArrayClass> = {
  float32: Float32Array, float64: Float64Array, bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array,
  int16: Int16Array, uint32: Uint32Array, int32: Int32Array, uint64: BigUint64Array, int64: BigInt64Array,
}

/** The class of array for a dtype. @throws {TypeError} if there is none. */
export function array_type(dtype: dtype): TypedArrayClass {
  const found = array_types[dtype.name]
  if (!found) throw new TypeError(`Got unsupported ScalarType ${dtype.name}: convert the tensor first, for instance by .float()`)
  return found
}

/** The elements in row-major order, in a typed array of their own; half precision and float8 as float32, complex as pairs. */
export function elements(tensor: Tensor): TypedArray {
  const { dtype } = tensor
  let source = tensor.detach()
  if (dtype.is_complex) source = as_pairs(source)
  else if (!(dtype.name in array_types)) source = source.to(dtypes.float32)
  const Type = array_type(source.dtype)
  const bytes = new ArrayBuffer(source.numel() * source.itemsize)
  const array = new Type(bytes)
  binding.read(handle(source), array)
  return array
}

const view_as_real = aten('view_as_real')
const resolve_conj = aten('resolve_conj')

function as_pairs(tensor: Tensor): Tensor {
  const wide = tensor.dtype.name === 'complex32' ? tensor.to(dtypes.complex64) : tensor
  return view_as_real([resolve_conj([wide])]) as Tensor
}

function plain_values(tensor: Tensor): unknown[] {
  const flat = elements(tensor)
  const { dtype } = tensor
  if (dtype.name === 'bool') return Array.from(flat as Uint8Array, value => value !== 0)
  if (flat instanceof BigInt64Array || flat instanceof BigUint64Array) return Array.from(flat, to_safe)
  if (!dtype.is_complex) return Array.from(flat as Float64Array)
  const values: unknown[] = []
  for (let i = 0; i < flat.length; i += 2) values.push(new Complex(flat[i] as number, flat[i + 1] as number))
  return values
}

function to_safe(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Nested arrays of the elements; a 0-dim tensor gives a single value. */
export function to_list(tensor: Tensor): unknown {
  const { shape } = tensor
  const values = plain_values(tensor)
  let at = 0
  const nest = (dim: number): unknown => {
    if (dim === shape.length) return values[at++]
    if (dim === shape.length - 1) return values.slice(at, at += shape[dim]!)
    return Array.from({ length: shape[dim]! }, () => nest(dim + 1))
  }
  return nest(0)
}
