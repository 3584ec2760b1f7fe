// Widths of text in DejaVu Sans, read from the font itself: labels are placed and legends sized by them.
import { readFileSync } from 'node:fs'
import { font_file } from './lazy'

/** Height of small letters with ascenders, depth of those with descenders, and height of digits, as parts of the font size. */
export const ascent = 0.76
export const descent = 0.236
export const digit_height = 0.729
/** Distance of two baselines, as a part of the font size. */
export const line_height = 1.164
/** How far SVG's "central" baseline lies above the real one, as a part of the font size. */
export const central = 0.346

interface Metrics {
  /** Advance of a character as a part of the font size, or null if the font lacks it. */
  advance(code: number): number | null
}

/** Font files the renderer needs, by weight and slant. */
export const faces = {
  normal: 'DejaVuSans',
  bold: 'DejaVuSans-Bold',
  oblique: 'DejaVuSans-Oblique',
  bold_oblique: 'DejaVuSans-BoldOblique',
} as const

const loaded = new Map<string, Metrics>()

function read_metrics(file: string): Metrics {
  const font = readFileSync(file)
  const tables = new Map<string, number>()
  for (let i = 0, at = 12; i < font.readUInt16BE(4); i++, at += 16)
    tables.set(font.toString('latin1', at, at + 4), font.readUInt32BE(at + 8))
  const units = font.readUInt16BE(tables.get('head')! + 18)
  const widths = font.readUInt16BE(tables.get('hhea')! + 34)
  const hmtx = tables.get('hmtx')!
  const glyph_of = read_cmap(font, tables.get('cmap')!)
  return {
    advance(code) {
      const glyph = glyph_of(code)
      return glyph === 0 ? null : font.readUInt16BE(hmtx + 4 * Math.min(glyph, widths - 1)) / units
    },
  }
}

/** The 4-byte character map (format 12) of a font: groups of (first, last, glyph of the first). */
function read_cmap(font: Buffer, cmap: number): (code: number) => number {
  let table = -1
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const at = cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4)
    if (font.readUInt16BE(at) === 12) table = at
  }
  const count = table < 0 ? 0 : font.readUInt32BE(table + 12)
  return code => {
    for (let low = 0, high = count - 1; low <= high;) {
      const middle = (low + high) >> 1
      const group = table + 16 + 12 * middle
      if (code < font.readUInt32BE(group)) high = middle - 1
      else if (code > font.readUInt32BE(group + 4)) low = middle + 1
      else return font.readUInt32BE(group + 8) + code - font.readUInt32BE(group)
    }
    return 0
  }
}

function metrics(bold: boolean): Metrics {
  const face = bold ? faces.bold : faces.normal
  let found = loaded.get(face)
  if (!found) loaded.set(face, (found = read_metrics(font_file(face))))
  return found
}

/** Width of the longest line of a text, in the unit of `size`. */
export function text_width(text: string, size: number, bold = false): number {
  const font = metrics(bold)
  const line_width = (line: string) => [...line].reduce((sum, char) => sum + (font.advance(char.codePointAt(0)!) ?? 1), 0)
  return size * Math.max(...text.split('\n').map(line_width))
}

/** Height of a text of one or more lines, in the unit of `size`. */
export function text_height(text: string, size: number): number {
  return size * (ascent + descent + line_height * (text.split('\n').length - 1))
}

/** Whether the bundled font has every character of a text; else the system's fonts are asked too. */
export function covers(text: string): boolean {
  const font = metrics(false)
  return [...new Set(text)].every(char => char <= ' ' || font.advance(char.codePointAt(0)!) !== null)
}
