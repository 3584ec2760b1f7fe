// Bad input throws an Error and never ends the process.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import torch from '../../lib/index'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

interface Result { calls: number, threw: number, not_errors: string[], backtraces: string[], empty: string[], works: number[] }

describe('bad calls', () => {
  it('throw an Error with a message and no C++ backtrace, by thousands, in a process that goes on', () => {
    const child = spawnSync(process.execPath, ['-r', hook, path.join(__dirname, 'bad_calls.cjs')], { encoding: 'utf8' })
    expect({ signal: child.signal, status: child.status }).toEqual({ signal: null, status: 0 })
    const result = JSON.parse(child.stdout.trim().split('\n').at(-1)!) as Result
    expect(result).toMatchObject({ not_errors: [], backtraces: [], empty: [], works: [2, 2] })
    expect(result.calls).toBeGreaterThan(2000)
    expect(result.threw).toBeGreaterThan(1500)
  })

  it.each([
    ['an argument of a wrong type', () => torch.relu('a' as never), TypeError, "relu(): argument 'input' (position 1) must be Tensor, not str"],
    ['a keyword that does not exist', () => (torch.relu as (...a: unknown[]) => unknown)(torch.ones(1), { nope: 1 }), TypeError, "relu() got an unexpected keyword argument 'nope'"],
    ['too many arguments', () => (torch.relu as (...a: unknown[]) => unknown)(torch.ones(1), 1), TypeError, 'relu() takes 1 positional argument but 2 were given'],
    ['a missing argument', () => (torch.relu as (...a: unknown[]) => unknown)(), TypeError, 'relu() missing 1 required positional argument: "input"'],
    ['shapes that do not fit', () => torch.ones(2, 3).matmul(torch.ones(2, 3)), torch.RuntimeError, 'mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)'],
    ['a dimension out of range', () => torch.ones(2).sum({ dim: 4 }), RangeError, 'Dimension out of range (expected to be in range of [-1, 0], but got 4)'],
    ['CUDA on a CPU build', () => torch.ones(1).cuda(), torch.AssertionError, 'Torch not compiled with CUDA enabled'],
    ['a backward without a graph', () => torch.ones(1).backward(), torch.RuntimeError, 'element 0 of tensors does not require grad and does not have a grad_fn'],
    ['a singular matrix', () => torch.linalg.inv(torch.zeros(2, 2)), torch.LinAlgError,
      'linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular.'],
    ['memory that nobody has', () => torch.empty([2 ** 50]), torch.OutOfMemoryError,
      "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4503599627370496 bytes. Error code 12 (Cannot allocate memory)"],
  ])('of %s throws in PyTorch\'s words', (_what, call, type, message) => {
    if (message.includes('CUDA') && torch.cuda.is_available()) return
    let error: unknown
    try {
      call()
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(type)
    expect((error as Error).message).toBe(message)
  })

  it('of a tensor that was disposed of throws', () => {
    const x = torch.ones(2)
    x.dispose()
    expect(() => x.add(1)).toThrow('this Tensor has been disposed of')
    expect(() => x.shape).toThrow('this Tensor has been disposed of')
    expect(() => torch.ones(2).add(x)).toThrow('this Tensor has been disposed of')
    expect(() => { x.dispose() }).not.toThrow()
  })

  it('shows the C++ backtrace when an environment variable asks for it', () => {
    const program = "const torch = require('./lib/index'); try { torch.ones(2, 3).matmul(torch.ones(2, 3)) } catch (e) { console.log(e.message) }"
    const run = (value: string): string => spawnSync(process.execPath, ['-r', hook, '-e', program], {
      encoding: 'utf8', cwd: path.join(__dirname, '..', '..'), env: { ...process.env, TORCH_SHOW_CPP_STACKTRACES: value },
    }).stdout
    expect(run('0').trim().split('\n')).toHaveLength(1)
    expect(run('1')).toMatch(/frame #\d+/)
  }, 120_000)
})
