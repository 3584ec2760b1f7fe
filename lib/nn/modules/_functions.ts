// Operations of layers with a backward of their own: torch.nn.modules._functions.
import { ValueError } from '../../_errors'
import { Function, type FunctionCtx } from '../../autograd/function'
import type { Tensor } from '../../tensor'

/** What a {@link CrossMapLRN2d} is told. */
export interface Neighbours {
  size: number
  alpha: number
  beta: number
  k: number
}

// The sum over the `size` channels around each: a running one, which adds the next channel and takes away the last.
function window_sums(squares: Tensor, size: number): Tensor {
  const channels = squares.size(1)
  const reach = Math.trunc((size - 1) / 2 + 1)
  const sums = squares.new_empty(squares.shape)
  const first = sums.select(1, 0).zero_()
  for (let c = 0; c < Math.min(reach, channels); c++) first.add_(squares.select(1, c))
  for (let c = 1; c < channels; c++) {
    const current = sums.select(1, c).copy_(sums.select(1, c - 1))
    if (c < channels - reach + 1) current.add_(squares.select(1, c + reach - 1))
    if (c > reach) current.sub_(squares.select(1, c - reach))
  }
  return sums
}

/** Normalises across channels as {@link Neighbours} says; first derivatives only, as in PyTorch. */
export class CrossMapLRN2d extends Function {
  static override forward(ctx: FunctionCtx, input: Tensor, options: Neighbours): Tensor {
    if (input.dim() !== 4) throw new ValueError(`CrossMapLRN2d: Expected input to be 4D, got ${input.dim()}D instead.`)
    const { size, alpha, beta, k } = options
    const scale = window_sums(input.pow(2), size).mul_(alpha / size).add_(k)
    const output = scale.pow(-beta).mul_(input)
    ctx['options'] = options
    ctx.save_for_backward(input, output, scale)
    return output
  }

  static override backward(ctx: FunctionCtx, grad_output: Tensor): [Tensor, null] {
    const [input, output, scale] = ctx.saved_tensors as [Tensor, Tensor, Tensor]
    const { size, alpha, beta } = ctx['options'] as Neighbours
    const [batch, channels, height, width] = input.shape as unknown as [number, number, number, number]
    const before = Math.trunc(size - (size - 1) / 2)
    const padded = input.new_zeros([channels + size - 1, height, width])
    const center = padded.narrow(0, before, channels)
    const grad_input = scale.pow(-beta).mul_(grad_output)
    for (let n = 0; n < batch; n++) {
      center.copy_(grad_output.select(0, n).mul(output.select(0, n)).div_(scale.select(0, n)))
      const ratio = padded.narrow(0, 0, size - 1).sum(0)
      for (let c = 0; c < channels; c++) {
        ratio.add_(padded.select(0, c + size - 1))
        grad_input.select(0, n).select(0, c).addcmul_(input.select(0, n).select(0, c), ratio, { value: -2 * alpha * beta / size })
        ratio.sub_(padded.select(0, c))
      }
    }
    return [grad_input, null]
  }
}
