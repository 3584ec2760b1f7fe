// The structure of a compiled program's inputs and outputs, as torch.utils._pytree.treespec_dumps writes it.
import { NamedTuple, is_kwargs, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { tree_flatten } from '../_pytree'
import { type_text } from '../_typename'
import type { Tensor } from '../tensor'

/** A leaf has no kind. Keys are those of a dict. */
export interface Spec { readonly kind: string | null, readonly keys: readonly string[] | null, readonly children: readonly Spec[] }

const DICTS = new Set(['builtins.dict', 'collections.OrderedDict'])
const LISTS = new Set(['builtins.tuple', 'builtins.list', 'collections.deque'])
const MAX_DEPTH = 256

function broken(): RuntimeError {
  return new RuntimeError('the structure of inputs and outputs in the package cannot be read')
}

function keys_in(context: unknown): string[] {
  const keys: unknown = typeof context === 'string' ? JSON.parse(context) : context
  if (!Array.isArray(keys)) throw broken()
  return keys.map(String)
}

function spec_in(data: unknown, depth: number): Spec {
  if (typeof data !== 'object' || data === null || depth > MAX_DEPTH) throw broken()
  const { type, context, children_spec } = data as Record<string, unknown>
  if (!Array.isArray(children_spec) || (type !== null && typeof type !== 'string')) throw broken()
  const children = children_spec.map(child => spec_in(child, depth + 1))
  const keys = type !== null && DICTS.has(type) ? keys_in(context) : null
  if (keys !== null && keys.length !== children.length) throw broken()
  return { kind: type, keys, children }
}

/** The structure in a text; null if there is none. @throws {RuntimeError} if it cannot be read. */
export function read_spec(text: string | undefined): Spec | null {
  if (text === undefined || text === '') return null
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (!Array.isArray(data)) throw broken()
  return spec_in(data[1], 0)
}

function member(value: unknown, key: string, where: string): unknown {
  const own = is_kwargs(value) && Object.hasOwn(value, key) ? value[key] : undefined
  const found = value instanceof Map ? (value as Map<unknown, unknown>).get(key) : own
  if (found === undefined) throw new ValueError(`${where} must have the key '${key}'`)
  return found
}

function children_of(value: unknown, spec: Spec, where: string): readonly unknown[] {
  if (spec.keys !== null) return spec.keys.map(key => member(value, key, where))
  const list = value instanceof NamedTuple ? [...value] : Array.isArray(value) ? value as unknown[] : null
  if (list === null) throw new ValueError(`${where} must be an array of ${spec.children.length} values, but got ${type_text(value)}`)
  if (list.length !== spec.children.length) throw new ValueError(`${where} must have ${spec.children.length} values, but got ${list.length}`)
  return list
}

/** The tensors of `value` in the order of the structure. Other leaves are constants of the compiled program, as in Python. */
export function flatten_by(spec: Spec, value: unknown, where: string): Tensor[] {
  if (spec.kind === null) return is_tensor(value) ? [value as Tensor] : []
  // What has a class of its own in Python is here an object of any kind with as many leaves.
  if (spec.keys === null && !LISTS.has(spec.kind) && !Array.isArray(value)) return tree_flatten(value)[0].filter(is_tensor) as Tensor[]
  return children_of(value, spec, where).flatMap((child, i) => {
    return flatten_by(spec.children[i]!, child, `${where}[${spec.keys === null ? i : `'${spec.keys[i]!}'`}]`)
  })
}

/** Values in the structure: arrays for tuples and lists, objects for dicts. */
export function unflatten_by(spec: Spec, values: Iterator<unknown>): unknown {
  if (spec.kind === null) {
    const { value } = values.next() as { value: unknown }
    return value ?? null
  }
  const children = spec.children.map(child => unflatten_by(child, values))
  return spec.keys === null ? children : Object.fromEntries(spec.keys.map((key, i) => [key, children[i]]))
}
