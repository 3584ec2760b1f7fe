// Embeddings of torch.nn.functional.
import { with_keywords } from '../../_args'
import { AssertionError, NotImplementedError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import { no_grad } from '../../autograd/grad_mode'
import { int64 } from '../../dtype'
import type { Tensor } from '../../tensor'

const embedding_op = aten('embedding')
const embedding_bag_op = aten('embedding_bag.padding_idx')
const renorm = aten('embedding_renorm_')
const arange = aten('arange.start_step')

/** The row that padding_idx means. @throws {AssertionError} if there is none. */
export function padding_row(padding_idx: number, rows: number, name: string): number {
  if (padding_idx >= rows || padding_idx < -rows) throw new AssertionError(`${name} must be within num_embeddings`)
  return padding_idx < 0 ? padding_idx + rows : padding_idx
}

function shorten_rows(weight: Tensor, input: Tensor, max_norm: number, norm_type: number): void {
  no_grad(() => renorm([weight.detach(), input, max_norm, norm_type]))
}

/**
 * The rows of `weight` at the places in `input`.
 *
 * Shape: input (*), ints; weight (V, D) → (*, D).
 * @param padding_idx - a row that gets no gradient. Default: none.
 * @param max_norm - rows that are longer are shortened to it first, in place. Default: none.
 * @param norm_type - the p of that norm. Default: 2.
 * @param scale_grad_by_freq - divide gradients by how often the row is used. Default: false.
 * @param sparse - a sparse gradient for weight. Default: false.
 * @see torch.nn.functional.embedding
 */
export const embedding = with_keywords('embedding',
  ['input', 'weight', 'padding_idx', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'sparse'],
  (input: Tensor, weight: Tensor, padding_idx: number | null = null, max_norm: number | null = null, norm_type: number = 2,
    scale_grad_by_freq: boolean = false, sparse: boolean = false) => {
    const padding = padding_idx === null ? -1 : padding_row(padding_idx, weight.size(0), 'Padding_idx')
    const places = max_norm === null ? input : input.contiguous()
    if (max_norm !== null) shorten_rows(weight, places, max_norm, norm_type)
    return embedding_op([weight, places, padding, scale_grad_by_freq, sparse]) as Tensor
  })

const MODES = ['sum', 'mean', 'max']

interface Bags { input: Tensor, offsets: Tensor, per_sample_weights: Tensor | null, include_last_offset: boolean }

function as_bags(input: Tensor, offsets: Tensor | null, per_sample_weights: Tensor | null, include_last_offset: boolean): Bags {
  const dims = input.dim()
  if (dims === 2) {
    if (offsets !== null) {
      throw new ValueError('if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. '
        + `However, found offsets of type ${type_text(offsets)}`)
    }
    const starts = arange([0, input.numel(), input.size(1)], { dtype: input.dtype, device: input.device }) as Tensor
    return { input: input.reshape(-1), offsets: starts, per_sample_weights: per_sample_weights?.reshape(-1) ?? null, include_last_offset: false }
  }
  if (dims !== 1) throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${dims}`)
  if (offsets === null) throw new ValueError('offsets has to be a 1D Tensor but got None')
  if (offsets.dim() !== 1) throw new ValueError('offsets has to be a 1D Tensor')
  return { input, offsets, per_sample_weights, include_last_offset }
}

/**
 * Sums, means or maxima of bags of rows of `weight`, without making the rows.
 *
 * Shape: input (B, N), bags of one size, or (N) with offsets (B), where each bag starts; weight (V, D) → (B, D).
 * @param mode - 'sum', 'mean' or 'max'. Default: 'mean'.
 * @param per_sample_weights - a factor for each place, with mode 'sum' only. Default: none.
 * @param include_last_offset - the offsets end with the size of the input. Default: false.
 * @param padding_idx - a row that does not count. Default: none.
 * @see torch.nn.functional.embedding_bag
 */
export const embedding_bag = with_keywords('embedding_bag',
  ['input', 'weight', 'offsets', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'mode', 'sparse', 'per_sample_weights', 'include_last_offset',
    'padding_idx'],
  (given: Tensor, given_weight: Tensor, offsets: Tensor | null = null, max_norm: number | null = null, norm_type: number = 2,
    scale_grad_by_freq: boolean = false, mode: 'sum' | 'mean' | 'max' = 'mean', sparse: boolean = false, per_sample_weights: Tensor | null = null,
    include_last_offset: boolean = false, padding_idx: number | null = null) => {
    let [input, weight] = [given, given_weight]
    if (weight.dtype === int64 && input.dtype.is_floating_point) {
      warn('Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is deprecated, '
        + 'and should now be `embedding_bag(input, weight, ...)`.');
      [weight, input] = [input, weight]
    }
    if (per_sample_weights !== null && String(input.shape) !== String(per_sample_weights.shape)) {
      throw new ValueError(`embedding_bag: If per_sample_weights (${String(per_sample_weights.shape)}) is not None, `
        + `then it must have the same shape as the input (${String(input.shape)})`)
    }
    if (weight.dim() !== 2) throw new ValueError(`weight has to be a 2D Tensor, but got Tensor of dimension ${weight.dim()}`)
    const bags = as_bags(input, offsets, per_sample_weights, include_last_offset)
    const code = MODES.indexOf(mode)
    if (code < 0) throw new ValueError('mode has to be one of sum, mean or max')
    if (mode === 'max' && scale_grad_by_freq) throw new ValueError('max mode does not support scaling the gradient by the frequency')
    if (mode === 'max' && sparse) throw new ValueError('max mode does not support sparse weights')
    if (max_norm !== null) shorten_rows(weight, bags.input, max_norm, norm_type)
    if (bags.per_sample_weights !== null && mode !== 'sum') {
      throw new NotImplementedError("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
        + `(got mode='${mode}'). Please open a feature request on GitHub.`)
    }
    const results = embedding_bag_op([weight, bags.input, bags.offsets, scale_grad_by_freq, code, sparse, bags.per_sample_weights,
      bags.include_last_offset, padding_idx])
    return (results as Tensor[])[0]!
  })
