// What the tests in workers.test.ts run in worker threads.
const { parentPort, workerData } = require('node:worker_threads')
const torch = require('../../lib/index')
const { draws } = require('./draws.cjs')

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
  // The same numbers from the same seed, several times.
  draw(seed) {
    return Array.from({ length: 5 }, () => {
      torch.manual_seed(seed)
      return JSON.stringify(draws(torch, 100))
    })
  },
  default_generator(seed) {
    torch.default_generator.manual_seed(seed)
    const drawn = [torch.rand(2, { generator: torch.default_generator }), torch.dropout(torch.ones(4), 0.5, true), torch.randn(2)]
    const state = torch.get_rng_state()
    const last = torch.rand(1).item()
    torch.set_rng_state(state)
    if (torch.initial_seed() !== seed || torch.rand(1).item() !== last) throw new Error('the states of default_generator differ')
    return [...drawn.map(one => one.tolist()), [last]]
  },
  // The counts of this thread, and of one that starts afterwards.
  threads(count) {
    torch.set_num_threads(count)
    const own = torch.get_num_threads()
    const { Worker, MessageChannel, receiveMessageOnPort } = require('node:worker_threads')
    const { port1, port2 } = new MessageChannel()
    const ended = new Int32Array(new SharedArrayBuffer(4))
    const program = `
      const { workerData: { port, ended, file } } = require('node:worker_threads')
      port.postMessage(require(file).get_num_threads())
      Atomics.store(ended, 0, 1)
      Atomics.notify(ended, 0)`
    new Worker(program, { eval: true, workerData: { port: port2, ended, file: require.resolve('../../lib/index') }, transferList: [port2] })
    Atomics.wait(ended, 0, 0)
    return [own, receiveMessageOnPort(port1).message]
  },
  throws() {
    return torch.ones([2]).view([3])
  },
}

parentPort.postMessage(jobs[workerData.job](workerData.argument))
