import { PassThrough } from 'node:stream'
import { format_interval, format_sizeof, tqdm } from '../../lib/utils/tqdm'

function output(isTTY: boolean): { file: NodeJS.WriteStream; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  Object.assign(stream, { isTTY, columns: 120 })
  return { file: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(chunks).toString() }
}

describe('tqdm', () => {
  it('yields what the iterable yields, in order', () => {
    const { file } = output(false)
    expect([...tqdm([3, 1, 2], { file })]).toEqual([3, 1, 2])
  })

  it('writes one line when the output is no terminal', () => {
    const { file, text } = output(false)
    for (const _ of tqdm([1, 2, 3, 4], { file, desc: 'epoch' })) expect(text()).toBe('')
    expect(text()).toMatch(/^epoch: 100%\|█{30}\| 4\/4 \[00:00<.*\]\n$/)
  })

  it('draws on a terminal in a loop that never waits', () => {
    const { file, text } = output(true)
    for (const _ of tqdm([1, 2], { file })) expect(text()).toContain('0%|')
    expect(text()).toContain('100%|')
    expect(text().endsWith('\n')).toBe(true)
  })

  it('leaves the settings of the terminal alone, so that Ctrl-C needs no clean-up', () => {
    const { file, text } = output(true)
    for (const _ of tqdm([1, 2], { file })) continue
    expect(text()).not.toContain('\x1b[?')
  })

  it('leaves Ctrl-C to the process', () => {
    const { file } = output(true)
    const bar = tqdm({ total: 2, file })
    expect(process.listenerCount('SIGINT')).toBe(0)
    bar.close()
  })

  it('writes the line when the loop is left early', () => {
    const { file, text } = output(false)
    for (const i of tqdm([1, 2, 3, 4], { file })) if (i === 3) break
    expect(text()).toContain(' 50%|')
  })

  it('counts without a total', () => {
    const { file, text } = output(false)
    function* numbers(): Generator<number> {
      yield* [1, 2, 3]
    }
    for (const _ of tqdm(numbers(), { file })) continue
    expect(text()).toMatch(/^3it \[00:00, /)
  })

  it('is moved by hand, in scaled units', () => {
    const { file, text } = output(false)
    const bar = tqdm({ total: 9_912_422, unit: 'B', unit_scale: true, desc: 'file', file })
    bar.update(4_956_211)
    bar.close()
    bar.close()
    expect(text()).toMatch(/^file: {2}50%\|█{15} {15}\| 4\.96M\/9\.91M \[/)
    expect(text().match(/\n/g)).toHaveLength(1)
  })

  it('iterates asynchronously', async () => {
    const { file, text } = output(false)
    async function* numbers(): AsyncGenerator<number> {
      yield 1
      yield 2
    }
    const seen: number[] = []
    for await (const i of tqdm(numbers(), { file, total: 2 })) seen.push(i)
    expect(seen).toEqual([1, 2])
    expect(text()).toContain('| 2/2 [')
  })

  it('prints nothing when disabled', () => {
    const { file, text } = output(false)
    expect([...tqdm([1], { file, disable: true })]).toEqual([1])
    expect(text()).toBe('')
  })

  it('refuses to iterate over a bar without an iterable', () => {
    const { file } = output(false)
    expect(() => [...tqdm({ total: 2, file })]).toThrow(new TypeError('tqdm: the object is not iterable'))
  })

  it.each([[0, '0'], [999, '999'], [1000, '1.00k'], [28881, '28.9k'], [9912422, '9.91M']])('scales %d to %s', (value, text) => {
    expect(format_sizeof(value)).toBe(text)
  })

  it.each([[0, '00:00'], [75.9, '01:15'], [3661, '1:01:01']])('writes %d seconds as %s', (seconds, text) => {
    expect(format_interval(seconds)).toBe(text)
  })
})
