// torchvision.transforms
export { AugMix, AutoAugment, AutoAugmentPolicy, RandAugment, TrivialAugmentWide } from './autoaugment'
export {
  ColorJitter, GaussianBlur, Grayscale, RandomAdjustSharpness, RandomAutocontrast, RandomEqualize, RandomErasing, RandomGrayscale, RandomInvert,
  RandomPosterize, RandomSolarize,
} from './colour'
export * as functional from './functional'
export { InterpolationMode } from './functional'
export type { Interpolation, Picture } from './functional'
export {
  CenterCrop, ElasticTransform, FiveCrop, Pad, RandomAffine, RandomCrop, RandomHorizontalFlip, RandomPerspective, RandomResizedCrop, RandomRotation,
  RandomVerticalFlip, Resize, TenCrop,
} from './geometry'
export {
  Compose, ConvertImageDtype, Lambda, LinearTransformation, Normalize, PILToTensor, RandomApply, RandomChoice, RandomOrder, ToPILImage, ToTensor,
} from './transforms'
export type { AnyTransform, Batched } from './transforms'
export * as v2 from './v2'
