// Tensors saved for backward, packed and unpacked by functions: torch.autograd.graph.saved_tensors_hooks.
import torch, { type Tensor } from '../../lib/index'

const { graph } = torch.autograd
const { saved_tensors_hooks, save_on_cpu, disable_saved_tensors_hooks } = graph
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requires_grad: true })

function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('graph.saved_tensors_hooks', () => {
  it('packs what is saved, and unpacks it in backward', () => {
    const [a, b] = [leaf(2), leaf(3)]
    const seen: unknown[] = []
    const y = saved_tensors_hooks(
      x => { seen.push(['pack', x.item()]); return { value: x.item() } },
      packed => { seen.push(['unpack', packed.value]); return torch.tensor([packed.value * 10]) },
      () => a.mul(b))
    expect(seen).toEqual([['pack', 3], ['pack', 2]])
    y.sum().backward()
    expect(seen.slice(2)).toEqual(expect.arrayContaining([['unpack', 2], ['unpack', 3]]))
    expect([a.grad!.item(), b.grad!.item()]).toEqual([30, 20])
  })

  it('uses the innermost pair, and ends with its scope', () => {
    const seen: string[] = []
    const pair = (name: string): [(x: Tensor) => Tensor, (x: Tensor) => Tensor] => [x => { seen.push(name); return x.detach() }, x => x]
    const x = leaf(1)
    {
      using _ = saved_tensors_hooks(...pair('outer'))
      x.exp()
      saved_tensors_hooks(...pair('inner'), () => x.exp())
      x.exp()
    }
    x.exp()
    expect(seen).toEqual(['outer', 'inner', 'outer'])
  })

  it('keeps to an asynchronous callback across its awaits', async () => {
    const seen: string[] = []
    const x = leaf(1)
    const running = saved_tensors_hooks(y => { seen.push('inside'); return y.detach() }, y => y, async () => {
      x.exp()
      await new Promise(resolve => { setImmediate(resolve) })
      x.exp()
      return 5
    })
    x.exp()
    expect(await running).toBe(5)
    x.exp()
    expect(seen).toEqual(['inside', 'inside'])
  })

  it('reaches save_for_backward of Functions', () => {
    class Square extends torch.autograd.Function {
      static override forward(ctx: torch.autograd.FunctionCtx, x: Tensor): Tensor {
        ctx.save_for_backward(x)
        return x.mul(x)
      }

      static override backward(ctx: torch.autograd.FunctionCtx, grad: Tensor): Tensor {
        return grad.mul(2).mul(ctx.saved_tensors[0]!)
      }
    }
    const x = leaf(3)
    const y = saved_tensors_hooks(t => t.mul(2), t => t, () => Square.apply(x))
    y.sum().backward()
    expect(x.grad!.item()).toBe(12)
  })

  it('runs operators and backward inside its functions, without recording', () => {
    const x = leaf(2)
    let inner = 0
    const y = saved_tensors_hooks(
      t => { expect(torch.is_grad_enabled()).toBe(false); return t.mul(1) },
      t => {
        const z = leaf(5)
        torch.enable_grad(() => { z.mul(z).sum().backward() })
        inner = z.grad!.item()
        return t
      },
      () => x.mul(x))
    y.sum().backward()
    expect([inner, x.grad!.item()]).toEqual([10, 4])
  })

  it('gives higher derivatives', () => {
    const x = leaf(3)
    const y = saved_tensors_hooks(t => t, t => t, () => x.pow(3))
    const [first] = torch.autograd.grad(y.sum(), x, { create_graph: true })
    expect(torch.autograd.grad(first!.sum(), x)[0]!.item()).toBe(18)
  })

  it('lets errors of both functions through', () => {
    const error = new Error('cannot pack')
    const x = leaf(1)
    expect(thrown(() => saved_tensors_hooks(() => { throw error }, (t: Tensor) => t, () => x.exp()))).toBe(error)
    const y = saved_tensors_hooks(() => 1, () => { throw error }, () => x.exp())
    expect(thrown(() => { y.sum().backward() })).toBe(error)
    expect(x.exp().item()).toBeCloseTo(Math.E)
  })

  it('checks what the functions do', () => {
    const x = leaf(1)
    const y = saved_tensors_hooks(t => t.detach(), () => 5 as never, () => x.exp())
    expect(() => { y.sum().backward() }).toThrow(new TypeError('Output of saved tensor unpack_hook expected to be a Tensor but got result of type int'))
    expect(() => saved_tensors_hooks(t => t.mul_(2), t => t, () => x.mul(1).mul(x)))
      .toThrow(/^A saved tensor pack hook is modifying its input in place\. Tensors provided as input to pack hook can/)
    expect(() => saved_tensors_hooks(1 as never, () => x)).toThrow(TypeError)
    expect(() => saved_tensors_hooks(t => t, t => t, 5 as never)).toThrow(TypeError)
  })
})

describe('graph.save_on_cpu', () => {
  it('gives the same gradients', () => {
    const x = leaf(1, 2)
    save_on_cpu(() => x.mul(x).exp()).sum().backward()
    const expected = x.grad
    x.grad = null
    x.mul(x).exp().sum().backward()
    expect(x.grad!.equal(expected!)).toBe(true)
    x.grad = null
    save_on_cpu({ pin_memory: true }, () => x.mul(x).exp()).sum().backward()
    expect(x.grad!.equal(expected!)).toBe(true)
  })
})

describe('graph.disable_saved_tensors_hooks', () => {
  it('makes them throw', () => {
    const message = 'no hooks here'
    expect(() => disable_saved_tensors_hooks(message, () => save_on_cpu(() => 1))).toThrow(message)
    expect(disable_saved_tensors_hooks('a', () => thrown(() => disable_saved_tensors_hooks('b', () => save_on_cpu()))))
      .toEqual(new torch.RuntimeError('b'))
    expect(() => saved_tensors_hooks(t => t, t => t, () => disable_saved_tensors_hooks('x', () => 1))).toThrow('x')
    expect(save_on_cpu(() => 1)).toBe(1)
  })
})
