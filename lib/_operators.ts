// Makes functions and methods of operators. The generated files use it.
import { type Kwargs, type Operator, call, invoke, operator } from './_dispatch'

/** A function that calls the operator of that name; the operator is looked up at the first call. */
export function operator_function(name: string): (...args: unknown[]) => unknown {
  let op: Operator | undefined
  return (...args) => invoke(op ??= operator(name), args)
}

/** A method that calls the operator with `this` as argument number `self`. */
export function operator_method(name: string, self = 0): (this: object, ...args: unknown[]) => unknown {
  let op: Operator | undefined
  return function (...given) {
    const count = given.length
    const args = new Array<unknown>(count + 1)
    for (let i = 0; i < self; i++) args[i] = given[i]
    args[self] = this
    for (let i = self; i < count; i++) args[i + 1] = given[i]
    return invoke(op ??= operator(name), args)
  }
}

/** The operator itself, for code that gives its arguments in full. */
export function aten(name: string): (args: readonly unknown[], kwargs?: Kwargs | null) => unknown {
  let op: Operator | undefined
  return (args, kwargs = null) => call(op ??= operator(`aten::${name}`), args, kwargs)
}
