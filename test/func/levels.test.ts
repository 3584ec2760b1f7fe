// Levels of transforms: they end with errors, wrapped tensors that escape do no harm, nothing is left behind, bad arguments throw.
import torch, { nn } from 'torch-ts'

type Tensor = torch.Tensor
const { func, vmap } = torch
const { grad, hessian, jacfwd, jacrev, jvp, vjp } = func
const fwAD = torch.autograd.forward_ad

const x = (): Tensor => torch.ones(3)
const fail = (_: Tensor): Tensor => { throw new Error('from the function') }

/** What an operator gives outside all levels: a level that was left behind would wrap it, or keep gradients. */
function expect_no_level(): void {
  expect(String(x().mul(2))).toBe('tensor([2., 2., 2.])')
  expect(x().mul(2).requires_grad).toBe(false)
  expect(grad((t: Tensor) => t.sum())(x()).tolist()).toEqual([1, 1, 1])
}

describe('levels of torch.func', () => {
  const transforms: [string, (f: (t: Tensor) => Tensor) => unknown][] = [
    ['grad', f => grad(f)(x())],
    ['vjp', f => vjp(f, x())],
    ['jvp', f => jvp(f, [x()], [x()])],
    ['vmap', f => vmap(f)(x())],
    ['jacrev', f => jacrev(f)(x())],
    ['jacfwd', f => jacfwd(f)(x())],
    ['hessian', f => hessian(f)(x())],
    ['vmap of grad', f => vmap(grad(f))(x())],
    ['grad of vmap', f => grad((t: Tensor) => vmap(f)(t).sum())(x())],
    ['linearize', f => func.linearize(f, x())],
    ['functional.jacobian', f => torch.autograd.functional.jacobian(f, x(), { vectorize: true, strategy: 'forward-mode' })],
    ['dual_level', f => fwAD.dual_level(() => f(x()))],
  ]

  it.each(transforms)('end when a function throws inside %s', (_, run) => {
    expect(() => run(fail)).toThrow('from the function')
    expect_no_level()
  })

  it.each(transforms)('end when libtorch throws inside %s', (_, run) => {
    expect(() => run(t => t.matmul(torch.ones(7, 7)))).toThrow(Error)
    expect_no_level()
  })

  it.each(transforms.filter(([name]) => !/linearize|functional|dual/.test(name)))('refuse an asynchronous function in %s', (_, run) => {
    expect(() => run((async (t: Tensor) => t) as never)).toThrow(/^\w+: the function must not be asynchronous, but it returned a promise$/)
    expect_no_level()
  })

  it('keep gradient modes of their callers', () => {
    torch.no_grad(() => {
      expect(() => grad(fail)(x())).toThrow('from the function')
      expect(torch.is_grad_enabled()).toBe(false)
    })
    torch.inference_mode(() => {
      expect(grad((t: Tensor) => t.sin().sum())(x()).is_inference()).toBe(false)
      expect([torch.is_inference_mode_enabled(), torch.is_grad_enabled()]).toEqual([true, false])
      expect(x().add(1).is_inference()).toBe(true)
    })
    expect([torch.is_inference_mode_enabled(), torch.is_grad_enabled()]).toEqual([false, true])
  })

  it('keep in-place changes of tensors from outside away from vmap', () => {
    const outside = torch.zeros(3)
    expect(() => vmap((t: Tensor) => outside.add_(t))(torch.ones(2, 3))).toThrow('output with shape [3] doesn\'t match the broadcast shape [2, 3]')
    expect(outside.tolist()).toEqual([0, 0, 0])
  })
})

describe('a wrapped tensor', () => {
  function escaped(transform: (f: (t: Tensor) => Tensor) => unknown): Tensor {
    let found: Tensor | null = null
    transform(t => {
      found = t
      return t.sum()
    })
    return found!
  }

  it('prints as what it is', () => {
    const texts: string[] = []
    const note = (t: Tensor): Tensor => {
      texts.push(String(t))
      return t.sum()
    }
    grad(note)(x())
    vmap(note)(torch.ones(2, 1))
    grad((t: Tensor) => vmap(note)(t).sum())(torch.ones(1, 1))
    vmap(grad(note))(torch.ones(1, 1))
    jvp(note, [torch.ones(1)], [torch.ones(1)])
    expect(texts).toEqual([
      'GradTrackingTensor(lvl=1, value=\n    tensor([1., 1., 1.])\n)',
      'BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1.],\n            [1.]])\n)',
      'BatchedTensor(lvl=2, bdim=0, value=\n    GradTrackingTensor(lvl=1, value=\n        tensor([[1.]])\n    )\n)',
      'GradTrackingTensor(lvl=2, value=\n    BatchedTensor(lvl=1, bdim=0, value=\n        tensor([[1.]])\n    )\n)',
      'GradTrackingTensor(lvl=1, value=\n    tensor([1.])\n)',
    ])
  })

  it('of a vmap that has ended throws when used', () => {
    const t = escaped(f => vmap(f)(torch.ones(2, 3)))
    expect(String(t)).toBe('BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1., 1., 1.],\n            [1., 1., 1.]])\n)')
    expect(t.shape).toEqual(new torch.Size([3]))
    for (const use of [() => t.add_(1), () => torch.stack([t, t]), () => t.sum().item()]) expect(use).toThrow(Error)
    for (const use of [() => t.add(1), () => t.tolist(), () => t.clone()]) {
      expect(use).toThrow('Either your tensor may have escaped from inside a function being vmapped and this is a user error')
    }
    expect(() => t.numpy()).toThrow("Cannot access data pointer of Tensor that doesn't have storage")
    expect(() => t.data_ptr()).toThrow("Cannot access data pointer of Tensor that doesn't have storage")
    expect(() => torch.multiprocessing.to_message(t)).toThrow('a tensor inside a transform of torch.func cannot be sent to another thread')
    expect(func.debug_unwrap(t).tolist()).toEqual([[1, 1, 1], [1, 1, 1]])
    expect_no_level()
  })

  it('of a grad that has ended is its value', () => {
    const t = escaped(f => grad(f)(x()))
    expect(String(t)).toBe('GradTrackingTensor(lvl=-2, value=\n    tensor([1., 1., 1.])\n)')
    expect(t.add(1).tolist()).toEqual([2, 2, 2])
    expect(t.tolist()).toEqual([1, 1, 1])
    expect(() => t.sum().backward()).toThrow('element 0 of tensors does not require grad and does not have a grad_fn')
    expect(() => t.numpy()).toThrow('Can\'t call numpy() on Tensor that requires grad.')
    expect(grad((y: Tensor) => y.mul(t).sum())(x()).tolist()).toEqual([1, 1, 1])
    expect_no_level()
  })

  it('of an inner level cannot leave by the outer one', () => {
    let inner: Tensor | null = null
    expect(() => vmap((a: Tensor) => {
      vmap((b: Tensor) => {
        inner = b
        return b
      })(a)
      return inner!
    })(torch.ones(2, 3))).toThrow(Error)
    expect_no_level()
  })

  it('sees its level in constants made inside', () => {
    expect(grad((t: Tensor) => t.mul(torch.tensor([1, 2, 3])).sum())(x()).tolist()).toEqual([1, 2, 3])
    expect(vmap((t: Tensor) => t.add(torch.tensor([1, 2, 3])))(torch.ones(2, 3)).tolist()).toEqual([[2, 3, 4], [2, 3, 4]])
  })
})

describe('transforms', () => {
  it('leave no tensors behind', () => {
    const model = new nn.Linear(3, 1)
    const params = Object.fromEntries(model.named_parameters()) as Record<string, Tensor>
    const loss = (p: typeof params, t: Tensor): Tensor => func.functional_call(model, p, t).pow(2).sum()
    const data = torch.randn(4, 3)
    const steps = (): void => {
      vmap(grad(loss), { in_dims: [null, 0] })(params, data)
      jvp((t: Tensor) => t.sin(), [data], [data])
      try {
        grad(fail)(data)
      } catch { /* that it leaves nothing behind is the point */ }
    }
    for (let i = 0; i < 10; i++) steps()
    hessian((t: Tensor) => t.pow(3).sum())(torch.ones(2))
    torch.gc_collect()
    const { live_tensors, live_bytes } = torch.memory_stats()
    for (let i = 0; i < 1000; i++) steps()
    hessian((t: Tensor) => t.pow(3).sum())(torch.ones(2))
    torch.gc_collect()
    const after = torch.memory_stats()
    expect(after.live_tensors).toBeLessThanOrEqual(live_tensors + 2)
    expect(after.live_bytes).toBeLessThanOrEqual(live_bytes + 1024)
  })

  it('throw for arguments that make no sense', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const values: unknown[] = [undefined, null, 0, -1, 0.5, NaN, 2 ** 40, 10n, true, 'a', [], {}, [1], [null], { a: 1 }, new Map(), cyclic, Symbol('s'),
      () => 1, torch.ones(2), torch.ones([]), torch.arange(2), torch.empty(0), [torch.ones(2), 'a'], Promise.resolve(1)]
    const functions = [grad, func.grad_and_value, vjp, jvp, jacrev, jacfwd, hessian, func.linearize, vmap, fwAD.make_dual, fwAD.unpack_dual,
      torch.autograd.functional.jacobian, torch.autograd.functional.hvp, func.debug_unwrap] as unknown as ((...args: unknown[]) => unknown)[]
    let thrown = 0
    const attempt = (run: () => unknown): void => {
      try {
        const result = run()
        if (typeof result === 'function') for (const value of values) attempt(() => (result as (...args: unknown[]) => unknown)(value))
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
        thrown++
      }
    }
    for (const f of functions) {
      for (const a of values) {
        for (const b of values) attempt(() => f(a, b))
        attempt(() => f((t: Tensor) => t, a))
        attempt(() => f((t: Tensor) => t, torch.ones(2), a))
      }
    }
    expect(thrown).toBeGreaterThan(1000)
    expect_no_level()
  })
})

describe('torch.autograd.forward_ad', () => {
  it('needs a level', () => {
    expect(() => fwAD.make_dual(x(), x())).toThrow('Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first.')
    expect(fwAD.unpack_dual(x()).tangent).toBeNull()
    expect(() => { fwAD.exit_dual_level() }).toThrow('Trying to exit a forward AD level that was not the last one that was created.')
  })

  it('takes tangents away at the end of the level', () => {
    const { dual, tangent } = fwAD.dual_level(() => {
      const dual = fwAD.make_dual(x(), x().mul(2)).mul(3)
      const [primal, tangent] = fwAD.unpack_dual(dual)
      expect(primal).toBeInstanceOf(torch.Tensor)
      expect(String(dual)).toBe('tensor([3., 3., 3.], tangent=tensor([6., 6., 6.]))')
      expect(() => { fwAD.enter_dual_level() }).toThrow('Nested forward mode AD is not supported at the moment')
      expect(() => { fwAD.exit_dual_level({ level: 3 }) }).toThrow('Trying to exit a forward AD level that was not the last one')
      return { dual, tangent }
    })
    expect((tangent as Tensor).tolist()).toEqual([6, 6, 6])
    expect(fwAD.unpack_dual(dual).tangent).toBeNull()
    expect(String(dual)).toBe('tensor([3., 3., 3.])')
  })

  it('works with using, async callbacks and functions of their own', async () => {
    {
      using level = fwAD.dual_level()
      expect(level.level).toBe(0)
      expect(fwAD.unpack_dual(fwAD.make_dual(x(), x()).exp()).tangent).not.toBeNull()
    }
    const tangent = await fwAD.dual_level(async () => {
      await Promise.resolve()
      return fwAD.unpack_dual(fwAD.make_dual(x(), x())).tangent
    })
    expect(tangent!.tolist()).toEqual([1, 1, 1])
    expect(fwAD.enter_dual_level()).toBe(0)
    fwAD.exit_dual_level()
  })

  it('checks what it is given', () => {
    fwAD.dual_level(() => {
      expect(() => fwAD.make_dual(torch.arange(2), x())).toThrow('Expected primal to be floating point or complex, but got: torch.int64')
      expect(() => fwAD.make_dual(x(), torch.arange(2))).toThrow('Expected tangent to be floating point or complex, but got: torch.int64')
      expect(() => fwAD.make_dual(x(), torch.ones(2))).toThrow('Trying to set a forward gradient that has a different size than that of the original Tensor')
      expect(String(fwAD.unpack_dual(fwAD.make_dual(torch.ones(1), torch.ones(1))))).toBe('UnpackedDualTensor(primal=tensor([1.]), tangent=tensor([1.]))')
    })
  })
})
