// Random functions give Python's numbers for the same seed, with and without a generator: every golden case of rng.jsonl.
import torch from 'torch-ts'
import { count, new_tally, table } from './tally'
import { type TensorValue, by_group, decode, decode_fields, difference, make_call, read_cases } from './values'

interface Call {
  call: string
  args: unknown[]
  kwargs: Record<string, unknown>
  outputs: TensorValue | null
  /** The name under which later calls of the sequence refer to the result. */
  save?: string
}

interface Case extends Call {
  id: string
  group: string
  seed?: number
  generator_seed?: number
  sequence?: Call[]
}

/** Makes one call, and says how its result differs from Python's. */
function run(call: Call, more: Record<string, unknown>, saved: Map<string, unknown>): string | null {
  const args = call.args.map(value => (typeof value === 'string' && value.startsWith('saved:') ? saved.get(value.slice(6)) : decode(value)))
  const result = make_call(call.call, args, { ...decode_fields(call.kwargs), ...more })
  if (call.save !== undefined) saved.set(call.save, result)
  return call.outputs === null ? null : difference(result, call.outputs)
}

function check({ id, seed, generator_seed, sequence, ...call }: Case): string[] {
  const more = generator_seed === undefined ? {} : { generator: new torch.Generator().manual_seed(generator_seed) }
  if (seed !== undefined) torch.manual_seed(seed)
  const saved = new Map<string, unknown>()
  return (sequence ?? [call]).flatMap((one, i) => {
    try {
      const found = run(one, more, saved)
      return found === null ? [] : [`${id}, call ${i} (${one.call}): ${found}`]
    } catch (error) {
      return [`${id}, call ${i} (${one.call}): ${String(error)}`]
    }
  })
}

const tally = new_tally('rng')

afterAll(() => console.log(table([tally])))

const groups = by_group(read_cases<Case>('rng'))

describe('golden random numbers', () => {
  it.each([...groups.keys()].concat(groups.size === 0 ? ['(no cases here)'] : []))('%s', group => {
    const problems = (groups.get(group) ?? []).flatMap(one => {
      const found = check(one)
      count(tally, one.id, found, [])
      return found
    })
    expect(problems).toEqual([])
  })
})
