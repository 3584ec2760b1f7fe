// Python's torch, for tests that compare with it where it is there: that of the libtorch in use, else any that Python imports.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { repository } from './clone'

export interface PythonTorch {
  version: string
  /** Standard output of a Python program, given as text; it may `import torch` and needs no numpy. */
  run(program: string, ...args: string[]): string
}

let found: PythonTorch | null | undefined

/** A Python with torch, or null if this machine has none. The first call takes some seconds. */
export function python_torch(): PythonTorch | null {
  if (found !== undefined) return found
  const script = path.join(repository, 'scripts', 'libtorch.mjs')
  const output = execFileSync(process.execPath, [script], { encoding: 'utf8' })
  const result = JSON.parse(output) as { python: string, version: string, PYTHONPATH?: string } | null
  if (!result) return found = null
  const env = { ...process.env, PYTHONWARNINGS: 'ignore', ...(result.PYTHONPATH ? { PYTHONPATH: result.PYTHONPATH } : {}) }
  return found = {
    version: result.version,
    run: (program, ...args) => execFileSync(result.python, ['-c', program, ...args], { env, encoding: 'utf8', maxBuffer: 1 << 28 })
  }
}
