// Optimizers step by step beside Python's: the same bits, state and texts, in every dtype and over tables of hyperparameters.
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'

type Tensor = torch.Tensor
type Options = Record<string, unknown>

const SHAPES = [[7, 5], [3], [1, 6, 2], [], [40]]
const STEPS = 5

const tables: Record<string, Options[]> = {
  SGD: [{ lr: 0.1 }, { lr: 0.1, momentum: 0.5 }, { lr: 0.1, momentum: 0.9, dampening: 0.1, weight_decay: 0.01 },
    { lr: 0.1, momentum: 0.9, nesterov: true, maximize: true }, { lr: 0.1, weight_decay: 0.1, maximize: true }],
  Adam: [{}, { lr: 0.05, betas: [0.8, 0.99], eps: 1e-6, weight_decay: 0.1 }, { amsgrad: true, maximize: true },
    { amsgrad: true, weight_decay: 0.1, decoupled_weight_decay: true }],
  AdamW: [{}, { lr: 0.05, weight_decay: 0.1, amsgrad: true }],
  Adamax: [{}, { lr: 0.05, betas: [0.7, 0.95], weight_decay: 0.1, maximize: true }],
  NAdam: [{}, { lr: 0.05, momentum_decay: 0.01, weight_decay: 0.1 }, { weight_decay: 0.1, decoupled_weight_decay: true, maximize: true }],
  RAdam: [{}, { lr: 0.05, betas: [0.8, 0.9], weight_decay: 0.1 }, { weight_decay: 0.1, decoupled_weight_decay: true, maximize: true }],
  Adagrad: [{}, { lr: 0.1, lr_decay: 0.1, weight_decay: 0.1, initial_accumulator_value: 0.5, maximize: true }],
  Adadelta: [{}, { lr: 0.5, rho: 0.8, eps: 1e-5, weight_decay: 0.1, maximize: true }],
  RMSprop: [{}, { centered: true, momentum: 0.5, weight_decay: 0.1 }, { alpha: 0.9, momentum: 0.9, maximize: true }],
  Rprop: [{}, { lr: 0.1, etas: [0.4, 1.3], step_sizes: [1e-3, 1], maximize: true }],
  ASGD: [{}, { lr: 0.1, t0: 2, lambd: 0.01, alpha: 0.5, weight_decay: 0.1, maximize: true }],
  Adafactor: [{}, { lr: 0.1, beta2_decay: -0.5, eps: [1e-6, 1e-2], d: 1.5, weight_decay: 0.1, maximize: true }],
}
// Tensors as rates: arithmetic in their dtype. Complex parameters: pairs of reals.
const with_tensor_lr = ['SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'Adagrad', 'Adadelta', 'RMSprop', 'Rprop', 'ASGD', 'Adafactor']
const not_complex = ['Adafactor']
const dtypes = ['float32', 'float64', 'bfloat16', 'float16', 'complex64']

interface Run { name: string, options: Options, dtype: string, tensor_lr: boolean }

const runs: Run[] = Object.entries(tables).flatMap(([name, all]) => all.flatMap(options => dtypes
  .filter(dtype => !(dtype === 'complex64' && not_complex.includes(name)))
  .flatMap(dtype => [false, ...(with_tensor_lr.includes(name) && dtype === 'float32' ? [true] : [])]
    .map(tensor_lr => ({ name, options, dtype, tensor_lr })))))

const program = `
import json, sys, torch
torch.set_num_threads(1)
def flat(v):
    if not isinstance(v, torch.Tensor): return v
    v = v.detach()
    return torch.view_as_real(v).flatten().tolist() if v.is_complex() else v.double().flatten().tolist()
def run(case):
    torch.manual_seed(0)
    dtype = getattr(torch, case['dtype'])
    rand = lambda s: torch.randn(s, dtype=torch.complex128 if dtype.is_complex else torch.float64).to(dtype)
    params = [rand(s).requires_grad_() for s in ${JSON.stringify(SHAPES)}]
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in case['options'].items()}
    if case['tensor_lr']: options['lr'] = torch.tensor(options.get('lr', 0.01))
    optimizer = getattr(torch.optim, case['name'])(params, **options)
    for step in range(${STEPS}):
        for i, p in enumerate(params):
            grad = rand(p.shape)
            p.grad = None if i == 2 and step < 2 else grad
        optimizer.step()
    state = optimizer.state_dict()['state']
    return [[flat(p) for p in params], {str(k): {n: flat(v) for n, v in s.items()} for k, s in state.items()}]
print(json.dumps([run(c) for c in json.loads(sys.argv[1])]))
`

function flat(value: unknown): unknown {
  if (!torch.is_tensor(value)) return value ?? null
  const plain = value.detach()
  return (plain.dtype.is_complex ? torch.view_as_real(plain) : plain.double()).flatten().tolist()
}

function make(name: string, params: Tensor[], options: Options): torch.optim.Optimizer {
  return new (torch.optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[name](params, options)
}

function ours({ name, options, dtype: dtype_name, tensor_lr }: Run): unknown {
  torch.manual_seed(0)
  const dtype = torch[dtype_name as 'float32']
  const rand = (shape: readonly number[]) => torch.randn(shape, { dtype: dtype.is_complex ? torch.complex128 : torch.float64 }).to(dtype)
  const params = SHAPES.map(shape => rand(shape).requires_grad_())
  const lr = tensor_lr ? { lr: torch.tensor((options['lr'] ?? 0.01) as number) } : {}
  const optimizer = make(name, params, { ...options, ...lr })
  for (let step = 0; step < STEPS; step++) {
    params.forEach((param, i) => {
      const grad = rand(param.shape)
      param.grad = i === 2 && step < 2 ? null : grad // a parameter that joins later
    })
    optimizer.step()
  }
  const state = Array.from(optimizer.state_dict().state, ([key, one]) =>
    [String(key), Object.fromEntries(Object.entries(one as object).map(([n, value]) => [n, flat(value)]))])
  return [params.map(flat), Object.fromEntries(state)]
}

describe('optimizers beside Python', () => {
  const python = python_torch()
  if (python === null) {
    console.log('no Python torch here: optimizers are compared with the golden cases only')
    it.todo('compares with Python where it is there')
    return
  }
  const want = JSON.parse(python.run(program, JSON.stringify(runs))) as unknown[]
  const threads = torch.get_num_threads()
  beforeAll(() => torch.set_num_threads(1))
  afterAll(() => torch.set_num_threads(threads))

  const title = ({ name, options, dtype, tensor_lr }: Run) => `${name} ${dtype} ${JSON.stringify(options)}${tensor_lr ? ' with a tensor as lr' : ''}`
  it.each(runs.map((run, i) => [title(run), run, i] as const))('%s', (_, run, i) => {
    expect(ours(run)).toEqual(want[i])
  })
})
