// REINFORCE: a policy learns to balance a pole on a cart, from the log probabilities of the actions that it drew.
// Run with: node dist/examples/reinforce.js --episodes 300
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'

const { Categorical } = torch.distributions
const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '543' }, threads: { type: 'string', default: '1' }, episodes: { type: 'string', default: '100' },
    gamma: { type: 'string', default: '0.99' },
  },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

/** A pole on a cart, by the equations of Barto, Sutton and Anderson (1983): 0 pushes to the left, 1 to the right. */
class CartPole {
  private state: number[] = []

  reset(): number[] {
    return this.state = torch.rand(4, { dtype: torch.float64 }).mul(0.1).sub(0.05).tolist() as number[]
  }

  /** The state after an action, and whether the pole has fallen or the cart has left the track. */
  step(action: number): [state: number[], is_over: boolean] {
    const [gravity, mass_pole, mass, half_length, push, tau] = [9.8, 0.1, 1.1, 0.5, 10, 0.02]
    const [x, speed, angle, turn] = this.state
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const force = ((action === 1 ? push : -push) + mass_pole * half_length * turn * turn * sin) / mass
    const turning = (gravity * sin - cos * force) / (half_length * (4 / 3 - mass_pole * cos * cos / mass))
    const acceleration = force - mass_pole * half_length * turning * cos / mass
    this.state = [x + tau * speed, speed + tau * acceleration, angle + tau * turn, turn + tau * turning]
    return [this.state, Math.abs(this.state[0]) > 2.4 || Math.abs(this.state[2]) > 12 * 2 * Math.PI / 360]
  }
}

class Policy extends nn.Module {
  affine1 = new nn.Linear(4, 128)
  dropout = new nn.Dropout(0.6)
  affine2 = new nn.Linear(128, 2)

  forward(state: torch.Tensor): torch.distributions.Categorical {
    const hidden = this.dropout(this.affine1(state)).relu()
    return new Categorical({ logits: this.affine2(hidden) })
  }
}

const env = new CartPole()
const policy = new Policy()
const optimizer = new optim.Adam(policy.parameters(), { lr: 1e-2 })

/** Plays until the pole falls, at most 500 steps: the log probabilities of the actions. */
function play(): torch.Tensor[] {
  const log_probs: torch.Tensor[] = []
  let state = env.reset()
  for (const _ of range(500)) {
    const choice = policy(torch.tensor(state))
    const action = choice.sample()
    log_probs.push(choice.log_prob(action))
    const [next, is_over] = env.step(action.item())
    if (is_over) break
    state = next
  }
  return log_probs
}

/** Makes actions that were followed by many steps more likely. */
function learn(log_probs: torch.Tensor[]): number {
  let sum = 0
  const returns = log_probs.map(() => sum = 1 + Number(args.gamma) * sum).reverse()
  const all = torch.tensor(returns)
  const advantages = all.sub(all.mean()).div(all.std().add(torch.finfo(torch.float32).eps))
  const loss = torch.stack(log_probs).mul(advantages).sum().neg()
  optimizer.zero_grad()
  loss.backward()
  optimizer.step()
  return loss.item()
}

let running = 10
for (const episode of range(1, Number(args.episodes) + 1)) {
  const log_probs = play()
  const loss = learn(log_probs)
  running = 0.05 * log_probs.length + 0.95 * running
  if (episode % 10 === 0) console.log(`Episode ${episode} length ${log_probs.length} loss ${loss.toPrecision(6)} average ${running.toFixed(2)}`)
}
