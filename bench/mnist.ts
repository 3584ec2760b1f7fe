// The main job: its epoch in seconds, the cost of one training step in ms, and the peak RSS in MB. The same as mnist.py.
import torch, { enumerate, nn, optim } from 'torch-ts'
import { datasets, transforms } from 'torch-ts/vision'

const F = nn.functional
const [root, threads, steps] = process.argv.slice(2) as [string, string, string?]
const limit = steps === undefined ? -1 : Number(steps)
const every = limit < 0 ? 100 : 1
torch.set_num_threads(Number(threads))
torch.manual_seed(0)

class SimpleCNN extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5)
  conv2 = new nn.Conv2d(6, 6, 5)
  fc1 = new nn.Linear(96, 50)
  fc2 = new nn.Linear(50, 10)

  forward(x: torch.Tensor): torch.Tensor {
    x = F.max_pool2d(F.relu(this.conv1(x)), 2)
    x = F.max_pool2d(F.relu(this.conv2(x)), 2)
    x = F.relu(this.fc1(x.view(-1, 96)))
    return F.log_softmax(this.fc2(x), { dim: 1 })
  }
}

function step(data: torch.Tensor, target: torch.Tensor): torch.Tensor {
  const loss = F.nll_loss(model(data), target)
  optimizer.zero_grad()
  loss.backward()
  optimizer.step()
  return loss
}

const now = (): number => Number(process.hrtime.bigint()) / 1e9
const start = now()
const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
const loader = new torch.utils.data.DataLoader(new datasets.MNIST(root, { train: true, transform }), { batch_size: 64, shuffle: true })
const test_loader = new torch.utils.data.DataLoader(new datasets.MNIST(root, { train: false, transform }), { batch_size: 1000, shuffle: true })
const model = new SimpleCNN()
const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 })
const losses: number[] = []
let rss_at_100 = 0
model.train()
for (const [i, [data, target]] of enumerate(loader)) {
  if (i === limit) break
  const loss = step(data, target)
  if (i % every === 0) losses.push(loss.item())
  if (i === 100) rss_at_100 = process.memoryUsage().rss
}
const rss_growth = (process.memoryUsage().rss - rss_at_100) / 2 ** 20
model.eval()
let [correct, test_loss] = [0, 0]
let batch: [torch.Tensor, torch.Tensor] | undefined
torch.no_grad(() => {
  for (const [data, target] of test_loader) {
    const output = model(data)
    test_loss += F.nll_loss(output, target, { reduction: 'sum' }).item()
    const pred = output.max(1, { keepdim: true })[1]!
    correct += pred.eq(target.view_as(pred)).sum().item()
    batch = [data, target]
  }
})
const epoch = now() - start

model.train()
const [data, target] = batch!
const times: number[] = []
for (let i = 0; i < 200; i++) {
  const before = now()
  step(data.at(':64'), target.at(':64'))
  times.push(now() - before)
}
times.sort((a, b) => a - b)
console.log(JSON.stringify({
  epoch, step: times[100]! * 1e3, rss: process.resourceUsage().maxRSS / 1024, rss_growth, losses, test_loss: test_loss / 10000, correct,
}))
