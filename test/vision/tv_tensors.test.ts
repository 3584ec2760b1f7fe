import { tensor } from '../../lib/_creation'
import { ValueError } from '../../lib/_errors'
import { float64, int64, uint8 } from '../../lib/dtype'
import { cat as torch_cat } from '../../lib/generated/torch_functions'
import { Tensor } from '../../lib/tensor'
import { Image, tv_tensors as tv } from '../../lib/vision'

const boxes = (): tv.BoundingBoxes => new tv.BoundingBoxes([[1, 2, 5, 6]], { format: 'xyxy', canvas_size: [7, 9] })
const values = tensor([[0, 1], [2, 3]])

describe('tv_tensors', () => {
  it('print their class and fields', () => {
    expect(String(new tv.Image(values))).toBe('Image([[[0., 1.],\n        [2., 3.]]], )')
    expect(String(new tv.Mask(values))).toBe('Mask([[0., 1.],\n      [2., 3.]])')
    expect(String(boxes())).toBe('BoundingBoxes([[1., 2., 5., 6.]], format=BoundingBoxFormat.XYXY, canvas_size=(7, 9), clamping_mode=soft)')
  })

  it('are made of arrays, tensors and decoded images', () => {
    const image = new tv.Image(new Image(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1, 'RGB'))
    expect([image.dtype, ...image.shape]).toEqual([uint8, 3, 1, 2])
    expect([...new tv.Image(values).shape]).toEqual([1, 2, 2])
    expect(new tv.Mask([[0, 1]], { dtype: int64 }).dtype).toBe(int64)
    expect([...new tv.BoundingBoxes([1, 2, 3, 4], { format: 'XYWH', canvas_size: [5, 5] }).shape]).toEqual([1, 4])
    const leaf = tensor([[1, 2], [3, 4]], { requires_grad: true })
    const image_of_leaf = new tv.Image(leaf)
    image_of_leaf.sum().backward()
    expect(leaf.grad!.tolist()).toEqual([[1, 1], [1, 1]])
  })

  it('share the memory of their data', () => {
    const data = values.clone()
    new tv.Mask(data).fill_(7)
    expect(data.tolist()).toEqual([[7, 7], [7, 7]])
  })

  it('lose their class by operators, and keep it by clone, to, detach and requires_grad_', () => {
    const x = boxes()
    expect(x.add(1).constructor).toBe(Tensor)
    expect(x.at(0).constructor).toBe(Tensor)
    expect(x.pure().constructor).toBe(Tensor)
    const moved = x.to(float64)
    expect([moved.constructor, moved.dtype, moved.format, moved.canvas_size]).toEqual([tv.BoundingBoxes, float64, 'XYXY', [7, 9]])
    expect(x.to(x.dtype)).toBe(x)
    expect(x.clone().format).toBe('XYXY')
    expect(x.detach().canvas_size).toEqual([7, 9])
    expect(x.clone().requires_grad_()).toBeInstanceOf(tv.BoundingBoxes)
  })

  it('give their class to other tensors by wrap', () => {
    const wrapped = tv.wrap(tensor([[1, 1, 4, 4]]), { like: boxes(), format: 'XYWH', canvas_size: [3, 4] })
    expect([wrapped.format, wrapped.canvas_size, wrapped.clamping_mode]).toEqual(['XYWH', [3, 4], 'soft'])
    expect(tv.wrap(values, { like: new tv.Mask(values) })).toBeInstanceOf(tv.Mask)
    expect(tv.wrap(values, { like: tensor([1]) }).constructor).toBe(Tensor)
  })

  it('hold points', () => {
    const points = new tv.KeyPoints([[1, 2], [3, 4]], { canvas_size: [7, 9] })
    expect(String(points)).toBe('KeyPoints([[1., 2.],\n           [3., 4.]], canvas_size=(7, 9))')
    expect([...new tv.KeyPoints([1, 2], { canvas_size: [7, 9] }).shape]).toEqual([1, 2])
    expect([points.add(1).constructor, points.clone().canvas_size]).toEqual([Tensor, [7, 9]])
    const moved = tv.wrap(tensor([5, 6]), { like: points, canvas_size: [2, 3] })
    expect([moved.constructor, [...moved.shape], moved.canvas_size]).toEqual([tv.KeyPoints, [1, 2], [2, 3]])
    expect(tv.is_rotated_bounding_format('XYWHR')).toBe(true)
  })

  it('keep their class where set_return_type says so', () => {
    const x = boxes()
    const inside = tv.set_return_type('TVTensor', () => [x.add(1), x.max(0), x.unbind(0), torch_cat([tensor([[0, 0, 1, 1]]), x])])
    const [sum, highest, [row], joined] = inside as [tv.BoundingBoxes, Iterable<Tensor>, [Tensor], Tensor]
    expect([sum.constructor, sum.canvas_size, sum.format]).toEqual([tv.BoundingBoxes, [7, 9], 'XYXY'])
    expect([...highest, row, joined].map(one => one.constructor)).toEqual([tv.BoundingBoxes, tv.BoundingBoxes, tv.BoundingBoxes, tv.BoundingBoxes])
    {
      using _ = tv.set_return_type('tvtensor')
      expect(x.mul(2).constructor).toBe(tv.BoundingBoxes)
      expect(values.mul(2).constructor).toBe(Tensor)
      expect(x.pure().constructor).toBe(Tensor)
      expect(() => tv.set_return_type('Tensor', () => { throw new Error('x') })).toThrow('x')
      expect(x.mul(2).constructor).toBe(tv.BoundingBoxes)
    }
    expect(x.mul(2).constructor).toBe(Tensor)
  })

  it.each<[() => unknown, Error]>([
    [() => new tv.Image(tensor([1])), new ValueError('Tensor must be 2D or higher, got 1D tensor.')],
    [() => new tv.Video(values), new ValueError('Tensor must be 4D or higher, got 2D tensor.')],
    [() => new tv.BoundingBoxes(tensor([[[1]]]), { format: 'XYXY', canvas_size: [1, 1] }), new ValueError('Expected a 1D or 2D tensor, got 3D')],
    [() => new tv.BoundingBoxes(values.to(int64), { format: 'XYXYXYXY', canvas_size: [1, 1] }),
      new ValueError('Rotated bounding boxes should be floating point tensors, got torch.int64.')],
    [() => new tv.BoundingBoxes(values, { format: 'XY' as never, canvas_size: [1, 1] }),
      new ValueError('format should be XYXY, XYWH, CXCYWH, XYWHR, CXCYWHR, XYXYXYXY, got XY')],
    [() => new tv.KeyPoints(tensor([[1, 2, 3]]), { canvas_size: [1, 1] }), new ValueError('Expected a tensor of shape (..., 2), not torch.Size([1, 3])')],
    [() => tv.set_return_type('Image'), new ValueError("return_type must be 'TVTensor' or 'Tensor', got Image")],
    [() => tv.is_rotated_bounding_format(3 as never), new ValueError("format should be str or BoundingBoxFormat, got <class 'int'>")],
    [() => new tv.BoundingBoxes(values, { format: 'XYXY', canvas_size: [1, 1], clamping_mode: 'auto' as never }),
      new ValueError('clamping_mode must be None, hard or soft, got auto.')],
  ])('refuse other data (%#)', (make, error) => {
    expect(make).toThrow(error)
  })
})
