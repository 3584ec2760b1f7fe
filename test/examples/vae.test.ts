// The autoencoder prints the numbers of the Python script that it follows.
import { mnist_files } from '../helpers/mnist'
import { different_lines, printed_here, printed_there, run_example } from '../helpers/tutorials'

describe('examples/vae', () => {
  it('prints what the Python script prints', () => {
    process.env.MNIST_DIR = mnist_files()
    const output = run_example('vae')
    expect(output).toMatch(/^epoch 1 batch 0 550\.5/)
    const here = printed_here('vae')
    const [want, rtol] = here === null ? [printed_there('vae'), 1e-5] : [here, 0] // another CPU rounds some last bits otherwise
    expect(want === null ? [] : different_lines(output, want, rtol)).toEqual([])
  })
})
