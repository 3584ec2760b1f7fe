// What can be plotted: tensors, arrays and iterables of numbers, turned into flat lists of numbers with a shape.
import { RuntimeError, ValueError } from '../_errors'

/** A tensor, told by its shape: plotting does not import the tensor class. */
export interface TensorLike {
  readonly shape: readonly number[]
  tolist(): unknown
}

/** A flat list with a shape, as the ndarray packages have it. */
export interface ShapedArray {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number | bigint>
}

/** Numbers in any of the forms that functions of pyplot take; nested arrays must be rectangular. */
export type Data = number | bigint | boolean | null | TensorLike | ShapedArray | ArrayLike<number | bigint> | Iterable<Data>

/** {@link Data}, or categories: strings are put at 0, 1, 2, ... along the axis. */
export type Coordinates = Data | string | Iterable<string>

/** Numbers in row-major order. `kind` 'number' is that of plain JavaScript numbers, which do not tell 2 from 2.0. */
export interface NumericArray {
  readonly values: readonly number[]
  readonly shape: readonly number[]
  readonly kind: 'bool' | 'int' | 'float' | 'number'
}

interface TensorDetails {
  readonly requires_grad?: unknown
  readonly device?: { readonly type?: unknown }
  readonly dtype?: unknown
}

function is_object(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Whether a value looks like a tensor. */
export function is_tensor(value: unknown): value is TensorLike {
  return is_object(value) && 'shape' in value && 'tolist' in value && typeof value.tolist === 'function'
}

/** Whether a value is a list, tensor or iterable, and no string. */
export function is_sequence(value: unknown): boolean {
  return (
    is_object(value)
    && (is_tensor(value) || is_shaped(value) || ArrayBuffer.isView(value) || Symbol.iterator in value || 'length' in value)
  )
}

function is_shaped(value: object): value is ShapedArray {
  return 'shape' in value && Array.isArray(value.shape) && 'data' in value && is_object(value.data)
}

/** PyTorch's conditions for `tensor.numpy()`, which matplotlib calls. */
function tensor_values(tensor: TensorLike): unknown {
  const { requires_grad, device } = tensor as TensorLike & TensorDetails
  if (requires_grad === true)
    throw new RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
  if (device?.type !== undefined && device.type !== 'cpu') {
    throw new TypeError(
      `can't convert ${String(device)} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.`,
    )
  }
  return tensor.tolist()
}

/** Replaces tensors by nested arrays, and iterables by arrays. Numbers, strings and what is not known stay. */
export function plain(value: unknown): unknown {
  if (!is_object(value) || Array.isArray(value)) return value
  if (is_tensor(value)) return tensor_values(value)
  if (is_shaped(value)) return nest(value.data, [...value.shape], 0)
  if (ArrayBuffer.isView(value)) return value
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>)
  return 'length' in value && typeof value.length === 'number' ? Array.from(value as ArrayLike<unknown>) : value
}

function nest(data: ArrayLike<unknown>, shape: readonly number[], start: number): unknown {
  if (shape.length === 0) return data[start]
  const step = shape.slice(1).reduce((product, size) => product * size, 1)
  return Array.from({ length: shape[0]! }, (_, i) => nest(data, shape.slice(1), start + i * step))
}

function kind_of(source: unknown, values: readonly unknown[]): NumericArray['kind'] {
  if (is_object(source)) {
    const dtype =
      'dtype' in source ? String(source.dtype) : is_shaped(source) ? source.data.constructor.name : source.constructor.name
    if (/bool/i.test(dtype)) return 'bool'
    if (/float/i.test(dtype)) return 'float'
    if (/int/i.test(dtype)) return 'int'
  }
  if (values.length > 0 && values.every(value => typeof value === 'boolean')) return 'bool'
  return values.length > 0 && values.every(value => typeof value === 'bigint') ? 'int' : 'number'
}

function list_of(value: unknown): ArrayLike<unknown> | null {
  const list = plain(value)
  return Array.isArray(list) || ArrayBuffer.isView(list) ? (list as unknown as ArrayLike<unknown>) : null
}

function collect(value: unknown, shape: readonly number[], depth: number, leaves: unknown[]): void {
  const list = list_of(value)
  if (depth === shape.length && list === null) leaves.push(plain(value))
  else if (list === null || list.length !== shape[depth]) {
    const found = shape.slice(0, depth)
    throw new ValueError(
      `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${depth} dimensions. The detected shape was (${found.join(', ')}${depth === 1 ? ',' : ''}) + inhomogeneous part.`,
    )
  } else for (let i = 0; i < list.length; i++) collect(list[i], shape, depth + 1, leaves)
}

function number_of(leaf: unknown, what: string): number {
  if (typeof leaf === 'number') return leaf
  if (leaf === null) return NaN
  if (typeof leaf === 'bigint' || typeof leaf === 'boolean') return Number(leaf)
  const dtype = typeof leaf === 'string' ? `<U${leaf.length}` : 'object'
  throw new TypeError(`${what} of dtype ${dtype} cannot be converted to float`)
}

/**
 * Reads numbers; null becomes NaN, booleans 0 and 1.
 *
 * @param what - the beginning of the message for what is no number, such as 'Image data'
 * @throws {ValueError} for ragged arrays, TypeError for other things than numbers, {RuntimeError} for a tensor that requires grad.
 */
export function to_array(data: unknown, what = 'Data'): NumericArray {
  const shape: number[] = []
  for (let first = list_of(data); first !== null; first = first.length === 0 ? null : list_of(first[0])) shape.push(first.length)
  const leaves: unknown[] = []
  collect(data, shape, 0, leaves)
  return { values: leaves.map(leaf => number_of(leaf, what)), shape, kind: kind_of(data, leaves) }
}

/** Reads numbers as one list, whatever their shape. */
export function to_vector(data: unknown, what?: string): number[] {
  return [...to_array(data, what).values]
}

/** The categories in `data` (strings, one or several), or null if it holds anything else. */
export function strings_of(data: unknown): string[] | null {
  if (typeof data === 'string') return [data]
  const list = plain(data)
  return Array.isArray(list) && list.length > 0 && list.every(item => typeof item === 'string') ? list : null
}

/** A shape as Python prints a tuple. */
export function shape_repr(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
}

/** The finite values' least, greatest and least positive; null if there are none. */
export interface Span {
  readonly min: number
  readonly max: number
  readonly minpos: number
}

/** {@link Span} of some numbers. */
export function span_of(values: Iterable<number>): Span | null {
  let min = Infinity,
    max = -Infinity,
    minpos = Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
    if (value > 0 && value < minpos) minpos = value
  }
  return min > max ? null : { min, max, minpos }
}

/** The span of both. */
export function join_spans(a: Span | null, b: Span | null): Span | null {
  if (!a || !b) return a ?? b
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), minpos: Math.min(a.minpos, b.minpos) }
}
