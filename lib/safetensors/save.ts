// Writing of safetensors files, and modules in them: safetensors.torch.save_file, save, save_model, load_model.
import { binding } from '../_C'
import { handle, is_tensor } from '../_dispatch'
import { RuntimeError, ValueError } from '../_errors'
import { type Sink, write_file } from '../_files'
import { with_memory } from '../_memory_loan'
import { type_text } from '../_typename'
import type { DeviceLike } from '../device'
import type { Module } from '../nn/modules/module'
import type { Tensor } from '../tensor'
import { header_bytes, in_file_order } from './header'
import { load_file } from './open'

/** Tensors by their names. */
export type Tensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>

/** Texts that are saved beside the tensors. */
export type Metadata = Readonly<Record<string, string>>

function entries_of(tensors: Tensors): [string, Tensor][] {
  if (typeof tensors !== 'object' || tensors === null || Array.isArray(tensors) || is_tensor(tensors)) {
    throw new ValueError(`Expected a dict of [str, torch.Tensor] but received ${type_text(tensors)}`)
  }
  return tensors instanceof Map ? [...tensors as ReadonlyMap<string, Tensor>] : Object.entries(tensors)
}

// The bytes of a tensor's storage that it covers.
function area(tensor: Tensor): { start: number, end: number } {
  const start = tensor.storage_offset() * tensor.itemsize
  return { start, end: start + tensor.nbytes }
}

/** Groups of names whose tensors lie in the same memory; tensors in different parts of one storage are apart. */
function shared_names(entries: readonly (readonly [string, Tensor])[]): string[][] {
  const storages = new Map<number, [string, Tensor][]>()
  for (const [name, tensor] of entries) {
    if (tensor.is_meta || tensor.numel() === 0) continue
    const id = binding.storage_id(handle(tensor))
    storages.set(id, [...storages.get(id) ?? [], [name, tensor]])
  }
  return [...storages.values()].flatMap(list => overlapping(list)).filter(group => group.length > 1).map(group => group.sort())
}

function overlapping(list: readonly [string, Tensor][]): string[][] {
  const areas = list.map(([name, tensor]) => ({ name, ...area(tensor) })).sort((a, b) => a.start - b.start || a.end - b.end)
  const groups: string[][] = []
  let last = -1
  for (const { name, start, end } of areas) {
    if (start >= last) groups.push([name])
    else groups.at(-1)!.push(name)
    last = Math.max(last, end)
  }
  return groups
}

function check(entries: readonly (readonly [string, Tensor])[], metadata: Metadata | null): void {
  for (const [name, tensor] of entries) {
    if (typeof name !== 'string') throw new TypeError(`the name of a tensor must be a string, not ${typeof name}`)
    if (!is_tensor(tensor)) throw new ValueError(`Key \`${name}\` is invalid, expected torch.Tensor but received ${type_text(tensor)}`)
    if (tensor.is_meta) throw new ValueError(`the tensor \`${name}\` is on the meta device: it has no data to save`)
  }
  const odd = Object.values(metadata ?? {}).find(value => typeof value !== 'string')
  if (odd !== undefined) throw new TypeError(`argument 'metadata': ${JSON.stringify(odd)} is not a string`)
  const sparse = entries.filter(([, tensor]) => tensor.layout.name !== 'strided').map(([name]) => `'${name}'`)
  if (sparse.length > 0) {
    throw new ValueError(`You are trying to save a sparse tensors: \`[${sparse.join(', ')}]\` which this library does not support. You can make it a dense tensor `
      + 'before saving with `.to_dense()` but be aware this might make a much larger file than needed.')
  }
  const shared = shared_names(entries)
  if (shared.length > 0) {
    const groups = shared.map(names => `{${names.map(name => `'${name}'`).join(', ')}}`).join(', ')
    throw new RuntimeError(`Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: [${groups}]. `
      + 'A potential way to correctly save your model is to use `save_model`. More information at https://huggingface.co/docs/safetensors/torch_shared_tensors')
  }
  const scattered = entries.find(([, tensor]) => !tensor.is_contiguous())
  if (scattered) {
    throw new ValueError(`You are trying to save a non contiguous tensor: \`${scattered[0]}\` which is not allowed. It either means you are trying to save tensors which are `
      + "reference of each other in which case it's recommended to save only the full tensors, and reslice at load time, or simply call `.contiguous()` on your tensor "
      + 'to pack it before saving.')
  }
}

function write(tensors: Tensors, metadata: Metadata | null, sink: Sink): void {
  const entries = entries_of(tensors)
  check(entries, metadata)
  const outgoing = in_file_order(entries.map(([name, tensor]) => ({ name, tensor, dtype: tensor.dtype, shape: tensor.shape, nbytes: tensor.nbytes })))
  sink.write(header_bytes(outgoing, metadata))
  for (const { tensor, nbytes } of outgoing) {
    const own = tensor.detach().resolve_conj().resolve_neg().cpu()
    with_memory(own, own.storage_offset() * own.itemsize, nbytes, bytes => sink.write(bytes))
  }
}

/**
 * The bytes of a safetensors file.
 *
 * @throws {ValueError} for what is no dense, contiguous tensor; {RuntimeError} if tensors share memory; {SafetensorError} for a dtype that
 *   the format does not have.
 * @see safetensors.torch.save
 */
export function save(tensors: Tensors, metadata: Metadata | null = null): Uint8Array {
  const chunks: Uint8Array[] = []
  write(tensors, metadata, { write: bytes => chunks.push(Uint8Array.from(bytes)) })
  return Buffer.concat(chunks)
}

/**
 * Writes tensors to a safetensors file, which is synced and then renamed into its place.
 *
 * @param metadata - texts that go beside the tensors, as `{ format: 'pt' }`.
 * @throws as {@link save}
 * @see safetensors.torch.save_file
 */
export function save_file(tensors: Tensors, filename: string, metadata: Metadata | null | { metadata?: Metadata | null } = null): void {
  const by_keyword = metadata !== null && typeof (metadata as { metadata?: unknown }).metadata === 'object'
  const texts = by_keyword ? (metadata as { metadata: Metadata | null }).metadata : metadata as Metadata | null
  write_file(filename, sink => write(tensors, texts, sink))
}

// Names to leave out, by the name that stays in their place: one that covers the whole storage.
function duplicates(entries: ReadonlyMap<string, Tensor>, preferred: ReadonlySet<string> = new Set()): Map<string, string[]> {
  const result = new Map<string, string[]>()
  for (const shared of shared_names([...entries])) {
    const complete = shared.filter(name => {
      const tensor = entries.get(name)!
      return tensor.storage_offset() === 0 && tensor.nbytes === binding.storage_nbytes(handle(tensor))
    })
    if (complete.length === 0) {
      throw new RuntimeError(`Error while trying to find names to remove to save state dict, but found no suitable name to keep for saving amongst: `
        + `{${shared.map(name => `'${name}'`).join(', ')}}. None is covering the entire storage. Refusing to save/load the model since you could be storing much more memory than needed.`)
    }
    const keep = complete.find(name => preferred.has(name)) ?? complete[0]!
    result.set(keep, shared.filter(name => name !== keep))
  }
  return result
}

/**
 * Writes a module's state to a safetensors file, each shared tensor once; its other names go into the metadata.
 *
 * @param force_contiguous - pack tensors that are not contiguous. Default: true.
 * @see safetensors.torch.save_model
 */
export function save_model(model: Module, filename: string, metadata: Metadata | null = null, force_contiguous = true): void {
  const state = new Map(Object.entries(model.state_dict()))
  const texts: Record<string, string> = { ...metadata }
  for (const [kept, others] of duplicates(state)) {
    for (const name of others) {
      if (!(name in texts)) texts[name] = kept
      state.delete(name)
    }
  }
  const tensors = new Map([...state].map(([name, tensor]) => [name, force_contiguous ? tensor.contiguous() : tensor]))
  save_file(tensors, filename, Object.keys(texts).length > 0 || metadata ? { metadata: texts } : null)
}

/** The names in which a module and files differ. */
export interface KeyReport { missing: string[], unexpected: string[] }

/** What of a module's names is really missing: a tensor that shares memory with one that was loaded is not. @internal */
export function without_tied(model: Module, loaded: ReadonlySet<string>, missing: readonly string[]): KeyReport {
  const left = new Set(missing)
  const unexpected: string[] = []
  for (const others of duplicates(new Map(Object.entries(model.state_dict())), loaded).values()) {
    for (const name of others) if (!left.delete(name)) unexpected.push(name)
  }
  return { missing: [...left], unexpected }
}

/**
 * Loads a file of {@link save_model} into a module.
 *
 * @param strict - throw if names are missing or unexpected. Default: true.
 * @returns the names that the file lacks, and those that the module lacks
 * @throws {RuntimeError} if names differ and strict is true, or sizes do.
 * @see safetensors.torch.load_model
 */
export function load_model(model: Module, filename: string, strict: boolean | { strict?: boolean, device?: DeviceLike } = true, device: DeviceLike = 'cpu'): [string[], string[]] {
  const options = typeof strict === 'object' ? { strict: true, device, ...strict } : { strict, device }
  const state = load_file(filename, options.device)
  const keys = model.load_state_dict(state, { strict: false })
  const tied = without_tied(model, new Set(Object.keys(state)), keys.missing_keys)
  const [missing, unexpected] = [tied.missing, [...keys.unexpected_keys, ...tied.unexpected]]
  if (options.strict && missing.length + unexpected.length > 0) {
    const list = (names: readonly string[]): string => [...names].sort().map(name => `"${name}"`).join(', ')
    throw new RuntimeError(`Error(s) in loading state_dict for ${model._get_name()}:`
      + (missing.length > 0 ? `\n    Missing key(s) in state_dict: ${list(missing)}` : '')
      + (unexpected.length > 0 ? `\n    Unexpected key(s) in state_dict: ${list(unexpected)}` : ''))
  }
  return [missing, unexpected]
}
