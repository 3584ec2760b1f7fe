// A first hour with torch: tensors, autograd, a network by hand, then a classifier of small made-up pictures.
// Run with: node dist/examples/blitz.js
import { parseArgs } from 'node:util'
import torch, { enumerate, nn, optim, range } from 'torch-ts'

const { DataLoader, TensorDataset } = torch.utils.data
const F = nn.functional
const { values: args } = parseArgs({
  options: { seed: { type: 'string', default: '0' }, threads: { type: 'string', default: '1' } },
})
torch.manual_seed(Number(args.seed))
torch.set_num_threads(Number(args.threads))

/** Prints numbers with nine digits. */
function print_numbers(title: string, ...values: (number | torch.Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item()).toPrecision(9))))
}
const list = (x: torch.Tensor) => JSON.stringify(x.tolist())

// ---- tensors ----

const x_data = torch.tensor([[1, 2], [3, 4]], { dtype: torch.int64 })
const [x_ones, x_rand] = [torch.ones_like(x_data), torch.rand_like(x_data, { dtype: torch.float })]
console.log(String(x_data.dtype), list(x_ones))
print_numbers('rand_like', ...x_rand.flatten())
const shape = [2, 3]
print_numbers('rand', ...torch.rand(shape).view(-1))
print_numbers('randn', ...torch.randn(shape).view(-1))
const t = torch.rand(3, 4)
console.log(`(${t.shape.join(', ')}) ${String(t.dtype)} ${String(t.device)}`)
const tensor = torch.ones(4, 4)
tensor.set_at([':', 1], 0)
const t1 = torch.cat([tensor, tensor, tensor], { dim: 1 })
console.log(list(tensor), `(${t1.shape.join(', ')})`, tensor.mul(tensor).sum().item(), list(tensor.matmul(tensor.T).at(0)))
tensor.add_(5)
console.log(list(tensor.at(0)), tensor.mul(tensor).sum().item())
console.log(String(torch.tensor([[1, -1.5], [0.25, 3e5]])))
console.log(String(torch.arange(6).reshape(2, 3)))
console.log(String(torch.zeros(2, 2, { dtype: torch.bool })))

// ---- autograd ----

const a = torch.tensor([2, 3], { requires_grad: true })
const b = torch.tensor([6, 4], { requires_grad: true })
const Q = a.pow(3).mul(3).sub(b.pow(2))
Q.backward({ gradient: torch.tensor([1, 1]) })
console.log(list(a.pow(2).mul(9).eq(a.grad!)), list(b.mul(-2).eq(b.grad!)), Q.grad_fn!.name())
const [x, z] = [torch.rand(5, 5), torch.rand([5, 5], { requires_grad: true })]
console.log(x.add(x).requires_grad, x.add(z).requires_grad)

// ---- a network and its gradients by hand ----

class LeNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5)
  conv2 = new nn.Conv2d(6, 16, 5)
  fc1 = new nn.Linear(16 * 5 * 5, 120)
  fc2 = new nn.Linear(120, 84)
  fc3 = new nn.Linear(84, 10)

  forward(input: torch.Tensor) {
    const s2 = F.max_pool2d(F.relu(this.conv1(input)), [2, 2])
    const s4 = torch.flatten(F.max_pool2d(F.relu(this.conv2(s2)), 2), 1)
    return this.fc3(F.relu(this.fc2(F.relu(this.fc1(s4)))))
  }
}

const lenet = new LeNet()
console.log(String(lenet))
const params = [...lenet.parameters()]
console.log(params.length, `(${params[0]!.size().join(', ')})`)
const input = torch.randn(1, 1, 32, 32)
const out = lenet(input)
print_numbers('lenet out', ...out.at(0))
lenet.zero_grad()
out.backward(torch.randn(1, 10))
const [output, target] = [lenet(input), torch.randn(10).view(1, -1)]
const mse = new nn.MSELoss()(output, target)
print_numbers('mse', mse)
const first = mse.grad_fn!.next_functions[0]![0]!
console.log(mse.grad_fn!.name(), first.name(), first.next_functions[0]![0]!.name())
lenet.zero_grad()
console.log(lenet.conv1.bias!.grad)
mse.backward()
print_numbers('conv1.bias.grad', ...lenet.conv1.bias!.grad!)
{
  const optimizer = new optim.SGD(lenet.parameters(), { lr: 0.01 })
  for (const f of lenet.parameters()) f.data.sub_(f.grad!.data.mul(0.01))
  optimizer.zero_grad()
  const loss = new nn.MSELoss()(lenet(input), target)
  loss.backward()
  optimizer.step()
  print_numbers('mse after', loss)
}

// ---- a classifier: ten kinds of pictures, each a blurred pattern under noise ----

const classes = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
const patterns = F.interpolate(torch.randn(10, 3, 8, 8), { scale_factor: 4, mode: 'nearest' })

function make(n: number) {
  const y = torch.randint(0, 10, [n])
  return new TensorDataset(patterns.at(y).mul(0.3).add(torch.randn(n, 3, 32, 32)).clamp(-1, 1), y)
}

const [trainset, testset] = [make(2000), make(500)]
const trainloader = new DataLoader(trainset, { batch_size: 4, shuffle: true, num_workers: 0 })
const testloader = new DataLoader(testset, { batch_size: 4, shuffle: false, num_workers: 0 })

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
    return this.fc3(F.relu(this.fc2(F.relu(this.fc1(x)))))
  }
}

const net = new Net()
const criterion = new nn.CrossEntropyLoss()
const optimizer = new optim.SGD(net.parameters(), { lr: 0.001, momentum: 0.9 })
for (const epoch of range(2)) {
  let running_loss = 0
  for (const [i, [inputs, labels]] of enumerate(trainloader)) {
    optimizer.zero_grad()
    const loss = criterion(net(inputs!), labels!)
    loss.backward()
    optimizer.step()
    running_loss += loss.item()
    if (i % 250 === 249) {
      print_numbers(`[${epoch + 1}, ${i + 1}]`, running_loss / 250)
      running_loss = 0
    }
  }
}

// The weights go to a new network, as they would by way of a file.
const trained = new Net()
trained.load_state_dict(net.state_dict())
const [correct, total] = [classes.map(() => 0), classes.map(() => 0)]
torch.no_grad(() => {
  for (const [images, labels] of testloader) {
    const [, predicted] = torch.max(trained(images!), 1)
    const guesses = predicted.tolist<number[]>()
    for (const [i, label] of labels!.tolist<number[]>().entries()) {
      if (guesses[i] === label) correct[label]!++
      total[label]!++
    }
  }
})
const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
console.log('accuracy', sum(correct), '/', sum(total), JSON.stringify(Object.fromEntries(classes.map((name, i) => [name, correct[i]]))))
