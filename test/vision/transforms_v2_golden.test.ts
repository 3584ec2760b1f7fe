import { stack as join } from '../../lib/generated/torch_functions'
import { tensor } from '../../lib/_creation'
import { float32, int64 } from '../../lib/dtype'
import { manual_seed } from '../../lib/random'
import { Tensor, elements } from '../../lib/tensor'
import { Image, transforms, tv_tensors } from '../../lib/vision'
import { rand } from '../../lib/vision/transforms/_base'
import golden from '../fixtures/vision_v2.json'
import '../helpers/typescript_children'

const { v2 } = transforms
const F = v2.functional
const tv = tv_tensors

type Stored = { kind: string, dtype?: string, shape: number[], data: string, canvas_size?: number[], format?: string }
const [height, width] = [7, 9]
const pattern = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + Math.floor(i * i / 11)) % 256)
const u8 = tensor(pattern).view([height, width, 3]).permute([2, 0, 1]).contiguous()
const masks = u8.at(':2').div(100, { rounding_mode: 'floor' }).contiguous()
const corners = tensor([[1, 1, 5, 6], [0, 0, 9, 7], [2.5, 3.25, 8, 6.75]])

type Format = 'XYXY' | 'XYWH' | 'CXCYWH'
function boxes(format: Format = 'XYXY', dtype = float32, clamping_mode: 'soft' | 'hard' | null = 'soft'): tv_tensors.BoundingBoxes {
  const data = F.convert_bounding_box_format(corners.to(dtype), 'XYXY', format)
  return new tv.BoundingBoxes(data, { format, canvas_size: [height, width], clamping_mode })
}

const image = (): Image => new Image(pattern.slice(), width, height, 'RGB')
const labels = (): Tensor => tensor([3, 1, 2], { dtype: int64 })
const stack = (...parts: Tensor[]): Tensor => join(parts)
const inputs: Record<string, () => unknown> = {
  'u8': () => u8.clone(), 'f32': () => u8.float().div(255), 'grey': () => u8.at(':1').clone(), 'i16': () => u8.short().mul(100), image,
  'mask': () => new tv.Mask(masks.clone()), 'mask2': () => new tv.Mask(masks.at(0).clone()), 'hard': () => boxes('XYXY', float32, 'hard'),
  'free': () => boxes('XYXY', float32, null), 'video': () => new tv.Video(stack(u8, u8.flip([-1])).at(':', ':', ':5').clone()),
  'sample': () => ({ image: new tv.Image(u8.clone()), boxes: boxes(), mask: new tv.Mask(masks.clone()), labels: labels(), name: 'x' }),
  'pair': () => [image(), { boxes: boxes('XYWH'), labels: labels() }],
  'batch': () => [stack(u8, u8.flip([-1]), u8.flip([-2])).float().at(':', ':', ':5', ':6').div(255), labels()],
}
for (const format of ['XYXY', 'XYWH', 'CXCYWH'] as const) {
  inputs[`${format} float32`] = () => boxes(format)
  inputs[`${format} int64`] = () => boxes(format, int64)
}

/** The largest difference of two arrays. */
function distance(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  let most = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(Number(a[i]) - Number(b[i])))
  return most
}

const arrays: Record<string, new (data: ArrayBuffer) => ArrayLike<number | bigint>> = {
  uint8: Uint8Array, int16: Int16Array, int64: BigInt64Array, float32: Float32Array, float64: Float64Array,
}

// Another processor may round another way: by one in a byte, in the last digits of a float.
const tolerance = (dtype: string, kind: string): number => dtype.startsWith('float') ? kind === 'BoundingBoxes' ? 1e-4 : 1e-5 : 1

function check(made: unknown, wanted: unknown): void {
  if (Array.isArray(wanted)) {
    expect(made).toHaveLength(wanted.length)
    wanted.forEach((one, i) => {
      check((made as unknown[])[i], one)
    })
    return
  }
  if (typeof wanted !== 'object' || wanted === null) {
    expect(made).toBe(wanted)
    return
  }
  if (!('kind' in wanted)) {
    expect(Object.keys(made as object)).toEqual(Object.keys(wanted))
    for (const [key, value] of Object.entries(wanted)) check((made as Record<string, unknown>)[key], value)
    return
  }
  check_leaf(made, wanted as Stored)
}

function check_leaf(made: unknown, { kind, dtype = 'uint8', shape, data, canvas_size, format }: Stored): void {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'))
  const expected = new arrays[dtype]!(bytes.buffer)
  if (made instanceof Image) {
    expect([kind, made.height, made.width]).toEqual(['image', ...shape])
    expect(distance(made.data, expected)).toBeLessThanOrEqual(1)
    return
  }
  const x = made as Tensor
  expect([x.constructor.name, x.dtype.name, ...x.shape]).toEqual([kind, dtype, ...shape])
  expect(distance(elements(x as never) as Uint8Array, expected)).toBeLessThanOrEqual(tolerance(dtype, kind))
  if (x instanceof tv.BoundingBoxes) expect([x.canvas_size, x.format]).toEqual([canvas_size, format])
}

const with_options = (args: readonly unknown[], kwargs: object): unknown[] => [...args, ...Object.keys(kwargs).length > 0 ? [kwargs] : []]

describe('transforms.v2.functional', () => {
  it.each(golden.functions.map(one => [`${one.name}(${JSON.stringify(one.args)}, ${JSON.stringify(one.kwargs)})`, one] as const))('%s', (_, one) => {
    const call = (F as unknown as Record<string, (...args: unknown[]) => unknown>)[one.name]!
    manual_seed(1)
    for (const [kind, wanted] of Object.entries(one.results)) check(call(inputs[kind]!(), ...with_options(one.args, one.kwargs)), wanted)
  })
})

describe('transforms.v2', () => {
  it.each(golden.classes.map(one => [one.repr, one] as const))('%s prints, draws and computes as in torchvision', (text, one) => {
    const transform = new (v2 as unknown as Record<string, new (...args: unknown[]) => (...inputs: unknown[]) => unknown>)[one.name]!(
      ...with_options(one.args, one.kwargs))
    expect(String(transform)).toBe(text)
    for (const { kind, seed, out, next } of one.results) {
      manual_seed(seed)
      const sample = inputs[kind]!()
      const made = kind === 'batch' ? transform(...sample as unknown[]) : transform(sample)
      expect(rand()).toBe(next)
      check(made, out)
    }
  })
})
