// Softmax for many classes of very different frequency: torch.nn.modules.adaptive.
import { type Args, arrange } from '../../_args'
import { NamedTuple } from '../../_dispatch'
import { RuntimeError, ValueError } from '../../_errors'
import { argmax } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { log_softmax } from '../_functional/activation'
import type { DeviceOption, DtypeOption } from '../_types'
import { ModuleList, Sequential } from './container'
import { Linear } from './linear'
import { Module } from './module'

/** What {@link AdaptiveLogSoftmaxWithLoss} gives: log probabilities of the targets, and the mean loss. */
export class _ASMoutput extends NamedTuple {
  declare readonly output: Tensor
  declare readonly loss: Tensor

  override toString(): string {
    return `_ASMoutput(output=${String(this.output)}, loss=${String(this.loss)})`
  }
}
Object.defineProperties(_ASMoutput.prototype, {
  length: { value: 2 },
  _name: { value: '_ASMoutput' },
  _fields: { value: ['output', 'loss'] },
  output: { get(this: NamedTuple) { return this[0] } },
  loss: { get(this: NamedTuple) { return this[1] } },
})

// Python's `a // b` for a positive quotient, which looks at the remainder: 1 // 0.1 is 9.
function floor_divide(a: number, b: number): number {
  return Math.round((a - a % b) / b)
}

function check_cutoffs(cutoffs: readonly number[], n_classes: number): void {
  if (cutoffs.length === 0) throw new ValueError('cutoffs should be a sequence of length larger than 0')
  const ascending = cutoffs.every((cutoff, i) => i === 0 || cutoff > cutoffs[i - 1]!)
  if (!ascending || !cutoffs.every(Number.isInteger) || cutoffs[0]! <= 0 || cutoffs.at(-1)! > n_classes - 1) {
    throw new ValueError('cutoffs should be a sequence of unique, positive integers sorted in an increasing order, '
      + 'where each value is between 1 and n_classes-1')
  }
}

const names = ['in_features', 'n_classes', 'cutoffs', 'div_value', 'head_bias', 'device', 'dtype'] as const
type AdaptiveArgs = [
  in_features: number, n_classes: number, cutoffs: readonly number[], div_value?: number, head_bias?: boolean, device?: DeviceOption,
  dtype?: DtypeOption,
]
type Cluster = Sequential<readonly [Linear, Linear]>

/**
 * Softmax and loss for many classes, sorted by falling frequency: the head tells the frequent ones and clusters of the others apart,
 * and the smaller layers of a cluster its classes.
 *
 * Shape: input (N, in_features) or (in_features), target (N) or (), int64 → output as target, loss a scalar.
 * Parameters: head (cutoffs[0] + clusters, in_features) and, for cluster i, two linear layers with in_features // div_value^(i + 1)
 * features between them, all as in Linear.
 * @param cutoffs - the first class of each cluster
 * @param div_value - Default: 4.
 * @param head_bias - whether the head has a bias. Default: false.
 * @throws {ValueError} if cutoffs are not ascending integers from 1 to n_classes - 1.
 * @see torch.nn.AdaptiveLogSoftmaxWithLoss; Efficient softmax approximation for GPUs
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  in_features: number
  n_classes: number
  cutoffs: number[]
  div_value: number
  head_bias: boolean
  shortlist_size: number
  n_clusters: number
  head_size: number
  head: Linear
  tail: ModuleList<Cluster>

  constructor(...args: Args<AdaptiveArgs, typeof names>) {
    super()
    const [in_features, n_classes, cutoffs, div_value = 4, head_bias = false, device, dtype]
      = arrange<AdaptiveArgs>('AdaptiveLogSoftmaxWithLoss.__init__', names, 3, args)
    check_cutoffs([...cutoffs], n_classes)
    this.in_features = in_features
    this.n_classes = n_classes
    this.cutoffs = [...cutoffs, n_classes]
    this.div_value = div_value
    this.head_bias = head_bias
    this.shortlist_size = this.cutoffs[0]!
    this.n_clusters = this.cutoffs.length - 1
    this.head_size = this.shortlist_size + this.n_clusters
    this.head = new Linear(in_features, this.head_size, head_bias, device, dtype)
    this.tail = new ModuleList()
    for (let i = 0; i < this.n_clusters; i++) {
      const hidden = floor_divide(in_features, div_value ** (i + 1))
      const classes = this.cutoffs[i + 1]! - this.cutoffs[i]!
      this.tail.append(new Sequential(
        new Linear(in_features, hidden, { bias: false, device, dtype }), new Linear(hidden, classes, { bias: false, device, dtype })))
    }
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    this.head.reset_parameters()
    for (const cluster of this.tail) for (const layer of cluster) layer.reset_parameters()
  }

  override get _forward_names() {
    return ['input_', 'target_'] as const
  }

  /** @throws {RuntimeError} if the shapes do not fit or a target is no class. */
  forward(input_: Tensor, target_: Tensor): _ASMoutput {
    check_inputs(input_, target_)
    const is_batched = target_.dim() > 0
    const input = is_batched ? input_ : input_.unsqueeze(0)
    const target = is_batched ? target_ : target_.unsqueeze(0)
    const [output, places] = this.cluster_outputs(input, target)
    const head = log_softmax(this.head(input), 1)
    output.add_(head.gather(1, places.unsqueeze(1)).squeeze())
    return new _ASMoutput([is_batched ? output : output.squeeze(0), output.neg().mean()])
  }

  // The log probabilities of targets within their clusters, 0 for those without, and the targets' places in the head.
  private cluster_outputs(input: Tensor, target: Tensor): [Tensor, Tensor] {
    const batch = target.size(0)
    const output = input.new_zeros([batch])
    const places = target.new_empty([batch])
    let used = 0
    for (const [i, high] of this.cutoffs.entries()) {
      const low = i === 0 ? 0 : this.cutoffs[i - 1]!
      const is_here = target.ge(low).bitwise_and(target.lt(high))
      const rows = is_here.nonzero().squeeze()
      if (rows.numel() === 0) continue
      used += rows.numel()
      const here = target.masked_select(is_here)
      if (i === 0) {
        places.index_copy_(0, rows, here)
        continue
      }
      places.index_fill_(0, rows, this.shortlist_size + i - 1)
      const probabilities = log_softmax(this.tail.at(i - 1)(input.index_select(0, rows)), 1)
      output.index_copy_(0, rows, probabilities.gather(1, here.sub(low).unsqueeze(1)).squeeze(1))
    }
    if (used === batch) return [output, places]
    throw new RuntimeError(`Target values should be in [0, ${this.n_classes - 1}], but values in range [${String(target.min().item())}, `
      + `${String(target.max().item())}] were found. `)
  }

  /** Log probabilities of all classes, of the head's output. @internal */
  _get_full_log_prob(input: Tensor, head_output: Tensor): Tensor {
    const out = input.new_empty([head_output.size(0), this.n_classes])
    const head = log_softmax(head_output, 1)
    out.narrow(1, 0, this.shortlist_size).copy_(head.narrow(1, 0, this.shortlist_size))
    for (const [i, cluster] of [...this.tail].entries()) {
      const start = this.cutoffs[i]!
      const probabilities = log_softmax(cluster(input), 1).add(head.select(1, this.shortlist_size + i).unsqueeze(1))
      out.narrow(1, start, this.cutoffs[i + 1]! - start).copy_(probabilities)
    }
    return out
  }

  /** Log probabilities of all classes. Shape: (N, in_features) → (N, n_classes). */
  log_prob(input: Tensor): Tensor {
    return this._get_full_log_prob(input, this.head(input))
  }

  /** The most probable class: `log_prob(input).argmax(1)`, faster. Shape: (N, in_features) → (N). */
  predict(input: Tensor): Tensor {
    const head_output = this.head(input)
    const output = argmax(head_output, 1)
    const others = output.ge(this.shortlist_size)
    if (!others.any().item()) return output
    if (others.all().item()) return argmax(this._get_full_log_prob(input, head_output), 1)
    const log_prob = this._get_full_log_prob(input.at(others), head_output.at(others))
    output.set_at(others, argmax(log_prob, 1))
    return output
  }
}

function check_inputs(input: Tensor, target: Tensor): void {
  const dims = target.dim()
  if (dims > 1) throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
  if (dims === 1 && input.size(0) !== target.size(0)) {
    throw new RuntimeError('Input and target should have the same size in the batch dimension.')
  }
  if (input.dim() !== dims + 1) {
    throw new RuntimeError(`${dims}D target tensor expects ${dims + 1}D input tensors, but found inputs with size ${String(input.shape)}`)
  }
}
