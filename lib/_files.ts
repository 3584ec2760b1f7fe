// Files: read at any place, and written so that a crash leaves the old file or the new one. No PyTorch counterpart.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError } from './_errors'

/** What can be read at any place: a file or bytes in memory. */
export interface Source {
  readonly size: number
  /** For native code that reads it: the open file's descriptor, or the bytes. */
  readonly origin: number | Uint8Array
  /** A copy of, or a view on, the bytes [offset, offset + length). @throws {RuntimeError} past the end. */
  read(offset: number, length: number): Uint8Array
  /** Fills `into` with the bytes from `offset` on. */
  fill(offset: number, into: Uint8Array): void
}

function check_range(source: Source, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) {
    throw new RuntimeError(`unexpected EOF, expected ${offset + length - source.size} more bytes. The file might be corrupted.`)
  }
}

/** Bytes in memory as a source. */
export class BytesSource implements Source {
  constructor(readonly origin: Uint8Array) {}

  get size(): number {
    return this.origin.length
  }

  read(offset: number, length: number): Uint8Array {
    check_range(this, offset, length)
    return this.origin.subarray(offset, offset + length)
  }

  fill(offset: number, into: Uint8Array): void {
    into.set(this.read(offset, into.length))
  }
}

const texts: Record<string, string> = {
  ENOENT: '[Errno 2] No such file or directory', EACCES: '[Errno 13] Permission denied', EISDIR: '[Errno 21] Is a directory',
  ENOTDIR: '[Errno 20] Not a directory', ENAMETOOLONG: '[Errno 36] File name too long',
}

/** An error of node:fs in Python's words, where it has some; it keeps its `code`. */
export function python_error(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const text = code === undefined ? undefined : texts[code]
  return text === undefined ? error : Object.assign(new Error(`${text}: '${file}'`), { code })
}

/** An open file as a source. Anything but a plain file, such as a pipe, is read into memory at once. */
export class FileSource implements Source {
  readonly size: number
  readonly #fd: number
  readonly #bytes: BytesSource | null = null

  constructor(readonly path: string) {
    try {
      this.#fd = fs.openSync(path, 'r')
    } catch (error) {
      throw python_error(error, path)
    }
    try {
      const stats = fs.fstatSync(this.#fd)
      this.size = stats.size
      if (stats.isFile()) return
      this.#bytes = new BytesSource(fs.readFileSync(this.#fd))
      this.size = this.#bytes.size
    } catch (error) {
      fs.closeSync(this.#fd)
      throw python_error(error, path)
    }
  }

  /** Whether the system can map it into memory. */
  get is_plain(): boolean {
    return this.#bytes === null
  }

  get origin(): number | Uint8Array {
    return this.#bytes?.origin ?? this.#fd
  }

  read(offset: number, length: number): Uint8Array {
    if (this.#bytes) return this.#bytes.read(offset, length)
    check_range(this, offset, length)
    const bytes = new Uint8Array(length)
    this.fill(offset, bytes)
    return bytes
  }

  fill(offset: number, into: Uint8Array): void {
    if (this.#bytes) return this.#bytes.fill(offset, into)
    check_range(this, offset, into.length)
    for (let done = 0; done < into.length;) {
      const count = fs.readSync(this.#fd, into, done, into.length - done, offset + done)
      if (count === 0) throw new RuntimeError('unexpected EOF. The file might be corrupted.')
      done += count
    }
  }

  close(): void {
    fs.closeSync(this.#fd)
  }
}

/** Where bytes are written one after the other. `write` must be done with them when it returns. */
export interface Sink {
  write(bytes: Uint8Array): void
}

function write_all(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done, bytes.length - done)
}

const GATHERED = 2 ** 18
const SMALL = 2 ** 14

// Gathers what is small, since each write costs a call into the system.
class FileSink implements Sink {
  readonly #gathered = new Uint8Array(GATHERED)
  #length = 0

  constructor(private readonly fd: number) {}

  write(bytes: Uint8Array): void {
    if (this.#length + bytes.length > GATHERED || bytes.length > SMALL) this.flush()
    if (bytes.length > SMALL) return write_all(this.fd, bytes)
    this.#gathered.set(bytes, this.#length)
    this.#length += bytes.length
  }

  flush(): void {
    write_all(this.fd, this.#gathered.subarray(0, this.#length))
    this.#length = 0
  }
}

function write_into(fd: number, write: (sink: Sink) => void): void {
  const sink = new FileSink(fd)
  write(sink)
  sink.flush()
}

function fsync_folder(folder: string): void {
  if (process.platform === 'win32') return // which cannot open folders
  const fd = fs.openSync(folder, 'r')
  try {
    fs.fsyncSync(fd)
  } catch {
    // Some file systems refuse to sync a folder; the file itself is safe.
  } finally {
    fs.closeSync(fd)
  }
}

function stats_of(file: string): fs.Stats | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })
}

function with_file(file: string, flags: string, mode: number, use: (fd: number) => void): void {
  const fd = fs.openSync(file, flags, mode)
  try {
    use(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/**
 * Writes a file under another name in the same folder, syncs it to the disk, and renames it: a crash at any moment leaves the old file
 * or the new one. Links are followed. What is no plain file, such as a pipe, is written directly.
 *
 * @throws {RuntimeError} if the folder is not there.
 */
export function write_file(file: string, write: (sink: Sink) => void): void {
  const folder = path.dirname(file)
  try {
    const old = stats_of(file)
    if (old === undefined && !stats_of(folder)?.isDirectory()) throw new RuntimeError(`Parent directory ${folder} does not exist.`)
    if (old !== undefined && !old.isFile()) return with_file(file, 'w', 0o666, fd => write_into(fd, write))
    const target = old === undefined ? file : fs.realpathSync(file)
    write_and_rename(target, old === undefined ? 0o666 : old.mode & 0o777, write)
  } catch (error) {
    throw python_error(error, file)
  }
}

function write_and_rename(target: string, mode: number, write: (sink: Sink) => void): void {
  const folder = path.dirname(target)
  const temporary = path.join(folder, `.torch-ts-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  try {
    with_file(temporary, 'wx', mode, fd => {
      write_into(fd, write)
      fs.fsyncSync(fd)
    })
    fs.renameSync(temporary, target)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
  fsync_folder(folder)
}
