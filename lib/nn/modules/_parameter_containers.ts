// Modules that hold parameters: ParameterList and ParameterDict of torch.nn.modules.container.
import { is_kwargs, is_tensor } from '../../_dispatch'
import { KeyError, RuntimeError } from '../../_errors'
import { type_name } from '../../_typename'
import type { Tensor } from '../../tensor'
import { Parameter } from '../parameter'
import { type NamedValues, is_iterable, pairs_of, place_of, python_slice } from './_collections'
import { del_attr, get_attr, set_attr } from './_members'
import { Module } from './module'

/** A tensor becomes a parameter; other values are kept as they are. */
export type ParameterValue = Tensor | Parameter | unknown

function as_parameter(value: unknown): unknown {
  return is_tensor(value) && !(value instanceof Parameter) ? new Parameter(value as Tensor) : value
}

function line(key: string, value: unknown, type: (tensor: Tensor) => string): string {
  if (!is_tensor(value)) return `  (${key}): Object of type: ${type_name(value)}`
  const tensor = value as Tensor
  const device = tensor.is_cuda ? ` (${String(tensor.device)})` : ''
  const kind = tensor instanceof Parameter ? 'Parameter' : 'Tensor'
  return `  (${key}): ${kind} containing: [${type(tensor)} of size ${[...tensor.shape].join('x')}${device}]`
}

/**
 * A list of parameters. Tensors that are put into it become parameters.
 *
 * @see torch.nn.ParameterList
 */
export class ParameterList<T = Parameter> extends Module implements Iterable<T> {
  [index: number]: T
  _size = 0

  constructor(values?: Iterable<Tensor | T> | null) {
    super()
    if (values != null) this.extend(values)
  }

  forward(): never {
    throw new RuntimeError('ParameterList should not be called.')
  }

  /** The number of parameters. */
  override get length(): number {
    return this._size
  }

  * [Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this._size; i++) yield get_attr(this, String(i)) as T
  }

  /** The parameter at a place; negative places count from the end. @throws {IndexError} if there is none. */
  at(index: number): T {
    return get_attr(this, String(place_of(index, this._size))) as T
  }

  /** Puts a parameter at a place that is taken. */
  set_at(index: number, param: Tensor | T): this {
    set_attr(this, String(place_of(index, this._size)), as_parameter(param))
    return this
  }

  /** A list of the parameters from `start` up to `stop`: Python's `x[start:stop:step]`. */
  slice(start: number | null = null, stop: number | null = null, step = 1): ParameterList<T> {
    return new ParameterList<T>(python_slice([...this], start, stop, step))
  }

  /** Adds a parameter at the end. */
  append(value: Tensor | T): this {
    this._size++
    return this.set_at(this._size - 1, value)
  }

  /** Adds parameters at the end. */
  extend(values: Iterable<Tensor | T>): this {
    if (is_tensor(values) || !is_iterable(values)) {
      throw new TypeError(`ParameterList.extend should be called with an iterable, but got ${type_name(values)}`)
    }
    for (const value of [...values]) this.append(value)
    return this
  }

  override extra_repr(): string {
    return [...this].map((value, i) => line(String(i), value, tensor => String(tensor.dtype))).join('\n')
  }
}

/**
 * Parameters by name. Tensors that are put into it become parameters. An object's names are sorted, as a Python dict's; those of a
 * Map or of pairs are not.
 *
 * @see torch.nn.ParameterDict
 */
export class ParameterDict<T = Parameter> extends Module implements Iterable<string> {
  _keys: string[] = []

  constructor(parameters?: NamedValues<Tensor | T> | ParameterDict<T> | null) {
    super()
    if (parameters != null) this.update(parameters)
  }

  forward(): never {
    throw new RuntimeError('ParameterDict should not be called.')
  }

  /** The number of parameters. */
  override get length(): number {
    return this._keys.length
  }

  /** The names. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]()
  }

  /** The parameter of a name: Python's `x[key]`. @throws {KeyError} if there is none. */
  at(key: string): T {
    if (!this.contains(key)) throw new KeyError(`'${key}'`)
    return get_attr(this, key) as T
  }

  /** Python's `x[key] = value`. */
  set_at(key: string, value: Tensor | T): this {
    if (typeof key !== 'string') {
      throw new TypeError(`Index given to ParameterDict cannot be used as a key as it is not a string (type is '${type_name(key)}'). Open an issue on github if you need non-string keys.`)
    }
    if (!this.contains(key) && key in this) throw new KeyError(`attribute '${key}' already exists`)
    if (!this.contains(key)) this._keys.push(key)
    set_attr(this, key, as_parameter(value))
    return this
  }

  /** Takes a parameter out: Python's `del x[key]`. @throws {KeyError} if there is none. */
  delete_at(key: string): void {
    if (!this.contains(key)) throw new KeyError(`'${key}'`)
    this._keys = this._keys.filter(other => other !== key)
    del_attr(this, key)
  }

  /** Whether there is a parameter of that name: Python's `key in x`. */
  contains(key: string): boolean {
    return this._keys.includes(key)
  }

  /** A dict of the same parameters. */
  copy(): ParameterDict<T> {
    return new ParameterDict<T>(this)
  }

  /** The parameter of a name; puts `default_` there first if there is none. */
  setdefault(key: string, default_: Tensor | T | null = null): T {
    if (!this.contains(key)) this.set_at(key, default_ as T)
    return this.at(key)
  }

  /** Takes all parameters out. */
  clear(): void {
    for (const key of this.keys()) this.delete_at(key)
  }

  /** Takes a parameter out and gives it. @throws {KeyError} if there is none. */
  pop(key: string): T {
    const value = this.at(key)
    this.delete_at(key)
    return value
  }

  /** Takes out the last parameter and gives its name and it. */
  popitem(): [string, T] {
    const key = this._keys.at(-1)
    if (key === undefined) throw new KeyError("'dictionary is empty'")
    return [key, this.pop(key)]
  }

  /** The parameter of a name, or `default_`. */
  get<D = null>(key: string, default_: D = null as D): T | D {
    return this.contains(key) ? this.at(key) : default_
  }

  /** A new dict with these names and one value. */
  fromkeys(keys: Iterable<string>, default_: Tensor | T | null = null): ParameterDict<T> {
    return new ParameterDict<T>([...keys].map(key => [key, default_ as T] as const))
  }

  keys(): string[] {
    return [...this._keys]
  }

  values(): T[] {
    return this._keys.map(key => this.at(key))
  }

  items(): [string, T][] {
    return this._keys.map(key => [key, this.at(key)])
  }

  /** Adds parameters, in place of those of the same names. */
  update(parameters: NamedValues<Tensor | T> | ParameterDict<T>): void {
    if (parameters == null || typeof parameters === 'string') {
      throw new TypeError(`ParametersDict.update should be called with an iterable of key/value pairs, but got ${type_name(parameters)}`)
    }
    const pairs = parameters instanceof ParameterDict ? parameters.items() : pairs_of('ParameterDict', parameters)
    if (is_kwargs(parameters)) pairs.sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [key, value] of pairs) this.set_at(key, value)
  }

  override extra_repr(): string {
    return this.items().map(([key, value]) => line(key, value, tensor => tensor.type())).join('\n')
  }
}
