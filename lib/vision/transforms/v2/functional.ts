// torchvision.transforms.v2.functional: what is new in it, and the functions of pictures that it shares with transforms.functional.
import { RuntimeError } from '../../../_errors'
import { is_tensor } from '../../../_dispatch'
import { type_text } from '../../../_typename'
import * as dtypes from '../../../dtype'
import type { dtype } from '../../../dtype'
import type { Tensor } from '../../../tensor'
import { Image } from '../../_image'
import { max_value } from '../_functional_tensor'
import { pil_to_tensor } from '../functional'

export {
  adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_saturation, adjust_sharpness, affine, autocontrast, center_crop, crop,
  elastic_transform, equalize, erase, five_crop, gaussian_blur, get_dimensions, hflip, invert, normalize, pad, perspective, pil_to_tensor, posterize,
  resize, resized_crop, rgb_to_grayscale, rotate, solarize, ten_crop, to_pil_image, vflip,
} from '../functional'

/** An image or a tensor (H, W) or (..., C, H, W) as a tensor (..., C, H, W). @see torchvision.transforms.v2.functional.to_image */
export function to_image(inpt: Image | Tensor): Tensor {
  if (inpt instanceof Image) return pil_to_tensor(inpt)
  if (!is_tensor(inpt)) throw new TypeError(`Input can either be a pure Tensor, a numpy array, or a PIL image, but got ${type_text(inpt)} instead.`)
  return inpt.ndim === 2 ? inpt.unsqueeze(0) : inpt
}

const bits: Record<string, number> = { uint8: 8, int8: 7, int16: 15, uint16: 16, int32: 31, int64: 63 }

/**
 * Another dtype; with `scale` also the range of it: [0, 1] for floats, [0, 255] for uint8 ...
 * @throws {RuntimeError} if the values do not fit
 * @see torchvision.transforms.v2.functional.to_dtype
 */
export function to_dtype(inpt: Tensor, type: dtype = dtypes.float32, scale = false): Tensor {
  if (inpt.dtype === type) return inpt
  if (!scale || inpt.dtype.is_floating_point && type.is_floating_point) return inpt.to(type)
  if (inpt.dtype.is_floating_point) {
    const too_wide = inpt.dtype === dtypes.float32 ? [dtypes.int32, dtypes.int64] : inpt.dtype === dtypes.float64 ? [dtypes.int64] : []
    if (too_wide.includes(type)) throw new RuntimeError(`The conversion from ${inpt.dtype} to ${type} cannot be performed safely.`)
    return inpt.mul(max_value(type) + 1 - 1e-3).to(type)
  }
  if (type.is_floating_point) return inpt.to(type).mul_(1 / max_value(inpt.dtype))
  const shift = bits[inpt.dtype.name]! - bits[type.name]!
  if (shift > 0) return inpt.dtype === dtypes.uint16 ? inpt.div(2 ** shift).to(type) : inpt.bitwise_right_shift(shift).to(type)
  return type === dtypes.uint16 ? inpt.to(type).mul(2 ** -shift) : inpt.to(type).bitwise_left_shift(-shift)
}
