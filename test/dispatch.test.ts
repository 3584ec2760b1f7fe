// Calls of operators by name: arguments, overloads, results and errors.
import torch, { type Tensor } from '../lib/index'

describe('arguments', () => {
  it('may be given by position, by keyword, or any prefix by position and the rest by keyword', () => {
    const x = torch.arange(6).view(2, 3)
    const sums = [x.sum(1, true), x.sum(1, { keepdim: true }), x.sum({ dim: 1, keepdim: true })]
    for (const sum of sums) expect(sum.tolist()).toEqual([[3], [12]])
    expect(torch.sum({ input: x, dim: 0 }).tolist()).toEqual([3, 5, 7])
  })

  it('that are doubled or unknown throw', () => {
    const x = torch.ones(2)
    expect(() => x.add(1, { other: 2 } as never)).toThrow(TypeError)
    expect(() => x.softmax(0, { dim: 0 } as never)).toThrow(TypeError)
    expect(() => torch.relu({ input: x, self: x } as never)).toThrow(TypeError)
  })

  it('that are sizes may be a list or numbers', () => {
    expect([torch.zeros(2, 3), torch.zeros([2, 3]), torch.zeros({ size: [2, 3] })].map(x => [...x.shape])).toEqual([[2, 3], [2, 3], [2, 3]])
    const x = torch.arange(6)
    expect([x.view(-1, 2), x.view([-1, 2]), x.reshape({ shape: [3, -1] })].map(y => [...y.shape])).toEqual([[3, 2], [3, 2], [3, 2]])
    expect([...torch.zeros(0).shape]).toEqual([0])
    expect([...torch.ones(2).repeat(2).shape]).toEqual([4])
    expect(torch.zeros(2, { dtype: torch.int64 }).dtype).toBe(torch.int64)
  })

  it('that are undefined at the end are left out', () => {
    expect(torch.ones(2, 2).sum(undefined as never).item()).toBe(4)
    expect(torch.ones(2).sum({ dim: 0, keepdim: undefined }).item()).toBe(2)
  })

  it('may be bigints, and beyond 2^53 they are exact', () => {
    const big = 2n ** 62n + 1n
    expect(torch.tensor([0n]).add(big).item()).toBe(big)
    expect(() => torch.tensor([0n]).add(2n ** 64n)).toThrow('Overflow when unpacking long long')
  })

  it('may be lists longer than the tape', () => {
    const list = Array.from({ length: 5000 }, (_, i) => torch.full([1], i))
    expect(torch.cat(list).sum().item()).toBe(5000 * 4999 / 2)
    expect(torch.ones(5000).split(Array.from({ length: 5000 }, () => 1) as never)).toHaveLength(5000)
  })

  it('may be strings with any characters', () => {
    expect(() => torch.ones(2).div(1, { rounding_mode: 'größer' })).toThrow(/größer/)
    expect(torch.tensor([7]).div(2, { rounding_mode: 'floor' }).item()).toBe(3)
  })
})

describe('overloads', () => {
  it('are chosen by the types of the arguments', () => {
    const x = torch.tensor([[1, 5], [7, 3]])
    expect(x.max().item()).toBe(7)
    expect(x.max(1).values.tolist()).toEqual([5, 7])
    expect(x.max(torch.full([2, 2], 4)).tolist()).toEqual([[4, 5], [7, 4]])
    expect(x.pow(2).tolist()).toEqual([[1, 25], [49, 9]])
    expect(torch.pow(2, torch.tensor([3])).tolist()).toEqual([8])
  })

  it('take a 0-dim tensor for a number where PyTorch does', () => {
    const k = torch.tensor(1, { dtype: torch.int64 })
    expect(torch.arange(4).roll(k as never).tolist()).toEqual([3, 0, 1, 2])
  })

  it('give the graph the node names of Python', () => {
    const x = torch.ones(1, { requires_grad: true })
    expect([x.add(1), x.sub(1), x.mul(2), x.div(2), x.pow(2)].map(y => y.grad_fn!.name()))
      .toEqual(['AddBackward0', 'SubBackward0', 'MulBackward0', 'DivBackward0', 'PowBackward0'])
  })
})

describe('numbers', () => {
  it('count as ints when they are whole operands, and as floats when they are data', () => {
    const ints = torch.tensor([1n, 2n])
    expect([ints.add(2).dtype, ints.add(2.5).dtype, ints.mul(-0).dtype]).toEqual([torch.int64, torch.float32, torch.float32])
    expect([torch.arange(3).dtype, torch.arange(0, 1, 0.5).dtype]).toEqual([torch.int64, torch.float32])
    for (const data of [torch.tensor([1, 2]), torch.full([1], 2), torch.scalar_tensor(3)]) expect(data.dtype).toBe(torch.float32)
  })
})

describe('results', () => {
  it('with names can be read by name, by place, or destructured', () => {
    const result = torch.tensor([[1, 3], [4, 2]]).max(1)
    const { values, indices } = result
    const [first, second] = result
    expect([values.tolist(), indices.tolist()]).toEqual([[3, 4], [1, 0]])
    expect([first === values, second === indices, result[0] === values, result[1] === indices, result.length]).toEqual([true, true, true, true, 2])
    expect(String(torch.tensor([1]).max(0))).toBe('torch.return_types.max(\nvalues=tensor(1.),\nindices=tensor(0))')
  })

  it('of in-place operators are the tensor itself', () => {
    const x = torch.ones(2)
    expect(x.add_(1)).toBe(x)
    expect(x.zero_().tolist()).toEqual([0, 0])
  })

  it('go into `out`, one tensor or several', () => {
    const out = torch.empty(0)
    expect(torch.add(torch.ones(2), 1, { out })).toBe(out)
    expect(out.tolist()).toEqual([2, 2])
    const outs = [torch.empty(0), torch.empty(0, { dtype: torch.int64 })]
    torch.max(torch.tensor([[1, 2]]), 1, { out: outs })
    expect(outs.map(x => x.tolist())).toEqual([[2], [1]])
  })

  it('may be lists, numbers and booleans', () => {
    expect(torch.arange(4).split(2 as never).map((x: Tensor) => x.tolist())).toEqual([[0, 1], [2, 3]])
    expect([torch.equal(torch.ones(1), torch.ones(1)), torch.ones(1).is_floating_point()]).toEqual([true, true])
    expect(torch.result_type(torch.arange(1), 2.5)).toBe(torch.float32)
  })
})

describe('torch.ops', () => {
  it('reaches every operator and overload', () => {
    const x = torch.ones(2)
    expect((torch.ops['aten']!['add']!(x, 1) as Tensor).tolist()).toEqual([2, 2])
    expect((torch.ops['aten']!['add']!['Scalar']!(x, 1) as Tensor).tolist()).toEqual([2, 2])
    expect(torch.ops['aten']!['relu']!['default']!._schema).toBe('aten::relu(Tensor self) -> Tensor')
  })

  it('throws for a name that nobody registered', () => {
    expect(() => torch.ops['aten']!['no_such_thing']).toThrow('No such operator aten::no_such_thing')
    expect(() => torch.ops['nobody']!['add']).toThrow('No such operator nobody::add')
  })
})
