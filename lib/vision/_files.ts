// Files that appear when they are complete.
import fs from 'node:fs'
import path from 'node:path'

/** Writes a file in one step: under another name in the same folder first, then renamed. */
export function replace_file(file: string, data: Uint8Array): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`)
  try {
    fs.writeFileSync(temporary, data)
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
}
