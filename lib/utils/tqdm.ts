// Progress bars; the counterpart of Python's tqdm package, drawn with cli-progress.
import type { SingleBar } from 'cli-progress'

/** Options of {@link tqdm}, named as in Python. */
export interface TqdmOptions {
  /** Text in front of the bar. */
  desc?: string
  /** Expected number of steps. Default: the iterable's `length` or `size`, if it has one. */
  total?: number
  /** Steps that were done before this run. Default: 0. */
  initial?: number
  /** Name of a step. Default: 'it'. */
  unit?: string
  /** Write 9.91M in place of 9912422. Default: false. */
  unit_scale?: boolean
  /** Print nothing at all. Default: false. */
  disable?: boolean
  /** Where to draw. Default: process.stderr. */
  file?: NodeJS.WriteStream
}

type Source<T> = Iterable<T> | AsyncIterable<T>

/** Three significant digits and a metric prefix: 9912422 → '9.91M'. */
export function format_sizeof(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P']
  let power = 0
  while (Math.abs(value) >= 999.5 && power < prefixes.length - 1) {
    value /= 1000
    power++
  }
  return (power === 0 && Number.isInteger(value) ? String(value) : value.toPrecision(3)) + prefixes[power]
}

/** Seconds as 'MM:SS' or 'H:MM:SS'. */
export function format_interval(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${minutes}` : minutes
}

function length_of(source: unknown): number | undefined {
  if (source === null || (typeof source !== 'object' && typeof source !== 'function')) return undefined
  const { length, size } = source as { length?: unknown; size?: unknown }
  return typeof length === 'number' ? length : typeof size === 'number' ? size : undefined
}

/** A progress bar and, when it was given an iterable, that iterable. Made by {@link tqdm}. */
export class Tqdm<T = never> implements Iterable<T>, AsyncIterable<T> {
  readonly total: number | undefined
  n: number
  readonly #source: Source<T> | undefined
  readonly #options: TqdmOptions
  readonly #file: NodeJS.WriteStream
  readonly #start = Date.now()
  readonly #initial: number
  #desc: string
  #bar: SingleBar | undefined
  #closed = false

  constructor(source: Source<T> | undefined, options: TqdmOptions) {
    this.#source = source
    this.#options = options
    this.#file = options.file ?? process.stderr
    this.#desc = options.desc ?? ''
    this.total = options.total ?? length_of(source)
    this.#initial = this.n = options.initial ?? 0
    if (!options.disable && this.#file.isTTY) this.#draw()
  }

  /** Counts `n` steps more. */
  update(n = 1): void {
    this.n += n
    this.#bar?.update(this.n)
  }

  /** Changes the text in front of the bar. */
  set_description(desc: string): void {
    this.#desc = desc
    this.#bar?.update(this.n)
  }

  /** Draws the last state and ends the line. What is no terminal gets this one line only. Further calls do nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#bar) this.#bar.stop()
    else if (!this.#options.disable) this.#file.write(this.toString() + '\n')
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    const source = this.#source
    if (source === undefined || !(Symbol.iterator in source)) throw new TypeError('tqdm: the object is not iterable')
    try {
      for (const item of source) {
        yield item
        this.update()
      }
    } finally {
      this.close()
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const source = this.#source
    if (source === undefined) throw new TypeError('tqdm: the object is not iterable')
    try {
      for await (const item of source) {
        yield item
        this.update()
      }
    } finally {
      this.close()
    }
  }

  /** The bar as a line of text, in the layout of Python's tqdm. */
  toString(): string {
    const seconds = (Date.now() - this.#start) / 1000
    const { unit = 'it', unit_scale = false } = this.#options
    const count = (value: number): string => (unit_scale ? format_sizeof(value) : String(value))
    const speed = seconds > 0 ? (this.n - this.#initial) / seconds : 0
    const rate = speed > 0 ? `${unit_scale ? format_sizeof(speed) : speed.toFixed(2)}${unit}/s` : `?${unit}/s`
    const prefix = this.#desc === '' ? '' : `${this.#desc}: `
    if (this.total === undefined) {
      return `${prefix}${count(this.n)}${unit === 'it' || unit_scale ? unit : ' ' + unit} [${format_interval(seconds)}, ${rate}]`
    }
    const done = this.total > 0 ? Math.min(1, this.n / this.total) : 1
    const left = speed > 0 ? format_interval(Math.max(0, this.total - this.n) / speed) : '?'
    const width = 30
    const filled = Math.floor(done * width)
    const bar = '█'.repeat(filled) + ' '.repeat(width - filled)
    const percent = String(Math.floor(done * 100)).padStart(3)
    return `${prefix}${percent}%|${bar}| ${count(this.n)}/${count(this.total)} [${format_interval(seconds)}<${left}, ${rate}]`
  }

  #draw(): void {
    // Loaded here, so that a program without bars does not pay for it.
    const { SingleBar } = require('cli-progress') as typeof import('cli-progress')
    this.#bar = new SingleBar({
      format: () => this.toString(),
      stream: this.#file,
      hideCursor: null,
      linewrap: true, // cut to the terminal's width; else its own wrapping is switched off, and stays so after Ctrl-C
      gracefulExit: false, // its signal handler would swallow the first Ctrl-C
      forceRedraw: true,
    })
    this.#bar.start(this.total ?? 0, this.n)
  }
}

/**
 * Wraps an iterable so that looping over it draws a progress bar on stderr; without an iterable, a bar to be moved by
 * `update(n)` and ended by `close()`. A terminal sees the bar; a file or pipe gets one line at the end.
 *
 * @example for (const batch of tqdm(loader, { desc: 'epoch 1' })) step(batch)
 * @see Python's tqdm.tqdm
 */
export function tqdm<T>(iterable: Source<T>, options?: TqdmOptions): Tqdm<T>
export function tqdm(options: TqdmOptions): Tqdm
export function tqdm<T>(source: Source<T> | TqdmOptions, options: TqdmOptions = {}): Tqdm<T> {
  const iterates = typeof source === 'string' || Symbol.iterator in source || Symbol.asyncIterator in source
  return iterates ? new Tqdm(source as Source<T>, options) : new Tqdm<T>(undefined, source as TqdmOptions)
}
