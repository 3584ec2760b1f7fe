// The main job gives Python's numbers, bit for bit, on the same machine: initial weights, shuffled order, arithmetic, evaluation.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { mnist_files, mnist_folder } from '../helpers/mnist'
import { python_torch } from '../helpers/python'

const root = path.join(__dirname, '..', '..')
const hook = path.join(root, 'test', 'helpers', 'typescript_hook.cjs')
const steps = '60'

interface Run { losses: number[], test_loss: number, correct: number, rss_growth?: number }

function ours(...args: string[]): Run {
  const output = execFileSync(process.execPath, ['-r', hook, path.join(root, 'bench', 'mnist.ts'), mnist_folder(), '1', ...args], { encoding: 'utf8' })
  return JSON.parse(output) as Run
}

describe('the main job', () => {
  it('has the losses, test loss and accuracy of Python', () => {
    const python = python_torch()
    if (!python) {
      console.log('not compared: there is no Python with torch')
      return
    }
    const program = readFileSync(path.join(root, 'bench', 'mnist.py'), 'utf8')
    const theirs = JSON.parse(python.run(program, mnist_files(), '1', steps)) as Run
    const { losses, test_loss, correct } = ours(steps)
    expect(losses).toHaveLength(60)
    expect({ losses, test_loss, correct }).toEqual({ losses: theirs.losses, test_loss: theirs.test_loss, correct: theirs.correct })
  })

  it('ends its epoch within 100 MB of its memory at step 100', () => {
    const { rss_growth, correct } = ours()
    expect(rss_growth).toBeLessThan(100)
    expect(correct).toBeGreaterThan(9400)
  })
})
