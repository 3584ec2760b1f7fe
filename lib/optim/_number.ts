// Python's arithmetic on what is a number or a tensor with one element, such as a learning rate.
import { is_tensor } from '../_dispatch'
import type { Tensor } from '../tensor'

/**
 * A Python number or a tensor with one element. Arithmetic with a tensor is done in its dtype, as in Python, so that float32
 * parameters take Python's steps.
 */
export type Num = number | Tensor

function is_number(value: Num): value is number {
  return !is_tensor(value)
}

export function add(a: Num, b: Num): Num {
  if (!is_number(a)) return a.add(b as Tensor)
  return is_number(b) ? a + b : b.add(a)
}

export function sub(a: Num, b: Num): Num {
  if (!is_number(a)) return a.sub(b as Tensor)
  return is_number(b) ? a - b : b.neg().add(a)
}

export function mul(a: Num, b: Num): Num {
  if (!is_number(a)) return a.mul(b as Tensor)
  return is_number(b) ? a * b : b.mul(a)
}

export function div(a: Num, b: Num): Num {
  if (!is_number(a)) return a.div(b as Tensor)
  return is_number(b) ? a / b : b.reciprocal().mul(a)
}

export function neg(a: Num): Num {
  return is_number(a) ? -a : a.neg()
}

export function abs(a: Num): Num {
  return is_number(a) ? Math.abs(a) : a.abs()
}

export function number(a: Num): number {
  return is_number(a) ? a : a.item()
}

export function less(a: Num, b: Num): boolean {
  if (!is_number(a)) return a.lt(b as Tensor).item<boolean>()
  return is_number(b) ? a < b : b.gt(a).item<boolean>()
}

export function less_equal(a: Num, b: Num): boolean {
  if (!is_number(a)) return a.le(b as Tensor).item<boolean>()
  return is_number(b) ? a <= b : b.ge(a).item<boolean>()
}

/** Python's min(a, b). */
export function lesser(a: Num, b: Num): Num {
  return less(b, a) ? b : a
}

/** Python's max(a, b). */
export function greater(a: Num, b: Num): Num {
  return less(a, b) ? b : a
}
