// torch.utils.checkpoint: the same gradients with less memory.
import torch, { type Tensor, nn } from '../../lib/index'
import { captured_warnings } from '../helpers/warnings'

const { checkpoint, checkpoint_sequential, noop_context_fn, set_checkpoint_early_stop, CheckpointError } = torch.utils.checkpoint
const F = nn.functional
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requires_grad: true })

const both = [['reentrant', true], ['not reentrant', false]] as const

// A block with random numbers, run with or without checkpoint; gives everything that must be equal.
function trained(wrap: (block: nn.Module, x: Tensor) => Tensor): Tensor[] {
  torch.manual_seed(1)
  const block = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Dropout(0.5), new nn.Linear(8, 4), new nn.Dropout(0.5))
  const head = new nn.Linear(4, 2)
  const x = torch.randn([5, 4], { requires_grad: true })
  for (let step = 0; step < 2; step++) head(wrap(block, x)).pow(2).sum().backward()
  return [x.grad!, ...[...block.parameters(), ...head.parameters()].map(p => p.grad!), torch.rand(3)]
}

const plain = (): Tensor[] => trained((block, x) => block(x) as Tensor)
const same_bits = (a: Tensor[], b: Tensor[]): boolean => a.length === b.length && a.every((one, i) => one.equal(b[i]!))

describe('utils.checkpoint.checkpoint', () => {
  it.each(both)('gives the same bits, random numbers included: %s', (_, use_reentrant) => {
    expect(same_bits(trained((block, x) => checkpoint(y => block(y) as Tensor, x, { use_reentrant })), plain())).toBe(true)
  })

  it.each(both)('draws other random numbers without preserve_rng_state: %s', (_, use_reentrant) => {
    const grads = trained((block, x) => checkpoint(y => block(y) as Tensor, x, { use_reentrant, preserve_rng_state: false }))
    expect(same_bits(grads, plain())).toBe(false)
  })

  it.each([[false, true], [true, false], [true, true], [false, false]])('can be nested: reentrant %s in %s', (inner, outer) => {
    const nested = trained((block, x) => checkpoint(y => {
      const z = checkpoint((w: Tensor) => block(w) as Tensor, y, { use_reentrant: inner })
      return z.mul(1)
    }, x, { use_reentrant: outer }))
    expect(same_bits(nested, plain())).toBe(true)
  })

  it.each(both)('runs the function twice: %s', (_, use_reentrant) => {
    let runs = 0
    const x = leaf(1, 2)
    const y = checkpoint(t => { runs++; return t.exp().sin() }, x, { use_reentrant })
    expect(runs).toBe(1)
    y.sum().backward()
    expect(runs).toBe(2)
  })

  it.each(both)('takes and gives what is no tensor: %s', (_, use_reentrant) => {
    const x = leaf(2)
    const [y, name] = checkpoint((a: Tensor, factor: number, word: string): [Tensor, string] => [a.pow(2).mul(factor), word], x, 3, 'three', { use_reentrant })
    y.sum().backward()
    expect([name, x.grad!.item()]).toEqual(['three', 12])
  })

  it('runs once more for each backward of a retained graph, and in grad', () => {
    let runs = 0
    const x = leaf(2)
    const y = checkpoint(t => { runs++; return t.pow(3).exp().log() }, x, { use_reentrant: false }).sum()
    for (let i = 0; i < 2; i++) y.backward({ retain_graph: true })
    expect(runs).toBe(3)
    const [grad] = torch.autograd.grad(y, x, { create_graph: true })
    expect([x.grad!.item(), grad!.item(), runs]).toEqual([24, 12, 4])
    expect(torch.autograd.grad(grad!.sum(), x)[0]!.item()).toBeCloseTo(12)
  })

  it('stops as soon as everything is there, unless told otherwise', () => {
    const reached: boolean[] = []
    const run = (options: { early_stop?: boolean }): void => {
      let runs = 0
      const y = checkpoint(t => {
        const z = t.exp()
        if (++runs === 2) reached.push(true)
        return z
      }, leaf(1), { use_reentrant: false, ...options })
      y.sum().backward()
    }
    run({})
    expect(reached).toEqual([])
    run({ early_stop: false })
    set_checkpoint_early_stop(false, () => { run({}) })
    expect(reached).toEqual([true, true])
    set_checkpoint_early_stop(true, () => { run({ early_stop: false }) })
    expect(reached).toHaveLength(2)
  })

  it('passes other keyword arguments to the function', () => {
    const x = leaf(2)
    const y = checkpoint((t: Tensor, options?: { factor?: number }) => t.exp().mul(options!.factor!), x, { use_reentrant: false, factor: 3 })
    expect(y.item()).toBeCloseTo(3 * Math.exp(2), 4)
    y.sum().backward()
    expect(x.grad!.item()).toBeCloseTo(3 * Math.exp(2), 4)
  })

  it('runs both runs in their contexts', () => {
    const seen: string[] = []
    const context = (name: string) => <T>(run: () => T): T => {
      seen.push(`${name} begins`)
      try {
        return run()
      } finally {
        seen.push(`${name} ends`)
      }
    }
    const y = checkpoint(t => t.exp(), leaf(1), { use_reentrant: false, context_fn: () => [context('first'), context('again')] })
    y.sum().backward()
    expect(seen).toEqual(['first begins', 'first ends', 'again begins', 'again ends'])
    expect(noop_context_fn().map(one => one(() => 5))).toEqual([5, 5])
    const swallow = <T>(run: () => T): T => {
      try {
        return run()
      } catch {
        return undefined as T
      }
    }
    expect(() => checkpoint(() => { throw new Error('lost') }, leaf(1), { use_reentrant: false, context_fn: () => [swallow, swallow] }))
      .toThrow(/^torch\.utils\.checkpoint: the forward context provided by context_fn suppressed an exception/)
  })

  it('keeps autocast', () => {
    const dtypes: unknown[] = []
    const y = torch.autocast('cpu', { dtype: torch.bfloat16 }, () => checkpoint(t => {
      const z = t.matmul(t)
      dtypes.push(z.dtype)
      return z.exp()
    }, torch.ones([2, 2], { requires_grad: true }), { use_reentrant: false }))
    y.sum().backward()
    expect(dtypes).toEqual([torch.bfloat16, torch.bfloat16])
  })

  it('records nothing under no_grad', () => {
    expect(torch.no_grad(() => checkpoint(t => t.exp(), leaf(1), { use_reentrant: false })).requires_grad).toBe(false)
  })

  it('works with backward inside the function, and with Functions', () => {
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
    const y = checkpoint(t => {
      const [inner] = torch.autograd.grad(t.pow(2).sum(), t, { create_graph: true })
      return Square.apply(inner!)
    }, x, { use_reentrant: false, early_stop: false })
    y.sum().backward()
    expect(x.grad!.item()).toBe(24)
  })

  it('notices another second run', () => {
    const run = (second: (t: Tensor) => Tensor, options = {}): void => {
      let runs = 0
      const y = checkpoint(t => (++runs === 1 ? t.exp().sin() : second(t)), leaf(1, 2), { use_reentrant: false, ...options })
      y.sum().backward()
    }
    expect(() => { run(t => t.exp()) }).toThrow(CheckpointError)
    expect(() => { run(t => t.exp()) }).toThrow('torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n'
      + 'Number of tensors saved during forward: 2\nNumber of tensors saved during recomputation: 1.')
    expect(() => { run(t => t.exp().sin().cos(), { early_stop: false }) }).toThrow('torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward pass.')
    expect(() => { run(t => t.at(0).exp().sin()) }).toThrow('torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward pass.\n'
      + "tensor at position 0:\nsaved metadata: {'shape': torch.Size([2]), 'dtype': torch.float32, 'device': device(type='cpu')}\n"
      + "recomputed metadata: {'shape': torch.Size([]), 'dtype': torch.float32, 'device': device(type='cpu')}\n")
    run(t => t.exp().sin().mul(1), { determinism_check: 'none' })
  })

  it('lets errors of the second run through', () => {
    const error = new Error('again')
    let runs = 0
    const y = checkpoint(t => {
      if (++runs === 2) throw error
      return t.exp()
    }, leaf(1), { use_reentrant: false })
    let caught: unknown
    try {
      y.sum().backward()
    } catch (thrown) {
      caught = thrown
    }
    expect(caught).toBe(error)
  })

  it('says what is wrong with a call', async () => {
    const f = (t: Tensor): Tensor => t.sin()
    expect(() => checkpoint(f, leaf(1), { use_reentrant: true, foo: 1 })).toThrow(new torch.ValueError('Unexpected keyword arguments: foo'))
    expect(() => checkpoint(f, leaf(1), { use_reentrant: true, debug: true }))
      .toThrow(new torch.ValueError('Passing `context_fn` or `debug` is only supported when use_reentrant=False.'))
    expect(() => checkpoint(f, leaf(1), { use_reentrant: false, determinism_check: 'x' as never }))
      .toThrow(new torch.ValueError("determinism_check should be one of ['default', 'none'], but got x"))
    const x = leaf(1)
    expect(() => torch.autograd.grad(checkpoint(f, x, { use_reentrant: true }).sum(), x))
      .toThrow(/^When use_reentrant=True, torch\.utils\.checkpoint is incompatible with \.grad\(\) or passing an `inputs` parameter to \.backward\(\)\./)
    expect(() => { checkpoint(t => t.detach(), x, { use_reentrant: true }).sum().backward() })
      .toThrow('none of output has requires_grad=True, this checkpoint() is not necessary')
    const warnings = await captured_warnings(() => {
      checkpoint(f, torch.ones(1), { use_reentrant: true })
      checkpoint(f, leaf(1))
    })
    expect(warnings).toEqual(['UserWarning: None of the inputs have requires_grad=True. Gradients will be None',
      expect.stringMatching(/^UserWarning: torch\.utils\.checkpoint: the use_reentrant parameter should be passed explicitly\./)])
  })
})

describe('utils.checkpoint.checkpoint_sequential', () => {
  it.each(both)('gives the same bits: %s', (_, use_reentrant) => {
    const grads = (segments: number | null): Tensor[] => {
      torch.manual_seed(2)
      const model = new nn.Sequential(...Array.from({ length: 5 }, () => new nn.Sequential(new nn.Linear(3, 3), new nn.Tanh())))
      const x = torch.randn([2, 3], { requires_grad: true })
      const y = segments === null ? model(x) as Tensor : checkpoint_sequential(model, segments, x, { use_reentrant })
      y.sum().backward()
      return [x.grad!, ...[...model.parameters()].map(p => p.grad!)]
    }
    for (const segments of [1, 2, 5]) expect(same_bits(grads(segments), grads(null))).toBe(true)
  })

  it('takes functions, and refuses other keywords', () => {
    const x = leaf(1)
    expect(checkpoint_sequential([F.relu, torch.sin, torch.exp] as never, 2, x, { use_reentrant: false }).item()).toBeCloseTo(Math.exp(Math.sin(1)))
    expect(() => checkpoint_sequential([torch.sin] as never, 1, x, { use_reentrant: false, foo: 3 } as never))
      .toThrow(new torch.ValueError('Unexpected keyword arguments: foo'))
    expect(() => checkpoint_sequential([torch.sin] as never, 0, x, { use_reentrant: false })).toThrow(torch.ValueError)
  })
})
