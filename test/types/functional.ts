// Compiled by `npm test`, never run: Python-level functions, in calls that must compile and calls that must not.
import torch, { Tensor } from '../../lib/index'

declare const x: Tensor
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <A, B>(_same: Same<A, B>): void => undefined

// Operands may be tensors or numbers, where PyTorch takes both.
x.mul(2).add(x, { alpha: 2 }).eq(1)
torch.where(x.gt(0), x, 0)
torch.where(x.gt(0), 1, x)
const places: Tensor[] = torch.where(x)
// @ts-expect-error -- PyTorch takes no number there
x.atan2(2)

// Results depend on what is asked for.
const once = torch.unique(x)
is<typeof once, Tensor>(true)
const [elements, counts] = torch.unique(x, { return_counts: true })
is<typeof counts, Tensor>(true)
const [, inverse, how_often] = x.unique({ return_inverse: true, return_counts: true })
is<typeof inverse, Tensor>(true)
const runs = x.unique_consecutive()
is<typeof runs, Tensor>(true)
const [LU, pivots, infos] = torch.lu(x, { get_infos: true })
is<typeof infos, Tensor>(true)
// @ts-expect-error -- infos only come if they are asked for
const [, , none] = torch.lu(x)

// Any number of tensors, as arguments or as one list.
torch.einsum('ij,jk->ik', x, x)
torch.einsum(x, [0, 1], x, [1, 2], [0, 2])
torch.meshgrid(x, x, { indexing: 'xy' })
torch.meshgrid([x, x])
const wide: Tensor = torch.atleast_2d(x)
const several: Tensor[] = torch.atleast_2d(x, x)
// @ts-expect-error -- no such indexing
torch.meshgrid(x, { indexing: 'yx' })

// By position or keyword.
torch.norm(x, 'nuc', [0, 1])
x.norm({ p: 1, dim: 0, keepdim: true })
x.split(2, { dim: 1 })
torch.split(x, { split_size_or_sections: [1, 2], dim: 1 })
torch.stft(x, 400, { return_complex: true })
torch.masked.sum(x, 1, { mask: x.gt(0) })
torch.signal.windows.hann(10, { sym: false })
torch.sparse.mm(x, x)
torch.testing.assert_close(x, [1, 2], { rtol: 1e-3, atol: 1e-3 })
torch.testing.make_tensor(2, 3, { dtype: torch.float32, device: 'cpu', low: 0 })
// @ts-expect-error -- dtype and device are needed
torch.testing.make_tensor(2, 3, { low: 0 })
// @ts-expect-error -- no such keyword
torch.stft(x, 400, { hop: 2 })

// Python's own names of operators, and the kind of a tensor.
const reversed: Tensor = x.__rsub__(1)
const on_cuda: boolean = x.is_xpu || x.is_quantized

export { LU, counts, elements, how_often, none, on_cuda, once, pivots, places, reversed, runs, several, wide }
