// Programs that Python exported or compiled: AOTInductor's packages are run, torch.export's archives are read; beside real Python.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import torch, { nn } from 'torch-ts'
import { python_torch } from '../helpers/python'

const PROGRAM = `
import json, os, shutil, sys
folder = sys.argv[1]
os.environ['TORCHINDUCTOR_CACHE_DIR'] = folder + '/cache'
import torch
class Net(torch.nn.Module):
  def __init__(self):
    super().__init__()
    self.fc = torch.nn.Linear(4, 3)
    self.tied = torch.nn.Linear(4, 3)
    self.tied.weight = self.fc.weight
    self.register_buffer('steps', torch.arange(3.))
    self.register_buffer('narrow', torch.ones(3, dtype=torch.bfloat16), persistent=False)
    self.table = torch.tensor([2., 1., 1.])
  def forward(self, x, more, *, scale):
    y = torch.relu(self.fc(x) + self.tied(x)) * self.table + more['k'] * scale[0] + self.narrow
    return {'y': y, 'z': (self.steps + x.sum(), [y.sum()])}
torch.manual_seed(0)
net = Net().eval()
x, k, s = torch.randn(2, 4), torch.randn(3), torch.tensor(3.)
program = torch.export.export(net, (x, {'k': k}), {'scale': [s]})
torch.export.save(program, folder + '/program.pt2', extra_files={'note': 'hello'})
# As before PyTorch 2.8.
from torch._export.serde.serialize import serialize
import zipfile
parts = serialize(program)
with zipfile.ZipFile(folder + '/old.pt2', 'w') as old:
  old.writestr('serialized_exported_program.json', parts.exported_program)
  for name in ('state_dict', 'constants', 'example_inputs'): old.writestr(f'serialized_{name}.pt', getattr(parts, name))
  old.writestr('version', '8.8')
  old.writestr('extra_files/note', 'hello')
signature = program.graph_signature
def outputs(module):
  with torch.no_grad(): out = module(x, {'k': k}, scale=[s])
  return [out['y'].tolist(), out['z'][0].tolist(), out['z'][1][0].tolist()]
result = dict(inputs=[x.tolist(), k.tolist(), s.item()], outputs=outputs(net), weights={key: t.tolist() for key, t in program.state_dict.items()},
  constants={key: t.tolist() for key, t in program.constants.items()}, parameters=list(signature.parameters), buffers=list(signature.buffers),
  user_inputs=list(signature.user_inputs), user_outputs=list(signature.user_outputs), targets=[str(n.target) for n in program.graph.nodes if n.op == 'call_function'],
  compiled=None, why='there is no C++ compiler')
if any(shutil.which(one) for one in (os.environ.get('CXX'), 'g++', 'clang++', 'cl') if one):
  try:
    import torch._inductor.config as config
    # Less to compile: no headers beforehand, no search for the processor's vectors.
    for owner, name, value in ((config, 'cpp_cache_precompile_headers', False), (config.aot_inductor, 'precompile_headers', False), (config.cpp, 'simdlen', 1)):
      if hasattr(owner, name): setattr(owner, name, value)
    torch._inductor.aoti_compile_and_package(program, package_path=folder + '/compiled.pt2', inductor_configs={
      'aot_inductor.compile_wrapper_opt_level': 'O0', 'aot_inductor.metadata': {'note': 'hello'}, 'compile_threads': 1})
    model = torch._inductor.aoti_load_package(folder + '/compiled.pt2')
    result['compiled'] = dict(outputs=outputs(model), constants=sorted(model.get_constant_fqns()), metadata=model.get_metadata())
  except Exception as error:
    result['why'] = f'{type(error).__name__}: {error}'[:500]
print('\\n' + json.dumps(result))
`

interface Result {
  inputs: [number[][], number[], number]
  outputs: unknown[]
  weights: Record<string, unknown>
  constants: Record<string, unknown>
  parameters: string[]
  buffers: string[]
  user_inputs: string[]
  user_outputs: string[]
  targets: string[]
  compiled: { outputs: unknown[], constants: string[], metadata: Record<string, string> } | null
  why: string
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-test-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => path.join(folder, name)

const python = python_torch()
const release = (version: string): string => version.replace(/\+.*/, '')
const fits = python !== null && release(python.version) === release(torch.__version__)
if (!fits) console.warn('export/package: no Python torch of this version here, its packages are not tested')
const expected = fits ? JSON.parse(python.run(PROGRAM, folder).trim().split('\n').at(-1)!) as Result : null
const compiled = expected?.compiled ?? null
if (expected !== null && compiled === null) console.warn(`export/package: AOTInductor compiles nothing here (${expected.why}), its packages are not tested`)

interface Outputs { y: torch.Tensor, z: [torch.Tensor, [torch.Tensor]] }

function inputs(): [x: torch.Tensor, more: Record<string, torch.Tensor>, kwargs: { scale: torch.Tensor[] }] {
  const [x, k, s] = expected!.inputs
  return [torch.tensor(x), { k: torch.tensor(k) }, { scale: [torch.tensor(s)] }]
}

function flat({ y, z }: Outputs): unknown[] {
  return [y.tolist(), z[0].tolist(), z[1][0].tolist()]
}

const ifpython = (name: string, run: () => void): void => it(name, () => { if (expected !== null) run() })
const ifcompiled = (name: string, run: () => void): void => it(name, () => { if (compiled !== null) run() })

describe('torch._inductor.aoti_load_package', () => {
  ifcompiled('runs a compiled program with nested inputs and outputs as Python does', () => {
    const model = torch._inductor.aoti_load_package(file('compiled.pt2'))
    expect(flat(model(...inputs()) as Outputs)).toEqual(compiled!.outputs)
    expect(model.get_constant_fqns().sort()).toEqual(compiled!.constants)
    expect(model.get_metadata()).toEqual(compiled!.metadata)
    expect(model.get_metadata().note).toBe('hello')
  })

  ifcompiled('refuses inputs that the program was not compiled for', () => {
    const model = torch._inductor.aoti_load_package(file('compiled.pt2'))
    const [x, more, kwargs] = inputs()
    expect(() => model(torch.ones([2, 5]), more, kwargs)).toThrow('unmatched dim value at 1, expected: 4, but got: 5')
    expect(() => model(x.to({ dtype: torch.int64 }), more, kwargs)).toThrow('unmatched dtype')
    expect(() => model(x, more)).toThrow("kwargs must have the key 'scale'")
    expect(() => model(x, {}, kwargs)).toThrow("args[1] must have the key 'k'")
    expect(() => model(x, kwargs)).toThrow("args[1] must have the key 'k'")
    expect(() => model(x)).toThrow('args must have 2 values, but got 1')
    expect(() => model(x, more, { ...kwargs, other: x })).toThrow("forward() got an unexpected keyword argument 'other'")
    expect(() => model(x, { k: 3 }, kwargs)).toThrow('expected inputs vector size to be 3, but got 2')
  })

  ifcompiled('replaces constants by name', () => {
    const model = torch._inductor.aoti_load_package(file('compiled.pt2'))
    const weights = Object.fromEntries(Object.entries(torch.export.load(file('program.pt2')).state_dict).filter(([name]) => compiled!.constants.includes(name)))
    const zeros = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, torch.zeros_like(tensor)]))
    model.load_constants(zeros, { check_full_update: false })
    expect(flat(model(...inputs()) as Outputs)).not.toEqual(compiled!.outputs)
    model.load_constants(weights, { check_full_update: false })
    expect(flat(model(...inputs()) as Outputs)).toEqual(compiled!.outputs)
    expect(() => model.load_constants({ nothing: torch.ones([1]) }, { check_full_update: false })).toThrow("the package has no constant 'nothing'")
    const weight = compiled!.constants.find(name => name.endsWith('.weight'))!
    expect(() => model.load_constants({ [weight]: torch.ones([3]) }, { check_full_update: false })).toThrow(
      `the constant '${weight}' is of shape [3, 4] and dtype Float, but got [3] and Float`)
    expect(() => model.load_constants({}, { check_full_update: true })).toThrow('Cannot find constants')
  })

  ifcompiled('throws for a damaged package, and for a name that it does not have', () => {
    const bytes = fs.readFileSync(file('compiled.pt2'))
    fs.writeFileSync(file('short.pt2'), bytes.subarray(0, bytes.length / 2))
    expect(() => torch._inductor.aoti_load_package(file('short.pt2'))).toThrow('PytorchStreamReader failed reading zip archive')
    bytes[bytes.length >> 1]! ^= 1
    fs.writeFileSync(file('flipped.pt2'), bytes)
    expect(() => torch._inductor.aoti_load_package(file('flipped.pt2'))).toThrow('the file is corrupted')
    expect(() => torch._inductor.aoti_load_package(file('compiled.pt2'), { model_name: 'other' })).toThrow("Failed to find model 'other'")
    expect(() => torch.export.load(file('compiled.pt2'))).toThrow('it was compiled by AOTInductor, and torch._inductor.aoti_load_package runs it')
  })

  it('throws for what is no package', () => {
    fs.writeFileSync(file('text.pt2'), 'no zip file at all, but long enough to look for a directory in it')
    torch.save({ a: torch.ones([1]) }, file('weights.pt2'))
    expect(() => torch._inductor.aoti_load_package(file('absent.pt2'))).toThrow('does not exist')
    expect(() => torch._inductor.aoti_load_package(folder)).toThrow('is a directory')
    expect(() => torch._inductor.aoti_load_package(file('text.pt2'))).toThrow('failed finding central directory')
    expect(() => torch._inductor.aoti_load_package(file('weights.pt2'))).toThrow('holds no program that AOTInductor compiled')
    expect(() => torch._inductor.aoti_load_package(3 as never)).toThrow("argument 'path' must be str")
    expect(() => torch.export.load(file('text.pt2'))).toThrow('failed finding central directory')
    expect(() => torch.export.load(file('weights.pt2'))).toThrow('the file is no archive of torch.export.save')
    expect(() => torch.export.load(3 as never)).toThrow("argument 'f' must be str or bytes")
  })
})

describe('torch.export.load', () => {
  const read_all = (name: string) => (): void => {
    const extra_files = { note: '' }
    const program = torch.export.load(file(name), { extra_files })
    const lists = (tensors: Record<string, torch.Tensor>): unknown => Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [name, t.tolist()]))
    expect(lists(program.state_dict)).toEqual(expected!.weights)
    expect(lists(program.constants)).toEqual(expected!.constants)
    expect(program.constants.narrow!.dtype).toBe(torch.bfloat16)
    expect(program.state_dict['fc.weight']).toBeInstanceOf(nn.Parameter)
    expect(program.state_dict['fc.weight']!.requires_grad).toBe(true)
    expect(program.state_dict['fc.weight']!.data_ptr()).toBe(program.state_dict['tied.weight']!.data_ptr())
    const { parameters, buffers, user_inputs, user_outputs } = program.graph_signature
    expect({ parameters, buffers, user_inputs, user_outputs }).toEqual({
      parameters: expected!.parameters, buffers: expected!.buffers, user_inputs: expected!.user_inputs, user_outputs: expected!.user_outputs })
    expect(program.graph.nodes.map(node => node.target)).toEqual(expected!.targets.map(name => `torch.ops.${name}`))
    expect(String(program)).toContain('= torch.ops.aten.relu.default(')
    const [[x, more], kwargs] = program.example_inputs as unknown as [[torch.Tensor, { k: torch.Tensor }], { scale: torch.Tensor[] }]
    expect([x.tolist(), more.k.tolist(), kwargs.scale[0]!.item()]).toEqual(expected!.inputs)
    expect(extra_files.note).toBe('hello')
  }

  ifpython('reads weights, constants, signature, graph and example inputs', read_all('program.pt2'))

  ifpython('reads the archives of before PyTorch 2.8', read_all('old.pt2'))

  ifpython('reads into a module of the same names', () => {
    const { state_dict } = torch.export.load(fs.readFileSync(file('program.pt2')))
    const fc = new nn.Linear(4, 3)
    fc.load_state_dict({ weight: state_dict['fc.weight']!, bias: state_dict['fc.bias']! })
    expect(fc.weight.tolist()).toEqual(expected!.weights['fc.weight'])
  })

  ifpython('does not run, and says what does', () => {
    const program = torch.export.load(file('program.pt2')) as unknown as { (x: torch.Tensor): never, module(): never }
    const message = 'libtorch has no executor for exported programs outside Python. Compile it there with torch._inductor.aoti_compile_and_package'
    expect(() => program(torch.ones([2, 4]))).toThrow(torch.NotImplementedError)
    expect(() => program(torch.ones([2, 4]))).toThrow(message)
    expect(() => program.module()).toThrow(message)
  })

  ifpython('throws an Error for every damaged archive', () => {
    const bytes = fs.readFileSync(file('program.pt2'))
    let read = 0
    for (let i = 0; i < 300; i++) {
      const changed = Buffer.from(i % 3 === 0 ? bytes.subarray(0, Math.floor(bytes.length * i / 300)) : bytes)
      if (i % 3 !== 0) changed[Math.floor(bytes.length * i / 300)]! ^= 1 << i % 8
      try {
        torch.export.load(changed)
        read++
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }
    expect(read).toBeLessThan(150) // padding between entries may change
  })
})
