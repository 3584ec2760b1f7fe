// Copies the tensors of a batch to memory that a device can read directly: torch.utils.data._utils.pin_memory.
import { is_kwargs, is_tensor } from '../../../_dispatch'
import type { Tensor } from '../../../tensor'

/** The batch with pinned tensors. A class of batches may have a `pin_memory()` of its own. */
export function pin_memory(data: unknown): unknown {
  if (is_tensor(data)) return (data as Tensor).pin_memory()
  if (Array.isArray(data)) return data.map(pin_memory)
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, pin_memory(value)]))
  if (is_kwargs(data)) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, pin_memory(value)]))
  const own = (data as { pin_memory?: () => unknown } | null)?.pin_memory
  return typeof own === 'function' ? own.call(data) : data
}
