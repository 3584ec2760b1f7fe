// Reads mutated files by the thousand: each must give a value that can be used, or throw an Error; none may end the process or fill the
// memory. Prints one line of JSON. Run as: node -r ../helpers/typescript_hook.cjs fuzz.cjs [count] [seed]
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const torch = require('../../lib/index').default
const { ZipReader } = require('../../lib/_zip/reader')
const { BytesSource } = require('../../lib/_files')
const { zip_of } = require('./files')

const { nn, optim } = torch
const [count = 2000, first_seed = 1] = process.argv.slice(2).map(Number)
const LIMIT = 2 * 2 ** 30
process.removeAllListeners('warning')
process.on('warning', () => undefined)

// A small generator of its own, so that a failure can be repeated by its number.
function generator(seed) {
  let state = seed >>> 0
  return limit => {
    state = (Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    state = Math.imul(state ^ state >>> 12, 0x297a2d39) >>> 0
    return ((state ^ state >>> 15) >>> 0) % limit
  }
}

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

const extremes = [0, 1, 0x7f, 0x80, 0xff]

function mutate(bytes, random) {
  let result = Buffer.from(bytes)
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(result.length || 1)
    const length = 1 + random(8)
    switch (random(8)) {
      case 0: result[at] ^= 1 << random(8); break
      case 1: result[at] = random(256); break
      case 2: result.fill(extremes[random(extremes.length)], at, Math.min(result.length, at + length)); break
      case 3: result = result.subarray(0, at); break
      case 4: result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]); break
      case 5: result = Buffer.concat([result.subarray(0, at), result.subarray(random(result.length || 1), at + length), result.subarray(at)]); break
      case 6: result.copy(result, random(result.length || 1), at, Math.min(result.length, at + 4 * length)); break
      case 7: result = Buffer.concat([result.subarray(0, at), Buffer.from([random(256), random(256), random(256)]), result.subarray(at)]); break
    }
    result = Buffer.from(result)
  }
  return result
}

const storages = ['Float', 'Double', 'Half', 'Long', 'Int', 'Byte', 'Bool', 'ComplexFloat', 'QUInt8', 'BFloat16']
const longs = ['ffffffffffffff7f', '0000000000000080', 'ffffffff00000000', '0000000000010000', 'ffffffffffffffff']

// Other sizes, strides, offsets and types in a pickle that stays one.
function mutate_numbers(pickle, random) {
  let text = pickle.toString('latin1')
  const places = [...text.matchAll(/K[^]/g)].map(match => match.index)
  for (let times = 1 + random(3); times > 0; times--) {
    const at = places[random(places.length)]
    const long = Buffer.from(longs[random(longs.length)], 'hex').toString('latin1')
    const number = [`K${String.fromCharCode(random(12))}`, `K${String.fromCharCode(random(256))}`, `\x8a\x08${long}`, 'G\x7f\xf8\0\0\0\0\0\0', 'N', '\x88'][random(6)]
    if (random(3) === 0) text = text.replace(/ctorch\n\w+Storage/g, found => (random(4) === 0 ? `ctorch\n${storages[random(storages.length)]}Storage` : found))
    else text = text.slice(0, at) + number + text.slice(at + 2)
    if (number.length !== 2) break // the places have moved
  }
  return Buffer.from(text, 'latin1')
}

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
