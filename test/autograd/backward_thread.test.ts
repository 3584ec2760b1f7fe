// With an accelerator the engine runs on threads of its own while JavaScript's waits and serves its hooks. An environment
// variable makes a machine without one do the same.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const program = `
const torch = require('./lib/index')
const x = torch.ones([2], { requires_grad: true })
const seen = []
x.register_hook(grad => { seen.push(grad.tolist()); return grad.mul(10) })
x.mul(2).sum().backward()
seen.push(x.grad.tolist())

// backward inside a hook
const y = torch.ones([1], { requires_grad: true })
y.register_hook(grad => {
  const z = torch.tensor([5], { requires_grad: true })
  torch.enable_grad(() => { z.mul(z).sum().backward() })
  return z.grad
})
y.sum().backward()
seen.push(y.grad.tolist())

// exceptions of hooks and of the engine
const error = new Error('from the hook')
const w = torch.ones([1], { requires_grad: true })
w.register_hook(() => { throw error })
try { w.sum().backward() } catch (thrown) { seen.push(thrown === error) }
try { torch.ones([1]).backward() } catch (thrown) { seen.push(thrown.message) }
try { torch.ones([1], { requires_grad: true }).mul(2).backward(torch.ones([3])) } catch (thrown) { seen.push(thrown.constructor.name) }

// the mode of the calling thread is the engine's
const c = torch.tensor([3], { requires_grad: true })
c.pow(3).sum().backward({ create_graph: true })
seen.push(c.grad.requires_grad)

// hooks of every kind, packed tensors, Functions and checkpoints, with backward inside backward
const { graph } = torch.autograd
const { checkpoint } = torch.utils.checkpoint
const log = []
class Nested extends torch.autograd.Function {
  static forward(ctx, x) { ctx.save_for_backward(x); return x.mul(2) }
  static backward(ctx, grad) {
    const inner = torch.tensor([3], { requires_grad: true })
    inner.register_hook(g => { log.push(['inner', g.item(), torch.is_grad_enabled()]) })
    torch.enable_grad(() => checkpoint(t => t.exp().log().pow(2), inner, { use_reentrant: true }).sum()).backward()
    log.push(['nested', inner.grad.item()])
    return grad.mul(ctx.saved_tensors[0])
  }
}
const a = torch.tensor([2], { requires_grad: true })
a.register_post_accumulate_grad_hook(p => { log.push(['after', p === a, p.grad.item()]) })
const b = graph.saved_tensors_hooks(t => t.item(), v => torch.tensor([v]), () => Nested.apply(a))
b.grad_fn.register_prehook(grads => { log.push(['pre', grads.length]) })
b.grad_fn.register_hook(() => { log.push(['post', torch.is_grad_enabled()]) })
graph.register_multi_grad_hook([a, b], grads => { log.push(['all', grads.map(g => g.item())]) })
checkpoint(t => checkpoint(u => u.exp().sin(), t, { use_reentrant: false }), b, { use_reentrant: false }).sum().backward()
seen.push(log)

const failures = [
  () => { const y = a.exp(); y.grad_fn.register_hook(() => { throw error }); y.sum().backward() },
  () => { graph.saved_tensors_hooks(t => t, () => { throw error }, () => a.exp()).sum().backward() },
  () => { let runs = 0; checkpoint(t => { if (++runs === 2) throw error; return t.exp() }, a, { use_reentrant: false }).sum().backward() },
]
seen.push(failures.map(run => { try { run() } catch (thrown) { return thrown === error } }))
try {
  torch.autograd.detect_anomaly(() => { torch.tensor([-1], { requires_grad: true }).sqrt().sum().backward() })
} catch (thrown) { seen.push(thrown.message) }
console.log(JSON.stringify(seen))
`

const through = Math.cos(Math.exp(4)) * Math.exp(4)
const LOG = [
  ['pre', 1], ['inner', expect.closeTo(6, 4), false], ['nested', expect.closeTo(6, 4)], ['post', false],
  ['all', [expect.closeTo(2 * through, 1), expect.closeTo(through, 1)]], ['after', true, expect.closeTo(2 * through, 1)],
]

describe('backward on a helper thread', () => {
  it('calls hooks on JavaScript\'s thread, nested, and lets errors through', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-r', path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs'), '-e', program], {
      encoding: 'utf8', cwd: path.join(__dirname, '..', '..'), env: { ...process.env, TORCH_TS_BACKWARD_THREAD: '1' },
    })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([[2, 2], [20, 20], [10], true,
      'element 0 of tensors does not require grad and does not have a grad_fn', 'RuntimeError', true, LOG, [true, true, true],
      "Function 'SqrtBackward0' returned nan values in its 0th output."])
    expect(stderr).toMatch(/Error detected in SqrtBackward0\. Traceback of forward call that caused the error:\n +at .*\[eval\]/)
  })
})
