// The examples that introduce tensors, autograd and nn print the numbers of the Python scripts that they follow.
import { mnist_files } from '../helpers/mnist'
import { different_lines, printed_here, printed_there, run_example } from '../helpers/tutorials'

/** Python's words and spaces as JSON has them. */
function as_json(text: string): string {
  return text.replace(/\bTrue\b/g, 'true').replace(/\bFalse\b/g, 'false').replace(/\bNone\b/g, 'null').replaceAll("'", '"')
    .replaceAll(', ', ',').replaceAll('": ', '":')
}

/** The lines that differ from the script's here; without Python, from what it printed on another machine. */
function differences(name: string, output: string): string[] {
  const here = printed_here(name)
  const [want, rtol] = here === null ? [printed_there(name), 1e-5] : [here, 0]
  return want === null ? [] : different_lines(as_json(output), as_json(want), rtol)
}

// Where the script looks for its data; Python gets the environment as it is at the first call.
beforeAll(() => { process.env.MNIST_DIR = mnist_files() })

describe('examples/blitz', () => {
  it('prints what the Python script prints', () => {
    const output = run_example('blitz')
    expect(output).toContain('SubBackward0')
    expect(output).toMatch(/accuracy \d+ \/ 500/)
    expect(differences('blitz', output)).toEqual([])
  })
})

describe('examples/nn_tutorial', () => {
  it('prints what the Python script prints', () => {
    const output = run_example('nn_tutorial')
    expect(output).toMatch(/^\(10000, 784\) 0 9\n/)
    expect(differences('nn_tutorial', output)).toEqual([])
  })
})

describe('examples/data_loading', () => {
  it('prints what the Python script prints', () => {
    const output = run_example('data_loading')
    expect(output).toMatch(/^sample 0 0\.494126648 /)
    expect(differences('data_loading', output)).toEqual([])
  })
})
