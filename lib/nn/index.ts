// Neural networks: torch.nn.
export { Parameter, Buffer } from './parameter'
export { Module } from './modules/module'
export * from './modules/linear'
export { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './modules/conv'
export * as functional from './functional'
export * as init from './init'
