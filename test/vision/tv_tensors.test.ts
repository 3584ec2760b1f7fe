import { tensor } from '../../lib/_creation'
import { NotImplementedError, ValueError } from '../../lib/_errors'
import { float64, int64, uint8 } from '../../lib/dtype'
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

  it.each<[() => unknown, Error]>([
    [() => new tv.Image(tensor([1])), new ValueError('Tensor must be 2D or higher, got 1D tensor.')],
    [() => new tv.Video(values), new ValueError('Tensor must be 4D or higher, got 2D tensor.')],
    [() => new tv.BoundingBoxes(tensor([[[1]]]), { format: 'XYXY', canvas_size: [1, 1] }), new ValueError('Expected a 1D or 2D tensor, got 3D')],
    [() => new tv.BoundingBoxes(values, { format: 'XYXYXYXY' as never, canvas_size: [1, 1] }),
      new NotImplementedError('rotated bounding boxes (XYXYXYXY) are not implemented')],
    [() => new tv.BoundingBoxes(values, { format: 'XY' as never, canvas_size: [1, 1] }), new ValueError('format should be XYXY, XYWH or CXCYWH, got XY')],
    [() => new tv.BoundingBoxes(values, { format: 'XYXY', canvas_size: [1, 1], clamping_mode: 'auto' as never }),
      new ValueError('clamping_mode must be None, hard or soft, got auto.')],
  ])('refuse other data (%#)', (make, error) => {
    expect(make).toThrow(error)
  })
})
