import { tensor } from '../../lib/_creation'
import { ValueError } from '../../lib/_errors'
import { aten } from '../../lib/_operators'
import { bool, uint8 } from '../../lib/dtype'
import { type Tensor, elements } from '../../lib/tensor'
import { io, utils } from '../../lib/vision'
import golden from '../fixtures/vision_drawing.json'
import { temporary_folder } from '../helpers/temporary'
import '../helpers/typescript_children'

const folder = temporary_folder()
const base64 = (x: Tensor): string => Buffer.from(elements(x).buffer as ArrayBuffer).toString('base64')
const images = tensor(Float32Array.from({ length: 360 }, (_, i) => i)).div(360).view([5, 3, 4, 6])
const image = tensor(Uint8Array.from({ length: 3 * 24 * 30 }, (_, i) => i % 251)).view([3, 24, 30])
const boxes = tensor([[2, 3, 20, 15], [10.7, 8.2, 40, 22]])
const masks = (aten('zeros')([[2, 24, 30]], { dtype: bool }) as Tensor)
masks.set_at([0, '3:12', '4:20'], true)
masks.set_at([1, '8:20', '10:28'], true)

const named = (head: string): [string, { options: object, values: string }][] =>
  Object.entries(golden).filter(([name]) => name.startsWith(head)) as never

describe('utils.make_grid', () => {
  it.each(named('grid'))('%s is as in torchvision', (_, { options, values }) => {
    expect(base64(utils.make_grid(images, options)) === values).toBe(true)
  })

  it('takes single images, arrays and grey ones', () => {
    expect([...utils.make_grid(images.at(0)).shape]).toEqual([3, 4, 6])
    expect([...utils.make_grid(images.at(0, 0)).shape]).toEqual([3, 4, 6])
    expect(utils.make_grid([...images]).equal(utils.make_grid(images))).toBe(true)
    expect([...utils.make_grid(images.at(':', ':1')).shape]).toEqual([3, 8, 42])
    expect(() => utils.make_grid(7 as never)).toThrow(new TypeError("tensor or list of tensors expected, got <class 'int'>"))
  })

  it('leaves the images as they were', () => {
    utils.make_grid(images, { normalize: true })
    expect(images.at(0, 0, 0, 1).item()).toBeCloseTo(1 / 360)
  })
})

describe('utils.save_image', () => {
  it('writes rounded values', () => {
    utils.save_image(image.float().div(255), folder('a.png'))
    expect(io.read_image(folder('a.png')).equal(image)).toBe(true)
    utils.save_image(images, folder('grid.png'), { nrow: 2, pad_value: 1 })
    expect([...io.read_image(folder('grid.png')).shape]).toEqual([3, 20, 18])
  })
})

describe('utils.draw_bounding_boxes', () => {
  it.each(named('boxes').filter(([name]) => name !== 'boxes float'))('%s is as in torchvision', (_, { options, values }) => {
    expect(base64(utils.draw_bounding_boxes(image, boxes, options)) === values).toBe(true)
  })

  it('draws on grey floats', () => {
    expect(base64(utils.draw_bounding_boxes(image.at(':1').float().div(255), boxes)) === golden['boxes float'].values).toBe(true)
  })

  it('writes labels', () => {
    const plain = utils.draw_bounding_boxes(image, boxes)
    const named = utils.draw_bounding_boxes(image, boxes, { labels: ['x', null] })
    const changed = named.ne(plain).any({ dim: 0 })
    expect(changed.any().item()).toBe(true)
    expect(changed.at('16:').any().item()).toBe(false)
  })

  it.each<[() => unknown, Error]>([
    [() => utils.draw_bounding_boxes(image.unsqueeze(0), boxes), new ValueError('Pass individual images, not batches')],
    [() => utils.draw_bounding_boxes(image.at(':2'), boxes), new ValueError('Only grayscale and RGB images are supported')],
    [() => utils.draw_bounding_boxes(image, tensor([[5, 5, 1, 9]])),
      new ValueError('Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them')],
    [() => utils.draw_bounding_boxes(image, boxes, ['a']),
      new ValueError('Number of boxes (2) and labels (1) mismatch. Please specify labels for each box.')],
    [() => utils.draw_bounding_boxes(image, boxes, { colors: ['red'] }),
      new ValueError('Number of colors must be equal or larger than the number of objects, but got 1 < 2.')],
    [() => utils.draw_bounding_boxes(image, boxes, { colors: 'rouge' }), new ValueError("unknown color specifier: 'rouge'")],
  ])('refuses what it cannot draw (%#)', (run, error) => {
    expect(run).toThrow(error)
  })
})

describe('utils.draw_segmentation_masks', () => {
  it.each(named('masks'))('%s is as in torchvision', (_, { options, values }) => {
    expect(base64(utils.draw_segmentation_masks(image, masks, options)) === values).toBe(true)
  })

  it('refuses masks of another kind', () => {
    expect(() => utils.draw_segmentation_masks(image, masks.to(uint8))).toThrow(new ValueError('The masks must be of dtype bool. Got torch.uint8'))
  })
})

describe('utils.draw_keypoints', () => {
  it('draws discs and lines where points are visible', () => {
    const points = tensor([[[5, 5], [20, 10], [25, 20]]])
    const black = image.mul(0)
    const all = utils.draw_keypoints(black, points, { colors: 'red' })
    expect(all.at(0, 5, 5).item()).toBe(255)
    expect(all.at(0).ne(0).sum().item()).toBe(3 * 21)
    expect(all.at('1:').ne(0).any().item()).toBe(false)
    const joined = utils.draw_keypoints(black, points, [[0, 1], [1, 2]], { visibility: tensor([[1, 1, 0]]) })
    expect(joined.at(1, 7, 11).item()).toBe(255)
    expect(joined.at(1, 15, 22).item()).toBe(0)
  })
})

describe('utils.flow_to_image', () => {
  it('is as in torchvision', () => {
    const place = tensor(Float32Array.from({ length: 120 }, (_, i) => i)).view([10, 12])
    const flow = (aten('stack')([[place.sub(60), place.sin().mul(50)]]) as Tensor)
    expect(base64(utils.flow_to_image(flow)) === golden.flow.values).toBe(true)
    expect(utils.flow_to_image(flow.unsqueeze(0)).at(0).equal(utils.flow_to_image({ flow }))).toBe(true)
  })

  it.each<[Tensor, string]>([
    [masks, 'Flow should be of dtype torch.float, got torch.bool.'],
    [boxes, 'Input flow should have shape (2, H, W) or (N, 2, H, W), got torch.Size([2, 4]).'],
  ])('refuses other tensors (%#)', (flow, message) => {
    expect(() => utils.flow_to_image(flow)).toThrow(new ValueError(message))
  })
})
