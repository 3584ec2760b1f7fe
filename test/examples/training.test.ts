// The examples on averaged weights and on mixed precision print what the same programs print in Python.
import path from 'node:path'
import { mnist_files } from '../helpers/mnist'
import { python_torch } from '../helpers/python'
import { run_example } from '../helpers/tutorials'
import torch from 'torch-ts'

jest.setTimeout(120_000)

const DATA = `
import sys, torch
from torch import nn
from torch.nn import functional as F
torch.set_num_threads(1)
def idx(name, offset):
  return torch.frombuffer(bytearray(open(sys.argv[1] + '/' + name, 'rb').read()), dtype=torch.uint8)[offset:]
def images_of(name, count):
  return (idx(name + '-images-idx3-ubyte', 16)[:count * 784].view(count, 1, 28, 28).float() / 255, idx(name + '-labels-idx1-ubyte', 8)[:count].long())
`

const EMA = `${DATA}
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn
torch.manual_seed(0)
images, labels = images_of('train', 6400)
test_images, test_labels = images_of('t10k', 2000)
model = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.BatchNorm2d(16), nn.ReLU(),
  nn.Flatten(), nn.Linear(16 * 4 * 4, 10))
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98))
optimizer = torch.optim.SGD(model.parameters(), 0.2, momentum=0.9)
def accuracy(network):
  network.eval()
  with torch.no_grad(): return (network(test_images).argmax(1) == test_labels).sum().item() / 2000
for epoch in range(1):
  model.train()
  total = 0
  for batch in torch.randperm(6400).split(64):
    loss = F.cross_entropy(model(images[batch]), labels[batch])
    optimizer.zero_grad(); loss.backward(); optimizer.step(); averaged.update_parameters(model)
    total += loss.item()
  update_bn(images.split(640), averaged)
  print(f'epoch {epoch} loss {total / 100:.6f} accuracy {accuracy(model):.4f} of the average {accuracy(averaged):.4f}')
`

const MIXED = `${DATA}
images, labels = images_of('train', 6400)
images = images.view(-1, 784)
def train(mixed):
  torch.manual_seed(0)
  model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
  optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
  scaler = torch.amp.GradScaler('cpu', enabled=mixed)
  losses = []
  for step in range(41):
    with torch.autocast('cpu', enabled=mixed): loss = F.cross_entropy(model(images[step * 64:][:64]), labels[step * 64:][:64])
    optimizer.zero_grad(); scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update()
    losses.append(loss.item())
  if mixed: print(f'scale {scaler.get_scale():.0f}, products in {torch.get_autocast_dtype("cpu")}')
  return losses
full, mixed = train(False), train(True)
for step in range(0, 41, 20): print(f'step {step} float32 {full[step]:.6f} mixed {mixed[step]:.6f}')
`

function printed_by_python(program: string, folder: string): string | null {
  const python = python_torch()
  return python !== null && python.version.startsWith(torch.__version__.replace(/\+.*/, '')) ? python.run(program, folder) : null
}

let folder: string

beforeAll(() => {
  folder = mnist_files()
  process.env.MNIST_DIR = folder
})

it('ema: the average does as well as in Python, and better than the last weights', () => {
  const output = run_example('ema', '--epochs', '1')
  expect(output).toBe(printed_by_python(EMA, path.resolve(folder)) ?? output)
  const [, last, average] = /accuracy ([\d.]+) of the average ([\d.]+)/.exec(output)!
  expect(Number(average)).toBeGreaterThan(Number(last))
})

it('mixed_precision: the losses are those of Python, near those in float32', () => {
  const output = run_example('mixed_precision', '--steps', '41', '--device', 'cpu')
  expect(output).toBe(printed_by_python(MIXED, path.resolve(folder)) ?? output)
  for (const [, full, mixed] of output.matchAll(/float32 ([\d.]+) mixed ([\d.]+)/g)) expect(Math.abs(Number(full) - Number(mixed))).toBeLessThan(0.02)
})
