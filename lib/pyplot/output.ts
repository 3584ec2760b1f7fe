// Figures as files and on the screen: savefig and show (matplotlib's backends).
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ValueError } from '../_errors'
import { repr } from './arguments'
import { css, to_rgba } from './colors'
import type { Figure } from './figure'
import { covers, faces } from './fonts'
import { font_file, resvg } from './lazy'
import { type Drawing, render } from './render'
import type { Canvas } from './view'

const formats = ['png', 'svg'] as const
type Format = (typeof formats)[number]

/** Pixels per inch of SVG. */
const svg_dpi = 72
const most_edge = 2 ** 16
const most_pixels = 1e8

/** Keywords of savefig. */
export interface SaveOptions {
  /** Pixels per inch of a PNG. Default: the figure's. */
  dpi?: number | 'figure'
  /** 'png' or 'svg'. Default: by the file's extension; PNG without one. */
  format?: string
  facecolor?: string | readonly number[]
  transparent?: boolean
  /** 'tight' cuts off empty margins. */
  bbox_inches?: 'tight'
  /** Margin left by 'tight', in inches. Default: 0.1. */
  pad_inches?: number
}

function canvas_of(figure: Figure, dpi: number, format: Format): Canvas {
  const [width, height] = figure.figsize.map(inches => Math.floor(inches * dpi + 1e-6)) as [number, number]
  if (width >= most_edge || height >= most_edge || width * height > most_pixels) {
    throw new ValueError(
      `Image size of ${width}x${height} pixels is too large. It must be less than 2^16 in each direction and 10^8 altogether.`,
    )
  }
  if (width < 1 || height < 1) throw new ValueError('cannot write empty image')
  return { width, height, pt: dpi / 72, format }
}

/** Cuts a drawing to what is drawn on. */
function cut({ svg, used }: Drawing, margin: number): string {
  const [left, top] = [Math.floor(used.x - margin), Math.floor(used.y - margin)]
  const [width, height] = [Math.ceil(used.x + used.width + margin) - left, Math.ceil(used.y + used.height + margin) - top]
  return svg
    .replace(/^<svg width="[^"]*" height="[^"]*"/, `<svg width="${width}" height="${height}"`)
    .replace(/ viewBox="[^"]*"/, ` viewBox="${left} ${top} ${width} ${height}"`)
    .replace(/<rect width="[^"]*" height="[^"]*" x="0" y="0"/, `<rect width="${width}" height="${height}" x="${left}" y="${top}"`)
}

/** A figure's contents as a file of a format. */
export function encode(figure: Figure, format: Format, options: SaveOptions = {}): Buffer {
  const dpi = typeof options.dpi === 'number' ? options.dpi : figure.dpi
  if (!(dpi > 0 && dpi < Infinity)) throw new ValueError('dpi must be positive')
  const canvas = canvas_of(figure, format === 'svg' ? svg_dpi : dpi, format)
  figure.arrange(canvas)
  const background = options.transparent ? null : css(to_rgba(options.facecolor ?? figure.facecolor))
  const drawing = render(figure, canvas, background)
  const svg =
    options.bbox_inches === 'tight' ? cut(drawing, Math.max(1, (options.pad_inches ?? 0.1) * canvas.pt * 72)) : drawing.svg
  return format === 'svg' ? Buffer.from(svg) : to_png(svg)
}

function to_png(svg: string): Buffer {
  const text = [...svg.matchAll(/>([^<]*)<\/text>/g)].map(match => match[1]!).join('')
  const needed = [
    faces.normal,
    ...(svg.includes('font-weight:bold') ? [faces.bold] : []),
    ...(svg.includes('font-style:oblique') ? [faces.oblique, faces.bold_oblique] : []),
  ]
  const { Resvg } = resvg()
  const image = new Resvg(svg, {
    font: { loadSystemFonts: !covers(text), fontFiles: needed.map(font_file), defaultFontFamily: 'DejaVu Sans' },
    imageRendering: 1,
  })
  return image.render().asPng()
}

/** The format that an option or an extension names. */
function format_of(file: string, wanted: unknown): Format {
  const name =
    typeof wanted === 'string' ? wanted.toLowerCase().replace(/^\./, '') : path.extname(file).slice(1).toLowerCase() || 'png'
  const format = formats.find(known => known === name)
  if (!format) throw new ValueError(`Format ${repr(name)} is not supported (supported formats: ${formats.join(', ')})`)
  return format
}

/** Writes a file under another name and renames it, so that nobody finds half a file. */
function write_whole(file: string, contents: Buffer): void {
  const folder = path.dirname(path.resolve(file))
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw Object.assign(new Error(`[Errno 2] No such file or directory: '${file}'`), { code: 'ENOENT', path: file })
  }
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`)
  try {
    writeFileSync(temporary, contents)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Saves a figure; gives the path, which has an extension now. */
export function save(figure: Figure, file: unknown, options: SaveOptions): string {
  if (typeof file !== 'string' || file === '')
    throw new TypeError(`savefig(): fname must be a path, not ${file === '' ? "''" : typeof file}`)
  const format = format_of(file, options.format)
  const named = path.extname(file) === '' && options.format === undefined ? `${file}.png` : file
  write_whole(named, encode(figure, format, options))
  return named
}

/** The command that opens a picture on this machine, or null where there is no display. */
function viewer(): [command: string, ...args: string[]] | null {
  const { env, platform } = process
  if (env['TORCH_TS_NO_DISPLAY'] === '1' || env['CI']) return null
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['explorer']
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return null
  const found = (env['PATH'] ?? '')
    .split(path.delimiter)
    .map(folder => path.join(folder, 'xdg-open'))
    .find(is_program)
  return found === undefined ? null : [found]
}

function is_program(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return path.isAbsolute(file)
  } catch {
    return false
  }
}

/**
 * Opens a figure in the platform's viewer, which outlives this process; without a display, writes figure_1.png (by the figure's number)
 * into the current folder and says so.
 */
export function display(figure: Figure): void {
  const name = `figure_${figure.number}.png`
  const command = viewer()
  if (!command) {
    const file = path.resolve(save(figure, name, {}))
    console.log(`Figure ${figure.number} saved to ${file}`)
    return
  }
  const file = save(figure, path.join(mkdtempSync(path.join(os.tmpdir(), 'torch-ts-')), name), {})
  const [program, ...args] = command
  const child = spawn(program, [...args, file], { detached: true, stdio: 'ignore' })
  child.on('error', () => console.log(`Figure ${figure.number} saved to ${file}`))
  child.unref()
}
