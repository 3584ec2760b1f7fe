// torchvision: data sets, images and their transforms.
export { Image } from './_image'
export type { ImageMode } from './_image'
export * as datasets from './datasets'
export * as io from './io'
export * as transforms from './transforms'
export * as utils from './utils'
