// A save that stops at any moment leaves the old file whole: simulated at every call that touches the disk, and done to a process at some.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import torch from 'torch-ts'
import { load_file, save_file } from 'torch-ts/safetensors'
import { temporary_folder } from '../helpers/temporary'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')
const touching = ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync', 'rmSync'] as const

/** Runs `save`, in which nothing reaches the disk from the n-th call on. Gives whether it got so far. */
function stop_at(n: number, save: () => void): boolean {
  let calls = 0
  const spies = touching.map(name => {
    const original = fs[name] as (...args: unknown[]) => unknown
    return jest.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
      if (++calls >= n) throw new Error('the machine has stopped')
      return original(...args)
    }) as never)
  })
  try {
    save()
    return false
  } catch (error) {
    expect(String(error)).toContain('the machine has stopped')
    return true
  } finally {
    spies.forEach(spy => spy.mockRestore())
  }
}

describe('a save that is cut off', () => {
  const file = temporary_folder()

  it.each<[string, (value: Record<string, torch.Tensor>, to: string) => void, (from: string) => Record<string, torch.Tensor>]>([
    ['torch.save', torch.save, from => torch.load(from)], ['save_file', save_file, load_file],
  ])('of %s leaves the old file or the new one', (_, save, load) => {
    const target = file('x.bin')
    save({ x: torch.zeros(1000) }, target)
    let n = 0
    let sum: number
    do {
      n++
      stop_at(n, () => save({ x: torch.ones(1000) }, target))
      sum = load(target)['x'].sum().item()
      expect([0, 1000]).toContain(sum)
    } while (sum === 0 && n < 200)
    expect(sum).toBe(1000)
    expect(n).toBeGreaterThan(5)
  })

  it('of a process that is killed too', () => {
    torch.save({ x: torch.zeros(1000) }, file('x.pt'))
    for (const at of [5, 9]) {
      const { signal } = spawnSync(process.execPath, ['-r', hook, path.join(__dirname, 'crash.cjs'), file('x.pt'), String(at)])
      expect(signal).toBe('SIGKILL')
      expect(torch.load<Record<string, torch.Tensor>>(file('x.pt'))['x'].sum().item()).toBe(0)
    }
  })
})
