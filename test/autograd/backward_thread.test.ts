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
console.log(JSON.stringify(seen))
`

describe('backward on a helper thread', () => {
  it('calls hooks on JavaScript\'s thread, nested, and lets errors through', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-r', path.join(__dirname, '..', 'helpers', 'typescript_hook.cjs'), '-e', program], {
      encoding: 'utf8', cwd: path.join(__dirname, '..', '..'), env: { ...process.env, TORCH_TS_BACKWARD_THREAD: '1' },
    })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([[2, 2], [20, 20], [10], true,
      'element 0 of tensors does not require grad and does not have a grad_fn', 'RuntimeError', true])
  })
})
