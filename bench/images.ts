// Seconds that passes over a folder of JPEGs take: `images.js FOLDER WORKERS THREADS`. The same as images.py.
import torch from 'torch-ts'
import { datasets, transforms } from 'torch-ts/vision'

const [folder, workers, threads] = process.argv.slice(2) as [string, string, string]
torch.set_num_threads(Number(threads))
const num_workers = Number(workers)

const transform = new transforms.Compose([
  new transforms.RandomResizedCrop(224), new transforms.RandomHorizontalFlip(), new transforms.ToTensor(),
  new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
torch.manual_seed(0)
const data = new datasets.ImageFolder(folder, { transform })
const loader = new torch.utils.data.DataLoader(data, { batch_size: 32, shuffle: true, num_workers, persistent_workers: num_workers > 0 })
const seconds: number[] = []
let total = 0
for (let pass = 0; pass < 3; pass++) {
  const start = process.hrtime.bigint()
  for (const [images] of loader) total += images.sum({ dtype: torch.float64 }).item()
  seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
}
console.log(JSON.stringify({ first: seconds[0], later: Math.min(...seconds.slice(1)), sum: total }))
process.exit()
