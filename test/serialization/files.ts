// Files for tests of the reader: pickles put together by hand, in the zip file around them.
import { ZipWriter } from '../../lib/_zip/writer'

/** Bytes of parts: text is latin1, as opcodes are written. */
export function bytes(...parts: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
}

/** A string of a pickle. */
export function text(value: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(value))
  return bytes('X', length, Buffer.from(value))
}

/** A zip file as torch.save writes it, with any entries. */
export function zip_of(entries: Record<string, string | Uint8Array>, archive = 'archive'): Buffer {
  const chunks: Buffer[] = []
  const writer = new ZipWriter({ write: chunk => void chunks.push(Buffer.from(chunk)) }, archive)
  for (const [name, content] of Object.entries(entries)) writer.entry(name, bytes(content))
  writer.end()
  return Buffer.concat(chunks)
}

/** A file with a pickle and storages. */
export function file_of(pickle: string | Uint8Array, storages: Record<string, Uint8Array> = {}): Buffer {
  const data = Object.fromEntries(Object.entries(storages).map(([key, content]) => [`data/${key}`, content]))
  return zip_of({ 'data.pkl': bytes('\x80\x02', pickle, '.'), byteorder: 'little', ...data, version: '3\n' })
}

/** The pickle of a persistent id: a storage. */
export function storage(type: string, key: string, count: number | Buffer, location = 'cpu'): Buffer {
  const number = typeof count === 'number' ? bytes('K', Uint8Array.of(count)) : count
  return bytes('(', text('storage'), `ctorch\n${type}\n`, text(key), text(location), number, 'tQ')
}

/** The pickle of a tuple of small numbers. */
export function tuple(...numbers: number[]): Buffer {
  return bytes('(', ...numbers.map(number => bytes('K', Uint8Array.of(number))), 't')
}

/** The pickle of a float tensor on a storage. */
export function tensor(from: Uint8Array, offset: number, size: readonly number[], stride: readonly number[]): Buffer {
  return bytes('ctorch._utils\n_rebuild_tensor_v2\n(', from, 'K', Uint8Array.of(offset), tuple(...size), tuple(...stride), '\x89ccollections\nOrderedDict\n)RtR')
}
