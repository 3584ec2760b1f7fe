// What torch.save writes, Python's torch.load(weights_only=True) reads as the same, and the other way round.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import torch from 'torch-ts'
import { repository } from '../helpers/clone'
import { python_torch } from '../helpers/python'
import { describe as described } from './describe'

const { nn, optim } = torch
const python = python_torch()
const script = fs.readFileSync(path.join(repository, 'test/serialization/describe.py'), 'utf8')

const dtypes = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'complex128', 'complex64', 'complex32',
  'uint16', 'uint32', 'uint64', 'float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu', 'float4_e2m1fn_x2']

function views(): unknown {
  const x = torch.arange(24, { dtype: torch.float32 })
  const complex = () => torch.view_as_complex(torch.arange(8, { dtype: torch.float32 }).view(4, 2))
  return { x, rows: x.view(4, 6), column: x.view(4, 6).at(':', 1), same: x, scalar: x.at(3), wide: x.at(0).expand(5), empty: x.at('3:3'), z: complex().conj(),
    negative: complex().conj().imag, none: torch.empty([0, 3]), parameter: new nn.Parameter(x), frozen: new nn.Parameter(x, false),
    leaf: torch.ones(2, { requires_grad: true }), buffer: new nn.Buffer(torch.ones(2)) }
}

function plain(): unknown {
  return { integers: [0, 255, 256, 65535, 65536, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1],
    bigints: [0n, 127n, 128n, 255n, -128n, -129n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, 2n ** 200n, -(2n ** 255n), 2n ** 2000n],
    floats: [0.5, -0, NaN, Infinity, -Infinity, 1e300, 5e-324, 0.1], booleans: [true, false, null, undefined], texts: ['', 'é世🙂', '\ud800', 'a\0b', 'x'.repeat(300)],
    bytes: new Uint8Array([0, 127, 128, 255]), none: new Uint8Array(), complex: new torch.Complex(1, -0.5), set: new Set([1, 'a', null]),
    tuple: Object.freeze([1, Object.freeze([]), Object.freeze([1, 2, 3, 4])]), size: new torch.Size([2, 3]), dtype: torch.bfloat16, device: torch.device('cuda:1'),
    cpu: torch.device('cpu'), layout: torch.sparse_coo,
    map: new Map<unknown, unknown>([[3, 'c'], [1, 'a'], ['k', null], [2.5, true], [[1, 'x'], 0], [10n ** 20n, 1]]),
    many: Array.from({ length: 2500 }, (_, i) => i), object: Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, i])), nested: [[[{}]], []] }
}

function training(): unknown {
  torch.manual_seed(0)
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1))
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, amsgrad: true })
  const { StepLR, MultiStepLR, OneCycleLR } = optim.lr_scheduler
  const schedulers = [new StepLR(optimizer, 2), new MultiStepLR(optimizer, [2, 4]), new OneCycleLR(optimizer, 0.1, 10)]
  for (let i = 0; i < 3; i++) {
    optimizer.zero_grad()
    model.forward(torch.randn(8, 3)).pow(2).mean().backward()
    optimizer.step()
    schedulers.forEach(one => one.step())
  }
  return { model: model.state_dict(), optimizer: optimizer.state_dict(), schedulers: schedulers.map(one => one.state_dict()),
    rng: torch.get_rng_state(), generator: new torch.Generator().manual_seed(3).get_state(),
    sgd: new optim.SGD(model.parameters(), 1).state_dict(), max: torch.randn(2, 2).max(1) }
}

function other_layouts(): unknown {
  const dense = torch.tensor([[0, 1.5], [2, 0]])
  return { coo: dense.to_sparse(), csr: dense.to_sparse_csr(), csc: dense.to_sparse_csc(), bsr: dense.to_sparse_bsr([1, 1]), meta: torch.empty([2, 3], { device: 'meta' }),
    quantized: torch.quantize_per_tensor(dense, 0.5, 1, torch.quint8),
    channels: torch.quantize_per_channel(dense, torch.tensor([0.5, 0.25], { dtype: torch.float64 }), torch.tensor([0n, 1n]), 0, torch.qint8) }
}

const of_dtypes = (names: readonly string[]) => () =>
  Object.fromEntries(names.map(name => [name, torch.arange(16).to(torch.uint8).view((torch as never)[name] as torch.dtype)]))

const NO_OLD = 'newer_dtypes' // which Python writes in the old format, but cannot read

const values: Record<string, () => unknown> = {
  dtypes: of_dtypes(dtypes.slice(0, 12)), [NO_OLD]: of_dtypes(dtypes.slice(12)),
  views, plain, training, other_layouts, tensor: () => torch.arange(5), 'null': () => null, text: () => 'alone',
}

const python_values = `
import collections, torch
from torch import nn
x = torch.arange(12.)
model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.5)
model(torch.randn(4, 2)).sum().backward(); optimizer.step()
shared = ['shared']
cyclic = {'numbers': {'10': 1, '9': 2}, 'mixed': {1: 'a', 'b': 2, (1, 2): 3, None: 4, 2.5: 5}, 'proto': {'__proto__': 1}}
tensor = torch.ones(2); tensor.note = 'kept'
values = {
  'dtypes': {str(d): torch.arange(16, dtype=torch.uint8).view(d) for d in [torch.float8_e4m3fn, torch.uint64, torch.bits8, torch.complex32, torch.bfloat16]},
  'views': [x, x.view(3, 4).T, x[3:], x[0], x.view(2, 6)[:, 1], torch.view_as_complex(x.view(6, 2) + 1).conj(), torch.view_as_complex(x.view(6, 2) + 1).conj().imag],
  'state': {'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'scheduler': torch.optim.lr_scheduler.StepLR(optimizer, 2).state_dict()},
  'parameters': [nn.Parameter(x), nn.Parameter(x, requires_grad=False), nn.Buffer(x), torch.ones(2, requires_grad=True)],
  'plain': [shared, shared, cyclic, {1, 2}, b'\\x00\\xff', bytearray(b'ab'), 1 << 70, -(1 << 70), -0.0, float('nan'), 'é', '\\ud800', (), (1,), torch.Size([2])],
  'sparse': [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr(), torch.eye(3).to_sparse_bsc((1, 1))],
  'quantized': torch.quantize_per_tensor(x, 0.5, 2, torch.qint32),
  'ordered': collections.OrderedDict([('b', 1), ('a', 2)]),
  'attribute': tensor,
  'storage': [torch.device('cuda:0'), torch.device('meta'), torch.strided, torch.float16, torch.empty(2, device='meta')],
}
`

;(python ? describe : describe.skip)('torch.save beside Python', () => {
  let folder = ''
  const file = (name: string): string => path.join(folder, name)
  let seen: { ours: unknown[], old: Record<string, unknown>, theirs: Record<string, unknown> }

  // One Python for both directions, since it takes seconds to start.
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-python-'))
    for (const [name, make] of Object.entries(values)) {
      torch.save(make(), file(`${name}.ours.pt`))
      if (name !== NO_OLD) torch.save(make(), file(`${name}.old.pt`), { _use_new_zipfile_serialization: false })
    }
    const program = `${script.replace(/if __name__[^]*/, '')}${python_values}
folder, old, *ours = sys.argv[1:]
torch.save(torch.arange(6.).view(2, 3), f'{folder}/same.pt')
for name, value in values.items():
    torch.save(value, f'{folder}/{name}.zip.pt')
    torch.save(value, f'{folder}/{name}.legacy.pt', _use_new_zipfile_serialization=False)
    torch.save(value, f'{folder}/{name}.4.pt', pickle_protocol=4)
theirs = {name: describe_file(f'{folder}/{name}.zip.pt') for name in values}
print(json.dumps({'ours': [describe_file(file) for file in ours], 'old': {name: describe_file(f'{folder}/{name}.old.pt') for name in old.split()}, 'theirs': theirs}))`
    seen = JSON.parse(python!.run(program, folder, Object.keys(values).filter(name => name !== NO_OLD).join(' '), ...Object.keys(values).map(name => file(`${name}.ours.pt`)))) as typeof seen
  })

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it('writes what Python reads as the same', () => {
    Object.keys(values).forEach((name, i) => {
      const again = torch.load(file(`${name}.ours.pt`))
      expect([name, seen.ours[i]]).toEqual([name, JSON.parse(JSON.stringify(described(again)))])
      if (name !== NO_OLD) expect([name, seen.old[name]]).toEqual([name, seen.ours[i]])
      expect([name, described(torch.load(torch.save(again)))]).toEqual([name, described(again)])
    })
  })

  it('reads what Python writes, in the zip format, the one before it and other protocols', () => {
    for (const [name, wanted] of Object.entries(seen.theirs)) {
      for (const kind of ['zip', 'legacy', '4']) {
        const got: unknown = JSON.parse(JSON.stringify(described(torch.load(file(`${name}.${kind}.pt`)))))
        expect([name, kind, got]).toEqual([name, kind, wanted])
      }
    }
    const parts = torch.load<unknown[]>(file('plain.zip.pt'))
    expect(parts[0]).toBe(parts[1])
    expect(torch.load(file('attribute.zip.pt'))).toMatchObject({ note: 'kept' })
    // The files are the same byte for byte, but for the id by which PyTorch counts files.
    torch.save(torch.arange(6, { dtype: torch.float32 }).view(2, 3), file('ours.pt'))
    const [ours, theirs] = ['ours.pt', 'same.pt'].map(name => fs.readFileSync(file(name)).toString('latin1').replaceAll('same', 'ours'))
    const [start] = [ours.indexOf('.data/serialization_id')]
    expect(theirs.slice(0, start)).toBe(ours.slice(0, start))
    expect(theirs.length).toBe(ours.length)
  })
})
