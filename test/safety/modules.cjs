// Constructs every module with arguments that no constructor expects, and calls what was made with small inputs. Each must give a
// result or throw an Error; none may end the process, hang or fill the memory. Names each case on standard error before it runs and
// prints one line of JSON. Run as:
// node --expose-gc -r typescript_hook.cjs modules.cjs [pattern of names]
const fs = require('node:fs')
const torch = require('../../lib/index').default

const { nn } = torch
const classes = Object.keys(nn).filter(name => typeof nn[name] === 'function' && nn[name].prototype instanceof nn.Module)

const values = {
  zero: 0, negative: -1, large: 200, fraction: 0.5, NaN: NaN, infinity: Infinity, bigint: 3n, true: true, null: null,
  undefined: undefined, string: 'abc', empty_string: '', empty_array: [], zeros: [0, 0], negatives: [-1, -1], strings: ['a'], nested: [[1], [2, 3]],
  long_array: new Array(40).fill(1), object: {}, keyword: { nonsense: 1 }, function: () => 1, symbol: Symbol('s'),
  tensor: torch.ones([2, 2]), module: new nn.ReLU(),
}
// Sizes that PyTorch refuses before it allocates. A number of layers is not refused: as in Python, it would take forever.
const huge = { max_safe: Number.MAX_SAFE_INTEGER, two_to_62: 2n ** 62n, float: 1e18, huge_array: [2 ** 52, 2 ** 52] }
const counts_layers = /^(RNN|RNNBase|LSTM|GRU|Transformer\w*|ParameterList)$/
// libtorch loops over such a kernel, in Python too.
const loops_over_kernel = /^MaxPool1d$/

// A number that is fine for most: each argument in turn is odd while those before it are this.
const FINE = 2
const POSITIONS = 3

function argument_lists(value, is_huge) {
  const lists = Array.from({ length: POSITIONS }, (_, i) => [...new Array(i).fill(FINE), value])
  lists.push([value, FINE, FINE])
  if (!is_huge && value !== values.large) lists.push([value, value], [value, value, value])
  return lists
}

const inputs = [[2, 2], [1, 2, 2], [1, 2, 2, 2]].map(size => torch.ones(size))
const labels = torch.zeros([1], { dtype: torch.int64 })

const result = { constructions: 0, made: 0, calls: 0, gave: 0, not_errors: [], backtraces: [], empty: [], slow: [] }

// Unflatten puts the text of another error into its own, with the backtrace, in Python too.
function attempt(label, run) {
  fs.writeSync(2, `${label}\n`)
  const start = Date.now()
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Error)) result.not_errors.push(`${label}: ${String(error)}`)
    else if (/frame #|C\+\+ CapturedTraceback|0x[0-9a-f]{8,} in /.test(error.message) && !label.startsWith('new Unflatten(')) result.backtraces.push(label)
    else if (error.message === '') result.empty.push(label)
    return undefined
  } finally {
    if (Date.now() - start > 3000) result.slow.push(label)
  }
}

function call_it(label, module) {
  for (const [i, input] of inputs.entries()) {
    for (const args of i === 0 ? [[input], [input, input], [input, labels]] : [[input]]) {
      result.calls++
      const output = attempt(`${label}(input ${i}, ${args.length} arguments)`, () => torch.no_grad(() => module(...args)))
      if (output !== undefined) result.gave++
    }
  }
  attempt(`${label}.toString()`, () => String(module))
}

const only = process.argv[2] === undefined ? null : new RegExp(process.argv[2])
for (const name of classes.filter(one => only?.test(one) ?? true)) {
  const all = counts_layers.test(name) || loops_over_kernel.test(name) ? values : { ...values, ...huge }
  for (const [what, value] of Object.entries(all)) {
    for (const [i, args] of argument_lists(value, what in huge).entries()) {
      result.constructions++
      const label = `new ${name}(${what} in form ${i})`
      const module = attempt(label, () => new nn[name](...args))
      if (module === undefined) continue
      result.made++
      call_it(label, module)
    }
  }
  // Between two throws, never while one is on its way: Node ends the process if a finalizer runs then (see modules.test.ts).
  globalThis.gc()
}
// The process still works.
result.works = torch.ones([2]).add(1).tolist()
result.peak_gigabytes = process.resourceUsage().maxRSS / 2 ** 20
console.log(JSON.stringify(result))
