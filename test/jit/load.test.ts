// Modules that Python scripted: loading, values of all types, attributes, training, messages; beside real Python.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import torch, { nn, optim } from 'torch-ts'
import { python_torch } from '../helpers/python'

const PROGRAM = `
import json, sys, torch
from torch import nn
from typing import Any, Dict, List, NamedTuple, Optional, Tuple
folder = sys.argv[1]
class Point(NamedTuple):
  x: torch.Tensor
  n: int
class Net(nn.Module):
  def __init__(self):
    super().__init__()
    self.fc = nn.Linear(2, 3)
    self.layers = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5), nn.BatchNorm1d(3))
    self.register_buffer('steps', torch.zeros(1))
    self.k = 3
    self.names: List[str] = ['a', 'b']
  def forward(self, x, scale: float = 2.0, names: Optional[List[str]] = None, sizes: Optional[Dict[str, int]] = None):
    self.steps = self.steps + 1
    y = self.layers(self.fc(x)) * scale
    return y + (0 if sizes is None else sizes['a'])
  @torch.jit.export
  def point(self, p: Point) -> Point:
    return Point(p.x + 1, p.n + 1)
  @torch.jit.export
  def mirror(self, i: int, f: float, b: bool, s: str, n: Optional[int], l: List[int], m: List[List[float]], d: Dict[int, str], t: Tuple[int, str], dev: torch.device, c: complex):
    return i, f, b, s, n, l, m, d, t, dev, c
  @torch.jit.export
  def meta(self, x):
    return x.dtype, x.device, x.shape
  @torch.jit.export
  def anything(self, x: Any) -> Any:
    return x
  @torch.jit.export
  def fails(self, x):
    raise ValueError('no way')
torch.manual_seed(0)
net = torch.jit.script(Net())
net.save(folder + '/net.pt', _extra_files={'note.txt': 'hello'})
torch.set_num_threads(1)
net = torch.jit.load(folder + '/net.pt')
def attempt(run):
  try: run()
  except Exception as error: return str(error).split('\\nCast error')[0]
x = torch.ones(4, 2)
out = dict(code=net.code, keys=list(net.state_dict()), text=repr(torch.jit.load(folder + '/net.pt')), errors=[
  attempt(lambda: net(3)), attempt(lambda: net(x, 'a')), attempt(lambda: net(x, bad=1)), attempt(lambda: net()), attempt(lambda: net(x, 1, None, None, 5)),
  attempt(lambda: net(x, names=[1])), attempt(lambda: net(x, sizes={'a': 'b'})), attempt(lambda: net(x, x=x))])
net.eval()
out['output'] = net(torch.arange(8.).view(4, 2), 0.5, sizes={'a': 1}).tolist()
net = torch.jit.load(folder + '/net.pt')
torch.manual_seed(1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
out['losses'] = []
for _ in range(5):
  loss = net(torch.arange(8.).view(4, 2)).pow(2).sum()
  optimizer.zero_grad(); loss.backward(); optimizer.step()
  out['losses'].append(loss.item())
print(json.dumps(out))
`

interface Expected { code: string, keys: string[], text: string, errors: string[], output: number[][], losses: number[] }

const python = python_torch()
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-test-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
const file = path.join(folder, 'net.pt')

const describe_beside_python = python === null ? describe.skip : describe
if (python === null) console.warn('jit: no Python torch here, nothing is loaded that Python wrote')

describe_beside_python('torch.jit.load', () => {
  fs.writeFileSync(path.join(folder, 'scripted.py'), PROGRAM) // TorchScript compiles source, which it looks for in a file
  const run = 'import sys; sys.path.insert(0, sys.argv[1]); import scripted'
  const expected = python === null ? {} as Expected : JSON.parse(python.run(run, folder)) as Expected
  const threads = torch.get_num_threads()
  beforeAll(() => torch.set_num_threads(1))
  afterAll(() => torch.set_num_threads(threads))

  it('gives a module with the names, the text and the code of the one saved', () => {
    const net = torch.jit.load(file)
    expect(Object.keys(net.state_dict())).toEqual(expected.keys)
    expect(String(net)).toBe(expected.text)
    expect(net.code).toBe(expected.code)
    expect(net.original_name).toBe('Net')
    expect([...net.named_modules()].map(([name]) => name)).toEqual(['', 'fc', 'layers', 'layers.0', 'layers.1', 'layers.2'])
    expect(net.graph).toContain('prim::CallMethod')
    expect(net.inlined_graph).toContain('aten::linear')
    expect(net.code_with_constants[0]).toBe(net.code)
    expect(net instanceof nn.Module && [...net.parameters()].every(one => one instanceof nn.Parameter)).toBe(true)
  })

  it('computes what Python computes, by position and keyword', () => {
    const net = torch.jit.load(file).eval()
    const x = torch.arange(8).to(torch.float32).view(4, 2)
    expect(net(x, 0.5, { sizes: { a: 1 } }).tolist()).toEqual(expected.output)
    expect(net(x, 0.5, null, new Map([['a', 1]])).tolist()).toEqual(expected.output)
    expect(net(x, 0.5, null, { a: 1 }).tolist()).toEqual(expected.output)
    expect(net({ x, scale: 0.5, sizes: { a: 1 } }).tolist()).toEqual(expected.output)
  })

  it('refuses arguments in the words of PyTorch', () => {
    const net = torch.jit.load(file)
    const x = torch.ones(4, 2)
    const calls = [() => net(3), () => net(x, 'a'), () => net(x, { bad: 1 }), () => net(), () => net(x, 1, null, null, 5), () => net(x, { names: [1] }),
      () => net(x, { sizes: { a: 'b' } }), () => net(x, { x })]
    const messages = calls.map(call => {
      try {
        return String(call())
      } catch (error) {
        return (error as Error).message.split('\nCast error')[0]
      }
    })
    expect(messages).toEqual(expected.errors)
  })

  it('passes values of every type both ways', () => {
    const net = torch.jit.load(file) as unknown as Record<string, (...args: unknown[]) => unknown>
    const device = torch.device('cpu')
    const given = [2n ** 60n, 1.5, true, 'ä', null, [1, 2], [[1.5], []], new Map([[1, 'one']]), [7, 'seven'], device, new torch.Complex(1, -2)]
    expect(net['mirror']!(...given)).toEqual(given)
    expect(net['mirror']!(1, 2, false, '', 3, [], [], new Map(), [0, ''], 'cpu', new torch.Complex(0, 1)))
      .toEqual([1, 2, false, '', 3, [], [], new Map(), [0, ''], device, new torch.Complex(0, 1)])
    const point = net['point']!([torch.ones(2), 1]) as { x: torch.Tensor, n: number }
    expect([point.x.tolist(), point.n]).toEqual([[2, 2], 2])
    expect(String(net['point']!({ x: torch.zeros(1), n: 1 }))).toBe('Point(x=tensor([1.]), n=2)')
    expect(net['meta']!(torch.ones(1, 2))).toEqual([6, device, [1, 2]])
    expect(net['anything']!([1, 'a'])).toEqual([1, 'a'])
    expect(net['anything']!({ a: 1 })).toEqual(new Map([['a', 1]]))
    expect(() => net['fails']!(torch.ones(1))).toThrow(/The following operation failed in the TorchScript interpreter[^]*no way/)
  })

  it('has attributes that can be read and set, and that methods change', () => {
    const net = torch.jit.load(file) as torch.jit.ScriptModule & { k: unknown, names: string[], steps: torch.Tensor, training: boolean }
    expect([net.k, net.names, net.training]).toEqual([3, ['a', 'b'], true])
    net.k = 5
    net.names = ['c']
    expect([net.k, net.names]).toEqual([5, ['c']])
    expect(() => { net.k = 'x' }).toThrow("Could not cast attribute 'k' to type int: Unable to cast 'x' to int")
    net(torch.ones(4, 2))
    expect(net.steps.item()).toBe(1)
    expect(net.steps).toBe(net.steps)
    net.eval()
    expect([...net.modules()].map(module => module.training)).toEqual([false, false, false, false, false, false])
    net.to(torch.float64)
    expect(net(torch.ones(4, 2, { dtype: torch.float64 })).dtype).toBe(torch.float64)
  })

  it('trains further to the same losses', () => {
    const net = torch.jit.load(file)
    torch.manual_seed(1)
    const optimizer = new optim.SGD(net.parameters(), 0.1, { momentum: 0.9 })
    const losses = [0, 1, 2, 3, 4].map(() => {
      const loss = net(torch.arange(8).to(torch.float32).view(4, 2)).pow(2).sum() as torch.Tensor
      optimizer.zero_grad()
      loss.backward()
      optimizer.step()
      return loss.item()
    })
    expect(losses).toEqual(expected.losses)
  })

  it('reads bytes, extra files and a map_location; save writes the same back', () => {
    const extra = { 'note.txt': '' as string | Uint8Array }
    const net = torch.jit.load(fs.readFileSync(file), 'cpu', { _extra_files: extra })
    expect(Buffer.from(extra['note.txt'] as Uint8Array).toString()).toBe('hello')
    const copy = path.join(folder, 'copy.pt')
    torch.jit.save(net, copy, { _extra_files: { more: new Uint8Array([0, 255]) } })
    expect(fs.readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
    const wanted = { more: '' as string | Uint8Array }
    const again = torch.jit.load(copy, { _extra_files: wanted })
    expect([...wanted.more as Uint8Array]).toEqual([0, 255])
    expect(String(again)).toBe(String(net))
    for (const [name, tensor] of Object.entries(net.state_dict())) expect(again.state_dict()[name]!.equal(tensor)).toBe(true)
    expect(torch.jit.load(net.save_to_buffer()).code).toBe(net.code)
  })

  it('freezes and optimizes for inference', () => {
    const net = torch.jit.load(file)
    expect(() => torch.jit.freeze(net)).toThrow('Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing.')
    const x = torch.arange(8).to(torch.float32).view(4, 2)
    const wanted = net.eval()(x, 0.5, { sizes: { a: 1 } }) as torch.Tensor
    const frozen = torch.jit.freeze(net)
    expect([...frozen.parameters()]).toEqual([])
    torch.testing.assert_close(frozen(x, 0.5, { sizes: { a: 1 } }), wanted)
    torch.testing.assert_close(torch.jit.optimize_for_inference(torch.jit.load(file).eval())(x, 0.5, { sizes: { a: 1 } }), wanted)
    const copy = torch.copy.deepcopy(net)
    torch.no_grad(() => [...net.parameters()][0]!.zero_())
    expect(copy(x, 0.5, { sizes: { a: 1 } }).equal(wanted)).toBe(true)
  })
})

describe('torch.jit', () => {
  it('names files that are not there or no TorchScript', () => {
    expect(() => torch.jit.load('/no/such/file.pt')).toThrow(new torch.ValueError('The provided filename /no/such/file.pt does not exist'))
    expect(() => torch.jit.load(folder)).toThrow(new torch.ValueError(`The provided filename ${folder} is a directory`))
    expect(() => torch.jit.load(Buffer.from('no zip at all'))).toThrow(/PytorchStreamReader failed reading zip archive/)
    expect(() => torch.jit.load(3 as never)).toThrow("load(): argument 'f' must be str or bytes, not <class 'int'>")
  })

  it('compiles source of TorchScript', () => {
    const unit = new torch.jit.CompilationUnit('def twice(x):\n    return x + x\ndef pick(l: List[int], i: int) -> int:\n    return l[i]\n')
    expect(unit['twice'](torch.ones(2)).tolist()).toEqual([2, 2])
    expect(unit['pick']([4, 5], { i: 1 })).toBe(5)
    unit.define('def half(x):\n    return x / 2\n')
    expect(unit['half'](torch.ones(1)).item()).toBe(0.5)
    expect(unit.find_function('none')).toBe(null)
    expect(unit['pick'].schema).toBe('pick(int[] l, int i) -> int')
    expect(() => new torch.jit.CompilationUnit('def f(x):\n    return y\n')).toThrow(/undefined value y/)
    expect(() => torch.jit.script((x: torch.Tensor) => x)).toThrow(/^torch.jit.script compiles Python source/)
  })
})
