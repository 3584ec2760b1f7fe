// Saving and loading of tensors and what goes with them: torch.save, torch.load, torch.serialization.
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Args, bind } from './_args'
import { RuntimeError, ValueError } from './_errors'
import { BytesSource, FileSource, type Sink, type Source, write_file } from './_files'
import { without_collections } from './_memory'
import { UnpicklingError } from './_pickle/errors'
import { load_file } from './safetensors/open'
import { scan_globals } from './_pickle/scan'
import { config } from './_serialization/config'
import { Globals, full_name } from './_serialization/globals'
import { load_legacy } from './_serialization/legacy'
import { load_zip } from './_serialization/load'
import type { MapLocation } from './_serialization/location'
import { save_legacy, save_zip } from './_serialization/save'
import { type_text } from './_typename'
import { ZipReader } from './_zip/reader'
import { Device } from './device'

export { PicklingError, UnpicklingError } from './_pickle/errors'
export {
  add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals, SafeGlobals, type SafeGlobal,
} from './_serialization/safe_globals'
export {
  LoadEndianness, SkipData, get_crc32_options, get_default_load_endianness, set_crc32_options, set_default_load_endianness, skip_data,
} from './_serialization/config'
export type { MapLocation } from './_serialization/location'

/** A path, or a file: URL. */
export type FilePath = string | URL

/** What bytes can be written to: a stream of Node.js, or any object with such a method. Each chunk is a copy. */
export interface Writable {
  write(chunk: Uint8Array): unknown
}

function is_path(f: unknown): f is FilePath {
  return typeof f === 'string' || f instanceof URL
}

function path_of(f: FilePath): string {
  return typeof f === 'string' ? f : fileURLToPath(f)
}

// The folder inside the zip file: the file's name without its ending.
function archive_name(file: string): string {
  const name = path.basename(file).replace(/\.[^.]*$/, '')
  return name === '' || /[^\x20-\x7e]|\\/.test(name) || name === '.' || name === '..' ? 'archive' : name
}

export interface SaveOptions {
  _use_new_zipfile_serialization?: boolean
}

/**
 * Writes a value to a file that PyTorch reads, also by `torch.load(weights_only=True)`: tensors with the memory that they share, Parameters,
 * numbers, strings, booleans, null, bytes (Uint8Array), bigints, arrays, plain objects, Maps, Sets, Complex, dtypes, devices, layouts,
 * torch.Size, and state_dicts of modules, optimizers and schedulers.
 *
 * JavaScript has one type of number: a whole number is written as an int, any other and -0 as a float. An array is a list, a frozen array
 * (`Object.freeze([0.9, 0.999])`) a tuple; undefined is None. Objects have strings as keys; a Map may have any.
 *
 * A file is written beside its place, synced to the disk and renamed, so that a crash leaves the old one whole.
 *
 * @param f - a path, or something with a `write(chunk)`, such as a stream. Left out: the bytes are returned.
 * @param options - `_use_new_zipfile_serialization: false` writes the format before PyTorch 1.6.
 * @throws {PicklingError} for what a file cannot hold: modules (save `model.state_dict()`), functions, objects of classes; {RuntimeError}
 *   if the folder is not there, or two tensors see the same memory as different dtypes.
 * @example torch.save({ epoch, model: model.state_dict(), optimizer: optimizer.state_dict() }, 'checkpoint.pt')
 * @see torch.save
 */
export function save(obj: unknown, f?: undefined, options?: SaveOptions): Uint8Array
export function save(obj: unknown, f: FilePath | Writable, options?: SaveOptions): void
export function save(obj: unknown, f?: FilePath | Writable, options: SaveOptions = {}): Uint8Array | void {
  const { _use_new_zipfile_serialization: zip = true } = options
  const write = (sink: Sink, name: string): void => (zip ? save_zip(obj, sink, name) : save_legacy(obj, sink))
  if (f === undefined) {
    const chunks: Uint8Array[] = []
    write({ write: chunk => chunks.push(Buffer.from(chunk)) }, 'archive')
    return Buffer.concat(chunks)
  }
  if (is_path(f)) {
    const file = path_of(f)
    return write_file(file, sink => write(sink, archive_name(file)))
  }
  if (typeof f !== 'object' || f === null || typeof f.write !== 'function') {
    throw new TypeError(`expected 'f' to be string, path, or a file-like object with a 'write' attribute, but got ${type_text(f)}`)
  }
  // What the stream keeps must not be the tensors' own memory.
  write({ write: bytes => void f.write(Buffer.from(bytes)) }, 'archive')
}

const UNSAFE = 'In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. '
  + 'Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code execution. '
  + 'Do it only if you got the file from a trusted source.'
const DOCS = '\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only '
  + 'https://pytorch.org/docs/stable/generated/torch.load.html.'
const HERE = '\n\nThis is Python\'s advice: torch-ts never runs code of a file, whatever `weights_only` is.'

// PyTorch's message around that of the unpickler.
function refusal(message: string): string {
  if (/GLOBAL (\S+) was not an allowed global by default\./.test(message)) {
    return 'Weights only load failed. This file can still be loaded, to do so you have two options, \x1b[1mdo those steps only if you trust the source of the '
      + `checkpoint\x1b[0m. \n\t(1) ${UNSAFE}\n\t(2) Alternatively, to load with \`weights_only=True\` please check the recommended steps in the following error `
      + `message.\n\tWeightsUnpickler error: ${message}${DOCS}${HERE}`
  }
  const request = /whose module (\S+) is blocked/.test(message) ? ''
    : 'Please file an issue with the following so that we can make `weights_only=True` compatible with your use case: WeightsUnpickler error: '
  return `Weights only load failed. ${UNSAFE}\n${request}\n\n${message}${DOCS}${HERE}`
}

const ZIP = 'PK\x03\x04'

function starts_with(source: Source, text: string, at = 0): boolean {
  return source.size >= at + text.length && Buffer.from(source.read(at, text.length)).toString('latin1') === text
}

interface Settings { map_location?: MapLocation | null, mmap?: boolean | null }

function load_source(source: Source, file: string | null, { map_location, mmap }: Settings): unknown {
  if (starts_with(source, ZIP)) {
    const zip = new ZipReader(source)
    if (zip.has('constants.pkl')) {
      throw new RuntimeError(`Cannot use \`\`weights_only=True\`\` with TorchScript archives passed to \`\`torch.load\`\`. ${UNSAFE} (In torch-ts: torch.jit.load.)`)
    }
    if (mmap && file === null) throw new ValueError('f must be a file path in order to use the mmap argument')
    return load_zip(zip, { map_location, mapped: mmap ? file : null })
  }
  if (mmap) {
    throw new RuntimeError(`mmap can only be used with files saved with \`torch.save(${file === null ? '' : `${file}, `}_use_new_zipfile_serialization=True), `
      + 'please torch.save your checkpoint with this option in order to use mmap.')
  }
  if (starts_with(source, 'ustar', 257)) {
    throw new RuntimeError(`Cannot use \`\`weights_only=True\`\` with files saved in the legacy .tar format. ${UNSAFE}`)
  }
  return load_legacy(source, { map_location })
}

function safely(source: Source, file: string | null, settings: Settings): unknown {
  try {
    // What a function makes of the storages may be garbage.
    if (typeof settings.map_location === 'function') return load_source(source, file, settings)
    return without_collections(() => load_source(source, file, settings))
  } catch (error) {
    throw error instanceof UnpicklingError ? new UnpicklingError(refusal(error.message)) : error
  }
}

const load_names = ['f', 'map_location'] as const
const load_keywords = ['weights_only', 'mmap'] as const

/** What {@link load} reads: a path, or all bytes of a file. A stream makes it a promise. */
export type LoadSource = FilePath | Uint8Array | ArrayBuffer | Readable

interface LoadKeywords {
  weights_only?: boolean | null
  mmap?: boolean | null
}

type LoadArgs<F> = Args<[f: F, map_location?: MapLocation | null], typeof load_names, LoadKeywords>

async function load_stream(stream: Readable, settings: Settings): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk as Uint8Array)
  return safely(new BytesSource(Buffer.concat(chunks)), null, settings)
}

function load_safetensors(file: string, map_location: MapLocation | null | undefined): unknown {
  const is_table = map_location !== null && map_location !== undefined && typeof map_location !== 'string' && !(map_location instanceof Device)
  if (is_table) {
    throw new RuntimeError(`Loading safetensors file with ${typeof map_location === 'function' ? 'callable' : 'dict'} map_location is not supported. `
      + 'Use a device string or torch.device instead.')
  }
  return load_file(file, map_location ?? 'cpu')
}

function load_path(file: string, settings: Settings): unknown {
  if (file.endsWith('.safetensors')) return load_safetensors(file, settings.map_location)
  const source = new FileSource(file)
  try {
    return safely(source, source.is_plain ? file : null, settings)
  } finally {
    source.close()
  }
}

/**
 * Reads a file of {@link save} or of Python's torch.save, in the zip format or the one before it. Nothing of the file is run: one that asks for
 * anything but tensors and plain values is refused, as by `weights_only=True` (the value of that keyword changes nothing).
 *
 * A dict becomes an object, or a Map if it has keys that are not strings, or strings whose order an object would not keep; a tuple becomes a frozen
 * array, an int past 2^53 a bigint, an OrderedDict with `_metadata` a state_dict. Damaged files throw: checksums are verified, except for the
 * tensors of a file that is mapped.
 *
 * @param f - a path, the bytes of a file, or a readable stream (then the result is a promise).
 * @param map_location - where tensors go: a device, a table from places to others (by keyword), or a function of a storage and its place.
 *   Default: where they were.
 * @param mmap - map the file into memory, so that tensors are read when they are used. Changes do not go into the file. Default: false.
 * @throws {UnpicklingError} for what is not allowed; {RuntimeError} for a damaged file, or a device that is not there.
 * @example model.load_state_dict(torch.load('model.pt', { map_location: 'cpu' }))
 * @see torch.load
 */
export function load<T = unknown>(...args: LoadArgs<Readable>): Promise<T>
export function load<T = unknown>(...args: LoadArgs<FilePath | Uint8Array | ArrayBuffer>): T
export function load(...args: LoadArgs<LoadSource>): unknown {
  const { f, mmap, ...others } = bind<{ f: LoadSource } & Settings>('load', load_names, 1, args, load_keywords)
  const settings = { ...others, mmap: mmap ?? (config.load.mmap && is_path(f)) }
  if (is_path(f)) return load_path(path_of(f), settings)
  if (f instanceof Uint8Array) return safely(new BytesSource(f), null, settings)
  if (f instanceof ArrayBuffer) return safely(new BytesSource(new Uint8Array(f)), null, settings)
  if (typeof f === 'object' && f !== null && Symbol.asyncIterator in f) return load_stream(f, settings)
  throw new TypeError(`torch.load reads a path, bytes or a stream, but got ${type_text(f)}`)
}

/**
 * The functions and classes that a file asks for and that {@link load} refuses, by their full names. The file is only looked at.
 *
 * @throws {ValueError} if it is no zip file of torch.save.
 * @see torch.serialization.get_unsafe_globals_in_checkpoint
 */
export function get_unsafe_globals_in_checkpoint(f: FilePath | Uint8Array): string[] {
  const file = is_path(f) ? new FileSource(path_of(f)) : null
  const source = file ?? new BytesSource(f as Uint8Array)
  try {
    if (!starts_with(source, ZIP)) throw new ValueError('Expected input to be a checkpoint returned by torch.save')
    const zip = new ZipReader(source)
    if (zip.has('constants.pkl')) throw new ValueError('Expected input to be a checkpoint returned by torch.save but got a torchscript checkpoint')
    const globals = new Globals(tensor => tensor)
    const names = new Set<string>()
    scan_globals(zip.read('data.pkl'), (module, name) => names.add(full_name(module, name)))
    return [...names].filter(name => !globals.allows(name))
  } finally {
    file?.close()
  }
}
