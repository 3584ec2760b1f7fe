// Reading of the format that torch.save wrote before PyTorch 1.6: pickles, then the storages' data. _legacy_load in torch/serialization.py.
import { RuntimeError } from '../_errors'
import type { Source } from '../_files'
import { fill_storage } from '../_memory_loan'
import { UnpicklingError } from '../_pickle/errors'
import { type Rules, Unpickler } from '../_pickle/unpickler'
import { Finisher, Global } from '../_pickle/values'
import * as dtypes from '../dtype'
import { skips_data } from './config'
import { Globals } from './globals'
import { type LoadSettings, Placer, type StorageId, build, empty_bytes, make_dict, part_of, storage_id } from './load'
import { LoadedStorage } from './types'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001
const LARGEST_PICKLE = 2 ** 30

interface View { key: string, offset: number, count: number }
interface LegacyStorage extends StorageId { readonly view: View | null }

function legacy_id(id: unknown): LegacyStorage {
  const storage = storage_id(id)
  const view = (id as unknown[])[5]
  if (view === undefined || view === null) return { ...storage, view: null }
  const [key, offset, count] = Array.isArray(view) ? view as unknown[] : []
  if (typeof key !== 'string' || typeof offset !== 'number' || typeof count !== 'number') throw new UnpicklingError('the view of a storage is not valid')
  return { ...storage, view: { key, offset, count } }
}

// Makes nothing of the object: it only finds the storages, and where the pickle ends. What makes tensors gives this.
class Unmade {}

function survey(globals: Globals, found: Map<string, StorageId>): Rules {
  const unmade = (): object => new Unmade()
  return {
    find_global(module, name) {
      const known = globals.find(module, name)
      const makes_tensors = known instanceof Global && !/^(collections|builtins|_codecs|torch)\.\w+$|_get_layout$/.test(known.name)
      return makes_tensors ? new Global(known.name, unmade, unmade) : known
    },
    persistent_load(id) {
      const storage = legacy_id(id)
      if (!found.has(storage.key)) found.set(storage.key, storage)
      return unmade()
    },
    build: () => undefined,
  }
}

// The data of all storages, in the order of the list of keys: a count, then the elements.
function read_storages(
  source: Source, start: number, keys: unknown, found: ReadonlyMap<string, StorageId>, placer: Placer,
): Map<string, LoadedStorage> {
  if (!Array.isArray(keys)) throw new UnpicklingError('the list of storages is not valid')
  const loaded = new Map<string, LoadedStorage>()
  let at = start
  for (const key of keys as unknown[]) {
    const storage = found.get(String(key))
    if (!storage) throw new RuntimeError(`storage key '${String(key)}' not found in deserialized_objects`)
    const header = source.read(at, 8)
    const count = Number(new DataView(header.buffer, header.byteOffset, 8).getBigInt64(0, true))
    const bytes = count * (storage.type?.itemsize ?? 1)
    const fits = bytes === storage.bytes && at + 8 + bytes <= source.size
    if (!fits) throw new RuntimeError(`storage ${String(key)} has a wrong size, or the file is truncated`)
    const memory = empty_bytes(bytes)
    fill_storage(memory, bytes, source, at + 8)
    at += 8 + bytes
    loaded.set(storage.key, placer.place(memory, storage.type, storage.location))
  }
  return loaded
}

function view_of(root: LoadedStorage, { offset, count }: View): LoadedStorage {
  const size = (root.dtype ?? dtypes.uint8).itemsize
  return new LoadedStorage(part_of(root.bytes, offset * size, count * size), root.dtype)
}

/** The value in a file of the old format. */
export function load_legacy(source: Source, settings: LoadSettings): unknown {
  if (skips_data()) throw new RuntimeError('`skip_data` is only supported for files saved with `torch.save(_use_new_zipfile_serialization=True)`')
  const bytes = source.read(0, Math.min(source.size, LARGEST_PICKLE))
  const placer = new Placer(settings)
  const globals = new Globals((tensor, location) => placer.move(tensor, location))
  const found = new Map<string, StorageId>()
  const reader = new Unpickler(bytes, survey(globals, found))
  if (reader.load() !== MAGIC) throw new RuntimeError('Invalid magic number; corrupt file?')
  const protocol = reader.load()
  if (protocol !== PROTOCOL) throw new RuntimeError(`Invalid protocol version: ${String(protocol)}`)
  reader.load() // about the machine
  const start = reader.position
  reader.load()
  const keys = reader.load()
  const storages = read_storages(source, reader.position, keys, found, placer)
  const views = new Map<string, LoadedStorage>()
  const persistent_load = (id: unknown): LoadedStorage => {
    const { key, view } = legacy_id(id)
    const root = storages.get(key)
    if (!root) throw new RuntimeError(`storage ${key} has no data in the file`)
    if (!view) return root
    const made = views.get(view.key) ?? view_of(root, view)
    views.set(view.key, made)
    return made
  }
  const value = new Unpickler(bytes.subarray(start), { find_global: (module, name) => globals.find(module, name), persistent_load, build }).load()
  const result = new Finisher(make_dict).finish(value)
  placer.done()
  return result
}
