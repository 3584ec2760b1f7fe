// Writing of pickles in protocol 2, as Python's torch.save does.
import { PicklingError } from './errors'
import { encode_text } from './text'

/** Something that a file names, such as a function that makes a tensor. */
export class GlobalName {
  constructor(readonly module: string, readonly name: string) {}
}

/** A call that the reader makes: a function's name and its arguments; `state` is what it gives to the result. */
export class Call {
  constructor(readonly target: GlobalName, readonly args: readonly unknown[], readonly state: unknown = undefined) {}
}

/** A value that the file names by a persistent id, such as a storage. */
export class PersistentId {
  constructor(readonly id: readonly unknown[]) {}
}

/** A number that is a float in Python also where it is whole. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** Python's OrderedDict, with the items to put into it. */
export class Ordered {
  constructor(readonly items: Iterable<readonly [unknown, unknown]>, readonly attributes: unknown) {}
}

/** What an object of a class becomes, or undefined for plain data: arrays, objects, Maps, Sets, bytes. */
export type Reduce = (value: object) => unknown

const BATCH = 1000 // as Python
const MAX_DEPTH = 990 // about what Python's own pickler does, by its limit of recursion
const ordered_dict = new GlobalName('collections', 'OrderedDict')
const set_class = new GlobalName('__builtin__', 'set')
const codecs_encode = new GlobalName('_codecs', 'encode')

// Bytes that grow by doubling.
class Output {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  room(length: number): number {
    const at = this.#length
    if (at + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, at + length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#length += length
    return at
  }

  byte(value: number): void {
    const at = this.room(1)
    this.#bytes[at] = value
  }

  bytes(values: Uint8Array): void {
    const at = this.room(values.length)
    this.#bytes.set(values, at)
  }

  /** An opcode and a number of `size` bytes. */
  with_uint(op: number, value: number, size: 1 | 2 | 4): void {
    this.byte(op)
    const at = this.room(size)
    if (size === 1) this.#view.setUint8(at, value)
    else if (size === 2) this.#view.setUint16(at, value, true)
    else this.#view.setUint32(at, value, true)
  }

  float(value: number): void {
    this.byte(0x47) // BINFLOAT
    const at = this.room(8)
    this.#view.setFloat64(at, value, false)
  }

  get result(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Writes one value. */
export class Pickler {
  readonly #out = new Output()
  readonly #memo = new Map<unknown, number>()
  readonly #globals = new Map<string, object>() // what stands for each in the memo
  #depth = 0

  constructor(private readonly reduce: Reduce) {}

  /** The bytes of a pickle. @throws {PicklingError} for a value that has no form in a file. */
  dump(value: unknown): Uint8Array {
    this.#out.with_uint(0x80, 2, 1) // PROTO
    this.#save(value)
    this.#out.byte(0x2e) // STOP
    return this.#out.result
  }

  #memoize(key: unknown): void {
    const index = this.#memo.size
    this.#memo.set(key, index)
    if (index < 256) this.#out.with_uint(0x71, index, 1) // BINPUT
    else this.#out.with_uint(0x72, index, 4) // LONG_BINPUT
  }

  #recall(key: unknown): boolean {
    const index = this.#memo.get(key)
    if (index === undefined) return false
    if (index < 256) this.#out.with_uint(0x68, index, 1) // BINGET
    else this.#out.with_uint(0x6a, index, 4) // LONG_BINGET
    return true
  }

  #save(value: unknown): void {
    switch (typeof value) {
      case 'undefined': return this.#out.byte(0x4e)
      case 'boolean': return this.#out.byte(value ? 0x88 : 0x89)
      case 'number': return this.#number(value)
      case 'bigint': return this.#bigint(value)
      case 'string': return this.#string(value)
      case 'symbol': throw new PicklingError(`cannot pickle ${String(value)}: a file holds no symbols`)
      default: return value === null ? this.#out.byte(0x4e) : this.#object(value as object)
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#out.float(value)
    else if (value >= 0 && value < 0x100) this.#out.with_uint(0x4b, value, 1) // BININT1
    else if (value >= 0 && value < 0x10000) this.#out.with_uint(0x4d, value, 2) // BININT2
    else if (value === (value | 0)) this.#out.with_uint(0x4a, value, 4) // BININT
    else this.#long(BigInt(value))
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(32, value) === value) this.#number(Number(value))
    else this.#long(value)
  }

  // As many bytes as two's complement needs.
  #long(value: bigint): void {
    const bits = (value < 0n ? ~value : value).toString(16).length * 4 + 1
    let length = Math.ceil(bits / 8)
    while (length > 1 && BigInt.asIntN(8 * (length - 1), value) === value) length--
    const hex = BigInt.asUintN(8 * length, value).toString(16).padStart(2 * length, '0')
    // Longer ones have an opcode that Python's weights_only refuses.
    if (length > 255) throw new PicklingError('cannot pickle a bigint of more than 255 bytes')
    this.#out.with_uint(0x8a, length, 1) // LONG1
    this.#out.bytes(Buffer.from(hex, 'hex').reverse())
  }

  #string(value: string): void {
    if (this.#recall(value)) return
    const bytes = encode_text(value)
    this.#out.with_uint(0x58, bytes.length, 4) // BINUNICODE
    this.#out.bytes(bytes)
    this.#memoize(value)
  }

  #object(value: object): void {
    if (this.#recall(value)) return
    if (++this.#depth > MAX_DEPTH) throw new PicklingError(`values are nested more than ${MAX_DEPTH} deep`)
    const reduced = this.reduce(value)
    if (reduced === undefined) this.#plain(value, value)
    else this.#reduced(reduced, value)
    this.#depth--
  }

  #reduced(reduced: unknown, original: object): void {
    if (reduced instanceof Call) {
      this.#global(reduced.target)
      this.#tuple(reduced.args)
      this.#out.byte(0x52) // REDUCE
      this.#memoize(original)
      if (reduced.state !== undefined) this.#build(reduced.state)
    } else if (reduced instanceof Ordered) {
      this.#ordered(reduced, original)
    } else if (reduced instanceof PersistentId) {
      this.#tuple(reduced.id)
      this.#out.byte(0x51) // BINPERSID
    } else if (reduced instanceof PythonFloat) {
      this.#out.float(reduced.value)
    } else if (reduced instanceof GlobalName) {
      this.#global(reduced)
    } else if (typeof reduced === 'object' && reduced !== null) {
      this.#plain(reduced, original)
    } else {
      this.#save(reduced)
    }
  }

  #build(state: unknown): void {
    this.#save(state)
    this.#out.byte(0x62)
  }

  #ordered({ items, attributes }: Ordered, original: object): void {
    this.#global(ordered_dict)
    this.#out.byte(0x29) // EMPTY_TUPLE
    this.#out.byte(0x52) // REDUCE
    this.#memoize(original)
    this.#items([...items])
    if (attributes !== undefined) this.#build({ _metadata: attributes })
  }

  #global(global: GlobalName): void {
    const key = `${global.module}\n${global.name}\n`
    const memo_key = this.#globals.get(key) ?? global
    if (this.#recall(memo_key)) return
    this.#globals.set(key, memo_key)
    this.#out.byte(0x63)
    this.#out.bytes(encode_text(key))
    this.#memoize(memo_key)
  }

  #plain(value: object, original: object): void {
    if (value instanceof Uint8Array) this.#bytes(value, original)
    else if (Array.isArray(value)) this.#array(value as unknown[], original)
    else if (value instanceof Map) this.#dict([...value.entries()] as [unknown, unknown][], original, true)
    else if (value instanceof Set) this.#reduced(new Call(set_class, [Array.from(value as Set<unknown>, as_key)]), original)
    else this.#dict(Object.entries(value), original, false)
  }

  // Protocol 2 has no bytes: they are text of the characters 0 to 255.
  #bytes(value: Uint8Array, original: object): void {
    const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
    this.#reduced(new Call(codecs_encode, [text, 'latin1']), original)
  }

  #array(list: readonly unknown[], original: object): void {
    if (Object.isFrozen(list)) return this.#tuple(list, original)
    this.#out.byte(0x5d) // EMPTY_LIST
    this.#memoize(original)
    for (let start = 0; start < list.length; start += BATCH) {
      const batch = list.slice(start, start + BATCH)
      if (batch.length > 1) this.#out.byte(0x28) // MARK
      for (const item of batch) this.#save(item)
      this.#out.byte(batch.length > 1 ? 0x65 : 0x61) // APPENDS, APPEND
    }
  }

  #tuple(list: readonly unknown[], original: object = list): void {
    if (list.length === 0) return this.#out.byte(0x29) // EMPTY_TUPLE
    if (list.length > 3) this.#out.byte(0x28) // MARK
    for (const item of list) this.#save(item)
    this.#out.byte(list.length > 3 ? 0x74 : 0x84 + list.length) // TUPLE, TUPLE1 to TUPLE3
    this.#memoize(original)
  }

  #dict(entries: readonly (readonly [unknown, unknown])[], original: object, any_key: boolean): void {
    this.#out.byte(0x7d) // EMPTY_DICT
    this.#memoize(original)
    this.#items(any_key ? entries.map(([key, value]) => [as_key(key), value]) : entries)
  }

  #items(entries: readonly (readonly [unknown, unknown])[]): void {
    for (let start = 0; start < entries.length; start += BATCH) {
      const batch = entries.slice(start, start + BATCH)
      if (batch.length > 1) this.#out.byte(0x28) // MARK
      for (const [key, value] of batch) {
        this.#save(key)
        this.#save(value)
      }
      this.#out.byte(batch.length > 1 ? 0x75 : 0x73) // SETITEMS, SETITEM
    }
  }
}

// What Python could not hash could not be read back.
function as_key(key: unknown): unknown {
  if (typeof key !== 'object' || key === null) return key
  if (Array.isArray(key) && (key.constructor === Array || key.constructor.name === 'Array')) return Object.freeze(key.map(as_key))
  const is_container = key instanceof Map || key instanceof Set || Object.getPrototypeOf(key) === Object.prototype
  if (is_container) throw new PicklingError('the key of a Map, or what a Set holds, must be hashable in Python: no object, Map or Set')
  return key
}
