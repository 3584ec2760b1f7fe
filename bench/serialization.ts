// Saving and loading of a state of 500 MB: seconds and the peak RSS in MB. The same as serialization.py.
// serialization.js FILE save|load|mmap THREADS
import torch from 'torch-ts'

const [file, job, threads] = process.argv.slice(2) as [string, 'save' | 'load' | 'mmap', string]
torch.set_num_threads(Number(threads))

function state(): Record<string, torch.Tensor> {
  const all = (count: number, kind: string, shape: number[]): [string, torch.Tensor][] =>
    Array.from({ length: count }, (_, i) => [`layers.${i}.${kind}`, torch.full(shape, i)])
  return Object.fromEntries([...all(120, 'weight', [1024, 1024]), ...all(400, 'bias', [1024])])
}

const saved = job === 'save' ? state() : {}
const start = process.hrtime.bigint()
if (job === 'save') torch.save(saved, file)
const loaded = job === 'save' ? null : torch.load<Record<string, torch.Tensor>>(file, { mmap: job === 'mmap' })
const seconds = Number(process.hrtime.bigint() - start) / 1e9
if (loaded && loaded['layers.7.weight']!.sum().item() !== 7 * 1024 * 1024) throw new Error('other numbers came back')
console.log(JSON.stringify({ seconds, rss: process.resourceUsage().maxRSS / 1024 }))
