// torchvision.transforms.v2, for pictures and their labels: boxes, masks and videos have no transforms here yet.
export {
  ColorJitter, GaussianBlur, Grayscale, RandomAdjustSharpness, RandomAutocontrast, RandomEqualize, RandomErasing, RandomGrayscale, RandomInvert,
  RandomPosterize, RandomSolarize,
} from '../colour'
export { InterpolationMode } from '../functional'
export {
  CenterCrop, ElasticTransform, FiveCrop, Pad, RandomAffine, RandomCrop, RandomHorizontalFlip, RandomPerspective, RandomResizedCrop, RandomRotation,
  RandomVerticalFlip, Resize, TenCrop,
} from '../geometry'
export {
  ConvertImageDtype, Lambda, LinearTransformation, Normalize, PILToTensor, RandomApply, RandomChoice, RandomOrder, ToPILImage, ToTensor,
} from '../transforms'
export * as functional from './functional'
export { Compose, Identity, ToDtype, ToImage, ToPureTensor } from './meta'
export { CutMix, MixUp } from './mix'
export type { MixArgs } from './mix'
