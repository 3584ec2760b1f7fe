// Python's way of calling: positional arguments, then keywords in one plain object. As lib/_args.ts, without the tensor core.

/** Keyword arguments as they come in. */
export type Options = Readonly<Record<string, unknown>>

/** Whether a value is an object of keywords: a plain object, and no array or tensor. */
export function is_options(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return !('shape' in value) && !(Symbol.iterator in value)
}

/** Separates positional arguments from keywords. Keywords that are undefined or null count as not given. */
export function split(args: readonly unknown[]): [unknown[], Record<string, unknown>] {
  const last = args[args.length - 1]
  const positional = is_options(last) ? args.slice(0, -1) : [...args]
  while (positional.length > 0 && positional[positional.length - 1] === undefined) positional.pop()
  const given = is_options(last) ? Object.entries(last).filter(([, value]) => value !== undefined && value !== null) : []
  return [positional, Object.fromEntries(given)]
}

/**
 * Gives each positional argument its name and adds the keywords, whatever they are: the caller reads its own and hands the rest to
 * {@link check}.
 *
 * @param name - of the function, for messages
 * @param names - the parameters that may be given by position, in order
 * @param required - how many of them have no default
 * @throws {TypeError} in Python's words, for too many, doubled or missing arguments.
 */
export function bind(
  name: string,
  names: readonly string[],
  required: number,
  args: readonly unknown[],
): Record<string, unknown> {
  const [positional, bound] = split(args)
  const count = positional.length
  if (count > names.length) {
    const most = required === names.length ? `${names.length}` : `from ${required} to ${names.length}`
    throw new TypeError(
      `${name}() takes ${most} positional argument${most === '1' ? '' : 's'} but ${count} ${count === 1 ? 'was' : 'were'} given`,
    )
  }
  for (let i = 0; i < count; i++) {
    const name_of = names[i]!
    if (name_of in bound) throw new TypeError(`${name}() got multiple values for argument '${name_of}'`)
    if (positional[i] !== undefined && positional[i] !== null) bound[name_of] = positional[i]
  }
  const missing = names
    .slice(count, required)
    .filter(key => !(key in bound))
    .map(key => `'${key}'`)
  if (missing.length > 0) {
    const list = missing.length < 3 ? missing.join(' and ') : `${missing.slice(0, -1).join(', ')}, and ${missing.at(-1)}`
    throw new TypeError(
      `${name}() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${list}`,
    )
  }
  return bound
}

/** Short names of matplotlib's properties. */
const aliases: Readonly<Record<string, string>> = {
  lw: 'linewidth',
  linewidths: 'linewidth',
  ls: 'linestyle',
  ms: 'markersize',
  mec: 'markeredgecolor',
  mew: 'markeredgewidth',
  mfc: 'markerfacecolor',
  ec: 'edgecolor',
  edgecolors: 'edgecolor',
  fc: 'facecolor',
  facecolors: 'facecolor',
  ha: 'horizontalalignment',
  va: 'verticalalignment',
  size: 'fontsize',
  weight: 'fontweight',
  style: 'fontstyle',
}

/** Replaces matplotlib's short names (`lw`, `ls`, `ec`, ...) by the long ones. `more` adds those of one artist, such as c for color. */
export function unalias(options: Options, more: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  const full: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    const name = more[key] ?? aliases[key] ?? key
    if (name !== key && name in options) throw new TypeError(`Got both '${name}' and '${key}', which are aliases of one another`)
    full[name] = value
  }
  return full
}

/**
 * Refuses keywords that are not in `known`.
 *
 * @param owner - the matplotlib class whose properties they would be, such as Line2D
 */
export function check(owner: string, options: Options, known: readonly string[]): void {
  const unknown = Object.keys(options).find(key => !known.includes(key))
  if (unknown !== undefined) throw new TypeError(`${owner}.set() got an unexpected keyword argument '${unknown}'`)
}

/** Python's repr of a value in a message: strings in quotes. */
export function repr(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `(${value.map(repr).join(', ')}${value.length === 1 ? ',' : ''})`
  return typeof value === 'number' && Number.isNaN(value) ? 'nan' : String(value)
}
