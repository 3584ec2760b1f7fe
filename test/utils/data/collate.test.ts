import torch from 'torch-ts'

const { default_collate, default_collate_fn_map, default_convert } = torch.utils.data
type Tensor = torch.Tensor

const text = (tensor: Tensor) => `${tensor.dtype.name} ${JSON.stringify(tensor.tolist())}`

describe('utils.data.default_collate', () => {
  it('stacks tensors, of typed arrays too', () => {
    expect(text(default_collate([torch.tensor([1, 2]), torch.tensor([3, 4])]))).toBe('float32 [[1,2],[3,4]]')
    expect(text(default_collate([new Uint8Array([1, 2]), new Uint8Array([3, 4])]))).toBe('uint8 [[1,2],[3,4]]')
    expect(() => default_collate([torch.ones(2), torch.ones(3)])).toThrow(
      'stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1')
  })

  it('makes int64 of whole numbers and float64 of others', () => {
    expect(text(default_collate([1, 2, 3]))).toBe('int64 [1,2,3]')
    expect(text(default_collate([1, 2.5]))).toBe('float64 [1,2.5]')
    expect(text(default_collate([0.1, 2]))).toBe('float64 [0.1,2]')
    expect(text(default_collate([-0, 2]))).toBe('float64 [0,2]')
    expect(default_collate([1, NaN]).dtype).toBe(torch.float64)
    expect(default_collate([1, 2 ** 60]).dtype).toBe(torch.float64)
  })

  it('makes int64 of bigints and bool of booleans', () => {
    expect(text(default_collate([1n, 2n]))).toBe('int64 [1,2]')
    expect(default_collate([2n ** 62n, 1n]).at(0).item<bigint>()).toBe(2n ** 62n)
    expect(text(default_collate([true, false]))).toBe('bool [true,false]')
    expect(text(default_collate<number | boolean>([true, 2]))).toBe('int64 [1,2]')
  })

  it('leaves strings', () => {
    expect(default_collate(['a', 'b'])).toEqual(['a', 'b'])
  })

  it('collates arrays, objects and Maps element by element', () => {
    const [x, [y, z]] = default_collate<[number, [string, Tensor]]>([[1, ['a', torch.ones(1)]], [2, ['b', torch.zeros(1)]]])
    expect([text(x), y, text(z)]).toEqual(['int64 [1,2]', ['a', 'b'], 'float32 [[1],[0]]'])
    const object = default_collate([{ a: 1, b: { c: 0.5 } }, { a: 2, b: { c: 1.5 } }])
    expect([text(object.a), text(object.b.c)]).toEqual(['int64 [1,2]', 'float64 [0.5,1.5]'])
    const map = default_collate([new Map([['k', 1]]), new Map([['k', 2]])])
    expect(text(map.get('k')!)).toBe('int64 [1,2]')
  })

  it('names what it cannot collate', () => {
    const message = (found: string) => new TypeError(`default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class '${found}'>`)
    class Point {}
    expect(() => default_collate([null])).toThrow(message('NoneType'))
    expect(() => default_collate([new Point()])).toThrow(message('Point'))
    expect(() => default_collate([1, null])).toThrow(message('NoneType'))
    expect(() => default_collate([[1], [1, 2]])).toThrow(new torch.RuntimeError('each element in list of batch should be of equal size'))
    expect(() => default_collate<object>([{ a: 1 }, {}])).toThrow("default_collate: a sample of the batch has no 'a'")
    expect(() => default_collate([torch.eye(2).to_sparse()])).toThrow(
      'Batches of sparse tensors are not currently supported by the default collate_fn; please provide a custom collate_fn to handle them appropriately.')
  })

  it('collates named tuples field by field', () => {
    const [a, b] = [torch.tensor([1, 5]), torch.tensor([[7, 2]])].map(x => x.max({ dim: -1 }))
    const { values, indices } = default_collate([a, torch.tensor([3, 4]).max({ dim: -1 })]) as unknown as { values: Tensor, indices: Tensor }
    expect([text(values), text(indices)]).toEqual(['float32 [5,4]', 'int64 [1,1]'])
    expect(default_convert(b)).toBeInstanceOf(b.constructor)
  })

  it('collates only what it has a function for, if it is given some', () => {
    const { collate } = torch.utils.data._utils.collate
    const sum = (batch: readonly number[]): number => batch.reduce((a, b) => a + b, 0)
    expect(collate([{ x: 1, y: 'a' }, { x: 2, y: 'b' }], { collate_fn_map: new Map<never, never>([[Number, sum], [String, (batch: string[]) => batch.join('')]] as never) }))
      .toEqual({ x: 3, y: 'ab' })
    for (const options of [{}, { collate_fn_map: null }, { collate_fn_map: new Map([[String, sum as never]]) }]) {
      expect(() => collate([[1], [2]], options)).toThrow("default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'int'>")
    }
  })

  it('learns classes', () => {
    class Word {
      constructor(readonly text: string) {}
    }
    default_collate_fn_map.set(Word, (batch: readonly Word[]) => batch.map(word => word.text).join(' '))
    try {
      expect(default_collate([[new Word('a')], [new Word('b')]])).toEqual(['a b'])
    } finally {
      default_collate_fn_map.delete(Word)
    }
  })
})

describe('utils.data.default_convert', () => {
  it('makes tensors of typed arrays and leaves the rest', () => {
    const sample = { x: new Float32Array([1, 2]), label: 3, words: ['a', null], map: new Map([['k', new Int32Array(1)]]) }
    const { x, map, ...rest } = default_convert(sample)
    expect([text(x), text(map.get('k')!)]).toEqual(['float32 [1,2]', 'int32 [0]'])
    expect(rest).toEqual({ label: 3, words: ['a', null] })
    const tensor = torch.ones(1)
    expect(default_convert(tensor)).toBe(tensor)
  })
})
