// Optical flow in colours: torchvision.utils.flow_to_image.
import { arange as range, atan2, cat, rsub, stack, zeros_like } from '../generated/torch_functions'
import { with_keywords } from '../_args'
import { ValueError } from '../_errors'
import { float32, int64, uint8 } from '../dtype'
import { no_grad } from '../autograd/grad_mode'
import type { Tensor } from '../tensor'

// From each colour to the next one, in so many steps: which channel stays full, which one rises or falls.
const wheel_parts = [
  [15, 0, 1, true], [6, 1, 0, false], [4, 1, 2, true], [11, 2, 1, false], [13, 2, 0, true], [6, 0, 2, false],
] as const

function colour_wheel(): Tensor {
  return cat(wheel_parts.map(([steps, full, moving, rises]) => {
    const part = range(steps).mul(255).div(steps).floor()
    const columns = Array.from({ length: 3 }, () => zeros_like(part))
    columns[full] = zeros_like(part).add(255)
    columns[moving] = rises ? part : rsub(part, 255)
    return stack(columns, 1)
  }))
}

// The direction is the colour, the length its strength.
function coloured(flow: Tensor): Tensor {
  const wheel = colour_wheel().to(flow.device)
  const count = wheel.size(0)
  const norm = flow.pow(2).sum(1).sqrt()
  const angle = atan2(flow.select(1, 1).neg(), flow.select(1, 0).neg()).div(Math.PI)
  const place = angle.add(1).div(2).mul(count - 1)
  const low = place.floor().to(int64)
  const high = low.add(1)
  const next = high.masked_fill(high.eq(count), 0)
  const part = place.sub(low)
  const channels = [0, 1, 2].map(i => {
    const column = wheel.select(1, i)
    const colour = rsub(part, 1).mul(column.at(low).div(255)).add(part.mul(column.at(next).div(255)))
    return rsub(norm.mul(rsub(colour, 1)), 1).mul(255).floor()
  })
  return stack(channels, 1).to(uint8)
}

/**
 * Optical flow as pictures: (N, 2, H, W) or (2, H, W) of float32 → (N, 3, H, W) or (3, H, W) of uint8.
 *
 * @throws {ValueError} for other shapes and dtypes
 * @see torchvision.utils.flow_to_image
 */
export const flow_to_image = with_keywords('flow_to_image', ['flow'], (flow: Tensor): Tensor => {
  if (flow.dtype !== float32) throw new ValueError(`Flow should be of dtype torch.float, got ${flow.dtype}.`)
  const batch = flow.ndim === 3 ? flow.unsqueeze(0) : flow
  if (batch.ndim !== 4 || batch.size(1) !== 2) throw new ValueError(`Input flow should have shape (2, H, W) or (N, 2, H, W), got ${flow.shape}.`)
  return no_grad(() => {
    const longest = batch.pow(2).sum(1).sqrt().max() as Tensor
    const made = coloured(batch.div(longest.add(2 ** -23)))
    return flow.ndim === 3 ? made.squeeze(0) : made
  })
})
