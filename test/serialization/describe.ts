// Says what a value is, in the JSON that describe.py gives for the same value in Python.
import torch from 'torch-ts'
import { binding } from '../../lib/_C'
import { handle } from '../../lib/_dispatch'
import { aten } from '../../lib/_operators'

type Storages = Map<number, number>

function float(value: number): unknown {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return ['float', Number.isNaN(value) ? 'nan' : bytes.toString('hex')]
}

function number(value: number): unknown {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? ['int', String(value)] : float(value)
}

function tensor(x: torch.Tensor, storages: Storages): unknown[] {
  const head = [x instanceof torch.nn.Parameter ? 'Parameter' : 'Tensor', String(x.dtype), [...x.shape], x.requires_grad]
  if (x.is_meta) return [...head, 'meta', x.stride()]
  if (x.layout !== torch.strided) return [...head, String(x.layout), tensor(x.to_dense(), new Map())]
  if (x.is_quantized) {
    const params = aten('qscheme')([x]) === 0 ? [number(aten('q_scale')([x]) as number), aten('q_zero_point')([x])]
      : [(aten('q_per_channel_scales')([x]) as torch.Tensor).tolist(), aten('q_per_channel_axis')([x])]
    return [...head, params, (aten('int_repr')([x]) as torch.Tensor).flatten().tolist()]
  }
  const id = binding.storage_id(handle(x))
  if (!storages.has(id)) storages.set(id, storages.size)
  const bytes = new torch.UntypedStorage(x)
  const data = bytes.nbytes() < 4096 ? Buffer.from(bytes.tolist()).toString('hex') : bytes.nbytes()
  return [...head, x.stride(), x.storage_offset(), x.is_conj(), x.is_neg(), x instanceof torch.nn.Buffer, storages.get(id), data]
}

function dict(value: object, storages: Storages): unknown {
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const kind = 'StateDict' === value.constructor.name ? 'OrderedDict' : 'dict'
  const { _metadata } = value as { _metadata?: object }
  const metadata = _metadata ? Object.entries(_metadata).map(([key, one]) => JSON.stringify([key, describe(one, storages)])).sort() : null
  return [kind, entries.map(pair => pair.map(one => describe(one, storages))), metadata]
}

/** The value as JSON. */
export function describe(value: unknown, storages: Storages = new Map()): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return number(value)
  if (typeof value === 'bigint') return ['int', String(value)]
  if (value instanceof torch.Complex) return ['complex', number(value.real), number(value.imag)]
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('hex')]
  if (value instanceof torch.Size) return ['Size', [...value]]
  if (value instanceof torch.dtype || value instanceof torch.layout) return [value instanceof torch.dtype ? 'dtype' : 'layout', String(value)]
  if (value instanceof torch.Device) return ['device', String(value)]
  if (Array.isArray(value)) return [Object.isFrozen(value) ? 'tuple' : 'list', value.map(one => describe(one, storages))]
  if (value instanceof Set) return ['set', [...value].map(one => JSON.stringify(describe(one, storages)).replace(/,/g, ', ')).sort()]
  return torch.is_tensor(value) ? tensor(value as torch.Tensor, storages) : dict(value as object, storages)
}
