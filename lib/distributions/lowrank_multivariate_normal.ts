// The multivariate normal distribution of low rank: torch.distributions.lowrank_multivariate_normal.
import { type Args, arrange } from '../_args'
import { RuntimeError, ValueError } from '../_errors'
import { broadcast_tensors } from '../_functional/shape'
import { cholesky, solve_triangular } from '../generated/linalg'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape, same_shape, size_of } from './distribution'
import { _batch_mahalanobis, _batch_mv, log_diagonal_sum } from './multivariate_normal'
import { _standard_normal, lazy_property } from './utils'

// Adds 1 to the diagonals, in place.
function add_identity(K: Tensor): Tensor {
  const n = K.size(-1)
  K.view(-1, n * n).at(':', `::${n + 1}`).add_(1)
  return K
}

/** The Cholesky factor of `I + W^T D^-1 W`. */
export function _batch_capacitance_tril(W: Tensor, D: Tensor): Tensor {
  const Wt_Dinv = W.mT.div(D.unsqueeze(-2))
  return cholesky(add_identity(Wt_Dinv.matmul(W).contiguous()))
}

/** `log det(W W^T + D)`. */
export function _batch_lowrank_logdet(W: Tensor, D: Tensor, capacitance_tril: Tensor): Tensor {
  return log_diagonal_sum(capacitance_tril).mul(2).add(D.log().sum(-1))
}

/** `x^T (W W^T + D)^-1 x`. */
export function _batch_lowrank_mahalanobis(W: Tensor, D: Tensor, x: Tensor, capacitance_tril: Tensor): Tensor {
  const Wt_Dinv_x = _batch_mv(W.mT.div(D.unsqueeze(-2)), x)
  return x.pow(2).div(D).sum(-1).sub(_batch_mahalanobis(capacitance_tril, Wt_Dinv_x))
}

const names = ['loc', 'cov_factor', 'cov_diag', 'validate_args'] as const
type Params = [loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, validate_args?: boolean | null]

function broadcast_parameters(loc: Tensor, cov_factor: Tensor, cov_diag: Tensor): Tensor[] {
  try {
    return broadcast_tensors(loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1))
  } catch (error) {
    if ((error as Error).name !== RuntimeError.name) throw error
    throw new ValueError(`Incompatible batch shapes: loc ${String(loc.shape)}, cov_factor ${String(cov_factor.shape)}, cov_diag ${String(cov_diag.shape)}`)
  }
}

/**
 * Vectors of jointly normal numbers with the covariance `cov_factor cov_factor^T + diag(cov_diag)`.
 *
 * Shape: loc (*, n), cov_factor (*, n, m), cov_diag (*, n).
 * @throws {ValueError} for shapes that do not fit.
 * @see torch.distributions.LowRankMultivariateNormal
 */
export class LowRankMultivariateNormal extends Distribution {
  static override arg_constraints: Constraints = {
    loc: constraints.real_vector, cov_factor: constraints.independent(constraints.real, 2),
    cov_diag: constraints.independent(constraints.positive, 1),
  }

  static override support: constraints.Constraint = constraints.real_vector
  static override has_rsample = true
  declare loc: Tensor
  declare cov_factor: Tensor
  declare cov_diag: Tensor
  declare _unbroadcasted_cov_factor: Tensor
  declare _unbroadcasted_cov_diag: Tensor
  declare _capacitance_tril: Tensor
  declare readonly _variance: Tensor
  declare readonly scale_tril: Tensor
  declare readonly covariance_matrix: Tensor
  declare readonly precision_matrix: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, cov_factor, cov_diag, validate_args] = arrange<Params>('LowRankMultivariateNormal.__init__', names, 3, args)
    if (loc.dim() < 1) throw new ValueError('loc must be at least one-dimensional.')
    const event_shape = size_of(loc.shape.slice(-1))
    if (cov_factor.dim() < 2) {
      throw new ValueError('cov_factor must be at least two-dimensional, with optional leading batch dimensions')
    }
    if (!same_shape(cov_factor.shape.slice(-2, -1), event_shape)) {
      throw new ValueError(`cov_factor must be a batch of matrices with shape ${event_shape[0]} x m`)
    }
    if (!same_shape(cov_diag.shape.slice(-1), event_shape)) {
      throw new ValueError(`cov_diag must be a batch of vectors with shape ${String(event_shape)}`)
    }
    const [all_loc, factor, diag] = broadcast_parameters(loc, cov_factor, cov_diag)
    this.cov_factor = factor
    this.loc = all_loc.at('...', 0)
    this.cov_diag = diag.at('...', 0)
    this._unbroadcasted_cov_factor = cov_factor
    this._unbroadcasted_cov_diag = cov_diag
    this._capacitance_tril = _batch_capacitance_tril(cov_factor, cov_diag)
    this._init(this.loc.shape.slice(0, -1), event_shape, validate_args)
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(LowRankMultivariateNormal, _instance)
    const shape = [...batch_shape, ...this.event_shape]
    made.loc = this.loc.expand(shape)
    made.cov_diag = this.cov_diag.expand(shape)
    made.cov_factor = this.cov_factor.expand([...shape, this.cov_factor.size(-1)])
    made._unbroadcasted_cov_factor = this._unbroadcasted_cov_factor
    made._unbroadcasted_cov_diag = this._unbroadcasted_cov_diag
    made._capacitance_tril = this._capacitance_tril
    return this._expanded(made, batch_shape)
  }

  override get mean(): Tensor {
    return this.loc
  }

  override get mode(): Tensor {
    return this.loc
  }

  override get variance(): Tensor {
    return this._variance
  }

  /** The shape of the matrices. */
  get _matrix_shape(): number[] {
    return [...this._batch_shape, ...this._event_shape, ...this._event_shape]
  }

  override rsample(sample_shape: SampleShape = []): Tensor {
    const shape = this._extended_shape(sample_shape)
    const eps_W = _standard_normal([...shape.slice(0, -1), this.cov_factor.size(-1)], this.loc)
    const eps_D = _standard_normal(shape, this.loc)
    return this.loc.add(_batch_mv(this._unbroadcasted_cov_factor, eps_W)).add(this._unbroadcasted_cov_diag.sqrt().mul(eps_D))
  }

  /** The logarithm of the covariance's determinant. */
  _log_det(): Tensor {
    return _batch_lowrank_logdet(this._unbroadcasted_cov_factor, this._unbroadcasted_cov_diag, this._capacitance_tril)
  }

  /** `diff^T covariance^-1 diff`. */
  _mahalanobis(diff: Tensor): Tensor {
    return _batch_lowrank_mahalanobis(this._unbroadcasted_cov_factor, this._unbroadcasted_cov_diag, diff, this._capacitance_tril)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const M = this._mahalanobis(value.sub(this.loc))
    return this._log_det().add(this._event_shape[0] * Math.log(2 * Math.PI)).add(M).mul(-0.5)
  }

  override entropy(): Tensor {
    const H = this._log_det().add(this._event_shape[0] * (1 + Math.log(2 * Math.PI))).mul(0.5)
    return this._batch_shape.length === 0 ? H : H.expand(this._batch_shape)
  }
}

lazy_property(LowRankMultivariateNormal, '_variance', self =>
  self._unbroadcasted_cov_factor.pow(2).sum(-1).add(self._unbroadcasted_cov_diag).expand(self._extended_shape()))

lazy_property(LowRankMultivariateNormal, 'scale_tril', self => {
  const scale = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
  const Dinvsqrt_W = self._unbroadcasted_cov_factor.div(scale)
  const K = add_identity(Dinvsqrt_W.matmul(Dinvsqrt_W.mT).contiguous())
  return scale.mul(cholesky(K)).expand(self._matrix_shape)
})

lazy_property(LowRankMultivariateNormal, 'covariance_matrix', self => {
  const W = self._unbroadcasted_cov_factor
  return W.matmul(W.mT).add(self._unbroadcasted_cov_diag.diag_embed()).expand(self._matrix_shape)
})

lazy_property(LowRankMultivariateNormal, 'precision_matrix', self => {
  const Wt_Dinv = self._unbroadcasted_cov_factor.mT.div(self._unbroadcasted_cov_diag.unsqueeze(-2))
  const A = solve_triangular(self._capacitance_tril, Wt_Dinv, { upper: false })
  return self._unbroadcasted_cov_diag.reciprocal().diag_embed().sub(A.mT.matmul(A)).expand(self._matrix_shape)
})
