// Reading of PyTorch's files: the zip format, and the one before it. torch/serialization.py: _load and _legacy_load.
import { endianness } from 'node:os'
import { binding } from '../_C'
import { handle, own } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { with_memory } from '../_memory_loan'
import { aten } from '../_operators'
import { UnpicklingError } from '../_pickle/errors'
import { Unpickler, describe } from '../_pickle/unpickler'
import { Finisher, Global, type PyDict } from '../_pickle/values'
import type { ZipReader } from '../_zip/reader'
import * as dtypes from '../dtype'
import type { dtype } from '../dtype'
import { empty } from '../generated/torch_functions'
import { StateDict } from '../nn/modules/_state_dict'
import { Parameter } from '../nn/parameter'
import { UntypedStorage } from '../storage'
import { Tensor } from '../tensor'
import { LoadEndianness, config, skips_data } from './config'
import { Globals } from './globals'
import { type MapLocation, is_meta, restorer } from './location'
import { build_instance } from './safe_globals'
import { LoadedStorage, StorageType } from './types'

const from_file = aten('from_file')

/** How to read. */
export interface LoadSettings {
  map_location?: MapLocation | null | undefined
  /** A file to map into memory in place of reading it. */
  mapped?: string | null
}

/** A tensor for the bytes of a storage. */
export function empty_bytes(length: number, device = 'cpu'): Tensor {
  return empty([length], { dtype: dtypes.uint8, device })
}

/** A storage of its own on a part of another one's memory. */
export function part_of(whole: Tensor, offset: number, length: number): Tensor {
  return own(new Tensor(), out => binding.storage_part(out, handle(whole), offset, length))
}

/** A state_dict stays one; other OrderedDicts are saved as such again too. */
export function make_dict({ kind }: PyDict): object | null {
  return kind === 'OrderedDict' ? Object.create(StateDict.prototype) as object : null
}

/** Storages of one file on their way to where they belong. */
export class Placer {
  readonly #restore
  readonly #own: Tensor[] = []
  readonly #keeps: boolean

  constructor({ map_location }: LoadSettings) {
    this.#restore = restorer(map_location)
    this.#keeps = typeof map_location === 'function'
  }

  place(bytes: Tensor, type: dtype | null, location: string): LoadedStorage {
    const placed = this.#restore(new UntypedStorage(bytes), location).bytes
    if (!this.#keeps) this.#own.push(bytes, placed)
    return new LoadedStorage(placed, type)
  }

  move(tensor: Tensor, location: unknown): Tensor {
    const { device } = this.#restore(new UntypedStorage(empty_bytes(0)), text_of(location))
    return tensor.to({ device })
  }

  /** Frees the tensors of bytes, on whose memory the file's tensors are now. */
  done(): void {
    for (const bytes of this.#own) bytes.dispose()
  }
}

function text_of(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (typeof value !== 'string') throw new UnpicklingError(`expected a str, but got ${describe(value)}`)
  return value
}

export interface StorageId { readonly type: dtype | null, key: string, location: string, bytes: number }

/** The parts of a persistent id, checked. */
export function storage_id(id: unknown): StorageId {
  if (!Array.isArray(id)) throw new UnpicklingError(`persistent_load id must be tuple or int, but got ${describe(id)}`)
  const [kind, type, key, location, count] = id as unknown[]
  const name = typeof kind === 'string' || kind instanceof Uint8Array ? text_of(kind) : null
  if (name !== 'storage') throw new UnpicklingError(`Only persistent_load of storage is allowed, but got ${name ?? describe(kind)}`)
  if (!(type instanceof StorageType)) throw new UnpicklingError(`expected the type of a storage, but got ${describe(type)}`)
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) throw new UnpicklingError(`a storage has ${String(count)} elements`)
  return { type: type.dtype, key: text_of(key), location: text_of(location), bytes: count * (type.dtype?.itemsize ?? 1) }
}

/** BUILD on what is no dict: a parameter of old, or an object of a class that the user allows. */
export function build(instance: unknown, state: unknown): void {
  const parameter = instance instanceof Parameter ? 'torch.nn.parameter.Parameter' : null
  if (parameter === null) return build_instance(instance, state)
  const global = new Globals(tensor => tensor).find('torch.nn.parameter', 'Parameter') as Global
  global.build!(instance as object, state)
}

// ---- the zip format ----

function check_order(zip: ZipReader): 'little' | 'big' {
  if (!zip.has('byteorder')) {
    const big = config.load.endianness === LoadEndianness.BIG || config.load.endianness === LoadEndianness.NATIVE && endianness() === 'BE'
    return big ? 'big' : 'little'
  }
  const order = Buffer.from(zip.read('byteorder')).toString('latin1')
  if (order !== 'little' && order !== 'big') throw new ValueError(`Unknown endianness type: ${order}`)
  return order
}

const DIGITS = 8 // longer elements than these are complex numbers, of two parts

function swap_bytes(bytes: Uint8Array, type: dtype): void {
  const size = type.is_complex ? type.itemsize / 2 : Math.min(type.itemsize, DIGITS)
  for (let start = 0; start + size <= bytes.length && size > 1; start += size) bytes.subarray(start, start + size).reverse()
}

/** The value in a zip file of torch.save. */
export function load_zip(zip: ZipReader, settings: LoadSettings): unknown {
  const placer = new Placer(settings)
  const order = check_order(zip)
  const meta = is_meta(settings.map_location)
  let whole: Tensor | null = null
  const read = (record: string, bytes: number, type: dtype): Tensor => {
    const offset = settings.mapped == null ? null : zip.offset(record)
    if (offset !== null && order === 'little' && bytes > 0) {
      whole ??= from_file([settings.mapped, false, zip.file_size], { dtype: dtypes.uint8 }) as Tensor
      // Elements lie at multiples of their size in what torch.save writes; a copy serves the rest.
      if (offset % type.itemsize === 0) return part_of(whole, offset, bytes)
    }
    const storage = empty_bytes(bytes)
    if (skips_data()) return storage
    zip.fill(record, storage, bytes)
    if (order === 'big') with_memory(storage, 0, bytes, memory => swap_bytes(memory, type))
    return storage
  }
  const storages = new Map<string, LoadedStorage>()
  const persistent_load = (id: unknown): LoadedStorage => {
    const { type, key, location, bytes } = storage_id(id)
    const known = storages.get(key)
    if (known) return known
    const record = `data/${key}`
    if (zip.size(record) < bytes) throw new RuntimeError(`the storage ${key} has ${bytes} bytes, but its entry in the file ${zip.size(record)}`)
    const loaded = meta ? new LoadedStorage(empty_bytes(bytes, 'meta'), type) : placer.place(read(record, bytes, type ?? dtypes.uint8), type, location)
    storages.set(key, loaded)
    return loaded
  }
  const globals = new Globals((tensor, location) => placer.move(tensor, location))
  const value = new Unpickler(zip.read('data.pkl'), { find_global: (module, name) => globals.find(module, name), persistent_load, build }).load()
  const result = new Finisher(make_dict).finish(value)
  placer.done()
  ;(whole as Tensor | null)?.dispose()
  return result
}
