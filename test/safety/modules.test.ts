// No module ends the process, hangs or fills the memory, whatever its constructor and its call are given.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { temporary_folder } from '../helpers/temporary'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

interface Result {
  constructions: number
  made: number
  calls: number
  gave: number
  not_errors: string[]
  backtraces: string[]
  empty: string[]
  peak_gigabytes: number
  works: number[]
}

describe('modules', () => {
  const temporary = temporary_folder()

  it('throw an Error with a message or give a result for odd arguments, by thousands', () => {
    const log = fs.openSync(temporary('log'), 'w')
    const child = spawnSync(process.execPath, ['--expose-gc', '-r', hook, path.join(__dirname, 'modules.cjs')], {
      encoding: 'utf8', timeout: 280_000, stdio: ['ignore', 'pipe', log],
    })
    fs.closeSync(log)
    // What ran last says where it ended.
    expect({ status: child.status, last: child.status === 0 ? '' : fs.readFileSync(temporary('log'), 'utf8').slice(-2000) }).toEqual({ status: 0, last: '' })
    const result = JSON.parse(child.stdout.trim().split('\n').at(-1)!) as Result
    expect(result).toMatchObject({ not_errors: [], backtraces: [], empty: [], works: [2, 2] })
    expect(result.peak_gigabytes).toBeLessThan(4)
    expect(result.constructions).toBeGreaterThan(5000)
    expect(result.made).toBeGreaterThan(1000)
    expect(result.gave).toBeGreaterThan(1000)
  }, 300_000)
})
