// Downloading and unpacking of data sets; torchvision.datasets.utils. Calls block, as in Python: a child process does the work.
import child_process from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError, ValueError } from '../../_errors'
import { expanduser } from '../../_paths'
import type { Outcome } from './_download_main'
import type { Job } from './_jobs'

export { calculate_md5, check_integrity, check_md5 } from './_files'

/** @internal Does a job in a child process and waits for it; its progress goes to stderr. */
export function run_blocking(job: Job): void {
  // Beside this file, compiled as this file is: .js in the package, .ts under a loader for TypeScript.
  const program = path.join(__dirname, '_download_main' + path.extname(__filename))
  const { error, signal, status, stdout } = child_process.spawnSync(process.execPath, [program], {
    input: JSON.stringify(job),
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    env: process.env,
  })
  if (error) throw new RuntimeError(`The process that downloads does not start: ${error.message}`)
  if (status !== 0 || stdout === '') {
    throw new RuntimeError(`The process that downloads ended early (${signal ?? `exit code ${status}`}); the next call goes on from there`)
  }
  const outcome = JSON.parse(stdout) as Outcome
  if (outcome.error !== null) throw new RuntimeError(outcome.error)
}

/**
 * Downloads a file and puts it into `root`, unless it is there with the right sum. What an earlier, interrupted call got is
 * continued; an existing file is replaced only by a complete one.
 *
 * @param url - http:, https: or file:
 * @param filename - name in `root`. Default: the last part of the URL.
 * @param md5 - hexadecimal MD5 sum. Default: not checked.
 * @param max_bytes - bound of the size. Default: 4 GiB.
 * @throws {RuntimeError} "File not found or corrupted." for another sum; else what the network said
 * @see torchvision.datasets.utils.download_url
 */
export function download_url(
  url: string, root: string, filename?: string | null, md5?: string | null, max_redirect_hops = 3, max_bytes?: number,
): void {
  const name = filename || path.posix.basename(url)
  const limits = { max_hops: max_redirect_hops, ...max_bytes !== undefined && { max_bytes } }
  run_blocking({ kind: 'url', url, folder: expanduser(root), filename: name, md5: md5 ?? null, limits })
}

const archive_types = ['.tar', '.tar.gz', '.tgz', '.zip', '.gz']

/**
 * Unpacks a .zip, .tar, .tgz or .tar.gz archive into a folder, or a .gz file to one without that ending. Plain files only:
 * links are left out, and names that lead out of the folder refused.
 *
 * @param to_path - Default: the folder of the archive.
 * @param max_bytes - bound of the size of the contents. Default: 4 GiB.
 * @returns the folder, or the decompressed file
 * @throws {RuntimeError} if the type is unknown, or the contents are damaged
 * @see torchvision.datasets.utils.extract_archive
 */
export function extract_archive(from_path: string, to_path?: string | null, remove_finished = false, max_bytes?: number): string {
  const archive = path.resolve(from_path)
  const type = archive_types.find((ending) => archive.endsWith(ending))
  if (type === undefined) {
    throw new RuntimeError(`Unknown compression or archive type: '${path.extname(archive)}'.\nKnown suffixes are: '${archive_types.join("', '")}'.`)
  }
  const folder = to_path ?? path.dirname(from_path)
  run_blocking({ kind: 'extract', archive, folder: path.resolve(folder), limits: max_bytes === undefined ? {} : { max_bytes } })
  if (remove_finished) fs.rmSync(archive)
  return type === '.gz' ? path.join(folder, path.basename(archive, '.gz')) : folder
}

/**
 * {@link download_url}, then {@link extract_archive}.
 * @see torchvision.datasets.utils.download_and_extract_archive
 */
export function download_and_extract_archive(
  url: string, download_root: string, extract_root?: string | null, filename?: string | null, md5?: string | null,
  remove_finished = false, max_bytes?: number,
): void {
  const root = expanduser(download_root)
  const name = filename || path.posix.basename(url)
  download_url(url, root, name, md5, 3, max_bytes)
  extract_archive(path.join(root, name), extract_root ?? root, remove_finished, max_bytes)
}

/** Where files of Google Drive are had. */
export const google_drive = { url: 'https://drive.usercontent.google.com/download' }

/**
 * {@link download_url} of a file on Google Drive.
 * @param filename - Default: the id.
 * @throws {RuntimeError} "File not found or corrupted." if the sum is another one, as when too many asked for the file today
 * @see torchvision.datasets.utils.download_file_from_google_drive
 */
export function download_file_from_google_drive(file_id: string, root: string, filename?: string | null, md5?: string | null): void {
  const url = `${google_drive.url}?id=${encodeURIComponent(file_id)}&export=download&confirm=t`
  download_url(url, root, filename || file_id, md5, 3, 2 ** 38)
}

function entries(root: string, prefix: boolean, wanted: (stat: fs.Stats, name: string) => boolean): string[] {
  const folder = expanduser(root)
  const names = fs.readdirSync(folder).filter(name => wanted(fs.statSync(path.join(folder, name)), name)).sort()
  return prefix ? names.map(name => path.join(folder, name)) : names
}

/** The folders in a folder, sorted. @param prefix - with the path. Default: false. @see torchvision.datasets.utils.list_dir */
export function list_dir(root: string, prefix = false): string[] {
  return entries(root, prefix, stat => stat.isDirectory())
}

/** The files in a folder whose name ends so, sorted. @param prefix - with the path. Default: false. @see torchvision.datasets.utils.list_files */
export function list_files(root: string, suffix: string | readonly string[], prefix = false): string[] {
  const endings = typeof suffix === 'string' ? [suffix] : suffix
  return entries(root, prefix, (stat, name) => stat.isFile() && endings.some(ending => name.endsWith(ending)))
}

/** `'a', 'b'`. @see torchvision.datasets.utils.iterable_to_str */
export function iterable_to_str(iterable: Iterable<unknown>): string {
  return `'${[...iterable].map(String).join("', '")}'`
}

/** Python's name of a value's type, for messages. */
function type_name(value: unknown): string {
  if (value === undefined || value === null) return 'NoneType'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'list' : typeof value
}

/**
 * Checks that an argument is one of the known words, and returns it.
 * @throws {ValueError} that names the argument and the words
 * @see torchvision.datasets.utils.verify_str_arg
 */
export function verify_str_arg<T extends string>(value: unknown, arg: string, valid_values: readonly T[]): T {
  if (typeof value !== 'string') {
    throw new ValueError(`Expected type str for argument ${arg}, but got type <class '${type_name(value)}'>.`)
  }
  if (!(valid_values as readonly string[]).includes(value)) {
    throw new ValueError(`Unknown value '${value}' for argument ${arg}. Valid values are {'${valid_values.join("', '")}'}.`)
  }
  return value as T
}
