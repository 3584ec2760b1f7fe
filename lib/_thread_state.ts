// A state of the thread, such as a gradient mode, that a callback (also an asynchronous one) or a `using` scope changes.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * An asynchronous callback keeps its own state across each await, while other work on the thread runs under the thread's:
 * while such a callback is on its way, a hook switches states whenever Node enters a piece of it.
 */
export class ThreadState<State> {
  readonly #read: () => State
  readonly #write: (state: State) => void
  readonly #scopes = new AsyncLocalStorage<{ state: State }>()
  readonly #outside: State[] = []
  #pending = 0

  readonly #hook = createHook({
    before: () => {
      const scope = this.#scopes.getStore()
      if (!scope) return
      this.#outside.push(this.#read())
      this.#write(scope.state)
    },
    after: () => {
      const scope = this.#scopes.getStore()
      if (!scope || this.#outside.length === 0) return
      scope.state = this.#read()
      this.#write(this.#outside.pop()!)
    },
  })

  constructor(read: () => State, write: (state: State) => void) {
    this.#read = read
    this.#write = write
  }

  /**
   * Runs a callback with a state in force until it returns, or until the promise that it returns settles.
   *
   * @param ended - called when the callback is done
   */
  run<T>(state: State, callback: () => T, ended?: () => void): T {
    const before = this.#read()
    let result: T | undefined
    this.#write(state)
    try {
      result = this.#scopes.run({ state }, callback)
    } finally {
      this.#write(before)
      if (!is_promise(result)) ended?.()
    }
    return is_promise(result) ? this.#settled(result, ended) as T : result as T
  }

  /** The same for a callback, and a guard that ends the state where there is none: what functions with both forms give. */
  scoped<T>(state: State, callback: (() => T) | undefined, name: string): T | StateGuard {
    if (callback !== undefined) {
      if (typeof callback !== 'function') throw new TypeError(`${name}() takes a function, or nothing: using _ = torch.${name}()`)
      return this.run(state, callback)
    }
    const before = this.#read()
    this.#write(state)
    return new StateGuard(() => { this.#write(before) })
  }

  async #settled(promise: PromiseLike<unknown>, ended?: () => void): Promise<unknown> {
    if (this.#pending++ === 0) this.#hook.enable()
    try {
      return await promise
    } finally {
      if (--this.#pending === 0) this.#hook.disable()
      ended?.()
    }
  }
}

/** Puts a state in force until it is disposed of: what `using _ = torch.no_grad()` holds. */
export class StateGuard implements Disposable {
  #end: (() => void) | null

  /** @param end - ends the state */
  constructor(end: () => void) {
    this.#end = end
  }

  /** Ends the state; a second call does nothing. */
  [Symbol.dispose](): void {
    const end = this.#end
    this.#end = null
    end?.()
  }
}
