// Transforms of tensors and images as functions; torchvision.transforms.functional.
import { binding } from '../../_C'
import { type Args, arrange, with_keywords } from '../../_args'
import { tensor } from '../../_creation'
import { get_default_dtype } from '../../_defaults'
import { handle, is_tensor } from '../../_dispatch'
import { ValueError } from '../../_errors'
import { type_text } from '../../_typename'
import { warn } from '../../_warnings'
import * as dtypes from '../../dtype'
import type { dtype } from '../../dtype'
import { empty } from '../../generated/torch_functions'
import { type Tensor, elements } from '../../tensor'
import { Image, type ImageMode } from '../_image'
import * as on_image from './_functional_image'
import type { Fill, Padding, PaddingMode } from './_functional_image'
import * as on_tensor from './_functional_tensor'
import * as colour from './_colour_image'
import { affine_matrix, perspective_coeffs, resized_size, round_even, turn_matrix } from './_sizes'

export type { Fill, Padding, PaddingMode } from './_functional_image'

/** What a transform takes: a tensor (..., C, H, W), or an image. */
export type Picture = Tensor | Image

/** A function whose result is of the kind of its picture: arguments by position or keyword. */
export type PictureFunction<Params extends readonly unknown[], Names extends readonly string[]> =
  <T extends Picture>(...args: Args<[img: T, ...Params], readonly ['img', ...Names]>) => T

function keywords<Params extends readonly unknown[], const Names extends readonly string[]>(
  name: string, names: Names, implementation: (img: Picture, ...params: Params) => Picture,
): PictureFunction<Params, Names> {
  const required = implementation.length
  return (...args) => implementation(...arrange<[Picture, ...Params]>(name, ['img', ...names], required, args)) as never
}

/** How values between pixels are found: the names are the values, too. @see torchvision.transforms.InterpolationMode */
export enum InterpolationMode {
  NEAREST = 'nearest', NEAREST_EXACT = 'nearest-exact', BILINEAR = 'bilinear', BICUBIC = 'bicubic', BOX = 'box', HAMMING = 'hamming', LANCZOS = 'lanczos',
}

/** A mode, its name, or PIL's number of it. */
export type Interpolation = InterpolationMode | `${InterpolationMode}` | number

const numbered = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const

/** @internal The mode that is meant. */
export function interpolation_mode(interpolation: Interpolation): InterpolationMode {
  const name = typeof interpolation === 'number' ? numbered[interpolation] : interpolation
  if (name === undefined || !(Object.values(InterpolationMode) as string[]).includes(name)) {
    throw new TypeError('Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant')
  }
  return name as InterpolationMode
}

const filter_of = (mode: InterpolationMode): 'bilinear' => (mode === InterpolationMode.NEAREST_EXACT ? 'nearest' : mode) as 'bilinear'

const is_image = (img: unknown): img is Image => img instanceof Image

function check(img: Picture): void {
  if (!is_tensor(img) && !is_image(img)) throw new TypeError(`Unexpected type ${type_text(img)}`)
}

/** Channels, height and width. @see torchvision.transforms.functional.get_dimensions */
export function get_dimensions(img: Picture): [number, number, number] {
  check(img)
  return is_image(img) ? [img.channels, img.height, img.width] : on_tensor.get_dimensions(img)
}

/** `[width, height]`. @see torchvision.transforms.functional.get_image_size */
export function get_image_size(img: Picture): [number, number] {
  const [, height, width] = get_dimensions(img)
  return [width, height]
}

/** @see torchvision.transforms.functional.get_image_num_channels */
export function get_image_num_channels(img: Picture): number {
  return get_dimensions(img)[0]
}

// ---- kinds of pictures ----

function planes(pic: Image): Tensor {
  const { pixels } = pic
  return pixels.ndim === 2 ? pixels.unsqueeze(0) : pixels.permute([2, 0, 1])
}

/**
 * Converts an image to a tensor of the default dtype, scaled from [0, 255] to [0, 1].
 *
 * Shape: an image of H rows, W columns and C values per pixel → (C, H, W).
 * @throws {TypeError} if `pic` is no image
 * @see torchvision.transforms.functional.to_tensor
 */
export function to_tensor(pic: Image): Tensor {
  if (!is_image(pic)) throw new TypeError(`pic should be PIL Image or ndarray. Got ${type_text(pic)}`)
  return get_default_dtype() === dtypes.float32 ? to_planes(pic, scaled_values(pic.channels)) : scale(planes(pic).contiguous())
}

/**
 * The values of an image by tables of 256 floats, one for each channel: float32 (C, H, W). The bits of the same steps by operators in a
 * fraction of the time.
 * @internal
 */
export function to_planes({ memory, width, height, channels }: Image, tables: Float32Array): Tensor {
  const out = empty([channels, height, width], { dtype: dtypes.float32 })
  binding.image_planes(memory, width, height, channels, tables, handle(out))
  return out
}

const scaled = Float32Array.from({ length: 256 * 4 }, (_, i) => i % 256 / 255)

/** Tables of the 256 values that {@link to_tensor} gives. @internal */
export const scaled_values = (channels: number): Float32Array => scaled.subarray(0, 256 * channels)

/** uint8 → default dtype in [0, 1]; always new memory. */
function scale(pixels: Tensor): Tensor {
  return pixels.to(get_default_dtype()).div_(255)
}

/**
 * {@link to_tensor} of many images at once: uint8 (N, H, W) or (N, H, W, C) → (N, C, H, W). Null for anything else.
 * @internal
 */
export function to_tensor_batched(images: Tensor): Tensor | null {
  if (images.dtype === dtypes.uint8 && images.ndim === 4) return scale(images.permute([0, 3, 1, 2]).contiguous())
  return images.dtype === dtypes.uint8 && images.ndim === 3 ? scale(images).unsqueeze(1) : null
}

/** Converts an image to a tensor (C, H, W) of its values, uint8. @see torchvision.transforms.functional.pil_to_tensor */
export function pil_to_tensor(pic: Image): Tensor {
  if (!is_image(pic)) throw new TypeError(`pic should be PIL Image. Got ${type_text(pic)}`)
  return planes(pic).clone()
}

const permitted: readonly (readonly ImageMode[])[] = [[], ['L'], ['LA'], ['RGB'], ['RGBA', 'CMYK']]

/**
 * Converts a tensor (C, H, W) or (H, W) to an image: uint8 as it is, floats from [0, 1].
 * @param mode - of the image. Default: what the number of channels says.
 * @see torchvision.transforms.functional.to_pil_image
 */
export const to_pil_image = with_keywords('to_pil_image', ['pic', 'mode'], (pic: Tensor, mode: ImageMode | null = null): Image => {
  if (!is_tensor(pic)) throw new TypeError(`pic should be Tensor or ndarray. Got ${type_text(pic)}.`)
  if (pic.ndim !== 2 && pic.ndim !== 3) throw new ValueError(`pic should be 2/3 dimensional. Got ${pic.ndim} dimensions.`)
  const image = pic.ndim === 2 ? pic.unsqueeze(0) : pic
  const [channels, height, width] = image.shape
  if (channels! > 4) throw new ValueError(`pic should not have > 4 channels. Got ${channels} channels.`)
  const bytes = image.dtype.is_floating_point ? image.mul(255).to(dtypes.uint8) : image
  if (bytes.dtype !== dtypes.uint8) throw new TypeError(`Input type ${image.dtype.name} is not supported`)
  const modes = permitted[channels!]!
  if (mode !== null && !modes.includes(mode)) {
    if (channels === 1) throw new ValueError(`Incorrect mode (${mode}) supplied for input type ${bytes.dtype.name}. Should be L`)
    throw new ValueError(`Only modes ['${modes.join("', '")}'] are supported for ${channels}D inputs`)
  }
  const data = elements(bytes.detach().permute([1, 2, 0])) as Uint8Array
  return new Image(new Uint8Array(data.buffer as ArrayBuffer), width!, height!, mode ?? modes[0]!)
})

/**
 * Converts a tensor to another dtype, and its values to the range of that: [0, 1] for floats, [0, 255] for uint8 ...
 * @throws {RuntimeError} if the values do not fit
 * @see torchvision.transforms.functional.convert_image_dtype
 */
export function convert_image_dtype(image: Tensor, type: dtype = dtypes.float32): Tensor {
  if (!is_tensor(image)) throw new TypeError('Input img should be Tensor Image')
  return on_tensor.convert_image_dtype(image, type)
}

/** Means or standard deviations: one for each channel, or one for all. */
export type PerChannel = number | readonly number[]

function constants(values: PerChannel, like: Tensor): Tensor {
  const made = tensor(values as number[], { dtype: like.dtype, device: like.device })
  return made.ndim === 1 ? made.view([-1, 1, 1]) : made
}

/**
 * Normalizes each channel of an image: (x - mean) / std.
 *
 * Shape: (..., C, H, W), the same for the result.
 * @param inplace - change `img` itself. Default: false.
 * @throws {TypeError} if `img` is no float tensor; {ValueError} if it has less than 3 dimensions, or a std is zero
 * @see torchvision.transforms.functional.normalize
 */
export function normalize(img: Tensor, mean: PerChannel, std: PerChannel, inplace = false): Tensor {
  if (!is_tensor(img)) throw new TypeError(`img should be Tensor Image. Got ${type_text(img)}`)
  if (!img.dtype.is_floating_point) throw new TypeError(`Input tensor should be a float tensor. Got ${img.dtype}.`)
  if (img.ndim < 3) {
    throw new ValueError(`Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = ${img.shape}`)
  }
  const scales = constants(std, img)
  if (scales.eq(0).any().item<boolean>()) {
    throw new ValueError(`std evaluated to zero after conversion to ${img.dtype}, leading to division by zero.`)
  }
  const target = inplace ? img : img.clone()
  return target.sub_(constants(mean, img)).div_(scales)
}

// ---- sizes and places ----

/** A size: of the shorter side, or [height, width]. */
export type Size = number | readonly number[]

function height_and_width(size: Size): [number, number] {
  if (typeof size === 'number') return [size, size]
  if (size.length === 1) return [size[0]!, size[0]!]
  if (size.length !== 2) throw new ValueError('Please provide only two dimensions (h, w) for size.')
  return [size[0]!, size[1]!]
}

/**
 * Another size: `size` of the shorter side, or [height, width].
 * @param interpolation - Default: bilinear. Images take all modes, tensors nearest, nearest-exact, bilinear and bicubic.
 * @param max_size - of the longer side, where only the shorter one is given
 * @param antialias - of tensors; images always have it. Default: true.
 * @see torchvision.transforms.functional.resize
 */
export const resize = keywords('resize', ['size', 'interpolation', 'max_size', 'antialias'],
  (img, size: Size, interpolation: Interpolation = 'bilinear', max_size: number | null = null, antialias: boolean | null = true) => {
    const mode = interpolation_mode(interpolation)
    const [, height, width] = get_dimensions(img)
    const [h, w] = resized_size([height, width], size, max_size)
    if (h === height && w === width) return img
    if (!is_image(img)) return on_tensor.resize(img, [h, w], mode, antialias ?? false)
    if (antialias === false) warn('Anti-alias option is always applied for PIL Image input. Argument antialias is ignored.')
    return on_image.resize(img, [h, w], filter_of(mode))
  })

const padding_modes = ['constant', 'edge', 'reflect', 'symmetric']

/** @internal Checks the arguments of padding. */
export function check_padding(padding: unknown, fill: unknown, padding_mode: string): void {
  if (typeof padding !== 'number' && !Array.isArray(padding)) throw new TypeError('Got inappropriate padding arg')
  if (fill !== null && typeof fill !== 'number' && !Array.isArray(fill)) throw new TypeError('Got inappropriate fill arg')
  if (Array.isArray(padding) && ![1, 2, 4].includes(padding.length)) {
    throw new ValueError(`Padding must be an int or a 1, 2, or 4 element tuple, not a ${padding.length} element tuple`)
  }
  if (!padding_modes.includes(padding_mode)) throw new ValueError('Padding mode should be either constant, edge, reflect or symmetric')
}

/**
 * More pixels around a picture.
 * @param padding - on all sides, [left and right, top and bottom], or [left, top, right, bottom]; negative: less
 * @param fill - their value, for padding_mode 'constant'. Default: 0.
 * @param padding_mode - 'constant', 'edge', 'reflect' or 'symmetric'. Default: 'constant'.
 * @see torchvision.transforms.functional.pad
 */
export const pad = keywords('pad', ['padding', 'fill', 'padding_mode'],
  (img, padding: Padding, fill: Fill = 0, padding_mode: PaddingMode = 'constant') => {
    check(img)
    check_padding(padding, fill, padding_mode)
    return is_image(img) ? on_image.pad(img, padding, fill, padding_mode) : on_tensor.pad(img, padding, fill, padding_mode)
  })

/** The part that begins at (top, left); zeros where it goes beyond the picture. @see torchvision.transforms.functional.crop */
export const crop = keywords('crop', ['top', 'left', 'height', 'width'],
  (img, top: number, left: number, height: number, width: number) => {
    check(img)
    return is_image(img) ? on_image.crop(img, top, left, height, width) : on_tensor.crop(img, top, left, height, width)
  })

/** The part in the middle, of this size; zeros around a smaller picture. @see torchvision.transforms.functional.center_crop */
export const center_crop = keywords('center_crop', ['output_size'], (img, output_size: Size) => {
  const [h, w] = height_and_width(output_size)
  let picture = img
  let [, height, width] = get_dimensions(img)
  if (w > width || h > height) {
    const [x, y] = [Math.max(0, w - width), Math.max(0, h - height)]
    picture = pad(picture, [x >> 1, y >> 1, x + 1 >> 1, y + 1 >> 1], 0)
    ;[, height, width] = get_dimensions(picture)
    if (w === width && h === height) return picture
  }
  return crop(picture, round_even((height - h) / 2), round_even((width - w) / 2), h, w)
})

/** {@link crop}, then {@link resize}. @see torchvision.transforms.functional.resized_crop */
export const resized_crop = keywords('resized_crop', ['top', 'left', 'height', 'width', 'size', 'interpolation', 'antialias'],
  (img, top: number, left: number, height: number, width: number, size: Size, interpolation: Interpolation = 'bilinear',
    antialias: boolean | null = true) => {
    const is_inside = top >= 0 && left >= 0 && height > 0 && width > 0
    if (!is_image(img) || antialias === false || !is_inside || top + height > img.height || left + width > img.width) {
      return resize(crop(img, top, left, height, width), size, interpolation, null, antialias)
    }
    return on_image.resize(img, resized_size([height, width], size, null), filter_of(interpolation_mode(interpolation)), { left, top, width, height })
  })

/** Left and right changed. @see torchvision.transforms.functional.hflip */
export function hflip<T extends Picture>(img: T): T {
  check(img)
  return (is_image(img) ? on_image.hflip(img) : on_tensor.hflip(img as Tensor)) as T
}

/** Top and bottom changed. @see torchvision.transforms.functional.vflip */
export function vflip<T extends Picture>(img: T): T {
  check(img)
  return (is_image(img) ? on_image.vflip(img) : on_tensor.vflip(img as Tensor)) as T
}

/** The four corners and the middle, of this size. @see torchvision.transforms.functional.five_crop */
export function five_crop<T extends Picture>(img: T, size: Size): [T, T, T, T, T] {
  const [h, w] = height_and_width(size)
  const [, height, width] = get_dimensions(img)
  if (w > width || h > height) throw new ValueError(`Requested crop size (${h}, ${w}) is bigger than input size (${height}, ${width})`)
  const part = (top: number, left: number): T => crop(img, top, left, h, w)
  return [part(0, 0), part(0, width - w), part(height - h, 0), part(height - h, width - w), center_crop(img, [h, w])]
}

/** {@link five_crop} of the picture, then of the flipped one. @see torchvision.transforms.functional.ten_crop */
export function ten_crop<T extends Picture>(img: T, size: Size, vertical_flip = false): T[] {
  return [...five_crop(img, size), ...five_crop(vertical_flip ? vflip(img) : hflip(img), size)]
}

/** A turn, counter-clockwise in degrees. @see torchvision.transforms.functional.rotate */
export const rotate = keywords('rotate', ['angle', 'interpolation', 'expand', 'center', 'fill'],
  (img, angle: number, interpolation: Interpolation = 'nearest', expand: boolean = false, center: readonly number[] | null = null,
    fill: Fill = null) => {
    const mode = interpolation_mode(interpolation)
    if (typeof angle !== 'number') throw new TypeError('Argument angle should be int or float')
    if (center !== null && !Array.isArray(center)) throw new TypeError('Argument center should be a sequence')
    if (is_image(img)) return on_image.rotate(img, angle, filter_of(mode), expand, center, fill)
    const [, height, width] = get_dimensions(img)
    return on_tensor.rotate(img, turn_matrix(angle, center, width, height), mode, expand, fill)
  })

/**
 * Turned (clockwise, in degrees), moved, scaled and sheared around the center.
 * @see torchvision.transforms.functional.affine
 */
export const affine = keywords('affine', ['angle', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'],
  (img, angle: number, translate: readonly number[], scale: number, shear: number | readonly number[], interpolation: Interpolation = 'nearest',
    fill: Fill = null, center: readonly number[] | null = null) => {
    const mode = interpolation_mode(interpolation)
    if (typeof angle !== 'number') throw new TypeError('Argument angle should be int or float')
    if (!Array.isArray(translate)) throw new TypeError('Argument translate should be a sequence')
    if (translate.length !== 2) throw new ValueError('Argument translate should be a sequence of length 2')
    if (scale <= 0) throw new ValueError('Argument scale should be positive')
    const list = typeof shear === 'number' ? [shear, 0] : shear.length === 1 ? [shear[0]!, shear[0]!] : shear
    if (list.length !== 2) throw new ValueError(`Shear should be a sequence containing two values. Got [${list.join(', ')}]`)
    if (center !== null && !Array.isArray(center)) throw new TypeError('Argument center should be a sequence')
    const [, height, width] = get_dimensions(img)
    const half = [width * 0.5, height * 0.5]
    if (is_image(img)) return on_image.affine(img, affine_matrix(center ?? half, angle, translate, scale, list), filter_of(mode), fill)
    const middle = center === null ? [0, 0] : center.map((value, i) => value - half[i]!)
    return on_tensor.affine(img, affine_matrix(middle, angle, translate, scale, list), mode, fill)
  })

/** Four points moved to others: the corners of a picture seen from aside. @see torchvision.transforms.functional.perspective */
export const perspective = keywords('perspective', ['startpoints', 'endpoints', 'interpolation', 'fill'],
  (img, startpoints: readonly (readonly number[])[], endpoints: readonly (readonly number[])[], interpolation: Interpolation = 'bilinear',
    fill: Fill = null) => {
    check(img)
    const coeffs = perspective_coeffs(startpoints, endpoints)
    const mode = interpolation_mode(interpolation)
    return is_image(img) ? on_image.perspective(img, coeffs, filter_of(mode), fill) : on_tensor.perspective(img, coeffs, mode, fill)
  })

/** @internal {@link perspective} of an image by its eight numbers. */
export function perspective_by(img: Image, coeffs: readonly number[], interpolation: InterpolationMode, fill: Fill): Image {
  return on_image.perspective(img, coeffs, filter_of(interpolation), fill)
}

/** Runs a transform of tensors on an image, too. */
function by_tensor(img: Picture, work: (tensor: Tensor) => Tensor): Picture {
  if (!is_image(img)) return work(img)
  return to_pil_image(work(pil_to_tensor(img)), img.mode)
}

/** Each pixel from a place moved by `displacement` (1, H, W, 2). @see torchvision.transforms.functional.elastic_transform */
export const elastic_transform = keywords('elastic_transform', ['displacement', 'interpolation', 'fill'],
  (img, displacement: Tensor, interpolation: Interpolation = 'bilinear', fill: Fill = null) => {
    check(img)
    if (!is_tensor(displacement)) throw new TypeError('Argument displacement should be a Tensor')
    const [, h, w] = get_dimensions(img)
    if (displacement.shape.join() !== [1, h, w, 2].join()) {
      throw new ValueError(`Argument displacement shape should be (1, ${h}, ${w}, 2), but given ${displacement.shape}`)
    }
    return by_tensor(img, x => on_tensor.elastic_transform(x, displacement, interpolation_mode(interpolation), fill))
  })

// ---- colours ----

/** Times a factor: 0 is black, 1 the picture itself. @see torchvision.transforms.functional.adjust_brightness */
export function adjust_brightness<T extends Picture>(img: T, brightness_factor: number): T {
  check(img)
  return (is_image(img) ? colour.adjust_brightness(img, brightness_factor) : on_tensor.adjust_brightness(img as Tensor, brightness_factor)) as T
}

/** 0 is grey, 1 the picture itself. @see torchvision.transforms.functional.adjust_contrast */
export function adjust_contrast<T extends Picture>(img: T, contrast_factor: number): T {
  check(img)
  return (is_image(img) ? colour.adjust_contrast(img, contrast_factor) : on_tensor.adjust_contrast(img as Tensor, contrast_factor)) as T
}

/** 0 is black and white, 1 the picture itself. @see torchvision.transforms.functional.adjust_saturation */
export function adjust_saturation<T extends Picture>(img: T, saturation_factor: number): T {
  check(img)
  return (is_image(img) ? colour.adjust_saturation(img, saturation_factor) : on_tensor.adjust_saturation(img as Tensor, saturation_factor)) as T
}

/** A turn of the hue: -0.5 to 0.5. @see torchvision.transforms.functional.adjust_hue */
export function adjust_hue<T extends Picture>(img: T, hue_factor: number): T {
  check(img)
  return (is_image(img) ? colour.adjust_hue(img, hue_factor) : on_tensor.adjust_hue(img as Tensor, hue_factor)) as T
}

/** gain * x^gamma. @see torchvision.transforms.functional.adjust_gamma */
export function adjust_gamma<T extends Picture>(img: T, gamma: number, gain = 1): T {
  check(img)
  return (is_image(img) ? colour.adjust_gamma(img, gamma, gain) : on_tensor.adjust_gamma(img as Tensor, gamma, gain)) as T
}

/** 0 is smooth, 1 the picture itself. @see torchvision.transforms.functional.adjust_sharpness */
export function adjust_sharpness<T extends Picture>(img: T, sharpness_factor: number): T {
  check(img)
  return (is_image(img) ? colour.adjust_sharpness(img, sharpness_factor) : on_tensor.adjust_sharpness(img as Tensor, sharpness_factor)) as T
}

/** Grey, in 1 or 3 channels. @see torchvision.transforms.functional.rgb_to_grayscale */
export const rgb_to_grayscale = keywords('rgb_to_grayscale', ['num_output_channels'], (img, num_output_channels: number = 1) => {
  check(img)
  return is_image(img) ? on_image.to_grayscale(img, num_output_channels) : on_tensor.rgb_to_grayscale(img, num_output_channels)
})

/** {@link rgb_to_grayscale} of images only. @see torchvision.transforms.functional.to_grayscale */
export function to_grayscale(img: Image, num_output_channels = 1): Image {
  if (!is_image(img)) throw new TypeError('Input should be PIL Image')
  return on_image.to_grayscale(img, num_output_channels)
}

/** The largest value minus each. @see torchvision.transforms.functional.invert */
export function invert<T extends Picture>(img: T): T {
  check(img)
  return (is_image(img) ? colour.invert(img) : on_tensor.invert(img as Tensor)) as T
}

/** Only the upper bits of each value: 0 to 8. @see torchvision.transforms.functional.posterize */
export function posterize<T extends Picture>(img: T, bits: number): T {
  check(img)
  if (!(bits >= 0 && bits <= 8)) throw new ValueError(`The number if bits should be between 0 and 8. Got ${bits}`)
  return (is_image(img) ? colour.posterize(img, bits) : on_tensor.posterize(img as Tensor, bits)) as T
}

/** Values from `threshold` on inverted. @see torchvision.transforms.functional.solarize */
export function solarize<T extends Picture>(img: T, threshold: number): T {
  check(img)
  return (is_image(img) ? colour.solarize(img, threshold) : on_tensor.solarize(img as Tensor, threshold)) as T
}

/** Each channel stretched to the whole range. @see torchvision.transforms.functional.autocontrast */
export function autocontrast<T extends Picture>(img: T): T {
  check(img)
  return (is_image(img) ? colour.autocontrast(img) : on_tensor.autocontrast(img as Tensor)) as T
}

/** Each channel with values that are equally frequent. @see torchvision.transforms.functional.equalize */
export function equalize<T extends Picture>(img: T): T {
  check(img)
  return (is_image(img) ? colour.equalize(img) : on_tensor.equalize(img as Tensor)) as T
}

/**
 * Blurred by a Gaussian kernel.
 * @param kernel_size - odd: of both sides, or [x, y]
 * @param sigma - of both sides, or [x, y]. Default: 0.15 * kernel_size + 0.35.
 * @see torchvision.transforms.functional.gaussian_blur
 */
export const gaussian_blur = keywords('gaussian_blur', ['kernel_size', 'sigma'],
  (img, kernel_size: number | readonly number[], sigma: number | readonly number[] | null = null) => {
    const sizes = typeof kernel_size === 'number' ? [kernel_size, kernel_size] : kernel_size
    if (sizes.length !== 2) throw new ValueError(`If kernel_size is a sequence its length should be 2. Got ${sizes.length}`)
    for (const size of sizes) {
      if (size % 2 === 0 || size < 0) throw new ValueError(`kernel_size should have odd and positive integers. Got [${sizes.join(', ')}]`)
    }
    const given = sigma === null ? sizes.map(size => size * 0.15 + 0.35) : typeof sigma === 'number' ? [sigma, sigma] : sigma
    const sigmas = given.length === 1 ? [given[0]!, given[0]!] : given
    if (sigmas.length !== 2) throw new ValueError(`If sigma is a sequence, its length should be 2. Got ${sigmas.length}`)
    if (sigmas.some(value => value <= 0)) throw new ValueError(`sigma should have positive values. Got [${sigmas.join(', ')}]`)
    if (!is_tensor(img) && !is_image(img)) throw new TypeError(`img should be PIL Image or Tensor. Got ${type_text(img)}`)
    return by_tensor(img, x => on_tensor.gaussian_blur(x, sizes as [number, number], sigmas as [number, number]))
  })

/** A rectangle at (i, j) of h rows and w columns replaced by `v`. @see torchvision.transforms.functional.erase */
export function erase(img: Tensor, i: number, j: number, h: number, w: number, v: Tensor, inplace = false): Tensor {
  if (!is_tensor(img)) throw new TypeError(`img should be Tensor Image. Got ${type_text(img)}`)
  return on_tensor.erase(img, i, j, h, w, v, inplace)
}
