// What the operators on regions of interest share: means over the cells of a grid in each region, as two small matrices for each region.
import { no_grad } from '../../autograd/grad_mode'
import { arange, cat, empty, zeros } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'

/** How much each row of the image counts for each row of a region's grid: (K, cells, rows). */
export type Weights = Tensor

// Neighbours of a place between rows share it; places past the border by less than one row count as on the border, those further out not at all.
function linear_weights(places: Tensor, inside: Tensor, size: number): Tensor {
  const rows = arange(size, { dtype: places.dtype, device: places.device })
  const is_valid = places.ge(-1).bitwise_and(places.le(size)).bitwise_and(inside)
  const near = places.clamp({ min: 0, max: size - 1 }).unsqueeze(-1).sub(rows).abs().neg().add(1).clamp({ min: 0 })
  return near.mul(is_valid.to(places.dtype).unsqueeze(-1)).sum(2)
}

/**
 * Weights of the mean over sample points between rows.
 *
 * @param start - of each region, (K)
 * @param length - of each region
 * @param cells - how many the grid has
 * @param sampling_ratio - points for each cell; not above 0: as many as there are rows
 * @param size - how many rows there are
 */
export function align_weights(start: Tensor, length: Tensor, cells: number, sampling_ratio: number, size: number): Weights {
  return no_grad(() => {
    const cell = length.div(cells)
    const points = sampling_ratio > 0 ? zeros([length.size(0)], { dtype: length.dtype, device: length.device }).add(sampling_ratio) : cell.ceil()
    const most = Math.max(1, points.numel() === 0 ? 1 : points.max().item())
    const along = (n: number): Tensor => arange(n, { dtype: length.dtype, device: length.device })
    const column = (one: Tensor): Tensor => one.view(-1, 1, 1)
    const places = column(start).add(along(cells).view(1, -1, 1).mul(column(cell))).add(along(most).add(0.5).mul(column(cell.div(points))))
    const inside = along(most).lt(column(points))
    return linear_weights(places, inside.expand(-1, cells, -1), size).div(column(points.clamp({ min: 1 })))
  })
}

/** First and last row (exclusive) of each cell, in whole rows: two (K, cells). */
export function cell_borders(start: Tensor, length: Tensor, cells: number, size: number): [first: Tensor, last: Tensor] {
  return no_grad(() => {
    const numbers = arange(cells, { dtype: length.dtype, device: length.device })
    const cell = length.div(cells).unsqueeze(1)
    const from = (row: Tensor): Tensor => row.add(start.unsqueeze(1)).clamp({ min: 0, max: size })
    return [from(numbers.mul(cell).floor()), from(numbers.add(1).mul(cell).ceil())]
  })
}

/** Weights of the mean over whole rows. */
export function pool_weights(start: Tensor, length: Tensor, cells: number, size: number): Weights {
  const [first, last] = cell_borders(start, length, cells, size)
  return no_grad(() => {
    const rows = arange(size, { dtype: length.dtype, device: length.device })
    const inside = rows.ge(first.unsqueeze(-1)).bitwise_and(rows.lt(last.unsqueeze(-1))).to(length.dtype)
    return inside.div(last.sub(first).clamp({ min: 1 }).unsqueeze(-1))
  })
}

/** C's round(): halves go away from zero. */
export function round_half_away(x: Tensor): Tensor {
  return x.abs().add(0.5).floor().mul(x.sign())
}

// How many numbers may be in use for a step between the two matrices.
const LARGEST = 1 << 24

/** The weighted sums over each region: input (N, C, H, W), weights (K, h, H) and (K, w, W) → (K, C, h, w). */
export function weighted_sums(input: Tensor, images: Tensor, down: Weights, across: Weights): Tensor {
  const [count, channels, height, width] = input.shape as unknown as [number, number, number, number]
  const [rows, columns] = [down.size(1), across.size(1)]
  const step = Math.max(1, Math.floor(LARGEST / (rows * channels * width)))
  const parts: Tensor[] = []
  const order: Tensor[] = []
  for (let image = 0; image < count; image++) {
    const [places] = images.eq(image).nonzero({ as_tuple: true }) as [Tensor]
    if (places.numel() === 0) continue
    const features = input.at(image).permute(1, 0, 2).reshape(height, channels * width)
    for (const some of places.split(step) as unknown as Tensor[]) {
      const half = down.at(some).to(input.dtype).reshape(-1, height).matmul(features).view(some.size(0), rows * channels, width)
      const sums = half.matmul(across.at(some).to(input.dtype).transpose(1, 2))
      parts.push(sums.view(some.size(0), rows, channels, columns).permute(0, 2, 1, 3))
      order.push(some)
    }
  }
  if (parts.length === 0) return empty([0, channels, rows, columns], { dtype: input.dtype, device: input.device }).add(input.sum().mul(0))
  const sums = cat(parts, 0)
  return sums.at(cat(order, 0).argsort()).contiguous()
}

/** Of (K, C * h * w, h, w), for each cell the channels that belong to it: (K, C, h, w). */
export function own_channels(sums: Tensor, rows: number, columns: number): Tensor {
  const [regions, channels] = [sums.size(0), sums.size(1)]
  const all = sums.view(regions, channels / (rows * columns), rows, columns, rows, columns)
  return all.diagonal(0, 2, 4).diagonal(0, 2, 3).contiguous()
}
