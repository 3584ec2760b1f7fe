import { inspect } from 'node:util'
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'
import { captured_warnings } from '../helpers/warnings'

const { optim } = torch
type Tensor = torch.Tensor

const param = (...values: number[]) => torch.tensor(values, { requires_grad: true })

/** A parameter with a gradient. */
function with_grad(values: number[], grad: number[]): Tensor {
  const made = param(...values)
  made.grad = torch.tensor(grad)
  return made
}

const message = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'nothing thrown'
}

describe('optim.Optimizer', () => {
  it('takes tensors, named tensors and groups of either', () => {
    const [a, b, c] = [param(1), param(2), param(3)]
    const [group] = new optim.SGD([a, b]).param_groups
    expect([group.params[0] === a, group.params[1] === b, group.params.length]).toEqual([true, true, 2])
    const named = new optim.SGD(Object.entries({ first: a, second: b }), 0.1)
    expect(named.param_groups[0].param_names).toEqual(['first', 'second'])
    const groups = new optim.SGD([{ params: [a, b], lr: 0.5 }, { params: c }, { params: new Map([['x', param(4)]]).values() }], { momentum: 0.9 })
    expect(groups.param_groups.map(group => [group.params.length, group.lr, group.momentum])).toEqual([[2, 0.5, 0.9], [1, 1e-3, 0.9], [1, 1e-3, 0.9]])
  })

  it('takes arguments by position and by keyword', () => {
    const group = (optimizer: torch.optim.SGD) => optimizer.param_groups[0]
    expect(group(new optim.SGD([param(1)], 0.1, 0.9))).toMatchObject({ lr: 0.1, momentum: 0.9 })
    expect(group(new optim.SGD({ params: [param(1)], lr: 0.2, nesterov: true, momentum: 0.5 }))).toMatchObject({ lr: 0.2, nesterov: true })
    expect(() => new optim.SGD([param(1)], { learning_rate: 1 } as never)).toThrow(
      new TypeError("SGD.__init__() got an unexpected keyword argument 'learning_rate'"))
    expect(() => new optim.SGD([param(1)], 0.1, { lr: 1 } as never)).toThrow("SGD.__init__() got multiple values for argument 'lr'")
  })

  it('rejects what it cannot optimize', () => {
    const x = param(1, 2)
    const sgd = (params: unknown) => message(() => new optim.SGD(params as never))
    expect(sgd([])).toBe('ValueError: optimizer got an empty parameter list')
    expect(sgd(x)).toBe('TypeError: params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor')
    expect(sgd(3)).toBe('TypeError: params argument given to the optimizer should be an iterable of Tensors or dicts, but got int')
    expect(sgd([x.mul(2)])).toBe("ValueError: can't optimize a non-leaf Tensor")
    expect(sgd([1])).toBe('TypeError: optimizer can only optimize Tensors, but one of the params is int')
    expect(sgd([{ params: [x] }, { params: [x] }])).toBe('ValueError: some parameters appear in more than one parameter group')
    expect(sgd([{ params: new Set([x]) }])).toBe('TypeError: optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead.')
    expect(sgd([['a', x], param(1)])).toBe('ValueError: all optimizer params should be with/without names. Some param names are missing')
    expect(sgd([{ params: [['a', x]] }, { params: [param(1)] }])).toBe(
      'ValueError: all optimizer param groups should be with/without names. cannot add param group without names to the optimizer')
    expect(message(() => new optim.SGD([x]).add_param_group([x] as never))).toBe("TypeError: param_group must be a dict, but got <class 'list'>")
    const retained = x.mul(2)
    retained.retain_grad()
    expect(sgd([retained])).toBe('nothing thrown')
  })

  it('warns of a parameter that is in a group twice', async () => {
    const x = param(1)
    expect(await captured_warnings(() => new optim.SGD([x, x]))).toEqual(
      ['UserWarning: optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information'])
  })

  it('add_param_group adds options of its own, and the defaults', () => {
    const optimizer = new optim.SGD([param(1)], 0.1, { momentum: 0.9 })
    const given = { params: [param(2)], lr: 0.5 }
    optimizer.add_param_group(given)
    expect(optimizer.param_groups[1]).toMatchObject({ lr: 0.5, momentum: 0.9, nesterov: false })
    expect(Object.keys(given)).toEqual(['params', 'lr'])
  })

  it('steps only where there is a gradient', () => {
    const [a, b] = [with_grad([1], [1]), param(1)]
    new optim.SGD([a, b], 0.5).step()
    expect([a.item(), b.item()]).toEqual([0.5, 1])
  })

  it('runs a closure with gradients, also within no_grad', () => {
    const x = param(3)
    const optimizer = new optim.SGD([x], 0.25)
    const loss = torch.no_grad(() => optimizer.step(() => {
      optimizer.zero_grad()
      const value = x.pow(2).sum()
      value.backward()
      return value
    }))
    expect([loss.item(), x.item(), x.requires_grad, torch.is_grad_enabled()]).toEqual([9, 1.5, true, true])
    expect(optimizer.step()).toBeNull()
  })

  it('leaves the grad mode as it was when a step throws', () => {
    const x = with_grad([1], [1])
    const optimizer = new optim.Adam([x])
    x.grad = torch.eye(1).to_sparse().at(0)
    expect(() => optimizer.step()).toThrow('Adam does not support sparse gradients, please consider SparseAdam instead')
    expect(torch.is_grad_enabled()).toBe(true)
  })

  it('zero_grad forgets gradients or clears them', () => {
    const x = with_grad([1], [5])
    const optimizer = new optim.SGD([x])
    const { grad } = x
    optimizer.zero_grad({ set_to_none: false })
    expect([x.grad!.item(), grad!.item()]).toEqual([0, 0])
    optimizer.zero_grad()
    expect(x.grad).toBeNull()
    optimizer.zero_grad(false)
    x.grad = x.mul(2).detach().requires_grad_()
    optimizer.zero_grad(false)
    expect([x.grad.grad_fn, x.grad.requires_grad, x.grad.item()]).toEqual([null, false, 0])
  })

  it('calls hooks around steps, in order, until they are removed', () => {
    const x = with_grad([1], [1])
    const optimizer = new optim.SGD([x], 0.5)
    const calls: string[] = []
    const log = (name: string) => () => void calls.push(`${name} ${x.item()}`)
    const handles = [
      optim.register_optimizer_step_pre_hook(log('global pre')), optimizer.register_step_pre_hook(log('pre')),
      optimizer.register_step_post_hook(log('post')), optim.register_optimizer_step_post_hook(log('global post')),
    ]
    optimizer.step()
    expect(calls).toEqual(['global pre 1', 'pre 1', 'post 0.5', 'global post 0.5'])
    for (const handle of handles) handle.remove()
    optimizer.step()
    expect(calls.length).toBe(4)
  })

  it('lets a hook replace the arguments of a step', () => {
    const optimizer = new optim.SGD([param(1)])
    const { remove } = optimizer.register_step_pre_hook(() => [[() => 7], {}] as never)
    expect(optimizer.step()).toBe(7)
    remove()
    optimizer.register_step_pre_hook(() => 3 as never)
    expect(() => optimizer.step()).toThrow('SGD.step must return None or a tuple of (new_args, new_kwargs), but got 3.')
  })

  it('runs hooks around a step that a subclass of the user defines', () => {
    class Half extends optim.Optimizer<{ lr: number }> {
      constructor(params: Iterable<Tensor>) {
        super(params, { lr: 0.5 })
      }

      override step(): null {
        torch.no_grad(() => this.param_groups.forEach(group => group.params.forEach(one => one.mul_(group.lr))))
        return null
      }
    }
    const x = param(8)
    const optimizer = new Half([x])
    let steps = 0
    optimizer.register_step_post_hook(() => void steps++)
    optimizer.step()
    expect([x.item(), steps]).toEqual([4, 1])
    expect(() => new optim.Optimizer([x], {}).step()).toThrow(torch.NotImplementedError)
  })

  it('asks for options without a default', () => {
    expect(() => new optim.Optimizer([param(1)], { lr: optim.required })).toThrow(
      new torch.ValueError("parameter group didn't specify a value of required optimization parameter lr"))
  })

  it('prints as in Python', () => {
    const optimizer = new optim.Adam([{ params: [param(1)], lr: 1e-5 }, { params: [param(2)] }])
    const text = `Adam (
Parameter Group 0
    amsgrad: False
    betas: (0.9, 0.999)
    capturable: False
    decoupled_weight_decay: False
    differentiable: False
    eps: 1e-08
    foreach: None
    fused: None
    lr: 1e-05
    maximize: False
    weight_decay: 0

Parameter Group 1
    amsgrad: False
    betas: (0.9, 0.999)
    capturable: False
    decoupled_weight_decay: False
    differentiable: False
    eps: 1e-08
    foreach: None
    fused: None
    lr: 0.001
    maximize: False
    weight_decay: 0
)`
    expect([String(optimizer), inspect(optimizer)]).toEqual([text, text])
    expect(String(new optim.SGD([['w', param(1)]], torch.tensor(0.5)))).toMatch("    lr: 0.5\n    maximize: False\n    momentum: 0\n    nesterov: False\n    param_names: ['w']\n")
  })
})

describe('optim.Optimizer.state_dict', () => {
  const train = (optimizer: torch.optim.Optimizer, params: Tensor[], from: number, to: number) => {
    for (let i = from; i < to; i++) {
      for (const one of params) one.grad = torch.full_like(one, Math.sin(i))
      optimizer.step()
    }
  }

  it('has PyTorch\'s layout', () => {
    const [a, b, c] = [with_grad([1], [1]), param(1), with_grad([1, 1], [1, 2])]
    const optimizer = new optim.SGD([{ params: [a, b] }, { params: [c], lr: 1 }], 0.1, { momentum: 0.9 })
    optimizer.step()
    const { state, param_groups } = optimizer.state_dict()
    expect([...state.keys()]).toEqual([0, 2])
    expect((state.get(2) as { momentum_buffer: Tensor }).momentum_buffer.tolist()).toEqual([1, 2])
    expect(param_groups.map(group => [group.params, group['lr']])).toEqual([[[0, 1], 0.1], [[2], 1]])
    expect(Object.keys(param_groups[0]).sort()).toEqual(
      ['dampening', 'differentiable', 'foreach', 'fused', 'lr', 'maximize', 'momentum', 'nesterov', 'params', 'weight_decay'])
  })

  const classes: [string, Record<string, unknown>][] = [
    ['SGD', { momentum: 0.9 }], ['Adam', { amsgrad: true }], ['AdamW', {}], ['Adamax', {}], ['NAdam', {}], ['RAdam', {}], ['Adagrad', {}],
    ['Adadelta', {}], ['RMSprop', { momentum: 0.5, centered: true }], ['Rprop', {}], ['ASGD', {}], ['Adafactor', {}],
  ]
  it.each(classes)('%s goes on from a loaded state as if nothing had happened', (name, options) => {
    const Class = (optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[name]
    const start = () => [torch.linspace(-1, 1, 6).view(2, 3).requires_grad_(), torch.linspace(0, 1, 4).requires_grad_()]
    const straight = start()
    train(new Class(straight, options), straight, 0, 6)
    const params = start()
    const first = new Class(params, options)
    train(first, params, 0, 3)
    const copies = params.map(one => one.detach().clone().requires_grad_())
    const second = new Class(copies, { lr: 123 })
    second.load_state_dict(first.state_dict())
    train(second, copies, 3, 6)
    expect(copies.map(one => one.tolist())).toEqual(straight.map(one => one.tolist()))
  })

  it('does not share its groups with the loaded dict', () => {
    const saved = new optim.SGD([param(1)], 0.1).state_dict()
    const optimizer = new optim.SGD([param(1)], 0.2)
    optimizer.load_state_dict(saved)
    optimizer.param_groups[0].lr = 5
    expect(saved.param_groups[0]['lr']).toBe(0.1)
  })

  it('takes states whose keys are text, as JSON has them, and adds options that old ones lack', () => {
    const x = with_grad([1], [1])
    const optimizer = new optim.SGD([x], 0.1, { momentum: 0.5 })
    optimizer.load_state_dict({
      state: { 0: { momentum_buffer: torch.tensor([2]) } } as never,
      param_groups: [{ lr: 1, momentum: 0.5, dampening: 0, weight_decay: 0, params: [0] }],
    })
    optimizer.step()
    expect([x.item(), optimizer.param_groups[0].nesterov, optimizer.param_groups[0].foreach]).toEqual([-1, false, null])
  })

  it('turns step counts of old versions into tensors', () => {
    const x = with_grad([1], [1])
    const optimizer = new optim.Adam([x])
    const { param_groups } = optimizer.state_dict()
    const state = new Map([[0, { step: 4, exp_avg: torch.zeros(1), exp_avg_sq: torch.zeros(1) }]])
    optimizer.load_state_dict({ state, param_groups })
    optimizer.step()
    expect(String((optimizer.state.get(x) as { step: Tensor }).step)).toBe('tensor(5.)')
  })

  it('casts the state to the parameter, but for the step', () => {
    const x = with_grad([1], [1])
    const optimizer = new optim.Adam([x])
    optimizer.step()
    const wide = x.detach().double().requires_grad_()
    const other = new optim.Adam([wide])
    other.load_state_dict(optimizer.state_dict())
    const { step, exp_avg } = other.state.get(wide) as { step: Tensor, exp_avg: Tensor }
    expect([step.dtype, exp_avg.dtype]).toEqual([torch.float32, torch.float64])
  })

  it('checks the groups', () => {
    const one = new optim.SGD([param(1)])
    const two = new optim.SGD([{ params: [param(1)] }, { params: [param(2)] }])
    expect(() => one.load_state_dict(two.state_dict())).toThrow(
      new torch.ValueError('loaded state dict has a different number of parameter groups'))
    expect(() => one.load_state_dict(new optim.SGD([param(1), param(2)]).state_dict())).toThrow(
      new torch.ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group"))
  })

  it('keeps names', () => {
    const named = new optim.SGD([['w', param(1)]])
    expect(named.state_dict().param_groups[0]['param_names']).toEqual(['w'])
    named.load_state_dict(new optim.SGD([param(2)]).state_dict())
    expect(named.param_groups[0].param_names).toEqual(['w'])
  })

  it('calls hooks', () => {
    const optimizer = new optim.SGD([param(1)], 0.1)
    const calls: string[] = []
    optimizer.register_state_dict_pre_hook(() => void calls.push('second'))
    optimizer.register_state_dict_pre_hook(() => void calls.push('first'), { prepend: true })
    optimizer.register_state_dict_post_hook((_, dict) => ({ ...dict, more: 1 }) as never)
    optimizer.register_load_state_dict_pre_hook((_, dict) => ({ ...dict, param_groups: dict.param_groups.map(group => ({ ...group, lr: 7 })) }))
    optimizer.register_load_state_dict_post_hook(() => void calls.push('loaded'))
    const dict = optimizer.state_dict()
    optimizer.load_state_dict(dict)
    expect([calls, (dict as unknown as { more: number }).more, optimizer.param_groups[0].lr]).toEqual([['first', 'second', 'loaded'], 1, 7])
  })
})

describe('optimizers', () => {
  it('keep their state when a step runs within torch.scope', () => {
    const x = param(1)
    const optimizers = [new optim.SGD([x], 0.1, { momentum: 0.9 }), new optim.Adam([x]), new optim.Adafactor([x])]
    for (let i = 0; i < 3; i++) {
      for (const optimizer of optimizers) {
        torch.scope(() => {
          optimizer.zero_grad()
          x.pow(2).sum().backward()
          optimizer.step()
        })
      }
    }
    expect(Number.isFinite(x.item())).toBe(true)
  })

  const names = ['SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'Adagrad', 'Adadelta', 'RMSprop', 'Rprop', 'ASGD', 'Adafactor', 'LBFGS']
  it.each(names)('%s leaves no tensors behind', name => {
    const params = [torch.randn(8, 3), torch.randn(5)].map(one => one.requires_grad_())
    const Class = (optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[name]
    const optimizer = new Class(params, name === 'LBFGS' ? { max_iter: 2, history_size: 3 } : {})
    const closure = () => {
      optimizer.zero_grad()
      const loss = params[0].pow(2).sum().add(params[1].pow(4).sum())
      loss.backward()
      return loss.item()
    }
    const live = (steps: number) => {
      for (let i = 0; i < steps; i++) optimizer.step(closure)
      torch.gc_collect()
      return torch.memory_stats().live_tensors
    }
    const before = live(20)
    expect(live(300)).toBeLessThanOrEqual(before + 2)
  })
})

describe('messages of Python', () => {
  const python = python_torch()
  const cases: [name: string, options: string][] = [
    ['SGD', '{"lr": -1}'], ['SGD', '{"lr": -0.5}'], ['SGD', '{"momentum": -1}'], ['SGD', '{"weight_decay": -1}'], ['SGD', '{"nesterov": true}'],
    ['SGD', '{"nesterov": true, "momentum": 0.9, "dampening": 0.1}'], ['SGD', '{"fused": true, "foreach": true}'],
    ['SGD', '{"fused": true, "differentiable": true}'], ['Adam', '{"lr": -1}'], ['Adam', '{"eps": -1e-8}'], ['Adam', '{"betas": [1.5, 0.5]}'],
    ['Adam', '{"betas": [0.5, -0.5]}'], ['Adam', '{"weight_decay": -1}'], ['Adam', '{"fused": true, "foreach": true}'],
    ['AdamW', '{"lr": -1}'], ['Adamax', '{"betas": [0.5, 1.5]}'], ['Adamax', '{"eps": -1}'], ['NAdam', '{"momentum_decay": -1}'],
    ['RAdam', '{"lr": -1}'], ['Adagrad', '{"lr_decay": -1}'], ['Adagrad', '{"initial_accumulator_value": -1}'],
    ['Adadelta', '{"rho": 1.5}'], ['RMSprop', '{"alpha": -1}'], ['RMSprop', '{"momentum": -1}'], ['Rprop', '{"etas": [0.5, 0.9]}'],
    ['ASGD', '{"weight_decay": -1}'], ['Adafactor', '{"lr": -1}'], ['Adafactor', '{"beta2_decay": 1}'], ['Adafactor', '{"d": 0.5}'],
    ['Adafactor', '{"eps": [-1, 0.5]}'], ['Adafactor', '{"eps": [null, -1]}'], ['Adafactor', '{"weight_decay": -1}'],
    ['SparseAdam', '{"lr": -1}'], ['SparseAdam', '{"eps": -1}'], ['Muon', '{"lr": -1}'], ['Muon', '{}'], ['Muon', '{"adjust_lr_fn": "x"}'],
    ['LBFGS', '{"lr": -1}'], ['Adam', '{"capturable": true}'], ['NAdam', '{"capturable": true}'], ['ASGD', '{"capturable": true}'],
  ]
  const program = `
import json, sys, torch
def run(name, options):
    x = torch.ones(3, requires_grad=True)
    x.grad = torch.ones(3)
    try:
        o = getattr(torch.optim, name)([x], **{k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(options).items()})
        o.step()
    except Exception as e: return type(e).__name__ + ': ' + str(e)
print(json.dumps([run(*c) for c in json.loads(sys.argv[1])]))`

  if (python === null) console.log('no Python torch here: messages are not compared')
  else {
    it('are the same', () => {
      const ours = cases.map(([name, options]) => message(() => {
        const x = with_grad([1, 1, 1], [1, 1, 1])
        const Class = (optim as unknown as Record<string, new (...args: unknown[]) => torch.optim.Optimizer>)[name]
        new Class([x], JSON.parse(options)).step()
      }))
      expect(ours).toEqual(JSON.parse(python.run(program, JSON.stringify(cases))))
    })
  }
})
