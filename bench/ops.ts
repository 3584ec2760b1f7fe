// The cost of one call of an operator on tiny tensors, in ns: the same calls as ops.py, in the same order.
import torch, { nn } from 'torch-ts'

const F = nn.functional
torch.set_num_threads(1)
const names = process.argv[2]!.split(',')
const calls = Number(process.argv[3])

function cases(grad: boolean): Record<string, () => unknown> {
  torch.manual_seed(0)
  const leaf = { requires_grad: grad }
  const [x, y] = [torch.randn(4, 4, leaf), torch.randn(4, 4, leaf)]
  const [w, b] = [torch.randn(5, 4, leaf), torch.randn(5, leaf)]
  const [image, kernel] = [torch.randn(1, 2, 6, 6, leaf), torch.randn(3, 2, 3, 3, leaf)]
  const target = torch.tensor([0, 1, 2, 3], { dtype: torch.int64 })
  const one = torch.ones(1, leaf)
  return {
    'add': () => x.add(y), 'add scalar': () => x.add(2), 'mul': () => x.mul(y), 'sub': () => x.sub(y), 'div': () => x.div(y),
    'pow': () => x.pow(2), 'exp': () => x.exp(), 'relu': () => torch.relu(x), 'sigmoid': () => x.sigmoid(), 'sum': () => x.sum(),
    'mean dim': () => x.mean(1), 'max dim': () => x.max(1), 'matmul': () => x.matmul(y), 'linear': () => F.linear(x, w, b),
    'view': () => x.view(2, 8), 'transpose': () => x.transpose(0, 1), 'select': () => x.at(0), 'cat': () => torch.cat([x, y]),
    'log_softmax': () => F.log_softmax(x, { dim: 1 }), 'nll_loss': () => F.nll_loss(x, target), 'conv2d': () => F.conv2d(image, kernel),
    'item': () => one.item(),
  }
}

function cost(call: () => unknown): number {
  for (let i = 0; i < calls / 4; i++) call()
  const start = process.hrtime.bigint()
  for (let i = 0; i < calls; i++) call()
  return Number(process.hrtime.bigint() - start) / calls
}

const result = [['plain', false], ['grad', true]].map(([kind, grad]) => {
  const chosen = Object.entries(cases(grad as boolean)).filter(([name]) => names.includes(name))
  return [kind, Object.fromEntries(chosen.map(([name, call]) => [name, cost(call)]))]
})
console.log(JSON.stringify(Object.fromEntries(result)))
