// Indexing: the parts of x[...] and what they do. The counterpart of python_variable_indexing.cpp.
import { is_tensor } from './_dispatch'
import { IndexError, ValueError } from './_errors'
import { aten } from './_operators'
import type { Tensor } from './tensor'

const select = aten('select')
const slice_op = aten('slice')
const unsqueeze = aten('unsqueeze')
const index_op = aten('index')
const index_put = aten('index_put_')

/** A range of indices, as Python's slice: a null end means "from the edge". */
export class Slice {
  constructor(readonly start: number | null, readonly stop: number | null, readonly step: number | null) {}
}

/**
 * A slice for {@link Tensor.at}: `slice(stop)`, `slice(start, stop)` or `slice(start, stop, step)`, as in Python.
 *
 * @example x.at(slice(1, null)) // x[1:]
 */
export function slice(start: number | null, stop?: number | null, step: number | null = null): Slice {
  return stop === undefined ? new Slice(null, start, step) : new Slice(start, stop, step)
}

/**
 * One part of an index: a number; a slice ('1:3', '::2', ':' or {@link slice}); '...'; null for a new dimension; a boolean;
 * a tensor of ints, or a mask of booleans; a (nested) array of either.
 */
export type IndexPart = number | bigint | string | null | boolean | Slice | Tensor | readonly IndexArray[]
type IndexArray = number | boolean | readonly IndexArray[]

/** Makes a tensor of an array inside an index; lib/_creation sets it, to keep imports one way. */
let array_to_tensor: (data: readonly IndexArray[]) => Tensor
export function set_index_array_maker(make: (data: readonly IndexArray[]) => Tensor): void {
  array_to_tensor = make
}

const SLICE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/

function parse_slice(text: string): Slice {
  const match = SLICE.exec(text)
  if (!match) throw new IndexError(`'${text}' is no slice: use 'start:stop:step', ':' or '...'`)
  const [start, stop, step] = match.slice(1).map(part => (part === undefined ? null : Number(part)))
  return new Slice(start ?? null, stop ?? null, step ?? null)
}

type Parsed = number | bigint | '...' | null | boolean | Slice | Tensor

function parse(part: unknown): Parsed {
  if (part === '...' || part === null || typeof part === 'boolean' || typeof part === 'bigint') return part
  if (typeof part === 'string') return parse_slice(part)
  if (typeof part === 'number') {
    if (!Number.isInteger(part)) throw invalid(part)
    return part
  }
  if (part instanceof Slice) return part
  if (is_tensor(part)) return part as Tensor
  if (Array.isArray(part)) return array_to_tensor(part as IndexArray[])
  throw invalid(part)
}

function invalid(part: unknown): IndexError {
  return new IndexError('only integers, slices (`:`), ellipsis (`...`), null and long or byte Variables are valid indices '
    + `(got ${typeof part === 'number' ? 'float' : typeof part})`)
}

function is_mask(tensor: Tensor): boolean {
  return tensor.dtype.name === 'bool' || tensor.dtype.name === 'uint8'
}

// How many of the tensor's dimensions a part uses.
function width(part: Parsed): number {
  if (part === null || part === '...' || typeof part === 'boolean') return 0
  if (is_tensor(part) && is_mask(part)) return part.dim()
  return 1
}

function apply_slice(self: Tensor, dim: number, { start, stop, step }: Slice): Tensor {
  for (const bound of [start, stop, step]) {
    if (bound !== null && !Number.isInteger(bound)) throw new TypeError('slice indices must be integers or null')
  }
  if (step !== null && step <= 0) throw new ValueError('step must be greater than zero')
  if (start === null && stop === null && (step === null || step === 1)) return slice_op([self, dim]) as Tensor
  return slice_op([self, dim, start, stop, step ?? 1]) as Tensor
}

function apply_select(self: Tensor, dim: number, index: number | bigint): Tensor {
  if (self.dim() === 0) throw new IndexError('invalid index of a 0-dim tensor. Use `tensor.item()` to convert a 0-dim tensor to a number')
  const size = self.shape[dim]!
  if (index < -size || index >= size) {
    throw new IndexError(`index ${index} is out of bounds for dimension ${dim} with size ${size}`)
  }
  return select([self, dim, index]) as Tensor
}

function boolean_index(value: boolean): Tensor {
  return array_to_tensor([value])
}

interface View { view: Tensor, indices: (Tensor | null)[] }

// Takes the parts that make a view, and collects the tensors that index what is left.
function apply_parts(self: Tensor, parts: readonly Parsed[]): View {
  const used = parts.reduce<number>((sum, part) => sum + width(part), 0)
  const dims = self.dim()
  if (used > dims && dims > 0) throw new IndexError(`too many indices for tensor of dimension ${dims}`)
  if (parts.filter(part => part === '...').length > 1) throw new IndexError("an index can only have a single ellipsis ('...')")
  let view = self
  let dim = 0
  const indices: (Tensor | null)[] = []
  const note = (index: Tensor, at: number): void => {
    while (indices.length < at) indices.push(null)
    indices[at] = index
  }
  for (const part of parts) {
    if (typeof part === 'number' || typeof part === 'bigint') view = apply_select(view, dim, part)
    else if (part instanceof Slice) view = apply_slice(view, dim++, part)
    else if (part === '...') dim += dims - used
    else if (part === null) view = unsqueeze([view, dim++]) as Tensor
    else if (typeof part === 'boolean') {
      view = unsqueeze([view, dim]) as Tensor
      note(boolean_index(part), dim++)
    } else if (part.dim() === 0 && !is_mask(part) && part.dtype.is_floating_point === false) {
      view = apply_select(view, dim, part.item<number>())
    } else if (part.dim() === 0) {
      view = unsqueeze([view, dim]) as Tensor
      note(part, dim++)
    } else {
      note(part, dim)
      dim += is_mask(part) ? part.dim() : 1
    }
  }
  return { view, indices: spread_masks(indices) }
}

// aten::index counts a mask of k dimensions as one index, so the places it took in `note` are closed up.
function spread_masks(indices: readonly (Tensor | null)[]): (Tensor | null)[] {
  const closed: (Tensor | null)[] = []
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? null
    closed.push(index)
    if (index && is_mask(index) && index.dim() > 1) i += index.dim() - 1
  }
  return closed
}

/** What `self[parts]` gives. */
export function get_item(self: Tensor, parts: readonly unknown[]): Tensor {
  const { view, indices } = apply_parts(self, parts.map(parse))
  if (indices.length > 0) return index_op([view, indices]) as Tensor
  return view === self ? slice_free_alias(self) : view
}

// x[...] without any part that changes it is a new view of x, as in Python.
const alias = aten('alias')
function slice_free_alias(self: Tensor): Tensor {
  return alias([self]) as Tensor
}

const copy = aten('copy_')
const expand = aten('expand')

/** What `self[parts] = value` does. */
export function set_item(self: Tensor, parts: readonly unknown[], value: Tensor): void {
  const { view, indices } = apply_parts(self, parts.map(parse))
  const trimmed = drop_leading_ones(value, indices.length > 0 ? Infinity : view.dim())
  if (indices.length > 0) {
    index_put([view, indices, trimmed.device.equals(view.device) || trimmed.dim() === 0 ? trimmed.to({ dtype: view.dtype, device: view.device }) : trimmed])
    return
  }
  copy([view, expand([trimmed, view.shape])])
}

// Python lets a value have leading dimensions of size one that the target lacks.
function drop_leading_ones(value: Tensor, dims: number): Tensor {
  const shape = [...value.shape]
  if (!Number.isFinite(dims)) return value
  let drop = 0
  while (shape.length - drop > dims && shape[drop] === 1) drop++
  return drop === 0 ? value : value.view(shape.slice(drop))
}
