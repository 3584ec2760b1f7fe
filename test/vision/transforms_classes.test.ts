import { tensor } from '../../lib/_creation'
import { ValueError } from '../../lib/_errors'
import { float32, float64, int16, int32, int64, uint8 } from '../../lib/dtype'
import { manual_seed } from '../../lib/random'
import { type Tensor, elements } from '../../lib/tensor'
import { Image, transforms } from '../../lib/vision'
import { rand } from '../../lib/vision/transforms/_base'
import golden from '../fixtures/vision_transforms.json'

type AnyClass = Record<string, new (...args: unknown[]) => (picture: unknown) => Tensor | Image>
const classes = transforms as unknown as AnyClass
const [height, width] = [11, 13]
const pattern = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + Math.floor(i * i / 11)) % 256)
const u8 = tensor(pattern).view([height, width, 3]).permute([2, 0, 1]).contiguous()
const image = (): Image => new Image(pattern.slice(), width, height, 'RGB')
const pictures: Record<string, () => Tensor | Image> = { u8: () => u8.clone(), f32: () => u8.float().div(255), image }

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

const options_of = ({ args, kwargs }: { args: unknown[], kwargs: object }): unknown[] => [...args, ...Object.keys(kwargs).length > 0 ? [kwargs] : []]

describe('transforms', () => {
  it.each(golden.map(one => [one.repr, one] as const))('%s prints, draws and computes as in torchvision', (text, one) => {
    const transform = new classes[one.name]!(...options_of(one as never))
    expect(String(transform)).toBe(text)
    for (const { kind, seed, shape, data, next } of one.results) {
      manual_seed(seed)
      const result = transform(pictures[kind]!())
      expect(rand()).toBe(next)
      const bytes = new Uint8Array(Buffer.from(data, 'base64'))
      const values = result instanceof Image ? result.data : elements(result) as Uint8Array
      expect(result instanceof Image ? [3, result.height, result.width] : [...result.shape]).toEqual(shape)
      if (kind === 'f32') expect(distance(values, new Float32Array(bytes.buffer))).toBeLessThan(1e-5)
      else expect(distance(values, bytes)).toBeLessThanOrEqual(1)
    }
  })

  it('convert between images and tensors', () => {
    const bytes = new transforms.PILToTensor()(image())
    expect(bytes.equal(u8)).toBe(true)
    expect(new transforms.ToPILImage()(u8).bytes).toEqual(image().bytes)
    expect(new transforms.ToPILImage()(u8.at(0).float().div(255)).mode).toBe('L')
    expect(String(new transforms.ToPILImage('RGB'))).toBe('ToPILImage(mode=RGB)')
    expect(() => new transforms.ToPILImage()(u8.to(int16))).toThrow(new TypeError('Input type int16 is not supported'))
    expect(() => new transforms.ToPILImage('LA')(u8)).toThrow(new ValueError("Only modes ['RGB'] are supported for 3D inputs"))
  })

  it('convert dtypes with their ranges', () => {
    const convert = (x: Tensor, type: Parameters<typeof transforms.functional.convert_image_dtype>[1]): unknown =>
      new transforms.ConvertImageDtype(type!)(x).tolist()
    expect(convert(tensor([0, 0.5, 1]), uint8)).toEqual([0, 127, 255])
    expect(convert(tensor([0, 255], { dtype: uint8 }), float64)).toEqual([0, 1])
    expect(convert(tensor([0, 128, 255], { dtype: uint8 }), int16)).toEqual([0, 128 * 128, 255 * 128])
    expect(convert(tensor([0, 32767], { dtype: int16 }), uint8)).toEqual([0, 255])
    expect(() => convert(tensor([1]), int64)).toThrow('The cast from torch.float32 to torch.int64 cannot be performed safely.')
    expect(() => convert(tensor([1]), int32)).toThrow('The cast from torch.float32 to torch.int32 cannot be performed safely.')
  })

  it('crop in five and ten', () => {
    const five = new transforms.FiveCrop(4)(u8)
    expect(five.map(one => [...one.shape])).toEqual(new Array(5).fill([3, 4, 4]))
    expect(five[3].equal(u8.at(':', '-4:', '-4:'))).toBe(true)
    const ten = new transforms.TenCrop([4, 3], true)(image())
    expect(ten).toHaveLength(10)
    expect(ten[5]!.bytes).toEqual(transforms.functional.crop(transforms.functional.vflip(image()), 0, 0, 4, 3).bytes)
    expect(String(new transforms.TenCrop(4))).toBe('TenCrop(size=(4, 4), vertical_flip=False)')
    expect(() => new transforms.FiveCrop(12)(u8)).toThrow(new ValueError('Requested crop size (12, 12) is bigger than input size (11, 13)'))
  })

  it('whiten', () => {
    const transform = new transforms.LinearTransformation(tensor([[2, 0], [0, 3]]), tensor([1, 1]))
    expect(transform(tensor([[[5, 6]]])).tolist()).toEqual([[[8, 15]]])
    expect(String(transform)).toBe('LinearTransformation(transformation_matrix=[[2.0, 0.0], [0.0, 3.0]], mean_vector=[1.0, 1.0])')
  })

  it('choose among others', () => {
    const add = (n: number) => (x: number): number => x * 10 + n
    manual_seed(0)
    expect(new transforms.RandomApply([add(1), add(2)], 1)(0)).toBe(12)
    expect(new transforms.RandomApply([add(1)], { p: 0 })(5)).toBe(5)
    expect([12, 21]).toContain(new transforms.RandomOrder([add(1), add(2)])(0))
    expect(new transforms.RandomChoice([add(1), add(2)], [0, 1])(0)).toBe(2)
    expect(String(new transforms.RandomApply([new transforms.ToTensor()]))).toBe('RandomApply(\n    p=0.5\n    ToTensor()\n)')
    expect(String(new transforms.RandomChoice([new transforms.ToTensor()]))).toBe('RandomChoice(\n    ToTensor()\n)(p=None)')
  })

  it('keep the kind of their picture', () => {
    const chain = new transforms.Compose([new transforms.Resize(6), new transforms.RandomCrop(5), new transforms.ToTensor()])
    expect([...chain(image()).shape]).toEqual([3, 5, 5])
    const flipped: Image = new transforms.RandomHorizontalFlip(1)(image())
    expect(flipped.data[0]).toBe(pattern[36])
    const turned: Tensor = new transforms.RandomRotation(0)(u8)
    expect(turned.dtype).toBe(uint8)
    expect(transforms.functional.resize(u8.to(float32), [4, 4], { antialias: false }).dtype).toBe(float32)
  })

  it.each<[() => unknown, Error]>([
    [() => new transforms.Resize('a' as never), new TypeError("Size should be int or sequence. Got <class 'str'>")],
    [() => new transforms.Resize([1, 2, 3]), new ValueError('If size is a sequence, it should have 1 or 2 values')],
    [() => new transforms.Resize(5, 'cubic' as never), new TypeError('Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant')],
    [() => new transforms.Pad([1, 2, 3]), new ValueError('Padding must be an int or a 1, 2, or 4 element tuple, not a 3 element tuple')],
    [() => new transforms.Pad(1, 0, 'wrap' as never), new ValueError('Padding mode should be either constant, edge, reflect or symmetric')],
    [() => new transforms.RandomCrop(20)(u8), new ValueError('Required crop size (20, 20) is larger than input image size (11, 13)')],
    [() => new transforms.ColorJitter(-1), new ValueError('If brightness is a single number, it must be non negative.')],
    [() => new transforms.ColorJitter({ hue: 0.7 }), new ValueError('hue values should be between (-0.5, 0.5), but got [-0.7, 0.7].')],
    [() => new transforms.RandomRotation(-1), new ValueError('If degrees is a single number, it must be positive.')],
    [() => new transforms.RandomAffine(5, [2, 0]), new ValueError('translation values should be between 0 and 1')],
    [() => new transforms.RandomErasing(2), new ValueError('Random erasing probability should be between 0 and 1')],
    [() => new transforms.RandomErasing(1)(image()), new TypeError("img should be Tensor Image. Got <class 'Image'>")],
    [() => new transforms.GaussianBlur(4), new ValueError('Kernel size value should be an odd and positive number.')],
    [() => new transforms.AutoAugment('mnist' as never), new ValueError('The provided policy mnist is not recognized.')],
    [() => transforms.functional.hflip([1] as never), new TypeError("Unexpected type <class 'list'>")],
    [() => transforms.functional.affine(u8, 0, [0, 0], 0, 0), new ValueError('Argument scale should be positive')],
    [() => transforms.functional.rotate(u8, 5, 'bicubic'), new ValueError("Interpolation mode 'bicubic' is unsupported with Tensor input")],
    [() => transforms.functional.posterize(u8, 9), new ValueError('The number if bits should be between 0 and 8. Got 9')],
    [() => transforms.functional.pad(image(), 1, [1, 2]), new ValueError("The number of elements in 'fill' does not match the number of channels of the image (2 != 3)")],
  ])('refuse what they cannot do (%#)', (run, error) => {
    expect(run).toThrow(error)
  })
})

describe('Compose of ToTensor and Normalize', () => {
  const { Compose, ToTensor, Normalize } = transforms
  const both = (mean: number[], std: number[]) => [new ToTensor(), new Normalize(mean, std)] as const

  it.each(['L', 'LA', 'RGB', 'RGBA'] as const)('has the bits of one after the other for %s', mode => {
    const picture = image().convert(mode)
    const some = (values: number[]): number[] => values.slice(0, picture.channels)
    for (const [mean, std] of [[some([0.485, 0.456, 0.406, 0.5]), some([0.229, 0.224, 0.225, 0.3])], [[0.13], [0.31]]] as const) {
      const [to_tensor, normalize] = both([...mean], [...std])
      const compose = new Compose([to_tensor, normalize])
      expect(elements(compose(picture))).toEqual(elements(normalize(to_tensor(picture))))
      expect(elements(compose(picture))).toEqual(elements(compose(picture)))
    }
  })

  it('gives a tensor of its own each time', () => {
    const compose = new Compose([...both([0.5], [0.5])])
    const first = compose(image())
    const before = elements(first.clone())
    compose(image()).zero_()
    expect(elements(first)).toEqual(before)
  })

  it('fails as Normalize does where the channels differ, and where a std is zero', () => {
    const [to_tensor, normalize] = both([0.1, 0.2], [1, 1])
    const message = (work: () => unknown): string => {
      try {
        work()
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    const wanted = message(() => normalize(to_tensor(image())))
    expect(wanted).not.toBe('')
    expect(message(() => new Compose([to_tensor, normalize])(image()))).toBe(wanted)
    expect(() => new Compose([...both([0.1], [0])])(image())).toThrow(new ValueError('std evaluated to zero after conversion to torch.float32, leading to division by zero.'))
  })
})
