// All dtypes promote, cast and hold numbers as Python's do.
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'

const names = ['bool', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64',
  'complex32', 'complex64', 'complex128', 'float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu']
const narrow = ['int1', 'int7', 'uint1', 'uint7', 'bits8', 'bits16', 'quint4x2', 'float4_e2m1fn_x2', 'qint8', 'quint8', 'qint32']

const program = `
import json, sys, torch
names, narrow = json.loads(sys.argv[1])
def attempt(f):
    try: return f()
    except Exception as e: return type(e).__name__ + ': ' + str(e)
types = [getattr(torch, name) for name in names]
print(json.dumps({
    'promote': [[attempt(lambda: str(torch.promote_types(a, b))) for b in types] for a in types],
    'cast': [[attempt(lambda: torch.can_cast(a, b)) for b in types] for a in types],
    'scalars': [[attempt(lambda: str(torch.result_type(torch.ones(1).to(a), v))) for v in (1, 1.5, True, 1j)] for a in types],
    'zero_dim': [[attempt(lambda: str(torch.result_type(torch.ones(1).to(a), torch.ones(()).to(b)))) for b in types] for a in types],
    'properties': [[str(t), t.itemsize, t.is_floating_point, t.is_complex] for t in types + [getattr(torch, name) for name in narrow]],
    'values': [repr(torch.tensor([0., 1.25, -3., 100.]).to(t).to(torch.float32)) for t in types if not t.is_complex],
}))
`

const dtype = (name: string): torch.dtype => (torch as unknown as Record<string, torch.dtype>)[name]!

function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

const python = python_torch()

describe('dtypes', () => {
  if (python === null) {
    it('are compared where there is a Python with torch', () => console.log('skipped: no Python with torch here'))
    return
  }
  const answer = JSON.parse(python.run(program, JSON.stringify([names, narrow]))) as Record<string, unknown[]>
  const types = names.map(dtype)
  const table = (cell: (a: torch.dtype, b: torch.dtype) => unknown) => types.map(a => types.map(b => attempt(() => cell(a, b))))
  const one = (type: torch.dtype, ...shape: number[]) => torch.ones(shape).to(type)

  it('promote as in Python, every pair', () => {
    expect(table((a, b) => String(torch.promote_types(a, b)))).toEqual(answer['promote'])
  })

  it('cast by the same rules', () => {
    expect(table((a, b) => torch.can_cast(a, b))).toEqual(answer['cast'])
  })

  it('promote with numbers', () => {
    const numbers = [1, 1.5, true, new torch.Complex(0, 1)]
    expect(types.map(a => numbers.map(value => attempt(() => String(torch.result_type(one(a, 1), value)))))).toEqual(answer['scalars'])
  })

  it('promote with tensors without dimensions', () => {
    expect(table((a, b) => String(torch.result_type(one(a, 1), one(b))))).toEqual(answer['zero_dim'])
  })

  it('have the same sizes and kinds', () => {
    const found = [...names, ...narrow].map(dtype).map(type => [String(type), type.itemsize, type.is_floating_point, type.is_complex])
    expect(found).toEqual(answer['properties'])
  })

  it('round numbers alike', () => {
    const values = torch.tensor([0, 1.25, -3, 100])
    expect(types.filter(type => !type.is_complex).map(type => String(values.to(type).to(torch.float32)))).toEqual(answer['values'])
  })
})

describe('64-bit integers', () => {
  const big = 2n ** 63n - 1n

  it('go in and out without loss', () => {
    const x = torch.tensor([big, -(2n ** 63n), 2n ** 53n + 1n, 7n])
    expect(x.dtype).toBe(torch.int64)
    expect(x.tolist<(number | bigint)[]>()).toEqual([big, -(2n ** 63n), 2n ** 53n + 1n, 7])
    expect(x.at(0).item<bigint>()).toBe(big)
    expect(x.numpy()).toEqual(new BigInt64Array([big, -(2n ** 63n), 2n ** 53n + 1n, 7n]))
  })

  it('take part in arithmetic as bigints', () => {
    const x = torch.tensor([2n ** 60n])
    expect(x.add(1n).item<bigint>()).toBe(2n ** 60n + 1n)
    expect(x.mul(2).item<bigint>()).toBe(2n ** 61n)
    expect(torch.full([1], big).item<bigint>()).toBe(big)
    expect(torch.arange(2n ** 60n, 2n ** 60n + 2n).tolist<bigint[]>()).toEqual([2n ** 60n, 2n ** 60n + 1n])
    expect(() => x.add(2n ** 64n)).toThrow('Overflow when unpacking long long')
  })

  it('hold the greatest unsigned numbers', () => {
    const x = torch.tensor(new BigUint64Array([2n ** 64n - 1n]))
    expect(x.dtype).toBe(torch.uint64)
    expect(x.item<bigint>()).toBe(2n ** 64n - 1n)
    expect(String(x)).toBe('tensor([18446744073709551615], dtype=torch.uint64)')
  })
})
