// Objects that can be called, as Python's objects with __call__ can.

/**
 * Base of classes whose instances are functions: calling one calls its `__call__`.
 *
 * The constructor returns an arrow function with the prototype of the class. A class that extends this one directly sees its
 * own fields on it, since `this` is what `super()` returned.
 */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Callable).__call__(...args as never[])
    // A function's own `name` and `length` would stand in the way of fields of these names.
    delete (self as { name?: string }).name
    delete (self as { length?: number }).length
    return Object.setPrototypeOf(self, new.target.prototype) as this
  }

  protected abstract __call__(...args: never[]): unknown
}

/** An instance of the same class as `original`, without fields: no constructor runs. */
export function blank_like<T extends Callable>(original: T): T {
  return Reflect.construct(Callable, [], Object.getPrototypeOf(original).constructor as new () => T) as T
}
