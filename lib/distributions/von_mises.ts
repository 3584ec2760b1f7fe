// The von Mises distribution: torch.distributions.von_mises.
import { type Args, arrange } from '../_args'
import { AssertionError } from '../_errors'
import { no_grad } from '../autograd/grad_mode'
import { bool, float64 } from '../dtype'
import { empty, rand, where, zeros } from '../generated/torch_functions'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { type Constraints, Distribution, LATER, type SampleShape, type Shape } from './distribution'
import { type Parameter, broadcast_all, lazy_property, minus, over } from './utils'

function eval_poly(y: Tensor, coefficients: readonly number[]): Tensor {
  const [last, before, ...rest] = [...coefficients].reverse()
  return rest.reduce((result, coefficient) => y.mul(result).add(coefficient), y.mul(last).add(before))
}

// Coefficients for small and large arguments, of the modified Bessel functions of order 0 and 1.
const SMALL = [
  [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813],
  [0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411],
]
const LARGE = [
  [0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377],
  [0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059],
]

/** The logarithm of a modified Bessel function of positive x. */
export function _log_modified_bessel_fn(x: Tensor, order = 0): Tensor {
  if (order !== 0 && order !== 1) throw new AssertionError(`order must be 0 or 1, got ${order}`)
  const y = x.div(3.75)
  const polynomial = eval_poly(y.mul(y), SMALL[order])
  const small = (order === 1 ? x.abs().mul(polynomial) : polynomial).log()
  const large = x.sub(x.log().mul(0.5)).add(eval_poly(over(3.75, x), LARGE[order]).log())
  return where(x.lt(3.75), small, large)
}

// Best and Fisher's method, with numbers drawn for all elements until each is accepted.
function rejection_sample(loc: Tensor, concentration: Tensor, proposal_r: Tensor, x: Tensor): Tensor {
  let done = zeros(x.shape, { dtype: bool, device: loc.device })
  while (!done.all().item<boolean>()) {
    const [u1, u2, u3] = rand([3, ...x.shape], { dtype: loc.dtype, device: loc.device }).unbind()
    const z = u1.mul(Math.PI).cos()
    const f = proposal_r.mul(z).add(1).div(proposal_r.add(z))
    const c = concentration.mul(proposal_r.sub(f))
    const accept = c.mul(minus(2, c)).sub(u2).gt(0).bitwise_or(c.div(u2).log().add(1).sub(c).ge(0))
    if (!accept.any().item<boolean>()) continue
    x = where(accept, u3.sub(0.5).sign().mul(f.acos()), x)
    done = done.bitwise_or(accept)
  }
  return x.add(Math.PI).add(loc).remainder(2 * Math.PI).sub(Math.PI)
}

const names = ['loc', 'concentration', 'validate_args'] as const
type Params = [loc: Parameter, concentration: Parameter, validate_args?: boolean | null]

/**
 * Angles in radians with a density proportional to `exp(concentration cos(x - loc))`; samples lie in [-π, π).
 *
 * @param loc - the mean angle.
 * @param concentration - positive.
 * @see torch.distributions.VonMises
 */
export class VonMises extends Distribution {
  static override arg_constraints: Constraints = { loc: constraints.real, concentration: constraints.positive }
  static override support: constraints.Constraint = constraints.real
  declare loc: Tensor
  declare concentration: Tensor
  declare readonly _loc: Tensor
  declare readonly _concentration: Tensor
  declare readonly _proposal_r: Tensor
  declare readonly _variance: Tensor

  constructor(...args: Args<Params, typeof names>) {
    super(LATER)
    const [loc, concentration, validate_args] = arrange<Params>('VonMises.__init__', names, 2, args)
    ;[this.loc, this.concentration] = broadcast_all(loc, concentration)
    this._init(this.loc.shape, [], validate_args)
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value)
    return this.concentration.mul(value.sub(this.loc).cos()).sub(Math.log(2 * Math.PI))
      .sub(_log_modified_bessel_fn(this.concentration))
  }

  override sample(sample_shape: SampleShape = []): Tensor {
    return no_grad(() => {
      const x = empty(this._extended_shape(sample_shape), { dtype: this._loc.dtype, device: this.loc.device })
      return rejection_sample(this._loc, this._concentration, this._proposal_r, x).to(this.loc.dtype)
    })
  }

  override expand(batch_shape: Shape, _instance?: this | null): this {
    const validate_args = Object.hasOwn(this, '_validate_args') ? this._validate_args : null
    const type = this.constructor as typeof VonMises
    return new type(this.loc.expand(batch_shape), this.concentration.expand(batch_shape), validate_args) as this
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
}

lazy_property(VonMises, '_loc', self => self.loc.to(float64))
lazy_property(VonMises, '_concentration', self => self.concentration.to(float64))
lazy_property(VonMises, '_proposal_r', self => {
  const kappa = self._concentration
  const tau = kappa.pow(2).mul(4).add(1).sqrt().add(1)
  const rho = tau.sub(tau.mul(2).sqrt()).div(kappa.mul(2))
  const proposal_r = rho.pow(2).add(1).div(rho.mul(2))
  return where(kappa.lt(1e-5), over(1, kappa).add(kappa), proposal_r) // a Taylor series near 0
})
lazy_property(VonMises, '_variance', self =>
  minus(1, _log_modified_bessel_fn(self.concentration, 1).sub(_log_modified_bessel_fn(self.concentration, 0)).exp()))
