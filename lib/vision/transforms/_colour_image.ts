// Colours of images, with PIL's values (its ImageEnhance, ImageOps and HSV); torchvision.transforms._functional_pil.
import { ValueError } from '../../_errors'
import { Image } from '../_image'

const f32 = Math.fround
const like = (image: Image, data: Uint8Array): Image => new Image(data, image.width, image.height, image.mode, image.palette)

/** Between two values, or beyond: `start + alpha * (value - start)`, cut to [0, 255]. */
function mix(start: number, value: number, alpha: number): number {
  const mixed = f32(start + f32(alpha * (value - start)))
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed)
}

const has_alpha = ({ mode }: Image): boolean => mode === 'LA' || mode === 'RGBA'

/** Between two images, of which the first has one value for `step` values of the second. */
function blend(first: Uint8Array, step: number, image: Image, factor: number): Image {
  const { data, channels } = image
  if (factor === 1) return image
  const alpha = f32(factor)
  const result = new Uint8Array(data.length)
  const kept = has_alpha(image) ? channels - 1 : channels
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < channels; c++) result[i + c] = c < kept ? mix(first[Math.floor((i + c) / step)]!, data[i + c]!, alpha) : data[i + c]!
  }
  return like(image, result)
}

/** Between one value and an image. */
function blend_with(start: number, image: Image, factor: number): Image {
  const alpha = f32(factor)
  const own = table(x => x)
  const mixed = table(x => mix(start, x, alpha))
  const kept = has_alpha(image) ? image.channels - 1 : image.channels
  return factor === 1 ? image : look_up(image, Array.from({ length: image.channels }, (_, c) => c < kept ? mixed : own))
}

export function adjust_brightness(image: Image, factor: number): Image {
  return blend_with(0, image, factor)
}

export function adjust_contrast(image: Image, factor: number): Image {
  const grey = image.convert('L').data
  const mean = Math.trunc(grey.reduce((sum, value) => sum + value, 0) / grey.length + 0.5)
  return blend_with(mean, image, factor)
}

export function adjust_saturation(image: Image, factor: number): Image {
  return blend(image.convert('L').data, image.channels, image, factor)
}

export function adjust_sharpness(image: Image, factor: number): Image {
  const { data, width, height, channels } = image
  const smooth = data.slice()
  const stride = width * channels
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + channels; i < (y + 1) * stride - channels; i++) {
      let sum = 4 * data[i]!
      for (const row of [i - stride, i, i + stride]) sum += data[row - channels]! + data[row]! + data[row + channels]!
      smooth[i] = Math.floor(sum / 13 + 0.5)
    }
  }
  return blend(smooth, 1, image, factor)
}

function to_hsv(r: number, g: number, b: number): [number, number, number] {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)]
  if (most === least) return [0, 0, most]
  const spread = most - least
  const [rc, gc, bc] = [f32((most - r) / spread), f32((most - g) / spread), f32((most - b) / spread)]
  const hue = f32(r === most ? f32(bc - gc) : g === most ? 2 + rc - bc : 4 + gc - rc)
  const turned = f32((hue / 6 + 1) % 1)
  return [Math.trunc(turned * 255), Math.trunc(f32(spread / most) * 255), most]
}

function to_rgb(h: number, s: number, v: number): [number, number, number] {
  if (s === 0) return [v, v, v]
  const hue = f32(h * 6 / 255)
  const sector = Math.floor(hue)
  const [part, sat] = [f32(hue - sector), f32(s / 255)]
  const p = Math.round(v * (1 - sat))
  const q = Math.round(v * (1 - sat * part))
  const t = Math.round(v * (1 - sat * (1 - part)))
  return ([[v, t, p], [q, v, p], [p, v, t], [p, q, v], [t, p, v], [v, p, q]] as const)[sector % 6]! as [number, number, number]
}

export function adjust_hue(image: Image, factor: number): Image {
  if (!(factor >= -0.5 && factor <= 0.5)) throw new ValueError(`hue_factor (${factor}) is not in [-0.5, 0.5].`)
  if (image.mode === 'L') return image
  const shift = Math.trunc(factor * 255)
  const { data } = image.convert('RGB')
  const result = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const [h, s, v] = to_hsv(data[i]!, data[i + 1]!, data[i + 2]!)
    result.set(to_rgb(h + shift & 255, s, v), i)
  }
  return new Image(result, image.width, image.height, 'RGB').convert(image.mode)
}

/** Each value by a table: one for all channels, or one for each. */
function look_up(image: Image, tables: readonly ArrayLike<number>[]): Image {
  const { data, channels } = image
  const result = new Uint8Array(data.length)
  for (let c = 0; c < channels; c++) {
    const table = tables[tables.length === 1 ? 0 : c]!
    for (let i = c; i < data.length; i += channels) result[i] = table[data[i]!]!
  }
  return like(image, result)
}

const table = (value: (x: number) => number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, x) => Math.min(255, Math.max(0, Math.trunc(value(x)))))

export function adjust_gamma(image: Image, gamma: number, gain: number): Image {
  if (gamma < 0) throw new ValueError('Gamma should be a non-negative real number')
  const map = table(x => (255 + 1 - 1e-3) * gain * (x / 255) ** gamma)
  return look_up(image.convert('RGB'), [map]).convert(image.mode)
}

export function invert(image: Image): Image {
  return look_up(image, [table(x => 255 - x)])
}

export function posterize(image: Image, bits: number): Image {
  return look_up(image, [table(x => x & ~(2 ** (8 - bits) - 1))])
}

export function solarize(image: Image, threshold: number): Image {
  return look_up(image, [table(x => x < threshold ? x : 255 - x)])
}

function histograms({ data, channels }: Image): Uint32Array[] {
  const counts = Array.from({ length: channels }, () => new Uint32Array(256))
  for (let i = 0; i < data.length; i++) counts[i % channels]![data[i]!]!++
  return counts
}

export function autocontrast(image: Image): Image {
  return look_up(image, histograms(image).map(counts => {
    const [low, high] = [counts.findIndex(count => count > 0), counts.findLastIndex(count => count > 0)]
    if (high <= low) return table(x => x)
    const scale = 255 / (high - low)
    const offset = -low * scale
    return table(x => x * scale + offset)
  }))
}

export function equalize(image: Image): Image {
  return look_up(image, histograms(image).map(counts => {
    const used = counts.filter(count => count > 0)
    const all = used.reduce((sum, count) => sum + count, 0)
    const step = Math.floor((all - used[used.length - 1]!) / 255)
    if (used.length <= 1 || step === 0) return table(x => x)
    let total = Math.floor(step / 2)
    return Uint8Array.from(counts, count => {
      const value = Math.min(255, Math.floor(total / step))
      total += count
      return value
    })
  }))
}
