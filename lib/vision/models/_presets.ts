// How images are prepared for pre-trained models: torchvision.transforms._presets.
import type { Tensor } from '../../tensor'

export interface Preset {
  crop_size: number
  resize_size?: number
  mean?: readonly number[]
  std?: readonly number[]
  interpolation?: 'bilinear' | 'bicubic'
}
export class ImageClassification {
  constructor(readonly preset: Preset) {}
  declare forward: (x: Tensor) => Tensor
}
