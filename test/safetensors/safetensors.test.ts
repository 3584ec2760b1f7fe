// torch-ts/safetensors beside the Python package: its files, its bytes, its errors. test/safetensors/fixture.py made the fixtures.
import fs from 'node:fs'
import path from 'node:path'
import torch from 'torch-ts'
import * as safetensors from 'torch-ts/safetensors'
import { temporary_folder } from '../helpers/temporary'

const { nn } = torch
const { load, load_file, load_model, load_sharded, safe_open, save, save_file, save_model, save_sharded, SafetensorError } = safetensors
const fixture = (name: string): string => path.join(__dirname, 'fixtures', name)

function file_of(header: unknown, data = 0, length?: number): Buffer {
  const json = typeof header === 'string' ? Buffer.from(header, 'latin1') : Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(length ?? json.length))
  return Buffer.concat([start, json, Buffer.alloc(data)])
}

const f32 = (shape: number[], data_offsets: number[], dtype = 'F32') => ({ dtype, shape, data_offsets })

describe('safetensors', () => {
  const file = temporary_folder()

  it('reads and writes what the Python package writes, byte for byte', () => {
    const bytes = fs.readFileSync(fixture('dtypes.safetensors'))
    const tensors = load(bytes)
    for (const [name, tensor] of Object.entries(tensors)) {
      if (!/\d|bool/.test(name)) continue // the others are not named by their dtype
      expect([name, tensor.dtype.name, new torch.UntypedStorage(tensor).nbytes()]).toEqual([name, name, 16])
    }
    expect(tensors['float32'].tolist()).toEqual([...new Float32Array(Uint8Array.from({ length: 16 }, (_, i) => i).buffer)])
    expect(tensors['float4_e2m1fn_x2'].shape).toEqual([16])
    expect([tensors['scalar'].item(), [...tensors['empty'].shape], tensors['zz'].tolist()]).toEqual([2.5, [0, 3], [[0, 1, 2], [3, 4, 5]]])
    expect(Buffer.from(save(tensors, { format: 'pt' })).equals(bytes)).toBe(true)
    save_file(load_file(fixture('dtypes.safetensors')), file('x.safetensors'), { metadata: { format: 'pt' } })
    expect(fs.readFileSync(file('x.safetensors')).equals(bytes)).toBe(true)
    expect(Object.keys(torch.load(fixture('dtypes.safetensors'), 'cpu')).sort()).toEqual(Object.keys(tensors).sort())
    expect(() => torch.load(fixture('dtypes.safetensors'), () => null)).toThrow('Loading safetensors file with callable map_location is not supported.')
  })

  it('opens a file lazily', () => {
    save_file({ b: torch.arange(6).view(2, 3), a: torch.ones(2, { dtype: torch.uint8 }), c: torch.ones(1) }, file('y.safetensors'), { z: '1' })
    const opened = safe_open(file('y.safetensors'), 'pt', { device: 'cpu' })
    expect([opened.keys(), opened.offset_keys(), opened.metadata()]).toEqual([['a', 'b', 'c'], ['b', 'c', 'a'], { z: '1' }])
    const slice = opened.get_slice('b')
    expect([[...slice.get_shape()], slice.get_dtype(), slice.at(0).tolist(), slice.at(':', 1).tolist(), slice.at('1:2', '::2').tolist()])
      .toEqual([[2, 3], 'I64', [0, 1, 2], [1, 4], [[3, 5]]])
    expect(() => slice.at(5)).toThrow('index 5 is out of bounds for dimension 0 with size 2')
    expect(() => opened.get_tensor('q')).toThrow('File does not contain tensor q')
    const tensor = opened.get_tensor('b')
    opened.close()
    expect(() => opened.get_tensor('b')).toThrow('File is closed')
    tensor.fill_(0)
    expect(load_file(file('y.safetensors'))['b'].sum().item()).toBe(15)
    expect(() => safe_open(file('y.safetensors'), 'tf')).toThrow('framework tf is invalid')
    expect(() => safe_open(file('none'))).toThrow(`[Errno 2] No such file or directory: '${file('none')}'`)
    expect(load_file(file('y.safetensors'), { device: 'meta' })['a'].is_meta).toBe(true)
  })

  it.each<[string, Buffer, string]>([
    ['no bytes', Buffer.alloc(0), 'header too small'],
    ['an endless header', file_of({}, 0, 2 ** 40), 'header too large'],
    ['a header past the end', file_of({}, 0, 100), 'invalid header length'],
    ['no JSON', file_of('{bad'), 'invalid JSON in header'],
    ['no object', file_of('[]'), 'invalid JSON in header'],
    ['no UTF-8', file_of('{"\xff"}'), 'invalid UTF-8 in header'],
    ['a gap', file_of({ a: f32([1], [4, 8]) }, 8), 'invalid offset for tensor `a`'],
    ['an overlap', file_of({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, 4), 'invalid offset for tensor `b`'],
    ['a reversed place', file_of({ a: f32([1], [4, 0]) }, 4), 'invalid offset for tensor `a`'],
    ['another size', file_of({ a: f32([2], [0, 4]) }, 4), 'invalid shape, data type, or offset for tensor'],
    ['bytes left over', file_of({ a: f32([1], [0, 4]) }, 5), 'incomplete metadata, file not fully covered'],
    ['too few bytes', file_of({ a: f32([1], [0, 4]) }, 3), 'incomplete metadata, file not fully covered'],
    ['a strange dtype', file_of({ a: f32([1], [0, 4], 'X9') }, 4), 'unknown variant `X9`, expected one of `BOOL`, `F4`, `F6_E2M3`'],
    ['no offsets', file_of({ a: { dtype: 'F32', shape: [1] } }, 4), 'missing field `data_offsets`'],
    ['a negative size', file_of({ a: f32([-1], [0, 4]) }, 4), 'invalid value of `shape`'],
    ['a broken size', file_of({ a: f32([1.5], [0, 4]) }, 4), 'invalid value of `shape`'],
    ['sizes that overflow', file_of({ a: f32([2 ** 40, 2 ** 40], [0, 4]) }, 4), 'overflow computing buffer size from shape and/or element type'],
    ['metadata of numbers', file_of({ __metadata__: { a: 1 } }), 'expected strings'],
    ['half a byte', file_of({ a: f32([3], [0, 2], 'F4') }, 2), 'does not end up at a byte boundary'],
  ])('refuses %s', (_, bytes, message) => {
    fs.writeFileSync(file('bad.safetensors'), bytes)
    for (const run of [() => load(bytes), () => load_file(file('bad.safetensors'))]) {
      expect(run).toThrow(SafetensorError)
      expect(run).toThrow(message)
    }
  })

  it('refuses to write what Python refuses', () => {
    const x = torch.arange(6).view(2, 3)
    expect(() => save({ a: x, b: x.view(-1) })).toThrow('Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: '
      + "[{'a', 'b'}]. A potential way to correctly save your model is to use `save_model`.")
    expect(() => save({ a: x.T })).toThrow('You are trying to save a non contiguous tensor: `a` which is not allowed.')
    expect(() => save({ a: 1 } as never)).toThrow("Key `a` is invalid, expected torch.Tensor but received <class 'int'>")
    expect(() => save([x] as never)).toThrow("Expected a dict of [str, torch.Tensor] but received <class 'list'>")
    expect(() => save({ a: torch.eye(2).to_sparse() })).toThrow("You are trying to save a sparse tensors: `['a']` which this library does not support.")
    expect(() => save({ a: x }, { k: 1 } as never)).toThrow("argument 'metadata': 1 is not a string")
    expect(() => save({ a: torch.zeros(1, { dtype: torch.complex128 }) })).toThrow('safetensors files hold no torch.complex128')
    // Parts of one tensor that do not overlap are apart.
    expect(load(save({ a: x.at(0), b: x.at(1) }))['b'].tolist()).toEqual([3, 4, 5])
    expect(() => load('text' as never)).toThrow("load(): argument 'data' must be a Uint8Array, not string")
  })

  it('saves modules with tied weights', () => {
    const tied = (): torch.nn.Sequential => {
      const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
      (model.at(1) as torch.nn.Linear).weight = (model.at(0) as torch.nn.Linear).weight
      return model
    }
    const model = tied()
    expect(load_model(model, fixture('tied.safetensors'))).toEqual([[], []])
    expect(model.state_dict()['1.weight'].tolist()).toEqual([[1, 1], [1, 1]])
    save_model(model, file('m.safetensors'))
    expect(fs.readFileSync(file('m.safetensors')).equals(fs.readFileSync(fixture('tied.safetensors')))).toBe(true)
    const other = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2))
    expect(() => load_model(other, file('m.safetensors'))).toThrow('Error(s) in loading state_dict for Sequential:\n    Missing key(s) in state_dict: "1.weight"')
    expect(load_model(other, file('m.safetensors'), { strict: false })).toEqual([['1.weight'], []])
  })

  it('divides a state over files with an index, and reads it back', () => {
    const state = { a: torch.ones(100), b: torch.zeros(100), c: torch.arange(100) }
    expect(save_sharded(state, file('model'), { max_shard_size: 800 })).toEqual([
      'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'])
    const index = JSON.parse(fs.readFileSync(file('model/model.safetensors.index.json'), 'utf8')) as object
    expect(index).toEqual({ metadata: { total_size: 1600 }, weight_map: {
      a: 'model-00001-of-00002.safetensors', b: 'model-00001-of-00002.safetensors', c: 'model-00002-of-00002.safetensors' } })
    expect(load_sharded(file('model'))['c'].equal(state.c)).toBe(true)
    expect(Object.keys(load_sharded(file('model/model.safetensors.index.json')))).toEqual(['a', 'b', 'c'])
    expect(save_sharded(state, file('model'), { max_shard_size: '1MB' })).toEqual(['model.safetensors'])
    expect(fs.readdirSync(file('model'))).toEqual(['model.safetensors'])
    expect(() => save_sharded(state, file('model'), { max_shard_size: 'big' })).toThrow('max_shard_size must be a number of bytes')
    const bad = (weight_map: unknown): string => {
      fs.writeFileSync(file('bad.index.json'), JSON.stringify({ weight_map }))
      return file('bad.index.json')
    }
    expect(() => load_sharded(bad({ a: '../model/model.safetensors' }))).toThrow('names a file outside of its folder: "../model/model.safetensors"')
    expect(() => load_sharded(bad(3))).toThrow('it has no weight_map of texts')
    fs.copyFileSync(file('model/model.safetensors'), file('m.safetensors'))
    expect(() => load_sharded(bad({ d: 'm.safetensors' }))).toThrow('m.safetensors does not have the tensor d, which the index says it has')
    expect(() => load_sharded(file())).toThrow('there is neither model.safetensors nor model.safetensors.index.json')
  })
})
