// state_dict and load_state_dict: names, versions, differences between model and checkpoint, hooks, extra state, lazy layers.
import { inspect } from 'node:util'
import torch, { nn } from 'torch-ts'

class Net extends nn.Module {
  fc = new nn.Linear(2, 3)
  norm = new nn.BatchNorm1d(3)
}

const metadata = (state: object): unknown => (state as { _metadata: unknown })._metadata

describe('state_dict', () => {
  it('holds parameters and persistent buffers by dotted names, in order, with the versions of the modules', () => {
    const net = new Net()
    const state = net.state_dict()
    expect(Object.keys(state)).toEqual(['fc.weight', 'fc.bias', 'norm.weight', 'norm.bias', 'norm.running_mean', 'norm.running_var',
      'norm.num_batches_tracked'])
    expect(metadata(state)).toEqual({ '': { version: 1 }, fc: { version: 1 }, norm: { version: 2 } })
  })

  it('shares memory with the module, out of the graph unless keep_vars', () => {
    const net = new Net()
    const state = net.state_dict()
    expect([state['fc.weight'] === net.fc.weight, state['fc.weight'].requires_grad]).toEqual([false, false])
    torch.no_grad(() => net.fc.weight.fill_(4))
    expect(state['fc.weight'].tolist()).toEqual([[4, 4], [4, 4], [4, 4]])
    expect(net.state_dict({ keep_vars: true })['fc.weight'] === net.fc.weight).toBe(true)
  })

  it('takes a prefix and a destination', () => {
    const destination = {}
    expect(new nn.Linear(1, 1).state_dict({ destination, prefix: 'a.b.' })).toBe(destination)
    expect(Object.keys(destination)).toEqual(['a.b.weight', 'a.b.bias'])
  })

  it('calls hooks before and after', () => {
    const net = new Net()
    const calls: unknown[] = []
    net.fc.register_state_dict_pre_hook((module, prefix, keep_vars) => { calls.push(module === net.fc, prefix, keep_vars) })
    net.fc.register_state_dict_post_hook((_, state: Record<string, unknown>, prefix, local: unknown) => {
      calls.push(prefix, local)
      state[`${prefix}more`] = torch.ones(1)
    })
    expect(Object.keys(net.state_dict()).slice(0, 3)).toEqual(['fc.weight', 'fc.bias', 'fc.more'])
    expect(calls).toEqual([true, 'fc.', false, 'fc.', { version: 1 }])
    net.register_state_dict_post_hook(() => ({}) as never)
    expect(() => net.state_dict()).toThrow('state_dict post-hook must return None')
  })
})

describe('load_state_dict', () => {
  it('copies values into the parameters and says that all matched', () => {
    const [net, other] = [new Net(), new Net()]
    const { weight } = net.fc
    const keys = net.load_state_dict(other.state_dict())
    expect([String(keys), inspect(keys)]).toEqual(['<All keys matched successfully>', '<All keys matched successfully>'])
    expect(keys).toMatchObject({ missing_keys: [], unexpected_keys: [] })
    expect(net.fc.weight).toBe(weight)
    expect(weight.tolist()).toEqual(other.fc.weight.tolist())
    expect(weight.is(other.fc.weight)).toBe(false)
  })

  it('takes a Map or a plain object, without versions', () => {
    const [net, other] = [new Net(), new Net()]
    net.load_state_dict(new Map(Object.entries(other.state_dict())))
    expect(net.fc.bias!.tolist()).toEqual(other.fc.bias!.tolist())
    net.load_state_dict({ ...new Net().state_dict() })
    expect(() => net.load_state_dict([] as never)).toThrow("Expected state_dict to be dict-like, got <class 'list'>.")
  })

  it('lists every difference in PyTorch\'s words', () => {
    const state: Record<string, unknown> = { ...new Net().state_dict(), 'fc.weight': torch.ones(2, 3), extra: torch.ones(1), 'fc.more.x': torch.ones(1), 'fc.bias': 3 }
    delete state['norm.running_mean']
    expect(() => new Net().load_state_dict(state)).toThrow(new torch.RuntimeError('Error(s) in loading state_dict for Net:\n'
      + '\tMissing key(s) in state_dict: "norm.running_mean". \n'
      + '\tUnexpected key(s) in state_dict: "extra", "fc.more.x". \n'
      + '\tsize mismatch for fc.weight: copying a param with shape torch.Size([2, 3]) from checkpoint, '
      + 'the shape in current model is torch.Size([3, 2]).\n'
      + '\tWhile copying the parameter named "fc.bias", expected torch.Tensor or Tensor-like object from checkpoint but received <class \'int\'>'))
  })

  it('reports differing names without strict', () => {
    const keys = new nn.Linear(1, 1).load_state_dict({ weight: torch.ones(1, 1), more: torch.ones(1) }, { strict: false })
    expect([...keys]).toEqual([['bias'], ['more']])
    expect(String(keys)).toBe("_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['more'])")
    expect(() => new nn.Linear(1, 1).load_state_dict({ weight: torch.ones(2) }, false)).toThrow('size mismatch for weight')
  })

  it('refuses a key whose parameter is absent', () => {
    const state = new nn.Linear(2, 2).state_dict()
    expect(() => new nn.Linear(2, 2, { bias: false }).load_state_dict(state)).toThrow('Unexpected key(s) in state_dict: "bias". ')
  })

  it('takes the given tensors themselves with assign, and keeps requires_grad', () => {
    const fc = new nn.Linear(2, 2, { device: 'meta' })
    fc.bias!.requires_grad = false
    const weight = torch.ones(2, 2, { dtype: torch.float64 })
    const bias = new nn.Parameter(torch.ones(2))
    fc.load_state_dict({ weight, bias }, { assign: true })
    expect([fc.weight.dtype, fc.weight.requires_grad, fc.bias === bias, bias.requires_grad]).toEqual([torch.float64, true, true, false])
    expect(fc.weight).toBeInstanceOf(nn.Parameter)
    weight.fill_(2)
    expect(fc.weight.tolist()).toEqual([[2, 2], [2, 2]])
  })

  it('reports a copy that fails', () => {
    const fc = new nn.Linear(1, 1)
    fc.register_buffer('codes', torch.ones(2).expand(3, 2))
    const state = { ...fc.state_dict(), codes: torch.ones(3, 2) }
    expect(() => fc.load_state_dict(state)).toThrow('While copying the parameter named "codes", whose dimensions in the model are torch.Size([3, 2]) '
      + 'and whose dimensions in the checkpoint are torch.Size([3, 2]), an exception occurred : (')
  })

  it('takes a vector of one element for a scalar, as before PyTorch 0.4', () => {
    class Scalar extends nn.Module {
      value = new nn.Parameter(torch.tensor(1))
    }
    const scalar = new Scalar()
    scalar.load_state_dict({ value: torch.full([1], 5) })
    expect(scalar.value.item()).toBe(5)
  })

  it('adds the batch counter that old checkpoints lack', () => {
    const state = { ...new Net().state_dict() }
    delete (state as Record<string, unknown>)['norm.num_batches_tracked']
    const net = new Net()
    net.norm(torch.rand(4, 3))
    net.load_state_dict(state)
    expect(net.norm.num_batches_tracked!.item()).toBe(1)
    const current = new Net().state_dict()
    delete (current as Record<string, unknown>)['norm.num_batches_tracked']
    expect(() => new Net().load_state_dict(current)).toThrow('Missing key(s) in state_dict: "norm.num_batches_tracked". ')
  })

  it('refuses running statistics that InstanceNorm no longer keeps', () => {
    const state = { ...new nn.InstanceNorm1d(2, { track_running_stats: true }).state_dict() }
    expect(() => new nn.InstanceNorm1d(2).load_state_dict(state)).toThrow('Unexpected running stats buffer(s) "running_mean" and "running_var" for '
      + 'InstanceNorm1d with track_running_stats=False. If state_dict is a checkpoint saved before 0.4.0')
  })

  it('calls hooks before and after, which may change what is missing', () => {
    const net = new Net()
    const calls: unknown[] = []
    net.fc.register_load_state_dict_pre_hook((module, state: Record<string, unknown>, prefix, local: unknown, strict) => {
      calls.push(module === net.fc, prefix, local, strict)
      state['fc.bias'] = torch.zeros(3)
    })
    net.register_load_state_dict_post_hook((_, keys) => { calls.push([...keys.missing_keys]); keys.missing_keys.length = 0 })
    const state = new Net().state_dict() as Record<string, unknown>
    delete state['fc.bias']
    delete state['fc.weight']
    net.load_state_dict(state)
    expect(calls).toEqual([true, 'fc.', { version: 1 }, true, ['fc.weight']])
    net.register_load_state_dict_post_hook(() => 1 as never)
    expect(() => net.load_state_dict(state)).toThrow('Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values')
  })

  it('keeps extra state', () => {
    class Counter extends nn.Module {
      count = 0

      override get_extra_state(): unknown {
        return { count: this.count }
      }

      override set_extra_state(state: unknown): void {
        this.count = (state as { count: number }).count
      }
    }
    const [counter, other] = [new Counter(), new Counter()]
    counter.count = 3
    expect(Object.keys(counter.state_dict())).toEqual(['_extra_state'])
    other.load_state_dict(counter.state_dict())
    expect(other.count).toBe(3)
    expect(() => new Counter().load_state_dict({})).toThrow('Missing key(s) in state_dict: "_extra_state". ')
    expect(() => new nn.ReLU().load_state_dict(counter.state_dict())).toThrow('Unexpected key(s) in state_dict: "_extra_state". ')
    expect(() => new nn.ReLU().get_extra_state()).toThrow('Reached a code path in Module.get_extra_state() that should never be called.')
  })
})

describe('lazy layers', () => {
  it('take their sizes from the first input and become the usual layer', () => {
    const net = new nn.Sequential(new nn.LazyConv2d(4, 3), new nn.LazyBatchNorm2d(), new nn.Flatten(), new nn.LazyLinear(2))
    expect(String(net[3])).toBe('LazyLinear(in_features=0, out_features=2, bias=True)')
    expect(String(net[3].get_parameter('weight'))).toBe('<UninitializedParameter>')
    const params = [...net.parameters()]
    net(torch.rand(2, 3, 5, 5))
    expect(String(net)).toBe(String(new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.Flatten(), new nn.Linear(36, 2))))
    expect(params.every((param, i) => param === [...net.parameters()][i])).toBe(true)
    expect([...params[0].shape]).toEqual([4, 3, 3, 3])
    net(torch.rand(2, 3, 5, 5))
  })

  it('take their sizes from a state_dict', () => {
    const lazy = new nn.LazyLinear(2)
    const given = new nn.Linear(3, 2)
    lazy.load_state_dict(given.state_dict())
    expect(lazy.weight.tolist()).toEqual(given.weight.tolist())
    expect([...lazy(torch.ones(1, 3)).shape]).toEqual([1, 2])
    expect(lazy.in_features).toBe(3)
  })

  it('give and take state without sizes', () => {
    const state = new nn.LazyBatchNorm1d().state_dict()
    expect(nn.parameter.is_lazy(state['running_mean'])).toBe(true)
    const other = new nn.LazyBatchNorm1d()
    other.load_state_dict(state)
    expect(nn.parameter.is_lazy(other.weight)).toBe(true)
  })
})
