// Transforms of functions beside Python's: values, nesting, structures and messages.
import torch, { nn } from 'torch-ts'
import { compare_with_python } from '../helpers/beside_python'

type Tensor = torch.Tensor
const F = nn.functional
const { func } = torch
const { grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap } = func

const x = () => torch.arange(6).div(6)
const m = () => torch.arange(12).div(7).reshape(3, 4)
const f = (t: Tensor) => t.sin().mul(t).sum()
const logits = () => torch.arange(12).remainder(5).div(3).reshape(4, 3)
const classes = () => torch.tensor([0n, 1n, 2n, 1n])

// Python's names for the same.
const PY = {
  x: 'torch.arange(6) / 6', m: '(torch.arange(12) / 7).reshape(3, 4)', f: '(lambda t: (t.sin() * t).sum())',
  logits: '(torch.arange(12).remainder(5) / 3).reshape(4, 3)', classes: 'torch.tensor([0, 1, 2, 1])',
}
const py = (text: string): string => text.replace(/\$(\w+)/g, (_, name: keyof typeof PY) => PY[name]).replace(/@/g, 'torch.func.')

compare_with_python('torch.func', [], ([
  ['@grad($f)($x)', () => grad(f)(x())],
  ['@grad(@grad($f))(torch.tensor(0.3))', () => grad(grad(f))(torch.tensor(0.3))],
  ['@grad(lambda a, b: (a * b).sum(), argnums=1)($x, $x)', () => grad((a: Tensor, b: Tensor) => a.mul(b).sum(), { argnums: 1 })(x(), x())],
  ['@grad(lambda a, b: (a * b * b).sum(), argnums=(1, 0))($x, $x)', () => grad((a: Tensor, b: Tensor) => a.mul(b).mul(b).sum(), [1, 0])(x(), x())],
  ['@grad(lambda a, b: (a * b).sum(), argnums=-1)($x, $x)', () => grad((a: Tensor, b: Tensor) => a.mul(b).sum(), -1)(x(), x())],
  ['@grad(lambda a: ((a * a).sum(), (a, a.exp())), has_aux=True)($x)',
    () => grad((a: Tensor) => [a.mul(a).sum(), [a, a.exp()]] as const, { has_aux: true })(x())],
  ['@grad_and_value($f)($x)', () => grad_and_value(f)(x())],
  ['@grad_and_value(lambda a: ((a * a).sum(), a), has_aux=True)($x)', () => grad_and_value((a: Tensor) => [a.mul(a).sum(), a], { has_aux: true })(x())],
  ["list(@grad(lambda p: (p['w'] * p['b']).sum())(dict(w=$x, b=$x + 1)).values())",
    () => Object.values(grad((p: { w: Tensor, b: Tensor }) => p.w.mul(p.b).sum())({ w: x(), b: x().add(1) }))],
  ['@grad(lambda p: (p[0] * p[1][0]).sum())(($x, ($x + 1,)))', () => grad((p: [Tensor, [Tensor]]) => p[0].mul(p[1][0]).sum())([x(), [x().add(1)]])],
  ['@grad(lambda t: torch.ones(()))($x)', () => grad((_: Tensor) => torch.ones([]))(x())],
  ['@grad(lambda t: (t - t.detach() ** 2).sum())($x)', () => grad((t: Tensor) => t.sub(t.detach().pow(2)).sum())(x())],
  ['@grad(lambda t: torch.max(t, 0).values)($x)', () => grad((t: Tensor) => torch.max(t, 0).values)(x())],
  ['@grad(lambda t: t.clone().mul_(3).add_(t).sum())($x)', () => grad((t: Tensor) => t.clone().mul_(3).add_(t).sum())(x())],
  ['@grad(lambda t: t[1:3].sum() + t[[0, 0]].prod())($x)', () => grad((t: Tensor) => t.at('1:3').sum().add(t.at([0, 0]).prod()))(x())],
  ['@grad(lambda t: t)($x)', () => grad((t: Tensor) => t)(x())],
  ['@grad(lambda t: 1)($x)', () => grad((_: Tensor) => 1)(x())],
  ['@grad(lambda t: (t.sum(), t))($x)', () => grad((t: Tensor) => [t.sum(), t])(x())],
  ['@grad(lambda t: t.sum(), has_aux=True)($x)', () => grad((t: Tensor) => t.sum(), { has_aux: true })(x())],
  ['@grad(lambda t: (t.sum(), 1), has_aux=True)($x)', () => grad((t: Tensor) => [t.sum(), 1], { has_aux: true })(x())],
  ['@grad($f, argnums=1)($x)', () => grad(f, 1)(x())],
  ['@grad($f, argnums=())($x)', () => grad(f, [])(x())],
  ['@grad($f, argnums=(0, 0))($x)', () => grad(f, [0, 0])(x())],
  ["@grad($f, argnums='a')($x)", () => grad(f, 'a' as never)(x())],
  ['@grad($f, argnums=0.5)($x)', () => grad(f, 0.5)(x())],
  ['@grad($f)(1)', () => grad(f as (x: unknown) => Tensor)(1)],
  ['@grad($f)(torch.arange(3))', () => grad(f)(torch.arange(3))],
  ['@grad(lambda t: t.requires_grad_().sum())($x)', () => grad((t: Tensor) => t.requires_grad_().sum())(x())],
  ['torch.no_grad()(lambda: @grad($f)($x))()', () => torch.no_grad(() => grad(f)(x()))],
  ['torch.inference_mode()(lambda: @grad($f)($x))()', () => torch.inference_mode(() => grad(f)(x()))],
  ['@vjp(lambda t: (t.sin(), t.sum()), $x)[1]((torch.ones(6), torch.tensor(2.)))',
    () => vjp((t: Tensor) => [t.sin(), t.sum()], x())[1]([torch.ones(6), torch.tensor(2, { dtype: torch.float32 })])],
  ['@vjp(torch.matmul, $m, $m.t())[1](torch.ones(3, 3))', () => vjp((a: Tensor, b: Tensor) => a.matmul(b), m(), m().t())[1](torch.ones(3, 3))],
  ['(lambda r: [r[0], r[1](torch.ones(6)), r[2]])(@vjp(lambda t: (t.sin(), t), $x, has_aux=True))', () => {
    const [output, vjp_fn, aux] = vjp((t: Tensor) => [t.sin(), t], x(), { has_aux: true })
    return [output, vjp_fn(torch.ones(6)), aux]
  }],
  ['@vjp(lambda t: t.sin(), $x)[1]((torch.ones(6),))', () => vjp((t: Tensor) => t.sin(), x())[1]([torch.ones(6)] as never)],
  ['@vjp(lambda t: t.sin(), $x)[1](torch.ones(5))', () => vjp((t: Tensor) => t.sin(), x())[1](torch.ones(5))],
  ['@vjp(lambda t: None, $x)', () => vjp((_: Tensor) => null, x())],
  ['@vjp(lambda t: (t, 3), $x)', () => vjp((t: Tensor) => [t, 3], x())],
  ['@vjp(lambda t: t > 0, $x)', () => vjp((t: Tensor) => t.gt(0), x())],
  ['@jvp(lambda a, b: a * b.exp(), ($x, $x), ($x, torch.ones(6)))',
    () => jvp((a: Tensor, b: Tensor) => a.mul(b.exp()), [x(), x()], [x(), torch.ones(6)])],
  ['@jvp(lambda a: (a.sin(), a.cos()), ($x,), ($x,), has_aux=True)', () => jvp((a: Tensor) => [a.sin(), a.cos()], [x()], [x()], { has_aux: true })],
  ['@jvp(lambda a: torch.ones(2), ($x,), ($x,))', () => jvp((_: Tensor) => torch.ones(2), [x()], [x()])],
  ['@jvp(lambda a: torch.ones(2), ($x,), ($x,), strict=True)', () => jvp((_: Tensor) => torch.ones(2), [x()], [x()], { strict: true })],
  ['@jvp($f, $x, ($x,))', () => jvp(f, x() as never, [x()])],
  ['@jvp($f, ($x,), ($x, $x))', () => jvp(f, [x()], [x(), x()] as never)],
  ['@jvp($f, ($x,), (torch.ones(5),))', () => jvp(f, [x()], [torch.ones(5)])],
  ['@jvp($f, (torch.arange(6),), (torch.arange(6),))', () => jvp(f, [torch.arange(6)], [torch.arange(6)])],
  ['@jvp($f, (), ())', () => jvp(f, [] as never, [] as never)],
  ['@jvp(lambda a: 1, ($x,), ($x,))', () => jvp((_: Tensor) => 1, [x()], [x()])],

  // Jacobians
  ['@jacrev(torch.sin)($x)', () => jacrev((t: Tensor) => t.sin())(x())],
  ['@jacrev(lambda t: (t.sin(), t.sum(), t.reshape(2, 3)), chunk_size=2)($x)',
    () => jacrev((t: Tensor) => [t.sin(), t.sum(), t.reshape(2, 3)], { chunk_size: 2 })(x())],
  ['@jacrev(lambda t: t.sin(), chunk_size=1)($x)', () => jacrev((t: Tensor) => t.sin(), 0, { chunk_size: 1 })(x())],
  ['@jacrev(lambda a, b: a.outer(b), argnums=(0, 1))($x, torch.ones(2))',
    () => jacrev((a: Tensor, b: Tensor) => a.outer(b), { argnums: [0, 1] })(x(), torch.ones(2))],
  ['@jacrev(lambda t: (t * t, t), has_aux=True)($x)', () => jacrev((t: Tensor) => [t.mul(t), t], { has_aux: true })(x())],
  ['@jacrev($f, chunk_size=0)', () => jacrev(f, { chunk_size: 0 })],
  ['@jacrev(torch.sin)(torch.ones(2, dtype=torch.complex64))', () => jacrev((t: Tensor) => t.sin())(torch.ones(2, { dtype: torch.complex64 }))],
  ['@jacfwd(torch.sin)($x)', () => jacfwd((t: Tensor) => t.sin())(x())],
  ['@jacfwd(lambda a, b: (a.outer(b), a), argnums=(1, 0))($x, torch.ones(2))',
    () => jacfwd((a: Tensor, b: Tensor) => [a.outer(b), a], { argnums: [1, 0] })(x(), torch.ones(2))],
  ['@jacfwd(lambda t: (t * t, t), has_aux=True)($x)', () => jacfwd((t: Tensor) => [t.mul(t), t], { has_aux: true })(x())],
  ['@jacfwd(torch.sin)(torch.tensor(0.5))', () => jacfwd((t: Tensor) => t.sin())(torch.tensor(0.5))],
  ['@jacfwd(lambda t: F.dropout(t), randomness="error")($x)', () => jacfwd((t: Tensor) => F.dropout(t), { randomness: 'error' })(x())],
  ['@hessian($f)($x)', () => hessian(f)(x())],
  ['@hessian(lambda a, b: (a * a * b).sum(), argnums=(0, 1))($x, $x)', () => hessian((a: Tensor, b: Tensor) => a.mul(a).mul(b).sum(), [0, 1])(x(), x())],
  ['@jacrev(@jacrev($f))($x)', () => jacrev(jacrev(f))(x())],
  ['@jacfwd(@jacfwd($f))($x)', () => jacfwd(jacfwd(f))(x())],
  ['@jacrev(@jacfwd($f))($x)', () => jacrev(jacfwd(f))(x())],
  ['torch.vmap(@hessian($f))($m)', () => vmap(hessian(f))(m())],
  ['@hessian(lambda t: torch.vmap($f)(t).sum())($m)', () => hessian((t: Tensor) => vmap(f)(t).sum())(m())],
  ['@jvp(@grad($f), ($x,), ($x,))', () => jvp(grad(f), [x()], [x()])],
  ['@grad(lambda t: @jvp($f, (t,), (torch.ones(6),))[1])($x)', () => grad((t: Tensor) => jvp(f, [t], [torch.ones(6)])[1])(x())],
  ['@jvp(lambda t: @jvp($f, (t,), (torch.ones(6),))[1], ($x,), ($x,))', () => jvp((t: Tensor) => jvp(f, [t], [torch.ones(6)])[1], [x()], [x()])],
  ['torch.vmap(lambda v: @jvp(torch.sin, ($x,), (v,))[1])(torch.eye(6))', () => vmap((v: Tensor) => jvp((t: Tensor) => t.sin(), [x()], [v])[1])(torch.eye(6))],
  ['@hessian(lambda t: F.cross_entropy(t, $classes))($logits)', () => hessian((t: Tensor) => F.cross_entropy(t, classes()))(logits())],
  ['@hessian(lambda t: F.layer_norm(t, (4,), torch.arange(4.)).pow(2).sum())($m)',
    () => hessian((t: Tensor) => F.layer_norm(t, [4], torch.arange(4).float()).pow(2).sum())(m())],
  ['@hessian(lambda t: F.batch_norm(t, None, None, training=True).exp().sum())($m)',
    () => hessian((t: Tensor) => F.batch_norm(t, null, null, { training: true }).exp().sum())(m())],
  ['@hessian(lambda t: F.logsigmoid(t).sum())($x)', () => hessian((t: Tensor) => F.logsigmoid(t).sum())(x())],
  ['@hessian(lambda t: t.softmax(0).pow(2).sum())($x)', () => hessian((t: Tensor) => t.softmax(0).pow(2).sum())(x())],
  ['@jacfwd(lambda t: t.trace())($m)', () => jacfwd((t: Tensor) => t.trace())(m())],
  ['@linearize(lambda t: t.sin(), $x)[1](torch.ones(6))', () => func.linearize((t: Tensor) => t.sin(), x())[1](torch.ones(6))],
  ['@linearize(lambda t: t.sin(), $x)[1](torch.ones(5))', () => func.linearize((t: Tensor) => t.sin(), x())[1](torch.ones(5))],
  ['@linearize(lambda t: t.sin(), $x)[1](torch.ones(6), torch.ones(6))',
    () => func.linearize((t: Tensor) => t.sin(), x())[1](...[torch.ones(6), torch.ones(6)] as unknown as [Tensor])],
  // einops
  ['@rearrange($m, "a b -> b a")', () => func.rearrange(m(), 'a b -> b a')],
  ['@rearrange($m, "a (b d) -> (a d) b", d=2)', () => func.rearrange(m(), 'a (b d) -> (a d) b', { d: 2 })],
  ['@rearrange($m, "... b -> b ...")', () => func.rearrange(m(), '... b -> b ...')],
  ['@rearrange($m, "a ... -> (a ...)")', () => func.rearrange(m(), 'a ... -> (a ...)')],
  ['@rearrange($m, "a b -> a 1 b")', () => func.rearrange(m(), 'a b -> a 1 b')],
  ['@rearrange($m, "a b -> a b a")', () => func.rearrange(m(), 'a b -> a b a')],
  ['@rearrange($m, "a b c -> b a")', () => func.rearrange(m(), 'a b c -> b a')],
  ['@rearrange($m, "a b")', () => func.rearrange(m(), 'a b')],
  ['@rearrange($m, "a b -> a")', () => func.rearrange(m(), 'a b -> a')],
  ['@rearrange($m, "a b -> ((a) b)")', () => func.rearrange(m(), 'a b -> ((a) b)')],
  ['@rearrange($m, "a b) -> a b")', () => func.rearrange(m(), 'a b) -> a b')],
  ['@rearrange($m, "(a b -> a b")', () => func.rearrange(m(), '(a b -> a b')],
  ['@rearrange($m, "a 2 -> a")', () => func.rearrange(m(), 'a 2 -> a')],
  ['@rearrange($m, "a. b -> a b")', () => func.rearrange(m(), 'a. b -> a b')],
  ['@rearrange($m, "_a b -> _a b")', () => func.rearrange(m(), '_a b -> _a b')],
  ['@rearrange($m, "a b -> a b", e=2)', () => func.rearrange(m(), 'a b -> a b', { e: 2 })],
  ['@rearrange($m, "a b -> a b", a=2.5)', () => func.rearrange(m(), 'a b -> a b', { a: 2.5 })],
  ['@rearrange($m, "(...) -> ...")', () => func.rearrange(m(), '(...) -> ...')],
  ['@rearrange($m, "a b -> a b ...")', () => func.rearrange(m(), 'a b -> a b ...')],
  ['@rearrange($m, "a-b c -> a b c")', () => func.rearrange(m(), 'a-b c -> a b c')],
] as [string, () => unknown][]).map(([code, run]) => [py(code), run]))
