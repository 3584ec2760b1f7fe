// Reading of pickles without running any code of theirs: torch/_weights_only_unpickler.py, for protocols 2 to 5.
import { UnpicklingError } from './errors'
import { decode_text } from './text'
import { Global, PyDict } from './values'

/** What the owner of an unpickler decides. */
export interface Rules {
  /** The value of a global, a {@link Global} if it may be called. @throws {UnpicklingError} if it is not allowed. */
  find_global(module: string, name: string): unknown
  /** The value of a persistent id. */
  persistent_load(id: unknown): unknown
  /** BUILD on an object that is no dict. @throws {UnpicklingError} if that is not allowed. */
  build(instance: unknown, state: unknown): void
  /** The value of a str of Python 2. Default: its text. */
  old_string?(bytes: Uint8Array): unknown
}

const MARK = Symbol('mark')

/** A Python tuple: a frozen array. */
export function tuple_of(items: unknown[]): readonly unknown[] {
  return Object.freeze(items)
}

/** An int of Python as a number, or a bigint past 2^53. */
export function int_of(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

function decode_long(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0
  const hex = Buffer.from(bytes).reverse().toString('hex')
  return int_of(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)))
}

/** One pass over the bytes of a file; `load` reads one pickle and stays behind it. */
export class Unpickler {
  #at = 0
  #stack: unknown[] = []
  #memo = new Map<number, unknown>()
  readonly #view: DataView

  constructor(private readonly bytes: Uint8Array, private readonly rules: Rules) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Where the next pickle begins. */
  get position(): number {
    return this.#at
  }

  /** The next object. What is in it of Python's dicts is still a PyDict. */
  load(): unknown {
    this.#stack = []
    this.#memo = new Map()
    if (this.bytes.length === this.#at) throw new UnpicklingError('Ran out of input')
    for (;;) {
      const op = this.#byte()
      if (op === 0x2e) return this.#pop() // STOP
      this.#step(op)
    }
  }

  #need(length: number): number {
    const at = this.#at
    if (length > this.bytes.length - at) throw new UnpicklingError('pickle data was truncated')
    this.#at += length
    return at
  }

  #byte(): number {
    return this.bytes[this.#need(1)]!
  }

  #uint32(): number {
    return this.#view.getUint32(this.#need(4), true)
  }

  #uint64(): number {
    const value = this.#view.getBigUint64(this.#need(8), true)
    if (value > BigInt(this.bytes.length)) throw new UnpicklingError('pickle data was truncated')
    return Number(value)
  }

  #take(length: number): Uint8Array {
    const at = this.#need(length)
    return this.bytes.subarray(at, at + length)
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.#at)
    if (end < 0) throw new UnpicklingError('pickle data was truncated')
    const text = decode_text(this.bytes.subarray(this.#at, end))
    this.#at = end + 1
    return text
  }

  #old_string(bytes: Uint8Array): unknown {
    return this.rules.old_string ? this.rules.old_string(bytes) : decode_text(bytes)
  }

  #push(value: unknown): void {
    this.#stack.push(value)
  }

  #pop(): unknown {
    const value = this.#top()
    this.#stack.pop()
    return value
  }

  #top(): unknown {
    const value = this.#stack[this.#stack.length - 1]
    if (this.#stack.length === 0 || value === MARK) throw new UnpicklingError('the pickle takes a value from an empty stack')
    return value
  }

  /** The values since the last mark, which is taken off too. */
  #pop_mark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK)
    if (mark < 0) throw new UnpicklingError('could not find MARK')
    const items = this.#stack.splice(mark)
    items.shift()
    return items
  }

  #pops(count: number): unknown[] {
    const items = new Array<unknown>(count)
    for (let i = count - 1; i >= 0; i--) items[i] = this.#pop()
    return items
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) throw new UnpicklingError(`Memo value not found at index ${index}`)
    this.#push(this.#memo.get(index))
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top()
    if (!Array.isArray(list) || Object.isFrozen(list)) throw new UnpicklingError(`Can only append to lists, but got ${describe(list)}`)
    for (const item of items) list.push(item)
  }

  #set_items(items: readonly unknown[], op: string): void {
    const dict = this.#top()
    if (!(dict instanceof PyDict)) {
      throw new UnpicklingError(`Can only ${op} for dict, collections.OrderedDict, collections.Counter, but got ${describe(dict)}`)
    }
    if (items.length % 2 !== 0) throw new UnpicklingError(`odd number of items for ${op}`)
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1])
  }

  #add(items: readonly unknown[]): void {
    const set = this.#top()
    if (!(set instanceof Set)) throw new UnpicklingError(`Can only add to sets, but got ${describe(set)}`)
    for (const item of items) set.add(item)
  }

  #reduce(): void {
    const [target, args] = this.#pops(2)
    if (!(target instanceof Global) || !target.call) throw new UnpicklingError(`Trying to call reduce for unrecognized function ${describe(target)}`)
    this.#push(target.call(list_of(args)))
  }

  #new_object(): void {
    const [target, args] = this.#pops(2)
    if (!(target instanceof Global) || !target.create) {
      throw new UnpicklingError(`Can only create new object for nn.Parameter or classes allowlisted via \`add_safe_globals\` but got ${describe(target)}`)
    }
    this.#push(target.create(list_of(args)))
  }

  #build(): void {
    const state = this.#pop()
    const instance = this.#top()
    if (instance instanceof PyDict && instance.kind === 'OrderedDict') {
      if (state instanceof PyDict) instance.attributes = state
      return
    }
    this.rules.build(instance, state)
  }

  #step(op: number): void {
    switch (op) {
      case 0x80: return this.#protocol() // PROTO
      case 0x95: return void this.#need(8) // FRAME: its length is of no use here
      // numbers and constants
      case 0x4e: return this.#push(null) // NONE
      case 0x88: return this.#push(true) // NEWTRUE
      case 0x89: return this.#push(false) // NEWFALSE
      case 0x4a: return this.#push(this.#view.getInt32(this.#need(4), true)) // BININT
      case 0x4b: return this.#push(this.#byte()) // BININT1
      case 0x4d: return this.#push(this.#view.getUint16(this.#need(2), true)) // BININT2
      case 0x8a: return this.#push(decode_long(this.#take(this.#byte()))) // LONG1
      case 0x8b: return this.#push(decode_long(this.#take(this.#uint32()))) // LONG4
      case 0x47: return this.#push(this.#view.getFloat64(this.#need(8), false)) // BINFLOAT
      // strings and bytes
      case 0x58: return this.#push(decode_text(this.#take(this.#uint32()))) // BINUNICODE
      case 0x8c: return this.#push(decode_text(this.#take(this.#byte()))) // SHORT_BINUNICODE
      case 0x8d: return this.#push(decode_text(this.#take(this.#uint64()))) // BINUNICODE8
      case 0x55: return this.#push(this.#old_string(this.#take(this.#byte()))) // SHORT_BINSTRING: Python 2's str
      case 0x54: return this.#push(this.#old_string(this.#take(this.#uint32()))) // BINSTRING
      case 0x43: return this.#push(this.#take(this.#byte()).slice()) // SHORT_BINBYTES
      case 0x42: return this.#push(this.#take(this.#uint32()).slice()) // BINBYTES
      case 0x8e: return this.#push(this.#take(this.#uint64()).slice()) // BINBYTES8
      case 0x96: return this.#push(this.#take(this.#uint64()).slice()) // BYTEARRAY8
      // containers
      case 0x28: return this.#push(MARK)
      case 0x29: return this.#push(tuple_of([])) // EMPTY_TUPLE
      case 0x85: return this.#push(tuple_of(this.#pops(1))) // TUPLE1
      case 0x86: return this.#push(tuple_of(this.#pops(2))) // TUPLE2
      case 0x87: return this.#push(tuple_of(this.#pops(3))) // TUPLE3
      case 0x74: return this.#push(tuple_of(this.#pop_mark())) // TUPLE
      case 0x5d: return this.#push([]) // EMPTY_LIST
      case 0x61: return this.#append(this.#pops(1)) // APPEND
      case 0x65: return this.#append(this.#pop_mark()) // APPENDS
      case 0x7d: return this.#push(new PyDict()) // EMPTY_DICT
      case 0x73: return this.#set_items(this.#pops(2), 'SETITEM')
      case 0x75: return this.#set_items(this.#pop_mark(), 'SETITEMS')
      case 0x8f: return this.#push(new Set()) // EMPTY_SET
      case 0x90: return this.#add(this.#pop_mark()) // ADDITEMS
      case 0x91: return this.#push(new Set(this.#pop_mark())) // FROZENSET
      // the stack and the memo
      case 0x30: return void this.#pop() // POP
      case 0x32: return this.#push(this.#top()) // DUP
      case 0x68: return this.#get(this.#byte()) // BINGET
      case 0x6a: return this.#get(this.#uint32()) // LONG_BINGET
      case 0x71: return void this.#memo.set(this.#byte(), this.#top()) // BINPUT
      case 0x72: return void this.#memo.set(this.#uint32(), this.#top()) // LONG_BINPUT
      case 0x94: return void this.#memo.set(this.#memo.size, this.#top()) // MEMOIZE
      // what names something outside
      case 0x63: return this.#push(this.rules.find_global(this.#line(), this.#line())) // GLOBAL
      case 0x93: return this.#stack_global()
      case 0x51: return this.#push(this.rules.persistent_load(this.#pop())) // BINPERSID
      case 0x52: return this.#reduce()
      case 0x81: return this.#new_object() // NEWOBJ
      case 0x62: return this.#build()
      default: throw new UnpicklingError(`Unsupported operand ${op}`)
    }
  }

  #protocol(): void {
    const protocol = this.#byte()
    if (protocol > 5) throw new UnpicklingError(`unsupported pickle protocol: ${protocol}`)
  }

  #stack_global(): void {
    const [module, name] = this.#pops(2)
    if (typeof module !== 'string' || typeof name !== 'string') throw new UnpicklingError('STACK_GLOBAL requires str')
    this.#push(this.rules.find_global(module, name))
  }
}

function list_of(args: unknown): readonly unknown[] {
  if (!Array.isArray(args)) throw new UnpicklingError(`arguments must be a tuple, but got ${describe(args)}`)
  return args
}

/** A value in a message, as Python's type of it. */
export function describe(value: unknown): string {
  if (value instanceof Global) return value.name
  if (value instanceof PyDict) return `<class '${value.kind === 'dict' ? 'dict' : `collections.${value.kind}`}'>`
  if (Array.isArray(value)) return Object.isFrozen(value) ? "<class 'tuple'>" : "<class 'list'>"
  if (value instanceof Set) return "<class 'set'>"
  if (value instanceof Uint8Array) return "<class 'bytes'>"
  switch (typeof value) {
    case 'string': return "<class 'str'>"
    case 'boolean': return "<class 'bool'>"
    case 'bigint': return "<class 'int'>"
    case 'number': return Number.isInteger(value) ? "<class 'int'>" : "<class 'float'>"
    default: return value === null ? "<class 'NoneType'>" : `<class '${(value as object | undefined)?.constructor.name ?? 'object'}'>`
  }
}
