// Python's own helpers that ported scripts use: enumerate, zip, range. No PyTorch counterpart.

/** Pairs of a running number and each element: `for (const [i, x] of enumerate(xs))`. */
export function enumerate<T>(iterable: Iterable<T>, start = 0): Generator<[number, T], void, undefined> {
  return numbered(iterable[Symbol.iterator](), start)
}

// The iterator is made when enumerate is called, as in Python: making a DataLoader's draws a random number.
function* numbered<T>(iterator: Iterator<T>, start: number): Generator<[number, T], void, undefined> {
  let i = start
  for (const value of { [Symbol.iterator]: () => iterator }) yield [i++, value]
}

type Elements<T extends readonly Iterable<unknown>[]> = { [K in keyof T]: T[K] extends Iterable<infer E> ? E : never }

/** Tuples of the elements at the same place, until the shortest iterable ends. */
export function zip<T extends readonly Iterable<unknown>[]>(...iterables: T): Generator<Elements<T>, void, undefined> {
  return zipped<T>(iterables.map(iterable => iterable[Symbol.iterator]()))
}

function* zipped<T extends readonly Iterable<unknown>[]>(iterators: readonly Iterator<unknown>[]): Generator<Elements<T>, void, undefined> {
  try {
    for (;;) {
      const steps: IteratorResult<unknown>[] = []
      for (const iterator of iterators) {
        const step = iterator.next()
        if (step.done) return
        steps.push(step)
      }
      if (steps.length === 0) return
      yield steps.map(step => step.value) as Elements<T>
    }
  } finally {
    for (const iterator of iterators) iterator.return?.()
  }
}

/** Whole numbers: `range(stop)`, `range(start, stop)` or `range(start, stop, step)`. @throws {RangeError} if step is 0. */
export function* range(start: number, stop?: number, step = 1): Generator<number, void, undefined> {
  if (![start, stop ?? 0, step].every(Number.isInteger)) throw new TypeError('range() takes integers')
  if (step === 0) throw new RangeError('range() arg 3 must not be zero')
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  for (let i = from; step > 0 ? i < to : i > to; i += step) yield i
}
