// Checked and atomic files for the data sets: MD5, bounded gunzip, a lock on a folder. Part of torchvision.datasets.utils.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'

/** torchvision's words for a file that is missing or has another MD5 sum than it should. */
export const corrupted = 'File not found or corrupted.'

/** This source of a file failed; another may serve. `again`: the same request may succeed later. */
export class DownloadError extends Error {
  readonly again: boolean
  readonly unreachable: boolean
  constructor(message: string, { again = false, unreachable = false } = {}) {
    super(message)
    this.again = again
    this.unreachable = unreachable
  }
}

/** Hexadecimal MD5 sum of a file, read in pieces. */
export function calculate_md5(file: string, chunk_size = 1 << 20): string {
  const hash = crypto.createHash('md5')
  const buffer = Buffer.allocUnsafe(chunk_size)
  const fd = fs.openSync(file, 'r')
  try {
    for (let n; (n = fs.readSync(fd, buffer, 0, chunk_size, null)) > 0; ) hash.update(buffer.subarray(0, n))
  } finally {
    fs.closeSync(fd)
  }
  return hash.digest('hex')
}

/** Whether `file` has this MD5 sum. */
export function check_md5(file: string, md5: string): boolean {
  return calculate_md5(file) === md5
}

/** Whether `file` is a file, and has this MD5 sum if one is given. */
export function check_integrity(file: string, md5?: string | null): boolean {
  const found = fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
  return found && (md5 === undefined || md5 === null || check_md5(file, md5))
}

/** Whether an error's `code` is one of these. */
export function has_code(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '')
}

function flush(file: string): void {
  const fd = fs.openSync(file, 'r')
  try {
    fs.fsyncSync(fd)
  } catch (error) {
    if (!has_code(error, 'EINVAL', 'EPERM', 'EISDIR')) throw error // some file systems flush neither folders nor read-only files
  } finally {
    fs.closeSync(fd)
  }
}

/** Puts the complete file `from` in the place of `to` (same folder): flushed first, so `to` is old or new, never half. */
export function install_file(from: string, to: string): void {
  flush(from)
  fs.renameSync(from, to)
  if (process.platform !== 'win32') flush(path.dirname(to))
}

/** A pass-through that fails when more than `max_bytes` come. */
export function bounded(max_bytes: number, name: string): Transform {
  let total = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length
      if (total > max_bytes) done(new DownloadError(`${name} is larger than ${max_bytes} bytes`))
      else done(null, chunk)
    },
  })
}

/** A pass-through that shows what comes. */
export function tap(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk)
      done(null, chunk)
    },
  })
}

/** A part of a pipeline that can be read. */
export type Stage = Readable | NodeJS.ReadWriteStream

/** The MD5 sums of what went through {@link write_checked}: as it was stored, and decompressed. */
export interface Sums {
  stored: string
  plain: string
}

/**
 * Writes what comes out of `source` (a readable stream and stages behind it), gunzipped if `gzipped`, to `to` through a
 * temporary file in the same folder. `accept` sees the sums before the file takes its place; false rejects it.
 *
 * @throws {DownloadError} if it is rejected, no valid gzip, or larger than `max_bytes`; `to` is then as it was before
 */
export async function write_checked(
  source: Stage[], to: string, gzipped: boolean, max_bytes: number, accept: (sums: Sums) => boolean = () => true,
): Promise<void> {
  const temporary = `${to}.tmp`
  const stored = crypto.createHash('md5')
  const plain = crypto.createHash('md5')
  const name = path.basename(to)
  try {
    const gunzip = gzipped ? [zlib.createGunzip()] : []
    const sum = (hash: crypto.Hash): Transform => tap((chunk) => void hash.update(chunk))
    const stages: Stage[] = [...source, sum(stored), ...gunzip, bounded(max_bytes, name), sum(plain)]
    await pipeline([...stages, fs.createWriteStream(temporary)] as NodeJS.ReadWriteStream[])
    if (!accept({ stored: stored.digest('hex'), plain: plain.digest('hex') })) throw new DownloadError(corrupted)
    install_file(temporary, to)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    if (has_code(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR')) {
      throw new DownloadError(`the source of ${name} is no valid gzip or zip data: ${(error as Error).message}`)
    }
    throw error
  }
}

function is_alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return has_code(error, 'EPERM')
  }
}

/** The process that holds the lock file, or null when the file is gone or its owner is. */
function lock_owner(lock: string): number | null {
  try {
    const pid = Number(fs.readFileSync(lock, 'utf8'))
    if (pid > 0) return is_alive(pid) ? pid : null
    return Date.now() - fs.statSync(lock).mtimeMs < 5000 ? -1 : null // made a moment ago, not yet written
  } catch (error) {
    if (has_code(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * Runs `work` while no other process does so in this folder: ranks or test workers that construct the same data set at
 * once download it once. A lock whose process died is taken over.
 */
export async function with_lock(folder: string, report: (line: string) => void, work: () => Promise<void>): Promise<void> {
  const lock = path.join(folder, '.download.lock')
  for (let waiting = false; ; ) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (!has_code(error, 'EEXIST')) throw error
    }
    const owner = lock_owner(lock)
    if (owner === null) fs.rmSync(lock, { force: true })
    else if (!waiting) report(`Waiting for process ${owner}, which is filling ${folder} (remove ${lock} if it is not)`)
    waiting ||= owner !== null
    await sleep(owner === null ? 0 : 200)
  }
  try {
    await work()
  } finally {
    fs.rmSync(lock, { force: true })
  }
}
