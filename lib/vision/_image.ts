// An image of 8-bit pixels, as a data set gives it before any transform; stands for PIL.Image.Image.
import { ValueError } from '../_errors'
import { uint8 } from '../dtype'
import { type Tensor, elements } from '../tensor'

const modes = ['', 'L', 'LA', 'RGB', 'RGBA']

/** An image of 8-bit pixels: `mode` is 'L' (grey), 'LA', 'RGB' or 'RGBA'. It shares the memory of `pixels`. */
export class Image {
  /** uint8 of shape (H, W), or (H, W, C) for more than one value per pixel. */
  readonly pixels: Tensor
  readonly width: number
  readonly height: number
  /** Values per pixel: 1 to 4. */
  readonly channels: number
  readonly mode: string

  /** @throws {ValueError} if `pixels` is no uint8 tensor of 2 dimensions, or 3 of which the last is 1 to 4. */
  constructor(pixels: Tensor) {
    const [height = 0, width = 0, channels = 1] = pixels.shape
    const mode = pixels.ndim === 2 || pixels.ndim === 3 ? modes[channels] : undefined
    if (!mode || pixels.dtype !== uint8) {
      throw new ValueError(
        `pixels should be torch.uint8 of shape (H, W) or (H, W, 1 to 4). Got ${pixels.dtype} of shape (${pixels.shape.join(', ')})`)
    }
    this.pixels = pixels
    this.height = height
    this.width = width
    this.channels = channels
    this.mode = mode
  }

  /** `[width, height]`, as in PIL. */
  get size(): [number, number] {
    return [this.width, this.height]
  }

  /** A copy of the values: row by row, those of a pixel side by side. */
  get bytes(): Uint8Array {
    return elements(this.pixels) as Uint8Array
  }

  toString(): string {
    return `<Image mode=${this.mode} size=${this.width}x${this.height}>`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
