// The golden cases of Python's torch: where they lie, what their JSON means, and how results are compared with it.
// The README beside the cases explains the format.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import torch from 'torch-ts'
import { elements } from '../../lib/_elements'
import { repository } from '../helpers/clone'

/** A tensor in a case: its elements flat in row-major order, and how they lay in memory. */
export interface TensorValue {
  t: string
  shape: number[]
  data: unknown[] | null
  stride?: number[]
  requires_grad?: boolean
}

export interface Tolerance { rtol: number, atol: number }

/** Where the cases lie, or null: they are beside the repository, not in it. */
export const folder: string | null = [process.env.TORCH_TS_CONFORMANCE, path.join(repository, 'shared/conformance'),
  path.join(repository, '../shared/conformance')].find(one => one !== undefined && fs.existsSync(one)) ?? null

/** All cases of a file such as 'rng'; none if the files are not there, which is said once. */
export function read_cases<Case>(name: string): Case[] {
  if (folder === null) {
    console.warn(`conformance: no golden cases here, ${name} is not compared (set TORCH_TS_CONFORMANCE to their folder)`)
    return []
  }
  const file = path.join(folder, `${name}.jsonl`)
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : zlib.gunzipSync(fs.readFileSync(`${file}.gz`)).toString('utf8')
  return text.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Case)
}

/** Rows for it.each: each case by its id; one row without a case where the files are not there, since jest wants some. */
export function rows_of<Case extends { id: string }>(cases: readonly Case[]): [string, Case | null][] {
  return cases.length === 0 ? [['(no cases here)', null]] : cases.map(one => [one.id, one])
}

/** Cases by their group, in the order of the file. */
export function by_group<Case extends { group: string }>(cases: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>()
  for (const one of cases) groups.set(one.group, [...groups.get(one.group) ?? [], one])
  return groups
}

// ---- JSON to values ----

function float_of(value: unknown): number {
  return value === 'nan' ? NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value)
}

export function dtype_of(name: string): torch.dtype {
  return (torch as unknown as Record<string, torch.dtype>)[name]
}

/** A flat tensor of a case's elements. */
function flat_tensor(name: string, data: readonly unknown[]): torch.Tensor {
  const dtype = dtype_of(name)
  if (dtype.is_complex) {
    const pairs = (data as [unknown, unknown][]).map(([real, imag]) => new torch.Complex(float_of(real), float_of(imag)))
    return torch.tensor(pairs, { dtype: torch.complex128 }).to(dtype)
  }
  if (name === 'bool') return torch.tensor(Uint8Array.from(data as boolean[], Number)).to(dtype)
  if (name === 'uint64') return torch.tensor(BigUint64Array.from(data as string[], BigInt))
  if (!dtype.is_floating_point) return torch.tensor(BigInt64Array.from(data as string[], BigInt)).to(dtype)
  const array = Float64Array.from(data, float_of)
  return torch.tensor(name === 'float64' ? array : Float32Array.from(array)).to(dtype)
}

// The elements where the strides put them in memory, so that stride 0 and gaps come out as they were.
function in_memory(data: readonly unknown[], shape: readonly number[], stride: readonly number[]): unknown[] {
  const memory: unknown[] = []
  data.forEach((value, flat) => {
    let [at, rest] = [0, flat]
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      at += rest % shape[dim] * stride[dim]
      rest = Math.floor(rest / shape[dim])
    }
    memory[at] = value
  })
  return Array.from(memory, value => value ?? data[0])
}

/** The tensor of a case. */
export function decode_tensor({ t, shape, data, stride, requires_grad }: TensorValue): torch.Tensor {
  let tensor = data === null ? torch.empty(shape, { dtype: dtype_of(t) })
    : stride && data.length > 0 ? flat_tensor(t, in_memory(data, shape, stride)).as_strided(shape, stride)
      : flat_tensor(t, data).view(shape)
  if (requires_grad) tensor = tensor.requires_grad_()
  return tensor
}

/** What other objects than those of this file become, such as modules; undefined leaves them to it. */
export type DecodeMore = (value: Record<string, unknown>) => unknown

/** The value of a case's argument: a tensor, number, list, constant of torch. */
export function decode(value: unknown, more: DecodeMore = () => undefined): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(one => decode(one, more))
  const object = value as Record<string, any>
  const special = more(object)
  if (special !== undefined) return special
  if ('t' in object) return decode_tensor(object as TensorValue)
  if ('float' in object) return float_of(object.float)
  if ('int' in object) return BigInt(object.int as string)
  if ('complex' in object) return new torch.Complex(float_of(object.complex[0]), float_of(object.complex[1]))
  if ('dtype' in object) return dtype_of(object.dtype as string)
  if ('device' in object) return torch.device(object.device as string)
  if ('layout' in object) return dtype_of(object.layout as string)
  if ('memory_format' in object) return dtype_of(object.memory_format as string)
  if ('tuple' in object) return decode(object.tuple, more)
  if ('slice' in object) return torch.slice(...object.slice as [number | null, number | null, number | null])
  if ('ellipsis' in object) return '...'
  if ('dict' in object) return decode_fields(object.dict as Record<string, unknown>, more)
  throw new Error(`no value of this form is known: ${JSON.stringify(value)}`)
}

/** The parts of an index, as `at(...parts)` and `set_at(parts, value)` take them: a tuple has several, a list is one. */
export function decode_index(index: unknown, more?: DecodeMore): torch.IndexPart[] {
  const is_tuple = typeof index === 'object' && index !== null && 'tuple' in index
  return (is_tuple ? decode(index.tuple, more) : [decode(index, more)]) as torch.IndexPart[]
}

/** The values of an object's fields, such as a case's kwargs. */
export function decode_fields(fields: Record<string, unknown>, more?: DecodeMore): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, decode(value, more)]))
}

// ---- comparing ----

const tolerances: Record<string, Tolerance> = {
  float64: { rtol: 1e-7, atol: 1e-7 }, float32: { rtol: 1.3e-6, atol: 1e-5 }, float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
}
const same_as: Record<string, string> = { complex128: 'float64', complex64: 'float32', complex32: 'float16' }
const EXACT: Tolerance = { rtol: 0, atol: 0 }

function tolerance_of(name: string, given?: Tolerance): Tolerance {
  const own = tolerances[same_as[name] ?? name]
  if (!own) return EXACT
  return { rtol: Math.max(own.rtol, given?.rtol ?? 0), atol: Math.max(own.atol, given?.atol ?? 0) }
}

function is_close(got: number, want: number, { rtol, atol }: Tolerance): boolean {
  return Object.is(got, want) || got === want || Math.abs(got - want) <= atol + rtol * Math.abs(want) && Number.isFinite(want)
}

function tensor_difference(got: unknown, want: TensorValue, given?: Tolerance): string | null {
  if (!torch.is_tensor(got)) return `got ${String(got)} where a tensor was wanted`
  if (got.dtype.name !== want.t) return `dtype ${got.dtype.name}, wanted ${want.t}`
  if (JSON.stringify(got.shape) !== JSON.stringify(want.shape)) return `shape [${got.shape.join()}], wanted [${want.shape.join()}]`
  if (want.data === null) return null
  const wanted = elements(flat_tensor(want.t, want.data))
  const found = elements(got)
  const tolerance = tolerance_of(want.t, given)
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i], wanted[i]]
    const same = typeof a === 'bigint' || typeof b === 'bigint' ? a === b : is_close(a, b, tolerance)
    if (!same) return `element ${i} is ${a}, wanted ${b} (rtol ${tolerance.rtol}, atol ${tolerance.atol})`
  }
  return null
}

function list_difference(got: unknown, want: readonly unknown[], given?: Tolerance): string | null {
  const is_iterable = typeof got === 'object' && got !== null && Symbol.iterator in got && !torch.is_tensor(got)
  if (!is_iterable) return `got ${String(got)} where a list was wanted`
  const list = [...got as Iterable<unknown>]
  if (list.length !== want.length) return `${list.length} values, wanted ${want.length}`
  for (let i = 0; i < want.length; i++) {
    const found = difference(list[i], want[i], given)
    if (found !== null) return `[${i}]: ${found}`
  }
  return null
}

/**
 * How a result differs from what a case wants, or null if it does not. Floats may differ as much as the dtype's tolerance, or
 * the case's if it is greater; all else must be equal.
 */
export function difference(got: unknown, want: unknown, given?: Tolerance): string | null {
  if (Array.isArray(want)) return list_difference(got, want, given)
  if (typeof want === 'object' && want !== null) {
    const object = want as Record<string, any>
    if ('t' in object) return tensor_difference(got, object as TensorValue, given)
    if ('tuple' in object) return list_difference(got, object.tuple as unknown[], given)
    if ('meta' in object) return tensor_difference(got, { t: object.meta[0], shape: object.meta[1], data: null })
    if ('dict' in object) {
      const fields = Object.entries(object.dict as Record<string, unknown>)
      const own = got instanceof Map ? Object.fromEntries(got as Map<string, unknown>) : got as Record<string, unknown>
      const found = fields.map(([key, value]) => [key, difference(own[key], value, given)] as const)
      const first = found.find(([, one]) => one !== null)
      return first ? `${first[0]}: ${first[1]}` : null
    }
  }
  const wanted = decode(want)
  if (typeof got === 'number' && typeof wanted === 'number') {
    const same = is_close(got, wanted, Number.isInteger(wanted) ? EXACT : tolerance_of('float64', given))
    return same ? null : `got ${got}, wanted ${wanted}`
  }
  if (typeof got === 'bigint' || typeof wanted === 'bigint') return String(got) === String(wanted) ? null : `got ${String(got)}, wanted ${String(wanted)}`
  const same = Object.is(got ?? null, wanted ?? null) || (typeof wanted === 'object' && wanted !== null && String(got) === String(wanted))
  return same ? null : `got ${String(got)}, wanted ${String(wanted)}`
}

// ---- calls ----

/** What a dotted name such as 'torch.nn.functional.relu' names; undefined if torch-ts has no such thing. */
export function lookup(name: string): unknown {
  const [first, ...rest] = name.split('.')
  let found: unknown = first === 'torch' ? torch : undefined
  for (const part of rest) found = (found as Record<string, unknown> | undefined)?.[part]
  return found
}

/** Makes the call of a case: a function of torch by its dotted name, or 'Tensor.add' as a method of the first argument. */
export function make_call(name: string, args: readonly unknown[], kwargs: Record<string, unknown>): unknown {
  const all = Object.keys(kwargs).length === 0 ? args : [...args, kwargs]
  if (name.startsWith('Tensor.')) {
    const [self, ...rest] = all as [Record<string, (...rest: unknown[]) => unknown>, ...unknown[]]
    const method = name.slice('Tensor.'.length)
    if (typeof self[method] !== 'function') throw new Error(`torch-ts has no ${name}`)
    return self[method](...rest)
  }
  const found = lookup(name)
  if (typeof found !== 'function') throw new Error(`torch-ts has no ${name}`)
  return (found as (...rest: unknown[]) => unknown)(...all)
}
