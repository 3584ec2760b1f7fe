import { tensor } from '../../lib/_creation'
import { ValueError } from '../../lib/_errors'
import { float32, float64, int64, uint8 } from '../../lib/dtype'
import type { dtype } from '../../lib/dtype'
import { arange } from '../../lib/generated/torch_functions'
import { manual_seed } from '../../lib/random'
import { Tensor, elements } from '../../lib/tensor'
import { transforms, tv_tensors as tv } from '../../lib/vision'
import { rand } from '../../lib/vision/transforms/_base'
import golden from '../fixtures/vision_rotated.json'

const { v2 } = transforms
const F = v2.functional
const canvas_size = [17, 23] as const
const [height, width] = canvas_size
const rows = tensor([
  [3, 4, 6, 5, 20], [-3, 2, 9, 4, -35], [15, 11, 12, 6, 65], [1, 1, 4, 3, 0], [12, -2, 5, 8, 130], [-9, -9, 3, 2, 45],
])
const points = tensor([[0, 0], [22, 16], [5.5, 3.25], [-2, 4], [30, 20], [7, 16.75]])

type Format = 'XYWHR' | 'CXCYWHR' | 'XYXYXYXY'
function boxes(format: Format, clamping_mode: tv.ClampingMode = 'soft', type: dtype = float32): tv.BoundingBoxes {
  return new tv.BoundingBoxes(F.convert_bounding_box_format(rows.to(type), 'XYWHR', format), { format, canvas_size, clamping_mode })
}

const key_points = (): tv.KeyPoints => new tv.KeyPoints(points.clone(), { canvas_size })
const inputs: Record<string, () => unknown> = {
  points: key_points,
  int: () => new tv.KeyPoints(points.to(int64), { canvas_size }),
  groups: () => new tv.KeyPoints(points.view([3, 2, 2]).abs(), { canvas_size }),
  sample: () => ({
    image: new tv.Image(arange(height * width * 3).remainder(251).to(uint8).view([3, height, width])), boxes: boxes('CXCYWHR'), points: key_points(),
    labels: arange(6),
  }),
}
for (const format of ['XYWHR', 'CXCYWHR', 'XYXYXYXY'] as const) {
  for (const mode of ['soft', 'hard', null] as const) inputs[`${format} ${mode ?? 'None'}`] = () => boxes(format, mode)
  inputs[`${format} float64`] = () => boxes(format, 'soft', float64)
}
const displacement = arange(height * width * 2).view([1, height, width, 2]).mul(37).remainder(101).div(101).sub(0.5).mul(0.3)

type Stored = { kind: string, dtype: string, shape: number[], data: string, canvas_size?: number[], format?: string, mode?: string | null }
const arrays: Record<string, new (data: ArrayBuffer) => ArrayLike<number | bigint>> = {
  int64: BigInt64Array, float32: Float32Array, float64: Float64Array, bool: Uint8Array,
}

function check_tensor(x: Tensor, { kind, dtype: type, shape, data, canvas_size: size, format, mode }: Stored): void {
  expect([x.constructor.name, x.dtype.name, ...x.shape]).toEqual([kind, type, ...shape])
  const wanted = new arrays[type]!(new Uint8Array(Buffer.from(data, 'base64')).buffer)
  const made = elements(x as never) as unknown as ArrayLike<number | bigint>
  // Another processor may round another way, in the last digits.
  const part = type === 'float32' ? 1e-4 : 1e-9
  const is_near = (value: number, i: number): boolean =>
    Number.isNaN(value) ? Number.isNaN(Number(made[i])) : Math.abs(Number(made[i]) - value) <= part * Math.max(1, Math.abs(value))
  expect(Array.from(wanted as ArrayLike<number>, Number).filter((value, i) => !is_near(value, i))).toEqual([])
  if (size !== undefined) expect((x as tv.KeyPoints).canvas_size).toEqual(size)
  if (format !== undefined) expect([(x as tv.BoundingBoxes).format, (x as tv.BoundingBoxes).clamping_mode]).toEqual([format, mode])
}

function check(made: unknown, wanted: unknown): void {
  if (wanted === null) return
  if (Array.isArray(wanted)) wanted.forEach((one, i) => { check((made as unknown[])[i], one) })
  else if (typeof wanted !== 'object') expect(made).toBe(wanted)
  else if ('kind' in wanted) check_tensor(made as Tensor, wanted as Stored)
  else for (const [key, value] of Object.entries(wanted)) check((made as Record<string, unknown>)[key], value)
}

const with_options = (args: readonly unknown[], kwargs: object): unknown[] =>
  [...args.map(arg => arg === 'displacement' ? displacement : arg), ...Object.keys(kwargs).length > 0 ? [kwargs] : []]

describe('transforms.v2.functional of rotated boxes and of points', () => {
  it.each(golden.functions.map(one => [`${one.name}(${JSON.stringify(one.args)}, ${JSON.stringify(one.kwargs)})`, one] as const))('%s', (_, one) => {
    const call = (F as unknown as Record<string, (...args: unknown[]) => unknown>)[one.name]!
    for (const [kind, wanted] of Object.entries(one.results)) check(call(inputs[kind]!(), ...with_options(one.args, one.kwargs)), wanted)
  })
})

describe('transforms.v2 of samples with rotated boxes and points', () => {
  it.each(golden.classes.map(one => [one.repr, one] as const))('%s prints, draws and computes as in torchvision', (text, one) => {
    const transform = new (v2 as unknown as Record<string, new (...args: unknown[]) => (...args: unknown[]) => unknown>)[one.name]!(
      ...with_options(one.args, one.kwargs))
    expect(String(transform)).toBe(text)
    for (const { seed, out, next } of one.results) {
      manual_seed(seed)
      const made = transform(inputs['sample']!())
      expect(rand()).toBe(next)
      check(made, out)
    }
  })
})

describe('transforms.v2 of boxes and points refuse', () => {
  const plain = points.clone()
  it.each<[() => unknown, Error]>([
    [() => F.convert_bounding_box_format(boxes('XYWHR'), { new_format: 'XYXY' }), new ValueError('Cannot convert between rotated and unrotated bounding boxes.')],
    [() => F.clamp_keypoints(plain), new ValueError('For pure tensor inputs, `canvas_size` has to be passed.')],
    [() => F.clamp_keypoints(key_points(), [1, 1]), new ValueError('For keypoints tv_tensor inputs, `canvas_size` must not be passed.')],
    [() => F.clamp_keypoints(boxes('XYWHR')), new TypeError('Input can either be a plain tensor or a keypoints tv_tensor, but got ' +
      "<class 'torch.BoundingBoxes'> instead.")],
    [() => F.sanitize_keypoints(plain), new ValueError('canvas_size cannot be None if key_points is a pure tensor. ' +
      'Set it to an appropriate value or pass key_points as a tv_tensors.KeyPoints object.')],
    [() => F.sanitize_keypoints(boxes('XYWHR')), new ValueError('key_points must be a tv_tensors.KeyPoints instance or a pure tensor.')],
    [() => F.pad(key_points(), 1, { padding_mode: 'edge' }),
      new ValueError("Padding mode 'edge' is not supported with KeyPoints (supported modes are constant)")],
    [() => new v2.SanitizeKeyPoints()(plain), new ValueError('No keypoints were found in the sample')],
    [() => new v2.SanitizeKeyPoints('default')({ points: key_points(), labels: arange(5) }), new ValueError(
      'Number of kepyoints (shape=torch.Size([6, 2])) must match the number of labels.Found labels with shape=torch.Size([5])).')],
  ])('%#', (make, error) => {
    expect(make).toThrow(error)
  })
})

describe('functions of transforms.v2.functional for one class', () => {
  it('take plain tensors', () => {
    const image = arange(12).to(uint8).view([1, 3, 4])
    expect(F.resize_image(image, { size: [2, 2] }).equal(F.resize(image, [2, 2]))).toBe(true)
    expect(F.crop_mask(new tv.Mask(image), 0, 1, 2, 2).tolist()).toEqual([[[1, 2], [5, 6]]])
    expect(F.horizontal_flip_video(image).constructor).toBe(Tensor)
    expect(F.get_size_mask(image)).toEqual([3, 4])
    const [moved, size] = F.resize_bounding_boxes(tensor([0, 0, 2, 1]), { canvas_size: [3, 4], size: [6, 4] })
    expect([moved.tolist(), size]).toEqual([[0, 0, 2, 2], [6, 4]])
    const [turned] = F.rotate_bounding_boxes(rows, { format: 'XYWHR', canvas_size, angle: 20, expand: true })
    expect(turned.equal(F.rotate(boxes('XYWHR'), 20, { expand: true }))).toBe(true)
    const [padded, canvas] = F.pad_keypoints(points, canvas_size, [1, 2])
    expect([padded.equal(points.add(tensor([1, 2]))), canvas]).toEqual([true, [21, 25]])
  })
})
