// The functions for one class of input, on plain tensors, by name: resize_image, crop_mask, ...; torchvision.transforms.v2.functional.
import { with_keywords } from '../../../../_args'
import type { Tensor } from '../../../../tensor'
import { BoundingBoxes, type BoxFormat, type CanvasSize, type ClampingMode, KeyPoints, Mask, TVTensor } from '../../../tv_tensors'
import type { Padding, PaddingMode } from '../../_functional_image'
import type { Size } from '../../functional'
import * as color from './_color'
import * as geometry from './_geometry'
import * as meta from './_meta'
import * as misc from './_misc'

type AnyFunction = (...args: never[]) => unknown

const pure = (x: unknown): unknown => x instanceof TVTensor ? x.pure() : x

/** The function itself, on plain tensors and with such results. */
function plain<F extends AnyFunction>(functional: F, prepare: (x: Tensor) => Tensor = x => x): F {
  const kernel = (inpt: Tensor, ...rest: never[]): unknown => {
    const result = functional(prepare(pure(inpt) as Tensor) as never, ...rest)
    return Array.isArray(result) ? result.map(pure) : pure(result)
  }
  return kernel as unknown as F
}

const [image, video] = [plain, plain]
const mask = <F extends AnyFunction>(functional: F): F => plain(functional, x => new Mask(x))

export const [affine_image, affine_video, affine_mask] = [image(geometry.affine), video(geometry.affine), mask(geometry.affine)]
export const [center_crop_image, center_crop_video, center_crop_mask] =
  [image(geometry.center_crop), video(geometry.center_crop), mask(geometry.center_crop)]
export const [crop_image, crop_video, crop_mask] = [image(geometry.crop), video(geometry.crop), mask(geometry.crop)]
export const [elastic_image, elastic_video, elastic_mask] = [image(geometry.elastic), video(geometry.elastic), mask(geometry.elastic)]
export const [five_crop_image, five_crop_video] = [image(geometry.five_crop), video(geometry.five_crop)]
export const [ten_crop_image, ten_crop_video] = [image(geometry.ten_crop), video(geometry.ten_crop)]
export const [horizontal_flip_image, horizontal_flip_video, horizontal_flip_mask] =
  [image(geometry.horizontal_flip), video(geometry.horizontal_flip), mask(geometry.horizontal_flip)]
export const [vertical_flip_image, vertical_flip_video, vertical_flip_mask] =
  [image(geometry.vertical_flip), video(geometry.vertical_flip), mask(geometry.vertical_flip)]
export const [pad_image, pad_video, pad_mask] = [image(geometry.pad), video(geometry.pad), mask(geometry.pad)]
export const [perspective_image, perspective_video, perspective_mask] =
  [image(geometry.perspective), video(geometry.perspective), mask(geometry.perspective)]
export const [resize_image, resize_video, resize_mask] = [image(geometry.resize), video(geometry.resize), mask(geometry.resize)]
export const [resized_crop_image, resized_crop_video, resized_crop_mask] =
  [image(geometry.resized_crop), video(geometry.resized_crop), mask(geometry.resized_crop)]
export const [rotate_image, rotate_video, rotate_mask] = [image(geometry.rotate), video(geometry.rotate), mask(geometry.rotate)]

export const [adjust_brightness_image, adjust_brightness_video] = [image(color.adjust_brightness), video(color.adjust_brightness)]
export const [adjust_contrast_image, adjust_contrast_video] = [image(color.adjust_contrast), video(color.adjust_contrast)]
export const [adjust_gamma_image, adjust_gamma_video] = [image(color.adjust_gamma), video(color.adjust_gamma)]
export const [adjust_hue_image, adjust_hue_video] = [image(color.adjust_hue), video(color.adjust_hue)]
export const [adjust_saturation_image, adjust_saturation_video] = [image(color.adjust_saturation), video(color.adjust_saturation)]
export const [adjust_sharpness_image, adjust_sharpness_video] = [image(color.adjust_sharpness), video(color.adjust_sharpness)]
export const [autocontrast_image, autocontrast_video] = [image(color.autocontrast), video(color.autocontrast)]
export const [equalize_image, equalize_video] = [image(color.equalize), video(color.equalize)]
export const [invert_image, invert_video] = [image(color.invert), video(color.invert)]
export const [permute_channels_image, permute_channels_video] = [image(color.permute_channels), video(color.permute_channels)]
export const [posterize_image, posterize_video] = [image(color.posterize), video(color.posterize)]
export const [solarize_image, solarize_video] = [image(color.solarize), video(color.solarize)]
export const [grayscale_to_rgb_image, rgb_to_grayscale_image] = [image(color.grayscale_to_rgb), image(color.rgb_to_grayscale)]

export const [erase_image, erase_video] = [image(misc.erase), video(misc.erase)]
export const [gaussian_blur_image, gaussian_blur_video] = [image(misc.gaussian_blur), video(misc.gaussian_blur)]
export const [gaussian_noise_image, gaussian_noise_video] = [image(misc.gaussian_noise), video(misc.gaussian_noise)]
export const [jpeg_image, jpeg_video] = [image(misc.jpeg), video(misc.jpeg)]
export const [normalize_image, normalize_video] = [image(misc.normalize), video(misc.normalize)]
export const [to_dtype_image, to_dtype_video] = [image(misc.to_dtype), video(misc.to_dtype)]
export const uniform_temporal_subsample_video = video(misc.uniform_temporal_subsample)

export const [get_dimensions_image, get_dimensions_video] = [image(meta.get_dimensions), video(meta.get_dimensions)]
export const [get_num_channels_image, get_num_channels_video] = [image(meta.get_num_channels), video(meta.get_num_channels)]
export const [get_size_image, get_size_video, get_size_mask] = [image(meta.get_size), video(meta.get_size), image(meta.get_size)]
export const get_num_frames_video = video(meta.get_num_frames)

/** The size of the picture of boxes. @see torchvision.transforms.v2.functional.get_size_bounding_boxes */
export const get_size_bounding_boxes = (bounding_box: BoundingBoxes): [height: number, width: number] => meta.get_size(bounding_box)

/** The size of the picture of points. @see torchvision.transforms.v2.functional.get_size_keypoints */
export const get_size_keypoints = (keypoints: KeyPoints): [height: number, width: number] => meta.get_size(keypoints)

// ---- boxes ----

type Moved = [bounding_boxes: Tensor, canvas_size: CanvasSize]
type Points = readonly (readonly number[])[] | null

/** Makes BoundingBoxes of plain ones of any leading dimensions, and gives what becomes of them in that shape. */
function with_boxes(
  boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, clamping_mode: ClampingMode, work: (boxes: BoundingBoxes) => BoundingBoxes,
): Moved {
  const made = work(new BoundingBoxes(boxes.reshape([-1, boxes.size(-1)]), { format, canvas_size, clamping_mode }))
  return [made.pure().reshape([...boxes.shape]), made.canvas_size]
}

const placed_names = ['bounding_boxes', 'format', 'canvas_size'] as const

/** @see torchvision.transforms.v2.functional.affine_bounding_boxes */
export const affine_bounding_boxes = with_keywords(
  'affine_bounding_boxes', [...placed_names, 'angle', 'translate', 'scale', 'shear', 'center', 'clamping_mode'],
  (
    bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, angle: number, translate: readonly number[], scale: number,
    shear: number | readonly number[], center: readonly number[] | null = null, clamping_mode: ClampingMode = 'soft',
  ): Tensor => with_boxes(bounding_boxes, format, canvas_size, clamping_mode,
    x => geometry.affine(x, angle, translate, scale, shear, { center }))[0])

/** @see torchvision.transforms.v2.functional.rotate_bounding_boxes */
export const rotate_bounding_boxes = with_keywords('rotate_bounding_boxes', [...placed_names, 'angle', 'expand', 'center', 'clamping_mode'],
  (
    bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, angle: number, expand: boolean = false,
    center: readonly number[] | null = null, clamping_mode: ClampingMode = 'soft',
  ): Moved => with_boxes(bounding_boxes, format, canvas_size, clamping_mode, x => geometry.rotate(x, angle, { expand, center })))

/** @see torchvision.transforms.v2.functional.center_crop_bounding_boxes */
export const center_crop_bounding_boxes = with_keywords('center_crop_bounding_boxes', [...placed_names, 'output_size', 'clamping_mode'],
  (bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, output_size: Size, clamping_mode: ClampingMode = 'soft'): Moved =>
    with_boxes(bounding_boxes, format, canvas_size, clamping_mode, x => geometry.center_crop(x, output_size)))

/** @see torchvision.transforms.v2.functional.elastic_bounding_boxes */
export const elastic_bounding_boxes = with_keywords('elastic_bounding_boxes', [...placed_names, 'displacement', 'clamping_mode'],
  (bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, displacement: Tensor, clamping_mode: ClampingMode = 'soft'): Tensor =>
    with_boxes(bounding_boxes, format, canvas_size, clamping_mode, x => geometry.elastic(x, displacement))[0])

/** @see torchvision.transforms.v2.functional.pad_bounding_boxes */
export const pad_bounding_boxes = with_keywords('pad_bounding_boxes', [...placed_names, 'padding', 'padding_mode', 'clamping_mode'],
  (
    bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, padding: Padding, padding_mode: PaddingMode = 'constant',
    clamping_mode: ClampingMode = 'soft',
  ): Moved => with_boxes(bounding_boxes, format, canvas_size, clamping_mode, x => geometry.pad(x, padding, null, padding_mode)))

/** @see torchvision.transforms.v2.functional.perspective_bounding_boxes */
export const perspective_bounding_boxes = with_keywords(
  'perspective_bounding_boxes', [...placed_names, 'startpoints', 'endpoints', 'coefficients', 'clamping_mode'],
  (
    bounding_boxes: Tensor, format: BoxFormat, canvas_size: CanvasSize, startpoints: Points, endpoints: Points,
    coefficients: readonly number[] | null = null, clamping_mode: ClampingMode = 'soft',
  ): Tensor => with_boxes(bounding_boxes, format, canvas_size, clamping_mode,
    x => geometry.perspective(x, startpoints, endpoints, { coefficients }))[0])

/** @see torchvision.transforms.v2.functional.resize_bounding_boxes */
export const resize_bounding_boxes = with_keywords(
  'resize_bounding_boxes', ['bounding_boxes', 'canvas_size', 'size', 'max_size', 'format', 'clamping_mode'],
  (
    bounding_boxes: Tensor, canvas_size: CanvasSize, size: Size | null, max_size: number | null = null, format: BoxFormat = 'XYXY',
    clamping_mode: ClampingMode = 'soft',
  ): Moved => with_boxes(bounding_boxes, format, canvas_size, clamping_mode, x => geometry.resize(x, size, { max_size })))

/** @see torchvision.transforms.v2.functional.resized_crop_bounding_boxes */
export const resized_crop_bounding_boxes = with_keywords(
  'resized_crop_bounding_boxes', ['bounding_boxes', 'format', 'top', 'left', 'height', 'width', 'size', 'clamping_mode'],
  (
    bounding_boxes: Tensor, format: BoxFormat, top: number, left: number, height: number, width: number, size: Size,
    clamping_mode: ClampingMode = 'soft',
  ): Moved => with_boxes(bounding_boxes, format, [height, width], clamping_mode, x => geometry.resized_crop(x, top, left, height, width, size)))

// ---- points ----

type MovedPoints = [keypoints: Tensor, canvas_size: CanvasSize]

function with_points(points: Tensor, canvas_size: CanvasSize, work: (points: KeyPoints) => KeyPoints): MovedPoints {
  const made = work(new KeyPoints(points, { canvas_size }))
  return [made.pure().reshape([...points.shape]), made.canvas_size]
}

const point_names = ['keypoints', 'canvas_size'] as const

/** @see torchvision.transforms.v2.functional.horizontal_flip_keypoints */
export const horizontal_flip_keypoints = with_keywords('horizontal_flip_keypoints', point_names,
  (keypoints: Tensor, canvas_size: CanvasSize): Tensor => with_points(keypoints, canvas_size, x => geometry.horizontal_flip(x))[0])

/** @see torchvision.transforms.v2.functional.vertical_flip_keypoints */
export const vertical_flip_keypoints = with_keywords('vertical_flip_keypoints', point_names,
  (keypoints: Tensor, canvas_size: CanvasSize): Tensor => with_points(keypoints, canvas_size, x => geometry.vertical_flip(x))[0])

/** @see torchvision.transforms.v2.functional.affine_keypoints */
export const affine_keypoints = with_keywords('affine_keypoints', [...point_names, 'angle', 'translate', 'scale', 'shear', 'center'],
  (
    keypoints: Tensor, canvas_size: CanvasSize, angle: number, translate: readonly number[], scale: number, shear: number | readonly number[],
    center: readonly number[] | null = null,
  ): MovedPoints => with_points(keypoints, canvas_size, x => geometry.affine(x, angle, translate, scale, shear, { center })))

/** @see torchvision.transforms.v2.functional.rotate_keypoints */
export const rotate_keypoints = with_keywords('rotate_keypoints', [...point_names, 'angle', 'expand', 'center'],
  (keypoints: Tensor, canvas_size: CanvasSize, angle: number, expand: boolean = false, center: readonly number[] | null = null): MovedPoints =>
    with_points(keypoints, canvas_size, x => geometry.rotate(x, angle, { expand, center })))

/** @see torchvision.transforms.v2.functional.center_crop_keypoints */
export const center_crop_keypoints = with_keywords('center_crop_keypoints', ['inpt', 'canvas_size', 'output_size'],
  (inpt: Tensor, canvas_size: CanvasSize, output_size: Size): MovedPoints =>
    with_points(inpt, canvas_size, x => geometry.center_crop(x, output_size)))

/** @see torchvision.transforms.v2.functional.crop_keypoints */
export const crop_keypoints = with_keywords('crop_keypoints', ['keypoints', 'top', 'left', 'height', 'width'],
  (keypoints: Tensor, top: number, left: number, height: number, width: number): MovedPoints =>
    with_points(keypoints, [height, width], x => geometry.crop(x, top, left, height, width)))

/** @see torchvision.transforms.v2.functional.elastic_keypoints */
export const elastic_keypoints = with_keywords('elastic_keypoints', [...point_names, 'displacement'],
  (keypoints: Tensor, canvas_size: CanvasSize, displacement: Tensor): Tensor =>
    with_points(keypoints, canvas_size, x => geometry.elastic(x, displacement))[0])

/** @see torchvision.transforms.v2.functional.pad_keypoints */
export const pad_keypoints = with_keywords('pad_keypoints', [...point_names, 'padding', 'padding_mode'],
  (keypoints: Tensor, canvas_size: CanvasSize, padding: Padding, padding_mode: PaddingMode = 'constant'): MovedPoints =>
    with_points(keypoints, canvas_size, x => geometry.pad(x, padding, null, padding_mode)))

/** @see torchvision.transforms.v2.functional.perspective_keypoints */
export const perspective_keypoints = with_keywords('perspective_keypoints', [...point_names, 'startpoints', 'endpoints', 'coefficients'],
  (keypoints: Tensor, canvas_size: CanvasSize, startpoints: Points, endpoints: Points, coefficients: readonly number[] | null = null): Tensor =>
    with_points(keypoints, canvas_size, x => geometry.perspective(x, startpoints, endpoints, { coefficients }))[0])

/** @see torchvision.transforms.v2.functional.resize_keypoints */
export const resize_keypoints = with_keywords('resize_keypoints', ['keypoints', 'size', 'canvas_size', 'max_size'],
  (keypoints: Tensor, size: Size | null, canvas_size: CanvasSize, max_size: number | null = null): MovedPoints =>
    with_points(keypoints, canvas_size, x => geometry.resize(x, size, { max_size })))

/** @see torchvision.transforms.v2.functional.resized_crop_keypoints */
export const resized_crop_keypoints = with_keywords('resized_crop_keypoints', ['keypoints', 'top', 'left', 'height', 'width', 'size'],
  (keypoints: Tensor, top: number, left: number, height: number, width: number, size: Size): MovedPoints =>
    with_points(keypoints, [height, width], x => geometry.resized_crop(x, top, left, height, width, size)))
