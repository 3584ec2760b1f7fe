// Ordered hooks that can be taken away again.
import type { RemovableHandle } from '../tensor'

/** Functions in the order in which they are called. */
export class Hooks<F> implements Iterable<F> {
  #entries: { hook: F }[] = []

  /** Adds a hook at the end, or at the start. */
  add(hook: F, prepend = false): RemovableHandle {
    if (typeof hook !== 'function') throw new TypeError(`a hook must be a function, not ${typeof hook}`)
    const entry = { hook }
    this.#entries = prepend ? [entry, ...this.#entries] : [...this.#entries, entry]
    const remove = (): void => {
      this.#entries = this.#entries.filter(one => one !== entry)
    }
    return { remove, [Symbol.dispose]: remove }
  }

  * [Symbol.iterator](): Iterator<F> {
    for (const { hook } of this.#entries) yield hook
  }

  get size(): number {
    return this.#entries.length
  }
}
