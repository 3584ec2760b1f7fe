// The pixels and the text of the current figure.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PNG } from 'pngjs'
import plt from 'torch-ts/pyplot'

export interface FigurePixels {
  width: number
  height: number
  /** Red, green and blue of a pixel. */
  at(x: number, y: number): [number, number, number]
  /** How many pixels of a rectangle satisfy a condition. */
  count(x0: number, y0: number, x1: number, y1: number, test: (rgb: [number, number, number]) => boolean): number
  /** The box around the pixels that satisfy a condition: left, top, right, bottom (inclusive). */
  box(test: (rgb: [number, number, number]) => boolean): [number, number, number, number]
}

export function decode(png: Buffer): FigurePixels {
  const { width, height, data } = PNG.sync.read(png)
  const at = (x: number, y: number): [number, number, number] => {
    const place = 4 * (y * width + x)
    return [data[place]!, data[place + 1]!, data[place + 2]!]
  }
  return {
    width, height, at,
    count(x0, y0, x1, y1, test) {
      let found = 0
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (test(at(x, y))) found++
      return found
    },
    box(test) {
      const box: [number, number, number, number] = [width, height, -1, -1]
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (!test(at(x, y))) continue
          box[0] = Math.min(box[0], x)
          box[1] = Math.min(box[1], y)
          box[2] = Math.max(box[2], x)
          box[3] = Math.max(box[3], y)
        }
      }
      return box
    },
  }
}

function saved(extension: string, options?: Parameters<typeof plt.savefig>[1]): Buffer {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-figure-'))
  try {
    plt.savefig(path.join(folder, `figure.${extension}`), options as object)
    return fs.readFileSync(path.join(folder, `figure.${extension}`))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

/** Draws the current figure as PNG. */
export function pixels(options?: object): FigurePixels {
  return decode(saved('png', options as never))
}

/** Draws the current figure as SVG. */
export function svg(options?: object): string {
  return saved('svg', options as never).toString()
}

/** The texts of the current figure, in the order they are drawn. */
export function texts(): string[] {
  return [...svg().matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(match => match[1]!)
}

export const dark = ([r, g, b]: [number, number, number]) => r + g + b < 200
export const is = (...wanted: number[]) => (rgb: [number, number, number]) => wanted.every((part, i) => part === rgb[i])
