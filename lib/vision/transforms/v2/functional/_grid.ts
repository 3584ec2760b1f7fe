// Images sampled at other places: turned, sheared, seen from aside. Part of torchvision.transforms.v2.functional._geometry.
import { tensor } from '../../../../_creation'
import { ValueError } from '../../../../_errors'
import { float32 } from '../../../../dtype'
import type { dtype } from '../../../../dtype'
import { bmm, cat, empty, grid_sampler, linspace, ones, rsub, where } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import type { Fill } from '../../_functional_image'

/** The dtype of the places of an image. */
export const place_dtype = (image: Tensor): dtype => image.is_floating_point() ? image.dtype : float32

type Like = { dtype: dtype, device: Tensor['device'] }
const like = (image: Tensor): Like => ({ dtype: place_dtype(image), device: image.device })
const radians = (degrees: number): number => degrees * (Math.PI / 180)

/** The matrix of a turn, move, scaling and shearing around a center; with `inverted`, of where pixels come from. */
export function affine_matrix(
  center: readonly number[], angle: number, translate: readonly number[], scale: number, shear: readonly number[], inverted = true,
): number[] {
  const [rot, sx, sy] = [radians(angle), radians(shear[0]!), radians(shear[1]!)]
  const [cx, cy] = center as [number, number]
  const [x, y] = [cx + translate[0]!, cy + translate[1]!]
  const a = Math.cos(rot - sy) / Math.cos(sy)
  const b = -(a * Math.tan(sx) + Math.sin(rot))
  const c = Math.sin(rot - sy) / Math.cos(sy)
  const d = Math.cos(rot) - c * Math.tan(sx)
  if (!inverted) {
    const [p, q, r, s] = [a * scale, b * scale, c * scale, d * scale] as const
    return [p, q, x - p * cx - q * cy, r, s, y - r * cx - s * cy]
  }
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale] as const
  return [p, q, cx - p * x - q * y, r, s, cy - r * x - s * y]
}

/** Width and height of what a turned picture takes. */
export function turned_size(matrix: readonly number[], w: number, h: number): [number, number] {
  const [x, y] = [0.5 * w, 0.5 * h]
  const corners = tensor([[-x, -y, 1], [-x, y, 1], [x, y, 1], [x, -y, 1]], { dtype: float32 })
  const moved = corners.matmul(tensor([...matrix], { dtype: float32 }).view([2, 3]).t())
  const middle = tensor([x, y], { dtype: float32 })
  const cut = (values: Tensor): Tensor => values.add(middle).mul(1 / 1e-4).trunc().mul(1e-4)
  const [width, height] = cut(moved.amax([0])).ceil().sub(cut(moved.amin([0])).floor()).tolist() as [number, number]
  return [Math.trunc(width), Math.trunc(height)]
}

/** Places (x, y, 1) of pixels. */
function places(x: Tensor, y: Tensor, options: Like): Tensor {
  const [w, h] = [x.size(0), y.size(0)]
  const grid = empty([1, h, w, 3], options)
  grid.select(-1, 0).copy_(x)
  grid.select(-1, 1).copy_(y.unsqueeze(-1))
  grid.select(-1, 2).fill_(1)
  return grid.view([1, h * w, 3])
}

/** Where the pixels of a picture of ow x oh come from in one of w x h. */
export function affine_grid(image: Tensor, matrix: readonly number[], w: number, h: number, ow: number, oh: number): Tensor {
  const options = like(image)
  const { device } = options
  const theta = tensor([...matrix], options).reshape([1, 2, 3]).transpose(1, 2).div_(tensor([0.5 * w, 0.5 * h], options))
  const base = places(linspace((1 - ow) * 0.5, (ow - 1) * 0.5, ow, { device }), linspace((1 - oh) * 0.5, (oh - 1) * 0.5, oh, { device }), options)
  return bmm(base, theta).view([1, oh, ow, 2])
}

export function perspective_grid(image: Tensor, coeffs: readonly number[]): Tensor {
  const options = like(image)
  const [h, w] = [image.size(-2), image.size(-1)]
  const above = tensor([coeffs.slice(0, 3), coeffs.slice(3, 6)], options).unsqueeze(0).transpose(1, 2).div_(tensor([0.5 * w, 0.5 * h], options))
  const row = [coeffs[6]!, coeffs[7]!, 1]
  const below = tensor([row, row], options).unsqueeze(0).transpose(1, 2)
  const base = places(linspace(0.5, w - 0.5, w, options), linspace(0.5, h - 0.5, h, options), options)
  return bmm(base, above).div_(bmm(base, below)).sub_(1).view([1, h, w, 2])
}

/** The place of each pixel, from -1 to 1. */
export function identity_grid(height: number, width: number, options: Like): Tensor {
  const grid = empty([1, height, width, 2], options)
  grid.select(-1, 0).copy_(linspace((-width + 1) / width, (width - 1) / width, width, options))
  grid.select(-1, 1).copy_(linspace((-height + 1) / height, (height - 1) / height, height, options).unsqueeze(-1))
  return grid
}

/** @throws {ValueError} for modes and fills that tensors do not take */
export function check_grid(image: Tensor, interpolation: string, fill: Fill): void {
  const channels = image.size(-3)
  if (Array.isArray(fill) && fill.length > 1 && fill.length !== channels) {
    throw new ValueError("The number of elements in 'fill' cannot broadcast to match the number of channels of the image " +
      `(${fill.length} != ${channels})`)
  }
  if (fill !== null && typeof fill !== 'number' && !Array.isArray(fill)) throw new ValueError('Argument fill should be either int, float, tuple or list')
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw new ValueError(`Interpolation mode '${interpolation}' is unsupported with Tensor input`)
  }
}

/** The image (..., C, H, W) at the places of a grid; outside of it is `fill`. */
export function sample(image: Tensor, grid: Tensor, mode: string, fill: Fill): Tensor {
  const { shape } = image
  const sizes = [...shape.slice(0, -2), grid.size(1), grid.size(2)]
  if (image.numel() === 0) return image.reshape(sizes)
  const [channels, h, w] = shape.slice(-3) as unknown as [number, number, number]
  const batch = image.reshape([-1, channels, h, w]).to(grid.dtype)
  const n = batch.size(0)
  const source = fill === null ? batch : cat([batch, ones([n, 1, h, w], { dtype: batch.dtype, device: batch.device })], 1)
  let result = grid_sampler(source, n > 1 ? grid.expand([n, -1, -1, -1]) : grid, mode === 'nearest' ? 1 : 0, 0, false)
  if (fill !== null) {
    const values = typeof fill === 'number' ? [fill] : [...fill]
    const inside = result.narrow(-3, channels, 1)
    const picture = result.narrow(-3, 0, channels)
    const colour = tensor(values, { dtype: result.dtype, device: result.device }).view([1, -1, 1, 1])
    result = mode === 'nearest' ? where(inside.lt(0.5), colour, picture) : picture.sub(colour).mul(inside).add(colour)
  }
  return (image.dtype === grid.dtype ? result : result.round().to(image.dtype)).reshape(sizes)
}

/** 1 - x. */
export const from_one = (x: Tensor): Tensor => rsub(x, 1)
