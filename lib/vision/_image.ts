// An image of 8-bit pixels, as a data set gives it before any transform; stands for PIL.Image.Image.
import fs from 'node:fs'
import path from 'node:path'
import { from_numpy } from '../_creation'
import { type Pixels, binding } from '../_C'
import { handle, is_tensor } from '../_dispatch'
import { ValueError } from '../_errors'
import { expanduser } from '../_paths'
import { uint8 } from '../dtype'
import { empty } from '../generated/torch_functions'
import { type Tensor, elements } from '../tensor'
import { begin_decode, decode_indexed, encode } from './_codec/decode'
import { replace_file } from './_files'
import { to_grey, to_rgb, with_alpha } from './_pixels'

const modes = ['', 'L', 'LA', 'RGB', 'RGBA'] as const

/** 'L' (grey), 'LA', 'RGB', 'RGBA', 'P' (numbers of colours of a palette) or 'CMYK'. */
export type ImageMode = 'L' | 'LA' | 'RGB' | 'RGBA' | 'P' | 'CMYK'

/** Values per pixel of a mode. */
export const mode_channels: Record<ImageMode, number> = { L: 1, LA: 2, RGB: 3, RGBA: 4, P: 1, CMYK: 4 }

const formats: Record<string, string> = {
  '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.jpe': 'jpeg', '.jfif': 'jpeg', '.webp': 'webp', '.gif': 'gif', '.tif': 'tiff', '.tiff': 'tiff',
}

/** An image that is still being decoded. @internal */
export interface PendingImage {
  finish(): Image
}

/** An image of 8-bit pixels. It shares the memory of the tensor or array that it was made of. */
export class Image {
  readonly width: number
  readonly height: number
  /** Values per pixel: 1 to 4. */
  readonly channels: number
  readonly mode: ImageMode
  /** The colours of mode 'P' as RGB triples. */
  readonly palette: Uint8Array | null = null
  private readonly _source: Tensor | Uint8Array
  private _packed: Tensor | null = null

  /** @throws {ValueError} if `pixels` is no uint8 tensor of 2 dimensions, or 3 of which the last is 1 to 4. */
  constructor(pixels: Tensor)
  /** @internal */
  constructor(data: Uint8Array | Tensor, width: number, height: number, mode: ImageMode, palette?: Uint8Array | null)
  constructor(source: Tensor | Uint8Array, width = 0, height = 0, mode?: ImageMode, palette: Uint8Array | null = null) {
    this._source = source
    if (mode !== undefined) {
      [this.width, this.height, this.channels, this.mode, this.palette] = [width, height, mode_channels[mode], mode, palette]
      return
    }
    const pixels = source as Tensor
    const [rows = 0, columns = 0, channels = 1] = pixels.shape
    const found = pixels.ndim === 2 || pixels.ndim === 3 ? modes[channels] : undefined
    if (!found || pixels.dtype !== uint8) {
      throw new ValueError(
        `pixels should be torch.uint8 of shape (H, W) or (H, W, 1 to 4). Got ${pixels.dtype} of shape (${pixels.shape.join(', ')})`)
    }
    [this.width, this.height, this.channels, this.mode] = [columns, rows, channels, found]
  }

  /** uint8 of shape (H, W), or (H, W, C) for more than one value per pixel. */
  get pixels(): Tensor {
    const { width, height, channels } = this
    const source = this._source
    if (is_tensor(source)) return source as Tensor
    return from_numpy(source as Uint8Array).view(channels === 1 ? [height, width] : [height, width, channels])
  }

  /** The values, row by row, those of a pixel side by side; not to be changed. */
  get data(): Uint8Array {
    return (is_tensor(this._source) ? elements(this._source as Tensor) : this._source) as Uint8Array
  }

  /** The values where native code finds them, side by side. @internal */
  get memory(): Pixels {
    const source = this._source
    if (!is_tensor(source)) return source as Uint8Array
    this._packed ??= (source as Tensor).contiguous()
    return handle(this._packed)
  }

  /** An image whose values are still to be written: of this mode, in this or another size. @internal */
  blank(width = this.width, height = this.height): Image {
    return blank(width, height, this.mode, this.palette)
  }

  /** `[width, height]`, as in PIL. */
  get size(): [number, number] {
    return [this.width, this.height]
  }

  /** A copy of {@link data}. */
  get bytes(): Uint8Array {
    return is_tensor(this._source) ? this.data : this.data.slice()
  }

  /**
   * The same image in another mode, in PIL's integer arithmetic; itself if it has that mode.
   * @throws {ValueError} if there is no way from mode to mode
   */
  convert(mode: ImageMode): Image {
    if (mode === this.mode) return this
    if (mode === 'L' && (this.mode === 'RGB' || this.mode === 'RGBA')) {
      const grey = blank(this.width, this.height, 'L')
      binding.image_grey(this.memory, this.channels, grey.memory)
      return grey
    }
    const source = [this.data, this.mode, this.palette] as const
    const data = mode === 'L' ? to_grey(...source) : mode === 'RGB' ? to_rgb(...source)
      : mode === 'LA' || mode === 'RGBA' ? with_alpha(...source, mode === 'LA') : null
    if (data === null) throw new ValueError(`conversion from ${this.mode} to ${mode} not supported`)
    return new Image(data, this.width, this.height, mode)
  }

  /**
   * Writes the image into a file, whose format its name says: .png, .jpg, .webp, .gif or .tiff. The file appears when it is complete.
   * @param format - instead of the name: 'png', 'jpeg' ...
   * @throws {ValueError} if the format is unknown
   */
  save(file: string, format?: string | null): void {
    const wanted = format ? '.' + format.toLowerCase() : path.extname(file).toLowerCase()
    const known = formats[wanted]
    if (known === undefined) throw new ValueError(`unknown file extension: ${wanted}`)
    replace_file(expanduser(file), encode(this.mode === 'P' || this.mode === 'CMYK' ? this.convert('RGB') : this, known, known === 'jpeg' ? { quality: 75 } : {}))
  }

  /**
   * Reads an image file: JPEG, PNG, WebP, GIF (first image), TIFF, AVIF, uncompressed BMP, binary PPM and PGM.
   * @throws {RuntimeError} that names the file if it is no image, damaged, truncated or larger than 178,956,970 pixels
   */
  static open(file: string): Image {
    return Image.begin_open(file).finish()
  }

  /** Begins to read an image file: several are decoded beside each other. @internal */
  static begin_open(file: string): PendingImage {
    const bytes = fs.readFileSync(expanduser(file))
    const indexed = decode_indexed(bytes, file)
    if (indexed !== null) return { finish: () => new Image(indexed.data, indexed.width, indexed.height, 'P', indexed.palette) }
    const pending = begin_decode(bytes, file)
    return {
      finish: () => {
        const decoded = pending.finish()
        const mode = decoded.header.format === 'jpeg' && decoded.channels === 4 ? 'CMYK' : modes[decoded.channels] as ImageMode
        return new Image(decoded.data, decoded.width, decoded.height, mode)
      },
    }
  }

  toString(): string {
    return `<Image mode=${this.mode} size=${this.width}x${this.height}>`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function blank(width: number, height: number, mode: ImageMode, palette: Uint8Array | null = null): Image {
  const channels = mode_channels[mode]
  return new Image(empty(channels === 1 ? [height, width] : [height, width, channels], { dtype: uint8 }), width, height, mode, palette)
}
