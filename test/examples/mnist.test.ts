// The examples run as they are and print what they should.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PNG } from 'pngjs'
import { mnist_folder } from '../helpers/mnist'
import { temporary_folder } from '../helpers/temporary'

const root = path.join(__dirname, '..', '..')

function run(folder: string, example: string, ...args: string[]): string {
  mnist_folder()
  const command = ['-r', path.join(root, 'test', 'helpers', 'typescript_hook.cjs'), path.join(root, 'examples', `${example}.ts`), ...args]
  const env = { ...process.env, TORCH_TS_NO_DISPLAY: '1' }
  return execFileSync(process.execPath, command, { cwd: folder, encoding: 'utf8', env, stdio: 'pipe' })
}

describe('examples/mnist', () => {
  const temporary = temporary_folder()

  it('trains, evaluates and writes a picture of ten predictions', () => {
    const output = run(temporary(), 'mnist')
    const lines = output.split('\n')
    expect(lines[0]).toBe('Number of parameters: 6422')
    expect(lines[1]).toBe('Train Epoch [1/1], [0/60000 (0%)], Loss: 2.2946')
    expect(lines[2]).toBe('Train Epoch [1/1], [6400/60000 (11%)], Loss: 1.8692')
    expect(lines.filter(line => line.startsWith('Train Epoch'))).toHaveLength(10)
    expect(output).toMatch(/Test set: Average loss: 0\.1\d{3}, Accuracy: 9[45]\d\d\/10000 \(9[45]\.\d\d%\)/)
    const picture = temporary('figure_1.png')
    expect(output).toContain('figure_1.png')
    expect(existsSync(picture)).toBe(true)
    const { width, height } = PNG.sync.read(readFileSync(picture))
    expect([width, height]).toEqual([1000, 450])
  })

  it('says what is wrong with an option', () => {
    expect(() => run(temporary(), 'mnist', '--seeds', '1')).toThrow(/Unknown option '--seeds'/)
  })
})

describe('examples/permutation', () => {
  const temporary = temporary_folder()

  it('prints four accuracies and writes two pictures: only the CNN gets worse', () => {
    const output = run(temporary(), 'permutation')
    const rows = [...output.matchAll(/^\| (Fully connected|CNN) +\| +([\d.]+) % \| +([\d.]+) % \|$/gm)].map(row => row.slice(2).map(Number))
    const [[fc, fc_permuted], [cnn, cnn_permuted]] = rows as [[number, number], [number, number]]
    expect(rows).toHaveLength(2)
    expect(cnn).toBeGreaterThan(fc)
    expect(fc_permuted).toBeGreaterThan(cnn_permuted)
    expect(cnn - cnn_permuted).toBeGreaterThan(5)
    for (const name of ['figure_1.png', 'figure_2.png']) expect(existsSync(temporary(name))).toBe(true)
  })
})
