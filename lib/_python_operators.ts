// The methods behind Python's operators that are no operators of libtorch: `x.__rsub__(2)` is Python's `2 - x`.
import { aten } from './_operators'
import type { Tensor } from './tensor'
import type { Scalar } from './types'

// What each calls; those that end in * with the tensor as second argument.
const calls = {
  __add__: 'add', __radd__: 'add', __iadd__: 'add_', __sub__: 'sub', __rsub__: 'rsub', __isub__: 'sub_', __mul__: 'mul', __rmul__: 'mul',
  __imul__: 'mul_', __div__: 'div', __truediv__: 'div', __idiv__: 'div_', __itruediv__: 'div_', __floordiv__: 'floor_divide',
  __rfloordiv__: 'floor_divide*', __ifloordiv__: 'floor_divide_', __mod__: 'remainder', __rmod__: 'remainder*', __imod__: 'remainder_',
  __pow__: 'pow', __rpow__: 'pow*', __ipow__: 'pow_', __matmul__: 'matmul', __rmatmul__: 'matmul*', __rand__: 'bitwise_and', __ror__: 'bitwise_or',
  __rxor__: 'bitwise_xor', __rlshift__: 'bitwise_left_shift*', __rrshift__: 'bitwise_right_shift*', __eq__: 'eq', __ne__: 'ne', __lt__: 'lt',
  __le__: 'le', __gt__: 'gt', __ge__: 'ge',
} as const

const unary = { __neg__: 'neg', __pos__: 'positive', __abs__: 'abs', __invert__: 'bitwise_not' } as const

type Binary = (other: Tensor | Scalar) => Tensor

/** Python's names of operators, for code that was translated word by word; `x.add(y)` is the usual way to write `x + y`. */
export type PythonOperators = { [name in keyof typeof calls | '__rdiv__' | '__rtruediv__']: Binary } & { [name in keyof typeof unary]: () => Tensor }

type Method = (this: Tensor, other?: unknown) => unknown

function method(call: string): Method {
  const op = aten(call.replace('*', ''))
  return call.endsWith('*') ? function (other) { return op([other, this]) } : function (other) { return op([this, other]) }
}

function unary_method(call: string): Method {
  const op = aten(call)
  return function () { return op([this]) }
}

const reciprocal = aten('reciprocal')
const mul = aten('mul')

const divide_by: Method = function (other) {
  return mul([reciprocal([this]), other])
}

/** The methods, for Tensor's prototype. */
export const python_operators: Record<string, Method> = {
  ...Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, method(call)])),
  ...Object.fromEntries(Object.entries(unary).map(([name, call]) => [name, unary_method(call)])),
  __rdiv__: divide_by,
  __rtruediv__: divide_by,
}
