// A state over several safetensors files with an index, as Hugging Face's libraries write it.
import fs from 'node:fs'
import path from 'node:path'
import { RuntimeError, ValueError } from '../_errors'
import { python_error, write_file } from '../_files'
import type { DeviceLike } from '../device'
import type { Tensor } from '../tensor'
import { load_file, safe_open } from './open'
import { type Metadata, type Tensors, save_file } from './save'

/** The index beside the files: which file has which tensor. */
export interface ShardIndex {
  metadata?: Record<string, unknown>
  weight_map: Record<string, string>
}

const units: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12, KI: 2 ** 10, MI: 2 ** 20, GI: 2 ** 30, TI: 2 ** 40 }

function bytes_of(size: number | string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*((?:[KMGT]I?)?)B?\s*$/.exec(String(size).toUpperCase()) ?? []
  if (number === undefined) throw new ValueError(`max_shard_size must be a number of bytes or a text such as '5GB', but got ${String(size)}`)
  return Math.floor(Number(number) * units[unit!]!)
}

function split(entries: readonly [string, Tensor][], limit: number): [string, Tensor][][] {
  const shards: [string, Tensor][][] = []
  let size = Infinity
  for (const entry of entries) {
    if (size + entry[1].nbytes > limit) {
      shards.push([])
      size = 0
    }
    shards.at(-1)!.push(entry)
    size += entry[1].nbytes
  }
  return shards.length > 0 ? shards : [[]]
}

/** Keywords of {@link save_sharded}. */
export interface ShardOptions {
  /** The largest file, in bytes or as a text. Default: '5GB'. A tensor is never divided. */
  max_shard_size?: number | string
  metadata?: Metadata | null
  /** The files' name without number and ending. Default: 'model'. */
  name?: string
}

/**
 * Writes tensors to one or several safetensors files in a folder, with an index if there are several: `model.safetensors`, or
 * `model-00001-of-00002.safetensors` and so on with `model.safetensors.index.json`. Each file is written whole before it gets its name, the index
 * last; files of an earlier division are then deleted.
 *
 * @returns the names of the files, the index included
 * @see huggingface_hub.save_torch_state_dict
 */
export function save_sharded(tensors: Tensors, folder: string, options: ShardOptions = {}): string[] {
  const { max_shard_size = '5GB', metadata = { format: 'pt' }, name = 'model' } = options
  const entries = tensors instanceof Map ? [...tensors as ReadonlyMap<string, Tensor>] : Object.entries(tensors)
  const shards = split(entries, bytes_of(max_shard_size))
  fs.mkdirSync(folder, { recursive: true })
  const number = (i: number): string => String(i).padStart(5, '0')
  const files = shards.map((_, i) => (shards.length === 1 ? `${name}.safetensors` : `${name}-${number(i + 1)}-of-${number(shards.length)}.safetensors`))
  shards.forEach((shard, i) => save_file(new Map(shard), path.join(folder, files[i]!), { metadata }))
  const index = `${name}.safetensors.index.json`
  if (shards.length > 1) {
    const weight_map = Object.fromEntries(shards.flatMap((shard, i) => shard.map(([key]) => [key, files[i]!])))
    const total_size = entries.reduce((sum, [, tensor]) => sum + tensor.nbytes, 0)
    write_file(path.join(folder, index), sink => sink.write(Buffer.from(`${JSON.stringify({ metadata: { total_size }, weight_map }, null, 2)}\n`)))
    files.push(index)
  }
  const known = new RegExp(`^${name.replace(/[^\w-]/g, '\\$&')}(-\\d{5}-of-\\d{5}\\.safetensors|\\.safetensors|\\.safetensors\\.index\\.json)$`)
  for (const file of fs.readdirSync(folder)) if (known.test(file) && !files.includes(file)) fs.rmSync(path.join(folder, file))
  return files
}

/** The index in a file, checked: names of files stay inside the folder. @throws {RuntimeError} if it is no index. */
export function read_index(file: string): ShardIndex {
  let index: unknown
  try {
    index = JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    throw error instanceof SyntaxError ? new RuntimeError(`${file} is no index: ${error.message}`) : python_error(error, file)
  }
  const map = (index as Partial<ShardIndex> | null)?.weight_map
  const is_map = typeof map === 'object' && map !== null && Object.values(map).every(one => typeof one === 'string')
  if (!is_map) throw new RuntimeError(`${file} is no index: it has no weight_map of texts`)
  const outside = Object.values(map).find(one => path.basename(one) !== one || one.includes('\\') || one === '..' || one === '')
  if (outside !== undefined) throw new RuntimeError(`${file} names a file outside of its folder: ${JSON.stringify(outside)}`)
  return index as ShardIndex
}

/** Where the tensors of a folder are: the index file, or the one file. */
function entry_of(place: string, name: string): string {
  if (!fs.statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place
  const found = [`${name}.safetensors.index.json`, `${name}.safetensors`].map(file => path.join(place, file)).find(file => fs.existsSync(file))
  if (!found) throw new RuntimeError(`there is neither ${name}.safetensors nor ${name}.safetensors.index.json in ${place}`)
  return found
}

/**
 * The tensors of a folder that {@link save_sharded} or a library of Hugging Face wrote; on the CPU they lie in the mapped files.
 *
 * @param place - the folder, the index, or a single file.
 * @throws {RuntimeError} if a file lacks a tensor that the index says it has.
 */
export function load_sharded(place: string, options: { device?: DeviceLike, name?: string } = {}): Record<string, Tensor> {
  const { device = 'cpu', name = 'model' } = options
  const entry = entry_of(place, name)
  if (!entry.endsWith('.json')) return load_file(entry, device)
  const by_file = new Map<string, string[]>()
  for (const [key, file] of Object.entries(read_index(entry).weight_map)) by_file.set(file, [...by_file.get(file) ?? [], key])
  const loaded = [...by_file].flatMap(([file, keys]) => {
    using opened = safe_open(path.join(path.dirname(entry), file), { device })
    const there = new Set(opened.offset_keys())
    const missing = keys.find(key => !there.has(key))
    if (missing !== undefined) throw new RuntimeError(`${file} does not have the tensor ${missing}, which the index says it has`)
    return keys.map((key): [string, Tensor] => [key, opened.get_tensor(key)])
  })
  return Object.fromEntries(loaded)
}
