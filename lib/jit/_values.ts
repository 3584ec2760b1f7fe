// Values of TorchScript's types in both directions, and objects that JavaScript holds by a handle. No PyTorch counterpart.
import { type Handle, binding } from '../_C'
import { type Kwargs, NamedTuple, TOO_SHORT, is_kwargs, is_tensor, put, set_constant_maker, take_value, take_values } from '../_dispatch'
import { attend } from '../_memory'
import { FIRST, Tag, TapeValue, tape, use_tape } from '../_tape'

/** What holds a module's script. */
export const SCRIPT = Symbol.for('torch.jit.ScriptModule')

/**
 * A value of TorchScript that JavaScript has no type for: an object of a custom class, an enum, a stream. It can be passed back as it
 * is. An object of a class has the class's methods.
 *
 * @see torch.ScriptObject
 */
export class ScriptObject extends TapeValue {
  /** @internal */
  constructor(make: (out: ScriptObject) => Handle) {
    super(Tag.Script, 0)
    Object.assign(this, { code: make(this) })
    if (tape.f64[0] !== 0) attend()
  }

  /** The name of its type. */
  get type_name(): string {
    return describe(this).name
  }

  toString(): string {
    return `<torch.ScriptObject of ${this.type_name}>`
  }
}

/** The handle of a script. */
export function script_id(object: ScriptObject): Handle {
  return object.code
}

export interface Description {
  kind: 'module' | 'object' | 'function' | 'unit' | 'value'
  name: string
  methods: string[]
  attributes: Map<string, 'parameter' | 'buffer' | 'module' | 'attribute' | 'constant'>
}

/** What a script is and has. */
export function describe(script: ScriptObject): Description {
  binding.script_info(script_id(script))
  const [kind, name, methods, names, kinds] = take_values() as [Description['kind'], string, string[], string[], string[]]
  return { kind, name, methods, attributes: new Map(names.map((one, i) => [one, kinds[i] as 'attribute'])) }
}

// ---- to C++ ----

const MAX_DEPTH = 64

function put_entries(tag: number, values: readonly unknown[], count: number, at: number, depth: number): number {
  if (at + 2 > tape.f64.length) return TOO_SHORT
  tape.f64[at] = tag
  tape.f64[at + 1] = count
  let next = at + 2
  for (let i = 0; i < values.length && next < TOO_SHORT; i++) next = put_value(values[i], next, depth + 1)
  return next
}

function script_in(value: unknown): ScriptObject | null {
  if (value instanceof ScriptObject) return value
  return typeof value === 'function' && SCRIPT in value ? value[SCRIPT] as ScriptObject : null
}

function put_value(value: unknown, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new RangeError('values are nested too deeply')
  const script = script_in(value)
  if (script !== null) {
    tape.f64[at] = Tag.Script
    tape.f64[at + 1] = script_id(script)
    return at + 2
  }
  if (typeof value !== 'object' || value === null || is_tensor(value) || value instanceof TapeValue) return put(value, at, depth)
  if (value instanceof NamedTuple) return put_entries(Tag.Tuple, [...value], value.length, at, depth)
  if (Array.isArray(value)) {
    const numbers = value.every(one => typeof one === 'number' && !Object.is(one, -0))
    return numbers && value.length > 0 ? put(value, at, depth) : put_entries(Tag.List, value, value.length, at, depth)
  }
  if (value instanceof Map) return put_entries(Tag.Dict, [...value as Map<unknown, unknown>].flat(), value.size, at, depth)
  if (is_kwargs(value)) return put_entries(Tag.Dict, Object.entries(value).flat(), Object.keys(value).length, at, depth)
  return put(value, at, depth)
}

function write(fill: () => number): void {
  let end = fill()
  while (end > tape.f64.length) {
    use_tape(end >= TOO_SHORT ? tape.f64.length * 2 : end)
    end = fill()
  }
}

/** Writes one value for C++ to read. */
export function write_value(value: unknown): void {
  write(() => put_value(value, FIRST, 0))
}

function put_call(args: readonly unknown[], kwargs: Kwargs): number {
  const given = Object.entries(kwargs).filter(([, value]) => value !== undefined)
  tape.f64[FIRST] = args.length
  tape.f64[FIRST + 1] = given.length
  let at = FIRST + 2
  for (const value of [...args, ...given.flat()]) {
    at = put_value(value, at, 0)
    if (at >= TOO_SHORT) break
  }
  return at
}

// ---- from C++ ----

const arrived: ScriptObject[] = []
set_constant_maker(Tag.Script, id => {
  const object = new ScriptObject(out => {
    binding.adopt_script(out, id)
    return id
  })
  arrived.push(object)
  return object
})

let wrap_module: (script: ScriptObject) => unknown = script => script

/** Says what a module's script becomes in a result. */
export function set_module_maker(make: (script: ScriptObject) => unknown): void {
  wrap_module = make
}

function dress(object: ScriptObject): unknown {
  const { kind, methods, attributes } = describe(object)
  if (kind === 'module') return wrap_module(object)
  if (kind !== 'object') return object
  for (const name of attributes.keys()) {
    const set = (value: unknown): void => { set_attribute(object, name, value) }
    Object.defineProperty(object, name, { get: () => get_attribute(object, name), set, configurable: true })
  }
  for (const name of methods) {
    if (!(name in object)) Object.defineProperty(object, name, { value: method_of(object, name), configurable: true, writable: true })
  }
  return object
}

function dress_inside(value: unknown): unknown {
  if (value instanceof ScriptObject) return dress(value)
  if (Array.isArray(value)) return value.map(dress_inside)
  if (value instanceof Map) return new Map([...value as Map<unknown, unknown>].map(([key, one]) => [key, dress_inside(one)]))
  if (value instanceof NamedTuple) for (let i = 0; i < value.length; i++) value[i] = dress_inside(value[i])
  return value
}

// The tape must be read to its end before an object that came on it can be asked what it is.
function finished(value: unknown): unknown {
  return arrived.splice(0).length === 0 ? value : dress_inside(value)
}

/** Reads the values of a result. */
export function read_values(): unknown[] {
  return take_values().map(finished)
}

// ---- members and calls ----

export function get_attribute(script: ScriptObject, name: string): unknown {
  binding.script_attr(script_id(script), name)
  return finished(take_value())
}

/** The script of a module's child. */
export function get_script(script: ScriptObject, name: string): ScriptObject {
  binding.script_attr(script_id(script), name)
  const child = take_value() as ScriptObject
  arrived.length = 0
  return child
}

export function set_attribute(script: ScriptObject, name: string, value: unknown): void {
  write_value(value)
  binding.script_set_attr(script_id(script), name)
}

interface Parameters { names: string[], takes_object: boolean[] }

function parameters_of(script: ScriptObject, method: string): Parameters {
  const lines = binding.script_text(script_id(script), method, 'arguments').split('\n').slice(0, -1)
  const names = lines.map(line => line.replace(/^\?/, ''))
  const own = names[0] === 'self' ? 1 : 0
  return { names: names.slice(own), takes_object: lines.slice(own).map(line => line.startsWith('?')) }
}

/**
 * A method as a JavaScript function. A plain object at the end of the arguments holds keyword arguments, unless the parameter there
 * takes a dict and no key is a parameter's name; a Map is always a dict.
 */
export function method_of(script: ScriptObject, name: string): (...args: unknown[]) => unknown {
  let parameters: Parameters | undefined
  return (...args) => {
    let kwargs: Kwargs = {}
    const last = args.at(-1)
    if (is_kwargs(last)) {
      const { names, takes_object } = parameters ??= parameters_of(script, name)
      const is_dict = takes_object[args.length - 1] === true && !Object.keys(last).some(key => names.includes(key))
      if (!is_dict) kwargs = args.pop() as Kwargs
    }
    while (args.length > 0 && args.at(-1) === undefined) args.pop()
    write(() => put_call(args, kwargs))
    binding.script_call(script_id(script), name)
    return read_values()[0]
  }
}

/** An object of a class that a library registered; null if none did. */
export function construct(name: string, args: readonly unknown[]): ScriptObject | null {
  const own = [...args]
  while (own.length > 0 && own.at(-1) === undefined) own.pop()
  const kwargs = is_kwargs(own.at(-1)) ? own.pop() as Kwargs : {}
  write(() => put_call(own, kwargs))
  const object = new ScriptObject(out => binding.script_class(out, name))
  return script_id(object) === 0 ? null : dress(object) as ScriptObject
}

/** The text of a method. */
export function text_of(script: ScriptObject, method: string, what: 'code' | 'graph' | 'inlined_graph' | 'schema'): string {
  return binding.script_text(script_id(script), method, what)
}

/** The code of a method, and the constants that it names c0, c1 and so on. */
export function code_with_constants_of(script: ScriptObject, method: string): [code: string, constants: Record<string, unknown>] {
  binding.script_constants(script_id(script), method)
  const constants = read_values()
  return [text_of(script, method, 'code'), Object.fromEntries(constants.map((value, i) => [`c${i}`, value]))]
}
