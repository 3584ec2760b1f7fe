// The limits of number types: torch.finfo and torch.iinfo, TypeInfo.cpp.
import { get_default_dtype } from './_defaults'
import { NotImplementedError } from './_errors'
import { general } from './_python_format'
import { type_name } from './_typename'
import { dtype } from './dtype'

interface Info {
  /** Bits that an element takes. */
  readonly bits: number
  /** The name of the type. */
  readonly dtype: string
}

/** What {@link finfo} gives: the limits of a floating point type. */
export class FloatInfo implements Info {
  /** The smallest positive number that is not subnormal. */
  readonly tiny: number

  /** @internal */
  constructor(readonly dtype: string, readonly bits: number, readonly max: number, readonly min: number,
    /** The difference between 1 and the next number. */ readonly eps: number,
    /** The smallest positive number that is not subnormal. */ readonly smallest_normal: number,
    /** 10^-n, where n decimal digits always survive. */ readonly resolution: number) {
    this.tiny = smallest_normal
  }

  toString(): string {
    const names = ['resolution', 'min', 'max', 'eps', 'smallest_normal', 'tiny'] as const
    return `finfo(${names.map(name => `${name}=${general(this[name], 6)}`).join(', ')}, dtype=${this.dtype})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** What {@link iinfo} gives: the limits of an integer type. Bounds past 2^53 are bigints. */
export class IntInfo implements Info {
  /** @internal */
  constructor(readonly dtype: string, readonly bits: number, readonly max: number | bigint, readonly min: number | bigint) {}

  toString(): string {
    return `iinfo(min=${general(Number(this.min), 6)}, max=${general(Number(this.max), 6)}, dtype=${this.dtype})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

// Bits, greatest number, difference between 1 and the next number, smallest normal number, resolution.
const floats: Record<string, [bits: number, max: number, eps: number, smallest_normal: number, resolution: number]> = {
  float64: [64, Number.MAX_VALUE, 2 ** -52, 2 ** -1022, 1e-15],
  float32: [32, (2 - 2 ** -23) * 2 ** 127, 2 ** -23, 2 ** -126, 1e-6],
  float16: [16, 65504, 2 ** -10, 2 ** -14, 1e-3],
  bfloat16: [16, (2 - 2 ** -7) * 2 ** 127, 2 ** -7, 2 ** -126, 1e-2],
  float8_e5m2: [8, 57344, 2 ** -2, 2 ** -14, 1],
  float8_e4m3fn: [8, 448, 2 ** -3, 2 ** -6, 1],
  float8_e5m2fnuz: [8, 57344, 2 ** -3, 2 ** -15, 1],
  float8_e4m3fnuz: [8, 240, 2 ** -3, 2 ** -7, 1],
  float8_e8m0fnu: [8, 2 ** 127, 1, 2 ** -127, 1],
}

const parts: Record<string, string> = { complex128: 'float64', complex64: 'float32', complex32: 'float16' }

function is_float(type: dtype): boolean {
  return type.is_floating_point || type.is_complex
}

function check(name: string, type: unknown): asserts type is dtype {
  if (!(type instanceof dtype)) throw new TypeError(`${name}(): argument 'type' (position 1) must be torch.dtype, not ${type_name(type)}`)
}

/**
 * The limits of a floating point type: bits, max, min, eps, smallest_normal (also called tiny), resolution.
 *
 * @param type - a floating point type, or a complex one, which gives that of its parts. Default: the default dtype.
 * @throws {TypeError} for another type.
 * @see torch.finfo
 */
export function finfo(type: dtype = get_default_dtype()): FloatInfo {
  check('finfo', type)
  if (!is_float(type)) throw new TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
  const name = parts[type.name] ?? type.name
  const [bits, max, eps, smallest, resolution] = floats[name]!
  const min = name === 'float8_e8m0fnu' ? smallest : -max // which has no sign
  return new FloatInfo(name, bits, max, min, eps, smallest, resolution)
}

function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/**
 * The limits of an integer type: bits, max, min.
 *
 * @throws {TypeError} for another type.
 * @see torch.iinfo
 */
export function iinfo(type: dtype): IntInfo {
  if (type === undefined) throw new TypeError('iinfo() missing 1 required positional arguments: "type"')
  check('iinfo', type)
  if (is_float(type)) throw new TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
  if (type.name === 'bool') throw new TypeError('torch.bool is not supported by torch.iinfo')
  if (!/^u?int\d+$/.test(type.name)) throw new NotImplementedError(`"dtype" not implemented for '${type.name}'`)
  const bits = type.itemsize * 8
  const count = 2n ** BigInt(bits)
  return type.is_signed ? new IntInfo(type.name, bits, exact(count / 2n - 1n), exact(-count / 2n))
    : new IntInfo(type.name, bits, exact(count - 1n), 0)
}

/** The type of what {@link finfo} gives, so that `torch.finfo` is a type too. */
export type finfo = FloatInfo

/** The type of what {@link iinfo} gives. */
export type iinfo = IntInfo
