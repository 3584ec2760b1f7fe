// Python's names of the types of values, for messages.
import { is_tensor } from './_dispatch'
import type { Tensor } from './tensor'

/** What Python's `type(value).__name__` would be, or the name of the value's class. */
export function type_name(value: unknown): string {
  switch (typeof value) {
    case 'undefined': return 'NoneType'
    case 'number': return Number.isInteger(value) ? 'int' : 'float'
    case 'bigint': return 'int'
    case 'boolean': return 'bool'
    case 'string': return 'str'
    case 'object': {
      if (value === null) return 'NoneType'
      if (Array.isArray(value)) return 'list'
      const name = (value.constructor as { name?: string } | undefined)?.name
      return name === undefined || name === 'Object' ? 'dict' : name
    }
    default: {
      const name = (value as { constructor?: { name?: string } }).constructor?.name // a module is a function, of a class of its own
      return name === undefined || name.endsWith('Function') ? 'function' : name
    }
  }
}

/** The name of a value's type, or what a tensor's `type()` says, as 'torch.FloatTensor'. @see torch.typename */
export function typename(value: unknown): string {
  return is_tensor(value) ? (value as Tensor).type() : type_name(value)
}

/** What Python's `str(type(value))` would be. */
export function type_text(value: unknown): string {
  return `<class '${is_tensor(value) ? 'torch.' : ''}${type_name(value)}'>`
}

/** A value in a message, as Python prints it. */
export function value_text(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'object' ? type_name(value) : String(value)
}
