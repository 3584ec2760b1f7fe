// Bad calls throw errors of Python's class and text: every golden case of op_errors and errors.
import { execute } from '../helpers/python_statements'
import { type ErrorCase, error_difference } from './errors_of'
import { type OpCase, make_main } from './run_op'
import { skip_reason } from './skips'
import { count, new_tally, table } from './tally'
import { by_group, read_cases } from './values'

type SourceCase = ErrorCase & { setup: string, code: string }

function source_of(one: ErrorCase & { call?: string, setup?: string, code?: string }): string {
  return one.call ?? `${one.setup}; ${one.code}`.replace(/import ([\w.]+) as \w+/, '$1')
}

function run_source({ setup, code }: SourceCase): unknown {
  const scope: Record<string, unknown> = {}
  execute(setup, scope)
  return execute(code, scope)
}

const files = [
  { file: 'op_errors', cases: read_cases<ErrorCase & OpCase>('op_errors'), run: make_main },
  { file: 'errors', cases: read_cases<SourceCase>('errors'), run: run_source },
].map(one => ({ ...one, groups: by_group<ErrorCase>(one.cases), tally: new_tally(one.file) }))

afterAll(() => console.log(table(files.map(({ tally }) => tally))))

describe.each(files)('golden errors of $file', ({ file, groups, run, tally }) => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const reason = skip_reason(file, one.id, '', source_of(one))
      const found = reason === null ? error_difference(() => run(one as never), one) : null
      const list = found === null ? [] : [`${one.id}: ${found}`]
      count(tally, one.id, list, reason === null ? [] : [reason])
      return list
    })
    expect(problems).toEqual([])
  })
})
