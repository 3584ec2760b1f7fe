import { tensor } from '../../lib/_creation'
import { uint8 } from '../../lib/dtype'
import { type Tensor, elements } from '../../lib/tensor'
import { Image, transforms } from '../../lib/vision'
import golden from '../fixtures/vision_functional.json'

const F = transforms.functional as unknown as Record<string, (...args: unknown[]) => Tensor | Image>
const [height, width] = [11, 13]
const pattern = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + Math.floor(i * i / 11)) % 256)
const u8 = tensor(pattern).view([height, width, 3]).permute([2, 0, 1]).contiguous()
const pictures: Record<string, Tensor | Image> = { u8, f32: u8.float().div(255), image: new Image(pattern.slice(), width, height, 'RGB') }

interface Result { mode?: string, size?: number[], shape?: number[], data: string }
interface Case { name: string, args: unknown[], kwargs: Record<string, unknown>, u8?: Result, f32?: Result, image?: Result }

const cases = (golden as Case[]).flatMap(one => (['u8', 'f32', 'image'] as const).flatMap(kind => {
  const result = one[kind]
  const options = [...one.args, ...Object.keys(one.kwargs).length > 0 ? [one.kwargs] : []]
  return result ? [[`${one.name}(${options.map(value => JSON.stringify(value)).join(', ')})`, kind, one.name, options, result] as const] : []
}))

/** The largest difference of two lists of numbers. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

describe('transforms.functional', () => {
  it.each(cases)('%s of %s is as in torchvision', (_, kind, name, options, expected) => {
    const result = F[name]!(pictures[kind], ...options)
    const bytes = new Uint8Array(Buffer.from(expected.data, 'base64'))
    if (result instanceof Image) {
      expect([result.mode, result.size]).toEqual([expected.mode, expected.size])
      expect(distance(result.data, bytes)).toBeLessThanOrEqual(1)
      return
    }
    expect([...result.shape]).toEqual(expected.shape)
    const values = elements(result) as Uint8Array
    if (result.dtype === uint8) expect(distance(values, bytes)).toBe(0)
    else expect(distance(values, new Float32Array(bytes.buffer))).toBeLessThan(2e-6)
  })
})
