// Transforms as functions; torchvision.transforms.functional.
import { tensor } from '../../_creation'
import { get_default_dtype } from '../../_defaults'
import { is_tensor } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { type_text } from '../../_typename'
import { uint8 } from '../../dtype'
import type { Tensor } from '../../tensor'
import { Image } from '../_image'

/** Means or standard deviations: one for each channel, or one for all. */
export type PerChannel = number | readonly number[]

/**
 * Converts an image to a tensor of the default dtype, scaled from [0, 255] to [0, 1].
 *
 * Shape: an image of H rows, W columns and C values per pixel → (C, H, W).
 * @throws {TypeError} if `pic` is no image
 * @see torchvision.transforms.functional.to_tensor
 */
export function to_tensor(pic: Image): Tensor {
  if (!(pic instanceof Image)) throw new TypeError(`pic should be PIL Image or ndarray. Got ${type_text(pic)}`)
  const { pixels } = pic
  const planes = pixels.ndim === 2 ? pixels.unsqueeze(0) : pixels.permute([2, 0, 1]).contiguous()
  return scale(planes)
}

/** uint8 → default dtype in [0, 1]; always new memory. */
function scale(pixels: Tensor): Tensor {
  return pixels.to(get_default_dtype()).div_(255)
}

/**
 * {@link to_tensor} of many images at once: uint8 (N, H, W) or (N, H, W, C) → (N, C, H, W). Null for anything else.
 * @internal
 */
export function to_tensor_batched(images: Tensor): Tensor | null {
  if (images.dtype === uint8 && images.ndim === 4) return scale(images.permute([0, 3, 1, 2]).contiguous())
  return images.dtype === uint8 && images.ndim === 3 ? scale(images).unsqueeze(1) : null
}

function constants(values: PerChannel, like: Tensor): Tensor {
  const made = tensor(values as number[], { dtype: like.dtype, device: like.device })
  return made.ndim === 1 ? made.view([-1, 1, 1]) : made
}

/**
 * Normalizes each channel of an image: (x - mean) / std.
 *
 * Shape: (..., C, H, W), the same for the result.
 * @param inplace - change `img` itself. Default: false.
 * @throws {TypeError} if `img` is no float tensor; {ValueError} if it has less than 3 dimensions, or a std is zero
 * @see torchvision.transforms.functional.normalize
 */
export function normalize(img: Tensor, mean: PerChannel, std: PerChannel, inplace = false): Tensor {
  if (!is_tensor(img)) throw new TypeError(`img should be Tensor Image. Got ${type_text(img)}`)
  if (!img.dtype.is_floating_point) throw new TypeError(`Input tensor should be a float tensor. Got ${img.dtype}.`)
  if (img.ndim < 3) {
    throw new ValueError(`Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = ${img.shape}`)
  }
  const scales = constants(std, img)
  if (scales.eq(0).any().item<boolean>()) {
    throw new ValueError(`std evaluated to zero after conversion to ${img.dtype}, leading to division by zero.`)
  }
  const target = inplace ? img : img.clone()
  return target.sub_(constants(mean, img)).div_(scales)
}
