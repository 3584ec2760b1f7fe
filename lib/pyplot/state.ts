// The open figures and the current one, on which the functions of pyplot work (matplotlib.pyplot, matplotlib._pylab_helpers).
import type { Args } from '../_args'
import { bind, check, is_options, repr } from './arguments'
import { Axes } from './axes'
import { Figure, type FigureOptions, type Grid, type GridOptions, spec_of } from './figure'
import { display } from './output'

/** Open figures by number; the last one is the current one. */
const open = new Map<number, Figure>()
const most_open = 20

function make_current(figure: Figure): Figure {
  open.delete(figure.number)
  open.set(figure.number, figure)
  return figure
}

function current(): Figure | undefined {
  return [...open.values()].at(-1)
}

function find(num: unknown): Figure | undefined {
  if (typeof num === 'string') return [...open.values()].find(({ label }) => label === num)
  if (num instanceof Figure) return num
  if (typeof num !== 'number' || !Number.isInteger(num))
    throw new TypeError(`figure(): num must be an integer, a string or a Figure, not ${repr(num)}`)
  return open.get(num)
}

/**
 * Makes a figure the current one: the open one with that number or label, else a new one.
 *
 * @example plt.figure({ figsize: [8, 4] })
 * @see matplotlib.pyplot.figure
 */
export function figure(
  ...args: Args<
    [num?: number | string | Figure | null, figsize?: readonly [number, number], dpi?: number],
    ['num', 'figsize', 'dpi'],
    Omit<FigureOptions, 'figsize' | 'dpi'> & { clear?: boolean }
  >
): Figure {
  const { num, clear = false, ...options } = bind('figure', ['num', 'figsize', 'dpi'], 0, args)
  const found = num === undefined ? undefined : find(num)
  if (found) {
    if (clear) found.clear()
    return make_current(found)
  }
  const next = Math.max(0, ...open.keys()) + 1
  const created = new Figure(typeof num === 'number' ? num : next, typeof num === 'string' ? num : '', options)
  if (open.size === most_open) {
    process.emitWarning(
      `More than ${most_open} figures have been opened. Figures created through the pyplot interface are retained until explicitly closed and may consume too much memory.`,
    )
  }
  return make_current(created)
}

/** The current figure; it is made if there is none. */
export function gcf(): Figure {
  return current() ?? figure()
}

/** The current axes; they are made if there are none. */
export function gca(): Axes {
  return gcf().gca()
}

/** Makes axes, and their figure, the current ones. */
export function sca(ax: Axes): void {
  if (!(ax instanceof Axes)) throw new TypeError(`sca(): ax must be axes, not ${typeof ax}`)
  make_current(ax.figure).sca(ax)
}

/** Removes all that is in the current figure. */
export function clf(): void {
  gcf().clear()
}

/** Empties the current axes. */
export function cla(): void {
  gca().clear()
}

/** Removes axes, by default the current ones, from their figure. */
export function delaxes(ax: Axes = gca()): void {
  ax.figure.delaxes(ax)
}

/**
 * Closes the current figure, one by number, label or itself, or 'all'.
 *
 * @throws {TypeError} for anything else.
 * @see matplotlib.pyplot.close
 */
export function close(fig?: number | string | Figure | null): void {
  if (fig === 'all') return open.clear()
  if (fig !== undefined && fig !== null && typeof fig !== 'string' && !(fig instanceof Figure) && !Number.isInteger(fig)) {
    const kind = typeof fig === 'number' ? 'float' : is_options(fig) ? 'dict' : typeof fig
    throw new TypeError(`'fig' must be an instance of matplotlib.figure.Figure, int, str or None, not a ${kind}`)
  }
  const found = fig === undefined || fig === null ? current() : find(fig)
  if (found && open.get(found.number) === found) open.delete(found.number)
}

/** Numbers of the open figures. */
export function get_fignums(): number[] {
  return [...open.keys()].sort((a, b) => a - b)
}

/** Whether a figure with that number or label is open. */
export function fignum_exists(num: number | string): boolean {
  return find(num) !== undefined
}

/**
 * Makes the axes at a place of a grid the current ones: `subplot(2, 5, 1)`, `subplot(251)`, or, over several places, `subplot(2, 2, [1, 2])`.
 *
 * @param args - rows, columns and index from 1 on, or three digits
 * @throws {ValueError} for a place outside of the grid.
 * @see matplotlib.pyplot.subplot
 */
export function subplot(
  ...args: [] | [code: number] | [nrows: number, ncols: number, index: number | readonly [number, number]]
): Axes {
  return gcf().subplot(spec_of(args))
}

/** Keywords of subplots: those of the grid and of the figure. */
export type SubplotsOptions = GridOptions & FigureOptions & { num?: number | string }

/**
 * Makes a figure with a grid of axes. Returns it and one pair of axes, a list, or a list of rows, as the grid has them.
 *
 * @param nrows - default 1
 * @param ncols - default 1
 * @example const [fig, [left, right]] = plt.subplots(1, 2, { figsize: [8, 4], sharey: true })
 * @see matplotlib.pyplot.subplots
 */
export function subplots(nrows: number, ncols: number, options: SubplotsOptions & { squeeze: false }): [Figure, Axes[][]]
export function subplots<R extends number = 1, C extends number = 1>(
  nrows?: R,
  ncols?: C,
  options?: SubplotsOptions,
): [Figure, Grid<R, C>]
export function subplots<R extends number>(nrows: R, options: SubplotsOptions): [Figure, Grid<R, 1>]
export function subplots<R extends number = 1, C extends number = 1>(
  options: SubplotsOptions & { nrows?: R; ncols?: C },
): [Figure, Grid<R, C>]
export function subplots(...args: readonly unknown[]): [Figure, Axes | Axes[] | Axes[][]] {
  const { nrows = 1, ncols = 1, sharex, sharey, squeeze, num, ...options } = bind('subplots', ['nrows', 'ncols'], 0, args)
  const fresh = figure({ ...options, ...(num !== undefined && { num: num as number }) })
  try {
    return [fresh, fresh.subplots(nrows as number, ncols as number, { sharex, sharey, squeeze } as GridOptions)]
  } catch (error) {
    if (fresh.axes.length === 0) close(fresh)
    throw error
  }
}

/**
 * Shows all open figures and closes them, as at the end of a script. With a display, the platform's viewer opens and the program goes on;
 * without one (or with TORCH_TS_NO_DISPLAY=1), each figure is written to figure_1.png, by its number, in the current folder, and a line says so.
 *
 * @see matplotlib.pyplot.show
 */
export function show(options: { block?: boolean } = {}): void {
  check('show', options as Readonly<Record<string, unknown>>, ['block'])
  try {
    for (const number of get_fignums()) display(open.get(number)!)
  } finally {
    open.clear()
  }
}
