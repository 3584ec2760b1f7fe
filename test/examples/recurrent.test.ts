// The examples with recurrent networks print the numbers of the Python scripts that they follow.
import { different_lines, printed_here, printed_there, run_example } from '../helpers/tutorials'

jest.setTimeout(180_000) // they take ten seconds each, and more on a busy machine

describe('examples/char_rnn', () => {
  it('prints what the Python script prints', () => {
    const here = printed_here('char_rnn', program => program.replace('range(1, 3001)', 'range(1, 1001)'))
    const output = run_example('char_rnn', ...here === null ? [] : ['--steps', '1000'])
    expect(output).toMatch(/^Slusarski 57\n/)
    // Its 3000 steps make 1e-4 of the last bits that another CPU's vector instructions give.
    const [want, rtol] = here === null ? [printed_there('char_rnn'), 1e-3] : [here, 0]
    expect(want === null ? [] : different_lines(output, want, rtol)).toEqual([])
  })
})

describe('examples/time_sequence', () => {
  it('prints what the Python script printed', () => {
    const want = printed_there('time_sequence')
    const output = run_example('time_sequence')
    expect(output).toMatch(/^torch\.float64 \(9, 199\) False\n/)
    expect(want === null ? [] : different_lines(output, want, 1e-5)).toEqual([])
  })
})

test('lines differ where a number does by more than the tolerance, or the text', () => {
  expect(different_lines('loss 1.00001 of 2\nend\n', 'loss 1 of 2.0\nend\n', 1e-4)).toEqual([])
  expect(different_lines('loss 1.001\nall\nmore', 'loss 1\nAll', 1e-4)).toEqual(['loss 1 -> loss 1.001', 'All -> all', ' -> more'])
  expect(different_lines('5e-05 nan', '0.00005 nan', 0)).toEqual([])
})
