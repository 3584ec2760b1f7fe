// torchvision.transforms.v2
export { AutoAugmentPolicy } from '../autoaugment'
export { InterpolationMode } from '../functional'
export { CutMix, JPEG, MixUp, RandomErasing } from './_augment'
export { AugMix, AutoAugment, RandAugment, TrivialAugmentWide } from './_auto_augment'
export {
  ColorJitter, Grayscale, RGB, RandomAdjustSharpness, RandomAutocontrast, RandomChannelPermutation, RandomEqualize, RandomGrayscale, RandomInvert,
  RandomPhotometricDistort, RandomPosterize, RandomSolarize,
} from './_color'
export { Compose, RandomApply, RandomChoice, RandomOrder } from './_container'
export {
  ElasticTransform, Pad, RandomAffine, RandomHorizontalFlip, RandomPerspective, RandomRotation, RandomVerticalFlip, RandomZoomOut,
} from './_geometry'
export { RandomIoUCrop } from './_iou_crop'
export {
  ConvertImageDtype, GaussianBlur, GaussianNoise, Identity, Lambda, LinearTransformation, Normalize, SanitizeBoundingBoxes,
  SanitizeKeyPoints, ToDtype,
} from './_misc'
export {
  CenterCrop, FiveCrop, RandomCrop, RandomResize, RandomResizedCrop, RandomShortestSize, Resize, ScaleJitter, TenCrop,
} from './_sizes'
export { Transform } from './_transform'
export {
  ClampBoundingBoxes, ClampKeyPoints, ConvertBoundingBoxFormat, PILToTensor, SetClampingMode, ToImage, ToPILImage, ToPureTensor, ToTensor,
  UniformTemporalSubsample,
} from './_type_conversion'
export { check_type, get_bounding_boxes, get_keypoints, has_all, has_any, query_chw, query_size } from './_utils'
export type { FillArg, LabelsGetter, TypeOrCheck } from './_utils'
export * as functional from './functional'
