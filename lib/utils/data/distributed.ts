// The share of a data set that one of several processes reads: torch.utils.data.distributed.
import { type Args, bind } from '../../_args'
import { RuntimeError, ValueError } from '../../_errors'
import { randperm } from '../../generated/torch_functions'
import { Generator } from '../../random'
import { type Sized, length_of } from './dataset'
import { Sampler } from './sampler'

const names = ['dataset', 'num_replicas', 'rank', 'shuffle', 'seed', 'drop_last'] as const

/**
 * Every num_replicas-th index, from the rank-th on, of one shuffled order that all processes share.
 *
 * @param num_replicas - how many processes there are. Must be given until there are process groups.
 * @param rank - which of them this is, from 0.
 * @param shuffle - in an order that the seed and the epoch decide. Default: true.
 * @param drop_last - leave the last samples out so that all get as many; else some samples come twice. Default: false.
 * @throws {ValueError} if rank is not below num_replicas.
 * @see torch.utils.data.distributed.DistributedSampler
 */
export class DistributedSampler extends Sampler<number> {
  readonly dataset: Sized
  readonly num_replicas: number
  readonly rank: number
  readonly shuffle: boolean
  readonly seed: number
  readonly drop_last: boolean
  readonly num_samples: number
  readonly total_size: number
  epoch = 0

  constructor(...args: Args<[
    dataset: Sized, num_replicas?: number | null, rank?: number | null, shuffle?: boolean, seed?: number, drop_last?: boolean,
  ], typeof names>) {
    super()
    const given = bind('DistributedSampler.__init__', names, 1, args)
    const { num_replicas, rank, shuffle = true, seed = 0, drop_last = false } = given
    if (num_replicas == null || rank == null) throw new RuntimeError('Requires distributed package to be available')
    this.num_replicas = num_replicas as number
    this.rank = rank as number
    if (this.rank >= this.num_replicas || this.rank < 0) {
      throw new ValueError(`Invalid rank ${this.rank}, rank should be in the interval [0, ${this.num_replicas - 1}]`)
    }
    this.dataset = given['dataset'] as Sized
    this.shuffle = shuffle as boolean
    this.seed = seed as number
    this.drop_last = drop_last as boolean
    const share = length_of(this.dataset) / this.num_replicas
    this.num_samples = this.drop_last ? Math.floor(share) : Math.ceil(share)
    this.total_size = this.num_samples * this.num_replicas
  }

  override* [Symbol.iterator](): Iterator<number> {
    const size = length_of(this.dataset)
    const order = this.shuffle
      ? randperm(size, { generator: new Generator().manual_seed(this.seed + this.epoch) }).tolist<number[]>()
      : Array.from({ length: size }, (_, i) => i)
    // Past the end the order begins again.
    for (let i = this.rank; i < this.total_size; i += this.num_replicas) yield order[i % size]
  }

  override get length(): number {
    return this.num_samples
  }

  /** Sets the epoch, so that its order differs from that of the others. Call it before each epoch. */
  set_epoch(epoch: number): void {
    this.epoch = epoch
  }
}
