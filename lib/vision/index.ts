// torchvision: data sets and transforms of images.
export { Image } from './_image'
export * as datasets from './datasets'
export * as transforms from './transforms'
