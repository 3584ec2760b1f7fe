// Programs that use a DataLoader with workers: how they end, what their main script may hold, and their memory.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { temporary_folder } from '../../helpers/temporary'

const hook = path.join(__dirname, '..', '..', 'helpers', 'typescript_hook.cjs')

interface Ended { code: number | string | null, stdout: string, stderr: string }

const folder = temporary_folder()

/** Writes the files and runs the first of them; one that does not end is a failure. */
function run(files: Record<string, string>, ...args: string[]): Promise<Ended> {
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(folder(name), text)
  const options = { encoding: 'utf8' as const, timeout: 50_000, killSignal: 'SIGKILL' as const }
  return new Promise(resolve => {
    execFile(process.execPath, ['--require', hook, '--expose-gc', folder(Object.keys(files)[0]), ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code ?? error.signal ?? null : 0, stdout, stderr }))
  })
}

const set = `
const torch = require('torch-ts').default
exports.Numbers = class Numbers extends torch.utils.data.Dataset {
  constructor(size) { super(); this.size = size }
  get length() { return this.size }
  at(i) { return torch.full([1000], i) }
}
exports.first = samples => samples[0].at(0).item()`

const head = `
const torch = require('torch-ts').default
const { Numbers, first } = require('./set.cjs')
const loader = (size, options) => new torch.utils.data.DataLoader(new Numbers(size), { num_workers: 2, collate_fn: first, ...options })
const fs = require('node:fs')
const threads = () => fs.existsSync('/proc/self/task') ? fs.readdirSync('/proc/self/task').length : 0
const before = threads();
`

describe('a program with workers', () => {
  it('ends, whether it leaves a loop, waits, exits or throws', async () => {
    const programs: [text: string, code: number][] = [
      ['globalThis.batches = loader(100)[Symbol.iterator](); console.log(batches.next().value)', 0],
      ['globalThis.kept = loader(3, { persistent_workers: true }); console.log([...kept].length - 3)', 0],
      ['(async () => { for await (const x of loader(100)) { console.log(x); break } })()', 0],
      ['globalThis.batches = loader(100)[Symbol.asyncIterator](); batches.next().then(x => console.log(x.value))', 0],
      ['for (const x of loader(100)) { console.log(x); process.exit(5) }', 5],
      ['for (const x of loader(100)) { console.log(x); throw new Error("thrown") }', 1],
    ]
    const results = await Promise.all(programs.map(([text], i) => run({ [`main${i}.cjs`]: head + text, 'set.cjs': set })))
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(programs.map(([, code]) => [code, '0\n']))
  })

  it('may be the module of its data set, if the part that only it runs is guarded', async () => {
    const own = `
      class Own extends Numbers { at(i) { return super.at(2 * i) } }
      module.exports = { Own }
      const read = () => console.log([...new torch.utils.data.DataLoader(new Own(3), { num_workers: 1, collate_fn: first })])`
    expect(await run({ 'main.cjs': `${head}${own}\nif (require.main === module) read()`, 'set.cjs': set })).toMatchObject({ code: 0, stdout: '[ 0, 2, 4 ]\n' })
    expect(await run({ 'main.cjs': `${head}${own}\nif (require('node:worker_threads').isMainThread) read()`, 'set.cjs': set }))
      .toMatchObject({ code: 0, stdout: '[ 0, 2, 4 ]\n' })
    const { code, stderr } = await run({ 'main.cjs': `${head}${own}\nread()`, 'set.cjs': set })
    expect(code).toBe(1)
    expect(stderr).toMatch(/RuntimeError: DataLoader worker 0 could not start\.\nOriginal RuntimeError: \n {8}An attempt has been made to start a worker before/)
  })

  it('hears where a class is that it does not export', async () => {
    const text = `class Own extends Numbers {}
      try { [...new torch.utils.data.DataLoader(new Own(3), { num_workers: 1 })] } catch (error) { console.log(error.message) }`
    const { stdout } = await run({ 'main.cjs': head + text, 'set.cjs': set })
    expect(stdout).toMatch(/^DataLoader\.dataset cannot travel to another thread: it is the class 'Own' of \S*main\.cjs, which no module exports\. Functions and classes travel/)
  })

  it('may be written in ES modules', async () => {
    const main = `
      import { createRequire } from 'node:module'
      import { isMainThread } from 'node:worker_threads'
      import Default, { Numbers, twice, hidden } from './set.mjs'
      const torch = createRequire(import.meta.url)('torch-ts').default
      export class Own extends Numbers {}
      const read = (set, collate_fn) => {
        try {
          console.log([...new torch.utils.data.DataLoader(set, { batch_size: 2, num_workers: 1, collate_fn })].join())
        } catch (error) {
          console.log(error.message.split('\\n').slice(0, 2).join(' '))
        }
      }
      if (isMainThread) {
        read(new Numbers(), twice)
        read(new Own(), twice)
        read(new Default(), twice)
        read(hidden(), twice)
        read(new Numbers(), samples => samples)
      }`
    const es_set = `
      import { createRequire } from 'node:module'
      const torch = createRequire(import.meta.url)('torch-ts').default
      export class Numbers extends torch.utils.data.Dataset { get length() { return 4 } at(i) { return torch.tensor(i) } }
      export const twice = samples => samples.map(x => 2 * x.item())
      export default class Named extends Numbers {}
      class Hidden extends Numbers {}
      export const hidden = () => new Hidden()`
    const { stdout } = await run({ 'main.mjs': main, 'set.mjs': es_set })
    expect(stdout.trim().split('\n')).toEqual(['0,2,4,6', '0,2,4,6', '0,2,4,6',
      expect.stringMatching(/^DataLoader worker 0 could not start\. Original TypeError: DataLoader\.dataset cannot travel to another thread: it is 'Hidden', which file:\S*set\.mjs does not export\. Functions and classes travel/),
      expect.stringMatching(/^DataLoader\.collate_fn cannot travel to another thread: it is the function without a name of \S*main\.mjs, which no module exports\. Functions/),
    ])
  })

  it('is as docs/data.md shows it', async () => {
    const page = fs.readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'data.md'), 'utf8')
    const files = Object.fromEntries([...page.matchAll(/^```ts\n\/\/ (\w+\.ts)\n([^]*?)^```$/gm)].map(([, name, code]) => [name, code]))
    const { 'main.ts': main, ...others } = files
    const printed = main.split('\n').flatMap(line => / ?\/\/ (.*)$/.exec(line)?.[1] ?? [])
    const { stdout } = await run({ 'main.ts': main, ...others })
    expect(stdout.trim().split('\n')).toEqual(printed)
    expect(printed.length).toBe(2)
  })

  it('has flat memory over 20 passes, and nothing is left of those that were broken off', async () => {
    const text = `
      const kept = loader(40, { batch_size: 4, collate_fn: undefined, persistent_workers: true })
      const read = (batches, stop) => {
        let n = 0
        for (const batch of batches) if ((n += batch.size(0)) >= stop) break
        return n
      }
      const result = { counts: new Set(), peaks: [] }
      for (let pass = 0; pass < 20; pass++) {
        result.counts.add(read(kept, pass % 3 === 1 ? 12 : 100))
        result.peaks.push(torch.memory_stats().live_bytes)
      }
      for (let pass = 0; pass < 3; pass++) result.counts.add(read(loader(40, { batch_size: 4, collate_fn: undefined }), 12))
      const check = async () => {
        kept._iterator.return()
        kept._iterator = null
        for (let i = 0; i < 400 && threads() > before; i++) {
          gc()
          await new Promise(resolve => setTimeout(resolve, 25))
        }
        gc()
        const { live_tensors, live_bytes } = torch.memory_stats()
        console.log(JSON.stringify({ counts: [...result.counts], most: Math.max(...result.peaks), live_tensors, live_bytes, threads: threads() - before }))
      }
      check()`
    const { stdout, stderr } = await run({ 'main.cjs': head + text, 'set.cjs': set })
    expect(stderr).toBe('')
    const { counts, most, ...left } = JSON.parse(stdout) as { counts: number[], most: number, [left: string]: unknown }
    expect(counts).toEqual([40, 12])
    expect(most).toBeLessThan(50e6)
    expect(left).toEqual({ live_tensors: 0, live_bytes: 0, threads: 0 })
  })
})
