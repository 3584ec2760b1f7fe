// What torch.autograd says of wrong calls, beside Python's own words.
import torch, { type Tensor } from '../../lib/index'
import { type Value, compare_with_python } from '../helpers/beside_python'

const { backward, grad, graph } = torch.autograd
const leaf = (...values: number[]): Tensor => torch.tensor(values.length === 0 ? [1, 2] : values, { requires_grad: true })
const X = 'torch.tensor([1., 2.], requires_grad=True)'
const Y = 'torch.autograd.graph.get_gradient_edge'

const chained = (...steps: (() => unknown)[]): unknown => {
  for (const step of steps) step()
  return null
}

// Python expressions of several steps: a tuple of them, of which only the error counts.
const values: Value[] = [
  ['torch.autograd.backward([1])', () => { backward([1] as never) }],
  ['torch.autograd.backward(5)', () => { backward(5 as never) }],
  [`torch.autograd.backward([${X}.sum(), ${X}.sum()], [None])`, () => { backward([leaf().sum(), leaf().sum()], [null]) }],
  [`torch.autograd.backward([${X}.sum(), ${X}])`, () => { backward([leaf().sum(), leaf()]) }],
  [`torch.autograd.backward([${X}], [1])`, () => { backward([leaf()], [1] as never) }],
  [`torch.autograd.backward([${X}], 1)`, () => { backward([leaf()], 1 as never) }],
  ['torch.autograd.backward([torch.ones(2)])', () => { backward([torch.ones(2)]) }],
  [`torch.autograd.backward([${X}.sum(), torch.ones(2)], [None, None])`, () => { backward([leaf().sum(), torch.ones(2)], [null, null]) }],
  [`torch.autograd.backward([${X}.sum()], inputs=[])`, () => { backward([leaf().sum()], { inputs: [] }) }],
  [`torch.autograd.backward([${X}.sum()], inputs=[1])`, () => { backward([leaf().sum()], { inputs: [1] as never }) }],
  [`torch.autograd.backward([${X}.sum()], inputs=[torch.ones(2)])`, () => { backward([leaf().sum()], { inputs: [torch.ones(2)] }) }],
  [`torch.autograd.backward([${X}.sum()], [torch.ones(())], grad_variables=[torch.ones(())])`,
    () => { backward([leaf().sum()], [torch.ones([])], { grad_variables: [torch.ones([])] }) }],
  [`torch.autograd.backward([${X}], [torch.ones(3)])`, () => { backward([leaf()], [torch.ones(3)]) }],
  [`torch.autograd.backward([${X}], [torch.ones(2, dtype=torch.complex64)])`, () => { backward([leaf()], [torch.ones(2, { dtype: torch.complex64 })]) }],
  [`torch.autograd.grad(${X}.sum(), [])`, () => grad(leaf().sum(), [])],
  [`torch.autograd.grad(${X}.sum(), [1])`, () => grad(leaf().sum(), [1] as never)],
  [`torch.autograd.grad(${X}.sum(), ${X})`, () => grad(leaf().sum(), leaf())],
  [`torch.autograd.grad(${X}.sum(), torch.ones(1))`, () => grad(leaf().sum(), torch.ones(1))],
  [`torch.autograd.grad([], [${X}])`, () => grad([], [leaf()])],
  [`torch.autograd.grad(${X}.sum(), ${X}, materialize_grads=True, allow_unused=False)`,
    () => grad(leaf().sum(), leaf(), { materialize_grads: true, allow_unused: false })],
  [`torch.autograd.grad(${X}.sum(), ${X}, materialize_grads=True)`, () => grad(leaf().sum(), leaf(), { materialize_grads: true })],
  [`torch.autograd.grad(${X}.sum(), ${Y}(${X}), materialize_grads=True)`,
    () => grad(leaf().sum(), graph.get_gradient_edge(leaf()), { materialize_grads: true })],
  [`torch.autograd.grad(${X}.sum(), ${X}, only_inputs=False, allow_unused=True)`, () => grad(leaf().sum(), leaf(), { only_inputs: false, allow_unused: true })],
  [`torch.autograd.grad(${X}.to(torch.complex64).sum(), ${X})`, () => grad(leaf().to(torch.complex64).sum(), leaf())],
  [`(lambda y: (y.register_hook(lambda g: torch.ones(3)), y.sum().backward()))(${X})`,
    () => { const y = leaf(); chained(() => y.register_hook(() => torch.ones(3)), () => { y.sum().backward() }) }],
  [`(lambda y: (y.register_hook(lambda g: 5), y.sum().backward()))(${X})`,
    () => { const y = leaf(); chained(() => y.register_hook(() => 5 as never), () => { y.sum().backward() }) }],
  [`(lambda y: (y.register_hook(lambda g: g.double()), y.sum().backward()))(${X})`,
    () => { const y = leaf(); chained(() => y.register_hook(g => g.double()), () => { y.sum().backward() }) }],
  // graphs used twice, values overwritten, leaves and views changed in place
  [`(lambda y: (y.backward(), y.backward()))((${X} * ${X}).sum())`, () => { const y = leaf().mul(leaf()).sum(); chained(() => { y.backward() }, () => { y.backward() }) }],
  [`(lambda y: (y.add_(1), y.backward()))(${X}.sum().exp())`, () => { const y = leaf().sum().exp(); chained(() => y.add_(1), () => { y.backward() }) }],
  [`(lambda y, z: (y.mul_(2), z.backward()))(*(lambda y: (y, (y * y).sum()))(${X} * 2))`,
    () => { const y = leaf().mul(2); const z = y.mul(y).sum(); chained(() => y.mul_(2), () => { z.backward() }) }],
  [`${X}.add_(1)`, () => leaf().add_(1)],
  [`${X}.view(2).add_(1)`, () => leaf().view(2).add_(1)],
  [`${X}[0].add_(1)`, () => leaf().at(0).add_(1)],
  [`${X}.unbind()[0].add_(1)`, () => leaf().unbind()[0]!.add_(1)],
  [`${X}.mul(1).unbind()[0].add_(1)`, () => leaf().mul(1).unbind()[0]!.add_(1)],
  // inference mode
  [`torch.inference_mode()(lambda: torch.ones(2))() * ${X}`, () => torch.inference_mode(() => torch.ones(2)).mul(leaf())],
  ['torch.inference_mode()(lambda: torch.ones(2))().add_(1)', () => torch.inference_mode(() => torch.ones(2)).add_(1)],
  ['torch.inference_mode()(lambda: torch.ones(2))().requires_grad_()', () => torch.inference_mode(() => torch.ones(2)).requires_grad_()],
  ['torch.inference_mode()(lambda: torch.ones(2))()._version', () => torch.inference_mode(() => torch.ones(2))._version],
  [`torch.inference_mode()(lambda: ${X}.sum().backward())()`, () => { torch.inference_mode(() => { leaf().sum().backward() }) }],
  [`torch.no_grad()(lambda: ${X}.sum().backward())()`, () => { torch.no_grad(() => { leaf().sum().backward() }) }],
  ['torch.arange(2).requires_grad_()', () => torch.arange(2).requires_grad_()],
  ['torch.arange(2).requires_grad_(False)', () => torch.arange(2).requires_grad_(false)],
  [`(${X} * 2).requires_grad_(False)`, () => leaf().mul(2).requires_grad_(false)],
  ['torch.ones(1).retain_grad()', () => { torch.ones(1).retain_grad() }],
  ['torch.autograd.variable(1)', () => torch.autograd.variable(1)],
]

describe('torch.autograd', () => {
  compare_with_python('torch.autograd', [], values.map(([code, run]) => [code, () => run() ?? null]))
})
