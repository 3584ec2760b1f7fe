// Tensors print as in Python: every golden case of printing.jsonl but those of modules and optimizers.
import { inspect } from 'node:util'
import torch from 'torch-ts'
import { complex_repr, float_repr } from '../../lib/_python_format'
import { evaluate } from '../helpers/python_expression'
import { count, new_tally, table } from './tally'
import { type TensorValue, by_group, decode_tensor, difference, read_cases } from './values'

interface Case {
  id: string
  group: string
  tensor?: TensorValue
  expr?: string
  printoptions?: Record<string, unknown>
  repr: string
  str?: string
  format?: string
}

// f"{x}" of a 0-dim tensor is its number in Python, while a template string gives the repr: so the number is compared.
function number_text(x: torch.Tensor): string {
  const value: torch.Item = x.item()
  if (value instanceof torch.Complex) return complex_repr(value.real, value.imag)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return x.dtype.is_floating_point ? float_repr(value as number) : String(value)
}

// The tensor of a case with an expression is the result's or x's, and then the result's is in another case of the group. So x is
// the first of the group's tensors for which the expression gives the tensor of the case.
function value_of({ tensor, expr }: Case, group: readonly Case[]): unknown {
  if (expr === undefined) return decode_tensor(tensor!)
  if (tensor === undefined) return evaluate(expr)
  const starts = [tensor, ...group.flatMap(one => one.tensor ?? [])]
  const results = starts.map(start => attempt(() => evaluate(expr, { x: decode_tensor(start) })))
  const found = results.find(result => torch.is_tensor(result) && difference(result, tensor) === null)
  return found ?? results.find(result => !(result instanceof Error)) ?? results[0]
}

function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

function check(one: Case, group: readonly Case[]): string[] {
  const value = value_of(one, group)
  const texts: [string, string | undefined, string][] = [['repr', one.repr, inspect(value)]]
  if (one.str !== undefined) texts.push(['str', one.str, String(value)])
  if (one.format !== undefined) texts.push(['format', one.format, number_text(value as torch.Tensor)])
  return texts.filter(([, want, got]) => want !== got).map(([name, want, got]) => `${one.id} ${name}:\n${got}\nwanted:\n${want}`)
}

function check_printed(one: Case, group: readonly Case[]): string[] {
  try {
    torch.set_printoptions({ profile: 'default' })
    if (one.printoptions) torch.set_printoptions(one.printoptions)
    return check(one, group)
  } catch (error) {
    return [`${one.id}: ${String(error)}`]
  } finally {
    torch.set_printoptions({ profile: 'default' })
  }
}

const tally = new_tally('printing')

afterAll(() => console.log(table([tally])))

function check_all(cases: readonly Case[]): string[] {
  return cases.flatMap(one => {
    const problems = check_printed(one, cases)
    count(tally, one.id, problems, [])
    return problems
  })
}

const groups = by_group(read_cases<Case>('printing').filter(one => !/^printing\/(module|optimizer)$/.test(one.group)))

describe('golden texts of tensors', () => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    expect(check_all(groups.get(group) ?? [])).toEqual([])
  })
})
