// Distributions of an exponential family: torch.distributions.exp_family.
import { NotImplementedError } from '../_errors'
import { grad } from '../autograd'
import type { Tensor } from '../tensor'
import { Distribution } from './distribution'

/**
 * The base class of distributions of the form `exp(<t(x), θ> - F(θ) + k(x))`. Their entropy and KL divergence can be computed from the
 * gradient of the log normalizer F.
 *
 * @see torch.distributions.ExponentialFamily
 */
export class ExponentialFamily extends Distribution {
  static override _module = 'torch.distributions.exp_family'

  /** The natural parameters θ. */
  get _natural_params(): readonly Tensor[] {
    throw new NotImplementedError()
  }

  /** F of natural parameters. */
  _log_normalizer(..._natural_params: Tensor[]): Tensor {
    throw new NotImplementedError()
  }

  /** The mean of k(x). */
  get _mean_carrier_measure(): number {
    throw new NotImplementedError()
  }

  /** The entropy, by the Bregman divergence of the log normalizer. */
  override entropy(): Tensor {
    const measure = -this._mean_carrier_measure
    const natural = this._natural_params.map(one => one.detach().requires_grad_())
    const lg_normal = this._log_normalizer(...natural)
    const gradients = gradients_of(lg_normal, natural)
    const result = lg_normal.add(measure + 0)
    natural.forEach((one, i) => result.sub_(one.mul(gradients[i]).reshape([...this._batch_shape, -1]).sum(-1)))
    return result
  }
}

/** The gradients of the sum of a log normalizer, with a graph of their own. */
export function gradients_of(lg_normal: Tensor, natural: readonly Tensor[]): Tensor[] {
  return grad(lg_normal.sum(), natural, { create_graph: true })
}
