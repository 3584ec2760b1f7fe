// Operators give Python's numbers, gradients and weighted gradients, in all spellings: every golden case of ops and extra_ops.
import { type OpCase, parts_of, run_case } from './run_op'
import { skip_reason } from './skips'
import { count, new_tally, table } from './tally'
import { by_group, read_cases } from './values'

const files = ['ops', 'extra_ops'].map(file => ({ file, groups: by_group(read_cases<OpCase>(file)), tally: new_tally(file) }))

afterAll(() => console.log(table(files.map(({ tally }) => tally))))

describe.each(files)('golden operators of $file', ({ file, groups, tally }) => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const parts = parts_of(one).map(part => ({ part, reason: skip_reason(file, one.id, part, one.call) }))
      const found = run_case(one, parts.filter(({ reason }) => reason === null).map(({ part }) => part))
      count(tally, one.id, found, parts.flatMap(({ reason }) => reason ?? []))
      return found
    })
    expect(problems).toEqual([])
  })
})
