// Indexing, reading and writing: python_variable_indexing.cpp.
import torch, { slice } from 'torch-ts'
import { binding } from '../lib/_C'
import { operator } from '../lib/_dispatch'
import { python_torch } from './helpers/python'

const x = torch.arange(24).view(2, 3, 4)
const f = torch.tensor([0, 1, 2])
const mask = torch.tensor([[true, false, true], [false, true, false]])

/** The names of the operators that a callback calls. */
function operators_of(run: () => unknown): string[] {
  const names = ['select.int', 'slice.Tensor', 'unsqueeze', 'alias', 'index.Tensor', 'index_put_', 'zeros', 'fill_', 'copy_', 'expand', 'view',
    'scalar_tensor']
  const by_id = new Map(names.map(name => [operator(`aten::${name}`).id, name.replace(/\..*/, '')]))
  const spy = jest.spyOn(binding, 'call')
  try {
    run()
    return spy.mock.calls.map(([id]) => by_id.get(id) ?? `operator ${id}`)
  } finally {
    spy.mockRestore()
  }
}

describe('Tensor.at', () => {
  it('takes integers of all kinds', () => {
    expect(x.at(1).tolist()).toEqual(x.tolist<number[][][]>()[1])
    expect(x.at(-1, 2n, torch.tensor(3n)).item()).toBe(23)
    expect(x.at(-0, 0, 1).item()).toBe(1)
    expect(x.at(1, torch.tensor(-1, { dtype: torch.int8 })).tolist()).toEqual([20, 21, 22, 23])
  })

  it('takes slices as text and as objects', () => {
    expect(x.at(0, 0, '1:3').tolist()).toEqual([1, 2])
    expect(x.at(0, 0, '::2').tolist()).toEqual([0, 2])
    expect(x.at(0, 0, ' -3 : -1 ').tolist()).toEqual([1, 2])
    expect(x.at(0, 0, slice(1, null)).tolist()).toEqual([1, 2, 3])
    expect(x.at(0, 0, slice(2)).tolist()).toEqual([0, 1])
    expect(x.at(0, 0, slice(null, null, 3)).tolist()).toEqual([0, 3])
    expect(x.at(0, 0, slice(torch.tensor(1n), 2n ** 80n)).tolist()).toEqual([1, 2, 3])
    expect(x.at(slice(1, 100)).shape).toEqual([1, 3, 4])
  })

  it('takes new dimensions, ellipses and booleans', () => {
    expect(x.at(null).shape).toEqual([1, 2, 3, 4])
    expect(x.at('...', null, 0).shape).toEqual([2, 3, 1])
    expect(x.at(true).shape).toEqual([1, 2, 3, 4])
    expect(x.at(false).shape).toEqual([0, 2, 3, 4])
    expect(x.at(0, torch.tensor(true)).shape).toEqual([1, 3, 4])
  })

  it('takes tensors, masks and arrays, alone and mixed', () => {
    expect(x.at('...', [0, 2]).shape).toEqual([2, 3, 2])
    expect(x.at([1, 0], [0, 2], [3, 1]).tolist()).toEqual([15, 9])
    expect(x.at([[0], [1]], ':', [0, 3]).shape).toEqual([2, 2, 3])
    expect(x.at(mask).tolist()).toEqual([[0, 1, 2, 3], [8, 9, 10, 11], [16, 17, 18, 19]])
    expect(x.at(mask, '1:3').tolist()).toEqual([[1, 2], [9, 10], [17, 18]])
    expect(x.at(mask, [0, 1, 2]).tolist()).toEqual([0, 9, 18])
    expect(x.at([true, false]).shape).toEqual([1, 3, 4])
    expect(x.at([]).shape).toEqual([0, 3, 4])
    expect(x.at(new Int32Array([1, 1])).shape).toEqual([2, 3, 4])
    expect(x.at([1n, torch.tensor(0n)]).shape).toEqual([2, 3, 4])
    expect(x.at([[0, 1], [1, 0]]).shape).toEqual([2, 2, 3, 4])
  })

  it('gives views of the same memory that take part in autograd', () => {
    const leaf = torch.zeros(2, 3).requires_grad_()
    leaf.at(':', 1).mul(torch.tensor([2, 3])).sum().backward()
    expect(leaf.grad!.tolist()).toEqual([[0, 2, 0], [0, 3, 0]])
    const y = torch.zeros(2, 3)
    y.at(1, '1:').fill_(7)
    expect(y.tolist()).toEqual([[0, 0, 0], [0, 7, 7]])
    expect(y.at().data_ptr()).toBe(y.data_ptr())
    expect(y.at()).not.toBe(y)
  })

  const not_index = (type: string) => 'only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices '
    + `(got ${type})`
  it.each<[string, () => unknown, string]>([
    ['an index past the end', () => x.at(0, 3), 'index 3 is out of bounds for dimension 1 with size 3'],
    ['one before the start', () => x.at(-3), 'index -3 is out of bounds for dimension 0 with size 2'],
    ['a bigint past 64 bits', () => x.at(2n ** 70n), 'index 1180591620717411303424 is out of bounds for dimension 0 with size 2'],
    ['too many parts', () => x.at(0, 0, 0, 0), 'too many indices for tensor of dimension 3'],
    ['an index of a 0-dim tensor', () => torch.tensor(1).at(0), 'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or '
      + '`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number'],
    ['a slice of a 0-dim tensor', () => torch.tensor(1).at(':'), 'slice() cannot be applied to a 0-dim tensor.'],
    ['numbers that are not whole', () => x.at(1.5), not_index('float')],
    ['NaN', () => x.at(NaN), not_index('float')],
    ['objects', () => x.at({} as never), not_index('dict')],
    ['undefined', () => x.at(undefined as never), not_index('undefined')],
    ['text that is no slice', () => x.at('a'), "'a' is no slice: use 'start:stop:step', ':' or '...'"],
    ['float tensors', () => x.at(torch.tensor([0.5])), 'tensors used as indices must be long, int, byte or bool tensors'],
    ['positions past the end', () => x.at([0, 2]), 'index 2 is out of bounds for dimension 0 with size 2'],
    ['a mask of another shape', () => x.at([true, false, true]),
      'The shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3, 4] at index 0'],
  ])('rejects %s', (_, run, message) => {
    expect(run).toThrow(new torch.IndexError(message))
    expect(run).toThrow(RangeError)
  })

  it('rejects steps that are not positive, and ends that are not whole', () => {
    expect(() => x.at('::0')).toThrow(new torch.ValueError('slice step cannot be zero'))
    expect(() => x.at('::-1')).toThrow(new torch.ValueError('step must be greater than zero'))
    expect(() => x.at(slice(0.5, null))).toThrow(new TypeError('slice indices must be integers or None or have an __index__ method'))
    expect(() => x.at(slice(f, null))).toThrow(new TypeError('only integer tensors of a single element can be converted to an index'))
    expect(() => x.at([[0, 1], [0]])).toThrow(new torch.ValueError('expected sequence of length 2 at dim 1 (got 1)'))
    expect(() => x.at([NaN])).toThrow(new torch.ValueError('cannot convert float NaN to integer'))
  })

  it('calls one operator for each part that changes something', () => {
    expect(operators_of(() => x.at(0))).toEqual(['select'])
    expect(operators_of(() => x.at('1:'))).toEqual(['slice'])
    expect(operators_of(() => x.at(':', 0))).toEqual(['select'])
    expect(operators_of(() => x.at(':', '0:9', '...', '1:'))).toEqual(['slice'])
    expect(operators_of(() => x.at(mask))).toEqual(['index'])
    expect(operators_of(() => x.at([0, 1], null))).toEqual(['unsqueeze', 'index'])
    expect(operators_of(() => x.at(torch.tensor(1n), [0, 1]))).toHaveLength(3) // with the cast inside torch.tensor
  })
})

describe('Tensor.set_at', () => {
  const after = (...args: Parameters<torch.Tensor['set_at']>) => torch.zeros(2, 3).set_at(...args).tolist()

  it('takes numbers, booleans, bigints and tensors', () => {
    expect(after(0, 1.5)).toEqual([[1.5, 1.5, 1.5], [0, 0, 0]])
    expect(after([':', 1], true)).toEqual([[0, 1, 0], [0, 1, 0]])
    expect(after([1, '1:'], torch.tensor([4, 5]))).toEqual([[0, 0, 0], [0, 4, 5]])
    expect(after('...', torch.tensor([1, 2, 3], { dtype: torch.int64 }))).toEqual([[1, 2, 3], [1, 2, 3]])
    expect(torch.zeros(2, { dtype: torch.int64 }).set_at(0, 2n ** 62n).tolist()).toEqual([2n ** 62n, 0])
    expect(String(torch.zeros(1, { dtype: torch.complex64 }).set_at(0, new torch.Complex(1, 2)))).toBe('tensor([1.+2.j])')
  })

  it('takes masks, positions and 0-dim tensors', () => {
    expect(after(mask, 1)).toEqual([[1, 0, 1], [0, 1, 0]])
    expect(after(mask, torch.tensor([1, 2, 3]))).toEqual([[1, 0, 2], [0, 3, 0]])
    expect(after([[1, 0], [0, 2]], torch.tensor([5, 6]))).toEqual([[0, 0, 6], [5, 0, 0]])
    expect(after([':', [0, 2]], torch.tensor([[[5, 6]]]))).toEqual([[5, 0, 6], [5, 0, 6]])
    expect(after(torch.tensor(1n), 3)).toEqual([[0, 0, 0], [3, 3, 3]])
    expect(after(true, 3)).toEqual([[3, 3, 3], [3, 3, 3]])
    expect(after(false, 3)).toEqual([[0, 0, 0], [0, 0, 0]])
  })

  it('is recorded by autograd', () => {
    const leaf = torch.ones(3).requires_grad_()
    const y = leaf.mul(2)
    y.set_at(0, 5)
    expect(String(y)).toBe('tensor([5., 2., 2.], grad_fn=<CopySlices>)')
    y.sum().backward()
    expect(leaf.grad!.tolist()).toEqual([0, 2, 2])
  })

  it('rejects values that do not fit', () => {
    expect(() => after(0, torch.ones(2))).toThrow(new torch.RuntimeError(
      'The expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [3].  Tensor sizes: [2]'))
    expect(() => after([[0, 1], 0], torch.ones(3))).toThrow(new torch.RuntimeError(
      'shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape [2]'))
    expect(() => after(mask, torch.ones(3, { dtype: torch.float64 }))).toThrow(new torch.RuntimeError(
      'Index put requires the source and destination dtypes match, got Float for the destination and Double for the source.'))
    expect(() => after(0, 'a' as never)).toThrow(new TypeError("can't assign a str to a torch.FloatTensor"))
    expect(() => after(0, [1, 2] as never)).toThrow(new TypeError("can't assign a list to a torch.FloatTensor"))
    expect(() => after(0, null as never)).toThrow(new TypeError("can't assign a NoneType to a torch.FloatTensor"))
    expect(() => torch.zeros(2, { dtype: torch.int8 }).set_at(0, 300)).toThrow('value cannot be converted to type int8_t without overflow')
    expect(() => after(5, 1)).toThrow(new torch.IndexError('index 5 is out of bounds for dimension 0 with size 2'))
  })

  it('calls no more operators than it must', () => {
    const y = torch.zeros(2, 3)
    expect(operators_of(() => y.set_at(0, 1))).toEqual(['select', 'fill_'])
    expect(operators_of(() => y.set_at(':', 1))).toEqual(['fill_'])
    expect(operators_of(() => y.set_at([':', 1], torch.ones(2)))).toHaveLength(3) // with ones
    expect(operators_of(() => y.set_at([0, '1:'], y.at(1, ':2')))).toEqual(['select', 'slice', 'select', 'slice', 'copy_'])
  })
})

// ---- compared with Python ----

const PROGRAM = `
import json, random, sys, torch
from torch.utils._python_dispatch import TorchDispatchMode
random.seed(int(sys.argv[1]))

class Log(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.names = []
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = str(func).split('.')[1]
        if name != '_local_scalar_dense': self.names.append(name)
        return func(*args, **(kwargs or {}))

def position(size):
    return random.randint(-size, size - 1) if size and random.random() < .97 else random.choice([size, -size - 1, size + 3])
def bound(size):
    return None if random.random() < .4 else random.randint(-size - 1, size + 2)
def nested(shape, make):
    return [nested(shape[1:], make) for _ in range(shape[0])] if shape else make()
def part(sizes):
    """A part for the next dimension, as JSON, and how many dimensions it takes."""
    size = sizes[0] if sizes else 0
    kind = random.random()
    if kind < .08: return None, 0
    if kind < .12: return random.choice([True, False]), 0
    if kind < .35 or not sizes and kind < .9: return {random.choice(['int', 'bigint', 'scalar']): position(size)}, 1
    if kind < .65: return {'slice': [bound(size), bound(size), random.choice([None, 1, 1, 2, 3] if random.random() < .97 else [0, -1])]}, 1
    shape = random.choice([[2], [2], [1], [3], [2, 1], [1, 2], [2, 2], [0]])
    if kind < .75: return {'list': nested(shape, lambda: position(size))}, 1
    if kind < .85: return {'tensor': nested(shape, lambda: position(size)), 'dtype': random.choice(['int64', 'int64', 'int32'])}, 1
    dims = random.randint(0, min(2, len(sizes)))
    shape = [n if random.random() < .98 else n + 1 for n in sizes[:dims]]
    return {'mask': nested(shape, lambda: random.random() < .5), 'shape': shape}, dims
def parts(shape):
    left, result, dotted = list(shape), [], False
    for _ in range(random.choice([1, 1, 2, 2, 3, 4])):
        if not dotted and random.random() < .12:
            result.append('...')
            dotted = True
            left = left[random.randint(0, len(left)):]
            continue
        one, dims = part(left)
        result.append(one)
        left = left[dims:]
    return result
def python(one):
    if not isinstance(one, dict): return ... if one == '...' else one
    if 'int' in one: return one['int']
    if 'bigint' in one: return one['bigint']
    if 'scalar' in one: return torch.tensor(one['scalar'])
    if 'slice' in one: return slice(*one['slice'])
    if 'list' in one: return one['list']
    if 'tensor' in one: return torch.tensor(one['tensor'], dtype=getattr(torch, one['dtype']))
    return torch.tensor(one['mask'], dtype=torch.bool).view(one['shape'])
def value(shape):
    if random.random() < .3: return random.choice([1, -2, 2.5, True])
    shape = [1 if random.random() < .15 else n for n in shape]
    if random.random() < .3: shape = shape[random.randint(0, len(shape)):]
    if random.random() < .3: shape = [1] * random.randint(1, 2) + shape
    if random.random() < .05: shape = shape + [2]
    return {'shape': shape}
def attempt(run):
    log = Log()
    try:
        with log: result = run()
        return {'shape': list(result.shape), 'data': result.flatten().tolist(), 'grad_fn': type(result.grad_fn).__name__, 'names': log.names}
    except Exception as error:
        return {'error': type(error).__name__, 'message': str(error)}

cases = []
for i in range(int(sys.argv[2])):
    shape = [random.choice([1, 2, 2, 3, 3, 4, 5, 0] if random.random() < .1 else [2, 3, 4]) for _ in range(random.choice([0, 1, 2, 3, 3, 4]))]
    x = torch.arange(torch.Size(shape).numel(), dtype=torch.float32).view(shape)
    index = parts(shape)
    given = [python(one) for one in index]
    where = given[0] if len(given) == 1 and not isinstance(given[0], list) else tuple(given)
    if i % 2:
        read = attempt(lambda: x[where])
        what = value(read.get('shape', [2]))
        source = torch.arange(torch.Size(what['shape']).numel(), dtype=torch.float32).view(what['shape']) + 100 if isinstance(what, dict) else what
        def write():
            y = x.clone()
            y[where] = source
            return y
        case = attempt(write)
        if 'names' in case: case['names'].remove('clone')
        cases.append({'shape': shape, 'index': index, 'value': what, 'wanted': case})
    else:
        x.requires_grad_()
        cases.append({'shape': shape, 'index': index, 'wanted': attempt(lambda: x[where])})
print(json.dumps(cases))
`

interface Result { shape: number[], data: number[], grad_fn: string, names: string[] }
interface Failure { error: string, message: string }
interface Case { shape: number[], index: unknown[], value?: number | boolean | { shape: number[] }, wanted: Result | Failure }

function part_of(json: unknown, as_text: boolean): torch.IndexPart {
  if (typeof json !== 'object' || json === null) return json as torch.IndexPart
  const one = json as Record<string, any>
  if ('int' in one) return one.int
  if ('bigint' in one) return BigInt(one.bigint)
  if ('scalar' in one) return torch.tensor(one.scalar, { dtype: torch.int64 })
  if ('slice' in one) return as_text ? one.slice.map((bound: number | null) => bound ?? '').join(':') : slice(...one.slice as [null, null, null])
  if ('list' in one) return one.list
  if ('tensor' in one) return torch.tensor(one.tensor, { dtype: (torch as any)[one.dtype] })
  return torch.tensor(one.mask, { dtype: torch.bool }).view(one.shape)
}

const numel = (shape: number[]) => shape.reduce((product, size) => product * size, 1)

function run(one: Case, i: number): Result | Failure {
  const parts = one.index.map(json => part_of(json, i % 4 < 2))
  let tensor = torch.arange(numel(one.shape), { dtype: torch.float32 }).view(one.shape)
  const { value } = one
  const source = typeof value !== 'object' ? value!
    : torch.arange(numel(value.shape), { dtype: torch.float32 }).view(value.shape).add(100)
  if (value === undefined) tensor.requires_grad_()
  try {
    const names = operators_of(() => {
      tensor = value === undefined ? tensor.at(...parts) : tensor.set_at(parts, source)
    })
    const data = tensor.flatten().tolist<number[]>()
    return { shape: [...tensor.shape], data, grad_fn: tensor.grad_fn?.name() ?? 'NoneType', names }
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message }
  }
}

/** The operators that are not about the number or boolean that Python makes a tensor of, nor about the value's shape. */
const essential = (names: string[]) => names.filter(name => /^(select|slice|unsqueeze|index|index_put_|alias)$/.test(name))

describe('indexing, compared with Python', () => {
  it('gives the same results, errors and operators for random indices', () => {
    const python = python_torch()
    if (!python) return console.log('indexing: no Python torch here, random indices are not compared')
    const cases = JSON.parse(python.run(PROGRAM, '1', '800')) as Case[]
    const failures = cases.flatMap((one, i) => {
      const got = run(one, i)
      const { wanted } = one
      const report = [{ shape: one.shape, index: JSON.stringify(one.index), value: one.value, got, wanted }]
      if (!('names' in got) || !('names' in wanted)) return JSON.stringify(got) === JSON.stringify(wanted) ? [] : report
      const text = ({ shape, data, grad_fn }: Result) => JSON.stringify([shape, data, grad_fn])
      const same = text(got) === text(wanted)
      const few = got.names.length <= wanted.names.length && essential(got.names).join() === essential(wanted.names).join()
      return same && few ? [] : report
    })
    expect(failures.slice(0, 5)).toEqual([])
  })
})
