// The example of gradient checkpointing: less memory, equal gradients.
import { run_example } from '../helpers/tutorials'

describe('examples/checkpointing', () => {
  it('spares memory and gives equal gradients', () => {
    const lines = run_example('checkpointing').trimEnd().split('\n')
    expect(lines.map(line => line.replace(/ +loss.*saved.*%/, ''))).toEqual([
      'without checkpoints  equal gradients', 'in 4 segments  equal gradients', 'in segments, reentrant  equal gradients', 'each block  equal gradients',
      'activations in half the bytes  other gradients',
    ])
    const saved = lines.map(line => Number(/saved +(\d+) %/.exec(line)![1]))
    expect(Math.min(...saved.slice(1, 4))).toBeGreaterThan(25)
  })
})
