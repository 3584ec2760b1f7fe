// The Wishart distribution: torch.distributions.wishart.
import { type Args, arrange } from '../_args'
import { tensor } from '../_creation'
import { is_tensor } from '../_dispatch'
import { AssertionError, ValueError } from '../_errors'
import { broadcast_shapes } from '../_functional/shape'
import { einsum } from '../_functional/linear_algebra'
import { finfo } from '../_type_info'
import { warn } from '../_warnings'
import { cholesky, slogdet } from '../generated/linalg'
import { arange, cholesky_solve, eye, mvlgamma, randn, tril_indices } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import { Chi2 } from './chi2'
import * as constraints from './constraints'
import { type Constraints, LATER, type SampleShape, type Shape, format_tensor, shape_of, size_of } from './distribution'
import { ExponentialFamily } from './exp_family'
import { _precision_to_scale_tril, log_diagonal_sum } from './multivariate_normal'
import { type Parameter, lazy_property } from './utils'

/** The derivative of mvlgamma's logarithm. */
export function _mvdigamma(x: Tensor, p: number): Tensor {
  if (!x.gt((p - 1) / 2).all().item<boolean>()) throw new AssertionError('Wrong domain for multivariate digamma function.')
  const { dtype, device } = x
  return x.unsqueeze(-1).sub(arange(p, { dtype, device }).div(2).expand([...x.shape, -1])).digamma().sum(-1)
}

const names = ['df', 'covariance_matrix', 'precision_matrix', 'scale_tril', 'validate_args'] as const
type Params = [df: Parameter, covariance_matrix?: Tensor | null, precision_matrix?: Tensor | null, scale_tril?: Tensor | null,
  validate_args?: boolean | null]
const matrices = ['scale_tril', 'covariance_matrix', 'precision_matrix'] as const
const TRIES = 10

/**
 * Positive definite matrices: the sum of `x x^T` over df normal vectors x.
 *
 * Shape: df (*), matrices (*, p, p); samples (*, p, p).
 * @param df - degrees of freedom, more than p - 1.
 * @param covariance_matrix - of the normal vectors; positive definite.
 * @param precision_matrix - its inverse.
 * @param scale_tril - its lower Cholesky factor; one of the three is given.
 * @throws {AssertionError} unless exactly one matrix is given; {ValueError} for a small df or wrong shapes.
 * @see torch.distributions.Wishart
 */
export class Wishart extends ExponentialFamily {
  static override support: constraints.Constraint = constraints.positive_definite
  static override has_rsample = true
  declare df: Tensor
  declare covariance_matrix: Tensor
  declare precision_matrix: Tensor
  declare scale_tril: Tensor
  declare _unbroadcasted_scale_tril: Tensor
  declare _dist_chi2: Chi2

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [df, covariance_matrix, precision_matrix, scale_tril, validate_args] =
      arrange<Params>('Wishart.__init__', names, 1, args)
    const given = { scale_tril, covariance_matrix, precision_matrix }
    const kinds = matrices.filter(kind => given[kind] != null)
    if (kinds.length !== 1) {
      throw new AssertionError('Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.')
    }
    const [kind] = kinds
    const param = given[kind]!
    if (param.dim() < 2) {
      throw new ValueError('scale_tril must be at least two-dimensional, with optional leading batch dimensions')
    }
    const batch_shape = this.set_df(df, param)
    this.check_df(df, param.size(-1))
    this[kind] = param.expand([...batch_shape, -1, -1])
    if (this.df.lt(param.size(-1)).any().item<boolean>()) {
      warn('Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.')
    }
    this._init(batch_shape, param.shape.slice(-2), validate_args)
    this._unbroadcasted_scale_tril = kind === 'scale_tril' ? param
      : kind === 'covariance_matrix' ? cholesky(param) : _precision_to_scale_tril(param)
    this.set_chi2()
  }

  private set_df(df: Parameter, param: Tensor): Shape {
    const batch_shape = param.shape.slice(0, -2)
    if (!is_tensor(df)) {
      this.df = tensor(df as number, { dtype: param.dtype, device: param.device })
      return batch_shape
    }
    const common = broadcast_shapes(batch_shape, (df as Tensor).shape)
    this.df = (df as Tensor).expand(common)
    return common
  }

  private check_df(df: Parameter, p: number): void {
    if (!this.df.le(p - 1).any().item<boolean>()) return
    throw new ValueError(`Value of df=${format_tensor(df)} expected to be greater than ndim - 1 = ${p - 1}.`)
  }

  private set_chi2(): void {
    const { dtype, device } = this._unbroadcasted_scale_tril
    const places = arange(this._event_shape.at(-1)!, { dtype, device }).expand([...this._batch_shape, -1])
    this._dist_chi2 = new Chi2(this.df.unsqueeze(-1).sub(places))
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const made = this._get_checked_instance(Wishart, _instance)
    const shape = [...batch_shape, ...this.event_shape]
    made._unbroadcasted_scale_tril = this._unbroadcasted_scale_tril.expand(shape)
    made.df = this.df.expand(batch_shape)
    for (const kind of matrices) if (Object.hasOwn(this, kind)) made[kind] = this[kind].expand(shape)
    this._expanded(made, batch_shape)
    made.set_chi2()
    return made
  }

  override get arg_constraints(): Constraints {
    return {
      covariance_matrix: constraints.positive_definite, precision_matrix: constraints.positive_definite, scale_tril: constraints.lower_cholesky,
      df: constraints.greater_than(this.event_shape.at(-1)! - 1),
    }
  }

  private get df_of_matrices(): Tensor {
    return this.df.view([...this._batch_shape, 1, 1])
  }

  override get mean(): Tensor {
    return this.df_of_matrices.mul(this.covariance_matrix)
  }

  override get mode(): Tensor {
    const factor = this.df.sub(this.covariance_matrix.size(-1)).sub(1)
    factor.set_at(factor.le(0), NaN)
    return factor.view([...this._batch_shape, 1, 1]).mul(this.covariance_matrix)
  }

  override get variance(): Tensor {
    const V = this.covariance_matrix
    const diagonal = V.diagonal({ dim1: -2, dim2: -1 })
    return this.df_of_matrices.mul(V.pow(2).add(einsum('...i,...j->...ij', diagonal, diagonal)))
  }

  /** Samples by Bartlett's decomposition. */
  private bartlett_sampling(sample_shape: Shape): Tensor {
    const p = this._event_shape.at(-1)!
    const roots = this._dist_chi2.rsample(sample_shape).sqrt()
    const noise = roots.clamp({ min: finfo(roots.dtype).eps }).diag_embed({ dim1: -2, dim2: -1 })
    const [i, j] = tril_indices(p, p, { offset: -1 })
    const { dtype, device } = noise
    noise.set_at(['...', i, j], randn([...sample_shape, ...this._batch_shape, p * (p - 1) / 2], { dtype, device }))
    const chol = this._unbroadcasted_scale_tril.matmul(noise)
    return chol.matmul(chol.transpose(-2, -1))
  }

  private over_batch(flags: Tensor): Tensor {
    return this._batch_shape.length > 0 ? flags.amax(this._batch_shape.map((_, i) => -(i + 1))) : flags
  }

  /**
   * Samples; those that are chosen are drawn anew, at most so often.
   *
   * @param max_try_correction - default: 10.
   */
  override rsample(sample_shape: SampleShape = [], max_try_correction = TRIES): Tensor {
    const shape = shape_of(sample_shape)
    const sample = this.bartlett_sampling(shape)
    // As PyTorch has it, the first choice are the samples that are *not* singular: same seed, same samples.
    const is_singular = this.over_batch(constraints.positive_definite.check(sample))
    if (!is_singular.any().item<boolean>()) return sample
    warn('Singular sample detected.')
    for (let i = 0; i < max_try_correction; i++) {
      const again = this.bartlett_sampling(is_singular.at(is_singular).shape)
      sample.set_at(is_singular, again)
      const still = this.over_batch(constraints.positive_definite.check(again).bitwise_not())
      is_singular.set_at(is_singular.clone(), still)
      if (!is_singular.any().item<boolean>()) break
    }
    return sample
  }

  // p log(2) / 2 + log det of the scale's Cholesky factor.
  private scale_term(p: number): Tensor {
    return log_diagonal_sum(this._unbroadcasted_scale_tril).add(p * Math.LN2 / 2)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    const nu = this.df
    const p = this._event_shape.at(-1)!
    const trace = cholesky_solve(value, this._unbroadcasted_scale_tril).diagonal({ dim1: -2, dim2: -1 }).sum(-1)
    return nu.neg().mul(this.scale_term(p)).sub(mvlgamma(nu.div(2), p))
      .add(nu.sub(p).sub(1).div(2).mul(slogdet(value).logabsdet)).sub(trace.div(2))
  }

  override entropy(): Tensor {
    const nu = this.df
    const p = this._event_shape.at(-1)!
    return this.scale_term(p).mul(p + 1).add(mvlgamma(nu.div(2), p)).sub(nu.sub(p).sub(1).div(2).mul(_mvdigamma(nu.div(2), p)))
      .add(nu.mul(p).div(2))
  }

  override get _natural_params(): readonly Tensor[] {
    const p = this._event_shape.at(-1)!
    return [this.precision_matrix.neg().div(2), this.df.sub(p).sub(1).div(2)]
  }

  override _log_normalizer(x: Tensor, y: Tensor): Tensor {
    const p = this._event_shape.at(-1)!
    const moved = (): Tensor => y.add((p + 1) / 2)
    return moved().mul(slogdet(x.mul(-2)).logabsdet.neg().add(Math.LN2 * p)).add(mvlgamma(moved(), p))
  }

  override get _mean_carrier_measure(): number {
    return 0
  }

  /** The shape of the matrices. */
  get _matrix_shape(): Shape {
    return size_of(this._batch_shape, this._event_shape)
  }
}

lazy_property(Wishart, 'scale_tril', self => self._unbroadcasted_scale_tril.expand(self._matrix_shape))
lazy_property(Wishart, 'covariance_matrix', self =>
  self._unbroadcasted_scale_tril.matmul(self._unbroadcasted_scale_tril.transpose(-2, -1)).expand(self._matrix_shape))
lazy_property(Wishart, 'precision_matrix', self => {
  const { dtype, device } = self._unbroadcasted_scale_tril
  return cholesky_solve(eye(self._event_shape.at(-1)!, { dtype, device }), self._unbroadcasted_scale_tril)
    .expand(self._matrix_shape)
})
