// How tensors print: torch/_tensor_str.py.
import { inspect } from 'node:util'
import torch from 'torch-ts'
import { complex_repr, exponential, fixed, float_repr, general } from '../lib/_python_format'
import { python_torch } from './helpers/python'

afterEach(() => torch.set_printoptions({ profile: 'default' }))

describe('printing a tensor', () => {
  it('is its repr in text and in console.log alike', () => {
    const x = torch.tensor([[1, 2.5], [-3, 4]])
    const text = 'tensor([[ 1.0000,  2.5000],\n        [-3.0000,  4.0000]])'
    expect(String(x)).toBe(text)
    expect(`${x}`).toBe(text)
    expect(x.toString()).toBe(text)
    expect(inspect(x)).toBe(text)
    expect(inspect({ x: torch.arange(2) })).toBe('{ x: tensor([0, 1]) }')
    expect(`${torch.tensor(1.5)}`).toBe('tensor(1.5000)')
  })

  it('shows what cannot be seen from the elements: dtype, device, gradient', () => {
    const x = torch.ones(2).requires_grad_()
    expect(String(x)).toBe('tensor([1., 1.], requires_grad=True)')
    expect(String(x.mul(2))).toBe('tensor([2., 2.], grad_fn=<MulBackward0>)')
    expect(String(x.detach())).toBe('tensor([1., 1.])')
    expect(String(torch.ones(2, { dtype: torch.float16 }))).toBe('tensor([1., 1.], dtype=torch.float16)')
    expect(String(torch.ones([2, 3], { device: 'meta' }))).toBe("tensor(..., device='meta', size=(2, 3))")
    const long = torch.ones([6], { dtype: torch.float64 }).mul(0.123).requires_grad_()
    expect(String(long)).toBe('tensor([0.1230, 0.1230, 0.1230, 0.1230, 0.1230, 0.1230], dtype=torch.float64,\n       requires_grad=True)')
  })

  it('leaves the dtype out for the default one', () => {
    torch.set_default_dtype(torch.float64)
    try {
      expect(String(torch.tensor([1]))).toBe('tensor([1.])')
      expect(String(torch.tensor([new torch.Complex(1, 2)]))).toBe('tensor([1.+2.j])')
      expect(String(torch.tensor([1], { dtype: torch.float32 }))).toBe('tensor([1.], dtype=torch.float32)')
      expect(String(torch.empty([0], { dtype: torch.int64 }))).toBe('tensor([], dtype=torch.int64)')
    } finally {
      torch.set_default_dtype(torch.float32)
    }
  })

  it('keeps 64-bit integers whole', () => {
    expect(String(torch.tensor([2n ** 63n - 1n, -(2n ** 63n)]))).toBe('tensor([ 9223372036854775807, -9223372036854775808])')
    expect(String(torch.tensor(new BigUint64Array([2n ** 64n - 1n])))).toBe('tensor([18446744073709551615], dtype=torch.uint64)')
  })

  it('shows the parts of a sparse tensor', () => {
    expect(String(torch.eye(2).to_sparse())).toBe([
      'tensor(indices=tensor([[0, 1],', '                       [0, 1]]),', '       values=tensor([1., 1.]),',
      '       size=(2, 2), nnz=2, layout=torch.sparse_coo)'].join('\n'))
    expect(String(torch.eye(2).to_sparse_csr())).toBe([
      'tensor(crow_indices=tensor([0, 1, 2]),', '       col_indices=tensor([0, 1]),',
      '       values=tensor([1., 1.]), size=(2, 2), nnz=2, layout=torch.sparse_csr)'].join('\n'))
  })

  it('shows the tensors of a nested one', () => {
    const x = torch.ops.aten._nested_tensor_from_tensor_list([torch.ones(2), torch.eye(2).at(0)])
    expect(String(x)).toBe('nested_tensor([\n  tensor([1., 1.]),\n  tensor([1., 0.])\n])')
  })

  it('names the class of a tensor of one', () => {
    class Image extends torch.Tensor {}
    const x = Object.setPrototypeOf(torch.ones(2), Image.prototype) as Image
    expect(String(x)).toBe('Image([1., 1.])')
  })

  it('of one that was disposed of does not throw in console.log', () => {
    const x = torch.ones(2)
    x.dispose()
    expect(inspect(x)).toBe('tensor(<disposed of>)')
    expect(() => String(x)).toThrow('this Tensor has been disposed of')
  })

  it('copies no more than the edges of a large tensor', () => {
    const x = torch.zeros(1).expand(1_000_000, 1_000_000)
    const row = '        [0., 0., 0.,  ..., 0., 0., 0.]'
    expect(String(x)).toBe(`tensor([[0., 0., 0.,  ..., 0., 0., 0.],\n${row},\n${row},\n        ...,\n${row},\n${row},\n${row}])`)
  })

  it('changes neither the graph nor the random state', () => {
    torch.manual_seed(3)
    const state = torch.get_rng_state()
    const x = torch.tensor([1, 2, 3]).requires_grad_()
    const y = x.mul(x)
    const version = y._version
    expect(String(y)).toBe('tensor([1., 4., 9.], grad_fn=<MulBackward0>)')
    expect(y._version).toBe(version)
    expect(y.grad_fn!.name()).toBe('MulBackward0')
    expect(torch.no_grad(() => String(y))).toBe('tensor([1., 4., 9.], grad_fn=<MulBackward0>)')
    expect(torch.inference_mode(() => String(y))).toBe('tensor([1., 4., 9.], grad_fn=<MulBackward0>)')
    y.sum().backward()
    expect(x.grad!.tolist()).toEqual([2, 4, 6])
    expect(torch.get_rng_state().equal(state)).toBe(true)
  })
})

describe('printing other values', () => {
  it('is their repr', () => {
    expect(inspect([torch.float32, torch.strided, torch.channels_last])).toBe('[ torch.float32, torch.strided, torch.channels_last ]')
    expect(inspect(new torch.Size([2, 3]))).toBe('torch.Size([2, 3])')
    expect(inspect(torch.zeros(4).shape)).toBe('torch.Size([4])')
    expect(inspect(new torch.Complex(-0.5, 2))).toBe('(-0.5+2j)')
    expect(inspect(torch.device('cuda', 1))).toBe("device(type='cuda', index=1)")
    expect(String(torch.device('cuda', 1))).toBe('cuda:1')
    expect(inspect(torch.tensor([1, 3]).max(0))).toBe('torch.return_types.max(\nvalues=tensor(3.),\nindices=tensor(1))')
  })
})

describe('set_printoptions', () => {
  it('changes what it is given, and sci_mode always', () => {
    torch.set_printoptions({ precision: 2, sci_mode: true })
    torch.set_printoptions({ edgeitems: 1, threshold: 3, linewidth: 40 })
    expect(torch.get_printoptions()).toEqual({ precision: 2, threshold: 3, edgeitems: 1, linewidth: 40, sci_mode: null })
    expect(String(torch.arange(4))).toBe('tensor([0,  ..., 3])')
    torch.set_printoptions({ profile: 'full' })
    expect(torch.get_printoptions()).toEqual({ precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80, sci_mode: null })
    torch.set_printoptions(3, { profile: 'short' })
    expect(torch.get_printoptions()).toEqual({ precision: 3, threshold: 1000, edgeitems: 2, linewidth: 80, sci_mode: null })
  })

  it('rejects what printing could not use', () => {
    expect(() => torch.set_printoptions({ precision: -1 })).toThrow('set_printoptions(): precision must be an int from 0 to 99, but got -1')
    expect(() => torch.set_printoptions({ linewidth: 1.5 })).toThrow('set_printoptions(): linewidth must be an int from 0 to Infinity, but got 1.5')
    expect(() => torch.set_printoptions({ edgeitems: '3' as never }))
      .toThrow(new TypeError("set_printoptions(): argument 'edgeitems' must be a number, not string"))
    expect(() => torch.set_printoptions({ width: 3 } as never))
      .toThrow(new TypeError("set_printoptions() got an unexpected keyword argument 'width'"))
    expect(torch.get_printoptions()).toEqual({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sci_mode: null })
  })

  it('holds for a callback with printoptions', () => {
    torch.set_printoptions({ sci_mode: false })
    expect(torch.printoptions({ precision: 1 }, () => String(torch.tensor(0.25)))).toBe('tensor(0.2)')
    expect(() => torch.printoptions({ precision: 1 }, () => { throw new Error('inside') })).toThrow('inside')
    expect(torch.get_printoptions()).toEqual({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sci_mode: false })
  })
})

describe('numbers as Python writes them', () => {
  it('round ties of the exact binary value to even', () => {
    expect([0.5, 1.5, 2.5, -0.5].map(value => fixed(value, 0))).toEqual(['0', '2', '2', '-0'])
    expect([0.125, 0.375, 2.675, -0.125].map(value => fixed(value, 2))).toEqual(['0.12', '0.38', '2.67', '-0.12'])
    expect([2.5, 3.5, 12500, 2.5e22].map(value => exponential(value, 0))).toEqual(['2e+00', '4e+00', '1e+04', '2e+22'])
    expect(fixed(1e22, 2)).toBe('10000000000000000000000.00')
  })

  it('have a point or an exponent when they are floats', () => {
    const values = [1, -0, 1e15, 1e16, 1e-4, 1e-5, 0.1, 1.5e300, NaN, -Infinity]
    expect(values.map(float_repr)).toEqual(
      ['1.0', '-0.0', '1000000000000000.0', '1e+16', '0.0001', '1e-05', '0.1', '1.5e+300', 'nan', '-inf'])
    expect([[1, 2], [0, -1], [-0, 1], [NaN, Infinity]].map(([a, b]) => complex_repr(a, b))).toEqual(['(1+2j)', '-1j', '(-0+1j)', '(nan+infj)'])
    expect([1, 100000, 1e6, 3.4028234663852886e38, 0.0009765625].map(value => general(value, 6)))
      .toEqual(['1', '100000', '1e+06', '3.40282e+38', '0.000976562'])
  })
})

const PROGRAM = `
import json, random, struct, sys, torch
random.seed(int(sys.argv[1])); torch.manual_seed(int(sys.argv[1]))
floats = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e5m2, torch.float8_e4m3fn,
  torch.float8_e5m2fnuz, torch.float8_e4m3fnuz, torch.complex64, torch.complex128]
ints = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.uint32, torch.uint64, torch.bool]
special = [0., -0., 1., -1., float('inf'), -float('inf'), float('nan'), .5, 1e-5, 1e8, 123456.]
def values(n):
    kind = random.randrange(6)
    if kind == 0: x = torch.randn(n, dtype=torch.float64)
    elif kind == 1: x = torch.randint(-50, 50, (n,)).double()
    elif kind == 2: x = torch.randint(-50, 50, (n,)).double() / 2 ** random.randrange(8)
    elif kind == 3: x = torch.randn(n, dtype=torch.float64) * 10. ** random.randint(-12, 12)
    elif kind == 4: x = torch.randn(n, dtype=torch.float64).mul(8).exp()
    else: x = torch.tensor([random.choice(special) for _ in range(n)], dtype=torch.float64)
    for i in range(n):
        if random.random() < .05: x[i] = random.choice(special)
    return x
def tensor():
    shape = [random.choice([0, 1, 2, 3, 5, 8, 13, 40]) if random.random() < .3 else random.randint(1, 9) for _ in range(random.randint(0, 4))]
    n = torch.Size(shape).numel()
    if random.random() < .6:
        dtype = random.choice(floats)
        x = torch.complex(values(n), values(n)) if dtype.is_complex else values(n)
    else:
        dtype = random.choice(ints)
        x = torch.randint(0, 2 if dtype == torch.bool else 2 ** random.choice([1, 4, 7]), (n,))
        if dtype in (torch.int64, torch.int32): x = x * random.choice([1, -1, 2 ** 20])
    return x.to(dtype).view(shape)
def options():
    if random.random() < .4: return {'profile': 'default'}
    given = {'profile': random.choice(['default', 'short', 'full']), 'sci_mode': random.choice([None, None, True, False])}
    for name, choices in [('precision', [0, 1, 2, 3, 6, 10]), ('threshold', [0, 5, 20, 100]), ('edgeitems', [0, 1, 2, 5]),
            ('linewidth', [10, 40, 60, 120])]:
        if random.random() < .4: given[name] = random.choice(choices)
    return given
cases = []
for _ in range(int(sys.argv[2])):
    x, given = tensor(), options()
    torch.set_printoptions(**given)
    bytes = x.contiguous().view(-1).view(torch.uint8).tolist() if x.numel() else []
    if x.dim() and random.random() < .2:
        order = random.sample(range(x.dim()), x.dim())
    else:
        order = list(range(x.dim()))
    cases.append([str(x.dtype)[6:], list(x.shape), bytearray(bytes).hex(), order, given, repr(x.permute(order) if x.dim() else x)])
print(json.dumps(cases))
`

type Case = [dtype: string, shape: number[], bytes: string, order: number[], options: object, repr: string]

describe('printing, compared with Python', () => {
  it('gives the same text for random tensors and options', () => {
    const python = python_torch()
    if (!python) return console.log('printing: no Python torch here, random tensors are not compared')
    const cases = JSON.parse(python.run(PROGRAM, '1', '600')) as Case[]
    const failures = cases.flatMap(([name, shape, bytes, order, options, repr]) => {
      const dtype = (torch as any)[name] as torch.dtype
      const flat = bytes === '' ? torch.empty([0], { dtype }) : torch.frombuffer(Uint8Array.from(Buffer.from(bytes, 'hex')), { dtype })
      const x = flat.view(shape)
      torch.set_printoptions(options)
      const text = String(order.length > 0 ? x.permute(order) : x)
      return text === repr ? [] : [`${name} ${JSON.stringify(options)}\n${text}\nwanted:\n${repr}`]
    })
    expect(failures).toEqual([])
  })
})
