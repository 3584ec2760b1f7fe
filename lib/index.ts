// torch-ts: PyTorch's API for TypeScript, on libtorch.
import * as torch from './torch'

export * from './torch'
export default torch
