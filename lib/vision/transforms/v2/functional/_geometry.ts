// Geometric transforms of images, videos, masks and boxes; torchvision.transforms.v2.functional._geometry.
import { is_tensor } from '../../../../_dispatch'
import { ValueError } from '../../../../_errors'
import { rot90 } from '../../../../generated/torch_functions'
import type { Tensor } from '../../../../tensor'
import { type BoundingBoxes, type CanvasSize, type KeyPoints, wrap } from '../../../tv_tensors'
import type { Fill, Padding, PaddingMode } from '../../_functional_image'
import { perspective_coeffs } from '../../_sizes'
import * as v1 from '../../functional'
import { type Interpolation, InterpolationMode, type Size } from '../../functional'
import type { Image } from '../../../_image'
import * as boxes_of from './_boxes'
import * as grid from './_grid'
import * as points_of from './_keypoints'
import { type Functional, as_image, functional } from './_registry'
import * as resized from './_resize'

type Center = readonly number[] | null
type Points = readonly (readonly number[])[]

/** @internal The mode that is meant. */
export function check_interpolation(interpolation: Interpolation): InterpolationMode {
  if (typeof interpolation === 'string' && !(Object.values(InterpolationMode) as string[]).includes(interpolation)) {
    const known = Object.values(InterpolationMode).map(mode => `'${mode}'`).join(', ')
    throw new ValueError(`Invalid interpolation mode: '${interpolation}'. Supported string values are: [${known}].`)
  }
  return v1.interpolation_mode(interpolation)
}

/** Boxes or points with other values, and perhaps on another canvas. */
const placed = <T extends BoundingBoxes | KeyPoints>(like: T, [values, canvas_size]: [Tensor, CanvasSize]): T =>
  wrap<Tensor>(values, { like, canvas_size }) as T

/** Flips left and right. @see torchvision.transforms.v2.functional.horizontal_flip */
export const horizontal_flip = functional('horizontal_flip', [], 0, {
  image: x => x.flip([-1]), mask: x => x.flip([-1]), pil: x => v1.hflip(x),
  boxes: x => wrap(boxes_of.horizontal_flip_bounding_boxes(x.pure(), x.format, x.canvas_size), { like: x }),
  points: x => wrap(points_of.flipped_points(x.pure(), x.canvas_size[1], 0), { like: x }),
})

/** Flips top and bottom. @see torchvision.transforms.v2.functional.vertical_flip */
export const vertical_flip = functional('vertical_flip', [], 0, {
  image: x => x.flip([-2]), mask: x => x.flip([-2]), pil: x => v1.vflip(x),
  boxes: x => wrap(boxes_of.vertical_flip_bounding_boxes(x.pure(), x.format, x.canvas_size), { like: x }),
  points: x => wrap(points_of.flipped_points(x.pure(), x.canvas_size[0], 1), { like: x }),
})

export { horizontal_flip as hflip, vertical_flip as vflip }

/** Masks have no values between two others. */
const mask_mode = (mode: InterpolationMode): InterpolationMode => mode === InterpolationMode.NEAREST_EXACT ? mode : InterpolationMode.NEAREST

type ResizeParams = [size: Size | null, interpolation?: Interpolation, max_size?: number | null, antialias?: boolean | null]
const resize_names = ['size', 'interpolation', 'max_size', 'antialias'] as const

/**
 * Another size: `size` of the shorter side, or [height, width]; null: the longer side gets `max_size`.
 * @param interpolation - Default: bilinear; masks take the nearest value.
 * @param antialias - of tensors; images always have it. Default: true.
 * @see torchvision.transforms.v2.functional.resize
 */
export const resize: Functional<ResizeParams, typeof resize_names> = functional<never, ResizeParams, typeof resize_names>('resize', resize_names, 1, {
  image: (x, size, mode = 'bilinear', max_size = null, antialias = true) =>
    resized.resize_image(x, size, check_interpolation(mode), max_size, antialias),
  mask: (x, size, mode = 'bilinear', max_size = null) =>
    as_image(x, mask => resized.resize_image(mask, size, mask_mode(check_interpolation(mode)), max_size, true)),
  boxes: (x, size, _, max_size = null) =>
    placed(x, boxes_of.scaled(x.pure(), x.format, x.canvas_size, resized.output_size(x.canvas_size, size, max_size), x.clamping_mode)),
  points: (x, size, _, max_size = null) =>
    placed(x, points_of.scaled_points(x.pure(), x.canvas_size, resized.output_size(x.canvas_size, size, max_size))),
  pil: (x, size, mode = 'bilinear', max_size = null, antialias = true) =>
    v1.resize(x, resized.output_size([x.height, x.width], size, max_size), check_interpolation(mode), null, antialias),
})

function parse_affine(angle: unknown, translate: unknown, scale: number, shear: unknown, center: unknown): boxes_of.Motion {
  if (typeof angle !== 'number') throw new TypeError('Argument angle should be int or float')
  if (!Array.isArray(translate)) throw new TypeError('Argument translate should be a sequence')
  if (translate.length !== 2) throw new ValueError('Argument translate should be a sequence of length 2')
  if (scale <= 0) throw new ValueError('Argument scale should be positive')
  if (typeof shear !== 'number' && !Array.isArray(shear)) throw new TypeError('Shear should be either a single value or a sequence of two values')
  const list = typeof shear === 'number' ? [shear, 0] : (shear.length === 1 ? [shear[0], shear[0]] : shear) as number[]
  if (list.length !== 2) throw new ValueError(`Shear should be a sequence containing two values. Got [${list.join(', ')}]`)
  if (center !== null && !Array.isArray(center)) throw new TypeError('Argument center should be a sequence')
  return { angle, translate: translate as number[], scale, shear: list, center: center as Center }
}

/** A center in pixels, counted from the middle. */
const from_middle = (center: Center, w: number, h: number): readonly number[] =>
  center === null ? [0, 0] : [center[0]! - w * 0.5, center[1]! - h * 0.5]

function affine_image(image: Tensor, { angle, translate, scale, shear, center }: boxes_of.Motion, mode: InterpolationMode, fill: Fill): Tensor {
  const [h, w] = [image.size(-2), image.size(-1)]
  grid.check_grid(image, mode, fill)
  const matrix = grid.affine_matrix(from_middle(center, w, h), angle, translate, scale, shear)
  return grid.sample(image, grid.affine_grid(image, matrix, w, h, w, h), mode, fill)
}

type AffineParams = [
  angle: number, translate: readonly number[], scale: number, shear: number | readonly number[], interpolation?: Interpolation, fill?: Fill,
  center?: Center,
]
const affine_names = ['angle', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'] as const

/** Turned (clockwise, in degrees), moved, scaled and sheared around the center. @see torchvision.transforms.v2.functional.affine */
export const affine: Functional<AffineParams, typeof affine_names> = functional<never, AffineParams, typeof affine_names>('affine', affine_names, 4, {
  image: (x, angle, translate, scale, shear, mode = 'nearest', fill = null, center = null) =>
    affine_image(x, parse_affine(angle, translate, scale, shear, center), check_interpolation(mode), fill),
  mask: (x, angle, translate, scale, shear, _, fill = null, center = null) =>
    as_image(x, mask => affine_image(mask, parse_affine(angle, translate, scale, shear, center), InterpolationMode.NEAREST, fill)),
  boxes: (x, ...args) => {
    const by = parse_affine(args[0], args[1], args[2], args[3], args[6] ?? null)
    return placed(x, boxes_of.turned(x.pure(), x.format, x.canvas_size, by, false, x.clamping_mode))
  },
  points: (x, ...args) =>
    placed(x, points_of.turned_points(x.pure(), x.canvas_size, parse_affine(args[0], args[1], args[2], args[3], args[6] ?? null), false)),
  pil: (x, angle, translate, scale, shear, mode = 'nearest', fill = null, center = null) =>
    v1.affine(x, angle, translate, scale, shear, check_interpolation(mode), fill, center),
})

function rotate_image(image: Tensor, degrees: number, interpolation: Interpolation, expand: boolean, center: Center, fill: Fill): Tensor {
  const angle = (degrees % 360 + 360) % 360
  const [h, w] = [image.size(-2), image.size(-1)]
  if (center === null) {
    if (angle === 0) return image.clone()
    if (angle === 180 || (angle === 90 || angle === 270) && (expand || h === w)) return rot90(image, angle / 90, [-2, -1])
  }
  const mode = check_interpolation(interpolation)
  const matrix = grid.affine_matrix(from_middle(center, w, h), -angle, [0, 0], 1, [0, 0])
  grid.check_grid(image, mode, fill)
  const [ow, oh] = expand ? grid.turned_size(matrix, w, h) : [w, h]
  return grid.sample(image, grid.affine_grid(image, matrix, w, h, ow, oh), mode, fill)
}

const turn = (angle: number, center: Center): boxes_of.Motion => ({ angle, translate: [0, 0], scale: 1, shear: [0, 0], center })

type RotateParams = [angle: number, interpolation?: Interpolation, expand?: boolean, center?: Center, fill?: Fill]
const rotate_names = ['angle', 'interpolation', 'expand', 'center', 'fill'] as const

/** A turn, counter-clockwise in degrees. @see torchvision.transforms.v2.functional.rotate */
export const rotate: Functional<RotateParams, typeof rotate_names> = functional<never, RotateParams, typeof rotate_names>('rotate', rotate_names, 1, {
  image: (x, angle, mode = 'nearest', expand = false, center = null, fill = null) => rotate_image(x, angle, mode, expand, center, fill),
  mask: (x, angle, _, expand = false, center = null, fill = null) =>
    as_image(x, mask => rotate_image(mask, angle, 'nearest', expand, center, fill)),
  boxes: (x, angle, _, expand = false, center = null) =>
    placed(x, boxes_of.turned(x.pure(), x.format, x.canvas_size, turn(-angle, center), expand, x.clamping_mode)),
  points: (x, angle, _, expand = false, center = null) => placed(x, points_of.turned_points(x.pure(), x.canvas_size, turn(-angle, center), expand)),
  pil: (x, angle, mode = 'nearest', expand = false, center = null, fill = null) =>
    v1.rotate(x, angle, check_interpolation(mode), expand, center, fill),
})

type PadParams = [padding: Padding, fill?: Fill, padding_mode?: PaddingMode]
const pad_names = ['padding', 'fill', 'padding_mode'] as const

/**
 * More pixels around.
 * @param padding - on all sides, [left and right, top and bottom], or [left, top, right, bottom]
 * @param fill - for padding_mode 'constant'; of masks a number. Default: 0.
 * @param padding_mode - 'constant', 'edge', 'reflect' or 'symmetric'. Default: 'constant', the only one for boxes.
 * @see torchvision.transforms.v2.functional.pad
 */
export const pad: Functional<PadParams, typeof pad_names> = functional<never, PadParams, typeof pad_names>('pad', pad_names, 1, {
  image: (x, padding, fill = null, mode = 'constant') => resized.pad_image(x, padding, fill, mode),
  mask: (x, padding, fill = null, mode = 'constant') => {
    if (Array.isArray(fill)) throw new ValueError('Non-scalar fill value is not supported')
    return as_image(x, mask => resized.pad_image(mask, padding, fill, mode))
  },
  boxes: (x, padding, _, mode = 'constant') =>
    placed(x, boxes_of.padded(x.pure(), x.format, x.canvas_size, resized.parse_padding(padding), mode, x.clamping_mode)),
  points: (x, padding, _, mode = 'constant') =>
    placed(x, points_of.padded_points(x.pure(), x.canvas_size, resized.parse_padding(padding), mode)),
  pil: (x, padding, fill = null, mode = 'constant') => v1.pad(x, padding, fill ?? 0, mode),
})

type CropParams = [top: number, left: number, height: number, width: number]
const crop_names = ['top', 'left', 'height', 'width'] as const

const crop_boxes = (x: BoundingBoxes, top: number, left: number, height: number, width: number): BoundingBoxes =>
  placed(x, boxes_of.crop_bounding_boxes(x.pure(), x.format, top, left, height, width, x.clamping_mode))

/** The part that begins at (top, left); zeros where it goes beyond the picture. @see torchvision.transforms.v2.functional.crop */
export const crop: Functional<CropParams, typeof crop_names> = functional<never, CropParams, typeof crop_names>('crop', crop_names, 4, {
  image: resized.crop_image, mask: (x, ...at) => as_image(x, mask => resized.crop_image(mask, ...at)), boxes: crop_boxes,
  points: (x, ...at) => placed(x, points_of.cropped_points(x.pure(), ...at)),
  pil: (x, ...at) => v1.crop(x, ...at),
})

/** The part in the middle; zeros around a smaller picture. @see torchvision.transforms.v2.functional.center_crop */
export const center_crop: Functional<[output_size: Size], readonly ['output_size']> = functional<never, [Size], readonly ['output_size']>(
  'center_crop', ['output_size'], 1, {
    image: resized.center_crop_image, mask: (x, size) => as_image(x, mask => resized.center_crop_image(mask, size)),
    boxes: (x, size) => {
      const [h, w] = resized.center_size(size)
      return crop_boxes(x, ...resized.center_anchor(h, w, ...x.canvas_size), h, w)
    },
    points: (x, size) => {
      const [h, w] = resized.center_size(size)
      return placed(x, points_of.cropped_points(x.pure(), ...resized.center_anchor(h, w, ...x.canvas_size), h, w))
    },
    pil: (x, size) => v1.center_crop(x, size),
  })

type ResizedCropParams = [...CropParams, size: Size, interpolation?: Interpolation, antialias?: boolean | null]
const resized_crop_names = [...crop_names, 'size', 'interpolation', 'antialias'] as const

function resized_crop_of<T extends Tensor>(x: T, ...args: ResizedCropParams): T {
  const [top, left, height, width, size, interpolation = 'bilinear', antialias = true] = args
  return resize(crop(x, top, left, height, width), size, interpolation, null, antialias)
}

/** {@link crop}, then {@link resize}. @see torchvision.transforms.v2.functional.resized_crop */
export const resized_crop: Functional<ResizedCropParams, typeof resized_crop_names> =
  functional<never, ResizedCropParams, typeof resized_crop_names>('resized_crop', resized_crop_names, 5, {
    image: resized_crop_of, boxes: resized_crop_of, points: resized_crop_of, pil: v1.resized_crop,
    mask: (x, top, left, height, width, size, mode = 'bilinear') => as_image(x, mask =>
      resized.resize_image(resized.crop_image(mask, top, left, height, width), size, mask_mode(check_interpolation(mode)), null, true)),
  })

type PerspectiveParams = [
  startpoints: Points | null, endpoints: Points | null, interpolation?: Interpolation, fill?: Fill, coefficients?: readonly number[] | null,
]
const perspective_names = ['startpoints', 'endpoints', 'interpolation', 'fill', 'coefficients'] as const

function coefficients_of(start: Points | null, end: Points | null, coefficients: readonly number[] | null): readonly number[] {
  if (coefficients !== null) {
    if (start !== null && end !== null) {
      throw new ValueError("The startpoints/endpoints and the coefficients shouldn't be defined concurrently.")
    }
    if (coefficients.length !== 8) throw new ValueError('Argument coefficients should have 8 float values')
    return coefficients
  }
  if (start === null || end === null) {
    throw new ValueError('Either the startpoints/endpoints or the coefficients must have non `None` values.')
  }
  return perspective_coeffs(start, end)
}

function perspective_image(image: Tensor, coeffs: readonly number[], mode: InterpolationMode, fill: Fill): Tensor {
  grid.check_grid(image, mode, fill)
  return grid.sample(image, grid.perspective_grid(image, coeffs), mode, fill)
}

/**
 * Four points moved to others: the corners of a picture seen from aside.
 * @param coefficients - the eight numbers of it, in place of points
 * @see torchvision.transforms.v2.functional.perspective
 */
export const perspective: Functional<PerspectiveParams, typeof perspective_names> =
  functional<never, PerspectiveParams, typeof perspective_names>('perspective', perspective_names, 2, {
    image: (x, start, end, mode = 'bilinear', fill = null, coefficients = null) =>
      perspective_image(x, coefficients_of(start, end, coefficients), check_interpolation(mode), fill),
    mask: (x, start, end, _, fill = null, coefficients = null) =>
      as_image(x, mask => perspective_image(mask, coefficients_of(start, end, coefficients), InterpolationMode.NEAREST, fill)),
    boxes: (x, start, end, ...[, , coefficients = null]) => wrap(boxes_of.seen_from_aside(
      x.pure(), x.format, x.canvas_size, coefficients_of(start, end, coefficients), x.clamping_mode), { like: x }),
    points: (x, start, end, ...[, , coefficients = null]) =>
      wrap(points_of.points_from_aside(x.pure(), coefficients_of(start, end, coefficients)), { like: x }),
    pil: (x, start, end, mode = 'bilinear', fill = null, coefficients = null) =>
      v1.perspective_by(x, coefficients_of(start, end, coefficients), check_interpolation(mode), fill),
  })

function elastic_image(image: Tensor, displacement: Tensor, mode: InterpolationMode, fill: Fill): Tensor {
  if (!is_tensor(displacement)) throw new TypeError('Argument displacement should be a Tensor')
  const [height, width] = [image.size(-2), image.size(-1)]
  boxes_of.check_displacement(displacement, height, width)
  const options = { dtype: grid.place_dtype(image), device: image.device }
  return grid.sample(image, grid.identity_grid(height, width, options).add_(displacement.to(options)), mode, fill)
}

type ElasticParams = [displacement: Tensor, interpolation?: Interpolation, fill?: Fill]
const elastic_names = ['displacement', 'interpolation', 'fill'] as const

/** Each pixel from a place moved by `displacement` (1, H, W, 2). @see torchvision.transforms.v2.functional.elastic */
export const elastic: Functional<ElasticParams, typeof elastic_names> = functional<never, ElasticParams, typeof elastic_names>(
  'elastic', elastic_names, 1, {
    image: (x, displacement, mode = 'bilinear', fill = null) => elastic_image(x, displacement, check_interpolation(mode), fill),
    mask: (x, displacement, _, fill = null) => as_image(x, mask => elastic_image(mask, displacement, InterpolationMode.NEAREST, fill)),
    boxes: (x, displacement) => wrap(boxes_of.displaced(x.pure(), x.format, x.canvas_size, displacement, x.clamping_mode), { like: x }),
    points: (x, displacement) => wrap(points_of.points_displaced(x.pure(), x.canvas_size, displacement), { like: x }),
    pil: (x, displacement, mode = 'bilinear', fill = null) =>
      v1.to_pil_image(elastic_image(v1.pil_to_tensor(x), displacement, check_interpolation(mode), fill), x.mode),
  })

export { elastic as elastic_transform }

type Five<T> = readonly [T, T, T, T, T]

/** The four corners and the middle. @see torchvision.transforms.v2.functional.five_crop */
export const five_crop = functional<never, [size: Size], readonly ['size']>('five_crop', ['size'], 1, {
  image: resized.five_crop_image, pil: (x, size) => v1.five_crop(x, size),
}) as unknown as <T extends Tensor | Image>(inpt: T, size: Size) => Five<T>

/** {@link five_crop} of the picture, then of the flipped one. @see torchvision.transforms.v2.functional.ten_crop */
export const ten_crop = functional<never, [size: Size, vertical_flip?: boolean], readonly ['size', 'vertical_flip']>(
  'ten_crop', ['size', 'vertical_flip'], 1, {
    image: (x, size, vertical = false) => [x, x.flip([vertical ? -2 : -1])].flatMap(one => resized.five_crop_image(one, size)),
    pil: (x, size, vertical = false) => v1.ten_crop(x, size, vertical),
  }) as unknown as <T extends Tensor | Image>(inpt: T, size: Size, vertical_flip?: boolean) => T[]
