// Files that ask for more than tensors and plain values are refused, in PyTorch's words, and nothing of them is run.
import torch from 'torch-ts'
import { bytes, file_of, storage, tensor, text, zip_of } from './files'

const UNSAFE = 'In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. Re-running `torch.load` '
  + 'with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code execution. Do it only if you got the file from a trusted source.'

function message(file: Uint8Array, name = 'UnpicklingError'): string {
  try {
    torch.load(file)
  } catch (error) {
    expect((error as Error).name).toBe(name)
    return (error as Error).message
  }
  throw new Error('the file was read')
}

describe('torch.load', () => {
  it('refuses other globals as Python does', () => {
    const deque = message(file_of('ccollections\ndeque\n]K\x01a\x85R'))
    const global = 'collections.deque'
    expect(deque).toContain('Weights only load failed. This file can still be loaded, to do so you have two options, \x1b[1mdo those steps only if you trust the '
      + `source of the checkpoint\x1b[0m. \n\t(1) ${UNSAFE}\n\t(2) Alternatively, to load with \`weights_only=True\` please check the recommended steps in the `
      + `following error message.\n\tWeightsUnpickler error: Unsupported global: GLOBAL ${global} was not an allowed global by default. Please use `
      + `\`torch.serialization.add_safe_globals([${global}])\` or the \`torch.serialization.safe_globals([${global}])\` context manager to allowlist this global if you `
      + 'trust this class/function.\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only '
      + 'https://pytorch.org/docs/stable/generated/torch.load.html.')
  })

  it.each([
    ['cposix\nsystem\n', 'Trying to load unsupported GLOBAL posix.system whose module posix is blocked.'],
    ['cos\nsystem\n', 'Trying to load unsupported GLOBAL os.system whose module os is blocked.'],
    ['c__builtin__\neval\n', 'GLOBAL eval was not an allowed global by default'],
    ['cbuiltins\ngetattr\n', 'GLOBAL getattr was not an allowed global by default'],
    ['ctorch.nn.modules.linear\nLinear\n)\x81', 'GLOBAL torch.nn.modules.linear.Linear was not an allowed global by default'],
    ['\x8c\x02os\x8c\x06system\x93', 'Trying to load unsupported GLOBAL os.system'],
    ['ctorch\nload\n', 'GLOBAL torch.load was not'],
    ['c__main__\nconstructor\n', 'GLOBAL __main__.constructor was not'],
    ['ctorch\n__proto__\n', 'GLOBAL torch.__proto__ was not'],
  ])('refuses %j', (pickle, expected) => {
    expect(message(file_of(pickle))).toContain(expected)
  })

  it.each([
    ['K\x01K\x02R', "Trying to call reduce for unrecognized function <class 'int'>"],
    ['ctorch\nfloat32\n)R', 'Trying to call reduce for unrecognized function'],
    ['ctorch\nTensor\n)R', 'Trying to call reduce for unrecognized function torch.Tensor'],
    ['ctorch\nTensor\n)\x81', 'Can only create new object for nn.Parameter or classes allowlisted'],
    [']}b', 'Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but got Array'],
    ['}K\x01a', "Can only append to lists, but got <class 'dict'>"],
    [')K\x01a', "Can only append to lists, but got <class 'tuple'>"],
    [']K\x01K\x02s', "Can only SETITEM for dict, collections.OrderedDict, collections.Counter, but got <class 'list'>"],
    ['}]K\x02s', 'a dict of the file has a key that is not hashable'],
    ['XQ\x00\x00\x00', 'pickle data was truncated'],
    ['\x8d\xff\xff\xff\xff\xff\xff\xff\x7f', 'pickle data was truncated'],
    ['h\x05', 'Memo value not found at index 5'],
    ['t', 'could not find MARK'],
    ['0', 'the pickle takes a value from an empty stack'],
    ['\x80\x09', 'unsupported pickle protocol: 9'],
    ['I1\n', 'Unsupported operand 73'],
    ['K\x01Q', "persistent_load id must be tuple or int, but got <class 'int'>"],
    ['X\x06\x00\x00\x00moduleK\x01\x86Q', 'Only persistent_load of storage is allowed, but got module'],
    ['ctorch\nTensor\n', 'the file holds torch.Tensor itself, which has no value here'],
  ])('refuses the pickle %j', (pickle, expected) => {
    expect(message(file_of(pickle))).toContain(`Weights only load failed. ${UNSAFE}`)
    expect(message(file_of(pickle))).toContain(expected)
  })

  it('refuses values that are nested without end, and reads a list that holds itself', () => {
    expect(message(file_of(bytes(']'.repeat(50000), 'a'.repeat(49999))))).toContain('nested more than 1000 deep')
    expect(message(file_of(bytes(')', '\x85'.repeat(100000))))).toContain('nested more than 1000 deep')
    const list = torch.load<unknown[]>(file_of(']q\x00h\x00a'))
    expect(list[0]).toBe(list)
    const dict = torch.load<Record<string, unknown>>(file_of(bytes('}q\x00', text('self'), 'h\x00s')))
    expect(dict['self']).toBe(dict)
  })

  it.each([
    ['offset', tensor(storage('FloatStorage', '0', 4), 3, [2], [1])],
    ['size', tensor(storage('FloatStorage', '0', 4), 0, [5], [1])],
    ['stride', tensor(storage('FloatStorage', '0', 4), 0, [2, 2], [3, 1])],
  ])('refuses a tensor beyond its storage: %s', (_, pickle) => {
    expect(message(file_of(pickle, { 0: new Uint8Array(16) }), 'RuntimeError')).toMatch(/requiring a storage size of \d+ are out of bounds for storage of size 16/)
  })

  it('refuses sizes and counts that are no small whole numbers', () => {
    const huge = bytes('\x8a\x08', new Uint8Array(7).fill(255), '\x7f')
    expect(message(file_of(storage('FloatStorage', '0', huge), { 0: new Uint8Array(16) }))).toContain('a storage has 9223372036854775807 elements')
    expect(message(file_of(storage('FloatStorage', '0', bytes('J\xff\xff\xff\xff')), { 0: new Uint8Array(16) }))).toContain('a storage has -1 elements')
    expect(message(file_of(storage('FloatStorage', '0', bytes('J\xff\xff\xff\x7f')), { 0: new Uint8Array(16) }), 'RuntimeError'))
      .toBe('the storage 0 has 8589934588 bytes, but its entry in the file 16')
    expect(message(file_of(storage('FloatStorage', '1', 4), { 0: new Uint8Array(16) }), 'RuntimeError')).toContain('failed locating file data/1: file not found')
  })

  it('refuses indices of sparse tensors that are out of range', () => {
    const indices = tensor(storage('LongStorage', '0', 2), 0, [2, 1], [1, 1])
    const values = tensor(storage('FloatStorage', '1', 1), 0, [1], [1])
    const sparse = bytes('ctorch._utils\n_rebuild_sparse_tensor\nctorch.serialization\n_get_layout\n', text('torch.sparse_coo'), '\x85R(', indices, values, '(K\x02K\x02t\x89t\x86R')
    const of = (index: bigint) => file_of(sparse, { 0: new Uint8Array(new BigInt64Array([0n, index]).buffer), 1: new Uint8Array(4) })
    expect(torch.load<torch.Tensor>(of(1n)).to_dense().shape).toEqual([2, 2])
    expect(message(of(2n), 'RuntimeError')).toContain('size is inconsistent with indices')
  })

  it('refuses archives of TorchScript and files of tar', () => {
    expect(message(zip_of({ 'data.pkl': '', 'constants.pkl': '' }), 'RuntimeError')).toContain('Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``.')
    const tar = Buffer.alloc(1024)
    tar.write('ustar', 257)
    expect(message(tar, 'RuntimeError')).toContain('Cannot use ``weights_only=True`` with files saved in the legacy .tar format.')
    expect(message(Buffer.from('\x80\x02K\x01.', 'latin1'), 'RuntimeError')).toBe('Invalid magic number; corrupt file?')
    expect(message(Buffer.from('GIF89a'))).toContain('pickle data was truncated')
    expect(message(new Uint8Array())).toContain('Ran out of input')
  })
})

describe('torch.serialization.get_unsafe_globals_in_checkpoint', () => {
  const { get_unsafe_globals_in_checkpoint } = torch.serialization

  it('says what a file asks for, without reading it', () => {
    const pickle = bytes('cos\nsystem\n', text('ls'), '\x85R0', '\x8c\x08__main__\x8c\x03Net\x93)R0', tensor(storage('FloatStorage', '0', 1), 0, [1], [1]))
    expect(get_unsafe_globals_in_checkpoint(file_of(pickle))).toEqual(['os.system', '__main__.Net'])
    expect(get_unsafe_globals_in_checkpoint(torch.save({ x: torch.ones(1), size: new torch.Size([1]), bytes: new Uint8Array(1) }))).toEqual([])
    expect(() => get_unsafe_globals_in_checkpoint(Buffer.from('text'))).toThrow('Expected input to be a checkpoint returned by torch.save')
    expect(() => get_unsafe_globals_in_checkpoint(zip_of({ 'data.pkl': 'X', 'constants.pkl': '' }))).toThrow('got a torchscript checkpoint')
    expect(() => get_unsafe_globals_in_checkpoint(zip_of({ 'data.pkl': 'X\xff' }))).toThrow('pickle data was truncated')
  })
})

describe('torch.serialization.add_safe_globals', () => {
  class Config {
    declare size: number

    area(): number {
      return this.size ** 2
    }
  }

  const object = file_of(bytes('c__main__\nConfig\n)\x81}', text('size'), 'K\x03sb'))

  afterEach(() => torch.serialization.clear_safe_globals())

  it('lets files make objects of a class and call a function', () => {
    expect(message(object)).toContain('GLOBAL __main__.Config was not an allowed global')
    torch.serialization.add_safe_globals([Config, [(a: number, b: number) => a + b, 'operator.add']])
    expect(torch.load<Config>(object)).toBeInstanceOf(Config)
    expect(torch.load<Config>(object).area()).toBe(9)
    expect(torch.load(file_of('coperator\nadd\nK\x01K\x02\x86R'))).toBe(3)
    expect(torch.serialization.get_safe_globals()).toHaveLength(2)
    torch.serialization.clear_safe_globals()
    expect(message(object)).toContain('GLOBAL __main__.Config was not an allowed global')
  })

  it('can be limited to a callback or a scope', () => {
    const { safe_globals } = torch.serialization
    expect(safe_globals([Config], () => torch.load<Config>(object).area())).toBe(9)
    {
      using _ = safe_globals([Config])
      expect(torch.load<Config>(object).size).toBe(3)
    }
    expect(torch.serialization.get_safe_globals()).toEqual([])
  })

  it('never unblocks the modules of the system', () => {
    torch.serialization.add_safe_globals([[() => 'run', 'os.system']])
    expect(message(file_of('cos\nsystem\n)R'))).toContain('whose module os is blocked')
  })
})
