// Operators of a library that the user compiles.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import torch, { type ScriptClass, type Tensor } from '../../lib/index'
import { temporary_folder } from '../helpers/temporary'

const root = path.join(__dirname, '..', '..')

interface Manifest { builds: { libtorch: { root: string, lib_dir: string } }[] }

function compile(target: string): void {
  const { libtorch } = (JSON.parse(readFileSync(path.join(root, 'build', 'manifest.json'), 'utf8')) as Manifest).builds[0]!
  execFileSync(process.env['CXX'] ?? 'c++', ['-std=c++20', '-O0', '-shared', '-fPIC', '-w', path.join(__dirname, 'custom.cpp'), '-o', target,
    `-I${libtorch.root}/include`, `-I${libtorch.root}/include/torch/csrc/api/include`, `-L${libtorch.lib_dir}`, '-ltorch_cpu', '-lc10'])
}

describe('torch.ops.load_library', () => {
  const temporary = temporary_folder()

  it('makes a library\'s operators callable, with keywords, defaults and errors', () => {
    const library = temporary('custom.so')
    compile(library)
    torch.ops.load_library(library)
    const scaled_add = torch.ops['torch_ts_test']!['scaled_add']!
    const [x, y] = [torch.ones(2), torch.ones(2)]
    expect((scaled_add(x, y) as Tensor).tolist()).toEqual([3, 3])
    expect((scaled_add(x, y, { scale: 0.5 }) as Tensor).tolist()).toEqual([1.5, 1.5])
    expect(() => scaled_add(x)).toThrow('scaled_add() missing 1 required positional argument: "y"')
    expect(scaled_add['default']!._schema).toBe('torch_ts_test::scaled_add(Tensor x, Tensor y, *, float scale=2.) -> Tensor')
  }, 120_000)

  it('makes its classes: their methods, and their objects as arguments', () => {
    const { Counter } = torch.classes['torch_ts_test']! as { Counter: ScriptClass }
    const counter = new Counter(5) as torch.jit.ScriptObject & { add(by: number): number }
    expect([counter.add(2), counter.add(-1), String(counter)]).toEqual([7, 6, '<torch.ScriptObject of Counter>'])
    expect((torch.ops['torch_ts_test']!['counted']!(counter, torch.ones(2)) as Tensor).tolist()).toEqual([7, 7])
    const [first, second] = [Counter(), Counter({ start: 3 })] as (typeof counter)[]
    expect([first!.add(0), second!.add(0)]).toEqual([1, 3])
    expect(() => Counter('a')).toThrow("__init__() Expected a value of type 'int' for argument 'start' but instead found type 'str'.")
    expect(() => torch.ops['torch_ts_test']!['counted']!(1, torch.ones(2))).toThrow("argument 'counter' (position 1) must be torch._C.ScriptObject, not int")
  })

  it('says what is wrong with a file', () => {
    expect(() => { torch.ops.load_library(temporary('none.so')) }).toThrow(/^Could not load this library: .*none\.so: no such file$/)
    expect(() => { torch.ops.load_library(__filename) }).toThrow(/^Could not load this library: /)
    expect(() => { torch.ops.load_library(1 as never) }).toThrow("load_library(): argument 'path' must be str, not number")
  })
})
