// The gradient of each sample of a batch by itself: vmap of grad against a loop, and the norms that clip them, as differentially private
// training does. Run with: node dist/examples/per_sample_grads.js
import { parseArgs } from 'node:util'
import torch, { nn, range } from 'torch-ts'

const F = nn.functional
const { functional_call, grad } = torch.func
const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    batch: { type: 'string', default: '16' },
    max_norm: { type: 'string', default: '1' },
  },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

class SimpleCNN extends nn.Module {
  conv1 = new nn.Conv2d({ in_channels: 1, out_channels: 6, kernel_size: 5 })
  conv2 = new nn.Conv2d(6, 6, { kernel_size: 5 })
  fc1 = new nn.Linear(6 * 4 * 4, 50)
  fc2 = new nn.Linear(50, 10)

  forward(x: torch.Tensor) {
    x = F.max_pool2d(F.relu(this.conv1(x)), { kernel_size: 2 })
    x = F.max_pool2d(F.relu(this.conv2(x)), { kernel_size: 2 })
    x = F.relu(this.fc1(x.view(-1, 6 * 4 * 4)))
    return F.log_softmax(this.fc2(x), { dim: 1 })
  }
}

type Named = Record<string, torch.Tensor>

const model = new SimpleCNN()
const batch = Number(args.batch)
const data = torch.randn(batch, 1, 28, 28)
const target = torch.randint(0, 10, [batch])

// ---- a loop: one backward for each sample ----

function gradients_of(i: number): torch.Tensor[] {
  const loss = F.nll_loss(model(data.at(i).unsqueeze(0)), target.at(i).unsqueeze(0))
  return torch.autograd.grad(loss, [...model.parameters()])
}

const each = [...range(batch)].map(gradients_of)
const names = [...model.named_parameters()].map(([name]) => name)
const by_loop: Named = Object.fromEntries(names.map((name, k) => [name, torch.stack(each.map(grads => grads[k]!))]))

// ---- vmap of grad: the whole batch at once ----

const params: Named = Object.fromEntries([...model.named_parameters()].map(([name, parameter]) => [name, parameter.detach()]))

function compute_loss(params: Named, sample: torch.Tensor, target: torch.Tensor): torch.Tensor {
  const prediction = functional_call(model, params, sample.unsqueeze(0))
  return F.nll_loss(prediction, target.unsqueeze(0))
}

const by_vmap = torch.vmap(grad(compute_loss), { in_dims: [null, 0, 0] })(params, data, target)

for (const name of names) {
  const equal = torch.allclose(by_vmap[name]!, by_loop[name]!, { rtol: 1e-3, atol: 1e-5 })
  console.log(`${name} ${by_vmap[name]!.shape} ${equal ? 'equal' : 'DIFFERENT'}`)
}

// ---- what they are good for ----

const norms = torch.stack(Object.values(by_vmap).map(g => g.flatten(1).norm({ dim: 1 }))).norm({ dim: 0 })
const factors = norms.reciprocal().mul(Number(args.max_norm)).clamp({ max: 1 })
const clipped = Object.values(by_vmap).map(g => torch.einsum('i,i...->...', factors, g).div(batch))
const numbers = (t: torch.Tensor): string => t.tolist<number[]>().map(value => value.toFixed(4)).join(' ')
console.log(`norms ${numbers(norms)}`)
console.log(`clipped ${numbers(torch.stack(clipped.map(g => g.norm())))}`)
