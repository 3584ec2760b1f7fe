// Memory by hand and memory in numbers: torch.scope, torch.memory_stats. No PyTorch counterpart.
import { binding } from './_C'
import { type TensorBase, exchange_scope, is_tensor } from './_dispatch'
import { collect_all } from './_memory'
import { read_ints } from './_tape'

function kept_by(result: unknown, seen = new Set<unknown>()): Set<unknown> {
  if (typeof result !== 'object' || result === null || seen.has(result)) return seen
  seen.add(result)
  if (is_tensor(result)) return seen
  for (const value of result instanceof Map || result instanceof Set ? result.values() : Object.values(result)) kept_by(value, seen)
  return seen
}

/**
 * Runs a callback and frees every tensor that it made but for those in its result. Never needed to keep memory flat; it frees
 * at once instead of at the next collection. Tensors that the callback stored elsewhere are freed too, so return them.
 *
 * @example const loss = torch.scope(() => step(batch).item())
 */
export function scope<T>(callback: () => T): T {
  const made: TensorBase[] = []
  const outer = exchange_scope(made)
  let result: T | undefined
  try {
    return result = callback()
  } finally {
    exchange_scope(outer)
    const kept = kept_by(result)
    for (const tensor of made) {
      if (!kept.has(tensor)) tensor.dispose()
      else outer?.push(tensor)
    }
  }
}

/** What {@link memory_stats} gives. Bytes are those of CPU tensors in the whole process. */
export interface MemoryStats {
  /** Tensor objects in this thread that have not been collected. */
  live_tensors: number
  live_bytes: number
  peak_bytes: number
  /** Freed memory that is kept for reuse. */
  cached_bytes: number
  allocations: number
}

/** Tensors and bytes in use: what tests for leaks count. */
export function memory_stats(): MemoryStats {
  binding.cpu_stats()
  const [live_bytes, peak_bytes, cached_bytes, allocations] = read_ints() as [number, number, number, number]
  return { live_tensors: binding.live_handles(), live_bytes, peak_bytes, cached_bytes, allocations }
}

/** Starts peak_bytes of {@link memory_stats} anew. */
export function reset_peak_memory_stats(): void {
  binding.reset_peak()
}

/** Collects garbage in full, so that every tensor which nothing refers to is freed now. Python's gc.collect(). */
export function gc_collect(): void {
  collect_all()
}

/** Gives memory that is kept for reuse back to the system. */
export function empty_cache(): void {
  binding.empty_cache()
}
