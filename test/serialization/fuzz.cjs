// Reads mutated files by the thousand: each must give a value that can be used, or throw an Error; none may end the process or fill the
// memory. Prints one line of JSON. Run as: node -r ../helpers/typescript_hook.cjs fuzz.cjs [count] [seed]
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const torch = require('../../lib/index').default
const { ZipReader } = require('../../lib/_zip/reader')
const { BytesSource } = require('../../lib/_files')
const { zip_of } = require('./files')
const { generator, mutate, mutate_numbers } = require('./mutate.cjs')

const { nn, optim } = torch
const [count = 2000, first_seed = 1] = process.argv.slice(2).map(Number)
const LIMIT = 2 * 2 ** 30
process.removeAllListeners('warning')
process.on('warning', () => undefined)

function values() {
  torch.manual_seed(0)
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1))
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
  model.forward(torch.randn(8, 3)).sum().backward()
  optimizer.step()
  const dense = torch.tensor([[0, 1.5], [2, 0]])
  return [
    { model: model.state_dict(), optimizer: optimizer.state_dict(), text: 'hello', big: 2n ** 70n, set: new Set([1]), tuple: Object.freeze([1, 2]) },
    { coo: dense.to_sparse(), csr: dense.to_sparse_csr(), quantized: torch.quantize_per_tensor(dense, 0.5, 1, torch.quint8),
      z: torch.ones(2).to(torch.complex64).conj(),
      channels: torch.quantize_per_channel(dense, torch.tensor([0.5, 0.25], { dtype: torch.float64 }), torch.tensor([0n, 1n]), 0, torch.qint8) },
    { parameter: new nn.Parameter(torch.ones(4)), view: torch.arange(24).view(4, 6).T, meta: torch.empty([2], { device: 'meta' }), bytes: new Uint8Array(20),
      device: torch.device('cpu'), dtype: torch.bfloat16, layout: torch.sparse_coo, size: new torch.Size([2]), buffer: new nn.Buffer(torch.ones(1)) },
  ]
}

const bases = values().map(value => ({ kind: 'zip', bytes: Buffer.from(torch.save(value)) }))
const legacy = fs.readFileSync(path.join(__dirname, 'fixtures', 'legacy.pt'))
bases.push({ kind: 'legacy', bytes: legacy })
const safetensors = require('../../lib/safetensors')
bases.push({ kind: 'safetensors', bytes: Buffer.from(safetensors.save({ a: torch.arange(6).view(2, 3), b: torch.ones(3), s: torch.tensor(1) }, { k: 'v' })) })

// A mutated pickle in a zip file that is whole, so that the checksums do not stop it.
function with_mutated_pickle(bytes, random) {
  const zip = new ZipReader(new BytesSource(bytes))
  const entries = Object.fromEntries(zip.records.map(name => [name, Buffer.from(zip.read(name))]))
  entries['data.pkl'] = (random(3) === 0 ? mutate : mutate_numbers)(entries['data.pkl'], random)
  return zip_of(entries)
}

const used = { tensors: 0 }

// Reads all that a value holds, as printing and sums do.
function use(value, depth = 0, seen = new Set()) {
  if (typeof value !== 'object' || value === null || depth > 50 || seen.has(value)) return
  seen.add(value)
  if (torch.is_tensor(value)) {
    used.tensors++
    if (value.is_meta || value.numel() > 1e6) return
    const dense = value.layout === torch.strided ? value : value.to_dense()
    String(dense)
    dense.clone()
    return
  }
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  for (const part of parts.slice(0, 1000)) use(part, depth + 1, seen)
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-fuzz-'))
const result = { files: 0, read: 0, refused: 0, not_errors: [], peak: 0, messages: {} }
try {
  for (let i = 0; i < count; i++) {
    const seed = first_seed + i
    const random = generator(Math.imul(seed, 0x9e3779b1))
    const base = bases[random(bases.length)]
    const bytes = base.kind === 'zip' && random(3) !== 0 ? with_mutated_pickle(base.bytes, random) : mutate(base.bytes, random)
    if (process.env.TORCH_TS_FUZZ_VERBOSE) fs.writeSync(2, `${seed} ${base.kind}\n`)
    result.files++
    try {
      if (base.kind === 'safetensors') {
        use(safetensors.load(bytes))
      } else if (base.kind === 'zip' && random(4) === 0) {
        const file = path.join(folder, 'x.pt')
        fs.writeFileSync(file, bytes)
        use(torch.load(file, { mmap: true }))
      } else {
        use(torch.load(bytes))
      }
      result.read++
    } catch (error) {
      result.refused++
      const is_error = error instanceof Error && typeof error.message === 'string' && error.message !== ''
      if (!is_error) result.not_errors.push(`${seed}: ${String(error)}`)
      const key = `${error.name}: ${/(?:WeightsUnpickler error: |\n\n)([^\n]*)/.exec(error.message)?.[1] ?? error.message}`.slice(0, 70).replace(/\d+/g, 'N')
      result.messages[key] = (result.messages[key] ?? 0) + 1
    }
    const { rss } = process.memoryUsage()
    if (rss > result.peak) result.peak = rss
    if (rss > LIMIT) throw new Error(`seed ${seed} took the process to ${rss} bytes`)
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
if (!process.env.TORCH_TS_FUZZ_MESSAGES) delete result.messages
console.log(JSON.stringify({ ...result, ...used }))
