// Samples to a batch: torch.utils.data._utils.collate.
import { tensor } from '../../../_creation'
import { NamedTuple, is_kwargs, is_tensor } from '../../../_dispatch'
import { RuntimeError } from '../../../_errors'
import { type_text } from '../../../_typename'
import { float64, int64 } from '../../../dtype'
import { stack } from '../../../generated/torch_functions'
import { Tensor, type TypedArray } from '../../../tensor'

type Constant = number | bigint | boolean

/** The batch that {@link default_collate} makes of samples of type T. */
export type Collated<T> =
  T extends Tensor | Constant | TypedArray ? Tensor
    : T extends string ? string[]
      : T extends readonly unknown[] ? { -readonly [K in keyof T]: Collated<T[K]> }
        : T extends ReadonlyMap<infer K, infer V> ? Map<K, Collated<V>>
          : T extends object ? { -readonly [K in keyof T]: Collated<T[K]> } : never

/** What {@link default_convert} makes of a sample of type T. */
export type Converted<T> =
  T extends Tensor | Constant | string | null | undefined ? T
    : T extends TypedArray ? Tensor
      : T extends readonly unknown[] ? { -readonly [K in keyof T]: Converted<T[K]> }
        : T extends ReadonlyMap<infer K, infer V> ? Map<K, Converted<V>>
          : T extends object ? { -readonly [K in keyof T]: Converted<T[K]> } : T

type Options = { collate_fn_map?: CollateMap | null }
type CollateFunction = (batch: readonly never[], options: Options) => unknown
type Class = abstract new (...args: never[]) => unknown
/** Functions that collate samples of a class; Number, BigInt, Boolean and String stand for such values. */
export type CollateMap = Map<Class | NumberConstructor | BigIntConstructor | BooleanConstructor | StringConstructor, CollateFunction>

function is_array(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

/**
 * Turns the typed arrays in a sample into tensors and leaves the rest as it is: what a DataLoader without batches does.
 *
 * @see torch.utils.data.default_convert
 */
export function default_convert<T>(data: T): Converted<T> {
  return convert(data) as Converted<T>
}

function convert(data: unknown): unknown {
  if (is_tensor(data)) return data
  if (is_array(data)) return tensor(data)
  if (Array.isArray(data)) return data.map(convert)
  if (data instanceof NamedTuple) return remade(data, Array.from(data, convert))
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, convert(value)]))
  return is_kwargs(data) ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, convert(value)])) : data
}

/** Stacks tensors of one shape. @internal */
export function collate_tensor_fn(batch: readonly Tensor[]): Tensor {
  const { layout, is_nested } = batch[0] as Tensor & { is_nested?: boolean }
  const kind = is_nested ? 'nested' : layout.name.startsWith('sparse') ? 'sparse' : null
  if (kind !== null) {
    throw new RuntimeError(`Batches of ${kind} tensors are not currently supported by the default collate_fn; please provide a custom collate_fn to handle them appropriately.`)
  }
  return stack(batch as Tensor[], 0)
}

function collate_array_fn(batch: readonly TypedArray[], options: Options): unknown {
  return collate(batch.map(one => tensor(one)), options)
}

/** What {@link default_collate} does with values that are no containers. Add to it to have it collate others. */
export const default_collate_fn_map: CollateMap = new Map<Class, CollateFunction>([
  [Tensor, collate_tensor_fn],
  [Object.getPrototypeOf(Uint8Array) as Class, collate_array_fn],
  [Number, collate_numbers],
  [BigInt as unknown as Class, collate_numbers],
  [Boolean, collate_numbers],
  [String, batch => [...batch]],
])

/**
 * Makes one batch of samples of the same form: tensors are stacked, and so are typed arrays; numbers become a tensor; strings
 * stay an array; arrays, Maps and plain objects are collated element by element.
 *
 * Numbers: if all of the batch are whole, they are counts or labels and become int64, as Python's ints do; if one is not,
 * float64, as Python's floats. JavaScript has no 2.0 beside 2, so a column of measurements that may happen to be whole in one
 * batch should be tensors (`torch.tensor(x)`), which keep their dtype. bigints become int64, booleans bool.
 *
 * @throws {TypeError} for samples of another kind; {RuntimeError} for arrays of different lengths.
 * @see torch.utils.data.default_collate
 */
export function default_collate<T>(batch: readonly T[]): Collated<T> {
  return collate(batch, { collate_fn_map: default_collate_fn_map }) as Collated<T>
}

// A class of its own before one that it extends.
function function_for(value: unknown, map: CollateMap): CollateFunction | undefined {
  if (value === null || value === undefined) return undefined
  const exact = map.get(value.constructor as Class)
  if (exact !== undefined) return exact
  // Tensors and typed arrays of another context, as of a jest test, are no instances of this one's classes.
  if (is_array(value)) return map.get(Object.getPrototypeOf(Uint8Array) as Class)
  for (const [type, collate_class] of map) if (value instanceof (type as Class)) return collate_class
  return undefined
}

/**
 * Makes one batch as {@link default_collate} does, with functions of your own: those of `collate_fn_map` collate the values of their
 * classes, and without one for its class a value that is no array, Map or plain object cannot be collated.
 *
 * @see torch.utils.data._utils.collate.collate
 */
export function collate(batch: readonly unknown[], options: Options = {}): unknown {
  const first = batch[0]
  const own = options.collate_fn_map && function_for(first, options.collate_fn_map)
  if (own) return own(batch as readonly never[], options)
  const column = (key: string): unknown => collate(batch.map(sample => field(sample, key)), options)
  if (Array.isArray(first) || first instanceof NamedTuple) {
    if (batch.some(sample => (sample as unknown[]).length !== first.length)) {
      throw new RuntimeError('each element in list of batch should be of equal size')
    }
    const columns = Array.from(first, (_, i) => collate(batch.map(sample => (sample as unknown[])[i]), options))
    return Array.isArray(first) ? columns : remade(first, columns)
  }
  if (first instanceof Map) {
    const maps = batch as readonly Map<unknown, unknown>[]
    return new Map(Array.from(first.keys(), key => [key, collate(maps.map(sample => sample.get(key)), options)]))
  }
  if (is_kwargs(first)) return Object.fromEntries(Object.keys(first).map(key => [key, column(key)]))
  throw unknown_type(first)
}

/** A named tuple of the same kind. */
function remade(tuple: NamedTuple, values: unknown[]): NamedTuple {
  return new (tuple.constructor as new (values: unknown[]) => NamedTuple)(values)
}

function field(sample: unknown, key: string): unknown {
  if (typeof sample === 'object' && sample !== null && key in sample) return (sample as Record<string, unknown>)[key]
  throw new RuntimeError(`default_collate: a sample of the batch has no '${key}'`)
}

function unknown_type(value: unknown): TypeError {
  return new TypeError(`default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found ${type_text(value)}`)
}

function is_constant(value: unknown): value is Constant {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
}

/** A number that Python would have as an int: see {@link default_collate}. */
function is_whole(value: Constant): boolean {
  return typeof value !== 'number' || (Number.isSafeInteger(value) && !Object.is(value, -0))
}

function collate_numbers(batch: readonly unknown[]): Tensor {
  if (!batch.every(is_constant)) throw unknown_type(batch.find(value => !is_constant(value)))
  if (batch.every(value => typeof value === 'boolean')) return tensor(batch)
  if (!batch.every(is_whole)) return tensor(batch.map(Number), { dtype: float64 })
  return tensor(batch.map(BigInt), { dtype: int64 })
}

