// What is on an unpickler's stack beside plain values, and what becomes of it: Python's dict and its kin as objects and Maps.
import { UnpicklingError } from './errors'

/** A Python dict while it is read. `kind` tells an OrderedDict; `attributes` are what BUILD gave it. */
export class PyDict {
  readonly items = new Map<unknown, unknown>()
  attributes: PyDict | null = null

  constructor(readonly kind: 'dict' | 'OrderedDict' | 'Counter' = 'dict') {}

  set(key: unknown, value: unknown): void {
    const hashable = !(key instanceof PyDict || key instanceof Set || Array.isArray(key) && !Object.isFrozen(key))
    if (!hashable) throw new UnpicklingError('a dict of the file has a key that is not hashable')
    this.items.set(key, value)
  }
}

/** Something that a file names on the way to a value, such as a storage or its type. */
export abstract class Internal {
  constructor(readonly name: string) {}

  /** What it is where the file holds it itself. */
  value(): unknown {
    throw new UnpicklingError(`the file holds ${this.name} itself, which has no value here`)
  }
}

/** A function or class that a file may name. Nothing else of it can be called. */
export class Global extends Internal {
  /**
   * @param name - its full name in Python
   * @param call - what REDUCE does, if anything
   * @param create - what NEWOBJ does, if anything
   * @param build - what BUILD does to an object that `create` or `call` made
   */
  constructor(
    name: string,
    readonly call: ((args: readonly unknown[]) => unknown) | null = null,
    readonly create: ((args: readonly unknown[]) => unknown) | null = null,
    readonly build: ((instance: object, state: unknown) => void) | null = null,
  ) {
    super(name)
  }
}

/** How dicts with a kind of their own become values. */
export type MakeDict = (dict: PyDict) => object | null

const MAX_DEPTH = 1000 // as deep as Python writes

// Text keys that are whole numbers come first in a JavaScript object, whatever the order in which they were set.
function keeps_order(keys: readonly unknown[]): keys is string[] {
  let [texts, last] = [false, -1]
  for (const key of keys) {
    if (typeof key !== 'string' || key === '__proto__') return false
    if (!/^(0|[1-9]\d{0,9})$/.test(key)) {
      texts = true
      continue
    }
    if (texts || Number(key) <= last) return false
    last = Number(key)
  }
  return true
}

/** Makes the values of a finished pickle: dicts become objects or Maps, wherever they are. */
export class Finisher {
  readonly #done = new Map<object, unknown>()
  #depth = 0

  constructor(private readonly make_dict: MakeDict) {}

  finish(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Internal) return value.value()
    const is_plain_list = Array.isArray(value) && (value.constructor === Array || value.constructor.name === 'Array')
    if (!(value instanceof PyDict || value instanceof Set || is_plain_list)) return value
    if (this.#done.has(value)) return this.#done.get(value)
    if (++this.#depth > MAX_DEPTH) throw new UnpicklingError(`the values of the file are nested more than ${MAX_DEPTH} deep`)
    const result = value instanceof PyDict ? this.#dict(value) : value instanceof Set ? this.#set(value) : this.#list(value as unknown[])
    this.#depth--
    return result
  }

  // A list is filled in place, so that a list which holds itself stays one; a tuple cannot be.
  #list(list: unknown[]): unknown[] {
    if (Object.isFrozen(list)) {
      const tuple = list.map(one => this.finish(one))
      const same = tuple.every((one, i) => one === list[i])
      const result = same ? list : Object.freeze(tuple) as unknown[]
      this.#done.set(list, result)
      return result
    }
    this.#done.set(list, list)
    for (let i = 0; i < list.length; i++) list[i] = this.finish(list[i])
    return list
  }

  #set(set: Set<unknown>): Set<unknown> {
    const result = new Set<unknown>()
    this.#done.set(set, result)
    for (const one of set) result.add(this.finish(one))
    return result
  }

  #dict(dict: PyDict): unknown {
    const keys = [...dict.items.keys()]
    if (!keeps_order(keys)) {
      const map = new Map<unknown, unknown>()
      this.#done.set(dict, map)
      for (const [key, value] of dict.items) map.set(this.finish(key), this.finish(value))
      this.#attributes(dict, map)
      return map
    }
    return this.#object(dict, keys)
  }

  #object(dict: PyDict, keys: readonly string[]): object {
    const object = (this.make_dict(dict) ?? {}) as Record<string, unknown>
    this.#done.set(dict, object)
    for (const key of keys) object[key] = this.finish(dict.items.get(key))
    this.#attributes(dict, object)
    return object
  }

  // Of a dict's attributes only those of a state_dict have a place here. They are looked up by name, whatever their order.
  #attributes({ attributes }: PyDict, target: object): void {
    const metadata = attributes?.items.get('_metadata')
    if (!(metadata instanceof PyDict)) return
    const keys = [...metadata.items.keys()].filter((key): key is string => typeof key === 'string' && key !== '__proto__')
    const value = this.#done.get(metadata) ?? this.#object(metadata, keys)
    Object.defineProperty(target, '_metadata', { value, writable: true, configurable: true })
  }
}
