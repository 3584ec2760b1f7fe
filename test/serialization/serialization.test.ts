// torch.save and torch.load: what they keep, where they read from and write to, what they refuse to write.
import fs from 'node:fs'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import torch from 'torch-ts'
import { BytesSource } from '../../lib/_files'
import { ZipReader } from '../../lib/_zip/reader'
import { temporary_folder } from '../helpers/temporary'
import { bytes, file_of, storage, tensor, text, zip_of } from './files'

const { nn } = torch

function again<T>(value: T): T {
  return torch.load<T>(torch.save(value))
}

describe('torch.save', () => {
  const file = temporary_folder()

  it('keeps shared memory, and what is the same object', () => {
    const x = torch.arange(6, { dtype: torch.float32 })
    const list = [x, x.view(2, 3), x.at('2:'), x] as const
    const [a, rows, rest, same] = again(list)
    expect(same).toBe(a)
    a.set_at(3, 9)
    expect([rows.at(1, 0).item(), rest.at(1).item()]).toEqual([9, 9])
    expect(torch.save(x.at(':1')).length).toBe(torch.save(x).length)
  })

  it('keeps order, keys and kinds of values', () => {
    const value = { b: 1, a: -0, nan: NaN, text: 'é', tuple: Object.freeze([1, 2]), map: new Map<unknown, unknown>([[2, 'b'], ['1', 'a'], [null, 0]]),
      set: new Set([1, 'x']), bytes: new Uint8Array([1, 2]), big: 2n ** 70n, none: null, yes: true, size: new torch.Size([2]), type: torch.int8 }
    const got = again(value)
    expect(got).toEqual(value)
    expect(Object.keys(got)).toEqual(Object.keys(value))
    expect([Object.isFrozen(got.tuple), Object.is(got.a, -0), got.type]).toEqual([true, true, torch.int8])
    expect([...again(new Map([['b', 1], ['2', 2], ['1', 3]])).keys()]).toEqual(['b', '2', '1'])
    expect(again({ a: undefined })).toEqual({ a: null })
    expect(again(2n)).toBe(2)
  })

  it('keeps Python\'s dicts whose order or names an object would lose as Maps', () => {
    const pickle = bytes('}(', text('10'), 'K\x01', text('9'), 'K\x02u')
    expect([...torch.load<Map<string, number>>(file_of(pickle))]).toEqual([['10', 1], ['9', 2]])
    const proto = torch.load<Map<string, unknown>>(file_of(bytes('}', text('__proto__'), '}', text('polluted'), '\x88ss')))
    expect(proto.get('__proto__')).toEqual({ polluted: true })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('keeps state_dicts with the versions of their modules', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3))
    const state = again(model.state_dict())
    expect(Object.keys(state)).toEqual(Object.keys(model.state_dict()))
    expect((state._metadata as Record<string, unknown>)['1']).toEqual({ version: 2 })
    expect(Object.keys(state)).not.toContain('_metadata')
    const other = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3))
    expect(String(other.load_state_dict(state))).toBe('<All keys matched successfully>')
    expect(other.state_dict()['0.weight'].equal(model.state_dict()['0.weight'])).toBe(true)
  })

  it('writes to paths, URLs, streams and memory', async () => {
    const x = torch.arange(100000)
    torch.save(x, file('a.pt'))
    torch.save(x, pathToFileURL(file('b.pt')))
    torch.save(x, fs.createWriteStream(file('c.pt')).once('finish', () => undefined))
    const pass = new PassThrough()
    torch.save(x, pass)
    pass.end()
    const read = [torch.load<torch.Tensor>(file('a.pt')), torch.load<torch.Tensor>(pathToFileURL(file('b.pt'))), await torch.load<torch.Tensor>(pass),
      torch.load<torch.Tensor>(fs.readFileSync(file('a.pt'))), torch.load<torch.Tensor>(Uint8Array.from(torch.save(x)).buffer)]
    expect(read.map(one => one.equal(x))).toEqual([true, true, true, true, true])
    expect(fs.readdirSync(file()).sort().filter(name => name !== 'c.pt')).toEqual(['a.pt', 'b.pt'])
  })

  it.each<[string, () => unknown, string]>([
    ['a module', () => new nn.Linear(1, 1), 'torch.save cannot write a Linear itself, since a file holds no code: save its state_dict(), and load that into a new Linear'],
    ['an optimizer', () => ({ o: new torch.optim.SGD([torch.zeros(1)], 0.1) }), 'torch.save cannot write a SGD itself'],
    ['a function', () => function act() {}, 'torch.save cannot write the function act'],
    ['an object of a class', () => [new Date(0)], 'torch.save cannot write an object of the class Date: it writes tensors, numbers'],
    ['a bigint without end', () => 10n ** 3000n, 'cannot pickle a bigint of more than 255 bytes'],
    ['a symbol', () => Symbol('s'), 'cannot pickle Symbol(s): a file holds no symbols'],
    ['a generator', () => new torch.Generator(), 'torch.save writes no Generator: save generator.get_state()'],
    ['a memory format', () => torch.channels_last, 'torch.save cannot write torch.channels_last'],
    ['a typed array', () => new Float32Array(2), 'torch.save cannot write an object of the class Float32Array'],
    ['an object as a key', () => new Map([[{ a: 1 }, 1]]), 'must be hashable in Python'],
    ['a lazy parameter', () => new nn.LazyLinear(2).weight, 'has no values to save'],
  ])('refuses %s', (_, make, message) => {
    expect(() => torch.save(make(), file('x.pt'))).toThrow(message)
    expect(() => torch.save(make())).toThrow(torch.serialization.PicklingError)
    expect(fs.readdirSync(file())).toEqual([])
  })

  it('refuses two dtypes on the same memory, endless nesting and targets that are no files', () => {
    const x = torch.zeros(4)
    expect(() => torch.save([x, x.view(torch.int32)])).toThrow('Cannot save multiple tensors or storages that view the same data as different types')
    let deep: unknown[] = []
    for (let i = 0; i < 5000; i++) deep = [deep]
    expect(() => torch.save(deep)).toThrow('values are nested more than 990 deep')
    expect(() => torch.save(x, file('no', 'x.pt'))).toThrow(`Parent directory ${file('no')} does not exist.`)
    expect(() => torch.save(x, file())).toThrow('[Errno 21] Is a directory')
    expect(() => torch.save(x, 3 as never)).toThrow("expected 'f' to be string, path, or a file-like object with a 'write' attribute, but got <class 'int'>")
    expect(() => torch.load(file('none.pt'))).toThrow(`[Errno 2] No such file or directory: '${file('none.pt')}'`)
    expect(() => torch.load(file())).toThrow('[Errno 21] Is a directory')
    expect(() => torch.load(3 as never)).toThrow("torch.load reads a path, bytes or a stream, but got <class 'int'>")
  })

  it('replaces a file only when all is written, keeps its mode and follows links', () => {
    torch.save([1], file('x.pt'))
    fs.chmodSync(file('x.pt'), 0o640)
    fs.symlinkSync('x.pt', file('link.pt'))
    expect(() => torch.save([torch.ones(1000), () => 1], file('x.pt'))).toThrow()
    expect(torch.load(file('x.pt'))).toEqual([1])
    torch.save([2], file('link.pt'))
    expect(torch.load(file('x.pt'))).toEqual([2])
    expect(fs.lstatSync(file('link.pt')).isSymbolicLink()).toBe(true)
    expect(fs.statSync(file('x.pt')).mode & 0o777).toBe(0o640)
    expect(fs.readdirSync(file()).sort()).toEqual(['link.pt', 'x.pt'])
  })
})

describe('torch.load', () => {
  const file = temporary_folder()

  it('puts tensors where map_location says', () => {
    const on_gpu = file_of(tensor(storage('FloatStorage', '0', 2, 'cuda:1'), 0, [2], [1]), { 0: new Uint8Array(new Float32Array([1, 2]).buffer) })
    const message = 'Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a CPU-only machine, '
      + "please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
    if (!torch.cuda.is_available()) expect(() => torch.load(on_gpu)).toThrow(message)
    const seen: unknown[] = []
    const by_function = (given: torch.UntypedStorage, location: string): torch.UntypedStorage => {
      seen.push(given.nbytes(), location, String(given.device))
      return given
    }
    const ways = ['cpu', torch.device('cpu'), by_function, new Map([['cuda:1', 'cpu']])]
    for (const way of ways) expect(torch.load<torch.Tensor>(on_gpu, way).tolist()).toEqual([1, 2])
    expect(torch.load<torch.Tensor>(on_gpu, { map_location: { 'cuda:1': 'cpu' } }).tolist()).toEqual([1, 2])
    expect(seen).toEqual([8, 'cuda:1', 'cpu'])
    const meta = torch.load<torch.Tensor>(on_gpu, 'meta')
    expect([meta.is_meta, ...meta.shape]).toEqual([true, 2])
    expect(() => torch.load(on_gpu, 'elsewhere')).toThrow("don't know how to restore data location of torch.storage.UntypedStorage (tagged with elsewhere)")
    expect(() => torch.load(on_gpu, () => 3 as never)).toThrow('map_location must return an UntypedStorage or null')
    expect(() => torch.load(on_gpu, { pickle_module: null } as never)).toThrow("load() got an unexpected keyword argument 'pickle_module'")
  })

  it('maps a file into memory, and leaves it as it is', () => {
    const x = torch.arange(1000, { dtype: torch.float32 })
    torch.save({ x, y: x.view(10, 100).T, half: x.half() }, file('x.pt'))
    const before = fs.readFileSync(file('x.pt'))
    const value = torch.load<Record<string, torch.Tensor>>(file('x.pt'), { mmap: true, weights_only: true })
    expect(value['x'].equal(x)).toBe(true)
    value['x'].fill_(0)
    expect(value['y'].sum().item()).toBe(0)
    expect(fs.readFileSync(file('x.pt')).equals(before)).toBe(true)
    // A tensor of it saves its own storage, not the whole file.
    expect(torch.save(value['half']).length).toBeLessThan(4000)
    torch.save([1], file('x.pt'))
    expect(value['half'].equal(x.half())).toBe(true)
    expect(() => torch.load(before, { mmap: true })).toThrow('f must be a file path in order to use the mmap argument')
  })

  it('reads numbers of machines with the other order of bytes, and compressed entries', () => {
    const pickle = bytes('\x80\x02', tensor(storage('FloatStorage', '0', 2), 0, [2], [1]), '.')
    const swapped = zip_of({ 'data.pkl': pickle, byteorder: 'big', 'data/0': bytes('\x3f\x80\x00\x00\x40\x00\x00\x00') })
    expect(torch.load<torch.Tensor>(swapped).tolist()).toEqual([1, 2])
    expect(() => torch.load(zip_of({ 'data.pkl': pickle, byteorder: 'middle' }))).toThrow('Unknown endianness type: middle')
  })

  it('reads the format before the zip files', () => {
    const value = torch.load<Record<string, torch.Tensor>>(path.join(__dirname, 'fixtures', 'legacy.pt'))
    expect(value['view'].tolist()).toEqual([[0, 3], [1, 4], [2, 5]])
    value['x'].set_at(5, 9)
    expect([value['view'].at(2, 1).item(), value['half'].dtype, value['text'], value['tuple']]).toEqual([9, torch.float16, 'é', [1, 2.5, null]])
    expect(() => torch.load(path.join(__dirname, 'fixtures', 'legacy.pt'), { mmap: true })).toThrow('mmap can only be used with files saved with')
  })

  it('notices damage by the checksums', () => {
    const whole = torch.save({ x: torch.ones(100), text: 'y'.repeat(100) })
    const at = Buffer.from(whole).indexOf(Buffer.from(new Float32Array([1, 1]).buffer))
    const damaged = Uint8Array.from(whole)
    damaged[at + 5] ^= 1
    expect(() => torch.load(damaged)).toThrow('the checksum of "archive/data/0" does not match: the file is corrupted')
    torch.serialization.set_crc32_options(false)
    try {
      const unchecked = Uint8Array.from(torch.save({ x: torch.ones(100) }))
      unchecked[Buffer.from(unchecked).indexOf(Buffer.from(new Float32Array([1, 1]).buffer)) + 5] ^= 1
      expect(torch.load<{ x: torch.Tensor }>(unchecked).x.sum().item()).not.toBe(100)
    } finally {
      torch.serialization.set_crc32_options(true)
    }
  })

  it('leaves out the bytes of tensors when told to', () => {
    const { skip_data } = torch.serialization
    const value = { x: torch.ones(100000), y: torch.arange(3) }
    const [whole, skipped] = [torch.save(value), skip_data(() => torch.save(value))]
    expect(skipped.length).toBe(whole.length)
    const zeros = torch.load<typeof value>(skipped)
    expect([zeros.x.sum().item(), zeros.y.tolist()]).toEqual([0, [0, 0, 0]])
    const damaged = Uint8Array.from(whole)
    damaged.fill(9, Buffer.from(whole).indexOf(Buffer.from(new Float32Array([1, 1]).buffer)), whole.length - 2000)
    {
      using _ = skip_data()
      expect(torch.load<typeof value>(damaged).x.shape).toEqual([100000])
      expect(() => torch.save(1, undefined, { _use_new_zipfile_serialization: false })).toThrow('Cannot use skip_data=True with _use_new_zipfile_serialization=False')
    }
    expect(() => torch.load(damaged)).toThrow('does not match: the file is corrupted')
  })

  it('takes the default order of bytes for files that do not say theirs', () => {
    const { LoadEndianness, get_default_load_endianness, set_default_load_endianness } = torch.serialization
    const zip = new ZipReader(new BytesSource(torch.save(torch.tensor([1, 2], { dtype: torch.int16 }))))
    const file = zip_of(Object.fromEntries(zip.records.filter(name => name !== 'byteorder').map(name => [name, zip.read(name)])))
    const load = (): unknown => torch.load<torch.Tensor>(file).tolist()
    expect([get_default_load_endianness(), load()]).toEqual([null, [1, 2]])
    try {
      set_default_load_endianness(LoadEndianness.BIG)
      expect([get_default_load_endianness(), load()]).toEqual([LoadEndianness.BIG, [256, 512]])
      set_default_load_endianness(LoadEndianness.LITTLE)
      expect(load()).toEqual([1, 2])
    } finally {
      set_default_load_endianness(null)
    }
    expect(() => { set_default_load_endianness('big' as never) }).toThrow('Invalid argument type in function set_default_load_endianness')
  })

  it('writes the format before PyTorch 1.6', () => {
    const x = torch.arange(6, { dtype: torch.float32 }).view(2, 3)
    const value = { x, view: x.T, texts: ['a', 'a'], none: torch.empty([0]), half: torch.ones(2, { dtype: torch.float16 }), odd: torch.ones(2).to(torch.uint16) }
    const bytes = torch.save(value, undefined, { _use_new_zipfile_serialization: false })
    expect(Buffer.from(bytes.subarray(0, 4)).toString('latin1')).not.toBe('PK\x03\x04')
    const again = torch.load<typeof value>(bytes)
    again.x.set_at([0, 1], 9)
    expect([again.view.tolist(), again.odd.dtype, again.half.tolist()]).toEqual([[[0, 3], [9, 4], [2, 5]], torch.uint16, [1, 1]])
  })

  it('has its defaults in torch.utils.serialization.config', () => {
    const { config } = torch.utils.serialization
    expect(config).toEqual({ load: { mmap: false, endianness: null }, save: { compute_crc32: true } })
    config.load.mmap = true
    try {
      expect(() => torch.load(path.join(__dirname, 'fixtures', 'legacy.pt'))).toThrow('mmap can only be used with files saved with')
      expect(torch.load(torch.save(1))).toBe(1)
    } finally {
      config.load.mmap = false
    }
  })

  it('is not confused by a stream that fails', async () => {
    const broken = Readable.from((function* () {
      yield Buffer.from('PK\x03\x04')
      throw new Error('cut off')
    })())
    await expect(torch.load(broken)).rejects.toThrow('cut off')
  })
})
