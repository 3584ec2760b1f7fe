// Hooks on tensors and on nodes of the graph, and edges of the graph: torch.autograd.graph.
import torch, { type Tensor } from '../../lib/index'

const { graph } = torch.autograd
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requires_grad: true })

function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('Tensor.register_hook', () => {
  it('may be removed by itself, and may add another, while it runs', () => {
    const x = leaf(1)
    const seen: string[] = []
    const handle = x.register_hook(() => {
      handle.remove()
      seen.push('first')
      x.register_hook(() => { seen.push('late') })
    })
    x.register_hook(() => { seen.push('second') })
    x.sum().backward()
    x.sum().backward()
    expect(seen).toEqual(['first', 'second', 'second', 'late'])
  })

  it('stays with the version of the tensor that it was registered on', () => {
    const x = leaf(3)
    const y = x.mul(1)
    const seen: unknown[] = []
    y.register_hook(grad => { seen.push(['before', grad.item()]) })
    y.mul_(5)
    y.register_hook(grad => { seen.push(['after', grad.item()]) })
    y.sum().backward()
    expect(seen).toEqual([['after', 1], ['before', 5]])
  })

  it('sees the gradient of its own output only', () => {
    const [a, b] = leaf(1, 2).unbind() as [Tensor, Tensor]
    const seen: unknown[] = []
    a.register_hook(grad => { seen.push(['a', grad.item()]) })
    b.register_hook(grad => { seen.push(['b', grad.item()]) })
    a.mul(2).add(b.mul(3)).backward()
    expect(seen).toEqual([['a', 2], ['b', 3]])
  })

  it('works in any number on one leaf that lives long', () => {
    const x = leaf(1)
    for (let i = 0; i < 100; i++) x.register_hook(grad => grad.mul(2)).remove()
    x.sum().backward()
    expect(x.grad!.item()).toBe(1)
  })
})

describe('Tensor.register_post_accumulate_grad_hook', () => {
  it('gets the tensor itself after its gradient was added', () => {
    const x = leaf(1, 2)
    const seen: unknown[] = []
    x.register_post_accumulate_grad_hook(parameter => {
      seen.push(parameter === x, parameter.grad!.tolist())
      parameter.grad = null
    })
    x.mul(3).sum().backward()
    x.mul(4).sum().backward()
    expect([seen, x.grad]).toEqual([[true, [3, 3], true, [4, 4]], null])
  })

  it('lets an optimizer step inside backward', () => {
    const model = new torch.nn.Linear(2, 1)
    const before = model.weight.tolist()
    const optimizers = new Map([...model.parameters()].map(p => [p as Tensor, new torch.optim.SGD([p], 0.5)]))
    for (const p of model.parameters()) {
      p.register_post_accumulate_grad_hook(parameter => {
        optimizers.get(parameter)!.step()
        optimizers.get(parameter)!.zero_grad()
      })
    }
    model(torch.ones([1, 2])).sum().backward()
    expect(model.weight.tolist()).toEqual((before as number[][]).map(row => row.map(w => Math.fround(w - 0.5))))
    expect(model.weight.grad).toBeNull()
  })

  it('may be removed, and several run in order', () => {
    const x = leaf(1)
    const seen: number[] = []
    const handles = [1, 2, 3].map(i => x.register_post_accumulate_grad_hook(() => { seen.push(i) }))
    x.sum().backward()
    handles[1]!.remove()
    x.sum().backward()
    expect(seen).toEqual([1, 2, 3, 1, 3])
  })

  it('lets its error through', () => {
    const x = leaf(1)
    const error = new Error('after')
    x.register_post_accumulate_grad_hook(() => { throw error })
    expect(thrown(() => { x.sum().backward() })).toBe(error)
  })

  it('needs a leaf that requires grad, and a function', () => {
    expect(() => torch.ones(1).register_post_accumulate_grad_hook(() => undefined)).toThrow("cannot register a hook on a tensor that doesn't require gradient")
    expect(() => leaf(1).mul(2).register_post_accumulate_grad_hook(() => undefined)).toThrow('post accumulate grad hooks cannot be registered on non-leaf tensors')
    expect(() => leaf(1).register_post_accumulate_grad_hook(5 as never)).toThrow(TypeError)
  })
})

describe('Node hooks', () => {
  it('see and replace gradients of inputs and outputs', () => {
    const a = leaf(0, 0, 0)
    const b = a.clone()
    const post = b.grad_fn!.register_hook((grad_inputs, grad_outputs) => {
      expect(grad_inputs.map(grad => grad!.tolist())).toEqual([[1, 1, 1]])
      return [grad_outputs[0]!.mul(2)]
    })
    b.sum().backward({ retain_graph: true })
    expect(a.grad!.tolist()).toEqual([2, 2, 2])
    post.remove()
    const pre = b.grad_fn!.register_prehook(grad_outputs => [grad_outputs[0]!.mul(5)])
    a.grad = null
    b.sum().backward({ retain_graph: true })
    expect(a.grad!.tolist()).toEqual([5, 5, 5])
    pre.remove()
    a.grad = null
    b.sum().backward()
    expect(a.grad!.tolist()).toEqual([1, 1, 1])
  })

  it('give null for gradients that nobody wants', () => {
    const y = leaf(1).mul(torch.ones(1))
    const seen: unknown[] = []
    y.grad_fn!.register_hook((grad_inputs, grad_outputs) => { seen.push(grad_inputs.map(g => g?.item()), grad_outputs.map(g => g?.item())) })
    y.sum().backward()
    expect(seen).toEqual([[1, undefined], [1]])
  })

  it('may sit on the node that accumulates', () => {
    const x = leaf(2)
    const { node } = graph.get_gradient_edge(x)
    const seen: unknown[] = []
    node.register_prehook(grads => { seen.push(['pre', x.grad, grads[0]!.item()]) })
    node.register_hook(() => { seen.push(['post', x.grad!.item()]) })
    x.mul(3).sum().backward()
    expect(seen).toEqual([['pre', null, 3], ['post', 3]])
  })

  it('check what they give', () => {
    const post = (result: unknown) => (): void => {
      const y = leaf(1, 2).mul(2)
      y.grad_fn!.register_hook(function hook() { return result as never })
      y.sum().backward()
    }
    expect(post(5)).toThrow(new TypeError("expected tuple, but hook returned 'int'"))
    expect(post([null, null, null])).toThrow("hook 'hook' has returned an incorrect number of values (got 3, but expected 2)")
    expect(post([1, null])).toThrow(new TypeError("expected Variable, but hook returned 'int'"))
    expect(post([torch.ones(3), null])).toThrow("hook 'hook' has changed the size of value")
    expect(post([null, torch.ones(2)])).toThrow("can't replace a None gradient with a non-None value")
  })

  it('let their errors through', () => {
    const error = new Error('from a node')
    const [y, z] = [leaf(1).mul(2), leaf(1).mul(2)]
    y.grad_fn!.register_hook(() => { throw error })
    z.grad_fn!.register_prehook(() => { throw error })
    expect(thrown(() => { y.sum().backward() })).toBe(error)
    expect(thrown(() => { z.sum().backward() })).toBe(error)
  })
})

describe('Node.metadata', () => {
  it('lives with the node', () => {
    const y = leaf(1).mul(2)
    y.grad_fn!.metadata.note = 'here'
    expect([y.grad_fn!.metadata, leaf(1).mul(2).grad_fn!.metadata]).toEqual([{ note: 'here' }, {}])
    expect(y.grad_fn).toBeInstanceOf(graph.Node)
  })
})

describe('graph.register_multi_grad_hook', () => {
  it('is called once all gradients of a backward are there', () => {
    const [a, b] = [leaf(1), leaf(2)]
    const [c, d] = [a.mul(b), a.mul(b)]
    const seen: unknown[] = []
    const handle = graph.register_multi_grad_hook([a, b, c, d], grads => { seen.push(grads.map(grad => grad !== null)) })
    c.sum().backward({ retain_graph: true })
    c.sum().backward({ inputs: [a], retain_graph: true })
    c.add(d).sum().backward({ retain_graph: true })
    handle.remove()
    c.sum().backward()
    expect(seen).toEqual([[true, true, true, false], [true, false, true, false], [true, true, true, true]])
  })

  it('is called with the first gradient in mode any', () => {
    const [a, b] = [leaf(1), leaf(2)]
    const seen: unknown[] = []
    graph.register_multi_grad_hook([a, torch.ones(1), b], (grad: Tensor) => { seen.push(grad.tolist()) }, { mode: 'any' })
    for (let i = 0; i < 2; i++) a.mul(3).add(b.mul(3)).sum().backward()
    expect(seen).toEqual([[3], [3]])
  })

  it('refuses other modes and tensors without graph', () => {
    expect(() => graph.register_multi_grad_hook([leaf(1)], () => undefined, { mode: 'some' as never })).toThrow("Expects mode to be one of ('all', 'any') but got some")
    expect(() => graph.register_multi_grad_hook([torch.ones(1)], () => undefined)).toThrow('Expected gradient function to be set')
  })
})

describe('graph.get_gradient_edge', () => {
  it('stands for a tensor in grad and backward', () => {
    const x = leaf(1, 2)
    const y = x.mul(3)
    const [of_x, of_y] = [graph.get_gradient_edge(x), graph.get_gradient_edge(y)]
    const loss = y.pow(2).sum()
    const grads = torch.autograd.grad(loss, [of_x, of_y], { retain_graph: true })
    expect(grads.map(grad => grad.tolist())).toEqual([[18, 36], [6, 12]])
    torch.autograd.backward(loss, { inputs: of_x, retain_graph: true })
    expect(x.grad!.tolist()).toEqual([18, 36])
    const [through] = torch.autograd.grad(of_y, x, { grad_outputs: torch.tensor([1, 10]), retain_graph: true })
    expect(through!.tolist()).toEqual([3, 30])
    expect(torch.autograd.grad(graph.get_gradient_edge(loss), x)[0]!.tolist()).toEqual([18, 36])
    expect([of_y.node.name(), of_y.output_nr, of_x.node.name()]).toEqual(['MulBackward0', 0, 'torch::autograd::AccumulateGrad'])
  })

  it('needs a tensor that requires grad, and a shape that fits', () => {
    expect(() => graph.get_gradient_edge(torch.ones(1))).toThrow('It is not possible to get the gradient edge for a Tensor that does not require gradients')
    const x = leaf(1, 2)
    const edge = graph.get_gradient_edge(x.mul(2))
    expect(() => torch.autograd.grad(edge, x)).toThrow('grad can be implicitly created only for scalar outputs')
    expect(() => torch.autograd.grad(new graph.GradientEdge(edge.node, 7), x)).toThrow(/output_nr is out of range/)
  })
})

describe('graph.increment_version', () => {
  it('makes backward notice changes made outside', () => {
    const y = leaf(1, 2).mul(1)
    const z = y.exp()
    const before = z._version
    graph.increment_version([z])
    expect(z._version).toBe(before + 1)
    expect(() => { z.sum().backward() }).toThrow(/is at version 1; expected version 0 instead/)
    graph.increment_version(torch.inference_mode(() => torch.ones(1)))
    expect(() => { graph.increment_version(5 as never) }).toThrow('increment_version expect a Iterable[Tensor] as input')
  })
})

describe('torch.autograd.grad', () => {
  it('takes inputs by name, and gives zeros for unused ones if asked', () => {
    const [x, y] = [leaf(2), leaf(3)]
    const grads = torch.autograd.grad({ outputs: x.mul(2).sum(), inputs: { x, y }, materialize_grads: true })
    expect([grads.x.tolist(), grads.y.tolist()]).toEqual([[2], [0]])
  })

  it('takes a batch of gradients', () => {
    const x = leaf(1, 2)
    const [jacobian] = torch.autograd.grad(x.pow(2), x, { grad_outputs: torch.eye(2), is_grads_batched: true })
    expect(jacobian!.tolist()).toEqual([[2, 0], [0, 4]])
  })
})

describe('torch.autograd.set_multithreading_enabled', () => {
  it('holds for a callback, a scope or for good', () => {
    const { set_multithreading_enabled, is_multithreading_enabled } = torch.autograd
    expect(set_multithreading_enabled(false, () => is_multithreading_enabled())).toBe(false)
    {
      using _ = set_multithreading_enabled(false)
      expect(is_multithreading_enabled()).toBe(false)
    }
    expect(is_multithreading_enabled()).toBe(true)
  })
})
