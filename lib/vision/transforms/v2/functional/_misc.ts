// Dtypes, normalization, blur and noise; torchvision.transforms.v2.functional._misc, ._augment, ._temporal, ._type_conversion.
import { tensor } from '../../../../_creation'
import { RuntimeError, ValueError } from '../../../../_errors'
import * as dtypes from '../../../../dtype'
import type { dtype } from '../../../../dtype'
import { conv2d, linspace, randn_like, softmax, stack } from '../../../../generated/torch_functions'
import { pad as torch_pad } from '../../../../nn/functional'
import { is_tensor } from '../../../../_dispatch'
import { type_text } from '../../../../_typename'
import type { Tensor } from '../../../../tensor'
import { Image } from '../../../_image'
import { decode_jpeg, encode_jpeg } from '../../../io'
import { Image as TVImage } from '../../../tv_tensors'
import { max_value } from '../../_functional_tensor'
import * as v1 from '../../functional'
import type { PerChannel } from '../../functional'
import { functional } from './_registry'

const bits: Readonly<Record<string, number>> = { uint8: 8, int8: 7, int16: 15, uint16: 16, int32: 31, int64: 63 }

/** The bits of an integer dtype that values can use. */
export function value_bits(type: dtype): number {
  const found = bits[type.name]
  if (found === undefined) throw new TypeError(`Number of value bits is only defined for integer dtypes, but got ${type}.`)
  return found
}

/** Another dtype; with `scale`, values go to its range. */
export function to_dtype_image(image: Tensor, type: dtype, scale: boolean): Tensor {
  const from = image.dtype
  if (from === type) return image
  if (!scale) return image.to(type)
  if (from.is_floating_point) {
    if (type.is_floating_point) return image.to(type)
    if (from === dtypes.float32 && (type === dtypes.int32 || type === dtypes.int64) || from === dtypes.float64 && type === dtypes.int64) {
      throw new RuntimeError(`The conversion from ${from} to ${type} cannot be performed safely.`)
    }
    return image.mul(max_value(type) + 1 - 1e-3).to(type)
  }
  if (type.is_floating_point) return image.to(type).mul_(1 / max_value(from))
  const shift = value_bits(type) - value_bits(from)
  if (shift < 0) return from === dtypes.uint16 ? image.div(2 ** -shift).to(type) : image.bitwise_right_shift(-shift).to(type)
  return type === dtypes.uint16 ? image.to(type).mul(2 ** shift) : image.to(type).bitwise_left_shift(shift)
}

type DtypeParams = [dtype?: dtype, scale?: boolean]

/** Another dtype; with `scale` (default: false), values of images and videos go to its range. @see torchvision.transforms.v2.functional.to_dtype */
export const to_dtype = functional<never, DtypeParams, readonly ['dtype', 'scale']>('to_dtype', ['dtype', 'scale'], 0, {
  image: (x, type = dtypes.float32, scale = false) => to_dtype_image(x, type, scale), mask: (x, type = dtypes.float32) => x.to(type),
  boxes: (x, type = dtypes.float32) => x.to(type), points: (x, type = dtypes.float32) => x.to(type),
})

/** {@link to_dtype} with scaling. @see torchvision.transforms.v2.functional.convert_image_dtype */
export function convert_image_dtype(image: Tensor, type: dtype = dtypes.float32): Tensor {
  return to_dtype_image(image, type, true)
}

function constants(values: PerChannel, like: Tensor): Tensor {
  const made = tensor(values as number[], { dtype: like.dtype, device: like.device })
  return made.ndim === 1 ? made.view([-1, 1, 1]) : made
}

type NormalizeParams = [mean: PerChannel, std: PerChannel, inplace?: boolean]

/** (x - mean) / std of each channel of floats. @see torchvision.transforms.v2.functional.normalize */
export const normalize = functional<never, NormalizeParams, readonly ['mean', 'std', 'inplace']>('normalize', ['mean', 'std', 'inplace'], 2, {
  image: (x, mean, std, inplace = false) => {
    if (!x.is_floating_point()) throw new TypeError(`Input tensor should be a float tensor. Got ${x.dtype}.`)
    if (x.ndim < 3) throw new ValueError(`Expected tensor to be a tensor image of size (..., C, H, W). Got ${x.shape}.`)
    if (typeof std === 'number' ? std === 0 : std.includes(0)) throw new ValueError('std evaluated to zero, leading to division by zero.')
    const shift = constants(mean, x)
    return (inplace ? x.sub_(shift) : x.sub(shift)).div_(constants(std, x))
  },
})

function pair(value: number | readonly number[], name: string, its: string): [number, number] {
  if (typeof value === 'number') return [value, value]
  if (value.length === 1 && name === 'sigma') return [value[0]!, value[0]!]
  if (value.length !== 2) throw new ValueError(`If ${name} is a sequence${its} length should be 2. Got ${value.length}`)
  return [value[0]!, value[1]!]
}

function gaussian(size: number, sigma: number, options: { dtype: dtype, device: Tensor['device'] }): Tensor {
  const limit = (size - 1) / (2 * Math.sqrt(2))
  return softmax(linspace(-limit, limit, size, options).div(sigma).pow(2).neg(), 0)
}

function blurred(image: Tensor, kernel_size: number | readonly number[], sigma: number | readonly number[] | null): Tensor {
  const sizes = pair(kernel_size, 'kernel_size', ' its')
  if (sizes.some(size => size % 2 === 0 || size < 0)) throw new ValueError(`kernel_size should have odd and positive integers. Got [${sizes.join(', ')}]`)
  const sigmas = sigma === null ? sizes.map(size => size * 0.15 + 0.35) : pair(sigma, 'sigma', ', its')
  if (sigmas.some(value => value <= 0)) throw new ValueError(`sigma should have positive values. Got [${sigmas.join(', ')}]`)
  if (image.numel() === 0) return image
  const [channels, h, w] = image.shape.slice(-3) as unknown as [number, number, number]
  const options = { dtype: image.is_floating_point() ? image.dtype : dtypes.float32, device: image.device }
  const kernel = gaussian(sizes[1], sigmas[1]!, options).unsqueeze(-1).mul(gaussian(sizes[0], sigmas[0]!, options))
  // Padded by the first size along x, as it is there.
  const [x, y] = sizes.map(size => Math.floor(size / 2)) as [number, number]
  const source = torch_pad(image.reshape([-1, channels, h, w]).to(options.dtype), [x, x, y, y], 'reflect')
  const result = conv2d(source, kernel.expand([channels, 1, ...kernel.shape]), null, 1, 0, 1, channels).reshape([...image.shape])
  return image.is_floating_point() ? result : result.round_().to(image.dtype)
}

type BlurParams = [kernel_size: number | readonly number[], sigma?: number | readonly number[] | null]

/** Blurred by a Gaussian kernel. @see torchvision.transforms.v2.functional.gaussian_blur */
export const gaussian_blur = functional<never, BlurParams, readonly ['kernel_size', 'sigma']>('gaussian_blur', ['kernel_size', 'sigma'], 1, {
  image: (x, size, sigma = null) => blurred(x, size, sigma),
  pil: (x, size, sigma = null) => v1.to_pil_image(blurred(v1.pil_to_tensor(x), size, sigma), x.mode),
})

function noisy(image: Tensor, mean: number, sigma: number, clip: boolean): Tensor {
  if (sigma < 0) throw new ValueError(`sigma shouldn't be negative. Got ${sigma}`)
  if (image.is_floating_point()) {
    const result = image.add(randn_like(image).mul(sigma).add(mean))
    return clip ? result.clamp(0, 1) : result
  }
  if (image.dtype !== dtypes.uint8) throw new ValueError(`Input tensor is expected to be in uint8 or float dtype, got dtype=${image.dtype}`)
  const noise = randn_like(image, { dtype: dtypes.float32 }).mul(sigma * 255).add(mean * 255).to(dtypes.int16)
  const result = image.add(noise)
  return (clip ? result.clamp(0, 255) : result).to(dtypes.uint8)
}

type NoiseParams = [mean?: number, sigma?: number, clip?: boolean]

/** With normal noise. Default: mean 0, sigma 0.1, cut off at the range. @see torchvision.transforms.v2.functional.gaussian_noise */
export const gaussian_noise = functional<never, NoiseParams, readonly ['mean', 'sigma', 'clip']>('gaussian_noise', ['mean', 'sigma', 'clip'], 0, {
  image: (x, mean = 0, sigma = 0.1, clip = true) => noisy(x, mean, sigma, clip),
  pil: () => {
    throw new ValueError('Gaussian Noise is not implemented for PIL images.')
  },
})

type EraseParams = [i: number, j: number, h: number, w: number, v: Tensor, inplace?: boolean]
const erase_names = ['i', 'j', 'h', 'w', 'v', 'inplace'] as const

/** A rectangle at (i, j) of h rows and w columns replaced by `v`. @see torchvision.transforms.v2.functional.erase */
export const erase = functional<never, EraseParams, typeof erase_names>('erase', erase_names, 5, {
  image: (x, i, j, h, w, v, inplace = false) => v1.erase(x, i, j, h, w, v, inplace),
  pil: (x, i, j, h, w, v) => v1.to_pil_image(v1.erase(v1.pil_to_tensor(x), i, j, h, w, v, true), x.mode),
})

function through_jpeg(x: Tensor, quality: number): Tensor {
  const images = x.reshape([-1, ...x.shape.slice(-3)])
  if (images.size(0) === 0) return x.clone()
  return stack([...images].map(image => decode_jpeg(encode_jpeg(image, quality)))).view([...x.shape])
}

/** Compressed as JPEG, and decoded: 1 to 100. @see torchvision.transforms.v2.functional.jpeg */
export const jpeg = functional<never, [quality: number], readonly ['quality']>('jpeg', ['quality'], 1, {
  image: through_jpeg, pil: (x, quality) => v1.to_pil_image(through_jpeg(v1.pil_to_tensor(x), quality), x.mode),
})

function subsampled(video: Tensor, num_samples: number): Tensor {
  return video.index_select(-4, linspace(0, video.size(-4) - 1, num_samples, { device: video.device }).to(dtypes.int64))
}

/** Images of a video at equal distances. @see torchvision.transforms.v2.functional.uniform_temporal_subsample */
export const uniform_temporal_subsample = functional<never, [num_samples: number], readonly ['num_samples']>(
  'uniform_temporal_subsample', ['num_samples'], 1, { image: subsampled, still: false })

/** An image of tv_tensors of a decoded image, or of a tensor. @see torchvision.transforms.v2.functional.to_image */
export function to_image(inpt: Tensor | Image): TVImage {
  if (!(inpt instanceof Image) && !is_tensor(inpt)) {
    throw new TypeError(`Input can either be a pure Tensor, a numpy array, or a PIL image, but got ${type_text(inpt)} instead.`)
  }
  return new TVImage(inpt)
}
