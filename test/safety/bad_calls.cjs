// Calls with arguments that no function expects. Each must throw an Error in PyTorch's words or give a result; none may end
// the process. Prints one line of JSON. Run as: node -r typescript_hook.cjs bad_calls.cjs
const torch = require('../../lib/index')

const x = torch.ones([2, 3])
const disposed = torch.ones([2])
disposed.dispose()
const cyclic = []
cyclic.push(cyclic)
const deep = Array.from({ length: 10_000 }).reduce(inner => [inner], 1)

const values = {
  undefined: undefined, null: null, NaN: NaN, infinity: Infinity, minus_zero: -0, negative: -1, huge: 1e300, max_safe: Number.MAX_SAFE_INTEGER,
  int64_max: 2n ** 63n - 1n, too_big: 2n ** 70n, fraction: 0.5, true: true, empty_string: '', string: 'abc', nul: '\0', long_string: 'x'.repeat(1e5),
  empty_array: [], strings: ['a'], holes: new Array(3), nested: [[1], [2, 3]], cyclic, deep, huge_shape: [2 ** 31, 2 ** 31], nan_shape: [NaN],
  negative_shape: [-5], fraction_shape: [1.5], many_dims: new Array(100).fill(1), object: {}, keyword: { nonsense: 1 }, function: () => 1,
  symbol: Symbol('s'), date: new Date(0), map: new Map(), proxy: new Proxy({}, {}), frozen: Object.freeze([1, 2]), typed: new Float32Array(2),
  view: new DataView(new ArrayBuffer(8)), buffer: Buffer.from('ab'), promise: Promise.resolve(1), class: class {}, tensor: x,
  scalar_tensor: torch.tensor(1), int_tensor: torch.arange(3), bool_tensor: x.gt(0), empty_tensor: torch.empty([0]), disposed,
  fake_tensor: Object.create(torch.Tensor.prototype), clone: structuredClone({ shape: [2] }), dtype: torch.float64, device: torch.device('cpu'),
  meta: torch.empty([2], { device: 'meta' }), bad_device: 'cuda:99', no_device: 'nowhere', generator: new torch.Generator(),
  getter: { get dim() { throw new Error('getter') } }, complex: new torch.Complex(1, 2), half: torch.ones([2], { dtype: torch.float16 }),
}

const functions = {
  add: v => x.add(v), mul_: v => torch.ones([2, 3]).mul_(v), matmul: v => x.matmul(v), view: v => x.view(v), sum: v => x.sum(v),
  sum_dim: v => x.sum({ dim: v }), max: v => x.max(v), to: v => x.to(v), at: v => x.at(v), set_at: v => torch.ones([2, 3]).set_at(v, v),
  tensor: v => torch.tensor(v), zeros: v => torch.zeros(v), full: v => torch.full([2], v), arange: v => torch.arange(v), cat: v => torch.cat(v),
  stack: v => torch.stack([x, v]), index_select: v => x.index_select(0, v), gather: v => x.gather(0, v), where: v => torch.where(v, x, x),
  one_call: v => torch.ops.aten.conv2d(v, v, v), backward: v => x.backward(v), requires_grad: v => { x.detach().requires_grad = v },
  grad: v => { x.detach().grad = v }, manual_seed: v => new torch.Generator().manual_seed(v), generator: v => new torch.Generator(v),
  randperm: v => torch.randperm(v > 1e8 ? -v : v), rand_generator: v => torch.rand(2, { generator: v }), device: v => torch.device(v),
  from_numpy: v => torch.from_numpy(v), frombuffer: v => torch.frombuffer(v, { dtype: torch.float32 }), size: v => x.size(v),
  new_call: v => new torch.Tensor(v),
  hook: v => x.detach().requires_grad_().register_hook(v), out: v => torch.add(x, x, { out: v }), dtype: v => torch.ones([2], { dtype: v }),
  no_grad: v => torch.no_grad(v), autograd_grad: v => torch.autograd.grad(v, v), ops: v => torch.ops[v], ops_name: v => torch.ops.aten[v],
  receive: v => torch.multiprocessing.from_message({ 'torch-ts:tensor': v }), scope: v => torch.scope(v), data: v => { torch.ones([2]).data = v },
  einsum: v => torch.ops.aten.einsum(v, [x]), embedding: v => torch.ops.aten.embedding(x, v),
  pool: v => torch.ops.aten.max_pool2d(x.view(1, 2, 3), v),
  linspace: v => torch.linspace(0, 1, v > 1e8 ? -1 : v), repeat: v => x.repeat(v), expand: v => x.expand(v), svd: v => torch.linalg.svd(v),
  copy_: v => torch.ones([2]).copy_(v),
  set_threads: v => torch.set_num_threads(typeof v === 'number' && v > 64 ? 0 : v), contains: v => x.contains(v),
  numpy: v => Object.getOwnPropertyDescriptor(torch.Tensor.prototype, 'shape').get.call(v), method: v => torch.Tensor.prototype.add.call(v, v),
}

const result = { calls: 0, threw: 0, not_errors: [], backtraces: [], empty: [] }
process.on('unhandledRejection', () => {})
for (const [name, call] of Object.entries(functions)) {
  for (const [what, value] of Object.entries(values)) {
    result.calls++
    try {
      call(value)
    } catch (error) {
      result.threw++
      if (!(error instanceof Error)) result.not_errors.push(`${name}(${what}): ${String(error)}`)
      else if (/frame #|C\+\+ CapturedTraceback|0x[0-9a-f]{8,} in /.test(error.message)) result.backtraces.push(`${name}(${what})`)
      else if (error.message === '') result.empty.push(`${name}(${what})`)
    }
  }
}
torch.set_num_threads(1)
// The process still works.
result.works = torch.ones([2]).add(1).tolist()
console.log(JSON.stringify(result))
