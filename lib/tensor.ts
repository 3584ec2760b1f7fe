// torch.Tensor.
import { binding } from './_C'
import { TensorBase, handle, is_tensor, made, set_tensor_class, take_value } from './_dispatch'
import { type TypedArray, array_type, to_list } from './_elements'
import { RuntimeError, ValueError } from './_errors'
import { factory_method } from './_factories'
import { type IndexPart, get_item, set_item } from './_indexing'
import { aten, operator_method } from './_operators'
import type { PythonOperators } from './_python_operators'
import { Size } from './_size'
import { read_ints } from './_tape'
import { type OnDevice, type PythonMethods, add_python_methods } from './_tensor_methods'
import { tensor_str } from './_tensor_str'
import { type_name as python_type_name } from './_typename'
import { type Args, bind } from './_args'
import { run_backward } from './autograd/_engine'
import { add_hook } from './autograd/_hooks'
import { Node } from './autograd/_node'
import { type Device, type DeviceLike, device as to_device, device_of_code } from './device'
import * as dtypes from './dtype'
import { dtype, dtype_of_code, scalar_type } from './dtype'
import { type TensorMethods, tensor_methods } from './generated/tensor_methods'
import { type layout, type memory_format, contiguous_format, layout_of_code } from './layout'
import type { Item, Nested, Scalar } from './types'

const to_op = aten('to.dtype_layout')
const unbind = aten('unbind')
const properties = { T: aten('numpy_T'), mT: aten('mT'), H: aten('matrix_H'), mH: aten('mH'), real: aten('real'), imag: aten('imag') }
const nonzero_op = aten('nonzero')
const nonzero_tuple = aten('nonzero_numpy')

export { type TypedArray, elements } from './_elements'

/** A hook that can be taken away again. @see torch.utils.hooks.RemovableHandle */
export interface RemovableHandle extends Disposable {
  remove(): void
}

/** What `to` takes beside a dtype, a device or another tensor. */
export interface ToOptions {
  device?: DeviceLike | null
  dtype?: dtype | null
  non_blocking?: boolean
  copy?: boolean
  memory_format?: memory_format | null
}

// The last wrapper of each tensor's gradient, so that x.grad is the same object while the gradient is the same.
const gradients = new WeakMap<TensorBase, Tensor>()

export interface Tensor extends TensorMethods, PythonMethods, PythonOperators, OnDevice {}

/**
 * An array of numbers of one type with any number of dimensions, on a device, that can record what is done with it.
 * Made by functions such as {@link tensor}, {@link zeros} or {@link randn}.
 *
 * Methods are PyTorch's; those that are one operator are listed in TensorMethods.
 *
 * @see torch.Tensor
 */
export class Tensor extends TensorBase implements Iterable<Tensor> {
  // ---- shape and kind ----

  /** The sizes of the dimensions. */
  get shape(): Size {
    binding.shape(handle(this))
    return Size.of_list(read_ints())
  }

  /** The shape, or the size of one dimension. */
  size(): Size
  size(dim: number): number
  size(dim?: number | { dim: number }): Size | number {
    const shape = this.shape
    const wanted = typeof dim === 'object' ? dim.dim : dim
    return wanted === undefined ? shape : shape[wrap_dim(wanted, shape.length)]!
  }

  /** The size of dim 0: Python's `len(x)`. */
  get length(): number {
    const { shape } = this
    if (shape.length === 0) throw new TypeError('len() of a 0-d tensor')
    return shape[0]!
  }

  /** How far apart in memory neighbours along each dimension are, in elements. */
  stride(): number[]
  stride(dim: number): number
  stride(dim?: number): number[] | number {
    binding.stride(handle(this))
    const strides = read_ints()
    return dim === undefined ? strides : strides[wrap_dim(dim, strides.length)]!
  }

  /** The number of dimensions. */
  dim(): number {
    return binding.dim(handle(this))
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.dim()
  }

  /** The number of dimensions. */
  ndimension(): number {
    return this.dim()
  }

  /** The number of elements. */
  numel(): number {
    return binding.numel(handle(this))
  }

  /** The number of elements. */
  nelement(): number {
    return this.numel()
  }

  get dtype(): dtype {
    return dtype_of_code(binding.dtype(handle(this)))
  }

  get device(): Device {
    return device_of_code(binding.device(handle(this)))
  }

  get layout(): layout {
    return layout_of_code(binding.layout(handle(this)))
  }

  /** Bytes that one element takes. */
  element_size(): number {
    return this.dtype.itemsize
  }

  get itemsize(): number {
    return this.dtype.itemsize
  }

  /** Bytes that the elements take. */
  get nbytes(): number {
    return this.numel() * this.itemsize
  }

  get is_cuda(): boolean {
    return this.device.type === 'cuda'
  }

  get is_cpu(): boolean {
    return this.device.type === 'cpu'
  }

  get is_meta(): boolean {
    return this.device.type === 'meta'
  }

  get is_sparse(): boolean {
    return this.layout.name === 'sparse_coo'
  }

  get is_sparse_csr(): boolean {
    return this.layout.name === 'sparse_csr'
  }

  get is_mkldnn(): boolean {
    return this.layout.name === '_mkldnn'
  }

  get is_quantized(): boolean {
    return this.dtype.name.startsWith('q')
  }

  /** Whether it is a list of tensors of different sizes. @see torch.nested */
  get is_nested(): boolean {
    return binding.is_nested(handle(this))
  }

  /** The index of its CUDA device, or -1 on the CPU. */
  get_device(): number {
    return this.device.index ?? -1
  }

  storage_offset(): number {
    return binding.storage_offset(handle(this))
  }

  /** The address of the first element. */
  data_ptr(): number {
    return binding.data_ptr(handle(this))
  }

  is_contiguous(options: { memory_format?: memory_format } = {}): boolean {
    return binding.is_contiguous(handle(this), (options.memory_format ?? contiguous_format).code)
  }

  is_inference(): boolean {
    return binding.is_inference(handle(this))
  }

  /** Whether both are the same tensor object of libtorch. */
  is(other: Tensor): boolean {
    return binding.same(handle(this), handle(other))
  }

  get T(): Tensor {
    return properties.T([this]) as Tensor
  }

  get mT(): Tensor {
    return properties.mT([this]) as Tensor
  }

  get H(): Tensor {
    return properties.H([this]) as Tensor
  }

  get mH(): Tensor {
    return properties.mH([this]) as Tensor
  }

  get real(): Tensor {
    return properties.real([this]) as Tensor
  }

  get imag(): Tensor {
    return properties.imag([this]) as Tensor
  }

  // ---- values ----

  /**
   * The value of a tensor with one element: a number; a boolean for bool; a bigint for an int64 past 2^53; a Complex.
   *
   * @throws {RuntimeError} if there is not exactly one element.
   */
  item<T extends Item = number>(): T {
    binding.item(handle(this))
    const value = take_value()
    // Unsigned numbers past int64 come with its bits.
    const is_wrapped = (typeof value === 'number' || typeof value === 'bigint') && value < 0 && this.dtype === dtypes.uint64
    return (is_wrapped ? BigInt.asUintN(64, BigInt(value)) : value) as T
  }

  /** The elements as nested arrays; a 0-dim tensor gives a single value. */
  tolist<T = Nested<number>>(): T {
    if (binding.is_tracing()) binding.tracer_warn('Converting a tensor to a Python list', 0)
    return to_list(this) as T
  }

  /**
   * A typed array on the tensor's own memory: changing one changes the other.
   *
   * @throws {RuntimeError} if the tensor requires grad or is not contiguous; {TypeError} if it is not on the CPU.
   * @see torch.Tensor.numpy
   */
  numpy(): TypedArray {
    if (binding.is_tracing()) binding.tracer_warn('Converting a tensor to a NumPy array', 0)
    if (this.requires_grad) {
      throw new RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    }
    const Type = array_type(this.dtype)
    return new Type(binding.buffer(handle(this)))
  }

  /** Whether some element equals `value`: Python's `value in x`. */
  contains(value: Tensor | number | boolean): boolean {
    return (this.eq(value as number)).any().item<boolean>()
  }

  * [Symbol.iterator](): Iterator<Tensor> {
    if (this.dim() === 0) throw new TypeError('iteration over a 0-d tensor')
    if (binding.is_tracing()) binding.tracer_warn(ITERATION, 2)
    yield* unbind([this, 0]) as Tensor[]
  }

  /**
   * What Python writes x[...]: one argument for each part of the index.
   *
   * @example x.at(0); x.at(':', 1); x.at('...', '1:3'); x.at(null); x.at(mask); x.at([0, 2]); x.at(slice(1, null))
   * @throws {IndexError} for a part that is out of range or of a wrong type.
   */
  at(...index: IndexPart[]): Tensor {
    return get_item(this, index)
  }

  /**
   * What Python writes x[index] = value. An array holds the parts of the index, so an array of positions stands in another one.
   *
   * @param value - a number, or a tensor that can be broadcast to what the index names.
   * @example x.set_at(0, 1); x.set_at([':', 1], y); x.set_at(mask, 0); x.set_at([[0, 2]], 1)
   * @throws {IndexError} as {@link at}; {RuntimeError} if the value does not fit.
   */
  set_at(index: IndexPart | readonly IndexPart[], value: Tensor | Scalar): this {
    set_item(this, Array.isArray(index) ? index : [index], value)
    return this
  }

  // ---- conversions ----

  /**
   * The tensor with another dtype, on another device or both; itself if nothing changes.
   *
   * @example x.to(torch.float64); x.to('cuda:0'); x.to(device, torch.float16); x.to(other); x.to({ dtype })
   * @see torch.Tensor.to
   */
  to(other: Tensor, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): this
  to(dtype: dtype, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): this
  to(device: DeviceLike, dtype?: dtype | null | ToOptions, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): this
  to(options: ToOptions): this
  to(...args: unknown[]): this {
    const { dtype, device, non_blocking = false, copy = false, memory_format } = to_options(args)
    const result = to_op([this], { dtype, device, non_blocking, copy, memory_format }) as this
    return result.is(this) ? this : result
  }

  /** On the CPU. */
  cpu(): this {
    return this.to({ device: 'cpu' })
  }

  /** On a CUDA device. Default: the current one. @throws {AssertionError} if this libtorch was built without CUDA. */
  cuda(device: DeviceLike = 'cuda', options: { non_blocking?: boolean } = {}): this {
    return this.to({ device, ...options })
  }

  double(): this {
    return this.to(dtypes.float64)
  }

  float(): this {
    return this.to(dtypes.float32)
  }

  half(): this {
    return this.to(dtypes.float16)
  }

  bfloat16(): this {
    return this.to(dtypes.bfloat16)
  }

  long(): this {
    return this.to(dtypes.int64)
  }

  int(): this {
    return this.to(dtypes.int32)
  }

  short(): this {
    return this.to(dtypes.int16)
  }

  char(): this {
    return this.to(dtypes.int8)
  }

  byte(): this {
    return this.to(dtypes.uint8)
  }

  bool(): this {
    return this.to(dtypes.bool)
  }

  /** The type's name, as 'torch.FloatTensor', or the tensor with another dtype. */
  type(): string
  type(dtype: dtype): this
  type(dtype?: dtype): string | this {
    return dtype === undefined ? type_name(this) : this.to(dtype)
  }

  /** Indices of the elements that are not zero, one row each; with as_tuple, a tensor for each dimension. */
  nonzero(options?: { as_tuple?: false }): Tensor
  nonzero(options: { as_tuple: true }): Tensor[]
  nonzero(options: { as_tuple?: boolean } = {}): Tensor | Tensor[] {
    return options.as_tuple ? nonzero_tuple([this]) as Tensor[] : nonzero_op([this]) as Tensor
  }

  // ---- autograd ----

  /** Whether operations on the tensor are recorded for backward. Can be set on leaves. */
  get requires_grad(): boolean {
    return binding.requires_grad(handle(this))
  }

  set requires_grad(flag: boolean) {
    binding.set_requires_grad(handle(this), Boolean(flag))
  }

  /** Sets requires_grad and gives the tensor itself. */
  requires_grad_(requires_grad = true): this {
    binding.check_requires_grad()
    const { is_floating_point, is_complex } = this.dtype
    if (requires_grad && !is_floating_point && !is_complex) throw new RuntimeError('only Tensors of floating point dtype can require gradients')
    this.requires_grad = requires_grad
    return this
  }

  get is_leaf(): boolean {
    return binding.is_leaf(handle(this))
  }

  /** The gradient that backward computed, or null. Can be set. */
  get grad(): Tensor | null {
    const found = made(out => binding.grad(out, handle(this))) as Tensor | null
    if (found === null) return null
    const known = gradients.get(this)
    if (known && !known.is_disposed && known.is(found)) return known
    gradients.set(this, found)
    return found
  }

  set grad(value: Tensor | null) {
    if (value != null && !is_tensor(value)) throw new TypeError(`assigned grad expected to be a Tensor or None but got grad of type ${typeof value}`)
    binding.set_grad(handle(this), value == null ? 0 : handle(value))
    if (value == null) gradients.delete(this)
    else gradients.set(this, value)
  }

  /** The node that made the tensor, or null for a leaf. */
  get grad_fn(): Node | null {
    return Node.of(out => binding.tensor_node(out, handle(this)))
  }

  get output_nr(): number {
    return binding.output_nr(handle(this))
  }

  /** Counts the in-place changes; backward uses it to find values that were overwritten. */
  get _version(): number {
    return binding.version(handle(this))
  }

  /** The same memory, out of the graph and unknown to it: changes are not noticed by backward. */
  get data(): Tensor {
    return made(out => binding.variable_data(out, handle(this))) as Tensor
  }

  set data(value: Tensor) {
    binding.set_data(handle(this), handle(value))
  }

  /** Makes backward store the gradient of a tensor that is no leaf. */
  retain_grad(): void {
    binding.check_retain_grad()
    binding.retain_grad(handle(this))
  }

  get retains_grad(): boolean {
    return binding.retains_grad(handle(this))
  }

  /**
   * The dtype that a leaf's gradient must have; null: any. Default: the tensor's own.
   *
   * @throws {RuntimeError} for a tensor that is no leaf, and if there is a gradient of another dtype.
   * @see torch.Tensor.grad_dtype
   */
  get grad_dtype(): dtype | null {
    const code = binding.grad_dtype(handle(this))
    return code < 0 ? null : dtype_of_code(code)
  }

  set grad_dtype(type: dtype | null) {
    if (type !== null && !(type instanceof dtype)) throw new RuntimeError(`grad_dtype must be a torch.dtype or None, but got ${python_type_name(type)}`)
    binding.set_grad_dtype(handle(this), type === null ? -1 : type.code)
  }

  /**
   * Computes the gradients of the graph's leaves and adds them to their `grad`.
   *
   * @param gradient - the gradient with respect to this tensor. May be left out for a single element.
   * @param retain_graph - keep the graph for another backward. Default: the value of create_graph.
   * @param create_graph - record the computation of the gradients, for higher derivatives. Default: false.
   * @param inputs - compute these tensors' gradients only. Default: all leaves'.
   * @throws {RuntimeError} if there is no graph, or more than one element and no gradient.
   * @see torch.Tensor.backward
   */
  backward(...args: Args<[gradient?: Tensor | null, retain_graph?: boolean | null, create_graph?: boolean,
    inputs?: Tensor | readonly Tensor[] | null], typeof backward_names>): void {
    const { gradient, retain_graph, create_graph, inputs } = bind('backward', backward_names, 0, args)
    run_backward([this], gradient, retain_graph, create_graph, inputs)
  }

  /**
   * Calls a function with the gradient whenever it is computed; what it returns, if anything, takes the gradient's place.
   *
   * @returns a handle whose remove() takes the hook away
   * @throws {RuntimeError} if the tensor does not require grad.
   * @see torch.Tensor.register_hook
   */
  register_hook(hook: (grad: Tensor) => Tensor | null | void): RemovableHandle {
    return add_hook('register_hook', hook, (id, name) => { binding.register_hook(handle(this), id, name) })
  }

  /**
   * Calls a function with this tensor each time that backward has added to its `grad`. What it returns is ignored.
   *
   * @returns a handle whose remove() takes the hook away
   * @throws {RuntimeError} if the tensor does not require grad or is no leaf.
   * @see torch.Tensor.register_post_accumulate_grad_hook
   */
  register_post_accumulate_grad_hook(hook: (parameter: this) => void): RemovableHandle {
    return add_hook('register_post_accumulate_grad_hook', hook, id => { binding.register_post_accumulate_hook(handle(this), id, this) })
  }

  // ---- text ----

  /** Python's repr. */
  override toString(): string {
    return tensor_str(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.is_disposed ? 'tensor(<disposed of>)' : this.toString()
  }

  /** `Number(x)` is x.item(); text is the repr. */
  [Symbol.toPrimitive](hint: string): number | string {
    if (hint !== 'number') return this.toString()
    if (this.numel() !== 1) throw new ValueError('only one element tensors can be converted to Python scalars')
    return Number(this.item())
  }
}

const ITERATION = "Iterating over a tensor might cause the trace to be incorrect. Passing a tensor of different shape won't change the number of iterations "
  + 'executed (and might lead to errors or silently give incorrect results).'

const backward_names = ['gradient', 'retain_graph', 'create_graph', 'inputs'] as const

set_tensor_class(() => new Tensor())
add_python_methods(Tensor.prototype)

for (const entry of tensor_methods) {
  const [name, self] = entry.split(':') as [string, string?]
  Object.defineProperty(Tensor.prototype, name, {
    value: name.startsWith('new_') ? factory_method(`aten::${name}`) : operator_method(`aten::${name}`, Number(self ?? 0)),
    writable: true, configurable: true,
  })
}

function wrap_dim(dim: number, dims: number): number {
  if (!Number.isInteger(dim)) throw new TypeError(`dimension must be an int, not ${typeof dim}`)
  const range = Math.max(dims, 1)
  if (dim < -range || dim >= range || dims === 0) {
    throw new RangeError(`Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim})`)
  }
  return dim < 0 ? dim + dims : dim
}

/** The arguments of `to`, which come in several orders, by name. */
export function to_options(args: readonly unknown[]): ToOptions {
  const rest = [...args]
  const last = rest.at(-1)
  const options: ToOptions = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype
    ? { ...rest.pop() as ToOptions } : {}
  if (rest.length === 0 && Object.keys(options).length === 0) {
    throw new TypeError('to() received an invalid combination of arguments - got (), but expected a dtype, a device or a Tensor')
  }
  const first = rest.shift()
  if (is_tensor(first)) {
    options.dtype = (first as Tensor).dtype
    options.device = (first as Tensor).device
  } else if (first instanceof dtypes.dtype) {
    options.dtype = first
  } else if (first !== undefined && first !== null) {
    options.device = to_device(first as DeviceLike)
    if (rest[0] instanceof dtypes.dtype || rest[0] === null) options.dtype = rest.shift() as dtype | null
  }
  if (rest.length > 0) options.non_blocking = rest.shift() as boolean
  if (rest.length > 0) options.copy = rest.shift() as boolean
  if (rest.length > 0) throw new TypeError('to() takes at most 4 positional arguments')
  return options
}

function type_name(tensor: Tensor): string {
  const place = tensor.device.type === 'cpu' ? 'torch.' : `torch.${tensor.device.type}.`
  return `${place}${scalar_type(tensor.dtype)}Tensor`
}
