// Reader of zip archives, as far as data sets need one: stored and deflated files. Python's zipfile.
import fs from 'node:fs'
import { Readable, Transform } from 'node:stream'
import zlib from 'node:zlib'
import { DownloadError, type Stage } from './_files'

/** A file of an archive. */
export interface ZipEntry {
  name: string
  method: number
  flags: number
  crc: number
  compressed: number
  size: number
  offset: number
}

const end_signature = 0x06054b50
const central_signature = 0x02014b50
const local_signature = 0x04034b50

function read_at(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  const n = fs.readSync(fd, buffer, 0, length, position)
  return buffer.subarray(0, n)
}

/** The last record of the archive, which says where the directory is. A comment of up to 64 KiB may follow it. */
function read_end(fd: number, size: number): { count: number; length: number; offset: number } {
  const tail = read_at(fd, Math.max(0, size - 65557), Math.min(size, 65557))
  for (let i = tail.length - 22; i >= 0; i--) {
    if (tail.readUInt32LE(i) !== end_signature || i + 22 + tail.readUInt16LE(i + 20) !== tail.length) continue
    return { count: tail.readUInt16LE(i + 10), length: tail.readUInt32LE(i + 12), offset: tail.readUInt32LE(i + 16) }
  }
  throw new DownloadError('File is not a zip file')
}

/** The files of the archive, from its directory. */
export function zip_entries(archive: string): ZipEntry[] {
  const fd = fs.openSync(archive, 'r')
  try {
    const end = read_end(fd, fs.fstatSync(fd).size)
    if (end.offset === 0xffffffff || end.count === 0xffff) throw new DownloadError('zip64 archives are not supported')
    const directory = read_at(fd, end.offset, end.length)
    const entries: ZipEntry[] = []
    for (let i = 0, at = 0; i < end.count; i++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== central_signature) {
        throw new DownloadError('Bad magic number for central directory')
      }
      const name_length = directory.readUInt16LE(at + 28)
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + name_length),
        method: directory.readUInt16LE(at + 10),
        flags: directory.readUInt16LE(at + 8),
        crc: directory.readUInt32LE(at + 16),
        compressed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      })
      at += 46 + name_length + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    }
    return entries
  } finally {
    fs.closeSync(fd)
  }
}

/** A pass-through that fails unless exactly the bytes come that the directory announces. */
function verify(entry: ZipEntry): Transform {
  let crc = 0
  let size = 0
  const wrong = (): DownloadError => new DownloadError(`Bad CRC-32 for file '${entry.name}'`)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      crc = zlib.crc32(chunk, crc)
      size += chunk.length
      if (size > entry.size) done(wrong())
      else done(null, chunk)
    },
    flush: (done) => done(crc === entry.crc && size === entry.size ? null : wrong()),
  })
}

/** The stages of a pipeline that reads one file of the archive. */
export function open_zip_entry(archive: string, entry: ZipEntry): Stage[] {
  if (entry.flags & 1) throw new DownloadError(`File '${entry.name}' is encrypted`)
  if (entry.method !== 0 && entry.method !== 8) throw new DownloadError('That compression method is not supported')
  const fd = fs.openSync(archive, 'r')
  let header: Buffer
  try {
    header = read_at(fd, entry.offset, 30)
  } finally {
    fs.closeSync(fd)
  }
  if (header.length < 30 || header.readUInt32LE(0) !== local_signature) throw new DownloadError('Bad magic number for file header')
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const end = start + entry.compressed - 1
  const source = entry.compressed === 0 ? Readable.from([]) : fs.createReadStream(archive, { start, end })
  return [source, ...(entry.method === 8 ? [zlib.createInflateRaw()] : []), verify(entry)]
}
