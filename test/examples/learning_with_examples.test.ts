// The example that fits a sine in seven ways prints the numbers of the Python script that it follows.
import { different_lines, printed_here, printed_there, run_example } from '../helpers/tutorials'

describe('examples/learning_with_examples', () => {
  it('prints what the Python script prints', () => {
    const output = run_example('learning_with_examples')
    expect(output).toContain('\ngradcheck True\n')
    const here = printed_here('learning_with_examples')
    // RMSprop makes a percent of the last bits that another CPU's vector instructions give.
    const [want, rtol] = here === null ? [printed_there('learning_with_examples'), 2e-2] : [here, 0]
    expect(want === null ? [] : different_lines(output, want, rtol)).toEqual([])
  })
})
