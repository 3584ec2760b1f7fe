// nn.Module: calls, members, modes, conversions and text.
import { inspect } from 'node:util'
import torch, { nn } from 'torch-ts'

class Block extends nn.Module {
  fc = new nn.Linear(2, 2)
  gain = new nn.Parameter(torch.ones(1))

  forward(x: torch.Tensor): torch.Tensor {
    return this.fc(x).mul(this.gain)
  }
}

class Net extends nn.Module {
  first = new Block()
  scale = new nn.Parameter(torch.ones(2))
  second = new nn.Sequential(new Block(), new nn.Dropout())

  forward(x: torch.Tensor): torch.Tensor {
    return this.second(this.first(x)).mul(this.scale)
  }
}

const names = (pairs: Iterable<readonly [string, unknown]>): string[] => [...pairs].map(([name]) => name)

describe('a module', () => {
  it('is called as a function, which runs forward', () => {
    const net = new Net().eval()
    const x = torch.rand(3, 2)
    expect(typeof net).toBe('function')
    expect(net).toBeInstanceOf(Net)
    expect(net).toBeInstanceOf(nn.Module)
    expect(net(x).tolist()).toEqual(net.forward(x).tolist())
  })

  it('passes several arguments and gives several results', () => {
    class Pair extends nn.Module {
      forward(a: number, { b = 2 }: { b?: number } = {}): [number, number] {
        return [a, b]
      }
    }
    expect(new Pair()(1, { b: 5 })).toEqual([1, 5])
    expect(new Pair()(1)).toEqual([1, 2])
  })

  it('says so if it has no forward', () => {
    class Empty extends nn.Module {}
    expect(() => { (new Empty() as nn.Module)() }).toThrow(torch.NotImplementedError)
    expect(() => { (new Empty() as nn.Module)() }).toThrow('Module [Empty] is missing the required "forward" function')
  })

  it('takes the arguments of a built-in forward by keyword', () => {
    const fc = new nn.Linear(2, 3)
    const x = torch.ones(1, 2)
    expect(fc({ input: x }).tolist()).toEqual(fc(x).tolist())
    expect(new nn.MSELoss()({ target: x, input: x.add(1) }).item()).toBe(1)
    expect(() => fc({ inputs: x } as never)).toThrow("Linear.forward() got an unexpected keyword argument 'inputs'")
    expect(() => (fc as nn.Module)(x, { input: x })).toThrow("Linear.forward() got multiple values for argument 'input'")
  })

  it('may have fields called name and length, of any kind', () => {
    class Odd extends nn.Module {
      name = 'odd'
      length = new nn.Parameter(torch.ones(3))
      call = new nn.Linear(1, 1)
    }
    const odd = new Odd()
    expect([odd.name, odd.length.tolist()]).toEqual(['odd', [1, 1, 1]])
    expect(names(odd.named_parameters())).toEqual(['length', 'call.weight', 'call.bias'])
    class Plain extends nn.Module {}
    const plain = new Plain() as nn.Module & { name?: string }
    expect(plain.name).toBe(undefined)
    plain.name = 'set later'
    expect(plain.name).toBe('set later')
  })
})

describe('members', () => {
  it('come in the order of definition, a module\'s own parameters before its children\'s', () => {
    expect(names(new Net().named_parameters())).toEqual(['scale', 'first.gain', 'first.fc.weight', 'first.fc.bias', 'second.0.gain',
      'second.0.fc.weight', 'second.0.fc.bias'])
    expect(names(new Net().named_children())).toEqual(['first', 'second'])
    expect(names(new Net().named_modules())).toEqual(['', 'first', 'first.fc', 'second', 'second.0', 'second.0.fc', 'second.1'])
  })

  it('that are declared without a value count where they are declared', () => {
    class Declared extends nn.Module {
      a: nn.Linear
      b: nn.Linear

      constructor() {
        super()
        this.b = new nn.Linear(1, 1)
        this.a = new nn.Linear(1, 1)
      }
    }
    expect(names(new Declared().named_children())).toEqual(['a', 'b'])
  })

  it('that are shared come once, or under each name', () => {
    class Tied extends nn.Module {
      encoder = new nn.Linear(2, 2, { bias: false })
      again = this.encoder
      weight = this.encoder.weight
    }
    const tied = new Tied()
    expect(names(tied.named_parameters())).toEqual(['weight'])
    expect(names(tied.named_parameters({ remove_duplicate: false }))).toEqual(['weight', 'encoder.weight', 'again.weight'])
    expect(names(tied.named_modules())).toEqual(['', 'encoder'])
    expect(names(tied.named_modules({ remove_duplicate: false }))).toEqual(['', 'encoder', 'again'])
    expect(names(tied.named_children())).toEqual(['encoder'])
    expect([...tied.parameters()]).toHaveLength(1)
  })

  it('take a prefix, and leave children out without recurse', () => {
    const net = new Net()
    expect(names(net.named_parameters('net', false))).toEqual(['net.scale'])
    expect(names(net.named_parameters({ prefix: 'net' }))[1]).toBe('net.first.gain')
    expect([...net.parameters(false)].map(param => param === net.scale)).toEqual([true])
    expect([...net.parameters({ recurse: false })].map(param => param === net.scale)).toEqual([true])
  })

  it('are parameters and modules only: arrays and plain tensors are not registered', () => {
    class Hidden extends nn.Module {
      tensors = [new nn.Parameter(torch.ones(1))]
      layers = [new nn.Linear(1, 1)]
      plain = torch.ones(1)
      size = 3
    }
    expect(Object.keys(new Hidden().state_dict())).toEqual([])
    expect([...new Hidden().children()]).toEqual([])
  })

  it('that become null are gone, and print as None', () => {
    class Optional extends nn.Module {
      fc: nn.Linear | null = new nn.Linear(1, 1)
      act = new nn.ReLU()
    }
    const module = new Optional()
    expect([...module.children()]).toHaveLength(2)
    module.fc = null
    expect(names(module.named_children())).toEqual(['act'])
    expect(String(module)).toBe('Optional(\n  (fc): None\n  (act): ReLU()\n)')
  })

  it('must stay what they are', () => {
    const fc = new nn.Linear(2, 2)
    Object.assign(fc, { weight: torch.ones(2, 2) })
    expect(() => [...new nn.Sequential(fc).parameters()]).toThrow(
      "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)")
    const batch_norm = new nn.BatchNorm1d(2)
    Object.assign(batch_norm, { running_mean: 3 })
    expect(() => batch_norm.state_dict()).toThrow("cannot assign 'int' as buffer 'running_mean' (torch.Tensor or None expected)")
  })

  it('are found by dotted names', () => {
    const net = new Net()
    expect(net.get_submodule('second.0.fc')).toBe((net.second[0] as Block).fc)
    expect(net.get_submodule('')).toBe(net)
    expect(net.get_parameter('first.fc.weight')).toBe(net.first.fc.weight)
    const norm = new nn.Sequential(new nn.BatchNorm1d(2))
    expect(norm.get_buffer('0.running_var')).toBe(norm[0].running_var)
    expect(() => net.get_submodule('first.act')).toThrow('Block has no attribute `act`')
    expect(() => net.get_submodule('scale')).toThrow('`scale` is not an nn.Module')
    expect(() => net.get_parameter('first.fc')).toThrow('`fc` is not an nn.Parameter')
    expect(() => net.get_buffer('first.gain')).toThrow('`gain` is not a buffer')
    expect(() => net.get_buffer('first.gone')).toThrow(torch.AttributeError)
  })

  it('are set by dotted names', () => {
    const net = new Net()
    const act = new nn.ReLU()
    net.set_submodule('second.1', act)
    expect(net.second[1]).toBe(act)
    net.set_submodule('first.act', act)
    expect(names(net.first.named_children())).toEqual(['fc', 'act'])
    expect(() => { net.set_submodule('', act) }).toThrow('Cannot set the submodule without a target name!')
    expect(() => { net.set_submodule('first.other', act, { strict: true }) }).toThrow('Block has no attribute `other`')
    expect(() => { net.set_submodule('scale', act) }).toThrow('`scale` is not an nn.Module')
    expect(() => { net.set_submodule('first', 3 as unknown as nn.Module) }).toThrow("`module` is not an nn.Module, found <class 'int'>")
  })
})

describe('registration', () => {
  it('adds buffers, which may be absent or not persistent', () => {
    const module = new nn.ReLU() as nn.ReLU & { mean: torch.Tensor | null }
    module.register_buffer('mean', torch.zeros(2))
    module.register_buffer('none', null)
    module.register_buffer('scratch', torch.ones(1), { persistent: false })
    expect(names(module.named_buffers())).toEqual(['mean', 'scratch'])
    expect(Object.keys(module.state_dict())).toEqual(['mean'])
    module.mean = torch.ones(2)
    expect(module.state_dict()['mean'].tolist()).toEqual([1, 1])
    module.register_buffer('scratch', torch.ones(1))
    expect(Object.keys(module.state_dict())).toEqual(['mean', 'scratch'])
  })

  it('adds parameters and modules under a name', () => {
    const module = new nn.ReLU()
    const weight = new nn.Parameter(torch.ones(1))
    module.register_parameter('weight', weight)
    module.register_parameter('bias', null)
    module.register_module('child', new nn.Linear(1, 1))
    module.add_module('gone', null)
    expect(names(module.named_parameters())).toEqual(['weight', 'child.weight', 'child.bias'])
    expect(module.get_parameter('weight')).toBe(weight)
  })

  it('refuses bad names and values in PyTorch\'s words', () => {
    const module = new nn.Linear(1, 1)
    const bad = <T>(value: unknown): T => value as T
    expect(() => { module.register_buffer('a.b', torch.ones(1)) }).toThrow('buffer name can\'t contain "."')
    expect(() => { module.register_buffer('', torch.ones(1)) }).toThrow('buffer name can\'t be empty string ""')
    expect(() => { module.register_buffer('weight', torch.ones(1)) }).toThrow("attribute 'weight' already exists")
    expect(() => { module.register_buffer('forward', torch.ones(1)) }).toThrow(torch.KeyError)
    expect(() => { module.register_buffer(bad<string>(3), torch.ones(1)) }).toThrow('buffer name should be a string. Got int')
    expect(() => { module.register_buffer('x', bad<torch.Tensor>(3)) }).toThrow("cannot assign 'int' object to buffer 'x' (torch Tensor or None required)")
    expect(() => { module.register_parameter('a.b', null) }).toThrow('parameter name can\'t contain "."')
    expect(() => { module.register_parameter('', null) }).toThrow('parameter name can\'t be empty string ""')
    expect(() => { module.register_parameter('training', null) }).toThrow("attribute 'training' already exists")
    expect(() => { module.register_parameter('x', bad(torch.ones(1))) })
      .toThrow("cannot assign 'torch.FloatTensor' object to parameter 'x' (torch.nn.Parameter or None required)")
    expect(() => { module.add_module('a.b', null) }).toThrow('module name can\'t contain ".", got: a.b')
    expect(() => { module.add_module('', null) }).toThrow('module name can\'t be empty string ""')
    expect(() => { module.add_module('weight', new nn.ReLU()) }).toThrow("attribute 'weight' already exists")
    expect(() => { module.add_module('x', bad(torch.ones(1))) }).toThrow('torch.FloatTensor is not a Module subclass')
    expect(() => { module.add_module(bad(null), null) }).toThrow('module name should be a string. Got NoneType')
  })
})

describe('modes and gradients', () => {
  it('train and eval reach all modules', () => {
    const net = new Net()
    expect(net.eval()).toBe(net)
    expect([...net.modules()].map(module => module.training)).toEqual(new Array(7).fill(false))
    expect(net.train().second[1].training).toBe(true)
    expect(() => net.train(1 as unknown as boolean)).toThrow('training mode is expected to be boolean')
  })

  it('apply visits children first', () => {
    const visited: string[] = []
    new Net().apply(module => visited.push(module._get_name()))
    expect(visited).toEqual(['Linear', 'Block', 'Linear', 'Block', 'Dropout', 'Sequential', 'Net'])
  })

  it('requires_grad_ freezes and zero_grad takes gradients away', () => {
    const net = new Block()
    net(torch.ones(1, 2)).sum().backward()
    const [first] = net.parameters()
    net.zero_grad({ set_to_none: false })
    expect(first.grad!.tolist()).toEqual([0])
    net.zero_grad()
    expect(first.grad).toBe(null)
    expect([...net.requires_grad_(false).parameters()].every(param => !param.requires_grad)).toBe(true)
    expect(net(torch.ones(1, 2)).requires_grad).toBe(false)
  })
})

describe('conversions', () => {
  it('keep the parameters and their gradients, so that an optimizer still has them', () => {
    const fc = new nn.Linear(2, 2)
    fc(torch.ones(1, 2)).sum().backward()
    const { weight } = fc
    const grad = weight.grad!
    expect(fc.to(torch.float64)).toBe(fc)
    expect(fc.weight).toBe(weight)
    expect([weight.dtype, weight.grad!.dtype, weight.requires_grad, weight.is_leaf]).toEqual([torch.float64, torch.float64, true, true])
    expect(weight.grad!.is(grad)).toBe(true)
    expect(fc(torch.ones(1, 2, { dtype: torch.float64 })).dtype).toBe(torch.float64)
  })

  it('leave integer buffers as they are', () => {
    const norm = new nn.BatchNorm1d(2).half()
    expect([norm.running_mean!.dtype, norm.num_batches_tracked!.dtype, norm.weight!.dtype]).toEqual([torch.float16, torch.int64, torch.float16])
    expect(norm.double().bfloat16().float().weight!.dtype).toBe(torch.float32)
    expect(norm.to({ dtype: torch.float64 }).num_batches_tracked!.dtype).toBe(torch.int64)
    expect(norm.type(torch.float32).num_batches_tracked!.dtype).toBe(torch.float32)
  })

  it('take a dtype, a device, a tensor or keywords', () => {
    const fc = new nn.Linear(1, 1)
    expect(fc.to('cpu', torch.float64).weight.dtype).toBe(torch.float64)
    expect(fc.to(torch.ones(1, { dtype: torch.float16 })).weight.dtype).toBe(torch.float16)
    expect(fc.to(torch.device('cpu')).cpu().weight.dtype).toBe(torch.float16)
    const conv = new nn.Conv2d(2, 2, 2).to({ memory_format: torch.channels_last })
    expect(conv.weight.is_contiguous({ memory_format: torch.channels_last })).toBe(true)
    expect(() => fc.to(torch.int64)).toThrow(
      'nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int64')
  })

  it('move to the meta device and back', () => {
    const fc = new nn.Linear(2, 2).to('meta')
    expect([fc.weight.is_meta, fc.weight.requires_grad]).toEqual([true, true])
    expect(() => fc.to('cpu')).toThrow('Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of '
      + 'torch.nn.Module.to() when moving module from meta to a different device.')
    const moved = fc.to_empty({ device: 'cpu' })
    expect([moved.weight.is_cpu, moved.weight.requires_grad, [...moved.weight.shape]]).toEqual([true, true, [2, 2]])
  })

  it('make layers on a device and of a dtype', () => {
    expect(new nn.Conv1d(1, 1, 1, { device: 'meta', dtype: torch.float64 }).weight.is_meta).toBe(true)
    expect(new nn.BatchNorm1d(1, { dtype: torch.float64 }).running_var!.dtype).toBe(torch.float64)
  })
})

describe('text', () => {
  it('nests children and shows extra_repr, of several lines too', () => {
    class Lines extends nn.Module {
      fc = new nn.Linear(1, 1)

      override extra_repr(): string {
        return 'a=1\nb=2'
      }
    }
    const text = 'Lines(\n  a=1\n  b=2\n  (fc): Linear(in_features=1, out_features=1, bias=True)\n)'
    expect([String(new Lines()), inspect(new Lines())]).toEqual([text, text])
    expect(String(new Net().first)).toBe('Block(\n  (fc): Linear(in_features=2, out_features=2, bias=True)\n)')
  })

  it('of a module without children is one line', () => {
    class Plain extends nn.Module {}
    expect(String(new Plain())).toBe('Plain()')
  })
})
