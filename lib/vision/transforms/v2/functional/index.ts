// torchvision.transforms.v2.functional
export { InterpolationMode, get_image_size, pil_to_tensor, to_pil_image, to_tensor } from '../../functional'
export { crop_bounding_boxes, horizontal_flip_bounding_boxes, vertical_flip_bounding_boxes } from './_boxes'
export {
  adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_saturation, adjust_sharpness, autocontrast, equalize, grayscale_to_rgb, invert,
  permute_channels, posterize, rgb_to_grayscale, solarize, to_grayscale,
} from './_color'
export {
  affine, center_crop, crop, elastic, elastic_transform, five_crop, hflip, horizontal_flip, pad, perspective, resize, resized_crop, rotate, ten_crop,
  vertical_flip, vflip,
} from './_geometry'
export {
  clamp_bounding_boxes, clamp_keypoints, convert_bounding_box_format, get_dimensions, get_num_channels, get_num_channels as get_image_num_channels,
  get_num_frames, get_size, sanitize_bounding_boxes, sanitize_keypoints,
} from './_meta'
export {
  convert_image_dtype, erase, gaussian_blur, gaussian_noise, jpeg, normalize, to_dtype, to_image, uniform_temporal_subsample,
} from './_misc'
export { type Functional, type Input, type InputClass, is_pure_tensor, register_kernel } from './_registry'
export * from './_kernels'
