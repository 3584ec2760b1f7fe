// Approximations of low rank by random projections: torch._lowrank. (Halko et al., 2009, algorithms 4.4 and 5.1.)
import { with_keywords } from '../_args'
import { ValueError } from '../_errors'
import { aten } from '../_operators'
import { type dtype, float16, float32, float64 } from '../dtype'
import * as linalg from '../generated/linalg'
import * as torch from '../generated/torch_functions'
import type { Tensor } from '../tensor'

const sparse_sum = aten('_sparse_sum.dim')

function floating_dtype({ dtype }: Tensor): dtype {
  return dtype.is_complex || dtype === float16 || dtype === float64 ? dtype : float32
}

const q_of = (matrix: Tensor): Tensor => linalg.qr(matrix).Q

// What to take away from each product with A: A itself is A - M.
function without(product: Tensor, M: Tensor | null, other: Tensor): Tensor {
  return M === null ? product : product.sub(M.matmul(other))
}

function approximate_basis(A: Tensor, q: number, niter: number, M: Tensor | null): Tensor {
  const random = torch.randn([A.shape.at(-1)!, q], { dtype: floating_dtype(A), device: A.device })
  const M_H = M && M.mH
  let Q = q_of(without(A.matmul(random), M, random))
  for (let i = 0; i < niter; i++) {
    Q = q_of(without(A.mH.matmul(Q), M_H, Q))
    Q = q_of(without(A.matmul(Q), M, Q))
  }
  return Q
}

/**
 * An approximate singular value decomposition of a matrix of low rank, A - M = U diag(S) V^H.
 *
 * @param q - about how many singular values to find. Default: 6.
 * @param niter - how many iterations sharpen it. Default: 2.
 * @param M - the mean to take away, broadcast to A. Default: none.
 * @returns [U, S, V]
 * @see torch.svd_lowrank
 */
export const svd_lowrank = with_keywords('svd_lowrank', ['A', 'q', 'niter', 'M'],
  (A: Tensor, q: number | null = 6, niter: number | null = 2, M: Tensor | null = null): [U: Tensor, S: Tensor, V: Tensor] => {
    const wide = A.shape.at(-2)! < A.shape.at(-1)!
    const mean = M && M.broadcast_to(A.shape)
    const [tall, tall_mean] = wide ? [A.mH, mean && mean.mH] : [A, mean]
    const Q = approximate_basis(tall, q ?? 6, niter ?? 2, tall_mean)
    const Q_H = Q.mH
    const small = Q_H.matmul(tall)
    const { U, S, Vh } = linalg.svd(tall_mean === null ? small : small.sub(Q_H.matmul(tall_mean)), { full_matrices: false })
    const [left, right] = [Q.matmul(U), Vh.mH]
    return wide ? [right, S, left] : [left, S, right]
  })

/**
 * Principal components of a matrix of low rank: {@link svd_lowrank} after its columns' means are taken away.
 *
 * @param q - about how many components to find. Default: 6, or the smaller size of A.
 * @param center - take the means away. Default: true.
 * @param niter - how many iterations sharpen it. Default: 2.
 * @returns [U, S, V]
 * @throws {ValueError} if q is negative or greater than a size of A, or niter negative.
 * @see torch.pca_lowrank
 */
export const pca_lowrank = with_keywords('pca_lowrank', ['A', 'q', 'center', 'niter'],
  (A: Tensor, q: number | null = null, center: boolean = true, niter: number = 2): [U: Tensor, S: Tensor, V: Tensor] => {
    const [m, n] = A.shape.slice(-2) as [number, number]
    const most = Math.min(m, n)
    const count = q ?? Math.min(6, most)
    if (!(count >= 0 && count <= most)) {
      throw new ValueError(`q(=${count}) must be non-negative integer and not greater than min(m, n)=${most}`)
    }
    if (!(niter >= 0)) throw new ValueError(`niter(=${niter}) must be non-negative integer`)
    if (!center) return svd_lowrank(A, count, niter, null)
    if (!A.is_sparse) return svd_lowrank(A.sub(A.mean([-2], true)), count, niter, null)
    if (A.ndim !== 2) throw new ValueError('pca_lowrank input is expected to be 2-dimensional tensor')
    const means = (sparse_sum([A, [-2]]) as Tensor).to_dense().div(m)
    return svd_lowrank(A, count, niter, means)
  })
