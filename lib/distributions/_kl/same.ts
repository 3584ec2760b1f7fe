// KL divergences of two distributions of one kind.
import { NotImplementedError, ValueError } from '../../_errors'
import { broadcast_shapes } from '../../_functional/shape'
import { solve_triangular } from '../../generated/linalg'
import { softplus } from '../../generated/nn_functions'
import { diag_embed } from '../../generated/torch_functions'
import type { Tensor } from '../../tensor'
import { equal_transforms } from '../_transforms/transform'
import { Bernoulli } from '../bernoulli'
import { Beta } from '../beta'
import { Binomial } from '../binomial'
import { Categorical } from '../categorical'
import { Cauchy } from '../cauchy'
import { ContinuousBernoulli } from '../continuous_bernoulli'
import { Dirichlet } from '../dirichlet'
import { type Distribution, same_shape } from '../distribution'
import { ExponentialFamily, gradients_of } from '../exp_family'
import { Exponential } from '../exponential'
import { Gamma } from '../gamma'
import { Geometric } from '../geometric'
import { Gumbel } from '../gumbel'
import { HalfNormal } from '../half_normal'
import { Independent } from '../independent'
import { Laplace } from '../laplace'
import { LowRankMultivariateNormal, _batch_lowrank_logdet, _batch_lowrank_mahalanobis } from '../lowrank_multivariate_normal'
import { MultivariateNormal, _batch_mahalanobis, log_diagonal_sum } from '../multivariate_normal'
import { Normal } from '../normal'
import { OneHotCategorical } from '../one_hot_categorical'
import { Pareto } from '../pareto'
import { Poisson } from '../poisson'
import { TransformedDistribution } from '../transformed_distribution'
import { Uniform } from '../uniform'
import { _sum_rightmost, euler_constant, minus } from '../utils'
import { kl_divergence, register_kl } from './registry'

/** Infinity, of another tensor's shape and type. */
export function infinite_like(tensor: Tensor): Tensor {
  return tensor.new_full(tensor.shape, Infinity)
}

register_kl(Bernoulli, Bernoulli)((p, q) => {
  const t1 = p.probs.mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())))
  t1.set_at(q.probs.eq(0), Infinity).set_at(p.probs.eq(0), 0)
  const t2 = minus(1, p.probs).mul(softplus(q.logits).sub(softplus(p.logits)))
  t2.set_at(q.probs.eq(1), Infinity).set_at(p.probs.eq(1), 0)
  return t1.add(t2)
})

register_kl(Beta, Beta)((p, q) => {
  const sum_p = p.concentration1.add(p.concentration0)
  const sum_q = q.concentration1.add(q.concentration0)
  const t1 = q.concentration1.lgamma().add(q.concentration0.lgamma()).add(sum_p.lgamma())
  const t2 = p.concentration1.lgamma().add(p.concentration0.lgamma()).add(sum_q.lgamma())
  const t3 = p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma())
  const t4 = p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma())
  const t5 = sum_q.sub(sum_p).mul(sum_p.digamma())
  return t1.sub(t2).add(t3).add(t4).add(t5)
})

register_kl(Binomial, Binomial)((p, q) => {
  if (p.total_count.lt(q.total_count).any().item<boolean>()) {
    throw new NotImplementedError('KL between Binomials where q.total_count > p.total_count is not implemented')
  }
  const kl = p.total_count.mul(p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p()))
  const infinite = p.total_count.gt(q.total_count)
  return kl.set_at(infinite, infinite_like(kl.at(infinite)))
})

function kl_categorical(p: Categorical, q: Categorical): Tensor {
  const t = p.probs.mul(p.logits.sub(q.logits))
  t.set_at(q.probs.eq(0).expand_as(t), Infinity).set_at(p.probs.eq(0).expand_as(t), 0)
  return t.sum(-1)
}

register_kl(Categorical, Categorical)(kl_categorical)
register_kl(OneHotCategorical, OneHotCategorical)((p, q) => kl_categorical(p._categorical, q._categorical))

register_kl(ContinuousBernoulli, ContinuousBernoulli)((p, q) => {
  const t1 = p.mean.mul(p.logits.sub(q.logits))
  const t2 = p._cont_bern_log_norm().add(p.probs.neg().log1p())
  const t3 = q._cont_bern_log_norm().neg().sub(q.probs.neg().log1p())
  return t1.add(t2).add(t3)
})

register_kl(Dirichlet, Dirichlet)((p, q) => {
  const sum_p = p.concentration.sum(-1)
  const sum_q = q.concentration.sum(-1)
  const t1 = sum_p.lgamma().sub(sum_q.lgamma())
  const t2 = p.concentration.lgamma().sub(q.concentration.lgamma()).sum(-1)
  const t3 = p.concentration.sub(q.concentration)
  const t4 = p.concentration.digamma().sub(sum_p.digamma().unsqueeze(-1))
  return t1.sub(t2).add(t3.mul(t4).sum(-1))
})

register_kl(Exponential, Exponential)((p, q) => {
  const ratio = q.rate.div(p.rate)
  return ratio.log().neg().add(ratio).sub(1)
})

register_kl(ExponentialFamily, ExponentialFamily)((p, q) => {
  if (p.constructor !== q.constructor) {
    throw new NotImplementedError('The cross KL-divergence between different exponential families cannot                             '
      + 'be computed using Bregman divergences')
  }
  const p_natural = p._natural_params.map(one => one.detach().requires_grad_())
  const q_natural = q._natural_params
  const lg_normal = p._log_normalizer(...p_natural)
  const gradients = gradients_of(lg_normal, p_natural)
  const result = q._log_normalizer(...q_natural).sub(lg_normal)
  p_natural.forEach((one, i) => result.sub_(_sum_rightmost(q_natural[i].sub(one).mul(gradients[i]), q.event_shape.length)))
  return result
})

register_kl(Gamma, Gamma)((p, q) => {
  const t1 = q.concentration.mul(p.rate.div(q.rate).log())
  const t2 = q.concentration.lgamma().sub(p.concentration.lgamma())
  const t3 = p.concentration.sub(q.concentration).mul(p.concentration.digamma())
  const t4 = q.rate.sub(p.rate).mul(p.concentration.div(p.rate))
  return t1.add(t2).add(t3).add(t4)
})

register_kl(Gumbel, Gumbel)((p, q) => {
  const ct1 = p.scale.div(q.scale)
  const ct2 = q.loc.div(q.scale)
  const ct3 = p.loc.div(q.scale)
  const t1 = ct1.log().neg().sub(ct2).add(ct3)
  const t2 = ct1.mul(euler_constant)
  const t3 = ct2.add(ct1.add(1).lgamma()).sub(ct3).exp()
  return t1.add(t2).add(t3).sub(1 + euler_constant)
})

register_kl(Geometric, Geometric)((p, q) => p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits))

function kl_normal(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).pow(2)
  const t1 = p.loc.sub(q.loc).div(q.scale).pow(2)
  return ratio.add(t1).sub(1).sub(ratio.log()).mul(0.5)
}

register_kl(Normal, Normal)(kl_normal)
register_kl(HalfNormal, HalfNormal)((p, q) => kl_normal(p.base_dist, q.base_dist))

register_kl(Laplace, Laplace)((p, q) => {
  const ratio = p.scale.div(q.scale)
  const distance = p.loc.sub(q.loc).abs()
  const t1 = ratio.log().neg()
  const t2 = distance.div(q.scale)
  const t3 = ratio.mul(distance.neg().div(p.scale).exp())
  return t1.add(t2).add(t3).sub(1)
})

register_kl(Pareto, Pareto)((p, q) => {
  const scale_ratio = p.scale.div(q.scale)
  const alpha_ratio = q.alpha.div(p.alpha)
  const t1 = q.alpha.mul(scale_ratio.log())
  const t2 = alpha_ratio.log().neg()
  const result = t1.add(t2).add(alpha_ratio).sub(1)
  return result.set_at(p.scale.lt(q.scale), Infinity)
})

register_kl(Poisson, Poisson)((p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate)))

register_kl(TransformedDistribution, TransformedDistribution)((p, q) => {
  if (!equal_transforms(p.transforms, q.transforms) || !same_shape(p.event_shape, q.event_shape)) throw new NotImplementedError()
  return kl_divergence(p.base_dist, q.base_dist)
})

register_kl(Uniform, Uniform)((p, q) => {
  const result = q.high.sub(q.low).div(p.high.sub(p.low)).log()
  return result.set_at(q.low.gt(p.low).bitwise_or(q.high.lt(p.high)), Infinity)
})

register_kl(Independent, Independent)((p: Independent, q: Independent) => {
  if (p.reinterpreted_batch_ndims !== q.reinterpreted_batch_ndims) throw new NotImplementedError()
  return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)
})

register_kl(Cauchy, Cauchy)((p, q) => {
  const t1 = p.scale.add(q.scale).pow(2).add(p.loc.sub(q.loc).pow(2)).log()
  return t1.sub(p.scale.mul(4).mul(q.scale).log())
})

// ---- multivariate normal ----

function trace_XXT(bmat: Tensor): Tensor {
  const [n, m] = [bmat.size(-1), bmat.size(-2)]
  return bmat.reshape(-1, m * n).pow(2).sum(-1).reshape(bmat.shape.slice(0, -2))
}

function check_events(p: Distribution, q: Distribution, kind: string): void {
  if (same_shape(p.event_shape, q.event_shape)) return
  throw new ValueError(`KL-divergence between two ${kind} with                          different event shapes cannot be computed`)
}

type LowRank = LowRankMultivariateNormal

function log_det({ _unbroadcasted_cov_factor: W, _unbroadcasted_cov_diag: D, _capacitance_tril: L }: LowRank): Tensor {
  return _batch_lowrank_logdet(W, D, L)
}

function mahalanobis({ _unbroadcasted_cov_factor: W, _unbroadcasted_cov_diag: D, _capacitance_tril: L }: LowRank, x: Tensor): Tensor {
  return _batch_lowrank_mahalanobis(W, D, x, L)
}

function whitened_factor({ _unbroadcasted_cov_factor: W, _unbroadcasted_cov_diag: D, _capacitance_tril: L }: LowRank): Tensor {
  return solve_triangular(L, W.mT.div(D.unsqueeze(-2)), { upper: false })
}

register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)((p, q) => {
  check_events(p, q, 'Low Rank Multivariate Normals')
  const term1 = log_det(q).sub(log_det(p))
  const term3 = mahalanobis(q, q.loc.sub(p.loc))
  const A = whitened_factor(q)
  const [pW, pD, qD] = [p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag, q._unbroadcasted_cov_diag]
  const term21 = pD.div(qD).sum(-1)
  const term22 = trace_XXT(pW.mul(qD.rsqrt().unsqueeze(-1)))
  const term23 = trace_XXT(A.mul(pD.sqrt().unsqueeze(-2)))
  const term24 = trace_XXT(A.matmul(pW))
  const term2 = term21.add(term22).sub(term23).sub(term24)
  return term1.add(term2).add(term3).sub(p.event_shape[0]).mul(0.5)
})

register_kl(MultivariateNormal, LowRankMultivariateNormal)((p, q) => {
  check_events(p, q, '(Low Rank) Multivariate Normals')
  const L = p._unbroadcasted_scale_tril
  const term1 = log_det(q).sub(log_diagonal_doubled(L))
  const term3 = mahalanobis(q, q.loc.sub(p.loc))
  const A = whitened_factor(q)
  const term21 = trace_XXT(L.mul(q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1)))
  const term2 = term21.sub(trace_XXT(A.matmul(L)))
  return term1.add(term2).add(term3).sub(p.event_shape[0]).mul(0.5)
})

// Python writes 2 * diagonal.log().sum(): the product is taken of the sum.
function log_diagonal_doubled(L: Tensor): Tensor {
  return L.diagonal({ dim1: -2, dim2: -1 }).log().sum(-1).mul(2)
}

register_kl(LowRankMultivariateNormal, MultivariateNormal)((p, q) => {
  check_events(p, q, '(Low Rank) Multivariate Normals')
  const L = q._unbroadcasted_scale_tril
  const term1 = log_diagonal_doubled(L).sub(log_det(p))
  const term3 = _batch_mahalanobis(L, q.loc.sub(p.loc))
  const batch = broadcast_shapes(L.shape.slice(0, -2), p._unbroadcasted_cov_factor.shape.slice(0, -2))
  const [n] = p.event_shape
  const q_scale_tril = L.expand([...batch, n, n])
  const p_cov_factor = p._unbroadcasted_cov_factor.expand([...batch, n, p.cov_factor.size(-1)])
  const p_cov_diag = diag_embed(p._unbroadcasted_cov_diag.sqrt()).expand([...batch, n, n])
  const term21 = trace_XXT(solve_triangular(q_scale_tril, p_cov_factor, { upper: false }))
  const term22 = trace_XXT(solve_triangular(q_scale_tril, p_cov_diag, { upper: false }))
  return term1.add(term21.add(term22)).add(term3).sub(n).mul(0.5)
})

register_kl(MultivariateNormal, MultivariateNormal)((p, q) => {
  check_events(p, q, 'Multivariate Normals')
  const [pL, qL] = [p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril]
  const half_term1 = log_diagonal_sum(qL).sub(log_diagonal_sum(pL))
  const batch = broadcast_shapes(qL.shape.slice(0, -2), pL.shape.slice(0, -2))
  const [n] = p.event_shape
  const term2 = trace_XXT(solve_triangular(qL.expand([...batch, n, n]), pL.expand([...batch, n, n]), { upper: false }))
  const term3 = _batch_mahalanobis(qL, q.loc.sub(p.loc))
  return half_term1.add(term2.add(term3).sub(n).mul(0.5))
})
