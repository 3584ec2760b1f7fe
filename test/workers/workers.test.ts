// torch-ts in worker threads: several at once, tensors between them, and their ends.
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import torch from '../../lib/index'

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

function start(job: string, argument?: unknown): Worker {
  return new Worker(path.join(__dirname, 'worker.cjs'), { workerData: { job, argument }, execArgv: ['-r', hook] })
}

function run(job: string, argument?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => start(job, argument).once('message', resolve).once('error', reject))
}

const ended = (worker: Worker): Promise<number> => new Promise(resolve => worker.once('exit', resolve))

describe('worker threads', () => {
  it('train side by side and give the same result', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => run('train')))
    for (const result of results) {
      expect(result).toEqual(results[0])
      expect((result as number[]).map(Math.round)).toEqual([1, 2, 3])
    }
  })

  it('have a gradient mode of their own', async () => {
    expect(await run('no_grad_forever')).toBe(false)
    expect(torch.is_grad_enabled()).toBe(true)
  })

  it('share tensors without a copy, both ways', async () => {
    const batch = torch.zeros(4)
    const answer = torch.multiprocessing.from_message(await run('add_one', torch.multiprocessing.to_message({ batch }))) as
      { doubled: torch.Tensor, address: number }
    expect(batch.tolist()).toEqual([1, 1, 1, 1])
    expect(answer.doubled.tolist()).toEqual([2, 2, 2, 2])
    expect(answer.address).toBe(batch.data_ptr())
  })

  it('receive a message once', () => {
    const message = torch.multiprocessing.to_message(torch.ones(1))
    expect(torch.multiprocessing.from_message(message)).toBeInstanceOf(torch.Tensor)
    expect(() => torch.multiprocessing.from_message(message)).toThrow('this shared tensor has already been received, or never existed')
  })

  it('refuse a tensor with a graph', () => {
    const y = torch.ones(1, { requires_grad: true }).mul(2)
    expect(() => torch.multiprocessing.to_message([y])).toThrow(/^Cowardly refusing to serialize non-leaf tensor which requires_grad/)
  })

  it('keep requires_grad of a leaf', () => {
    const leaf = torch.ones(2, { requires_grad: true })
    const received = torch.multiprocessing.from_message(torch.multiprocessing.to_message(leaf)) as torch.Tensor
    expect(received.requires_grad).toBe(true)
    expect(received.data_ptr()).toBe(leaf.data_ptr())
  })

  it('may end with tensors alive', async () => {
    expect(await ended(start('exit'))).toBe(0)
    expect(torch.ones(2).sum().item()).toBe(2)
  })

  it('may use tensors while they end', async () => {
    expect(await ended(start('exit_handler'))).toBe(0)
  })

  it('may be terminated in the middle of a call', async () => {
    const worker = start('busy')
    await new Promise(resolve => worker.once('online', resolve))
    await new Promise(resolve => setTimeout(resolve, 1500))
    await worker.terminate()
    expect(torch.ones(2).sum().item()).toBe(2)
  })

  it('report errors as errors', async () => {
    await expect(run('throws')).rejects.toThrow("shape '[3]' is invalid for input of size 2")
  })
})

describe('a tensor of another thread', () => {
  it('arrives as no tensor when it is posted as it is', () => {
    const clone = structuredClone({ x: torch.ones(1) }) as { x: torch.Tensor }
    expect(() => torch.ones(1).add(clone.x)).toThrow(TypeError)
  })
})

describe('a second copy of torch-ts in the process', () => {
  it('works, and rejects the tensors of the first', () => {
    jest.isolateModules(() => {
      const other = require('../../lib/index') as typeof torch
      expect(other.Tensor).not.toBe(torch.Tensor)
      expect(other.ones(2).add(1).tolist()).toEqual([2, 2])
      expect(() => other.ones(1).add(torch.ones(1) as never)).toThrow(TypeError)
    })
    expect(torch.ones(2).add(1).tolist()).toEqual([2, 2])
  })
})
