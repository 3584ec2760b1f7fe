// Hooks of modules: before and after forward, in backward, around state_dict, and those of all modules.
import torch, { nn } from 'torch-ts'

class Double extends nn.Module {
  forward(x: number, { plus = 0 }: { plus?: number } = {}): number {
    return 2 * x + plus
  }
}

class Fails extends nn.Module {
  forward(_x: number): number {
    throw new Error('forward fails')
  }
}

describe('forward hooks', () => {
  it('see the arguments and the result, and may replace them', () => {
    const module = new Double()
    const seen: unknown[] = []
    const pre = module.register_forward_pre_hook((self, args) => { seen.push(self === module, args); return [(args[0] as number) + 1] })
    const single = module.register_forward_pre_hook((_, [x]) => (x as number) * 10)
    const after = module.register_forward_hook((_, args, output: number) => { seen.push(args, output); return output + 0.5 })
    expect(module(3)).toBe(80.5)
    expect(seen).toEqual([true, [3], [40], 80])
    single.remove()
    expect(module(3)).toBe(8.5)
    pre.remove()
    after.remove()
    after.remove()
    expect(module(3)).toBe(6)
  })

  it('are called in order, or first with prepend', () => {
    const module = new Double()
    const order: string[] = []
    module.register_forward_hook(() => { order.push('a') })
    module.register_forward_hook(() => { order.push('b') })
    module.register_forward_hook(() => { order.push('first') }, { prepend: true })
    module.register_forward_pre_hook(() => { order.push('pre b') })
    module.register_forward_pre_hook(() => { order.push('pre a') }, { prepend: true })
    module(1)
    expect(order).toEqual(['pre a', 'pre b', 'first', 'a', 'b'])
  })

  it('get and give keywords with_kwargs', () => {
    const module = new Double()
    const seen: unknown[] = []
    module.register_forward_pre_hook((_, args, kwargs) => { seen.push(args, kwargs); return [[5], { plus: 100 }] }, { with_kwargs: true })
    module.register_forward_hook((_, args, kwargs, output: number) => { seen.push(args, kwargs, output) }, { with_kwargs: true })
    expect(module(1, { plus: 2 })).toBe(110)
    expect(seen).toEqual([[1], { plus: 2 }, [5], { plus: 100 }, 110])
  })

  it('that give a wrong pair are refused', () => {
    const module = new Double()
    module.register_forward_pre_hook(() => [1, 2, 3] as never, { with_kwargs: true })
    expect(() => module(1)).toThrow('forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got 1,2,3.')
  })

  it('with always_call run when forward throws, and are silent about errors of their own', () => {
    const module = new Fails()
    const called: string[] = []
    module.register_forward_hook(() => { called.push('usual') })
    module.register_forward_hook(() => { called.push('always'); throw new Error('hook fails') }, { always_call: true })
    module.register_forward_hook(() => { called.push('always too') }, { always_call: true })
    expect(() => module(1)).toThrow('forward fails')
    expect(called).toEqual(['always', 'always too'])
  })

  it('do not run when forward is called by name', () => {
    const module = new Double()
    module.register_forward_hook(() => 0)
    expect([module(1), module.forward(1)]).toEqual([0, 2])
  })

  it('can be taken away by `using`, and by themselves', () => {
    const module = new Double()
    {
      using _ = module.register_forward_hook(() => 0)
      expect(module(1)).toBe(0)
    }
    expect(module(1)).toBe(2)
    const handle = module.register_forward_hook(() => { handle.remove(); return 7 })
    expect([module(1), module(1)]).toEqual([7, 2])
  })

  it('must be functions', () => {
    expect(() => new Double().register_forward_hook(3 as never)).toThrow("register_forward_hook(): argument 'hook' must be a function, not number")
  })
})

describe('backward hooks', () => {
  class Two extends nn.Module {
    forward(a: torch.Tensor, b: torch.Tensor): [torch.Tensor, torch.Tensor] {
      return [a.mul(b), a.add(1)]
    }
  }
  const lists = (grads: readonly (torch.Tensor | null)[]) => grads.map(grad => grad?.tolist() ?? null)
  const pair = (): [torch.Tensor, torch.Tensor] => [torch.ones(2).requires_grad_(), torch.full([2], 3).requires_grad_()]

  it('see all gradients of the inputs and outputs at once, and may replace both', () => {
    const module = new Two()
    const seen: unknown[] = []
    module.register_full_backward_pre_hook((_, grad_output) => { seen.push(lists(grad_output)); return [grad_output[0]!.mul(2), grad_output[1]] })
    module.register_full_backward_hook((_, grad_input, grad_output) => {
      seen.push(lists(grad_input), lists(grad_output))
      return [grad_input[0]!.mul(10), grad_input[1]]
    })
    const [a, b] = pair()
    module(a, b)[0].sum().backward()
    expect(seen).toEqual([[[1, 1], null], [[6, 6], [2, 2]], [[2, 2], null]])
    expect([a.grad!.tolist(), b.grad!.tolist()]).toEqual([[60, 60], [2, 2]])
  })

  it('run once for each backward, in order, or first with prepend', () => {
    const fc = new nn.Linear(1, 1)
    const order: string[] = []
    fc.register_full_backward_hook(() => { order.push('a') })
    const handle = fc.register_full_backward_hook(() => { order.push('first') }, { prepend: true })
    const x = torch.ones(1, 1).requires_grad_()
    fc(x).sum().backward()
    handle.remove()
    fc(x).sum().backward()
    expect(order).toEqual(['first', 'a', 'a'])
  })

  it('see no input gradient if no input requires one', () => {
    const fc = new nn.Linear(2, 1)
    const seen: unknown[] = []
    fc.register_full_backward_hook((_, grad_input, grad_output) => { seen.push(grad_input, lists(grad_output)) })
    fc(torch.ones(1, 2)).sum().backward()
    expect(seen).toEqual([[null], [[[1]]]])
  })

  it('are left out under no_grad', () => {
    const fc = new nn.Linear(2, 1)
    fc.register_full_backward_hook(() => { throw new Error('never') })
    expect(torch.no_grad(() => fc(torch.ones(1, 2))).requires_grad).toBe(false)
  })

  it('that give a wrong number of gradients are refused', () => {
    const module = new Two()
    const handle = module.register_full_backward_hook((_, grad_input) => [...grad_input, null])
    expect(() => { module(...pair())[0].sum().backward() })
      .toThrow('Backward hook returned an invalid number of grad_input, got 3, but expected 2')
    handle.remove()
    module.register_full_backward_pre_hook(() => [null])
    expect(() => { module(...pair())[0].sum().backward() })
      .toThrow('Backward pre hook returned an invalid number of grad_output, got 1, but expected 2')
  })
})

describe('hooks of all modules', () => {
  const { module: registry } = nn.modules

  it('run before a module\'s own', () => {
    const fc = new nn.Sequential(new Double())
    const order: string[] = []
    fc.register_forward_hook(() => { order.push('own') })
    using _pre = registry.register_module_forward_pre_hook(module => { order.push(`pre ${module._get_name()}`) })
    using _post = registry.register_module_forward_hook(module => { order.push(`post ${module._get_name()}`) })
    fc(1)
    expect(order).toEqual(['pre Sequential', 'pre Double', 'post Double', 'post Sequential', 'own'])
  })

  it('see gradients too', () => {
    const seen: string[] = []
    using _pre = registry.register_module_full_backward_pre_hook(module => { seen.push(`into ${module._get_name()}`) })
    using _post = registry.register_module_full_backward_hook(module => { seen.push(`out of ${module._get_name()}`) })
    new nn.Linear(1, 1)(torch.ones(1).requires_grad_()).backward()
    expect(seen).toEqual(['into Linear', 'out of Linear'])
  })

  it('see what is registered, and may replace it', () => {
    const other = new nn.Parameter(torch.ones(3))
    using _parameter = registry.register_module_parameter_registration_hook((_, name) => (name === 'p' ? other : null))
    using _buffer = registry.register_module_buffer_registration_hook((_, name) => (name === 'b' ? torch.zeros(2) : null))
    using _module = registry.register_module_module_registration_hook((_, name) => (name === 'm' ? new nn.Tanh() : null))
    const module = new Double()
    module.register_parameter('p', new nn.Parameter(torch.ones(1)))
    module.register_buffer('b', torch.ones(1))
    module.add_module('m', new nn.ReLU())
    expect(module.get_parameter('p')).toBe(other)
    expect(module.get_buffer('b').tolist()).toEqual([0, 0])
    expect(module.get_submodule('m')).toBeInstanceOf(nn.Tanh)
  })
})
