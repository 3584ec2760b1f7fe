// enumerate, zip and range: Python's own. And the Python of the tests (test/helpers/python.ts).
import { once } from 'node:events'
import { enumerate, range, zip } from '../lib/_helpers'
import { python_torch } from './helpers/python'

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

describe('Python programs of the tests', () => {
  const python = python_torch()
  if (python === null) console.warn('helpers: no Python torch here')

  const result_of = async (program: string, ...args: string[]): Promise<{ code: number, stdout: string, stderr: string }> => {
    const child = python!.spawn(program, ...args)
    const texts = Promise.all([child.stdout, child.stderr].map(async stream => Buffer.concat(await stream.toArray() as Buffer[]).toString()))
    const [code] = await once(child, 'exit') as [number]
    const [stdout, stderr] = await texts as [string, string]
    return { code, stdout, stderr }
  }

  it('begin where a new process begins', async () => {
    if (python === null) return
    const first = await result_of('import sys, torch; print(sys.argv, __name__); torch.manual_seed(1); torch.set_num_threads(1); sys.made = 1', 'a', 'b')
    expect(first).toEqual({ code: 0, stdout: "['-c', 'a', 'b'] __main__\n", stderr: '' })
    const second = python.run("import sys, torch; print(hasattr(sys, 'made'), torch.initial_seed() == 1, sys.stdin.read() == '')")
    expect(second).toBe('False False True\n')
  })

  it('tell their output, errors and exit codes', async () => {
    if (python === null) return
    expect(await result_of('import sys; print(1); sys.exit(3)')).toEqual({ code: 3, stdout: '1\n', stderr: '' })
    expect(await result_of('import sys; sys.exit("no")')).toEqual({ code: 1, stdout: '', stderr: 'no\n' })
    expect(await result_of('print("äöü")\nraise ValueError("three")')).toEqual({
      code: 1, stdout: 'äöü\n', stderr: 'Traceback (most recent call last):\n  File "<string>", line 2, in <module>\nValueError: three\n'
    })
    if (process.env.TORCH_TS_TEST_PYTHON) expect(await result_of('import os; os.abort()')).toEqual({ code: 1, stdout: '', stderr: 'the program was ended by signal 6\n' })
  })

  it('end with the process that asked for them', async () => {
    if (python === null) return
    const client = python.spawn('import os, time; print(os.getpid(), flush=True); time.sleep(1000)')
    const [line] = await once(client.stdout, 'data') as [Buffer]
    client.kill()
    await once(client, 'exit')
    const runs = (): boolean => {
      try {
        return process.kill(Number(line), 0)
      } catch {
        return false
      }
    }
    while (runs()) await new Promise(resolve => setTimeout(resolve, 5))
  })
})
