// The libraries behind the plots, each loaded when it is first needed: importing torch-ts/pyplot loads none of them.
import path from 'node:path'

/** echarts: lays out and draws the SVG. */
export function echarts(): typeof import('echarts') {
  return require('echarts') as typeof import('echarts')
}

/** resvg: turns SVG into pixels. */
export function resvg(): typeof import('@resvg/resvg-js') {
  return require('@resvg/resvg-js') as typeof import('@resvg/resvg-js')
}

/** pngjs: encodes the bitmaps of images. */
export function pngjs(): typeof import('pngjs') {
  return require('pngjs') as typeof import('pngjs')
}

/** Path of a DejaVu font, matplotlib's own: bare machines have no fonts at all. */
export function font_file(name: string): string {
  return path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf', `${name}.ttf`)
}
