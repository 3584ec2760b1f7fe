// Functions that are Python code in PyTorch give what Python's give, results and errors alike. Each line is Python, which runs there
// as it is, and here through test/helpers/python_expression.ts.
import torch from 'torch-ts'
import { evaluate } from '../helpers/python_expression'
import { python_torch } from '../helpers/python'

const sources = `
torch.einsum('ij,jk', torch.arange(6.).view(2, 3), torch.arange(12.).view(3, 4))
torch.einsum('...ij->...ji', torch.arange(6.).view(1, 2, 3))
torch.einsum(torch.ones(2, 3), [0, 1], torch.ones(3, 4), [1, 2], [0, 2])
torch.einsum(torch.ones(2, 3), [0, 1], torch.ones(3, 4), [1, 60])
torch.einsum('ij')
torch.einsum('i,i', [torch.ones(2), torch.ones(2)])
torch.tensordot(torch.arange(6.).view(2, 3), torch.arange(6.).view(3, 2), 1)
torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=([1, 0], [0, 1]))
torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), torch.tensor([[1], [0]]))
torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=-1)
torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=3)
torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=torch.tensor([[1], [0], [0]]))
torch.norm(torch.arange(6.).view(2, 3))
torch.norm(torch.arange(6.).view(2, 3), 'nuc')
torch.norm(torch.arange(6.).view(2, 3), 'fro', [0, 1])
torch.norm(torch.arange(6.).view(2, 3), 1, 0, True)
torch.norm(torch.arange(6.).view(2, 3), p=float('inf'), dim=1, dtype=torch.float64)
torch.norm(torch.arange(6.).view(2, 3), 'abc')
torch.norm(torch.arange(6).view(2, 3))
torch.arange(6.).view(2, 3).norm(dim=1)
torch.arange(6.).to_sparse().norm()
torch.split(torch.arange(10), 4)
torch.split(torch.arange(10).view(2, 5), [2, 3], dim=1)
torch.arange(10).split(torch.tensor(3))
torch.arange(10).split([1, 2])
torch.arange(10).split()
torch.meshgrid(torch.arange(2), torch.arange(3), indexing='xy')
torch.meshgrid([torch.arange(2), torch.arange(3)], indexing='ij')
torch.meshgrid(torch.arange(2), indexing='ab')
torch.cartesian_prod(torch.arange(2), torch.arange(3))
torch.cartesian_prod(torch.arange(2))
torch.block_diag(torch.ones(2, 2), torch.tensor(3.), torch.arange(3.))
torch.atleast_1d(torch.tensor(1.))
torch.atleast_2d(torch.tensor(1.), torch.arange(2.))
torch.atleast_3d([torch.tensor(1.), torch.ones(2, 2)])
torch.broadcast_tensors(torch.arange(3), torch.arange(2).view(2, 1))
torch.broadcast_shapes((2, 1), (3,), 1)
torch.broadcast_shapes((2, 1), (3,), (4, 5))
torch.broadcast_shapes((1,), (-2,))
torch.broadcast_shapes()
torch.cdist(torch.arange(6.).view(3, 2), torch.ones(1, 2))
torch.cdist(torch.arange(6.).view(3, 2), torch.ones(1, 2), p=1., compute_mode='donot_use_mm_for_euclid_dist')
torch.cdist(torch.ones(3, 2), torch.ones(1, 2), compute_mode='fast')
torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1))
torch.lu(torch.tensor([[1., 2.], [3., 4.]]))
torch.lu(torch.tensor([[1., 2.], [3., 4.]]), get_infos=True)
torch.tensor([[1., 2.], [3., 4.]]).lu()
torch.lu_unpack(torch.tensor([[3., 4.], [0.5, 2.]]), torch.tensor([1, 2], dtype=torch.int32))
torch.unique(torch.tensor([3, 1, 3, 2]))
torch.unique(torch.tensor([3, 1, 3, 2]), return_inverse=True, return_counts=True)
torch.unique(torch.tensor([[1, 2], [1, 2], [0, 1]]), dim=0, return_counts=True)
torch.tensor([3, 1, 3, 2]).unique(False, True)
torch.unique_consecutive(torch.tensor([1, 1, 2, 2, 1]), return_counts=True)
torch.tensor([1, 1, 2, 2, 1]).unique_consecutive(True)
torch.unravel_index(torch.tensor([3, 7]), (3, 4))
torch.unravel_index(torch.tensor(5), 9)
torch.unravel_index(torch.tensor(5.), (3, 4))
torch.unravel_index(torch.tensor(5), (3, -4))
torch.unravel_index(torch.tensor(5), 'a')
torch.stft(torch.arange(20.), 8, return_complex=False)
torch.stft(torch.arange(20.), 8, 3, window=torch.ones(8), center=False, return_complex=True)
torch.stft(torch.arange(20.), 8, align_to_window=True, return_complex=True)
torch.arange(20.).stft(8, return_complex=True).istft(8)
torch.real(torch.tensor([1 + 2j])); torch.imag(torch.tensor([1 + 2j]))
torch.nonzero(torch.tensor([[1, 0], [0, 2]]))
torch.nonzero(torch.tensor([[1, 0], [0, 2]]), as_tuple=True)
torch.arange(6).unflatten(0, (2, -1))
torch.arange(6).unflatten(0, ())
torch.arange(6.).new_tensor([1, 2])
torch.arange(6).new_tensor([1.5, 2])
torch.arange(6.).new_full((2,), 3)
torch.arange(6).new_full((2,), 3.5)
torch.arange(6).new_zeros(2, 3, dtype=torch.float64)
torch.arange(6).new_ones((2,), requires_grad=True)
torch.arange(6.).new_ones((2,), requires_grad=True)
torch.arange(6.).cfloat()
torch.ones(2, 3, 4).permute(2, 0, 1).dim_order()
torch.empty(2, 3, 4, 5, memory_format=torch.channels_last).dim_order()
torch.empty(2, 1, 4).dim_order(ambiguity_check=True)
torch.empty_strided((2, 3, 4), (1, 8, 2)).dim_order()
torch.ones(3).expand(2, 3).dim_order()
torch.arange(3.).__rsub__(1)
torch.arange(1, 4.).__rtruediv__(6)
torch.arange(3.).__rpow__(2)
torch.arange(1, 4).__rmod__(7)
torch.arange(1, 4).__rfloordiv__(7)
torch.arange(3).__rlshift__(1)
torch.asarray([1., 2.], dtype=torch.float64)
torch.asarray(torch.ones(2), dtype=torch.int32, copy=False)
torch.asarray([1.], copy=False)
torch.masked.sum(torch.arange(6.).view(2, 3), 1, mask=torch.tensor([[True, False, True], [False, False, False]]))
torch.masked.mean(torch.arange(6).view(2, 3), 1)
torch.masked.median(torch.arange(6).view(2, 3), 1, mask=torch.tensor([True, False, True]))
torch.masked.amax(torch.tensor([True]))
torch.masked.softmax(torch.arange(3.), 0, mask=torch.tensor([True, True, False]))
torch.masked.std(torch.arange(6.).view(2, 3), 1, False, mask=torch.tensor([True, True, False]))
torch.masked.norm(torch.arange(6.).view(2, 3), 2., (0, 1))
torch.masked.sum(torch.arange(6.).view(2, 3), (0, 0))
torch.masked.sum(torch.arange(6.).view(2, 3), 2)
torch.signal.windows.hann(4)
torch.signal.windows.kaiser(5, beta=3., sym=False)
torch.signal.windows.exponential(4, tau=-0.5)
torch.signal.windows.exponential(4, center=1., sym=True)
torch.signal.windows.gaussian(4, std=-1.5)
torch.signal.windows.general_cosine(4, a=[])
torch.signal.windows.bartlett(1, dtype=torch.float64)
torch.zeros(2, dtype=torch.int32, out=torch.zeros(2))
torch.arange(3, requires_grad=True)
torch.full((2,), 1., requires_grad=True)
torch.addmm(2., torch.ones(2, 2), 3., torch.ones(2, 2), torch.ones(2, 2))
torch.ones(2).add(2., torch.ones(2))
torch.testing.assert_close(torch.tensor([1., 2.]), torch.tensor([1., 2.1]))
torch.testing.assert_close(torch.tensor([1., 2.]), torch.tensor([1., 2.1]), rtol=0., atol=0.)
torch.testing.assert_close(torch.tensor(1.), torch.tensor(2.))
torch.testing.assert_close(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1, 2], [5, 4]]))
torch.testing.assert_close(torch.tensor(1), torch.tensor(2))
torch.testing.assert_close(torch.tensor([1.]), torch.tensor([1.], dtype=torch.float64))
torch.testing.assert_close(torch.tensor([1.]), torch.tensor([1.], dtype=torch.float64), check_dtype=False)
torch.testing.assert_close(torch.ones(2), torch.ones(3))
torch.testing.assert_close(torch.ones(2, 2), torch.ones(2, 2).t(), check_stride=True)
torch.testing.assert_close(torch.ones(2), torch.ones(2).to_sparse())
torch.testing.assert_close(torch.ones(2), torch.ones(2).to_sparse(), check_layout=False)
torch.testing.assert_close(torch.tensor([1., 0.]).to_sparse(), torch.tensor([2., 0.]).to_sparse())
torch.testing.assert_close(torch.tensor([1., 0.]).to_sparse(), torch.tensor([1., 1.]).to_sparse())
torch.testing.assert_close(torch.tensor([float('nan')]), torch.tensor([float('nan')]))
torch.testing.assert_close(torch.tensor([float('nan')]), torch.tensor([float('nan')]), equal_nan=True)
torch.testing.assert_close([torch.ones(1), torch.zeros(1)], [torch.ones(1), torch.ones(1)])
torch.testing.assert_close({'a': torch.ones(1)}, {'a': torch.zeros(1)})
torch.testing.assert_close({'a': 1}, {'b': 1})
torch.testing.assert_close([1], [1, 2])
torch.testing.assert_close(1.5, 1.75)
torch.testing.assert_close(3, 4)
torch.testing.assert_close(True, False)
torch.testing.assert_close(None, 1)
torch.testing.assert_close(1., 1., rtol=0.1)
torch.testing.assert_close(torch.tensor([1 + 1j]), torch.tensor([1 + 2j]))
torch.testing.assert_close(torch.ones(2), torch.zeros(2), msg='other')
torch.testing.assert_close(torch.tensor([1., 2.]).to(torch.float8_e5m2), torch.tensor([1., 3.]).to(torch.float8_e5m2))
torch.testing.assert_allclose(torch.tensor([1., 2.]), [1., 2.1])
torch.testing.make_tensor((2,), dtype=torch.int64, device='cpu', low=5, high=6)
torch.testing.make_tensor((2,), dtype=torch.int64, device='cpu', low=6, high=5)
torch.testing.make_tensor((2,), dtype=torch.int8, device='cpu', low=200, high=300)
torch.testing.make_tensor((2,), dtype=torch.int8, device='cpu', requires_grad=True)
torch.use_deterministic_algorithms(True)
torch.get_deterministic_debug_mode()
torch.set_deterministic_debug_mode('warn')
torch.is_deterministic_algorithms_warn_only_enabled()
torch.set_deterministic_debug_mode('loud')
torch.set_deterministic_debug_mode(4)
torch.use_deterministic_algorithms(False)
torch.are_deterministic_algorithms_enabled()
torch.get_float32_matmul_precision()
`.trim().split('\n').map(line => line.replace(/;.*/, ''))

const program = `
import json, sys, torch
torch.set_printoptions(precision=5, threshold=100000)
def flat(x):
    return [y for one in x for y in flat(one)] if isinstance(x, (tuple, list)) and not isinstance(x, torch.Size) else [repr(x)]
def run(source):
    try:
        return flat(eval(source))
    except Exception as error:
        return [type(error).__name__ + ': ' + str(error)]
print(json.dumps([run(source) for source in json.loads(sys.argv[1])]))
`

function flat(value: unknown): string[] {
  if (value instanceof torch.Size) return [String(value)]
  if (Array.isArray(value) || value instanceof torch.NamedTuple) return [...value as Iterable<unknown>].flatMap(flat)
  if (value === undefined || value === null) return ['None']
  if (typeof value === 'boolean') return [value ? 'True' : 'False']
  return [typeof value === 'string' ? `'${value}'` : String(value)]
}

function run(source: string): string[] {
  try {
    return flat(evaluate(source))
  } catch (error) {
    return [`${(error as Error).name}: ${(error as Error).message}`]
  }
}

// The argument parser's texts list Python's types and signatures: the class is compared.
function comparable(lines: readonly string[]): string[] {
  return lines.map(line => (/^TypeError: .*(argument|sequence)/s.test(line) ? 'TypeError' : line.replace(/^RangeError/, 'IndexError')))
}

const python = python_torch()

describe('Python-level functions', () => {
  beforeAll(() => torch.set_printoptions({ precision: 5, threshold: 100000 }))
  afterAll(() => torch.set_printoptions({ profile: 'default' }))

  if (python === null) {
    it('are compared where there is a Python with torch', () => console.log('skipped: no Python with torch here'))
    return
  }
  const answers = JSON.parse(python.run(program, JSON.stringify(sources))) as string[][]
  it.each(sources.map((source, i) => [source, answers[i]] as const))('%s', (source, answer) => {
    expect(comparable(run(source))).toEqual(comparable(answer))
  })
})
