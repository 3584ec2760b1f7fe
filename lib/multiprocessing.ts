// Tensors on their way to another worker_thread of this process, without a copy: torch.multiprocessing.
import { binding } from './_C'
import { handle, is_tensor, made } from './_dispatch'
import type { Tensor } from './tensor'

// What stands in a message in a tensor's place.
const KEY = 'torch-ts:tensor'

function is_plain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype as object) === null
}

function map(value: unknown, replace: (value: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const replaced = replace(value)
  if (replaced !== undefined) return replaced
  if (Array.isArray(value)) return value.map(element => map(element, replace))
  if (value instanceof Map) return new Map(Array.from(value, ([key, element]) => [key, map(element, replace)]))
  if (value instanceof Set) return new Set(Array.from(value, element => map(element, replace)))
  if (!is_plain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, map(element, replace)]))
}

/**
 * Makes a value ready for `postMessage` to another worker of this process: its tensors, also inside arrays, objects, Maps and
 * Sets, become tokens. The memory is shared, not copied: a change on one side is seen on the other, as with PyTorch's
 * torch.multiprocessing. Each message can be received once; the tensors stay alive until then.
 *
 * @throws {RuntimeError} for a tensor that requires grad and is no leaf: graphs do not cross threads.
 * @example worker.postMessage(torch.multiprocessing.to_message({ batch, step: 3 }))
 */
export function to_message(value: unknown): unknown {
  return map(value, found => (is_tensor(found) ? { [KEY]: binding.share(handle(found), 0) } : undefined))
}

/**
 * The value that {@link to_message} packed, with tensors of this thread on the same memory.
 *
 * @throws {RuntimeError} if the message was received before.
 */
export function from_message(message: unknown): unknown {
  return map(message, found => {
    const token = (found as Record<string, unknown>)[KEY]
    if (typeof token !== 'number') return undefined
    return made(out => binding.receive(out, token)) as Tensor
  })
}
