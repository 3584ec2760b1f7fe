// Hooks, Functions, packed tensors, checkpoints and retained graphs leave nothing behind: live tensors and bytes before and
// after 1,000 steps of each.
import torch, { type Tensor } from '../../lib/index'

const { graph } = torch.autograd
const { checkpoint } = torch.utils.checkpoint
const STEPS = 1000
const SIZE = 256 // elements of each tensor: 1 KB

type Ctx = torch.autograd.FunctionCtx

class Double extends torch.autograd.Function {
  static override forward(ctx: Ctx, x: Tensor): Tensor {
    ctx.save_for_backward(x)
    return x.mul(2)
  }

  static override backward(_ctx: Ctx, grad: Tensor): Tensor {
    return grad.mul(2)
  }
}

class Cyclic extends Double {
  static override forward(ctx: Ctx, x: Tensor): Tensor {
    const y = x.exp()
    Object.assign(ctx, { self: ctx, input: x, output: y })
    ctx.save_for_backward(x, y)
    return y
  }

  static override backward(ctx: Ctx, grad: Tensor): Tensor {
    return grad.mul(ctx.output as Tensor)
  }
}

const input = (): Tensor => torch.ones([SIZE], { requires_grad: true })

// Each makes a graph; every other one is never walked.
const steps: Record<string, () => Tensor> = {
  'tensor hooks': () => {
    const y = input().mul(2)
    y.register_hook(grad => grad.mul(2))
    y.register_hook(grad => grad).remove()
    return y
  },
  'hooks that remove themselves': () => {
    const y = input().mul(2)
    const handle = y.register_hook(() => { handle.remove() })
    return y
  },
  'hooks after accumulation': () => {
    const x = input()
    x.register_post_accumulate_grad_hook(parameter => { parameter.grad = null })
    return x.mul(2)
  },
  'node hooks': () => {
    const y = input().mul(2)
    y.grad_fn!.register_hook(grads => grads)
    y.grad_fn!.register_prehook(grads => grads)
    y.grad_fn!.metadata.note = torch.ones([SIZE])
    return y
  },
  'hooks on several tensors': () => {
    const [x, y] = [input(), input()]
    graph.register_multi_grad_hook([x, y], () => undefined)
    return x.add(y)
  },
  'edges of the graph': () => {
    const x = input()
    const edge = graph.get_gradient_edge(x)
    const y = x.mul(2)
    torch.autograd.grad(y.sum(), edge, { retain_graph: true })
    return y
  },
  'packed tensors': () => graph.saved_tensors_hooks(x => ({ packed: x.mul(1) }), ({ packed }) => packed, () => input().exp().sin()),
  'Functions': () => Double.apply(input()),
  'Functions whose context holds itself, its input and its output': () => Cyclic.apply(input()),
  'checkpoints': () => checkpoint(x => x.exp().sin(), input(), { use_reentrant: false }),
  'reentrant checkpoints': () => checkpoint(x => x.exp().sin(), input(), { use_reentrant: true }),
  'retained graphs': () => {
    const y = input().exp().sin()
    y.sum().backward({ retain_graph: true })
    return y
  },
  'errors of hooks': () => {
    const y = input().mul(2)
    y.register_hook(() => { throw new Error('thrown by a hook') })
    try {
      y.sum().backward()
    } catch {
      return input().exp()
    }
    return y
  },
}

function settled(): { tensors: number, bytes: number } {
  for (let i = 0; i < 3; i++) {
    torch.ones(1)
    torch.gc_collect()
  }
  const { live_tensors, live_bytes } = torch.memory_stats()
  return { tensors: live_tensors, bytes: live_bytes }
}

function run(step: () => Tensor): void {
  for (let i = 0; i < STEPS; i++) {
    const y = step()
    if (i % 2) y.sum().backward()
  }
}

describe('1,000 steps leave nothing behind', () => {
  it.each(Object.entries(steps))('%s', (_, step) => {
    step().sum().backward()
    const before = settled()
    run(step)
    const after = settled()
    expect(after.tensors - before.tensors).toBeLessThan(20)
    expect(after.bytes - before.bytes).toBeLessThan(50 * SIZE * 4)
  })
})

describe('a Function whose context holds its output', () => {
  it('sees it with its gradient', () => {
    const x = torch.tensor([2], { requires_grad: true })
    const [first] = torch.autograd.grad(Cyclic.apply(x).sum(), x, { create_graph: true })
    const [second] = torch.autograd.grad(first!.sum(), x)
    expect([first!.item(), second!.item()].map(value => value.toFixed(4))).toEqual(['7.3891', '7.3891'])
  })
})
