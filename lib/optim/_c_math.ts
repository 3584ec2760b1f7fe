// The C library's functions, which Python's math module calls. V8's own differ in the last bit: pow for every tenth exponent, cos for
// every thirtieth angle. Rates and bias corrections of float64 parameters would show it.
import { tensor } from '../_creation'
import { aten } from '../_operators'
import { float64 } from '../dtype'
import type { Tensor } from '../tensor'

const logspace = aten('logspace')
const polar = aten('polar')
const options = { dtype: float64 }

/** Python's `base ** exponent` of floats. A logspace of one element is C's pow. */
export function c_pow(base: number, exponent: number): number {
  return (logspace([exponent, exponent, 1, base], options) as Tensor).item()
}

/** Python's math.cos. The real part of polar is C's cos. */
export function c_cos(angle: number): number {
  return (polar([tensor([1], options), tensor([angle], options)]) as Tensor).real.item()
}
