// Makes functions and methods of operators. The generated files use it.
import { has_deprecated_form, without_deprecated_form } from './_deprecated'
import { type Kwargs, type Operator, call, invoke, operator } from './_dispatch'

/** A function that calls the operator of that name; the operator is looked up at the first call. */
export function operator_function(name: string): (...args: unknown[]) => unknown {
  let op: Operator | undefined
  const call_operator = has_deprecated_form(name) ? retry : invoke
  return (...args) => call_operator(op ??= operator(name), args)
}

// Only when no form of today fits is an old one looked for.
function retry(op: Operator, args: readonly unknown[]): unknown {
  try {
    return invoke(op, args)
  } catch (error) {
    const modern = error instanceof TypeError ? without_deprecated_form(op.name, args) : null
    if (modern === null) throw error
    return invoke(op, modern)
  }
}

/** A method that calls the operator with `this` as argument number `self`. */
export function operator_method(name: string, self = 0): (this: object, ...args: unknown[]) => unknown {
  let op: Operator | undefined
  const call_operator = has_deprecated_form(name) ? retry : invoke
  return function (...given) {
    const count = given.length
    const args = new Array<unknown>(count + 1)
    for (let i = 0; i < self; i++) args[i] = given[i]
    args[self] = this
    for (let i = self; i < count; i++) args[i + 1] = given[i]
    return call_operator(op ??= operator(name), args)
  }
}

/** The operator itself, for code that gives its arguments in full. */
export function aten(name: string): (args: readonly unknown[], kwargs?: Kwargs | null) => unknown {
  let op: Operator | undefined
  return (args, kwargs = null) => call(op ??= operator(`aten::${name}`), args, kwargs)
}
