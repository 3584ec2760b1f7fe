// Reads PNG files with a palette as the numbers of their colours, as PIL's mode P has them: masks of VOC are stored so.
import zlib from 'node:zlib'
import { RuntimeError } from '../../_errors'

/** Numbers of colours, row by row, and the colours as RGB triples. */
export interface Indexed {
  data: Uint8Array
  width: number
  height: number
  palette: Uint8Array
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/** Undoes the filter of one row in place; a pixel takes at most one byte. */
function unfilter(type: number, row: Uint8Array, above: Uint8Array): void {
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [row[i - 1] ?? 0, above[i] ?? 0, above[i - 1] ?? 0]
    row[i]! += type === 0 ? 0 : type === 1 ? a : type === 2 ? b : type === 3 ? a + b >> 1 : paeth(a, b, c)
  }
}

function chunks(bytes: Buffer): Map<string, Buffer[]> {
  const found = new Map<string, Buffer[]>()
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (at + 12 + length > bytes.length) throw new RuntimeError('image file is truncated')
    found.set(name, [...found.get(name) ?? [], bytes.subarray(at + 8, at + 8 + length)])
    at += 12 + length
    if (name === 'IEND') return found
  }
  throw new RuntimeError('image file is truncated')
}

/** Reads such a PNG; null if it is interlaced. @throws {RuntimeError} if it is damaged, or larger than `max_pixels` */
export function decode_palette(file: Uint8Array, max_pixels: number): Indexed | null {
  const found = chunks(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
  const header = found.get('IHDR')?.[0]
  const palette = found.get('PLTE')?.[0]
  if (header?.length !== 13 || palette === undefined) throw new RuntimeError('PNG without a header or palette')
  const [width, height, depth] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8]!]
  if (header[12] !== 0) return null
  if (width * height > max_pixels) throw new RuntimeError('Input image exceeds pixel limit')
  const stride = Math.ceil(width * depth / 8)
  const total = (stride + 1) * height
  const raw = zlib.inflateSync(Buffer.concat(found.get('IDAT') ?? []), { maxOutputLength: total + 1 })
  if (raw.length < total) throw new RuntimeError('image file is truncated')
  const data = new Uint8Array(width * height)
  let above = new Uint8Array(stride)
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1)
    const row = raw.subarray(start + 1, start + 1 + stride)
    unfilter(raw[start]!, row, above)
    const at = y * width
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      data[at + x] = row[bit >> 3]! >> 8 - depth - (bit & 7) & (1 << depth) - 1
    }
    above = row
  }
  return { data, width, height, palette: new Uint8Array(palette) }
}
