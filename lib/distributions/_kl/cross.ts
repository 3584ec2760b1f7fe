// KL divergences of two distributions of different kinds.
import { max, ones_like, where } from '../../generated/torch_functions'
import { xlogy } from '../../generated/special'
import type { Tensor } from '../../tensor'
import { Bernoulli } from '../bernoulli'
import { Beta } from '../beta'
import { Binomial } from '../binomial'
import { ContinuousBernoulli } from '../continuous_bernoulli'
import type { Distribution, DistributionClass } from '../distribution'
import { Exponential } from '../exponential'
import { Gamma } from '../gamma'
import { Gumbel } from '../gumbel'
import { Laplace } from '../laplace'
import { Normal } from '../normal'
import { Pareto } from '../pareto'
import { Poisson } from '../poisson'
import { Uniform } from '../uniform'
import { euler_constant, minus } from '../utils'
import { register_kl } from './registry'
import { infinite_like } from './same'

function x_log_x(tensor: Tensor): Tensor {
  return xlogy(tensor, tensor)
}

// Pairs of which q is 0 where p is not.
function register_infinite<P extends Distribution>(
  type_p: DistributionClass<P>, like: (p: P) => Tensor, types_q: readonly DistributionClass[],
): void {
  for (const type_q of types_q) register_kl(type_p, type_q)((p: P) => infinite_like(like(p)))
}

register_kl(Bernoulli, Poisson)((p, q) => p.entropy().neg().sub(p.probs.mul(q.rate.log()).sub(q.rate)))

// ---- Beta ----

register_kl(Beta, ContinuousBernoulli)((p, q) =>
  p.entropy().neg().sub(p.mean.mul(q.logits)).sub(q.probs.neg().log1p()).sub(q._cont_bern_log_norm()))

register_infinite(Beta, p => p.concentration1, [Pareto])

register_kl(Beta, Exponential)((p, q) =>
  p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.concentration1.div(p.concentration1.add(p.concentration0)))))

register_kl(Beta, Gamma)((p, q) => {
  const t1 = p.entropy().neg()
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()))
  const t3 = q.concentration.sub(1).mul(p.concentration1.digamma().sub(p.concentration1.add(p.concentration0).digamma()))
  const t4 = q.rate.mul(p.concentration1).div(p.concentration1.add(p.concentration0))
  return t1.add(t2).sub(t3).add(t4)
})

register_kl(Beta, Normal)((p, q) => {
  const sum = p.concentration1.add(p.concentration0)
  const mean = p.concentration1.div(sum)
  const var_normal = q.scale.pow(2)
  const t1 = p.entropy().neg()
  const t2 = var_normal.mul(2).mul(Math.PI).log().mul(0.5)
  const t3 = mean.mul(minus(1, mean)).div(sum.add(1)).add(mean.pow(2)).mul(0.5)
  const t4 = q.loc.mul(mean)
  const t5 = q.loc.pow(2).mul(0.5)
  return t1.add(t2).add(t3.sub(t4).add(t5).div(var_normal))
})

register_kl(Beta, Uniform)((p, q) => {
  const result = p.entropy().neg().add(q.high.sub(q.low).log())
  return result.set_at(q.low.gt(0).bitwise_or(q.high.lt(1)), Infinity)
})

// ---- ContinuousBernoulli ----

register_infinite(ContinuousBernoulli, p => p.probs, [Pareto])

register_kl(ContinuousBernoulli, Exponential)((p, q) => p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.mean)))

register_kl(ContinuousBernoulli, Normal)((p, q) => {
  const t1 = p.entropy().neg()
  const t2 = q.loc.div(q.scale).square().add(Math.log(2 * Math.PI)).mul(0.5).add(q.scale.log())
  const t3 = p.variance.add(p.mean.square()).sub(q.loc.mul(2).mul(p.mean)).div(q.scale.square().mul(2))
  return t1.add(t2).add(t3)
})

register_kl(ContinuousBernoulli, Uniform)((p, q) => {
  const result = p.entropy().neg().add(q.high.sub(q.low).log())
  return where(max(q.low.ge(0), q.high.le(1)), ones_like(result).mul(Infinity), result)
})

// ---- Exponential ----

register_infinite(Exponential, p => p.rate, [Beta, ContinuousBernoulli, Pareto, Uniform])

register_kl(Exponential, Gamma)((p, q) => {
  const ratio = q.rate.div(p.rate)
  const t1 = q.concentration.neg().mul(ratio.log())
  return t1.add(ratio).add(q.concentration.lgamma()).add(q.concentration.mul(euler_constant)).sub(1 + euler_constant)
})

register_kl(Exponential, Gumbel)((p, q) => {
  const product = p.rate.mul(q.scale)
  const ratio = q.loc.div(q.scale)
  const t1 = product.log().sub(1)
  const t2 = ratio.exp().mul(product).div(product.add(1))
  return t1.sub(ratio).add(t2).add(product.reciprocal())
})

register_kl(Exponential, Normal)((p, q) => {
  const var_normal = q.scale.pow(2)
  const rate_sqr = p.rate.pow(2)
  const t1 = rate_sqr.mul(var_normal).mul(2).mul(Math.PI).log().mul(0.5)
  const t2 = rate_sqr.reciprocal()
  const t3 = q.loc.div(p.rate)
  const t4 = q.loc.pow(2).mul(0.5)
  return t1.sub(1).add(t2.sub(t3).add(t4).div(var_normal))
})

// ---- Gamma ----

register_infinite(Gamma, p => p.concentration, [Beta, ContinuousBernoulli, Pareto, Uniform])

register_kl(Gamma, Exponential)((p, q) => p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.concentration).div(p.rate)))

register_kl(Gamma, Gumbel)((p, q) => {
  const product = p.rate.mul(q.scale)
  const ratio = q.loc.div(q.scale)
  const t1 = p.concentration.sub(1).mul(p.concentration.digamma()).sub(p.concentration.lgamma()).sub(p.concentration)
  const t2 = product.log().add(p.concentration.div(product))
  const t3 = ratio.exp().mul(product.reciprocal().add(1).pow(p.concentration.neg())).sub(ratio)
  return t1.add(t2).add(t3)
})

register_kl(Gamma, Normal)((p, q) => {
  const var_normal = q.scale.pow(2)
  const rate_sqr = p.rate.pow(2)
  const t1 = rate_sqr.mul(var_normal).mul(2).mul(Math.PI).log().mul(0.5).sub(p.concentration).sub(p.concentration.lgamma())
  const t2 = p.concentration.pow(2).add(p.concentration).mul(0.5).div(rate_sqr)
  const t3 = q.loc.mul(p.concentration).div(p.rate)
  const t4 = q.loc.pow(2).mul(0.5)
  return t1.add(p.concentration.sub(1).mul(p.concentration.digamma())).add(t2.sub(t3).add(t4).div(var_normal))
})

// ---- Gumbel ----

register_infinite(Gumbel, p => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform])

register_kl(Gumbel, Normal)((p, q) => {
  const ratio = p.scale.div(q.scale)
  const t1 = ratio.div(Math.sqrt(2 * Math.PI)).log()
  const t2 = ratio.mul(Math.PI).mul(0.5).pow(2).div(3)
  const t3 = p.loc.add(p.scale.mul(euler_constant)).sub(q.loc).div(q.scale).pow(2).mul(0.5)
  return t1.neg().add(t2).add(t3).sub(euler_constant + 1)
})

// ---- Laplace ----

register_infinite(Laplace, p => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform])

register_kl(Laplace, Normal)((p, q) => {
  const var_normal = q.scale.pow(2)
  const ratio = p.scale.pow(2).div(var_normal)
  const t1 = ratio.mul(2).div(Math.PI).log().mul(0.5)
  const t2 = p.loc.pow(2).mul(0.5)
  const t3 = p.loc.mul(q.loc)
  const t4 = q.loc.pow(2).mul(0.5)
  return t1.neg().add(ratio).add(t2.sub(t3).add(t4).div(var_normal)).sub(1)
})

// ---- Normal ----

register_infinite(Normal, p => p.loc, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform])

register_kl(Normal, Gumbel)((p, q) => {
  const mean_ratio = p.loc.div(q.scale)
  const var_ratio = p.scale.div(q.scale).pow(2)
  const loc_ratio = q.loc.div(q.scale)
  const t1 = var_ratio.log().mul(0.5)
  const t2 = mean_ratio.sub(loc_ratio)
  const t3 = mean_ratio.neg().add(var_ratio.mul(0.5)).add(loc_ratio).exp()
  return t1.neg().add(t2).add(t3).sub(0.5 * (1 + Math.log(2 * Math.PI)))
})

register_kl(Normal, Laplace)((p, q) => {
  const loc_diff = p.loc.sub(q.loc)
  const scale_ratio = p.scale.div(q.scale)
  const ratio = loc_diff.div(p.scale)
  const t1 = scale_ratio.log()
  const t2 = p.scale.mul(Math.sqrt(2 / Math.PI)).mul(ratio.pow(2).mul(-0.5).exp())
  const t3 = loc_diff.mul(ratio.mul(Math.sqrt(0.5)).erf())
  return t1.neg().add(t2.add(t3).div(q.scale)).sub(0.5 * (1 + Math.log(0.5 * Math.PI)))
})

// ---- Pareto ----

register_infinite(Pareto, p => p.scale, [Beta, ContinuousBernoulli, Uniform])

register_kl(Pareto, Exponential)((p, q) => {
  const product = p.scale.mul(q.rate)
  const t1 = p.alpha.div(product).log()
  const t2 = p.alpha.reciprocal()
  const t3 = p.alpha.mul(product).div(p.alpha.sub(1))
  return t1.sub(t2).add(t3).sub(1).set_at(p.alpha.le(1), Infinity)
})

register_kl(Pareto, Gamma)((p, q) => {
  const common = p.scale.log().add(p.alpha.reciprocal())
  const t1 = p.alpha.log().sub(common)
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()))
  const t3 = minus(1, q.concentration).mul(common)
  const t4 = q.rate.mul(p.alpha).mul(p.scale).div(p.alpha.sub(1))
  return t1.add(t2).add(t3).add(t4).sub(1).set_at(p.alpha.le(1), Infinity)
})

register_kl(Pareto, Normal)((p, q) => {
  const var_normal = q.scale.pow(2).mul(2)
  const common = p.scale.div(p.alpha.sub(1))
  const t1 = q.scale.mul(Math.sqrt(2 * Math.PI)).mul(p.alpha).div(p.scale).log()
  const t2 = p.alpha.reciprocal()
  const t3 = p.alpha.mul(common.pow(2)).div(p.alpha.sub(2))
  const t4 = p.alpha.mul(common).sub(q.loc).pow(2)
  return t1.sub(t2).add(t3.add(t4).div(var_normal)).sub(1).set_at(p.alpha.le(2), Infinity)
})

// ---- Poisson ----

register_infinite(Poisson, p => p.rate, [Bernoulli, Binomial])

// ---- Uniform ----

register_kl(Uniform, Beta)((p, q) => {
  const width = p.high.sub(p.low)
  const t1 = width.log()
  const t2 = q.concentration1.sub(1).mul(x_log_x(p.high).sub(x_log_x(p.low)).sub(width)).div(width)
  const t3 = q.concentration0.sub(1).mul(x_log_x(minus(1, p.high)).sub(x_log_x(minus(1, p.low))).add(width)).div(width)
  const t4 = q.concentration1.lgamma().add(q.concentration0.lgamma()).sub(q.concentration1.add(q.concentration0).lgamma())
  return t3.add(t4).sub(t1).sub(t2).set_at(p.high.gt(1).bitwise_or(p.low.lt(0)), Infinity)
})

register_kl(Uniform, ContinuousBernoulli)((p, q) => {
  const result = p.entropy().neg().sub(p.mean.mul(q.logits)).sub(q.probs.neg().log1p()).sub(q._cont_bern_log_norm())
  return where(max(p.high.ge(1), p.low.le(0)), ones_like(result).mul(Infinity), result)
})

register_kl(Uniform, Exponential)((p, q) => {
  const result = q.rate.mul(p.high.add(p.low)).div(2).sub(p.high.sub(p.low).mul(q.rate).log())
  return result.set_at(p.low.lt(0), Infinity)
})

register_kl(Uniform, Gamma)((p, q) => {
  const width = p.high.sub(p.low)
  const t1 = width.log()
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()))
  const t3 = minus(1, q.concentration).mul(x_log_x(p.high).sub(x_log_x(p.low)).sub(width)).div(width)
  const t4 = q.rate.mul(p.high.add(p.low)).div(2)
  return t1.neg().add(t2).add(t3).add(t4).set_at(p.low.lt(0), Infinity)
})

register_kl(Uniform, Gumbel)((p, q) => {
  const ratio = q.scale.div(p.high.sub(p.low))
  const high = p.high.sub(q.loc).div(q.scale)
  const low = p.low.sub(q.loc).div(q.scale)
  const t1 = ratio.log().add(high.add(low).mul(0.5))
  return t1.sub(ratio.mul(high.neg().exp().sub(low.neg().exp())))
})

register_kl(Uniform, Normal)((p, q) => {
  const width = p.high.sub(p.low)
  const t1 = q.scale.mul(Math.sqrt(Math.PI * 2)).div(width).log()
  const t2 = width.pow(2).div(12)
  const t3 = p.high.add(p.low).sub(q.loc.mul(2)).div(2).pow(2)
  return t1.add(t2.add(t3).mul(0.5).div(q.scale.pow(2)))
})

register_kl(Uniform, Pareto)((p, q) => {
  const width = p.high.sub(p.low)
  const t1 = q.alpha.mul(q.scale.pow(q.alpha)).mul(width).log()
  const t2 = x_log_x(p.high).sub(x_log_x(p.low)).sub(width).div(width)
  return t2.mul(q.alpha.add(1)).sub(t1).set_at(p.low.lt(q.scale), Infinity)
})
