// Old orders of arguments that Python's functions still take, with the factors in front: deprecated.yaml of PyTorch.
import { is_kwargs, is_tensor } from './_dispatch'
import { warn } from './_warnings'

// The factors are beta and alpha, as in addmm(beta, input, alpha, mat1, mat2), or stand second under this name.
const factors: Record<string, 'alpha' | 'value' | 'both'> = {
  add: 'alpha', sub: 'alpha', addcdiv: 'value', addcmul: 'value', addbmm: 'both', addmm: 'both', addmv: 'both', addr: 'both', baddbmm: 'both',
  sspaddmm: 'both',
}

const plain = (name: string): string => name.replace(/^aten::/, '').replace(/_$/, '')

/** Whether an operator has forms that are deprecated. */
export function has_deprecated_form(name: string): boolean {
  return plain(name) in factors
}

const is_factor = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'

/** The arguments in today's order, or null if they are in no old one. A method's tensor comes first. */
export function without_deprecated_form(name: string, args: readonly unknown[]): unknown[] | null {
  const last = args.at(-1)
  const [given, kwargs] = is_kwargs(last) ? [args.slice(0, -1), last] : [args, {}]
  const tensors = given.filter(is_tensor)
  const numbers = given.filter(is_factor)
  if (numbers.length === 0 || tensors.length + numbers.length < given.length) return null
  const kind = factors[plain(name)]!
  const places = kind === 'both' ? /^(NT|TN)N?TT$/ : kind === 'value' ? /^TNTT$/ : /^TNT$/
  if (!places.test(given.map(one => (is_tensor(one) ? 'T' : 'N')).join(''))) return null
  warn(`This overload of ${name} is deprecated: give ${kind === 'both' ? 'beta and alpha' : kind} by keyword, after the tensors.`)
  const [first, second = 1] = numbers
  return [...tensors, { ...kwargs, ...kind === 'both' ? { beta: first, alpha: second } : { [kind]: first } }]
}
