// What the functions that make artists need of axes.
import type { Artist } from '../artists'
import type { Axis } from '../axis'

/** The part of axes that plotting functions use. */
export interface Core {
  readonly xaxis: Axis
  readonly yaxis: Axis
  /** Adds what is to be drawn. */
  add<T extends Artist>(artist: T): T
  /** The next colour of the cycle of lines, or of that of patches and points. */
  next_color(cycle: 'lines' | 'patches'): string
}
