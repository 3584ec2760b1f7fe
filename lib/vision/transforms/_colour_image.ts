// Colours of images, with PIL's values (its ImageEnhance, ImageOps and HSV); torchvision.transforms._functional_pil.
import { binding } from '../../_C'
import { ValueError } from '../../_errors'
import type { Image } from '../_image'

const f32 = Math.fround

/** Between two values, or beyond: `start + alpha * (value - start)`, cut to [0, 255]. */
function mix(start: number, value: number, alpha: number): number {
  const mixed = f32(start + f32(alpha * (value - start)))
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed)
}

const has_alpha = ({ mode }: Image): boolean => mode === 'LA' || mode === 'RGBA'

/** Between two images, of which the first has as many values as the second, or one for each pixel. */
function blend(first: Image, image: Image, factor: number): Image {
  if (factor === 1) return image
  const result = image.blank()
  binding.image_mix(first.memory, image.memory, image.channels, has_alpha(image) ? image.channels - 1 : image.channels, factor, result.memory)
  return result
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
  const grey = image.convert('L')
  const sum = histograms(grey)[0]!.reduce((total, count, value) => total + count * value, 0)
  return blend_with(Math.trunc(sum / (grey.width * grey.height) + 0.5), image, factor)
}

export function adjust_saturation(image: Image, factor: number): Image {
  return blend(image.convert('L'), image, factor)
}

export function adjust_sharpness(image: Image, factor: number): Image {
  const smooth = image.blank()
  binding.image_smooth(image.memory, image.width, image.height, image.channels, smooth.memory)
  return blend(smooth, image, factor)
}

export function adjust_hue(image: Image, factor: number): Image {
  if (!(factor >= -0.5 && factor <= 0.5)) throw new ValueError(`hue_factor (${factor}) is not in [-0.5, 0.5].`)
  if (image.mode === 'L') return image
  const shift = Math.trunc(factor * 255)
  const colours = image.convert('RGB')
  const result = colours.blank()
  binding.image_turn_hue(colours.memory, shift, result.memory)
  return result.convert(image.mode)
}

/** Each value by a table: one for all channels, or one for each. */
function look_up(image: Image, tables: readonly Uint8Array[]): Image {
  const result = image.blank()
  const all = new Uint8Array(256 * image.channels)
  for (let c = 0; c < image.channels; c++) all.set(tables[tables.length === 1 ? 0 : c]!, 256 * c)
  binding.image_look_up(image.memory, all, result.memory)
  return result
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

function histograms({ memory, channels }: Image): Uint32Array[] {
  const counts = new Uint32Array(256 * channels)
  binding.image_histogram(memory, counts)
  return Array.from({ length: channels }, (_, c) => counts.subarray(256 * c, 256 * (c + 1)))
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
