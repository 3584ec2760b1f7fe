// Traces of modules and functions, read by real Python.
import path from 'node:path'
import torch, { nn } from 'torch-ts'
import { python_torch } from '../helpers/python'
import { temporary_folder } from '../helpers/temporary'
import { captured_warnings } from '../helpers/warnings'

const F = nn.functional

class SimpleCNN extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, { kernel_size: 5 })
  conv2 = new nn.Conv2d(6, 6, { kernel_size: 5 })
  fc1 = new nn.Linear(6 * 4 * 4, 50)
  drop = new nn.Dropout()
  fc2 = new nn.Linear(50, 10)

  forward(x: torch.Tensor): torch.Tensor {
    x = F.max_pool2d(F.relu(this.conv1(x)), { kernel_size: 2 })
    x = F.max_pool2d(F.relu(this.conv2(x)), { kernel_size: 2 })
    return F.log_softmax(this.fc2(this.drop(F.relu(this.fc1(x.view(-1, 96))))), { dim: 1 })
  }
}

class Nested extends nn.Module {
  first = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4))
  scale = new nn.Parameter(torch.full([1], 0.5))
  twice = this.first.at(0) as nn.Linear

  forward(x: torch.Tensor, options: torch.Tensor | null = null): [torch.Tensor, [torch.Tensor, torch.Tensor]] {
    const y = this.first(x).mul(this.scale)
    return [y, [options === null ? y.sum(1) : y.add(options), this.twice(x)]]
  }
}

const PROGRAM = `
import json, sys, torch
torch.set_num_threads(1)
def flat(x): return x.tolist() if torch.is_tensor(x) else [flat(one) for one in x]
out = {}
for name, inputs in json.loads(sys.argv[2]).items():
  module = torch.jit.load(f'{sys.argv[1]}/{name}.pt')
  with torch.no_grad(): result = module(*[torch.tensor(one, dtype=torch.float32) for one in inputs])
  out[name] = dict(result=flat(result), keys=list(module.state_dict()), names=[m.original_name for m in module.modules()], text=module.code)
print(json.dumps(out))
`

function flat(x: unknown): unknown {
  return torch.is_tensor(x) ? x.tolist() : (x as unknown[]).map(flat)
}

const python = python_torch()
const in_folder = temporary_folder()

interface Traced { script: torch.jit.ScriptModule, original: (...args: torch.Tensor[]) => unknown, inputs: torch.Tensor[], keys: string[] }

function traced_modules(): Record<string, Traced> {
  torch.manual_seed(0)
  const cnn = new SimpleCNN().eval()
  const lstm = new nn.LSTM(3, 4, { num_layers: 2, batch_first: true })
  const layer = new nn.TransformerEncoderLayer({ d_model: 8, nhead: 2, dim_feedforward: 16, batch_first: true }).eval()
  const nested = new Nested().eval()
  const several = (x: torch.Tensor, y: torch.Tensor): torch.Tensor[] => [x.add(y), x.mul(y).sum(), torch.tensor([1, 2])]
  const image = torch.randn(2, 1, 28, 28), sequence = torch.randn(2, 5, 3), words = torch.randn(2, 4, 8), rows = torch.randn(5, 3)
  const keys = (module: nn.Module): string[] => Object.keys(module.state_dict())
  return torch.no_grad(() => ({
    cnn: { script: torch.jit.trace(cnn, image), original: x => cnn(x!), inputs: [image], keys: keys(cnn) },
    lstm: { script: torch.jit.trace(lstm, [sequence]), original: x => lstm(x!), inputs: [sequence], keys: keys(lstm) },
    layer: { script: torch.jit.trace(layer, words), original: x => layer(x!), inputs: [words], keys: keys(layer) },
    nested: { script: torch.jit.trace(nested, rows), original: x => nested(x!), inputs: [rows], keys: keys(nested) },
    several: {
      script: torch.jit.trace(several, [rows, rows]) as unknown as torch.jit.ScriptModule, original: several as never, inputs: [rows, rows], keys: [],
    },
  }))
}

describe('torch.jit.trace', () => {
  const threads = torch.get_num_threads()
  beforeAll(() => torch.set_num_threads(1))
  afterAll(() => torch.set_num_threads(threads))

  it('writes files with which Python computes the same bits, under the names of state_dict', () => {
    const traced = traced_modules()
    for (const [name, { script, original, inputs }] of Object.entries(traced)) {
      expect([name, flat(torch.no_grad(() => script(...inputs)))]).toEqual([name, flat(torch.no_grad(() => original(...inputs)))])
      script.save(in_folder(`${name}.pt`))
    }
    if (python === null) return console.warn('jit: no Python torch here, traces are not loaded by it')
    const request = JSON.stringify(Object.fromEntries(Object.entries(traced).map(([name, { inputs }]) => [name, inputs.map(one => one.tolist())])))
    const found = JSON.parse(python.run(PROGRAM, path.dirname(in_folder('x')), request)) as Record<string, { result: unknown, keys: string[], names: string[], text: string }>
    for (const [name, { original, inputs, keys, script }] of Object.entries(traced)) {
      expect([name, found[name]!.result]).toEqual([name, flat(torch.no_grad(() => original(...inputs)))])
      expect(found[name]!.keys).toEqual(keys)
      if (name !== 'several') expect(found[name]!.text).toBe(script.code)
    }
    expect(found['cnn']!.names).toEqual(['SimpleCNN', 'Conv2d', 'Conv2d', 'Linear', 'Dropout', 'Linear'])
  })

  it('keeps the hierarchy: calls of modules are calls in the code, on the same tensors', () => {
    const nested = new Nested()
    const script = torch.jit.trace(nested, torch.randn(5, 3))
    expect(String(script)).toMatch(/^Nested\(\n {2}original_name=Nested\n {2}\(first\): Sequential\(\n {4}original_name=Sequential\n {4}\(0\): Linear\(original_name=Linear\)/)
    expect(script.code).toContain('(first).forward(')
    expect(script.code).toMatch(/^def forward\(self,\n {4}x: Tensor\)/)
    expect([...script.parameters()]).toHaveLength([...nested.parameters()].length)
    expect([...script.parameters()].every((one, i) => one === [...nested.parameters()][i])).toBe(true)
    const [y] = script.forward(torch.randn(5, 3)) as [torch.Tensor]
    y.sum().backward()
    expect(nested.scale.grad).not.toBe(null)
  })

  it('takes arguments by keyword and several methods', () => {
    const nested = new Nested().eval()
    const x = torch.randn(2, 3), options = torch.ones(2, 4)
    const script = torch.jit.trace(nested, { example_kwarg_inputs: { options, x } })
    expect(flat(script({ options, x }))).toEqual(flat(nested(x, options)))
    expect(() => torch.jit.trace(nested, { example_kwarg_inputs: { z: x } })).toThrow(/^'z' is not in forward\(\) method's arguments,\n +valid arguments name are \[x,options\]$/)
    class Two extends nn.Module {
      fc = new nn.Linear(2, 2)
      forward(x: torch.Tensor): torch.Tensor { return this.encode(x).relu() }
      encode(x: torch.Tensor): torch.Tensor { return this.fc(x) }
    }
    const two = new Two()
    const both = torch.jit.trace_module(two, { forward: torch.ones(1, 2), encode: [torch.ones(3, 2)] }) as torch.jit.ScriptModule & Two
    expect(both.encode(torch.ones(1, 2)).equal(two.encode(torch.ones(1, 2)))).toBe(true)
  })

  it('traces modules of TorchScript as calls', () => {
    const unit = new torch.jit.CompilationUnit('def clip(x):\n    if bool(x.sum() > 0):\n        return x\n    return -x\n')
    const fn = torch.jit.trace((x: torch.Tensor) => unit['clip'](x).add(1) as torch.Tensor, torch.ones(2))
    expect(fn(torch.full([2], -3)).tolist()).toEqual([4, 4])
    expect(torch.jit.is_tracing()).toBe(false)
  })

  it('warns of what it cannot record, and checks', async () => {
    const warnings = await captured_warnings(() => {
      torch.jit.trace((x: torch.Tensor) => (x.sum().gt(0).item() ? x.add(1) : x.add(2)), torch.ones(2))
      torch.jit.trace((x: torch.Tensor) => x.add(x.sum().item()), torch.ones(2))
      torch.jit.trace((x: torch.Tensor) => x.add(torch.tensor([1, 2])), torch.ones(2))
    })
    const dataflow = " might cause the trace to be incorrect. We can't record the data flow of Python values, so this value will be treated as a constant in the "
      + 'future. This means that the trace might not generalize to other inputs!'
    expect(warnings.slice(0, 2)).toEqual([`TracerWarning: Converting a tensor to a Python boolean${dataflow}`, `TracerWarning: Converting a tensor to a Python number${dataflow}`])
    const drop = await captured_warnings(() => torch.jit.trace(new nn.Dropout(), torch.ones(64)))
    expect(drop[0]).toMatch(/^TracerWarning: Trace had nondeterministic nodes. Did you forget call .eval\(\) on your model\? Nodes:/)
    expect(drop[1]).toMatch(/^TracerWarning: Output nr 1. of the traced function does not match the corresponding output of the Python function. Detailed error:/)
    let count = 0
    expect(() => torch.jit.trace((x: torch.Tensor) => (count++ === 0 ? x.add(1) : x.mul(2)), torch.ones(2))).toThrow(/^Tracing failed sanity checks!\nERROR: Graphs differed/)
    expect(() => torch.jit.trace((x: torch.Tensor) => x.view(x.shape[0]! * 2), torch.ones(3, 2), { check_inputs: [torch.ones(4, 2)] }))
      .toThrow(/encountered an exception while running the trace with test inputs/)
  })

  it('refuses what cannot be traced', () => {
    const x = torch.ones(1)
    expect(() => torch.jit.trace((a: unknown) => a, [3])).toThrow("Type 'Tuple[int]' cannot be traced. Only Tensors and (possibly nested) Lists, Dicts, and Tuples of Tensors can be traced")
    expect(() => torch.jit.trace(() => undefined, [x])).toThrow("The traced function didn't return any values! Side-effects are not captured in traces, so it would be a no-op.")
    expect(() => torch.jit.trace(() => 'a', [x])).toThrow('Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions')
    expect(() => torch.jit.trace((a: torch.Tensor) => ({ a }), [x])).toThrow(/^Encountering a dict at the output of the tracer might cause the trace to be incorrect/)
    const dict = torch.jit.trace((a: torch.Tensor) => ({ a }), [x], { strict: false })
    expect(flat([...(dict(x) as Map<string, torch.Tensor>).values()])).toEqual([[1]])
    expect(() => torch.jit.trace(() => { throw new RangeError('mine') }, [x])).toThrow(new RangeError('mine'))
    expect(torch.jit.is_tracing()).toBe(false)
    expect(() => torch.jit.trace(x as never, [x])).toThrow("trace(): argument 'func' must be a Module or a function")
  })
})
