// torchvision: data sets, images, models, operators and transforms.
export { Image } from './_image'
export type { ImageMode } from './_image'
export * as datasets from './datasets'
export * as io from './io'
export * as models from './models'
export * as ops from './ops'
export * as transforms from './transforms'
export * as utils from './utils'
