import { tensor } from '../../lib/_creation'
import { RuntimeError, ValueError } from '../../lib/_errors'
import { float32, int16, int32, int64, uint8 } from '../../lib/dtype'
import { manual_seed } from '../../lib/random'
import { type Tensor } from '../../lib/tensor'
import { Image, transforms } from '../../lib/vision'
import { rand } from '../../lib/vision/transforms/_base'

const { v2 } = transforms
const batch = tensor(Float32Array.from({ length: 48 }, (_, i) => i)).view([3, 1, 4, 4])
const labels = tensor([0n, 3n, 1n])

describe('transforms.v2.MixUp', () => {
  it('blends neighbours by torchvision\'s share', () => {
    const mix = new v2.MixUp({ alpha: 0.7, num_classes: 4 })
    expect(String(mix)).toBe('MixUp(alpha=0.7, num_classes=4)')
    manual_seed(1)
    const [images, probabilities] = mix(batch, labels)
    expect(images.at(0, 0, 1).tolist()).toEqual([15.28848648071289, 16.28848648071289, 17.28848648071289, 18.28848648071289])
    expect(probabilities.tolist()).toEqual([
      [0.6472347974777222, 0.35276520252227783, 0, 0], [0.35276520252227783, 0, 0, 0.6472347974777222],
      [0, 0.6472347974777222, 0, 0.35276520252227783],
    ])
    expect(rand()).toBe(0.6826140880584717)
  })
})

describe('transforms.v2.CutMix', () => {
  it('takes the rectangle of torchvision', () => {
    manual_seed(1)
    const [images, probabilities] = new v2.CutMix({ alpha: 0.7, num_classes: 4 })(batch, labels)
    expect(images.sum().item()).toBe(1128)
    expect(probabilities.tolist()).toEqual([[0.875, 0.125, 0, 0], [0.125, 0, 0, 0.875], [0, 0.875, 0, 0.125]])
    expect(rand()).toBe(0.46354562044143677)
  })

  it.each<[unknown[], number | null, string]>([
    [[batch, labels], null, 'num_classes must be passed if the labels are index-based (1D)'],
    [[batch, 1], 4, 'When using the default labels_getter, the input passed to forward must be a dictionary or a two-tuple whose second item is a ' +
      'dictionary or a tensor, but got int instead.'],
    [[batch.at(0), labels], 4, 'Expected a batched input with 4 dims, but got 3 dimensions instead.'],
    [[batch.at(':2'), labels], 4, 'The batch size of the image or video does not match the batch size of the labels: 2 != 3.'],
    [[batch, labels.float().view([3, 1])], 4,
      'When passing 2D labels, the number of elements in last dimension must match num_classes: 1 != 4. You can Leave num_classes to None.'],
    [[new Image(new Uint8Array(3), 1, 1, 'RGB'), labels], 4, 'CutMix() does not support PIL images, bounding boxes, keypoints and masks.'],
  ])('refuses other inputs (%#)', (inputs, num_classes, message) => {
    const mix = new v2.CutMix({ num_classes }) as unknown as (...inputs: unknown[]) => unknown
    expect(() => mix(...inputs)).toThrow(new ValueError(message))
  })
})

describe('transforms.v2.Compose', () => {
  it('transforms the image and lets the label pass', () => {
    const chain = new v2.Compose([new v2.ToImage(), new v2.ToDtype(float32, { scale: true }), new v2.RandomHorizontalFlip(1), new v2.ToPureTensor()])
    expect(String(new v2.Compose([new v2.ToImage(), new v2.ToDtype(float32, true)]))).toBe('Compose(\n      ToImage()\n      ToDtype(scale=True)\n)')
    const image = new Image(Uint8Array.from([0, 51, 255, 102, 204, 153]), 2, 1, 'RGB')
    const [x, label] = chain(image, 7) as [Tensor, number]
    expect(label).toBe(7)
    expect(x.mul(5).round().tolist()).toEqual([[[2, 0]], [[4, 1]], [[3, 5]]])
    expect(chain(image).equal(x)).toBe(true)
    const mixed = new v2.Compose([new v2.Identity(), new v2.MixUp({ num_classes: 4 })])(batch, labels) as [Tensor, Tensor]
    expect([...mixed[1].shape]).toEqual([3, 4])
  })
})

describe('transforms.v2.functional.to_dtype', () => {
  it('scales by shifts between integers', () => {
    const bytes = tensor([0, 100, 255], { dtype: uint8 })
    const { to_dtype } = v2.functional
    expect(to_dtype(bytes, int16, true).tolist()).toEqual([0, 12800, 32640])
    expect(to_dtype(to_dtype(bytes, int32, true), uint8, true).tolist()).toEqual([0, 100, 255])
    expect(to_dtype(bytes, float32).tolist()).toEqual([0, 100, 255])
    expect(to_dtype(tensor([0, 0.5, 1]), uint8, true).tolist()).toEqual([0, 127, 255])
    expect(() => to_dtype(tensor([1]), int64, true)).toThrow(new RuntimeError('The conversion from torch.float32 to torch.int64 cannot be performed safely.'))
  })
})
