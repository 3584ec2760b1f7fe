// Looks a TorchScript file over before libtorch reads it, which trusts the sizes and places that stand in it: a damaged or hostile file
// could otherwise read past its tensors' memory, or overflow the stack. No PyTorch counterpart.
import { RuntimeError } from '../_errors'
import { BytesSource, FileSource, type Source } from '../_files'
import { UnpicklingError } from '../_pickle/errors'
import { type Rules, Unpickler } from '../_pickle/unpickler'
import { Global, PyDict } from '../_pickle/values'
import { type StorageId, storage_id } from '../_serialization/load'
import { check_view } from '../_serialization/rebuild'
import { StorageType } from '../_serialization/types'
import { ZipReader } from '../_zip/reader'

const MAX_NESTING = 200 // of brackets, blocks and values; a worker's stack has room for several times as many
const MAX_RUN = 4000 // tokens without a comma, which may all be one expression

function broken(what: string): RuntimeError {
  return new RuntimeError(`torch.jit.load: the file is corrupted: ${what}`)
}

// ---- pickles ----

// An object of whatever class the file names, with what BUILD gave it.
class Anything {
  state: unknown = null

  constructor(readonly args: readonly unknown[]) {}
}

class Storage {
  constructor(readonly id: StorageId) {}
}

function whole_in(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw broken(`${what} is not a whole number that is not negative`)
  return value
}

function wholes_in(value: unknown, what: string): number[] {
  if (!Array.isArray(value)) throw broken(`${what} is not a list`)
  return (value as unknown[]).map(one => whole_in(one, what))
}

// The arguments of all functions that make a tensor on a storage begin in the same way.
function check_tensor([storage, offset, size, stride]: readonly unknown[]): void {
  if (!(storage instanceof Storage)) return // a sparse tensor, of others that have been checked
  const itemsize = storage.id.type?.itemsize ?? 1
  check_view(storage.id.bytes, itemsize, whole_in(offset, 'an offset'), wholes_in(size, 'a size'), wholes_in(stride, 'a stride'))
}

function check_type_name(name: unknown): void {
  if (typeof name === 'string') check_code(name, 'the name of a type')
}

function call(name: string): (args: readonly unknown[]) => unknown {
  if (name === 'collections.OrderedDict') return () => new PyDict('OrderedDict')
  if (name.startsWith('torch.jit._pickle.')) {
    return ([value, type]) => {
      check_type_name(type)
      return value
    }
  }
  return args => {
    if (name.startsWith('torch._utils._rebuild')) check_tensor(args)
    return new Anything(args)
  }
}

function rules(zip: ZipReader, folder: string): Rules {
  return {
    find_global(module, name) {
      const full = `${module}.${name}`
      check_type_name(full)
      return StorageType.of(full) ?? new Global(full, call(full), args => new Anything(args))
    },
    persistent_load(id) {
      const storage = storage_id(id)
      // Of traced inputs only the shapes are kept.
      const size = folder !== 'traced_inputs' && storage.bytes > 0 ? zip.size(`${folder}/${storage.key}`) : storage.bytes
      if (size < storage.bytes) throw broken(`the storage ${storage.key} has ${storage.bytes} bytes, but its entry ${size}`)
      return new Storage(storage)
    },
    build(instance, state) {
      if (instance instanceof Anything) instance.state = state
    },
  }
}

function parts_of(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  if (value instanceof Anything) return [...value.args, value.state]
  if (value instanceof PyDict) return [...value.items].flat()
  return value instanceof Set ? [...value as Set<unknown>] : []
}

// libtorch goes into values by recursion, and nothing that it writes holds itself.
function check_nesting(value: unknown, depths = new Map<unknown, number>(), level = 0): number {
  if (typeof value !== 'object' || value === null) return 0
  const known = depths.get(value)
  if (known === -1) throw broken('a value holds itself')
  const inside = known ?? parts_of(value).reduce<number>((most, one) => {
    if (level > MAX_NESTING) throw broken('its values are nested too deeply')
    depths.set(value, -1)
    return Math.max(most, 1 + check_nesting(one, depths, level + 1))
  }, 0)
  depths.set(value, inside)
  if (level + inside > MAX_NESTING) throw broken('its values are nested too deeply')
  return inside
}

function unpickled(zip: ZipReader, record: string, folder: string): unknown {
  const value = new Unpickler(zip.read(record), rules(zip, folder)).load()
  check_nesting(value)
  return value
}

// ---- where lines of a program came from ----

function tuple_in(value: unknown, length = 0): readonly unknown[] {
  if (!Array.isArray(value) || value.length < length) throw broken('its debug information')
  return value as unknown[]
}

function text_in(value: unknown): string {
  if (typeof value !== 'string') throw broken('its debug information')
  return value
}

// The text of a source: pieces of a table by their numbers, or in older files the text itself.
function source_length(source: readonly unknown[], table: readonly number[] | null): number {
  const [text, file] = source
  if (table === null) {
    if (file !== null) text_in(file)
    return Buffer.byteLength(text_in(text))
  }
  const pieces = wholes_in(text, 'a line of its debug information')
  if (pieces.some(one => one >= table.length) || whole_in(file, 'a file of its debug information') >= table.length) throw broken('its debug information')
  return pieces.reduce((sum, one) => sum + table[one]!, 0)
}

function check_debug(value: unknown): void {
  const whole = tuple_in(value, 1)
  const has_table = typeof whole[0] === 'string'
  const table = has_table ? tuple_in(whole[1]).map(one => Buffer.byteLength(text_in(one))) : null
  const lengths = new Map<unknown, number>()
  for (const line of has_table ? tuple_in(whole[2]) : whole) {
    if (tuple_in(line).length === 0) continue
    const [offset, range] = tuple_in(line, 2)
    whole_in(offset, 'a place of its debug information')
    const [source, start, end] = tuple_in(range, 3)
    const length = lengths.get(source) ?? source_length(tuple_in(source, 3), table)
    lengths.set(source, length)
    whole_in((source as unknown[])[2], 'a line of its debug information')
    const [from, to] = [whole_in(start, 'a place of its debug information'), whole_in(end, 'a place of its debug information')]
    if (from > to || to > Math.max(length, 1)) throw broken('its debug information')
  }
}

// ---- programs ----

const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*|\n[ \t]*|\w+|[^\s\w]/g

/** Throws if libtorch's parser, which goes into brackets, blocks and chains of operators by recursion, could overflow the stack. */
function check_code(code: string, record: string): void {
  let [depth, run] = [0, 0]
  const blocks = [0]
  for (const [token] of code.matchAll(TOKEN)) {
    run = token === ',' ? 0 : run + 1
    if ('([{'.includes(token)) depth++
    else if (')]}'.includes(token)) depth--
    else if (token.startsWith('\n') && depth <= 0) {
      run = 0
      const width = token.length - 1
      while (blocks.at(-1)! > width) blocks.pop()
      if (width > blocks.at(-1)!) blocks.push(width)
    }
    if (depth > MAX_NESTING || blocks.length > MAX_NESTING || run > MAX_RUN) throw broken(`${record} is nested too deeply`)
  }
}

// ---- files ----

function check_records(zip: ZipReader): void {
  for (const record of zip.records) {
    if (/^(data|constants|traced_inputs)\.pkl$/.test(record)) unpickled(zip, record, record.slice(0, -4))
    else if (/^code\/.*\.debug_pkl$/.test(record)) check_debug(unpickled(zip, record, 'code'))
    else if (/^code\/.*\.py$/.test(record)) check_code(Buffer.from(zip.read(record)).toString('latin1'), record)
    else zip.verify(record)
  }
}

/** @throws {RuntimeError} for a file that is damaged, or that libtorch cannot be trusted with. */
export function check_archive(file: string | Uint8Array): void {
  const opened = typeof file === 'string' ? new FileSource(file) : null
  const source: Source = opened ?? new BytesSource(file as Uint8Array)
  try {
    check_records(new ZipReader(source))
  } catch (error) {
    throw error instanceof UnpicklingError ? broken(error.message) : error
  } finally {
    opened?.close()
  }
}
