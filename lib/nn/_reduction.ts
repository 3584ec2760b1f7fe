// How a loss combines the losses of its elements: torch/nn/_reduction.py.
import { ValueError } from '../_errors'
import { warn } from '../_warnings'

/** 'none': the loss of each element; 'mean': their mean; 'sum': their sum. */
export type Reduction = 'none' | 'mean' | 'sum'

const CODES: Record<string, number> = { none: 0, mean: 1, elementwise_mean: 1, sum: 2 }

/** libtorch's number for a reduction. @throws {ValueError} for another string. */
export function get_enum(reduction: string): number {
  if (reduction === 'elementwise_mean') warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
  if (!Object.hasOwn(CODES, reduction)) throw new ValueError(`${reduction} is not a valid value for reduction`)
  return CODES[reduction]!
}

/** The reduction, unless one of PyTorch's old flags says another. */
export function resolve<R extends string>(size_average: boolean | null | undefined, reduce: boolean | null | undefined, reduction: R): R | Reduction {
  if (size_average == null && reduce == null) return reduction
  const result = reduce === false ? 'none' : size_average === false ? 'sum' : 'mean'
  warn(`size_average and reduce args will be deprecated, please use reduction='${result}' instead.`)
  return result
}
