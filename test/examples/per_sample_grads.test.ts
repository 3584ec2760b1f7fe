// Gradients of single samples: vmap gives what a loop gives, and what Python's vmap gives.
import { python_torch } from '../helpers/python'
import { different_lines, run_example } from '../helpers/tutorials'

const PROGRAM = `
import torch, torch.nn as nn, torch.nn.functional as F
from torch.func import functional_call, grad, vmap
torch.manual_seed(0)
torch.set_num_threads(1)
class SimpleCNN(nn.Module):
  def __init__(self):
    super().__init__()
    self.conv1, self.conv2, self.fc1, self.fc2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 6, 5), nn.Linear(96, 50), nn.Linear(50, 10)
  def forward(self, x):
    x = F.max_pool2d(F.relu(self.conv1(x)), 2)
    x = F.max_pool2d(F.relu(self.conv2(x)), 2)
    return F.log_softmax(self.fc2(F.relu(self.fc1(x.view(-1, 96)))), 1)
model = SimpleCNN()
data, target = torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))
loss = lambda p, x, t: F.nll_loss(functional_call(model, p, (x[None],)), t[None])
grads = vmap(grad(loss), in_dims=(None, 0, 0))({k: v.detach() for k, v in model.named_parameters()}, data, target)
for name, g in grads.items(): print(name, g.shape, 'equal')
norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads.values()]).norm(dim=0)
clipped = [torch.einsum('i,i...->...', (1 / norms).clamp(max=1), g) / 16 for g in grads.values()]
print('norms', *[f'{v:.4f}' for v in norms.tolist()])
print('clipped', *[f'{g.norm():.4f}' for g in clipped])
`

describe('examples/per_sample_grads', () => {
  it('prints what the same program in Python prints', () => {
    const output = run_example('per_sample_grads')
    expect(output).toMatch(/^conv1\.weight torch\.Size\(\[16, 6, 1, 5, 5\]\) equal\n/)
    expect(output).not.toContain('DIFFERENT')
    const python = python_torch()
    expect(python === null ? [] : different_lines(output, python.run(PROGRAM), 1e-3)).toEqual([])
  })
})
