// torch.optim: re-exports only.
export { Optimizer, type Closure, type GroupInput, type ParamGroup, type Params } from './optimizer'
export type { OptimizerStateDict } from './_state_dict'
export { SGD, type SGDOptions } from './sgd'
