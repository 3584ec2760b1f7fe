// Reading of zip files: the directory, checked against the file, and entries at any place. caffe2/serialize/inline_container.cc.
import zlib from 'node:zlib'
import type { TensorBase } from '../_dispatch'
import { RuntimeError } from '../_errors'
import { BytesSource, type Source } from '../_files'
import { fill_storage } from '../_memory_loan'
import { crc32 } from './crc32'

interface Entry { name: string, method: number, crc: number, packed: number, size: number, header: number }

const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const MAX32 = 0xffffffff
const DEFLATE_RATIO = 1040 // no more bytes come out of one
const PIECE = 2 ** 19 // small enough to stay in the processor's cache between the copy and the checksum

function broken(what: string): RuntimeError {
  return new RuntimeError(`PytorchStreamReader failed reading zip archive: ${what}`)
}

function view_of(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

// A size or place of 64 bits as a number; what a number cannot hold is past the end of any file.
function uint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

interface Directory { start: number, size: number, count: number }

function find_directory(source: Source): Directory {
  const length = Math.min(source.size, 22 + 0xffff)
  const tail = view_of(source.read(source.size - length, length))
  for (let at = length - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue
    const found = directory64(source, source.size - length + at)
      ?? { count: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) }
    if (found.start + found.size > source.size - length + at || found.count * 46 > found.size) throw broken('invalid header or archive is corrupted')
    return found
  }
  throw broken('failed finding central directory')
}

function directory64(source: Source, end: number): Directory | null {
  if (end < 20 + 56) return null
  const locator = view_of(source.read(end - 20, 20))
  if (locator.getUint32(0, true) !== LOCATOR64) return null
  const at = uint64(locator, 8)
  if (at > end - 20 - 56) throw broken('invalid header or archive is corrupted')
  const record = view_of(source.read(at, 56))
  if (record.getUint32(0, true) !== END64) throw broken('invalid header or archive is corrupted')
  return { count: uint64(record, 32), size: uint64(record, 40), start: uint64(record, 48) }
}

function read_entry(bytes: Uint8Array, at: number): { entry: Entry, next: number } {
  const view = view_of(bytes)
  if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw broken('invalid header or archive is corrupted')
  const [name_length, extra_length, comment_length] = [28, 30, 32].map(field => view.getUint16(at + field, true)) as [number, number, number]
  const extra = at + 46 + name_length
  const next = extra + extra_length + comment_length
  if (next > bytes.length) throw broken('invalid header or archive is corrupted')
  if (view.getUint16(at + 8, true) & 1) throw broken('encrypted entries are not supported')
  const entry: Entry = {
    name: Buffer.from(bytes.subarray(at + 46, extra)).toString('utf8'), method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), header: view.getUint32(at + 42, true),
  }
  read_large_fields(view, extra, extra_length, entry)
  return { entry, next }
}

// Fields that did not fit 32 bits stand in an extra field, in this order.
function read_large_fields(view: DataView, start: number, length: number, entry: Entry): void {
  const wanted = (['size', 'packed', 'header'] as const).filter(field => entry[field] === MAX32)
  for (let at = start; at + 4 <= start + length && wanted.length > 0;) {
    const size = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1) {
      if (size < 8 * wanted.length || at + 4 + size > start + length) throw broken('invalid header or archive is corrupted')
      wanted.forEach((field, i) => {
        entry[field] = uint64(view, at + 4 + 8 * i)
      })
      return
    }
    at += 4 + size
  }
}

function check_name(name: string): void {
  const is_strange = name.startsWith('/') || name.includes('\\') || name.includes('\0') || name.split('/').includes('..')
  if (is_strange) throw broken(`the name of an entry is not allowed: ${JSON.stringify(name)}`)
}

/** The entries of a zip file. All sizes are checked against the file before anything of them is read. */
export class ZipReader {
  /** The folder in which all entries lie, with its slash. */
  readonly archive: string
  readonly #entries = new Map<string, Entry>()
  readonly #starts = new Map<string, number>()

  /** @param flat - entries may lie in no folder. */
  constructor(private readonly source: Source, flat = false) {
    const { start, size, count } = find_directory(source)
    const bytes = source.read(start, size)
    let [at, packed] = [0, 0]
    for (let i = 0; i < count; i++) {
      const { entry, next } = read_entry(bytes, at)
      at = next
      this.#check(entry, start)
      if (entry.name.endsWith('/') && entry.size === 0) continue
      if (this.#entries.has(entry.name)) throw broken(`duplicate entry ${JSON.stringify(entry.name)}`)
      packed += entry.packed
      this.#entries.set(entry.name, entry)
    }
    // Entries that overlap could make a small file claim much memory.
    if (packed > start) throw broken('entries overlap')
    const first = this.#entries.keys().next().value
    if (first === undefined) throw broken('archive does not contain any files')
    if (!first.includes('/') && !flat) throw broken(`file in archive is not in a subdirectory: ${first}`)
    this.archive = flat ? '' : first.slice(0, first.indexOf('/') + 1)
  }

  #check({ name, method, packed, size, header }: Entry, directory: number): void {
    check_name(name)
    if (method !== 0 && method !== 8) throw broken(`the entry ${JSON.stringify(name)} is compressed by an unknown method`)
    if (header + 30 + packed > directory || (method === 0 ? size !== packed : size > packed * DEFLATE_RATIO)) {
      throw broken(`the entry ${JSON.stringify(name)} has an impossible size`)
    }
  }

  #find(record: string): Entry {
    const entry = this.#entries.get(this.archive + record)
    if (!entry) throw new RuntimeError(`PytorchStreamReader failed locating file ${record}: file not found`)
    return entry
  }

  /** The names of all entries below the archive's folder. */
  get records(): string[] {
    return [...this.#entries.keys()].filter(name => name.startsWith(this.archive)).map(name => name.slice(this.archive.length))
  }

  /** The bytes of the whole file. */
  get file_size(): number {
    return this.source.size
  }

  has(record: string): boolean {
    return this.#entries.has(this.archive + record)
  }

  /** The bytes that an entry has. */
  size(record: string): number {
    return this.#find(record).size
  }

  /** Where an entry's bytes begin in the file, or null if they are compressed. */
  offset(record: string): number | null {
    const entry = this.#find(record)
    return entry.method === 0 ? this.#start(entry) : null
  }

  // The local header may be of another length than the directory says, so it is read, and must be the entry's own.
  #start(entry: Entry): number {
    const known = this.#starts.get(entry.name)
    if (known !== undefined) return known
    const name = Buffer.from(entry.name)
    const length = Math.min(30 + name.length, this.source.size - entry.header)
    const header = this.source.read(entry.header, length)
    const view = view_of(header)
    const start = entry.header + 30 + view.getUint16(26, true) + view.getUint16(28, true)
    const is_own = view.getUint32(0, true) === 0x04034b50 && start + entry.packed <= this.source.size
      && view.getUint16(26, true) === name.length && name.equals(header.subarray(30))
    if (!is_own) throw broken(`the header of ${JSON.stringify(entry.name)} is corrupted`)
    this.#starts.set(entry.name, start)
    return start
  }

  #inflate(entry: Entry): Uint8Array {
    const packed = this.source.read(this.#start(entry), entry.packed)
    try {
      const bytes = zlib.inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) })
      if (bytes.length === entry.size) return bytes
    } catch {
      // Said below.
    }
    throw broken(`the entry ${JSON.stringify(entry.name)} does not decompress to its size`)
  }

  #check_sum(entry: Entry, crc: number): void {
    // torch.serialization.set_crc32_options(False) writes zeros.
    if (entry.crc !== 0 && crc !== entry.crc) throw broken(`the checksum of ${JSON.stringify(entry.name)} does not match: the file is corrupted`)
  }

  /** The bytes of an entry. @throws {RuntimeError} if there is none, or its checksum differs. */
  read(record: string): Uint8Array {
    const entry = this.#find(record)
    const bytes = entry.method === 0 ? this.source.read(this.#start(entry), entry.size) : this.#inflate(entry)
    this.#check_sum(entry, crc32(bytes))
    return bytes
  }

  /** Fills a storage in CPU memory with the first bytes of an entry, and checks the sum if those are all. */
  fill(record: string, storage: TensorBase, length: number): void {
    const entry = this.#find(record)
    const [source, start] = entry.method === 0 ? [this.source, this.#start(entry)] : [new BytesSource(this.#inflate(entry)), 0]
    const crc = fill_storage(storage, length, source, start)
    if (length === entry.size) this.#check_sum(entry, crc)
  }

  /** Reads an entry piece by piece and checks its sum. */
  verify(record: string): void {
    const entry = this.#find(record)
    if (entry.method !== 0) return this.#check_sum(entry, crc32(this.#inflate(entry)))
    const buffer = new Uint8Array(Math.min(PIECE, entry.size))
    const start = this.#start(entry)
    let crc = 0
    for (let done = 0; done < entry.size; done += buffer.length) {
      const piece = buffer.subarray(0, entry.size - done)
      this.source.fill(start + done, piece)
      crc = crc32(piece, crc)
    }
    this.#check_sum(entry, crc)
  }
}

/** What a zip file holds that has one entry alone, or null if it has more. */
export function only_entry(source: Source): Uint8Array | null {
  const zip = new ZipReader(source, true)
  const { records } = zip
  return records.length === 1 ? zip.read(records[0]!) : null
}
