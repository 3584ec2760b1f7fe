// torch.autograd.functional beside Python's: values and messages.
import torch from 'torch-ts'
import { compare_with_python } from '../helpers/beside_python'

type Tensor = torch.Tensor
type Pair = (a: Tensor, b: Tensor) => unknown
const { functional } = torch.autograd
const { hessian, hvp, jacobian, jvp, vhp, vjp } = functional

const x = () => torch.arange(4).div(3).requires_grad_()
const f = (t: Tensor) => t.pow(3).sum()
const g = (t: Tensor) => t.sin().outer(t)
const two: Pair = (a, b) => [a.mul(b), a.sum()]
const mixed: Pair = (a, b) => a.mul(a).mul(b).sum()

const PY = {
  A: 'torch.autograd.functional.', x: '(torch.arange(4) / 3).requires_grad_()', f: '(lambda t: t.pow(3).sum())', g: '(lambda t: t.sin().outer(t))',
  two: '(lambda a, b: (a * b, a.sum()))', mixed: '(lambda a, b: (a * a * b).sum())',
}
const py = (text: string): string => text.replace(/\$(\w+)/g, (_, name: keyof typeof PY) => PY[name]).replace(/@/g, PY.A)
const state = ([value, product]: [unknown, unknown]) => [(value as Tensor).requires_grad, (product as Tensor).requires_grad]

compare_with_python('torch.autograd.functional', [], ([
  ['@vjp($f, $x)', () => vjp(f, x())],
  ['@vjp($g, $x, torch.ones(4, 4))', () => vjp(g, x(), torch.ones(4, 4))],
  ['@vjp($two, ($x, $x), (torch.ones(4), torch.tensor(2.)))', () => vjp(two, [x(), x()], [torch.ones(4), torch.full([], 2)])],
  ['[t.requires_grad for t in @vjp($f, $x, create_graph=True)]', () => state(vjp(f, x(), { create_graph: true }))],
  ['@vjp($g, $x)', () => vjp(g, x())],
  ['@vjp($g, $x, torch.ones(3))', () => vjp(g, x(), torch.ones(3))],
  ['@vjp($two, ($x, $x), torch.ones(3))', () => vjp(two, [x(), x()], torch.ones(3))],
  ['@vjp($two, ($x, $x), (torch.ones(4), torch.ones(4)))', () => vjp(two, [x(), x()], [torch.ones(4), torch.ones(4)])],
  ['@vjp(lambda t: torch.ones(()), $x, strict=True)', () => vjp((_: Tensor) => torch.ones([]), x(), { strict: true })],
  ['@vjp(lambda t: torch.ones(()), $x)', () => vjp((_: Tensor) => torch.ones([]), x())],
  ['@vjp($f, 3)', () => vjp(f, 3 as never)],
  ['@vjp($two, ($x, 3))', () => vjp(two, [x(), 3 as never])],
  ['@vjp(lambda t: 1, $x)', () => vjp((_: Tensor) => 1, x())],
  ['@jvp($g, $x, torch.ones(4))', () => jvp(g, x(), torch.ones(4))],
  ['@jvp($two, ($x, $x), (torch.ones(4), $x))', () => jvp(two, [x(), x()], [torch.ones(4), x()])],
  ['@jvp($g, $x)', () => jvp(g, x())],
  ['@jvp(lambda t: t * 2, $x, torch.ones(4), strict=True)', () => jvp((t: Tensor) => t.mul(2), x(), { v: torch.ones(4), strict: true })],
  ['@vhp($f, $x, torch.ones(4))', () => vhp(f, x(), torch.ones(4))],
  ['@vhp($mixed, ($x, $x), (torch.ones(4), $x))', () => vhp(mixed, [x(), x()], [torch.ones(4), x()])],
  ['@vhp($g, $x, torch.ones(4))', () => vhp(g, x(), torch.ones(4))],
  ['@vhp($two, ($x, $x), ($x, $x))', () => vhp(two, [x(), x()], [x(), x()])],
  ['@vhp(lambda t: t.sum(), $x, torch.ones(4), strict=True)', () => vhp((t: Tensor) => t.sum(), x(), { v: torch.ones(4), strict: true })],
  ['@hvp($f, $x, torch.ones(4))', () => hvp(f, x(), torch.ones(4))],
  ['@hvp($mixed, ($x, $x), (torch.ones(4), $x))', () => hvp(mixed, [x(), x()], [torch.ones(4), x()])],
  ['@hvp($f, $x)', () => hvp(f, x())],
  ['@jacobian($g, $x)', () => jacobian(g, x())],
  ['@jacobian($g, $x, vectorize=True)', () => jacobian(g, x(), { vectorize: true })],
  ['@jacobian($two, ($x, $x))', () => jacobian(two, [x(), x()])],
  ['@jacobian($two, ($x, $x), vectorize=True)', () => jacobian(two, [x(), x()], { vectorize: true })],
  ['@jacobian($two, ($x, $x), vectorize=True, strategy="forward-mode")', () => jacobian(two, [x(), x()], { vectorize: true, strategy: 'forward-mode' })],
  ['@jacobian($g, $x, vectorize=True, strategy="forward-mode")', () => jacobian(g, x(), { vectorize: true, strategy: 'forward-mode' })],
  ['@jacobian($g, $x, strategy="forward-mode")', () => jacobian(g, x(), { strategy: 'forward-mode' })],
  ['@jacobian($g, $x, strategy="forward-mode", strict=True)', () => jacobian(g, x(), { strategy: 'forward-mode', strict: true })],
  ['@jacobian($g, $x, strategy="forward-mode", create_graph=True)', () => jacobian(g, x(), { strategy: 'forward-mode', create_graph: true })],
  ['@jacobian($g, $x, strategy="a")', () => jacobian(g, x(), { strategy: 'a' as never })],
  ['@jacobian($g, $x, strict=True, vectorize=True)', () => jacobian(g, x(), { strict: true, vectorize: true })],
  ['@jacobian(lambda a, b: a * a, ($x, $x), strict=True)', () => jacobian((a: Tensor, _: Tensor) => a.mul(a), [x(), x()], { strict: true })],
  ['@jacobian(lambda a, b: a * a, ($x, $x))', () => jacobian((a: Tensor, _: Tensor) => a.mul(a), [x(), x()])],
  ['@jacobian(lambda a, b: a * a, ($x, $x), vectorize=True)', () => jacobian((a: Tensor, _: Tensor) => a.mul(a), [x(), x()], { vectorize: true })],
  ['@jacobian(lambda t: t * 2, $x, create_graph=True, strict=True)',
    () => jacobian((t: Tensor) => t.mul(2), x(), { create_graph: true, strict: true })],
  ['@jacobian($g, $x, True).requires_grad', () => jacobian(g, x(), true).requires_grad],
  ['@jacobian(lambda t: None, $x)', () => jacobian((_: Tensor) => null, x())],
  ['@hessian($f, $x)', () => hessian(f, x())],
  ['@hessian($mixed, ($x, $x))', () => hessian(mixed, [x(), x()])],
  ['@hessian($mixed, ($x, $x), vectorize=True)', () => hessian(mixed, [x(), x()], { vectorize: true })],
  ['@hessian($mixed, ($x, $x), vectorize=True, outer_jacobian_strategy="forward-mode")',
    () => hessian(mixed, [x(), x()], { vectorize: true, outer_jacobian_strategy: 'forward-mode' })],
  ['@hessian($f, $x, outer_jacobian_strategy="forward-mode")', () => hessian(f, x(), { outer_jacobian_strategy: 'forward-mode' })],
  ['@hessian($f, $x, outer_jacobian_strategy="a")', () => hessian(f, x(), { outer_jacobian_strategy: 'a' as never })],
  ['@hessian($g, $x)', () => hessian(g, x())],
  ['@hessian($two, ($x, $x))', () => hessian(two, [x(), x()])],
  ['@hessian(lambda t: t.sum(), $x, strict=True)', () => hessian((t: Tensor) => t.sum(), x(), { strict: true })],
] as [string, () => unknown][]).map(([code, run]) => [py(code), run]))
