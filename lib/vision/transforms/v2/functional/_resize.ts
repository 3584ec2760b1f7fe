// Sizes, parts and borders of tensors; torchvision.transforms.v2.functional._geometry.
import { tensor } from '../../../../_creation'
import { ValueError } from '../../../../_errors'
import * as dtypes from '../../../../dtype'
import type { dtype } from '../../../../dtype'
import { constant_pad_nd } from '../../../../generated/torch_functions'
import { interpolate, pad as torch_pad } from '../../../../nn/functional'
import type { Tensor } from '../../../../tensor'
import type { Fill, Padding, PaddingMode } from '../../_functional_image'
import { pad_symmetric } from '../../_functional_tensor'
import { resized_size, round_even } from '../../_sizes'
import type { Size } from '../../functional'

/** Height and width of a resized picture; without a size, `max_size` is that of the longer side. */
export function output_size(canvas: readonly [number, number], size: Size | null, max_size: number | null): [number, number] {
  if (size === null) {
    const [h, w] = canvas
    const ratio = max_size! / Math.max(h, w)
    return h >= w ? [max_size!, Math.trunc(w * ratio)] : [Math.trunc(h * ratio), max_size!]
  }
  if (max_size !== null && typeof size !== 'number' && size.length !== 1) {
    throw new ValueError('max_size should only be passed if size is None or specifies the length of the smaller edge, ' +
      'i.e. size should be an int or a sequence of length 1 in torchscript mode.')
  }
  return resized_size(canvas, size, max_size)
}

const smooth_modes = ['bilinear', 'bicubic', 'lanczos']
const integers: readonly dtype[] = [dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64]

/** Which dtypes are resized as they are. */
function is_native(type: dtype, mode: string, is_cpu: boolean): boolean {
  if (type === dtypes.float32 || type === dtypes.float64) return true
  return type === dtypes.uint8 && (mode.startsWith('nearest') || is_cpu && smooth_modes.includes(mode))
}

export function resize_image(image: Tensor, size: Size | null, mode: string, max_size: number | null, antialias: boolean | null): Tensor {
  const smooth = smooth_modes.includes(mode)
  if (mode === 'lanczos' && antialias !== true) throw new ValueError('InterpolationMode.LANCZOS requires antialias=True')
  const { shape, dtype } = image
  const [channels, height, width] = shape.slice(-3) as unknown as [number, number, number]
  const [h, w] = output_size([height, width], size, max_size)
  if (h === height && w === width) return image
  const sizes = [...shape.slice(0, -3), channels, h, w]
  if (image.numel() === 0) return image.reshape(sizes)
  const native = is_native(dtype, mode, image.is_cpu)
  const batch = image.reshape([-1, channels, height, width])
  let result = interpolate(native ? batch : batch.to(dtypes.float32), {
    size: [h, w], mode: mode as 'bilinear', ...smooth && { align_corners: false }, antialias: antialias === true && smooth,
  })
  if (!native) {
    if (mode === 'bicubic' && dtype === dtypes.uint8) result = result.clamp(0, 255)
    result = (integers.includes(dtype) ? result.round() : result).to(dtype)
  }
  return result.reshape(sizes)
}

/** Left, right, top and bottom. */
export function parse_padding(padding: Padding): [left: number, right: number, top: number, bottom: number] {
  if (typeof padding === 'number') return [padding, padding, padding, padding]
  if (!Array.isArray(padding)) throw new TypeError(`\`padding\` should be an integer or tuple or list of integers, but got ${String(padding)}`)
  const [a, b, c, d] = padding as [number, number, number, number]
  if (padding.length === 1) return [a, a, a, a]
  if (padding.length === 2) return [a, a, b, b]
  if (padding.length === 4) return [a, c, b, d]
  throw new ValueError(`Padding must be an int or a 1, 2, or 4 element tuple or list. Found ${padding.length}`)
}

function pad_batch(image: Tensor, sides: readonly number[], fill: number, mode: PaddingMode): Tensor {
  if (mode === 'constant') return constant_pad_nd(image, [...sides], fill)
  if (mode === 'symmetric') return pad_symmetric(image, sides)
  const source = image.is_floating_point() ? image : image.to(dtypes.float32)
  return torch_pad(source, [...sides], mode === 'edge' ? 'replicate' : mode).to(image.dtype)
}

const padding_modes = ['constant', 'edge', 'reflect', 'symmetric']

export function pad_image(image: Tensor, padding: Padding, fill: Fill, mode: PaddingMode): Tensor {
  const sides = parse_padding(padding)
  if (!padding_modes.includes(mode)) {
    throw new ValueError(`\`padding_mode\` should be either \`'constant'\`, \`'edge'\`, \`'reflect'\` or \`'symmetric'\`, but got \`'${mode}'\`.`)
  }
  const colours = fill === null ? [0] : typeof fill === 'number' ? [fill] : fill
  if (colours.length > 1 && mode !== 'constant') throw new ValueError(`Padding mode '${mode}' is not supported if fill is not scalar`)
  const { shape } = image
  const batch = image.reshape([-1, ...shape.slice(-3)])
  const padded = pad_batch(batch, sides, colours.length > 1 ? 0 : colours[0]!, mode)
  const result = padded.reshape([...shape.slice(0, -2), padded.size(-2), padded.size(-1)])
  if (colours.length > 1) colour_sides(result, sides, colours)
  return result
}

function colour_sides(image: Tensor, [left, right, top, bottom]: readonly [number, number, number, number], colours: readonly number[]): void {
  const fill = tensor([...colours], { device: image.device }).to(image.dtype).reshape([-1, 1, 1])
  const part = (dim: number, size: number, at_end: boolean): void => {
    if (size > 0) image.narrow(dim, at_end ? image.size(dim) - size : 0, size).copy_(fill)
  }
  part(-2, top, false)
  part(-1, left, false)
  part(-2, bottom, true)
  part(-1, right, true)
}

/** `x[..., from:to]` along a dimension counted from the end. */
function slice(image: Tensor, dim: -1 | -2, from: number, to: number): Tensor {
  const size = image.size(dim)
  const start = Math.min(from, size)
  const end = Math.min(to < 0 ? Math.max(to + size, 0) : to, size)
  return image.narrow(dim, start, Math.max(0, end - start))
}

export function crop_image(image: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [h, w] = [image.size(-2), image.size(-1)]
  const [right, bottom] = [left + width, top + height]
  const part = slice(slice(image, -2, Math.max(top, 0), bottom), -1, Math.max(left, 0), right)
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return part
  return pad_image(part, [
    Math.max(Math.min(right, 0) - left, 0), Math.max(Math.min(bottom, 0) - top, 0), Math.max(right - Math.max(w, left), 0),
    Math.max(bottom - Math.max(h, top), 0),
  ], 0, 'constant')
}

/** Height and width of a part in the middle. */
export function center_size(size: Size): [height: number, width: number] {
  if (typeof size === 'number') return [size, size]
  return [size[0]!, size[size.length === 1 ? 0 : 1]!]
}

/** Where the part in the middle begins. */
export const center_anchor = (h: number, w: number, height: number, width: number): [top: number, left: number] =>
  [round_even((height - h) / 2), round_even((width - w) / 2)]

export function center_crop_image(image: Tensor, size: Size): Tensor {
  const [h, w] = center_size(size)
  if (image.numel() === 0) return image.reshape([...image.shape.slice(0, -2), h, w])
  const [x, y] = [Math.max(0, w - image.size(-1)), Math.max(0, h - image.size(-2))]
  const source = x > 0 || y > 0 ? constant_pad_nd(image, [x >> 1, x + 1 >> 1, y >> 1, y + 1 >> 1], 0) : image
  const [top, left] = center_anchor(h, w, source.size(-2), source.size(-1))
  return crop_image(source, top, left, h, w)
}

export function five_crop_image(image: Tensor, size: Size): Tensor[] {
  const list = typeof size === 'number' ? [size, size] : size.length === 1 ? [size[0]!, size[0]!] : size
  if (list.length !== 2) throw new ValueError('Please provide only two dimensions (h, w) for size.')
  const [h, w] = list as [number, number]
  const [height, width] = [image.size(-2), image.size(-1)]
  if (w > width || h > height) throw new ValueError(`Requested crop size (${h}, ${w}) is bigger than input size (${height}, ${width})`)
  const part = (top: number, left: number): Tensor => crop_image(image, top, left, h, w)
  return [part(0, 0), part(0, width - w), part(height - h, 0), part(height - h, width - w), center_crop_image(image, [h, w])]
}
