// Images that need no library: uncompressed BMP, binary PGM and PPM.
import { RuntimeError } from '../../_errors'
import type { Raster } from './decode'

/** Throws unless the pixels that a header asks for are there. */
function check(bytes: Uint8Array, end: number): void {
  if (bytes.length < end) throw new RuntimeError('image file is truncated')
}

/** Reads P5 (grey) and P6 (RGB) with up to 8 bits a value. */
export function decode_pnm(bytes: Uint8Array): Raster {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).toString('latin1')
  const match = /^P([56])\s(?:\s|#[^\n]*\n)*(\d+)\s+(?:#[^\n]*\n\s*)*(\d+)\s+(?:#[^\n]*\n\s*)*(\d+)\s/.exec(head)
  if (match === null) throw new RuntimeError('no valid PNM header')
  const [channels, width, height, most] = [match[1] === '5' ? 1 : 3, Number(match[2]), Number(match[3]), Number(match[4])]
  if (most > 255 || most === 0) throw new RuntimeError(`PNM with values up to ${most} is not supported`)
  const from = match[0].length
  const size = width * height * channels
  check(bytes, from + size)
  const data = bytes.slice(from, from + size)
  if (most < 255) data.forEach((value, i) => (data[i] = Math.min(255, Math.round(value * 255 / most))))
  return { data, width, height, channels }
}

/** Reads uncompressed BMP with 8 (palette), 24 or 32 bits a pixel. */
export function decode_bmp(bytes: Uint8Array): Raster {
  check(bytes, 54)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [start, header, width, signed_height] = [10, 14, 18, 22].map(at => view.getInt32(at, true)) as [number, number, number, number]
  const bits = view.getUint16(28, true)
  const compression = view.getUint32(30, true)
  const height = Math.abs(signed_height)
  if (width <= 0 || start < 0 || compression % 3 !== 0 || ![8, 24, 32].includes(bits)) {
    throw new RuntimeError(`BMP with ${bits} bits a pixel and compression ${compression} is not supported`)
  }
  const stride = (width * bits + 31 >> 5) * 4
  check(bytes, start + stride * height)
  const data = new Uint8Array(width * height * 3)
  const step = bits / 8
  const palette = bytes.subarray(14 + header)
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + stride * (signed_height < 0 ? y : height - 1 - y)
    for (let x = 0; x < width; x++, from += step) {
      const [source, at] = bits === 8 ? [palette, bytes[from]! * 4] : [bytes, from]
      for (let c = 2; c >= 0; c--) data[to++] = source[at + c]!
    }
  }
  return { data, width, height, channels: 3 }
}
