// Weights from the network, kept in a folder: torch.hub, without what runs Python code of repositories.
import child_process from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Args, arrange, bind } from './_args'
import { NotImplementedError, RuntimeError } from './_errors'
import { FileSource } from './_files'
import type { Job, Outcome } from './_hub/download_main'
import { expanduser } from './_paths'
import { only_entry } from './_zip/reader'
import { type MapLocation, load as load_file } from './serialization'

let chosen: string | null = null

/**
 * The folder of downloads: what {@link set_dir} set, else `$TORCH_HOME/hub`, else `$XDG_CACHE_HOME/torch/hub`, else `~/.cache/torch/hub`.
 * Python uses the same.
 *
 * @see torch.hub.get_dir
 */
export function get_dir(): string {
  if (chosen !== null) return chosen
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache')
  return path.join(expanduser(process.env['TORCH_HOME'] ?? path.join(cache, 'torch')), 'hub')
}

/** Sets the folder of downloads. @see torch.hub.set_dir */
export function set_dir(d: string): void {
  if (typeof d !== 'string') throw new TypeError(`set_dir(): argument 'd' must be str, not ${typeof d}`)
  chosen = expanduser(d)
}

const download_names = ['url', 'dst', 'hash_prefix', 'progress'] as const

type DownloadArgs = [url: string, dst: string, hash_prefix?: string | null, progress?: boolean]

/**
 * Downloads a file. It gets its name when it is complete and has the right sum; the call blocks until then. The variables http_proxy,
 * https_proxy and no_proxy count, as in Python.
 *
 * @param dst - the path of the file; its folder must be there.
 * @param hash_prefix - what the SHA-256 sum of the content must begin with. Default: null, anything.
 * @param progress - show a bar on standard error. Default: true.
 * @throws {RuntimeError} for another sum, and for what the network says.
 * @see torch.hub.download_url_to_file
 */
export function download_url_to_file(...args: Args<DownloadArgs, typeof download_names>): void {
  const [url, dst, hash_prefix = null, progress = true] = arrange<DownloadArgs>('download_url_to_file', download_names, 2, args)
  const file = expanduser(dst)
  if (!fs.statSync(path.dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
    throw Object.assign(new Error(`[Errno 2] No such file or directory: '${file}'`), { code: 'ENOENT' })
  }
  run({ url, dst: file, hash_prefix, progress })
}

function run(job: Job): void {
  // Beside this file, compiled as this file is: .js in the package, .ts under a loader for TypeScript.
  const program = path.join(__dirname, '_hub', `download_main${path.extname(__filename)}`)
  const { error, signal, status, stdout } = child_process.spawnSync(process.execPath, [program], {
    input: JSON.stringify(job), stdio: ['pipe', 'pipe', 'inherit'], encoding: 'utf8', env: process.env,
  })
  if (error) throw new RuntimeError(`The process that downloads does not start: ${error.message}`)
  if (status !== 0 || stdout === '') throw new RuntimeError(`The process that downloads ended early (${signal ?? `exit code ${status}`})`)
  const outcome = JSON.parse(stdout) as Outcome
  if (outcome.error !== null) throw new RuntimeError(outcome.error)
}

const load_names = ['url', 'model_dir', 'map_location', 'progress', 'check_hash', 'file_name', 'weights_only'] as const

type LoadArgs = [url: string, model_dir?: string | null, map_location?: MapLocation | null, progress?: boolean, check_hash?: boolean,
  file_name?: string | null, weights_only?: boolean]

interface LoadCall {
  url: string
  model_dir?: string | null
  map_location?: MapLocation | null
  progress?: boolean
  check_hash?: boolean
  file_name?: string | null
}

// A dash and eight or more digits of the sum before the ending.
const HASH = /-([a-f0-9]*)\./

function name_in(url: string): string {
  if (!URL.canParse(url)) throw new RuntimeError(`unknown url type: '${url}'`)
  return path.posix.basename(decodeURIComponent(new URL(url).pathname))
}

/**
 * Loads a file of torch.save or safetensors from a URL. It is downloaded once, into `model_dir`, and read from there later.
 *
 * @param model_dir - Default: `checkpoints` in {@link get_dir}.
 * @param map_location - as in torch.load.
 * @param progress - show a bar on standard error. Default: true.
 * @param check_hash - the name ends in a dash and the first digits of the SHA-256 sum, as `resnet18-5c106cde.pth`, and the sum must begin so.
 *   Default: false.
 * @param file_name - the name in the folder. Default: the URL's.
 * @throws {RuntimeError} for another sum, what the network says, or a damaged file; {UnpicklingError} as torch.load.
 * @example const weights = torch.hub.load_state_dict_from_url('https://example.org/resnet18-5c106cde.pth', { check_hash: true })
 * @see torch.hub.load_state_dict_from_url
 */
export function load_state_dict_from_url<T = Record<string, unknown>>(...args: Args<LoadArgs, typeof load_names>): T {
  const { url, model_dir, map_location, progress = true, check_hash = false, file_name } = bind<LoadCall>('load_state_dict_from_url', load_names, 1, args)
  const folder = expanduser(model_dir ?? path.join(get_dir(), 'checkpoints'))
  const name = file_name ?? name_in(url)
  if (name === '' || name === '.' || name === '..' || path.basename(name) !== name) throw new RuntimeError(`no name for a file: ${JSON.stringify(name)}`)
  const file = path.join(folder, name)
  fs.mkdirSync(folder, { recursive: true })
  if (!fs.existsSync(file)) {
    process.stdout.write(`Downloading: "${url}" to ${file}\n`)
    run({ url, dst: file, hash_prefix: check_hash ? HASH.exec(name)?.[1] ?? null : null, progress })
  }
  return load_file<T>(packed_alone(file) ?? file, { map_location: map_location ?? null })
}

// Weights of before PyTorch 1.6 may be one file in a zip file of others' making.
function packed_alone(file: string): Uint8Array | null {
  const source = new FileSource(file)
  try {
    const bytes = source.read(0, Math.min(2, source.size))
    return Buffer.from(bytes).toString('latin1') === 'PK' ? only_entry(source) : null
  } finally {
    source.close()
  }
}

function needs_python(name: string): never {
  throw new NotImplementedError(`torch.hub.${name} runs the Python code of a repository, which torch-ts cannot: make the model in TypeScript, `
    + 'and give its weights to load_state_dict (torch.hub.load_state_dict_from_url)')
}

/** Not there: it runs Python code. @throws {NotImplementedError} always. @see torch.hub.load */
export function load(..._: unknown[]): never {
  return needs_python('load')
}

/** Not there: it runs Python code. @throws {NotImplementedError} always. @see torch.hub.list */
export function list(..._: unknown[]): never {
  return needs_python('list')
}

/** Not there: it runs Python code. @throws {NotImplementedError} always. @see torch.hub.help */
export function help(..._: unknown[]): never {
  return needs_python('help')
}
