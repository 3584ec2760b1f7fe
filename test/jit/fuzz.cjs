// Reads mutated TorchScript files: each must give a module or throw an Error, and none may end the process. Prints one line of JSON.
// Run as: node -r ../helpers/typescript_hook.cjs fuzz.cjs [count] [seed]
const fs = require('node:fs')
const torch = require('../../lib/index').default
const { ZipReader } = require('../../lib/_zip/reader')
const { BytesSource } = require('../../lib/_files')
const { zip_of } = require('../serialization/files')

const [count = 300, first_seed = 1] = process.argv.slice(2).map(Number)
const extremes = [0, 1, 0x7f, 0x80, 0xff]

// A small generator of its own, so that a failure can be repeated by its number.
function generator(seed) {
  let state = seed >>> 0
  return limit => {
    state = (Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    state = Math.imul(state ^ state >>> 12, 0x297a2d39) >>> 0
    return ((state ^ state >>> 15) >>> 0) % limit
  }
}

function mutate(bytes, random) {
  const at = random(bytes.length || 1)
  const result = Buffer.from(bytes)
  switch (random(5)) {
    case 0: result[at] ^= 1 << random(8); return result
    case 1: result[at] = extremes[random(extremes.length)]; return result
    case 2: return result.subarray(0, at)
    case 3: return Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random(8))])
    default: return Buffer.concat([result.subarray(0, at), result.subarray(random(bytes.length || 1), at + 8), result.subarray(at)])
  }
}

torch.manual_seed(0)
const net = new torch.nn.Sequential(new torch.nn.Linear(3, 4), new torch.nn.BatchNorm1d(4), new torch.nn.ReLU()).eval()
const base = torch.jit.trace(net, [torch.ones([2, 3])]).save_to_buffer()
const zip = new ZipReader(new BytesSource(base))
const entries = zip.records.map(name => [name, Buffer.from(zip.read(name))])

const result = { files: 0, read: 0, refused: 0, not_errors: [] }
for (let seed = first_seed; seed < first_seed + count; seed++) {
  if (process.env.TORCH_TS_FUZZ_VERBOSE) fs.writeSync(2, `${seed}\n`)
  const random = generator(seed)
  // Three in four files have right checksums, so that the mutation comes to the readers behind them.
  const chosen = random(entries.length)
  const changed = random(4) === 0 ? mutate(base, random)
    : zip_of(Object.fromEntries(entries.map(([name, bytes], i) => [name, i === chosen ? mutate(bytes, random) : bytes])))
  result.files++
  try {
    const module = torch.jit.load(changed)
    result.read++
    module.state_dict()
    String(module)
  } catch (error) {
    result.refused++
    if (!(error instanceof Error)) result.not_errors.push(seed)
  }
}
console.log(JSON.stringify(result))
