// What the losses of torch.nn.modules.loss share.
import { type Args, arrange } from '../../_args'
import type { Tensor } from '../../tensor'
import { type Reduction, resolve } from '../_reduction'
import { Module } from './module'

/** A setting that older code gives. */
export type Flag = boolean | null
/** A factor for each class or element. */
export type Weight = Tensor | null

/** What all losses have. */
export abstract class _Loss<R extends string = Reduction> extends Module {
  reduction: R | Reduction

  constructor(size_average: Flag | undefined, reduce: Flag | undefined, reduction: R | Reduction = 'mean') {
    super()
    this.reduction = resolve(size_average, reduce, reduction)
  }
}

/** A loss whose forward takes an input and a target. */
export abstract class TargetLoss<R extends string = Reduction> extends _Loss<R> {
  override get _forward_names() {
    return ['input', 'target'] as const
  }
}

/** What losses with a factor for each class have. */
export abstract class _WeightedLoss extends TargetLoss {
  declare weight: Weight

  constructor(weight: Weight | undefined, size_average: Flag | undefined, reduce: Flag | undefined, reduction?: Reduction) {
    super(size_average, reduce, reduction)
    this.register_buffer('weight', weight ?? null)
  }
}

export const plain_names = ['size_average', 'reduce', 'reduction'] as const
export type PlainArgs = [size_average?: Flag, reduce?: Flag, reduction?: Reduction]

/** A loss with no setting but the reduction. */
export abstract class PlainLoss extends TargetLoss {
  constructor(...args: Args<PlainArgs, typeof plain_names>) {
    super(...arrange<PlainArgs>(`${new.target.name}.__init__`, plain_names, 0, args) as [Flag, Flag, Reduction?])
  }
}
