// copy.deepcopy: tensors, modules and what they share.
import torch, { copy, nn } from 'torch-ts'

describe('copy.deepcopy of modules', () => {
  class Net extends nn.Module {
    fc = new nn.Linear(2, 2)
    tied = this.fc
    act = torch.relu
    options = { sizes: [1, 2], seen: new Set([3]), by: new Map([['a', torch.ones(1)]]) }

    forward(x: torch.Tensor): torch.Tensor {
      return this.act(this.tied(x))
    }
  }

  it('copies parameters, buffers, fields and modes, and keeps what is shared shared', () => {
    const net = new Net()
    net.register_buffer('count', torch.zeros(1), { persistent: false })
    net.fc.weight.requires_grad = false
    net.eval()
    const other = copy.deepcopy(net)
    expect(other).toBeInstanceOf(Net)
    const x = torch.rand(3, 2)
    expect(other(x).tolist()).toEqual(net(x).tolist())
    torch.no_grad(() => net.fc.weight.fill_(0))
    expect(other.fc.weight.eq(0).any().item()).toBe(false)
    expect([other.tied === other.fc, other.fc === net.fc, other.training, other.fc.weight.requires_grad, other.act === torch.relu])
      .toEqual([true, false, false, false, true])
    expect(other.fc.weight).toBeInstanceOf(nn.Parameter)
    expect(Object.keys(other.state_dict())).toEqual(Object.keys(net.state_dict()))
    expect([...other.named_buffers()].map(([name]) => name)).toEqual(['count'])
    expect([other.options.sizes, other.options.sizes === net.options.sizes, other.options.by.get('a') === net.options.by.get('a')])
      .toEqual([[1, 2], false, false])
    other.double().train()
    expect([net.fc.weight.dtype, net.training]).toEqual([torch.float32, false])
  })

  it('copies hooks, which are not shared afterwards', () => {
    const fc = new nn.Linear(1, 1)
    let calls = 0
    const handle = fc.register_forward_hook(() => { calls++ })
    const other = copy.deepcopy(fc)
    handle.remove()
    fc(torch.ones(1))
    other(torch.ones(1))
    expect(calls).toBe(1)
  })

  it('copies containers and lazy layers, which then take their sizes each for itself', () => {
    const net = new nn.Sequential(new nn.LazyLinear(2), new nn.ModuleDict({ 10: new nn.ReLU(), 9: new nn.Tanh() }))
    const other = copy.deepcopy(net)
    expect((other[1] as nn.ModuleDict).keys()).toEqual(['9', '10'])
    other[0](torch.ones(1, 3))
    net[0](torch.ones(1, 5))
    expect([String(other[0]), String(net[0])]).toEqual(['Linear(in_features=3, out_features=2, bias=True)', 'Linear(in_features=5, out_features=2, bias=True)'])
  })

  it('lets a class copy itself', () => {
    class Handle {
      __deepcopy__(): string {
        return 'copied'
      }
    }
    expect(copy.deepcopy({ handle: new Handle() })).toEqual({ handle: 'copied' })
  })
})

describe('copy.deepcopy of tensors', () => {
  it('copies leaves with their gradients, strides and dtype', () => {
    const x = torch.rand(2, 3, { dtype: torch.float64 }).t().requires_grad_()
    x.sum().backward()
    const [a, b] = copy.deepcopy([x, x])
    expect([a === b, a.requires_grad, a.dtype, a.stride(), a.tolist()]).toEqual([true, true, torch.float64, [1, 3], x.tolist()])
    expect(a.grad!.tolist()).toEqual(x.grad!.tolist())
    expect(a.grad!.is(x.grad!)).toBe(false)
  })

  it('refuses others', () => {
    expect(() => copy.deepcopy(torch.ones(1).requires_grad_().mul(2)))
      .toThrow('Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.')
  })

  it('leaves constants and plain values as they are', () => {
    expect(copy.deepcopy(torch.float32)).toBe(torch.float32)
    expect(copy.deepcopy(null)).toBe(null)
    expect(copy.deepcopy('a')).toBe('a')
    const array = new Float32Array([1, 2])
    expect([copy.deepcopy(array), copy.deepcopy(array) === array]).toEqual([array, false])
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const other = copy.deepcopy(cyclic)
    expect([other.self === other, other === cyclic]).toEqual([true, false])
  })
})
