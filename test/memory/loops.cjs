// Loops that must not grow. Prints one line of JSON: the resident set at the start, its highest and its last value, in MB.
// Run as: node -r typescript_hook.cjs loops.cjs NAME [worker]
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads')

const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')

function measure(name) {
  const torch = require('../../lib/index')
  const rss = () => process.memoryUsage().rss / 1e6
  const result = { start: 0, peak: 0, end: 0, live_tensors: 0 }
  const watch = i => {
    if (i % 500 === 0) result.peak = Math.max(result.peak, rss())
  }
  const loops = {
    // 100,000 tensors of 1 MB that nothing keeps
    fresh() {
      for (let i = 0; i < 100_000; i++) {
        torch.empty([512, 512]).fill_(1)
        watch(i)
      }
    },
    // one variable, bound again and again
    rebind() {
      let x = torch.zeros([512, 512])
      for (let i = 0; i < 20_000; i++) {
        x = x.add(1)
        watch(i)
      }
      if (x.at(0, 0).item() !== 20_000) throw new Error('wrong sum')
    },
    // the last 1,000 losses, each with its graph
    losses() {
      const w = torch.ones([64, 64], { requires_grad: true })
      const losses = []
      for (let i = 0; i < 20_000; i++) {
        losses.push(w.mul(w).sum())
        if (losses.length > 1000) losses.shift()
        watch(i)
      }
    },
    // a graph and its backward in each step
    backward() {
      const w = torch.ones([512, 512], { requires_grad: true })
      for (let i = 0; i < 4_000; i++) {
        const loss = w.mul(2).sigmoid().sum()
        w.grad = null
        loss.backward()
        watch(i)
      }
    },
    // a ring of tensors: its members live through minor collections
    ring() {
      const ring = []
      for (let i = 0; i < 20_000; i++) {
        ring[i % 50] = torch.empty([512, 512]).fill_(1)
        watch(i)
      }
    },
    // a hook on each new graph
    hooks() {
      const w = torch.ones([64, 64], { requires_grad: true })
      for (let i = 0; i < 10_000; i++) {
        const y = w.mul(2)
        y.register_hook(grad => grad.mul(2))
        w.grad = null
        y.sum().backward()
        watch(i)
      }
    },
  }
  // 20 passes over a folder of JPEGs, decoded, cut, resized, coloured, normalised and put into batches
  loops.images = () => {
    const { datasets, io, transforms } = require('../../lib/vision')
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-test-'))
    try {
      fs.mkdirSync(path.join(folder, 'class'))
      for (let i = 0; i < 32; i++) io.write_jpeg(torch.randint(256, [3, 240, 320], { dtype: torch.uint8 }), path.join(folder, 'class', `${i}.jpg`))
      const transform = new transforms.Compose([
        new transforms.RandomResizedCrop(112), new transforms.RandomHorizontalFlip(), new transforms.ColorJitter(0.4, 0.4, 0.4, 0.1),
        new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5]),
      ])
      const loader = new torch.utils.data.DataLoader(new datasets.ImageFolder(folder, { transform }), { batch_size: 8, shuffle: true })
      for (let pass = 0; pass < 22; pass++) {
        for (const [batch] of loader) batch.sum().item()
        if (pass === 1) result.start = result.peak = rss()
        result.peak = Math.max(result.peak, rss())
      }
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  }
  const warm_up = torch.empty([512, 512]).fill_(1).add(1)
  warm_up.dispose()
  result.start = result.peak = rss()
  loops[name]()
  result.end = rss()
  torch.gc_collect()
  result.live_tensors = torch.memory_stats().live_tensors
  return result
}

const [name, where] = process.argv.slice(2)
if (!isMainThread) parentPort.postMessage(measure(workerData))
else if (where === 'worker') new Worker(__filename, { workerData: name, execArgv: ['-r', hook] }).on('message', result => console.log(JSON.stringify(result)))
else console.log(JSON.stringify(measure(name)))
