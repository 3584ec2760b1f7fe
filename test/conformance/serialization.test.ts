// Files of Python's torch.save, safetensors and TorchScript, and what must not be read: every golden case of serialization, compared bit
// for bit.
import fs from 'node:fs'
import path from 'node:path'
import torch from 'torch-ts'
import { load, safe_open, save } from 'torch-ts/safetensors'
import { elements } from '../../lib/_elements'
import { count, new_tally, table } from './tally'
import { type TensorValue, type Tolerance, by_group, decode, decode_tensor, difference, folder, lookup, read_cases } from './values'

interface Case {
  id: string
  group: string
  file: string
  kind: string
  value?: unknown
  error?: string
  metadata?: Record<string, string> | null
  // of TorchScript
  training?: boolean | null
  code?: string
  state_dict?: Record<string, TensorValue>
  calls?: { method: string, args: unknown[], outputs: unknown }[]
  tolerance?: Tolerance
}

/** How a value differs from a case's, or null. Numbers are compared by their bits. */
function exact(got: unknown, want: unknown): string | null {
  if (typeof want !== 'object' || want === null) return Object.is(got, want) ? null : `got ${String(got)}, wanted ${String(want)}`
  if (Array.isArray(want)) return Array.isArray(got) ? exact_list(got, want) : 'no list'
  const object = want as Record<string, any>
  if ('t' in object) return exact_tensor(got as torch.Tensor, object as TensorValue)
  if ('parameter' in object) {
    if (!(got instanceof torch.nn.Parameter)) return 'no parameter'
    return got.requires_grad === (object.requires_grad ?? true) ? exact_tensor(got, object.parameter) : 'requires_grad differs'
  }
  if ('dict' in object) return exact_entries(got, Object.entries(object.dict as object))
  if ('map' in object) return exact_entries(got, object.map as [unknown, unknown][])
  if ('set' in object) return got instanceof Set ? exact_list([...got], object.set as unknown[]) : 'no set'
  if ('bytes' in object) return got instanceof Uint8Array ? exact_list([...got], object.bytes as unknown[]) : 'no bytes'
  if ('tuple' in object) return Array.isArray(got) && (Object.isFrozen(got) || got instanceof torch.Size) ? exact_list(got, object.tuple as unknown[]) : 'no tuple'
  const value = decode(want)
  return Object.is(got, value) || typeof value !== 'number' && String(got) === String(value) && typeof got === typeof value ? null
    : `got ${String(got)}, wanted ${String(value)}`
}

function exact_tensor(got: torch.Tensor, want: TensorValue): string | null {
  if (!torch.is_tensor(got)) return `got ${String(got)} in place of a tensor`
  const wanted = decode_tensor(want)
  if (got.dtype !== wanted.dtype || String(got.shape) !== String(wanted.shape)) return `${got.dtype.name} ${String(got.shape)}`
  if (want.stride && String(got.stride()) !== String(want.stride)) return `stride ${String(got.stride())}`
  const [a, b] = [elements(got.detach()), elements(wanted)]
  return [...a as Iterable<unknown>].every((value, i) => Object.is(value, b[i])) ? null : `got ${String(got)}`
}

function exact_list(got: readonly unknown[], want: readonly unknown[]): string | null {
  if (got.length !== want.length) return `${got.length} values, wanted ${want.length}`
  return want.map((one, i) => exact(got[i], one)).find(found => found !== null) ?? null
}

// In their order, and keys too.
function exact_entries(got: unknown, want: readonly (readonly [unknown, unknown])[]): string | null {
  const entries = got instanceof Map ? [...got] : Object.entries(got as object)
  const keys = exact_list(entries.map(([key]) => key), want.map(([key]) => key))
  return keys ?? want.map(([key, value], i) => [key, exact(entries[i][1], value)] as const).find(([, found]) => found !== null)?.join(': ') ?? null
}

function message_of(run: () => unknown): string {
  try {
    return `no error, but ${String(run())}`
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

// Tensors of one storage in the file share it here: what is written into one is seen in the other.
function check_tied(value: Record<string, torch.Tensor>): string | null {
  return value['0.weight'].data_ptr() === value['1.weight'].data_ptr() ? null : 'the memory is not shared'
}

function run_safetensors(file: string, one: Case): string | null {
  using opened = safe_open(file)
  const [bytes, metadata] = [fs.readFileSync(file), opened.metadata()]
  if (JSON.stringify(metadata) !== JSON.stringify(one.metadata)) return `metadata ${JSON.stringify(metadata)}`
  if (!bytes.equals(save(opened.get_tensors(), metadata))) return 'saved again, the file is another'
  const by_name = (got: Record<string, torch.Tensor>): string | null => Object.entries((one.value as { dict: object }).dict)
    .map(([name, want]) => exact(got[name], want)).find(found => found !== null) ?? null
  return by_name(load(bytes)) ?? by_name(opened.get_tensors()) ?? by_name(torch.load(file))
}

interface Script {
  training: boolean
  code: string
  state_dict(): Record<string, torch.Tensor>
  [method: string]: unknown
}

/** Not by the types of torch.jit, so that this compiles where it is not there yet. */
function run_torchscript(file: string, one: Case): string | null {
  const module = (lookup('torch.jit.load') as (file: string) => Script)(file)
  if (one.training !== null && module.training !== one.training) return `training is ${module.training}`
  if (module.code !== one.code) return `code:\n${module.code}`
  const state = exact_entries(module.state_dict(), Object.entries(one.state_dict!))
  const calls = one.calls!.map(({ method, args, outputs }) => {
    const found = module[method] as (...values: unknown[]) => unknown
    return difference(found.call(module, ...args.map(arg => decode(arg))), outputs, one.tolerance)
  })
  return state ?? calls.find(found => found !== null) ?? null
}

function run(one: Case): string | null {
  const file = path.join(folder!, one.file)
  if (one.kind === 'torchscript') return run_torchscript(file, one)
  if (one.kind === 'safetensors') return run_safetensors(file, one)
  if (one.kind === 'refuse') {
    const errors = [file, fs.readFileSync(file)].map(source => message_of(() => torch.load(source as string)))
    return errors.every(error => error.startsWith('UnpicklingError: ') && error.includes(one.error!)) ? null : errors[0]
  }
  const value = torch.load<Record<string, torch.Tensor>>(file)
  const again = torch.load(torch.save(value))
  const mapped = one.kind === 'legacy' ? value : torch.load(file, { mmap: true })
  const found = exact(value, one.value) ?? exact(torch.load(fs.readFileSync(file)), one.value) ?? exact(again, one.value) ?? exact(mapped, one.value)
  return found ?? (one.file.endsWith('tied.pt') ? check_tied(value) : null)
}

const groups = by_group(read_cases<Case>('serialization'))
const tally = new_tally('serialization')

afterAll(() => console.log(table([tally])))

describe('golden files', () => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const missing = one.kind === 'torchscript' ? 'torch.jit.load' : 'torch.load'
      const reason = lookup(missing) === undefined ? [`torch-ts has no ${missing} yet`] : []
      const found = reason.length > 0 ? null : run(one)
      const list = found === null ? [] : [`${one.id}: ${found}`]
      count(tally, one.id, list, reason)
      return list
    })
    expect(problems).toEqual([])
  })
})
