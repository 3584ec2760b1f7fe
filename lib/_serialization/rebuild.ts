// Tensors of the parts that a file has of them, all checked: the _rebuild functions of torch/_utils.py.
import { NotImplementedError, RuntimeError, ValueError } from '../_errors'
import { is_tensor } from '../_dispatch'
import { aten } from '../_operators'
import { UnpicklingError } from '../_pickle/errors'
import { describe } from '../_pickle/unpickler'
import { Finisher, Global, PyDict } from '../_pickle/values'
import { dtype } from '../dtype'
import { empty, empty_strided } from '../generated/torch_functions'
import { layout } from '../layout'
import { Buffer as ModuleBuffer, Parameter } from '../nn/parameter'
import { Tensor } from '../tensor'
import { tensor as make_tensor } from '../_creation'
import * as dtypes from '../dtype'
import { LoadedStorage, QuantizationScheme } from './types'

const set_storage = aten('set_')
const conj = aten('_conj')
const neg = aten('_neg_view')
const empty_affine = aten('_empty_affine_quantized')
const empty_per_channel = aten('_empty_per_channel_affine_quantized')
const coo_unsafe = aten('_sparse_coo_tensor_unsafe')
const compressed_unsafe = aten('_sparse_compressed_tensor_unsafe')
const check_coo = aten('_validate_sparse_coo_tensor_args')
const check_compressed = aten('_validate_sparse_compressed_tensor_args')

type Arguments = readonly unknown[]

function wrong(what: string, value: unknown): UnpicklingError {
  return new UnpicklingError(`expected ${what}, but got ${describe(value)}`)
}

function tensor_in(value: unknown): Tensor {
  if (!is_tensor(value)) throw wrong('a tensor', value)
  return value as Tensor
}

function dtype_in(value: unknown): dtype {
  if (!(value instanceof dtype)) throw wrong('a dtype', value)
  return value
}

function storage_in(value: unknown): LoadedStorage {
  if (!(value instanceof LoadedStorage)) throw wrong('a storage', value)
  return value
}

function count_in(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong('a whole number that is not negative', value)
  return value
}

function counts_in(value: unknown): number[] {
  if (!Array.isArray(value) || value.length > 64) throw wrong('a tuple of ints', value)
  return value.map(count_in)
}

/** Throws if a view would reach beyond its storage. */
export function check_view(bytes: number, itemsize: number, offset: number, size: readonly number[], stride: readonly number[]): void {
  if (size.length !== stride.length) throw new RuntimeError(`mismatch in length of strides and shape: ${size.length} and ${stride.length}`)
  const last = size.reduce((sum, length, dim) => sum + (length - 1) * stride[dim]!, offset)
  const needed = size.includes(0) ? 0 : (last + 1) * itemsize
  const elements = size.reduce((product, length) => product * length, 1)
  if (needed > bytes || offset * itemsize > Number.MAX_SAFE_INTEGER) {
    throw new RuntimeError(`setStorage: sizes [${size.join(', ')}], strides [${stride.join(', ')}], storage offset ${offset}, and itemsize ${itemsize} `
      + `requiring a storage size of ${needed} are out of bounds for storage of size ${bytes}`)
  }
  if (elements * itemsize > Number.MAX_SAFE_INTEGER) throw new RuntimeError(`a tensor of size [${size.join(', ')}] has too many elements`)
}

function view(storage: LoadedStorage, type: dtype, offset_value: unknown, size_value: unknown, stride_value: unknown): Tensor {
  const [offset, size, stride] = [count_in(offset_value), counts_in(size_value), counts_in(stride_value)]
  check_view(storage.bytes.numel(), type.itemsize, offset, size, stride)
  return set_storage([empty([0], { dtype: type, device: storage.bytes.device }), storage.bytes, offset, size, stride]) as Tensor
}

function with_grad(tensor: Tensor, requires_grad: unknown): Tensor {
  if (requires_grad === true) tensor.requires_grad = true
  return tensor
}

// Conjugate and negative views are flags of a tensor.
function with_metadata(tensor: Tensor, metadata: unknown): Tensor {
  if (!(metadata instanceof PyDict)) return tensor
  if (metadata.items.get('conj') === true && !tensor.dtype.is_complex) throw new UnpicklingError('only complex tensors are conjugated')
  const conjugated = metadata.items.get('conj') === true ? conj([tensor]) as Tensor : tensor
  return metadata.items.get('neg') === true ? neg([conjugated]) as Tensor : conjugated
}

function rebuild_tensor([storage, offset, size, stride]: Arguments): Tensor {
  const { dtype } = storage_in(storage)
  return view(storage_in(storage), dtype ?? dtypes.uint8, offset, size, stride)
}

function rebuild_v2(args: Arguments): Tensor {
  return with_grad(with_metadata(rebuild_tensor(args), args[6]), args[4])
}

function rebuild_v3([storage, offset, size, stride, requires_grad, , type, metadata]: Arguments): Tensor {
  return with_grad(with_metadata(view(storage_in(storage), dtype_in(type), offset, size, stride), metadata), requires_grad)
}

function rebuild_parameter([data, requires_grad, , state]: Arguments): Parameter {
  return with_state(new Parameter(tensor_in(data), requires_grad === true), state) as Parameter
}

function numbers(list: unknown, type: dtype): Tensor {
  return is_tensor(list) ? list as Tensor : make_tensor(list as number[], { dtype: type })
}

function rebuild_quantized([storage_value, offset, size_value, stride, params, requires_grad]: Arguments): Tensor {
  const storage = storage_in(storage_value)
  const [type, size] = [dtype_in(storage.dtype), counts_in(size_value)]
  if (!type.name.startsWith('q')) throw wrong('a storage of a quantized dtype', type)
  check_view(storage.bytes.numel(), type.itemsize, count_in(offset), size, counts_in(stride))
  // The tensor is made whole first, so its elements must be in the file.
  if (size.reduce((product, length) => product * length, 1) * type.itemsize > storage.bytes.numel()) throw new RuntimeError('a quantized tensor is larger than its storage')
  const tensor = empty_quantized(params, size, type, storage.bytes)
  return with_grad(set_storage([tensor, storage.bytes, offset, size, stride]) as Tensor, requires_grad)
}

function empty_quantized(params: unknown, size: readonly number[], type: dtype, { device }: Tensor): Tensor {
  const [scheme, scale, zero_point, axis] = Array.isArray(params) ? params as unknown[] : []
  if (!(scheme instanceof QuantizationScheme)) throw wrong('a quantization scheme', scheme)
  if (scheme.name === 'torch.per_tensor_affine') {
    if (typeof scale !== 'number') throw wrong('a scale', scale)
    return empty_affine([size], { scale, zero_point: Number(zero_point), dtype: type, device }) as Tensor
  }
  if (!scheme.name.startsWith('torch.per_channel_affine')) throw new RuntimeError(`Can't deserialize quantized tensor with qscheme ${scheme.name}`)
  const floats = scheme.name.endsWith('float_qparams')
  const scales = numbers(scale, floats ? dtypes.float32 : dtypes.float64)
  const zero_points = numbers(zero_point, floats ? dtypes.float32 : dtypes.int64)
  const wanted = size[count_in(axis)]
  if (wanted === undefined) throw new ValueError(`_rebuild_qtensor: per_channel axis ${String(axis)} out of range for size (${size.join(', ')})`)
  if (scales.numel() !== wanted || zero_points.numel() !== wanted) {
    throw new ValueError(`_rebuild_qtensor: per_channel scales/zero_points length must equal size[axis]=${wanted}, got scales=${scales.numel()}, `
      + `zero_points=${zero_points.numel()}`)
  }
  return empty_per_channel([size], { scales, zero_points, axis, dtype: type, device }) as Tensor
}

// Python checks indices only if it is told to; an index out of range would make later operators read foreign memory.
function rebuild_sparse([kind, data]: Arguments): Tensor {
  if (!(kind instanceof layout) || !Array.isArray(data)) throw wrong('a layout and its parts', kind)
  if (kind.name === 'sparse_coo') {
    const [indices, values, size, is_coalesced = false] = data as unknown[]
    const args = [tensor_in(indices), tensor_in(values), counts_in(size), is_coalesced === true]
    check_coo(args)
    const { dtype, device } = tensor_in(values)
    return coo_unsafe(args.slice(0, 3), { is_coalesced: is_coalesced === true, dtype, device }) as Tensor
  }
  if (!/^sparse_(csr|csc|bsr|bsc)$/.test(kind.name)) throw new NotImplementedError(`rebuilding sparse tensor for layout ${String(kind)}`)
  const [compressed, plain, values, size] = data as unknown[]
  const args = [tensor_in(compressed), tensor_in(plain), tensor_in(values), counts_in(size)]
  check_compressed([...args, kind])
  return compressed_unsafe(args, { layout: kind, dtype: tensor_in(values).dtype, device: tensor_in(values).device }) as Tensor
}

function rebuild_meta([type, size, stride, requires_grad]: Arguments): Tensor {
  const sizes = counts_in(size)
  check_view(Infinity, dtype_in(type).itemsize, 0, sizes, counts_in(stride))
  return with_grad(empty_strided(sizes, counts_in(stride), { dtype: dtype_in(type), device: 'meta' }), requires_grad)
}

/** Gives a tensor the attributes that Python's had, where the names are free. */
function with_state(tensor: Tensor, state: unknown): Tensor {
  const fields = Array.isArray(state) ? state[0] as unknown : state
  if (!(fields instanceof PyDict)) return tensor
  if (fields.items.get('_is_buffer') === true) return new ModuleBuffer(tensor, tensor.requires_grad, fields.items.get('persistent') !== false)
  const finisher = new Finisher(() => null)
  for (const [name, value] of fields.items) {
    if (typeof name !== 'string' || name in tensor) continue
    Object.defineProperty(tensor, name, { value: finisher.finish(value), writable: true, configurable: true, enumerable: true })
  }
  return tensor
}

function rebuild_from_type([make, type, args, state]: Arguments): Tensor {
  if (!(make instanceof Global) || !make.call || !Array.isArray(args)) throw wrong('a function that makes a tensor', make)
  const made = tensor_in(make.call(args as unknown[]))
  const becomes_parameter = type instanceof Global && type.name === 'torch.nn.parameter.Parameter' && !(made instanceof Parameter)
  return with_state(becomes_parameter ? new Parameter(made, made.requires_grad) : made, state)
}

// How PyTorch 0.3 and before kept a parameter.
function set_parameter_state(parameter: object, state: unknown): void {
  const given = Array.isArray(state) ? state as unknown[] : []
  const tensor = parameter as Parameter
  if (given.length === 5) tensor.data = tensor_in(given[0])
  tensor.requires_grad = (given.length === 5 ? given[2] : given[0]) === true
}

/** The classes of tensors and the functions that make them, by their full names. `restore`: puts a tensor where the file says. */
export function tensor_globals(restore: (tensor: Tensor, location: unknown) => Tensor): Global[] {
  const call = (name: string, make: (args: Arguments) => Tensor): Global => new Global(`torch._utils.${name}`, make)
  return [
    call('_rebuild_tensor', rebuild_tensor), call('_rebuild_tensor_v2', rebuild_v2), call('_rebuild_tensor_v3', rebuild_v3),
    call('_rebuild_parameter', rebuild_parameter), call('_rebuild_parameter_with_state', rebuild_parameter),
    call('_rebuild_qtensor', rebuild_quantized), call('_rebuild_sparse_tensor', rebuild_sparse),
    call('_rebuild_meta_tensor_no_storage', rebuild_meta),
    call('_rebuild_device_tensor_from_cpu_tensor', ([data, type, location, requires_grad]) =>
      with_grad(restore(tensor_in(data).to(dtype_in(type)), location), requires_grad)),
    call('_rebuild_nested_tensor', () => {
      throw new NotImplementedError('torch-ts reads no nested tensors from files')
    }),
    new Global('torch._tensor._rebuild_from_type_v2', rebuild_from_type),
    new Global('torch.Tensor'),
    new Global('torch.nn.parameter.Parameter', null, ([data, requires_grad = true]) =>
      new Parameter(data === undefined || data === null ? null : tensor_in(data), requires_grad === true), set_parameter_state),
  ]
}
