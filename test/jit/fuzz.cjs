// Reads mutated TorchScript files: each must give a module that can be used, or throw an Error; none may end the process or fill the
// memory. Mutants run in child processes, so that one that does is counted and the rest go on. Prints one line of JSON.
// Run as: node -r ../helpers/typescript_hook.cjs fuzz.cjs [count] [seed]
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const torch = require('../../lib/index').default
const { ZipReader } = require('../../lib/_zip/reader')
const { BytesSource } = require('../../lib/_files')
const { zip_of } = require('../serialization/files')
const { generator, mutate, mutate_numbers } = require('../serialization/mutate.cjs')

const fixtures = path.join(__dirname, '..', 'fixtures', 'torchscript')
const LIMIT = 3 * 2 ** 30
const SECONDS = 60 // for one mutant

function archives() {
  torch.manual_seed(0)
  const net = new torch.nn.Sequential(new torch.nn.Linear(3, 4), new torch.nn.BatchNorm1d(4), new torch.nn.ReLU()).eval()
  const traced = Buffer.from(torch.jit.trace(net, [torch.ones([2, 3])]).save_to_buffer())
  return [traced, ...fs.readdirSync(fixtures).sort().map(name => fs.readFileSync(path.join(fixtures, name)))].map(bytes => {
    const zip = new ZipReader(new BytesSource(bytes))
    return { bytes, entries: zip.records.map(name => [name, Buffer.from(zip.read(name))]) }
  })
}

const words = ['self', 'x', '0', '-1', '9223372036854775807', '1.', 'None', 'True', '[]', '()', '{}', 'CONSTANTS.c0', 'CONSTANTS.c9', 'torch.add', 'torch.relu', 'ops.prim.NumToTensor',
  'annotate(List[int], [])', 'Tensor', 'int', 'str', '"a"', 'not', '-', 'for', 'while', 'if', 'return', 'uninitialized(Tensor)', 'unchecked_cast(Tensor, x)', 'torch.as_strided(x, [9], [9])']

// Other words in a place of a program, or other places for its lines.
function mutate_code(code, random) {
  let lines = code.toString('latin1').split('\n')
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(lines.length)
    switch (random(5)) {
      case 0: lines.splice(at, 1); break
      case 1: lines.splice(random(lines.length), 0, lines[at]); break
      case 2: lines[at] = ' '.repeat(random(4)) + lines[at]; break
      default: {
        const parts = (lines[at] ?? '').split(/([\w.]+)/)
        if (parts.length > 1) parts[2 * random(parts.length >> 1) + 1] = words[random(words.length)]
        lines[at] = parts.join('')
      }
    }
    if (lines.length === 0) lines = ['']
  }
  return Buffer.from(lines.join('\n'), 'latin1')
}

function mutated_entry(name, bytes, random) {
  if (random(3) === 0 || bytes.length === 0) return mutate(bytes, random)
  if (name.endsWith('.py')) return mutate_code(bytes, random)
  return name.endsWith('pkl') && bytes.includes('K') ? mutate_numbers(bytes, random) : mutate(bytes, random)
}

// Most have right checksums, so that the mutation comes to the readers behind them; what says much is chosen more often.
function mutant(all, seed) {
  const random = generator(Math.imul(seed, 0x9e3779b1))
  const { bytes, entries } = all[random(all.length)]
  if (random(20) === 0) return mutate(bytes, random)
  const likely = entries.map(([name]) => name).filter(name => /(\.py|^data\.pkl|constants\.pkl)$/.test(name))
  const chosen = random(5) === 0 ? entries[random(entries.length)][0] : likely[random(likely.length)]
  return zip_of(Object.fromEntries(entries.map(([name, content]) => [name, name === chosen ? mutated_entry(name, content, random) : content])))
}

function use(module) {
  for (const value of Object.values(module.state_dict())) {
    if (value.numel() > 1e6) continue
    String(value)
    value.clone()
  }
  String(module)
  for (const text of ['code', 'graph']) void module[text]
  void module.code_with_constants
  module.save_to_buffer()
  const results = [() => module(torch.ones([2, 3])), () => module.point?.(torch.ones([2, 3])), () => module.fails?.(torch.ones([2, 3]))]
  for (const run of results) {
    try {
      String(run())
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }
}

// In the child: mutants from one seed to another, noted in a file before each is tried.
function run(from, to, log) {
  process.removeAllListeners('warning')
  process.on('warning', () => undefined)
  const all = archives()
  const result = { read: 0, refused: 0, not_errors: [], peak: 0, messages: {} }
  for (let seed = from; seed < to; seed++) {
    fs.writeFileSync(log, String(seed))
    try {
      const module = torch.jit.load(mutant(all, seed))
      result.read++
      use(module)
    } catch (error) {
      result.refused++
      if (!(error instanceof Error && error.message !== '')) result.not_errors.push(`${seed}: ${String(error)}`)
      const key = `${error.name}: ${error.message}`.replace(/\d+/g, 'N').slice(0, 70)
      result.messages[key] = (result.messages[key] ?? 0) + 1
    }
    result.peak = Math.max(result.peak, process.memoryUsage().rss)
    if (result.peak > LIMIT) process.exit(99)
  }
  fs.writeFileSync(log, 'end')
  console.log(JSON.stringify(result))
}

// In the parent: children, and a new one behind each mutant that ended one.
function supervise(count, first) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-fuzz-'))
  const log = path.join(folder, 'seed')
  const total = { files: count, read: 0, refused: 0, not_errors: [], ended: [], peak: 0, messages: {} }
  const batch = Number(process.env.TORCH_TS_FUZZ_BATCH ?? 500)
  try {
    for (let from = first; from < first + count;) {
      const to = Math.min(from + batch, first + count)
      const hook = path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs')
      const child = spawnSync(process.execPath, ['-r', hook, __filename, '--child', from, to, log].map(String), { encoding: 'utf8', timeout: 1000 * (SECONDS + (to - from)) })
      if (child.status === 0) {
        const part = JSON.parse(child.stdout)
        for (const key of ['read', 'refused']) total[key] += part[key]
        total.not_errors.push(...part.not_errors)
        total.peak = Math.max(total.peak, part.peak)
        for (const [key, times] of Object.entries(part.messages)) total.messages[key] = (total.messages[key] ?? 0) + times
        from = to
        continue
      }
      const seed = fs.readFileSync(log, 'utf8')
      const how = child.error?.code === 'ETIMEDOUT' ? 'no end' : child.signal ?? `status ${child.status}`
      total.ended.push(`${seed}: ${how}`)
      if (process.env.TORCH_TS_FUZZ_VERBOSE) process.stderr.write(`${seed}: ${how}\n${child.stderr.slice(-4000)}\n`)
      if (!/^\d+$/.test(seed)) from = to // it ended after its last mutant
      else from = Number(seed) + 1
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  if (!process.env.TORCH_TS_FUZZ_MESSAGES) delete total.messages
  console.log(JSON.stringify(total))
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--one') use(torch.jit.load(mutant(archives(), Number(rest[0])))) // repeats a mutant in this process
else if (first === '--write') fs.writeFileSync(rest[1], mutant(archives(), Number(rest[0])))
else if (first === '--child') run(Number(rest[0]), Number(rest[1]), rest[2])
else supervise(Number(first ?? 300), Number(rest[0] ?? 1))
