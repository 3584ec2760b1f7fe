// The language models print the numbers of the Python script that they follow.
import { different_lines, printed_here, printed_there, run_example } from '../helpers/tutorials'

describe('examples/transformer_lm', () => {
  it('prints what the Python script prints', () => {
    const output = run_example('transformer_lm')
    expect(output).toMatch(/^20 \(125, 8\) \(95, 4\)\ntransformer 18452 30\n/)
    const here = printed_here('transformer_lm')
    const [want, rtol] = here === null ? [printed_there('transformer_lm'), 1e-5] : [here, 0] // another CPU rounds some last bits otherwise
    expect(want === null ? [] : different_lines(output, want, rtol)).toEqual([])
  })
})
