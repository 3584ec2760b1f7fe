// Transforms of single numbers.
import { type Args, arrange } from '../../_args'
import { is_tensor } from '../../_dispatch'
import { full_like } from '../../_creation'
import { broadcast_shapes } from '../../_functional/shape'
import { finfo } from '../../_type_info'
import type { Tensor } from '../../tensor'
import { softplus } from '../../generated/nn_functions'
import * as constraints from '../constraints'
import type { Constraint } from '../constraints'
import type { Distribution, Shape } from '../distribution'
import { broadcast_all, lazy_property, minus, over } from '../utils'
import { Transform } from './transform'

type Value = number | Tensor

/** y = exp(x). @see torch.distributions.transforms.ExpTransform */
export class ExpTransform extends Transform {
  static override domain: Constraint = constraints.real
  static override codomain: Constraint = constraints.positive
  static override bijective = true
  static override sign = 1

  override equals(other: unknown): boolean {
    return other instanceof ExpTransform
  }

  override _call(x: Tensor): Tensor {
    return x.exp()
  }

  override _inverse(y: Tensor): Tensor {
    return y.log()
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return x
  }
}

const power_names = ['exponent', 'cache_size'] as const
type PowerParams = [exponent: Value, cache_size?: number]

/** y = x ** exponent, of positive x. @see torch.distributions.transforms.PowerTransform */
export class PowerTransform extends Transform {
  static override domain: Constraint = constraints.positive
  static override codomain: Constraint = constraints.positive
  static override bijective = true
  readonly exponent: Tensor

  constructor(...args: Args<PowerParams, typeof power_names>) {
    const [exponent, cache_size] = arrange<PowerParams>('PowerTransform.__init__', power_names, 1, args)
    super(cache_size ?? 0)
    this.exponent = broadcast_all(exponent)[0]
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new PowerTransform(this.exponent, cache_size)
  }

  override equals(other: unknown): boolean {
    return other instanceof PowerTransform && this.exponent.eq(other.exponent).all().item<boolean>()
  }

  override _call(x: Tensor): Tensor {
    return x.pow(this.exponent)
  }

  override _inverse(y: Tensor): Tensor {
    return y.pow(over(1, this.exponent))
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    return this.exponent.mul(y).div(x).abs().log()
  }

  override forward_shape(shape: Shape): Shape {
    return broadcast_shapes(shape, this.exponent.shape)
  }

  override inverse_shape(shape: Shape): Shape {
    return broadcast_shapes(shape, this.exponent.shape)
  }
}

lazy_property(PowerTransform, 'sign', self => self.exponent.sign())

/** The sigmoid, kept away from 0 and 1. */
export function _clipped_sigmoid(x: Tensor): Tensor {
  const { tiny, eps } = finfo(x.dtype)
  return x.sigmoid().clamp({ min: tiny, max: 1 - eps })
}

/** y = 1 / (1 + exp(-x)); x = logit(y). @see torch.distributions.transforms.SigmoidTransform */
export class SigmoidTransform extends Transform {
  static override domain: Constraint = constraints.real
  static override codomain: Constraint = constraints.unit_interval
  static override bijective = true
  static override sign = 1

  override equals(other: unknown): boolean {
    return other instanceof SigmoidTransform
  }

  override _call(x: Tensor): Tensor {
    return _clipped_sigmoid(x)
  }

  override _inverse(y: Tensor): Tensor {
    const { tiny, eps } = finfo(y.dtype)
    const clamped = y.clamp({ min: tiny, max: 1 - eps })
    return clamped.log().sub(clamped.neg().log1p())
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return softplus(x.neg()).neg().sub(softplus(x))
  }
}

/** y = log(1 + exp(x)); y = x for x > 20. @see torch.distributions.transforms.SoftplusTransform */
export class SoftplusTransform extends Transform {
  static override domain: Constraint = constraints.real
  static override codomain: Constraint = constraints.positive
  static override bijective = true
  static override sign = 1

  override equals(other: unknown): boolean {
    return other instanceof SoftplusTransform
  }

  override _call(x: Tensor): Tensor {
    return softplus(x)
  }

  override _inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y)
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return softplus(x.neg()).neg()
  }
}

/** y = tanh(x). Mind that the inverse of 1 or -1 is infinite: a cache helps. @see torch.distributions.transforms.TanhTransform */
export class TanhTransform extends Transform {
  static override domain: Constraint = constraints.real
  static override codomain: Constraint = constraints._with_float_bounds(constraints.interval(-1, 1))
  static override bijective = true
  static override sign = 1

  override equals(other: unknown): boolean {
    return other instanceof TanhTransform
  }

  override _call(x: Tensor): Tensor {
    return x.tanh()
  }

  override _inverse(y: Tensor): Tensor {
    return y.atanh()
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return minus(Math.LN2, x).sub(softplus(x.mul(-2))).mul(2)
  }
}

/** y = |x|, of which the inverse is y. @see torch.distributions.transforms.AbsTransform */
export class AbsTransform extends Transform {
  static override domain: Constraint = constraints.real
  static override codomain: Constraint = constraints.positive

  override equals(other: unknown): boolean {
    return other instanceof AbsTransform
  }

  override _call(x: Tensor): Tensor {
    return x.abs()
  }

  override _inverse(y: Tensor): Tensor {
    return y
  }
}

function same_value(a: Value, b: Value): boolean {
  if (is_tensor(a)) return (a as Tensor).eq(b).all().item<boolean>()
  return is_tensor(b) ? (b as Tensor).eq(a).all().item<boolean>() : a === b
}

function shapes_of(...values: readonly Value[]): readonly number[][] {
  return values.map(value => (is_tensor(value) ? (value as Tensor).shape : []))
}

const affine_names = ['loc', 'scale', 'event_dim', 'cache_size'] as const
type AffineParams = [loc: Value, scale: Value, event_dim?: number, cache_size?: number]

/**
 * y = loc + scale * x.
 *
 * @param event_dim - how many last dimensions make one event: 0 for numbers, 1 for vectors. Default: 0.
 * @see torch.distributions.transforms.AffineTransform
 */
export class AffineTransform extends Transform {
  static override bijective = true
  readonly loc: Value
  readonly scale: Value
  private readonly _event_dim: number

  constructor(...args: Args<AffineParams, typeof affine_names>) {
    const [loc, scale, event_dim = 0, cache_size] = arrange<AffineParams>('AffineTransform.__init__', affine_names, 2, args)
    super(cache_size ?? 0)
    this.loc = loc
    this.scale = scale
    this._event_dim = event_dim
  }

  override get event_dim(): number {
    return this._event_dim
  }

  override get domain(): Constraint {
    return this._event_dim === 0 ? constraints.real : constraints.independent(constraints.real, this._event_dim)
  }

  override get codomain(): Constraint {
    return this.domain
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new AffineTransform(this.loc, this.scale, this._event_dim, cache_size)
  }

  override equals(other: unknown): boolean {
    return other instanceof AffineTransform && same_value(this.loc, other.loc) && same_value(this.scale, other.scale)
  }

  override get sign(): number | Tensor {
    return is_tensor(this.scale) ? (this.scale as Tensor).sign() : Math.sign(this.scale as number)
  }

  override _call(x: Tensor): Tensor {
    const scaled = is_tensor(this.scale) ? (this.scale as Tensor).mul(x) : x.mul(this.scale)
    return is_tensor(this.loc) ? (this.loc as Tensor).add(scaled) : scaled.add(this.loc)
  }

  override _inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale)
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    const { shape } = x
    const result = is_tensor(this.scale) ? (this.scale as Tensor).abs().log()
      : full_like(x, Math.log(Math.abs(this.scale as number)))
    if (this._event_dim === 0) return result.expand(shape)
    return result.view([...result.shape.slice(0, -this._event_dim), -1]).sum(-1).expand(shape.slice(0, -this._event_dim))
  }

  override forward_shape(shape: Shape): Shape {
    return broadcast_shapes(shape, ...shapes_of(this.loc, this.scale))
  }

  override inverse_shape(shape: Shape): Shape {
    return this.forward_shape(shape)
  }
}

const cumulative_names = ['distribution', 'cache_size'] as const
type CumulativeParams = [distribution: Distribution, cache_size?: number]

/** y = cdf(x) of a distribution. @see torch.distributions.transforms.CumulativeDistributionTransform */
export class CumulativeDistributionTransform extends Transform {
  static override bijective = true
  static override codomain: Constraint = constraints.unit_interval
  static override sign = 1
  readonly distribution: Distribution

  constructor(...args: Args<CumulativeParams, typeof cumulative_names>) {
    const [distribution, cache_size] = arrange<CumulativeParams>('CumulativeDistributionTransform.__init__', cumulative_names, 1, args)
    super(cache_size ?? 0)
    this.distribution = distribution
  }

  override get domain(): Constraint {
    return this.distribution.support!
  }

  override _call(x: Tensor): Tensor {
    return this.distribution.cdf(x)
  }

  override _inverse(y: Tensor): Tensor {
    return this.distribution.icdf(y)
  }

  override log_abs_det_jacobian(x: Tensor, _y: Tensor): Tensor {
    return this.distribution.log_prob(x)
  }

  override with_cache(cache_size = 1): Transform {
    return this._cache_size === cache_size ? this : new CumulativeDistributionTransform(this.distribution, cache_size)
  }
}
