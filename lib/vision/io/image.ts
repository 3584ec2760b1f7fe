// Images in files and bytes as tensors (C, H, W); torchvision.io.image.
import fs from 'node:fs'
import { type Args, bind, with_keywords } from '../../_args'
import { from_numpy } from '../../_creation'
import { is_tensor } from '../../_dispatch'
import { KeyError, RuntimeError, ValueError } from '../../_errors'
import { aten } from '../../_operators'
import { expanduser } from '../../_paths'
import { uint8 } from '../../dtype'
import { type Tensor, elements } from '../../tensor'
import { type DecodeOptions, type Decoded, decode, encode } from '../_codec/decode'
import { type Format, sniff } from '../_codec/sniff'
import { replace_file } from '../_files'
import { Image, type ImageMode } from '../_image'

/** How many values a pixel of a decoded image has. Functions take its names, too. @see torchvision.io.ImageReadMode */
export enum ImageReadMode {
  // eslint-disable-next-line @typescript-eslint/no-duplicate-enum-values -- the last two are one mode
  UNCHANGED = 0, GRAY = 1, GRAY_ALPHA = 2, RGB = 3, RGB_ALPHA = 4, RGBA = 4,
}

/** A mode or its name. */
export type ReadMode = ImageReadMode | keyof typeof ImageReadMode | Lowercase<keyof typeof ImageReadMode>

const image_modes: readonly (ImageMode | null)[] = [null, 'L', 'LA', 'RGB', 'RGBA']

function mode_number(mode: ReadMode): ImageReadMode {
  if (typeof mode === 'number') return mode
  const found = ImageReadMode[mode.toUpperCase() as keyof typeof ImageReadMode]
  if (found === undefined) throw new KeyError(`'${mode.toUpperCase()}'`)
  return found
}

function bytes_of(input: unknown): Uint8Array {
  if (!is_tensor(input)) throw new TypeError('Expected a tensor of encoded bytes')
  const tensor = input as Tensor
  if (tensor.dtype !== uint8 || tensor.ndim !== 1 || tensor.numel() === 0) {
    throw new RuntimeError(`Expected a non empty 1-dimensional tensor of dtype torch.uint8, got ${tensor.dtype} of shape (${tensor.shape.join(', ')})`)
  }
  return elements(tensor) as Uint8Array
}

const permute = aten('permute')

/** Pixels → (C, H, W), or (N, C, H, W) of the images that lie below each other. */
function planes({ data, width, height, channels, pages, wide }: Decoded): Tensor {
  const values = is_tensor(data) ? data as Tensor : from_numpy(wide ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data)
  const images = values.view([pages, height / pages, width, channels])
  const result = (permute([images, [0, 3, 1, 2]]) as Tensor).contiguous()
  return pages === 1 ? result.squeeze(0) : result
}

const names: Record<Format, string> = { jpeg: 'JPEG', png: 'PNG', webp: 'WEBP', gif: 'GIF', tiff: 'TIFF', avif: 'AVIF', bmp: 'BMP', pnm: 'PNM' }

function check_format(bytes: Uint8Array, format: Format, what: string): void {
  if (sniff(bytes)?.format !== format) throw new RuntimeError(`${what} is not a ${names[format]} file`)
}

/** Other values per pixel than are stored: in 8 bits, as PIL converts. */
function converted(decoded: Decoded, mode: ImageReadMode): Decoded {
  const wanted = image_modes[mode] ?? null
  const cmyk = decoded.header.format === 'jpeg' && decoded.channels === 4
  const stored = cmyk ? 'CMYK' : image_modes[decoded.channels]!
  if (wanted === null ? !cmyk : wanted === stored) return decoded
  if (decoded.wide) throw new RuntimeError('A 16-bit image can only be decoded with the mode UNCHANGED')
  const image = new Image(decoded.data, decoded.width, decoded.height, stored).convert(wanted ?? 'RGB')
  return { ...decoded, data: image.data, channels: image.channels }
}

function decode_bytes(bytes: Uint8Array, what: string, mode: ReadMode, options: DecodeOptions): Tensor {
  return planes(converted(decode(bytes, what, options), mode_number(mode)))
}

/**
 * The bytes of a file: uint8 of one dimension.
 * @throws {RuntimeError} if it cannot be read
 * @see torchvision.io.read_file
 */
export function read_file(path: string): Tensor {
  return from_numpy(new Uint8Array(read_bytes(path)))
}

function read_bytes(path: string): Buffer {
  try {
    return fs.readFileSync(expanduser(path))
  } catch (error) {
    throw new RuntimeError(`[Errno ${Math.abs((error as NodeJS.ErrnoException).errno ?? 0)}] ${reason(error)}: '${path}'`)
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const known: Record<string, string> = { ENOENT: 'No such file or directory', EACCES: 'Permission denied', EISDIR: 'Is a directory' }
  return known[code ?? ''] ?? message
}

/** Writes bytes (uint8 of one dimension) into a file, which appears when it is complete. @see torchvision.io.write_file */
export function write_file(filename: string, data: Tensor): void {
  replace_file(expanduser(filename), bytes_of(data))
}

/**
 * Decodes an image of any format: uint8 (C, H, W), uint16 for a PNG of 16 bits, (N, C, H, W) for an animated GIF.
 *
 * @param input - the bytes of a file (uint8 of one dimension), or its path
 * @param mode - 'UNCHANGED', 'GRAY', 'GRAY_ALPHA', 'RGB' or 'RGB_ALPHA'. Default: 'UNCHANGED'.
 * @param apply_exif_orientation - turn the image as the camera was held. Default: false.
 * @throws {RuntimeError} that names the file if it is no image, damaged or truncated
 * @see torchvision.io.decode_image
 */
export const decode_image = with_keywords('decode_image', ['input', 'mode', 'apply_exif_orientation'],
  (input: Tensor | string, mode: ReadMode = 'UNCHANGED', apply_exif_orientation: boolean = false): Tensor => {
    const [bytes, what] = typeof input === 'string' ? [read_bytes(input), input] : [bytes_of(input), 'input']
    const format = sniff(bytes)?.format
    if (format === undefined || !['jpeg', 'png', 'webp', 'gif'].includes(format)) {
      throw new RuntimeError(`${what}: Unsupported image file. Only jpeg, png, webp and gif are currently supported.`)
    }
    if (format === 'gif') return decode_bytes(bytes, what, 'RGB', { all_pages: true })
    return decode_bytes(bytes, what, mode, { wide: true, upright: apply_exif_orientation })
  })

/** {@link decode_image} of a path. @see torchvision.io.read_image */
export const read_image = with_keywords('read_image', ['path', 'mode', 'apply_exif_orientation'],
  (path: string, mode: ReadMode = 'UNCHANGED', apply_exif_orientation: boolean = false): Tensor => decode_image(path, mode, apply_exif_orientation))

const decode_names = ['input', 'mode', 'apply_exif_orientation'] as const

/** Decodes a PNG; 16-bit values give uint16. @see torchvision.io.decode_png */
export const decode_png = with_keywords('decode_png', decode_names,
  (input: Tensor, mode: ReadMode = 'UNCHANGED', apply_exif_orientation: boolean = false): Tensor => {
    const bytes = bytes_of(input)
    check_format(bytes, 'png', 'input')
    return decode_bytes(bytes, 'input', mode, { wide: true, upright: apply_exif_orientation })
  })

const jpeg_names = ['input', 'mode', 'device', 'apply_exif_orientation'] as const
type JpegArgs<T> = Args<[input: T, mode?: ReadMode, device?: string, apply_exif_orientation?: boolean], typeof jpeg_names>

/** Decodes a JPEG to the values that libjpeg-turbo gives. @see torchvision.io.decode_jpeg */
export function decode_jpeg(...args: JpegArgs<Tensor>): Tensor
/** Decodes each JPEG of an array. */
export function decode_jpeg(...args: JpegArgs<readonly Tensor[]>): Tensor[]
export function decode_jpeg(...args: JpegArgs<Tensor> | JpegArgs<readonly Tensor[]>): Tensor | Tensor[] {
  const { input, mode = 'UNCHANGED', device = 'cpu', apply_exif_orientation = false } = bind('decode_jpeg', jpeg_names, 1, args)
  const one = (bytes: Tensor): Tensor => decode_one_jpeg(bytes, mode as ReadMode, device as string, apply_exif_orientation as boolean)
  if (!Array.isArray(input)) return one(input as Tensor)
  if (input.length === 0) throw new ValueError('Input list must contain at least one element')
  return input.map(one)
}

function decode_one_jpeg(input: Tensor, mode: ReadMode, device: string, upright: boolean): Tensor {
  const bytes = bytes_of(input)
  check_format(bytes, 'jpeg', 'input')
  return decode_bytes(bytes, 'input', mode, { upright }).to(device)
}

/** Decodes a GIF: (3, H, W), or (N, 3, H, W) of N images. @see torchvision.io.decode_gif */
export function decode_gif(input: Tensor): Tensor {
  const bytes = bytes_of(input)
  check_format(bytes, 'gif', 'input')
  return decode_bytes(bytes, 'input', 'RGB', { all_pages: true })
}

/** Decodes a WebP. @see torchvision.io.decode_webp */
export const decode_webp = with_keywords('decode_webp', ['input', 'mode'], (input: Tensor, mode: ReadMode = 'UNCHANGED'): Tensor => {
  const bytes = bytes_of(input)
  check_format(bytes, 'webp', 'input')
  return decode_bytes(bytes, 'input', mode, {})
})

/** Decodes an AVIF. @see torchvision.io.decode_avif */
export const decode_avif = with_keywords('decode_avif', ['input', 'mode'], (input: Tensor, mode: ReadMode = 'UNCHANGED'): Tensor => {
  const bytes = bytes_of(input)
  check_format(bytes, 'avif', 'input')
  return decode_bytes(bytes, 'input', mode, {})
})

/** The file of an image (C, H, W) or (H, W), uint8 with 1 or 3 channels. */
function encoded(input: Tensor, format: 'png' | 'jpeg', options: object): Tensor {
  if (!is_tensor(input)) throw new TypeError(`Expected a tensor, got ${typeof input}`)
  if (input.dtype !== uint8) throw new RuntimeError(`Input tensor dtype should be uint8`)
  const image = input.ndim === 2 && format === 'png' ? input.unsqueeze(0) : input
  if (image.ndim !== 3) throw new RuntimeError(`Input data should be a 3-dimensional tensor`)
  const [channels, height, width] = image.shape
  if (channels !== 1 && channels !== 3) throw new RuntimeError(`The number of channels should be 1 or 3, got: ${channels}`)
  if (height === 0 || width === 0) throw new RuntimeError(`The image is empty: ${height} x ${width}`)
  const data = elements(permute([image, [1, 2, 0]]) as Tensor) as Uint8Array
  return from_numpy(new Uint8Array(encode({ data, width, height, channels }, format, options)))
}

/** The bytes of a PNG file. @param compression_level - 0 to 9. Default: 6. @see torchvision.io.encode_png */
export const encode_png = with_keywords('encode_png', ['input', 'compression_level'], (input: Tensor, compression_level: number = 6): Tensor => {
  if (!(compression_level >= 0 && compression_level <= 9)) throw new RuntimeError('Compression level should be between 0 and 9')
  return encoded(input, 'png', { compressionLevel: compression_level })
})

/** The bytes of a JPEG file. @param quality - 1 to 100. Default: 75. @see torchvision.io.encode_jpeg */
export const encode_jpeg = with_keywords('encode_jpeg', ['input', 'quality'], (input: Tensor, quality: number = 75): Tensor => {
  if (!(quality >= 1 && quality <= 100)) throw new ValueError('Image quality should be a positive number between 1 and 100')
  return encoded(input, 'jpeg', { quality })
})

/** Writes an image (C, H, W) or (H, W) into a PNG file. @see torchvision.io.write_png */
export const write_png = with_keywords('write_png', ['input', 'filename', 'compression_level'],
  (input: Tensor, filename: string, compression_level: number = 6): void => write_file(filename, encode_png(input, compression_level)))

/** Writes an image (C, H, W) into a JPEG file. @see torchvision.io.write_jpeg */
export const write_jpeg = with_keywords('write_jpeg', ['input', 'filename', 'quality'],
  (input: Tensor, filename: string, quality: number = 75): void => write_file(filename, encode_jpeg(input, quality)))
