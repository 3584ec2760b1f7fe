// torch.optim.lr_scheduler: re-exports only.
export { LRScheduler, type AnyOptimizer } from './_lr_scheduler/base'
export {
  LambdaLR, MultiplicativeLR, StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR, type Lambda,
} from './_lr_scheduler/decay'
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './_lr_scheduler/cosine'
export { CyclicLR, OneCycleLR } from './_lr_scheduler/cycle'
export { SequentialLR, ChainedScheduler } from './_lr_scheduler/compound'
export { ReduceLROnPlateau } from './_lr_scheduler/plateau'
