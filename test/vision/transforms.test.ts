import { inspect } from 'node:util'
import { tensor } from '../../lib/_creation'
import { set_default_dtype } from '../../lib/_defaults'
import { ValueError } from '../../lib/_errors'
import { float32, float64, int64, uint8 } from '../../lib/dtype'
import { type Tensor, elements } from '../../lib/tensor'
import { Image, transforms } from '../../lib/vision'
import { apply_batched } from '../../lib/vision/transforms/transforms'

const every_byte = Uint8Array.from({ length: 256 }, (_, i) => i)
const f32 = Math.fround

/** A grey image with each value once. */
function grey(): Image {
  return new Image(tensor(every_byte).view([16, 16]))
}

function values(x: Tensor): number[] {
  return Array.from(elements(x) as Float32Array)
}

describe('Image', () => {
  it('knows its size, mode and bytes', () => {
    const image = new Image(tensor(every_byte.subarray(0, 24)).view([2, 4, 3]))
    expect([image.width, image.height, image.size, image.channels, image.mode]).toEqual([4, 2, [4, 2], 3, 'RGB'])
    expect([...image.bytes]).toEqual([...every_byte.subarray(0, 24)])
    expect(String(image)).toBe('<Image mode=RGB size=4x2>')
    expect(inspect(image)).toBe('<Image mode=RGB size=4x2>')
  })

  it.each([[[16, 16], 'L'], [[64, 4, 1], 'L'], [[32, 4, 2], 'LA'], [[16, 4, 4], 'RGBA']])('has for %p the mode %s', (shape, mode) => {
    expect(new Image(tensor(every_byte).view(shape)).mode).toBe(mode)
  })

  it('has the bytes of a view in its own order', () => {
    expect([...new Image(tensor(every_byte).view([16, 16]).t().at(':2')).bytes].slice(0, 3)).toEqual([0, 16, 32])
  })

  it.each([
    [() => tensor(every_byte), 'Got torch.uint8 of shape (256)'],
    [() => tensor(every_byte).view([4, 4, 16]), 'Got torch.uint8 of shape (4, 4, 16)'],
    [() => tensor(every_byte).view([4, 4, 4, 4]), 'Got torch.uint8 of shape (4, 4, 4, 4)'],
    [() => tensor(every_byte).view([16, 16]).to(float32), 'Got torch.float32 of shape (16, 16)'],
  ])('refuses other tensors (%#)', (make, message) => {
    expect(() => new Image(make())).toThrow(new ValueError(`pixels should be torch.uint8 of shape (H, W) or (H, W, 1 to 4). ${message}`))
  })
})

describe('transforms.ToTensor', () => {
  it('scales to [0, 1] by one float32 division', () => {
    const result = new transforms.ToTensor()(grey())
    expect([...result.shape]).toEqual([1, 16, 16])
    expect(result.dtype).toBe(float32)
    expect(values(result)).toEqual([...every_byte].map((value) => f32(value / 255)))
  })

  it('puts the channels first', () => {
    const result = new transforms.ToTensor()(new Image(tensor(every_byte.subarray(0, 12)).view([2, 2, 3])))
    expect([...result.shape]).toEqual([3, 2, 2])
    expect(result.is_contiguous()).toBe(true)
    expect(values(result)).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map((value) => f32(value / 255)))
  })

  it('leaves the image as it was', () => {
    const image = grey()
    new transforms.ToTensor()(image).fill_(7)
    expect([...image.bytes]).toEqual([...every_byte])
  })

  it('makes the default dtype', () => {
    set_default_dtype(float64)
    try {
      expect(new transforms.ToTensor()(grey()).dtype).toBe(float64)
    } finally {
      set_default_dtype(float32)
    }
  })

  it.each<[string, () => unknown, string]>([
    ['a tensor', () => tensor([1]), "<class 'torch.Tensor'>"],
    ['null', () => null, "<class 'NoneType'>"],
    ['an array', () => [1], "<class 'list'>"],
    ['an object', () => ({}), "<class 'dict'>"],
    ['a number', () => 1, "<class 'int'>"],
  ])('refuses %s', (_, make, type) => {
    expect(() => new transforms.ToTensor()(make() as Image)).toThrow(new TypeError(`pic should be PIL Image or ndarray. Got ${type}`))
  })

  it('prints as in Python', () => {
    expect(String(new transforms.ToTensor())).toBe('ToTensor()')
    expect(inspect(new transforms.ToTensor())).toBe('ToTensor()')
  })
})

describe('transforms.Normalize', () => {
  const expected = [...every_byte].map((value) => f32(f32(f32(value / 255) - f32(0.1307)) / f32(0.3081)))

  it('subtracts the mean and divides by the standard deviation, in float32', () => {
    const x = new transforms.ToTensor()(grey())
    const y = new transforms.Normalize([0.1307], [0.3081])(x)
    expect(values(y)).toEqual(expected)
    expect(values(x)[255]).toBe(1)
  })

  it('takes keywords, scalars and one value per channel', () => {
    const x = tensor([1, 2, 3, 4]).view([2, 1, 2])
    expect(values(new transforms.Normalize({ mean: [1, 2], std: [1, 2] })(x))).toEqual([0, 1, 0.5, 1])
    expect(values(new transforms.Normalize(1, 2)(x))).toEqual([0, 0.5, 1, 1.5])
    expect(values(new transforms.Normalize([1], { std: [2] })(x))).toEqual([0, 0.5, 1, 1.5])
  })

  it('works in place when asked to', () => {
    const x = tensor([1, 2]).view([1, 1, 2])
    expect(new transforms.Normalize([1], [1], true)(x).is(x)).toBe(true)
    expect(values(x)).toEqual([0, 1])
  })

  it.each<[string, () => Tensor, Error]>([
    ['an image', () => grey() as unknown as Tensor, new TypeError("img should be Tensor Image. Got <class 'Image'>")],
    ['integers', () => tensor(every_byte).view([1, 16, 16]), new TypeError('Input tensor should be a float tensor. Got torch.uint8.')],
    ['too few dimensions', () => tensor([[1, 2]]),
      new ValueError('Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = torch.Size([1, 2])')],
  ])('refuses %s', (_, make, error) => {
    expect(() => new transforms.Normalize([0], [1])(make())).toThrow(error)
  })

  it('refuses a standard deviation of zero', () => {
    expect(() => new transforms.Normalize([0], [1e-50])(tensor([1]).view([1, 1, 1]))).toThrow(
      new ValueError('std evaluated to zero after conversion to torch.float32, leading to division by zero.'))
  })

  it('refuses more means than channels', () => {
    expect(() => new transforms.Normalize([0, 0, 0], [1])(tensor([1, 2]).view([1, 1, 2]))).toThrow(
      "output with shape [1, 1, 2] doesn't match the broadcast shape [3, 1, 2]")
  })

  it.each<[string, unknown[], string]>([
    ['no std', [[0]], "Normalize.__init__() missing 1 required positional argument: 'std'"],
    ['an unknown keyword', [[0], { std: [1], in_place: true }], "Normalize.__init__() got an unexpected keyword argument 'in_place'"],
    ['a doubled argument', [[0], [1], { mean: [1] }], "Normalize.__init__() got multiple values for argument 'mean'"],
  ])('refuses %s', (_, args, message) => {
    expect(() => new transforms.Normalize(...(args as [number[], number[]]))).toThrow(new TypeError(message))
  })

  it('prints as in Python', () => {
    expect(String(new transforms.Normalize([0.1307], [0.3081]))).toBe('Normalize(mean=[0.1307], std=[0.3081])')
    expect(String(new transforms.Normalize(0.5, 0.25))).toBe('Normalize(mean=0.5, std=0.25)')
  })
})

describe('transforms.Compose', () => {
  it('applies its transforms in order, functions too', () => {
    const run = new transforms.Compose<string>([(x: number) => x + 1, (x: number) => `<${x}>`])
    expect(run(1)).toBe('<2>')
  })

  it('prints as in Python', () => {
    const run = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5])])
    expect(String(run)).toBe('Compose(\n    ToTensor()\n    Normalize(mean=[0.5], std=[0.5])\n)')
    expect(String(new transforms.Compose([]))).toBe('Compose(\n)')
    expect(String(new transforms.Compose([(x: number) => x, Math.abs]))).toBe('Compose(\n    <function <lambda>>\n    <function abs>\n)')
  })

  it('wants a list of transforms', () => {
    expect(() => new (transforms.Compose as unknown as new () => object)()).toThrow(
      new TypeError("Compose.__init__() missing 1 required positional argument: 'transforms'"))
  })
})

describe('transforms.Lambda', () => {
  it('applies the function', () => {
    expect(new transforms.Lambda((x: number) => 2 * x)(21)).toBe(42)
    expect(String(new transforms.Lambda(() => 0))).toBe('Lambda()')
  })

  it.each<[unknown, string]>([[10, 'int'], [1.5, 'float'], ['x', 'str'], [[1], 'list'], [null, 'NoneType']])('refuses %p', (value, type) => {
    expect(() => new transforms.Lambda(value as () => void)).toThrow(new TypeError(`Argument lambd should be callable, got '${type}'`))
  })
})

describe('transforms of batches', () => {
  const images = (): Tensor => tensor(Uint8Array.from({ length: 3 * 13 * 7 }, (_, i) => (i * 97) % 256)).view([3, 13, 7])
  const chain = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])

  it('give the bits of the samples', () => {
    const batch = apply_batched(chain, images())!
    expect([...batch.shape]).toEqual([3, 1, 13, 7])
    const samples = [0, 1, 2].map((i) => chain(new Image(images().at(i))))
    expect(values(batch)).toEqual(samples.flatMap(values))
  })

  it('leave the images as they were', () => {
    const before = images()
    apply_batched(new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0], [1], true)]), before)
    expect(before.equal(images())).toBe(true)
  })

  it.each<[string, Parameters<typeof apply_batched>[0]]>([
    ['a function', (x: Tensor) => x],
    ['Lambda', new transforms.Lambda((x: Tensor) => x)],
    ['a chain with a function', new transforms.Compose([new transforms.ToTensor(), (x: Tensor) => x])],
    ['Normalize of images', new transforms.Normalize([0], [1])],
    ['ToTensor of tensors', new transforms.Compose([new transforms.ToTensor(), new transforms.ToTensor()])],
    ['Normalize of other channels', new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0, 0], [1])])],
  ])('do not exist for %s', (_, transform) => {
    expect(apply_batched(transform, images())).toBeNull()
  })

  it('use what a transform of the user offers', () => {
    const twice = Object.assign((x: Tensor) => x.mul(2), { batched: (x: Tensor) => x.mul(2) })
    const batch = apply_batched(new transforms.Compose([new transforms.ToTensor(), twice]), images())!
    expect(values(batch)[1]).toBe(f32(97 / 255) * 2)
  })

  it('do not exist for other images', () => {
    expect(apply_batched(new transforms.ToTensor(), images().to(int64))).toBeNull()
    expect(apply_batched(new transforms.ToTensor(), tensor(every_byte, { dtype: uint8 }))).toBeNull()
  })
})
