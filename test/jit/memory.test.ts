// TorchScript leaves nothing behind: rounds of trace, save, load and call; and mutated files are refused, in a process of their own.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import torch, { nn } from 'torch-ts'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')
const COUNT = 300

function round(): void {
  const net = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU()).eval()
  const x = torch.ones([2, 3])
  const traced = torch.jit.trace(net, [x])
  const loaded = torch.jit.load(traced.save_to_buffer())
  const frozen = torch.jit.freeze(torch.jit.load(traced.save_to_buffer()).eval() as typeof loaded)
  const wanted = net(x) as torch.Tensor
  for (const module of [traced, loaded, frozen]) {
    // Freezing folds the norm into the layer, which changes last bits.
    if (!torch.allclose(module(x) as torch.Tensor, wanted, { atol: 1e-6 })) throw new Error('another output')
  }
  loaded.train()
  ;(loaded(x) as torch.Tensor).sum().backward()
}

describe('torch.jit', () => {
  it('leaves no live tensors after rounds of trace, save, load and call', () => {
    const live = (): number => {
      torch.gc_collect()
      return torch.memory_stats().live_tensors
    }
    round()
    const before = live()
    for (let i = 0; i < 15; i++) round()
    expect(live() - before).toBeLessThan(20) // one round alone makes more
  })

  it('gives a module or an Error for mutated files', () => {
    const child = spawnSync(process.execPath, ['-r', hook, path.join(__dirname, 'fuzz.cjs'), String(COUNT)], {
      encoding: 'utf8', env: { ...process.env, TORCH_TS_FUZZ_VERBOSE: '1', OMP_NUM_THREADS: '1' },
    })
    // The number that was tried last says how to repeat it.
    expect({ status: child.status, last: child.status === 0 ? '' : child.stderr.slice(-500) }).toEqual({ status: 0, last: '' })
    const result = JSON.parse(child.stdout) as { files: number, read: number, refused: number, not_errors: string[], ended: string[] }
    expect(result).toMatchObject({ files: COUNT, not_errors: [], ended: [] })
    expect(Math.min(result.read, result.refused)).toBeGreaterThan(COUNT / 20)
  }, 60_000)
})
