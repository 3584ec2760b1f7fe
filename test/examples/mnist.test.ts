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
