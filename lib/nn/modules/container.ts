// Modules that hold modules: torch.nn.modules.container. Those that hold parameters are in _parameter_containers.ts.
import { is_kwargs } from '../../_dispatch'
import { IndexError, KeyError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'
import { type NamedValues, is_iterable, pairs_of, place_of, python_slice } from './_collections'
import { del_attr, is_module, members, register } from './_members'
import { type ForwardArgs, type ForwardResult, Module, indented } from './module'

export { ParameterDict, ParameterList } from './_parameter_containers'

// ---- sequences ----

/** What Sequential and ModuleList share: modules under the names '0', '1' and so on. */
export abstract class ModuleSequence<M extends Module> extends Module implements Iterable<M> {
  [index: number]: M

  protected entries(): [string, M][] {
    return members(this, 'module') as [string, M][]
  }

  protected replace(modules: readonly M[]): void {
    for (const [name] of this.entries()) del_attr(this, name)
    modules.forEach((module, i) => register(this, String(i), 'module', module))
  }

  /** The number of modules. */
  override get length(): number {
    return this.entries().length
  }

  * [Symbol.iterator](): Iterator<M> {
    for (const [, module] of this.entries()) yield module
  }

  /** The module at a place; negative places count from the end. @throws {IndexError} if there is none. */
  at(index: number): M {
    const entries = this.entries()
    return entries[place_of(index, entries.length)]![1]
  }

  /** Puts a module at a place that is taken. */
  set_at(index: number, module: M): this {
    const entries = this.entries()
    register(this, entries[place_of(index, entries.length)]![0], 'module', module)
    return this
  }

  /** Takes a module out; those after it move up. Python's `del x[index]`. */
  delete_at(index: number): void {
    this.pop(index)
  }

  /** Takes a module out and gives it. */
  pop(index: number): M {
    const modules = [...this]
    const [module] = modules.splice(place_of(index, modules.length), 1)
    this.replace(modules)
    return module!
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.add_module(String(this.length), module)
    return this
  }

  /** Puts a module before the one at a place. @throws {IndexError} for a place past the end. */
  insert(index: number, module: M): this {
    const modules = [...this]
    if (!is_module(module)) throw new TypeError(`module should be of type: <class 'torch.nn.modules.module.Module'>, but got ${type_name(module)}`)
    if (!Number.isInteger(index) || index < -modules.length || index > modules.length) throw new IndexError(`Index out of range: ${index}`)
    modules.splice(index, 0, module)
    this.replace(modules)
    return this
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    if (!is_iterable(modules)) {
      throw new TypeError(`${this._get_name()}.extend should be called with an iterable, but got ${type_name(modules)}`)
    }
    for (const module of [...modules]) this.append(module)
    return this
  }
}

type First<M extends readonly Module[]> = M extends readonly [infer F extends Module, ...unknown[]] ? ForwardArgs<F> : ForwardArgs<Module>
type Last<M extends readonly Module[]> = M extends readonly [...unknown[], infer L extends Module] ? ForwardResult<L> : Tensor

/** Modules by name, in order. */
export type OrderedModules = Readonly<Record<string, Module>> | ReadonlyMap<string, Module>

/**
 * Modules that are applied one after the other.
 *
 * Shape: the first module's input → the last one's output.
 * @example new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU()); new nn.Sequential({ fc: new nn.Linear(4, 8), act: new nn.ReLU() })
 * @see torch.nn.Sequential
 */
export class Sequential<M extends readonly Module[] = readonly Module[]> extends ModuleSequence<M[number]> {
  constructor(...modules: M)
  constructor(modules: OrderedModules)
  constructor(...args: readonly unknown[]) {
    super()
    const [first] = args
    const named = args.length === 1 && (first instanceof Map || is_kwargs(first))
    const entries = !named ? args.map((module, i) => [String(i), module] as const)
      : first instanceof Map ? [...first as Map<string, unknown>] : Object.entries(first)
    for (const [name, module] of entries) this.add_module(name, module as Module)
  }

  forward(...args: First<M>): Last<M> {
    const [first, ...others] = this as Iterable<Module>
    if (!first) return (args as unknown[])[0] as Last<M>
    let result = first(...args as unknown[]) as unknown
    for (const module of others) result = module(result)
    return result as Last<M>
  }

  /** The modules from `start` up to `stop` under their names: Python's `x[start:stop:step]`. */
  slice(start: number | null = null, stop: number | null = null, step = 1): Sequential {
    const Class = this.constructor as new (modules: OrderedModules) => Sequential
    return new Class(new Map(python_slice(this.entries(), start, stop, step)))
  }

  /** A new one with the modules of both: Python's `a + b`. */
  add(other: Sequential): Sequential {
    if (!(other instanceof Sequential)) throw new ValueError(`add operator supports only objects of Sequential class, but ${type_name(other)} is given.`)
    return new Sequential(...this, ...other)
  }

  /** A new one with the modules repeated, not copied: Python's `a * times`. */
  mul(times: number): Sequential {
    return new Sequential(...new Array<Module[]>(check_times(times)).fill([...this]).flat())
  }

  /** Repeats the modules in place: Python's `a *= times`. */
  mul_(times: number): this {
    const modules = [...this]
    for (let i = 1; i < check_times(times); i++) this.extend(modules)
    return this
  }
}

function check_times(times: number): number {
  if (!Number.isInteger(times)) throw new TypeError(`unsupported operand type(s) for *: 'Sequential' and '${type_name(times)}'`)
  if (times <= 0) throw new ValueError(`Non-positive multiplication factor ${times} for <class 'torch.nn.modules.container.Sequential'>`)
  return times
}

/**
 * A list of modules, whose parameters are the list's. It has no forward.
 *
 * Shape: none of its own.
 * @example this.layers = new nn.ModuleList(sizes.map(size => new nn.Linear(size, size))); for (const layer of this.layers) x = layer(x)
 * @see torch.nn.ModuleList
 */
export class ModuleList<M extends Module = Module> extends ModuleSequence<M> {
  constructor(modules?: Iterable<M> | { modules?: Iterable<M> | null } | null) {
    super()
    const given = is_kwargs(modules) ? (modules as { modules?: Iterable<M> | null }).modules : modules as Iterable<M> | null | undefined
    if (given != null) this.extend(given)
  }

  /** A list of the modules from `start` up to `stop`: Python's `x[start:stop:step]`. */
  slice(start: number | null = null, stop: number | null = null, step = 1): ModuleList<M> {
    const Class = this.constructor as new (modules: Iterable<M>) => ModuleList<M>
    return new Class(python_slice([...this], start, stop, step))
  }

  /** A new list with the modules of both: Python's `a + b`. */
  add(other: Iterable<M>): ModuleList<M> {
    return new ModuleList([...this, ...other])
  }

  /** Equal neighbours are shown once, with their number. */
  override toString(): string {
    const blocks: { from: number, to: number, repr: string }[] = []
    for (const repr of [...this].map(String)) {
      const last = blocks.at(-1)
      if (last?.repr === repr) last.to++
      else blocks.push({ from: (last?.to ?? -1) + 1, to: (last?.to ?? -1) + 1, repr })
    }
    const lines = blocks.map(({ from, to, repr }) => (from === to ? `(${from}): ${indented(repr)}` : `(${from}-${to}): ${to - from + 1} x ${indented(repr)}`))
    return lines.length === 0 ? `${this._get_name()}()` : `${this._get_name()}(\n  ${lines.join('\n  ')}\n)`
  }
}

// ---- by name ----

/**
 * Modules by name, whose parameters are the dict's. It has no forward.
 *
 * A name must not be that of a method or property of the dict, such as 'keys'.
 *
 * Shape: none of its own.
 * @example this.heads = new nn.ModuleDict({ a: new nn.Linear(8, 2), b: new nn.Linear(8, 3) }); this.heads.at('a')(x)
 * @see torch.nn.ModuleDict
 */
export class ModuleDict<M extends Module = Module> extends Module implements Iterable<string> {
  constructor(modules?: NamedValues<M> | ModuleDict<M> | null) {
    super()
    if (modules != null) this.update(modules)
  }

  /** The number of modules. */
  override get length(): number {
    return members(this, 'module').length
  }

  /** The names. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]()
  }

  /** The module of a name: Python's `x[key]`. @throws {KeyError} if there is none. */
  at(key: string): M {
    const found = members(this, 'module').find(([name]) => name === key)
    if (!found) throw new KeyError(`'${key}'`)
    return found[1] as M
  }

  /** Python's `x[key] = module`. */
  set_at(key: string, module: M): this {
    this.add_module(key, module)
    return this
  }

  /** Takes a module out: Python's `del x[key]`. @throws {KeyError} if there is none. */
  delete_at(key: string): void {
    this.pop(key)
  }

  /** Whether there is a module of that name: Python's `key in x`. */
  contains(key: string): boolean {
    return members(this, 'module').some(([name]) => name === key)
  }

  /** Takes all modules out. */
  clear(): void {
    for (const key of this.keys()) del_attr(this, key)
  }

  /** Takes a module out and gives it. @throws {KeyError} if there is none. */
  pop(key: string): M {
    const module = this.at(key)
    del_attr(this, key)
    return module
  }

  keys(): string[] {
    return members(this, 'module').map(([name]) => name)
  }

  values(): M[] {
    return this.items().map(([, module]) => module)
  }

  items(): [string, M][] {
    return members(this, 'module') as [string, M][]
  }

  /** Adds modules, in place of those of the same names. */
  update(modules: NamedValues<M> | ModuleDict<M>): void {
    const pairs = modules instanceof ModuleDict ? modules.items() : pairs_of('ModuleDict', modules)
    for (const [key, module] of pairs) this.add_module(key, module)
  }
}
