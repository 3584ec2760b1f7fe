// When to collect garbage: a synchronous loop never reaches the event loop, so tensors must be freed by collections that we
// force ourselves, counted by the bytes that tensors really take (docs/architecture.md). No PyTorch counterpart.
import v8 from 'node:v8'
import vm from 'node:vm'
import { binding } from './_C'
import { COLLECT, RELEASED, WARNED, read_ints, tape } from './_tape'

type Collector = (options?: { type: 'minor' | 'major' }) => void

// On Node 20 gc({ type: 'major' }) runs a minor collection, while gc() runs a full one.
function collector(): Collector {
  if (typeof globalThis.gc === 'function') return globalThis.gc as Collector
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc') as Collector
}

const gc = collector()

/** Bytes that tensors may take between two minor collections. Fewer cost more collections, more cost page faults. */
const THRESHOLD = 8 * 2 ** 20
binding.collect_after(THRESHOLD)

// The live bytes after the last full collection: what really is in use, as far as we know.
let floor = 0

/** A minor collection, and a full one when tensors stay: wrappers that lived through two minor ones need it. */
function collect(): void {
  gc({ type: 'minor' })
  const live = binding.collected()
  if (live > 1.5 * floor + 2 * THRESHOLD) collect_all()
  else if (live < floor) floor = live
}

/** A full collection: every tensor that nothing refers to is freed. */
export function collect_all(): void {
  gc()
  floor = binding.collected()
}

/** Runs what makes many tensors that all stay, such as the reading of a file: collections in between would find nothing. */
export function without_collections<T>(run: () => T): T {
  binding.collect_after(Number.MAX_SAFE_INTEGER)
  try {
    return run()
  } finally {
    binding.collect_after(THRESHOLD)
  }
}

/** JavaScript values that C++ refers to by number, such as hooks; dropped when C++ lets go of the number. */
export const kept = new Map<number, unknown>()
let last_id = 0

/** Keeps a value for C++ and gives its number. */
export function keep(value: unknown): number {
  last_id = last_id === 2 ** 31 - 1 ? 1 : last_id + 1
  while (kept.has(last_id)) last_id++
  kept.set(last_id, value)
  return last_id
}

const warned = new Set<string>()

// Each text once, as Python's default filter does for a place. Those of the tracer come with their class's name.
function warn(messages: readonly string[]): void {
  for (const message of messages) {
    if (warned.has(message)) continue
    warned.add(message)
    const traced = message.startsWith('TracerWarning: ')
    process.emitWarning(traced ? message.slice(15) : message, traced ? 'TracerWarning' : 'UserWarning')
  }
}

/** Shows what libtorch has to warn of now; otherwise the next call of an operator does. */
export function show_warnings(): void {
  warn(binding.warnings().split('\0').slice(0, -1))
}

/** Sees to what C++ asked for by the flags in slot 0. Call when the results have been read. */
export function attend(): void {
  const flags = tape.f64[0]!
  tape.f64[0] = 0
  if (flags & RELEASED) {
    binding.released()
    for (const id of read_ints()) kept.delete(id)
    tape.f64[0] = 0
  }
  if (flags & WARNED) show_warnings()
  if (flags & COLLECT) {
    collect()
    tape.f64[0] = 0
  }
}
