// Indexing: the parts of x[...] and what they do. The counterpart of python_variable_indexing.cpp.
import { binding } from './_C'
import { Complex, handle, is_tensor } from './_dispatch'
import { IndexError, ValueError } from './_errors'
import { aten } from './_operators'
import { read_ints } from './_tape'
import { type_name } from './_typename'
import { int64 } from './dtype'
import type { Tensor } from './tensor'
import type { Scalar } from './types'

const select = aten('select.int')
const slice_op = aten('slice.Tensor')
const unsqueeze = aten('unsqueeze')
const alias = aten('alias')
const index_op = aten('index.Tensor')
const index_put = aten('index_put_')
const zeros = aten('zeros')
const fill = aten('fill_')
const copy = aten('copy_')
const expand = aten('expand')
const scalar_tensor = aten('scalar_tensor')

/** An end of a slice: a whole number, an integer tensor of one element, or null for "from the edge". */
export type Bound = number | bigint | Tensor | null

/** A range of indices, as Python's slice. */
export class Slice {
  constructor(readonly start: Bound, readonly stop: Bound, readonly step: Bound) {}
}

/**
 * A slice for {@link Tensor.at}: `slice(stop)`, `slice(start, stop)` or `slice(start, stop, step)`, as in Python.
 *
 * @example x.at(slice(1, null)) // x[1:]
 */
export function slice(start: Bound, stop?: Bound, step: Bound = null): Slice {
  return stop === undefined ? new Slice(null, start, step) : new Slice(start, stop, step)
}

/**
 * One part of an index: a number; a slice ('1:3', '::2', ':' or {@link slice}); '...'; null for a new dimension; a boolean;
 * a tensor of ints, or a mask of booleans; a (nested) array of either, which counts as one such tensor.
 */
export type IndexPart = number | bigint | string | null | boolean | Slice | Tensor | IndexArray
export type IndexArray = readonly (number | bigint | boolean | Tensor | IndexArray)[] | Uint8Array | Int32Array | BigInt64Array

/** Makes a tensor of an array inside an index; lib/_creation sets it, to keep imports one way. */
let array_to_tensor: (data: IndexArray) => Tensor
export function set_index_array_maker(make: (data: IndexArray) => Tensor): void {
  array_to_tensor = make
}

// ---- the parts ----

const SLICE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/

function parse_slice(text: string): Slice {
  const match = SLICE.exec(text)
  if (!match) throw new IndexError(`'${text}' is no slice: use 'start:stop:step', ':' or '...'`)
  const [start, stop, step] = match.slice(1).map(part => (part === undefined ? null : Number(part)))
  return new Slice(start ?? null, stop ?? null, step ?? null)
}

type Parsed = number | bigint | '...' | null | boolean | Slice | Tensor

function parse(part: unknown): Parsed {
  switch (typeof part) {
    case 'number': {
      if (!Number.isInteger(part)) throw invalid('float')
      return part + 0 // -0 is 0
    }
    case 'bigint':
    case 'boolean': return part
    case 'string': return part === '...' ? part : parse_slice(part)
    default: {
      if (part === null || part instanceof Slice) return part
      if (is_tensor(part)) return part as Tensor
      if (is_array(part)) return array_to_tensor(part)
      throw invalid(part === undefined ? 'undefined' : type_name(part))
    }
  }
}

function is_array(value: unknown): value is IndexArray {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

function invalid(type: string): IndexError {
  return new IndexError('only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices '
    + `(got ${type})`)
}

function is_mask(tensor: Tensor): boolean {
  return tensor.dtype.name === 'bool' || tensor.dtype.name === 'uint8'
}

// Whether it is one number here and another in each example of a vmap.
function is_batched(tensor: Tensor): boolean {
  binding.wrapper(handle(tensor))
  return read_ints()[0] === 1
}

// How many of the tensor's dimensions a part uses.
function width(part: Parsed): number {
  if (part === null || part === '...' || typeof part === 'boolean') return 0
  return is_tensor(part) && is_mask(part) ? part.dim() : 1
}

// ---- views ----

// `place` is that of the part in the index. Only when it fails does it matter why: the operator's own text is another one.
function apply_select(self: Tensor, dim: number, index: number | bigint, place: number): Tensor {
  try {
    return select([self, dim, index]) as Tensor
  } catch (error) {
    if (self.dim() === 0 && Number(index) === 0) {
      throw new IndexError('invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ '
        + 'to convert a 0-dim tensor to a number')
    }
    const size = self.shape[dim] ?? 0
    if (index >= -size && index < size) throw error
    throw new IndexError(`index ${index} is out of bounds for dimension ${place} with size ${size}`)
  }
}

function bound(value: Bound, otherwise: number): number {
  if (value === null) return otherwise
  if (is_tensor(value)) {
    const { dtype } = value
    if (value.numel() !== 1 || dtype.is_floating_point || dtype.is_complex || dtype.name === 'bool') {
      throw new TypeError('only integer tensors of a single element can be converted to an index')
    }
    return Number(value.item())
  }
  if (typeof value !== 'bigint' && !Number.isInteger(value)) {
    throw new TypeError('slice indices must be integers or None or have an __index__ method')
  }
  return Math.min(Math.max(Number(value), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) // beyond any size
}

// A whole dimension needs no operator, but for x[:], which is a view of its own.
function apply_slice(self: Tensor, dim: number, part: Slice, always: boolean): Tensor {
  const step = bound(part.step, 1)
  if (step === 0) throw new ValueError('slice step cannot be zero')
  if (step < 0) throw new ValueError('step must be greater than zero')
  const start = bound(part.start, 0)
  const stop = bound(part.stop, Number.MAX_SAFE_INTEGER)
  if (!always && self.dim() > 0 && start === 0 && step === 1 && (part.stop === null || stop >= self.shape[dim]!)) return self
  return slice_op([self, dim, start, stop, step]) as Tensor
}

// Indexes a dimension of size one: true takes it, false leaves nothing.
function boolean_index(value: boolean, self: Tensor): Tensor {
  return zeros([[value ? 1 : 0]], { dtype: int64, device: self.device }) as Tensor
}

interface View { view: Tensor, indices: (Tensor | null)[] }

class Index {
  private dim = 0
  private noted = 0 // how many dimensions `indices` stand for
  private readonly indices: (Tensor | null)[] = []
  private readonly skipped: number

  constructor(private view: Tensor, private readonly parts: readonly Parsed[]) {
    const used = parts.reduce<number>((sum, part) => sum + width(part), 0)
    const dims = view.dim()
    if (used > dims) throw new IndexError(`too many indices for tensor of dimension ${dims}`)
    this.skipped = dims - used
  }

  /** Takes the parts that make a view, and collects the tensors that index what is left. */
  apply(): View {
    this.parts.forEach((part, place) => this.apply_part(part, place))
    return { view: this.view, indices: this.indices }
  }

  private apply_part(part: Parsed, place: number): void {
    if (typeof part === 'number' || typeof part === 'bigint') this.view = apply_select(this.view, this.dim, part, place)
    else if (part === '...') this.dim += this.skipped
    else if (part === null) this.view = unsqueeze([this.view, this.dim++]) as Tensor
    else if (typeof part === 'boolean') this.apply_boolean(part)
    else if (part instanceof Slice) this.view = apply_slice(this.view, this.dim++, part, false)
    else this.apply_tensor(part, place)
  }

  private apply_boolean(value: boolean): void {
    this.view = unsqueeze([this.view, this.dim]) as Tensor
    this.note(boolean_index(value, this.view), 1)
  }

  private apply_tensor(part: Tensor, place: number): void {
    const { dtype } = part
    if (part.dim() > 0 || dtype.is_floating_point || dtype.is_complex || is_batched(part)) this.note(part, is_mask(part) ? part.dim() : 1)
    else if (is_mask(part)) this.apply_boolean(Boolean(part.item()))
    else this.view = apply_select(this.view, this.dim, part.item(), place)
  }

  // A mask of several dimensions is one index of that many dimensions.
  private note(index: Tensor, dims: number): void {
    while (this.noted < this.dim) {
      this.indices.push(null)
      this.noted++
    }
    this.indices.push(index)
    this.noted += dims
    this.dim += dims
  }
}

// PyTorch gives a single number or slice a shorter way, with other errors for 0-dim tensors.
function apply_parts(self: Tensor, parts: readonly unknown[], is_read: boolean): View {
  const parsed = parts.map(parse)
  if (parsed.length === 1) {
    const part = parsed[0]
    if (typeof part === 'number' || typeof part === 'bigint') return { view: apply_select(self, 0, part, 0), indices: [] }
    if (part instanceof Slice) return { view: apply_slice(self, 0, part, is_read), indices: [] }
  }
  return new Index(self, parsed).apply()
}

/** What `self[parts]` gives. */
export function get_item(self: Tensor, parts: readonly unknown[]): Tensor {
  const { view, indices } = apply_parts(self, parts, true)
  if (indices.length > 0) return index_op([view, indices]) as Tensor
  return view === self ? alias([self]) as Tensor : view
}

// ---- assignment ----

function same_shape(a: Tensor, b: Tensor): boolean {
  const shape = b.shape
  return a.dim() === shape.length && a.shape.every((size, i) => size === shape[i])
}

// Python lets a value have leading dimensions of size one that the target lacks.
function drop_leading_ones(value: Tensor): Tensor {
  const { shape } = value
  const first = shape.findIndex(size => size !== 1)
  const drop = first === -1 ? shape.length : first
  return drop === 0 ? value : value.view(shape.slice(drop))
}

function copy_to(target: Tensor, value: Tensor | Scalar): void {
  if (!is_tensor(value)) fill([target, value])
  else if (same_shape(target, value)) copy([target, value])
  else if (value.dim() === 0 && value.is_cpu) fill([target, value])
  else {
    const trimmed = drop_leading_ones(value)
    copy([target, same_shape(target, trimmed) ? trimmed : expand([trimmed, target.shape])])
  }
}

function is_value(value: unknown): value is Tensor | Scalar {
  return is_tensor(value) || value instanceof Complex || ['number', 'bigint', 'boolean'].includes(typeof value)
}

/** What `self[parts] = value` does. */
export function set_item(self: Tensor, parts: readonly unknown[], value: unknown): void {
  if (!is_value(value)) throw new TypeError(`can't assign a ${type_name(value)} to a ${self.type()}`)
  if (parts.length === 1 && typeof parts[0] === 'boolean') {
    if (parts[0]) copy_to(unsqueeze([self, 0]) as Tensor, value)
    return
  }
  const { view, indices } = apply_parts(self, parts, false)
  if (indices.length === 0) return copy_to(view, value)
  const source = is_tensor(value) ? drop_leading_ones(value) : scalar_tensor([value], { dtype: view.dtype, device: view.device })
  index_put([view, indices, source])
}
