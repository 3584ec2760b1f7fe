// Compiled by `npm test`, never run: calls that must compile, and calls that must not.
import torch, { Tensor, type Named } from '../../lib/index'

declare const x: Tensor
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_same: Same<A, B>): void => undefined

// Keyword arguments: any prefix by position, then one object.
is<typeof added, Tensor>(true)
const added = x.add(1, { alpha: 2 })
x.sum(1, true)
x.sum(1, { keepdim: true })
x.sum({ dim: [0, 1], dtype: torch.float64 })
torch.relu({ input: x })
torch.zeros(2, 3)
torch.zeros([2, 3], { dtype: torch.int64, requires_grad: false })
torch.randn(2, { generator: new torch.Generator() })
x.view(-1, 2)
x.view([-1, 2])
torch.add(x, x, { out: x })

// @ts-expect-error -- an unknown keyword
x.sum({ dims: 1 })
// @ts-expect-error -- a keyword of a wrong type
x.sum({ dim: 'a' })
// @ts-expect-error -- a wrong type
x.matmul(2)
// @ts-expect-error -- a missing argument
x.matmul()
// @ts-expect-error -- a method that does not exist
x.sun()
// @ts-expect-error -- a shape of strings
torch.zeros(['2'])

// Results.
const { values, indices } = x.max(1)
is<typeof values, Tensor>(true)
is<typeof indices, Tensor>(true)
const pair: Named<'values' | 'indices'> = x.sort()
const [first] = pair
is<typeof first, Tensor>(true)
const item: number = x.item()
const big = x.item<bigint>()
is<typeof big, bigint>(true)
const nested = x.tolist<number[][]>()
is<typeof nested, number[][]>(true)
// @ts-expect-error -- no such field
void x.max(1).value

// Modes give what the callback gives.
is<number, typeof five>(true)
const five = torch.no_grad(() => 5)
const later: Promise<string> = torch.no_grad(async () => 'a')
{
  using _ = torch.no_grad()
}

// torch's classes are types in the namespace.
const t: torch.Tensor = x
const d: torch.device = torch.device('cpu')
const k: torch.dtype = torch.float32
const s: torch.Size = x.shape

// Gradients.
x.backward({ retain_graph: true })
x.backward(x, true)
// @ts-expect-error -- an unknown keyword
x.backward({ retain: true })
const grads: Tensor[] = torch.autograd.grad(x, [x], { allow_unused: true })
x.register_hook(grad => grad.mul(2))
// @ts-expect-error -- a hook gives a tensor or nothing
x.register_hook(() => 5)

// Indexing.
x.at(0, ':', '...', null, true, [0, 2], x, torch.slice(1, null))
x.set_at([':', 1], 2)
// @ts-expect-error -- an object is no index
x.at({})

void [item, later, t, d, k, s, grads]
