// nn.init and the default initialisation of modules draw Python's numbers, as many as Python: every golden case of init.
import torch from 'torch-ts'
import { type ModuleValue, build, missing_modules, tensors_difference } from './run_module'
import { count, new_tally, table } from './tally'
import { type TensorValue, type Tolerance, by_group, decode, decode_fields, difference, make_call, read_cases } from './values'

interface Case extends Partial<ModuleValue> {
  id: string
  group: string
  /** None for a function of numbers only. */
  seed?: number
  call?: string
  /** Of the empty tensor that is the first argument. */
  shape?: number[]
  outputs?: unknown
  state_dict?: Record<string, TensorValue>
  next_rand?: TensorValue
  tolerance?: Tolerance
}

const groups = by_group(read_cases<Case>('init'))
const tally = new_tally('init')

afterAll(() => console.log(table([tally])))

function check(one: Case): string | null {
  if (one.seed !== undefined) torch.manual_seed(one.seed)
  if (one.call !== undefined) {
    const tensor = one.shape ? [torch.empty(one.shape)] : []
    const result = make_call(one.call, [...tensor, ...(one.args ?? []).map(value => decode(value))], decode_fields(one.kwargs ?? {}))
    return one.shape && result !== tensor[0] ? 'the result is another tensor' : difference(result, one.outputs, one.tolerance)
  }
  const module = build(one as ModuleValue)
  return tensors_difference(module.state_dict(), one.state_dict!, one.tolerance)
    ?? (one.next_rand ? difference(torch.rand(2), one.next_rand) : null)
}

function attempt(one: Case): string | null {
  try {
    return check(one)
  } catch (error) {
    return String(error)
  }
}

describe('golden initial values', () => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const missing = one.module === undefined ? [] : missing_modules(one).map(name => `torch-ts has no ${name} yet`)
      const found = missing.length > 0 ? null : attempt(one)
      const list = found === null ? [] : [`${one.id}: ${found}`]
      count(tally, one.id, list, missing)
      return list
    })
    expect(problems).toEqual([])
  })
})
