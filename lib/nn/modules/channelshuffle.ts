// Mixing groups of channels: torch.nn.modules.channelshuffle.
import { type Args, arrange } from '../../_args'
import { channel_shuffle } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { Layer, settings } from './_layer'

const names = ['groups'] as const

/**
 * Takes the channels of (N, C, ...) from each group in turn.
 *
 * Shape: (N, C, *) → the same.
 * @see torch.nn.ChannelShuffle
 */
export class ChannelShuffle extends Layer {
  groups: number

  constructor(...args: Args<[groups: number], typeof names>) {
    super()
    const [groups] = arrange<[number]>('ChannelShuffle.__init__', names, 1, args)
    this.groups = groups
  }

  forward(input: Tensor): Tensor {
    return channel_shuffle(input, this.groups)
  }

  override extra_repr(): string {
    return settings(this, 'groups')
  }
}
