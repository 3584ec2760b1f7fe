// Losses with a margin, and of embeddings: the second part of torch.nn.modules.loss.
import { type Args, arrange, bind } from '../../_args'
import { ValueError } from '../../_errors'
import type { Tensor } from '../../tensor'
import * as F from '../_functional/loss'
import type { Reduction } from '../_reduction'
import { text } from './_layer'
import { type Flag, type PlainArgs, PlainLoss, type Weight, _Loss, _WeightedLoss, plain_names } from './_losses'
import { PairwiseDistance } from './distance'

/**
 * Margin loss for several classes at once.
 *
 * Shape: input (N, C) or (C), target the same → (), or (N) with reduction 'none'.
 * @see torch.nn.MultiLabelMarginLoss
 */
export class MultiLabelMarginLoss extends PlainLoss {
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_margin_loss(input, target, { reduction: this.reduction })
  }
}

/**
 * `log(1 + exp(-target * input))` for targets 1 and -1.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @see torch.nn.SoftMarginLoss
 */
export class SoftMarginLoss extends PlainLoss {
  forward(input: Tensor, target: Tensor): Tensor {
    return F.soft_margin_loss(input, target, { reduction: this.reduction })
  }
}

const multi_margin_names = ['p', 'margin', 'weight', 'size_average', 'reduce', 'reduction'] as const
type MultiMarginArgs = [p?: number, margin?: number, weight?: Weight, size_average?: Flag, reduce?: Flag, reduction?: Reduction]

/**
 * Margin loss of a classifier: `max(0, margin - x[y] + x[i])^p / C`, summed over i.
 *
 * Shape: input (N, C) or (C), target (N) or () → (), or as the target with reduction 'none'.
 * @see torch.nn.MultiMarginLoss
 */
export class MultiMarginLoss extends _WeightedLoss {
  p: number
  margin: number

  constructor(...args: Args<MultiMarginArgs, typeof multi_margin_names>) {
    const [p = 1, margin = 1, weight = null, size_average, reduce, reduction]
      = arrange<MultiMarginArgs>('MultiMarginLoss.__init__', multi_margin_names, 0, args)
    super(weight, size_average, reduce, reduction)
    if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (weight !== null && weight.dim() !== 1) {
      throw new ValueError(`MultiMarginLoss: expected weight to be None or 1D tensor, got ${weight.dim()}D instead`)
    }
    this.p = p
    this.margin = margin
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multi_margin_loss(input, target, { p: this.p, margin: this.margin, weight: this.weight, reduction: this.reduction })
  }
}

const margin_names = ['margin', ...plain_names] as const
type MarginArgs = [margin?: number, ...PlainArgs]

/** A loss with a margin. */
abstract class MarginLoss extends _Loss {
  margin: number

  constructor(usual_margin: number, args: Args<MarginArgs, typeof margin_names>) {
    const [margin = usual_margin, size_average, reduce, reduction] = arrange<MarginArgs>(`${new.target.name}.__init__`, margin_names, 0, args)
    super(size_average, reduce, reduction)
    this.margin = margin
  }
}

/**
 * x for targets 1, `max(0, margin - x)` for targets -1. Default: margin 1.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @see torch.nn.HingeEmbeddingLoss
 */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(...args: Args<MarginArgs, typeof margin_names>) {
    super(1, args)
  }

  override get _forward_names() {
    return ['input', 'target'] as const
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.hinge_embedding_loss(input, target, { margin: this.margin, reduction: this.reduction })
  }
}

/**
 * `1 - cos(a, b)` for targets 1, `max(0, cos(a, b) - margin)` for targets -1. Default: margin 0.
 *
 * Shape: input1 and input2 (N, D) or (D), target (N) or () → (), or as the target with reduction 'none'.
 * @see torch.nn.CosineEmbeddingLoss
 */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(...args: Args<MarginArgs, typeof margin_names>) {
    super(0, args)
  }

  override get _forward_names() {
    return ['input1', 'input2', 'target'] as const
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosine_embedding_loss(input1, input2, target, { margin: this.margin, reduction: this.reduction })
  }
}

/**
 * `max(0, -target * (input1 - input2) + margin)` for targets 1 and -1. Default: margin 0.
 *
 * Shape: input1, input2 and target (N) or () → (), or the same with reduction 'none'.
 * @see torch.nn.MarginRankingLoss
 */
export class MarginRankingLoss extends MarginLoss {
  constructor(...args: Args<MarginArgs, typeof margin_names>) {
    super(0, args)
  }

  override get _forward_names() {
    return ['input1', 'input2', 'target'] as const
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.margin_ranking_loss(input1, input2, target, { margin: this.margin, reduction: this.reduction })
  }
}

const triplet_names = ['margin', 'p', 'eps', 'swap', ...plain_names] as const
type TripletArgs = [margin?: number, p?: number, eps?: number, swap?: boolean, ...PlainArgs]

/**
 * `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the p-norm distance.
 *
 * Shape: anchor, positive and negative (N, D) or (D) → (), or (N) with reduction 'none'.
 * @see torch.nn.TripletMarginLoss
 */
export class TripletMarginLoss extends _Loss {
  margin: number
  p: number
  eps: number
  swap: boolean

  constructor(...args: Args<TripletArgs, typeof triplet_names>) {
    const [margin = 1, p = 2, eps = 1e-6, swap = false, size_average, reduce, reduction]
      = arrange<TripletArgs>('TripletMarginLoss.__init__', triplet_names, 0, args)
    super(size_average, reduce, reduction)
    if (margin <= 0) throw new ValueError(`TripletMarginLoss: expected margin to be greater than 0, got ${text(margin)} instead`)
    this.margin = margin
    this.p = p
    this.eps = eps
    this.swap = swap
  }

  override get _forward_names() {
    return ['anchor', 'positive', 'negative'] as const
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this
    return F.triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction })
  }
}

interface DistanceOptions { distance_function?: F.DistanceFunction | null, margin?: number, swap?: boolean, reduction?: Reduction }
const distance_keywords = ['distance_function', 'margin', 'swap', 'reduction']

/**
 * Triplet loss with a distance of one's own; settings by keyword.
 *
 * Shape: anchor, positive and negative (N, *) → (), or (N) with reduction 'none'.
 * @see torch.nn.TripletMarginWithDistanceLoss
 */
export class TripletMarginWithDistanceLoss extends _Loss {
  distance_function: F.DistanceFunction
  margin: number
  swap: boolean

  constructor(options: DistanceOptions = {}) {
    const { distance_function, margin = 1, swap = false, reduction }: DistanceOptions
      = bind('TripletMarginWithDistanceLoss.__init__', [], 0, [options], distance_keywords)
    super(null, null, reduction)
    if (margin <= 0) throw new ValueError(`TripletMarginWithDistanceLoss: expected margin to be greater than 0, got ${text(margin)} instead`)
    this.distance_function = distance_function ?? new PairwiseDistance()
    this.margin = margin
    this.swap = swap
  }

  override get _forward_names() {
    return ['anchor', 'positive', 'negative'] as const
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function, margin, swap, reduction } = this
    return F.triplet_margin_with_distance_loss(anchor, positive, negative, { distance_function, margin, swap, reduction })
  }
}
