// The example with distributions prints what the same program in Python prints, and learns.
import torch from 'torch-ts'
import { python_torch } from '../helpers/python'
import { different_lines, run_example } from '../helpers/tutorials'

jest.setTimeout(180_000)

const PROGRAM = `
import math, torch
from torch import nn, optim
from torch.distributions import Categorical
torch.manual_seed(543)
torch.set_num_threads(1)
def step(state, action):
  x, speed, angle, turn = state
  cos, sin = math.cos(angle), math.sin(angle)
  force = ((10 if action == 1 else -10) + 0.05 * turn * turn * sin) / 1.1
  turning = (9.8 * sin - cos * force) / (0.5 * (4 / 3 - 0.1 * cos * cos / 1.1))
  acceleration = force - 0.05 * turning * cos / 1.1
  state = [x + 0.02 * speed, speed + 0.02 * acceleration, angle + 0.02 * turn, turn + 0.02 * turning]
  return state, abs(state[0]) > 2.4 or abs(state[2]) > 12 * 2 * math.pi / 360
affine1, dropout, affine2 = nn.Linear(4, 128), nn.Dropout(0.6), nn.Linear(128, 2)
optimizer = optim.Adam([*affine1.parameters(), *affine2.parameters()], lr=1e-2)
running = 10
for episode in range(1, 21):
  state, log_probs = torch.rand(4, dtype=torch.float64).mul(0.1).sub(0.05).tolist(), []
  for _ in range(500):
    choice = Categorical(logits=affine2(dropout(affine1(torch.tensor(state))).relu()))
    action = choice.sample()
    log_probs.append(choice.log_prob(action))
    state, is_over = step(state, action.item())
    if is_over: break
  returns, total = [], 0
  for _ in log_probs:
    total = 1 + 0.99 * total
    returns.insert(0, total)
  returns = torch.tensor(returns)
  loss = -(torch.stack(log_probs) * ((returns - returns.mean()) / (returns.std() + torch.finfo(torch.float32).eps))).sum()
  optimizer.zero_grad(); loss.backward(); optimizer.step()
  running = 0.05 * len(log_probs) + 0.95 * running
  if episode % 10 == 0: print(f'Episode {episode} length {len(log_probs)} loss {loss.item():.6g} average {running:.2f}')
`

describe('examples/reinforce', () => {
  it('prints what the same program in Python prints', () => {
    const lines = run_example('reinforce', '--episodes', '20')
    expect(lines.match(/^Episode \d+ length \d+ loss \S+ average \S+$/gm)).toHaveLength(2)
    const python = python_torch()
    if (python === null || python.version.replace(/\+.*/, '') !== torch.__version__.replace(/\+.*/, '')) return
    expect(different_lines(lines, python.run(PROGRAM), 1e-3)).toEqual([])
  })
})
