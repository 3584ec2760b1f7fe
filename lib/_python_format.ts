// Numbers and tuples as Python writes them: repr(), format(x, '.4f'), format(x, '.4e'). No PyTorch counterpart.

function special(value: number): string {
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
}

function sign_of(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : ''
}

function is_even(digit: string): boolean {
  return Number(digit) % 2 === 0
}

// toFixed and toExponential are right for the exact binary value, except that they round ties up where Python rounds to even.
function drop_last_digit(digits: string): string {
  const shorter = digits.slice(0, -1)
  return shorter.endsWith('.') ? shorter.slice(0, -1) : shorter
}

function fixed_magnitude(value: number, precision: number): string {
  if (value >= 1e21) return BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '')
  // A tie lies halfway between two multiples of 10^-precision: an odd multiple of 2^-(precision + 1).
  if (value * 2 ** (precision + 1) % 2 === 1) {
    const below = drop_last_digit(value.toFixed(precision + 1))
    if (is_even(below.at(-1)!)) return below
  }
  return value.toFixed(precision)
}

/** Python's `format(value, '.{precision}f')`; `precision` is at most 99. */
export function fixed(value: number, precision: number): string {
  return Number.isFinite(value) ? sign_of(value) + fixed_magnitude(Math.abs(value), precision) : special(value)
}

// Whether `digits` * 10^power, value rounded to so many digits, is the value itself.
function is_exact(value: number, digits: string, power: number): boolean {
  if (power >= 0) return Number.isInteger(value) && BigInt(value) === BigInt(digits.replace('.', '')) * 10n ** BigInt(power)
  return Number.isInteger(value * 2 ** -power) // so few decimals are enough for so few binary places
}

function exponential_parts(value: number, precision: number): [digits: string, exponent: number] {
  const [longer, power] = value.toExponential(precision + 1).split('e') as [string, string]
  const exponent = Number(power)
  if (longer.endsWith('5') && is_exact(value, longer, exponent - precision - 1)) {
    const below = drop_last_digit(longer)
    if (is_even(below.at(-1)!)) return [below, exponent]
  }
  const [digits, rounded_power] = value.toExponential(precision).split('e') as [string, string]
  return [digits, Number(rounded_power)]
}

function with_exponent(digits: string, exponent: number): string {
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Python's `format(value, '.{precision}e')`; `precision` is at most 99. */
export function exponential(value: number, precision: number): string {
  if (!Number.isFinite(value)) return special(value)
  return sign_of(value) + with_exponent(...exponential_parts(Math.abs(value), precision))
}

/** Python's `format(value, '.{digits}g')`, which is C++'s way to write a number too: so many digits, without zeros at the end. */
export function general(value: number, digits: number): string {
  if (!Number.isFinite(value)) return special(value)
  const [mantissa, exponent] = exponential_parts(Math.abs(value), digits - 1)
  const is_plain = exponent >= -4 && exponent < digits
  const text = is_plain ? fixed_magnitude(Math.abs(value), digits - 1 - exponent) : mantissa
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return sign_of(value) + (is_plain ? short : with_exponent(short, exponent))
}

/** Python's `repr` of a float: the shortest digits that read back as the value, with a point or an exponent. */
export function float_repr(value: number): string {
  if (!Number.isFinite(value)) return special(value)
  const magnitude = Math.abs(value)
  const [digits, power] = magnitude.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  const text = exponent < -4 || exponent >= 16 ? with_exponent(digits, exponent)
    : Number.isInteger(magnitude) ? `${magnitude}.0` : String(magnitude)
  return sign_of(value) + text
}

/** Python's `repr` of a complex number. */
export function complex_repr(real: number, imag: number): string {
  const part = (value: number): string => float_repr(value).replace(/\.0$/, '')
  if (Object.is(real, 0)) return `${part(imag)}j`
  return `(${part(real)}${sign_of(imag) === '-' ? '' : '+'}${part(imag)}j)`
}

/** Python's `repr` of a tuple whose elements are written already. */
export function tuple_repr(elements: readonly unknown[]): string {
  return elements.length === 1 ? `(${String(elements[0])},)` : `(${elements.map(String).join(', ')})`
}
