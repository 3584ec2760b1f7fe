// Memory stays flat in synchronous loops that dispose of nothing. Each loop has a process of its own.
import { execFileSync } from 'node:child_process'
import path from 'node:path'

interface Result { start: number, peak: number, end: number, live_tensors: number }

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

const results = new Map<string, Result>()

function run(...args: string[]): Result {
  const key = args.join(' ')
  const result = results.get(key) ?? run_anew(args)
  results.set(key, result)
  return result
}

function run_anew(args: string[]): Result {
  const output = execFileSync(process.execPath, ['-r', hook, path.join(__dirname, 'loops.cjs'), ...args], {
    encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  return JSON.parse(output) as Result
}

describe('memory without dispose()', () => {
  it('stays within 250 MB over 100,000 tensors of 1 MB', () => {
    const { start, peak } = run('fresh')
    expect(peak - start).toBeLessThan(250)
  })

  it.each([
    ['a variable that is bound again and again', 'rebind', 250],
    ['the last 1,000 losses in an array', 'losses', 150],
    ['graphs with backward', 'backward', 250],
    ['a ring of tensors', 'ring', 300],
    ['a hook on every graph', 'hooks', 150],
  ])('stays flat with %s', (_what, name, bound) => {
    const { start, peak } = run(name)
    expect(peak - start).toBeLessThan(bound)
  })

  it('stays flat over 20 passes through a folder of JPEGs', () => {
    const { start, peak, live_tensors } = run('images')
    expect(peak - start).toBeLessThan(60)
    expect(live_tensors).toBeLessThan(10)
  })

  it('leaves no tensor behind', () => {
    expect(run('hooks').live_tensors).toBeLessThan(10)
  })

  it.each(['fresh', 'backward'])('stays flat in a worker thread: %s', name => {
    const { start, peak } = run(name, 'worker')
    expect(peak - start).toBeLessThan(250)
  })
})
