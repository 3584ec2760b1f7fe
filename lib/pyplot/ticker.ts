// Where ticks go and what they say (matplotlib.ticker: MaxNLocator, ScalarFormatter and their logarithmic kin).

const steps = [1, 2, 2.5, 5, 10]
/** The steps, one shorter and one longer decade included. */
const extended = [...steps.slice(0, -1).map(step => 0.1 * step), ...steps, 10 * steps[1]!]

/** Powers of ten beyond which labels share a factor, such as 1e6. */
const [lowest_power, highest_power] = [-5, 6]

/** Quotient rounded down, and whether it is an integer but for rounding errors. */
function multiple(x: number, step: number, offset: number): { floor: number; just_above: boolean; just_below: boolean } {
  const floor = Math.floor(x / step)
  const rest = x / step - floor
  const digits = offset > 0 ? Math.log10(offset / step) - 12 : -Infinity
  const tolerance = Math.min(0.4999, Math.max(1e-10, 10 ** digits))
  return { floor, just_above: rest < tolerance, just_below: rest > 1 - tolerance }
}

function ticks_by(step: number, low: number, high: number, offset: number): number[] {
  const base = Math.floor(low / step) * step
  const from = multiple(low - base, step, offset)
  const to = multiple(high - base, step, offset)
  const first = from.just_below ? from.floor + 1 : from.floor
  const last = to.just_above ? to.floor : to.floor + 1
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step + base)
}

/**
 * Ticks at round numbers that cover low..high; the first and the last may lie outside.
 *
 * @param bins - the greatest number of intervals
 */
export function linear_ticks(low: number, high: number, bins: number): number[] {
  const range = high - low
  const middle = (low + high) / 2
  const offset = Math.abs(middle) / range < 100 ? 0 : Math.sign(middle) * 10 ** Math.floor(Math.log10(Math.abs(middle)))
  const scale = 10 ** Math.floor(Math.log10(range / bins))
  if (!(range > 0 && scale > 0 && 20 * scale < Infinity)) return []
  const scaled = extended.map(step => step * scale)
  const enough = scaled.findIndex(step => step >= range / bins)
  for (let i = enough; i > 0; i--) {
    const ticks = ticks_by(scaled[i]!, low - offset, high - offset, Math.abs(offset))
    if (ticks.filter(tick => tick >= low - offset && tick <= high - offset).length >= 2) return ticks.map(tick => tick + offset)
  }
  return ticks_by(scaled[0]!, low - offset, high - offset, Math.abs(offset)).map(tick => tick + offset)
}

/** Rounding errors of logarithms. */
const tiny = 1e-9

/** Exponents of the powers of ten between two exponents that get a tick: at most `most`, as far apart as that many ticks can be. */
export function log_ticks(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.ceil(low - tiny), Math.floor(high + tiny)]
  const decades = last - first + 1
  if (decades <= 0) return []
  const count = Math.min(most, Math.ceil(decades / (Math.floor(decades / (most + 1)) + 1)))
  if (count === 1) return [Math.round((low + high) / 2)]
  const widest = Math.floor((decades - 1) / (count - 1))
  const stride = widest < decades / count ? Math.floor(decades / count) : widest
  // Multiples of the stride if they give that many ticks.
  const least = Math.max(decades - stride * count, 0)
  const end = Math.min(decades - stride * (count - 1), stride)
  const multiple_of = ((-first % stride) + stride) % stride
  const offset = multiple_of >= least && multiple_of < end ? multiple_of : least
  return Array.from({ length: Math.floor((last - first - offset) / stride) + 1 }, (_, i) => first + offset + stride * i)
}

/** Logarithms of 2, 3, ... 9 times each power of ten between two exponents; none where the decades are many. */
export function log_minor_ticks(low: number, high: number): number[] {
  const first = Math.floor(low)
  const decades = Math.ceil(high) - first
  if (Math.floor(high) - Math.ceil(low) + 1 >= 10) return []
  return Array.from({ length: 8 * decades }, (_, i) => first + Math.floor(i / 8) + Math.log10(2 + (i % 8))).filter(
    tick => tick >= low - tiny && tick <= high + tiny,
  )
}

/** A number of few digits with a real minus sign. */
function show(value: number, decimals: number): string {
  return value
    .toFixed(decimals)
    .replace(/^-(?=0(\.0*)?$)/, '')
    .replace('-', '\u2212')
}

function superscript(exponent: number): string {
  return String(exponent)
    .replace('-', '⁻')
    .replace(/\d/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))
}

/** Labels of ticks, and the factor they share as text ('' if it is 1). */
export interface Labels {
  readonly texts: readonly string[]
  readonly factor: string
}

/** Labels with as many decimals as the ticks need to differ. */
export function linear_labels(ticks: readonly number[], low: number, high: number): Labels {
  const seen = ticks.filter(tick => tick >= low - 1e-10 * (high - low) && tick <= high + 1e-10 * (high - low))
  const most = Math.max(0, ...seen.map(Math.abs))
  const power = most === 0 ? 0 : Math.floor(Math.log10(most))
  const shared = power <= lowest_power || power >= highest_power ? power : 0
  const values = (seen.length < 2 ? [...seen, low, high] : seen).map(value => value / 10 ** shared)
  const range = Math.max(...values) - Math.min(...values) || Math.max(...values.map(Math.abs)) || 1
  const range_power = Math.floor(Math.log10(range))
  const needed = (decimals: number) =>
    values.some(value => Math.abs(value - Math.round(value * 10 ** decimals) / 10 ** decimals) >= 1e-3 * 10 ** range_power)
  let decimals = Math.min(15, Math.max(0, 3 - range_power))
  while (decimals > 0 && !needed(decimals - 1)) decimals--
  return { texts: ticks.map(tick => show(tick / 10 ** shared, decimals)), factor: shared === 0 ? '' : `1e${show(shared, 0)}` }
}

/** '10⁻³' for an exponent; '2×10⁻³' for the logarithm of what lies between powers. */
export function log_label(exponent: number): string {
  const power = Math.floor(exponent + 1e-9)
  const digit = Math.round(10 ** (exponent - power))
  return `${digit === 1 ? '' : `${digit}×`}10${superscript(power)}`
}

/** Which of the minor ticks of a logarithmic axis of few decades get a label. */
export function log_minor_labelled(tick: number, decades: number): boolean {
  const digit = Math.round(10 ** (tick - Math.floor(tick)))
  return decades <= 0.4 || (decades <= 1 && [2, 3, 4, 6].includes(digit))
}
