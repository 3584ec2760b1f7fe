// Operators of vision: torchvision.ops.
export { Conv2dNormActivation, Conv3dNormActivation, FrozenBatchNorm2d, MLP, Permute, SqueezeExcitation } from './misc'
export { StochasticDepth, stochastic_depth } from './stochastic_depth'
