// Values inside nested arrays, plain objects and Maps: what torch.utils._pytree does for tuples, lists and dicts.
import { NamedTuple, is_kwargs } from './_dispatch'
import { tuple_repr } from './_python_format'
import { Size } from './_size'
import { type_text, value_text } from './_typename'

type Rebuild = (values: readonly unknown[]) => unknown

/** The structure of a tree, without its leaves. An array counts as Python's tuple. */
export interface TreeSpec {
  /** 'leaf', or the kind of the container. */
  readonly kind: string
  readonly keys: readonly unknown[] | null
  readonly children: readonly TreeSpec[]
  readonly leaves: number
  readonly rebuild: Rebuild
}

const LEAF: TreeSpec = { kind: 'leaf', keys: null, children: [], leaves: 1, rebuild: values => values[0] }

interface Opened { kind: string, keys: readonly unknown[] | null, values: readonly unknown[], rebuild: Rebuild }

// What a container holds; null for a leaf. A Size is a value, and so is every object of a class.
function open(tree: unknown): Opened | null {
  if (typeof tree !== 'object' || tree === null) return null
  if (tree instanceof NamedTuple) {
    const Tuple = tree.constructor as new (values: readonly unknown[]) => NamedTuple
    return { kind: tree._name, keys: null, values: [...tree], rebuild: values => new Tuple(values) }
  }
  if (tree instanceof Size) return null
  if (Array.isArray(tree)) return { kind: 'tuple', keys: null, values: tree as unknown[], rebuild: values => [...values] }
  if (tree instanceof Map) {
    const keys = [...tree.keys()] as unknown[]
    return { kind: 'dict', keys, values: [...tree.values()] as unknown[], rebuild: values => new Map(keys.map((key, i) => [key, values[i]])) }
  }
  if (!is_kwargs(tree)) return null
  const keys = Object.keys(tree)
  return { kind: 'dict', keys, values: Object.values(tree), rebuild: values => Object.fromEntries(keys.map((key, i) => [key, values[i]])) }
}

function flatten_into(tree: unknown, leaves: unknown[], parents: readonly unknown[]): TreeSpec {
  const opened = open(tree)
  if (opened === null) {
    leaves.push(tree)
    return LEAF
  }
  if (parents.includes(tree)) throw new RangeError('a structure of tensors contains itself')
  const inner = [...parents, tree]
  const before = leaves.length
  const children = opened.values.map(value => flatten_into(value, leaves, inner))
  return { kind: opened.kind, keys: opened.keys, children, leaves: leaves.length - before, rebuild: opened.rebuild }
}

/** The leaves of a tree in order, and its structure. */
export function tree_flatten(tree: unknown): [leaves: unknown[], spec: TreeSpec] {
  const leaves: unknown[] = []
  const spec = flatten_into(tree, leaves, [])
  return [leaves, spec]
}

/** The tree of that structure with these leaves. */
export function tree_unflatten(leaves: readonly unknown[], spec: TreeSpec): unknown {
  if (spec.kind === 'leaf') return leaves[0]
  let at = 0
  return spec.rebuild(spec.children.map(child => tree_unflatten(leaves.slice(at, at += child.leaves), child)))
}

/** The same tree with each leaf replaced. */
export function tree_map(change: (leaf: unknown) => unknown, tree: unknown): unknown {
  const [leaves, spec] = tree_flatten(tree)
  return tree_unflatten(leaves.map(change), spec)
}

/** Whether two trees have the same structure. */
export function same_structure(a: TreeSpec, b: TreeSpec): boolean {
  return a.kind === b.kind && a.children.length === b.children.length && String(a.keys) === String(b.keys)
    && a.children.every((child, i) => same_structure(child, b.children[i]!))
}

/** The leaf of `prefix` for each leaf of a tree of that structure, where a leaf stands for all below it; null if they do not fit. */
export function broadcast_prefix(prefix: unknown, spec: TreeSpec): unknown[] | null {
  const opened = open(prefix)
  if (opened === null) return new Array<unknown>(spec.leaves).fill(prefix)
  const { kind, keys, values } = opened
  if (kind !== spec.kind || values.length !== spec.children.length) return null
  if (keys !== null && !keys.every(key => spec.keys!.includes(key))) return null
  const parts = spec.children.map((child, i) => broadcast_prefix(keys === null ? values[i] : values[keys.indexOf(spec.keys![i])], child))
  return parts.includes(null) ? null : parts.flat(1)
}

/** What Python's `str(type(value))` would be, where an array counts as a tuple. */
export function tree_type_text(value: unknown): string {
  return Array.isArray(value) ? "<class 'tuple'>" : value instanceof Map ? "<class 'dict'>" : type_text(value)
}

/** A number, null, or a tree of them as Python writes it. */
export function python_text(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  const opened = open(value)
  if (opened === null) return value_text(value)
  const texts = opened.values.map(python_text)
  return opened.keys === null ? tuple_repr(texts) : `{${texts.map((text, i) => `${python_text(opened.keys![i])}: ${text}`).join(', ')}}`
}

/** The structure as Python writes it in messages. */
export function spec_text(spec: TreeSpec, indent = 0): string {
  if (spec.kind === 'leaf') return '*'
  const context = spec.keys === null ? 'None' : `[${spec.keys.map(python_text).join(', ')}]`
  const children = spec.children.map((child, i) => `${i === 0 ? '' : `\n${' '.repeat(indent + 2)}`}${spec_text(child, indent + 2)}`)
  return `TreeSpec(${spec.kind}, ${context}, [${children.join(',')}])`
}

/** The structure as a tree of stars. */
export function star_text(spec: TreeSpec): string {
  if (spec.kind === 'leaf') return '*'
  const texts = spec.children.map(star_text)
  return spec.keys === null ? tuple_repr(texts) : `{${texts.map((text, i) => `${python_text(spec.keys![i])}: ${text}`).join(', ')}}`
}
