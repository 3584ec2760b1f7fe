// enumerate, zip and range: Python's own.
import { enumerate, range, zip } from '../lib/_helpers'

describe('enumerate, zip and range', () => {
  it('give what Python gives', () => {
    expect([...enumerate(['a', 'b'])]).toEqual([[0, 'a'], [1, 'b']])
    expect([...enumerate(['a'], 5)]).toEqual([[5, 'a']])
    expect([...zip([1, 2, 3], ['a', 'b'])]).toEqual([[1, 'a'], [2, 'b']])
    expect([...zip()]).toEqual([])
    expect([[...range(3)], [...range(1, 3)], [...range(3, 0, -2)]]).toEqual([[0, 1, 2], [1, 2], [3, 1]])
    expect(() => [...range(0, 1, 0)]).toThrow('range() arg 3 must not be zero')
    expect(() => [...range(0.5)]).toThrow(TypeError)
  })

  it('make the iterators at once and end them on break', () => {
    const log: string[] = []
    const source = {
      [Symbol.iterator]() {
        log.push('made')
        return { next: () => ({ done: false, value: 1 }), return: () => (log.push('ended'), { done: true as const, value: undefined }) }
      },
    }
    const pairs = enumerate(source)
    const tuples = zip(source, source)
    expect(log).toEqual(['made', 'made', 'made'])
    for (const _ of pairs) break
    for (const _ of tuples) break
    expect(log.slice(3)).toEqual(['ended', 'ended', 'ended'])
  })
})
