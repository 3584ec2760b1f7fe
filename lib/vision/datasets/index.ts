// torchvision.datasets
export { cache_dir } from '../../_paths'
export { EMNIST, FashionMNIST, KMNIST, MNIST } from './mnist'
export type { EmnistArgs, EmnistSplit, MnistArgs } from './mnist'
export * as utils from './utils'
export { StandardTransform, VisionDataset } from './vision'
