// Mutated files give values or Errors, never a crash or endless memory. TORCH_TS_FUZZ=20000 npx jest test/serialization/fuzz runs more.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { temporary_folder } from '../helpers/temporary'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')
const COUNT = Number(process.env['TORCH_TS_FUZZ'] ?? 1500)

describe('mutated files', () => {
  const temporary = temporary_folder()

  it('are read or refused with an Error, by the thousand', () => {
    const log = fs.openSync(temporary('log'), 'w')
    const child = spawnSync(process.execPath, ['-r', hook, path.join(__dirname, 'fuzz.cjs'), String(COUNT)], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', log], env: { ...process.env, TORCH_TS_FUZZ_VERBOSE: '1' },
    })
    fs.closeSync(log)
    // The number that was tried last says how to repeat it.
    expect({ status: child.status, last: child.status === 0 ? '' : fs.readFileSync(temporary('log'), 'utf8').slice(-2000) }).toEqual({ status: 0, last: '' })
    const result = JSON.parse(child.stdout) as { files: number, read: number, refused: number, not_errors: string[], peak: number, tensors: number }
    expect(result).toMatchObject({ files: COUNT, not_errors: [] })
    expect(result.peak).toBeLessThan(2 ** 30)
    expect(Math.min(result.read, result.tensors)).toBeGreaterThan(COUNT / 20)
    expect(result.refused).toBeGreaterThan(COUNT / 3)
  }, 600_000)
})
