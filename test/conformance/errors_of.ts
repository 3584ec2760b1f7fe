// How an error compares with Python's: its class, and its text unless that is the argument parser's.
import torch from 'torch-ts'

export interface ErrorCase {
  id: string
  group: string
  exception: string
  message: string
  from_python?: boolean
  unordered_set?: boolean
}

const classes: Record<string, new (message?: string) => Error> = {
  TypeError, IndexError: RangeError, ValueError: torch.ValueError, RuntimeError: torch.RuntimeError, NotImplementedError: torch.NotImplementedError,
  AssertionError: torch.AssertionError, _LinAlgError: torch.LinAlgError, KeyError: torch.KeyError, AttributeError: torch.AttributeError,
}

// Texts of Python's argument parser, or of Python itself, have no equal here: they name types of Python and list signatures.
const PARSER = /invalid combination of arguments|must be (\w|\.)+( \w+)*, not |missing \d+ required|unexpected keyword|takes .* positional arguments?|unsupported operand/

function letters(text: string): string {
  return [...text.replace(/[{}'",\s]/g, '')].sort().join('')
}

/** How what a call threw differs from what Python raises, or null. */
export function error_difference(run: () => unknown, { exception, message, unordered_set }: ErrorCase): string | null {
  let error: unknown
  try {
    return `no error, but ${String(run())}; Python raises ${exception}: ${message}`
  } catch (thrown) {
    error = thrown
  }
  const Class = classes[exception] ?? Error
  // By name: libtorch's errors, and those of jest's realm, may have classes of another realm.
  const found = error as Error
  const of_kind = error instanceof Class || found.name === Class.name || exception === 'IndexError' && found.name === 'RangeError'
  if (!of_kind) return `${found.name}: ${found.message}; Python raises ${exception}: ${message}`
  if (PARSER.test(message)) return null
  const wanted = exception === 'KeyError' ? message.replace(/^"(.*)"$/, '$1') : message // Python quotes the key
  const same = unordered_set ? letters(found.message).includes(letters(wanted)) : found.message.includes(wanted.trim())
  return same ? null : `text: ${found.message}\nPython: ${wanted}`
}
