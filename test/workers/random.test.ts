// Random numbers and thread counts of worker threads: each has its own, whatever the others do meanwhile.
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import torch from '../../lib/index'
import { draws } from './draws.cjs'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

function run(job: string, argument: unknown): Promise<unknown> {
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), { workerData: { job, argument }, execArgv: ['-r', hook] })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** The numbers of a seed, drawn again and again until the promise is there. */
async function draws_while(pending: Promise<unknown>, seed: number): Promise<Set<string>> {
  const seen = new Set<string>()
  let is_pending = true
  void pending.finally(() => is_pending = false)
  while (is_pending) {
    torch.manual_seed(seed)
    seen.add(JSON.stringify(draws(torch, 100)))
    await new Promise(resolve => setImmediate(resolve))
  }
  return seen
}

describe('random numbers of worker threads', () => {
  it('are those of their seed, and leave the main thread its own', async () => {
    torch.manual_seed(5)
    const five = JSON.stringify(draws(torch, 100))
    torch.manual_seed(7)
    const seven = JSON.stringify(draws(torch, 100))
    const results = Promise.all([5, 7, 5].map(seed => run('draw', seed)))
    expect(await draws_while(results, 7)).toEqual(new Set([seven]))
    expect((await results).map(all => [...new Set(all as string[])])).toEqual([[five], [seven], [five]])
  })

  it('come from one generator, with or without naming it', async () => {
    torch.manual_seed(3)
    const wanted = [torch.rand(2).tolist(), torch.dropout(torch.ones(4), 0.5, true).tolist(), torch.randn(2).tolist(), torch.rand(1).tolist()]
    expect(await run('default_generator', 3)).toEqual(wanted)
  })

  it('leave the count of threads of the others alone', async () => {
    const threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try {
      expect(await run('threads', 1)).toEqual([1, 2]) // of another worker that starts afterwards too
      expect(torch.get_num_threads()).toBe(2)
    } finally {
      torch.set_num_threads(threads)
    }
  })
})
