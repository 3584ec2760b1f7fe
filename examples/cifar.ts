// A small convolutional network on CIFAR-10: trains, saves the weights, evaluates by class. Run with: node scripts/run.mjs examples/cifar
// A port of PyTorch's "Training a classifier".
import { parseArgs } from 'node:util'
import torch, { enumerate, nn, optim } from 'torch-ts'
import { datasets, transforms } from 'torch-ts/vision'

const F = nn.functional
const { values: args } = parseArgs({
  options: {
    root: { type: 'string', default: datasets.cache_dir('data') },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '2' },
    every: { type: 'string', default: '2000' },
    device: { type: 'string', default: torch.cuda.is_available() ? 'cuda:0' : 'cpu' },
    save: { type: 'string', default: 'cifar_net.pth' },
  },
})
const device = torch.device(args.device)
const every = Number(args.every)
torch.manual_seed(Number(args.seed))

const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])])
const batch_size = 4
const train_set = new datasets.CIFAR10(args.root, { train: true, download: true, transform })
const train_loader = new torch.utils.data.DataLoader(train_set, { batch_size, shuffle: true })
const test_set = new datasets.CIFAR10(args.root, { train: false, download: true, transform })
const test_loader = new torch.utils.data.DataLoader(test_set, { batch_size, shuffle: false })

class Net extends nn.Module {
  conv1 = new nn.Conv2d(3, 6, 5)
  pool = new nn.MaxPool2d(2, 2)
  conv2 = new nn.Conv2d(6, 16, 5)
  fc1 = new nn.Linear(16 * 5 * 5, 120)
  fc2 = new nn.Linear(120, 84)
  fc3 = new nn.Linear(84, 10)

  forward(x: torch.Tensor) {
    x = this.pool(F.relu(this.conv1(x)))
    x = this.pool(F.relu(this.conv2(x)))
    x = torch.flatten(x, 1)
    x = F.relu(this.fc1(x))
    x = F.relu(this.fc2(x))
    return this.fc3(x)
  }
}

const net = new Net().to(device)
const criterion = new nn.CrossEntropyLoss()
const optimizer = new optim.SGD(net.parameters(), { lr: 0.001, momentum: 0.9 })

for (let epoch = 0; epoch < Number(args.epochs); epoch++) {
  let running_loss = 0
  for (const [i, [inputs, labels]] of enumerate(train_loader)) {
    optimizer.zero_grad()
    const loss = criterion(net(inputs.to(device)), labels.to(device))
    loss.backward()
    optimizer.step()
    running_loss += loss.item()
    if (i % every === every - 1) {
      console.log(`[${epoch + 1}, ${String(i + 1).padStart(5)}] loss: ${(running_loss / every).toFixed(3)}`)
      running_loss = 0
    }
  }
}
console.log('Finished Training')
torch.save(net.state_dict(), args.save)

const trained = new Net()
trained.load_state_dict(torch.load(args.save, { weights_only: true }) as Record<string, torch.Tensor>)
const correct: number[] = new Array<number>(test_set.classes.length).fill(0)
const total: number[] = new Array<number>(test_set.classes.length).fill(0)
torch.no_grad(() => {
  for (const [images, labels] of test_loader) {
    const predictions = trained(images).argmax(1).tolist<number[]>()
    labels.tolist<number[]>().forEach((label, i) => {
      total[label]!++
      if (predictions[i] === label) correct[label]!++
    })
  }
})
const sum = (values: readonly number[]): number => values.reduce((result, value) => result + value, 0)
console.log(`Accuracy of the network on the ${sum(total)} test images: ${Math.floor(100 * sum(correct) / sum(total))} %`)
for (const [i, name] of test_set.classes.entries()) {
  if (total[i]! > 0) console.log(`Accuracy for class: ${name.padEnd(5)} is ${(100 * correct[i]! / total[i]!).toFixed(1)} %`)
}
