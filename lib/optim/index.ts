// torch.optim: re-exports only.
export {
  Optimizer, register_optimizer_step_pre_hook, register_optimizer_step_post_hook, required,
  type Closure, type GroupInput, type Loss, type ParamGroup, type Params,
} from './optimizer'
export type { OptimizerStateDict, ParamState, SavedGroup } from './_state_dict'
export { Adadelta, type AdadeltaOptions } from './adadelta'
export { Adafactor, type AdafactorOptions } from './_adafactor'
export { Adagrad, type AdagradOptions } from './adagrad'
export { Adam, type AdamOptions } from './adam'
export { AdamW } from './adamw'
export { Adamax, type AdamaxOptions } from './adamax'
export { ASGD, type ASGDOptions } from './asgd'
export { LBFGS, type LBFGSOptions } from './lbfgs'
export { Muon, type MuonOptions } from './_muon'
export { NAdam, type NAdamOptions } from './nadam'
export { RAdam, type RAdamOptions } from './radam'
export { RMSprop, type RMSpropOptions } from './rmsprop'
export { Rprop, type RpropOptions } from './rprop'
export { SGD, type SGDOptions } from './sgd'
export { SparseAdam, type SparseAdamOptions } from './sparse_adam'
export * as lr_scheduler from './lr_scheduler'
export * as swa_utils from './swa_utils'
