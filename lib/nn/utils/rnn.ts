// Sequences of different lengths in one batch: torch.nn.utils.rnn.
import { type Args, arrange, with_keywords } from '../../_args'
import { as_tensor } from '../../_creation'
import { NamedTuple, is_tensor } from '../../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { type_text } from '../../_typename'
import type { DeviceLike } from '../../device'
import * as dtypes from '../../dtype'
import { pad_sequence as pad_sequence_op } from '../../generated/nn_functions'
import { arange, empty_like, sort } from '../../generated/torch_functions'
import { type Tensor, type ToOptions, to_options } from '../../tensor'

const packed_names = ['data', 'batch_sizes', 'sorted_indices', 'unsorted_indices'] as const
type PackedArgs = [data: Tensor | readonly [data: Tensor, batch_sizes: Tensor], batch_sizes?: Tensor | null, sorted_indices?: Tensor | null,
  unsorted_indices?: Tensor | null]

const ON_CPU = 'batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. They should be instantiated '
  + 'by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn. '
  + 'https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence'

function fields_of(args: readonly unknown[]): [Tensor, Tensor, Tensor | null, Tensor | null] {
  const [data, batch_sizes = null, sorted = null, unsorted = null] = arrange<PackedArgs>('PackedSequence.__new__', packed_names, 1, args)
  const inverse = unsorted ?? invert_permutation(sorted)
  if (batch_sizes !== null) {
    if (batch_sizes.device.type !== 'cpu') throw new ValueError(ON_CPU)
    return [data as Tensor, batch_sizes, sorted, inverse]
  }
  if (!Array.isArray(data) || data.length !== 2) throw new AssertionError('Expected data to be a list or tuple of length 2')
  return [...data as [Tensor, Tensor], sorted, inverse]
}

/**
 * A batch of sequences without padding: the first elements of all sequences, then the second ones of those that have one, and so on.
 * It is a tuple too: `const [data, batch_sizes] = packed`.
 *
 * Make one by {@link pack_padded_sequence} or {@link pack_sequence}; every recurrent module takes it.
 * @param data - the elements, (sum of all lengths, *).
 * @param batch_sizes - int64 on the CPU: how many sequences have an element at each step.
 * @param sorted_indices - int64 on data's device: where each sequence stood before they were sorted by length. Default: they stood so.
 * @param unsorted_indices - the inverse. Default: computed.
 * @throws {ValueError} if batch_sizes is not on the CPU.
 * @see torch.nn.utils.rnn.PackedSequence
 */
export class PackedSequence extends NamedTuple {
  declare readonly 0: Tensor
  declare readonly 1: Tensor
  declare readonly 2: Tensor | null
  declare readonly 3: Tensor | null

  static {
    Object.defineProperties(PackedSequence.prototype, {
      length: { value: packed_names.length }, _name: { value: 'PackedSequence' }, _fields: { value: packed_names },
    })
  }

  constructor(...args: Args<PackedArgs, typeof packed_names>) {
    super(fields_of(args))
  }

  get data(): Tensor {
    return this[0]
  }

  get batch_sizes(): Tensor {
    return this[1]
  }

  get sorted_indices(): Tensor | null {
    return this[2]
  }

  get unsorted_indices(): Tensor | null {
    return this[3]
  }

  /** Whether data is on a CUDA device. */
  get is_cuda(): boolean {
    return this.data.is_cuda
  }

  /** Whether data is in pinned memory. */
  is_pinned(): boolean {
    return this.data.is_pinned()
  }

  pin_memory(): PackedSequence {
    return replaced(this, this.data.pin_memory(), indices => indices.pin_memory())
  }

  /** Casts or moves data, as Tensor.to; the indices go to its device. Gives itself if there is nothing to do. */
  to(other: Tensor, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): PackedSequence
  to(dtype: dtypes.dtype, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): PackedSequence
  to(device: DeviceLike, dtype?: dtypes.dtype | null | ToOptions, non_blocking?: boolean | ToOptions, copy?: boolean | ToOptions): PackedSequence
  to(options: ToOptions): PackedSequence
  to(...args: unknown[]): PackedSequence {
    const options = to_options(args)
    const data = this.data.to(options)
    if (data === this.data) return this
    const { non_blocking, memory_format } = options
    return replaced(this, data, indices => indices.to({ device: data.device, non_blocking, memory_format }))
  }

  cuda(device: DeviceLike = 'cuda', options: { non_blocking?: boolean } = {}): PackedSequence {
    return this.to({ device, ...options })
  }

  cpu(): PackedSequence {
    return this.to({ device: 'cpu' })
  }

  double(): PackedSequence {
    return this.to(dtypes.float64)
  }

  float(): PackedSequence {
    return this.to(dtypes.float32)
  }

  half(): PackedSequence {
    return this.to(dtypes.float16)
  }

  long(): PackedSequence {
    return this.to(dtypes.int64)
  }

  int(): PackedSequence {
    return this.to(dtypes.int32)
  }

  short(): PackedSequence {
    return this.to(dtypes.int16)
  }

  char(): PackedSequence {
    return this.to(dtypes.int8)
  }

  byte(): PackedSequence {
    return this.to(dtypes.uint8)
  }

  override toString(): string {
    return `PackedSequence(${packed_names.map((name, i) => `${name}=${this[i] === null ? 'None' : String(this[i])}`).join(', ')})`
  }
}

function replaced(packed: PackedSequence, data: Tensor, change: (indices: Tensor) => Tensor): PackedSequence {
  const { batch_sizes, sorted_indices, unsorted_indices } = packed
  return new PackedSequence(data, batch_sizes, sorted_indices && change(sorted_indices), unsorted_indices && change(unsorted_indices))
}

/** The permutation that undoes a permutation, a 1-D tensor of indices; null gives null. @see torch.nn.utils.rnn.invert_permutation */
export function invert_permutation(permutation: Tensor): Tensor
export function invert_permutation(permutation: Tensor | null): Tensor | null
export function invert_permutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null
  return empty_like(permutation).scatter_(0, permutation, arange(0, permutation.numel(), { device: permutation.device }))
}

const pack_op = aten('_pack_padded_sequence')
const pad_op = aten('_pad_packed_sequence')

/**
 * Packs a batch of padded sequences.
 *
 * Shape: input (T, B, *), or (B, T, *) with batch_first.
 * @param lengths - the length of each sequence; a tensor must be on the CPU. What lies beyond is left out.
 * @param batch_first - Default: false.
 * @param enforce_sorted - the sequences come by descending length; false: sort them here. Default: true.
 * @throws {RuntimeError} if they are not sorted, or a length is not positive.
 * @see torch.nn.utils.rnn.pack_padded_sequence
 */
export const pack_padded_sequence = with_keywords('pack_padded_sequence', ['input', 'lengths', 'batch_first', 'enforce_sorted'],
  (input: Tensor, lengths: Tensor | readonly number[], batch_first: boolean = false, enforce_sorted: boolean = true): PackedSequence => {
    const sizes = is_tensor(lengths) ? (lengths as Tensor).to(dtypes.int64) : as_tensor(lengths as number[], { dtype: dtypes.int64, device: 'cpu' })
    if (enforce_sorted) return new PackedSequence(...pack_op([input, sizes, batch_first]) as [Tensor, Tensor])
    const [descending, order] = sort(sizes, { descending: true }) as Iterable<Tensor> as [Tensor, Tensor]
    const sorted_indices = order.to(input.device)
    const sorted = input.index_select(batch_first ? 0 : 1, sorted_indices)
    return new PackedSequence(...pack_op([sorted, descending, batch_first]) as [Tensor, Tensor], sorted_indices)
  })

/**
 * Pads the sequences of a packed batch to the same length: undoes {@link pack_padded_sequence}.
 *
 * @param batch_first - give (B, T, *) in place of (T, B, *). Default: false.
 * @param padding_value - Default: 0.
 * @param total_length - T. Default: the longest sequence's length.
 * @returns the padded sequences in their original order, and their lengths
 * @throws {ValueError} if total_length is too small.
 * @see torch.nn.utils.rnn.pad_packed_sequence
 */
export const pad_packed_sequence = with_keywords('pad_packed_sequence', ['sequence', 'batch_first', 'padding_value', 'total_length'],
  (sequence: PackedSequence, batch_first: boolean = false, padding_value: number = 0, total_length: number | null = null): [Tensor, Tensor] => {
    const { data, batch_sizes, unsorted_indices } = sequence
    const longest = batch_sizes.size(0)
    if (total_length !== null && total_length < longest) {
      throw new ValueError('Expected total_length to be at least the length of the longest sequence in input, but got '
        + `total_length=${total_length} and max sequence length being ${longest}`)
    }
    const [padded, lengths] = pad_op([data, batch_sizes, batch_first, padding_value, total_length ?? longest]) as [Tensor, Tensor]
    if (unsorted_indices === null) return [padded, lengths]
    return [padded.index_select(batch_first ? 0 : 1, unsorted_indices), lengths.at(unsorted_indices.cpu())]
  })

/**
 * Stacks sequences of different lengths, (L, *) each, padded to the longest.
 *
 * @param batch_first - give (B, T, *) in place of (T, B, *). Default: false.
 * @param padding_value - Default: 0.
 * @param padding_side - where the padding goes. Default: 'right'.
 * @throws {RuntimeError} if there are no sequences, or their other dimensions differ.
 * @see torch.nn.utils.rnn.pad_sequence
 */
export const pad_sequence = with_keywords('pad_sequence', ['sequences', 'batch_first', 'padding_value', 'padding_side'],
  (sequences: Iterable<Tensor>, batch_first: boolean = false, padding_value: number = 0, padding_side: 'left' | 'right' = 'right'): Tensor => {
    if (typeof (sequences as Partial<Iterable<Tensor>> | null)?.[Symbol.iterator] !== 'function') {
      throw new RuntimeError(`pad_sequence: Expected iterable for input sequences, but got arg of type: ${type_text(sequences)}`)
    }
    return pad_sequence_op([...sequences], batch_first, padding_value, padding_side)
  })

/**
 * The sequences of a padded batch, each as long as it was: undoes {@link pad_sequence}.
 *
 * As in PyTorch, padded_sequences itself is transposed in place unless batch_first.
 * @param lengths - one for each sequence.
 * @param batch_first - the batch is (B, T, *), not (T, B, *). Default: false.
 * @throws {ValueError} if there are not as many lengths as sequences.
 * @see torch.nn.utils.rnn.unpad_sequence
 */
export const unpad_sequence = with_keywords('unpad_sequence', ['padded_sequences', 'lengths', 'batch_first'],
  (padded_sequences: Tensor, lengths: Tensor, batch_first: boolean = false): Tensor[] => {
    if (!batch_first) padded_sequences.transpose_(0, 1)
    const index = arange(padded_sequences.size(1), { device: lengths.device })
    const [sequences, each] = [[...padded_sequences], [...lengths]]
    if (sequences.length !== each.length) {
      throw new ValueError(`zip() argument 2 is ${each.length < sequences.length ? 'shorter' : 'longer'} than argument 1`)
    }
    return sequences.map((sequence, i) => sequence.at(index.lt(each[i]!)))
  })

/**
 * Packs sequences of different lengths, (L, *) each.
 *
 * @param enforce_sorted - they come by descending length; false: sort them here. Default: true.
 * @throws {RuntimeError} if they are not sorted.
 * @see torch.nn.utils.rnn.pack_sequence
 */
export const pack_sequence = with_keywords('pack_sequence', ['sequences', 'enforce_sorted'],
  (sequences: readonly Tensor[], enforce_sorted: boolean = true): PackedSequence =>
    pack_padded_sequence(pad_sequence(sequences), as_tensor(sequences.map(sequence => sequence.size(0))), { enforce_sorted }))

/** The sequences of a packed batch in their original order: undoes {@link pack_sequence}. @see torch.nn.utils.rnn.unpack_sequence */
export const unpack_sequence = with_keywords('unpack_sequence', ['packed_sequences'], (packed_sequences: PackedSequence): Tensor[] =>
  unpad_sequence(...pad_packed_sequence(packed_sequences, { batch_first: true }), true))
