// What the tests in workers.test.ts run in worker threads.
const { parentPort, workerData } = require('node:worker_threads')
const torch = require('../../lib/index')

const jobs = {
  // A training loop of its own, beside other workers'.
  train() {
    const w = torch.zeros([3], { requires_grad: true })
    const target = torch.tensor([1, 2, 3])
    for (let i = 0; i < 300; i++) {
      const loss = w.sub(target).pow(2).sum()
      w.grad = null
      loss.backward()
      torch.no_grad(() => w.sub_(w.grad.mul(0.1)))
    }
    return w.tolist()
  },
  // Gradients switched off here stay on elsewhere.
  no_grad_forever() {
    torch.set_grad_enabled(false)
    return torch.is_grad_enabled()
  },
  // Adds one in place to memory that belongs to the main thread, and sends a tensor back.
  add_one(message) {
    const { batch } = torch.multiprocessing.from_message(message)
    batch.add_(1)
    return torch.multiprocessing.to_message({ doubled: batch.mul(2), address: batch.data_ptr() })
  },
  // Ends while its tensors are alive and a call is on its way.
  exit() {
    globalThis.kept = Array.from({ length: 100 }, () => torch.ones([1000]))
    process.exit(0)
  },
  // Uses tensors, hooks and graphs while the environment comes down.
  exit_handler() {
    const x = torch.ones([2], { requires_grad: true })
    x.register_hook(grad => grad.mul(2))
    const y = x.mul(2)
    globalThis.kept = [x, y]
    process.on('exit', () => {
      y.sum().backward()
      if (x.grad.at(0).item() !== 4) process.exitCode = 3
    })
  },
  busy() {
    for (;;) torch.ones([64, 64]).matmul(torch.ones([64, 64]))
  },
  throws() {
    return torch.ones([2]).view([3])
  },
}

parentPort.postMessage(jobs[workerData.job](workerData.argument))
