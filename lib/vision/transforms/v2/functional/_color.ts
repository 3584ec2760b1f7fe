// Colours of images and videos; torchvision.transforms.v2.functional._color.
import { tensor } from '../../../../_creation'
import { get_default_dtype } from '../../../../_defaults'
import { ValueError } from '../../../../_errors'
import { float32, int32, int64, uint8 } from '../../../../dtype'
import { cat, conv2d, stack, where, zeros } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import { max_value } from '../../_functional_tensor'
import * as v1 from '../../functional'
import { from_one } from './_grid'
import { to_dtype_image, value_bits } from './_misc'
import { functional } from './_registry'

/** Floats as they are, integers as arithmetic with a float makes them. */
const floating = (x: Tensor): Tensor => x.is_floating_point() ? x : x.to(get_default_dtype())

function check_grey(num_output_channels: number): void {
  if (num_output_channels !== 1 && num_output_channels !== 3) throw new ValueError(`num_output_channels must be 1 or 3, got ${num_output_channels}.`)
}

function check_channels(image: Tensor): number {
  const channels = image.size(-3)
  if (channels !== 1 && channels !== 3) throw new TypeError(`Input image tensor permitted channel values are 1 or 3, but found ${channels}`)
  return channels
}

/** The brightness of three channels, in floats: (..., 1, H, W). */
function brightness_of(image: Tensor): Tensor {
  const [r, g, b] = image.unbind(-3) as unknown as [Tensor, Tensor, Tensor]
  return r.mul(0.2989).add_(g, { alpha: 0.587 }).add_(b, { alpha: 0.114 }).unsqueeze(-3)
}

function grey_image(image: Tensor, channels: number): Tensor {
  if (image.size(-3) === 1) {
    if (channels === 1) return image.clone()
    return image.repeat(image.shape.map((_, i) => i === image.ndim - 3 ? 3 : 1))
  }
  const grey = brightness_of(image).to(image.dtype)
  return channels === 3 ? grey.expand(image.shape) : grey
}

/** Grey, in 1 (default) or 3 channels. @see torchvision.transforms.v2.functional.rgb_to_grayscale */
export const rgb_to_grayscale = functional<never, [num_output_channels?: number], readonly ['num_output_channels']>(
  'rgb_to_grayscale', ['num_output_channels'], 0, {
    image: (x, channels = 1) => {
      check_grey(channels)
      return grey_image(x, channels)
    },
    video: false,
    pil: (x, channels = 1) => {
      check_grey(channels)
      return v1.rgb_to_grayscale(x, channels)
    },
  })

export { rgb_to_grayscale as to_grayscale }

/** Three channels. @see torchvision.transforms.v2.functional.grayscale_to_rgb */
export const grayscale_to_rgb = functional('grayscale_to_rgb', [], 0, {
  image: x => x.size(-3) >= 3 ? x : grey_image(x, 3), video: false, pil: x => x.convert('RGB'),
})

/** `a * ratio + b * (1 - ratio)` in the range of a's dtype. */
function blend(a: Tensor, b: Tensor, ratio: number): Tensor {
  return floating(a).mul(ratio).add_(b, { alpha: 1 - ratio }).clamp_(0, max_value(a.dtype)).to(a.dtype)
}

function check_factor(name: string, factor: number): void {
  if (factor < 0) throw new ValueError(`${name} (${factor}) is not non-negative.`)
}

/** Times a factor: 0 is black, 1 the picture itself. @see torchvision.transforms.v2.functional.adjust_brightness */
export const adjust_brightness = functional<never, [brightness_factor: number], readonly ['brightness_factor']>(
  'adjust_brightness', ['brightness_factor'], 1, {
    image: (x, factor) => {
      check_factor('brightness_factor', factor)
      check_channels(x)
      return floating(x).mul(factor).clamp_(0, max_value(x.dtype)).to(x.dtype)
    },
    pil: (x, factor) => v1.adjust_brightness(x, factor),
  })

/** What three channels are blended with: integers of integers. */
function whole_grey(x: Tensor): Tensor {
  const grey = brightness_of(x)
  return x.is_floating_point() ? grey : grey.floor_()
}

/** 0 is black and white, 1 the picture itself. @see torchvision.transforms.v2.functional.adjust_saturation */
export const adjust_saturation = functional<never, [saturation_factor: number], readonly ['saturation_factor']>(
  'adjust_saturation', ['saturation_factor'], 1, {
    image: (x, factor) => {
      check_factor('saturation_factor', factor)
      return check_channels(x) === 1 ? x : blend(x, whole_grey(x), factor)
    },
    pil: (x, factor) => v1.adjust_saturation(x, factor),
  })

/** 0 is grey, 1 the picture itself. @see torchvision.transforms.v2.functional.adjust_contrast */
export const adjust_contrast = functional<never, [contrast_factor: number], readonly ['contrast_factor']>(
  'adjust_contrast', ['contrast_factor'], 1, {
    image: (x, factor) => {
      check_factor('contrast_factor', factor)
      const grey = check_channels(x) === 3 ? whole_grey(x) : x.is_floating_point() ? x : x.to(float32)
      return blend(x, grey.mean([-3, -2, -1], true), factor)
    },
    pil: (x, factor) => v1.adjust_contrast(x, factor),
  })

function sharpen(x: Tensor, factor: number): Tensor {
  const [channels, height, width] = x.shape.slice(-3) as unknown as [number, number, number]
  if (channels !== 1 && channels !== 3) throw new TypeError(`Input image tensor can have 1 or 3 channels, but found ${channels}`)
  check_factor('sharpness_factor', factor)
  if (x.numel() === 0 || height <= 2 || width <= 2) return x
  const type = x.is_floating_point() ? x.dtype : float32
  const [a, b] = [1 / 13, 5 / 13]
  const kernel = tensor([[a, a, a], [a, b, a], [a, a, a]], { dtype: type, device: x.device }).expand([channels, 1, 3, 3])
  const output = x.reshape(x.ndim > 4 ? [-1, channels, height, width] : [...x.shape]).to({ dtype: type, copy: true })
  const smooth = conv2d(output, kernel, null, 1, 0, 1, channels)
  const inner = output.narrow(-2, 1, height - 2).narrow(-1, 1, width - 2)
  inner.add_((x.is_floating_point() ? smooth : smooth.round_()).sub_(inner), { alpha: 1 - factor })
  return output.clamp_(0, max_value(x.dtype)).to(x.dtype).reshape([...x.shape])
}

/** 0 is smooth, 1 the picture itself. @see torchvision.transforms.v2.functional.adjust_sharpness */
export const adjust_sharpness = functional<never, [sharpness_factor: number], readonly ['sharpness_factor']>(
  'adjust_sharpness', ['sharpness_factor'], 1, { image: sharpen, pil: (x, factor) => v1.adjust_sharpness(x, factor) })

function to_hsv(image: Tensor): [Tensor, Tensor, Tensor] {
  const [r, g] = image.unbind(-3) as unknown as [Tensor, Tensor]
  const [least, most] = [image.amin([-3]), image.amax([-3])]
  const flat = most.eq(least)
  const range = most.sub(least)
  const one = most.mul(0).add(1)
  const s = range.div(where(flat, one, most))
  const [rc, gc, bc] = most.unsqueeze(-3).sub(image).div(where(flat, one, range).unsqueeze(-3)).unbind(-3) as unknown as [Tensor, Tensor, Tensor]
  const [not_r, is_g] = [most.ne(r), most.eq(g)]
  const hg = rc.add(2).sub(bc).mul(is_g.bitwise_and(not_r))
  const hr = bc.sub(gc).mul(not_r.logical_not())
  const hb = gc.add(4).sub(rc).mul(not_r.bitwise_and(is_g.logical_not()))
  return [hr.add(hg).add(hb).mul(1 / 6).add(1).fmod(1), s, most]
}

// Which of v, p, q, t each channel is in the six sectors of the hue.
const sectors = [[0, 2, 1, 1, 3, 0], [3, 0, 0, 2, 1, 1], [1, 1, 3, 0, 0, 2]]

function to_rgb(h: Tensor, s: Tensor, v: Tensor): Tensor {
  const h6 = h.mul(6)
  const floor = h6.floor()
  const sxf = s.mul(h6.sub(floor))
  const rest = from_one(s)
  const q = from_one(sxf).mul(v).clamp(0, 1)
  const t = sxf.add(rest).mul(v).clamp(0, 1)
  const p = rest.mul(v).clamp(0, 1)
  const table = tensor(sectors, { dtype: int64, device: h.device })
  const sector = floor.to(int32).remainder(6).to(int64)
  const chosen = table.at(':', sector)
  return stack([v, p, q, t], -3).gather(-3, chosen.ndim > 3 ? chosen.moveaxis(0, -3) : chosen)
}

/** A turn of the hue: -0.5 to 0.5. @see torchvision.transforms.v2.functional.adjust_hue */
export const adjust_hue = functional<never, [hue_factor: number], readonly ['hue_factor']>('adjust_hue', ['hue_factor'], 1, {
  image: (x, factor) => {
    if (!(factor >= -0.5 && factor <= 0.5)) throw new ValueError(`hue_factor (${factor}) is not in [-0.5, 0.5].`)
    if (check_channels(x) === 1 || x.numel() === 0) return x
    const [h, s, v] = to_hsv(to_dtype_image(x, float32, true))
    return to_dtype_image(to_rgb(h.add(factor).remainder(1), s, v), x.dtype, true)
  },
  pil: (x, factor) => v1.adjust_hue(x, factor),
})

/** gain * x^gamma. @see torchvision.transforms.v2.functional.adjust_gamma */
export const adjust_gamma = functional<never, [gamma: number, gain?: number], readonly ['gamma', 'gain']>('adjust_gamma', ['gamma', 'gain'], 1, {
  image: (x, gamma, gain = 1) => {
    if (gamma < 0) throw new ValueError('Gamma should be a non-negative real number')
    const powered = (x.is_floating_point() ? x : to_dtype_image(x, float32, true)).pow(gamma)
    return to_dtype_image(gain === 1 ? powered : powered.mul(gain).clamp(0, 1), x.dtype, true)
  },
  pil: (x, gamma, gain = 1) => v1.adjust_gamma(x, gamma, gain),
})

/** Only the upper bits of each value. @see torchvision.transforms.v2.functional.posterize */
export const posterize = functional<never, [bits: number], readonly ['bits']>('posterize', ['bits'], 1, {
  image: (x, bits) => {
    if (!Number.isInteger(bits) || bits < 0 || bits > 8) {
      throw new TypeError(`bits must be a positive integer in the range [0, 8], got ${bits} instead.`)
    }
    const levels = 2 ** bits
    if (x.is_floating_point()) return x.mul(levels).floor_().clamp_(0, levels - 1).mul_(1 / levels)
    const all = value_bits(x.dtype)
    return bits >= all ? x : x.bitwise_and((levels - 1) * 2 ** (all - bits))
  },
  pil: (x, bits) => v1.posterize(x, bits),
})

function inverted(x: Tensor): Tensor {
  if (x.is_floating_point()) return from_one(x)
  return x.dtype === uint8 ? x.bitwise_not() : x.bitwise_xor(x.dtype === int64 ? 2n ** 63n - 1n : 2 ** value_bits(x.dtype) - 1)
}

/** The largest value minus each. @see torchvision.transforms.v2.functional.invert */
export const invert = functional('invert', [], 0, { image: inverted, pil: x => v1.invert(x) })

/** Values from `threshold` on inverted. @see torchvision.transforms.v2.functional.solarize */
export const solarize = functional<never, [threshold: number], readonly ['threshold']>('solarize', ['threshold'], 1, {
  image: (x, threshold) => {
    if (threshold > max_value(x.dtype)) {
      throw new TypeError(`Threshold should be less or equal the maximum value of the dtype, but got ${threshold}`)
    }
    return where(x.ge(threshold), inverted(x), x)
  },
  pil: (x, threshold) => v1.solarize(x, threshold),
})

/** Each channel stretched to the whole range. @see torchvision.transforms.v2.functional.autocontrast */
export const autocontrast = functional('autocontrast', [], 0, {
  image: x => {
    check_channels(x)
    if (x.numel() === 0) return x
    const bound = max_value(x.dtype)
    const floats = x.is_floating_point() ? x : x.to(float32)
    const [least, most] = [floats.amin([-2, -1], true), floats.amax([-2, -1], true)]
    const flat = most.eq(least)
    const scale = most.sub(least).mul(1 / bound).masked_fill(flat, 1)
    return floats.sub(least.masked_fill(flat, 0)).div(scale).clamp(0, bound).to(x.dtype)
  },
  pil: x => v1.autocontrast(x),
})

function equalized(x: Tensor): Tensor {
  const flat = x.flatten(-2).to(int64)
  const batch = x.shape.slice(0, -2)
  const ones = zeros([1], { dtype: int32, device: x.device }).add(1).expand_as(flat)
  const histogram = zeros([...batch, 256], { dtype: int32, device: x.device }).scatter_add_(-1, flat, ones)
  const sums = histogram.cumsum(-1)
  const last = histogram.gather(-1, sums.argmax(-1).unsqueeze(-1))
  const step = last.neg().add(flat.size(-1)).div(255, { rounding_mode: 'floor' })
  const divisor = step.clamp({ min: 1 })
  const table = sums.narrow(-1, 0, 255).add(step.div(2, { rounding_mode: 'floor' })).div(divisor, { rounding_mode: 'floor' }).clamp(0, 255)
  const whole = cat([zeros([...batch, 1], { dtype: uint8, device: x.device }), table.to(uint8)], -1)
  return where(step.ne(0).unsqueeze(-1), whole.gather(-1, flat).view([...x.shape]), x)
}

/** Each channel with values that are equally frequent. @see torchvision.transforms.v2.functional.equalize */
export const equalize = functional('equalize', [], 0, {
  image: x => x.numel() === 0 ? x : to_dtype_image(equalized(to_dtype_image(x, uint8, true)), x.dtype, true), pil: x => v1.equalize(x),
})

function permuted(x: Tensor, permutation: Tensor | readonly number[]): Tensor {
  const order = (Array.isArray(permutation) ? permutation : (permutation as Tensor).tolist()) as number[]
  const channels = x.size(-3)
  if (order.length !== channels) throw new ValueError(`Length of permutation does not match number of channels: ${order.length} != ${channels}`)
  return x.index_select(-3, tensor(order, { dtype: int64, device: x.device }))
}

/** The channels in another order. @see torchvision.transforms.v2.functional.permute_channels */
export const permute_channels = functional<never, [permutation: Tensor | readonly number[]], readonly ['permutation']>(
  'permute_channels', ['permutation'], 1, {
    image: permuted, pil: (x, permutation) => v1.to_pil_image(permuted(v1.pil_to_tensor(x), permutation)),
  })
