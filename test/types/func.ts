// Compiled by `npm test`, never run: transforms of functions know the types of what they give.
import torch, { type Tensor } from '../../lib/index'

declare const x: Tensor
interface Params { readonly w: Tensor, readonly b: Tensor }
declare const params: Params
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_same: Same<A, B>): void => undefined
const { grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap } = torch.func
const { functional, forward_ad } = torch.autograd

const f = (t: Tensor): Tensor => t.sin().sum()
const loss = (p: Params, t: Tensor): Tensor => p.w.mul(t).add(p.b).sum()

is<typeof one, Tensor>(true)
const one = grad(f)(x)
is<typeof named, Params>(true)
const named = grad(loss)(params, x)
is<typeof second, Tensor>(true)
const second = grad(loss, 1)(params, x)
is<typeof both, [Tensor, Params]>(true)
const both = grad(loss, { argnums: [1, 0] })(params, x)
is<typeof with_aux, [grad: Tensor, aux: number]>(true)
const with_aux = grad((t: Tensor): [Tensor, number] => [t.sum(), 1], { has_aux: true })(x)
is<typeof valued, [grad: Tensor, value: Tensor]>(true)
const valued = grad_and_value(f)(x)
is<typeof per_sample, Params>(true)
const per_sample = vmap(grad(loss), { in_dims: [null, 0] })(params, x)
is<typeof pulled, [output: Tensor, vjp_fn: torch.func.VjpFunction<Tensor, [t: Tensor]>]>(true)
const pulled = vjp(f, x)
is<typeof pushed, [output: Tensor, jvp: Tensor]>(true)
const pushed = jvp(f, [x], [x])
is<typeof rows, { a: Tensor, b: Tensor }>(true)
const rows = jacrev((t: Tensor) => ({ a: t.sin(), b: t }))(x)
is<typeof columns, [Tensor, Tensor]>(true)
const columns = jacfwd((a: Tensor, b: Tensor) => a.mul(b), [0, 1])(x, x)
is<typeof curved, Tensor>(true)
const curved = hessian(f)(x)
is<typeof matrix, Tensor>(true)
const matrix = functional.jacobian((t: Tensor) => t.exp(), x)
is<typeof matrices, Tensor[][]>(true)
const matrices = functional.hessian((a: Tensor, b: Tensor) => a.mul(b).sum(), [x, x])
is<typeof tangent, Tensor | null>(true)
const { tangent } = forward_ad.unpack_dual(x)

// @ts-expect-error -- an argument of another type
grad(loss)(x, x)
// @ts-expect-error -- argnums are numbers
grad(f, { argnums: 'a' })
// @ts-expect-error -- an unknown way of randomness
vmap(f, { randomness: 'all' })
// @ts-expect-error -- a tangent for each primal
jvp(f, [x], [x, x])
// @ts-expect-error -- an unknown strategy
functional.jacobian(f, x, { strategy: 'forward' })

// A function to check takes what it is given.
torch.autograd.gradcheck(a => a.sin(), x)
torch.autograd.gradcheck((a, n) => a.mul(n), [x, 2], { eps: 1e-4 })
torch.autograd.gradgradcheck((a, b) => [a.mul(b), a], [x, x], null, { gen_non_contig_grad_outputs: true })
// @ts-expect-error -- two inputs for one parameter of another type
torch.autograd.gradcheck((a: string) => a, [x, x])
