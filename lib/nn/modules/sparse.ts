// Embeddings: torch.nn.modules.sparse.
import { type Args, arrange } from '../../_args'
import { AssertionError } from '../../_errors'
import { no_grad } from '../../autograd/grad_mode'
import { empty } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { embedding, embedding_bag, padding_row } from '../_functional/sparse'
import type { DeviceOption, DtypeOption } from '../_types'
import { normal_ } from '../init'
import { Parameter } from '../parameter'
import { Layer, float_text, set_parameters, text } from './_layer'
import { Module } from './module'

function check_weight(weight: Tensor, rows: number, columns: number): Tensor {
  const shape = [...weight.shape]
  if (shape.length === 2 && shape[0] === rows && shape[1] === columns) return weight
  throw new AssertionError('Shape of weight does not match num_embeddings and embedding_dim')
}

function check_pretrained(embeddings: Tensor): [number, number] {
  if (embeddings.dim() !== 2) throw new AssertionError('Embeddings parameter is expected to be 2-dimensional')
  return [embeddings.size(0), embeddings.size(1)]
}

function draw(weight: Parameter, padding_idx: number | null): void {
  normal_(weight)
  if (padding_idx !== null) no_grad(() => weight.at(padding_idx).fill_(0))
}

const embedding_names = ['num_embeddings', 'embedding_dim', 'padding_idx', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'sparse', '_weight',
  '_freeze', 'device', 'dtype'] as const
type EmbeddingArgs = [num_embeddings: number, embedding_dim: number, padding_idx?: number | null, max_norm?: number | null, norm_type?: number,
  scale_grad_by_freq?: boolean, sparse?: boolean, _weight?: Tensor | null, _freeze?: boolean, device?: DeviceOption, dtype?: DtypeOption]

const pretrained_names = ['embeddings', 'freeze', 'padding_idx', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'sparse'] as const
type PretrainedArgs = [embeddings: Tensor, freeze?: boolean, padding_idx?: number | null, max_norm?: number | null, norm_type?: number,
  scale_grad_by_freq?: boolean, sparse?: boolean]

/**
 * A table of vectors: ints (*) → their vectors (*, embedding_dim).
 *
 * Shape: (*) of indices → (*, embedding_dim).
 * Parameters: weight (num_embeddings, embedding_dim), from N(0, 1).
 * @param padding_idx - a row of zeros that gets no gradient. Default: none.
 * @param max_norm - rows that are longer are shortened to it when used. Default: none.
 * @param norm_type - the p of that norm. Default: 2.
 * @param scale_grad_by_freq - divide gradients by how often the row is used. Default: false.
 * @param sparse - a sparse gradient for weight. Default: false.
 * @throws {AssertionError} if padding_idx is no row.
 * @see torch.nn.Embedding
 */
export class Embedding extends Layer {
  num_embeddings: number
  embedding_dim: number
  padding_idx: number | null
  max_norm: number | null
  norm_type: number
  scale_grad_by_freq: boolean
  declare weight: Parameter
  sparse: boolean

  constructor(...args: Args<EmbeddingArgs, typeof embedding_names>) {
    super()
    const [num_embeddings, embedding_dim, padding_idx = null, max_norm = null, norm_type = 2, scale_grad_by_freq = false, sparse = false,
      _weight = null, _freeze = false, device, dtype] = arrange<EmbeddingArgs>('Embedding.__init__', embedding_names, 2, args)
    this.num_embeddings = num_embeddings
    this.embedding_dim = embedding_dim
    this.padding_idx = padding_idx === null ? null : padding_row(padding_idx, num_embeddings, 'Padding_idx')
    this.max_norm = max_norm
    this.norm_type = norm_type
    this.scale_grad_by_freq = scale_grad_by_freq
    const weight = _weight === null ? empty([num_embeddings, embedding_dim], { device, dtype })
      : check_weight(_weight, num_embeddings, embedding_dim)
    set_parameters(this, { weight: new Parameter(weight, !_freeze) })
    this.sparse = sparse
    if (_weight === null) this.reset_parameters()
  }

  /** Draws the vectors anew. */
  reset_parameters(): void {
    draw(this.weight, this.padding_idx)
  }

  forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this.padding_idx, this.max_norm, this.norm_type, this.scale_grad_by_freq, this.sparse)
  }

  override extra_repr(): string {
    const parts = [text(this.num_embeddings), text(this.embedding_dim)]
    if (this.padding_idx !== null) parts.push(`padding_idx=${text(this.padding_idx)}`)
    if (this.max_norm !== null) parts.push(`max_norm=${float_text(this.max_norm)}`)
    if (this.norm_type !== 2) parts.push(`norm_type=${float_text(this.norm_type)}`)
    if (this.scale_grad_by_freq) parts.push('scale_grad_by_freq=True')
    if (this.sparse) parts.push('sparse=True')
    return parts.join(', ')
  }

  /**
   * An Embedding of given vectors (num_embeddings, embedding_dim), whose memory it shares.
   *
   * @param freeze - whether they are kept from training. Default: true.
   * @see torch.nn.Embedding.from_pretrained
   */
  static from_pretrained(...args: Args<PretrainedArgs, typeof pretrained_names>): Embedding {
    const [embeddings, freeze = true, ...rest] = arrange<PretrainedArgs>('from_pretrained', pretrained_names, 1, args)
    const [padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse] = rest
    const [rows, columns] = check_pretrained(embeddings)
    return new this(rows, columns, { _weight: embeddings, _freeze: freeze, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse })
  }
}

type Mode = 'sum' | 'mean' | 'max'

const bag_names = ['num_embeddings', 'embedding_dim', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'mode', 'sparse', '_weight',
  'include_last_offset', 'padding_idx', 'device', 'dtype'] as const
type BagArgs = [num_embeddings: number, embedding_dim: number, max_norm?: number | null, norm_type?: number, scale_grad_by_freq?: boolean,
  mode?: Mode, sparse?: boolean, _weight?: Tensor | null, include_last_offset?: boolean, padding_idx?: number | null, device?: DeviceOption,
  dtype?: DtypeOption]

const pretrained_bag_names = ['embeddings', 'freeze', 'max_norm', 'norm_type', 'scale_grad_by_freq', 'mode', 'sparse', 'include_last_offset',
  'padding_idx'] as const
type PretrainedBagArgs = [embeddings: Tensor, freeze?: boolean, max_norm?: number | null, norm_type?: number, scale_grad_by_freq?: boolean,
  mode?: Mode, sparse?: boolean, include_last_offset?: boolean, padding_idx?: number | null]

/**
 * Sums, means or maxima of bags of vectors from a table.
 *
 * Shape: (B, N), or (N) with offsets (B) where each bag starts → (B, embedding_dim).
 * Parameters: weight (num_embeddings, embedding_dim), from N(0, 1).
 * @param mode - 'sum', 'mean' or 'max'. Default: 'mean'.
 * @param include_last_offset - the offsets end with the size of the input. Default: false.
 * @param padding_idx - a row that does not count and gets no gradient. Default: none.
 * @see torch.nn.EmbeddingBag
 */
export class EmbeddingBag extends Module {
  num_embeddings: number
  embedding_dim: number
  max_norm: number | null
  norm_type: number
  scale_grad_by_freq: boolean
  padding_idx: number | null
  declare weight: Parameter
  mode: Mode
  sparse: boolean
  include_last_offset: boolean

  constructor(...args: Args<BagArgs, typeof bag_names>) {
    super()
    const [num_embeddings, embedding_dim, max_norm = null, norm_type = 2, scale_grad_by_freq = false, mode = 'mean', sparse = false,
      _weight = null, include_last_offset = false, padding_idx = null, device, dtype] = arrange<BagArgs>('EmbeddingBag.__init__', bag_names, 2, args)
    this.num_embeddings = num_embeddings
    this.embedding_dim = embedding_dim
    this.max_norm = max_norm
    this.norm_type = norm_type
    this.scale_grad_by_freq = scale_grad_by_freq
    this.padding_idx = padding_idx === null ? null : padding_row(padding_idx, num_embeddings, 'padding_idx')
    const weight = _weight === null ? empty([num_embeddings, embedding_dim], { device, dtype })
      : check_weight(_weight, num_embeddings, embedding_dim)
    set_parameters(this, { weight: new Parameter(weight) })
    this.mode = mode
    this.sparse = sparse
    this.include_last_offset = include_last_offset
    if (_weight === null) this.reset_parameters()
  }

  /** Draws the vectors anew. */
  reset_parameters(): void {
    draw(this.weight, this.padding_idx)
  }

  override get _forward_names() {
    return ['input', 'offsets', 'per_sample_weights'] as const
  }

  /** @param per_sample_weights - a factor for each place, with mode 'sum' only. Default: none. */
  forward(input: Tensor, offsets: Tensor | null = null, per_sample_weights: Tensor | null = null): Tensor {
    return embedding_bag(input, this.weight, offsets, this.max_norm, this.norm_type, this.scale_grad_by_freq, this.mode, this.sparse,
      per_sample_weights, this.include_last_offset, this.padding_idx)
  }

  override extra_repr(): string {
    const parts = [text(this.num_embeddings), text(this.embedding_dim)]
    if (this.max_norm !== null) parts.push(`max_norm=${float_text(this.max_norm)}`)
    if (this.norm_type !== 2) parts.push(`norm_type=${float_text(this.norm_type)}`)
    if (this.scale_grad_by_freq) parts.push('scale_grad_by_freq=True')
    parts.push(`mode='${this.mode}'`)
    if (this.padding_idx !== null) parts.push(`padding_idx=${text(this.padding_idx)}`)
    return parts.join(', ')
  }

  /** An EmbeddingBag of given vectors, whose memory it shares. @param freeze - Default: true. @see torch.nn.EmbeddingBag.from_pretrained */
  static from_pretrained(...args: Args<PretrainedBagArgs, typeof pretrained_bag_names>): EmbeddingBag {
    const [embeddings, freeze = true, ...rest] = arrange<PretrainedBagArgs>('from_pretrained', pretrained_bag_names, 1, args)
    const [max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx] = rest
    const [rows, columns] = check_pretrained(embeddings)
    const bag = new this(rows, columns,
      { _weight: embeddings, max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx })
    bag.weight.requires_grad = !freeze
    return bag
  }
}
