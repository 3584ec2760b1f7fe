// Modules give Python's initial values, outputs, gradients and texts: every golden case of modules, and those of printing that build one.
import { inspect } from 'node:util'
import { type ModuleCase, type ModuleValue, build, missing_modules, run_module_case } from './run_module'
import { count, new_tally, table } from './tally'
import { by_group, read_cases } from './values'

interface TextCase extends ModuleValue { id: string, group: string, repr: string }

const groups = by_group(read_cases<ModuleCase>('modules'))
const texts = read_cases<TextCase>('printing').filter(one => one.module !== undefined)
const tallies = { modules: new_tally('modules'), printing: new_tally('printing (modules)') }

afterAll(() => console.log(table(Object.values(tallies))))

function reasons(one: ModuleValue): string[] {
  return missing_modules([{ module: one.module }, one.args, one.kwargs]).map(name => `torch-ts has no ${name} yet`)
}

describe('golden modules', () => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const missing = reasons(one)
      const found = missing.length > 0 ? [] : run_module_case(one)
      count(tallies.modules, one.id, found, missing)
      return found
    })
    expect(problems).toEqual([])
  })
})

describe('golden texts of modules', () => {
  it('are the same to the letter', () => {
    const problems = texts.flatMap(one => {
      const missing = reasons(one)
      const got = missing.length > 0 ? one.repr : inspect(build(one))
      const found = got === one.repr ? [] : [`${one.id}:\n${got}\nwanted:\n${one.repr}`]
      count(tallies.printing, one.id, found, missing)
      return found
    })
    expect(problems).toEqual([])
  })
})
