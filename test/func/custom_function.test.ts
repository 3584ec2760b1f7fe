// autograd.Function under transforms beside Python's: setup_context, the vmap staticmethod and rules that are generated.
import torch from 'torch-ts'
import { compare_with_python } from '../helpers/beside_python'

type Tensor = torch.Tensor
type Ctx = torch.autograd.FunctionCtx
const { Function } = torch.autograd
const { dual_level, make_dual, unpack_dual } = torch.autograd.forward_ad
const { grad, hessian, jacfwd, jacrev, jvp, vjp } = torch.func
const { vmap } = torch

/** x^3 y, with a context that knows shapes. */
class Cube extends Function {
  static generate_vmap_rule = true
  static override forward(x: Tensor, y: Tensor) {
    return x.pow(3).mul(y).sum(-1)
  }
  static setup_context(ctx: Ctx, inputs: [Tensor, Tensor], _output: Tensor) {
    ctx.save_for_backward(...inputs)
    ctx['size'] = inputs[0].size(-1)
  }
  static override backward(ctx: Ctx, g: Tensor) {
    const [x, y] = ctx.saved_tensors as [Tensor, Tensor]
    const wide = g.unsqueeze(-1).expand([...g.shape, ctx['size'] as number])
    return [wide.mul(x.pow(2)).mul(y).mul(3), wide.mul(x.pow(3))]
  }
}

/** Two outputs, and a vmap of its own. */
class Both extends Function {
  static override forward(x: Tensor) {
    return [x.sin(), x.cos()]
  }
  static setup_context(ctx: Ctx, inputs: [Tensor], _output: Tensor[]) {
    ctx.save_for_backward(inputs[0])
  }
  static override backward(ctx: Ctx, a: Tensor, b: Tensor) {
    const [x] = ctx.saved_tensors as [Tensor]
    return a.mul(x.cos()).sub(b.mul(x.sin()))
  }
  static vmap(info: torch.autograd.VmapInfo, in_dims: (number | null)[], x: Tensor) {
    return [Both.apply(x.movedim(in_dims[0]!, 0).mul(info.batch_size)), [0, 0]]
  }
}

class Old extends Function {
  static override forward(_ctx: Ctx, x: Tensor) { return x.mul(2) }
  static override backward(_ctx: Ctx, g: Tensor) { return g.mul(2) }
}
class Bare extends Function {
  static override forward(x: Tensor) { return x.mul(2) }
  static setup_context() { /* keeps nothing */ }
  static override backward(_ctx: Ctx, g: Tensor) { return g.mul(2) }
}
class Double extends Bare {
  static generate_vmap_rule = true
  static vmap(_info: torch.autograd.VmapInfo, _dims: (number | null)[], x: Tensor): unknown { return [x, 0] }
}
class Wrong extends Bare {
  static vmap(_info: torch.autograd.VmapInfo, _dims: (number | null)[], x: Tensor): unknown { return x }
}

/** sin(x) y with a derivative by forward mode. */
class Sine extends Function {
  static generate_vmap_rule = true
  static override forward(x: Tensor, y: Tensor) {
    return x.sin().mul(y)
  }
  static setup_context(ctx: Ctx, inputs: [Tensor, Tensor], _output: Tensor) {
    ctx.save_for_backward(...inputs)
    ctx.save_for_forward(...inputs)
  }
  static override backward(ctx: Ctx, g: Tensor) {
    const [x, y] = ctx.saved_tensors as [Tensor, Tensor]
    return [g.mul(x.cos()).mul(y), g.mul(x.sin())]
  }
  static jvp(ctx: Ctx, a: Tensor, b: Tensor) {
    const [x, y] = ctx.saved_tensors as [Tensor, Tensor]
    return a.mul(x.cos()).mul(y).add(b.mul(x.sin()))
  }
}

// The classes in Python, made by the first expression that needs them.
const CLASSES = `
class Cube(torch.autograd.Function):
  generate_vmap_rule = True
  @staticmethod
  def forward(x, y): return (x ** 3 * y).sum(-1)
  @staticmethod
  def setup_context(ctx, inputs, output):
    ctx.save_for_backward(*inputs)
    ctx.size = inputs[0].size(-1)
  @staticmethod
  def backward(ctx, g):
    x, y = ctx.saved_tensors
    wide = g.unsqueeze(-1).expand(*g.shape, ctx.size)
    return wide * x ** 2 * y * 3, wide * x ** 3
class Both(torch.autograd.Function):
  @staticmethod
  def forward(x): return x.sin(), x.cos()
  @staticmethod
  def setup_context(ctx, inputs, output): ctx.save_for_backward(inputs[0])
  @staticmethod
  def backward(ctx, a, b):
    x, = ctx.saved_tensors
    return a * x.cos() - b * x.sin()
  @staticmethod
  def vmap(info, in_dims, x): return Both.apply(x.movedim(in_dims[0], 0) * info.batch_size), (0, 0)
class Sine(torch.autograd.Function):
  generate_vmap_rule = True
  @staticmethod
  def forward(x, y): return x.sin() * y
  @staticmethod
  def setup_context(ctx, inputs, output):
    ctx.save_for_backward(*inputs)
    ctx.save_for_forward(*inputs)
  @staticmethod
  def backward(ctx, g):
    x, y = ctx.saved_tensors
    return g * x.cos() * y, g * x.sin()
  @staticmethod
  def jvp(ctx, a, b):
    x, y = ctx.saved_tensors
    return a * x.cos() * y + b * x.sin()
class Old(torch.autograd.Function):
  @staticmethod
  def forward(ctx, x): return x * 2
  @staticmethod
  def backward(ctx, g): return g * 2
class Bare(torch.autograd.Function):
  @staticmethod
  def forward(x): return x * 2
  @staticmethod
  def setup_context(ctx, inputs, output): pass
  @staticmethod
  def backward(ctx, g): return g * 2
class Double(Bare):
  generate_vmap_rule = True
  @staticmethod
  def vmap(info, in_dims, x): return x, 0
class Wrong(Bare):
  @staticmethod
  def vmap(info, in_dims, x): return x
`
const x = () => torch.arange(1, 5).div(3)
const m = () => torch.arange(12).div(7).reshape(3, 4)
const cube = (a: Tensor, b: Tensor) => Cube.apply(a, b)
const sine = (a: Tensor, b: Tensor) => Sine.apply(a, b)

compare_with_python('autograd.Function under transforms', [], ([
  [`(exec(${JSON.stringify(CLASSES)}, globals()), 0)[1]`, () => 0],
  ['torch.func.grad(Cube.apply, argnums=(0, 1))($x, $x)', () => grad(cube, [0, 1])(x(), x())],
  ['torch.func.grad(torch.func.grad(lambda t: Cube.apply(t[None], torch.ones(1))))(torch.tensor(0.5))',
    () => grad(grad((t: Tensor) => cube(t.unsqueeze(0), torch.ones(1))))(torch.tensor(0.5))],
  ['torch.func.jacrev(torch.func.grad(Cube.apply))($x, $x)', () => jacrev(grad(cube))(x(), x())],
  ['torch.func.vjp(Both.apply, $x)[1]((torch.ones(4), $x))', () => vjp((t: Tensor) => Both.apply(t) as Tensor[], x())[1]([torch.ones(4), x()])],
  ['torch.vmap(Cube.apply)($m, $m)', () => vmap(cube)(m(), m())],
  ['torch.vmap(Cube.apply, in_dims=(0, None))($m, $x)', () => vmap(cube, [0, null])(m(), x())],
  ['torch.vmap(torch.vmap(Cube.apply, in_dims=(0, None)), in_dims=(None, 0))($m, $m)', () => vmap(vmap(cube, [0, null]), [null, 0])(m(), m())],
  ['torch.vmap(torch.func.grad(Cube.apply, argnums=(0, 1)), in_dims=(0, None))($m, $x)', () => vmap(grad(cube, [0, 1]), [0, null])(m(), x())],
  ['torch.func.grad(lambda a, b: torch.vmap(Cube.apply, in_dims=(1, None))(a.t(), b).sum(), argnums=(0, 1))($m, $x)',
    () => grad((a: Tensor, b: Tensor) => vmap(cube, [1, null])(a.t(), b).sum(), [0, 1])(m(), x())],
  ['(lambda a: torch.autograd.grad(torch.vmap(Cube.apply, in_dims=(0, None))(a, $x).sum(), a))($m.requires_grad_())', () => {
    const a = m().requires_grad_()
    return torch.autograd.grad(vmap(cube, [0, null])(a, x()).sum(), a)
  }],
  ['torch.vmap(Both.apply)($m)', () => vmap((t: Tensor) => Both.apply(t) as Tensor[])(m())],
  ['torch.vmap(Both.apply, in_dims=1)($m)', () => vmap((t: Tensor) => Both.apply(t) as Tensor[], 1)(m())],
  ['torch.vmap(lambda t: Both.apply($x))($m)', () => vmap((_: Tensor) => Both.apply(x()) as Tensor[])(m())],
  ['torch.func.jvp(Sine.apply, ($x, $x), ($x, torch.ones(4)))', () => jvp(sine, [x(), x()], [x(), torch.ones(4)])],
  ['torch.func.jvp(lambda t: Sine.apply(t, $x), ($x,), (torch.ones(4),))', () => jvp((t: Tensor) => sine(t, x()), [x()], [torch.ones(4)])],
  ['torch.func.jacfwd(Sine.apply, argnums=(0, 1))($x, $x)', () => jacfwd(sine, [0, 1])(x(), x())],
  ['torch.func.hessian(lambda t: Sine.apply(t, t).sum())($x)', () => hessian((t: Tensor) => sine(t, t).sum())(x())],
  ['torch.vmap(lambda t: torch.func.jvp(Sine.apply, (t, $x), (t, $x))[1])($m)', () => vmap((t: Tensor) => jvp(sine, [t, x()], [t, x()])[1])(m())],
  ['torch.func.jvp(torch.vmap(Sine.apply, in_dims=(0, None)), ($m, $x), ($m, $x))', () => jvp(vmap(sine, [0, null]), [m(), x()], [m(), x()])],
  ['torch.func.jvp(lambda t: torch.func.jvp(lambda s: Sine.apply(s, s), (t,), (t,))[1], ($x,), ($x,))',
    () => jvp((t: Tensor) => jvp((s: Tensor) => sine(s, s), [t], [t])[1], [x()], [x()])],
  ['torch.func.jvp(Bare.apply, ($x,), ($x,))', () => jvp((t: Tensor) => Bare.apply(t), [x()], [x()])],
  ['(lambda d: (lambda r: (r.primal, r.tangent))((lambda l: (d.unpack_dual(Sine.apply(d.make_dual($x, $x), torch.ones(4))), d.exit_dual_level())[0])'
    + '(d.enter_dual_level())))(torch.autograd.forward_ad)', () => dual_level(() => [...unpack_dual(sine(make_dual(x(), x()), torch.ones(4)))])],
  ['torch.func.grad(lambda t: Old.apply(t).sum())($x)', () => grad((t: Tensor) => Old.apply(t).sum())(x())],
  ['torch.vmap(Old.apply)($x)', () => vmap((t: Tensor) => Old.apply(t))(x())],
  ['torch.vmap(Bare.apply)($x)', () => vmap((t: Tensor) => Bare.apply(t))(x())],
  ['torch.vmap(Double.apply)($x)', () => vmap((t: Tensor) => Double.apply(t))(x())],
  ['torch.vmap(Wrong.apply)($x)', () => vmap((t: Tensor) => Wrong.apply(t))(x())],
  ['torch.func.hessian(lambda t: Bare.apply(t).pow(3).sum())($x)', () => hessian((t: Tensor) => Bare.apply(t).pow(3).sum())(x())],
] as [string, () => unknown][]).map(([code, run]) => [code.replaceAll('$x', '(torch.arange(1, 5) / 3)').replaceAll('$m', '(torch.arange(12) / 7).reshape(3, 4)'), run]))
