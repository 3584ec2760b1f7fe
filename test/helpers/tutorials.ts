// The reference scripts: Python programs beside the repository, each with the text that it printed on another machine (.out).
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import torch from 'torch-ts'
import { repository } from './clone'
import { python_torch } from './python'

const folder = [process.env.TORCH_TS_TUTORIALS, path.join(repository, 'shared/tutorials'), path.join(repository, '../shared/tutorials')]
  .find(one => one !== undefined && fs.existsSync(one)) ?? null

/** What an example of this repository prints. */
export function run_example(name: string, ...args: string[]): string {
  const command = ['-r', path.join(repository, 'test/helpers/typescript_hook.cjs'), path.join(repository, 'examples', `${name}.ts`), ...args]
  return execFileSync(process.execPath, command, { encoding: 'utf8', env: { ...process.env, TORCH_TS_NO_DISPLAY: '1' }, stdio: 'pipe' })
}

/** What a reference script printed when it was made, or null where the scripts are not. */
export function printed_there(name: string): string | null {
  if (folder === null) console.warn(`tutorials: no reference scripts here, ${name} is not compared (set TORCH_TS_TUTORIALS to their folder)`)
  return folder && fs.readFileSync(path.join(folder, `${name}.out`), 'utf8')
}

/** What a reference script prints on this machine after a change of its text, or null without the scripts or a Python torch of the same version. */
export function printed_here(name: string, change: (program: string) => string = program => program): string | null {
  const python = folder === null ? null : python_torch()
  const release = (version: string): string => version.replace(/\+.*/, '')
  if (folder === null || python === null || release(python.version) !== release(torch.__version__)) return null
  return python.run(change(fs.readFileSync(path.join(folder, `${name}.py`), 'utf8')))
}

const NUMBER = /(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf|nan)(?!\w)/g

function is_close(a: number, b: number, rtol: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= rtol * Math.max(Math.abs(a), Math.abs(b), 1e-6)
}

/** The lines in which two texts differ, 'wanted -> got': numbers by more than the relative tolerance, all else at all. */
export function different_lines(got: string, want: string, rtol: number): string[] {
  const [found, wanted] = [got, want].map(text => text.trimEnd().split('\n')) as [string[], string[]]
  const lines = Array.from({ length: Math.max(found.length, wanted.length) }, (_, i) => [found[i] ?? '', wanted[i] ?? ''] as const)
  const is_same = (a: string, b: string): boolean => {
    const [x, y] = [a, b].map(line => line.match(NUMBER)?.map(Number) ?? []) as [number[], number[]]
    return a.replace(NUMBER, '#') === b.replace(NUMBER, '#') && x.every((value, i) => is_close(value, y[i]!, rtol))
  }
  return lines.filter(([a, b]) => !is_same(a, b)).map(([a, b]) => `${b} -> ${a}`)
}
