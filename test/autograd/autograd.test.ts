// Gradients, hooks and the modes that switch recording on and off.
import torch from '../../lib/index'

const leaf = (...values: number[]): torch.Tensor => torch.tensor(values, { requires_grad: true })

describe('Tensor.backward', () => {
  it('adds to grad', () => {
    const x = leaf(1, 2)
    x.mul(3).sum().backward()
    x.mul(3).sum().backward()
    expect(x.grad!.tolist()).toEqual([6, 6])
  })

  it('takes the gradient of a tensor with several elements', () => {
    const x = leaf(1, 2)
    x.mul(x).backward(torch.tensor([1, 10]))
    expect(x.grad!.tolist()).toEqual([2, 40])
  })

  it('wants a gradient for several elements', () => {
    expect(() => { leaf(1, 2).mul(2).backward() }).toThrow('grad can be implicitly created only for scalar outputs')
  })

  it('rejects a gradient of another shape', () => {
    expect(() => { leaf(1, 2).mul(2).backward(torch.ones(3)) }).toThrow('Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2]).')
  })

  it('frees the graph unless retain_graph', () => {
    const x = leaf(2)
    const y = x.mul(x).sum()
    y.backward({ retain_graph: true })
    y.backward()
    expect(x.grad!.tolist()).toEqual([8])
    expect(() => { y.backward() }).toThrow(/^Trying to backward through the graph a second time/)
  })

  it('computes higher derivatives with create_graph', () => {
    const x = leaf(3)
    x.pow(3).sum().backward({ create_graph: true })
    const first = x.grad!
    expect(first.tolist()).toEqual([27])
    const [second] = torch.autograd.grad(first.sum(), x)
    expect(second!.tolist()).toEqual([18])
  })

  it('computes only the wanted inputs', () => {
    const [a, b] = [leaf(1), leaf(2)]
    a.mul(b).sum().backward({ inputs: [a] })
    expect([a.grad!.tolist(), b.grad]).toEqual([[2], null])
  })

  it('notices values that were overwritten', () => {
    const x = leaf(1)
    const y = x.exp()
    y.mul_(2)
    expect(() => { y.sum().backward() }).toThrow(/one of the variables needed for gradient computation has been modified by an inplace operation/)
  })

  it('rejects unknown keywords', () => {
    expect(() => { leaf(1).sum().backward({ retain: true } as never) }).toThrow("backward() got an unexpected keyword argument 'retain'")
  })
})

describe('Tensor.grad', () => {
  it('is null before backward and the same object after', () => {
    const x = leaf(1)
    expect(x.grad).toBeNull()
    x.sum().backward()
    expect(x.grad).toBe(x.grad)
  })

  it('can be set, and checks what it is set to', () => {
    const x = leaf(1, 2)
    x.grad = torch.ones(2)
    expect(x.grad.tolist()).toEqual([1, 1])
    expect(() => { x.grad = torch.ones(3) }).toThrow(/size/)
    expect(() => { x.grad = torch.ones(2, { dtype: torch.float64 }) }).toThrow(/dtype/)
    expect(() => { x.grad = 1 as never }).toThrow(TypeError)
    x.grad = null
    expect(x.grad).toBeNull()
  })
})

describe('a tensor in the graph', () => {
  it('knows its node by PyTorch\'s name', () => {
    const x = leaf(1)
    expect(x.grad_fn).toBeNull()
    expect([x.add(1), x.mul(x).sum(), x.exp().view(1, 1)].map(y => y.grad_fn!.name())).toEqual(['AddBackward0', 'SumBackward0', 'ViewBackward0'])
    expect(String(x.add(1).grad_fn)).toBe('<AddBackward0>')
  })

  it('is left by detach and data', () => {
    const x = leaf(1)
    expect([x.mul(2).detach().requires_grad, x.data.requires_grad]).toEqual([false, false])
    x.data.fill_(5)
    expect(x.tolist()).toEqual([5])
    x.data = torch.tensor([7])
    expect(x.tolist()).toEqual([7])
  })

  it('keeps its gradient after retain_grad', () => {
    const x = leaf(1)
    const y = x.mul(2)
    y.retain_grad()
    y.mul(3).sum().backward()
    expect([y.retains_grad, y.grad!.tolist()]).toEqual([true, [3]])
  })

  it('counts in-place changes', () => {
    const x = torch.ones(1)
    const before = x._version
    x.add_(1)
    expect(x._version).toBe(before + 1)
  })

  it('can only be a leaf to change requires_grad, and must be floating', () => {
    expect(() => { leaf(1).mul(2).requires_grad = false }).toThrow(/^you can only change requires_grad flags of leaf variables/)
    expect(() => { torch.arange(2).requires_grad_() }).toThrow('only Tensors of floating point dtype can require gradients')
  })
})

describe('torch.autograd.grad', () => {
  it('gives gradients without storing them', () => {
    const [x, y] = [leaf(2), leaf(3)]
    const grads = torch.autograd.grad(x.mul(y).sum(), [x, y])
    expect(grads.map(g => g.tolist())).toEqual([[3], [2]])
    expect([x.grad, y.grad]).toEqual([null, null])
  })

  it('rejects an unused input, or gives null for it', () => {
    const [x, y] = [leaf(2), leaf(3)]
    expect(() => torch.autograd.grad(x.sum(), [y])).toThrow(/^The differentiated Tensor at index 0 appears to not have been used in the graph\./)
    expect(torch.autograd.grad(x.sum(), [y], { allow_unused: true })).toEqual([null])
  })
})

describe('Tensor.register_hook', () => {
  it('sees the gradient and may replace it', () => {
    const x = leaf(1)
    const seen: unknown[] = []
    x.register_hook(grad => { seen.push(grad.tolist()) })
    x.register_hook(grad => grad.mul(10))
    x.mul(2).sum().backward()
    expect([seen, x.grad!.tolist()]).toEqual([[[2]], [20]])
  })

  it('can be removed', () => {
    const x = leaf(1)
    const handle = x.register_hook(grad => grad.mul(10))
    handle.remove()
    handle.remove()
    x.sum().backward()
    expect(x.grad!.tolist()).toEqual([1])
  })

  it('lets exceptions through as they are', () => {
    const x = leaf(1)
    const error = new Error('from the hook')
    x.register_hook(() => { throw error })
    let caught: unknown
    try {
      x.sum().backward()
    } catch (thrown) {
      caught = thrown
    }
    expect(caught).toBe(error)
    x.register_hook(() => { throw 'a string' })
    expect(torch.ones(1).add(1).tolist()).toEqual([2])
  })

  it('may run operators and backward inside', () => {
    const x = leaf(1)
    let inner = 0
    x.register_hook(grad => {
      const z = leaf(5)
      torch.enable_grad(() => { z.mul(z).sum().backward() })
      inner = z.grad!.item()
      return grad.add(z.grad!)
    })
    x.sum().backward()
    expect([inner, x.grad!.tolist()]).toEqual([10, [11]])
  })

  it('needs a tensor that requires grad, and a function', () => {
    expect(() => torch.ones(1).register_hook(() => null)).toThrow("cannot register a hook on a tensor that doesn't require gradient")
    expect(() => leaf(1).register_hook(1 as never)).toThrow(TypeError)
    const x = leaf(1)
    x.register_hook(() => 5 as never)
    expect(() => { x.sum().backward() }).toThrow(TypeError)
  })

  it('is let go with the graph', () => {
    torch.gc_collect()
    const { live_tensors } = torch.memory_stats()
    for (let i = 0; i < 1000; i++) {
      const y = leaf(1).mul(2)
      y.register_hook(grad => grad)
      y.sum().backward()
    }
    torch.gc_collect()
    expect(torch.memory_stats().live_tensors).toBeLessThanOrEqual(live_tensors + 2)
  })
})

describe('gradient modes', () => {
  const records = (): boolean => leaf(1).mul(2).requires_grad

  it('hold during a callback, nested and thrown through', () => {
    torch.no_grad(() => {
      expect(records()).toBe(false)
      torch.enable_grad(() => { expect(records()).toBe(true) })
      expect(records()).toBe(false)
    })
    expect(() => torch.no_grad(() => { throw new Error('out') })).toThrow('out')
    expect(records()).toBe(true)
    expect(torch.no_grad(() => 5)).toBe(5)
  })

  it('hold until the end of a `using` scope', () => {
    {
      using _ = torch.no_grad()
      expect(records()).toBe(false)
    }
    expect(records()).toBe(true)
  })

  it('are kept by an asynchronous callback across awaits, and not by others', async () => {
    const seen: [string, boolean][] = []
    const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 1))
    const quiet = torch.no_grad(async () => {
      for (let i = 0; i < 3; i++) {
        seen.push(['quiet', records()])
        await pause()
      }
      return 'done'
    })
    const loud = (async () => {
      for (let i = 0; i < 3; i++) {
        seen.push(['loud', records()])
        await pause()
      }
    })()
    expect(records()).toBe(true)
    expect(await quiet).toBe('done')
    await loud
    expect(seen.filter(([who]) => who === 'quiet').map(([, on]) => on)).toEqual([false, false, false])
    expect(seen.filter(([who]) => who === 'loud').map(([, on]) => on)).toEqual([true, true, true])
    expect(records()).toBe(true)
  })

  it('end when an asynchronous callback fails', async () => {
    await expect(torch.no_grad(async () => {
      await Promise.resolve()
      throw new Error('later')
    })).rejects.toThrow('later')
    expect(records()).toBe(true)
  })

  it('include inference mode, whose tensors stay out of autograd', () => {
    const x = torch.inference_mode(() => torch.ones(1))
    expect([x.is_inference(), torch.is_inference_mode_enabled(), records()]).toEqual([true, false, true])
    expect(() => leaf(1).mul(x)).toThrow(/^Inference tensors cannot be saved for backward/)
    {
      using _ = torch.inference_mode()
      expect([torch.is_inference_mode_enabled(), records()]).toEqual([true, false])
    }
    expect(torch.is_grad_enabled()).toBe(true)
  })

  it('can be set for good', () => {
    torch.set_grad_enabled(false)
    expect(torch.is_grad_enabled()).toBe(false)
    torch.set_grad_enabled(true)
    expect(torch.is_grad_enabled()).toBe(true)
    expect(torch.set_grad_enabled(false, () => records())).toBe(false)
    expect(records()).toBe(true)
  })
})
