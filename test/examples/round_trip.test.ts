// A training run that goes from TypeScript to Python and back has the losses of an uninterrupted one, bit for bit.
import fs from 'node:fs'
import path from 'node:path'
import { repository } from '../helpers/clone'
import { python_torch } from '../helpers/python'
import { temporary_folder } from '../helpers/temporary'
import { run_example } from '../helpers/tutorials'

const python = python_torch()
const script = fs.readFileSync(path.join(repository, 'examples', 'round_trip.py'), 'utf8')

describe('examples/round_trip', () => {
  const file = temporary_folder()
  const here = (name: string, until: number): string => run_example('round_trip', '--checkpoint', file(name), '--until', String(until))
  const losses = (text: string): [number, number][] => [...text.matchAll(/step (\d+) loss (\S+)/g)].map(([, step, loss]) => [Number(step), Number(loss)])

  it('goes on from the checkpoint that the other language left', () => {
    const whole = losses(here('whole.pt', 30))
    expect(whole).toHaveLength(30)
    if (!python) console.warn('round_trip: no Python with torch here, so the run stays in TypeScript')
    const there = (until: number): string => python?.run(script, '--checkpoint', file('parts.pt'), '--until', String(until)) ?? here('parts.pt', until)
    expect([...losses(here('parts.pt', 10)), ...losses(there(20)), ...losses(here('parts.pt', 30))]).toEqual(whole)
  })
})
