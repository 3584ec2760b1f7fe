// Adam with decoupled weight decay: torch.optim.adamw.
import { bind } from '../_args'
import type { ParamState } from './_state_dict'
import { Adam, type AdamArgs, type AdamOptions, adam_names } from './adam'
import type { LaneKeywords } from './_lane_optimizer'
import type { ParamGroup } from './optimizer'

const keywords = ['maximize', 'foreach', 'capturable', 'differentiable', 'fused'] as const

/**
 * Adam in which the parameters decay by themselves, by lr * weight_decay a step, instead of by their gradient.
 *
 * @throws {ValueError} as {@link Adam}.
 * @example new optim.AdamW(model.parameters(), { lr: 1e-3, weight_decay: 0.01 })
 * @see torch.optim.AdamW; Loshchilov and Hutter, arXiv:1711.05101
 */
export class AdamW extends Adam {
  constructor(...args: AdamArgs<LaneKeywords & { fused?: boolean | null }>) {
    const { params, ...given } = bind('AdamW.__init__', adam_names, 1, args, keywords)
    const options = { weight_decay: 1e-2, ...given, decoupled_weight_decay: true }
    super(params as Iterable<never>, options)
  }

  override __setstate__(state: { state: Map<unknown, ParamState>, param_groups: ParamGroup<AdamOptions>[] }): void {
    super.__setstate__(state)
    for (const group of this.param_groups) group.decoupled_weight_decay = true
  }
}
