// Local folders in the layout of Hugging Face: config.json beside weights in one or several files. transformers' from_pretrained, for a
// module that is made already.
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError } from '../_errors'
import { python_error } from '../_files'
import type { Module } from '../nn/modules/module'
import { read_index } from '../safetensors/sharded'
import { load_file } from '../safetensors'
import { without_tied } from '../safetensors/save'
import { load } from '../serialization'
import type { Tensor } from '../tensor'

/** What config.json says of a model. */
export type Config = Record<string, unknown>

/** The config of a folder, or null if it has none. @throws {RuntimeError} if it is no JSON object. */
export function load_config(folder: string): Config | null {
  const file = path.join(folder, 'config.json')
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw python_error(error, file)
  }
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    throw new RuntimeError(`It looks like the config file at '${file}' is not a valid JSON file: ${(error as Error).message}`)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new RuntimeError(`the config file at '${file}' holds no object`)
  return config as Config
}

// In the order in which they are looked for.
const weights = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin', 'pytorch_model.bin.index.json']

/** The files with a folder's weights. */
function files_of(folder: string): string[] {
  const found = weights.find(name => fs.existsSync(path.join(folder, name)))
  if (!found) throw new RuntimeError(`Error no file named ${weights.map(name => name).join(', ')} found in directory ${folder}.`)
  if (!found.endsWith('.json')) return [path.join(folder, found)]
  return [...new Set(Object.values(read_index(path.join(folder, found)).weight_map))].map(name => path.join(folder, name))
}

// Before the zip format there was nothing to map.
function load_bin(file: string): Record<string, Tensor> {
  const fd = fs.openSync(file, 'r')
  const start = Buffer.alloc(4)
  try {
    fs.readSync(fd, start, 0, 4, 0)
  } finally {
    fs.closeSync(fd)
  }
  const mmap = start.toString('latin1') === 'PK\x03\x04'
  return load(file, { map_location: 'cpu', mmap })
}

/**
 * The weights of a folder by their names, on the CPU: `model.safetensors` or `pytorch_model.bin`, each alone or divided with an index. Files are
 * mapped, so that tensors are read when they are used.
 *
 * @throws {RuntimeError} if the folder has none of these files.
 */
export function load_weights(folder: string): Record<string, Tensor> {
  const parts = files_of(folder).map(file => {
    try {
      return file.endsWith('.safetensors') ? load_file(file) : load_bin(file)
    } catch (error) {
      throw python_error(error, file)
    }
  })
  return Object.fromEntries(parts.flatMap(part => (part instanceof Map ? [...part as Map<string, Tensor>] : Object.entries(part))))
}

/** A name whose tensor has another shape in the file than in the module. */
export interface MismatchedKey { name: string, file: number[], module: number[] }

/** What came of {@link load_pretrained}. */
export interface PretrainedReport {
  config: Config | null
  /** Names of the module that the files lack; those tied to one that is there are not missing. */
  missing_keys: string[]
  /** Names of the files that the module lacks. */
  unexpected_keys: string[]
  /** They are left as they were. */
  mismatched_keys: MismatchedKey[]
}

/** Keywords of {@link load_pretrained}. */
export interface PretrainedOptions {
  /** Throw if any name is missing, unexpected or mismatched. Default: false. */
  strict?: boolean
  /** Put the files' tensors into the module, dtype and all, in place of copying their values. Default: false. */
  assign?: boolean
  /** The module's name for a name of the files; null leaves it out. Default: the same. */
  rename?: (name: string) => string | null
}

function renamed(tensors: Record<string, Tensor>, rename: (name: string) => string | null): Map<string, Tensor> {
  const result = new Map<string, Tensor>()
  for (const [name, tensor] of Object.entries(tensors)) {
    const to = rename(name)
    if (to !== null) result.set(to, tensor)
  }
  return result
}

/**
 * Loads the weights of a local folder in the layout of Hugging Face into a module, by name, and says what did not fit.
 *
 * @returns the folder's config, and the names that are missing, unexpected or mismatched
 * @throws {RuntimeError} if the folder has no weights, a file is damaged, or strict is true and something did not fit.
 * @example const report = load_pretrained(model, 'bert-base-uncased', { rename: name => name.replace(/^bert\./, '') })
 * @see transformers.PreTrainedModel.from_pretrained
 */
export function load_pretrained(model: Module, folder: string, options: PretrainedOptions = {}): PretrainedReport {
  const { strict = false, assign = false, rename = name => name } = options
  const config = load_config(folder)
  const found = renamed(load_weights(folder), rename)
  const own = model.state_dict()
  const mismatched_keys: MismatchedKey[] = []
  for (const [name, tensor] of found) {
    const wanted = Object.hasOwn(own, name) ? own[name] : undefined
    if (wanted === undefined || String(wanted.shape) === String(tensor.shape)) continue
    mismatched_keys.push({ name, file: [...tensor.shape], module: [...wanted.shape] })
    found.delete(name)
  }
  const apart = new Set(mismatched_keys.map(({ name }) => name))
  const candidates = Object.keys(own).filter(name => !found.has(name) && !apart.has(name))
  const missing_keys = without_tied(model, new Set(found.keys()), candidates).missing
  const unexpected_keys = [...found.keys()].filter(name => !Object.hasOwn(own, name))
  const report = { config, missing_keys, unexpected_keys, mismatched_keys }
  if (strict) check(model, report)
  model.load_state_dict(found, { strict: false, assign })
  return report
}

function check(model: Module, { missing_keys, unexpected_keys, mismatched_keys }: PretrainedReport): void {
  const list = (names: readonly string[]): string => names.map(name => `"${name}"`).join(', ')
  const problems = [
    ...missing_keys.length > 0 ? [`Missing key(s) in state_dict: ${list(missing_keys)}. `] : [],
    ...unexpected_keys.length > 0 ? [`Unexpected key(s) in state_dict: ${list(unexpected_keys)}. `] : [],
    ...mismatched_keys.map(({ name, file, module }) => `size mismatch for ${name}: copying a param with shape torch.Size([${file.join(', ')}]) from checkpoint, `
      + `the shape in current model is torch.Size([${module.join(', ')}]).`),
  ]
  if (problems.length > 0) throw new RuntimeError(`Error(s) in loading state_dict for ${model._get_name()}:\n\t${problems.join('\n\t')}`)
}
