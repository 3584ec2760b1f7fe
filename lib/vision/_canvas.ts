// Shapes and text in an RGB image; what torchvision.utils uses of PIL.ImageDraw.
import fs from 'node:fs'
import path from 'node:path'
import { ValueError } from '../_errors'

/** Red, green and blue, each 0 to 255. */
export type Colour = readonly [number, number, number]

/** The colour that PIL's names, '#rgb' or '#rrggbb' mean. @throws {ValueError} for other words */
export function parse_colour(text: string): Colour {
  const named = (require('color-name') as Record<string, Colour>)[text.toLowerCase()]
  if (named !== undefined) return named
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]
  if (digits === undefined) throw new ValueError(`unknown color specifier: '${text}'`)
  const parts = digits.length === 3 ? [...digits].map(digit => digit + digit) : digits.match(/../g)!
  return parts.map(part => parseInt(part, 16)) as unknown as Colour
}

const blend = (a: number, b: number, alpha: number): number => {
  const t = a * (255 - alpha) + b * alpha + 128
  return (t >> 8) + t >> 8
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, char => `&#${char.charCodeAt(0)};`)
}

/** RGB pixels that are drawn on; what lies outside is left out. */
export class Canvas {
  constructor(readonly data: Uint8Array, readonly width: number, readonly height: number) {}

  point(x: number, y: number, colour: Colour, alpha = 255): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const at = (y * this.width + x) * 3
    for (let c = 0; c < 3; c++) this.data[at + c] = blend(this.data[at + c]!, colour[c]!, alpha)
  }

  /** Fills from corner to corner, both included. */
  fill(x0: number, y0: number, x1: number, y1: number, colour: Colour, alpha = 255): void {
    for (let y = Math.max(y0, 0); y <= Math.min(y1, this.height - 1); y++) {
      for (let x = Math.max(x0, 0); x <= Math.min(x1, this.width - 1); x++) this.point(x, y, colour, alpha)
    }
  }

  /** A frame whose lines grow inwards. */
  frame(x0: number, y0: number, x1: number, y1: number, colour: Colour, width: number): void {
    for (let i = 0; i < width; i++) {
      this.fill(x0, y0 + i, x1, y0 + i, colour)
      this.fill(x0, y1 - i, x1, y1 - i, colour)
      this.fill(x1 - i, y0, x1 - i, y1, colour)
      this.fill(x0 + i, y0, x0 + i, y1, colour)
    }
  }

  /** A disc around a point. */
  disc(x: number, y: number, radius: number, colour: Colour): void {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) if (dx * dx + dy * dy <= radius * (radius + 0.5)) this.point(x + dx, y + dy, colour)
    }
  }

  /** A line from point to point, `width` pixels thick. */
  line(x0: number, y0: number, x1: number, y1: number, colour: Colour, width: number): void {
    const [dx, dy] = [x1 - x0, y1 - y0]
    const square = dx * dx + dy * dy || 1
    const reach = Math.ceil(width / 2)
    for (let y = Math.max(0, Math.min(y0, y1) - reach); y <= Math.min(this.height - 1, Math.max(y0, y1) + reach); y++) {
      for (let x = Math.max(0, Math.min(x0, x1) - reach); x <= Math.min(this.width - 1, Math.max(x0, x1) + reach); x++) {
        const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square))
        if (Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= width / 2) this.point(x, y, colour)
      }
    }
  }

  /** Text whose upper left corner is at (x, y), on a box of `background` if it is given. */
  text(x: number, y: number, text: string, colour: Colour, { font, size = 10, background }: TextOptions = {}): void {
    const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js')
    const file = font ?? path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf', 'DejaVuSans.ttf')
    if (!fs.existsSync(file)) throw new ValueError(`cannot open resource: no font ${file}`)
    const [width, height] = [Math.ceil(size * (text.length + 1)), Math.ceil(size * 1.5)]
    const style = `font-size="${size}" fill="rgb(${colour.join()})"`
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text x="1" y="${size + 1}" ${style}>${escape(text)}</text></svg>`
    const { pixels, width: w, height: h } = new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: [file] } }).render()
    const inked = (i: number): boolean => pixels[i * 4 + 3] !== 0
    if (background !== undefined) {
      const columns = Array.from({ length: w * h }, (_, i) => i).filter(inked).map(i => i % w)
      this.fill(x - 1, y - 1, x + Math.max(0, ...columns) + 1, y + height, background)
    }
    for (let i = 0; i < w * h; i++) if (inked(i)) this.point(x + i % w, y + Math.floor(i / w), colour, pixels[i * 4 + 3])
  }
}

/** How a text is drawn. */
export interface TextOptions {
  /** A TrueType file. Default: DejaVu Sans. */
  font?: string
  /** In pixels. Default: 10. */
  size?: number
  background?: Colour
}
