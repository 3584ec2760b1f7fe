// nn.Parameter and nn.Buffer: their memory, gradients and text.
import { inspect } from 'node:util'
import torch, { nn } from 'torch-ts'

describe('nn.Parameter', () => {
  it('is a leaf on the memory of its data that requires grad', () => {
    const data = torch.zeros(2)
    const param = new nn.Parameter(data)
    expect(param).toBeInstanceOf(torch.Tensor)
    expect([param.requires_grad, param.is_leaf, data.requires_grad]).toEqual([true, true, false])
    data.fill_(3)
    expect(param.tolist()).toEqual([3, 3])
  })

  it('requires grad also within no_grad, and not if told so', () => {
    expect(torch.no_grad(() => new nn.Parameter(torch.zeros(1))).requires_grad).toBe(true)
    expect(new nn.Parameter(torch.zeros(1), false).requires_grad).toBe(false)
    expect(new nn.Parameter({ data: torch.zeros(1), requires_grad: false }).requires_grad).toBe(false)
  })

  it('leaves the graph of its data', () => {
    const x = torch.ones(2).requires_grad_()
    const param = new nn.Parameter(x.mul(2))
    expect(param.grad_fn).toBe(null)
    param.sum().backward()
    expect([param.grad!.tolist(), x.grad]).toEqual([[1, 1], null])
  })

  it('prints as in Python, in the console too', () => {
    const param = new nn.Parameter(torch.tensor([1, 2]))
    const text = 'Parameter containing:\ntensor([1., 2.], requires_grad=True)'
    expect([String(param), inspect(param), `${param}`]).toEqual([text, text, text])
    expect(String(param.add(1))).toBe('tensor([2., 3.], grad_fn=<AddBackward0>)')
  })

  it('is empty without data', () => {
    expect([...new nn.Parameter().shape]).toEqual([0])
  })

  it('refuses data that cannot have a gradient or is no tensor', () => {
    expect(() => new nn.Parameter(torch.tensor([1n]))).toThrow('Only Tensors of floating point and complex dtype can require gradients')
    expect(new nn.Parameter(torch.tensor([1n]), false).dtype).toBe(torch.int64)
    expect(() => new nn.Parameter([1] as unknown as torch.Tensor)).toThrow("Parameter(): argument 'data' must be Tensor, not <class 'list'>")
    expect(() => new nn.Parameter({ dat: 1 } as never)).toThrow("Parameter() got an unexpected keyword argument 'dat'")
  })
})

describe('nn.Buffer', () => {
  it('is a buffer of the module that has it as a field, in the state_dict unless it is not persistent', () => {
    class Net extends nn.Module {
      kept = new nn.Buffer(torch.ones(1))
      scratch = new nn.Buffer(torch.ones(2), { persistent: false })
    }
    const net = new Net()
    expect([...net.named_buffers()].map(([name]) => name)).toEqual(['kept', 'scratch'])
    expect(Object.keys(net.state_dict())).toEqual(['kept'])
    expect([...net.parameters()]).toEqual([])
    expect(String(net.kept)).toBe('tensor([1.])')
  })
})
