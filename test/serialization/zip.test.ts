// PyTorch's zip files: past 4 GB, compressed by others, damaged, hostile.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import zlib from 'node:zlib'
import torch from 'torch-ts'
import { BytesSource, FileSource } from '../../lib/_files'
import { crc32 } from '../../lib/_zip/crc32'
import { ZipReader } from '../../lib/_zip/reader'
import { ZipWriter } from '../../lib/_zip/writer'
import { temporary_folder } from '../helpers/temporary'
import { zip_of } from './files'

const read = (bytes: Uint8Array): ZipReader => new ZipReader(new BytesSource(bytes))

/** A copy with other bytes at some place, counted from the end if it is negative. */
function patched(bytes: Uint8Array, at: number, values: number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(values, at < 0 ? copy.length + at : at)
  return copy
}

function find(bytes: Buffer, signature: string, occurrence = 0): number {
  let at = -1
  for (let i = 0; i <= occurrence; i++) at = bytes.indexOf(Buffer.from(signature, 'latin1'), at + 1)
  return at
}

describe('zip files', () => {
  const file = temporary_folder()

  it('have zlib\'s checksums', () => {
    for (const length of [0, 1, 63, 64, 65, 79, 80, 127, 128, 129, 255, 256, 511, 512, 513, 767, 768, 1000, 4096, 100001]) {
      const bytes = randomBytes(length + 3).subarray(3) // not aligned
      for (const before of [0, 1, 0xffffffff, 0x12345678]) expect([length, crc32(bytes, before)]).toEqual([length, zlib.crc32(bytes, before)])
    }
  })

  it('have their sums checked in every piece of a large entry, from a file and from bytes', () => {
    const content = randomBytes(3 * 2 ** 20 + 7)
    const whole = zip_of({ small: 'x', content })
    const start = read(whole).offset('content')!
    const load = (bytes: Buffer): void => {
      fs.writeFileSync(file('pieces.zip'), bytes)
      const source = new FileSource(file('pieces.zip'))
      try {
        for (const one of [source, new BytesSource(bytes)]) {
          const storage = torch.empty([content.length], { dtype: torch.uint8 })
          new ZipReader(one).fill('content', storage, content.length)
          expect(Buffer.from(storage.numpy() as Uint8Array).equals(content)).toBe(true)
        }
      } finally {
        source.close()
      }
    }
    load(whole)
    for (const at of [0, 2 ** 18 - 1, 2 ** 21, content.length - 1]) {
      expect(() => load(patched(whole, start + at, [content[at]! ^ 4]))).toThrow('the checksum of "archive/content" does not match: the file is corrupted')
    }
  })

  it('may be larger than 4 GB', () => {
    const fd = fs.openSync(file('large.zip'), 'w')
    const zeros = new Uint8Array(2 ** 30)
    let position = 0
    // Zeros are left out, so that the file has holes.
    const sink = { write: (bytes: Uint8Array) => {
      if (bytes.buffer !== zeros.buffer) fs.writeSync(fd, bytes, 0, bytes.length, position)
      position += bytes.length
    } }
    const writer = new ZipWriter(sink, 'large', false)
    writer.entry('first', Buffer.from('first'))
    writer.entry('big', 5 * 2 ** 30, take => {
      for (let i = 0; i < 5; i++) take(zeros)
    })
    writer.entry('last', Buffer.from('last'))
    writer.end()
    fs.closeSync(fd)
    const source = new FileSource(file('large.zip'))
    try {
      const zip = new ZipReader(source)
      expect(zip.records).toEqual(['first', 'big', 'last'])
      expect([zip.size('big'), zip.offset('big')! % 64, zip.offset('last')! > 5 * 2 ** 30]).toEqual([5 * 2 ** 30, 0, true])
      expect([Buffer.from(zip.read('first')).toString(), Buffer.from(zip.read('last')).toString()]).toEqual(['first', 'last'])
    } finally {
      source.close()
    }
  })

  it('may be compressed, as when others pack them', () => {
    const text = Buffer.from('hello '.repeat(100))
    const whole = zip_of({ text })
    const packed = zlib.deflateRawSync(text)
    // The entry's data, sizes and method are put in by hand; what follows moves up.
    const start = whole.indexOf(text)
    const body = Buffer.concat([whole.subarray(0, start), packed, whole.subarray(start + text.length)])
    const central = find(body, 'PK\x01\x02')
    body.writeUInt16LE(8, central + 10)
    body.writeUInt32LE(packed.length, central + 20)
    const end = find(body, 'PK\x05\x06')
    const [end64, locator] = [find(body, 'PK\x06\x06'), find(body, 'PK\x06\x07')]
    body.writeUInt32LE(central, end + 16)
    body.writeBigUInt64LE(BigInt(central), end64 + 48)
    body.writeBigUInt64LE(BigInt(end64), locator + 8)
    expect(Buffer.from(read(body).read('text')).equals(text)).toBe(true)
    body.writeUInt32LE(50, central + 24)
    expect(() => read(body).read('text')).toThrow('does not decompress to its size')
    body.writeUInt32LE(2 ** 31, central + 24)
    expect(() => read(body)).toThrow('has an impossible size')
  })

  const good = zip_of({ one: 'first entry', two: 'second entry' })
  const central = find(good, 'PK\x01\x02')
  const second = find(good, 'PK\x01\x02', 1)
  const end64 = find(good, 'PK\x06\x06')

  it.each<[string, () => Buffer, string]>([
    ['no directory', () => good.subarray(0, -30), 'failed finding central directory'],
    ['a directory past the end', () => patched(good, end64 + 48, [0xff, 0xff, 0xff, 0xff]), 'invalid header or archive is corrupted'],
    ['more entries than the directory has room for', () => patched(good, end64 + 32, [0xff, 0xff, 0xff]), 'invalid header or archive is corrupted'],
    ['an entry past the end', () => patched(good, central + 42, [0xff, 0xff, 0xff]), 'the entry "archive/one" has an impossible size'],
    ['an entry of a huge size', () => patched(good, central + 20, [0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]), 'has an impossible size'],
    ['two entries in one place', () => patched(good, second + 42, [0, 0, 0, 0]), 'the header of "archive/two" is corrupted'],
    ['an encrypted entry', () => patched(good, central + 8, [1]), 'encrypted entries are not supported'],
    ['an unknown method', () => patched(good, central + 10, [99]), 'is compressed by an unknown method'],
    ['a name twice', () => patched(good, second + 46, [...Buffer.from('archive/one')]), 'duplicate entry "archive/one"'],
    ['a name that leads out', () => zip_of({ '../evil': 'x' }), 'the name of an entry is not allowed: "archive/../evil"'],
    ['a name from the root', () => zip_of({ x: 'x' }, '/etc'), 'the name of an entry is not allowed: "/etc/x"'],
    ['a changed byte', () => patched(good, good.indexOf('first entry'), [65]), 'the checksum of "archive/one" does not match: the file is corrupted'],
    ['another local header', () => patched(good, 26, [3]), 'the header of "archive/one" is corrupted'],
  ])('are refused with %s', (_, make, message) => {
    expect(() => {
      const zip = read(make())
      for (const name of zip.records) zip.read(name)
    }).toThrow(message)
  })

  it('are refused when their entries overlap', () => {
    const names = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${String(i).padStart(2, '0')}`, 'y'.repeat(2000)]))
    const bytes = zip_of(names)
    for (let i = 0; i < 20; i++) {
      const at = find(bytes, 'PK\x01\x02', i)
      for (const field of [20, 24]) bytes.writeUInt32LE(20000, at + field)
      bytes.writeUInt32LE(0, at + 42)
    }
    expect(() => read(bytes)).toThrow('entries overlap')
  })

  it('lie in one folder', () => {
    expect(() => read(Buffer.concat([zip_of({ x: 'x' }, 'a'), Buffer.alloc(0)])).read('y')).toThrow('PytorchStreamReader failed locating file y: file not found')
    expect(() => read(zip_of({}))).toThrow('archive does not contain any files')
  })
})
