// Losses: torch.nn.modules.loss. Those with a margin are in _margin_losses.ts.
import { type Args, arrange, bind } from '../../_args'
import { RuntimeError } from '../../_errors'
import { tuple_repr } from '../../_python_format'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import type { Tensor } from '../../tensor'
import * as F from '../_functional/loss'
import type { Reduction } from '../_reduction'
import type { DeviceOption, DtypeOption } from '../_types'
import { text } from './_layer'
import { type Flag, type PlainArgs, PlainLoss, TargetLoss, type Weight, _Loss, _WeightedLoss, plain_names } from './_losses'
import { Linear } from './linear'

export { _Loss, _WeightedLoss } from './_losses'
export {
  CosineEmbeddingLoss, HingeEmbeddingLoss, MarginRankingLoss, MultiLabelMarginLoss, MultiMarginLoss, SoftMarginLoss, TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './_margin_losses'

/** `|input - target|`. @param reduction - 'none', 'mean' or 'sum'. Default: 'mean'. @see torch.nn.L1Loss */
export class L1Loss extends PlainLoss {
  forward(input: Tensor, target: Tensor): Tensor {
    return F.l1_loss(input, target, { reduction: this.reduction })
  }
}

/**
 * `(input - target)^2`.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @param reduction - 'none', 'mean' or 'sum'. Default: 'mean'.
 * @see torch.nn.MSELoss
 */
export class MSELoss extends PlainLoss {
  forward(input: Tensor, target: Tensor): Tensor {
    return F.mse_loss(input, target, { reduction: this.reduction })
  }
}

const weighted_names = ['weight', 'size_average', 'reduce', 'reduction'] as const
type WeightedArgs = [weight?: Weight, size_average?: Flag, reduce?: Flag, reduction?: Reduction]

/**
 * Binary cross entropy of probabilities.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @param weight - a factor for each element. Default: none.
 * @see torch.nn.BCELoss
 */
export class BCELoss extends _WeightedLoss {
  constructor(...args: Args<WeightedArgs, typeof weighted_names>) {
    const [weight, size_average, reduce, reduction] = arrange<WeightedArgs>('BCELoss.__init__', weighted_names, 0, args)
    super(weight, size_average, reduce, reduction)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.binary_cross_entropy(input, target, { weight: this.weight, reduction: this.reduction })
  }
}

/**
 * Binary cross entropy of logits, meaned over the last dimension.
 *
 * Shape: input (N, C) or (C), target the same → (), or (N) with reduction 'none'.
 * @see torch.nn.MultiLabelSoftMarginLoss
 */
export class MultiLabelSoftMarginLoss extends _WeightedLoss {
  constructor(...args: Args<WeightedArgs, typeof weighted_names>) {
    const [weight, size_average, reduce, reduction] = arrange<WeightedArgs>('MultiLabelSoftMarginLoss.__init__', weighted_names, 0, args)
    super(weight, size_average, reduce, reduction)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_soft_margin_loss(input, target, { weight: this.weight, reduction: this.reduction })
  }
}

const bce_logits_names = [...weighted_names, 'pos_weight'] as const
type BCELogitsArgs = [...WeightedArgs, pos_weight?: Weight]

/**
 * Binary cross entropy of logits.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @param weight - a factor for each element. Default: none.
 * @param pos_weight - a factor for positive examples, for each class. Default: none.
 * @see torch.nn.BCEWithLogitsLoss
 */
export class BCEWithLogitsLoss extends TargetLoss {
  declare weight: Weight
  declare pos_weight: Weight

  constructor(...args: Args<BCELogitsArgs, typeof bce_logits_names>) {
    const [weight = null, size_average, reduce, reduction, pos_weight = null]
      = arrange<BCELogitsArgs>('BCEWithLogitsLoss.__init__', bce_logits_names, 0, args)
    super(size_average, reduce, reduction)
    this.register_buffer('weight', weight)
    this.register_buffer('pos_weight', pos_weight)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.binary_cross_entropy_with_logits(input, target, { weight: this.weight, pos_weight: this.pos_weight, reduction: this.reduction })
  }
}

// ---- classes ----

const nll_names = ['weight', 'size_average', 'ignore_index', 'reduce', 'reduction'] as const
type NLLArgs = [weight?: Weight, size_average?: Flag, ignore_index?: number, reduce?: Flag, reduction?: Reduction]

/**
 * Negative log likelihood of log probabilities (N, C, ...) and classes (N, ...).
 *
 * Shape: input (N, C, *) or (C), target (N, *) or () → (), or as the target with reduction 'none'.
 * @param weight - a factor for each class. Default: none.
 * @param ignore_index - a target that does not count. Default: -100.
 * @see torch.nn.NLLLoss
 */
export class NLLLoss extends _WeightedLoss {
  ignore_index: number

  constructor(...args: Args<NLLArgs, typeof nll_names>) {
    const [weight, size_average, ignore_index = -100, reduce, reduction] = arrange<NLLArgs>('NLLLoss.__init__', nll_names, 0, args)
    super(weight, size_average, reduce, reduction)
    this.ignore_index = ignore_index
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.nll_loss(input, target, { weight: this.weight, ignore_index: this.ignore_index, reduction: this.reduction })
  }
}

/** @deprecated in favour of {@link NLLLoss} */
export class NLLLoss2d extends NLLLoss {
  constructor(...args: Args<NLLArgs, typeof nll_names>) {
    warn('`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see '
      + 'https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.', 'FutureWarning')
    super(...args)
  }
}

const cross_entropy_names = [...nll_names, 'label_smoothing'] as const
type CrossEntropyArgs = [...NLLArgs, label_smoothing?: number]

/**
 * Cross entropy of logits (N, C, ...) and classes (N, ...) or probabilities (N, C, ...).
 *
 * Shape: input (N, C, *) or (C), target (N, *) or () → (), or as the target with reduction 'none'.
 * @param weight - a factor for each class. Default: none.
 * @param ignore_index - a target class that does not count. Default: -100.
 * @param label_smoothing - the part of each target that goes to all classes alike. Default: 0.
 * @see torch.nn.CrossEntropyLoss
 */
export class CrossEntropyLoss extends _WeightedLoss {
  ignore_index: number
  label_smoothing: number

  constructor(...args: Args<CrossEntropyArgs, typeof cross_entropy_names>) {
    const [weight, size_average, ignore_index = -100, reduce, reduction, label_smoothing = 0]
      = arrange<CrossEntropyArgs>('CrossEntropyLoss.__init__', cross_entropy_names, 0, args)
    super(weight, size_average, reduce, reduction)
    this.ignore_index = ignore_index
    this.label_smoothing = label_smoothing
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction, label_smoothing } = this
    return F.cross_entropy(input, target, { weight, ignore_index, reduction, label_smoothing })
  }
}

const linear_names = ['in_features', 'num_classes'] as const
type LinearArgs = [in_features: number, num_classes: number]
interface LinearOptions {
  out_features?: readonly number[]
  bias?: boolean
  device?: DeviceOption
  dtype?: DtypeOption
  reduction?: Reduction
  weight?: Weight
  ignore_index?: number | null
  label_smoothing?: number
  options?: null
}
const linear_keywords = ['out_features', 'bias', 'device', 'dtype', 'reduction', 'weight', 'ignore_index', 'label_smoothing', 'options']

/**
 * A {@link Linear} layer and {@link CrossEntropyLoss} of its output.
 *
 * Shape: input (N, in_features) or (in_features), target (N) or () → (), or as the target with reduction 'none'.
 * @see torch.nn.LinearCrossEntropyLoss
 */
export class LinearCrossEntropyLoss extends _WeightedLoss {
  num_classes: number
  out_features: readonly number[]
  ignore_index: number | null
  label_smoothing: number
  linear: Linear

  constructor(...args: Args<LinearArgs, typeof linear_names, LinearOptions>) {
    const given = bind('LinearCrossEntropyLoss.__init__', linear_names, 2, args, linear_keywords)
    const { in_features, num_classes } = given as { in_features: number, num_classes: number }
    const { out_features = [], bias = false, device, dtype } = given as LinearOptions
    const { reduction, weight = null, ignore_index = null, label_smoothing = 0 } = given as LinearOptions
    F.check_linear_cross_entropy_options(given['options'])
    if (weight !== null && String(weight.shape) !== `torch.Size([${num_classes}])`) {
      throw new RuntimeError(`expected weight shape to be ${tuple_repr([num_classes])}, got ${tuple_repr(weight.shape)}`)
    }
    if (label_smoothing < 0 || label_smoothing > 1) {
      throw new RuntimeError(`expected label_smoothing to be in range [0, 1], got ${text(label_smoothing)}`)
    }
    super(weight, null, null, reduction)
    this.num_classes = num_classes
    this.out_features = out_features
    this.ignore_index = ignore_index
    this.label_smoothing = label_smoothing
    const rows = out_features.reduce((product, size) => product * size, num_classes)
    this.linear = new Linear(in_features, rows, { bias, device, dtype })
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { linear, weight, reduction, ignore_index, label_smoothing } = this
    const rows = [this.num_classes, ...this.out_features]
    const linear_bias = linear.bias?.reshape(rows) ?? null
    return F.linear_cross_entropy(input, linear.weight.reshape([...rows, linear.in_features]), target,
      { linear_bias, weight, reduction, ignore_index, label_smoothing })
  }

  override extra_repr(): string {
    const { linear, num_classes, out_features, reduction, ignore_index, label_smoothing } = this
    return `in_features=${linear.in_features}, num_classes=${num_classes}, out_features=${tuple_repr(out_features)}, bias=${text(linear.bias !== null)}, `
      + `reduction=${reduction}, ignore_index=${text(ignore_index)}, label_smoothing=${label_smoothing === 0 ? '0.0' : text(label_smoothing)}, options=None`
  }
}

const ctc_names = ['blank', 'reduction', 'zero_infinity'] as const
type CTCArgs = [blank?: number, reduction?: Reduction, zero_infinity?: boolean]

/**
 * Connectionist temporal classification.
 *
 * Shape: log_probs (T, N, C) or (T, C), targets (N, S) or (sum of lengths), lengths (N) → (), or (N) with reduction 'none'.
 * @see torch.nn.CTCLoss
 */
export class CTCLoss extends _Loss {
  blank: number
  zero_infinity: boolean

  constructor(...args: Args<CTCArgs, typeof ctc_names>) {
    const [blank = 0, reduction, zero_infinity = false] = arrange<CTCArgs>('CTCLoss.__init__', ctc_names, 0, args)
    super(null, null, reduction)
    this.blank = blank
    this.zero_infinity = zero_infinity
  }

  override get _forward_names() {
    return ['log_probs', 'targets', 'input_lengths', 'target_lengths'] as const
  }

  forward(log_probs: Tensor, targets: Tensor, input_lengths: Tensor | readonly number[], target_lengths: Tensor | readonly number[]): Tensor {
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, this.blank, this.reduction, this.zero_infinity)
  }
}

// ---- distributions ----

const poisson_names = ['log_input', 'full', 'size_average', 'eps', 'reduce', 'reduction'] as const
type PoissonArgs = [log_input?: boolean, full?: boolean, size_average?: Flag, eps?: number, reduce?: Flag, reduction?: Reduction]

/**
 * Loss of a Poisson distribution with the input as (log of) its rate.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @see torch.nn.PoissonNLLLoss
 */
export class PoissonNLLLoss extends _Loss {
  log_input: boolean
  full: boolean
  eps: number

  constructor(...args: Args<PoissonArgs, typeof poisson_names>) {
    const [log_input = true, full = false, size_average, eps = 1e-8, reduce, reduction]
      = arrange<PoissonArgs>('PoissonNLLLoss.__init__', poisson_names, 0, args)
    super(size_average, reduce, reduction)
    this.log_input = log_input
    this.full = full
    this.eps = eps
  }

  override get _forward_names() {
    return ['log_input', 'target'] as const
  }

  forward(log_input: Tensor, target: Tensor): Tensor {
    return F.poisson_nll_loss(log_input, target, { log_input: this.log_input, full: this.full, eps: this.eps, reduction: this.reduction })
  }
}

interface GaussianOptions { full?: boolean, eps?: number, reduction?: Reduction }

/**
 * Loss of a Gaussian with the input as its mean; settings by keyword.
 *
 * Shape: input (*), target (*), var (*) or (*, 1) → (), or (*) with reduction 'none'.
 * @see torch.nn.GaussianNLLLoss
 */
export class GaussianNLLLoss extends _Loss {
  full: boolean
  eps: number

  constructor(options: GaussianOptions = {}) {
    const { full = false, eps = 1e-6, reduction }: GaussianOptions = bind('GaussianNLLLoss.__init__', [], 0, [options], ['full', 'eps', 'reduction'])
    super(null, null, reduction)
    this.full = full
    this.eps = eps
  }

  override get _forward_names() {
    return ['input', 'target', 'var'] as const
  }

  forward(input: Tensor, target: Tensor, var_: Tensor | number): Tensor {
    return F.gaussian_nll_loss(input, target, var_, { full: this.full, eps: this.eps, reduction: this.reduction })
  }
}

const kl_names = [...plain_names, 'log_target'] as const
type KLArgs = [size_average?: Flag, reduce?: Flag, reduction?: Reduction | 'batchmean', log_target?: boolean]

/**
 * Kullback-Leibler divergence of log probabilities from a target.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @param reduction - 'none', 'mean', 'sum' or 'batchmean', which is the definition. Default: 'mean'.
 * @param log_target - whether the target is log probabilities too. Default: false.
 * @see torch.nn.KLDivLoss
 */
export class KLDivLoss extends TargetLoss<Reduction | 'batchmean'> {
  log_target: boolean

  constructor(...args: Args<KLArgs, typeof kl_names>) {
    const [size_average, reduce, reduction, log_target = false] = arrange<KLArgs>('KLDivLoss.__init__', kl_names, 0, args)
    super(size_average, reduce, reduction)
    this.log_target = log_target
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.kl_div(input, target, { reduction: this.reduction, log_target: this.log_target })
  }
}

// ---- regression ----

const smooth_names = [...plain_names, 'beta'] as const
type SmoothArgs = [...PlainArgs, beta?: number]

/**
 * Squared error below `beta`, absolute error above. Default: 1.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @see torch.nn.SmoothL1Loss
 */
export class SmoothL1Loss extends TargetLoss {
  beta: number

  constructor(...args: Args<SmoothArgs, typeof smooth_names>) {
    const [size_average, reduce, reduction, beta = 1] = arrange<SmoothArgs>('SmoothL1Loss.__init__', smooth_names, 0, args)
    super(size_average, reduce, reduction)
    this.beta = beta
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.smooth_l1_loss(input, target, { reduction: this.reduction, beta: this.beta })
  }
}

const huber_names = ['reduction', 'delta'] as const
type HuberArgs = [reduction?: Reduction, delta?: number]

/**
 * Half the squared error below `delta`, linear above. Default: 1.
 *
 * Shape: input (*), target (*) → (), or (*) with reduction 'none'.
 * @see torch.nn.HuberLoss
 */
export class HuberLoss extends TargetLoss {
  delta: number

  constructor(...args: Args<HuberArgs, typeof huber_names>) {
    const [reduction, delta = 1] = arrange<HuberArgs>('HuberLoss.__init__', huber_names, 0, args)
    if (typeof delta !== 'number') throw new TypeError(`delta must be a float or int, got: ${type_text(delta)}`)
    super(null, null, reduction)
    this.delta = delta
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.huber_loss(input, target, { reduction: this.reduction, delta: this.delta })
  }
}
