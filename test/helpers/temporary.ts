// A folder per test, removed afterwards.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Call at the top of a describe block; the function returned names the folder of the running test, or a path in it. */
export function temporary_folder(): (...parts: string[]) => string {
  let folder = ''
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-test-'))
  })
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))
  return (...parts) => path.join(folder, ...parts)
}
