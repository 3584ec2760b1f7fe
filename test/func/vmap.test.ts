// The vectorizing map beside Python's: dimensions, structures, randomness, the functions of nn.functional in it, and messages.
import torch, { nn } from 'torch-ts'
import { compare_with_python } from '../helpers/beside_python'

type Tensor = torch.Tensor
type Named = Record<string, Tensor>
const F = nn.functional
const { vmap } = torch
const { grad, functional_call, jacrev, stack_module_state } = torch.func

const m = () => torch.arange(12).div(7).reshape(3, 4)
const c = () => torch.arange(24).div(5).reshape(2, 3, 4)
const PY = { m: '(torch.arange(12) / 7).reshape(3, 4)', c: '(torch.arange(24) / 5).reshape(2, 3, 4)' }
const py = (text: string): string => text.replace(/\$(\w+)/g, (_, name: keyof typeof PY) => PY[name]).replace(/@/g, 'torch.vmap')

const mha = () => new nn.MultiheadAttention(4, 2, { batch_first: true })
const named = (module: nn.Module): Named => Object.fromEntries(module.named_parameters())
const seen = (t: Tensor) => torch.tensor([...t.shape, ...t.stride(), t.dim(), t.numel(), t.size(-1), t.length, Number(t.is_contiguous())])

function chunked_dropout(): Tensor {
  return vmap((t: Tensor) => F.dropout(t, 0.5), { randomness: 'same', chunk_size: 2 })(torch.ones(4, 3))
}

compare_with_python('torch.vmap', [], ([
  ['@(torch.dot)($m, $m)', () => vmap((a: Tensor, b: Tensor) => a.dot(b))(m(), m())],
  ['@(torch.dot, in_dims=(None, 0))(torch.ones(4), $m)', () => vmap((a: Tensor, b: Tensor) => a.dot(b), { in_dims: [null, 0] })(torch.ones(4), m())],
  ['@(torch.dot, in_dims=1)($m, $m)', () => vmap((a: Tensor, b: Tensor) => a.dot(b), 1)(m(), m())],
  ['@(torch.dot, in_dims=-1)($m, $m)', () => vmap((a: Tensor, b: Tensor) => a.dot(b), -1)(m(), m())],
  ['@(@(torch.dot))($c, $c)', () => vmap(vmap((a: Tensor, b: Tensor) => a.dot(b)))(c(), c())],
  ['@(lambda t: (t.sum(), t * 2), out_dims=(0, 1))($m)', () => vmap((t: Tensor) => [t.sum(), t.mul(2)], { out_dims: [0, 1] })(m())],
  ['@(lambda t: (t.sum(), 3), out_dims=(0, None))($m)', () => vmap((t: Tensor) => [t.sum(), 3], { out_dims: [0, null] })(m())],
  ['@(lambda t: t, out_dims=-1)($c)', () => vmap((t: Tensor) => t, 0, -1)(c())],
  ['@(lambda t: torch.ones(2))($m)', () => vmap((_: Tensor) => torch.ones(2))(m())],
  ["@(lambda d: d['a'] * d['b'], in_dims=(dict(a=0, b=None),))(dict(a=$m, b=torch.ones(4)))",
    () => vmap((d: { a: Tensor, b: Tensor }) => d.a.mul(d.b), { in_dims: [{ a: 0, b: null }] })({ a: m(), b: torch.ones(4) })],
  ["list(@(lambda d: dict(s=d['a'].sum()), in_dims=0)(dict(a=$m)).values())", () => Object.values(vmap((d: { a: Tensor }) => ({ s: d.a.sum() }))({ a: m() }))],
  ['@(lambda p: p[0] * p[1][0])(($m, [$m]))', () => vmap((p: [Tensor, Tensor[]]) => p[0].mul(p[1][0]!))([m(), [m()]])],
  ['@(lambda t: t[0], chunk_size=2)($m)', () => vmap((t: Tensor) => t.at(0), { chunk_size: 2 })(m())],
  ['@(lambda t: (t.sum(), t), out_dims=(0, 1), chunk_size=1)($m)', () => vmap((t: Tensor) => [t.sum(), t], 0, [0, 1], { chunk_size: 1 })(m())],
  ['@(lambda t: torch.tensor([*t.shape, *t.stride(), t.dim(), t.numel(), t.size(-1), len(t), t.is_contiguous()]))($c.transpose(0, 1))',
    () => vmap(seen)(c().transpose(0, 1))],
  ['@(lambda t: torch.stack([t[1], t[-1], t[1:3].sum(), t[[0, 2]].sum(), t[..., 0]]))($m)',
    () => vmap((t: Tensor) => torch.stack([t.at(1), t.at(-1), t.at('1:3').sum(), t.at([0, 2]).sum(), t.at('...', 0)]))(m())],
  ['@(lambda t, i: t[i])($m, torch.tensor([0, 3, 1]))', () => vmap((t: Tensor, i: Tensor) => t.at(i))(m(), torch.tensor([0n, 3n, 1n]))],
  ['@(lambda t: t.index_put((torch.tensor([1]),), torch.tensor(5.)))($m)', () => vmap((t: Tensor) => {
    const copy = t.clone()
    copy.set_at([[1]], torch.full([], 5))
    return copy
  })(m())],
  ['@(lambda t: t.clone().mul_(2).add_(t).clamp_(0, 3))($m)', () => vmap((t: Tensor) => t.clone().mul_(2).add_(t).clamp_(0, 3))(m())],
  ['@(lambda t: torch.zeros(4).add_(t))($m)', () => vmap((t: Tensor) => torch.zeros(4).add_(t))(m())],
  ['@(lambda t: torch.no_grad()(lambda: t * 2)())($m)', () => vmap((t: Tensor) => torch.no_grad(() => t.mul(2)))(m())],
  ['@(lambda t: torch.cat([t, torch.zeros(1)]).sort(descending=True))($m)',
    () => [...vmap((t: Tensor) => [...torch.cat([t, torch.zeros(1)]).sort({ descending: true })])(m())]],
  ['@(lambda t: torch.einsum("i,j->ij", t, t))($m)', () => vmap((t: Tensor) => torch.einsum('i,j->ij', t, t))(m())],
  ['@(lambda a, b: torch.addr(torch.ones(4, 4), a, b, beta=2, alpha=3))($m, $m)',
    () => vmap((a: Tensor, b: Tensor) => torch.addr(torch.ones(4, 4), a, b, { beta: 2, alpha: 3 }))(m(), m())],
  // functions that are Python in PyTorch
  ['@(lambda t: F.softmax(t, 0).log() + F.gelu(t) + F.silu(t) + F.normalize(t, dim=0))($m)',
    () => vmap((t: Tensor) => F.softmax(t, 0).log().add(F.gelu(t)).add(F.silu(t)).add(F.normalize(t, { dim: 0 })))(m())],
  ['@(lambda t: F.layer_norm(t, (4,)))($c)', () => vmap((t: Tensor) => F.layer_norm(t, [4]))(c())],
  ['@(lambda t: F.batch_norm(t, None, None, training=True))($c)', () => vmap((t: Tensor) => F.batch_norm(t, null, null, { training: true }))(c())],
  ['@(lambda t: F.conv1d(t, torch.ones(2, 3, 2)))($c)', () => vmap((t: Tensor) => F.conv1d(t, torch.ones(2, 3, 2)))(c())],
  ['@(lambda t: F.max_pool1d(t, 2))($c)', () => vmap((t: Tensor) => F.max_pool1d(t, 2))(c())],
  ['@(lambda t: F.interpolate(t[None], scale_factor=2)[0])($c)', () => vmap((t: Tensor) => F.interpolate(t.unsqueeze(0), { scale_factor: 2 }).at(0))(c())],
  ['@(lambda t: F.pad(t, (1, 1)))($m)', () => vmap((t: Tensor) => F.pad(t, [1, 1]))(m())],
  ['@(lambda t, k: F.one_hot(k, 4) * t)($m, torch.tensor([0, 3, 1]))', () => vmap((t: Tensor, k: Tensor) => F.one_hot(k, 4).mul(t))(m(), torch.tensor([0n, 3n, 1n]))],
  ['@(lambda t, k: F.cross_entropy(t[None], k[None]))($m, torch.tensor([0, 3, 1]))',
    () => vmap((t: Tensor, k: Tensor) => F.cross_entropy(t.unsqueeze(0), k.unsqueeze(0)))(m(), torch.tensor([0n, 3n, 1n]))],
  ['@(torch.func.grad(lambda t, k: F.cross_entropy(t[None], k[None], weight=torch.arange(4.))))($m, torch.tensor([0, 3, 1]))',
    () => vmap(grad((t: Tensor, k: Tensor) => F.cross_entropy(t.unsqueeze(0), k.unsqueeze(0), { weight: torch.arange(4).float() })))(
      m(), torch.tensor([0n, 3n, 1n]))],
  ['@(torch.func.grad(lambda t, k: F.nll_loss(t, k, ignore_index=3, reduction="sum")))($c, torch.tensor([[0, 3, 1], [2, 2, 3]]))',
    () => vmap(grad((t: Tensor, k: Tensor) => F.nll_loss(t, k, { ignore_index: 3, reduction: 'sum' })))(c(), torch.tensor([[0n, 3n, 1n], [2n, 2n, 3n]]))],
  ...(['mse_loss', 'smooth_l1_loss', 'huber_loss', 'l1_loss'] as const).flatMap(name => (['mean', 'sum'] as const).map(reduction =>
    [`@(torch.func.grad(lambda t: F.${name}(t, torch.ones(4), reduction="${reduction}")))($m)`,
      () => vmap(grad((t: Tensor) => (F[name] as typeof F.mse_loss)(t, torch.ones(4), { reduction })))(m())] as [string, () => unknown])),
  // modules
  ['(lambda l: @(lambda t: l(t))($m))(nn.Linear(4, 2))', () => vmap(new nn.Linear(4, 2))(m())],
  ['(lambda l: list(@(torch.func.grad(lambda p, t: torch.func.functional_call(l, p, (t,)).sum()), in_dims=(None, 0))'
    + '(dict(l.named_parameters()), $m).values()))(nn.Linear(4, 2))', () => {
    const layer = new nn.Linear(4, 2)
    const per_sample = vmap(grad((p: Named, t: Tensor) => functional_call(layer, p, t).sum()), { in_dims: [null, 0] })
    return Object.values(per_sample(named(layer), m()))
  }],
  ['(lambda l: @(lambda t: l(t[None], t[None], t[None], need_weights=False)[0])($c))(nn.MultiheadAttention(4, 2, batch_first=True))', () => {
    const layer = mha()
    return vmap((t: Tensor) => layer(t.unsqueeze(0), t.unsqueeze(0), t.unsqueeze(0), { need_weights: false })[0])(c())
  }],
  ['(lambda l: @(torch.func.jacrev(lambda t: l(t)[0].sum(0)))($c))(nn.LSTM(4, 2))', () => {
    const layer = new nn.LSTM(4, 2)
    return vmap(jacrev((t: Tensor) => layer(t)[0].sum(0)))(c())
  }],
  ['(lambda ls: @(lambda p, b, t: torch.func.functional_call(ls[0], (p, b), (t,)), in_dims=(0, 0, None))'
    + '(*torch.func.stack_module_state(ls), $m))([nn.Linear(4, 2) for _ in range(3)])', () => {
    const layers = [0, 1, 2].map(() => new nn.Linear(4, 2))
    const [params, buffers] = stack_module_state(layers)
    return vmap((p: Named, b: Named, t: Tensor) => functional_call(layers[0]!, [p, b], t), { in_dims: [0, 0, null] })(params, buffers, m())
  }],
  ['(lambda b: @(lambda t: b(t))($c))(torch.func.replace_all_batch_norm_modules_(nn.BatchNorm1d(4)))',
    () => vmap(torch.func.replace_all_batch_norm_modules_(new nn.BatchNorm1d(4)))(c())],
  ['(lambda b: @(lambda t: b(t))($c))(nn.BatchNorm1d(4))', () => vmap(new nn.BatchNorm1d(4))(c())],
  // random numbers
  ...(['different', 'same', 'error'] as const).flatMap(randomness => [
    [`@(lambda t: F.dropout(t), randomness="${randomness}")($m)`, () => vmap((t: Tensor) => F.dropout(t), { randomness })(m())],
    [`@(lambda t: t + torch.rand(2, 1), randomness="${randomness}")($m)`, () => vmap((t: Tensor) => t.add(torch.rand(2, 1)), { randomness })(m())],
    [`@(lambda t: torch.randperm(4) + torch.bernoulli(t / 4), randomness="${randomness}")($m)`,
      () => vmap((t: Tensor) => torch.randperm(4).add(torch.bernoulli(t.div(4))), { randomness })(m())],
  ] as [string, () => unknown][]),
  ['@(lambda t: F.dropout(t), randomness="same", chunk_size=2)(torch.ones(4, 3))', chunked_dropout],
  ['@(lambda t: t, randomness="a")', () => vmap((t: Tensor) => t, { randomness: 'a' as never })],
  // what cannot be
  ['@(lambda t: t.sum().item())($m)', () => vmap((t: Tensor) => t.sum().item())(m())],
  ['@(lambda t: t.nonzero())($m)', () => vmap((t: Tensor) => t.nonzero())(m())],
  ['@(lambda t: t[t > 0])($m)', () => vmap((t: Tensor) => t.at(t.gt(0)))(m())],
  ['(lambda z: @(lambda t: z.add_(t))($m))(torch.zeros(4))', () => {
    const z = torch.zeros(4)
    return vmap((t: Tensor) => z.add_(t))(m())
  }],
  ['@(lambda t: t, in_dims="a")($m)', () => vmap((t: Tensor) => t, 'a' as never)(m())],
  ['@(lambda t: t, in_dims=None)($m)', () => vmap((t: Tensor) => t, { in_dims: null })(m())],
  ['@(lambda t: t, in_dims=0.5)($m)', () => vmap((t: Tensor) => t, 0.5)(m())],
  ['@(lambda t: t, in_dims=(0.5,))($m)', () => vmap((t: Tensor) => t, [0.5])(m())],
  ['@(lambda t: t, in_dims=(None,))($m)', () => vmap((t: Tensor) => t, [null])(m())],
  ['@(lambda t: t, in_dims=(0, (1, None)))($m)', () => vmap((t: Tensor) => t, [0, [1, null]])(m())],
  ['@(lambda t: t, in_dims=2)($m)', () => vmap((t: Tensor) => t, 2)(m())],
  ['@(lambda t: t, in_dims=-3)($m)', () => vmap((t: Tensor) => t, -3)(m())],
  ['@(lambda t: t)()', () => vmap((t: Tensor) => t)(...[] as unknown as [Tensor])],
  ['@(lambda t: t)(3)', () => vmap((t: unknown) => t)(3)],
  ['@(lambda t: t)("a")', () => vmap((t: unknown) => t)('a')],
  ["@(lambda d: d['a'])(dict(a=$m, b=3))", () => vmap((d: { a: Tensor, b: number }) => d.a)({ a: m(), b: 3 })],
  ["@(lambda d: d['a'], in_dims=(dict(c=0),))(dict(a=$m))", () => vmap((d: { a: Tensor }) => d.a, [{ c: 0 }])({ a: m() })],
  ['@(lambda a, b: a)($m, torch.ones(4))', () => vmap((a: Tensor, _: Tensor) => a)(m(), torch.ones(4))],
  ['@(lambda t: 3)($m)', () => vmap((_: Tensor) => 3)(m())],
  ['@(lambda t: None)($m)', () => vmap((_: Tensor) => null)(m())],
  ['@(lambda t: (t, "a"))($m)', () => vmap((t: Tensor) => [t, 'a'])(m())],
  ['@(lambda t: t, out_dims=None)($m)', () => vmap((t: Tensor) => t, { out_dims: null })(m())],
  ['@(lambda t: t, out_dims=(0, 1))($m)', () => vmap((t: Tensor) => t, { out_dims: [0, 1] })(m())],
  ['@(lambda t: (t, t), out_dims=(0, 0, 0))($m)', () => vmap((t: Tensor) => [t, t], { out_dims: [0, 0, 0] })(m())],
  ['@(lambda t: t, out_dims=0.5)($m)', () => vmap((t: Tensor) => t, { out_dims: 0.5 })(m())],
  ['@(lambda t: t, out_dims=5)($m)', () => vmap((t: Tensor) => t, { out_dims: 5 })(m())],
  ['@(lambda t: t, chunk_size=0)', () => vmap((t: Tensor) => t, { chunk_size: 0 })],
  ['(lambda x: (lambda y: @(lambda v: torch.autograd.grad(y, x, v))(torch.eye(3)))(x ** 2))(torch.arange(3.).requires_grad_())', () => {
    const x = torch.arange(3).float().requires_grad_()
    const y = x.pow(2)
    return vmap((v: Tensor) => torch.autograd.grad(y, x, v))(torch.eye(3))
  }],
] as [string, () => unknown][]).map(([code, run]) => [py(code), run]))
