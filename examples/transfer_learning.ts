// Transfer learning: the trunk of a ResNet18 stays as it is, and a new last layer learns Fashion-MNIST. Run with:
// node scripts/run.mjs examples/transfer_learning
// The images get three channels and twice their size. The trunk's weights are torchvision's, downloaded once; --weights none draws them.
import { parseArgs } from 'node:util'
import torch, { nn, optim } from 'torch-ts'
import { datasets, models, transforms } from 'torch-ts/vision'

const F = nn.functional
const { values: args } = parseArgs({
  options: {
    root: { type: 'string', default: datasets.cache_dir('data') },
    weights: { type: 'string', default: 'IMAGENET1K_V1' },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '3' },
    batches: { type: 'string', default: '100' },
    batch_size: { type: 'string', default: '64' },
    device: { type: 'string', default: torch.cuda.is_available() ? 'cuda:0' : 'cpu' },
  },
})
const device = torch.device(args.device)
const batches = Number(args.batches)
torch.manual_seed(Number(args.seed))

const transform = new transforms.ToTensor()
const loader = (train: boolean) => new torch.utils.data.DataLoader(
  new datasets.FashionMNIST(args.root, { train, download: true, transform }), { batch_size: Number(args.batch_size), shuffle: train })
const loaders = { train: loader(true), val: loader(false) }

const mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1).to(device)
const std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1).to(device)

/** Grey images as the trunk's weights expect them. */
function prepare(images: torch.Tensor): torch.Tensor {
  const larger = F.interpolate(images.to(device), { scale_factor: 2, mode: 'bilinear', align_corners: false })
  return larger.expand(-1, 3, -1, -1).sub(mean).div(std)
}

const model = models.resnet18({ weights: args.weights === 'none' ? null : args.weights })
for (const parameter of model.parameters()) parameter.requires_grad = false
model.fc = new nn.Linear(model.fc.in_features, 10)
model.to(device)

const criterion = new nn.CrossEntropyLoss()
const optimizer = new optim.SGD(model.fc.parameters(), { lr: 0.01, momentum: 0.9 })
const scheduler = new optim.lr_scheduler.StepLR(optimizer, { step_size: 2, gamma: 0.1 })

/** One pass over the first batches of a set. In training the trunk's batch norms follow the new images; its weights stay. */
function run(phase: 'train' | 'val'): { loss: number, accuracy: number } {
  model.train(phase === 'train')
  let [loss_sum, correct, seen] = [0, 0, 0]
  let batch = 0
  for (const [images, labels] of loaders[phase]) {
    if (batch++ === batches) break
    const targets = labels.to(device)
    torch.set_grad_enabled(phase === 'train', () => {
      const outputs = model(prepare(images))
      const loss = criterion(outputs, targets)
      if (phase === 'train') {
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
      }
      loss_sum += loss.item() * images.length
      correct += outputs.argmax(1).eq(targets).sum().item()
      seen += images.length
    })
  }
  return { loss: loss_sum / seen, accuracy: correct / seen }
}

let best = 0
for (let epoch = 0; epoch < Number(args.epochs); epoch++) {
  console.log(`Epoch ${epoch}/${Number(args.epochs) - 1}`)
  for (const phase of ['train', 'val'] as const) {
    const { loss, accuracy } = run(phase)
    console.log(`${phase} Loss: ${loss.toFixed(4)} Acc: ${accuracy.toFixed(4)}`)
    if (phase === 'val') best = Math.max(best, accuracy)
  }
  scheduler.step()
}
console.log(`Best val Acc: ${best.toFixed(4)}`)
