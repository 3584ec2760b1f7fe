// The golden cases of optimizers: shared/conformance/optimizers.jsonl. The models are plain functions, so that a fault of nn does
// not hide here.
//
// A few cases amplify the last bit of a matrix product, which depends on the CPU, beyond their tolerance. So where Python's torch is
// there, all cases must give its bits; else they are compared with the record, loosely where they miss it.
import path from 'node:path'
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'
import { type TensorValue, type Tolerance, decode_fields, decode_tensor, difference, folder, read_cases, rows_of } from './values'

interface Case {
  id: string
  optimizer: string
  kwargs: Record<string, unknown>
  steps: number
  model: 'mlp' | 'embedding'
  start: Record<string, TensorValue>
  x: TensorValue
  y: TensorValue
  trained: string[]
  groups?: Record<string, unknown>[]
  clip_grad_norm?: number
  losses: number[]
  params: Record<string, TensorValue>
  optimizer_state: { state: Record<string, unknown>, param_groups: Record<string, unknown>[] }
  tolerance: Tolerance
}

type Tensors = Record<string, torch.Tensor>
const F = torch.nn.functional

const models: Record<Case['model'], (params: Tensors, x: torch.Tensor, sparse: boolean) => torch.Tensor> = {
  mlp: (p, x) => F.linear(F.linear(x, p['0.weight'], p['0.bias']).tanh(), p['2.weight'], p['2.bias']),
  embedding: (p, x, sparse) => F.linear(F.embedding(x, p['0.weight'], { sparse }).flatten(1), p['2.weight'], p['2.bias']),
}

function make_optimizer({ optimizer, kwargs, trained, groups }: Case, params: Tensors): torch.optim.Optimizer {
  const named = (list: string[]) => list.map(name => params[name])
  const given = groups?.map(group => ({ ...decode_fields(group), params: named(group['params'] as string[]) })) ?? named(trained)
  const Class = (torch.optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[optimizer]
  return new Class(given, decode_fields(kwargs))
}

function clip(params: Tensors, limit: number): void {
  const grads = Object.values(params).map(param => param.grad!)
  const norm = torch.stack(grads.map(grad => grad.norm())).norm()
  for (const grad of grads) grad.mul_(norm.add(1e-6).reciprocal().mul(limit).clamp({ max: 1 }))
}

/** The losses before each step; changes the parameters. */
function train(one: Case, params: Tensors, optimizer: torch.optim.Optimizer): number[] {
  const x = decode_tensor(one.x)
  const y = decode_tensor(one.y)
  const closure = () => {
    optimizer.zero_grad()
    const loss = F.mse_loss(models[one.model](params, x, one.optimizer === 'SparseAdam'), y)
    loss.backward()
    if (one.clip_grad_norm !== undefined) clip(params, one.clip_grad_norm)
    return loss
  }
  return Array.from({ length: one.steps }, () => {
    if (one.optimizer === 'LBFGS') return optimizer.step(closure).item()
    const loss = closure().item()
    optimizer.step()
    return loss
  })
}

function plain_state(optimizer: torch.optim.Optimizer): unknown {
  const { state, param_groups } = optimizer.state_dict()
  return { state: Object.fromEntries(Array.from(state, ([key, value]) => [String(key), value])), param_groups }
}

/** How a tree of values differs from the record, or null. Python's ints and floats are one here. */
function compare(got: unknown, want: unknown, tolerance: Tolerance): string | null {
  const is_leaf = typeof want !== 'object' || want === null || ['shape', 'tuple', 'float'].some(key => key in want)
  if (is_leaf) return difference(got, Number.isInteger(want) ? { float: want } : want, tolerance)
  const keys = new Set([...Object.keys(want), ...Object.keys(got as object)])
  for (const key of keys) {
    if (!(key in want)) return `${key} is not wanted`
    const found = compare((got as Record<string, unknown>)[key], (want as Record<string, unknown>)[key], tolerance)
    if (found !== null) return `${key}: ${found}`
  }
  return null
}

const program = `
import json, sys, torch
torch.set_num_threads(1)
def value(v):
    if not isinstance(v, dict): return v
    if 'shape' in v: return torch.tensor(v['data'], dtype=getattr(torch, v['t'])).reshape(v['shape'])
    return tuple(v['tuple']) if 'tuple' in v else float(v['float'])
def run(case):
    nn, sparse = torch.nn, case['optimizer'] == 'SparseAdam'
    layers = {'mlp': lambda: [nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)],
              'embedding': lambda: [nn.Embedding(6, 3, sparse=sparse), nn.Flatten(), nn.Linear(6, 1)]}
    model = nn.Sequential(*layers[case['model']]())
    model.load_state_dict({k: value(v) for k, v in case['start'].items()})
    params, x, y = dict(model.named_parameters()), value(case['x']), value(case['y'])
    groups = [{k: [params[n] for n in v] if k == 'params' else value(v) for k, v in g.items()} for g in case.get('groups', [])]
    kwargs = {k: value(v) for k, v in case['kwargs'].items()}
    optimizer = getattr(torch.optim, case['optimizer'])(groups or [params[n] for n in case['trained']], **kwargs)
    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        if 'clip_grad_norm' in case: nn.utils.clip_grad_norm_(params.values(), case['clip_grad_norm'])
        return loss
    losses = []
    for _ in range(case['steps']):
        if case['optimizer'] == 'LBFGS':
            losses.append(optimizer.step(closure).item())
        else:
            losses.append(closure().item())
            optimizer.step()
    def plain(v):
        if isinstance(v, torch.Tensor): return ['tensor', str(v.dtype), list(v.shape), v.flatten().tolist()]
        if isinstance(v, dict): return {str(k): plain(w) for k, w in v.items()}
        return [plain(w) for w in v] if isinstance(v, (list, tuple)) else v
    return plain({'losses': losses, 'params': dict(params), 'state': optimizer.state_dict()})
with open(sys.argv[1]) as lines: print(json.dumps({c['id']: run(c) for c in map(json.loads, lines)}))
`

/** Values as the program above prints them. */
function plain(value: unknown): unknown {
  if (torch.is_tensor(value)) return ['tensor', String(value.dtype), [...value.shape], value.flatten().tolist()]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
}

describe('golden cases of optimizers', () => {
  const cases = read_cases<Case>('optimizers')
  const python = cases.length === 0 ? null : python_torch()
  const live = python && JSON.parse(python.run(program, path.join(folder!, 'optimizers.jsonl'))) as Record<string, unknown>
  if (live === null) console.log('no Python torch here: optimizers are compared with the record only, and loosely where they amplify')

  const amplified: string[] = []
  afterAll(() => {
    if (amplified.length > 0) console.log(`not the record's, by amplified last bits${live === null ? '' : ', but what Python computes here'}: ${amplified.join()}`)
  })

  const threads = torch.get_num_threads()
  beforeAll(() => torch.set_num_threads(1))
  afterAll(() => torch.set_num_threads(threads))

  it.each(rows_of(cases))('%s', (_, one) => {
    if (one === null) return
    const params: Tensors = {}
    for (const [name, value] of Object.entries(one.start)) params[name] = decode_tensor(value).requires_grad_()
    const optimizer = make_optimizer(one, params)
    const losses = train(one, params, optimizer)
    const want = { losses: one.losses, params: one.params, state: one.optimizer_state }
    const got = { losses, params, state: plain_state(optimizer) }
    if (live !== null) expect(plain(got)).toEqual(live[one.id])
    const missed = compare(got, want, one.tolerance)
    if (missed === null) return
    amplified.push(one.id)
    if (live === null) expect(compare(got, want, { rtol: 0.01, atol: 0.01 })).toBeNull()
  })
})
