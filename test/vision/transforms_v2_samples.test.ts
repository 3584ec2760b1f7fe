import { tensor } from '../../lib/_creation'
import { ValueError } from '../../lib/_errors'
import { float32, int64, uint8 } from '../../lib/dtype'
import { zeros } from '../../lib/generated/torch_functions'
import { manual_seed } from '../../lib/random'
import { Tensor } from '../../lib/tensor'
import { Image, transforms, tv_tensors as tv } from '../../lib/vision'

const { v2 } = transforms
const F = v2.functional
const row = tensor([[[1, 2, 3]]])
const boxes = (canvas_size: [number, number] = [4, 4]): tv.BoundingBoxes => new tv.BoundingBoxes([[0, 1, 2, 3]], { format: 'XYXY', canvas_size })
const image = (): Image => new Image(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1, 'RGB')
const flip = new v2.RandomHorizontalFlip(1)

describe('transforms.v2.Transform', () => {
  it('takes samples of arrays, objects and Maps', () => {
    const sample = { a: [new tv.Image(row), 'text', null], b: new Map<string, unknown>([['mask', new tv.Mask(row.at(0))], ['n', 5]]) }
    const result = flip(sample)
    expect((result.a[0] as Tensor).tolist()).toEqual([[[3, 2, 1]]])
    expect(result.a.slice(1)).toEqual(['text', null])
    expect((result.b.get('mask') as Tensor).tolist()).toEqual([[3, 2, 1]])
    expect(result.b.get('n')).toBe(5)
    expect(result.a[0]).toBeInstanceOf(tv.Image)
    expect(sample.a[0]).not.toBe(result.a[0])
  })

  it('gives several inputs back as an array', () => {
    const [x, label] = flip(row, 7)
    expect([x.tolist(), label]).toEqual([[[[3, 2, 1]]], 7])
  })

  it('takes the first plain tensor for an image, unless there is one', () => {
    const [first, second] = flip(row, row)
    expect(first.tolist()).toEqual([[[3, 2, 1]]])
    expect(second).toBe(row)
    const [plain, picture] = flip(row, new tv.Image(row))
    expect(plain).toBe(row)
    expect(picture.tolist()).toEqual([[[3, 2, 1]]])
    expect(flip(row, image())[0]).toBe(row)
  })

  it('is extended by make_params and transform', () => {
    class Add extends v2.Transform<{ by: number }> {
      readonly most: number
      constructor(most: number) {
        super()
        this.most = most
      }

      override make_params(flat_inputs: readonly unknown[]): { by: number } {
        return { by: this.most * flat_inputs.length }
      }

      override transform(inpt: Tensor, { by }: { by: number }): Tensor {
        return inpt.add(by)
      }
    }
    expect(String(new Add(3))).toBe('Add(most=3)')
    const { x, mask } = new Add(3)({ x: row, mask: new tv.Mask(row), n: 1 })
    expect([x.tolist(), mask.tolist()]).toEqual([[[[7, 8, 9]]], [[[7, 8, 9]]]])
    expect(() => new v2.Transform()(row)).toThrow('Transform.transform is not implemented')
  })

  it('passes classes that it has no kernel for, which register_kernel gives', () => {
    class Sound extends tv.TVTensor {}
    const sound = new Sound(tensor([1, 2, 3]))
    expect(flip(sound)).toBe(sound)
    expect(() => F.vertical_flip(sound)).toThrow(TypeError)
    F.register_kernel(F.horizontal_flip, Sound)(x => new Sound(x.flip([0])))
    expect(flip(sound).tolist()).toEqual([3, 2, 1])
    expect(() => F.register_kernel(F.horizontal_flip, tv.Mask)).toThrow(
      new ValueError('Kernels cannot be registered for the builtin tv_tensor classes, but got Mask'))
    expect(() => F.register_kernel(() => 1, Sound)).toThrow('Kernels can only be registered on functionals')
  })

  it('asks for one size of all', () => {
    expect(() => new v2.RandomCrop(1)({ image: new tv.Image(row), boxes: boxes() })).toThrow(
      new ValueError("Found multiple HxW dimensions in the sample: '(1, 3)', '(4, 4)'"))
    expect(() => new v2.RandomCrop(1)('x')).toThrow('No image, video, mask, bounding box of keypoint was found in the sample')
  })
})

describe('transforms.v2 containers', () => {
  const add = (n: number) => (x: number): number => x * 10 + n

  it('run others', () => {
    expect(new v2.Compose<number>([add(1), add(2)])(0)).toBe(12)
    expect(new v2.RandomApply([add(1)], { p: 0 })(5)).toBe(5)
    expect(new v2.RandomApply([add(1)], 1)(5)).toBe(51)
    expect([12, 21]).toContain(new v2.RandomOrder([add(1), add(2)])(0))
    manual_seed(0)
    expect(new v2.RandomChoice([add(1), add(2)], [0, 1])(0)).toBe(2)
    expect(new v2.Compose([flip, new v2.ToImage()])(row, 3)).toHaveLength(2)
  })

  it('print as in torchvision', () => {
    expect(String(new v2.RandomApply([new v2.ToImage()]))).toBe('RandomApply(    ToImage())')
    expect(String(new v2.RandomChoice([new v2.ToImage(), flip]))).toBe(
      'RandomChoice(transforms=[ToImage(), RandomHorizontalFlip(p=1)], p=[0.5, 0.5])')
    expect(String(new v2.Lambda(add, Tensor))).toBe("Lambda(add, types=['Tensor'])")
  })
})

describe('transforms.v2.ToDtype', () => {
  it('takes a dtype of images, or one for each class', () => {
    const sample = { image: new tv.Image(row.to(uint8)), mask: new tv.Mask(row.to(uint8)) }
    const scaled = new v2.ToDtype(float32, { scale: true })(sample)
    expect([scaled.image.dtype, scaled.mask.dtype, scaled.image.at(0, 0, 2).item()]).toEqual([float32, uint8, Math.fround(3 * Math.fround(1 / 255))])
    const by_class = new v2.ToDtype(new Map<typeof tv.Mask | 'others', typeof int64 | null>([[tv.Mask, int64], ['others', null]]))(sample)
    expect([by_class.image.dtype, by_class.mask.dtype]).toEqual([uint8, int64])
    expect(by_class.mask).toBeInstanceOf(tv.Mask)
    expect(() => new v2.ToDtype('float' as never)).toThrow(new ValueError("dtype must be a dict or a torch.dtype, got <class 'str'> instead"))
  })
})

describe('transforms.v2.Lambda', () => {
  it('takes parts of some classes', () => {
    const twice = new v2.Lambda((x: Tensor) => x.mul(2), Tensor)
    expect(twice<{ x: Tensor, n: number }>({ x: row, n: 3 })).toEqual({ x: expect.any(Tensor) as Tensor, n: 3 })
    expect(new v2.Lambda((n: number) => n + 1, Number)<unknown[]>([1, 'a'])).toEqual([2, 'a'])
  })
})

describe('transforms.v2.Pad', () => {
  it('has a fill for each class', () => {
    const pad = new v2.Pad(1, new Map<typeof tv.Mask | 'others', number>([[tv.Mask, 9], ['others', 4]]))
    const { image: picture, mask } = pad({ image: new tv.Image(row), mask: new tv.Mask(row) })
    expect([picture.at(0, 0, 0).item(), mask.at(0, 0, 0).item()]).toEqual([4, 9])
  })
})

describe('transforms.v2.SanitizeBoundingBoxes', () => {
  const many = (): tv.BoundingBoxes => new tv.BoundingBoxes([[0, 0, 3, 3], [1, 1, 1.5, 3], [2, 2, 5, 3]], { format: 'XYXY', canvas_size: [4, 4] })

  it('finds the labels', () => {
    const labels = tensor([7n, 8n, 9n])
    const other = tensor([1, 2, 3])
    const [, target] = new v2.SanitizeBoundingBoxes()(image(), { boxes: many(), my_labels: labels, other })
    expect([target.boxes.tolist(), target.my_labels.tolist()]).toEqual([[[0, 0, 3, 3]], [7]])
    expect(target.other).toBe(other)
    const none = new v2.SanitizeBoundingBoxes({ labels_getter: null })({ boxes: many() })
    expect(none.boxes).toHaveLength(1)
    const both = new v2.SanitizeBoundingBoxes({ labels_getter: (x: { a: Tensor, b: Tensor }) => [x.a, x.b] })({ boxes: many(), a: labels, b: other })
    expect([both.a.tolist(), both.b.tolist()]).toEqual([[7], [1]])
  })

  it.each<[unknown, string]>([
    [{ boxes: many() }, 'Could not infer where the labels are in the sample.'],
    [{ labels: tensor([1]) }, 'No bounding boxes were found in the sample'],
    [{ boxes: many(), labels: tensor([1]) }, 'Number of boxes (shape=torch.Size([3, 4])) and must match the number of labels.'],
    [{ boxes: many(), labels: 'x' }, "The labels in the input to forward() must be a tensor or None, got <class 'str'> instead."],
  ])('refuses samples without (%#)', (sample, message) => {
    expect(() => new v2.SanitizeBoundingBoxes()(sample)).toThrow(message)
  })
})

describe('transforms.v2', () => {
  it.each<[() => unknown, Error]>([
    [() => new v2.Compose([]), new ValueError('Pass at least one transform')],
    [() => new v2.Compose(5 as never), new TypeError('Argument transforms should be a sequence of callables')],
    [() => new v2.RandomHorizontalFlip(2), new ValueError('`p` should be a floating point value in the interval [0.0, 1.0].')],
    [() => new v2.RandomChoice([flip], [0.5, 0.5]), new ValueError("Length of p doesn't match the number of transforms: 2 != 1")],
    [() => new v2.Resize(null), new ValueError('max_size must be an integer when size is None, but got None instead.')],
    [() => new v2.Resize([1, 2, 3]), new ValueError('size can be an integer, a sequence of one or two integers, or None, but got [1, 2, 3] instead.')],
    [() => new v2.RandomCrop(9)(row), new ValueError('Required crop size (9, 9) is larger than input image size (1, 3).')],
    [() => new v2.Pad(1.5), new ValueError('Padding must be an int or a 1, 2, or 4 element of tuple or list, got 1.5.')],
    [() => new v2.Pad(1, 'x' as never), new TypeError('Got inappropriate fill arg, only Numbers, tuples, lists and dicts are allowed.')],
    [() => new v2.FiveCrop(1)({ image: new tv.Image(row), boxes: boxes() }), new TypeError("BoundingBoxes'es and Mask's are not supported by FiveCrop()")],
    [() => new v2.Normalize([1], [1])(image()), new TypeError('Normalize() does not support PIL images.')],
    [() => new v2.RandAugment()(boxes()), new TypeError('Inputs of type BoundingBoxes are not supported by RandAugment()')],
    [() => new v2.RandAugment()(5), new TypeError('Found no image in the sample.')],
    [() => new v2.RandomIoUCrop()(row), new TypeError('RandomIoUCrop() requires input sample to contain tensor or PIL images and bounding boxes. ' +
      'Sample can also contain masks.')],
    [() => new v2.JPEG(0), new ValueError('quality must be an integer from 1 to 100, got quality =[0, 0]')],
    [() => new v2.MixUp({ num_classes: 2 })(zeros([2, 1, 2, 2]), tensor([[[1]]])),
      new ValueError('labels should be index based with shape (batch_size,) or probability based with shape (batch_size, num_classes), ' +
        'but got a tensor of shape torch.Size([1, 1, 1]) instead.')],
    [() => new v2.SetClampingMode('auto' as never), new ValueError('clamping_mode must be soft, hard or None, got auto')],
    [() => F.clamp_bounding_boxes(row), new ValueError('For pure tensor inputs, `format`, `canvas_size` and `clamping_mode` have to be passed.')],
    [() => F.convert_bounding_box_format(boxes(), 'XYXY', 'XYWH'), new ValueError('For bounding box tv_tensor inputs, `old_format` must not be passed.')],
    [() => F.pad(boxes(), 1, 0, 'edge'), new ValueError("Padding mode 'edge' is not supported with bounding boxes")],
    [() => F.resize(row, 5, 'cubic' as never), new ValueError("Invalid interpolation mode: 'cubic'. Supported string values are: ['nearest', " +
      "'nearest-exact', 'bilinear', 'bicubic', 'box', 'hamming', 'lanczos'].")],
    [() => F.perspective(row, null, null), new ValueError('Either the startpoints/endpoints or the coefficients must have non `None` values.')],
    [() => F.gaussian_noise(image()), new ValueError('Gaussian Noise is not implemented for PIL images.')],
    [() => F.elastic(row, row), new ValueError('Argument displacement shape should be (1, 1, 3, 2), but given torch.Size([1, 1, 3])')],
  ])('refuses other arguments (%#)', (call, error) => {
    expect(call).toThrow(error)
  })

  it('erases images, and says that masks pass', () => {
    const { image: erased, mask } = new v2.RandomErasing({ p: 1, scale: [0.2, 0.3], ratio: [1, 1], value: 5 })({
      image: new tv.Image(zeros([1, 8, 8])), mask: new tv.Mask(zeros([8, 8])),
    })
    expect(erased.max().item()).toBe(5)
    expect(mask.max().item()).toBe(0)
  })
})
