// The multivariate normal distribution: torch.distributions.multivariate_normal.
import { type Args, arrange } from '../_args'
import { ValueError } from '../_errors'
import { broadcast_shapes } from '../_functional/shape'
import { cholesky, solve_triangular } from '../generated/linalg'
import { cholesky_inverse, eye } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { _standard_normal, lazy_property } from './utils'

/** The product of matrices and vectors, of which either may have batch dimensions. */
export function _batch_mv(bmat: Tensor, bvec: Tensor): Tensor {
  return bmat.matmul(bvec.unsqueeze(-1)).squeeze(-1)
}

/** `x^T (L L^T)^-1 x`, where the batch of L may be smaller than that of x, without copies of L. */
export function _batch_mahalanobis(bL: Tensor, bx: Tensor): Tensor {
  const n = bx.size(-1)
  const batch_shape = bx.shape.slice(0, -1)
  const factor_dims = bL.dim() - 2
  const outer = batch_shape.length - factor_dims
  const split_dims = outer + 2 * factor_dims
  // (..., i * size) of x for (..., size) of L becomes (..., i, size).
  const pairs = bL.shape.slice(0, -2).flatMap((size, i) => [Math.floor(bx.shape[outer + i] / size), size])
  const inner = Array.from({ length: factor_dims }, (_, i) => outer + 2 * i)
  const outer_dims = Array.from({ length: outer }, (_, i) => i)
  const x = bx.reshape([...bx.shape.slice(0, outer), ...pairs, n])
    .permute([...outer_dims, ...inner, ...inner.map(dim => dim + 1), split_dims])
  const flat_L = bL.reshape(-1, n, n)
  const flat_x = x.reshape(-1, flat_L.size(0), n).permute(1, 2, 0)
  const M = solve_triangular(flat_L, flat_x, { upper: false }).pow(2).sum(-2).t()
  const back = Array.from({ length: factor_dims }, (_, i) => [outer + i, batch_shape.length + i]).flat()
  return M.reshape(x.shape.slice(0, -1)).permute([...outer_dims, ...back]).reshape(batch_shape)
}

/** The lower Cholesky factor of the inverse of P. */
export function _precision_to_scale_tril(P: Tensor): Tensor {
  const L_inv = cholesky(P.flip([-2, -1])).flip([-2, -1]).transpose(-2, -1)
  const identity = eye(P.shape.at(-1)!, { dtype: P.dtype, device: P.device })
  return solve_triangular(L_inv, identity, { upper: false })
}

/** The sum of the logarithms of a matrix's diagonal. */
export function log_diagonal_sum(matrix: Tensor): Tensor {
  return matrix.diagonal({ dim1: -2, dim2: -1 }).log().sum(-1)
}

const names = ['loc', 'covariance_matrix', 'precision_matrix', 'scale_tril', 'validate_args'] as const
type Params = [loc: Tensor, covariance_matrix?: Tensor | null, precision_matrix?: Tensor | null, scale_tril?: Tensor | null,
  validate_args?: boolean | null]
const matrices = ['scale_tril', 'covariance_matrix', 'precision_matrix'] as const

/**
 * Vectors of jointly normal numbers.
 *
 * Shape: loc (*, n), matrices (*, n, n).
 * @param loc - the mean.
 * @param covariance_matrix - positive definite.
 * @param precision_matrix - its inverse.
 * @param scale_tril - its lower Cholesky factor, which saves time; one of the three is given.
 * @throws {ValueError} unless exactly one matrix is given, or for wrong shapes.
 * @see torch.distributions.MultivariateNormal
 */
export class MultivariateNormal extends Distribution {
  static override arg_constraints: Constraints = {
    loc: constraints.real_vector, covariance_matrix: constraints.positive_definite, precision_matrix: constraints.positive_definite,
    scale_tril: constraints.lower_cholesky,
  }

  static override support: constraints.Constraint = constraints.real_vector
  static override has_rsample = true
  declare loc: Tensor
  declare covariance_matrix: Tensor
  declare precision_matrix: Tensor
  declare scale_tril: Tensor
  declare _unbroadcasted_scale_tril: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, covariance_matrix, precision_matrix, scale_tril, validate_args] =
      arrange<Params>('MultivariateNormal.__init__', names, 1, args)
    if (loc.dim() < 1) throw new ValueError('loc must be at least one-dimensional.')
    const given = { scale_tril, covariance_matrix, precision_matrix }
    const kinds = matrices.filter(kind => given[kind] != null)
    if (kinds.length !== 1) {
      throw new ValueError('Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.')
    }
    const [kind] = kinds
    const matrix = given[kind]!
    if (matrix.dim() < 2) {
      const name = kind === 'scale_tril' ? 'scale_tril matrix' : kind
      throw new ValueError(`${name} must be at least two-dimensional, with optional leading batch dimensions`)
    }
    const batch_shape = broadcast_shapes(matrix.shape.slice(0, -2), loc.shape.slice(0, -1))
    this[kind] = matrix.expand([...batch_shape, -1, -1])
    this.loc = loc.expand([...batch_shape, -1])
    this._init(batch_shape, this.loc.shape.slice(-1), validate_args)
    this._unbroadcasted_scale_tril = kind === 'scale_tril' ? matrix
      : kind === 'covariance_matrix' ? cholesky(matrix) : _precision_to_scale_tril(matrix)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(MultivariateNormal, _instance)
    const [n] = this.event_shape
    made.loc = this.loc.expand([...batch_shape, n])
    made._unbroadcasted_scale_tril = this._unbroadcasted_scale_tril
    for (const kind of matrices) if (Object.hasOwn(this, kind)) made[kind] = this[kind].expand([...batch_shape, n, n])
    return this._expanded(made, batch_shape)
  }

  /** The shape of the matrices. */
  get _matrix_shape(): number[] {
    return [...this._batch_shape, ...this._event_shape, ...this._event_shape]
  }

  override get mean(): Tensor {
    return this.loc
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get variance(): Tensor {
    return this._unbroadcasted_scale_tril.pow(2).sum(-1).expand(this._extended_shape())
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const eps = _standard_normal(this._extended_shape(sample_shape), this.loc)
    return this.loc.add(_batch_mv(this._unbroadcasted_scale_tril, eps))
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const M = _batch_mahalanobis(this._unbroadcasted_scale_tril, value.sub(this.loc))
    const half_log_det = log_diagonal_sum(this._unbroadcasted_scale_tril)
    return M.add(this._event_shape[0] * Math.log(2 * Math.PI)).mul(-0.5).sub(half_log_det)
  }

  override entropy(): Tensor {
    const half_log_det = log_diagonal_sum(this._unbroadcasted_scale_tril)
    const H = half_log_det.add(0.5 * this._event_shape[0] * (1 + Math.log(2 * Math.PI)))
    return this._batch_shape.length === 0 ? H : H.expand(this._batch_shape)
  }
}

lazy_property(MultivariateNormal, 'scale_tril', self => self._unbroadcasted_scale_tril.expand(self._matrix_shape))
lazy_property(MultivariateNormal, 'covariance_matrix', self =>
  self._unbroadcasted_scale_tril.matmul(self._unbroadcasted_scale_tril.mT).expand(self._matrix_shape))
lazy_property(MultivariateNormal, 'precision_matrix', self => cholesky_inverse(self._unbroadcasted_scale_tril).expand(self._matrix_shape))
