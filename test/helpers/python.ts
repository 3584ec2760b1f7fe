// Python's torch, for tests that compare with it where it is there: that of the libtorch in use, else any that Python imports.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { repository } from './clone'

export interface PythonTorch {
  version: string
  /** Standard output of a Python program, given as text; it may `import torch` and needs no numpy. */
  run(program: string, ...args: string[]): string
  /** The same beside this process. */
  spawn(program: string, ...args: string[]): ChildProcessWithoutNullStreams
}

interface Found { python: string, version: string, PYTHONPATH?: string }

let found: PythonTorch | null | undefined

// The folder of python_server.py in this run of jest (setup.ts); undefined where Python cannot fork.
const folder = process.env.TORCH_TS_TEST_PYTHON

/** What scripts/libtorch.mjs says; only the first test file of a run asks it, since it imports torch. */
function look_up(): Found | null {
  const kept = folder && path.join(folder, 'found.json')
  if (kept && fs.existsSync(kept)) return JSON.parse(fs.readFileSync(kept, 'utf8')) as Found | null
  const output = execFileSync(process.execPath, [path.join(repository, 'scripts', 'libtorch.mjs')], { encoding: 'utf8' })
  if (kept) {
    fs.writeFileSync(`${kept}.${process.pid}`, output)
    fs.renameSync(`${kept}.${process.pid}`, kept)
  }
  return JSON.parse(output) as Found | null
}

/** A Python with torch, or null if this machine has none. The first call takes some seconds. */
export function python_torch(): PythonTorch | null {
  if (found !== undefined) return found
  const result = look_up()
  if (!result) return found = null
  const env = { ...process.env, PYTHONWARNINGS: 'ignore', ...(result.PYTHONPATH ? { PYTHONPATH: result.PYTHONPATH } : {}) }
  const command = folder ? ['-S', path.join(__dirname, 'python_client.py'), folder] : ['-c']
  return found = {
    version: result.version,
    run: (program, ...args) => execFileSync(result.python, [...command, program, ...args], { env, encoding: 'utf8', maxBuffer: 1 << 28 }),
    spawn: (program, ...args) => spawn(result.python, [...command, program, ...args], { env })
  }
}
