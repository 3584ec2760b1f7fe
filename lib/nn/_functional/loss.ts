// Losses of torch.nn.functional.
import { type Args, bind, with_keywords } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { NotImplementedError, RuntimeError, ValueError } from '../../_errors'
import { warn } from '../../_warnings'
import { no_grad } from '../../autograd/grad_mode'
import { broadcast_shapes, broadcast_tensors } from '../../functional'
import * as raw from '../../generated/nn_functions'
import * as torch from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { type Reduction, get_enum, resolve } from '../_reduction'
import { logsigmoid } from './activation'

type Weight = Tensor | null
type Flag = boolean | null

function same_size(a: Tensor, b: Tensor): boolean {
  return String(a.shape) === String(b.shape)
}

function warn_of_broadcast(input: Tensor, target: Tensor): void {
  if (same_size(input, target)) return
  warn(`Using a target size (${String(target.shape)}) that is different to the input size (${String(input.shape)}). `
    + 'This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.')
}

function reduce_loss(loss: Tensor, reduction: string, mean: () => Tensor = () => loss.mean()): Tensor {
  if (reduction === 'none') return loss
  if (reduction === 'sum') return loss.sum()
  if (reduction === 'mean') return mean()
  throw new ValueError(`Invalid reduction mode: ${reduction}. Expected one of 'none', 'mean', 'sum'.`)
}

// ---- classification ----

/**
 * Negative log likelihood.
 *
 * Shape: input (N, C, ...) or (C), log probabilities; target (N, ...) or (), classes as int64.
 * @param weight - a factor for each class. Default: none.
 * @param ignore_index - a target that does not count. Default: -100.
 * @param reduction - 'none', 'mean' (weighted) or 'sum'. Default: 'mean'.
 * @see torch.nn.functional.nll_loss
 */
export const nll_loss = with_keywords('nll_loss', ['input', 'target', 'weight', 'size_average', 'ignore_index', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, weight: Weight = null, size_average: Flag = null, ignore_index: number = -100, reduce: Flag = null,
    reduction: Reduction = 'mean') => raw.nll_loss_nd(input, target, weight, get_enum(resolve(size_average, reduce, reduction)), ignore_index))

/**
 * Cross entropy between logits and targets: {@link nll_loss} of their log_softmax.
 *
 * Shape: input (N, C, ...) or (C), logits; target (N, ...) or (), classes as int64, or probabilities of the input's shape.
 * @param weight - a factor for each class. Default: none.
 * @param ignore_index - a target class that does not count. Default: -100.
 * @param label_smoothing - the part of each target that goes to all classes alike, from 0 to 1. Default: 0.
 * @see torch.nn.functional.cross_entropy
 */
export const cross_entropy = with_keywords('cross_entropy',
  ['input', 'target', 'weight', 'size_average', 'ignore_index', 'reduce', 'reduction', 'label_smoothing'],
  (input: Tensor, target: Tensor, weight: Weight = null, size_average: Flag = null, ignore_index: number = -100, reduce: Flag = null,
    reduction: Reduction = 'mean', label_smoothing: number = 0) => (
    raw.cross_entropy_loss(input, target, weight, get_enum(resolve(size_average, reduce, reduction)), ignore_index, label_smoothing)))

const linear_cross_entropy_names = ['input', 'linear_weight', 'target'] as const
interface LinearCrossEntropyOptions {
  linear_bias?: Weight
  weight?: Weight
  reduction?: Reduction
  ignore_index?: number | null
  label_smoothing?: number
  options?: null
}

/** PyTorch's options choose a computation in chunks, which is not here yet. @internal */
export function check_linear_cross_entropy_options(options: unknown): void {
  if (options != null) throw new NotImplementedError('linear_cross_entropy: options must be None')
}

/** Cross entropy of a linear layer's output: `cross_entropy(linear(input, linear_weight, linear_bias), target)`. */
export function linear_cross_entropy(
  ...args: Args<[input: Tensor, linear_weight: Tensor, target: Tensor], typeof linear_cross_entropy_names, LinearCrossEntropyOptions>
): Tensor {
  const given = bind('linear_cross_entropy', linear_cross_entropy_names, 3, args,
    ['linear_bias', 'weight', 'reduction', 'ignore_index', 'label_smoothing', 'options'])
  check_linear_cross_entropy_options(given['options'])
  const { input, linear_weight, target } = given as { input: Tensor, linear_weight: Tensor, target: Tensor }
  const { linear_bias = null, weight = null, reduction = 'mean', ignore_index = null, label_smoothing = 0 } = given as LinearCrossEntropyOptions
  const [batch, features] = [input.shape.slice(0, -1), input.shape.at(-1)!]
  const [classes, out_features] = [linear_weight.shape[0]!, linear_weight.shape.slice(1, -1)]
  check_linear_cross_entropy(input, linear_weight, linear_bias)
  const logits_shape = [...batch, classes, ...out_features]
  if (String(target.shape) === String(input.new_empty(logits_shape).shape) && ignore_index !== null) {
    throw new RuntimeError('ignore_index cannot be specified when target contains probabilities')
  }
  const rows = out_features.reduce((product, size) => product * size, classes)
  const logits = raw.linear(input, linear_weight.reshape([rows, features]), linear_bias?.reshape([rows]) ?? null).reshape(logits_shape)
  return cross_entropy(logits, target, { weight, reduction, ignore_index: ignore_index ?? -100, label_smoothing })
}

function tuple(sizes: readonly number[]): string {
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`
}

function check_linear_cross_entropy(input: Tensor, weight: Tensor, bias: Weight): void {
  if (![1, 2].includes(input.dim())) throw new RuntimeError(`expected input with dimensionality 1 or 2, got ${input.dim()}`)
  if (weight.dim() < 2) throw new RuntimeError(`expected linear_weight with dimensionality at least 2, got ${weight.dim()}`)
  const [features, wanted] = [input.shape.at(-1)!, weight.shape.at(-1)!]
  if (features !== wanted) {
    throw new RuntimeError(`expected equal input and linear_weight last dimensions (in_features), got ${features} and ${wanted}, respectively`)
  }
  const rows = weight.shape.slice(0, -1)
  if (bias !== null && tuple(bias.shape) !== tuple(rows)) {
    throw new RuntimeError(`expected linear_bias shape ${tuple(rows)}, got ${tuple(bias.shape)}`)
  }
  if (rows.length > 1 && input.dim() === 1) {
    throw new RuntimeError(`K-dimensional loss defined by linear_weight shape ${tuple(weight.shape)} requires batched input, (N, ${features}), `
      + `got unbatched input with shape ${tuple(input.shape)}`)
  }
}

/** Binary cross entropy of probabilities; input and target have the same shape. @see torch.nn.functional.binary_cross_entropy */
export const binary_cross_entropy = with_keywords('binary_cross_entropy', ['input', 'target', 'weight', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, weight: Weight = null, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => {
    const code = get_enum(resolve(size_average, reduce, reduction))
    if (!same_size(input, target)) {
      throw new ValueError(`Using a target size (${String(target.shape)}) that is different to the input size (${String(input.shape)}) is deprecated. `
        + 'Please ensure they have the same size.')
    }
    const expanded = weight === null ? null : weight.expand(broadcast_shapes(target.shape, weight.shape))
    return raw.binary_cross_entropy(input, target, expanded, code)
  })

/**
 * Binary cross entropy of logits, exact also for large ones.
 *
 * @param pos_weight - a factor for positive examples, for each class. Default: none.
 * @see torch.nn.functional.binary_cross_entropy_with_logits
 */
export const binary_cross_entropy_with_logits = with_keywords('binary_cross_entropy_with_logits',
  ['input', 'target', 'weight', 'size_average', 'reduce', 'reduction', 'pos_weight'],
  (input: Tensor, target: Tensor, weight: Weight = null, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean',
    pos_weight: Weight = null) => {
    const code = get_enum(resolve(size_average, reduce, reduction))
    if (!same_size(input, target)) {
      throw new ValueError(`Target size (${String(target.shape)}) must be the same as input size (${String(input.shape)})`)
    }
    return torch.binary_cross_entropy_with_logits(input, target, weight, pos_weight, code)
  })

/** Connectionist temporal classification. @see torch.nn.functional.ctc_loss */
export const ctc_loss = with_keywords('ctc_loss',
  ['log_probs', 'targets', 'input_lengths', 'target_lengths', 'blank', 'reduction', 'zero_infinity'],
  (log_probs: Tensor, targets: Tensor, input_lengths: Tensor | readonly number[], target_lengths: Tensor | readonly number[], blank: number = 0,
    reduction: Reduction = 'mean', zero_infinity: boolean = false) => (
    (torch.ctc_loss as (...args: unknown[]) => Tensor)(log_probs, targets, input_lengths, target_lengths, blank, get_enum(reduction), zero_infinity)))

// ---- distributions ----

/** Loss of a Poisson distribution with the input as (log of) its rate. @see torch.nn.functional.poisson_nll_loss */
export const poisson_nll_loss = with_keywords('poisson_nll_loss',
  ['input', 'target', 'log_input', 'full', 'size_average', 'eps', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, log_input: boolean = true, full: boolean = false, size_average: Flag = null, eps: number = 1e-8,
    reduce: Flag = null, reduction: Reduction = 'mean') => (
    torch.poisson_nll_loss(input, target, log_input, full, eps, get_enum(resolve(size_average, reduce, reduction)))))

function variance(input: Tensor, given: Tensor | number): Tensor {
  if (!is_tensor(given)) {
    if (given < 0) throw new ValueError('var has negative entry/entries')
    return torch.ones_like(input).mul(given)
  }
  const { shape } = input
  if (given.lt(0).any().item<boolean>()) throw new ValueError('var has negative entry/entries')
  if (same_size(input, given)) return given
  if (String(shape.slice(0, -1)) === String([...given.shape])) return given.unsqueeze(-1)
  const differing = [...given.shape].filter((size, i) => size !== shape[i])
  if (shape.length === given.dim() && differing.length === 1 && differing[0] === 1) return given
  throw new ValueError('var is of incorrect size')
}

/**
 * Loss of a Gaussian with the input as its mean.
 *
 * @param var_ - the variance: a number, or a tensor of the input's size or with its last dimension 1 or missing
 * @param eps - the least variance. Default: 1e-6.
 * @see torch.nn.functional.gaussian_nll_loss
 */
export const gaussian_nll_loss = with_keywords('gaussian_nll_loss', ['input', 'target', 'var', 'full', 'eps', 'reduction'],
  (input: Tensor, target: Tensor, var_: Tensor | number, full: boolean = false, eps: number = 1e-6, reduction: Reduction = 'mean') => {
    const spread = variance(input, var_)
    if (!['none', 'mean', 'sum'].includes(reduction)) throw new ValueError(`${String(reduction)} is not valid`)
    const clamped = spread.clone()
    no_grad(() => clamped.clamp_({ min: eps }))
    const loss = clamped.log().add(input.sub(target).pow(2).div(clamped)).mul(0.5)
    return reduce_loss(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, reduction)
  })

/**
 * Kullback-Leibler divergence: `target * (log(target) - input)`.
 *
 * @param input - log probabilities
 * @param reduction - 'none', 'mean', 'sum', or 'batchmean': the sum divided by the batch size. Default: 'mean'.
 * @param log_target - whether the target is log probabilities too. Default: false.
 * @see torch.nn.functional.kl_div
 */
export const kl_div = with_keywords('kl_div', ['input', 'target', 'size_average', 'reduce', 'reduction', 'log_target'],
  (input: Tensor, target: Tensor, size_average: Flag = null, reduce: Flag = null, reduction: Reduction | 'batchmean' = 'mean',
    log_target: boolean = false) => {
    if (size_average === null && reduce === null && reduction === 'mean') {
      warn("reduction: 'mean' divides the total loss by both the batch size and the support size."
        + "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
        + "'mean' will be changed to behave the same as 'batchmean' in the next major release.")
    }
    const resolved = resolve(size_average, reduce, reduction)
    const loss = torch.kl_div(input, target, get_enum(resolved === 'batchmean' ? 'sum' : resolved), { log_target })
    return reduction === 'batchmean' && input.dim() !== 0 ? loss.div(input.shape[0]!) : loss
  })

// ---- regression ----

type Elementwise = (input: Tensor, target: Tensor, reduction: number) => Tensor

function weighted(input: Tensor, weight: Tensor, losses: Tensor, reduction: string, mean?: (loss: Tensor) => Tensor): Tensor {
  if (!same_size(weight, input)) throw new ValueError('Weights and input must have the same size.')
  const loss = losses.mul(weight)
  return reduce_loss(loss, reduction, mean && (() => mean(loss)))
}

function regression(name: string, compute: Elementwise, of_difference: (difference: Tensor) => Tensor) {
  return with_keywords(name, ['input', 'target', 'size_average', 'reduce', 'reduction', 'weight'],
    (input: Tensor, target: Tensor, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean', weight: Weight = null) => {
      warn_of_broadcast(input, target)
      const resolved = resolve(size_average, reduce, reduction)
      const [a, b] = broadcast_tensors(input, target) as [Tensor, Tensor]
      if (weight === null) return compute(a, b, get_enum(resolved))
      return weighted(input, weight, of_difference(a.sub(b)), resolved, loss => loss.sum().div(weight.sum()))
    })
}

/** `|input - target|`. @param weight - a factor for each element. Default: none. @see torch.nn.functional.l1_loss */
export const l1_loss = regression('l1_loss', raw.l1_loss, difference => difference.abs())

/** `(input - target)^2`. @param weight - a factor for each element. Default: none. @see torch.nn.functional.mse_loss */
export const mse_loss = regression('mse_loss', raw.mse_loss, difference => difference.pow(2))

/** Squared error below `beta`, absolute error above. Default: 1. @see torch.nn.functional.smooth_l1_loss */
export const smooth_l1_loss = with_keywords('smooth_l1_loss', ['input', 'target', 'size_average', 'reduce', 'reduction', 'beta'],
  (input: Tensor, target: Tensor, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean', beta: number = 1) => {
    warn_of_broadcast(input, target)
    const code = get_enum(resolve(size_average, reduce, reduction))
    const [a, b] = broadcast_tensors(input, target) as [Tensor, Tensor]
    return beta === 0 ? raw.l1_loss(a, b, code) : raw.smooth_l1_loss(a, b, code, beta)
  })

/** Half the squared error below `delta`, linear above. Default: 1. @see torch.nn.functional.huber_loss */
export const huber_loss = with_keywords('huber_loss', ['input', 'target', 'reduction', 'delta', 'weight'],
  (input: Tensor, target: Tensor, reduction: Reduction = 'mean', delta: number = 1, weight: Weight = null) => {
    warn_of_broadcast(input, target)
    const [a, b] = broadcast_tensors(input, target) as [Tensor, Tensor]
    if (weight === null) return raw.huber_loss(a, b, get_enum(reduction), delta)
    return weighted(input, weight, raw.huber_loss(a, b, get_enum('none'), delta), reduction)
  })

// ---- margins and embeddings ----

/** `max(0, -target * (input1 - input2) + margin)` for targets 1 and -1. @see torch.nn.functional.margin_ranking_loss */
export const margin_ranking_loss = with_keywords('margin_ranking_loss',
  ['input1', 'input2', 'target', 'margin', 'size_average', 'reduce', 'reduction'],
  (input1: Tensor, input2: Tensor, target: Tensor, margin: number = 0, size_average: Flag = null, reduce: Flag = null,
    reduction: Reduction = 'mean') => {
    const code = get_enum(resolve(size_average, reduce, reduction))
    if (input1.dim() !== input2.dim() || input1.dim() !== target.dim()) {
      throw new RuntimeError('margin_ranking_loss : All input tensors should have same dimension but got sizes: '
        + `input1: ${String(input1.shape)}, input2: ${String(input2.shape)}, target: ${String(target.shape)} `)
    }
    return torch.margin_ranking_loss(input1, input2, target, margin, code)
  })

/** x for targets 1, `max(0, margin - x)` for targets -1. @see torch.nn.functional.hinge_embedding_loss */
export const hinge_embedding_loss = with_keywords('hinge_embedding_loss', ['input', 'target', 'margin', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, margin: number = 1, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => (
    torch.hinge_embedding_loss(input, target, margin, get_enum(resolve(size_average, reduce, reduction)))))

/** Margin loss for several classes at once. @see torch.nn.functional.multilabel_margin_loss */
export const multilabel_margin_loss = with_keywords('multilabel_margin_loss', ['input', 'target', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => (
    raw.multilabel_margin_loss(input, target, get_enum(resolve(size_average, reduce, reduction)))))

/** `log(1 + exp(-target * input))` for targets 1 and -1. @see torch.nn.functional.soft_margin_loss */
export const soft_margin_loss = with_keywords('soft_margin_loss', ['input', 'target', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => (
    raw.soft_margin_loss(input, target, get_enum(resolve(size_average, reduce, reduction)))))

/** Binary cross entropy of logits, meaned over the last dimension. @see torch.nn.functional.multilabel_soft_margin_loss */
export const multilabel_soft_margin_loss = with_keywords('multilabel_soft_margin_loss',
  ['input', 'target', 'weight', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, weight: Weight = null, size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => {
    const resolved = resolve(size_average, reduce, reduction)
    const losses = target.mul(logsigmoid(input)).add(target.neg().add(1).mul(logsigmoid(input.neg()))).neg()
    const last = input.dim() - 1
    const loss = (weight === null ? losses : losses.mul(weight)).sum(last).div(input.size(last))
    if (!['none', 'mean', 'sum'].includes(resolved)) throw new ValueError(`${String(resolved)} is not valid`)
    return reduce_loss(loss, resolved)
  })

/** `1 - cos(a, b)` for targets 1, `max(0, cos(a, b) - margin)` for targets -1. @see torch.nn.functional.cosine_embedding_loss */
export const cosine_embedding_loss = with_keywords('cosine_embedding_loss',
  ['input1', 'input2', 'target', 'margin', 'size_average', 'reduce', 'reduction'],
  (input1: Tensor, input2: Tensor, target: Tensor, margin: number = 0, size_average: Flag = null, reduce: Flag = null,
    reduction: Reduction = 'mean') => (
    torch.cosine_embedding_loss(input1, input2, target, margin, get_enum(resolve(size_average, reduce, reduction)))))

/** Margin loss of a classifier: `max(0, margin - x[y] + x[i])^p / C`, summed over i. @see torch.nn.functional.multi_margin_loss */
export const multi_margin_loss = with_keywords('multi_margin_loss',
  ['input', 'target', 'p', 'margin', 'weight', 'size_average', 'reduce', 'reduction'],
  (input: Tensor, target: Tensor, p: number = 1, margin: number = 1, weight: Weight = null, size_average: Flag = null, reduce: Flag = null,
    reduction: Reduction = 'mean') => {
    const code = get_enum(resolve(size_average, reduce, reduction))
    if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (weight !== null && weight.dim() !== 1) throw new ValueError('weight must be one-dimensional')
    return raw.multi_margin_loss(input, target, p, margin, weight, code)
  })

/** `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the p-norm distance. @see torch.nn.functional.triplet_margin_loss */
export const triplet_margin_loss = with_keywords('triplet_margin_loss',
  ['anchor', 'positive', 'negative', 'margin', 'p', 'eps', 'swap', 'size_average', 'reduce', 'reduction'],
  (anchor: Tensor, positive: Tensor, negative: Tensor, margin: number = 1, p: number = 2, eps: number = 1e-6, swap: boolean = false,
    size_average: Flag = null, reduce: Flag = null, reduction: Reduction = 'mean') => {
    const code = get_enum(resolve(size_average, reduce, reduction))
    if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`)
    return torch.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, code)
  })

/** A distance between tensors. */
export type DistanceFunction = (a: Tensor, b: Tensor) => Tensor

const triplet_names = ['anchor', 'positive', 'negative'] as const
interface TripletOptions { distance_function?: DistanceFunction | null, margin?: number, swap?: boolean, reduction?: Reduction }

/**
 * Triplet loss with a distance of one's own.
 *
 * @param distance_function - Default: the Euclidean distance.
 * @param swap - also take the distance between positive and negative into account. Default: false.
 * @see torch.nn.functional.triplet_margin_with_distance_loss
 */
export function triplet_margin_with_distance_loss(
  ...args: Args<[anchor: Tensor, positive: Tensor, negative: Tensor], typeof triplet_names, TripletOptions>
): Tensor {
  const given = bind('triplet_margin_with_distance_loss', triplet_names, 3, args, ['distance_function', 'margin', 'swap', 'reduction'])
  const { anchor, positive, negative } = given as { anchor: Tensor, positive: Tensor, negative: Tensor }
  const { distance_function, margin = 1, swap = false, reduction = 'mean' } = given as TripletOptions
  if (!['none', 'mean', 'sum'].includes(reduction)) throw new ValueError(`${String(reduction)} is not a valid value for reduction`)
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`)
  const [a, p, n] = [anchor.dim(), positive.dim(), negative.dim()]
  if (a !== p || p !== n) {
    throw new RuntimeError('The anchor, positive, and negative tensors are expected to have the same number of dimensions, '
      + `but got: anchor ${a}D, positive ${p}D, and negative ${n}D inputs`)
  }
  const distance = distance_function ?? (torch.pairwise_distance as DistanceFunction)
  const near = distance(anchor, positive)
  const far = distance(anchor, negative)
  const least = swap ? far.minimum(distance(positive, negative)) : far
  return reduce_loss(near.add(margin).sub(least).clamp_min(0), reduction)
}
