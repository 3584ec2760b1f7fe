// Calls of operators by name: values onto the tape, the call, results off it. The counterpart of PyTorch's generated bindings.
import { type Handle, binding } from './_C'
import { OutOfMemoryError, RuntimeError } from './_errors'
import { attend, collect_all } from './_memory'
import { complex_repr } from './_python_format'
import { FIRST, Tag, TapeValue, follow_tape, tape, use_tape } from './_tape'

let id_of: (tensor: TensorBase) => Handle
let set_id: (tensor: TensorBase, id: Handle) => void
let is_base: (value: unknown) => value is TensorBase
let new_tensor: () => TensorBase

/** What every tensor object is to this layer: an owner of a handle. */
export abstract class TensorBase {
  #id: Handle = 0

  static {
    id_of = tensor => tensor.#id
    set_id = (tensor, id) => {
      tensor.#id = id
      if (scope !== null) scope.push(tensor)
    }
    is_base = (value): value is TensorBase => typeof value === 'object' && value !== null && #id in value
  }

  /** Frees the tensor's memory now, unless another tensor shares it. Using it afterwards throws. */
  dispose(): void {
    if (this.#id === 0) return
    binding.dispose(this.#id)
    this.#id = 0
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** True after {@link dispose}. */
  get is_disposed(): boolean {
    return this.#id === 0
  }
}

// Tensors made since the innermost torch.scope began.
let scope: TensorBase[] | null = null

/** Sets where new tensors are noted, and gives the place before. */
export function exchange_scope(to: TensorBase[] | null): TensorBase[] | null {
  const before = scope
  scope = to
  return before
}

/** Names the class of the tensors that operators return. */
export function set_tensor_class(make: () => TensorBase): void {
  new_tensor = make
}

/** Whether the value is a tensor of this copy of torch-ts. */
export function is_tensor(value: unknown): value is TensorBase {
  return is_base(value)
}

/** The handle of a tensor that is in use; throws if it was disposed of. */
export function handle(tensor: TensorBase): Handle {
  const id = id_of(tensor)
  if (id === 0) throw new RuntimeError('this Tensor has been disposed of')
  return id
}

/** A tensor for a handle that came back from C++ without an owner. */
export function adopt(id: Handle): TensorBase {
  const tensor = new_tensor()
  binding.adopt(tensor, id)
  set_id(tensor, id)
  return tensor
}

/** Makes `tensor` (one without a handle yet) the owner of what `make` returns for it. */
export function own<T extends TensorBase>(tensor: T, make: (out: T) => Handle): T {
  set_id(tensor, make(tensor))
  if (tape.f64[0] !== 0) attend()
  return tensor
}

/** A new tensor that owns what `make` returns, or null if that is 0. */
export function made(make: (out: TensorBase) => Handle): TensorBase | null {
  const tensor = new_tensor()
  const id = make(tensor)
  if (id === 0) return null
  set_id(tensor, id)
  if (tape.f64[0] !== 0) attend()
  return tensor
}

// ---- arguments ----

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const MAX_DEPTH = 64
/** A position past any tape: the caller makes room and writes again. */
export const TOO_SHORT = 2 ** 28

function put_number(value: number, at: number): number {
  const { f64 } = tape
  // -0 is a float: as an int it would lose its sign.
  f64[at] = Number.isSafeInteger(value) && !Object.is(value, -0) ? Tag.Int : Tag.Float
  f64[at + 1] = value
  return at + 2
}

function put_bigint(value: bigint, at: number): number {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError('Overflow when unpacking long long')
  tape.f64[at] = Tag.BigInt
  tape.i64[at + 1] = value
  return at + 2
}

function put_string(value: string, at: number): number {
  if (at + 2 + Math.ceil(value.length * 3 / 8) > tape.f64.length) return TOO_SHORT
  const { written } = encoder.encodeInto(value, tape.u8.subarray((at + 2) * 8))
  tape.f64[at] = Tag.String
  tape.f64[at + 1] = written
  return at + 2 + Math.ceil(written / 8)
}

function put_list(list: readonly unknown[], at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new RangeError('lists are nested too deeply')
  const { f64 } = tape
  if (at + 2 + list.length > f64.length) return TOO_SHORT + list.length
  let tag: number = Tag.Ints
  for (let i = 0; i < list.length; i++) {
    const value = list[i]
    if (typeof value !== 'number') {
      tag = Tag.List
      break
    }
    if (!Number.isSafeInteger(value)) tag = Tag.Floats
    f64[at + 2 + i] = value
  }
  f64[at] = tag
  f64[at + 1] = list.length
  if (tag !== Tag.List) return at + 2 + list.length
  let next = at + 2
  for (let i = 0; i < list.length && next < TOO_SHORT; i++) next = put(list[i], next, depth + 1)
  return next
}

function put_object(value: object, at: number, depth: number): number {
  const { f64 } = tape
  if (Array.isArray(value)) return put_list(value as unknown[], at, depth)
  if (value instanceof TapeValue) {
    f64[at] = value.tag
    f64[at + 1] = value.code
    return at + 2
  }
  if (value instanceof Complex) {
    f64[at] = Tag.Complex
    f64[at + 1] = value.real
    f64[at + 2] = value.imag
    return at + 3
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return put_list(Array.from(value as Uint8Array), at, depth)
  f64[at] = Tag.Object
  return at + 2
}

// Writes past the end of a typed array are dropped silently, so room is checked once, after all values are written.
/** Writes a value onto the tape and gives the place after it; past the tape's end if there was no room. */
export function put(value: unknown, at: number, depth: number): number {
  switch (typeof value) {
    case 'number': return put_number(value, at)
    case 'object': {
      if (value === null) break
      if (!is_base(value)) return put_object(value, at, depth)
      tape.f64[at] = Tag.Tensor
      tape.f64[at + 1] = handle(value)
      return at + 2
    }
    case 'boolean': {
      tape.f64[at] = Tag.Bool
      tape.f64[at + 1] = value ? 1 : 0
      return at + 2
    }
    case 'string': return put_string(value, at)
    case 'bigint': return put_bigint(value, at)
    case 'undefined': break
    default: {
      tape.f64[at] = Tag.Object
      return at + 2
    }
  }
  tape.f64[at] = Tag.None
  tape.f64[at + 1] = 0
  return at + 2
}

const keyword_ids = new Map<string, number>()

function keyword(name: string): number {
  let id = keyword_ids.get(name)
  if (id === undefined) {
    id = binding.keyword(name)
    if (id !== 0) keyword_ids.set(name, id)
  }
  return id
}

/** Keyword arguments of an operator. */
export type Kwargs = Readonly<Record<string, unknown>>

function put_arguments(name: string, args: readonly unknown[], kwargs: Kwargs | null): number {
  let at = FIRST + 2
  for (let i = 0; i < args.length; i++) at = put(args[i], at, 0)
  let keywords = 0
  if (kwargs !== null) {
    for (const key of Object.keys(kwargs)) {
      const value = kwargs[key]
      if (value === undefined) continue
      const id = keyword(key)
      if (id === 0) throw new TypeError(`${name}() got an unexpected keyword argument '${key}'`)
      tape.f64[at] = id
      at = put(value, at + 1, 0)
      keywords++
    }
  }
  tape.f64[FIRST] = args.length
  tape.f64[FIRST + 1] = keywords
  return at
}

// ---- results ----

/** A complex number: PyTorch's Python `complex`. */
export class Complex {
  constructor(readonly real: number, readonly imag: number = 0) {}

  toString(): string {
    return complex_repr(this.real, this.imag)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

let cursor = 0

function take_bare_string(bytes: number): string {
  const start = cursor * 8
  cursor += Math.ceil(bytes / 8)
  return decoder.decode(tape.u8.slice(start, start + bytes))
}

function take(): unknown {
  const { f64 } = tape
  const tag = f64[cursor]!
  const payload = f64[cursor + 1]!
  cursor += 2
  switch (tag) {
    case Tag.Tensor: return adopt(payload)
    case Tag.Int:
    case Tag.Float: return payload
    case Tag.Bool: return payload !== 0
    case Tag.BigInt: return tape.i64[cursor - 1]
    case Tag.Complex: return new Complex(payload, f64[cursor++])
    case Tag.String: return take_bare_string(payload)
    case Tag.List:
    case Tag.Tuple: {
      const list: unknown[] = []
      for (let i = 0; i < payload; i++) list.push(take())
      return list
    }
    case Tag.Dict: {
      const map = new Map<unknown, unknown>()
      for (let i = 0; i < payload; i++) map.set(take(), take())
      return map
    }
    case Tag.NamedTuple: {
      const [name, ...fields] = Array.from({ length: payload + 1 }, () => take_bare_string(tape.f64[cursor++]!)) as [string, ...string[]]
      const Tuple = script_tuple_class(name, fields)
      return new Tuple(fields.map(() => take()))
    }
    case Tag.Device:
    case Tag.DType:
    case Tag.Script: return constant_makers.get(tag)!(payload)
    default: return null
  }
}

const constant_makers = new Map<number, (code: number) => unknown>()

/** Says what a constant of this tag becomes in a result; the constants' own files do, to keep imports one way. */
export function set_constant_maker(tag: number, make: (code: number) => unknown): void {
  constant_makers.set(tag, make)
}

/** Reads one value that C++ left on the tape, such as a tensor's item. */
export function take_value(): unknown {
  follow_tape()
  cursor = FIRST
  return take()
}

/** Reads the list of values that C++ left on the tape. */
export function take_values(): unknown[] {
  follow_tape()
  const count = tape.f64[FIRST]!
  cursor = FIRST + 1
  const values: unknown[] = []
  for (let i = 0; i < count; i++) values.push(take())
  if (tape.f64[0] !== 0) attend()
  return values
}

/**
 * The result of an operator with several outputs: by name (`result.values`), by place (`result[0]`) or destructured as an
 * array (`const [values, indices] = result`). PyTorch's torch.return_types.
 */
export abstract class NamedTuple implements Iterable<unknown> {
  [place: number]: unknown
  /** The number of values. */
  declare readonly length: number
  /** @internal */
  declare readonly _name: string
  /** @internal */
  declare readonly _fields: readonly string[]

  constructor(values: readonly unknown[]) {
    for (let i = 0; i < values.length; i++) this[i] = values[i]
  }

  [Symbol.iterator](): Iterator<unknown> {
    return Array.prototype[Symbol.iterator].call(this) as Iterator<unknown>
  }

  toString(): string {
    return `torch.return_types.${this._name}(\n${this._fields.map((field, i) => `${field}=${String(this[i])}`).join(',\n')})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

type NamedTupleClass = new (values: readonly unknown[]) => NamedTuple

// A class for each kind of result, with its fields on the prototype: defining them on each result would cost more than the call.
function named_tuple_class(name: string, fields: readonly string[]): NamedTupleClass {
  const type = class extends NamedTuple {}
  for (const [key, value] of Object.entries({ length: fields.length, _name: name, _fields: fields })) {
    Object.defineProperty(type.prototype, key, { value })
  }
  fields.forEach((field, i) => {
    Object.defineProperty(type.prototype, field, { get(this: NamedTuple) { return this[i] } })
  })
  return type
}

const script_tuples = new Map<string, NamedTupleClass>()

// A named tuple of TorchScript: the same, but that it prints as Python's namedtuple does.
function script_tuple_class(name: string, fields: readonly string[]): NamedTupleClass {
  const key = [name, ...fields].join()
  let type = script_tuples.get(key)
  if (type === undefined) {
    type = named_tuple_class(name, fields)
    Object.defineProperty(type.prototype, 'toString', {
      value(this: NamedTuple) { return `${name}(${fields.map((field, i) => `${field}=${String(this[i])}`).join(', ')})` },
    })
    script_tuples.set(key, type)
  }
  return type
}

// ---- calls ----

/** An operator, ready to be called. */
export interface Operator {
  readonly id: number
  readonly name: string
  /** What a result of several values is, by overload; null if its values have no names. */
  readonly tuples: Map<number, NamedTupleClass | null>
}

const operators = new Map<string, Operator>()

/** Finds an operator by its full name, such as `aten::add` or `aten::add.Tensor`; throws if this libtorch has none. */
export function operator(name: string): Operator {
  const known = operators.get(name)
  if (known) return known
  const id = binding.resolve(name)
  if (id === 0) throw new RuntimeError(`No such operator ${name}`)
  const found = { id, name: name.replace(/^.*::/, '').replace(/\..*/, ''), tuples: new Map<number, NamedTupleClass | null>() }
  operators.set(name, found)
  return found
}

function tuple_of(op: Operator, overload: number): NamedTupleClass | null {
  let type = op.tuples.get(overload)
  if (type === undefined) {
    const names = binding.return_names(op.id, overload)
    type = names === '' ? null : named_tuple_class(op.name, names.split(','))
    op.tuples.set(overload, type)
  }
  return type
}

function results(op: Operator): unknown {
  follow_tape()
  const count = tape.f64[FIRST]! - 1
  const overload = tape.f64[FIRST + 2]!
  cursor = FIRST + 3
  if (count === 0) return undefined
  if (count === 1) return take()
  const values: unknown[] = []
  for (let i = 0; i < count; i++) values.push(take())
  const Tuple = tuple_of(op, overload)
  return Tuple === null ? values : new Tuple(values)
}

function attempt(op: Operator, args: readonly unknown[], kwargs: Kwargs | null): unknown {
  let end = put_arguments(op.name, args, kwargs)
  while (end > tape.f64.length) {
    use_tape(end >= TOO_SHORT ? tape.f64.length * 2 + (end - TOO_SHORT) * 2 : end)
    end = put_arguments(op.name, args, kwargs)
  }
  const out = new_tensor()
  const id = binding.call(op.id, out)
  let result: unknown
  if (id > 0) {
    set_id(out, id)
    result = out
  } else {
    result = id === 0 ? results(op) : args[0]
  }
  if (tape.f64[0] !== 0) attend()
  return result
}

/** Calls an operator. A call that runs out of memory is tried once more after a full collection. */
export function call(op: Operator, args: readonly unknown[], kwargs: Kwargs | null = null): unknown {
  let result: unknown
  try {
    result = attempt(op, args, kwargs)
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error
    collect_all()
    binding.empty_cache()
    result = attempt(op, args, kwargs)
  }
  return kwargs !== null && kwargs['out'] != null ? kwargs['out'] : result
}

/** Whether a value is keyword arguments rather than an argument: an object without a class. */
export function is_kwargs(value: unknown): value is Kwargs {
  if (typeof value !== 'object' || value === null || is_base(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null && !Array.isArray(value)
}

type ResultHook = (args: readonly unknown[], result: unknown) => unknown

let result_hook: ResultHook | null = null

/** Sets what may give the result of a caller's operator another class: what `__torch_function__` is to Python's subclasses. */
export function set_result_hook(hook: ResultHook | null): void {
  result_hook = hook
}

/** Calls an operator with a caller's arguments, of which the last may be keyword arguments. */
export function invoke(op: Operator, args: readonly unknown[]): unknown {
  let count = args.length
  let kwargs: Kwargs | null = null
  if (count > 0 && is_kwargs(args[count - 1])) {
    kwargs = args[count - 1] as Kwargs
    count--
  }
  while (count > 0 && args[count - 1] === undefined) count--
  const result = call(op, count === args.length ? args : args.slice(0, count), kwargs)
  return result_hook === null ? result : result_hook(args, result)
}
