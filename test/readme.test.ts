// The programs in README.md run.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mnist_folder } from './helpers/mnist'
import { temporary_folder } from './helpers/temporary'

const root = path.join(__dirname, '..')
const blocks = [...readFileSync(path.join(root, 'README.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(match => match[1]!)

describe('README.md', () => {
  const temporary = temporary_folder()

  function run(program: string): string {
    const file = temporary('program.ts')
    writeFileSync(file, program)
    return execFileSync(process.execPath, ['-r', path.join(root, 'test', 'helpers', 'typescript_hook.cjs'), file], { encoding: 'utf8' })
  }

  it('begins with a program that trains', () => {
    const program = blocks[0]!.replace("'data'", JSON.stringify(mnist_folder())).replace('const loss =', 'if (i > 100) break\n  const loss =')
    const [first, last] = run(program).trim().split('\n').map(line => Number(line.split(' ')[1]))
    expect(first).toBeGreaterThan(2.2)
    expect(last).toBeLessThan(first!)
  })

  it.each(blocks.slice(1).map((block, i) => [i + 1, block] as const))('has a snippet %i that runs', (_, block) => {
    run(`import torch, { nn } from 'torch-ts'\n${block.replace(/; model\.to\('cuda'\)/, '')}\nvoid nn`)
  })
})
