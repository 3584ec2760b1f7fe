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
 * @throws {RuntimeError} "File not found or corrupted." for another sum; else what the network said
 * @see torchvision.datasets.utils.download_url
 */
export function download_url(
  url: string, root: string, filename?: string | null, md5?: string | null, max_redirect_hops = 3,
): void {
  const name = filename || path.posix.basename(url)
  const limits = { max_hops: max_redirect_hops }
  run_blocking({ kind: 'url', url, folder: expanduser(root), filename: name, md5: md5 ?? null, limits })
}

const archive_types = ['.tar', '.tar.gz', '.tgz', '.zip', '.gz']

/**
 * Unpacks a .zip, .tar, .tgz or .tar.gz archive into a folder, or a .gz file to one without that ending. Plain files only:
 * links are left out, and names that lead out of the folder refused.
 *
 * @param to_path - Default: the folder of the archive.
 * @returns the folder, or the decompressed file
 * @throws {RuntimeError} if the type is unknown, or the contents are damaged
 * @see torchvision.datasets.utils.extract_archive
 */
export function extract_archive(from_path: string, to_path?: string | null, remove_finished = false): string {
  const archive = path.resolve(from_path)
  const type = archive_types.find((ending) => archive.endsWith(ending))
  if (type === undefined) {
    throw new RuntimeError(`Unknown compression or archive type: '${path.extname(archive)}'.\nKnown suffixes are: '${archive_types.join("', '")}'.`)
  }
  const folder = to_path ?? path.dirname(from_path)
  run_blocking({ kind: 'extract', archive, folder: path.resolve(folder) })
  if (remove_finished) fs.rmSync(archive)
  return type === '.gz' ? path.join(folder, path.basename(archive, '.gz')) : folder
}

/**
 * {@link download_url}, then {@link extract_archive}.
 * @see torchvision.datasets.utils.download_and_extract_archive
 */
export function download_and_extract_archive(
  url: string, download_root: string, extract_root?: string | null, filename?: string | null, md5?: string | null,
  remove_finished = false,
): void {
  const root = expanduser(download_root)
  const name = filename || path.posix.basename(url)
  download_url(url, root, name, md5)
  extract_archive(path.join(root, name), extract_root ?? root, remove_finished)
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
