// What torch.save writes for tensors and the constants of torch, and the file around it: _save and _legacy_save in torch/serialization.py.
import { binding } from '../_C'
import { Complex, NamedTuple, handle, is_tensor } from '../_dispatch'
import { RuntimeError } from '../_errors'
import type { Sink } from '../_files'
import { with_memory } from '../_memory_loan'
import { aten } from '../_operators'
import { PicklingError } from '../_pickle/errors'
import { Call, GlobalName, Ordered, PersistentId, Pickler, PythonFloat } from '../_pickle/pickler'
import { Size } from '../_size'
import { TapeValue } from '../_tape'
import { ZipWriter } from '../_zip/writer'
import { Device } from '../device'
import { dtype } from '../dtype'
import { layout } from '../layout'
import { StateDict, metadata_of } from '../nn/modules/_state_dict'
import { is_module } from '../nn/modules/_members'
import { Buffer as ModuleBuffer, Parameter, is_lazy } from '../nn/parameter'
import { UntypedStorage } from '../storage'
import { Tensor } from '../tensor'
import { config, skips_data } from './config'
import { SCHEMES, storage_name } from './types'

const quantized = {
  scheme: aten('qscheme'), scale: aten('q_scale'), zero_point: aten('q_zero_point'), scales: aten('q_per_channel_scales'),
  zero_points: aten('q_per_channel_zero_points'), axis: aten('q_per_channel_axis'),
}
const indices_of = aten('_indices')
const values_of = aten('_values')

const names = new Map<string, GlobalName>()

function global(full: string): GlobalName {
  const dot = full.lastIndexOf('.')
  let found = names.get(full)
  if (!found) names.set(full, found = new GlobalName(full.slice(0, dot), full.slice(dot + 1)))
  return found
}

function tuple(...items: unknown[]): readonly unknown[] {
  return Object.freeze(items)
}

/** The storages that a value refers to, in the order in which they were met. */
class Storages {
  readonly all: UntypedStorage[] = []
  readonly counts: number[] = [] // their elements
  readonly #keys = new Map<number, string>()
  readonly #dtypes = new Map<number, dtype | null>()

  /** @param legacy - for the format before the zip, whose ids end in the place of a view, of which there are none. */
  constructor(private readonly legacy: boolean) {}

  /** What stands for a storage in the pickle. A dtype of null is a storage without a type. */
  id(tensor: Tensor, type: dtype | null): PersistentId {
    const number = binding.storage_id(handle(tensor))
    const bytes = binding.storage_nbytes(handle(tensor))
    const count = Math.floor(bytes / (type?.itemsize ?? 1))
    let key = this.#keys.get(number)
    if (key === undefined) {
      key = String(this.all.length)
      this.#keys.set(number, key)
      this.#dtypes.set(number, type)
      this.all.push(new UntypedStorage(tensor))
      this.counts.push(count)
    }
    if (this.#dtypes.get(number) !== type && bytes > 0) {
      throw new RuntimeError('Cannot save multiple tensors or storages that view the same data as different types')
    }
    const name = type === null ? 'torch.storage.UntypedStorage' : `torch.${storage_name(type)!}`
    return new PersistentId(tuple('storage', global(name), key, String(tensor.device), count, ...this.legacy ? [null] : []))
  }
}

const no_hooks = (): Ordered => new Ordered([], undefined)

function flags_of(tensor: Tensor): unknown[] {
  const flags = { ...tensor.is_conj() && { conj: true }, ...tensor.is_neg() && { neg: true } }
  return Object.keys(flags).length > 0 ? [flags] : []
}

function reduce_strided(tensor: Tensor, storages: Storages): Call {
  const type = storage_name(tensor.dtype) === undefined ? null : tensor.dtype
  const place = [storages.id(tensor, type), tensor.storage_offset(), tuple(...tensor.shape), tuple(...tensor.stride())]
  const parts = [...place, tensor.requires_grad, no_hooks()]
  return type === null ? new Call(global('torch._utils._rebuild_tensor_v3'), [...parts, tensor.dtype, ...flags_of(tensor)])
    : new Call(global('torch._utils._rebuild_tensor_v2'), [...parts, ...flags_of(tensor)])
}

function reduce_quantized(tensor: Tensor, storages: Storages): Call {
  const scheme = SCHEMES[quantized.scheme([tensor]) as number]!
  const per_tensor = scheme.name === 'torch.per_tensor_affine'
  if (!per_tensor && !scheme.name.startsWith('torch.per_channel_affine')) throw new RuntimeError(`Serialization is not supported for tensors of type ${scheme.name}`)
  const params = per_tensor ? tuple(global(scheme.name), quantized.scale([tensor]), quantized.zero_point([tensor]))
    : tuple(global('torch.per_channel_affine'), quantized.scales([tensor]), quantized.zero_points([tensor]), quantized.axis([tensor]))
  return new Call(global('torch._utils._rebuild_qtensor'), [storages.id(tensor, tensor.dtype), tensor.storage_offset(), tuple(...tensor.shape),
    tuple(...tensor.stride()), params, tensor.requires_grad, no_hooks()])
}

function reduce_sparse(tensor: Tensor): Call {
  const rows = /^sparse_(csr|bsr)$/.test(tensor.layout.name)
  const parts = tensor.is_sparse ? [indices_of([tensor]), values_of([tensor]), tensor.shape, tensor.is_coalesced()]
    : [rows ? tensor.crow_indices() : tensor.ccol_indices(), rows ? tensor.col_indices() : tensor.row_indices(), tensor.values(), tensor.shape]
  return new Call(global('torch._utils._rebuild_sparse_tensor'), [tensor.layout, tuple(...parts)])
}

function reduce_plain_tensor(tensor: Tensor, storages: Storages): Call {
  if (tensor.is_nested || tensor.layout.name === '_mkldnn') throw new PicklingError(`torch.save writes no ${tensor.is_nested ? 'nested' : 'mkldnn'} tensors`)
  if (tensor.is_meta) {
    const parts = [tensor.dtype, tuple(...tensor.shape), tuple(...tensor.stride()), tensor.requires_grad]
    return new Call(global('torch._utils._rebuild_meta_tensor_no_storage'), parts)
  }
  if (tensor.layout.name !== 'strided') return reduce_sparse(tensor)
  return tensor.is_quantized ? reduce_quantized(tensor, storages) : reduce_strided(tensor, storages)
}

function reduce_tensor(tensor: Tensor, storages: Storages): Call {
  if (is_lazy(tensor)) throw new PicklingError('an uninitialized parameter or buffer has no values to save: call forward first')
  if (tensor instanceof Parameter) {
    return new Call(global('torch._utils._rebuild_parameter'), [tensor.detach(), tensor.requires_grad, no_hooks()])
  }
  const plain = reduce_plain_tensor(tensor, storages)
  if (!(tensor instanceof ModuleBuffer)) return plain
  const state = { persistent: tensor.persistent, _is_buffer: true }
  return new Call(global('torch._tensor._rebuild_from_type_v2'), [plain.target, global('torch.Tensor'), tuple(...plain.args), state])
}

function reduce_constant(value: TapeValue): unknown {
  if (value instanceof dtype) return global(String(value))
  if (value instanceof Device) return new Call(global('torch.device'), [value.type, ...value.index === null ? [] : [value.index]])
  if (value instanceof layout) return new Call(global('torch.serialization._get_layout'), [String(value)])
  if (value.constructor.name === 'Generator') throw new PicklingError('torch.save writes no Generator: save generator.get_state(), a tensor, and give it to set_state()')
  throw new PicklingError(`torch.save cannot write ${String(value)}: Python's torch.load(weights_only=True) would refuse it`)
}

function is_plain(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Uint8Array) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype as object) === null
}

function has_state_dict(value: object): boolean {
  return typeof (value as { state_dict?: unknown }).state_dict === 'function'
}

function refuse(value: object): never {
  const name = (value.constructor as { name?: string } | undefined)?.name ?? 'object'
  if (is_module(value) || has_state_dict(value)) {
    throw new PicklingError(`torch.save cannot write a ${name} itself, since a file holds no code: save its state_dict(), and load that into a new ${name}`)
  }
  const what = typeof value === 'function' ? `the function ${value.name}`.trim() : `an object of the class ${name}`
  throw new PicklingError(`torch.save cannot write ${what}: it writes tensors, numbers, strings, bytes, booleans, null, arrays, plain objects, Maps and Sets`)
}

const parts_of_pickles = [Call, Ordered, PersistentId, GlobalName, PythonFloat]

function reducer(storages: Storages) {
  return (value: object): unknown => {
    if (is_tensor(value)) return reduce_tensor(value as Tensor, storages)
    if (value instanceof TapeValue) return reduce_constant(value)
    if (value instanceof StateDict) return new Ordered(Object.entries(value), metadata_of(value) && ordered_metadata(metadata_of(value)!))
    if (value instanceof Size) return new Call(global('torch.Size'), [tuple(...value)])
    if (value instanceof Complex) return new Call(global('__builtin__.complex'), [new PythonFloat(value.real), new PythonFloat(value.imag)])
    if (value instanceof UntypedStorage) return storages.id(value.bytes, null)
    if (value instanceof NamedTuple) return tuple(...value)
    if (parts_of_pickles.some(Part => value instanceof Part)) return value
    return is_plain(value) ? undefined : refuse(value)
  }
}

function ordered_metadata(metadata: object): Ordered {
  return new Ordered(Object.entries(metadata), undefined)
}

/** The pickle of a value, and the storages that belong to it. */
export function pickle(value: unknown, legacy = false): { data: Uint8Array, storages: readonly UntypedStorage[], counts: readonly number[] } {
  const storages = new Storages(legacy)
  const data = new Pickler(reducer(storages)).dump(value)
  return { data, storages: storages.all, counts: storages.counts }
}

// Twenty digits of the entries' names and twenty of their contents, as PyTorch has it.
function serialization_id(zip: ZipWriter): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(zip.names.join('\n'))) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return `${String(hash).padStart(20, '0')}${String(zip.combined_crc).padStart(20, '0')}`
}

const SMALL = 2 ** 14 // up to here a copy costs less than a loan

const ZEROS = new Uint8Array(2 ** 16)

function write_zeros(size: number, take: (bytes: Uint8Array) => void): void {
  for (let left = size; left > 0; left -= ZEROS.length) take(ZEROS.subarray(0, left))
}

function write_storage(zip: ZipWriter, name: string, bytes: Tensor): void {
  const size = bytes.numel()
  if (skips_data()) return zip.entry(name, size, take => write_zeros(size, take))
  if (size > SMALL) return zip.entry(name, size, take => with_memory(bytes, 0, size, take))
  const copy = new Uint8Array(size)
  binding.read(handle(bytes), copy)
  zip.entry(name, copy)
}

/** Writes a value as PyTorch's zip file. */
export function save_zip(value: unknown, sink: Sink, archive: string): void {
  const { data, storages } = pickle(value)
  // Room that is to be filled later has no sum yet.
  const zip = new ZipWriter(sink, archive, config.save.compute_crc32 && !skips_data())
  zip.entry('data.pkl', data)
  zip.entry('.format_version', Buffer.from('1'))
  zip.entry('.storage_alignment', Buffer.from('64'))
  zip.entry('byteorder', Buffer.from('little'))
  storages.forEach((storage, i) => write_storage(zip, `data/${i}`, storage.cpu().bytes))
  zip.entry('version', Buffer.from('3\n'))
  zip.entry('.data/serialization_id', Buffer.from(serialization_id(zip)))
  zip.end()
}

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001
const MACHINE = { protocol_version: PROTOCOL, little_endian: true, type_sizes: { short: 2, int: 4, long: 4 } }

/** Writes a value in the format before PyTorch 1.6: pickles, then for each storage the number of its elements, and these. */
export function save_legacy(value: unknown, sink: Sink): void {
  if (skips_data()) throw new RuntimeError('Cannot use skip_data=True with _use_new_zipfile_serialization=False')
  const { data, storages, counts } = pickle(value, true)
  const keys = storages.map((_, i) => String(i)).sort()
  const plain = (one: unknown): Uint8Array => new Pickler(reducer(new Storages(true))).dump(one)
  for (const part of [plain(MAGIC), plain(PROTOCOL), plain(MACHINE), data, plain(keys)]) sink.write(part)
  for (const key of keys) {
    const bytes = storages[Number(key)]!.cpu().bytes
    const count = new Uint8Array(8)
    new DataView(count.buffer).setBigInt64(0, BigInt(counts[Number(key)]!), true)
    sink.write(count)
    with_memory(bytes, 0, bytes.numel(), memory => sink.write(memory))
  }
}
