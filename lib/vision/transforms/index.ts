// torchvision.transforms
export * as functional from './functional'
export { Compose, Lambda, Normalize, ToTensor } from './transforms'
export type { AnyTransform, Batched } from './transforms'
