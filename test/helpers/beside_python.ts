// Modules beside Python's, from the same seeds: initial values, texts, outputs and gradients in training and evaluation, warnings and
// messages. With the same version of libtorch every bit is the same.
import torch, { nn } from 'torch-ts'
import { python_torch } from './python'
import { captured_warnings } from './warnings'

/** Python's `module | arguments of its call`, and both here. */
export type Run = [python: string, make: () => nn.Module, args: () => unknown[]]
/** A Python expression and the same here: a value, or an error. */
export type Value = [python: string, run: () => unknown]

const MODES = ['train', 'eval', 'no_grad'] as const

const PROGRAM = `
import json, math, re, sys, warnings, torch
import torch.nn.functional as F
from torch import nn
torch.set_num_threads(1)
seen = set()
def flat(x):
  if torch.is_tensor(x): return x.to_padded_tensor(-1.0).tolist() if x.is_nested else x.tolist()
  if isinstance(x, (tuple, list)): return [flat(one) for one in x]
  return x
def tensors(x):
  return [x] if torch.is_tensor(x) else [t for one in x for t in tensors(one)] if isinstance(x, (tuple, list)) else []
def attempt(run):
  with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    try: result = run()
    except Exception as error: result = [type(error).__name__, str(error)]
  texts = [f"{one.category.__name__}: {re.sub(' .Triggered internally at.*', '', str(one.message))}" for one in caught
    if not re.search(request['once'], str(one.message))]
  return dict(result=result, warnings=[text for text in texts if not (text in seen or seen.add(text))])
def run_mode(make, call, mode):
  torch.manual_seed(1)
  module = eval(make).train(mode == 'train')
  torch.manual_seed(2)
  with torch.set_grad_enabled(mode != 'no_grad'):
    output = eval('module(' + call + ')', dict(globals(), module=module))
  grads = {}
  if mode == 'train':
    sum((t * torch.linspace(-1, 1, t.numel()).view(t.shape)).sum() for t in tensors(output)).backward()
    grads = {name: flat(p.grad) for name, p in module.named_parameters()}
  return [flat(output), grads, torch.rand(1).item()]
def built(make):
  torch.manual_seed(1)
  module = eval(make)
  return [repr(module), {name: flat(t) for name, t in module.state_dict().items()}, torch.rand(1).item()]
def run(code):
  make, call = code.split(' | ')
  return dict(built=attempt(lambda: built(make)), **{mode: attempt(lambda: run_mode(make, call, mode)) for mode in ('train', 'eval', 'no_grad')})
def value(code):
  torch.manual_seed(1)
  return attempt(lambda: flat(eval(code)))
request = json.loads(sys.argv[1])
text = json.dumps(dict(runs=[run(code) for code in request['runs']], values=[value(code) for code in request['values']]))
print(re.sub(r'-Infinity|Infinity|NaN', lambda found: '"' + found[0] + '"', text))
`

function flat(x: unknown): unknown {
  if (typeof x === 'number' && !Number.isFinite(x)) return String(x)
  if (torch.is_tensor(x)) return flat((x.is_nested ? x.to_padded_tensor(-1) : x).tolist())
  return typeof x === 'object' && x !== null ? Array.from(x as Iterable<unknown>, flat) : x
}

function tensors(x: unknown): torch.Tensor[] {
  return torch.is_tensor(x) ? [x] : typeof x === 'object' && x !== null ? Array.from(x as Iterable<unknown>, tensors).flat() : []
}

// libtorch says these once in a process, and jest runs several files in one.
const ONCE = /with oneDNN\. Using default implementation|nested tensors is in prototype stage|torch\.jit\.script. is deprecated|insert a get_attr Node/

async function attempt(run: () => unknown): Promise<unknown> {
  let result: unknown
  const warnings = await captured_warnings(() => {
    try {
      result = run()
    } catch (error) {
      result = [(error as Error).name, (error as Error).message]
    }
  })
  return { result, warnings: warnings.map(text => text.replace(/ .Triggered internally at.*/, '')).filter(text => !ONCE.test(text)) }
}

function run_mode([, make, args]: Run, mode: typeof MODES[number]): unknown {
  torch.manual_seed(1)
  const module = make().train(mode === 'train')
  torch.manual_seed(2)
  const call = (): unknown => module(...args()) as unknown
  const output = mode === 'no_grad' ? torch.no_grad(call) : call()
  const grads: Record<string, unknown> = {}
  if (mode === 'train') {
    const losses = tensors(output).map(t => t.mul(torch.linspace(-1, 1, t.numel()).view(t.shape)).sum())
    losses.reduce((sum, loss) => sum.add(loss)).backward()
    for (const [name, parameter] of module.named_parameters()) grads[name] = flat(parameter.grad)
  }
  return [flat(output), grads, torch.rand(1).item()]
}

function built(make: () => nn.Module): unknown {
  torch.manual_seed(1)
  const module = make()
  return [String(module), Object.fromEntries(Object.entries(module.state_dict()).map(([name, t]) => [name, flat(t)])), torch.rand(1).item()]
}

async function run_here(run: Run): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = { built: await attempt(() => built(run[1])) }
  for (const mode of MODES) found[mode] = await attempt(() => run_mode(run, mode))
  return found
}

// Another version of libtorch need not give the same bits.
function rounded(x: unknown): unknown {
  return JSON.parse(JSON.stringify(x), (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))
}

/** Defines a test for each run and each value. Without a Python torch they pass, and the console says so. */
export function compare_with_python(name: string, runs: readonly Run[], values: readonly Value[]): void {
  const python = python_torch()
  if (python === null) console.warn(`${name}: no Python torch here, it is not compared with it`)
  const request = JSON.stringify({ once: ONCE.source, runs: runs.map(([code]) => code), values: values.map(([code]) => code) })
  const expected = python === null ? null
    : JSON.parse(python.run(PROGRAM, request)) as { runs: Record<string, unknown>[], values: unknown[] }
  const exact = python?.version.replace(/\+.*/, '') === torch.__version__.replace(/\+.*/, '')
  const check = (found: unknown, wanted: unknown): void => (exact ? expect(found).toEqual(wanted) : expect(rounded(found)).toEqual(rounded(wanted)))
  const threads = torch.get_num_threads()

  beforeAll(() => torch.set_num_threads(1))
  afterAll(() => torch.set_num_threads(threads))

  if (runs.length > 0) it.each(runs.map((run, i) => [run[0], run, i] as const))('%s', async (_, run, i) => {
    const found = await run_here(run)
    if (expected !== null) check(found, expected.runs[i])
  })

  it.each(values.map(([code, run], i) => [code, run, i] as const))('%s', async (_, run, i) => {
    torch.manual_seed(1)
    const found = await attempt(() => flat(run()))
    if (expected !== null) check(found, expected.values[i])
  })
}
