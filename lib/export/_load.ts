// Reading of torch.export.save's files, without running anything of them: torch/export/pt2_archive/_package.py.
import { type Args, bind } from '../_args'
import { NotImplementedError, RuntimeError } from '../_errors'
import { BytesSource, FileSource, type Source } from '../_files'
import { without_collections } from '../_memory'
import { UnpicklingError } from '../_pickle/errors'
import { type_text } from '../_typename'
import { ZipReader } from '../_zip/reader'
import { type DeviceLike, device } from '../device'
import * as dtypes from '../dtype'
import type { dtype } from '../dtype'
import { empty_bytes, load_zip } from '../_serialization/load'
import { Parameter } from '../nn/parameter'
import { Tensor } from '../tensor'
import { ExportedProgram, type ProgramParts, object_in } from './_program'

// The numbers of torch/_export/serde/schema.py, which are not those of libtorch.
const DTYPES: readonly (dtype | undefined)[] = [
  undefined, dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex32,
  dtypes.complex64, dtypes.complex128, dtypes.bool, dtypes.bfloat16,
]
const LATER: Readonly<Record<number, dtype>> = {
  28: dtypes.uint16, 29: dtypes.float8_e4m3fn, 30: dtypes.float8_e5m2, 31: dtypes.float8_e4m3fnuz, 32: dtypes.float8_e5m2fnuz,
  33: dtypes.float8_e8m0fnu, 34: dtypes.uint32, 35: dtypes.uint64,
}
const STRIDED = 7

function broken(what: string): RuntimeError {
  return new RuntimeError(`the exported program is broken: ${what}`)
}

function json_in(zip: ZipReader, record: string): unknown {
  try {
    return JSON.parse(Buffer.from(zip.read(record)).toString('utf8')) as unknown
  } catch (error) {
    throw error instanceof SyntaxError ? broken(`${record} is no JSON`) : error
  }
}

function whole(value: unknown, name: string): number {
  const { as_int } = object_in(value, name)
  if (typeof as_int !== 'number' || !Number.isSafeInteger(as_int) || as_int < 0) throw broken(`'${name}' is no whole number`)
  return as_int
}

function wholes(value: unknown, name: string): number[] {
  if (!Array.isArray(value)) throw broken(`'${name}' is no list`)
  return value.map(one => whole(one, name))
}

function dtype_in(code: unknown): dtype {
  const found = typeof code === 'number' ? DTYPES[code] ?? LATER[code] : undefined
  if (found === undefined) throw broken(`there is no dtype ${String(code)}`)
  return found
}

function pickled(bytes: Uint8Array, location: DeviceLike | null = null): unknown {
  return load_zip(new ZipReader(new BytesSource(bytes)), { map_location: location === null ? null : device(location) })
}

/** Tensors of one folder of the archive. Those that share a file share its memory. */
class Payloads {
  readonly #bytes = new Map<string, Tensor>()

  constructor(private readonly zip: ZipReader, private readonly folder: string, private readonly location: DeviceLike | null) {}

  #memory(file: string): Tensor {
    const known = this.#bytes.get(file)
    if (known) return known
    const record = `${this.folder}/${file}`
    const size = this.zip.size(record)
    const bytes = empty_bytes(size)
    this.zip.fill(record, bytes, size)
    this.#bytes.set(file, bytes)
    return bytes
  }

  #tensor(file: string, data: unknown): Tensor {
    const meta = object_in(data, 'tensor_meta')
    if (meta.layout !== STRIDED) throw new NotImplementedError('torch.export.load: only strided tensors can be read')
    const type = dtype_in(meta.dtype)
    const [sizes, strides] = [wholes(meta.sizes, 'sizes'), wholes(meta.strides, 'strides')]
    const { type: kind, index } = object_in(meta.device, 'device')
    const target = this.location ?? device(String(kind), typeof index === 'number' ? index : undefined)
    const bytes = this.#memory(file)
    if (bytes.numel() % type.itemsize !== 0) throw broken(`${file} does not hold whole elements`)
    const flat = bytes.view(type)
    const view = flat.as_strided(sizes, strides, whole(meta.storage_offset, 'storage_offset')).detach()
    return view.to({ device: target })
  }

  read(name: string, data: unknown): unknown {
    const { path_name, use_pickle, is_param, tensor_meta } = object_in(data, name)
    if (typeof path_name !== 'string') throw broken(`'${name}' has no path_name`)
    if (use_pickle === true) return pickled(this.zip.read(`${this.folder}/${path_name}`))
    if (tensor_meta === null) throw new NotImplementedError(`torch.export.load: '${name}' is an object of a custom class`)
    const tensor = this.#tensor(path_name, tensor_meta)
    return is_param === true ? new Parameter(tensor, object_in(tensor_meta, name).requires_grad === true) : tensor
  }

  done(): void {
    for (const bytes of this.#bytes.values()) bytes.dispose()
  }
}

function tensors_in(zip: ZipReader, folder: string, config: string, old: string, location: DeviceLike | null): Record<string, Tensor> {
  // Before PyTorch 2.9 all tensors were one pickle.
  if (zip.has(`${folder}/${old}`)) return object_in(pickled(zip.read(`${folder}/${old}`)), old) as Record<string, Tensor>
  const payloads = new Payloads(zip, folder, location)
  const entries = Object.entries(object_in(object_in(json_in(zip, `${folder}/${config}`), config).config, 'config'))
  const found = entries.map(([name, data]) => [name, payloads.read(name, data)] as const)
  payloads.done()
  return Object.fromEntries(found) as Record<string, Tensor>
}

// Inputs that are more than plain values and tensors would need Python's classes.
function example_inputs(zip: ZipReader, record: string): ProgramParts['example_inputs'] {
  if (!zip.has(record) || zip.size(record) === 0) return null
  try {
    const value = pickled(zip.read(record))
    return Array.isArray(value) && value.length === 2 && Array.isArray(value[0]) ? value as unknown as [unknown[], unknown] : null
  } catch (error) {
    if (error instanceof UnpicklingError) return null
    throw error
  }
}

const OLD = 'serialized_exported_program.json'

// Before PyTorch 2.8: the program and three files of torch.save, in no folder.
function read_old_program(zip: ZipReader, { map_location = null, extra_files }: LoadOptions): ExportedProgram {
  const [state_dict, constants] = ['state_dict', 'constants'].map(name =>
    object_in(pickled(zip.read(`serialized_${name}.pt`), map_location), name) as Record<string, Tensor>)
  for (const name of Object.keys(extra_files ?? {})) extra_files![name] = Buffer.from(zip.read(`extra_files/${name}`)).toString('utf8')
  return new ExportedProgram({
    data: json_in(zip, OLD), state_dict: state_dict!, constants: constants!, example_inputs: example_inputs(zip, 'serialized_example_inputs.pt'),
  })
}

function read_program(source: Source, options: LoadOptions): ExportedProgram {
  const { model_name = 'model', map_location = null, extra_files } = options
  const flat = new ZipReader(source, true)
  if (flat.has(OLD)) return read_old_program(flat, options)
  const zip = new ZipReader(source)
  if (!zip.has('archive_format') || Buffer.from(zip.read('archive_format')).toString('latin1') !== 'pt2') {
    throw new RuntimeError('the file is no archive of torch.export.save')
  }
  const record = `models/${model_name}.json`
  if (!zip.has(record)) {
    const hint = zip.records.some(name => name.startsWith('data/aotinductor/')) ? ': it was compiled by AOTInductor, and torch._inductor.aoti_load_package runs it' : ''
    throw new RuntimeError(`the archive holds no exported program '${model_name}'${hint}`)
  }
  if (zip.has('byteorder') && Buffer.from(zip.read('byteorder')).toString('latin1') !== 'little') {
    throw new NotImplementedError('torch.export.load: the archive is of a big-endian machine')
  }
  for (const name of Object.keys(extra_files ?? {})) extra_files![name] = Buffer.from(zip.read(`extra/${name}`)).toString('utf8')
  return new ExportedProgram({
    data: json_in(zip, record),
    state_dict: tensors_in(zip, 'data/weights', `${model_name}_weights_config.json`, `${model_name}.pt`, map_location),
    constants: tensors_in(zip, 'data/constants', `${model_name}_constants_config.json`, `${model_name}.pt`, map_location),
    example_inputs: example_inputs(zip, `data/sample_inputs/${model_name}.pt`),
  })
}

const load_names = ['f'] as const
const load_keywords = ['extra_files', 'model_name', 'map_location'] as const

export interface LoadOptions {
  /** An object whose keys name extra files of the archive; their texts replace its values. */
  extra_files?: Record<string, string>
  /** Which program of the archive. Default: 'model'. */
  model_name?: string
  /** The device for all tensors. Default: those that they were saved from. */
  map_location?: DeviceLike | null
}

/**
 * Reads a program that Python's torch.export.save wrote: weights, constants, signature and graph. Nothing of the file is run, and the program
 * cannot be run here: see {@link ExportedProgram}.
 *
 * @param f - a path, or the file's bytes.
 * @throws {RuntimeError} if it is no such file, or broken.
 * @example module.load_state_dict(torch.export.load('program.pt2').state_dict)
 * @see torch.export.load
 */
export function load(...args: Args<[f: string | Uint8Array], typeof load_names, LoadOptions>): ExportedProgram {
  const { f, ...options } = bind<{ f: string | Uint8Array } & LoadOptions>('load', load_names, 1, args, load_keywords)
  if (typeof f !== 'string' && !(f instanceof Uint8Array)) throw new TypeError(`load(): argument 'f' must be str or bytes, not ${type_text(f)}`)
  const source = typeof f === 'string' ? new FileSource(f) : new BytesSource(f)
  try {
    return without_collections(() => read_program(source, options))
  } finally {
    if (source instanceof FileSource) source.close()
  }
}
