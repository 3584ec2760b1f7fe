// Conversions between modes of images in the integer arithmetic of PIL (its Convert.c).
import { binding } from '../_C'

type Palette = Uint8Array | null

const product = (a: number, b: number): number => {
  const t = a * b + 128
  return (t >> 8) + t >> 8
}

/** Values per pixel of what {@link to_rgb} takes. */
const steps: Record<string, number> = { L: 1, LA: 2, P: 1, RGB: 3, RGBA: 4, CMYK: 4 }

/** Any mode → RGB. */
export function to_rgb(data: Uint8Array, mode: string, palette: Palette): Uint8Array {
  const step = steps[mode]!
  const count = data.length / step
  const result = new Uint8Array(count * 3)
  for (let i = 0, from = 0, to = 0; i < count; i++, from += step, to += 3) {
    if (mode === 'P') {
      const at = data[from]! * 3
      for (let c = 0; c < 3; c++) result[to + c] = palette![at + c] ?? 0
    } else if (mode === 'CMYK') {
      const k = 255 - data[from + 3]!
      for (let c = 0; c < 3; c++) result[to + c] = k - product(data[from + c]!, k)
    } else if (step < 3) {
      result[to] = result[to + 1] = result[to + 2] = data[from]!
    } else {
      for (let c = 0; c < 3; c++) result[to + c] = data[from + c]!
    }
  }
  return result
}

/** Any mode → L. */
export function to_grey(data: Uint8Array, mode: string, palette: Palette): Uint8Array {
  if (mode === 'L') return data
  if (mode === 'LA') return data.filter((_, i) => i % 2 === 0)
  const colours = mode === 'RGB' || mode === 'RGBA' ? data : to_rgb(data, mode, palette)
  const step = mode === 'RGBA' ? 4 : 3
  const result = new Uint8Array(colours.length / step)
  binding.image_grey(colours, step, result)
  return result
}

/** Any mode → RGBA, or to LA; opaque, unless the image has alpha. */
export function with_alpha(data: Uint8Array, mode: string, palette: Palette, is_grey: boolean): Uint8Array {
  const colours = is_grey ? to_grey(data, mode, palette) : to_rgb(data, mode, palette)
  const step = is_grey ? 1 : 3
  const count = colours.length / step
  const result = new Uint8Array(count * (step + 1)).fill(255)
  for (let i = 0, from = 0, to = 0; i < count; i++, to++) for (let c = 0; c < step; c++) result[to++] = colours[from++]!
  if (mode === 'LA' || mode === 'RGBA') for (let i = 0; i < count; i++) result[(i + 1) * (step + 1) - 1] = data[(i + 1) * steps[mode]! - 1]!
  return result
}
