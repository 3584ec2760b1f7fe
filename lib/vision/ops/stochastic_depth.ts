// Leaving out whole examples of a residual branch: torchvision.ops.stochastic_depth.
import { type Args, arrange, with_keywords } from '../../_args'
import { ValueError } from '../../_errors'
import { float_repr } from '../../_python_format'
import { empty } from '../../generated/torch_functions'
import { Module } from '../../nn'
import type { Tensor } from '../../tensor'

export type DepthMode = 'batch' | 'row'

/**
 * Sets the input to zero with probability p, all of it or each row by itself, and scales what is left by 1 / (1 - p).
 *
 * @param mode - 'batch': all rows or none; 'row': each by itself
 * @param training - false: the input as it is. Default: true.
 * @throws {ValueError} for another mode, or if p is not between 0 and 1.
 * @see torchvision.ops.stochastic_depth; https://arxiv.org/abs/1603.09382
 */
export const stochastic_depth = with_keywords('stochastic_depth', ['input', 'p', 'mode', 'training'],
  (input: Tensor, p: number, mode: DepthMode, training: boolean = true): Tensor => {
    if (p < 0 || p > 1) throw new ValueError(`drop probability has to be between 0 and 1, but got ${p}`)
    if (mode !== 'batch' && mode !== 'row') throw new ValueError(`mode has to be either 'batch' or 'row', but got ${String(mode)}`)
    if (!training || p === 0) return input
    const survival_rate = 1 - p
    const size = [mode === 'row' ? input.size(0) : 1, ...new Array<number>(input.dim() - 1).fill(1)]
    const noise = empty(size, { dtype: input.dtype, device: input.device }).bernoulli_(survival_rate)
    if (survival_rate > 0) noise.div_(survival_rate)
    return input.mul(noise)
  })

const names = ['p', 'mode'] as const

/** {@link stochastic_depth} in training. @see torchvision.ops.StochasticDepth */
export class StochasticDepth extends Module {
  p: number
  mode: DepthMode

  constructor(...args: Args<[p: number, mode: DepthMode], typeof names>) {
    super()
    const [p, mode] = arrange<[number, DepthMode]>('StochasticDepth.__init__', names, 2, args)
    this.p = p
    this.mode = mode
  }

  forward(input: Tensor): Tensor {
    return stochastic_depth(input, this.p, this.mode, this.training)
  }

  override toString(): string {
    return `${this._get_name()}(p=${float_repr(this.p)}, mode=${this.mode})`
  }
}
