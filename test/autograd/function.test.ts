// torch.autograd.Function: operations with a backward in TypeScript, and the nodes of the graph.
import torch, { type Tensor } from '../../lib/index'

type Ctx = torch.autograd.FunctionCtx

class Exp extends torch.autograd.Function {
  static override forward(ctx: Ctx, x: Tensor): Tensor {
    const y = x.exp()
    ctx.save_for_backward(y)
    return y
  }

  static override backward(ctx: Ctx, grad: Tensor): Tensor {
    return grad.mul(ctx.saved_tensors[0]!)
  }
}

class Scale extends torch.autograd.Function {
  static override forward(ctx: Ctx, x: Tensor, factor: number): Tensor {
    ctx.factor = factor
    return x.mul(factor)
  }

  static override backward(ctx: Ctx, grad: Tensor): [Tensor, null] {
    return [grad.mul(ctx.factor as number), null]
  }
}

const leaf = (...values: number[]): Tensor => torch.tensor(values, { requires_grad: true })

describe('torch.autograd.Function', () => {
  it('gives its gradient in backward', () => {
    const x = leaf(0, 1)
    const y = Exp.apply(x)
    expect([y.requires_grad, y.grad_fn!.name()]).toEqual([true, 'ExpBackward'])
    y.sum().backward()
    expect(x.grad!.tolist()).toEqual(x.exp().tolist())
  })

  it('takes arguments that are no tensors', () => {
    const x = leaf(1)
    Scale.apply(x, 3).sum().backward()
    expect(x.grad!.tolist()).toEqual([3])
  })

  it('can be differentiated twice', () => {
    const x = leaf(2)
    const [first] = torch.autograd.grad(Exp.apply(x).sum(), x, { create_graph: true })
    const [second] = torch.autograd.grad(first!.sum(), x)
    expect(second!.item()).toBeCloseTo(Math.exp(2), 4)
  })

  it('records nothing when no gradient is wanted', () => {
    expect(Exp.apply(torch.ones(1)).grad_fn).toBeNull()
    expect(torch.no_grad(() => Exp.apply(leaf(1))).grad_fn).toBeNull()
  })

  it('may have several inputs and outputs, with zeros for gradients that did not come', () => {
    const seen: unknown[] = []
    class Both extends torch.autograd.Function {
      static override forward(_ctx: Ctx, a: Tensor, b: Tensor): [Tensor, Tensor] {
        return [a.add(b), a.mul(2)]
      }

      static override backward(ctx: Ctx, sum: Tensor, double: Tensor): [Tensor, Tensor] {
        seen.push(ctx.needs_input_grad, sum.tolist(), double.tolist())
        return [sum.add(double.mul(2)), sum]
      }
    }
    const [a, b] = [leaf(1), leaf(2)]
    const [sum] = Both.apply(a, b)
    sum.sum().backward()
    expect(seen).toEqual([[true, true], [1], [0]])
    expect([a.grad!.item(), b.grad!.item()]).toEqual([1, 1])
  })

  it('may set up its context apart from forward', () => {
    class Square extends torch.autograd.Function {
      static override forward(x: Tensor): Tensor {
        return x.mul(x)
      }

      static setup_context(ctx: Ctx, inputs: [Tensor]): void {
        ctx.save_for_backward(inputs[0])
      }

      static override backward(ctx: Ctx, grad: Tensor): Tensor {
        return grad.mul(ctx.saved_tensors[0]!).mul(2)
      }
    }
    const x = leaf(3)
    Square.apply(x).sum().backward()
    expect(x.grad!.tolist()).toEqual([6])
  })

  it('knows inputs that it changed in place, and outputs without gradient', () => {
    class Twice extends torch.autograd.Function {
      static override forward(ctx: Ctx, x: Tensor): [Tensor, Tensor] {
        x.mul_(2)
        const largest = x.argmax()
        ctx.mark_dirty(x)
        ctx.mark_non_differentiable(largest)
        return [x, largest]
      }

      static override backward(_ctx: Ctx, grad: Tensor): Tensor {
        return grad.mul(2)
      }
    }
    const start = leaf(1, 5)
    const x = start.mul(1)
    const [y, largest] = Twice.apply(x)
    expect([y === x, y.tolist(), largest.item(), largest.requires_grad]).toEqual([true, [2, 10], 1, false])
    y.sum().backward()
    expect(start.grad!.tolist()).toEqual([2, 2])
  })

  it('lets exceptions of backward through, and notices wrong gradients', () => {
    const error = new Error('no way back')
    class Broken extends Scale {
      static override backward(): never {
        throw error
      }
    }
    let caught: unknown
    try {
      Broken.apply(leaf(1), 2).sum().backward()
    } catch (thrown) {
      caught = thrown
    }
    expect(caught).toBe(error)
    class Short extends Scale {
      static override backward(_ctx: Ctx, grad: Tensor): [Tensor, null] {
        return [grad] as never
      }
    }
    expect(() => { Short.apply(leaf(1), 2).sum().backward() }).toThrow('function ShortBackward returned an incorrect number of gradients (expected 2, got 1)')
    class Wrong extends Exp {
      static override backward(): Tensor {
        return torch.ones(7)
      }
    }
    expect(() => { Wrong.apply(leaf(1, 2)).sum().backward() }).toThrow(/invalid gradient at index 0 - got \[7\] but expected shape compatible with \[2\]/)
  })

  it('frees what it saved after backward, and notices changes of it', () => {
    const x = leaf(1)
    const y = Exp.apply(x)
    y.sum().backward()
    expect(() => { y.sum().backward() }).toThrow(/^Trying to backward through the graph a second time/)
    const z = Exp.apply(x)
    torch.no_grad(() => z.mul_(2))
    expect(() => { z.sum().backward() }).toThrow(/modified by an inplace operation/)
  })

  it('leaves nothing behind', () => {
    torch.gc_collect()
    const { live_tensors } = torch.memory_stats()
    for (let i = 0; i < 1000; i++) {
      const ctx_cycle = leaf(1)
      class Cyclic extends torch.autograd.Function {
        static override forward(ctx: Ctx, x: Tensor): Tensor {
          ctx.self = ctx
          ctx.save_for_backward(x)
          return x.mul(2)
        }

        static override backward(_ctx: Ctx, grad: Tensor): Tensor {
          return grad.mul(2)
        }
      }
      const y = Cyclic.apply(ctx_cycle)
      if (i % 2) y.sum().backward()
    }
    torch.ones(1)
    torch.gc_collect()
    torch.ones(1)
    torch.gc_collect()
    expect(torch.memory_stats().live_tensors).toBeLessThan(live_tensors + 20)
  })

  it('must define forward and backward', () => {
    class Empty extends torch.autograd.Function {}
    expect(() => (Empty.apply as () => unknown)()).toThrow('You must implement the forward function for custom autograd.Function.')
  })
})

describe('Node', () => {
  it('leads through the graph', () => {
    const [x, y] = [leaf(1), leaf(2)]
    const { grad_fn } = x.mul(y).add(x)
    const [[mul], [accumulate]] = grad_fn!.next_functions
    expect([grad_fn!.name(), mul!.name(), accumulate!.name()]).toEqual(['AddBackward0', 'MulBackward0', 'torch::autograd::AccumulateGrad'])
    expect(mul!.next_functions[0]![0]!.is(accumulate!)).toBe(true)
    expect(mul!.is(accumulate!)).toBe(false)
  })
})
