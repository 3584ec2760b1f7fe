// The tape: how arguments and results travel between JavaScript and C++. native/tape.h has the same layout.
import { binding } from './_C'

/** What a value on the tape is. */
export const Tag = {
  None: 0, Tensor: 1, Int: 2, Float: 3, Bool: 4, BigInt: 5, String: 6, List: 7, Ints: 8, Floats: 9, DType: 10, Device: 11,
  Layout: 12, MemoryFormat: 13, Generator: 14, Complex: 15, Tuple: 16, Dict: 17, Object: 18,
  Script: 19, NamedTuple: 20,
} as const

/** Flags in slot 0, and where values begin. */
export const COLLECT = 1
export const RELEASED = 2
export const NEW_TAPE = 4
export const WARNED = 8
export const FIRST = 1

/** A constant that has a tag of its own: a dtype, a device, a layout. `code` is its payload. */
export abstract class TapeValue {
  constructor(readonly tag: number, readonly code: number) {}

  /** What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this)
  }
}

/** The views of the tape in use; their identity changes when the tape grows. */
export const tape = { f64: new Float64Array(0), i64: new BigInt64Array(0), u8: new Uint8Array(0) }

/** Takes the tape that C++ uses now, with room for at least `slots`. */
export function use_tape(slots = 0): void {
  const buffer = binding.tape(slots)
  tape.f64 = new Float64Array(buffer)
  tape.i64 = new BigInt64Array(buffer)
  tape.u8 = new Uint8Array(buffer)
}

use_tape()

/** Call after C++ wrote to the tape: if the result needed more room, it is on another one. */
export function follow_tape(): void {
  if (tape.f64[0] === NEW_TAPE) use_tape()
}

/** Writes a list of whole numbers for C++ to read, such as a shape. */
export function write_ints(values: readonly number[]): void {
  if (values.length + FIRST + 1 > tape.f64.length) use_tape(values.length + FIRST + 1)
  tape.f64[FIRST] = values.length
  for (let i = 0; i < values.length; i++) tape.f64[FIRST + 1 + i] = values[i]!
}

/** Reads the list of whole numbers that C++ wrote. */
export function read_ints(): number[] {
  follow_tape()
  const { f64 } = tape
  const length = f64[FIRST]!
  const values = new Array<number>(length)
  for (let i = 0; i < length; i++) values[i] = f64[FIRST + 1 + i]!
  return values
}
