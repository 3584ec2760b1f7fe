// Writing of PyTorch's zip files: stored entries whose data begin at multiples of 64 bytes. caffe2/serialize/inline_container.cc.
import type { Sink } from '../_files'
import { crc32 } from './crc32'

const MAX32 = 0xffffffff
const FLAGS = 0x0808 // sizes stand behind the data, names are UTF-8
const ALIGNMENT = 64
const PIECE = 2 ** 19 // small enough to stay in the processor's cache between the checksum and the write

interface Written { name: Buffer, offset: number, size: number, crc: number }

/** Gives the bytes of an entry, in pieces of any size, to the function that it gets. */
export type Produce = (take: (bytes: Uint8Array) => void) => void

/** A zip file on its way into a sink; all entries lie in one folder, whose name is the archive's. */
export class ZipWriter {
  #position = 0
  readonly #entries: Written[] = []

  constructor(private readonly sink: Sink, private readonly archive: string, private readonly checks = true) {}

  /** Names written so far, without the folder. */
  get names(): string[] {
    return this.#entries.map(({ name }) => name.toString('utf8').slice(this.archive.length + 1))
  }

  /** The checksums of all entries in one number. */
  get combined_crc(): number {
    return this.#entries.reduce((all, { crc }) => (Math.imul(all, 31) + crc) >>> 0, 0)
  }

  #put(bytes: Uint8Array): void {
    this.sink.write(bytes)
    this.#position += bytes.length
  }

  /** Writes one entry of `size` bytes. */
  entry(name: string, content: Uint8Array): void
  entry(name: string, size: number, produce: Produce): void
  entry(short_name: string, content: Uint8Array | number, produce?: Produce): void {
    const size = typeof content === 'number' ? content : content.length
    const name = Buffer.from(`${this.archive}/${short_name}`)
    const offset = this.#position
    this.#put(local_header(name, offset, size))
    let crc = 0
    const take = (bytes: Uint8Array): void => {
      for (let start = 0; start < bytes.length; start += PIECE) {
        const piece = bytes.subarray(start, start + PIECE)
        if (this.checks) crc = crc32(piece, crc)
        this.#put(piece)
      }
    }
    if (typeof content === 'number') produce!(take)
    else take(content)
    if (size > 0) this.#put(descriptor(offset, size, crc))
    this.#entries.push({ name, offset, size, crc })
  }

  /** Writes the directory; nothing can follow. */
  end(): void {
    const start = this.#position
    for (const entry of this.#entries) this.#put(central_header(entry))
    this.#put(end_records(this.#entries.length, start, this.#position - start))
  }
}

// The fields that do not fit 32 bits.
function zip64_extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i))
  return extra
}

function large_fields(offset: number, size: number): number[] {
  return [...size >= MAX32 ? [size, size] : [], ...offset >= MAX32 ? [offset] : []]
}

function local_header(name: Buffer, offset: number, size: number): Buffer {
  const extra = zip64_extra(large_fields(offset, size))
  const before = offset + 30 + name.length + extra.length + 4
  const padding = (ALIGNMENT - before % ALIGNMENT) % ALIGNMENT
  const header = Buffer.alloc(30 + name.length + extra.length + 4 + padding, 'Z')
  header.fill(0, 0, 30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length + 4 + padding, 28)
  name.copy(header, 30)
  extra.copy(header, 30 + name.length)
  const at = 30 + name.length + extra.length
  header.write('FB', at)
  header.writeUInt16LE(padding, at + 2)
  return header
}

function descriptor(offset: number, size: number, crc: number): Buffer {
  const large = large_fields(offset, size).length > 0
  const bytes = Buffer.alloc(large ? 24 : 16)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc, 4)
  if (large) {
    bytes.writeBigUInt64LE(BigInt(size), 8)
    bytes.writeBigUInt64LE(BigInt(size), 16)
  } else {
    bytes.writeUInt32LE(size, 8)
    bytes.writeUInt32LE(size, 12)
  }
  return bytes
}

function central_header({ name, offset, size, crc }: Written): Buffer {
  const extra = zip64_extra(large_fields(offset, size))
  const header = Buffer.alloc(46 + name.length + extra.length)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(Math.min(size, MAX32), 20)
  header.writeUInt32LE(Math.min(size, MAX32), 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(Math.min(offset, MAX32), 42)
  name.copy(header, 46)
  extra.copy(header, 46 + name.length)
  return header
}

// The end in its 64-bit form, which PyTorch always writes, and in the plain one.
function end_records(count: number, start: number, size: number): Buffer {
  const bytes = Buffer.alloc(56 + 20 + 22)
  bytes.writeUInt32LE(0x06064b50, 0)
  bytes.writeBigUInt64LE(44n, 4)
  bytes.writeUInt16LE(0x031e, 12)
  bytes.writeUInt16LE(45, 14)
  bytes.writeBigUInt64LE(BigInt(count), 24)
  bytes.writeBigUInt64LE(BigInt(count), 32)
  bytes.writeBigUInt64LE(BigInt(size), 40)
  bytes.writeBigUInt64LE(BigInt(start), 48)
  bytes.writeUInt32LE(0x07064b50, 56)
  bytes.writeBigUInt64LE(BigInt(start + size), 64)
  bytes.writeUInt32LE(1, 72)
  bytes.writeUInt32LE(0x06054b50, 76)
  bytes.writeUInt16LE(Math.min(count, 0xffff), 84)
  bytes.writeUInt16LE(Math.min(count, 0xffff), 86)
  bytes.writeUInt32LE(Math.min(size, MAX32), 88)
  bytes.writeUInt32LE(Math.min(start, MAX32), 92)
  return bytes
}
