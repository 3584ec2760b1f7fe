// Some eigenvalues of large symmetric matrices: torch._lobpcg. (Knyazev, 2001; orthogonalisation of Duersch et al., 2018.)
import { with_keywords } from '../_args'
import { AssertionError, NotImplementedError, RuntimeError, ValueError } from '../_errors'
import { float16, float32, float64 } from '../dtype'
import * as linalg from '../generated/linalg'
import * as torch from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { norm } from './linear_algebra'

type Matrix = Tensor | null // null is the identity

const apply = (A: Matrix, x: Tensor): Tensor => (A === null ? x : A.matmul(x))
const quadratic_form = (A: Matrix, x: Tensor): Tensor => x.mT.matmul(apply(A, x))
const size = (x: Tensor): number => norm(x).item()
const columns = (x: Tensor, start: number, end: number = x.shape[1]!): Tensor => x.narrow(1, start, end - start)

function eigen(A: Tensor, largest: boolean = false): [values: Tensor, vectors: Tensor] {
  const { eigenvalues, eigenvectors } = linalg.eigh(A, 'U')
  return largest ? [eigenvalues.flip([-1]), eigenvectors.flip([-1])] : [eigenvalues, eigenvectors]
}

/** Numbers that steer the method 'ortho', in PyTorch's three dicts. */
export interface OrthoParams {
  ortho_i_max?: number
  ortho_j_max?: number
  ortho_tol?: number
  ortho_tol_drop?: number
  ortho_tol_replace?: number
  ortho_use_drop?: boolean
}

interface Settings {
  n: number
  k: number
  niter: number
  tol: number
  largest: boolean
  method: string
  ortho: Required<OrthoParams>
}

/** One run: X holds the approximate eigenvectors, E the values, S the space [X, P, W] that is searched. */
class Search {
  E: Tensor
  private S: Tensor
  private R: Tensor
  private converged = 0
  private norms = { A: 0, B: 0 }

  constructor(private readonly A: Tensor, private readonly B: Matrix, public X: Tensor, private readonly iK: Matrix, private readonly to: Settings) {
    this.E = torch.zeros([to.n], { dtype: X.dtype, device: X.device })
    this.S = X
    this.R = X
  }

  run(): void {
    const length = size(this.X)
    this.norms = { A: size(apply(this.A, this.X)) / length, B: size(apply(this.B, this.X)) / length }
    this.start()
    for (let left = this.to.niter - 1; left > 0 && this.converged < this.to.k; left--) this.step()
  }

  private start(): void {
    const basis = this.ritz_basis(this.X)
    const [values, vectors] = eigen(quadratic_form(quadratic_form(this.A, this.X), basis), this.to.largest)
    this.X = this.X.matmul(basis.matmul(vectors))
    if (this.to.method !== 'ortho') this.E = values
    this.extend(null)
  }

  private step(): void {
    const { n, method, largest } = this.to
    const done = this.converged
    const S = columns(this.S, done)
    const left = n - done
    let P: Tensor
    let values: Tensor
    if (method === 'ortho') {
      const [found, Z] = eigen(quadratic_form(this.A, S), largest)
      values = found
      this.set_columns(done, S.matmul(columns(Z, 0, left)))
      P = S.matmul(columns(Z, left).matmul(linalg.qr(columns(Z, left).narrow(0, 0, left).mT).Q))
    } else {
      const basis = this.ritz_basis(S)
      const [found, Z] = eigen(quadratic_form(quadratic_form(this.A, S), basis), largest)
      values = found
      this.set_columns(done, S.matmul(basis.matmul(columns(Z, 0, left))))
      P = S.matmul(basis.matmul(columns(Z, n, Math.min(2 * n - done, Z.shape[1]!))))
    }
    this.E = torch.cat([this.E.narrow(0, 0, done), values.narrow(0, 0, left)])
    this.extend(P)
  }

  private set_columns(start: number, to: Tensor): void {
    this.X = torch.cat([columns(this.X, 0, start), to], 1)
  }

  // The residuals say which pairs have converged and where to search next.
  private extend(P: Tensor | null): void {
    this.R = apply(this.A, this.X).sub(apply(this.B, this.X).mul(this.E))
    this.count_converged()
    const known = P === null ? this.X : torch.cat([this.X, P], 1)
    const left = P === null ? this.R : columns(this.R, this.converged)
    const W = this.to.method === 'ortho' ? this.orthogonal(left, known) : apply(this.iK, left)
    this.S = torch.cat([known, W], 1)
  }

  private count_converged(): void {
    const scale = this.E.narrow(0, 0, this.X.shape[1]!).abs().mul(this.norms.B).add(this.norms.A)
    const errors = norm(this.R, 2, [0]).div(norm(this.X, 2, [0]).mul(scale))
    const flags = errors.lt(this.to.tol).tolist<boolean[]>()
    const first = flags.indexOf(false) // pairs after it do not count, so that their order is strict
    const count = first < 0 ? flags.length : first
    if (count < this.converged) {
      throw new AssertionError(`the number of converged eigenpairs (was ${this.converged}, got ${count}) cannot decrease`)
    }
    this.converged = count
  }

  private ritz_basis(S: Tensor): Tensor {
    const gram = quadratic_form(this.B, S)
    const row = gram.diagonal(0, -2, -1).pow(-0.5)
    const R = linalg.cholesky(gram.mul(row).mul(row.reshape([-1, 1])), { upper: true })
    return linalg.solve_triangular(R, row.diag_embed(), { upper: true, left: false })
  }

  // A basis of U's space that is orthonormal with respect to B, by eigenvectors of the Gram matrix.
  private orthonormal(columns_of: Tensor, drop: boolean, tau: number): Tensor {
    let U = columns_of
    if (U.numel() === 0) return U
    let gram = quadratic_form(this.B, U)
    const used = gram.diagonal(0, -2, -1).ne(0).nonzero().flatten()
    if (used.numel() < gram.shape[0]!) {
      U = U.index_select(1, used)
      if (U.numel() === 0) return U
      gram = quadratic_form(this.B, U)
    }
    let scale = gram.diagonal(0, -2, -1).pow(-0.5).reshape([-1, 1])
    let [E, Z] = eigen(gram.mul(scale).mul(scale.mT))
    const least = E.abs().max().mul(tau)
    if (drop) {
      const keep = E.gt(least).nonzero().flatten()
      ;[E, Z, scale] = [E.index_select(0, keep), Z.index_select(1, keep), scale.index_select(0, keep)]
    } else {
      E = torch.where(E.lt(least), least, E)
    }
    return U.mul(scale.mT).matmul(Z.mul(E.pow(-0.5)))
  }

  // A basis of the part of U's space that is orthogonal to V.
  private orthogonal(start: Tensor, V: Tensor): Tensor {
    const { ortho_i_max, ortho_j_max, ortho_tol, ortho_tol_drop, ortho_tol_replace, ortho_use_drop } = this.to.ortho
    const length = size(apply(this.B, V))
    let U = start
    let overlap = V.mT.matmul(apply(this.B, U))
    for (let i = 0; i < ortho_i_max; i++) {
      U = U.sub(V.matmul(overlap))
      let image = U
      for (let j = 0; j < ortho_j_max; j++) {
        const drop = ortho_use_drop && j > 0
        U = this.orthonormal(U, drop, ortho_use_drop && j === 0 ? ortho_tol_drop : ortho_tol_replace)
        if (U.numel() === 0) return U
        image = apply(this.B, U)
        const gram = U.mT.matmul(image)
        const error = size(gram.sub(torch.eye(gram.shape[1]!, { dtype: gram.dtype, device: gram.device })))
        if (error / (size(image) * size(U)) < ortho_tol) break
      }
      overlap = V.mT.matmul(image)
      if (size(overlap) / (length * size(U)) < ortho_tol) break
      const rows = this.X.shape[0]!
      if (rows < U.shape[1]! + V.shape[1]!) {
        throw new ValueError(`Overdetermined shape of U: #B-cols(=${rows}) >= #U-cols(=${U.shape[1]}) + #V-cols(=${V.shape[1]}) must hold`)
      }
    }
    return U
  }
}

type Count = number | null

/**
 * The greatest or smallest eigenvalues, with their vectors, of a symmetric positive definite matrix: A x = e B x. Sparse
 * matrices are fine; there are no gradients (use linalg.eigh for those).
 *
 * @param k - how many. Default: 1, or as many as X has columns.
 * @param B - default: the identity.
 * @param X - (m, n), where to start. Default: random.
 * @param n - the columns of a random X. Default: k.
 * @param iK - a preconditioner, for the method 'basic'. Default: none.
 * @param niter - the most iterations. Default: 1000; -1 does not limit them.
 * @param tol - when a pair has converged. Default: the square root of the dtype's epsilon.
 * @param largest - default: true.
 * @param method - 'basic' or 'ortho', which is slower and more robust. Default: 'ortho'.
 * @param tracker - not there; must be null.
 * @returns [eigenvalues, eigenvectors], (..., k) and (..., m, k)
 * @throws {ValueError} if A has less than 3 n rows.
 * @see torch.lobpcg
 */
export const lobpcg = with_keywords('lobpcg',
  ['A', 'k', 'B', 'X', 'n', 'iK', 'niter', 'tol', 'largest', 'method', 'tracker', 'ortho_iparams', 'ortho_fparams', 'ortho_bparams'],
  (A: Tensor, k: Count = null, B: Matrix = null, X: Matrix = null, n: Count = null, iK: Matrix = null, niter: Count = null, tol: Count = null,
    largest: boolean | null = null, method: string | null = null, tracker: null = null, ortho_iparams: OrthoParams | null = null,
    ortho_fparams: OrthoParams | null = null, ortho_bparams: OrthoParams | null = null): [eigenvalues: Tensor, eigenvectors: Tensor] => {
    const shape = A.shape
    const m = shape.at(-1)!
    if (shape.at(-2) !== m) throw new AssertionError(`A must be square, got shape ${shape}`)
    if (B !== null && String(B.shape) !== String(shape)) throw new AssertionError(`A and B must have same shape, got ${shape} vs ${B.shape}`)
    if (A.requires_grad || B?.requires_grad) throw new NotImplementedError('lobpcg: gradients are not implemented; use torch.linalg.eigh, or detach')
    if (tracker !== null) throw new NotImplementedError('lobpcg: a tracker cannot be given')
    const dtype = A.dtype === float64 || A.dtype === float16 ? A.dtype : float32
    const limit = tol ?? Math.sqrt(dtype === float64 ? 2.23e-16 : 1.2e-7)
    const count = k ?? X?.shape.at(-1) ?? 1
    const width = X?.shape.at(-1) ?? n ?? count
    if (m < 3 * width) {
      throw new ValueError(`LOBPCG algorithm is not applicable when the number of A rows (=${m}) `
        + `is smaller than 3 x the number of requested eigenpairs (=${width})`)
    }
    const chosen = method ?? 'ortho'
    if (chosen !== 'ortho' && chosen !== 'basic') throw new RuntimeError(`lobpcg: method must be 'basic' or 'ortho', got '${chosen}'`)
    const ortho = { ortho_i_max: 3, ortho_j_max: 3, ortho_tol: limit, ortho_tol_drop: limit, ortho_tol_replace: limit, ortho_use_drop: false,
      ...ortho_iparams, ...ortho_fparams, ...ortho_bparams }
    const iterations = niter === null ? 1000 : niter < 0 ? Infinity : niter
    const to = { n: width, k: count, niter: iterations, tol: limit, largest: largest ?? true, method: chosen, ortho }
    const search = (a: Tensor, b: Matrix, x: Matrix): [Tensor, Tensor] => {
      const start = x ?? torch.randn([m, width], { dtype, device: A.device })
      if (start.ndim !== 2 || start.shape[0] !== m || start.shape[1] !== width) {
        throw new AssertionError(`X shape mismatch: got ${start.shape}, expected (${m}, ${width})`)
      }
      const worker = new Search(a, b, start, iK, to)
      worker.run()
      return [worker.E.narrow(0, 0, count), columns(worker.X, 0, count)]
    }
    if (shape.length === 2) return search(A, B, X)
    const flat = (x: Tensor): Tensor[] => x.reshape([-1, ...x.shape.slice(-2)]).unbind(0)
    const [as, bs, xs] = [flat(A), B && flat(B), X && flat(X)]
    const found = as.map((a, i) => search(a, bs && bs[i]!, xs && xs[i]!))
    const batch = shape.slice(0, -2)
    return [torch.stack(found.map(([E]) => E)).reshape([...batch, count]), torch.stack(found.map(([, x]) => x)).reshape([...batch, m, count])]
  })
