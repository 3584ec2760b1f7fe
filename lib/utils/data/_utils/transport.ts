// Values on their way to a worker and back, tensors without a copy: what pickle and torch.multiprocessing do for PyTorch's.
import { types } from 'node:util'
import { binding } from '../../../_C'
import { Callable, blank_like } from '../../../_callable'
import { handle, is_tensor, made } from '../../../_dispatch'
import { TapeValue } from '../../../_tape'
import { type_name } from '../../../_typename'
import { Device, device } from '../../../device'
import { Generator } from '../../../random'
import { Tensor } from '../../../tensor'
import { type Reference, file_of, find_reference, is_es_module, load_file, resolve_reference, script_of } from './references'

// What stands in a message for what structured cloning does not take.
const KEY = 'torch-ts:packed'

type Field = readonly [name: string, value: unknown, enumerable: boolean, is_symbol: boolean]

type Packed =
  | { [KEY]: 'tensor', token: number, type: unknown, requires_grad: boolean, fields?: Record<string, unknown> }
  | { [KEY]: 'reference', reference: Reference, place: string }
  | { [KEY]: 'object', type: unknown, form: Form, items: unknown[], fields: Field[] }
  | { [KEY]: 'state', type: unknown, state: unknown }
  | { [KEY]: 'call', type: unknown, args: unknown }
  | { [KEY]: 'generator', state: unknown, device: string }
  | { [KEY]: 'device', name: string }

/** What an instance is beneath its class. */
type Form = 'object' | 'array' | 'map' | 'set' | 'callable'

/** Python's pickle protocol, for classes that know better how they travel. */
interface Protocol {
  __reduce__?(): readonly [make: unknown, args: readonly unknown[]]
  __getstate__?(): unknown
  __setstate__?(state: unknown): void
}

function is_plain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype as object) === null
}

function is_primitive(value: unknown): value is string | number | bigint | boolean | null | undefined {
  return (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') || value === null
}

/** Whether structured cloning copies it, or shares its memory. */
function is_cloneable(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isDate(value) || types.isRegExp(value)
    || types.isBoxedPrimitive(value)
}

const GUIDE = 'Functions and classes travel to workers by the module that exports them: put it into a file of its own and write '
  + '`export` before it, or use num_workers: 0. See docs/data.md.'

/** Packs one message. */
export class Packer {
  /** ES modules that the other side has to import first. */
  readonly modules = new Set<string>()
  readonly #done = new Map<object, unknown>()
  readonly #trail: (string | number)[] = []

  /**
   * @param name - of the value, for messages
   * @param group - that its tensors belong to, so that they are dropped with their worker
   */
  constructor(name: string, readonly group: number) {
    this.#trail.push(name)
  }

  /** What postMessage takes. @throws {TypeError} for what cannot travel: it says where it is, and what to do */
  pack(value: unknown): unknown {
    if (typeof value === 'symbol') throw this.#refusal('a symbol')
    if (is_primitive(value)) return value
    const done = this.#done.get(value)
    if (done !== undefined) return done
    if (typeof value === 'function' && !(value instanceof Callable)) return this.#note(value, this.#reference(value))
    return this.#pack_object(value)
  }

  #pack_object(value: object): unknown {
    if (is_tensor(value)) return this.#note(value, this.#tensor(value as Tensor))
    if (is_cloneable(value)) return this.#note(value, value)
    if (value instanceof Device) return this.#note(value, { [KEY]: 'device', name: String(value) })
    if (value instanceof Generator) return this.#note(value, this.#generator(value))
    if (value instanceof TapeValue) return this.#note(value, this.#reference(value)) // dtypes and the like: constants
    if (Array.isArray(value) && is_bare_array(value)) {
      if (value.every(is_primitive)) return value // long lists of samples are mostly such: cloning copies them well
      const packed = this.#note(value, new Array<unknown>(value.length))
      for (let i = 0; i < value.length; i++) packed[i] = this.#part(i, value[i])
      return packed
    }
    if (types.isMap(value) && is_plain(Object.getPrototypeOf(value) as object)) {
      const packed = this.#note(value, new Map())
      for (const [key, element] of value) packed.set(this.#part('<key>', key), this.#part(String(key), element))
      return packed
    }
    if (types.isSet(value) && is_plain(Object.getPrototypeOf(value) as object)) {
      const packed = this.#note(value, new Set())
      for (const element of value) packed.add(this.#part('<element>', element))
      return packed
    }
    if (!is_plain(value)) return this.#instance(value)
    const packed = this.#note<Record<string, unknown>>(value, {})
    for (const [key, element] of Object.entries(value)) packed[key] = this.#part(key, element)
    return packed
  }

  // Noted before its parts are packed, so that circles close.
  #note<T>(value: object, packed: T): T {
    this.#done.set(value, packed)
    return packed
  }

  #part(name: string | number, value: unknown): unknown {
    if (is_primitive(value)) return value
    this.#trail.push(name)
    const packed = this.pack(value)
    this.#trail.pop()
    return packed
  }

  #tensor(value: Tensor): Packed {
    const type = value.constructor === Tensor ? null : this.#reference(value.constructor)
    const packed: Packed = { [KEY]: 'tensor', token: binding.share(handle(value), this.group), type, requires_grad: value.requires_grad }
    // Those of a class that extends it, such as the format of boxes.
    const fields = type === null ? [] : Object.entries(value)
    if (fields.length > 0) packed.fields = Object.fromEntries(fields.map(([name, field]) => [name, this.#part(name, field)]))
    return packed
  }

  #generator(value: Generator): Packed {
    return { [KEY]: 'generator', state: this.#tensor(value.get_state()), device: String(value.device) }
  }

  #reference(value: object): Packed {
    const reference = find_reference(value)
    if (reference === null) throw this.#refusal(this.#what(value))
    if (is_es_module(reference.module)) this.modules.add(reference.module)
    return { [KEY]: 'reference', reference, place: this.#place() }
  }

  #instance(value: object): Packed {
    const type = (value as { constructor?: unknown }).constructor
    const is_known = typeof type === 'function' && type.prototype === Object.getPrototypeOf(value)
    if (!is_known) throw this.#refusal('an object without a class')
    if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isProxy(value) || types.isGeneratorObject(value)) {
      throw this.#refusal(`a ${type.name}`)
    }
    const { __reduce__, __getstate__ } = value as Protocol
    if (typeof __reduce__ === 'function') {
      const [make, args] = __reduce__.call(value)
      return this.#note(value, { [KEY]: 'call', type: this.pack(make), args: this.pack(args) })
    }
    const packed = { [KEY]: 'object', type: this.#reference(type), form: form_of(value), items: [], fields: [] } as Packed & { [KEY]: 'object' }
    this.#note(value, packed)
    if (typeof __getstate__ === 'function') {
      return Object.assign(packed, { [KEY]: 'state', state: this.#part('<state>', __getstate__.call(value)) }) as unknown as Packed
    }
    this.#pack_items(value, packed)
    this.#pack_fields(value, packed)
    return packed
  }

  // Symbols that are not registered are private to this thread.
  #pack_fields(value: object, { form, fields }: Packed & { [KEY]: 'object' }): void {
    for (const key of Reflect.ownKeys(value)) {
      const name = typeof key === 'string' ? key : Symbol.keyFor(key)
      if (name === undefined || (form === 'array' && (name === 'length' || String(Number(name)) === name))) continue
      const { enumerable = false } = Object.getOwnPropertyDescriptor(value, key)!
      fields.push([name, this.#part(name, (value as Record<string | symbol, unknown>)[key]), enumerable, typeof key === 'symbol'])
    }
  }

  // What arrays, Maps and Sets hold, of classes that extend them.
  #pack_items(value: object, { form, items }: Packed & { [KEY]: 'object' }): void {
    if (form === 'array') (value as unknown[]).forEach((element, i) => items.push(this.#part(i, element)))
    if (form === 'set') for (const element of value as Set<unknown>) items.push(this.#part('<element>', element))
    if (form !== 'map') return
    for (const [key, element] of value as Map<unknown, unknown>) items.push([this.#part('<key>', key), this.#part(String(key), element)])
  }

  #what(value: object): string {
    if (typeof value !== 'function') return `a ${type_name(value)}`
    const script = script_of(value)
    const { name } = value as { name: string }
    const kind = !/^class\b/.test(Function.prototype.toString.call(value)) ? 'function' : 'class'
    return `the ${kind} ${name === '' ? 'without a name' : `'${name}'`}${script === null ? '' : ` of ${file_of(script)}`}, which no module exports`
  }

  #place(): string {
    const [name, ...parts] = this.#trail
    return name + parts.map(one => (typeof one === 'number' ? `[${one}]` : `.${one}`)).join('')
  }

  #refusal(what: string): TypeError {
    return new TypeError(`${this.#place()} cannot travel to another thread: it is ${what}. ${GUIDE}`)
  }
}

function is_bare_array(value: unknown[]): boolean {
  const prototype = Object.getPrototypeOf(value) as object
  return Array.isArray(prototype) // that of arrays is itself one, in whichever context
}

function form_of(value: object): Form {
  if (typeof value === 'function') return 'callable'
  return Array.isArray(value) ? 'array' : types.isMap(value) ? 'map' : types.isSet(value) ? 'set' : 'object'
}

const blanks: Record<Form, (prototype: object) => object> = {
  object: () => ({}),
  array: () => [],
  map: () => new Map(),
  set: () => new Set(),
  callable: prototype => blank_like(Object.create(prototype) as Callable),
}

/** Unpacks one message, which can be done once: its tensors are this thread's from then on. */
export class Unpacker {
  readonly #done = new Map<object, unknown>()

  /** @param imported - the ES modules of the message, by URL */
  constructor(readonly imported: ReadonlyMap<string, unknown> = new Map()) {}

  unpack(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const done = this.#done.get(value)
    if (done !== undefined) return done
    if (KEY in value) return this.#special(value as Packed)
    if (Array.isArray(value)) {
      const array = this.#note<unknown[]>(value, [])
      for (let i = 0; i < value.length; i++) array.push(this.unpack(value[i]))
      return array
    }
    if (types.isMap(value)) {
      const map = this.#note(value, new Map<unknown, unknown>())
      for (const [key, element] of value) map.set(this.unpack(key), this.unpack(element))
      return map
    }
    if (types.isSet(value)) {
      const set = this.#note(value, new Set<unknown>())
      for (const element of value) set.add(this.unpack(element))
      return set
    }
    if (is_cloneable(value)) return value
    const object = this.#note<Record<string, unknown>>(value, {})
    for (const [key, element] of Object.entries(value)) object[key] = this.unpack(element)
    return object
  }

  #note<T>(packed: object, value: T): T {
    this.#done.set(packed, value)
    return value
  }

  #special(packed: Packed): unknown {
    switch (packed[KEY]) {
      case 'tensor': return this.#note(packed, this.#tensor(packed))
      case 'reference': return this.#note(packed, this.#resolve(packed.reference, packed.place))
      case 'device': return this.#note(packed, device(packed.name))
      case 'generator': return this.#note(packed, new Generator(packed.device).set_state(this.unpack(packed.state) as Tensor))
      case 'call': {
        const make = this.unpack(packed.type) as (new (...args: unknown[]) => unknown) & ((...args: unknown[]) => unknown)
        const args = this.unpack(packed.args) as unknown[]
        return this.#note(packed, 'prototype' in make ? new make(...args) : (make as (...args: unknown[]) => unknown)(...args))
      }
      case 'state': {
        const object = this.#note(packed, Object.create(this.#prototype(packed.type)) as Protocol)
        const state = this.unpack(packed.state)
        if (typeof object.__setstate__ === 'function') object.__setstate__(state)
        else Object.assign(object, state)
        return object
      }
      case 'object': return this.#instance(packed)
    }
  }

  #resolve(reference: Reference, place: string): unknown {
    const found = resolve_reference(reference, module => this.#load(module))
    if (found !== null) return found
    const what = `'${reference.names.join('.')}', which ${reference.module ?? 'JavaScript'} does not export`
    throw new TypeError(`${place} cannot travel to another thread: it is ${what}. ${GUIDE}`)
  }

  #load(module: string): unknown {
    if (!is_es_module(module)) return load_file(module)
    const namespace = this.imported.get(module)
    if (namespace === undefined) throw new TypeError(`${module} has not been imported by this thread`)
    return namespace
  }

  #tensor({ token, type, requires_grad, fields }: Packed & { [KEY]: 'tensor' }): unknown {
    const tensor = made(out => binding.receive(out, token)) as Tensor
    if (type === null) return tensor
    if (fields !== undefined) {
      const like = Object.setPrototypeOf(tensor.detach().requires_grad_(requires_grad), this.#prototype(type)) as Tensor
      return Object.assign(like, this.unpack(fields))
    }
    return new (this.unpack(type) as new (data: Tensor, requires_grad: boolean) => unknown)(tensor.detach(), requires_grad)
  }

  #prototype(type: unknown): object {
    return (this.unpack(type) as { prototype: object }).prototype
  }

  #instance(packed: Packed & { [KEY]: 'object' }): unknown {
    const { type, form, items, fields } = packed
    const prototype = this.#prototype(type)
    const object = this.#note(packed, Object.setPrototypeOf(blanks[form](prototype), prototype) as object)
    for (const item of items) {
      if (form === 'array') Array.prototype.push.call(object, this.unpack(item))
      if (form === 'set') Set.prototype.add.call(object, this.unpack(item))
      if (form !== 'map') continue
      const [key, element] = item as [unknown, unknown]
      Map.prototype.set.call(object, this.unpack(key), this.unpack(element))
    }
    for (const [name, value, enumerable, is_symbol] of fields) {
      const key = is_symbol ? Symbol.for(name) : name
      Object.defineProperty(object, key, { value: this.unpack(value), enumerable, writable: true, configurable: true })
    }
    return object
  }
}
