// Distances: torch.nn.modules.distance.
import { type Args, arrange } from '../../_args'
import { cosine_similarity, pairwise_distance } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { Module } from './module'

const pairwise_names = ['p', 'eps', 'keepdim'] as const
type PairwiseArgs = [p?: number, eps?: number, keepdim?: boolean]

/**
 * The p-norm of `x1 - x2 + eps` along the last dimension. Default: p 2, eps 1e-6.
 *
 * Shape: (N, D) or (D) twice → (N) or (), (N, 1) or (1) with keepdim.
 * @see torch.nn.PairwiseDistance
 */
export class PairwiseDistance extends Module {
  norm: number
  eps: number
  keepdim: boolean

  constructor(...args: Args<PairwiseArgs, typeof pairwise_names>) {
    super()
    const [p = 2, eps = 1e-6, keepdim = false] = arrange<PairwiseArgs>('PairwiseDistance.__init__', pairwise_names, 0, args)
    this.norm = p
    this.eps = eps
    this.keepdim = keepdim
  }

  override get _forward_names() {
    return ['x1', 'x2'] as const
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwise_distance(x1, x2, this.norm, this.eps, this.keepdim)
  }
}

const cosine_names = ['dim', 'eps'] as const
type CosineArgs = [dim?: number, eps?: number]

/** `x1 · x2 / max(|x1| |x2|, eps)` along `dim`. Default: dim 1, eps 1e-8. @see torch.nn.CosineSimilarity */
export class CosineSimilarity extends Module {
  dim: number
  eps: number

  constructor(...args: Args<CosineArgs, typeof cosine_names>) {
    super()
    const [dim = 1, eps = 1e-8] = arrange<CosineArgs>('CosineSimilarity.__init__', cosine_names, 0, args)
    this.dim = dim
    this.eps = eps
  }

  override get _forward_names() {
    return ['x1', 'x2'] as const
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, this.dim, this.eps)
  }
}
