// Transforms of tensors (..., C, H, W) as functions, with torchvision's bits; torchvision.transforms._functional_tensor.
import { tensor } from '../../_creation'
import { get_default_dtype } from '../../_defaults'
import { is_tensor } from '../../_dispatch'
import { RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import * as dtypes from '../../dtype'
import type { dtype } from '../../dtype'
import { interpolate } from '../../nn/functional'
import type { Tensor } from '../../tensor'
import type { Fill, Padding, PaddingMode } from './_functional_image'

const op = <A extends readonly unknown[]>(name: string) => {
  const call = aten(name)
  return (args: A, kwargs?: Record<string, unknown>): Tensor => call(args, kwargs) as Tensor
}
const ops = {
  bmm: op('bmm'), cat: op('cat'), conv2d: op('conv2d'), einsum: op('einsum'), empty: op('empty'), linspace: op('linspace'), ones: op('ones'),
  pad: op('pad'), stack: op('stack'), grid_sampler: op('grid_sampler'), zeros: op('zeros'), where: op('where'), bincount: op('bincount'),
  rsub: op('rsub'),
}

const from_one = (x: Tensor): Tensor => ops.rsub([x, 1])

export function check_image(img: Tensor): void {
  if (img.ndim < 2) throw new TypeError('Tensor is not a torch image.')
}

/** Channels, height and width. */
export function get_dimensions(img: Tensor): [number, number, number] {
  check_image(img)
  const { shape } = img
  const n = shape.length
  return [n === 2 ? 1 : shape[n - 3]!, shape[n - 2]!, shape[n - 1]!]
}

/** The largest value of an image of this dtype: 1 for floats. */
export function max_value(type: dtype): number {
  const known: Record<string, number> = {
    uint8: 255, int8: 127, int16: 32767, uint16: 65535, int32: 2147483647, int64: 2 ** 63,
  }
  return known[type.name] ?? 1
}

export function check_channels(img: Tensor, permitted: readonly number[]): void {
  const [channels] = get_dimensions(img)
  if (!permitted.includes(channels)) {
    throw new TypeError(`Input image tensor permitted channel values are [${permitted.join(', ')}], but found ${channels}`)
  }
}

/** Floats as they are, integers as what arithmetic with a float makes of them. */
const floating = (img: Tensor): Tensor => img.dtype.is_floating_point ? img : img.to(get_default_dtype())

const float_or_32 = (img: Tensor): dtype => img.dtype.is_floating_point ? img.dtype : dtypes.float32

export function convert_image_dtype(img: Tensor, type: dtype): Tensor {
  if (img.dtype === type) return img
  if (img.dtype.is_floating_point) {
    if (type.is_floating_point) return img.to(type)
    const too_wide = img.dtype === dtypes.float32 ? [dtypes.int32, dtypes.int64] : img.dtype === dtypes.float64 ? [dtypes.int64] : []
    if (too_wide.includes(type)) throw new RuntimeError(`The cast from ${img.dtype} to ${type} cannot be performed safely.`)
    return img.mul(max_value(type) + 1 - 1e-3).to(type)
  }
  const from = max_value(img.dtype)
  if (type.is_floating_point) return img.to(type).div(from)
  const to = max_value(type)
  if (from > to) return img.div(Math.floor((from + 1) / (to + 1)), { rounding_mode: 'floor' }).to(type)
  return img.to(type).mul(Math.floor((to + 1) / (from + 1)))
}

export function vflip(img: Tensor): Tensor {
  check_image(img)
  return img.flip([-2])
}

export function hflip(img: Tensor): Tensor {
  check_image(img)
  return img.flip([-1])
}

/** `x[..., from:to]` along a dimension counted from the end. */
function slice(img: Tensor, dim: -1 | -2, from: number, to: number): Tensor {
  const size = img.size(dim)
  const start = Math.min(Math.max(from, 0), size)
  const end = Math.min(to < 0 ? Math.max(to + size, 0) : to, size)
  return img.narrow(dim, start, Math.max(0, end - start))
}

export function crop(img: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [, h, w] = get_dimensions(img)
  const [right, bottom] = [left + width, top + height]
  const part = slice(slice(img, -2, Math.max(top, 0), bottom), -1, Math.max(left, 0), right)
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return part
  const around = [
    Math.max(-left + Math.min(0, right), 0), Math.max(-top + Math.min(0, bottom), 0),
    Math.max(right - Math.max(w, left), 0), Math.max(bottom - Math.max(h, top), 0),
  ]
  return pad(part, around, 0, 'constant')
}

export function rgb_to_grayscale(img: Tensor, num_output_channels: number): Tensor {
  if (img.ndim < 3) throw new TypeError(`Input image tensor should have at least 3 dimensions, but found ${img.ndim}`)
  check_channels(img, [1, 3])
  if (num_output_channels !== 1 && num_output_channels !== 3) throw new ValueError('num_output_channels should be either 1 or 3')
  let grey: Tensor
  if (img.size(-3) === 3) {
    const [r, g, b] = img.unbind(-3) as unknown as [Tensor, Tensor, Tensor]
    grey = r.mul(0.2989).add(g.mul(0.587)).add(b.mul(0.114)).to(img.dtype).unsqueeze(-3)
  } else grey = img.clone()
  return num_output_channels === 3 ? grey.expand(img.shape) : grey
}

function blend(a: Tensor, b: Tensor, ratio: number): Tensor {
  const mixed = floating(a).mul(ratio).add(floating(b).mul(1 - ratio))
  return mixed.clamp(0, max_value(a.dtype)).to(a.dtype)
}

function check_factor(name: string, factor: number): void {
  if (factor < 0) throw new ValueError(`${name} (${factor}) is not non-negative.`)
}

export function adjust_brightness(img: Tensor, factor: number): Tensor {
  check_factor('brightness_factor', factor)
  check_channels(img, [1, 3])
  return blend(img, img.mul(0), factor)
}

export function adjust_contrast(img: Tensor, factor: number): Tensor {
  check_factor('contrast_factor', factor)
  check_channels(img, [3, 1])
  const grey = get_dimensions(img)[0] === 3 ? rgb_to_grayscale(img, 1) : img
  return blend(img, grey.to(float_or_32(img)).mean([-3, -2, -1], true), factor)
}

export function adjust_saturation(img: Tensor, factor: number): Tensor {
  check_factor('saturation_factor', factor)
  check_channels(img, [1, 3])
  return get_dimensions(img)[0] === 1 ? img : blend(img, rgb_to_grayscale(img, 1), factor)
}

export function adjust_hue(img: Tensor, factor: number): Tensor {
  if (!(factor >= -0.5 && factor <= 0.5)) throw new ValueError(`hue_factor (${factor}) is not in [-0.5, 0.5].`)
  check_channels(img, [1, 3])
  if (get_dimensions(img)[0] === 1) return img
  const [h, s, v] = to_hsv(convert_image_dtype(img, dtypes.float32))
  return convert_image_dtype(to_rgb(h.add(factor).remainder(1), s, v), img.dtype)
}

function to_hsv(img: Tensor): [Tensor, Tensor, Tensor] {
  const [r, g, b] = img.unbind(-3) as unknown as [Tensor, Tensor, Tensor]
  const most = img.amax([-3])
  const least = img.amin([-3])
  const flat = most.eq(least)
  const spread = most.sub(least)
  const one = most.mul(0).add(1)
  const saturation = spread.div(ops.where([flat, one, most]))
  const divisor = ops.where([flat, one, spread])
  const [rc, gc, bc] = [r, g, b].map(part => most.sub(part).div(divisor)) as [Tensor, Tensor, Tensor]
  const [is_r, is_g] = [most.eq(r), most.eq(g)]
  const hr = is_r.mul(bc.sub(gc))
  const hg = is_g.bitwise_and(most.ne(r)).mul(rc.add(2).sub(bc))
  const hb = most.ne(g).bitwise_and(most.ne(r)).mul(gc.add(4).sub(rc))
  return [hr.add(hg).add(hb).div(6).add(1).fmod(1), saturation, most]
}

function to_rgb(h: Tensor, s: Tensor, v: Tensor): Tensor {
  const floor = h.mul(6).floor()
  const f = h.mul(6).sub(floor)
  const p = v.mul(from_one(s)).clamp(0, 1)
  const q = v.mul(from_one(s.mul(f))).clamp(0, 1)
  const t = v.mul(from_one(s.mul(from_one(f)))).clamp(0, 1)
  const sector = floor.to(dtypes.int32).remainder(6)
  const mask = sector.unsqueeze(-3).eq(tensor([0, 1, 2, 3, 4, 5], { device: h.device }).view([-1, 1, 1]))
  const table = [[v, q, p, p, t, v], [t, v, v, q, p, p], [p, p, t, v, v, q]].map(row => ops.stack([row, -3]))
  return ops.einsum(['...ijk, ...xijk -> ...xjk', [mask.to(h.dtype), ops.stack([table, -4])]])
}

export function adjust_gamma(img: Tensor, gamma: number, gain: number): Tensor {
  check_channels(img, [1, 3])
  if (gamma < 0) throw new ValueError('Gamma should be a non-negative real number')
  const source = img.dtype.is_floating_point ? img : convert_image_dtype(img, dtypes.float32)
  return convert_image_dtype(source.pow(gamma).mul(gain).clamp(0, 1), img.dtype)
}

/** Left, right, top and bottom. */
export function parse_padding(padding: Padding): [number, number, number, number] {
  const list = typeof padding === 'number' ? [padding] : padding
  if (list.length === 1) return [list[0]!, list[0]!, list[0]!, list[0]!]
  return list.length === 2 ? [list[0]!, list[0]!, list[1]!, list[1]!] : [list[0]!, list[2]!, list[1]!, list[3]!]
}

export function pad_symmetric(img: Tensor, padding: readonly number[]): Tensor {
  if (img.ndim !== 3 && img.ndim !== 4) throw new RuntimeError('Symmetric padding of N-D tensors are not supported yet')
  const [left, right, top, bottom] = padding as [number, number, number, number]
  const rows_left = slice(img, -2, Math.max(0, -top), img.size(-2) + Math.min(0, bottom))
  const cut = slice(rows_left, -1, Math.max(0, -left), img.size(-1) + Math.min(0, right))
  const indices = (size: number, before: number, after: number): Tensor => {
    const [first, last] = [Math.max(0, before), Math.max(0, after)]
    const at = (i: number): number => i < first ? first - 1 - i : i < first + size ? i - first : 2 * size - 1 - (i - first)
    return tensor(BigInt64Array.from({ length: first + size + last }, (_, i) => BigInt(at(i))))
  }
  const rows = cut.index_select(-2, indices(cut.size(-2), top, bottom).to(img.device))
  return rows.index_select(-1, indices(cut.size(-1), left, right).to(img.device))
}

export function pad(img: Tensor, padding: Padding, fill: Fill, mode: PaddingMode): Tensor {
  check_image(img)
  if (typeof (fill ?? 0) !== 'number') throw new TypeError('Got inappropriate fill arg')
  const sides = parse_padding(padding)
  if (mode === 'symmetric') return pad_symmetric(img, sides)
  const batch = img.ndim < 4 ? img.unsqueeze(0) : img
  const cast = mode !== 'constant' && img.dtype !== dtypes.float32 && img.dtype !== dtypes.float64
  const source = cast ? batch.to(dtypes.float32) : batch
  const result = mode === 'constant' ? ops.pad([source, sides, 'constant', fill ?? 0])
    : ops.pad([source, sides, mode === 'edge' ? 'replicate' : mode])
  const squeezed = img.ndim < 4 ? result.squeeze(0) : result
  return cast ? squeezed.to(img.dtype) : squeezed
}

/** Runs `work` on a batch of floats, and gives what it makes the shape and dtype of `img`; integers are rounded. */
function on_floats(img: Tensor, types: readonly dtype[], work: (batch: Tensor) => Tensor): Tensor {
  const cast = !types.includes(img.dtype)
  const batch = img.ndim < 4 ? img.unsqueeze(0) : img
  let result = work(cast ? batch.to(types[0]!) : batch)
  if (img.ndim < 4) result = result.squeeze(0)
  if (!cast) return result
  const is_integer = [dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64].includes(img.dtype)
  return (is_integer ? result.round() : result).to(img.dtype)
}

export function resize(img: Tensor, size: readonly [number, number], mode: string, antialias: boolean): Tensor {
  check_image(img)
  const smooth = mode === 'bilinear' || mode === 'bicubic'
  return on_floats(img, [dtypes.float32, dtypes.float64], batch => {
    const options = { size: [...size], mode: mode as 'bilinear', ...smooth && { align_corners: false }, antialias: antialias && smooth }
    const result = interpolate(batch, options)
    return mode === 'bicubic' && img.dtype === dtypes.uint8 ? result.clamp(0, 255) : result
  })
}

function check_grid(img: Tensor, interpolation: string, fill: Fill): void {
  const [channels] = get_dimensions(img)
  if (Array.isArray(fill) && fill.length > 1 && fill.length !== channels) {
    throw new ValueError(`The number of elements in 'fill' cannot broadcast to match the number of channels of the image (${fill.length} != ${channels})`)
  }
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw new ValueError(`Interpolation mode '${interpolation}' is unsupported with Tensor input`)
  }
}

function sample(img: Tensor, grid: Tensor, mode: string, fill: Fill): Tensor {
  return on_floats(img, [grid.dtype], source => {
    const [n, , h, w] = source.shape
    const mask = ops.ones([[n, 1, h, w]], { dtype: source.dtype, device: source.device })
    const input = fill === null ? source : ops.cat([[source, mask], 1])
    const result = ops.grid_sampler([input, n! > 1 ? grid.expand([n!, -1, -1, -1]) : grid, mode === 'nearest' ? 1 : 0, 0, false])
    if (fill === null) return result
    const values = typeof fill === 'number' ? [fill] : fill
    const inside = result.narrow(1, result.size(1) - 1, 1)
    const image = result.narrow(1, 0, result.size(1) - 1)
    const colour = tensor([...values], { dtype: image.dtype, device: image.device }).view([1, values.length, 1, 1]).expand_as(image)
    if (mode === 'nearest') return ops.where([inside.lt(0.5), colour, image])
    return image.mul(inside.expand_as(image)).add(from_one(inside.expand_as(image)).mul(colour))
  })
}

/** Places (x, y, 1) of the pixels of a picture: from `from` on, in steps of 1. */
function base_grid(width: number, height: number, from_x: number, from_y: number, like: { dtype: dtype, device: Tensor['device'] }): Tensor {
  const grid = ops.ones([[1, height, width, 3]], like)
  const line = (from: number, steps: number): Tensor => ops.linspace([from, from + steps - 1, steps], { device: like.device })
  grid.select(-1, 0).copy_(line(from_x, width))
  grid.select(-1, 1).copy_(line(from_y, height).unsqueeze(-1))
  return grid.view([1, height * width, 3])
}

function affine_grid(theta: Tensor, w: number, h: number, ow: number, oh: number): Tensor {
  const { dtype, device } = theta
  const scaled = theta.transpose(1, 2).div(tensor([0.5 * w, 0.5 * h], { dtype, device }))
  return ops.bmm([base_grid(ow, oh, -ow * 0.5 + 0.5, -oh * 0.5 + 0.5, { dtype, device }), scaled]).view([1, oh, ow, 2])
}

const matrix_of = (img: Tensor, matrix: readonly number[]): Tensor =>
  tensor([...matrix], { dtype: float_or_32(img), device: img.device }).reshape([1, 2, 3])

export function affine(img: Tensor, matrix: readonly number[], interpolation: string, fill: Fill): Tensor {
  check_grid(img, interpolation, fill)
  const [, h, w] = get_dimensions(img)
  return sample(img, affine_grid(matrix_of(img, matrix), w, h, w, h), interpolation, fill)
}

/** Width and height of what a turned picture takes. */
function turned_size(matrix: readonly number[], w: number, h: number): [number, number] {
  const corners = tensor([[-0.5 * w, -0.5 * h, 1], [-0.5 * w, 0.5 * h, 1], [0.5 * w, 0.5 * h, 1], [0.5 * w, -0.5 * h, 1]], { dtype: dtypes.float32 })
  const moved = corners.matmul(tensor([...matrix], { dtype: dtypes.float32 }).view([2, 3]).t())
  const middle = tensor([w * 0.5, h * 0.5], { dtype: dtypes.float32 })
  const tolerance = 1e-4
  const cut = (x: Tensor): Tensor => x.add(middle).div(tolerance).trunc().mul(tolerance)
  const size = cut(moved.amax([0])).ceil().sub(cut(moved.amin([0])).floor()).tolist() as [number, number]
  return [Math.trunc(size[0]), Math.trunc(size[1])]
}

export function rotate(img: Tensor, matrix: readonly number[], interpolation: string, expand: boolean, fill: Fill): Tensor {
  check_grid(img, interpolation, fill)
  const [, h, w] = get_dimensions(img)
  const [ow, oh] = expand ? turned_size(matrix, w, h) : [w, h]
  return sample(img, affine_grid(matrix_of(img, matrix), w, h, ow, oh), interpolation, fill)
}

export function perspective(img: Tensor, coeffs: readonly number[], interpolation: string, fill: Fill): Tensor {
  check_grid(img, interpolation, fill)
  const [, h, w] = get_dimensions(img)
  const like = { dtype: float_or_32(img), device: img.device }
  const [a, b, c, d, e, f, g, i] = coeffs as [number, number, number, number, number, number, number, number]
  const above = tensor([[[a, b, c], [d, e, f]]], like).transpose(1, 2).div(tensor([0.5 * w, 0.5 * h], like))
  const below = tensor([[[g, i, 1], [g, i, 1]]], like).transpose(1, 2)
  const base = base_grid(w, h, 0.5, 0.5, like)
  const grid = ops.bmm([base, above]).div(ops.bmm([base, below])).sub(1).view([1, h, w, 2])
  return sample(img, grid, interpolation, fill)
}

function gaussian(size: number, sigma: number, like: { dtype: dtype, device: Tensor['device'] }): Tensor {
  const half = (size - 1) * 0.5
  const pdf = ops.linspace([-half, half, size], like).div(sigma).pow(2).mul(-0.5).exp()
  return pdf.div(pdf.sum())
}

export function gaussian_blur(img: Tensor, kernel_size: readonly [number, number], sigma: readonly [number, number]): Tensor {
  if (!is_tensor(img)) throw new TypeError(`img should be Tensor. Got ${type_text(img)}`)
  check_image(img)
  const like = { dtype: float_or_32(img), device: img.device }
  const [kx, ky] = [gaussian(kernel_size[0], sigma[0], like), gaussian(kernel_size[1], sigma[1], like)]
  const channels = img.size(-3)
  const kernel = ky.unsqueeze(1).mm(kx.unsqueeze(0)).expand([channels, 1, kernel_size[1], kernel_size[0]])
  const [x, y] = [Math.floor(kernel_size[0] / 2), Math.floor(kernel_size[1] / 2)]
  return on_floats(img, [like.dtype], batch => convolve(ops.pad([batch, [x, x, y, y], 'reflect']), kernel))
}

/** Each channel by itself. */
function convolve(batch: Tensor, kernel: Tensor): Tensor {
  return ops.conv2d([batch, kernel, null, [1, 1], [0, 0], [1, 1], batch.size(-3)])
}

function check_colours(img: Tensor): void {
  check_image(img)
  if (img.ndim < 3) throw new TypeError(`Input image tensor should have at least 3 dimensions, but found ${img.ndim}`)
}

function check_bytes(img: Tensor): void {
  if (img.dtype !== dtypes.uint8) throw new TypeError(`Only torch.uint8 image tensors are supported, but found ${img.dtype}`)
}

export function invert(img: Tensor): Tensor {
  check_colours(img)
  check_channels(img, [1, 3])
  return ops.rsub([img, max_value(img.dtype)])
}

export function posterize(img: Tensor, bits: number): Tensor {
  check_colours(img)
  check_bytes(img)
  check_channels(img, [1, 3])
  return img.bitwise_and(256 - 2 ** (8 - bits))
}

export function solarize(img: Tensor, threshold: number): Tensor {
  check_colours(img)
  check_channels(img, [1, 3])
  if (threshold > max_value(img.dtype)) throw new TypeError('Threshold should be less than bound of img.')
  return ops.where([img.ge(threshold), invert(img), img])
}

export function adjust_sharpness(img: Tensor, factor: number): Tensor {
  check_factor('sharpness_factor', factor)
  check_channels(img, [1, 3])
  if (img.size(-1) <= 2 || img.size(-2) <= 2) return img
  const like = { dtype: float_or_32(img), device: img.device }
  const kernel = tensor([[1, 1, 1], [1, 5, 1], [1, 1, 1]], like)
  const channels = img.size(-3)
  const smooth = on_floats(img, [like.dtype], batch => convolve(batch, kernel.div(kernel.sum()).expand([channels, 1, 3, 3])))
  const degenerate = img.clone()
  degenerate.narrow(-2, 1, img.size(-2) - 2).narrow(-1, 1, img.size(-1) - 2).copy_(smooth)
  return blend(img, degenerate, factor)
}

export function autocontrast(img: Tensor): Tensor {
  check_colours(img)
  check_channels(img, [1, 3])
  const bound = max_value(img.dtype)
  const type = float_or_32(img)
  const low = img.amin([-2, -1], true).to(type)
  const scale = img.amax([-2, -1], true).to(type).sub(low).reciprocal().mul(bound)
  const flat = scale.isfinite().logical_not()
  return img.sub(low.masked_fill(flat, 0)).mul(scale.masked_fill(flat, 1)).clamp(0, bound).to(img.dtype)
}

function equalize_channel(channel: Tensor): Tensor {
  const histogram = ops.bincount([channel.reshape([-1]), null, 256])
  const used = histogram.masked_select(histogram.ne(0))
  const step = used.narrow(0, 0, used.size(0) - 1).sum().div(255, { rounding_mode: 'floor' })
  if (step.item() === 0) return channel
  const table = histogram.cumsum(0).add(step.div(2, { rounding_mode: 'floor' })).div(step, { rounding_mode: 'floor' })
  const shifted = ops.pad([table, [1, 0], 'constant', 0]).narrow(0, 0, 256).clamp(0, 255)
  return shifted.index_select(0, channel.reshape([-1]).to(dtypes.int64)).view(channel.shape).to(dtypes.uint8)
}

export function equalize(img: Tensor): Tensor {
  check_image(img)
  if (img.ndim !== 3 && img.ndim !== 4) throw new TypeError(`Input image tensor should have 3 or 4 dimensions, but found ${img.ndim}`)
  check_bytes(img)
  check_channels(img, [1, 3])
  const one = (image: Tensor): Tensor => ops.stack([[...image].map(equalize_channel)])
  return img.ndim === 3 ? one(img) : ops.stack([[...img].map(one)])
}

export function erase(img: Tensor, i: number, j: number, h: number, w: number, v: Tensor, inplace: boolean): Tensor {
  check_image(img)
  const result = inplace ? img : img.clone()
  slice(slice(result, -2, i, i + h), -1, j, j + w).copy_(v)
  return result
}

export function elastic_transform(img: Tensor, displacement: Tensor, interpolation: string, fill: Fill): Tensor {
  const [, h, w] = get_dimensions(img)
  const line = (size: number): Tensor => ops.linspace([(-size + 1) / size, (size - 1) / size, size])
  const identity = ops.stack([[line(w).expand([h, w]), line(h).unsqueeze(-1).expand([h, w])], -1]).unsqueeze(0)
  return sample(img, identity.to(img.device).add(displacement.to(img.device)), interpolation, fill)
}
