// Seconds that a pass over MNIST's training set takes in batches of 64, shuffled, without any training. The same as loading.py.
// `loading.js FOLDER THREADS`: with ToTensor and Normalize, and with a function of the user's own behind ToTensor.
import torch from 'torch-ts'
import { datasets, transforms } from 'torch-ts/vision'

const [root, threads] = process.argv.slice(2) as [string, string]
torch.set_num_threads(Number(threads))

const now = (): number => Number(process.hrtime.bigint()) / 1e9

function pass(transform: transforms.Compose): { seconds: number, sum: number } {
  torch.manual_seed(0)
  const loader = new torch.utils.data.DataLoader(new datasets.MNIST(root, { transform }), { batch_size: 64, shuffle: true })
  const start = now()
  let last: torch.Tensor | undefined
  for (const [images] of loader) last = images
  return { seconds: now() - start, sum: last!.double().sum().item() }
}

const passes = {
  normalize: new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])]),
  lambda: new transforms.Compose([new transforms.ToTensor(), new transforms.Lambda((x: torch.Tensor) => x.sub(0.5))]),
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(passes).map(([name, transform]) => [name, pass(transform)]))))
